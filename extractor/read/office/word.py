"""The paragraphs of a Word document as a reader sees them: insertions accepted, deletions and hidden text left out."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from extractor.read.office.numbering import Numbering, value
from extractor.read.office.package import local
from extractor.read.office.styles import Look, Styles, child, look_of
from extractor.report import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

__all__ = ["Block", "Docx", "references"]

_RAISED = str.maketrans("0123456789０１２３４５６７８９", "⁰¹²³⁴⁵⁶⁷⁸⁹" * 2)
_LOWERED = str.maketrans("0123456789０１２３４５６７８９", "₀₁₂₃₄₅₆₇₈₉" * 2)
# Around what is shown, or around both forms of it.
_WRAPPERS = frozenset(
    {"ins", "moveTo", "sdt", "sdtContent", "customXml", "smartTag", "hyperlink", "fldSimple", "dir", "bdo", "oMath"}
)
_LEFT_OUT = frozenset({"del", "moveFrom", "instrText", "delText", "delInstrText", "rt"})
# In points: the least size of a picture that a table may stand in. What DrawingML and VML measure in.
_WIDE, _HIGH = 150.0, 40.0
# In percent of its width or height: a picture cut by more on one side is not read, for its file shows more than it.
_CROPPED = 3.0
_EMU = 1 / 12_700
_UNITS = {"pt": 1.0, "in": 72.0, "cm": 28.35, "mm": 2.835, "px": 0.75}
_SIZE = re.compile(r"\b(width|height)\s*:\s*([0-9.]{1,9})(pt|in|cm|mm|px)")
_SIGNS = {"noBreakHyphen": "-", "cr": "\n", "br": "\n", "tab": "\t", "ptab": "\t"}


@dataclass(slots=True)
class Block:
    """A paragraph, or a table where `table` is set. What floats beside it (text boxes) comes after it, and so do the
    `pictures` in it that a table may stand in."""

    text: str = ""
    table: "_Element | None" = None
    floats: list["_Element"] = field(default_factory=list)
    pictures: list["_Element"] = field(default_factory=list)


class Docx:
    """What is said once for a whole document, and what was left out of it."""

    def __init__(self, styles: Styles, numbering: Numbering) -> None:
        self._styles = styles
        self._numbering = numbering
        self.left_out: Counter[str] = Counter()
        # Large ones, with the length of the text before them.
        self.pictures: list[tuple[int, _Element]] = []

    def notes(self) -> list[Reason]:
        """On what was left out."""
        out = self.left_out
        notes = []
        if out["hidden"]:
            notes.append(
                Reason(f"hidden text left out ({out['hidden']} places)", f"略去隐藏文字（{out['hidden']} 处）")
            )
        if out["struck"]:
            notes.append(
                Reason(f"struck-out text left out ({out['struck']} places)", f"略去已划掉的文字（{out['struck']} 处）")
            )
        if out["deleted"]:
            notes.append(
                Reason(
                    f"tracked changes: what was deleted is left out ({out['deleted']} places)",
                    f"修订标记：已删除的内容未计入（{out['deleted']} 处）",
                )
            )
        return notes

    def blocks(self, container: "_Element") -> "Iterator[Block]":
        """Paragraphs and tables of a body, a cell, a text box or a note."""
        for element in container:
            match local(element):
                case "p":
                    yield self._paragraph(element)
                case "tbl":
                    yield Block(table=element)
                case "AlternateContent":
                    yield from self.blocks(_alternative(element))
                case "del" | "moveFrom":
                    self.left_out["deleted"] += 1
                case name if name in _WRAPPERS:
                    yield from self.blocks(element)

    def _paragraph(self, element: "_Element") -> Block:
        properties = child(element, "pPr")
        style = value(child(properties, "pStyle")) or self._styles.paragraph
        look = look_of(properties).over(self._styles.look(style))
        block = Block()
        parts: list[str] = []
        if look.list_id not in (None, "0"):
            parts.append(self._numbering.next(look.list_id or "", look.level or 0))
        # Of a paragraph's own properties only its list counts for its text: vanish and strike there mean its mark.
        self._inline(element, self._styles.look(style), parts, block)
        block.text = "".join(parts)
        return block

    def _inline(self, container: "_Element", look: Look, parts: list[str], block: Block) -> None:
        for element in container:
            name = local(element)
            if name == "r":
                self._run(element, look, parts, block)
            elif name == "t":
                parts.append(element.text or "")
            elif name in _LEFT_OUT:
                self.left_out["deleted"] += name in ("del", "moveFrom")
            elif name == "AlternateContent":
                self._inline(_alternative(element), look, parts, block)
            elif name in _WRAPPERS:
                self._inline(element, look, parts, block)

    def _run(self, run: "_Element", below: Look, parts: list[str], block: Block) -> None:
        properties = child(run, "rPr")
        look = below
        if properties is not None:
            look = look_of(properties).over(self._styles.look(value(child(properties, "rStyle")))).over(below)
        said: list[str] = []
        self._said(run, look, said, block)
        text = "".join(said)
        if not text:
            return
        if look.hidden or look.struck:
            self.left_out["hidden" if look.hidden else "struck"] += 1
            return
        if look.raised == "superscript":
            text = text.translate(_RAISED)
        elif look.raised == "subscript":
            text = text.translate(_LOWERED)
        parts.append(text)

    def _said(self, run: "_Element", look: Look, said: list[str], block: Block) -> None:
        for element in run:
            name = local(element)
            if name == "t":
                said.append(element.text or "")
            elif name in _SIGNS:
                said.append(_SIGNS[name])
            elif name == "AlternateContent":
                self._said(_alternative(element), look, said, block)
            elif name == "ruby":
                base = child(element, "rubyBase")
                if base is not None:
                    self._inline(base, look, said, block)
            elif name in ("drawing", "pict", "object"):
                block.floats += _text_boxes(element)
                if not look.hidden and _is_large_picture(element):
                    block.pictures.append(element)


def _alternative(element: "_Element") -> "_Element":
    """One of the forms in which the same thing is written."""
    fallback = element
    for one in element:
        if local(one) == "Choice":
            return one
        fallback = one
    return fallback


def _is_large_picture(drawing: "_Element") -> bool:
    """Whether a drawing is a picture that a table may stand in, rather than a seal or a logo."""
    pictures = [element for element in drawing.iter() if local(element) in ("blip", "imagedata")]
    if not pictures:
        return False
    for element in drawing.iter():
        if local(element) == "extent":
            return _points(element.get("cx"), _EMU) >= _WIDE and _points(element.get("cy"), _EMU) >= _HIGH
        if local(element) == "shape":
            style = element.get("style") or ""
            sizes = {name: _points(number, _UNITS[unit]) for name, number, unit in _SIZE.findall(style)}
            return sizes.get("width", 0.0) >= _WIDE and sizes.get("height", 0.0) >= _HIGH
    return False


def references(drawing: "_Element") -> "Iterator[tuple[str, bool]]":
    """The ids of the pictures in a drawing, and whether each is shown as good as whole."""
    for element in drawing.iter():
        name = local(element)
        if name in ("blip", "imagedata"):
            written = next((said for key, said in element.attrib.items() if key.endswith(("}embed", "}id"))), "")
            yield str(written), not _is_cropped(element)


def _is_cropped(picture: "_Element") -> bool:
    """Whether a part of it is cut off, which its file still shows."""
    around = picture.getparent()
    cut = child(around, "srcRect") if around is not None else None
    if cut is not None:
        sides = [_points(cut.get(side), 0.001) for side in ("l", "t", "r", "b")]
    else:
        sides = [_share(picture.get(f"crop{side}")) for side in ("left", "top", "right", "bottom")]
    return max(sides) > _CROPPED


def _share(written: str | None) -> float:
    """A share in percent, as VML writes it: 0.25, or 16384f of 65536."""
    text = written or "0"
    return 100 * (_points(text[:-1], 1 / 65_536) if text.endswith("f") else _points(text, 1.0))


def _points(number: str | None, each: float) -> float:
    try:
        return float(number or 0) * each
    except ValueError:
        return 0.0


def _text_boxes(drawing: "_Element") -> "Iterator[_Element]":
    """The outermost text boxes of a drawing; a drawing may hold its own alternatives."""
    for element in drawing:
        name = local(element)
        if name == "txbxContent":
            yield element
        elif name == "AlternateContent":
            yield from _text_boxes(_alternative(element))
        else:
            yield from _text_boxes(element)
