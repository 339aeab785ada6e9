"""The rulings of a page: strokes and thin bars along an axis; and the pictures on it."""

from ctypes import byref, c_float, c_int, c_uint
from itertools import pairwise
from typing import Any

import pypdfium2.raw as pdfium

from extractor.read.limits import Limits
from extractor.read.pages import Box
from extractor.read.pdf.chars import Affine
from extractor.read.pdf.shapes import Drawn, Ruling

__all__ = ["read_drawing"]

# A filled shape that is no thicker is a line; a thicker one is a ground to print on.
_THICK = 3.6
_SHORTEST = 2.0
_ASLANT = 0.6
_WHITE = 248
_DEEPEST = 12
_MOST_CLIPS = 20
_MOST_SEGMENTS = 2_000
_INVISIBLE = 3


def read_drawing(page: Any, affine: Affine, shown: Box, limits: Limits) -> Drawn:
    """What is drawn on the page within `shown`. What is white or clear is not there."""
    drawing = _Drawing(shown, limits)
    for number in range(pdfium.FPDFPage_CountObjects(page)):
        drawing.take(pdfium.FPDFPage_GetObject(page, number), affine, 0)
    return drawing.drawn


class _Drawing:
    def __init__(self, shown: Box, limits: Limits) -> None:
        self.drawn = Drawn()
        self.shown = shown
        self.seen = shown
        self.limits = limits
        self.count = 0

    def take(self, item: Any, affine: Affine, depth: int) -> None:
        self.count += 1
        self.limits.check("max_objects", self.count, "things drawn on one page")
        kind = pdfium.FPDFPageObj_GetType(item)
        self.seen = _clipped(item, affine, self.shown)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            self._path(item, _times(_matrix(item), affine))
        elif kind == pdfium.FPDF_PAGEOBJ_TEXT:
            if pdfium.FPDFTextObj_GetTextRenderMode(item) == _INVISIBLE:
                self.drawn.unseen += 1
            else:
                self.drawn.seen += 1
        elif kind in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING):
            self._image(_matrix(item), affine, is_image=kind == pdfium.FPDF_PAGEOBJ_IMAGE)
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
            inner = _times(_matrix(item), affine)
            for number in range(pdfium.FPDFFormObj_CountObjects(item)):
                self.take(pdfium.FPDFFormObj_GetObject(item, number), inner, depth + 1)

    def _image(self, matrix: Affine, affine: Affine, *, is_image: bool) -> None:
        """A picture is the unit square under its matrix."""
        if not is_image:
            self.drawn.marks += 1
            return
        a, b, c, d, e, f = _times(matrix, affine)
        xs, ys = (e, e + a, e + c, e + a + c), (f, f + b, f + d, f + b + d)
        box = (min(xs), min(ys), max(xs), max(ys))
        if min(box[2] - box[0], box[3] - box[1]) <= _THICK:
            self._bar(box)
        else:
            box = _common(box, self.seen)
            if box[0] < box[2] and box[1] < box[3]:
                self.drawn.images.append(box)

    def _path(self, item: Any, affine: Affine) -> None:
        fill, stroke = c_int(), c_int()
        if not pdfium.FPDFPath_GetDrawMode(item, byref(fill), byref(stroke)):
            return
        filled = fill.value != 0 and _inked(item, pdfium.FPDFPageObj_GetFillColor)
        stroked = stroke.value != 0 and _inked(item, pdfium.FPDFPageObj_GetStrokeColor)
        if not filled and not stroked:
            return
        count = pdfium.FPDFPath_CountSegments(item)
        self.drawn.marks += 1
        if count > _MOST_SEGMENTS:
            return
        bounds: list[Box] = []
        for points, straight in _subpaths(item, count, affine):
            if stroked:
                for one, other in pairwise(points):
                    if one is not None and other is not None:
                        self._stroke(one, other)
            elif straight and len(points) > 2:
                corners = [point for point in points if point is not None]
                xs, ys = [x for x, _ in corners], [y for _, y in corners]
                bounds.append((min(xs), min(ys), max(xs), max(ys)))
        while bounds:
            box = bounds.pop()
            if bounds and self._ring(box, bounds[-1]):
                bounds.pop()
            else:
                self._bar(box)

    def _ring(self, one: Box, other: Box) -> bool:
        """A frame drawn as what lies between two rectangles, which may touch on some sides. Whether it is one."""
        outer, inner = (
            (one, other)
            if one[2] - one[0] + one[3] - one[1] >= other[2] - other[0] + other[3] - other[1]
            else (other, one)
        )
        sides = inner[0] - outer[0], inner[1] - outer[1], outer[2] - inner[2], outer[3] - inner[3]
        if any(not -0.05 <= side <= _THICK for side in sides) or max(sides) < 0.05:
            return False
        left, top, right, bottom = outer
        drawn = (
            (left, top, inner[0], bottom),
            (left, top, right, inner[1]),
            (inner[2], top, right, bottom),
            (left, inner[3], right, bottom),
        )
        for side, bar in zip(sides, drawn, strict=True):
            if side >= 0.05:
                self._bar(bar)
        return True

    def _stroke(self, one: tuple[float, float], other: tuple[float, float]) -> None:
        (x0, y0), (x1, y1) = one, other
        if abs(y0 - y1) <= _ASLANT:
            self._across((y0 + y1) / 2, min(x0, x1), max(x0, x1))
        elif abs(x0 - x1) <= _ASLANT:
            self._down((x0 + x1) / 2, min(y0, y1), max(y0, y1))

    def _bar(self, box: Box) -> None:
        x0, top, x1, bottom = box
        width, height = x1 - x0, bottom - top
        if height <= _THICK and width > height:
            self._across((top + bottom) / 2, x0, x1)
        elif width <= _THICK and height > width:
            self._down((x0 + x1) / 2, top, bottom)

    def _across(self, at: float, start: float, end: float) -> None:
        left, top, right, bottom = self.seen
        start, end = max(start, left), min(end, right)
        if end - start >= _SHORTEST and top - 1 <= at <= bottom + 1:
            self.drawn.across.append(Ruling(at, start, end))

    def _down(self, at: float, start: float, end: float) -> None:
        left, top, right, bottom = self.seen
        start, end = max(start, top), min(end, bottom)
        if end - start >= _SHORTEST and left - 1 <= at <= right + 1:
            self.drawn.down.append(Ruling(at, start, end))


