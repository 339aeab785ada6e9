"""Value rows out of table grids: the cells are given, only their meaning is open.

All grids of a document are read as one sequence of lines, so a table that was cut over pages or into one small table a
row is whole again.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.fuzz import ratio

from extractor.forms.model import Form, Layout, Table
from extractor.parse.labels import Item, Role, Vocabulary, bare_text, vocabulary
from extractor.parse.readings import Origin
from extractor.parse.rows import Joint, Label, Near, Token, TokenKind, ValueRow
from extractor.read.document import Document, Grid, GridCell
from extractor.read.figures import UNIT_PATTERN, FigureKind, read_figure

__all__ = ["grid_rows"]

_ORDINAL = re.compile(r"^[\s*]*(?:\(?[一二三四五六七八九十]{1,3}\)?[、.,)]?|\(?\d{1,2}\)?[、.,)])\s*")
_UNIT = re.compile(UNIT_PATTERN)
_UNIT_HEADS = ("单位", "计量单位")
_YEAR = re.compile(r"(?:19|20)\d\d")
_HEAD_YEAR = re.compile(r"((?:19|20)\d\d)(?:年度?)?")
_SIMILAR = 78.0
_LONGEST_LABEL = 80


@dataclass(slots=True)
class _Line:
    """One printed line of a grid: the items its label cells name (with the column they stand in) and its figures."""

    start: int
    items: list[tuple[int, Item, float]] = field(default_factory=list)
    heads: list[tuple[int, int, Item]] = field(default_factory=list)
    tokens: list[tuple[int, Token]] = field(default_factory=list)


def grid_rows(document: Document, form: Form, year: int | None) -> dict[str, list[ValueRow]]:
    """The value rows of every table of `form` that the document's grids hold, by table id."""
    words = vocabulary(form)
    lines = [line for grid in document.grids for line in _lines(document, grid, words)]
    return {table.id: rows for table in form.tables if (rows := _table_rows(lines, table, year))}


def _lines(document: Document, grid: Grid, words: Vocabulary) -> Iterator[_Line]:
    folded = document.folded
    line: _Line | None = None
    row = -1
    for cell in grid.cells:
        if cell.row != row or line is None:
            if line is not None:
                yield line
            row = cell.row
            line = _Line(cell.start)
        _read_cell(line, cell, folded, words)
    if line is not None:
        yield line


def _read_cell(line: _Line, cell: GridCell, folded: str, words: Vocabulary) -> None:
    start, end = cell.start, cell.end
    text = folded[start:end]
    if text.isdigit() and text.isascii():
        value = int(text) if len(text) < 19 else None
        line.tokens.append((cell.column, Token(TokenKind.NUMBER, start, end, text, value)))
        return
    figure = read_figure(text, join=True)
    kind = figure.kind
    if kind is FigureKind.NUMBER:
        digits = re.sub(r"[^\d.+-]", "", text[figure.start : figure.end])
        token = Token(
            TokenKind.NUMBER,
            start + figure.start,
            start + figure.end,
            digits,
            figure.value,
            figure.unit,
            Joint.CELL,
            printed=text.strip(),
        )
        line.tokens.append((cell.column, token))
    elif kind is FigureKind.BLANK:
        line.tokens.append((cell.column, Token(TokenKind.BLANK, start, start, printed="")))
    elif kind is FigureKind.NOT_APPLICABLE:
        line.tokens.append((cell.column, Token(TokenKind.NOT_APPLICABLE, start, end, printed=text.strip())))
    else:
        found = _items(text, words)
        for item, score in found:
            if item.role is Role.ROW:
                line.items.append((cell.column, item, score))
            line.heads.append((cell.column, cell.column_span, item))
        if not found:
            line.tokens.append((cell.column, Token(TokenKind.WORDS, start, end, printed=text.strip())))


