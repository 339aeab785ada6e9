"""The audit of several years: what the chains between two reports say, and what is made of it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.audit.audit import audit
from extractor.audit.chains import Shape, Unchecked, families
from extractor.audit.model import Figure, Filed, Kind
from extractor.forms.model import Form
from extractor.report import Severity, Status
from tests.audited import BLANK, FORMS, carried_in, carried_out, filed, found, of_kind, only, row, run

OUT = carried_out(12, 3, 0, 0, 0, 0, 15)
DISPUTED = Figure(15, Status.DISPUTED)


def stock(in_force: int, issued: int = 0, repealed: int = 0, kind: str = "normative_documents") -> dict[str, int]:
    cells = {"in_force": in_force, "issued": issued, "repealed": repealed}
    return {f"proactive.{kind}.{column}": value for column, value in cells.items()}


def cumulated(**rows: tuple[int | Decimal, int | Decimal]) -> dict[str, int | Decimal]:
    """Rows of Fujian's table as this year's figure and the cumulative one."""
    return {
        f"statistics.{name}.{column}": value
        for name, figures in rows.items()
        for column, value in zip(("year", "cumulative"), figures, strict=True)
    }


def fujian(year: int, **rows: tuple[int | Decimal, int | Decimal]) -> Filed:
    return filed(year, cumulated(**rows), form="ogi-fujian")


class TestRules:
    """The edges come from rules/: which of them is a total, and what shape they have, is told by the data alone."""

    def test_the_total_is_what_the_columns_add_up_to(self) -> None:
        (family,) = (one for one in families(FORMS["ogi-2021"]) if one.id == "applications.carry_over")
        wholes = {chain.edit.id.rsplit(".")[-1]: chain.whole for chain in family.chains}
        assert wholes.pop("total") is None
        assert set(wholes.values()) == {"applications.carry_over.total"}

    def test_shapes(self) -> None:
        shapes = {one.id: one.shape for form in FORMS.values() for one in families(form)}
        assert shapes == {
            "applications.carry_over": Shape.CARRIED,
            "proactive.in_force_carry": Shape.OTHER,
            "statistics.cumulative_carry": Shape.CUMULATIVE,
        }


class TestCarryOver:
    def test_what_is_carried_over_is_no_finding(self) -> None:
        audit = run(filed(2022, OUT), filed(2023, carried_in(12, 3, 0, 0, 0, 0, 15)))
        assert audit.findings == ()
        assert (audit.coverage.chains, audit.coverage.checked, audit.coverage.held) == (9, 7, 7)

    def test_a_break_is_told_with_its_figures(self) -> None:
        one = only(filed(2022, OUT), filed(2023, carried_in(12, 3, 0, 0, 0, 0, 12)))
        assert (one.rule, one.kind, one.severity) == ("applications.carry_over.total", Kind.BREAK, Severity.ERROR)
        assert (one.body, one.years) == ("青溪县教育局", (2022, 2023))
        assert one.message == "2023 上年结转政府信息公开申请数量 总计 12 ≠ 2022 结转下年度继续办理 总计 15"
        assert one.message_en == "carried_in.total 2023 = 12 ≠ carried_out.total 2022 = 15"
        assert [operand.to_dict()["cell"] for operand in one.operands] == [
            "applications.carried_in.total",
            "applications.carried_out.total",
        ]
        assert [operand.to_dict()["year"] for operand in one.operands] == [2023, 2022]
        assert one.operands[0].to_dict()["evidence"] == {"start": 3, "end": 5, "text": "12", "page": None}

    def test_the_total_comes_before_its_columns(self) -> None:
        rules = found(filed(2022, OUT), filed(2023, carried_in(2, 3, 0, 0, 0, 0, 14)))
        assert [rule.rsplit(".")[-1] for rule, _, _ in rules] == ["total", "natural_person"]

    @pytest.mark.parametrize("blank", [0, BLANK])
    def test_not_taken_over_at_all_is_one_finding(self, blank: int | Figure) -> None:
        one = only(filed(2022, OUT), filed(2023, carried_in(*[0] * 6, blank)))
        assert (one.rule, one.kind) == ("applications.carry_over", Kind.NOT_CARRIED)
        assert one.severity is (Severity.ERROR if blank == 0 else Severity.WARNING)
        assert "2022 结转下年度继续办理 则为 总计 15、自然人 12、商业企业 3" in one.message
        assert "carried_in 2023 is 0 throughout, carried_out 2022 is not: total 15" in one.message_en
        assert ("空白格按 0 计" in one.message) is (blank != 0)

    def test_columns_of_0_under_a_total_of_0_are_no_carry_over_lost(self) -> None:
        """Last year's report contradicts itself; its total was taken over."""
        rules = found(filed(2022, carried_out(5, 0, 0, 0, 0, 0, 0)), filed(2023, carried_in(*[0] * 7)))
        assert rules == [("applications.carry_over.natural_person", "break", "error")]

    def test_columns_that_changed_under_the_same_total(self) -> None:
        one = only(filed(2022, OUT), filed(2023, carried_in(13, 2, 0, 0, 0, 0, 15)))
        assert (one.rule, one.kind, one.severity) == ("applications.carry_over", Kind.RESHUFFLE, Severity.WARNING)
        assert (
            "总计 15 = 2022 结转下年度继续办理 总计 15，但其各部分不同：自然人 13 ≠ 12、商业企业 2 ≠ 3" in one.message
        )
        assert "natural_person 13 ≠ 12, business 2 ≠ 3" in one.message_en

    def test_one_column_under_the_same_total_is_a_break(self) -> None:
        rules = found(filed(2022, OUT), filed(2023, carried_in(12, 2, 0, 0, 0, 0, 15)))
        assert rules == [("applications.carry_over.business", "break", "error")]

    def test_a_blank_counts_as_nothing_and_is_said(self) -> None:
        one = only(filed(2022, OUT), filed(2023, carried_in(12, BLANK, 0, 0, 0, 0, 15)))
        assert (one.rule, one.severity) == ("applications.carry_over.business", Severity.WARNING)
        assert one.message.endswith("商业企业 空白 ≠ 2022 结转下年度继续办理 商业企业 3（空白格按 0 计）")
        assert (
            one.message_en
            == "carried_in.business 2023 = blank ≠ carried_out.business 2022 = 3 (blank cells count as 0)"
        )
        assert run(filed(2022, carried_out(*[0] * 7)), filed(2023, carried_in(*[BLANK] * 7))).findings == ()

    def test_a_repaired_figure_is_a_warning(self) -> None:
        repaired = carried_in(12, 3, 0, 0, 0, 0, Figure(14, Status.CORRECTED))
        assert only(filed(2022, OUT), filed(2023, repaired)).severity is Severity.WARNING

    @pytest.mark.parametrize("status", ["disputed", "not_applicable"])
    def test_what_is_not_certain_is_not_compared(self, status: str) -> None:
        doubted = carried_in(12, 3, 0, 0, 0, 0, Figure(None, Status(status)))
        audit = run(filed(2022, OUT), filed(2023, doubted))
        assert audit.findings == ()
        assert (audit.coverage.checked, audit.coverage.not_checked[Unchecked(status)]) == (6, 1)

    def test_what_is_missing_is_not_compared(self) -> None:
        audit = run(filed(2022, {}), filed(2023, carried_in(*[1] * 7)))
        assert audit.findings == ()
        # Seven columns carried over, two kinds of documents in force.
        assert (audit.coverage.checked, audit.coverage.not_checked) == (0, {Unchecked.MISSING: 9})

    def test_a_suspect_of_its_own_report_is_named(self) -> None:
        suspects = {"applications.carried_in.total": "applications.row_sum.carried_in"}
        one = only(filed(2022, OUT), filed(2023, carried_in(12, 3, 0, 0, 0, 0, 12), suspects=suspects))
        (suspect,) = one.suspects
        assert (suspect.cell, suspect.rule) == tuple(*suspects.items())
        assert suspect.to_dict()["year"] == 2023


