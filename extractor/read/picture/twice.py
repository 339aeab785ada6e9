"""A second recognition of what was read as a figure, from another view of it.

The first sees the page's grey as it is, with paper around it. The second sees each figure by itself: enlarged,
smoothed, with its tones drawn to black and white, cut closely, and of another width.
"""

import cv2
import numpy as np

from extractor.read.picture.cells import Cut
from extractor.read.picture.ruling import Ruling
from extractor.read.picture.upright import Grey

__all__ = ["second_view", "third_view"]

_HIGH = 72
_WIDER = 1.12
_NARROWER = 0.92


def second_view(pixels: Grey, ruling: Ruling, line: Cut, size: float) -> Grey:
    """The second view of the figure at `line`. `pixels`: the straightened page with its own tones."""
    shown = _close(pixels, ruling, line, size)
    scale = _HIGH / shown.shape[0]
    large = cv2.resize(shown, None, fx=scale * _WIDER, fy=scale, interpolation=cv2.INTER_LANCZOS4)
    large = cv2.GaussianBlur(large, (0, 0), max(0.8, 0.35 * scale))
    low, top = float(np.percentile(large, 2)), float(np.percentile(large, 90))
    middle, _ = cv2.threshold(np.asarray(large, np.uint8), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    steep = np.clip((large.astype(np.float32) - middle) / max(12.0, 0.22 * (top - low)), -1, 1)
    drawn = (127.5 + 124 * steep).astype(np.uint8)
    frame = round(0.14 * _HIGH)
    return np.asarray(
        cv2.copyMakeBorder(drawn, frame, frame, 2 * frame, 2 * frame, cv2.BORDER_CONSTANT, value=(252,)), np.uint8
    )


def third_view(pixels: Grey, ruling: Ruling, line: Cut, size: float) -> Grey:
    """The figure once more, where two views gave two figures: in its own tones, large, narrower, and much paper."""
    shown = _close(pixels, ruling, line, size)
    scale = _HIGH / shown.shape[0]
    large = cv2.resize(shown, None, fx=scale * _NARROWER, fy=scale, interpolation=cv2.INTER_CUBIC)
    low, top = float(np.percentile(large, 1)), float(np.percentile(large, 90))
    toned = np.clip((large.astype(np.float32) - low) * (250.0 / max(24.0, top - low)), 0, 250).astype(np.uint8)
    frame = round(0.3 * _HIGH)
    return np.asarray(
        cv2.copyMakeBorder(toned, frame, frame, 2 * frame, 2 * frame, cv2.BORDER_CONSTANT, value=(250,)), np.uint8
    )


def _close(pixels: Grey, ruling: Ruling, line: Cut, size: float) -> Grey:
    """The figure cut closely, borders that come into view painted out."""
    pad = max(2, round(0.16 * size))
    high, wide = pixels.shape
    y0, y1 = max(0, line.top - pad), min(high, line.bottom + pad)
    x0, x1 = max(0, line.x0 - pad), min(wide, line.x1 + pad)
    shown = pixels[y0:y1, x0:x1].copy()
    borders = cv2.bitwise_or(ruling.across[y0:y1, x0:x1], ruling.down[y0:y1, x0:x1])
    borders = cv2.dilate(borders, np.ones((3, 3), np.uint8))
    borders[line.top - y0 : line.bottom - y0, line.x0 - x0 : line.x1 - x0] = 0
    shown[borders > 0] = np.uint8(np.percentile(shown, 85))
    return shown
