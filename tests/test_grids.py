"""Grids: which column and row of the form a figure belongs to, by the heads over it and the labels beside it."""

from collections.abc import Sequence

import pytest

from extractor import extract
from extractor.report import Cell, Number, Report, Status

APPLICANTS = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
APPLICANT_IDS = ["natural_person", "business", "research", "public_welfare", "legal_services", "other", "total"]
OUTCOMES = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
OUTCOME_IDS = ["upheld", "corrected", "other", "pending", "total"]
KINDS = ["行政复议", "未经复议直接起诉", "复议后起诉"]
KIND_IDS = ["review", "litigation_direct", "litigation_after_review"]
ROWS = {
    "new": ("一、本年新收政府信息公开申请数量", [9, 3, 1, 0, 2, 4, 19]),
    "carried_in": ("二、上年结转政府信息公开申请数量", [2, 0, 0, 0, 0, 0, 2]),
    "granted": ("（一）予以公开", [5, 1, 1, 0, 2, 4, 13]),
    "partial": ("（二）部分公开", [4, 2, 0, 0, 0, 0, 6]),
    "processed_total": ("（七）总计", [9, 3, 1, 0, 2, 4, 19]),
    "carried_out": ("四、结转下年度继续办理", [2, 0, 0, 0, 0, 0, 2]),
}
REVIEW = [[2, 1, 0, 3, 6], [1, 0, 4, 0, 5], [0, 2, 1, 0, 3]]
PROACTIVE = "<p>二、主动公开政府信息情况</p>"
APPLICATIONS = "<p>三、收到和处理政府信息公开申请情况</p>"
LITIGATION = "<p>四、政府信息公开行政复议、行政诉讼情况</p>"


def line(*cells: object) -> str:
    """A row of cells; a cell may bring its own tag."""
    return "<tr>" + "".join(c if c.startswith("<") else f"<td>{c}</td>" for c in map(str, cells)) + "</tr>"


def table(*lines: str) -> str:
    return f"<table>{''.join(lines)}</table>"


def read(*parts: str, form: str = "ogi-2021", year: int = 2023) -> Report:
    body = f"<h1>甲市乙局{year}年政府信息公开工作年度报告</h1>{''.join(parts)}<p>五、存在的主要问题及改进情况</p>"
    return extract(f"<html><body>{body}</body></html>".encode(), name="a.html", form=form)


def values(report: Report, prefix: str, ids: Sequence[str]) -> list[Number | None]:
    return [report.cells[f"{prefix}.{one}"].value for one in ids]


def cells(report: Report, prefix: str) -> list[Cell]:
    return [cell for name, cell in report.cells.items() if name.startswith(prefix)]


def sure(report: Report, prefix: str) -> bool:
    return all(cell.status is Status.REPORTED for cell in cells(report, prefix))


def applications(order: Sequence[int]) -> str:
    head = line("申请人情况", *(APPLICANTS[one] for one in order))
    return APPLICATIONS + table(
        head, *(line(label, *(figures[one] for one in order)) for label, figures in ROWS.values())
    )


@pytest.mark.parametrize("order", [[1, 2, 3, 4, 5, 0, 6], [6, 0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0, 6]])
def test_heads_decide_the_column(order: list[int]) -> None:
    report = read(applications(order))
    for row, (_, figures) in ROWS.items():
        assert values(report, f"applications.{row}", APPLICANT_IDS) == figures
        assert sure(report, f"applications.{row}.")


def test_heads_against_the_sums_are_doubted() -> None:
    swapped = [1, 2, 3, 4, 5, 6, 0]  # the heads say so, the figures stand in the form's order
    head = line("申请人情况", *(APPLICANTS[one] for one in swapped))
    report = read(APPLICATIONS, table(head, *(line(label, *figures) for label, figures in ROWS.values())))
    assert all(cell.status is Status.DISPUTED for cell in cells(report, "applications.new."))


def test_spans_that_lie_do_not_move_figures() -> None:
    report = read(
        APPLICATIONS,
        table(
            line("<td colspan=2 rowspan=2>申请人情况</td>", "<td rowspan=2>自然人</td>")[:-5]
            + "<td colspan=3>法人或其他组织</td><td rowspan=2>总计</td></tr>",
            line(*(f"<td colspan={2 if one == '科研机构' else 1}>{one}</td>" for one in APPLICANTS[1:-1])),
            *(line(f"<td colspan=3>{label}</td>", *figures) for label, figures in ROWS.values()),
        ),
    )
    for row, (_, figures) in ROWS.items():
        assert values(report, f"applications.{row}", APPLICANT_IDS) == figures
        assert sure(report, f"applications.{row}.")


