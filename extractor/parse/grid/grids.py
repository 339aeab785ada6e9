"""Value rows out of table grids: the cells are given, only their meaning is open.

All grids of a document are read as one sequence of lines, so a table that was cut over pages or into one small table a
row is whole again.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from extractor.forms.model import Form, Layout, Table
from extractor.parse.fitting.shapes import row_shape
from extractor.parse.grid.columns import absent, arrange, arrange_line
from extractor.parse.grid.heads import UNKNOWN, Heads, Year, is_head, read_heads, units, years_of
from extractor.parse.grid.home import at_home
from extractor.parse.grid.lines import Line, Lines, read_lines
from extractor.parse.grid.turned import turned_rows
from extractor.parse.labels import Item, Vocabulary, bare_text, vocabulary
from extractor.parse.readings import Origin
from extractor.parse.rows import Label, Near, Token, TokenKind, ValueRow
from extractor.read.document import Document
from extractor.read.figures import UNIT_PATTERN
from extractor.report import Reason

__all__ = ["grid_rows"]

_UNIT = re.compile(UNIT_PATTERN)
_STRANGER = Reason(
    "the table it stands in has neither a title nor heads of the form, and only some short labels",
    "所在表格既无表式的标题，也无表式的表头，仅有少数短标签相同",
)
_NAMELESS = Reason("the row has no label, and its heads are in another order", "该行无标签，且其表头的顺序与表式不同")
_CUT = Reason(
    "the table runs off the paper, and its heads do not tell which columns are left",
    "表格超出纸面，表头不足以判定所余各栏",
)

_Here = list[tuple[int, Item, float]]


def grid_rows(document: Document, form: Form, year: int | None) -> dict[str, list[ValueRow]]:
    """The value rows of every table of `form` that the document's grids hold, by table id."""
    words = vocabulary(form)
    grids = [read_lines(document, grid, words, form) for grid in document.grids]
    lines = [(number, line) for number, grid in enumerate(grids) for line in grid.lines]
    out: dict[str, list[ValueRow]] = {}
    for table in form.tables:
        rows = _Reader(document.folded, grids, table, form, words, year).rows(lines)
        if rows:
            out[table.id] = rows
    return out


def _heads_table(line: Line, table: Table) -> bool:
    """Whether several cells of the line are heads of the table, and not only the 其他 and 总计 that all tables have."""
    mine = [(column, item) for column, _, item in line.heads if item.table == table.id]
    return len({column for column, _ in mine}) >= 2 and any(not item.bare for _, item in mine)


def _waiting(loose: list[Label], here: _Here) -> list[Label]:
    """Labels of lines without figures, for the figures that follow: the last one is the closest."""
    if not here:
        return loose
    last = max(column for column, _, _ in here)
    return [Label(label.item, Near.LOOSE, label.score) for label in loose] + [
        Label(item, Near.CLOSE if column == last else Near.LOOSE, score)
        for column, item, score in here
        if not item.bare
    ]


