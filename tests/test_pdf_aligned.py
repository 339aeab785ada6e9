"""Tables without rulings in PDFs: columns and labels by how they stand; nothing silent where they are not certain."""

import pytest

from extractor.pipeline import extract
from extractor.read import Document, read
from extractor.report import Status
from tests.pdfs import Page, pdf
from tests.test_pdf import texts

XS = [60.0, 260.0, 320.0, 380.0, 440.0]
HEADS = ["", "自然人", "商业企业", "总计"]


def bare(page: Page, y: float, row: list[str], xs: list[float] = XS) -> None:
    """A line of text; what stands behind the label is centred."""
    for number, (text, x) in enumerate(zip(row, xs, strict=False)):
        wide = 10 * len(text) if text > "\u2000" else 5 * len(text)
        page.text(x if number == 0 else x + 20 - wide / 2, y, text)


def document(*rows: list[str], pitch: float = 22.0, top: float = 100.0) -> Document:
    page = Page()
    for number, row in enumerate(rows):
        bare(page, top + pitch * number, row)
    return read(pdf(page))


def test_columns_stand_where_figures_do() -> None:
    read_back = document(
        HEADS, ["一、本年新收", "12", "3", "15"], ["二、上年结转", "", "1", "1"], ["（一）予以公开", "7", "", "7"]
    )
    assert texts(read_back) == [
        [HEADS, ["一、本年新收", "12", "3", "15"], ["二、上年结转", "", "1", "1"], ["（一）予以公开", "7", "", "7"]]
    ]
    assert read_back.grids[0].doubt is None


@pytest.mark.parametrize(("first", "second"), [(-6, 6), (0, 12), (-12, 0)])
def test_a_wrapped_label_is_whole_again_wherever_its_figures_stand(first: float, second: float) -> None:
    page = Page()
    bare(page, 100, HEADS)
    for number, (label, rest) in enumerate(
        [("1.申请人无正当理由", "逾期不补正"), ("2.申请人逾期未按", "要求缴纳费用")]
    ):
        y = 140 + 40.0 * number
        page.text(60, y + first, label)
        page.text(60, y + second, rest)
        bare(page, y, ["", str(number + 4), "0", str(number + 4)])
    (grid,) = texts(read(pdf(page)))
    assert [[cell.replace("\n", "") for cell in row] for row in grid] == [
        HEADS,
        ["1.申请人无正当理由逾期不补正", "4", "0", "4"],
        ["2.申请人逾期未按要求缴纳费用", "5", "0", "5"],
    ]


def test_labels_of_groups_are_cells_of_their_own() -> None:
    page = Page()
    bare(page, 100, HEADS)
    for number, label in enumerate(["1.属于国家秘密", "2.其他法律", "3.危及安全"]):
        page.text(130, 125 + 22 * number, label)
        bare(page, 125 + 22 * number, ["", "1", "0", "1"])
    page.text(60, 147, "（三）不予")
    (grid,) = texts(read(pdf(page)))
    assert [row[:2] for row in grid[1:]] == [["", "1.属于国家秘密"], ["（三）不予", "2.其他法律"], ["", "3.危及安全"]]


def test_a_table_goes_on_over_the_page_in_its_columns() -> None:
    pages = Page(), Page()
    for number, row in enumerate([HEADS, ["一、本年新收", "12", "3", "15"], ["二、上年结转", "5", "1", "6"]]):
        bare(pages[0], 700 + 22 * number, row)
    for number, row in enumerate([["（一）予以公开", "7", "", "7"], ["（二）部分公开", "1", "", "1"]]):
        bare(pages[1], 60 + 22 * number, row)
    whole = read(pdf(*pages))
    assert texts(whole)[0][3:] == [["（一）予以公开", "7", "", "7"], ["（二）部分公开", "1", "", "1"]]
    assert whole.grids[0].doubt is None


def test_columns_without_heads_are_doubted() -> None:
    assert document(["一、本年新收", "12", "3", "15"], ["二、上年结转", "5", "1", "6"]).grids[0].doubt is not None


def test_a_line_without_figures_between_two_rows_is_a_row_of_its_own() -> None:
    page = Page()
    for y, row in ((100, HEADS), (130, ["1.国家秘密", "1", "0", "1"]), (170, ["3.其他", "2", "0", "2"])):
        bare(page, y, row)
    page.text(60, 150, "2.重复申请")
    assert [row[0] for row in texts(read(pdf(page)))[0]] == ["", "1.国家秘密", "2.重复申请", "3.其他"]


def test_what_is_doubted_is_disputed() -> None:
    page = Page()
    page.text(120, 50, "丹枫市人民政府2023年政府信息公开工作年度报告", size=14)
    page.text(60, 80, "三、收到和处理政府信息公开申请情况")
    xs = [60.0, 260.0, 300.0, 340.0, 380.0, 420.0, 460.0, 500.0]
    for number, label in enumerate(["一、本年新收政府信息公开申请数量", "二、上年结转政府信息公开申请数量"]):
        bare(page, 110 + 22 * number, [label, "5", "1", "0", "0", "0", "0", "6"], xs)
    report = extract(pdf(page), form="ogi-2021")
    cell = report.cells["applications.new.natural_person"]
    assert (cell.value, cell.status) == (5, Status.DISPUTED)


def test_prose_and_contents_are_no_tables() -> None:
    page = Page()
    for number in range(4):
        page.text(60, 100 + 20 * number, f"{number + 1}月共收到政府信息公开申请12件，办结34件，其中予以公开5件")
    page.text(60, 300, "- 3 -")
    assert read(pdf(page)).grids == ()


def test_empty_places_beside_each_other_are_cells_of_their_own() -> None:
    page = Page()
    xs = [60.0, 120.0, 180.0, 240.0, 300.0]
    for number, row in enumerate([["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"], ["7", "", "", "1", "8"]]):
        for x, text in zip(xs, row, strict=True):
            page.text(x + (0 if number == 0 else 15), 100 + 22 * number, text)
    assert texts(read(pdf(page))) == [
        [["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"], ["7", "", "", "1", "8"]]
    ]
