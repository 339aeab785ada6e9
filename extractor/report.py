"""What comes out: one Report per document, its cells, findings and verdict.

Field names and meanings are the output contract that users build on; fields may be added, never renamed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, TypeAlias

__all__ = [
    "Asked",
    "Cell",
    "Changed",
    "Decided",
    "Evidence",
    "Finding",
    "JSONValue",
    "Number",
    "Reason",
    "Report",
    "Reviewed",
    "Severity",
    "Source",
    "Status",
    "Unapplied",
    "Usage",
    "Verdict",
    "json_number",
    "nil_cells",
]

Number: TypeAlias = int | Decimal
JSONValue: TypeAlias = "bool | int | float | str | list[JSONValue] | dict[str, JSONValue] | None"


class Status(StrEnum):
    """How a cell came by its value."""

    REPORTED = "reported"
    DERIVED = "derived"
    CORRECTED = "corrected"
    DISPUTED = "disputed"
    BLANK = "blank"
    NOT_APPLICABLE = "not_applicable"
    MISSING = "missing"


class Severity(StrEnum):
    """`error`: figures contradict each other; `warning`: to be looked at; `info`: good to know, no doubt cast."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Verdict(StrEnum):
    """`clean`: nothing to look at; `review`: something is; `failed`: no report was read."""

    CLEAN = "clean"
    REVIEW = "review"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Source:
    """The document as it came in."""

    name: str
    sha256: str
    media_type: str


class Evidence(NamedTuple):
    """Where a figure stands: character offsets [start, end) into the document's text; page and box in a PDF or a scan.

    `picture`: the name of the picture that it was recognised in, where the document's text has no pages: `page` is then
    the number of that picture.
    """

    start: int
    end: int
    text: str
    page: int | None = None
    box: tuple[float, float, float, float] | None = None
    picture: str | None = None

    def to_dict(self) -> dict[str, JSONValue]:
        out: dict[str, JSONValue] = {"start": self.start, "end": self.end, "text": self.text, "page": self.page}
        if self.box is not None:
            out["box"] = list(self.box)
        if self.picture is not None:
            out["picture"] = self.picture
        return out


class Reason(NamedTuple):
    """Why something is as it is: a clause without a capital or a full stop, the same in English and in Chinese.

    It is worded where the doubt arises: only there are the figures at hand that it names.
    """

    en: str
    zh: str


class Decided(NamedTuple):
    """What a person decided about a cell, and the value and status that the program gives it without that.

    `outdated`: the program says something else by now than when the person decided, and not what was decided either.
    """

    kind: str
    author: str
    at: str
    note: str
    was_value: Number | None
    was_status: Status
    id: str = ""
    outdated: bool = False

    def to_dict(self) -> dict[str, JSONValue]:
        return {
            "kind": self.kind,
            "author": self.author,
            "at": self.at,
            "note": self.note,
            "was": {"value": json_number(self.was_value), "status": self.was_status.value},
            "id": self.id,
            "outdated": self.outdated,
        }


class Cell(NamedTuple):
    """One cell of the form.

    `alternatives` are the other values that remain possible where the status is `disputed`; `because` says in one
    sentence why a status other than `reported` was given, `because_zh` says the same in Chinese. `decision`: what a
    person decided about it, if anybody did.
    """

    value: Number | None
    status: Status
    read_by: tuple[str, ...] = ()
    evidence: Evidence | None = None
    printed: str | None = None
    alternatives: tuple[Number | None, ...] = ()
    because: str | None = None
    unit: str | None = None
    because_zh: str | None = None
    decision: Decided | None = None

    def for_reason(self, reason: Reason | None) -> "Cell":
        """This cell, because of `reason`."""
        return self if reason is None else self._replace(because=reason.en, because_zh=reason.zh)

    def to_dict(self) -> dict[str, JSONValue]:
        out: dict[str, JSONValue] = {
            "value": json_number(self.value),
            "status": self.status.value,
            "read_by": list(self.read_by),
            "evidence": None if self.evidence is None else self.evidence.to_dict(),
            "printed": self.printed,
        }
        if self.alternatives:
            out["alternatives"] = [json_number(value) for value in self.alternatives]
        if self.because is not None:
            out["because"] = self.because
            if self.because_zh is not None:
                out["because_zh"] = self.because_zh
        if self.unit is not None:
            out["unit"] = self.unit
        if self.decision is not None:
            out["decision"] = self.decision.to_dict()
        return out


