"""Flattened tables: what stands beside the figures must not become one, and what is lost must not be guessed."""

import pytest
from test_grids import ROWS

from extractor import Report, Status, extract
from extractor.forms.load import load_forms
from extractor.parse.rows import Token
from extractor.parse.text.spot import spot
from extractor.parse.text.tokens import Cells, scan_gap

TITLE = "青溪县水利局2023年政府信息公开工作年度报告\n"
PROACTIVE = [
    "二、主动公开政府信息情况",
    "第二十条第（一）项",
    "信息内容 本年制发件数 本年废止件数 现行有效件数",
    "规章 0 0 0",
    "行政规范性文件 5 1 37",
    "第二十条第（五）项",
    "信息内容 本年处理决定数量",
    "行政许可 86",
    "第二十条第（六）项",
    "信息内容 本年处理决定数量",
    "行政处罚 12",
    "行政强制 3",
    "第二十条第（八）项",
    "信息内容 本年收费金额（单位：万元）",
    "行政事业性收费 1.5",
]


def report_of(lines: list[str], title: str = TITLE, form: str | None = None) -> Report:
    return extract((title + "\n".join(lines) + "\n").encode(), name="report.txt", form=form)


def replaced(line: str, by: str) -> list[str]:
    assert line in PROACTIVE
    return [by if one == line else one for one in PROACTIVE]


def silent(report: Report, cell: str, truth: float | None) -> bool:
    """A number that is wrong and does not say so."""
    state = report.cells[f"proactive.{cell}"]
    return state.value is not None and state.value != truth and state.status is not Status.DISPUTED


def test_the_plain_table() -> None:
    cells = report_of(PROACTIVE).cells
    assert cells["proactive.normative_documents.in_force"].value == 37
    assert cells["proactive.licences.decisions"].value == 86
    assert cells["proactive.licences.decisions"].status is Status.REPORTED


def test_a_page_number_is_not_the_figure_of_a_blank_cell() -> None:
    report = report_of(replaced("行政事业性收费 1.5", "行政事业性收费\n3"))
    assert not silent(report, "fees.amount", None)


@pytest.mark.parametrize("junk", ["见附件2", "注：共32项", "电话8765432", "免征5项", "共3项已划转", "l234", "8O"])
def test_words_with_digits_are_no_figure(junk: str) -> None:
    for line in (f"行政许可 {junk}", f"行政许可\n{junk}", f"行政许可\t{junk}"):
        report = report_of(replaced("行政许可 86", line))
        assert not silent(report, "licences.decisions", None), line


def test_columns_printed_in_another_order_are_not_read_in_the_forms_order() -> None:
    usual, printed = (
        "信息内容 本年制发件数 本年废止件数 现行有效件数",
        "信息内容 现行有效件数 本年制发件数 本年废止件数",
    )
    lines = replaced(usual, printed)
    lines = ["行政规范性文件 37 5 1" if line == "行政规范性文件 5 1 37" else line for line in lines]
    report = report_of(lines)
    assert not silent(report, "normative_documents.issued", 5)
    assert not silent(report, "normative_documents.in_force", 37)


@pytest.mark.parametrize("printed", ["减少18", "▼18", "↓18", "-18"])
def test_a_falling_change_is_never_read_as_a_rise(printed: str) -> None:
    lines = [
        "二、主动公开政府信息情况",
        "第二十条第（五）项",
        "信息内容 上一年项目数量 本年增/减 处理决定数量",
        f"行政许可 120 {printed} 86",
        "其他对外管理服务事项 7 1 5",
        "第二十条第（九）项",
        "信息内容 采购项目数量 采购总金额",
        "政府集中采购 4 120000",
    ]
    report = report_of(lines, "青溪县水利局2020年政府信息公开工作年度报告\n")
    state = report.cells["proactive.licences.change"]
    assert report.form == "ogi-2019"
    assert state.value in (-18, None) or state.status is Status.DISPUTED


def test_a_row_that_lost_its_blanks_keeps_its_places_open() -> None:
    report = report_of(replaced("行政规范性文件 5 1 37", "行政规范性文件 5 37"))
    for column in ("issued", "repealed", "in_force"):
        assert report.cells[f"proactive.normative_documents.{column}"].status is Status.DISPUTED


def test_a_row_that_belongs_nowhere_is_listed() -> None:
    lines = [*PROACTIVE[:5], "行政决定 4 5 6", *PROACTIVE[5:]]
    report = report_of(lines)
    assert not silent(report, "normative_documents.issued", 5)
    assert any(finding.rule.startswith("document.") for finding in report.findings)