@dataclass(slots=True)
class _Reader:
    """Reads the lines of all grids for one table. `storeys`: head lines that no line of figures has followed yet.

    `group`: the last head of a group, the grid it stands in and the row where its rowspan ends.
    """

    folded: str
    grids: Sequence[Lines]
    table: Table
    form: Form
    words: Vocabulary
    year: int | None
    grid: int = -1
    storeys: list[Line] = field(default_factory=list)
    heads: Heads | None = None
    heads_grid: int = 0
    years: list[Year] = field(default_factory=list)
    units: set[int] = field(default_factory=set)
    loose: list[Label] = field(default_factory=list)
    found: list[tuple[int, ValueRow]] = field(default_factory=list)
    group: tuple[int, int, Item] | None = None

    def rows(self, lines: Sequence[tuple[int, Line]]) -> list[ValueRow]:
        """The value rows; those of grids that are not the table's own only if there are no others, and doubted."""
        table = self.table
        marked = [
            number
            for number, (_, line) in enumerate(lines)
            if any(item.table == table.id and not item.bare for _, item, _ in line.items) or _heads_table(line, table)
        ]
        if not marked:
            return []
        last = min(len(lines), marked[-1] + (3 if table.layout is Layout.LINE else 1))
        # Its last lines may have lost their labels.
        while (
            last < len(lines)
            and lines[last][0] == lines[marked[-1]][0]
            and all(item.bare for _, _, item in lines[last][1].heads)
        ):
            last += 1
        done = -1
        for number, line in lines[max(0, marked[0] - 1) : last]:
            if number != self.grid:
                self.grid, self.storeys, self.years = number, [], []
                turned = self._turned()
                if turned:
                    for row in turned:
                        row.astray = row.astray or self.grids[number].grid.doubt
                    self.found.extend((number, row) for row in turned)
                    done = number
            if number != done:
                self._line(line)
        strange = {
            number
            for number in {number for number, _ in self.found}
            if not at_home(self.grids, number, table, self.folded)
        }
        own = [row for number, row in self.found if number not in strange]
        if own or not strange:
            return own
        for _, row in self.found:
            row.astray = row.astray or _STRANGER
        return [row for _, row in self.found]

    def _turned(self) -> list[ValueRow]:
        grid = self.grids[self.grid]
        return turned_rows(grid, self.folded, self.table) if grid.turned[self.table.id] > 1 else []

    def _line(self, line: Line) -> None:
        table = self.table
        here = [(column, item, score) for column, item, score in line.items if item.table == table.id]
        here = self._subtotal(line, here)
        head = is_head(line, table)
        if line.items and not here and not head:
            return
        years = [] if here and line.numbers else years_of(line, self.year)
        if years or head:
            self._head(line, years)
            self.loose = _waiting(self.loose, here)
            return
        if table.layout is Layout.LINE and here and not line.tokens:
            self.storeys.append(line)
        elif line.numbers or here:
            if self.storeys and not here and _numbers_columns(line):
                return
            self._close_heads()
        elif any(item.table == table.id for _, _, item in line.heads) and _words(line) > 1:
            self.heads = None  # a head line, but not of columns that the form has
        row = self._value_row(line, here)
        if row is None:
            self.loose = _waiting(self.loose, here)
        else:
            self.found.append((self.grid, row))
            self.loose = []

    def _subtotal(self, line: Line, here: _Here) -> _Here:
        """The labels of a line; 小计 beside the cell of a group's head, or in a row it spans, is the group's."""
        table, cells = self.table, line.cells
        for column, item, _ in here:
            if table.rows[item.index].subtotal_of:
                end = next((cell.row + cell.row_span for cell in cells if cell.column == column), 0)
                self.group = (self.grid, end, item)
        if self.group is None:
            return here
        grid, end, head = self.group
        if grid != self.grid or cells[0].row >= end:
            return here
        for cell in cells[:2]:
            text = bare_text(self.folded[cell.start : cell.end])
            if text == "小计" or (text == "合计" and not self._total_follows(head)):
                return [(cell.column, head, 1.0)]
        return here

    def _total_follows(self, item: Item) -> bool:
        """Whether the row after the group may be called 合计 itself: the group's rowspan may be too long."""
        rows = self.table.rows
        group = rows[item.index].subtotal_of
        after = max(number for number, row in enumerate(rows) if row.group == group) + 1
        return after < len(rows) and "合计" in rows[after].labels

    def _head(self, line: Line, years: list[Year]) -> None:
        if not self.storeys or not any(is_head(one, self.table) or one.tokens for one in self.storeys):
            self.years, self.units = [], set()
        self.storeys.append(line)
        self.units |= units(line)
        if len(years) > 1 and "year" not in self.table.column_by_id:
            self.years = years

    def _close_heads(self) -> None:
        """Read the head lines gathered, now that what stands under them begins."""
        if self.storeys:
            heads = read_heads(self.storeys, self.folded, self.table, self.words, self.year)
            if heads is not None:
                self.heads, self.heads_grid = heads, self.grid
            self.storeys = []

    def _value_row(self, line: Line, here: _Here) -> ValueRow | None:
        last_label = max((column for column, _, _ in here), default=-1)
        tokens = _without_unit([one for one in line.tokens if one[0] > last_label], self.units)
        if self.years:
            tokens = _this_year(tokens, self.years, cut=line.cut)
        while tokens and not here and tokens[0][1].kind is TokenKind.WORDS:
            tokens.pop(0)
        if not tokens or (not here and not any(token.kind is TokenKind.NUMBER for _, token in tokens)):
            return None
        labels = [Label(label.item, Near.LOOSE, label.score) for label in self.loose] if here else list(self.loose)
        figures = self._figures(tokens, line)
        for column, item, score in here:
            own = len(figures) == len(tokens) or not self.table.rows[item.index].subtotal_of
            labels.append(Label(item, Near.FIRM if own and column == last_label else Near.LOOSE, score))
        tokens = figures
        row = ValueRow(labels, [token for _, token in tokens], Origin.GRID, line.start, tokens[-1][1].end)
        row.because = next((token.doubt for _, token in tokens if token.doubt is not None), None)
        if self.heads is not None:
            self._arrange(row, tokens, line, here)
        short = self._size(here) - len(row.tokens) if line.cut else 0
        if short > 0:
            # What is off the paper is not blank.
            row.tokens += [absent(line.start)] * short
            row.astray = row.astray or _CUT
        grid = self.grids[self.grid].grid
        row.astray = row.astray or grid.doubt_of(line.cells[0].row)
        return row

    def _size(self, here: _Here) -> int:
        """How many figures the form has in a row with these labels."""
        table = self.table
        if table.layout is Layout.LINE and not here:
            return len(table.columns) * sum(1 for row in table.rows if not row.optional)
        named = {item.index for _, item, _ in here}
        return max((len(table.columns_of(table.rows[index])) for index in named), default=len(table.columns))

    def _same_columns(self) -> bool:
        """Whether the heads stand in this grid, or in one just as wide: a table that goes on over the page."""
        return self.grids[self.heads_grid].grid.columns == self.grids[self.grid].grid.columns

    def _figures(self, tokens: list[tuple[int, Token]], line: Line) -> list[tuple[int, Token]]:
        """The tokens without those beside the figures, where the labels stand: a label written over by a figure."""
        heads = self.heads
        if heads is None or not self._same_columns() or line.right < heads.right:
            return tokens
        leaves = heads.leaves[heads.first :]
        figures = [one for one in tokens if one[0] >= leaves[0].column]
        unknown = {leaf.column for leaf in heads.leaves[: heads.first] if leaf.place == UNKNOWN}
        if len(figures) != len(leaves) or any(column in unknown for column, _ in tokens):
            return tokens
        return figures

    def _arrange(self, row: ValueRow, tokens: list[tuple[int, Token]], line: Line, here: _Here) -> None:
        """Put the figures of the row under the heads that stand over them."""
        assert self.heads is not None
        table, heads = self.table, self.heads
        if table.layout is Layout.LINE and not here and len(tokens) > len(table.columns):
            values, row.astray = arrange_line(tokens, heads, table)
            if values is not None:
                row.tokens = values
                row.labels.sort(key=lambda label: label.item.index)
            return
        named = {item.index for _, item, _ in here}
        template = table.rows[next(iter(named))] if len(named) == 1 else table.rows[0]
        if len(named) != 1 and any(one.columns for one in table.rows):
            places = [leaf.place for leaf in heads.leaves if leaf.place >= 0]
            row.astray = None if places == sorted(places) else _NAMELESS
            return
        columns = [table.column_ids.index(column) for column in template.columns]
        wanted = columns or range(len(table.columns))
        if len(tokens) == len(wanted) and not heads.unsure and heads.places == tuple(wanted):
            return
        placed = line if self._same_columns() else None
        values, row.astray = arrange(tokens, heads, wanted, placed, row_shape(self.form, table, template))
        if values is not None:
            row.tokens = values