def proactive(heads: Sequence[str], *rows: Sequence[object]) -> str:
    return PROACTIVE + table(line("信息内容", *heads), *(line(*row) for row in rows))


THREE = ["本年制发件数", "本年废止件数", "现行有效件数"]


def test_heads_of_a_table_without_sums() -> None:
    report = read(proactive([THREE[2], THREE[0], THREE[1]], ["规章", 7, 2, 1], ["行政规范性文件", 37, 5, 3]))
    assert values(report, "proactive.regulations", ["issued", "repealed", "in_force"]) == [2, 1, 7]
    assert values(report, "proactive.normative_documents", ["issued", "repealed", "in_force"]) == [5, 3, 37]
    assert sure(report, "proactive.regulations.")


@pytest.mark.parametrize(
    "heads", [["现行有效件数", "甲类", "本年制发件数"], ["现行有效件数", "本年制发件数", "本年制发件数"]]
)
def test_heads_read_in_part_are_doubted(heads: list[str]) -> None:
    report = read(proactive(heads, ["规章", 7, 2, 1], ["行政规范性文件", 37, 5, 3]))
    assert not any(cell.status is Status.REPORTED for cell in cells(report, "proactive.regulations."))


@pytest.mark.parametrize("figures", [[5, 37], [37], ["<td colspan=2>5</td>", 37]])
def test_a_row_with_fewer_cells_is_not_filled_from_the_left(figures: list[object]) -> None:
    report = read(proactive(THREE, ["规章", 0, 0, 2], ["行政规范性文件", *figures]))
    assert not any(cell.status is Status.REPORTED for cell in cells(report, "proactive.normative_documents."))
    assert sure(report, "proactive.regulations.")


def test_a_short_row_under_a_rowspan_goes_by_its_columns() -> None:
    report = read(
        PROACTIVE,
        table(
            line("信息内容", *THREE),
            line("规章", 1, "<td rowspan=2></td>", 2),
            line("行政规范性文件", 5, 37),
        ),
    )
    assert values(report, "proactive.normative_documents", ["issued", "repealed", "in_force"]) == [5, None, 37]


def test_columns_that_are_not_printed_are_missing() -> None:
    report = read(
        APPLICATIONS,
        table(
            line("项目", "自然人", "法人或其他组织", "总计"),
            *(line(label, row[0], row[6] - row[0], row[6]) for label, row in ROWS.values()),
        ),
    )
    for row, (_, figures) in ROWS.items():
        assert values(report, f"applications.{row}", ["natural_person", "total"]) == [figures[0], figures[6]]
        assert report.cells[f"applications.{row}.business"].status in (Status.MISSING, Status.DERIVED)
    assert report.cells["applications.new.business"].status is Status.MISSING


def test_a_column_of_the_review_table_that_is_not_printed() -> None:
    heads = [head for head in OUTCOMES if head != "其他结果"]
    rows = [line(kind, *(row[:2] + row[3:])) for kind, row in zip(KINDS, REVIEW, strict=True)]
    report = read(LITIGATION, table(line("", *heads), *rows))
    assert values(report, "review_litigation.review", OUTCOME_IDS) == [2, 1, 0, 3, 6]
    assert report.cells["review_litigation.review.other"].status is Status.DERIVED
    assert report.cells["review_litigation.litigation_direct.pending"].value == 0


def test_shares_and_last_year_are_no_columns() -> None:
    heads = [head for one in APPLICANTS for head in (one, "占比")]
    rows = [line(label, *(one for figure in row for one in (figure, "5.0%"))) for label, row in ROWS.values()]
    report = read(APPLICATIONS, table(line("项目", *heads), *rows))
    assert values(report, "applications.new", APPLICANT_IDS) == ROWS["new"][1]
    assert sure(report, "applications.new.")
    report = read(proactive(["上年处理决定数量", "本年处理决定数量"], ["行政许可", 999, 1234]))
    assert report.cells["proactive.licences.decisions"].value == 1234
    assert sure(report, "proactive.licences.")


def test_year_heads_hold_for_their_table_only() -> None:
    report = read(
        PROACTIVE,
        table(line("信息内容", "2022年", "2023年"), line("行政许可", 999, 1234), line("行政处罚", 77, 86)),
        table(line("信息内容", *THREE), line("规章", 0, 1, 2), line("行政规范性文件", 5, 3, 37)),
    )
    assert report.cells["proactive.licences.decisions"].value == 1234
    assert values(report, "proactive.normative_documents", ["issued", "repealed", "in_force"]) == [5, 3, 37]


