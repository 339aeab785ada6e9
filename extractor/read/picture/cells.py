"""The lines of text in a cell, cut out for recognition."""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

from extractor.read.picture.ruling import Ruling
from extractor.read.picture.upright import Grey

__all__ = ["Cut", "cut", "hidden_ink", "lines_in"]

_SPECK = 0.3
_PAPER = 252
_FAINTEST = 22.0


class Cut(NamedTuple):
    """A line of text: where its ink is, in pixels of the straightened page. `x1` and `bottom` lie behind it."""

    x0: int
    top: int
    x1: int
    bottom: int


def lines_in(ruling: Ruling, box: tuple[float, float, float, float], size: float) -> list[Cut]:
    """The lines of text between the borders of a cell, from the top down. Specks are no text."""
    inset = 0.12 * size
    left, top = round(box[0] + inset), round(box[1] + inset)
    right, bottom = round(box[2] - inset), round(box[3] - inset)
    inside = ruling.rest[max(0, top) : bottom, max(0, left) : right]
    if inside.size == 0:
        return []
    inside = _unspecked(inside, size)
    rows = np.flatnonzero(inside.any(axis=1))
    if rows.size == 0:
        return []
    bands = _runs(rows, 0.12 * size)
    return [_around(inside, first, last, left, top) for first, last in _whole(bands, size)]


def _unspecked(inside: Grey, size: float) -> Grey:
    """Without the dots that are no part of a character: what is small and has nothing beside it."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(inside, connectivity=8)
    if count < 2:
        return inside
    longest = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    large = longest >= _SPECK * size
    large[0] = False
    if large[1:].all():
        return inside
    core = np.where(large[labels], 255, 0).astype(np.uint8)
    reach = max(3, round(0.5 * size)) | 1
    near = cv2.dilate(core, np.ones((max(3, round(0.3 * size)) | 1, reach), np.uint8))
    return np.where(near > 0, inside, 0).astype(np.uint8)


def _runs(places: "np.ndarray[tuple[int], np.dtype[np.intp]]", gap: float) -> list[tuple[int, int]]:
    breaks = np.flatnonzero(np.diff(places) > max(1.0, gap))
    firsts = [int(places[0]), *(int(places[at + 1]) for at in breaks)]
    lasts = [*(int(places[at]) for at in breaks), int(places[-1])]
    return [(first, last + 1) for first, last in zip(firsts, lasts, strict=True)]


def _whole(bands: list[tuple[int, int]], size: float) -> Iterator[tuple[int, int]]:
    """Bands put together until each is as high as a character: 三 is three bands, i has a dot."""
    open_band: tuple[int, int] | None = None
    for first, last in bands:
        if open_band is None:
            open_band = first, last
        elif last - open_band[0] <= 1.2 * size or (last - first < 0.3 * size and first - open_band[1] < 0.25 * size):
            open_band = open_band[0], last
        else:
            yield open_band
            open_band = first, last
    if open_band is not None:
        yield open_band


def _around(inside: Grey, first: int, last: int, left: int, top: int) -> Cut:
    columns = np.flatnonzero(inside[first:last].any(axis=0))
    return Cut(left + int(columns[0]), top + first, left + int(columns[-1]) + 1, top + last)


def cut(pixels: Grey, ruling: Ruling, line: Cut, size: float, *, margin: float = 0.35) -> Grey:
    """The line with paper around it, as high as lines of this size are; borders that come into view are painted out.

    `margin`: of paper, in character heights.
    """
    middle, half = (line.top + line.bottom) / 2, max(0.5 * size, (line.bottom - line.top) / 2) + margin * 0.7 * size
    top, bottom = round(middle - half), round(middle + half)
    left, right = round(line.x0 - margin * size), round(line.x1 + margin * size)
    high, wide = pixels.shape
    view = np.full((bottom - top, right - left), _PAPER, np.uint8)
    y0, y1, x0, x1 = max(0, top), min(high, bottom), max(0, left), min(wide, right)
    shown = pixels[y0:y1, x0:x1].copy()
    thick = max(3, round(0.16 * size)) | 1
    borders = cv2.dilate(ruling.across[y0:y1, x0:x1] | ruling.down[y0:y1, x0:x1], np.ones((thick, thick), np.uint8))
    # Only outside of the ink of the line: a stroke as long as a border may be one of a character.
    borders[max(0, line.top - y0) : line.bottom - y0, max(0, line.x0 - x0) : line.x1 - x0] = 0
    shown[borders > 0] = _PAPER
    outside = np.ones(shown.shape, bool)
    pad = max(1, round(0.12 * size))
    outside[max(0, line.top - y0 - pad) : line.bottom - y0 + pad, :] = False
    shown[outside] = np.maximum(shown[outside], 235)
    view[y0 - top : y1 - top, x0 - left : x1 - left] = shown
    return view


def hidden_ink(pixels: Grey, box: tuple[float, float, float, float], size: float) -> Cut | None:
    """Where in a cell that seems empty something is darker than the paper's noise: a figure that is all but gone."""
    inset = 0.22 * size
    left, top = round(box[0] + inset), round(box[1] + inset)
    inside = pixels[max(0, top) : round(box[3] - inset), max(0, left) : round(box[2] - inset)]
    if min(inside.shape) < 4:
        return None
    dark = 255.0 - cv2.GaussianBlur(inside, (0, 0), max(0.8, 0.09 * size)).astype(np.float32)
    paper = float(np.median(dark))
    noise = 1.48 * float(np.median(np.abs(dark - paper)))
    mask = np.where(dark > paper + max(_FAINTEST, 5.0 * noise), 255, 0).astype(np.uint8)
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((max(3, round(0.2 * size)),) * 2, np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(joined, np.uint8), connectivity=8)
    found = [stats[number] for number in range(1, count) if stats[number][cv2.CC_STAT_HEIGHT] >= 0.4 * size]
    if not found:
        return None
    x0, y0 = min(int(one[0]) for one in found), min(int(one[1]) for one in found)
    x1, y1 = max(int(one[0] + one[2]) for one in found), max(int(one[1] + one[3]) for one in found)
    return Cut(max(0, left) + x0, max(0, top) + y0, max(0, left) + x1, max(0, top) + y1)
