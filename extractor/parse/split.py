"""Glued digits: every way to cut runs of digits into a row's figures, with the row sum as the checksum.

`270020130` over seven columns is 27 0 0 2 0 1 30, the only cut whose first six figures add up to the seventh.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from extractor.forms.model import Kind

__all__ = ["MOST_CUTS", "Piece", "Shape", "cuts"]

MOST_CUTS = 400
_WORK = 60_000
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
    decimal. At most 400 are returned, and the search is bounded: a run that is no table row costs little.
    """
    if sum(map(len, runs)) < shape.size:
        return []
    totals = {total: parts for parts, total in shape.sums} if checked else {}
    return list(islice(_search(tuple(runs), shape, totals), MOST_CUTS))


def _search(runs: tuple[str, ...], shape: Shape, totals: dict[int, tuple[int, ...]]) -> Iterator[tuple[Piece, ...]]:
    size = shape.size
    left_after = [0] * (len(runs) + 1)
    for index in range(len(runs) - 1, -1, -1):
        left_after[index] = left_after[index + 1] + len(runs[index])
    budget = _WORK
    stack: list[tuple[int, int, tuple[Piece, ...]]] = [(0, 0, ())]
    while stack:
        run, offset, pieces = stack.pop()
        column = len(pieces)
        if run < len(runs) and offset == len(runs[run]):
            run, offset = run + 1, 0
        if column == size:
            if run == len(runs):
                yield pieces
            continue
        if run == len(runs):
            continue
        left = left_after[run] - offset
        if left < size - column or len(runs) - run > size - column:
            continue
        budget -= 1
        if budget < 0:
            return
        rest = runs[run][offset:]
        room = left - (size - column - 1)
        if column in totals:
            expected = str(sum(int(pieces[part].text) for part in totals[column]))
            if rest.startswith(expected):
                stack.append((run, offset + len(expected), (*pieces, Piece(run, offset, offset + len(expected), expected))))
            continue
        for length in range(1, min(len(rest), room) + 1):
            text = rest[:length]
            if _is_figure(text, rest[length : length + 1], shape.kinds[column]):
                stack.append((run, offset + length, (*pieces, Piece(run, offset, offset + length, text))))


def _is_figure(text: str, following: str, kind: Kind) -> bool:
    if following == "." or text[-1] in ".-":
        return False
    if kind is Kind.AMOUNT:
        whole, _, _ = text.partition(".")
        return bool(_COUNT.fullmatch(whole)) and text.count(".") <= 1
    if kind is Kind.CHANGE:
        text = text.removeprefix("-").removeprefix("+")
    return bool(_COUNT.fullmatch(text))
