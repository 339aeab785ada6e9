"""Cells out of rulings: a frame's lines span a lattice, and slots that no line parts are one cell.

So a line that is missing costs no cell its text: two cells become one, and both texts are in it. Where a side is open
(no outer border, or the page ends), the lattice ends where the lines do.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from extractor.read.limits import Limits
from extractor.read.pages import Box
from extractor.read.pdf.rulings import Frame
from extractor.read.pdf.shapes import Ruling

__all__ = ["Cell", "Lattice", "lattice"]

# Lines as close as this are one: both sides of a double border, or of the gap between cells with borders of their own.
_CLOSE = 6.0
# A strip between lines that is no wider, or no higher, is a gap as well, if no text stands in it.
_NARROW, _LOW = 12.0, 5.0
# So much of a slot's side must be drawn for it to part two cells.
_DRAWN = 0.5


@dataclass(slots=True)
class Cell:
    """Rows and columns of slots, [row, row_after) and [column, column_after). `outside`: it lies in the frame's corner
    rather than in the frame, for no line closes it on a side where the others are closed."""

    row: int
    column: int
    row_after: int
    column_after: int
    outside: bool = False


@dataclass(slots=True)
class Lattice:
    """`xs`, `ys`: where columns and rows begin, and the last ones end. `owner`: the cell of each slot.

    `walls`: for each row where its columns begin: of two tables that touch, the lines need not be quite in line.
    """

    xs: list[float]
    ys: list[float]
    cells: list[Cell]
    owner: list[list[int]]
    walls: list[list[float]]
    open_top: bool
    open_bottom: bool

    @property
    def box(self) -> Box:
        return self.xs[0], self.ys[0], self.xs[-1], self.ys[-1]

    def hanging(self, x: float, y: float, reach: float) -> int | None:
        """The number of a cell at the foot, not closed there though others are, below which the point lies."""
        column = bisect_right(self.xs, x) - 1
        if self.open_bottom or not 0 <= column < len(self.xs) - 1 or not 0 <= y - self.ys[-1] <= reach:
            return None
        number = self.owner[-1][column]
        return number if self.cells[number].outside else None

    def cell_at(self, x: float, y: float) -> int | None:
        """The number of the cell in which the point lies."""
        row = bisect_right(self.ys, y) - 1
        if not 0 <= row < len(self.ys) - 1:
            return None
        column = bisect_right(self.walls[row], x) - 1
        return self.owner[row][column] if 0 <= column < len(self.xs) - 1 else None


class _Axis:
    """The lines of one direction: where they stand (each place a low and a high end), and which parts are drawn.

    `open_first`, `open_last`: there is no line at that end, and the lines that cross end there in the open.
    """

    def __init__(
        self, lines: Sequence[Ruling], crossing: Sequence[Ruling], points: Sequence[tuple[float, float]]
    ) -> None:
        self.lines = lines
        self.places: list[tuple[float, float]] = []
        for at in sorted(line.at for line in lines):
            if self.places and at - self.places[-1][0] <= _CLOSE:
                self.places[-1] = self.places[-1][0], at
            else:
                self.places.append((at, at))
        before = [one.start for one in crossing if one.start < self.places[0][0] - _CLOSE]
        after = [one.end for one in crossing if one.end > self.places[-1][1] + _CLOSE]
        low, high = self.places[0][0], self.places[-1][1]
        ends = min(line.start for line in lines), max(line.end for line in lines)
        beside = [at for at, along in points if ends[0] < along < ends[1]]
        # A single line that runs on closes off a cell if something is printed there.
        self.open_first = len(before) > 1 or any(before[0] < at < low for at in (beside if before else ()))
        self.open_last = len(after) > 1 or any(high < at < after[0] for at in (beside if after else ()))
        if self.open_first:
            self.places.insert(0, (min(before), min(before)))
        if self.open_last:
            self.places.append((max(after), max(after)))

    def join_strips(self, stands: Sequence[float], width: float) -> None:
        """Make one of two places with a narrow strip between in which nothing stands (`stands`: sorted)."""
        places = self.places[:1]
        for low, high in self.places[1:]:
            first, last = places[-1]
            empty = bisect_right(stands, (first + last) / 2) == bisect_left(stands, (low + high) / 2)
            if low - last < width and empty:
                places[-1] = first, high
            else:
                places.append((low, high))
        self.places = places

    def _at_places(self) -> list[list[Ruling]]:
        found: list[list[Ruling]] = [[] for _ in self.places]
        highs = [high for _, high in self.places]
        for line in self.lines:
            found[min(bisect_left(highs, line.at - 0.01), len(highs) - 1)].append(line)
        return found

    def beside(self, others: Sequence[float]) -> list[list[float]]:
        """For each slot of the other direction where the lines of each place stand beside it, or would."""
        at_places, middles = self._at_places(), self.middles()
        out = []
        for start, end in pairwise(others):
            y = (start + end) / 2
            row = []
            for lines, middle in zip(at_places, middles, strict=True):
                here = [line.at for line in lines if line.start <= y <= line.end]
                row.append(sum(here) / len(here) if here else middle)
            out.append(sorted(row))
        return out

    def middles(self) -> list[float]:
        return [(low + high) / 2 for low, high in self.places]

    def drawn(self, others: Sequence[float]) -> list[list[bool]]:
        """For each place and each slot along it whether a line is drawn there. `others`: the ends of the slots."""
        out = []
        for lines in self._at_places():
            covered = [0.0] * (len(others) - 1)
            reached = float("-inf")
            for line in sorted(lines, key=lambda one: one.start):
                start, end = max(line.start, reached), line.end
                if end <= start:
                    continue
                reached = end
                for slot in range(max(0, bisect_right(others, start) - 1), len(covered)):
                    if others[slot] >= end:
                        break
                    covered[slot] += max(0.0, min(end, others[slot + 1]) - max(start, others[slot]))
            out.append([part >= _DRAWN * (others[slot + 1] - others[slot]) for slot, part in enumerate(covered)])
        return out


def lattice(frame: Frame, points: Sequence[tuple[float, float]], limits: Limits) -> Lattice | None:
    """The cells that a frame encloses; `points`: where characters stand. None if there is but one cell."""
    down = _Axis(frame.down, frame.across, points)
    across = _Axis(frame.across, frame.down, [(y, x) for x, y in points])
    (left, _), (_, right) = down.places[0], down.places[-1]
    (top, _), (_, bottom) = across.places[0], across.places[-1]
    inside = [(x, y) for x, y in points if left <= x <= right and top <= y <= bottom]
    down.join_strips(sorted(x for x, _ in inside), _NARROW)
    across.join_strips(sorted(y for _, y in inside), _LOW)
    xs, ys = down.middles(), across.middles()
    rows, columns = len(ys) - 1, len(xs) - 1
    limits.check("max_slots", rows * columns, "rows × columns of a table")
    if rows < 1 or columns < 1 or rows * columns < 2:
        return None
    walls, floors = down.drawn(ys), across.drawn(xs)
    owner, cells = _cells(_united(walls, floors, rows, columns))
    if len(cells) < 2:
        return None
    for cell in cells:
        cell.outside = (
            (cell.column == 0 and not down.open_first and not any(walls[0][cell.row : cell.row_after]))
            or (cell.column_after == columns and not down.open_last and not any(walls[-1][cell.row : cell.row_after]))
            or (cell.row == 0 and not across.open_first and not any(floors[0][cell.column : cell.column_after]))
            or (
                cell.row_after == rows and not across.open_last and not any(floors[-1][cell.column : cell.column_after])
            )
        )
    return Lattice(xs, ys, cells, owner, down.beside(ys), across.open_first, across.open_last)


def _united(walls: list[list[bool]], floors: list[list[bool]], rows: int, columns: int) -> list[list[int]]:
    """For each slot the number of the region it belongs to."""
    parent = list(range(rows * columns))

    def root(slot: int) -> int:
        while parent[slot] != slot:
            parent[slot] = parent[parent[slot]]
            slot = parent[slot]
        return slot

    for row in range(rows):
        for column in range(columns):
            slot = row * columns + column
            if column and not walls[column][row]:
                parent[root(slot)] = root(slot - 1)
            if row and not floors[row][column]:
                parent[root(slot)] = root(slot - columns)
    return [[root(row * columns + column) for column in range(columns)] for row in range(rows)]


def _cells(regions: list[list[int]]) -> tuple[list[list[int]], list[Cell]]:
    """Regions as rectangles, in reading order; one of another shape is cut into several."""
    rows, columns = len(regions), len(regions[0])
    owner = [[-1] * columns for _ in range(rows)]
    cells: list[Cell] = []
    for row in range(rows):
        for column in range(columns):
            if owner[row][column] >= 0:
                continue
            region = regions[row][column]

            def free(at_row: int, at_column: int, region: int = region) -> bool:
                return regions[at_row][at_column] == region and owner[at_row][at_column] < 0

            right = column + 1
            while right < columns and free(row, right):
                right += 1
            below = row + 1
            while below < rows and all(free(below, at) for at in range(column, right)):
                below += 1
            for at_row in range(row, below):
                owner[at_row][column:right] = [len(cells)] * (right - column)
            cells.append(Cell(row, column, below, right))
    return owner, cells
