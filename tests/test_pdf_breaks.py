"""Page breaks in PDFs: rows begun before them, heads printed again, labels and figures cut in two; hidden borders."""

from extractor.read import read
from tests.pdfs import Page, pdf
from tests.test_pdf import split, texts

HEADS = ["项目", "自然人", "总计"]


def test_a_row_begun_before_the_break_and_printed_whole_after_it_is_one_row() -> None:
    first, second = Page(), Page()
    first.table([60, 200, 260, 320], [100, 130, 160], [HEADS, ["1.申请人无正当理由逾期", "", ""]])
    second.table([60, 200, 260, 320], [60, 100, 130], [["", "0", "1"], ["2.其他", "2", "3"]])
    second.text(63, 77, "1.申请人无正当理由逾期")
    second.text(63, 89, "不补正")
    whole = ["1.申请人无正当理由逾期\n不补正", "0", "1"]
    assert texts(read(pdf(first, second))) == [[HEADS, whole, ["2.其他", "2", "3"]]]


def test_an_empty_row_before_the_break_stays() -> None:
    document = split([HEADS, ["1.重复申请", "", ""]], [["1.重复申请", "2", "3"], ["2.其他", "0", "0"]])
    assert texts(document)[0][1:3] == [["1.重复申请", "", ""], ["1.重复申请", "2", "3"]]


def test_heads_printed_again_with_the_rest_of_a_vertical_label_beside_them() -> None:
    pages = []
    for top, rows in ((100.0, ["1.国家秘密", "2.其他"]), (60.0, ["3.内部事务"])):
        page = Page()
        ys = [top, top + 60, *(top + 60 + 30 * (n + 1) for n in range(len(rows)))]
        for y in ys[:2]:
            page.line(60, y, 320, y)
        for y in ys[2:]:
            page.line(90, y, 320, y)
        for x in (60, 260, 320):
            page.line(x, top, x, ys[1] if x == 60 else ys[-1])
        for x in (60, 90):
            page.line(x, ys[1], x, ys[-1])
        for number, character in enumerate("勾稽关系"):
            page.text(180, top + 14 + 12 * number, character)
        page.text(270, top + 40, "自然人")
        for number, label in enumerate(rows):
            page.text(100, ys[number + 1] + 20, label)
            page.text(270, ys[number + 1] + 20, "5")
        pages.append(page)
    for number, character in enumerate("不予"):
        pages[0].text(70, 212 + 12 * number, character)
    for number, character in enumerate("公开"):
        pages[1].text(70, 72 + 12 * number, character)
    document = read(pdf(*pages))
    assert [row[0] for row in texts(document)[0]] == ["勾稽关系", "不予公开", "2.其他", "3.内部事务"]


def test_a_figure_too_long_for_its_cell_and_cut_by_the_break_is_one_figure() -> None:
    first, second = Page(), Page()
    narrow = [60, 200, 260, 288]
    first.table(narrow, [100, 130, 160], [HEADS, ["政府公报公开数", "0", "15766"]])
    second.table(narrow, [60, 90, 120], [["", "", "1"], ["申请总数", "2", "3"]])
    assert texts(read(pdf(first, second)))[0][1:] == [["政府公报公开数", "0", "157661"], ["申请总数", "2", "3"]]


def test_what_a_clip_path_hides_is_no_border() -> None:
    page = Page()
    page.table([60, 200, 260, 320], [100, 130, 160], [["规章", "12", "3"], ["规范性文件", "4", "56"]])
    for x in (60, 200, 260, 320):
        page.parts.append(f"q 40 {842 - 170} 300 70 re W n {x} {842 - 160} m {x} {842 - 20} l S Q")
    page.text(60, 60, "政府信息公开工作年度报告")
    document = read(pdf(page))
    assert texts(document) == [[["规章", "12", "3"], ["规范性文件", "4", "56"]]]
    assert document.text.startswith("政府信息公开工作年度报告\n")


def test_points_of_a_vertical_label_stay_in_their_place() -> None:
    page = Page()
    page.table([60, 200, 260, 320], [100, 220, 250], [["", "12", "3"], ["规章", "4", "5"]])
    for number, character in enumerate("一、新收，申请"):
        # Punctuation is set in a smaller size at the upper right of its square.
        small = character in "、，"
        page.text(107 if small else 100, 115 + 14 * number - 4 * small, character, size=5 if small else 10)
    assert texts(read(pdf(page)))[0][0][0] == "一、新收，申请"


def test_words_for_nothing_may_be_wrapped() -> None:
    page = Page()
    page.table([60, 200, 224, 320], [100, 130, 160], [["规章", "", "3"], ["规范性文件", "4", "56"]])
    page.text(203, 112, "不适")
    page.text(203, 124, "用")
    from extractor.read.figures import FigureKind, read_figure

    (shown,) = [cell for row in texts(read(pdf(page)))[0] for cell in row if cell.startswith("不适")]
    assert read_figure(shown).kind is FigureKind.NOT_APPLICABLE


def test_a_label_over_all_rows_of_a_page_is_in_the_table() -> None:
    page = Page()
    for y in (100, 130, 160):
        page.line(100, y, 320, y)
    for x in (60, 100, 260, 320):
        page.line(x, 100, x, 160)
    page.text(63, 130, "办理")
    page.text(103, 120, "1.属于国家秘密")
    page.text(263, 120, "5")
    page.text(103, 150, "2.其他")
    page.text(263, 150, "6")
    assert texts(read(pdf(page))) == [[["办理", "1.属于国家秘密", "5"], ["2.其他", "6"]]]