def _this_year(tokens: list[tuple[int, Token]], years: Sequence[Year], *, cut: bool) -> list[tuple[int, Token]]:
    """The tokens of the report's year: by their order where all are there, for spans lie, else by their columns."""
    if tokens and not cut and len(tokens) % len(years) == 0:
        size = len(tokens) // len(years)
        return [one for number, one in enumerate(tokens) if years[number // size].own]
    other = [one for one in years if not one.own]
    return [one for one in tokens if not any(year.column <= one[0] < year.column + year.span for year in other)]


def _words(line: Line) -> int:
    return sum(1 for _, token in line.tokens if token.kind is TokenKind.WORDS)


def _numbers_columns(line: Line) -> bool:
    """Whether the line only counts the columns: 1, 2, 3, 4 and so on."""
    counted = [token.value for _, token in line.tokens if token.kind is not TokenKind.WORDS]
    return len(counted) > 3 and counted == list(range(1, len(counted) + 1))


def _without_unit(tokens: list[tuple[int, Token]], units: set[int]) -> list[tuple[int, Token]]:
    """The tokens without a unit that has a cell of its own, or the empty one meant for it."""
    rest = [one for one in tokens if one[1].kind is not TokenKind.WORDS or not _UNIT.fullmatch(one[1].printed or "")]
    if units and len(rest) == len(tokens):
        return [one for one in rest if one[0] not in units or one[1].kind is TokenKind.NUMBER]
    return rest