@pytest.mark.parametrize(
    ("heads", "figures"),
    [
        (["2013年度", "历年累计"], [5, 90]),
        (["历年累计", "2013年度"], [90, 5]),
        (["2012年度", "2013年度", "历年累计"], [7, 5, 90]),
        (["2013年度", "同比增减", "历年累计"], [5, -2, 90]),
    ],
)
def test_year_and_total_by_their_heads(heads: list[str], figures: list[int]) -> None:
    lines = [line(label, "件", *figures) for label in ("行政复议数", "行政诉讼数", "受理政府信息公开申请总数")]
    report = read(table(line("指标名称", "计量单位", *heads), *lines), form="ogi-fujian", year=2013)
    assert values(report, "statistics.reviews", ["year", "cumulative"]) == [5, 90]


def test_a_year_column_alone_leaves_the_other_out() -> None:
    lines = [line(label, "件", 5) for label in ("行政复议数", "行政诉讼数", "受理政府信息公开申请总数")]
    report = read(table(line("指标名称", "计量单位", "2013年度"), *lines), form="ogi-fujian", year=2013)
    assert values(report, "statistics.reviews", ["year", "cumulative"]) == [5, None]
    assert report.cells["statistics.reviews.cumulative"].status is Status.MISSING


@pytest.mark.parametrize("order", [[1, 0, 2, 3, 4], [4, 0, 1, 2, 3]])
def test_review_rows_with_heads_in_another_order(order: list[int]) -> None:
    head = line("", *(OUTCOMES[one] for one in order))
    rows = [line(kind, *(row[one] for one in order)) for kind, row in zip(KINDS, REVIEW, strict=True)]
    report = read(LITIGATION, table(head, *rows))
    for kind, figures in zip(KIND_IDS, REVIEW, strict=True):
        assert values(report, f"review_litigation.{kind}", OUTCOME_IDS) == figures
        assert sure(report, f"review_litigation.{kind}.")


def test_review_blocks_in_another_order() -> None:
    report = read(
        LITIGATION,
        table(
            line("<td colspan=10>行政诉讼</td>", "<td colspan=5>行政复议</td>"),
            line(
                "<td colspan=5>复议后起诉</td>",
                "<td colspan=5>未经复议直接起诉</td>",
                *(f"<td rowspan=2>{one}</td>" for one in OUTCOMES),
            ),
            line(*OUTCOMES, *OUTCOMES),
            line(*REVIEW[2], *REVIEW[1], *REVIEW[0]),
        ),
    )
    for kind, figures in zip(KIND_IDS, REVIEW, strict=True):
        assert values(report, f"review_litigation.{kind}", OUTCOME_IDS) == figures
        assert sure(report, f"review_litigation.{kind}.")


def test_review_line_with_swapped_columns_in_every_block() -> None:
    order = [1, 0, 2, 3, 4]
    report = read(
        LITIGATION,
        table(
            line(*(f"<td colspan=5>{kind}</td>" for kind in KINDS)),
            line(*(OUTCOMES[one] for _ in KINDS for one in order)),
            line(*(row[one] for row in REVIEW for one in order)),
        ),
    )
    for kind, figures in zip(KIND_IDS, REVIEW, strict=True):
        assert values(report, f"review_litigation.{kind}", OUTCOME_IDS) == figures


def test_a_table_printed_with_its_columns_as_rows() -> None:
    heads = line("申请人类型", *(label for label, _ in ROWS.values()))
    rows = [line(one, *(row[at] for _, row in ROWS.values())) for at, one in enumerate(APPLICANTS)]
    report = read(APPLICATIONS, table(heads, *rows))
    for row, (_, figures) in ROWS.items():
        assert values(report, f"applications.{row}", APPLICANT_IDS) == figures
        assert sure(report, f"applications.{row}.")


def test_review_with_outcomes_as_rows_under_two_storeys() -> None:
    report = read(
        LITIGATION,
        table(
            line("<td rowspan=2>结果</td>", "<td rowspan=2>行政复议</td>", "<td colspan=2>行政诉讼</td>"),
            line("未经复议直接起诉", "复议后起诉"),
            *(line(one, *(row[at] for row in REVIEW)) for at, one in enumerate(OUTCOMES)),
        ),
    )
    for kind, figures in zip(KIND_IDS, REVIEW, strict=True):
        assert values(report, f"review_litigation.{kind}", OUTCOME_IDS) == figures


