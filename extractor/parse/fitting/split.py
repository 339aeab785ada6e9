"""Glued digits: every way to cut runs of digits into a row's figures, with the row sum as the checksum.

`640020470` over seven columns is 64 0 0 2 0 4 70, the only cut whose first six figures add up to the seventh.
`270020130` has two such cuts, 27 0 0 2 0 1 30 and 2 7 0 0 20 1 30: there the columns must decide.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice

from extractor.forms.model import Kind

__all__ = ["MOST_CUTS", "Piece", "Shape", "cuts"]

MOST_CUTS = 400
_WORK = 60_000
_LONGEST = 160
_AMOUNT = re.compile(r"(?:0|[1-9]\d*)(?:\.\d+)?")
_COUNT = re.compile(r"0|[1-9]\d*")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a row must look like: a kind for each column, and sums as (columns of the parts, column of the total).

    `narrow`: the row has fewer columns than its table.
    """

    kinds: tuple[Kind, ...]
    sums: tuple[tuple[tuple[int, ...], int], ...] = ()
    narrow: bool = False

    @property
    def size(self) -> int:
        return len(self.kinds)


@dataclass(frozen=True, slots=True)
class Piece:
    """A figure cut out of run number `run`, characters [start, end) of it."""

    run: int
    start: int
    end: int
    text: str


def cuts(runs: Sequence[str], shape: Shape, *, checked: bool) -> list[tuple[Piece, ...]]:
    """All ways to cut `runs` (digit strings whose ends are sure boundaries) into one figure a column.

    With `checked`, only those that satisfy every sum of `shape`. No figure has a leading zero but 0 itself, or a
    decimal. At most MOST_CUTS are returned, and the search is bounded: a run that is no table row costs little, and one
    that was cut short gives nothing.
    """
    digits = sum(map(len, runs))
    if digits < shape.size or digits > _LONGEST:
        return []
    groups = _groups(shape) if checked else None
    if groups is not None:
        return _Summed(runs, groups).all()
    totals = {total: parts for parts, total in shape.sums} if checked else {}
    return _search(tuple(runs), shape, totals)


def _groups(shape: Shape) -> list[int] | None:
    """How many parts stand before each total, where the columns are nothing but parts followed by their total."""
    out: list[int] = []
    column = 0
    for parts, total in shape.sums:
        if parts != tuple(range(column, total)) or any(kind is not Kind.COUNT for kind in shape.kinds):
            return None
        out.append(len(parts))
        column = total + 1
    return out if column == shape.size else None


class _Summed:
    """Cuts of a row whose every total follows its parts. The total is chosen first; it bounds all of its parts."""

    def __init__(self, runs: Sequence[str], groups: Sequence[int]) -> None:
        self._text = "".join(runs)
        ends = list(accumulate(map(len, runs)))
        self._run_of = [run for run, text in enumerate(runs) for _ in text]
        self._run_start = [end - len(text) for end, text in zip(ends, runs, strict=True)]
        self._groups = groups
        self._budget = _WORK

    def all(self) -> list[tuple[Piece, ...]]:
        if not self._text.isdigit():
            return []
        found = list(islice(self._rows(0, 0), MOST_CUTS))
        if self._budget < 0:
            return []  # cut short: what was found may not be all
        return [tuple(self._piece(start, end) for start, end in spans) for spans in found]

    def _piece(self, start: int, end: int) -> Piece:
        run = self._run_of[start]
        first = self._run_start[run]
        return Piece(run, start - first, end - first, self._text[start:end])

    def _figure(self, start: int, end: int) -> bool:
        """Whether [start, end) can be a figure: within one run, no leading zero."""
        return (self._text[start] != "0" or end - start == 1) and self._run_of[start] == self._run_of[end - 1]

    def _rows(self, offset: int, group: int) -> Iterator[tuple[tuple[int, int], ...]]:
        last = group == len(self._groups) - 1
        parts = self._groups[group]
        length = len(self._text)
        after = sum(self._groups[group + 1 :]) + len(self._groups) - group - 1
        for end in (length,) if last else range(offset + parts + 1, length - after + 1):
            for start in range(offset + parts, end):
                if not self._figure(start, end):
                    continue
                total = int(self._text[start:end])
                for spans in self._parts(offset, start, parts, total):
                    row = (*spans, (start, end))
                    if last:
                        yield row
                    else:
                        yield from (row + rest for rest in self._rows(end, group + 1))

    def _parts(self, offset: int, end: int, count: int, total: int) -> Iterator[tuple[tuple[int, int], ...]]:
        """Ways to cut [offset, end) into `count` figures that add up to `total`."""
        self._budget -= 1
        room = end - offset - count + 1
        # No part is longer than the total, and together they fill the stretch.
        if self._budget < 0 or room < 1 or total >= count * 10**room or end - offset > count * len(str(total)):
            return
        if count == 1:
            if self._figure(offset, end) and int(self._text[offset:end]) == total:
                yield ((offset, end),)
            return
        for stop in range(offset + 1, offset + room + 1):
            if not self._figure(offset, stop):
                break
            value = int(self._text[offset:stop])
            if value > total:
                break
            for rest in self._parts(stop, end, count - 1, total - value):
                yield ((offset, stop), *rest)


def _search(runs: tuple[str, ...], shape: Shape, totals: dict[int, tuple[int, ...]]) -> list[tuple[Piece, ...]]:
    size = shape.size
    left_after = [0] * (len(runs) + 1)
    for index in range(len(runs) - 1, -1, -1):
        left_after[index] = left_after[index + 1] + len(runs[index])
    budget = _WORK
    found: list[tuple[Piece, ...]] = []
    stack: list[tuple[int, int, tuple[Piece, ...]]] = [(0, 0, ())]
    while stack and len(found) < MOST_CUTS:
        run, offset, pieces = stack.pop()
        column = len(pieces)
        if run < len(runs) and offset == len(runs[run]):
            run, offset = run + 1, 0
        if column == size:
            if run == len(runs):
                found.append(pieces)
            continue
        if run == len(runs):
            continue
        left = left_after[run] - offset
        if left < size - column or len(runs) - run > size - column:
            continue
        budget -= 1
        if budget < 0:
            return []
        rest = runs[run][offset:]
        room = left - (size - column - 1)
        if column in totals:
            expected = str(sum(int(pieces[part].text) for part in totals[column]))
            if rest.startswith(expected):
                stack.append(
                    (run, offset + len(expected), (*pieces, Piece(run, offset, offset + len(expected), expected)))
                )
            continue
        for length in range(1, min(len(rest), room) + 1):
            text = rest[:length]
            if _is_figure(text, rest[length : length + 1], shape.kinds[column]):
                stack.append((run, offset + length, (*pieces, Piece(run, offset, offset + length, text))))
    return found


def _is_figure(text: str, following: str, kind: Kind) -> bool:
    if following == "." or text[-1] in ".-":
        return False
    if kind is Kind.AMOUNT:
        return bool(_AMOUNT.fullmatch(text))
    if kind is Kind.CHANGE:
        text = text.removeprefix("-").removeprefix("+")
    return bool(_COUNT.fullmatch(text))
