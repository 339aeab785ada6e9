"""The walk over a parsed page: it writes the visible text and collects the tables.

Blocks and line breaks become "\\n", the cells of a row are separated by "\\t"; white space collapses as in a browser.
Inside a cell a break is a space, so that a row stays a line, or "\v" between figures, so that they stay apart; in a
cell that lays out a page it stays a break. Digits set as superscript or subscript become ¹ or ₁: they are marks.
Nothing here recurses: depth is the stranger's choice.
"""

import re
from enum import IntEnum

from selectolax.lexbor import LexborNode

from extractor.read.controls import SEEN, filled_in
from extractor.read.document import Grid
from extractor.read.grids import RawCell, RawRow, resolve
from extractor.read.limits import Limits
from extractor.read.opentable import OpenTable
from extractor.read.tags import ACTS, CELLS, IMG, TH, THEAD, Act
from extractor.report import Reason

__all__ = ["Styled", "Walk"]

_BLANKS = re.compile(r"[ \t\n\r\f]+")

# A cell of a form has a label or a figure; what is longer holds paragraphs.
_LONG_CELL = 400
# What is due before the next piece of text.
_SPACE, _LINE = 1, 2
_NO_SPAN = (1, 1)
_TEXT, _SKIP, _BREAK, _BLOCK = int(Act.TEXT), int(Act.SKIP), int(Act.BREAK), int(Act.BLOCK)
_CELL, _ROW, _TABLE, _PRE = int(Act.CELL), int(Act.ROW), int(Act.TABLE), int(Act.PRE)
_RAISED, _PICTURE = int(Act.RAISED), int(Act.PICTURE)

_DIGITS = "0123456789０１２３４５６７８９"
_RAISED_DIGITS = str.maketrans(_DIGITS, "⁰¹²³⁴⁵⁶⁷⁸⁹" * 2)
_LOWERED_DIGITS = str.maketrans(_DIGITS, "₀₁₂₃₄₅₆₇₈₉" * 2)
_OF_FIGURES = frozenset(f"{_DIGITS}.,+-．，－")


class Styled(IntEnum):
    """What an attribute does to an element's text."""

    HIDDEN = 1
    STRUCK = 2
    RAISED = 3
    LOWERED = 4