def test_a_turned_table_with_a_label_of_no_column_is_doubted() -> None:
    heads = line("申请人类型", *(label for label, _ in ROWS.values()))
    rows = [line(one, *(row[at] for _, row in ROWS.values())) for at, one in enumerate([*APPLICANTS[:2], "某某"])]
    report = read(APPLICATIONS, table(heads, *rows))
    assert all(report.cells[f"applications.{row}.natural_person"].status is Status.DISPUTED for row in ROWS)


def test_another_table_with_a_few_short_labels_is_not_believed() -> None:
    strange = "<h3>附表：行政执法统计</h3>" + table(
        line("项目", "数量"), line("行政许可", 5555), line("行政处罚", 666), line("行政强制", 77), line("其它事项", 4)
    )
    report = read(APPLICATIONS, strange)
    assert not any(cell.status is Status.REPORTED for cell in cells(report, "proactive."))
    own = proactive(["本年处理决定数量"], ["行政许可", 1], ["行政处罚", 2], ["行政强制", 3])
    report = read(own, APPLICATIONS, strange)
    assert report.cells["proactive.licences.decisions"].value == 1
    assert sure(report, "proactive.licences.")


def test_a_title_is_evidence_enough() -> None:
    report = read(PROACTIVE, table(line("行政许可", 12), line("行政处罚", 3)))
    assert report.cells["proactive.licences.decisions"].status is Status.REPORTED


def test_two_halves_side_by_side() -> None:
    rows = list(ROWS.values())
    both = zip(rows[:3], rows[3:], strict=True)
    report = read(
        APPLICATIONS,
        table(
            line("项目", *APPLICANTS, "项目", *APPLICANTS),
            *(line(left[0], *left[1], right[0], *right[1]) for left, right in both),
        ),
    )
    for row, (_, figures) in ROWS.items():
        assert values(report, f"applications.{row}", APPLICANT_IDS) == figures


def test_labels_written_over_by_zero_and_a_line_that_counts_the_columns() -> None:
    secret, law = [0, 0, 1, 0, 0, 0, 1], [3, 0, 0, 0, 0, 0, 3]
    report = read(
        APPLICATIONS,
        table(
            line("<td colspan=2>项目</td>", *APPLICANTS),
            line("<td colspan=2>甲</td>", *range(1, 8)),
            line("<td colspan=2>（二）部分公开</td>", 1, 0, 0, 0, 0, 0, 1),
            line("<td rowspan=3>（三）不予公开</td>", 0, *secret),
            line(0, *law),
            line("3.危及“三安全一稳定”", *secret),
        ),
    )
    assert values(report, "applications.refused_secret", APPLICANT_IDS) == secret
    assert values(report, "applications.refused_law", APPLICANT_IDS) == law


@pytest.mark.parametrize("name", ["小计", "合计"])
def test_a_subtotal_in_the_rows_of_its_group_is_kept_as_printed(name: str) -> None:
    rows = [[3, 0, 0, 0, 0, 0, 3], [2, 0, 0, 0, 0, 0, 2], [0, 1, 0, 0, 0, 0, 1]]
    labels = ["1.本机关不掌握相关政府信息", "2.没有现成信息需要另行制作", "3.补正后申请内容仍不明确"]
    misprinted = [5, 1, 0, 0, 0, 0, 7]
    report = read(
        APPLICATIONS,
        table(
            line("<td colspan=2>申请人情况</td>", *APPLICANTS),
            line("<td colspan=2>（一）予以公开</td>", *ROWS["granted"][1]),
            line("<td rowspan=4>（四）无法提供</td>", labels[0], *rows[0]),
            *(line(label, *row) for label, row in zip(labels[1:], rows[1:], strict=True)),
            line(name, *misprinted),
        ),
    )
    assert values(report, "applications.unavailable", APPLICANT_IDS) == misprinted
    assert report.findings