class TestOtherIdentities:
    """Shapes that no form has today, but that rules may state."""

    rule: ClassVar = {
        "id": "no_more",
        "kind": "at_most",
        "table": "applications",
        "for_each": "column",
        "left": ["@refused", "other"],
        "last_year": ["@refused"],
        "only": ["total"],
        "message": "不多于上年",
    }

    @pytest.fixture
    def forms(self) -> dict[str, Form]:
        form = FORMS["ogi-2021"].model_dump()
        return {"ogi-2021": Form.model_validate(form | {"identities": [*form["identities"], self.rule]})}

    @pytest.mark.parametrize(("other", "broken"), [(2, False), (3, True)])
    def test_groups_subtotals_and_at_most(self, forms: dict[str, Form], other: int, broken: bool) -> None:
        """Last year printed the subtotal alone, this year the details alone."""
        details = {
            f"applications.{one.id}.total": 0 for one in FORMS["ogi-2021"].tables[1].rows if one.group == "refused"
        }
        details |= {"applications.refused_secret.total": 3, "applications.other.total": other}
        reports = [filed(2022, {"applications.refused.total": 5}), filed(2023, details)]
        findings = [one for one in audit(reports, forms).findings if one.rule == "applications.no_more.total"]
        assert [(one.kind, one.severity) for one in findings] == [(Kind.BREAK, Severity.ERROR)] * broken
        for one in findings:
            assert one.message_en.startswith("refused_secret.total 2023 3 + ")
            assert one.message_en.endswith(" = 3 > 2 (refused.total 2022 5 − other.total 2023 3)")


