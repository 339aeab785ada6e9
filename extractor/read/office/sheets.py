"""XLSX and XLS → tables, with merged ranges; rows that hold one text alone are paragraphs above and below them."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from threading import Lock
from typing import TypeAlias

from extractor.errors import UnreadableError
from extractor.read.document import Parts
from extractor.read.flow import Flow
from extractor.read.limits import Limits
from extractor.read.office.biff import check_workbook
from extractor.read.office.looks import Look, of_records, of_xlsx
from extractor.read.office.shown import shown
from extractor.read.packed import Packed
from extractor.read.sheet import Sheet, put_sheet
from extractor.report import Reason

__all__ = ["read_parts"]

Value: TypeAlias = int | float | str | bool | time | date | datetime | timedelta

# A cell reference in a sheet's XML. A stray cell at the far corner would have the whole sheet laid out in memory.
_REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,20})([0-9]{1,20})["']""")
_OVERLAP = 300
_HIDDEN = re.compile(rb"""<(?:\w{1,9}:)?(?:row|col)\b[^>]{0,250}\bhidden\s*=\s*["'](?:1|true)["']""")
_HIDDEN_ROWS = Reason("hidden rows or columns of a sheet are read as well", "工作表中隐藏的行或列也已读取")
_ZIP = b"PK\x03\x04"
_FIGURE = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def read_parts(data: bytes, limits: Limits) -> Parts:
    """Text and tables of all visible sheets. Raises UnreadableError, LimitError."""
    flow = Flow(limits)
    if data.startswith(_ZIP):
        hides = _check_package(data, limits)
        looks = of_xlsx(data, limits)
    else:
        looks = of_records(check_workbook(data, limits))
        hides = any(look.hidden for look in looks)
    if hides:
        flow.notes.append(_HIDDEN_ROWS)
    hidden: list[str] = []
    unlike = 0
    for sheet in _sheets(data, looks, limits):
        if isinstance(sheet, str):
            hidden.append(sheet)
        else:
            put_sheet(sheet, flow, limits)
            unlike += len(sheet.doubts)
    if unlike:
        flow.notes.append(
            Reason(
                f"cells show other figures than they store, by their number formats ({unlike} rows): read as shown",
                f"单元格显示的数值因数字格式而与所存不同（{unlike} 行），按显示读取",
            )
        )
    if hidden:
        names = "、".join(hidden[:5])
        flow.notes.append(
            Reason(f"{len(hidden)} hidden sheets left out ({names})", f"略去 {len(hidden)} 个隐藏的工作表（{names}）")
        )
    return flow.finish()


def _sheets(data: bytes, looks: Sequence[Look], limits: Limits) -> list[Sheet | str]:
    """The visible sheets, and the names of those that are hidden."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    sheets: list[Sheet | str] = []
    try:
        with _no_panic_on_stderr():
            book = CalamineWorkbook.from_filelike(BytesIO(data))
            limits.check("max_members", len(book.sheets_metadata), "sheets")
            for number, told in enumerate(book.sheets_metadata):
                if told.typ != SheetTypeEnum.WorkSheet:
                    continue
                if told.visible != SheetVisibleEnum.Visible:
                    sheets.append(told.name)
                    continue
                sheet = book.get_sheet_by_name(told.name)
                limits.check("max_slots", sheet.total_height * sheet.total_width, "rows × columns of a sheet")
                values = sheet.to_python(skip_empty_area=False)
                rows = [[_text(value) for value in row] for row in values]
                doubts = _as_shown(rows, values, looks[number]) if number < len(looks) else {}
                sheets.append(Sheet(rows, sheet.merged_cell_ranges or (), doubts))
    except PasswordError:
        raise UnreadableError("the workbook is encrypted with a password") from None
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableError(f"a damaged workbook ({str(error)[:200]})") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of its Rust code; no Exception, and of no module
            raise
        raise UnreadableError("a damaged workbook (calamine gave up on it)") from None
    return sheets


def _as_shown(rows: list[list[str]], values: Sequence[Sequence[Value]], look: Look) -> dict[int, Reason]:
    """Put what cells show in the place of what they store; and why rows are doubted in which the figures differ.

    An empty cell, or a dash, is as good as a 0: what is printed there is told.
    """
    doubts: dict[int, Reason] = {}
    for (row, column), code in look.codes.items():
        value = values[row][column] if row < len(values) and column < len(values[row]) else ""
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        seen = shown(value, code)
        if seen is None:
            continue
        figure = _FIGURE.search(seen)
        said = "" if figure is None else figure[0]
        stored = _number(float(value))
        if said and stored and Decimal(said) == Decimal(stored):
            # The same figure: of what is printed around it a unit counts, the zeros that fill it up do not.
            rows[row][column] = seen.replace(said, stored, 1)
            continue
        rows[row][column] = seen
        if said or value:
            doubts[row] = Reason(
                f"the sheet shows “{seen[:20]}” and stores {stored[:20]}",
                f"工作表显示“{seen[:20]}”，而所存数值为 {stored[:20]}",
            )
    return doubts


_STDERR = Lock()


@contextmanager
def _no_panic_on_stderr() -> Iterator[None]:
    """Rust prints where it panics, whoever catches it. The error that comes of it says all that a user can use."""
    with _STDERR:
        try:
            kept, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        except OSError:  # there is no stderr
            yield
            return
        try:
            os.dup2(null, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(null)


def _check_package(data: bytes, limits: Limits) -> bool:
    """LimitError for what calamine would unpack or lay out whole without asking. Whether rows or columns are hidden."""
    hidden = False
    packed = Packed(data, limits)
    for member in packed.members:
        if not member.filename.lower().endswith((".xml", ".bin", ".rels")):
            continue
        sheet = "sheets/" in member.filename.lower()
        rows, columns, tail = 1, 1, b""
        for block in packed.blocks(member):
            if b"<!DOCTYPE" in tail + block:
                raise UnreadableError(
                    f"{member.filename} has a document type declaration, which no office file has (entities?)"
                )
            if sheet:
                hidden = hidden or _HIDDEN.search(tail + block) is not None
                for letters, number in _REFERENCE.findall(tail + block):
                    rows, columns = max(rows, int(number)), max(columns, _column(letters))
            tail = block[-_OVERLAP:]
        if sheet:
            limits.check("max_slots", rows * columns, "rows × columns of a sheet")
    return hidden


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return max(1, number)


def _text(value: Value) -> str:
    """As a sheet shows it: 3.0 is 3, and a sum of decimals has the fifteen digits that Excel keeps."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return str(value).strip().replace("\t", " ").replace("\r\n", "\n")


def _number(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return ""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.15g}"
    return f"{float(text):.15f}".rstrip("0").rstrip(".") if "e-" in text else text
