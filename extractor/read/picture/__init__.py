"""Pictures of pages → text and tables: files of pictures, and pages of PDFs that have no text of their own."""

from collections.abc import Iterable, Iterator

from extractor.errors import UnreadableError
from extractor.read.document import Parts
from extractor.read.flow import Flow
from extractor.read.limits import Limits
from extractor.read.pages import Page
from extractor.read.picture.engine import require, the_engine
from extractor.read.picture.pieces import (
    PageImage,
    Piece,
    ScannedPage,
    ScannedTable,
    TextLine,
    put_pieces,
)

__all__ = [
    "PageImage",
    "Piece",
    "ScannedPage",
    "ScannedTable",
    "TextLine",
    "put_pieces",
    "read_pages",
    "read_parts",
]


def read_parts(data: bytes, limits: Limits) -> Parts:
    """The text and the tables of a file of one or more pictures (PNG, JPEG, TIFF, BMP, GIF).

    Raises UnreadableError (broken, or `gouji[ocr]` is not installed), LimitError (too many pages or pixels).
    """
    require()
    from extractor.read.picture.files import pages_of

    flow = Flow(limits)
    pages: list[Page] = []
    pieces: list[Piece] = []
    for page in read_pages(pages_of(data, limits), limits):
        pages.append(page.page)
        pieces += page.pieces
    put_pieces(pieces, flow)
    parts = flow.finish(pages)
    if not parts.text:
        raise UnreadableError("no text was recognised in the picture")
    return parts


def read_pages(images: Iterable[PageImage], limits: Limits) -> Iterator[ScannedPage]:
    """Each page as it is read, one after the other: `images` may be a generator, so that one page at a time is held.

    Raises UnreadableError where `gouji[ocr]` is not installed, LimitError for a page with too many pixels.
    """
    require()
    from extractor.read.picture.page import read_page

    for image in images:
        limits.check("max_pixels", int(image.pixels.size), "pixels on a page")
        yield read_page(image, the_engine())
