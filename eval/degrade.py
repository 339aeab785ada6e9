"""What scanning does to a clean page: skew, blur, noise, faint toner, shadows, specks, JPEG."""

import io
from dataclasses import dataclass
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["QUALITIES", "Quality", "degrade", "jpeg"]

Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class Quality:
    """`dpi`: of the scan. `skew`: at most so many degrees. `noise`: standard deviation, of 255.

    `blur`: sigma in pixels. `ink`: how dark black is (1: black, 0.3: faint toner). `jpeg`: its quality; None for
    none. `specks`: on a page.
    """

    name: str
    dpi: int
    skew: float = 1.3
    noise: float = 6.0
    blur: float = 0.5
    ink: float = 0.9
    jpeg: int | None = 75
    specks: int = 60
    shade: float = 0.1


QUALITIES = (
    Quality("200 dpi", 200),
    Quality("150 dpi", 150),
    Quality("150 dpi, noisy", 150, noise=16, blur=0.8, ink=0.7, jpeg=50, specks=200),
    Quality("110 dpi", 110, noise=8, blur=0.6, ink=0.8, jpeg=60),
    Quality("90 dpi, noisy", 90, noise=12, blur=0.6, ink=0.7, jpeg=45, specks=100),
    Quality("72 dpi, barely legible", 72, noise=12, blur=0.7, ink=0.6, jpeg=40, specks=60),
)


def degrade(page: Grey, quality: Quality, rng: Random) -> Grey:
    """`page`, clean and at the dpi of `quality`, as a scanner of that quality would give it."""
    chance = np.random.default_rng(rng.randrange(2**32))
    height, width = page.shape
    angle = rng.uniform(-quality.skew, quality.skew)
    there = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    pixels = cv2.warpAffine(page, there, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255,))
    if quality.blur:
        pixels = cv2.GaussianBlur(pixels, (0, 0), quality.blur)
    shown = 255.0 - (255.0 - pixels.astype(np.float32)) * quality.ink
    shade = np.linspace(0, quality.shade, width, dtype=np.float32)[None, :] * rng.choice((-1, 1))
    shown = shown * (1 - np.abs(shade) if rng.random() < 0.5 else 1 - np.abs(shade[:, ::-1]))
    for _ in range(quality.specks):
        y, x, size = rng.randrange(height), rng.randrange(width), rng.choice((1, 1, 1, 2))
        shown[y : y + size, x : x + size] = rng.uniform(0, 120)
    shown += chance.normal(0, quality.noise, shown.shape)
    out = np.clip(shown, 0, 255).astype(np.uint8)
    if quality.jpeg is None:
        return out
    return np.asarray(Image.open(io.BytesIO(jpeg(out, quality.jpeg))).convert("L"), np.uint8)


def jpeg(page: Grey, quality: int) -> bytes:
    """The page as a JPEG file."""
    out = io.BytesIO()
    Image.fromarray(page).save(out, "JPEG", quality=quality)
    return out.getvalue()
