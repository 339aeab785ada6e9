"""Pictures on pages that have text as well: a table that somebody pasted as a picture."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pypdfium2 as pdfium

from extractor.read.flow import FlowCell, Word
from extractor.read.limits import Limits
from extractor.read.pages import Box
from extractor.read.pdf.shapes import Picture, Sheet
from extractor.read.picture import PageImage, Piece, TextLine, read_pages

__all__ = ["large_pictures", "read_embedded"]

# Of the page's width, and in points: a picture that is smaller is a seal or a logo, and no table.
_WIDE, _HIGH = 0.3, 40.0
# Parts of one picture lie so close together.
_TOUCH = 2.0
# Characters of the page that may stand over a picture; with more of them it is the ground that they are printed on.
_OVER = 5
_DPI = 200
_MOST_PIXELS = 25_000_000


def large_pictures(sheet: Sheet) -> list[Box]:
    """The boxes of pictures, on the page as it is shown, that may hold text which the page itself does not have."""
    out = []
    for box in _whole(sheet.drawn.images):
        x0, top, x1, bottom = box
        over = sum(1 for one in sheet.chars if x0 < one.x0 and one.x1 < x1 and top < one.middle < bottom)
        if over <= _OVER and bottom - top >= _HIGH:
            shown = sheet.turn.shown(box)
            if x1 - x0 >= _WIDE * min(sheet.width, sheet.height):
                out.append(shown)
    return out


def _whole(boxes: Sequence[Box]) -> list[Box]:
    """The pictures, those put together that were cut into strips."""
    out: list[Box] = []
    for box in sorted(boxes, key=lambda one: (one[0], one[1])):
        last = out[-1] if out else None
        if last is not None and abs(last[0] - box[0]) + abs(last[2] - box[2]) <= _TOUCH and box[1] - last[3] <= _TOUCH:
            out[-1] = last[0], last[1], last[2], max(last[3], box[3])
        else:
            out.append(box)
    return out


def read_embedded(pdf: pdfium.PdfDocument, number: int, boxes: Sequence[Box], limits: Limits) -> list[Picture]:
    """What the pictures in those boxes of a page (its number from 1) show; those without any text are left out."""
    out = []
    for box, scanned in zip(boxes, read_pages(_cut_out(pdf, number, boxes), limits), strict=True):
        faint = scanned.page.faint
        pieces = tuple(_moved(piece, box, faint=faint) for piece in scanned.pieces)
        if pieces:
            out.append(Picture(pieces, *box))
    return out


def _cut_out(pdf: pdfium.PdfDocument, number: int, boxes: Sequence[Box]) -> Iterator[PageImage]:
    page = pdf[number - 1]
    width, height = page.get_size()
    for x0, top, x1, bottom in boxes:
        scale = min(_DPI / 72, (_MOST_PIXELS / max(1.0, (x1 - x0) * (bottom - top))) ** 0.5)
        crop = x0, height - bottom, width - x1, top
        bitmap = page.render(scale=scale, grayscale=True, crop=tuple(max(0.0, one) for one in crop))
        pixels = bitmap.to_numpy().reshape(bitmap.height, bitmap.width).copy()
        bitmap.close()
        yield PageImage(number, pixels, 1 / scale)
    page.close()


def _moved(piece: Piece, by: Box, *, faint: bool) -> Piece:
    """A piece with its boxes on the page, and its words marked as recognised."""

    def moved(box: Box) -> Box:
        return box[0] + by[0], box[1] + by[1], box[2] + by[0], box[3] + by[1]

    def word(one: Word) -> Word:
        return one._replace(box=one.box and moved(one.box), scanned=True, faint=faint)

    if isinstance(piece, TextLine):
        return replace(piece, words=tuple(map(word, piece.words)), box=moved(piece.box))

    def cell(one: FlowCell) -> FlowCell:
        return one._replace(words=tuple(map(word, one.words)))

    rows = tuple(tuple(map(cell, row)) for row in piece.rows)
    return replace(piece, rows=rows, box=moved(piece.box))