@lru_cache(maxsize=8192)
def _stripped(text: str) -> tuple[str, str]:
    whole = bare_text(text)
    return whole, bare_text(_ORDINAL.sub("", text))


_memo: dict[tuple[int, str], tuple[tuple[Item, float], ...]] = {}


def _items(text: str, words: Vocabulary) -> tuple[tuple[Item, float], ...]:
    """What a label cell names: exactly, by a distinctive part, or by similarity. Memoised: labels repeat endlessly."""
    if len(text) > _LONGEST_LABEL:
        return ()
    key = (id(words), text)
    known = _memo.get(key)
    if known is None:
        known = tuple(_look_up(text, words))
        if len(_memo) > 20_000:
            _memo.clear()
        _memo[key] = known
    return known


def _look_up(text: str, words: Vocabulary) -> Iterator[tuple[Item, float]]:
    whole, stripped = _stripped(text)
    for candidate in (whole, stripped):
        items = words.whole.get(candidate)
        if items:
            yield from ((item, 1.0) for item in items)
            return
    if len(stripped) < 3:
        return
    matches = process.extract(stripped, words.whole.keys(), scorer=ratio, score_cutoff=_SIMILAR, limit=2)
    matches = [match for match in matches if len(match[0]) >= 4]
    if matches and (len(matches) == 1 or matches[0][1] - matches[1][1] > 4):
        best, score, _ = matches[0]
        yield from ((item, score / 100.0) for item in words.whole[best] if not item.bare)
        return
    cores = [
        item
        for needle, items in words.needles
        if len(needle) >= 3 and needle in stripped
        for item in items
        if item.role is Role.ROW and not item.bare
    ]
    if len({(item.table, item.id) for item in cores}) == 1:
        yield cores[0], 0.8


def _table_rows(lines: Sequence[_Line], table: Table, year: int | None) -> list[ValueRow]:
    marked = [
        number
        for number, line in enumerate(lines)
        if any(item.table == table.id and not item.bare for _, item, _ in line.items) or _heads_table(line, table)
    ]
    if not marked:
        return []
    last = min(len(lines), marked[-1] + (3 if table.layout is Layout.LINE else 1))
    rows: list[ValueRow] = []
    header: dict[int, int] = {}
    units: set[int] = set()
    loose: list[Label] = []
    years: dict[int, bool] = {}
    for line in lines[max(0, marked[0] - 1) : last]:
        here = [(column, item, score) for column, item, score in line.items if item.table == table.id]
        heads = _header(line, table)
        if not here and (beside := _years(line, year)):
            years = beside
        if line.items and not here and len(heads) < 2:
            continue
        figures = any(
            token.kind is TokenKind.NOT_APPLICABLE or (token.kind is TokenKind.NUMBER and column not in heads)
            for column, token in line.tokens
        )
        if len(heads) >= 2 and not figures:
            header = heads
            units = {column for column, _, item in line.heads if item.role is Role.HEADER and item.id in _UNIT_HEADS}
            loose = _waiting(loose, here)
            continue
        row = _value_row(line, here, table, header, units, years, loose)
        if row is not None:
            rows.append(row)
            loose = []
        else:
            loose = _waiting(loose, here)
    return rows


def _waiting(loose: list[Label], here: list[tuple[int, Item, float]]) -> list[Label]:
    """Labels of lines without figures, for the figures that follow: the last one is the closest."""
    if not here:
        return loose
    last = max(column for column, _, _ in here)
    return [Label(label.item, Near.LOOSE, label.score) for label in loose] + [
        Label(item, Near.CLOSE if column == last else Near.LOOSE, score)
        for column, item, score in here
        if not item.bare
    ]


def _heads_table(line: _Line, table: Table) -> bool:
    """Whether several cells of the line are heads of the table, and not only the 其他 and 总计 that all tables have."""
    mine = [(column, item) for column, _, item in line.heads if item.table == table.id]
    return len({column for column, _ in mine}) >= 2 and any(not item.bare for _, item in mine)


