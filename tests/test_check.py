"""Findings name every operand, suspect a cell only where it is the one, and decide the verdict."""

from collections.abc import Iterable, Mapping

import pytest

from extractor import extract
from extractor.check import verdict
from extractor.forms.load import load_forms
from extractor.report import Cell, Finding, Report, Severity, Status, Verdict

FORM = load_forms()["ogi-2021"]
COLUMNS = ("natural_person", "business", "research", "public_welfare", "legal_services", "other", "total")
PREFACE = "按国办公开办函〔2021〕30号的格式编制。"

# A year with four applications: all identities hold, whatever is not listed is 0.
YEAR: dict[str, tuple[object, ...]] = {
    "new": (3, 1, 0, 0, 0, 0, 4),
    "carried_in": (1, 0, 0, 0, 0, 0, 1),
    "granted": (2, 0, 0, 0, 0, 0, 2),
    "unavailable_not_held": (1, 1, 0, 0, 0, 0, 2),
    "processed_total": (3, 1, 0, 0, 0, 0, 4),
    "carried_out": (1, 0, 0, 0, 0, 0, 1),
}


def report(rows: Mapping[str, Iterable[object]] | None = None, *, prose: str = "", lost: Iterable[str] = ()) -> Report:
    """The report of a paper that prints all tables: YEAR, but for `rows`, and 0 wherever nothing else is said."""
    figures = {**YEAR, **(rows or {})}
    lines = ["青溪县水利局2023年政府信息公开工作年度报告", PREFACE, "一、总体情况", prose]
    for table in FORM.tables:
        lines.append(table.titles[0])
        shown = [row for row in table.rows if row.id not in lost and (not row.optional or row.id in figures)]
        heads = [column.labels[0] for column in table.columns]
        lines.append("\t".join(["", *heads] if table.id == "applications" else heads))
        for row in shown:
            size = len(table.columns_of(row))
            lines.append("\t".join([row.labels[0], *map(str, figures.get(row.id, [0] * size))]))
    return extract("\n".join([*lines, "五、存在的主要问题及改进情况", "无。"]).encode(), name="report.txt")


def found(got: Report) -> dict[str, Finding]:
    assert len({finding.rule for finding in got.findings}) == len(got.findings)
    return {finding.rule: finding for finding in got.findings}


def row(name: str, table: str = "applications") -> tuple[str, ...]:
    return tuple(f"{table}.{name}.{column}" for column in FORM.table_by_id[table].column_by_id)


def test_nothing_found_is_clean() -> None:
    got = report()
    assert got.findings == ()
    assert got.verdict is Verdict.CLEAN


def test_blank_and_derived_cells_are_clean() -> None:
    got = report({"refused_secret": ("", "", "", "", "", "", 0), "partial": (0, "", 0, 0, 0, 0, 0)}, lost=["granted"])
    assert got.cells["applications.granted.natural_person"].status is Status.DERIVED
    assert got.findings == ()
    assert got.verdict is Verdict.CLEAN


@pytest.mark.parametrize("mark", ["/", "不适用"])
def test_not_applicable_is_looked_at(mark: str) -> None:
    got = report({"regulations": (mark, mark, mark)})
    assert got.cells["proactive.regulations.issued"].status is Status.NOT_APPLICABLE
    assert got.verdict is Verdict.REVIEW


def test_a_missing_cell_is_looked_at() -> None:
    assert report(lost=["licences"]).verdict is Verdict.REVIEW


def test_hongze_total_of_zero_over_ten_and_one() -> None:
    """As printed by hongze-2023: no part can be less than nothing, so only the total can be wrong."""
    got = report({"review": (10, 1, 0, 0, 0)})
    (finding,) = got.findings
    assert finding.rule == "review_litigation.row_sum.review"
    assert finding.severity is Severity.ERROR
    assert finding.cells == row("review", "review_litigation")
    assert dict(finding.operands) == dict(zip(finding.cells, (10, 1, 0, 0, 0), strict=True))
    assert finding.suspects == ("review_litigation.review.total",)
    assert "11" in finding.message
    assert [got.cells[cell].value for cell in finding.cells] == [10, 1, 0, 0, 0], "printed values stay"
    assert {got.cells[cell].status for cell in finding.cells} == {Status.REPORTED}
    assert got.verdict is Verdict.REVIEW


