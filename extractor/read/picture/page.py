"""One page that is a picture: straightened, its tables found by their ruling lines, its text recognised."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.read.flow import FlowCell, Word
from extractor.read.pages import Page
from extractor.read.picture.aligned import aligned_rows, aligned_tables, is_stacked
from extractor.read.picture.cells import Cut, cut, hidden_ink, lines_in
from extractor.read.picture.engine import Engine
from extractor.read.picture.figures import DIGITS, UNREADABLE, Seen, both, is_negative, may_be_figure, settled
from extractor.read.picture.half_ruled import half_ruled_tables
from extractor.read.picture.ink import character_size, ink_of, ink_of_characters
from extractor.read.picture.paragraphs import paragraphs
from extractor.read.picture.pieces import PageImage, Piece, ScannedPage, ScannedTable, TextLine
from extractor.read.picture.ruling import Ruled, Ruling, find_tables, is_open_below, rule
from extractor.read.picture.sign import minus_before
from extractor.read.picture.twice import second_view, third_view
from extractor.read.picture.upright import Grey, Upright, even, straighten

__all__ = ["read_page"]

# Characters are recognised best at about this height; pages are brought near it.
_FINE, _COARSE = 22.0, 60.0
_LEAST_SEEN = 1000
# Of a page as it is looked at: of an A4 page with its smallest letters enlarged, 20 million.
_MOST_PIXELS = 40_000_000
_LONG_LINE = 2.5
_HEAD_LINES = 8
_PAGE_NUMBER = re.compile(r"[-—–·.\s第]*\d{1,3}[-—–·.\s页]*(?:[/／共]\s*\d{1,3}\s*页?)?")
_MARGIN = 0.08
_FAINT = 0.03
_FEW = 3
_CUT_OFF = 1.4
# Height of a figure in pixels × darkness (0 to 1): 3.87 and more on scans of 110 dpi, 3.79 and less of 90 dpi, noisy.
_LEAST_INK = 3.85


@dataclass(slots=True)
class _Sheet:
    """A page made ready. `scale`: points a pixel of it; `size`: the height of a character, in pixels.

    `zoom`: its pixels to one of the picture as given; `darkness`: of its characters (0 to 255).
    """

    number: int
    upright: Upright
    tones: Grey
    ruling: Ruling
    size: float
    scale: float
    zoom: float
    darkness: float
    boxes: list[NDArray[np.float32]]

    def word(self, line: Cut, seen: Seen) -> Word:
        box = self.upright.box(line.x0, line.top, line.x1, line.bottom, self.scale)
        return Word(seen.text, self.number, box, seen.second)


def read_page(image: PageImage, engine: Engine) -> ScannedPage:
    """What stands on the page; a blank one has no pieces."""
    high, wide = image.pixels.shape
    sheet = _sheet(image, engine)
    page = Page(round(wide * image.scale, 1), round(high * image.scale, 1), scanned=True)
    if sheet is None:
        return ScannedPage(image.number, page, ())
    tables = list(find_tables(sheet.ruling, sheet.size))
    tables = sorted([*tables, *half_ruled_tables(sheet.ruling, tables, sheet.size)], key=lambda one: one.ys[0])
    cells = [(table, cell) for table in tables for cell in table.cells]
    lines = [lines_in(sheet.ruling, _room(sheet, table, table.box(cell)), sheet.size) for table, cell in cells]
    for number, (table, cell) in enumerate(cells):
        if not lines[number]:
            hidden = hidden_ink(sheet.upright.pixels, table.box(cell), sheet.size)
            lines[number] = [] if hidden is None else [hidden]
    loose = _loose(sheet, tables)
    every = [line for here in lines for line in here] + loose
    seen = _recognised(sheet, every, engine)
    in_tables = len(every) - len(loose)
    page = page._replace(faint=_faint(seen[:in_tables]) or _pale(sheet, every[:in_tables], seen))
    seen = _looked_at_again(sheet, every, seen, engine)
    borders = [table.box(cell)[0] for (table, cell), here in zip(cells, lines, strict=True) for _ in here]
    seen = _with_signs(sheet, every, seen, [*borders, *(0.0 for _ in loose)])
    words = iter([sheet.word(line, one) for line, one in zip(every, seen, strict=True)])
    in_cells = [[next(words) for _ in here] for here in lines]
    pieces: list[tuple[float, Piece]] = []
    at = 0
    for table in tables:
        here = in_cells[at : at + len(table.cells)]
        at += len(table.cells)
        standing = [
            (line, word)
            for cell, found in zip(lines[at - len(here) : at], here, strict=True)
            for line, word in zip(cell, found, strict=True)
        ]
        pieces.append((table.ys[0], _piece(sheet, table, here, standing)))
    beside = [(line, word) for line, word in zip(loose, words, strict=True) if not _is_number(line, word, sheet)]
    aligned, rest = aligned_tables(beside, sheet.size)
    width = sheet.upright.pixels.shape[1] * sheet.scale
    pieces += [
        (grid.top, ScannedTable(grid.rows, tuple(x * sheet.scale for x in grid.xs), grid.box, width, grid.unsure))
        for grid in aligned
    ]
    pieces += [(top, TextLine(text, box)) for top, text, box in paragraphs(rest, sheet.size)]
    pieces.sort(key=lambda one: one[0])
    return ScannedPage(image.number, page, tuple(piece for _, piece in pieces))


def _sheet(image: PageImage, engine: Engine) -> _Sheet | None:
    """The page straightened, right side up, and as fine as is good for recognition; None for a blank one."""
    room = float(np.sqrt(_MOST_PIXELS / image.pixels.size))
    shrink = min(1.0, room)
    tones = _zoomed(image.pixels, shrink)
    evened = even(tones)
    size = character_size(ink_of(evened))
    if not size:
        return None
    zoom = shrink
    if size < _FINE:
        zoom = max(shrink, min(4.0, float(np.ceil(_FINE / size)), room))
    elif size > _COARSE:
        zoom = shrink * _COARSE / size
    size /= shrink
    if zoom != shrink:
        tones = _zoomed(image.pixels, zoom)
        evened = even(tones)
    longest = max(_LEAST_SEEN, *image.pixels.shape)
    upright = straighten(evened, 0)
    boxes = engine.detect(upright.pixels, longest)
    turns = 0
    if _lie_on_their_side(boxes):
        turns = 1
        upright = straighten(evened, turns)
        boxes = engine.detect(upright.pixels, longest)
    heads = [_crop(upright.pixels, box) for box in sorted(boxes, key=_length, reverse=True)[:_HEAD_LINES]]
    if heads and engine.upside_down(heads) > 0.5:
        turns += 2
        upright = straighten(evened, turns)
        boxes = engine.detect(upright.pixels, longest)
    ink = ink_of(upright.pixels)
    size = character_size(ink, size * zoom)
    if not size:
        return None
    ruling = rule(upright.pixels, ink, size)
    characters = upright.pixels[ink_of_characters(ink, size) > 0]
    darkness = 255.0 - float(np.median(characters)) if characters.size else 0.0
    toned = straighten_as(tones, upright)
    return _Sheet(image.number, upright, toned, ruling, size, image.scale / zoom, zoom, darkness, boxes)


def _zoomed(pixels: Grey, zoom: float) -> Grey:
    if zoom == 1.0:
        return pixels
    how = cv2.INTER_CUBIC if zoom > 1 else cv2.INTER_AREA
    return np.asarray(cv2.resize(pixels, None, fx=zoom, fy=zoom, interpolation=how), np.uint8)


def straighten_as(tones: Grey, upright: Upright) -> Grey:
    """The page with its own tones, moved as `upright` was."""
    high, wide = upright.pixels.shape
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(tones, upright.back, (wide, high), flags=flags, borderValue=(255,)), np.uint8)


def _length(box: NDArray[np.float32]) -> float:
    return float(max(np.ptp(box[:, 0]), np.ptp(box[:, 1])))


def _lie_on_their_side(boxes: Sequence[NDArray[np.float32]]) -> bool:
    """Whether most of the long lines of text run from the top down."""
    upright = lying = 0.0
    for box in boxes:
        wide, high = float(np.ptp(box[:, 0])), float(np.ptp(box[:, 1]))
        if wide > _LONG_LINE * high:
            upright += wide
        elif high > _LONG_LINE * wide:
            lying += high
    return lying > upright


def _crop(pixels: Grey, box: NDArray[np.float32]) -> Grey:
    left, top = np.maximum(box.min(axis=0), 0).astype(int)
    right, bottom = np.ceil(box.max(axis=0)).astype(int)
    return pixels[top : max(bottom, top + 4), left : max(right, left + 4)]


def _room(sheet: _Sheet, table: Ruled, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Where the text of a cell may stand: below the end of lines that a page break cut off, one line more."""
    x0, top, x1, bottom = box
    if bottom < table.ys[-1] or not is_open_below(sheet.ruling, table, x0, x1, sheet.size):
        return box
    return x0, top, x1, bottom + _CUT_OFF * sheet.size


