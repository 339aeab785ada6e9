"""The characters of a page, each with its box, out of pdfium's text layer."""

import math
from collections import Counter
from ctypes import byref, c_double, c_int, c_void_p, cast
from itertools import pairwise
from statistics import median
from typing import Any

import pypdfium2.raw as pdfium

from extractor.read.limits import Limits
from extractor.read.pages import Box
from extractor.read.pdf.shapes import Char

__all__ = ["BLANK", "UNKNOWN", "Affine", "page_affine", "read_chars"]

# a, b, c, d, e, f: x' = a x + c y + e, y' = b x + d y + f.
Affine = tuple[float, float, float, float, float, float]

_FINE = 1000
_ODD_TURN = math.radians(8)
# A blank that takes up room on its line as a letter does.
BLANK = "\xa0"
# What stands for a character that nobody can read.
UNKNOWN = "\ufffd"
# So many times as high as the usual ones, and less ink in it than this share: no letter is, the box is wrong.
_TALL, _INK = 3.0, 0.4
# From the ink of an ideograph to the square it stands in.
_BEARING = 1.06
# A text layer gives a bullet out of a symbol font as a private use character: a mark, no text.
_SYMBOLS = range(0xF000, 0xF100)


def page_affine(page: Any, width: float, height: float) -> Affine:
    """From the page's own coordinates to points from the top left corner of the page as it is shown."""
    x, y = c_int(), c_int()
    # pdfium answers in whole pixels: a thousand to a point are fine enough, if the page is no field.
    fine = max(1, min(_FINE, int(1_000_000_000 / max(width, height, 1))))
    corners = []
    for at in ((0.0, 0.0), (1000.0, 0.0), (0.0, 1000.0)):
        pdfium.FPDF_PageToDevice(page, 0, 0, int(width * fine), int(height * fine), 0, *at, byref(x), byref(y))
        corners.append((x.value / fine, y.value / fine))
    (e, f), (ax, ay), (cx, cy) = corners
    return (ax - e) / 1000, (ay - f) / 1000, (cx - e) / 1000, (cy - f) / 1000, e, f


def read_chars(text_page: Any, affine: Affine, shown: Box, limits: Limits) -> list[Char]:
    """The characters that can be seen on the page, in the order of the file; white space is left out, but for hard
    blanks.

    A character that the font gives no meaning is a replacement character and `bad`. Text at an angle (a watermark) and
    text outside of `shown` is left out. `turn`: quarter turns clockwise in which the character is printed.
    """
    count = pdfium.FPDFText_CountChars(text_page)
    limits.check("max_characters", count, "characters on one page")
    a, b, c, d, e, f = affine
    rect = pdfium.FS_RECTF()
    where = byref(rect)
    unicode_of, loose_box = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetLooseCharBox
    generated, unmapped = pdfium.FPDFText_IsGenerated, pdfium.FPDFText_HasUnicodeMapError
    angle_of, drawn_by = pdfium.FPDFText_GetCharAngle, pdfium.FPDFText_GetTextObject
    run, before = 0, None
    out: list[Char] = []
    indexes: list[int] = []
    off: list[Box] = []
    high = 0
    for index in range(count):
        code = unicode_of(text_page, index)
        if code in (0x20, 0x0D, 0x0A, 0x3000, 0x09) or generated(text_page, index) == 1:
            continue
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000 and high:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)
        high = 0
        if not loose_box(text_page, index, where):
            continue
        x0, x1 = a * rect.left + c * rect.bottom + e, a * rect.right + c * rect.top + e
        y0, y1 = b * rect.left + d * rect.bottom + f, b * rect.right + d * rect.top + f
        x0, x1, top, bottom = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
        turn = _turn(angle_of(text_page, index), affine)
        if turn < 0:
            continue
        if not _within((x0 + x1) / 2, (top + bottom) / 2, shown):
            off.append((x0, top, x1, bottom))
            continue
        if code in _SYMBOLS:
            text, bad = "·", False
        elif code == 0xA0:
            text, bad = BLANK, False
        else:
            bad = unmapped(text_page, index) == 1 or _meaningless(code)
            text = UNKNOWN if bad else chr(code)
        here = cast(drawn_by(text_page, index), c_void_p).value
        if here != before:
            run, before = run + 1, here
        out.append(Char(text, x0, top, x1, bottom, turn, bad, run))
        indexes.append(index)
    _shrink(out, indexes, text_page, affine)
    return _once(_cut(out, off) if off else out)


