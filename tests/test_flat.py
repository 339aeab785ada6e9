"""Flattened tables: what stands beside the figures must not become one, and what is lost must not be guessed."""

import pytest
from test_grids import ROWS

from extractor import Report, Status, extract
from extractor.forms.load import load_forms
from extractor.parse.text.spot import spot

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
