"""PDF with a text layer: tables out of rulings, over page breaks, prose, places on the page."""

from itertools import pairwise
from pathlib import Path

import pytest

from eval.gold import ROOT, Sample, find_samples
from eval.score import extract_and_score
from extractor.evaluate.scoring import Outcome
from extractor.pipeline import extract
from extractor.read import Document, read, read_path
from extractor.report import Status
from tests.pdfs import Page, pdf

PRINTED = list(find_samples(ROOT / "eval" / "printed"))
HONGZE = ROOT.parent / "shared" / "corpus" / "hongze-2023"
XS = [60.0, 200.0, 260.0, 320.0]


def cells(document: Document) -> list[list[tuple[int, int, int, str]]]:
    """For each grid column, row span, column span and text of its cells."""
    return [
        [(cell.column, cell.row_span, cell.column_span, document.text[cell.start : cell.end]) for cell in grid.cells]
        for grid in document.grids
    ]


def texts(document: Document) -> list[list[list[str]]]:
    """For each grid and each of its rows the texts of the cells that begin there."""
    return [
        [[document.text[c.start : c.end] for c in grid.cells if c.row == row] for row in range(grid.rows)]
        for grid in document.grids
    ]


def place(document: Document, text: str) -> object:
    at = document.text.index(text)
    assert document.pages is not None
    return document.pages.place(at, at + len(text))


@pytest.mark.parametrize("sample", PRINTED, ids=lambda sample: sample.name)
def test_printed_reports_are_read_whole(sample: Sample) -> None:
    score = extract_and_score(sample.report, sample.gold)
    assert score.failed is None
    assert (score.form_right, score.year_right, score.organ_right) == (True, True, True)
    assert score.counts[Outcome.RIGHT] == score.printed > 30
    assert score.harm == 0


@pytest.mark.skipif(not HONGZE.exists(), reason="the corpus of real reports is not at hand")
def test_a_real_report_is_read_with_its_misprints() -> None:
    (sample,) = find_samples(HONGZE)
    score = extract_and_score(sample.report, sample.gold)
    assert score.counts[Outcome.RIGHT] == score.printed == 186
    report = extract(sample.report)
    errors = {one.rule for one in report.findings if one.severity == "error"}
    assert errors == {"review_litigation.row_sum.review", "review_litigation.row_sum.litigation_after_review"}


@pytest.mark.parametrize("sample", PRINTED, ids=lambda sample: sample.name)
def test_every_figure_stands_in_its_box(sample: Sample) -> None:
    import pypdfium2

    report = extract(sample.report)
    pages = [(page.get_height(), page.get_textpage()) for page in pypdfium2.PdfDocument(sample.report)]
    seen = 0
    for cell in report.cells.values():
        if cell.status is not Status.REPORTED or cell.evidence is None:
            continue
        page, box = cell.evidence.page, cell.evidence.box
        assert page is not None and box is not None
        height, text = pages[page - 1]
        x0, top, x1, bottom = box
        shown = text.get_text_bounded(x0 - 0.5, height - bottom, x1 + 0.5, height - top)
        assert (cell.printed or "").strip() in shown
        seen += 1
    assert seen > 30


def table_page(rows: list[list[str]], *, top: float = 100.0, high: float = 30.0) -> Page:
    page = Page()
    page.table(XS, [top + high * number for number in range(len(rows) + 1)], rows)
    return page


def test_a_ruled_table() -> None:
    document = read(pdf(table_page([["规章", "12", "3"], ["行政规范性文件", "4", "56"]])))
    assert document.source.media_type == "application/pdf"
    assert document.text == "规章\t12\t3\n行政规范性文件\t4\t56\n"
    assert texts(document) == [[["规章", "12", "3"], ["行政规范性文件", "4", "56"]]]
    assert place(document, "56") == (1, (263.0, 140.2, 273.0, 150.2))


def test_merged_cells_have_spans() -> None:
    page = Page()
    for y in (100, 160):
        page.line(60, y, 320, y)
    page.line(200, 130, 320, 130)
    for x in (60, 200, 320):
        page.line(x, 100, x, 160)
    page.line(260, 130, 260, 160)
    page.text(70, 135, "信息内容")
    page.text(210, 120, "申请人情况")
    page.text(210, 150, "自然人")
    page.text(270, 150, "总计")
    assert cells(read(pdf(page))) == [
        [(0, 2, 1, "信息内容"), (1, 1, 2, "申请人情况"), (1, 1, 1, "自然人"), (2, 1, 1, "总计")]
    ]


