"""The spans of a table resolved: which cell stands where, after the HTML table model and in spite of spans that lie."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from extractor.read.document import Grid, GridCell
from extractor.read.limits import Limits

__all__ = ["RawCell", "RawRow", "resolve"]


class RawCell(NamedTuple):
    """A cell as marked up. `row_span` 0: down to the end of its section."""

    start: int
    end: int
    header: bool = False
    row_span: int = 1
    column_span: int = 1


class RawRow(NamedTuple):
    """The cells of one tr. `section`: numbers the thead, tbody or tfoot it stands in; no span leaves its section."""

    section: int
    cells: list[RawCell]


@dataclass(slots=True)
class _Placed:
    raw: RawCell
    row: int
    column: int
    row_span: int


def resolve(rows: list[RawRow], start: int, end: int, limits: Limits) -> tuple[Grid, tuple[str, ...]]:
    """The grid of a table, and notes on the spans that had to be cut.

    Columns in which no cell begins are dropped: no figure can stand there, and a colspan of 100% makes many of them.
    """
    placed, widths, _ = _place(rows, None, limits)
    if not placed:
        return Grid(len(rows), 0, (), start, end), ()
    notes: tuple[str, ...] = ()
    usual = _usual(widths)
    if max(widths) > usual:
        again, _, cut = _place(rows, usual, limits)
        if cut:
            placed = again
            notes = (f"a rowspan reached into a row that is full without it, and was cut ({cut} times)",)
    anchors = sorted({cell.column for cell in placed})
    width = len(anchors)
    # Position of each column among the kept ones; one more for spans that end behind the last.
    kept = [bisect_left(anchors, column) for column in range(anchors[-1] + 2)]
    behind = len(kept) - 1
    cells = []
    for cell in placed:
        first, last, header, _, column_span = cell.raw
        column = cell.column
        after = column + column_span
        left = kept[column]
        span = (kept[after] if after < behind else width) - left
        cells.append(GridCell(cell.row, left, cell.row_span, span, first, last, header))
    limits.check("max_slots", len(rows) * width, "rows × columns of a table")
    return Grid(len(rows), width, tuple(cells), start, end), notes


def _usual(widths: list[int]) -> int:
    """The width most rows have; the smaller one where two are as frequent."""
    counts = Counter(width for width in widths if width)
    return min(counts, key=lambda width: (-counts[width], width))


def _place(rows: list[RawRow], usual: int | None, limits: Limits) -> tuple[list[_Placed], list[int], int]:
    """Cells with their columns, the width of each row, and how many rowspans were cut.

    With `usual`, a row whose own cells fill that width ends the rowspans that hang into it: they were counted wrong,
    and would push every figure of the row one column to the right.
    """
    placed: list[_Placed] = []
    widths: list[int] = []
    hanging: list[tuple[int, _Placed]] = []
    busy: list[int] = []  # for each column the first row in which it is free again
    cut = 0
    ends = _section_ends(rows)
    for number, (_, raws) in enumerate(rows):
        if hanging:
            hanging = [(until, cell) for until, cell in hanging if until > number]
            if usual is not None and hanging and sum(raw.column_span for raw in raws) == usual:
                for _, cell in hanging:
                    cell.row_span = number - cell.row
                cut += len(hanging)
                hanging = []
            if not hanging:
                busy = []
        column = 0
        for raw in raws:
            while column < len(busy) and busy[column] > number:
                column += 1
            row_span = raw.row_span
            if row_span != 1:
                left = ends[number] - number
                row_span = left if row_span == 0 or row_span > left else row_span
            cell = _Placed(raw, number, column, row_span)
            placed.append(cell)
            column += raw.column_span
            if row_span > 1:
                hanging.append((number + row_span, cell))
                limits.check("max_slots", column * len(rows), "rows × columns of a table")
                if column > len(busy):
                    busy += [0] * (column - len(busy))
                busy[cell.column : column] = [number + row_span] * raw.column_span
        # Rowspans still hanging may reach further right than the row's own cells.
        widths.append(max(column, len(busy)) if hanging else column)
    return placed, widths, cut


def _section_ends(rows: list[RawRow]) -> list[int]:
    """For each row the number of the first row after its section."""
    ends = [len(rows)] * len(rows)
    for number in range(len(rows) - 2, -1, -1):
        ends[number] = ends[number + 1] if rows[number].section == rows[number + 1].section else number + 1
    return ends