APPLICATIONS = [
    "三、收到和处理政府信息公开申请情况",
    "自然人\t商业企业\t科研机构\t社会公益组织\t法律服务机构\t其他\t总计",
    "一、本年新收政府信息公开申请数量\t2\t1\t0\t0\t0\t0\t3",
    "二、上年结转政府信息公开申请数量\t1\t0\t0\t0\t0\t0\t1",
    "三、本年度办理结果\t（一）予以公开\t2\t0\t0\t0\t0\t0\t2",
    "2.其他法律行政法规禁止公开\t1\t0\t0\t0\t0\t0\t1",
    "3.危及“三安全一稳定”",
    "4.保护第三方合法权益",
    "6.属于四类过程性信息",
    "（七）总计\t3\t0\t0\t0\t0\t0\t3",
    "四、结转下年度继续办理\t0\t1\t0\t0\t0\t0\t1",
]


@pytest.mark.parametrize("between", ["\t", "\t\t", "\t\t\t", "||", " \t \t "])
def test_two_separators_for_one_are_no_blank_cell(between: str) -> None:
    """As some converters write tables; the sums of the zeros would hold in the wrong columns as well."""
    lines = [line.replace("\t", between) for line in APPLICATIONS]
    cells = report_of(lines).cells
    for row, printed in (
        ("new", [2, 1, 0, 0, 0, 0, 3]),
        ("carried_in", [1, 0, 0, 0, 0, 0, 1]),
        ("processed_total", [3, 0, 0, 0, 0, 0, 3]),
        ("carried_out", [0, 1, 0, 0, 0, 0, 1]),
    ):
        found = [cell for name, cell in cells.items() if name.startswith(f"applications.{row}.")]
        assert [cell.value for cell in found] == printed
        assert {cell.status for cell in found} == {Status.REPORTED}


def test_two_tabs_where_a_cell_is_blank_are_a_blank_cell() -> None:
    lines = [line.replace("\t0", "\t") for line in APPLICATIONS]
    cells = report_of(lines).cells
    found = [cell for name, cell in cells.items() if name.startswith("applications.carried_out.")]
    assert [cell.value for cell in found] == [None, 1, None, None, None, None, 1]
    assert found[0].status is Status.BLANK


def test_glued_digits_are_no_figure_each_where_blank_cells_have_left_no_trace() -> None:
    glued = [line.replace(" ", "") if line[:2] in ("规章", "行政") else line for line in PROACTIVE]
    glued = ["行政规范性文件037" if line.startswith("行政规范性文件") else line for line in glued]
    rows = [line.replace("\t", "") for line in APPLICATIONS]
    assert report_of([*glued, *rows]).cells["proactive.normative_documents.in_force"].status is Status.REPORTED
    rows = ["二、上年结转政府信息公开申请数量11" if line.startswith("二、上年") else line for line in rows]
    assert not silent(report_of([*glued, *rows]), "normative_documents.in_force", 37)


def test_two_decimals_glued_are_no_figure() -> None:
    report = report_of(replaced("行政事业性收费 1.5", "行政事业性收费0.440.35"))
    assert not silent(report, "fees.amount", None)


def test_figures_beside_the_first_half_of_a_label_are_not_those_of_the_label_before() -> None:
    """As text that keeps a page's layout has it, where a label runs over two lines of its cell."""
    lines = [
        "指标名称  计量单位  2015年度  历年累计",
        "主动公开文件数  条  210  7210",
        "受理政府信息公开申请总数  条  91  95",
        "其中：1.  条  0  0",
        "当面申请数",
        "2.网  条  91  91",
        "络申请数",
        "3.信函、传真申请数  条  0  4",
        "对申请的答复总数  条  91  95",
    ]
    report = report_of(lines, "福建省青溪县水利局2015年政府信息公开工作年度报告\n")
    assert report.cells["statistics.received.year"].value == 91
    in_person = report.cells["statistics.received_in_person.year"]
    assert in_person.value in (None, 0) or in_person.status is Status.DISPUTED


def test_zeros_beside_words_vouch_for_nothing() -> None:
    glued = [line.replace("\t", "") for line in APPLICATIONS]
    glued = ["二、上年结转政府信息公开申请数量0零件0031031" if line.startswith("二、上年") else line for line in glued]
    total = report_of([*PROACTIVE, *glued]).cells["applications.carried_in.total"]
    assert total.value in (None, 31) or total.status is Status.DISPUTED


FIGURES = {"规章": "0 1 3", "行政规范性文件": "5 1 37", "行政许可": "86", "行政处罚": "12", "行政强制": "3"}


