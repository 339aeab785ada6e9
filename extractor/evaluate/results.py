"""What a run keeps: one result for each report and reader, and a row for each of its cells."""

from dataclasses import dataclass, field
from typing import NamedTuple

from extractor.evaluate.located import FindingScore
from extractor.evaluate.scoring import FINE, HARMFUL, Outcome
from extractor.evaluate.trust import Trust
from extractor.report import JSONValue, Number, Status, Usage, json_number

__all__ = ["CellRow", "Result", "shown"]


class CellRow(NamedTuple):
    """One cell of one report. `gold` is None where blank or not on the page (`on_page` tells which).

    `among`: whether a right value is the one shown or among the alternatives. `before`, `evidence`, `after`: the place
    in the document that it was read from, for cells that are not right; `near`: the place is that of another cell of
    the row, since this one was read from nowhere.
    """

    cell: str
    outcome: Outcome
    gold: Number | None
    got: Number | None
    on_page: bool
    status: Status
    trust: Trust
    read_by: str
    among: bool
    alternatives: tuple[Number | None, ...] = ()
    before: str = ""
    evidence: str = ""
    after: str = ""
    near: bool = False
    because: str = ""

    @property
    def fine(self) -> bool:
        return self.outcome in FINE

    @property
    def harmful(self) -> bool:
        return self.outcome in HARMFUL

    @property
    def table(self) -> str:
        return self.cell.partition(".")[0]


@dataclass
class Result:
    """One report as one reader read it. `form` is the right one. `suffix`: the document's, such as .html.

    `failed`: why no report was read. `unasked`: cells that the model could not be asked for.
    """

    report: str
    reader: str
    form: str
    suffix: str
    mess: tuple[str, ...] = ()
    layout: str | None = None
    severity: float | None = None
    failed: str | None = None
    form_right: bool = False
    year_right: bool = False
    organ_right: bool = False
    whole: bool = False
    ms: float = 0.0
    usage: Usage = field(default_factory=Usage)
    unasked: int = 0
    failure: str | None = None
    findings: FindingScore = field(default_factory=FindingScore)
    cells: list[CellRow] = field(default_factory=list)

    def counts(self) -> dict[Outcome, int]:
        out: dict[Outcome, int] = {}
        for row in self.cells:
            out[row.outcome] = out.get(row.outcome, 0) + 1
        return out

    def to_dict(self) -> dict[str, JSONValue]:
        """Without the cells: those go into a table."""
        return {
            "report": self.report,
            "reader": self.reader,
            "form": self.form,
            "suffix": self.suffix,
            "mess": list(self.mess),
            "layout": self.layout,
            "severity": self.severity,
            "failed": self.failed,
            "form_right": self.form_right,
            "year_right": self.year_right,
            "organ_right": self.organ_right,
            "whole": self.whole,
            "ms": round(self.ms, 2),
            "usage": self.usage.to_dict(),
            "unasked": self.unasked,
            "failure": self.failure,
            "findings": dict(self.findings.to_dict()),
            "counts": {outcome.value: count for outcome, count in sorted(self.counts().items())},
        }


def shown(value: Number | None) -> str:
    """A value for reading."""
    return "–" if value is None else str(json_number(value))
