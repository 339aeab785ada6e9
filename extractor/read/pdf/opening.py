"""A PDF opened, and its pages taken apart one by one; what is wrong with it told in words."""

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pypdfium2 as pdfium
from pypdfium2 import raw

from extractor.errors import UnreadableError
from extractor.read.limits import Limits
from extractor.read.pdf.chars import page_affine, read_chars
from extractor.read.pdf.drawing import read_drawing
from extractor.read.pdf.shapes import Drawn, Ruling, Sheet, Turn

__all__ = ["opened", "take_apart"]

_STREAM = re.compile(rb"stream\r?\n")
_CHUNK = 1 << 20
# deflate packs a thousand to one at best: no smaller file can be a bomb.
_BEST_RATIO = 1_032
_FAILURES = {
    raw.FPDF_ERR_PASSWORD: "the PDF is encrypted and needs a password",
    raw.FPDF_ERR_SECURITY: "the PDF is protected in a way that cannot be read",
}


@contextmanager
def opened(data: bytes, limits: Limits) -> Iterator[pdfium.PdfDocument]:
    """The document, open. Raises UnreadableError, LimitError."""
    _check_unpacked(data, limits)
    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        damaged = "the PDF is damaged, or cut off, and cannot be opened"
        raise UnreadableError(_FAILURES.get(getattr(error, "err_code", None), damaged)) from None
    try:
        limits.check("max_pages", len(pdf), "pages in the PDF")
        if not len(pdf):
            raise UnreadableError("the PDF has no pages")
        if pdf.get_formtype() != raw.FORMTYPE_NONE:
            # What is filled into a form's fields is no text of the page until it is made one.
            with suppress(pdfium.PdfiumError):
                pdf.init_forms()
        yield pdf
    finally:
        pdf.close()


def _check_unpacked(data: bytes, limits: Limits) -> None:
    """LimitError if the streams unpack to too much. Only what is packed once is seen: a filter over a filter is not."""
    if len(data) * _BEST_RATIO <= limits.max_unpacked:
        return
    total = 0
    for match in _STREAM.finditer(data):
        start = match.end()
        if data[start : start + 1] not in b"xhX8H":
            continue
        unpacking = zlib.decompressobj()
        at = start
        with suppress(zlib.error):
            while not unpacking.eof and at < len(data):
                piece = unpacking.decompress(unpacking.unconsumed_tail or data[at : at + _CHUNK], _CHUNK)
                at += 0 if unpacking.unconsumed_tail else _CHUNK
                total += len(piece)
                limits.check("max_unpacked", total, "bytes that the PDF unpacks to")


def take_apart(pdf: pdfium.PdfDocument, index: int, limits: Limits) -> Sheet | None:
    """The page of that index (from 0), its text upright; None if it is damaged."""
    try:
        page = pdf[index]
    except pdfium.PdfiumError:
        return None
    try:
        if pdf.formenv is not None and page.flatten() == raw.FLATTEN_SUCCESS:
            page.close()
            page = pdf[index]
        width, height = page.get_size()
        if width <= 0 or height <= 0:
            return None
        affine = page_affine(page.raw, width, height)
        # A table that is too wide runs over the right edge; what a crop hides is somebody else's.
        cropped = any(abs(one - other) > 1 for one, other in zip(page.get_mediabox(), page.get_cropbox(), strict=True))
        shown = (0.0, 0.0, width if cropped else 2 * width, height)
        drawn = read_drawing(page.raw, affine, shown, limits)
        text = page.get_textpage()
        chars = read_chars(text.raw, affine, shown, limits)
        text.close()
    except pdfium.PdfiumError:
        return None
    finally:
        page.close()
    turn = Turn(_quarters([one.turn for one in chars]), width, height)
    if turn.quarters:
        chars = [one.at(turn.upright(one.box), (one.turn - turn.quarters) % 4) for one in chars]
        drawn = _turned(drawn, turn)
    return Sheet(index + 1, width, height, turn, chars, drawn)


def _quarters(turns: list[int]) -> int:
    """How often the page must be turned for most of its text to stand upright."""
    counts = [turns.count(quarters) for quarters in range(4)]
    best = max(range(4), key=counts.__getitem__)
    return best if 10 * counts[best] > 6 * len(turns) else 0


def _turned(drawn: Drawn, turn: Turn) -> Drawn:
    boxes = [turn.upright((one.start, one.at, one.end, one.at)) for one in drawn.across]
    boxes += [turn.upright((one.at, one.start, one.at, one.end)) for one in drawn.down]
    across = [Ruling(top, x0, x1) for x0, top, x1, bottom in boxes if x1 - x0 > bottom - top]
    down = [Ruling(x0, top, bottom) for x0, top, x1, bottom in boxes if x1 - x0 <= bottom - top]
    return Drawn(across, down, [turn.upright(one) for one in drawn.images], drawn.marks, drawn.unseen, drawn.seen)
