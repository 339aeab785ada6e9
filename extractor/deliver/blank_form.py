"""A form as a person reads it: what its cells are called, what it prints, which identities hold in it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from extractor.forms.model import EditKind, EditRule, Form, Kind, Row, Table

__all__ = ["blank_form", "forms_overview"]


def forms_overview(forms: Iterable[Form]) -> RenderableType:
    """One line a form: id, title, years, tables, and how many cells and identities it has."""
    grid = _grid("form", "title", "years", "tables", "cells", "identities", "across years")
    for column in grid.columns[4:]:
        column.justify = "right"
    for form in forms:
        tables = Text("\n").join(Text(table.id) for table in form.tables)
        counts = (len(form.cells), len(form.edits), len(form.edits_over_years))
        _add(grid, form.id, form.title, _years(form), tables, *map(str, counts))
    return grid


def blank_form(form: Form) -> RenderableType:
    """The whole form: for each table its columns, its rows with the ids that cell ids are made of, its identities."""
    return Group(*_parts(form))


def _parts(form: Form) -> Iterator[RenderableType]:
    yield Text.assemble((form.id, "bold"), f"  {form.title}  {_years(form)}, {len(form.cells)} cells")
    yield Text("A cell is called <row>.<column>, as in " + next(iter(form.cells)), style="dim")
    counts = Counter(edit.id.rsplit(".", 1)[0] for edit in (*form.edits, *form.edits_over_years))
    for table in form.tables:
        yield Text()
        yield Text.assemble((table.id, "bold"), f"  {table.titles[0]}")
        yield Padding(_columns(table), (1, 0, 0, 2))
        yield Padding(_rows(table), (1, 0, 0, 2))
        rules = [rule for rule in form.identities if rule.table == table.id]
        if rules:
            yield Padding(_identities(rules, counts), (1, 0, 0, 2))


def _columns(table: Table) -> Grid:
    lines = [(f".{column.id}", column.labels[0], column.unit or "", _NUMBERS[column.kind]) for column in table.columns]
    return _filled(("column", "label", "unit", "number"), lines)


def _rows(table: Table) -> Grid:
    lines = [
        (f"{table.id}.{row.id}", row.labels[0], " ".join(f".{one}" for one in row.columns), row.unit or "", _notes(row))
        for row in table.rows
    ]
    return _filled(("row", "label", "columns (all if empty)", "unit", "notes"), lines)


def _identities(rules: list[EditRule], counts: Counter[str]) -> Grid:
    lines = []
    for rule in rules:
        name = f"{rule.table}.{rule.id}"
        notes = [
            "at most" if rule.kind is EditKind.AT_MOST else "",
            "against last year's report" if rule.last_year else "",
            "" if rule.strict else "bodies may restate",
        ]
        lines.append((name, rule.message, str(counts[name]), ", ".join(filter(None, notes))))
    return _filled(("identity", "says", "times", "notes"), lines)


def _notes(row: Row) -> str:
    notes = [
        "if printed" if row.optional else "",
        f"sum of {row.subtotal_of}_*" if row.subtotal_of else "",
        _NUMBERS[row.kind] if row.kind else "",
    ]
    return ", ".join(filter(None, notes))


_NUMBERS = {Kind.COUNT: "count", Kind.CHANGE: "may be negative", Kind.AMOUNT: "decimal"}


def _years(form: Form) -> str:
    first, last = form.years
    return f"{first}–" if last is None else f"{first}–{last}"


def _filled(heads: tuple[str, ...], lines: Sequence[tuple[str, ...]]) -> Grid:
    """A grid of `lines` without the columns that are empty on every line."""
    used = [index for index in range(len(heads)) if any(line[index] for line in lines)]
    grid = _grid(*(heads[index] for index in used))
    for line in lines:
        _add(grid, *(line[index] for index in used))
    return grid


def _grid(*heads: str) -> Grid:
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
    for index, head in enumerate(heads):
        # Ids are to be copied whole; labels fold.
        grid.add_column(head, no_wrap=index == 0, overflow="fold")
    return grid


def _add(grid: Grid, *cells: str | Text) -> None:
    """Cells go in as Text: rich would take brackets in a label for markup."""
    grid.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in cells))
