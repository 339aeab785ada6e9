"""HTML → the text a reader sees, and its tables.

Blocks and line breaks become "\\n", the cells of a row are separated by "\\t"; white space collapses as in a browser.
Inside a cell a break is a space, so that a row stays a line; in a cell that lays out a page it stays a break.
Nothing here recurses: depth is the stranger's choice.
"""

import re
from enum import IntEnum

from selectolax.lexbor import LexborHTMLParser, LexborNode

from extractor.read.document import Grid
from extractor.read.grids import RawCell, RawRow, resolve
from extractor.read.limits import Limits
from extractor.read.markup import check_markup, enclose_stray_cells

__all__ = ["read_html"]


def read_html(text: str, limits: Limits) -> tuple[str, tuple[Grid, ...], tuple[str, ...]]:
    """The visible text of a page, its tables in reading order, and notes on what was mended.

    Tables that only lay out the page (one cell, or nothing beside other tables) are no grids; their text stays.
    Raises LimitError for markup deeper or larger than `limits` allow.
    """
    check_markup(text, limits)
    tree = LexborHTMLParser(text)
    notes: tuple[str, ...] = ()
    # A cell outside any table is dropped by the parser, and its figure would run into the next.
    if len(tree.css("td")) < (text.count("<td") or text.count("<TD")):
        enclosed = enclose_stray_cells(text)
        if enclosed is not None:
            tree = LexborHTMLParser(enclosed)
            notes = ("table cells outside any table: a table was put around them",)
    hidden = _hidden(tree, text)
    if hidden:
        notes = (*notes, f"{len(hidden)} hidden elements left out")
    walk = _Walk(_spans(tree, limits), hidden, limits)
    if tree.root is not None:
        walk.run(tree.root)
    grids = tuple(sorted(walk.grids, key=lambda grid: grid.start))
    return "".join(walk.parts), grids, notes + tuple(dict.fromkeys(walk.notes))


class _Act(IntEnum):
    """What a tag does to the text; from BLOCK on, leaving it does something too."""

    INLINE = 0
    TEXT = 1
    SKIP = 2
    BREAK = 3
    BLOCK = 4
    CELL = 5
    ROW = 6
    SECTION = 7
    TABLE = 8
    PRE = 9


_TAGS: dict[_Act, str] = {
    _Act.SKIP: "head script style noscript template iframe object embed applet svg math canvas audio video map select "
    "datalist textarea button noframes noembed title xmp",
    _Act.BREAK: "br hr",
    _Act.BLOCK: "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup legend li main menu nav ol p section summary ul",
    _Act.CELL: "td th",
    _Act.ROW: "tr",
    _Act.SECTION: "thead tbody tfoot",
    _Act.TABLE: "table",
    _Act.PRE: "pre",
}


def _acts() -> tuple[dict[int, int], int, int]:
    """The parser's number of each tag → what it does; and the numbers of th and thead."""
    tree = LexborHTMLParser("<body>")
    numbers = {name: tree.create_node(name).tag_id for names in _TAGS.values() for name in names.split()}
    # Plain ints: comparing them is what the walk does most.
    acts = {numbers[name]: int(act) for act, names in _TAGS.items() for name in names.split()}
    text = LexborHTMLParser("x").css_first("body").first_child
    assert text is not None
    return acts | {text.tag_id: int(_Act.TEXT)}, numbers["th"], numbers["thead"]


_ACTS, _TH, _THEAD = _acts()
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_INVISIBLE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_MAY_HIDE = re.compile(r"display\s*:\s*none|\shidden[\s>=]|<xml", re.IGNORECASE)
_NUMBER = re.compile(r"\s*\+?([0-9]{1,9})")

# A cell of a form has a label or a figure; what is longer holds paragraphs.
_LONG_CELL = 400
_NOT_SIMPLE = ",".join(f"td {tag}" for tag in ("table", *_TAGS[_Act.SKIP].split()[1:]))
_SPACE, _LINE = 1, 2
_NO_SPAN = (1, 1)


