"""Whether a minus stands before a figure: a thin stroke by itself, the first thing that recognition loses in noise."""

import cv2
import numpy as np

from extractor.read.picture.cells import Cut
from extractor.read.picture.upright import Grey

__all__ = ["minus_before"]

_REACH, _GAP = 1.1, 0.06
_LONG, _THICK = 0.3, 0.1
_TALL = 0.55
# Seen on scans from 200 to 90 dpi: 0.37 and more where there is one, 0.16 and less where there is none.
_LIKELY = 0.2


def minus_before(pixels: Grey, rest: Grey, line: Cut, left: float, size: float) -> bool:
    """Whether something like a minus is to be seen before the figure at `line`, however pale.

    `pixels`: the page straightened, with an even background; `rest`: its ink without ruling lines; `left`: the x where
    the figure's cell begins. What is a fifth as dark as the figure's own strokes, level and with paper above and
    below, may be one.
    """
    return _likeness(pixels, rest, line, left, size) > _LIKELY


def _likeness(pixels: Grey, rest: Grey, line: Cut, left: float, size: float) -> float:
    """The contrast of what looks most like a minus, as a share of that of the figure."""
    high = line.bottom - line.top
    tall = np.flatnonzero(rest[line.top : line.bottom, line.x0 : line.x1].any(axis=1))
    if high < 4 or tall.size == 0:
        return 1.0
    columns = [np.flatnonzero(column) for column in rest[line.top : line.bottom, line.x0 : line.x1].T]
    extents = [int(np.ptp(column)) + 1 if column.size else 0 for column in columns]
    digit = line.x0 + next((at for at, one in enumerate(extents) if one >= _TALL * high), 0)
    first, last = max(0, round(max(left, digit - _REACH * size))), round(digit - _GAP * size)
    long, thick = max(6, round(_LONG * size)) // 3 * 3, max(1, round(_THICK * size))
    if last - first < long:
        return 0.0
    pad = round(0.3 * high)
    top, bottom = max(0, line.top - pad), min(pixels.shape[0], line.bottom + pad)
    dark = 255.0 - pixels[top:bottom, first : max(last, line.x1)].astype(np.float32)
    strokes = cv2.blur(dark[:, digit - first :], (thick, thick))
    figure = float(np.percentile(strokes[line.top - top : line.bottom - top], 95))
    part = long // 3
    thirds = cv2.blur(dark[:, : last - first], (part, thick))
    # All thirds of a stroke are dark; of a speck one is.
    whole = np.minimum(np.minimum(thirds[:, : -2 * part], thirds[:, part:-part]), thirds[:, 2 * part :])
    away = max(thick + 1, round(0.28 * high))
    above, below = np.roll(thirds, away, axis=0), np.roll(thirds, -away, axis=0)
    beside = np.maximum(above, below)[:, part:-part]
    middle = slice(line.top - top + round(0.3 * high), line.top - top + max(1, round(0.75 * high)))
    paper = float(np.median(dark[:, : last - first]))
    likeness = (whole - np.maximum(beside, paper))[middle]
    return float(likeness.max(initial=0.0)) / max(1.0, figure - paper)
