"""A web page as an inert rendering: its text and tables, and nothing that runs, loads or leads away.

Nothing of the page's markup is passed on: the parsed tree is written out anew with tags of a short list and four
attributes. Scripts, styles, pictures, frames, forms and links are not on it. What the reader passes over as hidden is
not shown either.

Where a figure stands is told in offsets of the document's text. The walk that made this text drops and adds white
space only, so the text of a node is sought in it, white space left out, from where the one before was found.
"""

import re
from array import array
from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from extractor.read.controls import filled_in

__all__ = ["Piece", "Places", "inert"]

_TAGS_KEPT = (
    "b big blockquote caption center dd div dl dt em h1 h2 h3 h4 h5 h6 i li ol p pre s small strong sub sup table "
    "tbody td tfoot th thead tr u ul"
)
_TAGS_DROPPED = (
    "applet area audio base canvas datalist embed frame frameset head iframe link map math meta noembed noframes "
    "noscript object param plaintext script source style svg template title track video xmp"
)
_BLOCKS = "address article aside figcaption figure footer header main section"
_KEPT = frozenset(_TAGS_KEPT.split())
_DROPPED = frozenset(_TAGS_DROPPED.split())
_RENAMED = {"del": "s", "strike": "s", "font": "span", "span": "span", "nobr": "span", "tt": "span", "ins": "u"}
_RENAMED |= dict.fromkeys(_BLOCKS.split(), "div")  # a stranger's sections are none of our page's
_EMPTY = frozenset(("br", "hr"))
_PICTURES = frozenset(("img", "image", "picture", "svg", "canvas", "video", "object", "embed", "applet", "iframe"))
_CONTROLS = frozenset(("input", "select", "textarea", "button"))
_ALIGN = frozenset(("left", "center", "right", "justify", "top", "middle", "bottom", "baseline"))
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_CENTRED = re.compile(r"text-align\s*:\s*(left|center|right)", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_MOST_SPAN = 1_000
_DEEPEST = 400
_FAR = 4_000  # characters to look ahead for a node's text before it is taken for text that was left out


class Piece(NamedTuple):
    """Markup of ours (`at` -1), or text: `at` is the place of its first character in `Places`, -1 if it has none."""

    text: str
    markup: bool
    at: int = -1


class Places:
    """The characters of a text that are no white space, and where each stands."""

    def __init__(self, text: str) -> None:
        self.offsets = array("l", (at for at, character in enumerate(text) if not character.isspace()))
        self.squashed = "".join(text.split())


def inert(markup: str, text: str) -> tuple[tuple[Piece, ...], float]:
    """The rendering of `markup`, whose visible text the reader gave as `text`; and what part of that text was found
    in it again (1.0: all)."""
    tree = LexborHTMLParser(markup)
    places = Places(text)
    pieces: list[Piece] = []
    found = at = 0
    root = tree.body or tree.root
    for one in _written(root) if root is not None else ():
        if one.markup:
            pieces.append(one)
            continue
        bare = "".join(one.text.split())
        place = places.squashed.find(bare, at, at + len(bare) + _FAR) if bare else -1
        # A short text far ahead is more likely another one that looks the same.
        if place > at + 40 + 20 * len(bare):
            place = -1
        if place >= 0:
            at = place + len(bare)
            found += len(bare)
        pieces.append(one._replace(at=place))
    return tuple(pieces), found / max(1, len(places.squashed))


def _written(root: LexborNode) -> Iterator[Piece]:
    """The tree below `root`, without recursion: depth is the stranger's choice."""
    stack: list[tuple[LexborNode | None, str]] = [(root.first_child, "")]
    pre = 0
    while stack:
        node, closing = stack.pop()
        if node is None:
            if closing:
                pre -= closing == "</pre>"
                yield Piece(closing, True)
            continue
        stack.append((node.next, closing))
        tag = (node.tag or "").lower()
        if tag == "-text":
            text = node.text_content or ""
            text = text if pre else _SPACE.sub(" ", text)
            if text:
                yield Piece(text, False)
            continue
        opened = _opened(node, tag)
        if opened is None:
            yield from _instead(node, tag)
            continue
        if opened:
            yield Piece(opened, True)
            if tag in _EMPTY:
                continue
        name = opened[1:].split(">")[0].split(" ")[0] if opened else ""
        pre += name == "pre"
        if len(stack) < _DEEPEST:
            stack.append((node.first_child, f"</{name}>" if name else ""))
        elif name:
            yield Piece(f"{node.text(separator=' ')[:_FAR]}", False)
            yield Piece(f"</{name}>", True)


def _opened(node: LexborNode, tag: str) -> str | None:
    """The tag that begins an element, "" for one that is passed through, None for one that is left out."""
    if tag in _DROPPED or tag in _PICTURES or tag in _CONTROLS or not tag[:1].isalpha():
        return None
    attributes = node.attributes
    style = attributes.get("style") or ""
    if "hidden" in attributes or _HIDDEN.search(style):
        return None
    if tag in _EMPTY:
        return f"<{tag}>"
    name = tag if tag in _KEPT else _RENAMED.get(tag, "")
    if name == "span" and _BOLD.search(style):
        name = "b"
    if not name:
        return ""
    kept = "".join(_attributes(name, attributes, style))
    return f"<{name}{kept}>"


def _attributes(name: str, attributes: dict[str, str | None], style: str) -> Iterator[str]:
    if name in ("td", "th"):
        for key in ("rowspan", "colspan"):
            digits = re.match(r"\s*([0-9]{1,4})", attributes.get(key) or "")
            if digits and 1 < int(digits[1]) <= _MOST_SPAN:
                yield f' {key}="{int(digits[1])}"'
    aligned = _CENTRED.search(style)
    for key, value in (
        ("align", aligned[1] if aligned else attributes.get("align")),
        ("valign", attributes.get("valign")),
    ):
        if value and value.lower() in _ALIGN:
            yield f' {key}="{escape(value.lower())}"'


def _instead(node: LexborNode, tag: str) -> Iterator[Piece]:
    """What stands for an element that is left out: a mark where a picture was, what is filled into a control."""
    if tag in _PICTURES:
        yield Piece('<span class="picture"></span>', True)
    elif tag in _CONTROLS:
        filled = filled_in(node)
        if filled:
            yield Piece(filled, False)
