"""Reports as workbooks: one for many, with an overview and a sheet each, or one each in a folder."""

from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from extractor.check.wording import VERDICT_ZH
from extractor.deliver.printable import printable
from extractor.deliver.tables.rows import report_key, report_rows
from extractor.deliver.tables.schemas import TABLES
from extractor.deliver.xlsx.book import SEVERITY_FILL, Book, new_book
from extractor.deliver.xlsx.report_sheet import report_sheet
from extractor.deliver.xlsx.table_sheet import table_sheet
from extractor.errors import UsageError
from extractor.forms.model import Form
from extractor.forms.printed import Print
from extractor.report import Report, Severity, Status, Verdict

__all__ = ["MOST_SHEETS", "file_name", "write_report_books", "write_reports_book"]

MOST_SHEETS = 300
"""Reports in one workbook: with more, no spreadsheet is pleasant to use."""

Forms = Mapping[str, Form]
Prints = Mapping[str, Mapping[str, Print]]
_HEADS = (
    "单位",
    "年度",
    "表式",
    "结论",
    "印出",
    "推得",
    "更正",
    "存疑",
    "空白",
    "不适用",
    "未找到",
    "错误",
    "提醒",
    "文件",
)
_WIDTHS = (34, 8, 12, 12, 7, 7, 7, 7, 7, 7, 7, 7, 7, 60)


def write_reports_book(reports: Iterable[Report], path: Path, forms: Forms, prints: Prints) -> int:
    """All of `reports` in one workbook: an overview, then a sheet each. Returns how many there are.

    Raises UsageError if there are more than MOST_SHEETS.
    """
    waiting = iter(reports)
    gathered = list(islice(waiting, MOST_SHEETS))
    if next(waiting, None) is not None:
        raise UsageError(f"more than {MOST_SHEETS} reports do not fit into one workbook: name a folder, for one each")
    with new_book(path) as book:
        overview = book.sheet("总览 overview")
        names = []
        for number, report in enumerate(gathered, start=1):
            if report.verdict is Verdict.FAILED:
                names.append("")
                continue
            form = forms.get(report.form or "")
            name = f"{number} {(report.organ or '')[:20]} {report.year or ''}"
            names.append(str(report_sheet(book, report, form, prints.get(report.form or "", {}), name).get_name()))
        _overview(book, overview, gathered, names)
        _data(book, gathered)
    return len(gathered)


def write_report_books(reports: Iterable[Report], folder: Path, forms: Forms, prints: Prints) -> int:
    """A workbook a report; those that failed have none. Returns how many reports there are."""
    number = 0
    for report in reports:
        number += 1
        if report.verdict is Verdict.FAILED:
            continue
        with new_book(folder / file_name(report)) as book:
            form = forms.get(report.form or "")
            report_sheet(
                book, report, form, prints.get(report.form or "", {}), f"{report.organ or ''} {report.year or ''}"
            )
    return number


def file_name(report: Report) -> str:
    """A name for a report's file, made of letters and digits of its body, its year and its key."""
    organ = "".join(character for character in (report.organ or "") if character.isalnum())[:40]
    return "-".join(filter(None, (organ, str(report.year or ""), report_key(report.source)))) + ".xlsx"


def _data(book: Book, reports: list[Report]) -> None:
    """All that the tables hold, row by row, for programs: the cells that have no place on the form as well."""
    for name, rows in report_rows(reports)._asdict().items():
        table_sheet(book, TABLES[name], [rows])


def _overview(book: Book, sheet: Any, reports: list[Report], names: list[str]) -> None:
    for column, (head, width) in enumerate(zip(_HEADS, _WIDTHS, strict=True)):
        book.text(sheet, 0, column, head, bold=True, border=1, bg_color="#F7F7F7")
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    for row, (report, name) in enumerate(zip(reports, names, strict=True), start=1):
        statuses = [sum(cell.status is status for cell in report.cells.values()) for status in Status]
        findings = [
            sum(one.severity is severity for one in report.findings) for severity in (Severity.ERROR, Severity.WARNING)
        ]
        if name:
            text = printable(report.organ or "？")
            # A link inside the workbook, to a sheet whose name we made ourselves.
            link = "internal:'" + name.replace("'", "''") + "'!A1"
            sheet.write_url(row, 0, link, book.format(font_color="#0563C1", underline=1), text[:255])
        else:
            book.text(sheet, row, 0, report.findings[0].message if report.findings else "")
        book.text(sheet, row, 1, str(report.year or ""))
        book.text(sheet, row, 2, report.form or "")
        fill = SEVERITY_FILL[_SEVERITY[report.verdict]]
        book.text(sheet, row, 3, f"{VERDICT_ZH[report.verdict]} {report.verdict.value}", bg_color=fill)
        for column, number in enumerate((*statuses, *findings), start=4):
            book.number(sheet, row, column, number)
        book.text(sheet, row, 13, report.source.name)
    sheet.autofilter(0, 0, max(1, len(reports)), len(_HEADS) - 1)


_SEVERITY = {Verdict.CLEAN: Severity.INFO, Verdict.REVIEW: Severity.WARNING, Verdict.FAILED: Severity.ERROR}