def test_no_outer_borders() -> None:
    page = Page()
    page.fill(XS, [100, 130, 160], [["规章", "12", "3"], ["规范性文件", "4", "56"]])
    page.line(60, 130, 320, 130)
    page.line(60, 160, 320, 160)
    page.line(60, 100, 320, 100)
    page.line(200, 100, 200, 160)
    page.line(260, 100, 260, 160)
    assert texts(read(pdf(page))) == [[["规章", "12", "3"], ["规范性文件", "4", "56"]]]


def test_white_rectangles_are_no_table() -> None:
    page = Page()
    for y in (100, 130, 160):
        page.rectangle(60, y, 500, y + 30)
        page.rectangle(60, y, 200, y + 30)
        page.text(70, y + 20, "全年公开信息12条。")
    document = read(pdf(page))
    assert document.grids == ()
    assert document.text.count("全年公开信息12条。") == 3


def test_borders_drawn_as_bars_and_as_frames() -> None:
    bars = Page()
    for y in (100, 130, 160):
        bars.rectangle(60, y, 320, y + 0.5, colour="0 0 0")
    for x in XS:
        bars.rectangle(x, 100, x + 0.5, 160.5, colour="0 0 0")
    frames = Page()
    for top in (100, 130):
        for x0, x1 in pairwise(XS):
            outer = f"{x0 + 1} {frames.height - top - 29} {x1 - x0 - 2} 28 re"
            inner = f"{x0 + 2} {frames.height - top - 28} {x1 - x0 - 4} 26 re"
            frames.parts.append(f"{outer} {inner} f*")
    for page in (bars, frames):
        page.fill(XS, [100, 130, 160], [["规章", "12", "3"], ["规范性文件", "4", "56"]])
        assert texts(read(pdf(page))) == [[["规章", "12", "3"], ["规范性文件", "4", "56"]]]


def split(first: list[list[str]], second: list[list[str]]) -> Document:
    """A table on two pages, with page numbers below."""
    pages = table_page(first), table_page(second, top=60.0)
    for number, page in enumerate(pages, 1):
        page.text(290, 810, f"- {number} -")
    return read(pdf(*pages))


def test_a_table_goes_on_over_the_page() -> None:
    document = split([["项目", "自然人", "总计"], ["1.属于国家秘密", "1", "1"]], [["2.重复申请", "2", "2"]])
    assert texts(document) == [[["项目", "自然人", "总计"], ["1.属于国家秘密", "1", "1"], ["2.重复申请", "2", "2"]]]
    assert "- 1 -" not in document.text
    assert place(document, "2\t2") == (2, (203.0, 70.2, 268.0, 80.2))


def test_heads_printed_again_are_left_out() -> None:
    heads = ["项目", "自然人", "总计"]
    document = split([heads, ["1.属于国家秘密", "1", "1"]], [heads, ["2.重复申请", "2", "2"]])
    assert texts(document) == [[heads, ["1.属于国家秘密", "1", "1"], ["2.重复申请", "2", "2"]]]


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        (["1.要求行政机关确认或", "3", "3"], ["重新出具", "", ""], ["1.要求行政机关确认或\n重新出具", "3", "3"]),
        (["1.要求行政机关确认或", "", ""], ["重新出具", "3", "3"], ["1.要求行政机关确认或\n重新出具", "3", "3"]),
        (["1.要求行政机关确认", "", ""], ["", "3", "3"], ["1.要求行政机关确认", "3", "3"]),
        (["", "3", "3"], ["1.要求行政机关确认", "", ""], ["1.要求行政机关确认", "3", "3"]),
        (
            ["部分公开（区分处理的，", "3", "3"],
            ["不计其他情形）", "", ""],
            ["部分公开（区分处理的，\n不计其他情形）", "3", "3"],
        ),
    ],
)
def test_a_row_cut_by_the_break_is_whole_again(first: list[str], second: list[str], whole: list[str]) -> None:
    assert texts(split([["项目", "自然人", "总计"], first], [second, ["2.其他", "0", "0"]])) == [
        [["项目", "自然人", "总计"], whole, ["2.其他", "0", "0"]]
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (["1.属于国家秘密", "3", "3"], ["2.其他", "4", "4"]),
        (["1.属于国家秘密", "", ""], ["2.其他", "4", "4"]),
        (["1.属于国家秘密", "3", ""], ["2.其他", "", "4"]),
        (["主动公开文件数", "3", "3"], ["依申请公开", "4", "4"]),
        (["主动公开文件数", "", ""], ["依申请公开", "4", "4"]),
        (["", "3", "3"], ["", "4", "4"]),
    ],
)
def test_two_rows_are_not_made_one(first: list[str], second: list[str]) -> None:
    assert texts(split([["项目", "自然人", "总计"], first], [second])) == [[["项目", "自然人", "总计"], first, second]]


