"""Files of pictures: their pages, one at a time, within the limits."""

import io
import warnings
from collections.abc import Iterator

import numpy as np
from PIL import Image, UnidentifiedImageError

from extractor.errors import LimitError, UnreadableError
from extractor.read.limits import Limits
from extractor.read.picture.pieces import PageImage

__all__ = ["pages_of", "size_of"]

# WebP only within documents: no file of its own is taken for one.
_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP")
_INCH = 72.0
_ODD_DPI = (30.0, 2400.0)
_TURNED = 0x0112
_BY_EXIF = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def pages_of(data: bytes, limits: Limits) -> Iterator[PageImage]:
    """The pages of a picture file; of a GIF, which moves, the first. Numbers count from 1.

    A page that says no resolution is taken as one pixel a point. Raises UnreadableError, LimitError, before a page with
    too many pixels is unpacked.
    """
    try:
        # Pillow warns of what it takes for a bomb; how much is too much is ours to say, before anything is unpacked.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
                number = 0
                while _at(image, number):
                    number += 1
                    limits.check("max_pages", number, "pages")
                    limits.check("max_pixels", image.width * image.height, "pixels on a page")
                    yield _page(image, number)
    except (UnreadableError, LimitError):
        raise
    except Image.DecompressionBombError:
        raise LimitError(f"more pixels on a page than {limits.max_pixels:,} (max_pixels)") from None
    except UnidentifiedImageError:
        raise UnreadableError("the picture is broken: its header cannot be read") from None
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError) as error:
        raise UnreadableError(f"the picture is broken or cut off: {_short(error)}") from None
    except Exception as error:  # struct.error, zlib.error and what else decoders raise on broken data
        if type(error).__module__.split(".")[0] in ("struct", "zlib", "PIL"):
            raise UnreadableError(f"the picture is broken or cut off: {_short(error)}") from None
        raise


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of the first page of a picture file, by its header; None for what is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
                return image.size
    except Exception:  # whatever a decoder raises on a broken header
        return None


def _at(image: Image.Image, number: int) -> bool:
    """Whether there is such a page, counted from 0; the picture is then at it."""
    if number and image.format != "TIFF":
        return False
    try:
        image.seek(number)
    except EOFError:
        return False
    return True


def _page(image: Image.Image, number: int) -> PageImage:
    resolution = image.info.get("dpi", (0, 0))
    dpi = float(resolution[0]) if isinstance(resolution, tuple) and resolution else 0.0
    scale = _INCH / dpi if _ODD_DPI[0] <= dpi <= _ODD_DPI[1] else 1.0
    turned = _BY_EXIF.get(image.getexif().get(_TURNED, 1)) if image.format in ("JPEG", "TIFF") else None
    flat = _on_white(image)
    if turned is not None:
        flat = flat.transpose(turned)
    return PageImage(number, np.asarray(flat, np.uint8).copy(), scale)


def _on_white(image: Image.Image) -> Image.Image:
    """The picture in grey, what is see-through in it white."""
    if image.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
        deep = np.asarray(image, np.float32)
        top = 65535.0 if deep.max(initial=0) > 255 else 255.0
        return Image.fromarray(np.clip(deep * (255.0 / top), 0, 255).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        shown = image.convert("RGBA")
        white = Image.new("RGBA", shown.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, shown).convert("L")
    return image.convert("L")


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