def _hidden(tree: LexborHTMLParser, text: str) -> frozenset[int]:
    """Elements that no reader sees, and the data islands Word leaves."""
    # Substrings first: they are found ten times faster than a pattern.
    if not any(word in text for word in ("isplay", "ISPLAY", "hidden", "<xml")) or _MAY_HIDE.search(text) is None:
        return frozenset()
    nodes = tree.css("[hidden],xml")
    nodes += [node for node in tree.css("[style]") if _INVISIBLE.search(node.attributes.get("style") or "")]
    return frozenset(node.mem_id for node in nodes)


def _spans(tree: LexborHTMLParser, limits: Limits) -> dict[int, tuple[int, int]]:
    """Row and column span of the cells that name one."""
    spans = {}
    for node in tree.css("[rowspan],[colspan]"):
        attributes = node.attributes
        row_span = _span(attributes.get("rowspan"), limits, least=0)
        spans[node.mem_id] = row_span, _span(attributes.get("colspan"), limits, least=1)
    return spans


def _span(value: str | None, limits: Limits, least: int) -> int:
    """A span as browsers take it: leading digits count, anything else is 1; cut at the limit."""
    if not value:
        return 1
    found = _NUMBER.match(value)
    if found is None:
        return 1
    span = int(found[1])
    return min(span, limits.max_span) if span >= least else 1


class _Table:
    """A table being read. `break_parts`: where in the output a break inside the open cell was written as a space."""

    __slots__ = ("break_parts", "cell_end", "cell_start", "first_part", "header", "holds_tables", "in_cell", "layout", "rows",
                 "section", "span", "start")  # fmt: skip

    def __init__(self, start: int) -> None:
        self.start = start
        self.rows: list[RawRow] = []
        self.section = 0
        self.header = False
        self.holds_tables = False
        self.in_cell = False
        self.layout = False
        self.cell_start = 0
        self.first_part = 0
        self.cell_end: int | None = None
        self.span = (1, 1)
        self.break_parts: list[int] = []

    def is_layout(self) -> bool:
        """Only there to place things on the page: a single cell, or too little text of its own beside other tables."""
        filled = [sum(cell.end > cell.start for cell in row.cells) for row in self.rows]
        if self.holds_tables:
            return sum(count > 1 for count in filled) < 2
        return not any(filled) or sum(len(row.cells) for row in self.rows) < 2