def test_a_figure_broken_by_the_page_is_not_guessed() -> None:
    document = split([["项目", "自然人", "总计"], ["复议", "20", "11"]], [["", "", "4"], ["诉讼", "0", "0"]])
    assert texts(document)[0][1] == ["复议", "20", "11\n4"]


def test_other_columns_are_another_table() -> None:
    first = table_page([["规章", "1", "2"], ["规范性文件", "3", "4"]])
    second = Page()
    second.table([60, 100, 150, 240, 330, 500], [60, 90], [["一", "5", "6", "7", "8"]])
    assert len(read(pdf(first, second)).grids) == 2


def test_a_label_over_the_break_spans_the_rows_of_both_pages() -> None:
    pages = []
    for rows, group in ((["1.国家秘密", "2.其他"], "（三）不予"), (["3.内部事务"], "公开")):
        page = Page()
        bottom = 100 + 30 * len(rows)
        page.line(60, 100, 320, 100)
        page.line(60, bottom, 320, bottom)
        for x in (60, 120, 260, 320):
            page.line(x, 100, x, bottom)
        page.text(63, 120, group)
        for number, label in enumerate(rows):
            page.line(120, 100 + 30 * number, 320, 100 + 30 * number)
            page.text(123, 120 + 30 * number, label)
            page.text(263, 120 + 30 * number, "5")
        pages.append(page)
    document = read(pdf(*pages))
    assert cells(document)[0][0] == (0, 3, 1, "（三）不予\n公开")
    assert len(document.grids) == 1


def test_vertical_labels_are_one_label() -> None:
    page = table_page([["", "12", "3"]], high=120)
    for number, character in enumerate("本年度办理结果"):
        page.text(100, 115 + 12 * number, character)
    document = read(pdf(page))
    assert texts(document) == [[["本年度办理结果", "12", "3"]]]


@pytest.mark.parametrize(("matrix", "y"), [("0 -1 1 0", 110), ("0 1 -1 0", 180)])
def test_labels_lying_on_their_side(matrix: str, y: float) -> None:
    page = table_page([["", "12", "3"]], high=120)
    page.text(130, y, "2重办理结果", matrix=matrix)
    page.text(60, 60, "丹枫市人民政府年度报告")
    document = read(pdf(page))
    assert texts(document) == [[["2重办理结果", "12", "3"]]]
    placed = place(document, "重办理结果")
    assert isinstance(placed, tuple)
    x0, top, x1, bottom = placed[1]
    assert (x1 - x0 < 15) and (bottom - top == pytest.approx(50, abs=1))


def test_a_figure_that_ran_into_a_second_line_of_a_narrow_cell() -> None:
    page = Page()
    page.table([60, 160, 184, 300], [100, 140], [["规章", "", "7"]])
    page.text(163, 115, "12")
    page.text(163, 127, "5")
    wide = Page()
    wide.table([60, 160, 284, 400], [100, 140], [["规章", "", "7"]])
    wide.text(163, 115, "12")
    wide.text(163, 127, "5")
    assert texts(read(pdf(page))) == [[["规章", "125", "7"]]]
    assert texts(read(pdf(wide))) == [[["规章", "12\n5", "7"]]]


def test_radicals_are_read_as_the_characters_they_look_like() -> None:
    document = read(pdf(table_page([["规章", "1", "2"], ["规范", "3", "4"]])))
    assert document.folded == document.text
    page = Page()
    page.text(60, 60, "人⺠政府⻔户⽹站")
    document = read(pdf(page))
    assert (document.folded, len(document.folded)) == ("人民政府门户网站\n", len(document.text))


