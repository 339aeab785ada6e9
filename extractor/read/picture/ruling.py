"""The ruling lines of a page, and the grids of cells that they make.

Lines are where a page is darker along a stretch than on both sides of it; a border between two cells is there if most
of its length is. So lines may be broken, faint or a little bent, and a cell that is merged shows by the border that it
lacks.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.read.picture.ink import ink_of_characters
from extractor.read.picture.upright import Grey

__all__ = ["Ruled", "RuledCell", "Ruling", "find_tables", "is_open_below", "rule", "tabled"]

_THERE = 0.6
_SURELY_THERE = 0.85
_FAINTLY_THERE = 0.3
_TRACE = 0.1
_WHOLE = 0.95
_DARK = 0.42
_LONG = 5.0
_SIDE_BY_SIDE = 3
_OPEN = 0.9
_BROAD = 10.0
_LEAST_CELLS = 4


class Ruling(NamedTuple):
    """The lines of a page, as masks: `across` and `down`; `ink`: the mask of all ink, `rest`: without the lines."""

    across: Grey
    down: Grey
    ink: Grey
    rest: Grey


class RuledCell(NamedTuple):
    """A cell by its borders' places, and the spans of it."""

    row: int
    column: int
    row_span: int
    column_span: int


class Ruled(NamedTuple):
    """A table: the y of its rows' borders and the x of its columns', in pixels, and its cells in reading order.

    `stacked`: no lines part its rows, so that a cell holds several. `unsure`: none part its columns, and these are not
    certain.
    """

    ys: tuple[float, ...]
    xs: tuple[float, ...]
    cells: tuple[RuledCell, ...]
    stacked: bool = False
    unsure: bool = False

    def box(self, cell: RuledCell) -> tuple[float, float, float, float]:
        """x0, top, x1, bottom of a cell."""
        return (
            self.xs[cell.column],
            self.ys[cell.row],
            self.xs[cell.column + cell.column_span],
            self.ys[cell.row + cell.row_span],
        )


def rule(evened: Grey, ink: Grey, size: float) -> Ruling:
    """The ruling lines of a page. `evened`: its tones, `ink`: 255 where there is some; `size`: a character's height.

    A line is darker along a character's length and more than what lies on both sides of it; dense text is not.
    """
    dark = 255.0 - evened.astype(np.float32)
    # On a page with few words there is more noise than ink. Lines may be paler than characters, or darker.
    inked = [dark[mask > 0] for mask in (ink_of_characters(ink, size), ink_of_characters(ink, size, lines=True))]
    medians = [float(np.median(one)) for one in inked if one.size]
    least = max(16.0, _DARK * min(medians)) if medians else 255.0
    thick = max(1, round(0.07 * size))
    beside = max(thick + 1, round(0.26 * size))
    across = _lines(dark, max(16, round(2.2 * size)), thick, beside, least, 1.6 * size)
    # Lines across lend no length to a 1 that stands between two of them: there counts what is above and below.
    step = 2 * thick + 2
    rolled = np.minimum(np.roll(dark, step, axis=0), np.roll(dark, -step, axis=0))
    between = np.where(cv2.dilate(across, np.ones((2 * thick + 1, 1), np.uint8)) > 0, rolled, dark)
    upright = np.ascontiguousarray(between.T)
    down = np.ascontiguousarray(_lines(upright, max(12, round(1.6 * size)), thick, beside, least, 1.25 * size).T)
    down = _anchored(down, across, cv2.CC_STAT_HEIGHT, size)
    across = _anchored(across, down, cv2.CC_STAT_WIDTH, size)
    wide = max(3, round(0.15 * size)) | 1
    both = cv2.bitwise_or(
        cv2.dilate(across, np.ones((wide, 1), np.uint8)), cv2.dilate(down, np.ones((1, wide), np.uint8))
    )
    rest = cv2.bitwise_and(ink, cv2.bitwise_not(both))
    return Ruling(across, down, ink, np.asarray(rest, np.uint8))


