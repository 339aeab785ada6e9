"""Pages whose text cannot be had from the file: drawn as pictures and handed to the reader of pictures."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import pypdfium2 as pdfium

from extractor.read.flow import Flow
from extractor.read.pages import Page
from extractor.read.picture import PageImage, Piece, put_pieces, read_pages

__all__ = ["named", "numbers", "read_pictures"]

_DPI = 200
_MOST_PIXELS = 25_000_000


def read_pictures(pdf: pdfium.PdfDocument, pages: Sequence[int], flow: Flow) -> dict[int, Page]:
    """Have pages (their numbers from 1) read as pictures into `flow`, and what each of them is."""
    out: dict[int, Page] = {}
    pieces: list[Piece] = []
    for scanned in read_pages(_drawn(pdf, pages), flow.limits):
        out[scanned.number] = scanned.page
        pieces += scanned.pieces
    # All together, for a table may go on from page to page.
    put_pieces(pieces, flow)
    return out


def _drawn(pdf: pdfium.PdfDocument, pages: Iterable[int]) -> Iterator[PageImage]:
    """The pages as pictures in grey, one at a time."""
    for number in pages:
        page = pdf[number - 1]
        width, height = page.get_size()
        scale = min(_DPI / 72, (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
        bitmap = page.render(scale=scale, grayscale=True)
        pixels = bitmap.to_numpy().reshape(bitmap.height, bitmap.width).copy()
        bitmap.close()
        page.close()
        yield PageImage(number, pixels, 1 / scale)


def named(pages: Sequence[int]) -> str:
    """Pages for a message: "page 2", "pages 1-3, 5"."""
    return f"page{'s' if len(pages) > 1 else ''} {numbers(pages)}"


def numbers(pages: Sequence[int]) -> str:
    """Page numbers: "1-3, 5"."""
    parts = []
    for _, run in groupby(enumerate(sorted(pages)), key=lambda one: one[1] - one[0]):
        found = [number for _, number in run]
        parts.append(str(found[0]) if len(found) == 1 else f"{found[0]}-{found[-1]}")
    return ", ".join(parts)