@pytest.mark.parametrize(
    ("rotate", "box"),
    [(90, (691.8, 203, 701.8, 213)), (180, (382, 691.8, 392, 701.8)), (270, (140.2, 382, 150.2, 392))],
)
def test_boxes_on_rotated_pages(rotate: int, box: tuple[float, ...]) -> None:
    page = table_page([["规章", "12", "3"], ["行政规范性文件", "45", "67"]])
    page.rotate = rotate
    document = read(pdf(page))
    assert texts(document) == [[["规章", "12", "3"], ["行政规范性文件", "45", "67"]]]
    placed = place(document, "45")
    assert isinstance(placed, tuple)
    assert placed[1] == pytest.approx(box, abs=0.2)


def test_boxes_on_cropped_pages() -> None:
    page = table_page([["规章", "12", "3"], ["行政规范性文件", "45", "67"]])
    page.crop = (50, 300, 400, 800)
    page.text(450, 60, "页外文字")
    document = read(pdf(page))
    assert document.pages is not None
    assert document.pages.pages[0][:2] == (350.0, 500.0)
    assert place(document, "45") == (1, (153.0, 98.2, 163.0, 108.2))
    assert "页外文字" not in document.text


def test_a_landscape_table_on_an_upright_page() -> None:
    page = Page()
    for x in (100, 130, 160):
        page.line(x, 60, x, 320)
    for y in XS:
        page.line(100, y, 160, y)
    for x, row in ((119, ("规章", "12", "3")), (149, ("规范性文件", "45", "6"))):
        for y, text in zip((197, 257, 317), row, strict=True):
            page.text(x, y, text, matrix="0 1 -1 0")
    document = read(pdf(page))
    assert texts(document) == [[["3", "12", "规章"], ["6", "45", "规范性文件"]]]
    assert place(document, "45") == (1, (140.2, 247.0, 150.2, 257.0))


def test_watermarks_are_no_text() -> None:
    page = table_page([["规章", "12", "3"]])
    page.text(100, 200, "内部资料", size=40, matrix="0.7 0.7 -0.7 0.7")
    assert read(pdf(page)).text == "规章\t12\t3\n"


def test_bold_type_printed_twice_is_read_once() -> None:
    page = table_page([["规章", "12", "3"]])
    page.text(203.3, 119, "12")
    page.text(60, 60, "政府信息")
    page.text(60.4, 60, "政府信息")
    assert read(pdf(page)).text == "政府信息\n规章\t12\t3\n"


def test_paragraphs_run_on_over_lines_and_pages() -> None:
    line = "全年政府信息公开工作" * 4
    pages = []
    for number in (1, 2, 3):
        page = Page()
        page.text(200, 40, f"丹枫市年度报告（第{number}期）")
        page.text(290, 800, f"第 {number} 页 共 3 页")
        pages.append(page)
    pages[0].text(100, 100, line[:-2])
    pages[0].text(80, 116, "一" + line)
    pages[0].text(80, 132, "共收到申请1234件，办结" + line[:-11] + "，其中公开")
    pages[1].text(80, 100, "2023年以来共5条。")
    pages[2].text(100, 100, "其他。")
    document = read(pdf(*pages))
    assert "其中公开2023年以来共5条。\n" in document.text
    assert document.text.count("年度报告") == 1
    assert "第 1 页" not in document.text
    assert document.text.count("\n") <= 5


def test_two_figures_in_one_cell_are_not_one() -> None:
    page = table_page([["规章", "", "3"]])
    page.text(203, 119, "12")
    page.text(230, 119, "34")
    assert "1234" not in read(pdf(page)).text.replace(" ", "")


def test_the_file_name_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "report.doc"
    path.write_bytes(pdf(table_page([["规章", "12", "3"]])))
    assert read_path(path).source.media_type == "application/pdf"


def test_small_packed_streams_are_read() -> None:
    assert read(pdf(table_page([["规章", "12", "3"]]), packed=True)).text == "规章\t12\t3\n"


def test_a_figure_broken_behind_a_comma_is_one_figure() -> None:
    page = table_page([["规章", "", "3"], ["规范性文件", "4", "56"]])
    page.text(203, 112, "6 ，")
    page.text(203, 124, "035")
    assert texts(read(pdf(page)))[0][0] == ["规章", "6，035", "3"]
