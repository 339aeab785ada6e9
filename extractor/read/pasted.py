"""Pictures in documents of text: a table, or whole pages, that somebody pasted into a page or a Word file.

They are recognised where the text has no tables to speak of, and put down where they stand; their figures are treated
as those of a scan. Only what is at hand is looked at: nothing is fetched.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from extractor.errors import LimitError, UnreadableError
from extractor.read.document import Grid, Parts, Pasted
from extractor.read.figures import FigureKind, read_figure
from extractor.read.flow import Flow
from extractor.read.limits import Limits
from extractor.read.pages import Page, Pages
from extractor.read.picture import Piece, ScannedPage, ScannedTable, put_pieces, read_pages
from extractor.read.picture.engine import is_installed
from extractor.read.told import recognised_pictures, unread_pictures

__all__ = ["chosen", "recognised"]

# With so many figures in tables of its own, a document has what its pictures may show.
_ENOUGH_FIGURES = 60
# In pixels: what is smaller, or longer than so many times its width or height, is a logo, a code, a rule, a banner.
_LEAST_WIDE, _LEAST_HIGH, _WIDEST, _LONGEST = 300, 60, 12, 20
# Bytes: a picture with fewer is an icon, where nothing tells how many pixels it has.
_LARGE = 9_000
# Pictures that are looked at, those that are recognised, and pixels of all of these.
_MOST_SEEN, _MOST_READ, _MOST_PIXELS = 500, 30, 200_000_000
# A picture with a table of so many figures, or so many characters, is part of the document: others are ornaments.
_LEAST_FIGURES, _LEAST_TEXT = 4, 80
_BESIDE = re.compile(r"(?:\s|\[图\])*")


@dataclass(frozen=True, slots=True)
class _Choice:
    """`read`: what is to be recognised; `unread`: how many pictures besides may hold a table."""

    read: tuple[Pasted, ...]
    unread: int


def chosen(parts: Parts, limits: Limits) -> tuple[Pasted, ...]:
    """The pictures that are recognised, in their order: the n-th of them is page n."""
    return _choice(parts, limits).read


def recognised(parts: Parts, limits: Limits) -> Parts:
    """The parts with what their pictures show, or with a note on those that were not read.

    Raises LimitError for more text or cells than `limits` allow; a picture over them is left out, and noted.
    """
    choice = _choice(parts, limits)
    notes = parts.notes
    unread = choice.unread
    shown = Parts("")
    if choice.read:
        taken = _Taken(parts, limits)
        for number, one in enumerate(choice.read, start=1):
            unread += not taken.take(number, one)
        shown = taken.put_down()
        if taken.names:
            notes = (*notes, recognised_pictures(taken.names))
    if unread:
        notes = (*notes, unread_pictures(unread, install=not is_installed()))
    return shown._replace(notes=notes + shown.notes) if shown.text else parts._replace(notes=notes, pasted=())


def _choice(parts: Parts, limits: Limits) -> _Choice:
    """Within the limits, and the first of several of one name."""
    different = {one.name: one for one in reversed(parts.pasted[:_MOST_SEEN])}
    pasted = sorted(different.values(), key=lambda one: one.at)
    installed = is_installed()
    read: list[Pasted] = []
    unread = pixels = 0
    wanted = installed and not _has_tables(parts)
    for one in pasted:
        size = _size(one, limits) if installed else None
        if size is None:
            unread += one.large or len(one.load() or b"") >= _LARGE
            continue
        wide, high = size
        if wide < _LEAST_WIDE or high < _LEAST_HIGH or wide > _WIDEST * high or high > _LONGEST * wide:
            continue
        pixels += wide * high
        if wanted and len(read) < _MOST_READ and pixels <= _MOST_PIXELS and wide * high <= limits.max_pixels:
            read.append(one)
        else:
            unread += 1
    return _Choice(tuple(read), unread)


def _size(one: Pasted, limits: Limits) -> tuple[int, int] | None:
    """In pixels; None for what is not at hand, too large a file, or no picture of a kind that is read."""
    from extractor.read.picture.files import size_of

    data = one.load()
    return None if data is None or len(data) > limits.max_bytes else size_of(data)


def _has_tables(parts: Parts) -> bool:
    """Whether the tables of the text hold as many figures as those of a report."""
    figures = 0
    for grid in parts.grids:
        for cell in grid.cells:
            if cell.end > cell.start and read_figure(parts.text[cell.start : cell.end]).kind is FigureKind.NUMBER:
                figures += 1
                if figures >= _ENOUGH_FIGURES:
                    return True
    return False


class _Taken:
    """What pictures show, put down in the order in which they stand, those one below the other without a break."""

    def __init__(self, parts: Parts, limits: Limits) -> None:
        self._parts = parts
        self._limits = limits
        self._pages: list[Page] = []
        self._places: list[int] = []
        self._pieces: list[list[Piece]] = []
        self.names: list[str] = []

    def take(self, number: int, one: Pasted) -> bool:
        """Whether the picture could be read, whatever it shows."""
        page = _read(one, number, self._limits)
        self._pages.append(Page(0.0, 0.0) if page is None else page.page._replace(picture=one.name))
        if page is None:
            return False
        if not _is_part(page.pieces):
            return True
        self.names.append(one.name)
        text = self._parts.text
        at = _line_after(one.at, text, self._parts.grids)
        if self._places and _BESIDE.fullmatch(text, self._places[-1], at) is not None:
            self._pieces[-1] += page.pieces
        else:
            self._places.append(at)
            self._pieces.append(list(page.pieces))
        return True

    def put_down(self) -> Parts:
        """The document's parts with what was taken; no text where nothing was."""
        if not self._places:
            return Parts("")
        flow = Flow(self._limits)
        ends: list[int] = []
        for pieces in self._pieces:
            put_pieces(pieces, flow)
            ends.append(flow.length)
        return _spliced(self._parts, flow.finish(self._pages), self._places, ends)