class Walk:
    """One pass over the tree that writes the text and collects the tables."""

    def __init__(self, spans: dict[int, tuple[int, int]], styled: dict[int, Styled], limits: Limits) -> None:
        self.parts: list[str] = []
        self.grids: list[Grid] = []
        self.notes: list[Reason] = []
        self.pictures: list[tuple[int, LexborNode]] = []  # where in the text each stands
        self._spans, self._styled, self._limits = spans, styled, limits
        self._length = 0
        self._cells = 0
        self._fresh = True  # nothing stands yet in this line or cell
        self._pending = 0
        self._pre = 0
        self._scripts: list[dict[int, int]] = []  # for each superscript or subscript open, its digits
        self._open: list[OpenTable] = []
        self._table: OpenTable | None = None

    def run(self, root: LexborNode, *, simple_rows: bool) -> None:
        """Walk everything under `root`. `simple_rows`: no cell of the page holds a table or something to be skipped."""
        node: LexborNode | None = root
        path: list[tuple[LexborNode, int]] = []
        styled, deepest, acts = self._styled, self._limits.max_depth, ACTS
        while node is not None:
            act = acts.get(node.tag_id, 0)
            how = styled.get(node.mem_id, 0) if styled else 0
            if how >= Styled.RAISED and act == 0:
                act = _RAISED + how - Styled.RAISED
            child = None
            if act == _TEXT:
                self._write(node.text_content or "")
            elif act == _BREAK:
                self._pending = _LINE
            elif how and how <= Styled.STRUCK:
                self._pass_over(node, act, struck=how == Styled.STRUCK)
            elif act >= _PICTURE:
                self._see(node, act)
            elif act != _SKIP:
                if act == _BLOCK:
                    self._pending = _LINE
                    child = node.first_child
                elif act == _ROW and simple_rows and self._write_simple_row(node):
                    pass
                else:
                    if act > _BLOCK:
                        self._enter(node, act)
                    child = node.first_child
                    if child is None and act > _BLOCK:
                        self._leave(act)
            if child is not None:
                path.append((node, act))
                if len(path) > deepest:
                    self._limits.check("max_depth", len(path), "nested HTML elements")
                node = child
                continue
            following = node.next
            while following is None and path:
                node, act = path.pop()
                if act == _BLOCK:
                    self._pending = _LINE
                elif act > _BLOCK:
                    self._leave(act)
                following = node.next if path else None
            node = following

    def _write_simple_row(self, row: LexborNode) -> bool:
        """Write a row whose cells hold one word at most, as nearly all do; False where one holds more.

        The separator shows where a cell holds several pieces of text, which may or may not belong together.
        """
        table = self._table
        if table is None:
            return False
        nodes = list(row.iter())
        words = [node.text(separator="\n").split() for node in nodes]
        if not words or max(map(len, words)) > 1:
            return False
        tags = [node.tag_id for node in nodes]
        if not CELLS.issuperset(tags):
            return False
        self._end_line()
        self._count_cells(len(nodes))
        spans, header = self._spans, table.header
        cells: list[RawCell] = []
        start = self._length
        for node, word, tag in zip(nodes, words, tags, strict=True):
            end = start + len(word[0]) if word else start
            row_span, column_span = spans.get(node.mem_id, _NO_SPAN)
            cells.append((start, end, header or tag == TH, row_span, column_span))
            start = end + 1
        self.parts.append("\t".join([word[0] if word else "" for word in words]))
        self.parts.append("\n")
        self._length = start
        table.rows.append(RawRow(table.section, cells))
        return True

    def _count_cells(self, more: int) -> None:
        self._cells += more
        if self._cells > self._limits.max_cells:
            self._limits.check("max_cells", self._cells, "table cells")

    def _pass_over(self, node: LexborNode, act: int, *, struck: bool) -> None:
        """Leave an element out. What stands before and after must not become one figure."""
        if act == _CELL and struck and self._table is not None:
            self._enter_cell(node, self._table)
            self._leave_cell(self._table)
        elif act == _BLOCK:
            self._pending = _LINE
        elif struck:
            self._pending = self._pending or _SPACE

    def _see(self, node: LexborNode, act: int) -> None:
        """A picture or a control. In a cell it may be the figure, so the cell must not look blank."""
        if node.tag_id == IMG:
            self.pictures.append((self._length, node))
        table = self._table
        if table is None or not table.in_cell or table.cell_end is not None:
            return
        attributes = node.attributes
        if act == _PICTURE:
            # Pictures of a pixel keep cells open.
            table.picture = table.picture or not {attributes.get("width"), attributes.get("height")} & {"0", "1", "2"}
            return
        filled = filled_in(node)
        if filled:
            self._pending = self._pending or _SPACE
            self._write(filled)
            self._pending = _SPACE

    def _write(self, text: str) -> None:
        if self._scripts:
            text = text.translate(self._scripts[-1])
        if self._pre and "\n" in text:
            self._write_lines(text)
            return
        words = text.split()
        if not words and text.isascii():
            self._pending = self._pending or _SPACE
            return
        if len(words) != 1 or len(words[0]) != len(text):
            # White space somewhere, or a no-break space, which is not to be collapsed.
            text = _BLANKS.sub(" ", text)
            if text[:1] == " ":
                self._pending = self._pending or _SPACE
                text = text[1:]
            if not text:
                return
            trailing = text[-1] == " "
            if trailing:
                text = text[:-1]
        else:
            trailing = False
        if self._pending and not self._fresh:
            self._separate()
        self.parts.append(text)
        self._length += len(text)
        self._fresh = False
        self._pending = _SPACE if trailing else 0

    def _write_lines(self, text: str) -> None:
        """Preformatted text: its line breaks count."""
        first, *others = text.split("\n")
        self._write(first)
        for line in others:
            self._pending = _LINE
            self._write(line)

    def _separate(self) -> None:
        """The white space due between two pieces of text."""
        table = self._table
        if self._pending == _SPACE:
            self.parts.append(" ")
        elif table is None or not table.in_cell or table.layout:
            self.parts.append("\n")
        else:
            table.break_parts.append(len(self.parts))
            self.parts.append(" ")
        self._length += 1

    def _enter(self, node: LexborNode, act: int) -> None:
        table = self._table
        if act >= _RAISED:
            self._scripts.append(_RAISED_DIGITS if act == _RAISED else _LOWERED_DIGITS)
        elif act == _TABLE:
            self._enter_table(table)
        elif act == _PRE:
            self._pending = _LINE
            self._pre += 1
        elif table is None:
            self._pending = _LINE
        elif act == _CELL:
            self._enter_cell(node, table)
        elif act == _ROW:
            self._end_line()
            table.rows.append(RawRow(table.section, []))
        else:
            self._end_line()
            table.section += 1
            table.header = node.tag_id == THEAD

    def _enter_table(self, outer: OpenTable | None) -> None:
        if outer is not None and outer.in_cell:
            outer.holds_tables = True
            if outer.cell_end is None:
                outer.cell_end = self._length
            self._keep_breaks(outer)
            outer.layout = True
        self._end_line()
        table = OpenTable(self._length)
        self._open.append(table)
        self._table = table

    def _enter_cell(self, node: LexborNode, table: OpenTable) -> None:
        self._count_cells(1)
        if not table.rows:
            table.rows.append(RawRow(table.section, []))
        cells = table.rows[-1].cells
        if cells:
            self.parts.append("\t")
            self._length += 1
        self._fresh = True
        self._pending = 0
        table.in_cell, table.layout, table.picture = True, False, False
        table.cell_start, table.cell_end, table.first_part = self._length, None, len(self.parts)
        table.span = self._spans.get(node.mem_id, _NO_SPAN)
        cells.append((0, 0, table.header or node.tag_id == TH, 1, 1))

    def _leave(self, act: int) -> None:
        table = self._table
        if act >= _RAISED:
            self._scripts.pop()
        elif act == _PRE or table is None:
            self._pending = _LINE
            self._pre -= act == _PRE
        elif act == _CELL:
            self._leave_cell(table)
        elif act == _TABLE:
            self._leave_table(table)
        elif act == _ROW and table.rows and table.rows[-1].cells:
            self.parts.append("\n")
            self._length += 1
            self._fresh = True
            self._pending = 0

    def _leave_cell(self, table: OpenTable) -> None:
        start = table.cell_start
        if table.picture and table.cell_end is None:
            self._show_picture(table)
        end = self._length if table.cell_end is None else table.cell_end
        if table.break_parts:
            if end - start > _LONG_CELL:
                self._keep_breaks(table)
            else:
                self._part_figures(table)
            table.break_parts.clear()
        if end > start:
            first, last = self.parts[table.first_part], self.parts[-1]
            if first[0].isspace() or last[-1].isspace():
                cell = "".join(self.parts[table.first_part :])[: end - start]
                end -= len(cell) - len(cell.rstrip())
                start = min(end, start + len(cell) - len(cell.lstrip()))
        if end > start and table.cell_end is not None:
            table.holders.append(len(table.rows) - 1)
        table.in_cell = False
        cells = table.rows[-1].cells
        cells[-1] = (start, end, cells[-1][2], *table.span)
        self._fresh = True
        self._pending = 0

    def _leave_table(self, table: OpenTable) -> None:
        self._open.pop()
        self._table = self._open[-1] if self._open else None
        end = self._length - 1 if self.parts and self.parts[-1] == "\n" else self._length
        self._pending = _LINE
        if table.is_layout():
            return
        grid, notes = resolve(table.rows, table.start, end, self._limits)
        self.grids.append(grid)
        self.notes.extend(notes)

    def _end_line(self) -> None:
        if not self._fresh:
            self.parts.append("\n")
            self._length += 1
            self._fresh = True
        self._pending = 0

    def _show_picture(self, table: OpenTable) -> None:
        """Beside words a picture is an ornament; anywhere else it may be the figure, or a digit of it."""
        words = self.parts[table.first_part :]
        if any(character.isalpha() for part in words for character in part):
            return
        if not words:
            table.holders.append(len(table.rows) - 1)
        self._write(SEEN)

    def _part_figures(self, table: OpenTable) -> None:
        """A break between two figures is no space between digits."""
        for at in table.break_parts:
            if self.parts[at - 1][-1] in _OF_FIGURES and self.parts[at + 1][0] in _OF_FIGURES:
                self.parts[at] = "\v"

    def _keep_breaks(self, table: OpenTable) -> None:
        for at in table.break_parts:
            self.parts[at] = "\n"
        table.break_parts.clear()
