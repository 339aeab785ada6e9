"""Rulings put in order: pieces joined to lines, lines that meet gathered into frames."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extractor.read.pdf.shapes import Ruling

__all__ = ["Frame", "frames", "joined"]

# Points: pieces of one line lie so close in line, and so close end to end; lines that meet do so.
_ALIKE = 0.8
_GAP = 3.0
_MEET = 6.0
# How far beside the rest of a frame such a border may stand.
_WIDEST_BORDER = 150.0
# The height of a row of a single line.
_ROW = 27.0
# More lines than any form has are a drawing: of those, the long ones.
_MANY = 1_500
_LONG = 24.0


@dataclass(slots=True)
class Frame:
    """Rulings that hang together: those across by their height, those down by their place from the left."""

    across: list[Ruling]
    down: list[Ruling]


def joined(pieces: Sequence[Ruling]) -> list[Ruling]:
    """The lines that the pieces make up."""
    out: list[Ruling] = []
    pieces = sorted(pieces)
    first = 0
    while first < len(pieces):
        last = first
        while last + 1 < len(pieces) and pieces[last + 1].at - pieces[first].at <= _ALIKE:
            last += 1
        group = sorted(pieces[first : last + 1], key=lambda one: one.start)
        at = sum(one.at for one in group) / len(group)
        start, end = group[0].start, group[0].end
        for one in group[1:]:
            if one.start - end > _GAP:
                out.append(Ruling(at, start, end))
                start, end = one.start, one.end
            else:
                end = max(end, one.end)
        out.append(Ruling(at, start, end))
        first = last + 1
    return out


def frames(across: Sequence[Ruling], down: Sequence[Ruling]) -> list[Frame]:
    """The groups of lines that touch one another, those with lines of both kinds."""
    across, down = joined(across), joined(down)
    if len(across) + len(down) > _MANY:
        across = [one for one in across if one.end - one.start >= _LONG]
        down = [one for one in down if one.end - one.start >= _LONG]
        if len(across) + len(down) > _MANY:
            return []
    group = list(range(len(across) + len(down)))

    def root(member: int) -> int:
        while group[member] != member:
            group[member] = group[group[member]]
            member = group[member]
        return member

    heights = [one.at for one in across]
    for number, line in enumerate(down, len(across)):
        low, high = bisect_left(heights, line.start - _MEET), bisect_right(heights, line.end + _MEET)
        for other in range(low, high):
            if across[other].start - _MEET <= line.at <= across[other].end + _MEET:
                group[root(number)] = root(other)
    found: defaultdict[int, Frame] = defaultdict(lambda: Frame([], []))
    for number, line in enumerate(across):
        found[root(number)].across.append(line)
    for number, line in enumerate(down, len(across)):
        found[root(number)].down.append(line)
    _take_in_borders(found.values())
    apart = [part for frame in found.values() if frame.across for part in _parted(frame)]
    whole = _with_bands(apart)
    return [frame for frame in whole if frame.down]


def _take_in_borders(found: Iterable[Frame]) -> None:
    """Give an outer border that no line across reaches to the frame beside it: so is a cell over all rows of a page
    drawn, if it goes on before and behind the page."""
    for border in [line for frame in found if not frame.across for line in frame.down]:
        for frame in found:
            if not frame.across or not frame.down:
                continue
            left, right = _ends(frame)
            top, bottom = min(one.start for one in frame.down), max(one.end for one in frame.down)
            beside = 0 < left - border.at <= _WIDEST_BORDER or 0 < border.at - right <= _WIDEST_BORDER
            if beside and abs(border.start - top) <= _MEET and abs(border.end - bottom) <= _MEET:
                frame.down.append(border)
                frame.down.sort()
                break


def _parted(frame: Frame) -> list[Frame]:
    """A frame cut where two tables touch: no line runs down from one into the other, and most stand elsewhere."""
    left, right = _ends(frame)
    inner = [one for one in frame.down if left + _MEET < one.at < right - _MEET]
    for one in frame.across:
        y = one.at
        above = [line.at for line in inner if abs(line.end - y) <= _MEET and line.start < y - _MEET]
        below = [line.at for line in inner if abs(line.start - y) <= _MEET and line.end > y + _MEET]
        if min(len(above), len(below)) < 2 or any(line.start < y - _MEET and line.end > y + _MEET for line in inner):
            continue
        common = sum(any(abs(at - other) <= _ALIKE for other in above) for at in below)
        if 2 * common >= min(len(above), len(below)):
            continue
        first = Frame(
            [line for line in frame.across if line.at <= y + _ALIKE],
            [part._replace(end=min(part.end, y)) for part in frame.down if part.start < y - _MEET],
        )
        rest = Frame(
            [line for line in frame.across if line.at >= y - _ALIKE],
            [part._replace(start=max(part.start, y)) for part in frame.down if part.end > y + _MEET],
        )
        if all((first.across, first.down, rest.across, rest.down)):
            return [first, *_parted(rest)]
    return [frame]


def _with_bands(parts: Sequence[Frame]) -> list[Frame]:
    """Frames without borders at the sides, put together where a row of one cell parts them: no line down runs there."""
    out: list[Frame] = []
    for part in sorted(parts, key=lambda one: one.across[0].at):
        above = next((one for one in reversed(out) if _one_row_below(one, part)), None)
        if above is None:
            out.append(part)
        else:
            above.across += part.across
            above.down += part.down
    return out


def _one_row_below(frame: Frame, part: Frame) -> bool:
    gap = min(one.at for one in part.across) - max(one.at for one in frame.across)
    return (
        0 < gap <= _ROW
        and _open(frame)
        and _open(part)
        and all(abs(one - other) <= _MEET for one, other in zip(_ends(frame), _ends(part), strict=True))
    )


def _ends(frame: Frame) -> tuple[float, float]:
    return min(one.start for one in frame.across), max(one.end for one in frame.across)


def _open(frame: Frame) -> bool:
    """Whether no line closes it, neither on the left nor on the right."""
    left, right = _ends(frame)
    return all(left + _MEET < one.at < right - _MEET for one in frame.down)
