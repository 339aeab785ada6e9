"""What two recognitions of a picture say, from the readings to the cells. No picture is read here."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from extractor.forms.load import load_forms
from extractor.parse.readings import Origin
from extractor.parse.tables import read_tables
from extractor.pipeline import extract_document
from extractor.read.document import Document
from extractor.read.flow import Flow, FlowCell, Word
from extractor.read.fold import fold
from extractor.read.limits import Limits
from extractor.read.pages import Page
from extractor.read.picture.figures import UNREADABLE, Seen, as_figure, both, may_be_figure, settled
from extractor.read.picture.pieces import ScannedTable, TextLine, put_pieces
from extractor.report import Cell, Report, Source, Status

FORM = load_forms()["ogi-2021"]
TABLE = FORM.table_by_id["applications"]
BOX = (10.0, 10.0, 20.0, 20.0)
# All identities hold; what is not listed is 0.
YEAR = {
    "new": (33, 8, 0, 0, 0, 0, 41),
    "carried_in": (1, 0, 0, 0, 0, 0, 1),
    "granted": (22, 0, 0, 0, 0, 0, 22),
    "unavailable_not_held": (11, 8, 0, 0, 0, 0, 19),
    "processed_total": (33, 8, 0, 0, 0, 0, 41),
    "carried_out": (1, 0, 0, 0, 0, 0, 1),
}


def document(
    first: Mapping[str, str] | None = None,
    second: Mapping[str, str | None] | None = None,
    *,
    page: Page | None = None,
    outside: Mapping[str, tuple[str, str | None]] | None = None,
    sentence: str = "",
) -> Document:
    """A scanned page that prints YEAR. `first`, `second`: what the two recognitions see in some cells ("new.total")
    instead; `outside`: of normative documents, by column."""
    first, second, outside = first or {}, second or {}, outside or {}
    flow = Flow(Limits())
    flow.paragraph([Word("青溪县水利局2023年政府信息公开工作年度报告", 1, BOX)])
    flow.paragraph([Word("按国办公开办函〔2021〕30号的格式编制。", 1, BOX)])
    if sentence:
        flow.paragraph([Word(sentence, 1, BOX)])
    flow.paragraph([Word("二、主动公开政府信息情况", 1, BOX)])
    heads = ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"]
    seen = [outside.get(column, ("5", "5")) for column in ("issued", "repealed", "in_force")]
    flow.table([[_label(head) for head in heads], [_label("行政规范性文件"), *(_figure(*one) for one in seen)]])
    flow.paragraph([Word(TABLE.titles[0], 1, BOX)])
    rows = [[_label(""), *(_label(column.labels[0]) for column in TABLE.columns)]]
    for row in TABLE.rows:
        if not row.optional:
            cells = [_label(row.labels[0])]
            for column, value in zip(TABLE.column_ids, YEAR.get(row.id, (0,) * 7), strict=True):
                name = f"{row.id}.{column}"
                shown = first.get(name, str(value))
                cells.append(_figure(shown, second.get(name, shown)))
            rows.append(cells)
    flow.table(rows)
    parts = flow.finish([page or Page(600, 800, scanned=True)])
    return Document(Source("scan", "", "image/png"), parts.text, fold(parts.text), parts.grids, (), parts.pages)


def _label(text: str) -> FlowCell:
    return FlowCell([Word(text, 1, BOX)] if text else [])


def _figure(text: str, second: str | None) -> FlowCell:
    return FlowCell([Word(text, 1, BOX, second)] if text else [])


def report(*arguments: Mapping[str, str], **options: object) -> Report:
    return extract_document(document(*arguments, **options))  # type: ignore[arg-type]


def cell(got: Report, name: str) -> Cell:
    return got.cells[f"applications.{name}"]


class TestTwoRecognitions:
    def test_what_is_read_from_a_scanned_page_is_of_the_scan(self) -> None:
        choices = read_tables(document(), FORM, 2023).choices
        assert choices and {choice.origin for choice in choices} == {Origin.SCAN}
        printed = read_tables(document(page=Page(600, 800)), FORM, 2023).choices
        assert {choice.origin for choice in printed} == {Origin.GRID}

    def test_figures_that_add_up_are_reported(self) -> None:
        got = report()
        assert {one.status for one in got.cells.values() if one.value is not None} == {Status.REPORTED, Status.DERIVED}
        assert not [one for one in got.findings if one.severity == "error"]

    def test_a_slip_of_the_source_is_not_undone_where_both_agree(self) -> None:
        got = report({"granted.natural_person": "72"})
        assert (cell(got, "granted.natural_person").value, cell(got, "granted.natural_person").status) == (
            72,
            "reported",
        )
        suspects = {name for finding in got.findings for name in finding.suspects}
        assert "applications.granted.natural_person" in suspects

    def test_a_slip_of_one_recognition_alone_is_weighed_as_before(self) -> None:
        got = report({"granted.natural_person": "23"}, {"granted.natural_person": None})
        assert cell(got, "granted.natural_person").status in (Status.CORRECTED, Status.DISPUTED)

    @pytest.mark.parametrize(("one", "other"), [("72", "22"), ("22", "72"), ("22", "")])
    def test_where_they_differ_the_sums_decide(self, one: str, other: str) -> None:
        got = report({"granted.natural_person": one}, {"granted.natural_person": other})
        assert cell(got, "granted.natural_person").value == 22
        assert cell(got, "granted.natural_person").status in (Status.REPORTED, Status.DERIVED)
        assert not [finding for finding in got.findings if finding.severity == "error"]

    def test_where_neither_adds_up_it_is_disputed(self) -> None:
        got = report({"granted.natural_person": "72"}, {"granted.natural_person": "77"})
        assert cell(got, "granted.natural_person").status is Status.DISPUTED

    def test_where_no_sum_decides_it_is_disputed(self) -> None:
        got = report(outside={"in_force": ("38", "33")})
        one = got.cells["proactive.normative_documents.in_force"]
        assert (one.value, one.status, one.alternatives) == (38, Status.DISPUTED, (33,))
        assert one.because == "two recognitions of the picture differ"
        assert got.cells["proactive.normative_documents.issued"].status is Status.REPORTED

    def test_ink_that_cannot_be_read_is_no_blank(self) -> None:
        for second in (None, ""):
            got = report(outside={"in_force": (UNREADABLE, second)})
            assert got.cells["proactive.normative_documents.in_force"].status in (Status.MISSING, Status.DISPUTED)
        blank = report(outside={"in_force": ("", "")})
        assert blank.cells["proactive.normative_documents.in_force"].status is Status.BLANK

    def test_so_many_differences_that_nobody_can_try_them(self) -> None:
        names = [f"granted.{column}" for column in TABLE.column_ids] + [f"new.{column}" for column in TABLE.column_ids]
        got = report({}, dict.fromkeys(names, "7"))
        assert all(one.status is not Status.REPORTED or one.value != 7 for one in got.cells.values())


class TestHardlyLegible:
    FAINT = Page(600, 800, scanned=True, faint=True)

    def test_only_what_a_sum_bears_out_is_reported(self) -> None:
        got = report(page=self.FAINT)
        assert cell(got, "granted.total").status is Status.REPORTED
        assert got.cells["proactive.normative_documents.issued"].status is Status.DISPUTED

    def test_what_a_sum_speaks_against_is_disputed(self) -> None:
        got = report({"granted.natural_person": "72"}, page=self.FAINT)
        wrong = cell(got, "granted.natural_person")
        assert (wrong.value, wrong.status) == (72, Status.DISPUTED)
        assert cell(got, "new.natural_person").status is Status.REPORTED

    def test_a_total_that_only_repeats_its_one_figure_bears_nothing_out(self) -> None:
        row = {"refused_secret.natural_person": "1", "refused_secret.total": "1"}
        unread = {
            f"{place}.{column}": UNREADABLE
            for place in ("new", "processed_total")
            for column in ("total", "natural_person")
        }
        got = report({**row, **unread}, dict.fromkeys(unread), page=self.FAINT)
        assert {cell(got, name).status for name in row} == {Status.DISPUTED}
        assert cell(got, "refused_secret.business").status is Status.REPORTED

    @pytest.mark.parametrize(("page", "status"), [(FAINT, Status.DISPUTED), (None, Status.REPORTED)])
    def test_a_sentence_alone_bears_nothing_out_there(self, page: Page | None, status: Status) -> None:
        got = report(page=page, sentence="2023年，因政府信息公开引发行政复议3件。")
        reviews = got.cells["review_litigation.review.total"]
        assert (reviews.value, reviews.status) == (3, status)


FIGURES = [
    *(("12", "12"), ("O", "0"), ("l2", "12"), ("1S", "15"), ("0.", "0"), ("·30", "30"), ("２３", "23"), ("B", "8")),
    *(("1,234", "1,234"), ("-27", "-27"), ("12.5", "12.5"), ("12件", "12件")),
    *(("", None), ("一", None), ("-", None), ("其他", None), ("é", None), ("1.属于国家秘密", None)),
]


class TestFigures:
    @pytest.mark.parametrize(("text", "figure"), FIGURES)
    def test_letters_and_specks(self, text: str, figure: str | None) -> None:
        assert as_figure(text) == figure

    def test_what_is_worth_a_second_look(self) -> None:
        assert all(may_be_figure(text) for text in ("0", "é", "-", "一", "12件", "", "〇"))
        assert not any(
            may_be_figure(text) for text in ("其他", "总计", "1.属于国家秘密", "一、本年新收政府信息公开申请数量")
        )

    def test_two_of_one_cell(self) -> None:
        assert both("12", "12") == Seen("12", "12")
        assert both("12", "17") == Seen("12", "17")
        assert both("o", "0") == Seen("0", "0")
        assert both("é", "2") == Seen("2", "é")
        assert both("", "") == Seen(UNREADABLE)
        assert both("", "7") == Seen("7", UNREADABLE)

    def test_a_third_look_bears_out_the_first_or_leaves_the_doubt(self) -> None:
        assert settled(Seen("7", "1"), "7") == Seen("7", "7")
        assert settled(Seen("7", "1"), "1") == Seen("7", "1")
        assert settled(Seen("7", "1"), "") == Seen("7", "1")


class TestPieces:
    @staticmethod
    def table(text: str, edges: tuple[float, ...], page: int) -> ScannedTable:
        return ScannedTable(((FlowCell([Word(text, page, BOX)]), FlowCell([])),), edges, BOX, 600)

    def test_a_table_that_goes_on_is_one_table(self) -> None:
        flow = Flow(Limits())
        shifted = (62.0, 162.0, 262.0)  # no two sheets lie alike in a scanner
        put_pieces([self.table("甲", (50.0, 150.0, 250.0), 1), self.table("乙", shifted, 2)], flow)
        parts = flow.finish([Page(600, 800, scanned=True)] * 2)
        assert [(grid.rows, grid.columns) for grid in parts.grids] == [(2, 2)]
        assert parts.pages is not None and parts.pages.place(parts.text.index("乙"), parts.text.index("乙") + 1) == (
            2,
            BOX,
        )

    def test_other_columns_or_text_between_begin_another(self) -> None:
        flow = Flow(Limits())
        edges = (50.0, 150.0, 250.0)
        title = TextLine((Word("附表", 1, BOX),), BOX)
        put_pieces([self.table("甲", edges, 1), self.table("乙", (50.0, 190.0, 250.0), 1)], flow)
        put_pieces([self.table("丙", edges, 1), title, self.table("丁", edges, 1)], flow)
        assert len(flow.finish([Page(600, 800)]).grids) == 4

    def test_a_head_that_a_page_break_cut_through_is_one(self) -> None:
        def cell(text: str, page: int, rows: int = 1, columns: int = 1) -> FlowCell:
            return FlowCell([Word(text, page, BOX)] if text else [], rows, columns)

        head = ScannedTable(
            ((cell("项目", 1, 2), cell("情况", 1, 1, 2)), (cell("自然人", 1), cell("组织", 1))),
            (50.0, 150.0, 250.0, 450.0), BOX, 600,
        )  # fmt: skip
        rest = ScannedTable(
            tuple(tuple(cell(one, 2) for one in row) for row in (("", "", "企业", "其他"), ("受理", "7", "5", "2"))),
            (62.0, 162.0, 262.0, 362.0, 462.0), BOX, 600,
        )  # fmt: skip
        flow = Flow(Limits())
        put_pieces([head, rest], flow)
        (grid,) = flow.finish([Page(600, 800)] * 2).grids
        assert (grid.rows, grid.columns) == (4, 4)
        spans = {(one.row, one.column): (one.row_span, one.column_span) for one in grid.cells}
        assert (spans[0, 0], spans[0, 1], spans[1, 1], spans[1, 2]) == ((2, 1), (1, 3), (1, 1), (1, 2))
        flow = Flow(Limits())
        put_pieces([head, replace(rest, edges=(62.0, 162.0, 262.0, 362.0, 502.0))], flow)
        assert len(flow.finish([Page(600, 800)] * 2).grids) == 2


def test_a_minus_that_only_one_look_sees_leaves_a_doubt_where_figures_may_be_negative() -> None:
    form = load_forms()["ogi-2019"]
    table = next(one for one in form.tables if any("change" in one.column_ids for _ in one.rows))
    flow = Flow(Limits())
    flow.paragraph([Word("青溪县水利局2020年政府信息公开工作年度报告", 1, BOX)])
    heads = ["信息内容", "上一年项目数量", "本年增/减", "处理决定数量"]
    shown = (
        ("行政许可", ("12", "12"), ("3", "-3"), ("40", "-40")),
        ("其他对外管理服务事项", ("12", "12"), ("-3", "-3"), ("40", "40")),
        ("行政处罚", ("12", "12"), ("8", "8"), ("40", "40")),
    )
    rows = [[_label(head) for head in heads]]
    rows += [[_label(row[0]), *(_figure(*one) for one in row[1:])] for row in shown]
    flow.paragraph([Word("第二十条第（五）项", 1, BOX)])
    flow.table(rows)
    parts = flow.finish([Page(600, 800, scanned=True)])
    source = Source("scan", "", "image/png")
    scan = Document(source, parts.text, fold(parts.text), parts.grids, (), parts.pages)
    cells = extract_document(scan, form=form.id).cells
    assert table.id == "proactive"
    changes = {cell: state for cell, state in cells.items() if cell.endswith(".change") and state.value is not None}
    assert sorted((int(state.value or 0), state.status, state.alternatives) for state in changes.values()) == [
        (-3, Status.REPORTED, ()),
        (3, Status.DISPUTED, (-3,)),
        (8, Status.REPORTED, ()),
    ]
    (doubted,) = (state for state in changes.values() if state.status is Status.DISPUTED)
    assert doubted.because == "a minus before it may have been lost in the picture"
    assert all(cells[cell.replace("change", "decisions")].status is Status.REPORTED for cell in changes)