class TestInForce:
    def test_last_years_plus_issued_less_repealed(self) -> None:
        assert found(filed(2022, stock(20)), filed(2023, stock(23, 5, 2))) == []
        one = only(filed(2022, stock(20)), filed(2023, stock(30, 5, 2)))
        assert (one.rule, one.severity) == ("proactive.in_force_carry.normative_documents", Severity.WARNING)
        assert one.message == (
            "2023 行政规范性文件 现行有效件数 30 ≠ 23（2022 行政规范性文件 现行有效件数 20 + "
            "2023 行政规范性文件 本年制发件数 5 − 2023 行政规范性文件 本年废止件数 2）"
        )
        assert one.message_en.startswith(
            "normative_documents.in_force 2023 = 30 ≠ 23 (normative_documents.in_force 2022 20"
        )

    def test_a_stock_that_falls_does_not_begin_anew(self) -> None:
        assert only(filed(2022, stock(20)), filed(2023, stock(5, 5))).kind is Kind.BREAK


class TestCumulative:
    def test_last_years_plus_this_years(self) -> None:
        before = fujian(2015, disclosed=(40, 100), fee_waived=(Decimal("0.1"), Decimal("0.1")))
        after = fujian(2016, disclosed=(15, 115), fee_waived=(Decimal("0.2"), Decimal("0.3")))
        assert run(before, after).findings == ()

    def test_a_break(self) -> None:
        one = only(fujian(2015, disclosed=(40, 100), reviews=(1, 4)), fujian(2016, disclosed=(15, 125), reviews=(2, 6)))
        assert (one.rule, one.kind, one.severity) == (
            "statistics.cumulative_carry.disclosed",
            Kind.BREAK,
            Severity.WARNING,
        )
        assert one.message == (
            "2016 主动公开文件数 历年累计 125 ≠ "
            "115（2015 主动公开文件数 历年累计 100 + 2016 主动公开文件数 2016年度 15）"
        )

    def test_begun_anew_with_this_years_figures(self) -> None:
        before = fujian(2015, disclosed=(40, 100), received=(2, 9), complaints=(0, 0))
        one = only(before, fujian(2016, disclosed=(15, 15), received=(3, 3), complaints=(0, 0)))
        assert (one.rule, one.kind, one.severity) == ("statistics.cumulative_carry", Kind.RESTART, Severity.INFO)
        assert one.message == (
            "2016 历年累计 重新起算：2 项等于本年数："
            "主动公开文件数 15（上年 100）、受理政府信息公开申请总数 3（上年 9）"
        )
        assert one.message_en == (
            "cumulative 2016 begins anew: 2 just this year's: disclosed 15 (was 100), received 3 (was 9)"
        )

    def test_fallen_throughout(self) -> None:
        before = fujian(2015, disclosed=(40, 100), received=(2, 9))
        one = only(before, fujian(2016, disclosed=(15, 60), received=(3, 5)))
        assert (one.kind, one.severity) == (Kind.RESTART, Severity.WARNING)
        assert "0 项等于本年数，2 项小于 2015 年的数" in one.message

    def test_one_figure_that_fell_is_a_break(self) -> None:
        before = fujian(2015, disclosed=(40, 1000), received=(2, 9))
        assert only(before, fujian(2016, disclosed=(15, 115), received=(3, 12))).kind is Kind.BREAK
        assert only(fujian(2015, disclosed=(40, 1000)), fujian(2016, disclosed=(15, 115))).kind is Kind.BREAK

    def test_rows_that_the_edition_does_not_print_are_no_chains(self) -> None:
        before = fujian(2013, received=(4, 4), received_fax=(4, 4))
        audit = run(before, fujian(2014, received=(1, 5), received_letter_fax=(1, 5)))
        assert audit.coverage.not_checked[Unchecked.MISSING] == audit.coverage.chains - 1
        chains = [one.chains for one in (pair.coverage for pair in audit.bodies[0].pairs)]
        optional = sum(row.optional for row in FORMS["ogi-fujian"].tables[0].rows)
        details = sum(row.group == "answered" and not row.optional for row in FORMS["ogi-fujian"].tables[0].rows)
        assert chains == [len(FORMS["ogi-fujian"].edits_over_years) - optional - details + 1]


