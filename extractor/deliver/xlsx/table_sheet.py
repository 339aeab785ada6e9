"""A published table as a sheet: a heading line, a row a row, statuses in their colours."""

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from extractor.deliver.tables.columns import Column, Of, Row, TableSchema, Value
from extractor.deliver.xlsx.book import STATUS_FILL, Book
from extractor.errors import UsageError
from extractor.report import Status

__all__ = ["MOST_ROWS", "table_sheet"]

MOST_ROWS = 1_048_575
"""Rows of a sheet, below its heading line."""

_MOST_COLUMNS = 16_384
_WIDTHS = {Of.DECIMAL: 12, Of.INTEGER: 10, Of.LONG: 10, Of.FLOAT: 10, Of.BOOLEAN: 8}
_FILLS: dict[str, str] = {status.value: fill for status, fill in STATUS_FILL.items()}
_OTHER_FILLS = {"conflict": "#F8CBAD", "not_comparable": "#E7E6E6", "not_asked": "#E7E6E6"}
_SUFFIX = "__status"


def table_sheet(book: Book, table: TableSchema, pieces: Iterable[Sequence[Row]], *, frozen: int = 1) -> Any:
    """Adds the sheet, called as the table, and returns it. `frozen`: columns that stay in sight.

    A value takes the colour of the status in the column `<its name>__status`, or `status`. Lists are joined with
    spaces, what else is nested is JSON. Raises UsageError where a sheet is too small.
    """
    if len(table.columns) > _MOST_COLUMNS:
        raise UsageError(f"{table.name} has over {_MOST_COLUMNS:,} columns: too many for a sheet")
    sheet = book.sheet(table.name)
    names = {name: at for at, name in enumerate(table.names)}
    status_at = [names.get(column.name + _SUFFIX, names.get("status", -1)) for column in table.columns]
    for at, column in enumerate(table.columns):
        book.text(sheet, 0, at, column.name, bold=True, border=1, bg_color="#F7F7F7")
        book.note(sheet, 0, at, f"{column.zh}\n{column.en}")
        sheet.set_column(at, at, _WIDTHS.get(column.of, 16))
    sheet.freeze_panes(1, frozen)
    number = 0
    for rows in pieces:
        for row in rows:
            number += 1
            if number > MOST_ROWS:
                raise UsageError(f"{table.name} has over {MOST_ROWS:,} rows: too many for a sheet; take Parquet or CSV")
            for at, (value, column) in enumerate(zip(row, table.columns, strict=True)):
                coloured = column.of is Of.DECIMAL or column.name.endswith("status")
                of = str(row[status_at[at]]) if status_at[at] >= 0 else str(value)
                _write(book, sheet, number, at, value, column, of if coloured else "")
    sheet.autofilter(0, 0, max(1, number), len(table.columns) - 1)
    return sheet


def _write(book: Book, sheet: Any, row: int, at: int, value: Value, column: Column, status: str) -> None:
    fill = _FILLS.get(status) or _OTHER_FILLS.get(status)
    looks: dict[str, object] = {"bg_color": fill} if fill and status != Status.REPORTED else {}
    match value:
        case None:
            if looks:
                sheet.write_blank(row, at, None, book.format(**looks))
        case bool():
            sheet.write_boolean(row, at, value, book.format())
        case int() | Decimal():
            book.number(sheet, row, at, value, **looks)
        case float():
            sheet.write_number(row, at, value, book.format())
        case str():
            book.text(sheet, row, at, value, **looks)
        case _:
            plain = column.of is Of.TEXTS and all(isinstance(one, str) for one in value)
            text = " ".join(map(str, value)) if plain else json.dumps(value, ensure_ascii=False)
            book.text(sheet, row, at, text)