def test_no_suspect_where_several_cells_could_be_it() -> None:
    """10 + 1 over a total of 12: the total, or any of the parts."""
    (finding,) = report({"review": (10, 1, 0, 0, 12)}).findings
    assert finding.suspects == ()
    assert len(finding.operands) == 5


@pytest.mark.parametrize(
    ("rows", "suspect", "rules"),
    [
        (
            {"granted": (7, 0, 0, 0, 0, 0, 2)},
            "granted.natural_person",
            {"row_sum.granted", "outcomes.natural_person"},
        ),
        ({"new": (3, 1, 0, 0, 0, 0, 5)}, "new.total", {"row_sum.new", "balance.total"}),
        (
            {"processed_total": (9, 1, 0, 0, 0, 0, 4)},
            "processed_total.natural_person",
            {"row_sum.processed_total", "outcomes.natural_person", "balance.natural_person"},
        ),
    ],
)
def test_the_one_cell_that_explains_every_broken_identity(
    rows: dict[str, tuple[int, ...]], suspect: str, rules: set[str]
) -> None:
    got = report(rows)
    assert set(found(got)) == {f"applications.{rule}" for rule in rules}
    for finding in got.findings:
        assert finding.suspects == (f"applications.{suspect}",)
        assert set(finding.operands) == set(finding.cells)
        assert all(operand == got.cells[cell].value for cell, operand in finding.operands.items())


def test_two_figures_that_go_wrong_together_are_named_together() -> None:
    """The row of granted still adds up: both its columns are broken, and only this row is large enough for both."""
    got = report({"granted": (7, 0, 0, 0, 0, 0, 7)})
    assert set(found(got)) == {"applications.outcomes.natural_person", "applications.outcomes.total"}
    suspects = {finding.rule.rsplit(".", 1)[1]: set(finding.suspects) for finding in got.findings}
    assert suspects == {name: {f"applications.granted.{name}"} for name in ("natural_person", "total")}


def test_misprints_apart_are_located_apart() -> None:
    got = report({"review": (10, 1, 0, 0, 0), "new": (3, 1, 0, 0, 0, 0, 5)})
    assert found(got)["review_litigation.row_sum.review"].suspects == ("review_litigation.review.total",)
    assert found(got)["applications.row_sum.new"].suspects == ("applications.new.total",)


def test_a_subtotal_row_that_does_not_add_up() -> None:
    """The figure stays as printed, and a finding names it: as a broken sum, or as a row that may be another."""
    got = report({"unavailable": (1, 1, 0, 0, 0, 0, 3)})
    cell = "applications.unavailable.total"
    assert got.cells[cell].value == 3 and got.cells[cell].printed == "3"
    assert any(cell in finding.cells for finding in got.findings)
    assert all(set(finding.suspects) <= {cell} for finding in got.findings)
    assert got.verdict is Verdict.REVIEW


def test_a_subtotal_row_that_adds_up() -> None:
    got = report({"unavailable": (1, 1, 0, 0, 0, 0, 2)})
    assert got.findings == () and got.verdict is Verdict.CLEAN
    assert [got.cells[cell].status for cell in row("unavailable")] == [Status.REPORTED] * 7


def test_an_identity_broken_whatever_the_blank_means_counts_it_as_nothing() -> None:
    got = report({"new": (3, "", 0, 0, 0, 0, 2)})
    finding = found(got)["applications.row_sum.new"]
    assert finding.severity is Severity.WARNING
    assert finding.operands["applications.new.business"] is None
    assert got.cells["applications.new.business"].status is Status.BLANK


