"""Pictures of pages → text and tables: files of pictures, and pages of PDFs that have no text of their own."""

from collections.abc import Iterable, Iterator

from extractor.read.document import Parts
from extractor.read.limits import Limits
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
    raise NotImplementedError


def read_pages(images: Iterable[PageImage], limits: Limits) -> Iterator[ScannedPage]:
    """Each page as it is read, one after the other: `images` may be a generator, so that one page at a time is held.

    Raises UnreadableError where `gouji[ocr]` is not installed, LimitError for a page with too many pixels.
    """
    raise NotImplementedError