@pytest.mark.parametrize("parting", ["\t", " ", " | "])
def test_figures_may_stand_before_their_labels(parting: str) -> None:
    lines = [f"{figures.replace(' ', parting)}{parting}{label}" for label, figures in FIGURES.items()]
    cells = report_of(["二、主动公开政府信息情况", *lines, "三、收到和处理政府信息公开申请情况"]).cells
    assert [cells[f"proactive.regulations.{one}"].value for one in ("issued", "repealed", "in_force")] == [0, 1, 3]
    assert [cells[f"proactive.{one}.decisions"].value for one in ("licences", "penalties", "coercion")] == [86, 12, 3]


def test_a_figure_on_a_line_of_its_own_is_not_cut_into_three() -> None:
    lines = [line.replace(" ", "\n") for line in replaced("规章 0 0 0", "规章")]
    at = lines.index("行政规范性文件\n5\n1\n37")
    report = report_of([*lines[:at], "行政规范性文件\n132", *lines[at + 1 :]])
    for column, truth in (("issued", 0), ("repealed", 0), ("in_force", 132)):
        assert not silent(report, f"normative_documents.{column}", truth)


def test_a_total_that_heads_the_columns_is_not_taken_for_a_part_of_the_label_above() -> None:
    lines = [
        "四、政府信息公开行政复议、行政诉讼情况",
        "行政复议\t行政诉讼",
        "总计\t结果维持\t结果纠正\t其他结果\t尚未审结",
        "2\t1\t0\t1\t0\t3\t1\t1\t1\t0\t4\t4\t0\t0\t0",
    ]
    report = report_of([*PROACTIVE, *lines])
    for column, truth in (("upheld", 1), ("corrected", 0), ("total", 2)):
        state = report.cells[f"review_litigation.review.{column}"]
        assert state.value in (truth, None) or state.status is Status.DISPUTED


@pytest.mark.parametrize("foot", ["第 3 页", "第3页 共12页", "— 3 —"])
def test_the_foot_of_a_page_stands_in_no_column(foot: str) -> None:
    rows = {**ROWS, "new": (ROWS["new"][0], [0, 26, 0, 0, 0, 0, 26])}
    lines = [f"{label} |\n" + " |\n".join(map(str, figures)) + "\n||" for label, figures in rows.values()]
    lines[0] = lines[0].replace("26 |", f"26 |\n{foot}", 1)
    report = report_of(["三、收到和处理政府信息公开申请情况", *lines], form="ogi-2021")
    figures = [report.cells[f"applications.new.{one}"].value for one in ("natural_person", "business", "total")]
    assert figures == [0, 26, 26]


def test_a_label_within_a_torn_longer_one_is_not_taken() -> None:
    text = "| 2.政府网站在线访次数 | 次 | 1 |\n| 其中:主负责同志参加政府网站在线访谈次数 | 次 | 0 |\n"
    (hit,) = spot(text, load_forms()["ogi-2014"]).hits
    assert [item.id for item in hit.items] == ["online_interviews_chief"]


def test_a_figure_and_the_label_below_it_are_no_numbered_label() -> None:
    """13 at the end of a row, and below it 其他法律……: not 3.其他."""
    text = "属于国家秘密\t0\t13\t0\t0\t0\t0\t13\n其他法律行政法规禁止公开\t2\t0\t0\t0\t0\t0\t2\n"
    named = [[item.id for item in hit.items] for hit in spot(text, load_forms()["ogi-2021"]).hits]
    assert named == [["refused_secret"], ["refused_law"]]


def test_figures_behind_quoted_heads_stand_under_those() -> None:
    heads = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
    told = [
        f'{{"项目":"{label}",{",".join(map(chr(34).join(["", "{}", ":{}"]).format, heads, figures))}}}'
        for label, figures in ROWS.values()
    ]
    cells = report_of(["三、收到和处理政府信息公开申请情况", *told], form="ogi-2021").cells
    ids = ["natural_person", "business", "research", "public_welfare", "legal_services", "other", "total"]
    for row, (_, figures) in ROWS.items():
        assert [cells[f"applications.{row}.{one}"].value for one in ids] == figures


def test_a_line_full_of_addresses_costs_no_more_than_its_length() -> None:
    """Read in the square of its length, it would not end."""
    tokens = list(scan_gap("a://" * 400_000 + "\t\n7", 0, 1_600_003, Cells(a_line=False)))
    assert isinstance(tokens[-1], Token) and tokens[-1].value == 7
