"""The spans of a table resolved: which cell stands where, after the HTML table model and in spite of spans that lie."""

from bisect import bisect_left
from collections import Counter
from typing import NamedTuple, TypeAlias

from extractor.read.document import Grid, GridCell
from extractor.read.limits import Limits
from extractor.report import Reason

__all__ = ["RawCell", "RawRow", "resolve"]


# A cell as marked up: start, end, header, row span (0: down to the end of its section), column span. A bare tuple, for
# a page has hundreds and they live for a millisecond.
RawCell: TypeAlias = tuple[int, int, bool, int, int]


class RawRow(NamedTuple):
    """The cells of one tr. `section`: numbers the thead, tbody or tfoot it stands in; no span leaves its section."""

    section: int
    cells: list[RawCell]


class _Placement:
    """Where the cells of a table stand: columns and row spans, in reading order."""

    __slots__ = ("columns", "cut", "row_spans", "widths")

    def __init__(self) -> None:
        self.columns: list[int] = []
        self.row_spans: list[int] = []
        self.widths: list[int] = []  # of each row, rowspans from above counted
        self.cut = 0


def resolve(rows: list[RawRow], start: int, end: int, limits: Limits) -> tuple[Grid, tuple[Reason, ...]]:
    """The grid of a table, and notes on the spans that had to be cut.

    Columns in which no cell begins are dropped: no figure can stand there, and a colspan of 100% makes many of them.
    """
    placement = _place(rows, None, limits)
    if not placement.columns:
        return Grid(len(rows), 0, (), start, end), ()
    notes: tuple[Reason, ...] = ()
    usual = _usual(placement.widths)
    if max(placement.widths) > usual:
        again = _place(rows, usual, limits)
        if again.cut:
            placement = again
            notes = (_cut_spans(again.cut),)
    anchors = sorted(set(placement.columns))
    width = len(anchors)
    limits.check("max_slots", len(rows) * width, "rows × columns of a table")
    # For each column its number among those kept; spans may end further right.
    kept = [bisect_left(anchors, column) for column in range(anchors[-1] + 1)]
    beyond = len(kept)
    cells = []
    at = 0
    for number, row in enumerate(rows):
        for first, last, header, _, column_span in row.cells:
            column = placement.columns[at]
            after = column + column_span
            left = kept[column]
            span = (kept[after] if after < beyond else width) - left
            cells.append(GridCell(number, left, placement.row_spans[at], span, first, last, header))
            at += 1
    return Grid(len(rows), width, tuple(cells), start, end), notes


def _cut_spans(times: int) -> Reason:
    return Reason(
        f"a rowspan reached into a row that is full without it, and was cut ({times} times)",
        f"跨行单元格伸入已满的行，已截断（{times} 次）",
    )


def _usual(widths: list[int]) -> int:
    """The width most rows have; the smaller one where two are as frequent."""
    counts = Counter(width for width in widths if width)
    return min(counts, key=lambda width: (-counts[width], width))


def _place(rows: list[RawRow], usual: int | None, limits: Limits) -> _Placement:
    """Columns and row spans of all cells.

    With `usual`, a row whose own cells fill that width ends the rowspans that hang into it: they were counted wrong,
    and would push every figure of the row one column to the right.
    """
    result = _Placement()
    columns, row_spans = result.columns, result.row_spans
    hanging: list[tuple[int, int, int]] = []  # first row after the span, its first row, the cell's number
    busy: list[int] = []  # for each column the first row in which it is free again
    ends = _section_ends(rows)
    for number, (_, raws) in enumerate(rows):
        if hanging:
            hanging = [span for span in hanging if span[0] > number]
            if usual is not None and hanging and sum(raw[4] for raw in raws) == usual:
                for _, begun, at in hanging:
                    row_spans[at] = number - begun
                result.cut += len(hanging)
                hanging = []
            if not hanging:
                busy = []
        column = 0
        for _, _, _, row_span, column_span in raws:
            while column < len(busy) and busy[column] > number:
                column += 1
            columns.append(column)
            left = column
            column += column_span
            if row_span != 1:
                below = ends[number] - number
                row_span = below if row_span == 0 or row_span > below else row_span
                if row_span > 1:
                    hanging.append((number + row_span, number, len(row_spans)))
                    limits.check("max_slots", column * len(rows), "rows × columns of a table")
                    if column > len(busy):
                        busy += [0] * (column - len(busy))
                    busy[left:column] = [number + row_span] * column_span
            row_spans.append(row_span)
        # Rowspans still hanging may reach further right than the row's own cells.
        result.widths.append(max(column, len(busy)) if hanging else column)
    return result


def _section_ends(rows: list[RawRow]) -> list[int]:
    """For each row the number of the first row after its section."""
    ends = [len(rows)] * len(rows)
    for number in range(len(rows) - 2, -1, -1):
        ends[number] = ends[number + 1] if rows[number].section == rows[number + 1].section else number + 1
    return ends
