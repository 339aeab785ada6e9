"""Pages of PDF files and of pictures as PNG, one at a time, in the coordinates that evidence boxes have.

Sizes are in points from the top left corner, as the readers of those formats give them; so a box is drawn over a
picture of any resolution.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

import pypdfium2 as pdfium
from PIL import Image, ImageOps, UnidentifiedImageError
from pypdfium2 import raw

from extractor.errors import DocumentError, LimitError, UnreadableError
from extractor.read.limits import Limits
from extractor.read.pdf.opening import opened

__all__ = ["DENSITIES", "Paged", "Size", "page_png", "page_sizes"]

DENSITIES = (72, 110, 150, 220, 300)
"""Dots an inch that pages are drawn with."""

_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP")
_MOST_PIXELS = 25_000_000
_INCH = 72.0
_ODD_DPI = (30.0, 2400.0)
_A4 = (595.0, 842.0)


class Paged(StrEnum):
    """How a document is looked at as pages: as a PDF, as a file of pictures, or as the pictures pasted into it."""

    PDF = "pdf"
    SCAN = "scan"
    PASTED = "pasted"


class Size(NamedTuple):
    """Width and height of a page in points."""

    width: float
    height: float


def page_sizes(data: bytes, limits: Limits, *, pdf: bool) -> tuple[Size, ...]:
    """Every page's. Raises UnreadableError, LimitError."""
    if pdf:
        with _pdf(data, limits) as document:
            return tuple(_size(document, index) for index in range(len(document)))
    with _picture(data) as image:
        sizes = []
        for index in range(getattr(image, "n_frames", 1) if image.format == "TIFF" else 1):
            limits.check("max_pages", index + 1, "pages")
            image.seek(index)
            scale = _scale(image)
            turned = image.format in ("JPEG", "TIFF") and image.getexif().get(0x0112, 1) >= 5
            width, height = image.size[::-1] if turned else image.size
            sizes.append(Size(width * scale, height * scale))
        return tuple(sizes)


def page_png(data: bytes, number: int, dpi: int, limits: Limits, *, pdf: bool) -> bytes:
    """Page `number`, counted from 1, with about `dpi` dots an inch. Raises UnreadableError, LimitError."""
    return _encoded(_of_pdf(data, number, dpi, limits) if pdf else _of_picture(data, number, dpi, limits))


@contextmanager
def _pdf(data: bytes, limits: Limits) -> Iterator[pdfium.PdfDocument]:
    """The document, kept open for the page that is asked for next."""
    document = _kept(data, limits)
    try:
        yield document
    except pdfium.PdfiumError as error:
        raise UnreadableError(f"the page cannot be drawn: {error}") from None


@lru_cache(maxsize=1)
def _kept(data: bytes, limits: Limits) -> pdfium.PdfDocument:
    with opened(data, limits):  # what is wrong with it, in words
        pass
    document = pdfium.PdfDocument(data)
    if document.get_formtype() != raw.FORMTYPE_NONE:
        with suppress(pdfium.PdfiumError):
            document.init_forms()
    return document


def _size(document: pdfium.PdfDocument, index: int) -> Size:
    try:
        width, height = document.get_page_size(index)
    except pdfium.PdfiumError:
        return Size(*_A4)
    return Size(width, height) if width > 0 and height > 0 else Size(*_A4)


def _of_pdf(data: bytes, number: int, dpi: int, limits: Limits) -> Image.Image:
    with _pdf(data, limits) as document:
        if not 1 <= number <= len(document):
            raise UnreadableError(f"there is no page {number}")
        width, height = _size(document, number - 1)
        scale = min(dpi / _INCH, (_MOST_PIXELS / (width * height)) ** 0.5)
        page = document[number - 1]
        bitmap = page.render(scale=scale, may_draw_forms=True)
        try:
            # A copy, for the bitmap's memory goes with it.
            shown: Image.Image = bitmap.to_pil().convert("RGB")
        finally:
            bitmap.close()
            page.close()
        return shown


def _of_picture(data: bytes, number: int, dpi: int, limits: Limits) -> Image.Image:
    with _picture(data) as image:
        if number != 1 and image.format != "TIFF":
            raise UnreadableError(f"there is no page {number}")
        try:
            image.seek(number - 1)
        except EOFError:
            raise UnreadableError(f"there is no page {number}") from None
        limits.check("max_pixels", image.width * image.height, "pixels on a page")
        scale = _scale(image) * dpi / _INCH
        shown: Image.Image = _on_white(image)
        if image.format in ("JPEG", "TIFF"):
            shown = ImageOps.exif_transpose(shown)
        if scale < 1:
            shown = shown.resize(
                (max(1, round(shown.width * scale)), max(1, round(shown.height * scale))), reducing_gap=2
            )
        return shown


@contextmanager
def _picture(data: bytes) -> Iterator[Image.Image]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # how many pixels are too many is ours to say
            with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
                yield image
    except DocumentError:
        raise
    except Image.DecompressionBombError:
        raise LimitError("more pixels on a page than are unpacked (max_pixels)") from None
    except UnidentifiedImageError:
        raise UnreadableError("the picture is broken: its header cannot be read") from None
    except Exception as error:
        raise UnreadableError(f"the picture is broken or cut off: {type(error).__name__}") from None


def _scale(image: Image.Image) -> float:
    """Points a pixel, as extractor.read.picture.files takes it: what says no resolution has a point a pixel."""
    told = image.info.get("dpi", (0, 0))
    dpi = float(told[0]) if isinstance(told, tuple) and told else 0.0
    return _INCH / dpi if _ODD_DPI[0] <= dpi <= _ODD_DPI[1] else 1.0


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
        deep = image.convert("F")
        most = deep.getextrema()[1]
        top = 65535.0 if isinstance(most, float) and most > 255 else 255.0
        return deep.point(lambda value: value * (255.0 / top)).convert("L")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        shown = image.convert("RGBA")
        white = Image.new("RGBA", shown.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, shown).convert("RGB")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _encoded(image: Image.Image) -> bytes:
    """Quickly rather than small: it goes over loopback, or is kept by the browser."""
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()