class TestYears:
    def test_reports_of_different_forms(self) -> None:
        """2020 has no stock of documents in force: that is counted; what is carried over is checked."""
        before = filed(2020, carried_out(1, 0, 0, 0, 0, 0, 1), form="ogi-2019")
        audit = run(before, filed(2021, carried_in(2, 0, 0, 0, 0, 0, 2) | stock(5)))
        assert {one.rule for one in audit.findings} == {
            "applications.carry_over.total",
            "applications.carry_over.natural_person",
        }
        assert audit.coverage.not_checked == {Unchecked.NO_SUCH_CELL: 2}
        assert audit.coverage.checked == 7

    def test_a_provincial_table_before_has_none_of_the_cells(self) -> None:
        audit = run(fujian(2018, disclosed=(1, 1)), filed(2019, carried_in(*[5] * 7), form="ogi-2019"))
        assert audit.findings == ()
        assert audit.coverage.not_checked == {Unchecked.NO_SUCH_CELL: 7}

    def test_a_gap_is_told_and_not_checked_across(self) -> None:
        one = only(filed(2020, OUT, form="ogi-2019"), filed(2023, carried_in(*[9] * 7)))
        assert (one.rule, one.kind, one.severity, one.years) == ("body.gap", Kind.GAP, Severity.INFO, (2020, 2023))
        assert one.message == "缺 2021、2022 年的报告，2020 年与 2023 年之间不核对"
        assert one.message_en == "no report for 2021, 2022: nothing is checked between 2020 and 2023"
        assert "1951 至 2020" in only(filed(1950, {}), filed(2021, {})).message

    def test_one_report_has_nothing_to_be_compared_with(self) -> None:
        audit = run(filed(2022, OUT))
        assert (audit.findings, audit.alone, audit.coverage.chains) == ((), 1, 0)

    def test_a_form_that_is_not_known_is_left_out(self) -> None:
        stranger = Filed("a.json", "", None, "ogi-2030", "青溪县教育局", 2030, {}, {}, 0)
        (left_out,) = run(stranger).not_audited
        assert (left_out.reason, left_out.failed) == ("its form 'ogi-2030' is not known here", False)


