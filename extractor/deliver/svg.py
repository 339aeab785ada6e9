"""The pieces of a plot as inline SVG: no library, no network, colours by class, and text that can be copied."""

import math
from html import escape

__all__ = ["nice_step", "svg_open", "svg_text", "text_width"]


def svg_open(width: float, height: float, title: str | None) -> str:
    """The opening tag of a drawing in its natural size; without a title it is decoration, and not read out."""
    size = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
    if title is None:
        return f'<svg {size} aria-hidden="true" focusable="false">'
    return f'<svg {size} role="img" aria-label="{escape(title, quote=True)}"><title>{escape(title)}</title>'


def svg_text(x: float, y: float, text: str, anchor: str = "start", kind: str = "label") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def nice_step(most: float) -> float:
    """The distance of about four ticks up to `most`, which is above 0: 1, 2 or 5 times a power of ten."""
    size = 10.0 ** math.floor(math.log10(most / 4))
    return next(step * size for step in (1, 2, 5, 10) if step * size >= most / 4)


def text_width(text: str, size: float = 12.0) -> float:
    """About how wide a text is: a Chinese character is as wide as high, a Latin one a bit more than half of that."""
    return sum(size if ord(character) > 0x2E7F else 0.56 * size for character in text)
