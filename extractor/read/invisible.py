"""Characters that nobody sees: left out of the text, since they cut figures and words that a reader sees whole."""

import re

from extractor.report import Reason

__all__ = ["left_out", "visible"]

# Soft hyphens, zero-width spaces and joiners, marks of direction, the byte order mark, variation selectors.
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+")
_ENTITY = re.compile(
    r"&(?:shy|zwnj|zwj|lrm|rlm|ZeroWidthSpace|NoBreak|#0*(?:173|820[3-7]|828[89]|829[0-7]|65279)"
    r"|#[xX]0*(?:[aA][dD]|200[b-fB-F]|206[0-9]|[fF][eE][fF][fF]));"
)


def visible(text: str) -> str:
    """`text` without them."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def left_out(text: str, *, markup: bool = False) -> tuple[str, tuple[Reason, ...]]:
    """`text` without them, and a note that counts them. `markup`: those written as entities as well."""
    seen = visible(text)
    if markup and "&" in seen:
        seen = _ENTITY.sub("", seen)
    if seen == text:
        return text, ()
    count = len(text) - len(seen)
    return seen, (Reason(f"invisible characters left out ({count} places)", f"略去不可见字符（{count} 处）"),)