def _lines(dark: NDArray[np.float32], length: int, thick: int, beside: int, least: float, shortest: float) -> Grey:
    """The mask of lines along the rows of `dark`."""
    along = cv2.blur(dark, (length, 1))
    body = cv2.blur(along, (1, thick)) if thick > 1 else along
    above = np.zeros_like(along)
    below = np.zeros_like(along)
    wide = cv2.blur(along, (1, max(1, beside // 2)))
    above[beside:] = wide[:-beside]
    below[:-beside] = wide[beside:]
    here = cv2.blur(dark, (max(3, round(0.1 * length)), thick))
    mask = np.where((body - 0.5 * (above + below) >= least) & (here >= 0.8 * least), 255, 0).astype(np.uint8)
    gap = max(3, round(0.1 * length))
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, max(3, round(shortest))), np.uint8))
    return np.asarray(opened, np.uint8)


def _anchored(lines: Grey, others: Grey, length: int, size: float) -> Grey:
    """The lines that are long, or that reach from one of the `others` to another: strokes of characters do not.

    Nor do these stand side by side on one of the others and end at one level, as those of a row do that a page break
    left open.
    """
    reach = 2 * round(0.3 * size) + 1
    near = cv2.dilate(others, np.ones((reach, reach), np.uint8)) > 0
    count, labels, stats, _ = cv2.connectedComponentsWithStats(lines, connectivity=8)
    keep = np.zeros(count, bool)
    end = round(0.3 * size)
    ends: dict[int, tuple[float, float]] = {}
    for number in range(1, count):
        x, y, wide, high = (int(one) for one in stats[number][:4])
        if length == cv2.CC_STAT_HEIGHT:
            first, last = near[y : y + end, x : x + wide], near[y + high - end : y + high, x : x + wide]
        else:
            first, last = near[y : y + high, x : x + end], near[y : y + high, x + wide - end : x + wide]
        starts, stops = bool(first.any()), bool(last.any())
        keep[number] = int(stats[number][length]) >= _LONG * size or (starts and stops)
        if length == cv2.CC_STAT_HEIGHT and starts is not stops:
            ends[number] = (float(y), float(y + high))
    for number in ends:
        if not keep[number]:
            alike = [
                one for one in ends.values() if all(abs(a - b) <= end for a, b in zip(one, ends[number], strict=True))
            ]
            keep[number] = len(alike) >= _SIDE_BY_SIDE
    return np.where(keep[labels], 255, 0).astype(np.uint8)