def _cut(chars: list[Char], off: list[Box]) -> list[Char]:
    """With figures that the edge of the page cuts in two made illegible: what is left of them is not what they are."""
    edges = {(round(box[0]), round(box[1])) for box in off} | {(round(box[2]), round(box[1])) for box in off}
    out = list(chars)
    for order in (range(len(out) - 1, -1, -1), range(len(out))):
        for number in order:
            one = out[number]
            x = round(one.x1 if order.step < 0 else one.x0)
            touches = any((x + i, round(one.top) + j) in edges for i in (-1, 0, 1) for j in (-1, 0, 1))
            if touches and one.text < "\u2000":
                out[number] = one._replace(text=UNKNOWN)
                edges.add((round(one.x0 if order.step < 0 else one.x1), round(one.top)))
    return out


def _shrink(chars: list[Char], indexes: list[int], text_page: Any, affine: Affine) -> None:
    """Give characters of fonts for vertical lines the box of their ink: what pdfium says of their height is not so."""
    if not chars:
        return
    usual = median(one.bottom - one.top for one in chars)
    a, b, c, d, e, f = affine
    left, right, low, high = c_double(), c_double(), c_double(), c_double()
    for number, one in enumerate(chars):
        height = one.bottom - one.top
        if height <= _TALL * usual:
            continue
        ink = byref(left), byref(right), byref(low), byref(high)
        if not pdfium.FPDFText_GetCharBox(text_page, indexes[number], *ink):
            continue
        x, y = (left.value + right.value) / 2, (low.value + high.value) / 2
        half = max(right.value - left.value, high.value - low.value) / 2 * _BEARING
        if 2 * half < _INK * height:
            x, y = a * x + c * y + e, b * x + d * y + f
            chars[number] = one._replace(x0=x - half, x1=x + half, top=y - half, bottom=y + half)


def _meaningless(code: int) -> bool:
    """Control and private use characters, and what is none: there is no such letter in a report."""
    if code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xF900:
        return True
    return code in (0xFFFD, 0xFFFE, 0xFFFF) or code >= 0xF0000


def _within(x: float, y: float, box: Box) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _turn(angle: float, affine: Affine) -> int:
    """Quarter turns clockwise of a character as it is shown, -1 where it stands aslant."""
    if angle < 0:
        return 0
    a, b, c, d, _, _ = affine
    # pdfium measures clockwise, in coordinates that count upwards.
    x, y = a * math.cos(angle) - c * math.sin(angle), b * math.cos(angle) - d * math.sin(angle)
    seen = math.atan2(y, x)
    if math.isnan(seen):  # a broken matrix
        return -1
    quarters = round(seen / (math.pi / 2))
    return -1 if abs(seen - quarters * math.pi / 2) > _ODD_TURN else quarters % 4


def _once(chars: list[Char]) -> list[Char]:
    """Without the copies that lie on their originals: bold type made by printing twice."""
    if all(after.x0 - one.x0 > 1.5 or after.text != one.text or after.top != one.top for one, after in pairwise(chars)):
        repeated = Counter((one.text, round(one.x0), round(one.top)) for one in chars)
        if max(repeated.values(), default=0) < 2:
            return chars
    kept: list[Char] = []
    at: dict[tuple[str, int, int], Char] = {}
    for one in chars:
        x, y = round(one.x0), round(one.top)
        near = (at.get((one.text, x + i, y + j)) for i in (-1, 0, 1) for j in (-1, 0, 1))
        most = 0.3 * (one.x1 - one.x0)
        if any(
            other is not None and abs(other.x0 - one.x0) <= most and abs(other.top - one.top) <= most for other in near
        ):
            continue
        kept.append(one)
        at[(one.text, x, y)] = one
    return kept
