"""A workbook into which nothing of a document gets as anything but text or a number: no formula, no link."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from extractor.deliver.printable import printable
from extractor.deliver.to_csv import runs_as_formula
from extractor.errors import UsageError
from extractor.report import Number, Severity, Status

__all__ = [
    "LONGEST",
    "SEVERITY_FILL",
    "STATUS_FILL",
    "STATUS_ZH",
    "Book",
    "exact",
    "need_xlsxwriter",
    "new_book",
    "sheet_name",
]

LONGEST = 32_767
"""Characters that a cell of a workbook holds."""

STATUS_ZH = {
    Status.REPORTED: "原文印出",
    Status.DERIVED: "由勾稽关系推得，原文未印或空白",
    Status.CORRECTED: "误读后更正",
    Status.DISPUTED: "存疑，所示为最可能的读数",
    Status.BLANK: "原文空白",
    Status.NOT_APPLICABLE: "原文注明不适用",
    Status.MISSING: "未找到",
}
STATUS_FILL = {
    Status.REPORTED: "#FFFFFF",
    Status.DERIVED: "#DDEBF7",
    Status.CORRECTED: "#E4D7F5",
    Status.DISPUTED: "#FFD966",
    Status.BLANK: "#F2F2F2",
    Status.NOT_APPLICABLE: "#E2EFDA",
    Status.MISSING: "#D0CECE",
}
"""The colour of a cell by its status; each is another."""

SEVERITY_FILL = {Severity.ERROR: "#F8CBAD", Severity.WARNING: "#FFF2CC", Severity.INFO: "#FFFFFF"}
_FONT = "SimSun"

_DIGITS = 15
_TOO_LONG: int = 10**_DIGITS


def need_xlsxwriter() -> None:
    """Raises UsageError with the command that installs it."""
    from importlib.util import find_spec

    if find_spec("xlsxwriter") is None:
        raise UsageError("this needs XlsxWriter: pip install 'gouji[bulk]'")


@contextmanager
def new_book(path: Path) -> "Iterator[Book]":
    """A new workbook, written to `path` at the end."""
    need_xlsxwriter()
    import xlsxwriter

    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    book = xlsxwriter.Workbook(str(path), options)
    yield Book(book)
    book.close()


class Book:
    """Writes texts, numbers and notes; formats are made once for each set of properties."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}
        self._names: set[str] = set()

    def sheet(self, name: str) -> Any:
        """A new sheet under `name`, or something like it that no other sheet has."""
        return self._book.add_worksheet(self.free(name))

    def free(self, name: str) -> str:
        wanted = sheet_name(name)
        number, free = 1, wanted
        while free.casefold() in self._names:
            number += 1
            free = f"{wanted[:24]} ({number})"
        self._names.add(free.casefold())
        return free

    def format(self, **properties: object) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            common = {"font_name": _FONT, "font_size": 10, "valign": "vcenter"}
            self._formats[key] = self._book.add_format({**common, **properties})
        return self._formats[key]

    def text(self, sheet: Any, row: int, column: int, text: str, **properties: object) -> None:
        """`text` as text whatever it looks like; what a cell cannot hold of it is cut, and says so."""
        shown = printable(text, keep_lines=True)
        if len(shown) > LONGEST:
            shown = shown[: LONGEST - 1] + "…"
        if runs_as_formula(shown):
            properties["quote_prefix"] = True
        sheet.write_string(row, column, shown, self.format(**properties))

    def number(self, sheet: Any, row: int, column: int, value: Number, **properties: object) -> None:
        """`value` as a number where a workbook's 15 digits hold it, else as text with all of its digits."""
        if exact(value):
            form = "0" if isinstance(value, int) or value == value.to_integral_value() else "0.##########"
            sheet.write_number(row, column, float(value), self.format(num_format=form, **properties))
        else:
            digits = format(value, "d" if isinstance(value, int) else "f")
            sheet.write_string(row, column, digits, self.format(**properties))

    def note(self, sheet: Any, row: int, column: int, text: str, *, lines: int = 4) -> None:
        """A comment on a cell."""
        shown = printable(text, keep_lines=True)[:LONGEST]
        options = {"author": "gouji", "x_scale": 2.2, "y_scale": max(1.0, lines / 4), "font_size": 9}
        sheet.write_comment(row, column, shown, options)


def exact(value: Number) -> bool:
    """Whether a float, which is what a workbook keeps, has just this value in its 15 digits."""
    if isinstance(value, int):
        return abs(value) < _TOO_LONG
    digits = value.normalize().as_tuple()
    return len(digits.digits) <= _DIGITS and Decimal(repr(float(value))) == value


def sheet_name(name: str) -> str:
    """`name` as a sheet may be called: 31 characters, none of `[]:*?/\\`, no apostrophe at an end."""
    clean = "".join("_" if character in "[]:*?/\\" else character for character in printable(name))
    return clean[:31].strip("'") or "sheet"
