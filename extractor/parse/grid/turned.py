"""Tables printed the other way round: the form's columns as rows, its rows as columns."""

from extractor.forms.model import Table
from extractor.parse.grid.columns import absent
from extractor.parse.grid.heads import EMPTY, FOREIGN, GROUP, UNKNOWN, Head, is_foreign, leaves
from extractor.parse.grid.lines import Line, Lines
from extractor.parse.labels import Item, Role
from extractor.parse.readings import Origin
from extractor.parse.rows import Label, Near, Token, ValueRow
from extractor.report import Reason

__all__ = ["turned_rows"]

_DOUBT = Reason(
    "the table is printed with its columns as rows, and not all of its labels or figures found their place",
    "表格行列互换印制，部分标签或数字未能归位",
)


def turned_rows(lines: Lines, folded: str, table: Table) -> list[ValueRow]:
    """The rows of `table` out of a grid that prints them as columns; none if this grid does not."""
    first = next((number for number, line in enumerate(lines.lines) if line.numbers and _column(line, table)), None)
    if first is None or any(line.numbers for line in lines.lines[:first]):
        return []
    floors, items = _floors(lines.lines[:first], folded, table)
    if len(items) < 2:
        return []
    order, doubted = leaves(floors)
    printed = order[next(number for number, head in enumerate(order) if head.place >= 0) :]
    named = [head.place for head in printed if head.place >= 0]
    doubted = doubted or len(set(named)) < len(named) or any(head.place == UNKNOWN for head in printed)
    right = printed[-1].column + printed[-1].span
    figures: dict[int, dict[int, Token]] = {place: {} for place in named}
    for line in lines.lines[first:]:
        column = _column(line, table)
        if column is None:
            doubted = doubted or (line.numbers > 0 and not is_foreign(folded[line.cells[0].start : line.cells[0].end]))
            continue
        tokens = [token for at, token in line.tokens if at > column[0]]
        if len(tokens) != len(printed):
            doubted = doubted or line.right < right
            under = dict(line.tokens)
            tokens = [under.get(head.column, absent(line.start)) for head in printed]
        for head, token in zip(printed, tokens, strict=True):
            if head.place >= 0:
                doubted = doubted or column[1] in figures[head.place]
                figures[head.place][column[1]] = token
    return [_row(items[place], figures[place], table, _DOUBT if doubted else None) for place in sorted(figures)]


def _column(line: Line, table: Table) -> tuple[int, int] | None:
    """The grid column of the line's label, and the column of the form it names."""
    named = [(at, item.index) for at, _, item in line.heads if item.table == table.id and item.role is Role.COLUMN]
    return named[-1] if named else None


def _floors(lines: list[Line], folded: str, table: Table) -> tuple[list[list[Head]], dict[int, Item]]:
    """The storeys of heads that name rows of the table, and those rows."""
    floors: list[list[Head]] = []
    items: dict[int, Item] = {}
    for line in lines:
        named = {column: item for column, item, _ in line.items if item.table == table.id}
        if not named:
            continue
        items.update((item.index, item) for item in named.values())
        floor: list[Head] = []
        for cell in line.cells:
            text = folded[cell.start : cell.end].strip()
            item = named.get(cell.column)
            known = any(column == cell.column for column, _, _ in line.heads)
            other = EMPTY if not text else GROUP if known else FOREIGN if is_foreign(text) else UNKNOWN
            floor.append(Head(cell.column, cell.column_span, item.index if item is not None else other))
        floors.append(floor)
    return floors, items


def _row(item: Item, figures: dict[int, Token], table: Table, astray: Reason | None) -> ValueRow:
    at = [token.start for token in figures.values()]
    columns = [table.column_ids.index(column) for column in table.columns_of(table.rows[item.index])]
    tokens = [figures.get(column, absent(min(at))) for column in columns]
    return ValueRow([Label(item, Near.FIRM)], tokens, Origin.GRID, min(at), max(at), astray=astray)
