"""A form's tables laid out as they are printed: lines of slots with spans, each a head, a label or a cell."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from extractor.forms.model import Column, Form, Layout, Row, Table
from extractor.forms.printed import Block, Heading, Print
from extractor.report import Cell, Status

__all__ = ["FormTable", "Slot", "form_tables"]

_MISSING = Cell(None, Status.MISSING)
_UNPRINTED = (Status.MISSING, Status.DERIVED)


class Slot(NamedTuple):
    """`cell`: the id of the cell that is printed here; else `text` is a head (`scope` col) or a label (row).

    `rows`, `columns`: how many it covers. `unit`: what is counted, where heads do not say.
    """

    text: str = ""
    cell: str | None = None
    scope: str = ""
    rows: int = 1
    columns: int = 1
    unit: str | None = None


class FormTable(NamedTuple):
    """`found`: whether anything of it was found in the document. `width`: columns of slots. `heads`: how many lines of
    it are heads over all that follows."""

    id: str
    title: str
    lines: tuple[tuple[Slot, ...], ...]
    width: int
    heads: int
    found: bool


def form_tables(form: Form, looks: Mapping[str, Print], cells: Mapping[str, Cell]) -> list[FormTable]:
    """Every table of the form, by how each is printed (`load_prints`, by table).

    Rows that only some bodies print appear where something of them was found.
    """
    return [_table(table, looks.get(table.id) or Print(), cells) for table in form.tables]


def _table(table: Table, look: Print, cells: Mapping[str, Cell]) -> FormTable:
    rows = [row for row in table.rows if _shown(table, row, cells)]
    heads = 0
    if table.layout is Layout.LINE:
        lines = list(_side_by_side(table, look, rows))
    elif look.blocks or any(table.columns_of(row) != table.column_ids for row in rows):
        lines = list(_blocks(table, look, rows))
    else:
        above = list(_heads(table, look))
        heads, lines = len(above), [*above, *_rows(table, look, rows)]
    width = max((sum(slot.columns for slot in line) for line in lines), default=1)
    found = any(_found(cells, table, row) for row in table.rows)
    return FormTable(table.id, table.titles[0], tuple(map(tuple, lines)), width, heads, found)


def _found(cells: Mapping[str, Cell], table: Table, row: Row) -> bool:
    return any(cells.get(cell, _MISSING).status is not Status.MISSING for cell in _ids(table, row))


def _shown(table: Table, row: Row, cells: Mapping[str, Cell]) -> bool:
    if row.optional:  # what only follows from the others is not printed
        return any(cells.get(cell, _MISSING).status not in _UNPRINTED for cell in _ids(table, row))
    if _found(cells, table, row):
        return True
    subtotal = next((one for one in table.rows if row.group and one.subtotal_of == row.group), None)
    if subtotal is None or not _found(cells, table, subtotal):
        return True
    # The group is printed as its subtotal alone, or a row of it was lost: then its neighbours are there.
    return any(_found(cells, table, one) for one in table.rows if one.group == row.group)


def _ids(table: Table, row: Row) -> list[str]:
    return [f"{table.id}.{row.id}.{column}" for column in table.columns_of(row)]


def _head(column: Column, rows: int = 1, columns: int = 1) -> Slot:
    return Slot(column.labels[0], scope="col", rows=rows, columns=columns)


def _label(row: Row, columns: int = 1) -> Slot:
    return Slot(row.labels[0], scope="row", columns=columns, unit=row.unit)


def _blocks(table: Table, look: Print, rows: Sequence[Row]) -> Iterator[list[Slot]]:
    """Rows with other columns than their neighbours: each block under heads of its own, over the same width."""
    width = max(len(table.columns_of(row)) for row in table.rows)
    by_id = {row.id: row for row in rows}
    for block in look.blocks or _runs(table, rows):
        shown = [by_id[row] for row in block.rows if row in by_id]
        if not shown:
            continue
        if block.title:
            yield [Slot(block.title, scope="colgroup", columns=1 + width)]
        columns = table.columns_of(shown[0])
        rest = width - len(columns) + 1
        heads = [_head(table.column_by_id[column]) for column in columns]
        yield [Slot(look.corner), *heads[:-1], heads[-1]._replace(columns=rest)]
        for row in shown:
            slots = [Slot(cell=cell) for cell in _ids(table, row)]
            yield [_label(row), *slots[:-1], slots[-1]._replace(columns=width - len(slots) + 1)]


def _runs(table: Table, rows: Sequence[Row]) -> list[Block]:
    """Neighbouring rows that have the same columns."""
    runs: list[list[Row]] = []
    for row in rows:
        if runs and table.columns_of(runs[-1][0]) == table.columns_of(row):
            runs[-1].append(row)
        else:
            runs.append([row])
    return [Block(rows=tuple(row.id for row in run), columns=table.columns_of(run[0])) for run in runs]


def _heads(table: Table, look: Print) -> Iterator[list[Slot]]:
    """The heads over the columns, a line a storey; the corner covers what is left of them."""
    chains = {column: _chain(look.over, column) for column in table.column_ids}
    depth = 1 + max(map(len, chains.values()))
    stub = 1 + _depth(table, look.beside)
    for level in range(depth):
        line = [Slot(look.corner, rows=depth, columns=stub)] if level == 0 else []
        last: Heading | None = None
        for column in table.columns:
            chain = chains[column.id]
            if level < len(chain):
                over = chain[level]
                if over is last:
                    line[-1] = line[-1]._replace(columns=line[-1].columns + 1)
                else:
                    line.append(Slot(over.label, scope="colgroup"))
                last = over
            elif level == len(chain):
                line.append(_head(column, rows=depth - level))
                last = None
            else:
                last = None
        yield line


def _depth(table: Table, groups: Sequence[Heading]) -> int:
    return max((len(_chain(groups, row.id)) for row in table.rows), default=0)


def _chain(groups: Sequence[Heading], one: str) -> list[Heading]:
    """The headings that a row or a column stands under, outer ones first."""
    return [group for group in groups if one in group.of]


def _rows(table: Table, look: Print, rows: Sequence[Row]) -> Iterator[list[Slot]]:
    stub = 1 + _depth(table, look.beside)
    chains = [_chain(look.beside, row.id) for row in rows]
    for number, (row, chain) in enumerate(zip(rows, chains, strict=True)):
        before = chains[number - 1] if number else []
        if row.id in look.headings:
            yield [Slot(look.headings[row.id], scope="colgroup", columns=stub + len(table.columns_of(row)))]
        line = []
        for group in chain:
            if group not in before:
                covered = sum(group in one for one in chains)
                line.append(Slot(group.label, scope="rowgroup", rows=covered))
        line.append(_label(row, stub - len(chain)))
        yield [*line, *(Slot(cell=cell) for cell in _ids(table, row))]


def _side_by_side(table: Table, look: Print, rows: Sequence[Row]) -> Iterator[list[Slot]]:
    """All rows on one line: their labels are heads over the columns, which repeat."""
    chains = [_chain(look.across, row.id) for row in rows]
    depth = 1 + max(map(len, chains), default=0)
    for level in range(depth):
        line: list[Slot] = []
        last: Heading | None = None
        for row, chain in zip(rows, chains, strict=True):
            width = len(table.columns_of(row))
            if level < len(chain) and chain[level] is last:
                line[-1] = line[-1]._replace(columns=line[-1].columns + width)
            elif level < len(chain):
                last = chain[level]
                line.append(Slot(last.label, scope="colgroup", columns=width))
            else:
                last = None
                if level == len(chain):
                    line.append(Slot(row.labels[0], scope="colgroup", rows=depth - level, columns=width))
        yield line
    yield [_head(table.column_by_id[column]) for row in rows for column in table.columns_of(row)]
    yield [Slot(cell=cell) for row in rows for cell in _ids(table, row)]