def _header(line: _Line, table: Table) -> dict[int, int]:
    """Grid column → position in the table's columns, where this line is a header line."""
    out: dict[int, int] = {}
    for column, span, item in line.heads:
        if item.table == table.id and item.role is Role.COLUMN:
            for covered in range(column, column + span):
                out[covered] = item.index
    year = next((index for index, column in enumerate(table.columns) if column.id == "year"), None)
    if out and year is not None:
        for column, token in line.tokens:
            if token.kind is TokenKind.NUMBER and _YEAR.fullmatch(token.figures):
                out[column] = year
    return out if len(set(out.values())) >= 2 or len(table.columns) < 3 else {}


def _years(line: _Line, year: int | None) -> dict[int, bool]:
    """Of a head line that names several years: their columns, and whether each is the report's. Else empty."""
    named = {
        column: int(match[1])
        for column, token in line.tokens
        if (match := _HEAD_YEAR.fullmatch((token.printed or token.figures).strip()))
    }
    if len(named) < 2 or year not in named.values():
        return {}
    return {column: one == year for column, one in sorted(named.items())}


def _value_row(
    line: _Line,
    here: list[tuple[int, Item, float]],
    table: Table,
    header: dict[int, int],
    units: set[int],
    years: dict[int, bool],
    loose: list[Label],
) -> ValueRow | None:
    last_label = max((column for column, _, _ in here), default=-1)
    tokens = [
        (column, token)
        for column, token in line.tokens
        if column > last_label and column not in units and not _is_unit(token)
    ]
    if years:
        tokens = _this_year(tokens, years)
    while tokens and not here and tokens[0][1].kind is TokenKind.WORDS:
        tokens.pop(0)
    if not tokens or (not here and not any(token.kind is TokenKind.NUMBER for _, token in tokens)):
        return None
    labels = [Label(label.item, Near.LOOSE, label.score) for label in loose] if here else list(loose)
    for column, item, score in here:
        labels.append(Label(item, Near.FIRM if column == last_label else Near.LOOSE, score))
    values = [token for _, token in tokens]
    size = len(table.columns)
    if table.layout is Layout.ROWS and len(values) != size and header and here:
        values = _placed(tokens, header, table, here) or values
    return ValueRow(labels, values, Origin.GRID, line.start, values[-1].end)


def _this_year(tokens: list[tuple[int, Token]], years: dict[int, bool]) -> list[tuple[int, Token]]:
    """The tokens of the report's year: by their order where all are there, for spans lie, else by their columns."""
    if len(tokens) == len(years):
        return [one for one, own in zip(tokens, years.values(), strict=True) if own]
    return [one for one in tokens if years.get(one[0], True)]


def _is_unit(token: Token) -> bool:
    return token.kind is TokenKind.WORDS and _UNIT.fullmatch(token.printed or "") is not None


def _placed(
    tokens: list[tuple[int, Token]], header: dict[int, int], table: Table, here: list[tuple[int, Item, float]]
) -> list[Token] | None:
    """The tokens with the column that the header says, where it says one for each and no two share one."""
    rows = {item.index for _, item, _ in here}
    wanted = table.columns_of(table.rows[next(iter(rows))]) if len(rows) == 1 else ()
    if len(tokens) == len(wanted):
        return None
    seen: set[int] = set()
    out: list[Token] = []
    for column, token in tokens:
        position = header.get(column)
        if position is None or position in seen or token.kind is TokenKind.WORDS:
            return None
        column_id = table.columns[position].id
        if wanted and column_id not in wanted:
            return None
        seen.add(position)
        place = wanted.index(column_id) if wanted else position
        out.append(
            Token(
                token.kind,
                token.start,
                token.end,
                token.figures,
                token.value,
                token.unit,
                token.joint,
                place,
                token.printed,
            )
        )
    return out