class _Walk:
    """One pass over the tree that writes the text and collects the tables."""

    def __init__(self, spans: dict[int, tuple[int, int]], hidden: frozenset[int], limits: Limits) -> None:
        self.parts: list[str] = []
        self.grids: list[Grid] = []
        self.notes: list[str] = []
        self._spans, self._hidden, self._limits = spans, hidden, limits
        self._length = 0
        self._cells = 0
        self._fresh = True  # nothing stands yet in this line or cell
        self._pending = 0
        self._pre = 0
        self._open: list[_Table] = []
        self._table: _Table | None = None

    def run(self, root: LexborNode) -> None:
        node: LexborNode | None = root
        path: list[tuple[LexborNode, int]] = []
        hidden, deepest, acts = self._hidden, self._limits.max_depth, _ACTS
        # Where cells hold what is not to be shown, or tables, all of them are walked.
        simple = not hidden and not root.css(_NOT_SIMPLE)
        while node is not None:
            act = acts.get(node.tag_id, 0)
            child = None
            if act == 1:
                self._write(node.text_content or "")
            elif act == 3:
                self._pending = _LINE
            elif act != 2 and not (hidden and node.mem_id in hidden):
                if act == 4:
                    self._pending = _LINE
                    child = node.first_child
                elif act == 5 and simple and self._write_simple_cell(node):
                    pass
                else:
                    if act > 4:
                        self._enter(node, act)
                    child = node.first_child
                    if child is None and act > 4:
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
                if act == 4:
                    self._pending = _LINE
                elif act > 4:
                    self._leave(act)
                following = node.next if path else None
            node = following

    def _write_simple_cell(self, node: LexborNode) -> bool:
        """Write a cell that holds one word at most, as nearly all do; False where it holds more.

        The separator shows where a cell holds several pieces of text, which may or may not belong together.
        """
        table = self._table
        if table is None or not table.rows:
            return False
        words = node.text(separator="\n").split()
        if len(words) > 1:
            return False
        self._count_cell()
        cells = table.rows[-1].cells
        start = end = self._length + 1 if cells else self._length
        if cells:
            self.parts.append("\t")
        if words:
            self.parts.append(words[0])
            end += len(words[0])
        self._length = end
        self._fresh = True
        self._pending = 0
        row_span, column_span = self._spans.get(node.mem_id, _NO_SPAN)
        cells.append(RawCell(start, end, table.header or node.tag_id == _TH, row_span, column_span))
        return True

    def _count_cell(self) -> None:
        self._cells += 1
        if self._cells > self._limits.max_cells:
            self._limits.check("max_cells", self._cells, "table cells")

    def _write(self, text: str) -> None:
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
        if act == 8:
            self._enter_table(table)
        elif act == 9:
            self._pending = _LINE
            self._pre += 1
        elif table is None:
            self._pending = _LINE
        elif act == 5:
            self._enter_cell(node, table)
        elif act == 6:
            self._end_line()
            table.rows.append(RawRow(table.section, []))
        else:
            self._end_line()
            table.section += 1
            table.header = node.tag_id == _THEAD

    def _enter_table(self, outer: _Table | None) -> None:
        if outer is not None and outer.in_cell:
            outer.holds_tables = True
            if outer.cell_end is None:
                outer.cell_end = self._length
            self._keep_breaks(outer)
            outer.layout = True
        self._end_line()
        table = _Table(self._length)
        self._open.append(table)
        self._table = table

    def _enter_cell(self, node: LexborNode, table: _Table) -> None:
        self._count_cell()
        if not table.rows:
            table.rows.append(RawRow(table.section, []))
        cells = table.rows[-1].cells
        if cells:
            self.parts.append("\t")
            self._length += 1
        self._fresh = True
        self._pending = 0
        table.in_cell, table.layout = True, False
        table.cell_start, table.cell_end, table.first_part = self._length, None, len(self.parts)
        table.span = self._spans.get(node.mem_id, _NO_SPAN)
        cells.append(RawCell(0, 0, table.header or node.tag_id == _TH))

    def _leave(self, act: int) -> None:
        table = self._table
        if act == 9 or table is None:
            self._pending = _LINE
            self._pre -= act == 9
        elif act == 5:
            self._leave_cell(table)
        elif act == 8:
            self._leave_table(table)
        elif act == 6 and table.rows and table.rows[-1].cells:
            self.parts.append("\n")
            self._length += 1
            self._fresh = True
            self._pending = 0

    def _leave_cell(self, table: _Table) -> None:
        start = table.cell_start
        end = self._length if table.cell_end is None else table.cell_end
        if table.break_parts:
            if end - start > _LONG_CELL:
                self._keep_breaks(table)
            table.break_parts.clear()
        if end > start:
            first, last = self.parts[table.first_part], self.parts[-1]
            if first[0].isspace() or last[-1].isspace():
                cell = "".join(self.parts[table.first_part :])[: end - start]
                end -= len(cell) - len(cell.rstrip())
                start = min(end, start + len(cell) - len(cell.lstrip()))
        table.in_cell = False
        cells = table.rows[-1].cells
        cells[-1] = RawCell(start, end, cells[-1].header, *table.span)
        self._fresh = True
        self._pending = 0

    def _leave_table(self, table: _Table) -> None:
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

    def _keep_breaks(self, table: _Table) -> None:
        for at in table.break_parts:
            self.parts[at] = "\n"
        table.break_parts.clear()
