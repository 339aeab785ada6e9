"""Tables with lines between their rows only, or between their columns only.

Lines between rows give the rows, and by where they begin the columns of labels that stand beside several rows. A gap
that stays clear in the rows with most pieces parts two columns; where print lies across it, a cell spans both.

Lines between columns give the columns, and by where they end some borders of rows; which rows stand between these, what
stands in them tells.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.read.picture.cells import lines_in
from extractor.read.picture.ruling import Ruled, Ruling, tabled
from extractor.read.picture.upright import Grey

__all__ = ["half_ruled_tables"]

# In character heights: between lines that are one, between ends of lines that are at one place, between rows.
_LEVEL, _END, _FAR = 0.35, 1.0, 14.0
# Between columns, between pieces of print that may stand in two of them, between words that likely do, and surely.
_CLEAR, _PIECE, _APART, _ALONE = 0.55, 0.4, 0.9, 1.5
# Between characters of one word at most. How far a row may go on beyond the last line.
_TOUCH, _CUT_OFF = 0.22, 5.0
# No digit is as narrow.
_SPECK = 0.15
# A line down is as long at least.
_TALL = 3.0
_LEAST_LINES, _LEAST_COLUMNS, _LEAST_PIECES = 4, 3, 3
# With as many columns two rows are a table.
_MANY_COLUMNS = 6
# A row is full with so many of the pieces that the fullest has; so many of the full ones may reach over a gap.
_FULL, _OVER = 0.6, 0.12
# With print in fewer of the full rows a column may be none.
_FILLED = 0.34


class _Level(NamedTuple):
    """A line across, or several side by side."""

    y: float
    x0: int
    x1: int


class _Upright(NamedTuple):
    """A line down."""

    x: float
    top: int
    bottom: int


def half_ruled_tables(ruling: Ruling, ruled: Sequence[Ruled], size: float) -> Iterator[Ruled]:
    """The tables among the lines across that are in none of the `ruled` ones, from the top down."""
    for stack in _stacks(_levels(ruling.across, ruled, size), size):
        for part in _parts(ruling.rest, _opened(ruling.rest, stack, size), size):
            table = _of_rows(ruling, part, size)
            if table is not None:
                yield table
    for bundle in _bundles(ruling.down, ruled, size):
        table = _of_columns(ruling, bundle, size)
        if table is not None:
            yield table


def _levels(across: Grey, ruled: Sequence[Ruled], size: float) -> list[_Level]:
    count, _, stats, centres = cv2.connectedComponentsWithStats(across, connectivity=8)
    found: list[_Level] = []
    for number in range(1, count):
        x, _, wide, _ = (int(one) for one in stats[number][:4])
        y = float(centres[number][1])
        if any(one.ys[0] - size <= y <= one.ys[-1] + size and one.xs[0] < x + wide / 2 < one.xs[-1] for one in ruled):
            continue
        found.append(_Level(y, x, x + wide))
    out: list[_Level] = []
    for one in sorted(found):
        last = out[-1] if out else None
        if last is not None and one.y - last.y <= _LEVEL * size:
            out[-1] = _Level(last.y, min(last.x0, one.x0), max(last.x1, one.x1))
        else:
            out.append(one)
    return out


def _stacks(levels: Sequence[_Level], size: float) -> Iterator[list[_Level]]:
    """Lines below each other that end at one place, or lie within the others: beside labels of several rows, and under
    heads, they are shorter."""
    stack: list[_Level] = []
    for one in levels:
        left, right = min((line.x0 for line in stack), default=0), max((line.x1 for line in stack), default=0)
        slack = _END * size
        alike = abs(one.x1 - right) <= slack or (left - slack <= one.x0 and one.x1 <= right + slack)
        if stack and (not alike or one.y - stack[-1].y > _FAR * size):
            yield stack
            stack = []
        stack.append(one)
    if stack:
        yield stack


def _opened(rest: Grey, stack: Sequence[_Level], size: float) -> list[_Level]:
    """The lines, and one more where a page break left a row without: above the first, or below the last."""
    left, right = min(one.x0 for one in stack), max(one.x1 for one in stack)
    reach, near = round(_CUT_OFF * size), 1.6 * size
    out = list(stack)
    for upwards in (True, False):
        y = round(stack[0].y if upwards else stack[-1].y)
        beyond = rest[max(0, y - reach) : y][::-1] if upwards else rest[y : y + reach]
        beyond = beyond[round(0.1 * size) :, left:right]
        inked = np.flatnonzero(beyond.any(axis=1))
        if inked.size == 0 or inked[0] > near:
            continue
        breaks = np.flatnonzero(np.diff(inked) > near)
        last = int(inked[breaks[0] if breaks.size else -1]) + 1
        if len(_pieces(beyond[:last], _APART, size)) < _LEAST_PIECES:
            continue
        end = last + 0.4 * size
        out = [_Level(y - end, left, right), *out] if upwards else [*out, _Level(y + end, left, right)]
    return out


def _parts(rest: Grey, stack: Sequence[_Level], size: float) -> Iterator[Sequence[_Level]]:
    """The stack cut where between two lines all along one piece stands alone: a title, or nothing, between tables."""
    first = 0
    widest = max(one.x1 - one.x0 for one in stack)
    for number, (above, below) in enumerate(pairwise(stack), start=1):
        whole = all(one.x1 - one.x0 >= widest - 2 * _END * size for one in (above, below))
        if whole and len(_pieces(_band(rest, above, below, size), _ALONE, size)) <= 1:
            yield stack[first:number]
            first = number
    yield stack[first:]


def _band(rest: Grey, above: _Level, below: _Level, size: float) -> Grey:
    """What is printed between two lines, from the beginning of the longer one to its end."""
    inset = 0.1 * size
    return rest[round(above.y + inset) : round(below.y - inset), min(above.x0, below.x0) : max(above.x1, below.x1)]


def _of_rows(ruling: Ruling, stack: Sequence[_Level], size: float) -> Ruled | None:
    if len(stack) < _LEAST_LINES - 1:
        return None
    left, right = min(one.x0 for one in stack), max(one.x1 for one in stack)
    ys = [max(0.0, one.y) for one in stack]
    bands = [ruling.rest[round(y + 0.1 * size) : round(after - 0.1 * size), left:right] for y, after in pairwise(ys)]
    print_at = [_pieces(band, _PIECE, size) for band in bands]
    touching = [_pieces(band, _TOUCH, size) for band in bands]
    words = [_pieces(band, _APART, size) for band in bands]
    most = max(map(len, words), default=0)
    full = [
        pieces for pieces, apart in zip(print_at, words, strict=True) if len(apart) >= max(_LEAST_PIECES, _FULL * most)
    ]
    labels = max((apart[0][1] for apart in words if apart and len(apart) == most), default=0)
    # Within labels a gap says nothing; among figures the beginning of a line says no more than the gaps.
    clear = [one for one in _borders(full, touching, right - left, size) if one > labels]
    inner = [*(one for one in _starts(stack, left, size) if one < min(clear, default=0.0) - size), *clear]
    few = len(stack) < _LEAST_LINES and (len(full) < len(bands) or len(inner) + 1 < _MANY_COLUMNS)
    if few or len(inner) + 1 < _LEAST_COLUMNS or not clear:
        return None
    glued = sum(1 for pieces in full if _glued(pieces, inner, clear[0]))
    if glued > _OVER * len(full):
        return None
    xs = [float(left), *(left + one for one in inner), float(right)]
    down = np.zeros_like(ruling.down)
    for (y, after), loose, close in zip(pairwise(ys), print_at, touching, strict=True):
        for x in (0.0, *inner, float(right - left)):
            if not any(first < x < last for first, last in (close if x in clear else loose)):
                down[round(y) : round(after) + 1, min(round(left + x), down.shape[1] - 1)] = 255
    slack = max(2, round(0.12 * size))
    unsure = glued > 0 or any(
        sum(1 for pieces in full if any(first < end and start < last for first, last in pieces)) < _FILLED * len(full)
        for start, end in pairwise([*clear, float(right - left)])
    )
    return tabled(ruling.across, down, ruling.rest, ys, xs, slack)._replace(unsure=unsure)


def _pieces(band: Grey, gap: float, size: float) -> list[tuple[int, int]]:
    """Where print begins and ends between two lines, whatever line of text it is in; what is less than `gap` apart, in
    character heights, is one."""
    places: NDArray[np.intp] = np.flatnonzero(band.any(axis=0))
    if places.size == 0:
        return []
    breaks = np.flatnonzero(np.diff(places) > gap * size)
    firsts = [int(places[0]), *(int(places[at + 1]) for at in breaks)]
    lasts = [*(int(places[at]) + 1 for at in breaks), int(places[-1]) + 1]
    return [(first, last) for first, last in zip(firsts, lasts, strict=True) if last - first > _SPECK * size]


def _borders(
    full: Sequence[Sequence[tuple[int, int]]], every: Sequence[Sequence[tuple[int, int]]], width: int, size: float
) -> list[float]:
    """In each gap that hardly any of the full rows reaches over, where the least of all rows do, near its middle."""
    clear = _over(full, width) <= _OVER * len(full)
    over = _over(every, width)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], clear, [False])).astype(np.int8)))
    out: list[float] = []
    for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if first > 0 and last < width and last - first >= _CLEAR * size:
            best = np.flatnonzero(over[first:last] == over[first:last].min()) + first
            out.append(float(best[int(np.abs(best - (first + last) / 2).argmin())]))
    return out


def _over(rows: Sequence[Sequence[tuple[int, int]]], width: int) -> NDArray[np.int32]:
    """How many rows have print at each place."""
    over = np.zeros(width, np.int32)
    for pieces in rows:
        for first, last in pieces:
            over[first:last] += 1
    return over


def _starts(stack: Sequence[_Level], left: int, size: float) -> list[float]:
    """Where lines begin that do not begin at the left edge, well apart from each other."""
    return [start for start in _together([float(one.x0 - left) for one in stack], size) if start > size]


def _bundles(down: Grey, ruled: Sequence[Ruled], size: float) -> Iterator[list[_Upright]]:
    """Lines side by side, none of which reaches further up or down than the longest."""
    count, _, stats, centres = cv2.connectedComponentsWithStats(down, connectivity=8)
    waiting: list[_Upright] = []
    for number in range(1, count):
        top, high = int(stats[number][cv2.CC_STAT_TOP]), int(stats[number][cv2.CC_STAT_HEIGHT])
        x, middle = float(centres[number][0]), top + high / 2
        taken = any(one.ys[0] < middle < one.ys[-1] and one.xs[0] - size < x < one.xs[-1] + size for one in ruled)
        if high >= _TALL * size and not taken:
            waiting.append(_Upright(x, top, top + high))
    waiting.sort(key=lambda one: one.top - one.bottom)
    while waiting:
        longest = waiting[0]
        reach = longest.top - _END * size, longest.bottom + _END * size
        bundle = [one for one in waiting if reach[0] <= one.top and one.bottom <= reach[1]]
        waiting = [one for one in waiting if one not in bundle]
        yield sorted(bundle)


def _of_columns(ruling: Ruling, bundle: Sequence[_Upright], size: float) -> Ruled | None:
    top, bottom = min(one.top for one in bundle), max(one.bottom for one in bundle)
    xs = _together([one.x for one in bundle], size)
    if len(xs) < _LEAST_COLUMNS:
        return None
    # Where no line closes it on its sides, what is printed there is in it.
    wide = float(ruling.rest.shape[1])
    before = lines_in(ruling, (0.0, top, xs[0], bottom), size)
    behind = lines_in(ruling, (xs[-1], top, wide, bottom), size)
    if before:
        xs = [min(one.x0 for one in before) - size, *xs]
    if behind:
        xs = [*xs, max(one.x1 for one in behind) + size]
    ys = _together([float(end) for one in bundle for end in (one.top, one.bottom)], size)
    across = np.zeros_like(ruling.across)
    thick = max(1, round(0.1 * size))
    for y in ys:
        for left, right in pairwise(xs):
            strip = ruling.rest[max(0, round(y) - thick) : round(y) + thick, round(left) : round(right)]
            if not strip.any():
                across[min(round(y), across.shape[0] - 1), round(left) : round(right)] = 255
    slack = max(2, round(0.12 * size))
    return tabled(across, ruling.down, ruling.rest, ys, xs, slack)._replace(stacked=True)


def _together(places: Sequence[float], size: float) -> list[float]:
    """The places, those close together as one."""
    groups: list[list[float]] = []
    for place in sorted(places):
        if groups and place - groups[-1][-1] <= size:
            groups[-1].append(place)
        else:
            groups.append([place])
    return [float(np.median(group)) for group in groups]


def _glued(pieces: Sequence[tuple[int, int]], borders: Sequence[float], figures: float) -> bool:
    """Whether two pieces share a cell, in the columns of figures that begin at `figures`: they would be read as one."""
    open_until = figures
    for first, last in pieces:
        if last <= figures:
            continue
        if first < open_until and open_until > figures:
            return True
        open_until = next((x for x in borders if x >= last), float("inf"))
    return False