def test_what_the_kind_of_cell_does_not_admit() -> None:
    got = report({"licences": (1.5,), "penalties": (-3,)})
    for cell, value in (("proactive.licences.decisions", 1.5), ("proactive.penalties.decisions", -3)):
        state = got.cells[cell]
        about = [finding for finding in got.findings if cell in finding.cells]
        assert about, f"{state.value} in a cell of counts needs a word"
        assert state.status is Status.DISPUTED or about[0].severity is Severity.ERROR
        assert state.value is None or float(state.value) == value
    assert got.verdict is Verdict.REVIEW


def test_the_worst_comes_first() -> None:
    got = report({"review": (10, 1, 0, 0, 0), "new": (3, "", 0, 0, 0, 0, 2)})
    order = [Severity.ERROR, Severity.WARNING, Severity.INFO]
    ranks = [order.index(finding.severity) for finding in got.findings]
    assert ranks == sorted(ranks) and len(set(ranks)) > 1


def test_prose_that_disagrees_quotes_both() -> None:
    sentence = "2023年，我局共收到政府信息公开申请9件"
    got = report(prose=f"{sentence}，均按时答复。")
    (finding,) = got.findings
    assert finding.rule.startswith("prose.") and finding.severity is Severity.WARNING
    assert finding.cells == ("applications.new.total",)
    prose, table = finding.quotes
    assert "9件" in prose.text
    assert table.text == "4" and table == got.cells["applications.new.total"].evidence
    assert "9" in finding.message and "4" in finding.message
    assert got.cells["applications.new.total"].value == 4, "the table's figure stays"
    assert got.cells["applications.new.total"].status is Status.REPORTED
    assert got.verdict is Verdict.REVIEW


def test_prose_that_agrees_is_not_mentioned() -> None:
    got = report(prose="2023年，我局共收到政府信息公开申请4件，上年结转1件。")
    assert got.findings == ()
    assert got.verdict is Verdict.CLEAN


def test_prose_against_a_blank() -> None:
    blank = {"new": ("",) * 7, "carried_out": ("",) * 7, "processed_total": ("",) * 7}
    got = report(blank, prose="2023年，我局共收到政府信息公开申请9件。")
    cell = got.cells["applications.new.total"]
    assert any("applications.new.total" in finding.cells for finding in got.findings) or cell.value == 9
    assert got.verdict is Verdict.REVIEW


def test_only_a_note_leaves_the_verdict_clean() -> None:
    cells = dict.fromkeys(FORM.cells, Cell(0, Status.REPORTED))
    note = Finding("document.reading", Severity.INFO, "按 GB 18030 读取", "read as GB 18030")
    assert verdict(FORM, cells, [note]) is Verdict.CLEAN
    warning = Finding("document.ambiguous_row", Severity.WARNING, "两种读法", "two ways")
    assert verdict(FORM, cells, [note, warning]) is Verdict.REVIEW


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        (Status.REPORTED, Verdict.CLEAN),
        (Status.DERIVED, Verdict.CLEAN),
        (Status.BLANK, Verdict.CLEAN),
        (Status.CORRECTED, Verdict.REVIEW),
        (Status.DISPUTED, Verdict.REVIEW),
        (Status.NOT_APPLICABLE, Verdict.REVIEW),
        (Status.MISSING, Verdict.REVIEW),
    ],
)
def test_the_verdict_by_the_status_of_one_cell(status: Status, wanted: Verdict) -> None:
    cells = dict.fromkeys(FORM.cells, Cell(0, Status.REPORTED))
    cells["applications.new.total"] = Cell(None, status)
    assert verdict(FORM, cells, []) is wanted


def test_rows_that_need_not_be_printed_may_be_missing() -> None:
    cells = dict.fromkeys(FORM.cells, Cell(0, Status.REPORTED))
    missing = Cell(None, Status.MISSING)
    subtotals = {**cells, **dict.fromkeys(row("refused"), missing)}
    assert verdict(FORM, subtotals, []) is Verdict.CLEAN
    details = [cell for name in ("other_no_correction", "other_unpaid", "other_other") for cell in row(name)]
    assert verdict(FORM, {**cells, **dict.fromkeys(details, missing)}, []) is Verdict.CLEAN
    both = {**cells, **dict.fromkeys([*details, *row("other")], missing)}
    assert verdict(FORM, both, []) is Verdict.REVIEW
