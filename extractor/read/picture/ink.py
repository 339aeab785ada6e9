"""What is ink on a page, and how large its characters are."""

from typing import NamedTuple

import cv2
import numpy as np

from extractor.read.picture.upright import Grey

__all__ = ["Inked", "character_size", "ink_of", "ink_of_characters"]

_DARKEST, _PALEST = 110, 215
_SMALLEST, _LARGEST = 5, 120
_LEAST_OF_NEAR = 0.4


class Inked(NamedTuple):
    """`mask`: 255 where there is ink. `size`: the height of a Chinese character of the text, in pixels."""

    mask: Grey
    size: float


def ink_of(evened: Grey) -> Grey:
    """The ink of a page with an even background. Noise is smoothed as far as there is some."""
    noise = _noise(evened)
    seen = cv2.GaussianBlur(evened, (0, 0), min(1.6, 0.4 + noise / 14)) if noise > 4 else evened
    dark = seen[seen < 235]
    if dark.size < 50:
        return np.zeros_like(evened)
    threshold, _ = cv2.threshold(np.asarray(seen, np.uint8), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    # Most of a page is paper: where the threshold falls among the ink, thin strokes go.
    limit = min(_PALEST, max(_DARKEST, threshold + 12))
    return np.where(seen < limit, 255, 0).astype(np.uint8)


def _noise(pixels: Grey) -> float:
    """The standard deviation of the noise (Immerkær 1996), of the paler half of the page: there is no text."""
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    paper = pixels >= np.median(pixels)
    edges = np.abs(cv2.filter2D(pixels.astype(np.float32), -1, kernel))
    return float(np.sqrt(np.pi / 2) / 6 * np.mean(edges[paper]))


def character_size(ink: Grey, near: float = 0.0) -> float:
    """The height of a Chinese character in pixels, by the blobs of ink; 0 where there are hardly any.

    `near`: about what it is known to be. On a page with few words the blobs of noise outweigh them.
    """
    # Strokes of one character are joined first, or each would count by itself.
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    if count < 2:
        return 0.0
    wide, high = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    fits = (
        (high >= max(_SMALLEST, _LEAST_OF_NEAR * near)) & (high <= _LARGEST) & (wide <= 2 * high) & (wide * 5 >= high)
    )
    if fits.sum() < 5:
        return 0.0
    heights = np.sort(high[fits])
    weights = np.cumsum(heights.astype(np.float64) ** 2)
    return 1.1 * float(heights[int(np.searchsorted(weights, weights[-1] / 2))])


def ink_of_characters(ink: Grey, size: float, *, lines: bool = False) -> Grey:
    """The ink of characters, by the size of its pieces, and of ruling lines if wanted; no noise."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    if count < 2:
        return ink
    longest = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    keep = (longest >= _LEAST_OF_NEAR * size) & (lines | (longest <= 3 * size))
    keep[0] = False
    return np.where(keep[labels], 255, 0).astype(np.uint8)
