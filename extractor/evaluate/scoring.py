"""Scoring of one report against its labels, cell by cell. Worst of all is a wrong number that looks right."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from extractor.evaluate.gold import Gold, Number, same_number
from extractor.evaluate.implied import bounds
from extractor.evaluate.located import FindingScore, score_findings
from extractor.report import Cell, Report, Status, Verdict

if TYPE_CHECKING:
    from opencc import OpenCC

__all__ = ["FINE", "HARMFUL", "PRINTED", "CellScore", "Outcome", "Score", "same_organ", "score_report"]


class Outcome(StrEnum):
    RIGHT = "right"
    RIGHT_DISPUTED = "right_disputed"  # the right value, but disputed
    DISPUTED = "disputed"  # wrong or no value, and it says so: loudly wrong
    MISSED = "missed"  # no value
    SILENTLY_WRONG = "silently_wrong"  # a wrong value that looks right
    LEFT_BLANK = "left_blank"  # gold blank, no value
    DERIVED_RIGHT = "derived_right"  # gold blank, the value that the identities imply
    BLANK_DISPUTED = "blank_disputed"  # gold blank, a number that says it is disputed
    BLANK_UNREAD = "blank_unread"  # gold blank, and the document failed
    INVENTED = "invented"  # gold blank, any other number
    EXTRA = "extra"  # not on the page, derived, or a reported sum that its identities bear out
    UNEXPECTED = "unexpected"  # not on the page, yet said to be printed there


PRINTED = (Outcome.RIGHT, Outcome.RIGHT_DISPUTED, Outcome.DISPUTED, Outcome.MISSED, Outcome.SILENTLY_WRONG)
HARMFUL = (Outcome.SILENTLY_WRONG, Outcome.INVENTED, Outcome.UNEXPECTED)
FINE = (Outcome.RIGHT, Outcome.LEFT_BLANK, Outcome.DERIVED_RIGHT, Outcome.EXTRA)


class CellScore(NamedTuple):
    """What became of one cell. `gold`: None where blank or not on the page; `on_page` tells the two apart.

    `among`: whether a right value is the one shown or among its alternatives.
    """

    cell: str
    outcome: Outcome
    gold: Number | None
    got: Cell
    on_page: bool
    among: bool

    @property
    def value(self) -> Number | None:
        return self.got.value


@dataclass
class Score:
    """The outcomes of one report, or of several added up (then without cells)."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    cells: list[CellScore] = field(default_factory=list)
    findings: FindingScore = field(default_factory=FindingScore)
    form_right: bool = False
    year_right: bool = False
    organ_right: bool = False
    got_organ: str | None = None
    failed: str | None = None
    partial: bool = False
    derived: int = 0
    ms: float = 0.0

    @property
    def printed(self) -> int:
        return sum(self.counts[outcome] for outcome in PRINTED)

    @property
    def harm(self) -> int:
        return sum(self.counts[outcome] for outcome in HARMFUL)

    @property
    def whole(self) -> bool:
        """Whether the whole report is right: every printed cell, nothing made up, and whose and which year it is. Of
        a report of which only some cells are labelled nobody knows."""
        if self.partial:
            return False
        known = self.form_right and self.year_right and self.organ_right
        return known and not self.failed and all(outcome in FINE for outcome in +self.counts)

    def percent(self, *, with_disputed: bool = False) -> float:
        right = self.counts[Outcome.RIGHT] + (self.counts[Outcome.RIGHT_DISPUTED] if with_disputed else 0)
        return 100.0 * right / self.printed if self.printed else 100.0

    def errors(self) -> Iterator[CellScore]:
        """The cells that are not as they should be."""
        return (cell for cell in self.cells if cell.outcome not in FINE)

    def add(self, other: "Score") -> None:
        self.counts.update(other.counts)
        self.findings += other.findings
        self.derived += other.derived
        self.ms += other.ms


_NO_CELL = Cell(None, Status.MISSING)


