"""Paragraphs and tables of a Word document put down: merged cells, rows that begin later, tables within tables."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from extractor.read.flow import Flow, FlowCell, Word
from extractor.read.office.numbering import value
from extractor.read.office.package import local
from extractor.read.office.styles import child
from extractor.read.office.word import Block, Docx

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element

__all__ = ["put"]

_WRAPPERS = frozenset({"sdt", "sdtContent", "customXml", "ins", "smartTag"})
_OFF = ("0", "false", "off")


@dataclass(slots=True)
class _Cell:
    """`merged`: goes on the cell above it ("continue"), begins one that goes on below ("restart"), or neither."""

    column: int
    span: int
    text: str = ""
    merged: str | None = None
    row_span: int = 1
    header: bool = False
    blocks: list[Block] = field(default_factory=list)


def put(flow: Flow, word: Docx, blocks: "Iterable[Block]") -> None:
    """Paragraphs and tables in their order, what floats behind what it is anchored to."""
    for block in blocks:
        if block.table is not None:
            _put_table(flow, word, block.table)
        elif block.text:
            flow.paragraph([Word(block.text)])
        _put_beside(flow, word, block)


def _put_beside(flow: Flow, word: Docx, block: Block) -> None:
    """What is anchored to a paragraph; its pictures are only noted, with their place."""
    for box in block.floats:
        put(flow, word, word.blocks(box))
    word.pictures += ((flow.length, picture) for picture in block.pictures)


def _put_table(flow: Flow, word: Docx, table: "_Element") -> None:
    """A table; then those within it, as tables of their own. A table of one cell only lays out what is in it."""
    rows = [row for element in _rows(table, word) if (row := _row(element, flow, word))]
    _merge_down(rows)
    cells = [cell for row in rows for cell in row]
    if len(cells) == 1 and any(block.table is not None for block in cells[0].blocks):
        put(flow, word, cells[0].blocks)
        return
    if not cells:
        return
    flow.table(
        [
            [
                FlowCell([Word(cell.text)] if cell.text else [], cell.row_span, cell.span, cell.header)
                for cell in row
                if cell.merged != "covered"
            ]
            for row in rows
        ]
    )
    for cell in cells:
        for block in cell.blocks:
            if block.table is not None:
                _put_table(flow, word, block.table)
            _put_beside(flow, word, block)


def _rows(table: "_Element", word: Docx) -> "Iterator[_Element]":
    for element in table:
        name = local(element)
        if name == "tr":
            properties = child(element, "trPr")
            if child(properties, "del") is not None:
                word.left_out["deleted"] += 1
            elif value(hidden := child(properties, "hidden")) in _OFF or hidden is None:
                yield element
            else:
                word.left_out["hidden"] += 1
        elif name in _WRAPPERS:
            yield from _rows(element, word)


def _row(row: "_Element", flow: Flow, word: Docx) -> list[_Cell]:
    properties = child(row, "trPr")
    heading = child(properties, "tblHeader")
    header = heading is not None and value(heading) not in _OFF
    before = _span(child(properties, "gridBefore"), flow, 0)
    cells = [_Cell(0, before)] if before else []
    column = before
    for element in _cells(row):
        tc = child(element, "tcPr")
        span = _span(child(tc, "gridSpan"), flow, 1)
        across = child(tc, "hMerge")
        if across is not None and value(across) != "restart" and cells:
            cells[-1].span += span
        else:
            down = child(tc, "vMerge")
            merged = None if down is None else value(down) or "continue"
            cell = _Cell(column, span, merged=merged, header=header)
            cell.blocks = list(word.blocks(element))
            cell.text = "\n".join(_line(block.text) for block in cell.blocks if block.table is None).strip("\n")
            cells.append(cell)
        column += span
    if after := _span(child(properties, "gridAfter"), flow, 0):
        cells.append(_Cell(column, after))
    return cells


def _cells(row: "_Element") -> "Iterator[_Element]":
    for element in row:
        name = local(element)
        if name == "tc":
            yield element
        elif name in _WRAPPERS:
            yield from _cells(element)


def _line(text: str) -> str:
    """A tab parts cells in the text of a document, so within a cell it is a space."""
    return text.replace("\t", " ")


def _span(element: "_Element | None", flow: Flow, otherwise: int) -> int:
    text = value(element) or ""
    if not (text.isascii() and text.isdigit()):
        return otherwise
    return max(otherwise, min(int(text[:9]), flow.limits.max_span))


def _merge_down(rows: list[list[_Cell]]) -> None:
    """Cells that go on the one above them are added to it. One with nothing above it that it could go on stands."""
    above: dict[int, _Cell] = {}
    for row in rows:
        here: dict[int, _Cell] = {}
        for cell in row:
            origin = above.get(cell.column)
            if cell.merged == "continue" and origin is not None and origin.span == cell.span:
                origin.row_span += 1
                cell.merged, cell.text, cell.blocks = "covered", "", []
                here[cell.column] = origin
            elif cell.merged is not None:
                here[cell.column] = cell
        above = here
