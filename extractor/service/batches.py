"""Batches, their documents and their results, written: every document gets one result, once. lookups.py reads them.

State: `uploading` (not seen by anybody yet), `queued`, `running`, then `completed` or `cancelled`.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from extractor.service.database import Database
from extractor.service.hands import Outcome
from extractor.service.rows import ENDED, Batch, Document, IdempotencyError, Options, batch_of
from extractor.service.webhooks import announce

__all__ = ["BatchStore"]

_STRIDE = {"high": 1, "normal": 4, "low": 16}
_MOST_TURNS = 2**31 - 2


class BatchStore:
    """What changes the tables. Every method is one transaction."""

    def __init__(self, database: Database, *, retention_s: float) -> None:
        self._database = database
        self._retention_s = retention_s

    def begin(
        self,
        key_id: str,
        options: Options,
        *,
        owner: str,
        chunk: int,
        kind: str = "batch",
        idempotency_key: str | None = None,
    ) -> str:
        """A batch that documents are added to. Raises IdempotencyError."""
        batch_id = f"{kind}_{uuid4().hex}"
        values = {
            "id": batch_id,
            "key_id": key_id,
            "kind": kind,
            "owner": owner,
            "created": time.time(),
            "options": json.dumps(asdict(options), ensure_ascii=False),
            "idem": idempotency_key,
            "chunk": chunk,
        }
        try:
            with self._database.write() as connection:
                connection.execute(
                    sa.text(
                        "INSERT INTO gouji_batches (id, key_id, kind, state, owner, created, options, "
                        "idempotency_key, chunk) VALUES "
                        "(:id, :key_id, :kind, 'uploading', :owner, :created, :options, :idem, :chunk)"
                    ),
                    values,
                )
        except IntegrityError:
            with self._database.read() as connection:
                row = (
                    connection.execute(
                        sa.text("SELECT * FROM gouji_batches WHERE key_id = :key_id AND idempotency_key = :idem"),
                        values,
                    )
                    .mappings()
                    .first()
                )
            if row is None:  # it went away in this moment
                return self.begin(key_id, options, owner=owner, chunk=chunk, kind=kind, idempotency_key=idempotency_key)
            raise IdempotencyError(batch_of(row)) from None
        return batch_id

    def add(self, batch_id: str, documents: Sequence[Document]) -> None:
        """Documents of a batch that is coming in."""
        if not documents:
            return
        with self._database.write() as connection:
            connection.execute(
                sa.text(
                    "INSERT INTO gouji_documents (batch_id, position, custom_id, name, sha256, size, form) "
                    "VALUES (:batch_id, :position, :custom_id, :name, :sha256, :size, :form)"
                ),
                [{"batch_id": batch_id, **asdict(document)} for document in documents],
            )

    def commit(
        self, batch_id: str, total: int, fingerprint: str, enqueue: Callable[[sa.Connection, Batch, int, int], None]
    ) -> Batch:
        """The batch is complete: from now on it will be worked on, whatever happens.

        `enqueue` is called for each chunk with its number and its priority, within the transaction.
        """
        with self._database.write() as connection:
            row = (
                connection.execute(
                    sa.text(
                        "UPDATE gouji_batches SET state = 'queued', total = :total, fingerprint = :fingerprint "
                        "WHERE id = :id RETURNING *"
                    ),
                    {"id": batch_id, "total": total, "fingerprint": fingerprint},
                )
                .mappings()
                .one()
            )
            batch = batch_of(row)
            stride = _STRIDE[batch.options.priority]
            # Start-time fair queueing among the batches of a key: a new one begins where the others have come to.
            turn = float(
                connection.execute(
                    sa.text(
                        "SELECT coalesce(min(turn), 0) FROM gouji_batches WHERE key_id = :key_id AND id <> :id "
                        "AND state IN ('queued', 'running') AND kind = :kind"
                    ),
                    {"key_id": batch.key_id, "id": batch_id, "kind": batch.kind},
                ).scalar_one()
            )
            connection.execute(
                sa.text("UPDATE gouji_batches SET turn = :turn WHERE id = :id"), {"turn": turn, "id": batch_id}
            )
            for number in range(batch.chunks):
                enqueue(connection, batch, number, min(1 + round(turn + number * stride), _MOST_TURNS))
        return batch

    def start(self, batch_id: str) -> None:
        """Somebody has begun with it."""
        with self._database.write() as connection:
            connection.execute(
                sa.text(
                    "UPDATE gouji_batches SET state = 'running', started = :now WHERE id = :id AND state = 'queued'"
                ),
                {"id": batch_id, "now": time.time()},
            )

    def record(self, batch_id: str, outcomes: Sequence[Outcome]) -> bool:
        """Writes results, each at most once, and counts them; whether the batch is still to be worked on."""
        with self._database.write() as connection:
            # The update locks the batch: who comes second sees what the first has written.
            row = (
                connection.execute(
                    sa.text("UPDATE gouji_batches SET done = done WHERE id = :id RETURNING *"), {"id": batch_id}
                )
                .mappings()
                .first()
            )
            if row is None or row["state"] in ENDED:
                return False
            batch = batch_of(row)
            there = set(
                connection.execute(
                    sa.text(
                        "SELECT position FROM gouji_results WHERE batch_id = :id AND position IN :these"
                    ).bindparams(sa.bindparam("these", expanding=True)),
                    {"id": batch_id, "these": [outcome.n for outcome in outcomes]},
                ).scalars()
            )
            new = list({outcome.n: outcome for outcome in outcomes if outcome.n not in there}.values())
            if new:
                now = self._database.now(connection)
                connection.execute(
                    _INSERT, [_row(batch, outcome, seq, now) for seq, outcome in enumerate(new, batch.done)]
                )
                self._count(connection, batch, new, now)
        return batch.done + len(new) < batch.total

    def _count(self, connection: sa.Connection, batch: Batch, new: Sequence[Outcome], now: float) -> None:
        done = batch.done + len(new)
        ended = done >= batch.total
        verdicts = [outcome.verdict for outcome in new]
        costs = [outcome.usage[3] for outcome in new if outcome.usage[3] is not None]
        cost = sum(costs) + (batch.cost or 0) if costs else batch.cost
        row = (
            connection.execute(
                sa.text(
                    "UPDATE gouji_batches SET done = :done, clean = clean + :clean, review = review + :review, "
                    "failed = failed + :failed, llm_calls = llm_calls + :calls, "
                    "prompt_tokens = prompt_tokens + :prompt, "
                    "completion_tokens = completion_tokens + :completion, cost = :cost, state = :state, "
                    "ended = :ended, expires = :expires, turn = turn + :turn WHERE id = :id RETURNING *"
                ),
                {
                    "id": batch.id,
                    "done": done,
                    **{name: verdicts.count(name) for name in ("clean", "review", "failed")},
                    "calls": sum(outcome.usage[0] for outcome in new),
                    "prompt": sum(outcome.usage[1] for outcome in new),
                    "completion": sum(outcome.usage[2] for outcome in new),
                    "cost": cost,
                    "state": "completed" if ended else "running",
                    "ended": now if ended else None,
                    "expires": now + self._retention_s if ended else None,
                    "turn": len(new) / batch.chunk * _STRIDE[batch.options.priority],
                },
            )
            .mappings()
            .one()
        )
        if ended:
            announce(connection, batch_of(row))

    def cancel(self, batch_id: str) -> Batch | None:
        """No result is written from now on. The batch as it is then; None where there was nothing to cancel."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            row = (
                connection.execute(
                    sa.text(
                        "UPDATE gouji_batches SET state = 'cancelled', ended = :now, expires = :expires "
                        "WHERE id = :id AND state IN ('queued', 'running') RETURNING *"
                    ),
                    {"id": batch_id, "now": now, "expires": now + self._retention_s},
                )
                .mappings()
                .first()
            )
            if row is not None:
                announce(connection, batch_of(row))
        return None if row is None else batch_of(row)

    def delete(self, batch_id: str) -> None:
        """Removes it with all that belongs to it; content that no batch wants any more goes with the next sweep."""
        with self._database.write() as connection:
            for table, column in _OWNED:
                connection.execute(sa.text(f"DELETE FROM {table} WHERE {column} = :id"), {"id": batch_id})


_OWNED = (
    ("gouji_results", "batch_id"),
    ("gouji_documents", "batch_id"),
    ("gouji_webhooks", "batch_id"),
    ("gouji_batches", "id"),
)
_INSERT = sa.text(
    "INSERT INTO gouji_results (batch_id, position, seq, verdict, code, message, form, organ, year, report, finished) "
    "VALUES (:batch_id, :position, :seq, :verdict, :code, :message, :form, :organ, :year, :report, :finished)"
)


def _row(batch: Batch, outcome: Outcome, seq: int, now: float) -> dict[str, object]:
    # PostgreSQL's text takes no NUL, and no half of a surrogate pair.
    clean = {
        name: None if text is None else text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
        for name, text in (("message", outcome.message), ("organ", outcome.organ))
    }
    return {
        "batch_id": batch.id,
        "position": outcome.n,
        "seq": seq,
        "verdict": outcome.verdict,
        "code": outcome.code,
        "form": outcome.form,
        "year": outcome.year,
        "report": outcome.report,
        "finished": now,
        **clean,
    }