class TestDuplicates:
    def test_reports_that_agree_are_a_note(self) -> None:
        one = only(filed(2022, OUT, name="a.html"), filed(2022, OUT, name="b.html"))
        assert (one.rule, one.kind, one.severity, one.operands) == ("body.duplicate", Kind.DUPLICATE, Severity.INFO, ())
        assert "数字一致。优先采用 a.html" in one.message

    def test_reports_that_differ_name_the_cells(self) -> None:
        fuller = filed(2022, OUT | stock(20), name="b.html")
        poorer = filed(2022, carried_out(12, 2, 0, 0, 0, 0, 15), name="a.html")
        one = only(poorer, fuller)
        assert one.severity is Severity.WARNING
        assert "数字不一致：结转下年度继续办理 商业企业 3 / 2。优先采用 b.html" in one.message
        assert "carried_out.business 3 / 2. b.html is preferred (b.html has 10 of the figures needed" in one.message_en
        assert {operand.cell for operand in one.operands} == {"applications.carried_out.business"}
        assert [operand.figure.value for operand in one.operands] == [3, 2]

    def test_the_better_one_is_compared(self) -> None:
        poorer = filed(2022, OUT, name="a.html", errors=1)
        better = filed(2022, carried_out(12, 2, 0, 0, 0, 0, 14), name="b.html")
        next_year = filed(2023, carried_in(12, 2, 0, 0, 0, 0, 14))
        assert [one.kind for one in run(poorer, better, next_year).findings] == [Kind.DUPLICATE]

    def test_a_figure_that_one_could_not_read_is_no_difference(self) -> None:
        doubted = filed(2022, carried_out(12, DISPUTED, 0, 0, 0, 0, 15), name="b.html")
        assert only(filed(2022, OUT, name="a.html"), doubted).severity is Severity.INFO

    def test_two_forms_of_one_year_are_both_used(self) -> None:
        national = filed(2016, {"statistics.received.year": 3}, form="ogi-2014", name="a.html")
        notes = run(fujian(2015, received=(4, 4)), fujian(2016, received=(3, 8)), national).findings
        assert [one.rule for one in notes] == ["statistics.cumulative_carry.received", "body.duplicate"]


class TestOrder:
    def test_worst_first(self) -> None:
        reports = [
            filed(2022, OUT | stock(20)),
            filed(2023, carried_in(12, 3, 0, 0, 0, 0, 14) | stock(3), name="x"),
            filed(2022, carried_out(9, 0, 0, 0, 0, 0, 9), organ="石桥县教育局"),
            filed(2023, carried_in(*[0] * 7), organ="石桥县教育局"),
            filed(2022, carried_out(9, 0, 0, 0, 0, 0, 9), organ="白石区教育局"),
            filed(2023, carried_in(9, 0, 0, 0, 0, 0, 1), organ="白石区教育局"),
            filed(2025, {}, organ="白石区教育局"),
        ]
        told = [(one.kind.value, one.severity.value, one.body) for one in run(*reports).findings]
        assert told == [
            ("not_carried", "error", "石桥县教育局"),
            ("break", "error", "白石区教育局"),
            ("break", "error", "青溪县教育局"),
            ("break", "warning", "青溪县教育局"),
            ("gap", "info", "白石区教育局"),
        ]

    figures = st.one_of(st.integers(0, 3), st.just(BLANK), st.just(DISPUTED))
    rows = st.lists(figures, min_size=7, max_size=7)

    @st.composite
    @staticmethod
    def reports(draw: st.DrawFn) -> list[Filed]:
        organs = st.sampled_from(["海沧区教育局", "厦门市海沧区教育局", "海滄區教育局", "石桥县教育局"])
        some = []
        for number in range(draw(st.integers(1, 8))):
            values = row("carried_in", *draw(TestOrder.rows)) | row("carried_out", *draw(TestOrder.rows))
            year = draw(st.integers(2021, 2024))
            some.append(filed(year, values, organ=draw(organs), name=f"{number}.html", errors=draw(st.integers(0, 1))))
        return some

    @given(st.data())
    def test_the_order_of_the_reports_changes_nothing(self, data: st.DataObject) -> None:
        reports: Sequence[Filed] = data.draw(TestOrder.reports())
        shuffled = data.draw(st.permutations(reports))
        assert run(*shuffled).to_dict() == run(*reports).to_dict()


def test_every_kind_is_made_somewhere() -> None:
    assert of_kind(Kind.GAP, filed(2021, {}), filed(2023, {}))
    assert set(Kind) == {"break", "not_carried", "reshuffle", "restart", "duplicate", "ambiguous", "gap"}