def _loose(sheet: _Sheet, tables: Sequence[Ruled]) -> list[Cut]:
    """The lines of text that stand in no table."""
    out: list[Cut] = []
    high, wide = sheet.upright.pixels.shape
    taken = [(one.xs[0], one.ys[0], one.xs[-1], one.ys[-1]) for one in tables]
    taken += [_room(sheet, one, one.box(cell)) for one in tables for cell in one.cells]
    for box in sheet.boxes:
        x, y = (float(one) for one in box.mean(axis=0))
        if any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in taken):
            continue
        left, top = np.maximum(box.min(axis=0), 0).astype(int)
        right, bottom = np.ceil(box.max(axis=0)).astype(int)
        line = Cut(int(left), int(top), min(int(right), wide), min(int(bottom), high))
        # The boxes of the detection are wider than the text: they are drawn in to its ink.
        ink = sheet.ruling.rest[line.top : line.bottom, line.x0 : line.x1]
        columns, rows = np.flatnonzero(ink.any(axis=0)), np.flatnonzero(ink.any(axis=1))
        if columns.size and rows.size:
            line = Cut(
                line.x0 + int(columns[0]),
                line.top + int(rows[0]),
                line.x0 + int(columns[-1]) + 1,
                line.top + int(rows[-1]) + 1,
            )
        out.append(line)
    return out