def _open_ends(down: Grey, ys: Sequence[float], size: float) -> list[float]:
    """Where lines down go on beyond the first or the last line across and end at one level: a page break was there."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(down, connectivity=8)
    tops = [float(stats[number][cv2.CC_STAT_TOP]) for number in range(1, count)]
    bottoms = [float(stats[number][cv2.CC_STAT_TOP] + stats[number][cv2.CC_STAT_HEIGHT]) for number in range(1, count)]
    out: list[float] = []
    for ends, level, sign in ((tops, ys[0], -1), (bottoms, ys[-1], 1)):
        beyond = [end for end in ends if sign * (end - level) >= _OPEN * size]
        middle = float(np.median(beyond)) if beyond else 0.0
        if sum(1 for end in beyond if abs(end - middle) <= 0.5 * size) >= _SIDE_BY_SIDE:
            out.append(middle)
    return out


def find_tables(ruling: Ruling, size: float) -> Iterator[Ruled]:
    """The tables that the lines make, from the top down."""
    slack = max(2, round(0.12 * size))
    grown = np.ones((2 * slack + 1, 2 * slack + 1), np.uint8)
    joined = cv2.dilate(cv2.bitwise_or(ruling.across, ruling.down), grown)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(np.asarray(joined, np.uint8), connectivity=8)
    found: list[tuple[float, Ruled]] = []
    for number in range(1, count):
        x, y, width, height = (int(one) for one in stats[number][:4])
        if width < 3 * size or height < 1.2 * size:
            continue
        here = labels[y : y + height, x : x + width] == number
        across = np.where(here, ruling.across[y : y + height, x : x + width], 0).astype(np.uint8)
        down = np.where(here, ruling.down[y : y + height, x : x + width], 0).astype(np.uint8)
        ys, xs = _edges(across, 0, size), _edges(down, 1, size)
        if not ys or len(xs) < 2:
            continue
        whole = [_covered(across, 0, y, xs[0], xs[-1], slack) for y in ys]
        ends = _open_ends(down, ys, size)
        ys, whole = sorted([*ys, *ends]), [*whole, *(1.0 for _ in ends)]
        if len(ys) < 2 or (len(ys) - 1) * (len(xs) - 1) < _LEAST_CELLS:
            continue
        wide = float(np.median(np.diff(xs)))
        # Large letters have strokes as long as a short line, but no borders all along, and no room for two characters.
        framed = sum(1 for one in whole if one >= _THERE) >= 2 or (
            # Cells that a page break cut off have no border below, whatever cells stand between them.
            xs[-1] - xs[0] > _BROAD * size
            and max(whole) >= _WHOLE
            and all(_covered(down, 1, x, ys[0], ys[-1], slack) >= _WHOLE for x in (xs[0], xs[-1]))
        )
        if not framed or wide < 1.8 * size or (len(ys) == 2 and min(whole) < _WHOLE):
            continue
        table = tabled(across, down, ruling.rest[y : y + height, x : x + width], ys, xs, slack)
        if len(table.cells) >= _LEAST_CELLS:
            moved = Ruled(tuple(one + y for one in table.ys), tuple(one + x for one in table.xs), table.cells)
            found.append((y, moved))
    found.sort(key=lambda one: one[0])
    yield from (table for _, table in found)


def is_open_below(ruling: Ruling, table: Ruled, x0: float, x1: float, size: float) -> bool:
    """Whether the table has no border at its end between those x: a page break cut its last row."""
    return _covered(ruling.across, 0, table.ys[-1], x0, x1, max(2, round(0.12 * size))) < _FAINTLY_THERE


def _edges(lines: Grey, axis: int, size: float) -> list[float]:
    """The places of the lines along `axis` (0: y of lines across), those of one border put together."""
    count, _, stats, centres = cv2.connectedComponentsWithStats(lines, connectivity=8)
    length = cv2.CC_STAT_WIDTH if axis == 0 else cv2.CC_STAT_HEIGHT
    places = sorted((float(centres[number][1 - axis]), float(stats[number][length])) for number in range(1, count))
    out: list[list[tuple[float, float]]] = []
    for place, weight in places:
        if out and place - out[-1][-1][0] <= 0.35 * size:
            out[-1].append((place, weight))
        else:
            out.append([(place, weight)])
    return [sum(p * w for p, w in one) / sum(w for _, w in one) for one in out]


def tabled(across: Grey, down: Grey, rest: Grey, ys: Sequence[float], xs: Sequence[float], slack: int) -> Ruled:
    """The cells between the edges; edges that part no two cells are left out. `slack`: of the edges, in pixels."""
    beside = np.array([[_covered(down, 1, x, top, bottom, slack) for x in xs] for top, bottom in pairwise(ys)])
    below = np.array([[_covered(across, 0, y, left, right, slack) for left, right in pairwise(xs)] for y in ys])
    walls, floors = _there(beside), _there(below.T).T
    for row, column in _lost(walls, beside):
        walls[row, column] = not _crossed(rest, 1, xs[column], ys[row], ys[row + 1], slack)
    for column, row in _lost(floors.T, below.T):
        floors[row, column] = not _crossed(rest, 0, ys[row], xs[column], xs[column + 1], slack)
    return _trimmed(_merged(walls, floors), ys, xs)


def _lost(borders: NDArray[np.bool_], covered: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Where a border is all but lost (place, line) that both of its neighbours on the same line have."""
    missing = ~borders[1:-1, 1:-1] & borders[:-2, 1:-1] & borders[2:, 1:-1] & (covered[1:-1, 1:-1] >= _TRACE)
    return [(int(place) + 1, int(line) + 1) for place, line in zip(*np.nonzero(missing), strict=True)]


