"""Tables that run off the paper: what is on the page is read, what is not is missing, never blank."""

import pytest

from extractor.pipeline import extract
from extractor.read import read
from extractor.report import Report, Status
from tests.pdfs import WIDTH, Page, pdf
from tests.test_pdf import texts

COLUMNS = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
ROWS = {
    "一、本年新收政府信息公开申请数量": "new",
    "二、上年结转政府信息公开申请数量": "carried_in",
    "（一）予以公开": "granted",
    "（二）部分公开（区分处理的，只计这一情形，不计其他情形）": "partial",
    "1.属于国家秘密": "refused_secret",
    "（七）总计": "processed_total",
    "四、结转下年度继续办理": "carried_out",
}
FIGURES = {
    "new": [3, 1, 0, 0, 0, 0, 4],
    "carried_in": [0, 0, 0, 0, 0, 0, 0],
    "granted": [2, 0, 0, 0, 0, 0, 2],
    "partial": [0, 0, 0, 0, 0, 0, 0],
    "refused_secret": [1, 1, 0, 0, 0, 0, 2],
    "processed_total": [3, 1, 0, 0, 0, 0, 4],
    "carried_out": [0, 0, 0, 0, 0, 0, 0],
}


def too_wide(columns: int, *, heads: bool = True, near: float = 3.0) -> bytes:
    """A report whose table has room for so many columns of figures, and for half of the next one."""
    page = Page()
    page.text(120, 60, "丹枫市人民政府2023年政府信息公开工作年度报告", size=14)
    page.text(60, 90, "三、收到和处理政府信息公开申请情况")
    xs = [20.0, 300.0, *(300 + (WIDTH - 320) / columns * (n + 1) for n in range(columns))]
    count = len(ROWS) + heads
    ys = [110.0 + 24 * n for n in range(count + 1)]
    for y in ys:
        page.line(xs[0], y, WIDTH, y)
    for x in xs:
        page.line(x, ys[0], x, ys[-1])
    rows = [["", *COLUMNS]] if heads else []
    rows += [[label, *map(str, FIGURES[row])] for label, row in ROWS.items()]
    for row, top in zip(rows, ys, strict=False):
        for text, x in zip(row[: columns + 1], xs, strict=False):
            page.text(x + near, top + 16, text, size=8)
        page.text(xs[-1] + near, top + 16, row[columns + 1], size=8)
    return pdf(page)


def values(report: Report, column: str) -> list[int | None]:
    return [report.cells[f"applications.{row}.{column}"].value for row in FIGURES]  # type: ignore[misc]


@pytest.mark.parametrize("columns", [2, 4, 5])
def test_the_columns_on_the_page_are_read_and_the_others_are_missing(columns: int) -> None:
    report = extract(too_wide(columns), form="ogi-2021")
    for number, column in enumerate(("natural_person", "business", "research", "public_welfare", "legal_services")):
        if number < columns:
            assert values(report, column) == [figures[number] for figures in FIGURES.values()], column
    names = ("natural_person", "business", "research", "public_welfare", "legal_services", "other", "total")
    for column in names[columns + 1 :]:
        cells = [report.cells[f"applications.{row}.{column}"] for row in FIGURES]
        assert {cell.status for cell in cells} <= {Status.MISSING, Status.DERIVED}, column
    assert any("超出纸面" in finding.message for finding in report.findings)
    assert not any(cell.status is Status.BLANK for name, cell in report.cells.items() if name.startswith("applic"))


@pytest.mark.parametrize("columns", [2, 4, 5, 6])
def test_without_heads_nothing_is_certain(columns: int) -> None:
    report = extract(too_wide(columns, heads=False), form="ogi-2021")
    order = ("natural_person", "business", "research", "public_welfare", "legal_services", "other", "total")
    for row, figures in FIGURES.items():
        for column, figure in zip(order, figures, strict=True):
            cell = report.cells[f"applications.{row}.{column}"]
            assert cell.status is not Status.BLANK
            assert cell.value == figure or cell.status not in (Status.REPORTED, Status.CORRECTED, Status.DERIVED), row


def test_what_the_edge_may_cut_is_marked() -> None:
    page = Page()
    page.table([60, 200, 300, 520, WIDTH], [100, 130, 160], [["规章", "12", "3", ""], ["规范性文件", "4", "5", ""]])
    page.text(WIDTH - 8, 119, "7")
    page.text(530, 149, "8")
    document = read(pdf(page))
    assert texts(document) == [[["规章", "12", "3", "7\ufffd", "\ufffd"], ["规范性文件", "4", "5", "8", "\ufffd"]]]
    assert "runs off the paper on page 1" in str(document.notes[0])
