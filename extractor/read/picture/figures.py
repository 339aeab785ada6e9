"""Figures among the texts that were recognised: what stands for a digit, and which of two recognitions is shown."""

import unicodedata
from typing import NamedTuple

from extractor.read.figures import FigureKind, read_figure

__all__ = ["DIGITS", "UNREADABLE", "Seen", "as_figure", "both", "is_negative", "may_be_figure", "settled"]

# The mark that Chinese printers put where a character could not be set.
UNREADABLE = "〓"
# What a second recognition may see in the place of a figure.
DIGITS = "0123456789.,-/%"
_LONGEST = 16
_LETTERS = str.maketrans(
    {"O": "0", "o": "0", "D": "0", "Q": "0", "〇": "0", "○": "0", "口": "0", "l": "1", "I": "1", "|": "1", "i": "1"}
    | {"丨": "1", "!": "1", "Z": "2", "z": "2", "S": "5", "s": "5", "B": "8", "b": "6", "g": "9", "q": "9", "]": "1"}
)
_SPECKS = "·.,'`´‘’\"“”:;、。•_~^ "
_DASHES = frozenset("-—–一－―─/／")


class Seen(NamedTuple):
    """The text to be shown, and what the other recognition reads there; None where there is nothing to compare."""

    text: str
    second: str | None = None


def as_figure(text: str) -> str | None:
    """The figure that the text is, with letters taken for the digits they look like and specks left off, or None."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain or len(plain) > _LONGEST:
        return None
    bare = plain.strip(_SPECKS)
    if read_figure(bare).kind is FigureKind.NUMBER:
        return bare
    # A letter counts as a digit only where all of it may be digits: 一 and 口 are words elsewhere.
    digits = bare.translate(_LETTERS)
    return digits if digits and read_figure(digits).kind is FigureKind.NUMBER else None


def may_be_figure(text: str) -> bool:
    """Whether it is worth a second look for a figure: short, and no word."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if as_figure(text) is not None:
        return True
    if len(plain) > _LONGEST:
        return False
    digits = sum(1 for one in plain if one.isdigit())
    words = sum(1 for one in plain if "\u4e00" <= one <= "\u9fff" and one not in _DASHES)
    return not words or (digits > 0 and words <= 1 and len(plain) <= 6)


def both(first: str, again: str) -> Seen:
    """What two recognitions of one cell come to. The first sees more of the page, and is right more often."""
    one, other = as_figure(first), as_figure(again)
    if one is not None:
        return Seen(one, again if other is None else other)
    if _is_dash(first):
        return Seen(first, first if _is_dash(again) else again)
    if other is not None:
        return Seen(other, first or UNREADABLE)
    return Seen(first or UNREADABLE, None)


def settled(seen: Seen, third: str) -> Seen:
    """Two figures that differ, after a third look: one that bears out the first ends the doubt.

    One that agrees with the second proves little, since both are cut as closely: then the two remain.
    """
    return seen._replace(second=seen.text) if as_figure(third) == seen.text else seen


def is_negative(text: str) -> bool:
    """Whether the text is a figure with a dash before it."""
    return text[:1] in _DASHES and text[1:2].isdigit()


def _is_dash(text: str) -> bool:
    return bool(text) and all(one in _DASHES for one in text)
