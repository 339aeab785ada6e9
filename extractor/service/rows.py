"""What the tables hold, as the program has it: a batch, its options, a document, a result."""

import json
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

__all__ = ["ENDED", "Batch", "Document", "IdempotencyError", "Options", "ResultRow", "batch_of", "result_of"]

ENDED = ("completed", "cancelled")
Priority = Literal["high", "normal", "low"]


@dataclass(frozen=True, slots=True)
class Options:
    """How a batch is to be worked on. `ask`: a language model is asked for what the rules leave open."""

    form: str | None = None
    ask: bool = False
    model: str | None = None
    priority: Priority = "normal"
    webhook: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document of a batch. `name` is the sender's, and only ever shown."""

    position: int
    custom_id: str | None
    name: str
    sha256: str
    size: int
    form: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """A row of gouji_batches."""

    id: str
    key_id: str
    kind: str
    state: str
    owner: str
    created: float
    started: float | None
    ended: float | None
    expires: float | None
    options: Options
    idempotency_key: str | None
    fingerprint: str | None
    chunk: int
    turn: float
    total: int
    done: int
    clean: int
    review: int
    failed: int
    llm_calls: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None

    @property
    def chunks(self) -> int:
        return -(-self.total // self.chunk)

    def workflow(self, number: int) -> str:
        """The id of the workflow of that chunk."""
        return f"{self.id}.{number}"

    def remaining_s(self, now: float) -> float | None:
        """Seconds until the end, at the speed so far."""
        if self.state in ENDED or not self.done or self.started is None:
            return None
        return (self.total - self.done) * (now - self.started) / self.done


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One document's result. `seq`: its place in the order in which they were done. `report`: compressed JSON."""

    seq: int
    position: int
    custom_id: str | None
    name: str
    sha256: str
    verdict: str
    code: str | None
    message: str | None
    form: str | None
    organ: str | None
    year: int | None
    report: bytes


class IdempotencyError(Exception):
    """The Idempotency-Key was used before; `batch` is what it led to."""

    def __init__(self, batch: Batch) -> None:
        super().__init__(batch.id)
        self.batch = batch


def result_of(row: sa.RowMapping) -> ResultRow:
    """The result in a row."""
    return ResultRow(**{**row, "report": bytes(row["report"] or b"")})


def batch_of(row: sa.RowMapping) -> Batch:
    """The batch in a row of gouji_batches."""
    values = {name: row[name] for name in Batch.__dataclass_fields__}
    return Batch(**{**values, "options": Options(**json.loads(row["options"]))})
