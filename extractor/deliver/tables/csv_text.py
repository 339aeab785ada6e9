"""The published tables as CSV: every value as text that a spreadsheet takes for what it is, and back again.

A null is nothing. A text that is empty, begins with an apostrophe, or would be taken for a formula by a spreadsheet has
an apostrophe before it. Backslashes and control characters are written as in Python (`\\\\`, `\\n`). Lists are JSON.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, TextIO

from extractor.deliver.printable import escaped
from extractor.deliver.tables.columns import Of, TableSchema, Value
from extractor.deliver.to_csv import runs_as_formula

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["csv_value", "csv_writer", "read_csv_rows", "value_of_csv"]

_LISTS = (Of.TEXTS, Of.OPERANDS, Of.QUOTES)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
_HEXADECIMAL = {"x": 2, "u": 4}


def csv_writer(stream: TextIO, table: TableSchema) -> "_Writer":
    """Writes the heading line to `stream`, then what it is given."""
    return _Writer(stream, table)


class _Writer:
    def __init__(self, stream: TextIO, table: TableSchema) -> None:
        self._csv = csv.writer(stream, lineterminator="\r\n")
        self._table = table
        self._csv.writerow(table.names)

    def write(self, rows: "pa.Table") -> None:
        """`rows` with the columns of the table."""
        columns = [
            [csv_value(value, column.of) for value in rows.column(column.name).to_pylist()]
            for column in self._table.columns
        ]
        self._csv.writerows(zip(*columns, strict=True))


def csv_value(value: Value, of: Of) -> str:
    """A value as it stands in the CSV."""
    if value is None:
        return ""
    if of in _LISTS:
        return json.dumps(value, ensure_ascii=False)
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            text = format(value, "f")
            return text.rstrip("0").rstrip(".") if "." in text else text
        case float():
            return repr(value)
    text = str(value)
    bare = escaped(text.replace("\\", "\\\\"))
    return f"'{bare}" if not text or text.startswith("'") or runs_as_formula(text) else bare


def value_of_csv(text: str, of: Of) -> Value:
    """The value that stands in the CSV as `text`: the inverse of `csv_value`."""
    if not text:
        return None
    match of:
        case Of.TEXT | Of.JSON:
            return _unescaped(text.removeprefix("'") if text.startswith("'") else text)
        case Of.INTEGER | Of.LONG:
            return int(text)
        case Of.FLOAT:
            return float(text)
        case Of.DECIMAL:
            return Decimal(text)
        case Of.BOOLEAN:
            return text == "true"
    value: Value = json.loads(text)
    return value


def read_csv_rows(stream: TextIO, table: TableSchema) -> Iterator[Mapping[str, Value]]:
    """The rows of a CSV that gouji wrote for `table`. `stream` is opened with newline='' and encoding='utf-8-sig'."""
    for line in csv.DictReader(stream):
        yield {column.name: value_of_csv(line[column.name], column.of) for column in table.columns}


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return "".join(_characters(text))


def _characters(text: str) -> Iterable[str]:
    at = 0
    while at < len(text):
        if text[at] != "\\":
            yield text[at]
            at += 1
            continue
        sign = text[at + 1]
        width = _HEXADECIMAL.get(sign, 0)
        yield chr(int(text[at + 2 : at + 2 + width], 16)) if width else _ESCAPES[sign]
        at += 2 + width
