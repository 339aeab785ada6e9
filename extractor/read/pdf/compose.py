"""The blocks of all pages put down one after the other: lines joined to paragraphs, tables with their spans."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from extractor.read.flow import Flow, FlowCell
from extractor.read.pdf.shapes import Block, Line, Picture, Table
from extractor.read.picture import put_pieces
from extractor.read.told import UNSURE_COLUMNS

__all__ = ["Composer"]

# In heights of the letters: how far short of the margin a line may end that goes on in the next one, how far a first
# line is set in, and how far lines of a paragraph stand apart.
_SHORT, _SET_IN, _APART = 1.7, 1.2, 2.2


class Composer:
    """Puts blocks into a flow. A paragraph is kept open until something shows that it is over: also over a page break.

    `pages`: the blocks of all pages, `sizes`: their widths and heights: on pages alike lines end alike.
    """

    def __init__(self, flow: Flow, pages: Sequence[Sequence[Block]], sizes: Sequence[tuple[float, float]]) -> None:
        self.flow = flow
        self._pages = pages
        self._sizes = [(round(width), round(height)) for width, height in sizes]
        self._open: list[Line] = []
        self._margins: dict[tuple[int, int], tuple[float, float]] = {}
        for size in set(self._sizes):
            alike = (blocks for blocks, one in zip(pages, self._sizes, strict=True) if one == size)
            lines = [block for blocks in alike for block in blocks if isinstance(block, Line)]
            self._margins[size] = _margins(lines) if lines else (0.0, 0.0)
        self._left = self._right = 0.0

    def page(self, index: int) -> None:
        """The blocks of a page, by its index."""
        blocks = self._pages[index]
        self._left, self._right = self._margins[self._sizes[index]]
        new_page = True
        for block in blocks:
            if isinstance(block, Table):
                self.close()
                self.flow.table(_rows(block), UNSURE_COLUMNS if block.unsure else None)
            elif isinstance(block, Picture):
                self.close()
                put_pieces(block.pieces, self.flow)
            else:
                if self._open and not self._goes_on(self._open[-1], block, new_page=new_page):
                    self.close()
                self._open.append(block)
            new_page = False

    def close(self) -> None:
        """End the paragraph that is open."""
        if self._open:
            self.flow.paragraph([word for line in self._open for word in line.words])
            self._open = []

    def _goes_on(self, line: Line, after: Line, *, new_page: bool) -> bool:
        """Whether `after` is the same paragraph as the line before it."""
        size = min(line.size, after.size)
        if "\t" in line.text or "\t" in after.text or max(line.size, after.size) > 1.35 * size:
            return False
        if not new_page and not -size < after.top - line.bottom < _APART * size - size:
            return False
        if line.x1 < self._right - _SHORT * size:
            return False
        return after.x0 <= self._left + _SET_IN * size


def _margins(lines: Sequence[Line]) -> tuple[float, float]:
    """Where lines begin and end: as far out as at least two of them do, for a running head may reach further."""
    lefts, rights = sorted(line.x0 for line in lines), sorted((line.x1 for line in lines), reverse=True)
    size = min(line.size for line in lines)
    left = next((one for one, after in pairwise(lefts) if after - one < size / 2), lefts[0])
    return left, next((one for one, after in pairwise(rights) if one - after < size), rights[0])


def _rows(table: Table) -> list[list[FlowCell]]:
    """The cells with their spans; what no cell covers is an empty one, and a span ends where another cell begins."""
    edges = table.edges
    spans = [
        {
            first: (max(first + 1, _nearest(edges, cell.x1)), cell)
            for cell in row
            if (first := _nearest(edges, cell.x0)) < len(edges) - 1
        }
        for row in table.rows
    ]
    starts = [set(row) for row in spans]
    out: list[list[FlowCell]] = []
    free = [0] * (len(edges) - 1)  # for each column the first row that no cell from above covers
    for number, row in enumerate(spans):
        cells: list[FlowCell] = []
        column = 0
        while column < len(free):
            if column in row:
                after, cell = row[column]
                after = min((other for other in row if column < other < after), default=after)
                rows = next(
                    (
                        n
                        for n in range(1, cell.rows)
                        if number + n < len(starts) and any(column <= at < after for at in starts[number + n])
                    ),
                    cell.rows,
                )
                cells.append(FlowCell(cell.words, rows, after - column))
            elif free[column] > number:
                column += 1
                continue
            else:
                after = column + 1
                while after < len(free) and after not in row and free[after] <= number:
                    after += 1
                rows = 1
                cells.append(FlowCell([], 1, after - column))
            for at in range(column, after):
                free[at] = number + rows
            column = after
        out.append(cells)
    return out


def _nearest(edges: Sequence[float], at: float) -> int:
    number = bisect_left(edges, at)
    if number == len(edges) or (number and at - edges[number - 1] <= edges[number] - at):
        return number - 1
    return number
