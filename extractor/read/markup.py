"""Markup looked at before it is parsed: what would make a parser slow, and cells that it would lose."""

import re

from extractor.errors import LimitError
from extractor.read.limits import Limits

__all__ = ["check_markup", "enclose_stray_cells"]

# Scripts and comments are stepped over; an unclosed one runs to the end.
_TAG = re.compile(
    r"<(?:script|style)\b(?>.*?</(?:script|style)|.*)|<!--(?>.*?-->|.*)|<(/?)([a-z][^\s/>]*)[^>]*", re.I | re.S
)
_TABLE_TAG = re.compile(
    r"<(?:script|style)\b(?>.*?</(?:script|style)|.*)|<!--(?>.*?-->|.*)|<(/?)(table|tr|td|th|thead|tbody|tfoot)\b[^>]*>?",
    re.I | re.S,
)
_ROWS_GO_ON = re.compile(r"\s*+</?(?:tr|td|th|thead|tbody|tfoot)\b", re.I)
_WITHOUT_END = "area base br col embed hr img input link meta param source track wbr"
_END_IMPLIED = "p li dt dd tr td th thead tbody tfoot option colgroup html head body"
_FLAT = frozenset((*_WITHOUT_END.split(), *_END_IMPLIED.split()))
_NOT_NESTED = _FLAT | {"optgroup", "rp", "rt"}  # in their places, that is
_FORMATTING = frozenset(
    ("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u")
)

# Below this no markup can keep the parser busy for longer than half a second.
_FEW_TAGS = 2_000
_FEW_CHARACTERS = 100_000
_MOST_ATTRIBUTES = 2_000
# Formatting left open is opened again in each block: so many elements that are not in the file.
_MOST_REOPENED = 1_000_000
# A closing tag that is not the one of the element opened last may close nothing: then so many can be within each other.
_MOST_UNCLOSED = 20_000


def check_markup(text: str, limits: Limits) -> None:
    """LimitError for nesting, attributes or unclosed formatting on which HTML parsers take quadratic time."""
    if len(text) < _FEW_CHARACTERS and text.count("<") < _FEW_TAGS:
        return
    opened: dict[str, int] = {}
    unclosed: list[str] = []
    depth = formatting = reopened = 0
    for tag in _TAG.finditer(text):
        closing, name = tag[1], tag[2]
        if name is None:
            continue
        if tag.end() - tag.start() > _MOST_ATTRIBUTES * 2:
            attributes = len(tag[0].split())
            if attributes > _MOST_ATTRIBUTES:
                raise LimitError(f"attributes of one element: {attributes:,} found, {_MOST_ATTRIBUTES:,} allowed")
        name = name.lower()
        if closing:
            if unclosed and unclosed[-1] == name:
                unclosed.pop()
            if opened.get(name):
                opened[name] -= 1
                depth -= 1
                formatting -= name in _FORMATTING
            continue
        reopened += formatting
        if name in _FLAT:
            continue
        unclosed.append(name)
        if len(unclosed) > _MOST_UNCLOSED:
            raise LimitError(f"elements left open: {len(unclosed):,} found, {_MOST_UNCLOSED:,} allowed")
        if name in _NOT_NESTED:
            continue
        opened[name] = opened.get(name, 0) + 1
        depth += 1
        formatting += name in _FORMATTING
        if depth > limits.max_depth:
            limits.check("max_depth", depth, "nested HTML elements")
    if reopened > _MOST_REOPENED:
        raise LimitError(f"formatting left open: {reopened:,} elements to open again, {_MOST_REOPENED:,} allowed")


def enclose_stray_cells(text: str) -> str | None:
    """The markup with a table around rows and cells that stand outside any; None where there are none."""
    pieces: list[str] = []
    at = depth = 0
    ours = False  # a table of ours is open
    for tag in _TABLE_TAG.finditer(text):
        closing, name = tag[1], tag[2]
        if name is None:
            continue
        if name.lower() == "table":
            if ours:
                pieces += (text[at : tag.start()], "</table>")
                at = tag.start()
                ours = False
            depth = max(0, depth - 1) if closing else depth + 1
        elif depth == 0 and not closing and not ours:
            pieces += (text[at : tag.start()], "<table>")
            at = tag.start()
            ours = True
        elif ours and closing and not _ROWS_GO_ON.match(text, tag.end()):
            pieces += (text[at : tag.end()], "</table>")
            at = tag.end()
            ours = False
    if not pieces:
        return None
    pieces.append(text[at:])
    return "".join(pieces)
