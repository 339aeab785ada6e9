"""Reports as CSV in long format: one line a cell, with everything that says where its value comes from."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TextIO

from extractor.deliver.printable import escaped
from extractor.forms.model import Form
from extractor.report import Cell, Number, Report

__all__ = ["COLUMNS", "guarded", "runs_as_formula", "write_csv"]

COLUMNS = (
    "name",
    "sha256",
    "form",
    "organ",
    "year",
    "cell",
    "table",
    "row",
    "column",
    "value",
    "status",
    "printed",
    "start",
    "end",
    "evidence",
    "read_by",
    "verdict",
)
# A lone sign or a negative figure is what these tables print; anything else after such a sign may run as a formula.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
_HARMLESS = re.compile(r"[+\-－＋]?[\d,.，．]*")


def write_csv(reports: Iterable[Report], stream: TextIO, forms: Mapping[str, Form]) -> None:
    """Header and lines as the reports come. A document that failed has one line, without a cell."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for report in reports:
        writer.writerows(_lines(report, forms))
        stream.flush()


def _lines(report: Report, forms: Mapping[str, Form]) -> Iterator[tuple[str | int, ...]]:
    source = report.source
    head = (
        guarded(source.name),
        source.sha256,
        report.form or "",
        guarded(report.organ or ""),
        "" if report.year is None else report.year,
    )
    form = forms.get(report.form or "")
    for cell_id, cell in report.cells.items():
        yield (*head, cell_id, *_labels(cell_id, form), *_what_was_read(cell), report.verdict.value)
    if not report.cells:
        yield (*head, *[""] * (len(COLUMNS) - len(head) - 1), report.verdict.value)


def _labels(cell_id: str, form: Form | None) -> tuple[str, str, str]:
    """Table, row and column as officially printed; their ids where the form is not at hand."""
    if form is not None and cell_id in form.cells:
        table, row, column = form.cells[cell_id]
        return guarded(table.titles[0]), guarded(row.labels[0]), guarded(column.labels[0])
    table_id, row_id, column_id = (*cell_id.split("."), "", "")[:3]
    return table_id, row_id, column_id


def _what_was_read(cell: Cell) -> tuple[str | int, ...]:
    evidence = cell.evidence
    place: tuple[str | int, ...] = ("", "", "")
    if evidence is not None:
        place = (evidence.start, evidence.end, guarded(evidence.text))
    printed = guarded(cell.printed or "")
    return _figure(cell.value), cell.status.value, printed, *place, "+".join(cell.read_by)


def _figure(value: Number | None) -> str:
    """Every digit, never an exponent."""
    return "" if value is None else format(value, "d" if isinstance(value, int) else "f")


def guarded(text: str) -> str:
    """`text` on one line, with an apostrophe before it where a spreadsheet would take it for a formula."""
    return escaped(f"'{text}" if runs_as_formula(text) else text)


def runs_as_formula(text: str) -> bool:
    """Whether a spreadsheet would take `text` for a formula."""
    return bool(_FORMULA.match(text)) and not _HARMLESS.fullmatch(text)