def nil_cells(cells: Mapping[str, Cell]) -> set[str]:
    """The cells that the source leaves blank or says do not apply: in sums they count as nothing."""
    return {cell for cell, state in cells.items() if state.status in (Status.BLANK, Status.NOT_APPLICABLE)}


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken edit, a disagreement or a document-level problem, with every operand it rests on.

    `message` is Chinese, `message_en` says the same in English. `acknowledged`: a person has looked at it and decided
    that the source is so; it stays a finding.
    """

    rule: str
    severity: Severity
    message: str
    message_en: str
    cells: tuple[str, ...] = ()
    operands: Mapping[str, Number | None] = field(default_factory=dict)
    suspects: tuple[str, ...] = ()
    quotes: tuple[Evidence, ...] = ()
    acknowledged: bool = False

    def to_dict(self) -> dict[str, JSONValue]:
        out: dict[str, JSONValue] = {
            "rule": self.rule,
            "severity": self.severity.value,
            "cells": list(self.cells),
            "operands": {cell: json_number(value) for cell, value in self.operands.items()},
            "suspects": list(self.suspects),
            "message": self.message,
            "message_en": self.message_en,
        }
        if self.quotes:
            out["quotes"] = [quote.to_dict() for quote in self.quotes]
        if self.acknowledged:
            out["acknowledged"] = True
        return out


class Changed(NamedTuple):
    """A cell that nobody decided and that came out otherwise because others were decided."""

    cell: str
    was_value: Number | None
    was_status: Status
    value: Number | None
    status: Status

    def to_dict(self) -> dict[str, JSONValue]:
        return {
            "cell": self.cell,
            "was": {"value": json_number(self.was_value), "status": self.was_status.value},
            "value": json_number(self.value),
            "status": self.status.value,
        }


class Unapplied(NamedTuple):
    """A decision that is kept and does nothing; `because` says why."""

    cell: str
    id: str
    because: Reason

    def to_dict(self) -> dict[str, JSONValue]:
        return {"cell": self.cell, "id": self.id, "because": self.because.en, "because_zh": self.because.zh}


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What people's decisions made of a report.

    `decided`: how many cells are decided; `changed`: what came out otherwise elsewhere; `complete`: author and time of
    whoever said last that the whole report, as it is now, was gone through.
    """

    decided: int
    changed: tuple[Changed, ...] = ()
    unapplied: tuple[Unapplied, ...] = ()
    complete: tuple[str, str] | None = None

    def to_dict(self) -> dict[str, JSONValue]:
        author, at = self.complete or (None, None)
        return {
            "decided": self.decided,
            "changed": [one.to_dict() for one in self.changed],
            "unapplied": [one.to_dict() for one in self.unapplied],
            "complete": None if self.complete is None else {"author": author, "at": at},
        }


@dataclass(frozen=True, slots=True)
class Asked:
    """One cell that a language model was asked for: what it answered, with which quote, and what became of that.

    `outcome`: see extractor.ask.ground.Outcome. `prompt`: name, version and hash of the prompt.
    """

    cell: str
    value: str | None
    quote: str
    outcome: str
    prompt: str

    def to_dict(self) -> dict[str, JSONValue]:
        return {
            "cell": self.cell,
            "value": self.value,
            "quote": self.quote,
            "outcome": self.outcome,
            "prompt": self.prompt,
        }


@dataclass(frozen=True, slots=True)
class Usage:
    """What language models were asked for this document; all zero when none was."""

    llm_calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None

    def __add__(self, other: "Usage") -> "Usage":
        costs = [cost for cost in (self.cost, other.cost) if cost is not None]
        return Usage(
            self.llm_calls + other.llm_calls,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            sum(costs) if costs else None,
        )

    def to_dict(self) -> dict[str, JSONValue]:
        return {
            "llm_calls": self.llm_calls,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "cost": self.cost,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """One report. `form`, `organ` and `year` are None where they could not be told; `reasons` says how they were.

    `trace`: what a language model was asked and answered; empty where none was asked. `review`: what people's decisions
    made of it; None where there are none.
    """

    source: Source
    form: str | None
    organ: str | None
    year: int | None
    cells: Mapping[str, Cell]
    findings: tuple[Finding, ...]
    verdict: Verdict
    usage: Usage = field(default_factory=Usage)
    reasons: Mapping[str, str] = field(default_factory=dict)
    trace: tuple[Asked, ...] = ()
    review: Reviewed | None = None

    def to_dict(self) -> dict[str, JSONValue]:
        """The contract's JSON object."""
        out: dict[str, JSONValue] = {
            "source": {
                "name": self.source.name,
                "sha256": self.source.sha256,
                "media_type": self.source.media_type,
            },
            "form": self.form,
            "organ": self.organ,
            "year": self.year,
            "cells": {cell_id: cell.to_dict() for cell_id, cell in self.cells.items()},
            "findings": [finding.to_dict() for finding in self.findings],
            "verdict": self.verdict.value,
            "usage": self.usage.to_dict(),
            "reasons": dict(self.reasons),
            "trace": [asked.to_dict() for asked in self.trace],
        }
        if self.review is not None:
            out["review"] = self.review.to_dict()
        return out


def json_number(value: Number | None) -> int | float | None:
    """`value` for JSON: Decimal becomes the int or the float that prints the same digits."""
    if value is None or isinstance(value, int):
        return value
    return int(value) if value == value.to_integral_value() else float(value)