def _crossed(rest: Grey, axis: int, place: float, start: float, end: float, slack: int) -> bool:
    """Whether ink of characters lies across a border."""
    low, high = max(0, round(place) - slack // 2), round(place) + slack // 2 + 1
    first, last = round(start) + 2 * slack, round(end) - 2 * slack
    strip = rest[low:high, first:last] if axis == 0 else rest[first:last, low:high]
    return bool(strip.any())


def _covered(lines: Grey, axis: int, place: float, start: float, end: float, slack: int) -> float:
    """How much of a border is drawn (0 to 1). Its ends are left out: there the crossing lines are."""
    low, high = max(0, round(place) - 2 * slack), round(place) + 2 * slack + 1
    inset = slack if end - start > 6 * slack else 0
    first, last = round(start) + inset, max(round(start) + inset + 1, round(end) - inset)
    strip = lines[low:high, first:last] if axis == 0 else lines[first:last, low:high]
    if strip.size == 0:
        return 0.0
    return float(strip.any(axis=axis).mean())


def _there(covered: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which borders are there. A faint one is, where the rest of the same line is (lines are rows of `covered`.T)."""
    there = covered >= _THERE
    for column in range(covered.shape[1]):
        line = covered[:, column]
        if line.size and (line >= _SURELY_THERE).mean() >= 0.5:
            there[:, column] |= line >= _FAINTLY_THERE
    return there


def _merged(walls: NDArray[np.bool_], floors: NDArray[np.bool_]) -> list[RuledCell]:
    """Cells of the finest grid joined where no border parts them; what is no rectangle is cut into some."""
    rows, columns = walls.shape[0], floors.shape[1]
    runs: list[list[tuple[int, int]]] = []
    for row in range(rows):
        cuts = [0, *(column for column in range(1, columns) if walls[row, column]), columns]
        runs.append(list(pairwise(cuts)))
    open_runs: dict[tuple[int, int], RuledCell] = {}
    cells: list[RuledCell] = []
    for row in range(rows):
        now: dict[tuple[int, int], RuledCell] = {}
        for left, right in runs[row]:
            above = open_runs.get((left, right))
            if above is not None and not floors[row, left:right].any():
                now[left, right] = above._replace(row_span=above.row_span + 1)
            else:
                now[left, right] = RuledCell(row, left, 1, right - left)
        cells += [cell for run, cell in open_runs.items() if run not in now or now[run].row != cell.row]
        open_runs = now
    cells += open_runs.values()
    return sorted(cells)


def _trimmed(cells: Sequence[RuledCell], ys: Sequence[float], xs: Sequence[float]) -> Ruled:
    """Without the edges at which no cell begins or ends."""
    rows = sorted({place for cell in cells for place in (cell.row, cell.row + cell.row_span)})
    columns = sorted({place for cell in cells for place in (cell.column, cell.column + cell.column_span)})
    row_at = {place: number for number, place in enumerate(rows)}
    column_at = {place: number for number, place in enumerate(columns)}
    return Ruled(
        tuple(ys[place] for place in rows),
        tuple(xs[place] for place in columns),
        tuple(
            RuledCell(
                row_at[cell.row],
                column_at[cell.column],
                row_at[cell.row + cell.row_span] - row_at[cell.row],
                column_at[cell.column + cell.column_span] - column_at[cell.column],
            )
            for cell in cells
        ),
    )
