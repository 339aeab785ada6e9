"""A table of a form laid out on squares as it is printed: heads over several columns, groups beside several rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from extractor.forms.model import Form, Layout, Table
from extractor.forms.printed import GRID, Block, Heading, Print

__all__ = ["Role", "Square", "laid_out"]


_SUBTOTAL = "小计"


class Role(StrEnum):
    TITLE = "title"
    HEAD = "head"
    LABEL = "label"
    UPRIGHT = "upright"  # a label that is written downwards
    UNIT = "unit"
    FIGURE = "figure"


@dataclass(frozen=True, slots=True)
class Square:
    """What stands from (`top`, `left`) on over `height` rows and `width` columns: a text, or a cell of the form."""

    top: int
    left: int
    height: int
    width: int
    role: Role
    text: str = ""
    cell: str | None = None


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A row or column with the headings above it, the widest first."""

    id: str
    label: str
    above: tuple[str, ...]


def laid_out(form: Form, table: Table, how: Print, printed: Callable[[str], bool], year: int | None) -> list[Square]:
    """The squares of `table` from row 0 on, GRID wide. Optional rows only where one of their cells is `printed`.

    `year` is put where a column is headed by it.
    """
    shown = [
        row.id
        for row in table.rows
        if not row.optional or any(printed(f"{table.id}.{row.id}.{column}") for column in table.columns_of(row))
    ]
    title = Square(0, 0, 1, GRID, Role.TITLE, table.titles[0])
    if table.layout is Layout.LINE:
        return [title, *_line(table, how, shown)]
    squares, top = [title], 1
    for block in how.blocks or (Block(rows=tuple(row.id for row in table.rows), columns=table.column_ids),):
        rows = [row for row in block.rows if row in shown]
        if rows:
            part = list(_block(form, table, how, block, rows, year, top))
            squares += part
            top = max(square.top + square.height for square in part)
    return squares


def _block(
    form: Form, table: Table, how: Print, block: Block, rows: Sequence[str], year: int | None, top: int
) -> Iterator[Square]:
    if block.title:
        yield Square(top, 0, 1, GRID, Role.HEAD, block.title)
        top += 1
    beside = sum(how.labels)
    unit = how.unit or 0
    figures = _shares(GRID - beside - unit, len(block.columns), beside + unit)
    columns = [
        _leaf(column, table.column_by_id[column].labels[0].replace("YYYY", str(year or "")), how.over)
        for column in block.columns
    ]
    depth = 1 + max(len(column.above) for column in columns)
    yield Square(top, 0, depth, beside, Role.HEAD, how.corner)
    if unit:
        yield Square(top, beside, depth, unit, Role.HEAD, "单位")
    for first, last, level, text in _spans(columns, depth):
        height = depth - level if first == last and level == len(columns[first].above) else 1
        left, right = figures[first][0], sum(figures[last])
        yield Square(top + level, left, height, right - left, Role.HEAD, text)
    yield from _rows(form, table, how, block, rows, figures, top + depth)


def _rows(
    form: Form,
    table: Table,
    how: Print,
    block: Block,
    rows: Sequence[str],
    figures: Sequence[tuple[int, int]],
    top: int,
) -> Iterator[Square]:
    by_id = {row.id: row for row in table.rows}
    groups = {row.subtotal_of for row in table.rows if row.optional}
    tops = []
    for name in rows:
        if name in how.headings:
            yield Square(top, 0, 1, GRID, Role.HEAD, how.headings[name])
            top += 1
        tops.append(top)
        top += 1
    leaves = [_leaf(row, by_id[row].labels[0], how.beside) for row in rows]
    starts = [sum(how.labels[:level]) for level in range(len(how.labels) + 1)]
    for first, last, level, text in _spans(leaves, len(how.labels)):
        leaf = level == len(leaves[first].above)
        row = by_id[rows[first]]
        if leaf and row.optional and row.subtotal_of in groups and leaves[first].above:
            text = _SUBTOTAL
        level = min(level, len(how.labels) - 1)
        width = starts[-1] - starts[level] if leaf else how.labels[level]
        role = Role.LABEL if width > 1 or leaf else Role.UPRIGHT
        yield Square(tops[first], starts[level], tops[last] - tops[first] + 1, width, role, text)
    for at, row_id in zip(tops, rows, strict=True):
        row = by_id[row_id]
        if how.unit:
            yield Square(at, starts[-1], 1, how.unit, Role.UNIT, row.unit or "")
        for column, (left, width) in zip(block.columns, figures, strict=True):
            cell = f"{table.id}.{row_id}.{column}"
            yield Square(at, left, 1, width, Role.FIGURE, cell=cell if cell in form.cells else None)


def _line(table: Table, how: Print, shown: Sequence[str]) -> Iterator[Square]:
    """All rows side by side over one line of figures."""
    by_id = {row.id: row for row in table.rows}
    leaves = [_leaf(row, by_id[row].labels[0], how.across) for row in shown]
    depth = 1 + max(len(leaf.above) for leaf in leaves)
    widths = [len(table.columns_of(by_id[row])) for row in shown]
    starts = [sum(widths[:at]) for at in range(len(widths) + 1)]
    for first, last, level, text in _spans(leaves, depth):
        leaf = level == len(leaves[first].above)
        if leaf and by_id[shown[first]].optional and leaves[first].above:
            text = _SUBTOTAL
        height = depth - level if leaf else 1
        yield Square(1 + level, starts[first], height, starts[last + 1] - starts[first], Role.HEAD, text)
    for row, start in zip(shown, starts, strict=False):
        for at, column in enumerate(table.columns_of(by_id[row])):
            yield Square(1 + depth, start + at, 1, 1, Role.HEAD, table.column_by_id[column].labels[0])
            yield Square(2 + depth, start + at, 1, 1, Role.FIGURE, cell=f"{table.id}.{row}.{column}")


def _leaf(id_: str, label: str, headings: Sequence[Heading]) -> _Leaf:
    above = sorted((heading for heading in headings if id_ in heading.of), key=lambda heading: -len(heading.of))
    return _Leaf(id_, label, tuple(heading.label for heading in above))


def _spans(leaves: Sequence[_Leaf], depth: int) -> Iterator[tuple[int, int, int, str]]:
    """Each heading with the first and the last leaf that it stands over without a break, and its level; leaves too."""
    for level in range(depth):
        first = 0
        while first < len(leaves):
            above = leaves[first].above[: level + 1]
            last = first
            if level < len(leaves[first].above):
                while last + 1 < len(leaves) and leaves[last + 1].above[: level + 1] == above:
                    last += 1
                yield first, last, level, above[-1]
            elif level == len(leaves[first].above):
                yield first, first, level, leaves[first].label
            first = last + 1


def _shares(width: int, number: int, start: int) -> list[tuple[int, int]]:
    """`width` squares for `number` columns from `start` on, as (left, width): even, the last the widest."""
    each = max(1, width // number)
    return [
        (start + at * each, each if at < number - 1 else max(each, width - each * (number - 1))) for at in range(number)
    ]
