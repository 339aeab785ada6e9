"""Letters in the place of digits, as the recognition of a picture leaves them in text: l8 for 18, 2O for 20."""

import re

__all__ = ["GARBLED", "as_digits"]

# In running text: a digit or more taken for letters, and no word of them.
GARBLED = (
    r"(?<![0-9A-Za-z.,])(?:[lIiOoQDSsBbZzGgqT]|[lIOoSBZ]{2}"
    r"|(?=[0-9.]*[A-Za-z])(?=[A-Za-z.]*[0-9])[0-9lIiOoQDSsBbZzGgqT]{1,8}(?:\.[0-9lIiOoQDSsBbZzGgqT]{1,4})?)(?![0-9A-Za-z])"
)
_GARBLED = re.compile(GARBLED)
_MEANT = str.maketrans("lIiOoQDSsBbZzGgqT", "11100005586226997")


def as_digits(text: str) -> str | None:
    """The figure that `text` was likely before digits were taken for letters; None where it is no such thing."""
    return text.translate(_MEANT) if _GARBLED.fullmatch(text) else None
