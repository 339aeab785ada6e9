"""Styles of a Word document, as far as they decide what is read: hidden and struck-out text, lists, raised digits."""

from typing import TYPE_CHECKING, NamedTuple

from extractor.read.office.numbering import value
from extractor.read.office.package import local

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["Look", "Styles", "child", "look_of"]

_OFF = frozenset({"0", "false", "off", "none"})
_MOST_BASES = 20


class Look(NamedTuple):
    """What is set; None where nothing is said. `raised`: "superscript", "subscript" or "baseline"."""

    hidden: bool | None = None
    struck: bool | None = None
    raised: str | None = None
    list_id: str | None = None
    level: int | None = None

    def over(self, below: "Look") -> "Look":
        """Both, where what is set here goes before what is set in `below`."""
        return Look(
            below.hidden if self.hidden is None else self.hidden,
            below.struck if self.struck is None else self.struck,
            self.raised or below.raised,
            self.list_id or below.list_id,
            below.level if self.level is None else self.level,
        )


def child(element: "_Element | None", name: str) -> "_Element | None":
    """The first child of that local name."""
    return None if element is None else next((one for one in element if local(one) == name), None)


def look_of(properties: "_Element | None") -> Look:
    """Of w:rPr or w:pPr."""
    hidden = struck = raised = list_id = level = None
    for one in () if properties is None else properties:
        match local(one):
            case "vanish":
                hidden = value(one) not in _OFF
            case "strike" | "dstrike":
                struck = bool(struck) or value(one) not in _OFF
            case "vertAlign":
                raised = value(one)
            case "numPr":
                list_id = value(child(one, "numId"))
                depth = value(child(one, "ilvl")) or ""
                level = int(depth) if depth.isascii() and depth.isdigit() and len(depth) < 3 else None
    return Look(hidden, struck, raised, list_id, level)


class Styles:
    """Looks by style id, what a style is based on included."""

    def __init__(self, root: "_Element | None") -> None:
        self._own: dict[str, tuple[str | None, Look]] = {}
        self._known: dict[str, Look] = {}
        self.paragraph: str | None = None
        """The style of paragraphs that name none."""
        for style in () if root is None else root:
            name = value(style, "styleId")
            if local(style) != "style" or name is None:
                continue
            look = look_of(child(style, "rPr")).over(look_of(child(style, "pPr")))
            self._own[name] = (value(child(style, "basedOn")), look)
            if value(style, "type") == "paragraph" and value(style, "default") not in (None, *_OFF):
                self.paragraph = name

    def look(self, name: str | None) -> Look:
        """The look of a style; nothing set where there is no such style."""
        if name is None or name not in self._own:
            return Look()
        if name not in self._known:
            look, based, seen = Look(), name, 0
            while based in self._own and seen < _MOST_BASES:
                below, own = self._own[based]
                look, based, seen = look.over(own), below or "", seen + 1
            self._known[name] = look
        return self._known[name]
