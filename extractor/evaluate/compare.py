"""Two runs over the same reports: what got better, what got worse, and whether it is more than chance.

The unit is the report (see extractor.evaluate.intervals): cell by cell tests such as McNemar's (1947) take cells for
independent, and call noise significant as soon as one row of one report moves.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from extractor.errors import UsageError
from extractor.evaluate.folder import Run
from extractor.evaluate.intervals import Interval, difference, sign_flip
from extractor.evaluate.results import CellRow, Result
from extractor.evaluate.scoring import FINE, HARMFUL, PRINTED, Outcome

__all__ = ["SIGNIFICANT", "Change", "Comparison", "Moved", "compared", "pairs_of", "rank"]

SIGNIFICANT = 0.05
_MEASURED = {
    "right": (Outcome.RIGHT,),
    "right or disputed right": (Outcome.RIGHT, Outcome.RIGHT_DISPUTED),
    "silently wrong": (Outcome.SILENTLY_WRONG,),
    "made up": (Outcome.INVENTED, Outcome.UNEXPECTED),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One rate before and after, over printed cells. `reports`: how many reports it moved in; `p`: see sign_flip."""

    name: str
    before: float
    after: float
    difference: Interval
    reports: int
    p: float


@dataclass(frozen=True, slots=True)
class Moved:
    """One cell whose outcome is not what it was; None where the cell was not on the page and got no value."""

    report: str
    cell: str
    before: CellRow | None
    after: CellRow | None

    @property
    def steps(self) -> int:
        """Above 0: better, below: worse, 0: as good, another way."""
        return _rank(self.after) - _rank(self.before)

    @property
    def new_harm(self) -> bool:
        before = self.before is not None and self.before.harmful
        return self.after is not None and self.after.harmful and not before


@dataclass(frozen=True, slots=True)
class Comparison:
    """`only_before`, `only_after`: reports that the other run lacks; `relabelled`: whose labels differ. None of these
    counts in the changes."""

    readers: tuple[str, str]
    reports: int
    changes: tuple[Change, ...]
    moved: tuple[Moved, ...]
    only_before: tuple[str, ...] = ()
    only_after: tuple[str, ...] = ()
    relabelled: tuple[str, ...] = ()

    @property
    def harm(self) -> list[Moved]:
        """The cells that are silently wrong or made up now, and were not."""
        return [one for one in self.moved if one.new_harm]

    @property
    def dropped(self) -> bool:
        """Whether fewer cells are right, beyond chance."""
        right = self.changes[0]
        return (right.difference.rate or 0.0) < 0 and right.p < SIGNIFICANT

    @property
    def worse(self) -> bool:
        return bool(self.harm) or self.dropped


def rank(outcome: Outcome | None) -> int:
    """How good an outcome is: harm, then open, then right with a doubt, then as it should be (None is that, too)."""
    if outcome is None or outcome in FINE:
        return 3
    if outcome is Outcome.RIGHT_DISPUTED:
        return 2
    return 0 if outcome in HARMFUL else 1


def _rank(row: CellRow | None) -> int:
    return rank(None if row is None else row.outcome)


def pairs_of(before: Run, after: Run, readers: str | None) -> list[tuple[str, str]]:
    """Which reader of the one run is held against which of the other. Raises UsageError."""
    if readers is None:
        pairs = [(one, one) for one in before.readers if one in after.readers]
        if not pairs:
            raise UsageError(
                f"the runs have no reader in common ({', '.join(before.readers)}; {', '.join(after.readers)}): "
                "name one of each with --readers A,B"
            )
        return pairs
    names = readers.split(",")
    if len(names) > 2:
        raise UsageError("--readers takes one reader, or one of each run")
    pair = (names[0], names[-1])
    for run, name in zip((before, after), pair, strict=True):
        if name not in run.readers:
            raise UsageError(f"{run.path}: no reader '{name}'; there are {', '.join(run.readers)}")
    return [pair]


def compared(before: Sequence[Result], after: Sequence[Result], readers: tuple[str, str]) -> Comparison:
    """`before` and `after`: results of one reader each."""
    old = {one.report: one for one in before}
    new = {one.report: one for one in after}
    both = [name for name in old if name in new]
    relabelled = tuple(name for name in both if _labels(old[name]) != _labels(new[name]))
    same = [name for name in both if name not in set(relabelled)]
    pairs = [(old[name], new[name]) for name in same]
    return Comparison(
        readers,
        len(same),
        tuple(_change(name, outcomes, pairs) for name, outcomes in _MEASURED.items()),
        tuple(one for left, right in pairs for one in _moved(left, right)),
        tuple(name for name in old if name not in new),
        tuple(name for name in new if name not in old),
        relabelled,
    )


def _labels(result: Result) -> dict[str, object]:
    return {row.cell: row.gold for row in result.cells if row.on_page}


def _change(name: str, outcomes: Sequence[Outcome], pairs: Sequence[tuple[Result, Result]]) -> Change:
    def counted(result: Result) -> int:
        return sum(row.outcome in outcomes for row in result.cells)

    printed = [sum(row.outcome in PRINTED for row in new.cells) for _, new in pairs]
    before = [counted(old) for old, _ in pairs]
    after = [counted(new) for _, new in pairs]
    changes = [new - old for old, new in zip(before, after, strict=True)]
    whole = max(1, sum(printed))
    return Change(
        name,
        sum(before) / whole,
        sum(after) / whole,
        difference(before, after, printed),
        sum(map(bool, changes)),
        sign_flip(changes),
    )


def _moved(before: Result, after: Result) -> list[Moved]:
    old = {row.cell: row for row in before.cells}
    new = {row.cell: row for row in after.cells}
    out = []
    for cell in dict.fromkeys((*old, *new)):
        left, right = old.get(cell), new.get(cell)
        same = left is not None and right is not None and left.outcome is right.outcome
        if not same and (_rank(left) != _rank(right) or (_rank(left) < 3 and left is not None and right is not None)):
            out.append(Moved(after.report, cell, left, right))
    return out
