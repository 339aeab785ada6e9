"""One report as a sheet that looks like the form: figures in their places, coloured by status, with their sources."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from extractor.check.wording import VERDICT_ZH
from extractor.deliver.squares import Role, Square, laid_out
from extractor.deliver.tables.rows import digits
from extractor.deliver.xlsx.book import SEVERITY_FILL, STATUS_FILL, STATUS_ZH, Book
from extractor.forms.model import Form
from extractor.forms.printed import GRID, Print
from extractor.report import Cell, Report, Severity, Status

__all__ = ["note_on", "report_sheet"]

_MISSING = Cell(None, Status.MISSING)
_WIDTH = 8.3
_LINE = 15.0
_PLAIN = Print()
_HEADS: dict[str, object] = {"bold": True, "align": "center", "text_wrap": True, "border": 1, "bg_color": "#F7F7F7"}
_ROLES: dict[Role, dict[str, object]] = {
    Role.TITLE: {"bold": True, "font_size": 11, "align": "center"},
    Role.HEAD: _HEADS,
    Role.LABEL: {"text_wrap": True, "border": 1, "align": "left"},
    Role.UPRIGHT: {"text_wrap": True, "border": 1, "align": "center"},
    Role.UNIT: {"border": 1, "align": "center"},
}
_FULL_WIDTH = 1.9  # how wide an ideograph is beside a digit


def report_sheet(book: Book, report: Report, form: Form | None, prints: Mapping[str, Print], name: str) -> Any:
    """Adds the sheet and returns it."""
    sheet = book.sheet(name)
    sheet.set_column(0, GRID - 1, _WIDTH)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
    heading = f"{report.organ or '（未能识别单位）'} {report.year or '（未能识别年度）'} 年政府信息公开工作年度报告"
    merged(book, sheet, Square(0, 0, 1, GRID, Role.TITLE, heading), font_size=14)
    sheet.set_row(0, 26)
    judged = f"{VERDICT_ZH[report.verdict]} {report.verdict.value}"
    told = f"{report.source.name}    {form.title if form else report.form or '—'}    {judged}"
    book.text(sheet, 1, 0, told, font_color="#666666")
    suspects = {cell for finding in report.findings for cell in finding.suspects}
    top = 3
    if form is not None:
        for table in form.tables:
            how = prints.get(table.id, _PLAIN)

            squares = laid_out(form, table, how, partial(_printed, report), report.year)
            _draw(book, sheet, squares, top, report.cells, suspects)
            top += 1 + max(square.top + square.height for square in squares)
    top = _findings(book, sheet, top, report)
    _legend(book, sheet, top + 1)
    return sheet


def _printed(report: Report, cell: str) -> bool:
    """Whether the source has that cell: what only follows from others has no place of its own on an optional row."""
    return report.cells.get(cell, _MISSING).status not in (Status.MISSING, Status.DERIVED)


def note_on(cell_id: str, cell: Cell) -> str:
    """The comment on a figure: its id, its status, where it was read, what else is known."""
    lines = [cell_id, f"{cell.status.value}（{STATUS_ZH[cell.status]}）"]
    evidence = cell.evidence
    if cell.printed is not None:
        lines.append(f"原文 printed: “{cell.printed}”")
    if evidence is not None:
        page = "" if evidence.page is None else f"第 {evidence.page} 页 page {evidence.page}, "
        if evidence.picture is not None:
            page = f"图片 picture {evidence.picture}, "
        lines.append(f"出处 at: {page}{evidence.start}–{evidence.end}")
        if evidence.text != cell.printed:
            lines.append(f"“{evidence.text}”")
    if cell.alternatives:
        others = ["空" if other is None else digits(other) for other in cell.alternatives]
        lines.append(f"也可能是 or: {'、'.join(others)}")
    if cell.unit:
        lines.append(f"单位 unit: {cell.unit}")
    lines += [reason for reason in (cell.because_zh, cell.because) if reason]
    return "\n".join(lines)


def merged(book: Book, sheet: Any, square: Square, **properties: object) -> None:
    """`square` with its text, over all that it covers."""
    looks = {**_ROLES.get(square.role, {}), **properties}
    last_row, last_column = square.top + square.height - 1, square.left + square.width - 1
    if (last_row, last_column) != (square.top, square.left):
        sheet.merge_range(square.top, square.left, last_row, last_column, "", book.format(**looks))
    book.text(sheet, square.top, square.left, square.text, **looks)


def _draw(
    book: Book, sheet: Any, squares: list[Square], top: int, cells: Mapping[str, Cell], suspects: set[str]
) -> None:
    heights: dict[int, float] = {}
    for square in squares:
        at = Square(top + square.top, square.left, square.height, square.width, square.role, square.text, square.cell)
        if square.role is Role.FIGURE:
            _figure(book, sheet, at, cells, suspects)
            continue
        merged(book, sheet, at)
        room = square.width * _WIDTH
        lines = -(-len(square.text) * _FULL_WIDTH // max(room - 1, 1)) if square.text else 1
        each = _LINE * lines / square.height
        if square.role is not Role.UPRIGHT:
            for row in range(at.top, at.top + at.height):
                heights[row] = max(heights.get(row, _LINE), each + 3)
    for row, height in heights.items():
        sheet.set_row(row, height)


def _figure(book: Book, sheet: Any, at: Square, cells: Mapping[str, Cell], suspects: set[str]) -> None:
    if at.cell is None:
        merged(book, sheet, at, border=1)
        return
    cell = cells.get(at.cell, _MISSING)
    looks: dict[str, object] = {"border": 1, "align": "right", "bg_color": STATUS_FILL[cell.status]}
    if at.cell in suspects:
        looks |= {"font_color": "#C00000", "bold": True}
    if at.width > 1:
        last = at.left + at.width - 1
        sheet.merge_range(at.top, at.left, at.top, last, "", book.format(**looks))
    if cell.value is not None:
        book.number(sheet, at.top, at.left, cell.value, **looks)
    elif cell.status is Status.NOT_APPLICABLE:
        book.text(sheet, at.top, at.left, cell.printed or "/", **looks)
    else:
        sheet.write_blank(at.top, at.left, None, book.format(**looks))
    note = note_on(at.cell, cell)
    book.note(sheet, at.top, at.left, note, lines=sum(1 + len(line) // 40 for line in note.split("\n")))


def _findings(book: Book, sheet: Any, top: int, report: Report) -> int:
    """The findings below the tables; returns the row behind them."""
    if not report.findings:
        return top
    merged(book, sheet, Square(top, 0, 1, GRID, Role.TITLE, "须查看的问题"))
    top += 1
    severities = {Severity.ERROR: "错误", Severity.WARNING: "提醒", Severity.INFO: "说明"}
    for finding in report.findings:
        fill = {"bg_color": SEVERITY_FILL[finding.severity]}
        merged(book, sheet, Square(top, 0, 1, 1, Role.HEAD, severities[finding.severity]), **fill)
        text = f"{finding.message}\n{finding.message_en}"
        merged(book, sheet, Square(top, 1, 1, GRID - 4, Role.LABEL, text), **fill)
        merged(book, sheet, Square(top, GRID - 3, 1, 3, Role.LABEL, finding.rule), **fill)
        width = (GRID - 4) * _WIDTH
        lines = -(-len(finding.message) * _FULL_WIDTH // width) + -(-len(finding.message_en) // width)
        sheet.set_row(top, min(_LINE * lines + 3, 400))
        top += 1
    return top


def _legend(book: Book, sheet: Any, top: int) -> None:
    merged(book, sheet, Square(top, 0, 1, 2, Role.HEAD, "图例 legend"))
    for row, status in enumerate(Status, start=top + 1):
        book.text(sheet, row, 0, "", border=1, bg_color=STATUS_FILL[status])
        book.text(sheet, row, 1, f"{status.value}  {STATUS_ZH[status]}")
    book.text(sheet, top + 1 + len(Status), 0, "12", font_color="#C00000", bold=True, align="right", border=1)
    book.text(sheet, top + 1 + len(Status), 1, "红字：勾稽关系指出的可疑数字 suspect")
