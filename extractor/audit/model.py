"""What the audit of several years works on and what it finds: slim reports in, findings out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from extractor.report import Evidence, JSONValue, Number, Severity, Status, json_number

__all__ = ["MISSING", "AuditFinding", "Figure", "Filed", "Kind", "NotAudited", "Operand", "Suspect", "worst_first"]


class Kind(StrEnum):
    """What a finding is about.

    `break`: an identity over years does not hold; `not_carried`: last year's figures were not taken over at all;
    `reshuffle`: the total was taken over, its parts otherwise; `restart`: cumulative figures begin anew; `duplicate`:
    several reports of one year; `ambiguous`: a name that may be another body's; `gap`: years without a report.
    """

    BREAK = "break"
    NOT_CARRIED = "not_carried"
    RESHUFFLE = "reshuffle"
    RESTART = "restart"
    DUPLICATE = "duplicate"
    AMBIGUOUS = "ambiguous"
    GAP = "gap"


class Figure(NamedTuple):
    """What is kept of a cell."""

    value: Number | None
    status: Status
    evidence: Evidence | None = None


MISSING = Figure(None, Status.MISSING)


@dataclass(frozen=True, slots=True, eq=False)
class Filed:
    """What is kept of a report: whose it is, where it stands, and the cells that identities over years need.

    `result` says where its result was read (`all.jsonl:17`), None where the document was extracted for the audit.
    `suspects`: cells that a finding of its own names as the suspect, with that finding's rule. `errors`: how many
    findings of its own are errors.
    """

    name: str
    sha256: str
    result: str | None
    form: str
    organ: str
    year: int
    figures: Mapping[str, Figure]
    suspects: Mapping[str, str]
    errors: int

    def figure(self, cell: str) -> Figure:
        return self.figures.get(cell, MISSING)

    @property
    def where(self) -> str:
        """The document, and where its result stands."""
        return self.name if self.result is None else f"{self.name} ({self.result})"

    @property
    def order(self) -> tuple[str, str, str]:
        """The same whatever order the files were named in."""
        return self.name, self.result or "", self.sha256

    def to_dict(self) -> dict[str, JSONValue]:
        return {"year": self.year, "form": self.form, "organ": self.organ, "source": self.source_dict()}

    def source_dict(self) -> dict[str, JSONValue]:
        return {"name": self.name, "sha256": self.sha256, "result": self.result}


@dataclass(frozen=True, slots=True)
class NotAudited:
    """A document or result that takes no part in the audit. `failed`: it could not be read."""

    name: str
    result: str | None
    reason: str
    failed: bool

    @property
    def where(self) -> str:
        if self.result is None or self.result.startswith(self.name):
            return self.result or self.name
        return f"{self.name} ({self.result})"

    def to_dict(self) -> dict[str, JSONValue]:
        return {"name": self.name, "result": self.result, "reason": self.reason, "failed": self.failed}


class Operand(NamedTuple):
    """A cell of one of the reports that an identity compares. `sign` is that on the side that it stands on."""

    cell: str
    filed: Filed
    sign: int = 1

    @property
    def figure(self) -> Figure:
        return self.filed.figure(self.cell)

    @property
    def counted(self) -> Number:
        """Its value; a blank counts as 0."""
        return self.figure.value or 0

    def to_dict(self) -> dict[str, JSONValue]:
        figure = self.figure
        return {
            "cell": self.cell,
            "year": self.filed.year,
            "value": json_number(figure.value),
            "status": figure.status.value,
            "source": self.filed.source_dict(),
            "evidence": None if figure.evidence is None else figure.evidence.to_dict(),
        }


class Suspect(NamedTuple):
    """A cell that a report's own identities already name as the likely mistake; `rule` is one that it breaks."""

    cell: str
    filed: Filed
    rule: str

    def to_dict(self) -> dict[str, JSONValue]:
        return {"cell": self.cell, "year": self.filed.year, "rule": self.rule, "source": self.filed.source_dict()}


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """Something to be looked at in the reports of a body over years.

    `years`: the years compared, or the one year that it is about, or none. `scope` and `size` rank findings: what
    breaks a whole chain before what breaks a part of it, then by the difference in relation to the figures.
    """

    rule: str
    kind: Kind
    severity: Severity
    body: str
    years: tuple[int, ...]
    message: str
    message_en: str
    operands: tuple[Operand, ...] = ()
    scope: int = 0
    size: float = 0.0

    @property
    def suspects(self) -> tuple[Suspect, ...]:
        named = ((one, one.filed.suspects.get(one.cell)) for one in self.operands)
        return tuple(Suspect(one.cell, one.filed, rule) for one, rule in named if rule is not None)

    def to_dict(self) -> dict[str, JSONValue]:
        return {
            "rule": self.rule,
            "kind": self.kind.value,
            "severity": self.severity.value,
            "body": self.body,
            "years": list(self.years),
            "message": self.message,
            "message_en": self.message_en,
            "operands": [operand.to_dict() for operand in self.operands],
            "suspects": [suspect.to_dict() for suspect in self.suspects],
        }


_SEVERITY = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def worst_first(finding: AuditFinding) -> tuple[int, int, float, str, tuple[int, ...], str, str]:
    """Key to sort by: severity, how much of a chain it breaks, relative size, then a stable order."""
    return (
        _SEVERITY[finding.severity],
        finding.scope,
        -finding.size,
        finding.body,
        finding.years,
        finding.rule,
        finding.message,
    )
