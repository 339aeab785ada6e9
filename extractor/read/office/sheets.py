"""XLSX and XLS → tables, with merged ranges; rows that hold one text alone are paragraphs above and below them."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from extractor.errors import LimitError, UnreadableError
from extractor.read.document import Parts
from extractor.read.flow import Flow, FlowCell, Word
from extractor.read.limits import Limits
from extractor.read.packed import Packed
from extractor.report import Reason

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

__all__ = ["read_parts"]

Value: TypeAlias = int | float | str | bool | time | date | datetime | timedelta

# A cell reference in a sheet's XML. A stray cell at the far corner would have the whole sheet laid out in memory.
_REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,4})([0-9]{1,9})["']""")
_OVERLAP = 64
_PARAGRAPH = 40
_ZIP = b"PK\x03\x04"


def read_parts(data: bytes, limits: Limits) -> Parts:
    """Text and tables of all visible sheets. Raises UnreadableError, LimitError."""
    from python_calamine import CalamineWorkbook, PasswordError

    if data.startswith(_ZIP):
        _check_package(data, limits)
    flow = Flow(limits)
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        hidden = _read(book, flow, limits)
    except PasswordError:
        raise UnreadableError("the workbook is encrypted with a password") from None
    except (LimitError, UnreadableError, MemoryError):
        raise
    except BaseException as error:
        # Its own errors, and the panic of its Rust code, which is no Exception.
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        raise UnreadableError(f"a damaged workbook ({str(error)[:200]})") from None
    if hidden:
        names = "、".join(hidden[:5])
        flow.notes.append(
            Reason(f"{len(hidden)} hidden sheets left out ({names})", f"略去 {len(hidden)} 个隐藏的工作表（{names}）")
        )
    return flow.finish()


def _read(book: "CalamineWorkbook", flow: Flow, limits: Limits) -> list[str]:
    """Puts down all visible sheets; the names of the hidden ones."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    hidden = []
    sheets = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    limits.check("max_members", len(sheets), "sheets")
    for sheet in sheets:
        if sheet.visible == SheetVisibleEnum.Visible:
            _put_sheet(book.get_sheet_by_name(sheet.name), flow, limits)
        else:
            hidden.append(sheet.name)
    return hidden


def _check_package(data: bytes, limits: Limits) -> None:
    """LimitError for what calamine would unpack or lay out whole without asking."""
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
                for letters, number in _REFERENCE.findall(tail + block):
                    rows, columns = max(rows, int(number)), max(columns, _column(letters))
            tail = block[-_OVERLAP:]
        if sheet:
            limits.check("max_slots", rows * columns, "rows × columns of a sheet")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return max(1, number)


class _Placed(NamedTuple):
    column: int
    text: str
    row_span: int
    column_span: int


def _put_sheet(sheet: "CalamineSheet", flow: Flow, limits: Limits) -> None:
    limits.check("max_slots", sheet.total_height * sheet.total_width, "rows × columns of a sheet")
    values: Sequence[Sequence[Value]] = sheet.to_python(skip_empty_area=False)
    spans, covered = _merged(sheet, len(values), limits)
    table: list[list[_Placed]] = []
    for row, cells in enumerate(values):
        shown = [
            _Placed(column, "" if (row, column) in covered else _text(value), *spans.get((row, column), (1, 1)))
            for column, value in enumerate(cells)
            if (row, column) not in covered
        ]
        told = [cell for cell in shown if cell.text]
        # A cell from above that reaches into this row makes it a row of a table, whatever it holds itself.
        within = any(covered.get((row, column), (row, 0))[0] < row for column in range(len(cells)))
        if not told and not within:
            _put_table(table, flow)
            table = []
        elif len(told) == 1 and not within and _is_paragraph(told[0]):
            _put_table(table, flow)
            table = []
            flow.paragraph([Word(told[0].text)])
        else:
            table.append(shown)
    _put_table(table, flow)


def _put_table(table: list[list[_Placed]], flow: Flow) -> None:
    """The rows as a table, cut to the columns in use."""
    if not table:
        return
    used = [cell for row in table for cell in row if cell.text or cell.column_span > 1 or cell.row_span > 1]
    first = min(cell.column for cell in used) if used else 0
    last = max(cell.column + cell.column_span for cell in used) if used else 0
    flow.table(
        [
            [
                FlowCell([Word(cell.text)] if cell.text else [], cell.row_span, cell.column_span)
                for cell in row
                if first <= cell.column < last
            ]
            for row in table
        ]
    )


def _is_paragraph(cell: _Placed) -> bool:
    """A text alone in its row. One that is merged over columns and short is a band of a table, or its heading."""
    return cell.row_span == 1 and (cell.column_span == 1 or len(cell.text) > _PARAGRAPH)


def _merged(
    sheet: "CalamineSheet", rows: int, limits: Limits
) -> tuple[dict[tuple[int, int], tuple[int, int]], dict[tuple[int, int], tuple[int, int]]]:
    """Row and column span of each merged range by its corner, and the corner of every cell that one covers."""
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    covered: dict[tuple[int, int], tuple[int, int]] = {}
    slots = 0
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        bottom, right = min(bottom, rows - 1), min(right, sheet.total_width - 1)
        if bottom < top or right < left or (top, left) in covered:
            continue
        slots += (bottom - top + 1) * (right - left + 1)
        limits.check("max_slots", slots, "merged cells")
        spans[top, left] = (bottom - top + 1, right - left + 1)
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                if (row, column) != (top, left):
                    covered[row, column] = (top, left)
    return spans, covered


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