def test_a_head_that_was_misread_as_a_figure_is_a_head() -> None:
    """总计 recognised as 2, in a scan: it reaches down beside the lower storey, as 自然人 does."""
    head = (
        "<tr><td colspan=3 rowspan=3>申请人</td><td colspan=7>申请人情况</td></tr>"
        "<tr><td rowspan=2>自然人</td><td colspan=5>法人或其他组织</td><td rowspan=2>2</td></tr>"
        "<tr><td>商业企业</td><td>科研机构</td><td>社会公益组织</td><td>法律服务机构</td><td>其他</td></tr>"
    )
    labels = ("一、本年新收政府信息公开申请数量", "二、上年结转政府信息公开申请数量", "四、结转下年度继续办理")
    figures = ((9, 2, 0, 0, 1, 0, 12), (1, 0, 0, 0, 0, 0, 1), (0, 2, 0, 0, 0, 0, 2))
    rows = "".join(
        f"<tr><td colspan=3>{label}</td>{''.join(f'<td>{figure}</td>' for figure in row)}</tr>"
        for label, row in zip(labels, figures, strict=True)
    )
    page = f"<h1>青溪县水利局2023年政府信息公开工作年度报告</h1><table>{head}{rows}</table>"
    report = extract(page.encode(), name="report.html", form="ogi-2021")
    columns = ("natural_person", "business", "research", "public_welfare", "legal_services", "other", "total")
    for row, wanted in zip(("new", "carried_in", "carried_out"), figures, strict=True):
        cells = [report.cells[f"applications.{row}.{column}"] for column in columns]
        assert tuple(cell.value for cell in cells) == wanted
        assert {cell.status for cell in cells} == {Status.REPORTED}


@pytest.mark.parametrize(
    "years", [("2022年", "2023年"), ("2023年度", "2022年度"), ("上年", "本年"), ("本年度", "上年度")]
)
def test_each_column_may_be_parted_in_years(years: tuple[str, str]) -> None:
    own = next(place for place, name in enumerate(years) if name.startswith(("2023", "本")))

    def pair(figure: int) -> list[int]:
        return [figure, figure + 1] if own == 0 else [figure + 1, figure]

    heads = line("<td rowspan=2>项目</td>", *(f"<td colspan=2>{one}</td>" for one in APPLICANTS))
    rows = [line(label, *(one for figure in figures for one in pair(figure))) for label, figures in ROWS.values()]
    report = read(APPLICATIONS, table(heads, line(*(years * 7)), *rows))
    for row, (_, figures) in ROWS.items():
        assert values(report, f"applications.{row}", APPLICANT_IDS) == figures
        assert sure(report, f"applications.{row}.")


def test_columns_of_two_other_years_are_not_read() -> None:
    heads = line("<td rowspan=2>项目</td>", "<td colspan=7>2020年</td>", "<td colspan=7>2021年</td>")
    rows = [line(label, *figures, *figures) for label, figures in ROWS.values()]
    report = read(APPLICATIONS, table(heads, line(*APPLICANTS * 2), *rows))
    assert not any(cell.status is Status.REPORTED for cell in cells(report, "applications."))


def test_gaps_between_all_columns_are_no_cells() -> None:
    heads = line("<td>项目</td>", *(f"<td>{one}</td>" for one in APPLICANTS))
    gap = "<td>&nbsp;</td>"
    rows = [
        line(label, *(cell for figure in figures for cell in (f"<td>{figure}</td>", gap)))
        for label, figures in ROWS.values()
    ]
    report = read(APPLICATIONS, table(heads, *rows))
    for row, (_, figures) in ROWS.items():
        assert values(report, f"applications.{row}", APPLICANT_IDS) == figures


def test_figures_stand_under_their_heads_though_a_head_of_labels_is_read_among_them() -> None:
    """A narrow empty column, and a head above that seems to hold two: in their order the heads lie one cell off."""
    rows = [line(label, *figures[:3], "", *figures[3:]) for label, figures in ROWS.values()]
    html = APPLICATIONS + table(
        line(
            "（本列数据）", "<td rowspan=2>自然人</td>", "<td colspan=6>法人或其他组织</td>", "<td rowspan=2>总计</td>"
        ),
        line("某某", *APPLICANTS[1:3], "", *APPLICANTS[3:6]),
        *rows,
    )
    report = read(html)
    for row, (_, figures) in ROWS.items():
        assert values(report, f"applications.{row}", APPLICANT_IDS) == figures


def test_a_head_that_holds_two_makes_the_row_doubtful() -> None:
    """Seven figures under six heads: nothing says which head is two."""
    heads = [*APPLICANTS[:4], "法律服务其机构他", "总计"]
    html = APPLICATIONS + table(
        line("申请人情况", *heads), *(line(label, *figures) for label, figures in ROWS.values())
    )
    report = read(html)
    for row, (_, figures) in ROWS.items():
        wrong = [
            one
            for one, figure in zip(cells(report, f"applications.{row}."), figures, strict=True)
            if one.status is Status.REPORTED and one.value != figure
        ]
        assert wrong == []