def _recognised(sheet: _Sheet, lines: Sequence[Cut], engine: Engine) -> list[Seen]:
    """The text of each line; what may be a figure is looked at twice."""
    pixels, ruling, size = sheet.upright.pixels, sheet.ruling, sheet.size
    first = [text for text, _ in engine.recognise([cut(pixels, ruling, line, size) for line in lines])]
    out = [Seen(text or UNREADABLE) for text in first]
    again = [number for number, text in enumerate(first) if may_be_figure(text)]
    views = [second_view(sheet.tones, ruling, lines[number], size) for number in again]
    kept = "".join({one for number in again for one in first[number] if "\u4e00" <= one <= "\u9fff"})
    for number, (text, _) in zip(again, engine.recognise(views, only=DIGITS + kept), strict=True):
        out[number] = both(first[number], text)
    return out


def _looked_at_again(sheet: _Sheet, lines: Sequence[Cut], seen: Sequence[Seen], engine: Engine) -> list[Seen]:
    """What was seen, after a third look where two recognitions differ: it counts if it bears out the first."""
    out = list(seen)
    open_ones = [number for number, one in enumerate(seen) if one.second is not None and one.second != one.text]
    views = [third_view(sheet.tones, sheet.ruling, lines[number], sheet.size) for number in open_ones]
    for number, (text, _) in zip(open_ones, engine.recognise(views), strict=True):
        out[number] = settled(seen[number], text)
    return out


def _with_signs(sheet: _Sheet, lines: Sequence[Cut], seen: Sequence[Seen], lefts: Sequence[float]) -> list[Seen]:
    """What was seen, after a look for the minus before each figure: one that both may have missed is read second."""
    out = list(seen)
    for number, (line, one, left) in enumerate(zip(lines, seen, lefts, strict=True)):
        figure = one.text.lstrip("-")
        if one.second is None or not figure[:1].isdigit() or (is_negative(one.text) and is_negative(one.second)):
            continue
        minus = minus_before(sheet.upright.pixels, sheet.ruling.rest, line, left + 0.15 * sheet.size, sheet.size)
        if minus and figure == one.text and not is_negative(one.second):
            out[number] = one._replace(second=f"-{figure}")
        elif minus and figure == one.second:  # the first saw it, and it is there
            out[number] = one._replace(second=one.text)
    return out


def _pale(sheet: _Sheet, lines: Sequence[Cut], seen: Sequence[Seen]) -> bool:
    """Whether the figures have too few pixels, or too little ink on them, to tell a 7 from a 1 in noise."""
    figures = [line.bottom - line.top for line, one in zip(lines, seen, strict=False) if one.second is not None]
    if not figures:
        return False
    return float(np.median(figures)) / sheet.zoom * sheet.darkness / 255 < _LEAST_INK


def _faint(seen: Sequence[Seen]) -> bool:
    """Whether the two recognitions differ in more than a few of the figures."""
    twice = [one for one in seen if one.second is not None]
    differ = sum(1 for one in twice if one.second != one.text)
    unread = sum(1 for one in seen if one.text == UNREADABLE)
    return differ + unread > max(_FEW, _FAINT * len(twice))


def _piece(
    sheet: _Sheet, table: Ruled, words: Sequence[Sequence[Word]], standing: Sequence[tuple[Cut, Word]]
) -> ScannedTable:
    """`words`: in each cell. `standing`: the same with their places."""
    rows: list[Sequence[FlowCell]]
    if table.stacked or is_stacked(standing, len(table.ys) - 1):
        rows = list(aligned_rows(standing, table.xs, sheet.size))
    else:
        rows = [
            [
                FlowCell(_joined(here), cell.row_span, cell.column_span)
                for cell, here in zip(table.cells, words, strict=True)
                if cell.row == number
            ]
            for number in range(len(table.ys) - 1)
        ]
    box = sheet.upright.box(table.xs[0], table.ys[0], table.xs[-1], table.ys[-1], sheet.scale)
    edges = tuple(x * sheet.scale for x in table.xs)
    width = sheet.upright.pixels.shape[1] * sheet.scale
    return ScannedTable(tuple(tuple(row) for row in rows), edges, box, width, table.unsure)


def _joined(words: Sequence[Word]) -> tuple[Word, ...]:
    """The lines of a cell: a label that is wrapped is one word, figures below each other are not."""
    out: list[Word] = []
    for word in words:
        if out and out[-1].text[-1:].isascii() and word.text[:1].isascii():
            out.append(Word("\n"))
        out.append(word)
    return tuple(out)


def _is_number(line: Cut, word: Word, sheet: _Sheet) -> bool:
    """Whether the line is the number of the page."""
    high = sheet.upright.pixels.shape[0]
    outer = line.bottom < _MARGIN * high or line.top > (1 - _MARGIN) * high
    return outer and _PAGE_NUMBER.fullmatch(word.text) is not None
