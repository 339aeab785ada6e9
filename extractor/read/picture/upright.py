"""A page turned and straightened: its lines of text lie level, and the first one is at the top."""

from typing import NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.read.pages import Box

__all__ = ["Grey", "Upright", "even", "skew", "straighten"]

Grey: TypeAlias = NDArray[np.uint8]

_SEEN = 900
_MOST_SKEW = 6.0
_LEAST_SKEW = 0.03


class Upright(NamedTuple):
    """`pixels`: the straightened page; `back`: 2 × 3, from its pixels to those of the picture as given."""

    pixels: Grey
    back: NDArray[np.float64]

    def box(self, x0: float, top: float, x1: float, bottom: float, scale: float) -> Box:
        """The box around those pixels on the page as given, in points."""
        corners = np.array([[x0, top, 1], [x1, top, 1], [x1, bottom, 1], [x0, bottom, 1]], np.float64)
        there = corners @ self.back.T * scale
        left, up = there.min(axis=0)
        right, down = there.max(axis=0)
        return round(float(left), 1), round(float(up), 1), round(float(right), 1), round(float(down), 1)


def even(pixels: Grey) -> Grey:
    """The page with its background made white: shadows, yellowed paper and grey scans go."""
    height, width = pixels.shape
    small = cv2.resize(pixels, (max(1, width // 4), max(1, height // 4)), interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((9, 9), np.uint8)), 21)
    paper = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    # Where all is dark (a photo, a black bar) there is no paper to go by.
    paper = np.maximum(paper, 60)
    return np.asarray(cv2.divide(pixels, np.asarray(paper, np.uint8), scale=255), np.uint8)


def skew(pixels: Grey) -> float:
    """By how many degrees its lines fall to the right (counter-clockwise is negative), within 6 either way.

    Where lines lie level, the sums of ink over rows differ most from row to row (Postl 1986).
    """
    height, width = pixels.shape
    shrink = min(1.0, _SEEN / max(height, width))
    small = cv2.resize(pixels, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    ink = 255.0 - small.astype(np.float32)
    ink[ink < 40] = 0
    high, wide = ink.shape

    def level(angle: float) -> float:
        slope = np.tan(np.radians(angle))
        turned = cv2.warpAffine(
            ink, np.array([[1, 0, 0], [-slope, 1, slope * wide / 2]], np.float64), (wide, high), flags=cv2.INTER_LINEAR
        )
        return float(np.square(np.diff(turned.sum(axis=1))).sum())

    best = 0.0
    for step, reach in ((0.5, _MOST_SKEW), (0.1, 0.5), (0.02, 0.1)):
        around = best + np.arange(-reach, reach + step / 2, step)
        best = max((float(angle) for angle in around), key=level)
    return best


def straighten(pixels: Grey, turns: int) -> Upright:
    """The page turned by so many quarters clockwise, and its skew taken out."""
    height, width = pixels.shape
    turned = np.ascontiguousarray(np.rot90(pixels, -turns))
    # From turned pixels to those given.
    quarter = {
        0: [[1, 0, 0], [0, 1, 0]],
        1: [[0, 1, 0], [-1, 0, height]],
        2: [[-1, 0, width], [0, -1, height]],
        3: [[0, -1, width], [1, 0, 0]],
    }[turns % 4]
    back = np.array([*quarter, [0, 0, 1]], np.float64)
    angle = skew(turned)
    if abs(angle) < _LEAST_SKEW:
        return Upright(turned, back[:2])
    high, wide = turned.shape
    there = cv2.getRotationMatrix2D((wide / 2, high / 2), angle, 1.0)
    level = cv2.warpAffine(
        turned, there, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=(255,)
    )
    undo = np.vstack([cv2.invertAffineTransform(there), [0, 0, 1]])
    return Upright(np.asarray(level, np.uint8), (back @ undo)[:2])
