"""A report for reading in a terminal: the form's tables as grids, coloured by how each figure came about."""

from collections.abc import Iterable, Iterator, Mapping

from rich import box
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table as Grid
from rich.text import Text

from extractor.deliver.findings_view import findings_view
from extractor.deliver.printable import printable
from extractor.forms.model import Column, Form, Kind, Row, Table
from extractor.report import Cell, Number, Report, Status, Verdict

__all__ = ["figure", "header", "legend", "report_view", "verdict_text"]

MANY_COLUMNS = 6
MISSING = Cell(value=None, status=Status.MISSING)
VERDICT_STYLE = {Verdict.CLEAN: "bold green", Verdict.REVIEW: "bold yellow", Verdict.FAILED: "bold red"}
STATUS_STYLE = {
    Status.REPORTED: "",
    Status.DERIVED: "cyan",
    Status.CORRECTED: "magenta",
    Status.DISPUTED: "red",
    Status.BLANK: "dim",
    Status.NOT_APPLICABLE: "",
    Status.MISSING: "dim",
}
SIGN = {Status.BLANK: "·", Status.NOT_APPLICABLE: "/", Status.MISSING: "–"}
# What tells statuses apart where there is no colour; a disputed figure says so in any case.
PLAIN_MARK = {Status.DERIVED: "~", Status.CORRECTED: "*"}


def report_view(report: Report, form: Form | None, *, plain: bool = False) -> RenderableType:
    """Header, tables and findings of one report. `plain`: without colour, marks stand in for it."""
    parts: list[RenderableType] = [header(report)]
    if form is not None and report.cells:
        parts += [_table(table, report.cells, plain=plain) for table in form.tables]
    parts.append(findings_view(report, form))
    return Group(*parts)


def header(report: Report) -> Text:
    """Name, organ, year, form and verdict on one line."""
    line = Text()
    line.append(printable(report.source.name), style="bold")
    for part in (report.organ, report.year, report.form):
        line.append("  ")
        line.append("?" if part is None else printable(str(part)), style="" if part is not None else "dim")
    line.append("  ")
    return line.append_text(verdict_text(report.verdict))


def verdict_text(verdict: Verdict) -> Text:
    return Text(verdict.value, style=VERDICT_STYLE[verdict])


def figure(value: Number | None) -> str:
    """Every digit, never an exponent; a question mark where there is no value."""
    return "?" if value is None else format(value, "d" if isinstance(value, int) else "f")


def legend(statuses: Iterable[Status], *, plain: bool = False) -> Text:
    """What the colours and signs of the statuses that occur mean."""
    seen = set(statuses)
    line = Text("figures: ", style="dim")
    entries = [_entry(status, plain) for status in Status if status in seen]
    return line.append_text(Text("  ").join(entries))


def _entry(status: Status, plain: bool) -> Text:
    name = status.value.replace("_", " ")
    if status in SIGN:
        return Text(f"{SIGN[status]} {name}", style=STATUS_STYLE[status])
    mark = "?" if status is Status.DISPUTED else PLAIN_MARK.get(status, "") if plain else ""
    return Text(f"{mark} {name}".strip(), style=STATUS_STYLE[status])


def _table(table: Table, cells: Mapping[str, Cell], *, plain: bool) -> RenderableType:
    title = table.titles[0]
    if all(cells.get(cell, MISSING).status is Status.MISSING for row in table.rows for cell in _ids(table, row)):
        return Group(Text(), Text.assemble((title, "bold"), ("  not found in this document", "dim")))
    grid = Grid(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    grid.add_column("")
    rows = [(row, _figures(table, row, cells, plain)) for row in _shown(table, cells)]
    for position, column in enumerate(table.columns):
        head = _head(column, len(table.columns) >= MANY_COLUMNS)
        # A figure is never broken over two lines: the labels give way.
        widest = max((figures[position].cell_len for _, figures in rows), default=0)
        grid.add_column(head, justify="right", no_wrap=True, width=max(widest, *map(cell_len, head.splitlines())))
    for row, figures in rows:
        grid.add_row(Text(row.labels[0], no_wrap=True, overflow="ellipsis"), *figures)
    return Group(Text(), Text(title, style="bold"), grid)


def _figures(table: Table, row: Row, cells: Mapping[str, Cell], plain: bool) -> list[Text]:
    own = table.columns_of(row)
    return [
        _cell(cells.get(f"{table.id}.{row.id}.{column.id}", MISSING), plain) if column.id in own else Text()
        for column in table.columns
    ]


def _shown(table: Table, cells: Mapping[str, Cell]) -> Iterator[Row]:
    """The rows of the official form, and the optional ones of which anything was found."""
    for row in table.rows:
        found = any(cells.get(cell, MISSING).status is not Status.MISSING for cell in _ids(table, row))
        if found or not row.optional:
            yield row


def _ids(table: Table, row: Row) -> Iterator[str]:
    return (f"{table.id}.{row.id}.{column}" for column in table.columns_of(row))


def _cell(cell: Cell, plain: bool) -> Text:
    style = STATUS_STYLE[cell.status]
    if cell.status in SIGN:
        return Text(SIGN[cell.status], style=style)
    shown = figure(cell.value)
    if cell.status is Status.DISPUTED:
        shown = shown.removesuffix("?") + "?"
    elif plain:
        shown += PLAIN_MARK.get(cell.status, "")
    return Text(shown, style=style)


def _head(column: Column, narrow: bool) -> str:
    """A column's label in short lines of about equal length, without its remark in brackets, with its unit if odd."""
    label = column.labels[0].partition("（")[0]
    lines = -(-len(label) // (3 if narrow else 4))
    per_line = -(-len(label) // lines)
    parts = [label[start : start + per_line] for start in range(0, len(label), per_line)]
    if column.kind is Kind.AMOUNT and column.unit:
        parts.append(column.unit)
    return "\n".join(parts)