def score_report(report: Report | None, gold: Gold, *, failure: str | None = None) -> Score:
    """Score a report. None, or a `failed` verdict, is a failed document, and that is all wrong: every printed cell is
    missed, and no blank one counts as left blank."""
    score = Score(failed=failure, partial=gold.only is not None)
    cells: Mapping[str, Cell] = {}
    if report is None or report.verdict is Verdict.FAILED:
        score.failed = failure or "failed"
        score.findings = score_findings((), gold)
    else:
        cells = report.cells
        score.form_right = report.form == gold.form
        score.year_right = report.year == gold.year
        score.got_organ = report.organ
        score.organ_right = same_organ(report.organ, gold.organ)
        score.findings = score_findings(report.findings, gold)
    unlabelled = frozenset(gold.unlabelled)
    cells = {cell: got for cell, got in cells.items() if cell not in unlabelled}
    asked = [cell for cell, got in cells.items() if cell not in gold.cells and got.value is not None]
    judge = _Judge(gold, [*asked, *unlabelled])
    for cell in (*gold.cells, *(cell for cell in cells if cell not in gold.cells)):
        got = cells.get(cell, _NO_CELL)
        score.derived += got.status is Status.DERIVED
        if cell not in gold.cells and got.value is None:
            continue
        outcome = judge.failed(cell) if score.failed else judge.outcome(cell, got)
        score.counts[outcome] += 1
        score.cells.append(
            CellScore(cell, outcome, gold.cells.get(cell), got, cell in gold.cells, judge.among(cell, got))
        )
    return score


class _Judge:
    """Says what became of the cells of one report."""

    def __init__(self, gold: Gold, asked: list[str]) -> None:
        """`asked`: the cells that are not on the page and got a value, or of which nothing is known."""
        self.gold = gold
        self._asked = asked
        self._proven: dict[str, tuple[Decimal, Decimal]] = {}
        self._printed_true = not gold.truth or all(
            same_number(value, gold.truth.get(cell)) for cell, value in gold.cells.items() if value is not None
        )

    def failed(self, cell: str) -> Outcome:
        return Outcome.BLANK_UNREAD if self.gold.cells.get(cell) is None else Outcome.MISSED

    def outcome(self, cell: str, got: Cell) -> Outcome:
        gold, value = self.gold, got.value
        expected = gold.cells.get(cell)
        disputed = got.status is Status.DISPUTED
        accepted = any(same_number(value, one) for one in gold.accept.get(cell, ()))
        if expected is not None:
            if accepted or same_number(value, expected):
                return Outcome.RIGHT_DISPUTED if disputed else Outcome.RIGHT
            if disputed:
                return Outcome.DISPUTED
            return Outcome.MISSED if value is None else Outcome.SILENTLY_WRONG
        if value is None or accepted:
            return Outcome.LEFT_BLANK
        if disputed:
            return Outcome.BLANK_DISPUTED
        derived = got.status is Status.DERIVED
        if cell in gold.cells:
            return Outcome.DERIVED_RIGHT if derived and self._implied(cell, value) else Outcome.INVENTED
        if derived:
            right = self._implied(cell, value) if cell in gold.truth else self._possible(cell, value)
        else:
            right = self._provable(cell, value)
        return Outcome.EXTRA if right else Outcome.UNEXPECTED

    def among(self, cell: str, got: Cell) -> bool:
        right = [self.gold.cells.get(cell), *self.gold.accept.get(cell, ())]
        return any(same_number(shown, one) for shown in (got.value, *got.alternatives) for one in right)

    def _implied(self, cell: str, value: Number) -> bool:
        """Whether the value is the true one, or the only one that the printed figures admit."""
        truth = self.gold.truth
        if truth and same_number(value, truth.get(cell)):
            return True
        return not (truth and self._printed_true) and self._provable(cell, value)

    def _provable(self, cell: str, value: Number) -> bool:
        low, high = self._span(cell)
        return low == high and same_number(low, value)

    def _possible(self, cell: str, value: Number) -> bool:
        low, high = self._span(cell)
        return low <= Decimal(str(value)) <= high

    def _span(self, cell: str) -> tuple[Decimal, Decimal]:
        if not self._proven:
            self._proven.update(bounds(self.gold.form, self.gold.cells, self._asked))
        return self._proven.get(cell, (Decimal("-Infinity"), Decimal("Infinity")))


@cache
def _simplifier() -> "OpenCC":
    from opencc import OpenCC

    return OpenCC("t2s")


def same_organ(got: str | None, gold: str | None) -> bool:
    """Lenient: an abbreviation, a lost prefix or a bracketed addition still names the same body."""
    if not got or not gold:
        return got == gold

    def key(name: str) -> str:
        name = _simplifier().convert(name).split("（")[0].split("(")[0]
        return "".join(name.split()).removesuffix("办公室")

    left, right = key(got), key(gold)
    if left in right or right in left:
        return True
    short, long = sorted((left, right), key=len)
    rest = iter(long)
    return len(short) >= 4 and all(char in rest for char in short)