def _read(one: Pasted, number: int, limits: Limits) -> ScannedPage | None:
    from extractor.read.picture.files import pages_of

    try:
        image = next(pages_of(one.load() or b"", limits), None)
        return None if image is None else next(read_pages([image._replace(number=number)], limits))
    except (UnreadableError, LimitError):
        return None


def _is_part(pieces: Sequence[Piece]) -> bool:
    """Whether what a picture shows is a part of the document: a table, or a page of it."""
    characters = 0
    for piece in pieces:
        if not isinstance(piece, ScannedTable):
            characters += sum(len(word.text) for word in piece.words)
            continue
        texts = ["".join(word.text for word in cell.words) for row in piece.rows for cell in row]
        if sum(1 for text in texts if read_figure(text).kind is FigureKind.NUMBER) >= _LEAST_FIGURES:
            return True
        characters += sum(map(len, texts))
    return characters >= _LEAST_TEXT


def _line_after(at: int, text: str, grids: Sequence[Grid]) -> int:
    """Where the next line begins that is in no table."""
    for grid in grids:
        if grid.start < at <= grid.end:
            at = grid.end
    if at and text[at - 1] != "\n":
        at = text.find("\n", at) + 1 or len(text)
    return at


def _spliced(parts: Parts, shown: Parts, places: Sequence[int], ends: Sequence[int]) -> Parts:
    """`parts` with `shown` put in: what ends at ends[n] of it stands at places[n] of the text, both ascending."""
    starts = [0, *ends[:-1]]
    text: list[str] = []
    stretches: list[tuple[int, int]] = []
    done = length = 0
    for place, start, end in zip(places, starts, ends, strict=True):
        before = parts.text[done:place]
        done = place
        if before and not before.endswith("\n"):
            before += "\n"
        length += len(before)
        text += [before, shown.text[start:end]]
        stretches.append((length, length + end - start))
        length += end - start
    text.append(parts.text[done:])

    def within(offset: int) -> int:
        number = bisect_right(starts, offset) - 1
        return stretches[number][0] + offset - starts[number]

    # Where the last line of the text has no end it is given one; nothing of the text is behind it.
    added = [0, *accumulate(end - start for start, end in stretches)]
    grids = [_moved(grid, added[bisect_right(places, grid.start)]) for grid in parts.grids]
    grids += [_moved(grid, within(grid.start) - grid.start) for grid in shown.grids]
    pages = shown.pages or Pages((), ())
    return Parts(
        "".join(text),
        tuple(sorted(grids, key=lambda grid: grid.start)),
        shown.notes,
        pages.moved(within, stretches),
    )


def _moved(grid: Grid, by: int) -> Grid:
    cells = tuple(cell._replace(start=cell.start + by, end=cell.end + by) for cell in grid.cells)
    return replace(grid, cells=cells, start=grid.start + by, end=grid.end + by)