def _clipped(item: Any, affine: Affine, shown: Box) -> Box:
    """What of `shown` the clip paths of an object leave of it, as boxes around them tell. `affine`: of what it lies in,
    for pdfium gives clip paths as they are there."""
    clip = pdfium.FPDFPageObj_GetClipPath(item)
    count = pdfium.FPDFClipPath_CountPaths(clip) if clip else 0
    if not 0 < count <= _MOST_CLIPS:
        return shown
    a, b, c, d, e, f = affine
    x, y = c_float(), c_float()
    for number in range(count):
        segments = pdfium.FPDFClipPath_CountPathSegments(clip, number)
        if not 2 < segments <= _MOST_CLIPS:
            continue
        xs, ys = [], []
        for at in range(segments):
            if pdfium.FPDFPathSegment_GetPoint(
                pdfium.FPDFClipPath_GetPathSegment(clip, number, at), byref(x), byref(y)
            ):
                xs.append(a * x.value + c * y.value + e)
                ys.append(b * x.value + d * y.value + f)
        if xs:
            shown = _common(shown, (min(xs), min(ys), max(xs), max(ys)))
    return shown


def _common(one: Box, other: Box) -> Box:
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def _matrix(item: Any) -> Affine:
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(item, byref(matrix)):
        return 1.0, 0.0, 0.0, 1.0, 0.0, 0.0
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _times(first: Affine, then: Affine) -> Affine:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _inked(item: Any, colour_of: Any) -> bool:
    """Whether a colour can be seen on white paper. What no colour can be told of (a pattern) can."""
    red, green, blue, alpha = c_uint(), c_uint(), c_uint(), c_uint()
    if not colour_of(item, byref(red), byref(green), byref(blue), byref(alpha)):
        return True
    return alpha.value > 8 and min(red.value, green.value, blue.value) < _WHITE


_Point = tuple[float, float]


def _subpaths(item: Any, count: int, affine: Affine) -> list[tuple[list[_Point | None], bool]]:
    """The parts of a path: their points, None at a curve; whether all of it is straight."""
    a, b, c, d, e, f = affine
    x, y = c_float(), c_float()
    out: list[tuple[list[_Point | None], bool]] = []
    points: list[_Point | None] = []
    straight = True
    for number in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(item, number)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if not pdfium.FPDFPathSegment_GetPoint(segment, byref(x), byref(y)):
            continue
        point = a * x.value + c * y.value + e, b * x.value + d * y.value + f
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            if points:
                out.append((points, straight))
            points, straight = [point], True
        elif kind == pdfium.FPDF_SEGMENT_LINETO:
            points.append(point)
        else:
            points += [None, point]
            straight = False
        if pdfium.FPDFPathSegment_GetClose(segment) and points[0] is not None:
            points.append(points[0])
    if points:
        out.append((points, straight))
    return out
