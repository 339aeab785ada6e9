"""Scoring of one report against gold, cell by cell. A wrong number that looks right is the worst that can happen."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

from eval.gold import Gold, Number
from eval.implied import bounds

__all__ = ["CellScore", "Outcome", "Score", "same_number", "same_organ", "score_report"]


class Outcome(StrEnum):
    RIGHT = "right"
    RIGHT_DISPUTED = "right_disputed"  # the right value, but disputed
    DISPUTED = "disputed"  # wrong or no value, and it says so
    MISSED = "missed"  # no value
    SILENTLY_WRONG = "silently_wrong"  # a wrong value that looks right
    LEFT_BLANK = "left_blank"  # gold blank, no value
    DERIVED_RIGHT = "derived_right"  # gold blank, the value that the identities imply
    BLANK_DISPUTED = "blank_disputed"  # gold blank, a number that says it is disputed
    INVENTED = "invented"  # gold blank, any other number
    EXTRA = "extra"  # not on the page, derived, or a reported sum that its identities bear out
    UNEXPECTED = "unexpected"  # not on the page, yet said to be printed there


PRINTED = (Outcome.RIGHT, Outcome.RIGHT_DISPUTED, Outcome.DISPUTED, Outcome.MISSED, Outcome.SILENTLY_WRONG)
HARMFUL = (Outcome.SILENTLY_WRONG, Outcome.INVENTED, Outcome.UNEXPECTED)
FINE = (Outcome.RIGHT, Outcome.LEFT_BLANK, Outcome.DERIVED_RIGHT, Outcome.EXTRA)


@dataclass(frozen=True)
class CellScore:
    cell: str
    outcome: Outcome
    gold: Number | None
    got: Number | None
    status: str
    evidence: str


@dataclass
class Score:
    """The outcomes of one report, or of several added up."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    cells: list[CellScore] = field(default_factory=list)
    form_right: bool = False
    year_right: bool = False
    organ_right: bool = False
    got_organ: str | None = None
    failed: str | None = None
    derived: int = 0
    ms: float = 0.0

    @property
    def printed(self) -> int:
        return sum(self.counts[outcome] for outcome in PRINTED)

    @property
    def harm(self) -> int:
        return sum(self.counts[outcome] for outcome in HARMFUL)

    def percent(self, *, with_disputed: bool = False) -> float:
        right = self.counts[Outcome.RIGHT] + (self.counts[Outcome.RIGHT_DISPUTED] if with_disputed else 0)
        return 100.0 * right / self.printed if self.printed else 100.0

    def add(self, other: "Score") -> None:
        self.counts.update(other.counts)
        self.derived += other.derived
        self.ms += other.ms


def same_number(left: Number | None, right: Number | None) -> bool:
    if left is None or right is None:
        return left is None and right is None
    return Decimal(str(left)) == Decimal(str(right))


def _of_printed(value: Number | None, status: str, right: bool) -> Outcome:
    disputed = status == "disputed"
    if right:
        return Outcome.RIGHT_DISPUTED if disputed else Outcome.RIGHT
    if disputed:
        return Outcome.DISPUTED
    return Outcome.MISSED if value is None else Outcome.SILENTLY_WRONG


def score_report(report: Mapping[str, Any] | None, gold: Gold, *, failure: str | None = None) -> Score:
    """Score a report (Report.to_dict()); None, or a `failed` verdict, is a failed document: every cell is missed."""
    score = Score(failed=failure)
    cells: Mapping[str, Any] = {}
    if report is None or report["verdict"] == "failed":
        score.failed = failure or "failed"
    else:
        cells = report["cells"]
        score.form_right = report["form"] == gold.form
        score.year_right = report["year"] == gold.year
        score.got_organ = report["organ"]
        score.organ_right = same_organ(report["organ"], gold.organ)
    printed_true = not gold.truth or all(
        same_number(value, gold.truth.get(cell)) for cell, value in gold.cells.items() if value is not None
    )
    asked = [cell for cell, got in cells.items() if cell not in gold.cells and got["value"] is not None]
    proven: dict[str, tuple[Decimal, Decimal]] = {}

    def implied(cell: str, value: Number) -> bool:
        """Whether the value is the true one, or the only one that the printed figures admit."""
        if gold.truth and same_number(value, gold.truth.get(cell)):
            return True
        if gold.truth and printed_true:
            return False
        return provable(cell, value)

    def provable(cell: str, value: Number) -> bool:
        low, high = span(cell)
        return low == high and same_number(low, value)

    def possible(cell: str, value: Number) -> bool:
        low, high = span(cell)
        return low <= Decimal(str(value)) <= high

    def span(cell: str) -> tuple[Decimal, Decimal]:
        if not proven:
            proven.update(bounds(gold.form, gold.cells, asked))
        return proven.get(cell, (Decimal("-Infinity"), Decimal("Infinity")))

    for cell in (*gold.cells, *(cell for cell in cells if cell not in gold.cells)):
        got = cells.get(cell) or {}
        value, status = got.get("value"), str(got.get("status", "missing"))
        expected = gold.cells.get(cell)
        accepted = not score.failed and any(same_number(value, one) for one in gold.accept.get(cell, []))
        score.derived += status == "derived"
        if expected is not None:
            outcome = _of_printed(value, status, accepted or same_number(value, expected))
        elif value is None:
            if cell not in gold.cells:
                continue
            outcome = Outcome.LEFT_BLANK
        elif accepted:
            outcome = Outcome.LEFT_BLANK
        elif status == "disputed":
            outcome = Outcome.BLANK_DISPUTED
        elif cell in gold.cells:
            right = status == "derived" and implied(cell, value)
            outcome = Outcome.DERIVED_RIGHT if right else Outcome.INVENTED
        elif status == "derived":
            right = implied(cell, value) if cell in gold.truth else possible(cell, value)
            outcome = Outcome.EXTRA if right else Outcome.UNEXPECTED
        else:
            outcome = Outcome.EXTRA if provable(cell, value) else Outcome.UNEXPECTED
        score.counts[outcome] += 1
        if outcome not in FINE:
            evidence = str((got.get("evidence") or {}).get("text") or "")
            note = str(got.get("because") or "")
            score.cells.append(CellScore(cell, outcome, expected, value, status, f"{evidence!r} {note}".strip()))
    return score


@cache
def _simplifier() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


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
