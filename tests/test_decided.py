"""Decisions applied to a report: what they settle, what they leave as it is, and what must be said about it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.deciding import answered
from extractor.deciding.decided import decided, digest, doubts
from extractor.deciding.decision import Decision, DecisionKind, Seen, made
from extractor.deciding.undecided import undecided
from extractor.errors import UsageError
from extractor.evaluate.gold import Gold
from extractor.forms.load import load_forms
from extractor.pipeline import Draft, draft, finish
from extractor.read import read, read_path
from extractor.report import Finding, Report, Severity, Status, Verdict

SAMPLES = Path(__file__).parent.parent / "eval" / "samples"
FORMS = load_forms()
CONFIRM, CHOOSE, TYPE, AS_PRINTED = (
    DecisionKind.CONFIRM,
    DecisionKind.CHOOSE,
    DecisionKind.TYPE,
    DecisionKind.AS_PRINTED,
)


def sample(name: str) -> tuple[Draft, Report]:
    first = draft(read_path(next((SAMPLES / name).glob("report.*"))))
    return first, finish(first)


def deciding(first: Draft, report: Report, *decisions: Decision, draftless: bool = False) -> Report:
    by_cell = {one.cell: replace(one, id=str(number)) for number, one in enumerate(decisions)}
    return decided(report, by_cell, first.form, None if draftless else first)


def by(
    report: Report, cell: str, kind: DecisionKind, value: int | None = None, status: Status | None = None
) -> Decision:
    assert report.form is not None
    return made(report, FORMS[report.form], cell, kind, author="李", value=value, status=status)


def rules(report: Report, *, acknowledged: bool | None = None) -> list[str]:
    return [one.rule for one in report.findings if acknowledged is None or one.acknowledged is acknowledged]


def finding(report: Report, rule: str) -> Finding:
    (one,) = (one for one in report.findings if one.rule == rule)
    return one


MASS = "applications.rejected_mass.public_welfare"


def test_a_corrected_cell_takes_its_findings_with_it() -> None:
    first, report = sample("misprint-2023")
    assert {"applications.row_sum.rejected_mass", "applications.outcomes.public_welfare"} <= set(rules(report))
    for draftless in (False, True):
        got = deciding(first, report, by(report, MASS, TYPE, 0), draftless=draftless)
        open_findings = doubts(got, first.form)[1]
        assert [one.rule for one in open_findings] == ["review_litigation.row_sum.litigation_direct"]
        cell = got.cells[MASS]
        assert (cell.value, cell.status, cell.read_by, cell.printed) == (0, Status.REPORTED, ("person",), "0")
        told = got.to_dict()
        assert isinstance(told["cells"], dict)
        assert told["cells"][MASS]["decision"] == {
            "kind": "type",
            "author": "李",
            "at": "",
            "note": "",
            "was": {"value": 6, "status": "reported"},
            "id": "0",
            "outdated": False,
        }
        # What rested on the two sums is derived now; without the document nothing else is decided anew.
        assert got.review is not None and got.review.decided == 1
        assert bool(got.review.changed) is not draftless
        assert all(one.was_status is Status.MISSING and one.status is Status.DERIVED for one in got.review.changed)


def test_as_printed_keeps_the_figure_and_the_findings() -> None:
    first, report = sample("misprint-2023")
    for draftless in (False, True):
        got = deciding(first, report, by(report, MASS, AS_PRINTED), draftless=draftless)
        assert got.cells[MASS].value == 6
        assert got.cells[MASS].evidence == report.cells[MASS].evidence
        assert set(rules(report)) <= set(rules(got))
        assert {"applications.row_sum.rejected_mass", "applications.outcomes.public_welfare"} <= set(
            rules(got, acknowledged=True)
        )
        assert got.verdict is Verdict.REVIEW
        open_findings = doubts(got, first.form)[1]
        assert [one.rule for one in open_findings] == ["review_litigation.row_sum.litigation_direct"]


def test_a_sum_whose_every_figure_is_confirmed_is_acknowledged() -> None:
    first, report = sample("misprint-2023")
    rule = "review_litigation.row_sum.litigation_direct"
    cells = finding(report, rule).cells
    got = deciding(first, report, *(by(report, cell, CONFIRM) for cell in cells))
    assert finding(got, rule).acknowledged
    got = deciding(first, report, *(by(report, cell, CONFIRM) for cell in cells[1:]))
    assert not finding(got, rule).acknowledged


def test_what_an_admitted_misprint_stands_in_proves_nothing() -> None:
    """A blank below a total follows from it, unless the total is said to be wrong."""
    table = FORMS["ogi-2021"].table_by_id["review_litigation"]
    lines = ["青溪县水利局2023年政府信息公开工作年度报告", "按国办公开办函〔2021〕30号的格式编制。", table.titles[0]]
    lines += ["\t".join(["", *(column.labels[0] for column in table.columns)])]
    figures = {"review": [1, 0, 0, "", 3]}
    lines += [
        "\t".join([row.labels[0], *map(str, figures.get(row.id, [0] * 5))]) for row in table.rows if not row.optional
    ]
    first = draft(read("\n".join([*lines, "五、存在的主要问题及改进情况", "无。"]).encode(), name="report.txt"))
    report = finish(first)
    cell, total = "review_litigation.review.pending", "review_litigation.review.total"
    assert (report.cells[cell].value, report.cells[cell].status) == (2, Status.DERIVED)
    got = deciding(first, report, by(report, total, AS_PRINTED))
    assert (got.cells[cell].value, got.cells[cell].status) == (None, Status.BLANK)
    assert got.review is not None
    assert (cell, 2, Status.DERIVED, None, Status.BLANK) in got.review.changed


def test_one_cell_decided_settles_the_rest_of_its_row() -> None:
    text = (SAMPLES / "glued-2021" / "report.txt").read_text(encoding="utf-8")
    glued = re.sub("行政规范性文件103(?![0-9])", "行政规范性文件1253", text)
    first = draft(read(glued.encode(), name="report.txt"))
    report = finish(first)
    cell, *others = (f"proactive.normative_documents.{one}" for one in ("issued", "repealed", "in_force"))
    ways = [way for choice in first.tables.choices for way in choice.alternatives if way.readings[0].cell == cell]
    way = next(way for way in ways if way.readings[0].value == 12)
    got = deciding(first, report, by(report, cell, CHOOSE, 12))
    rest = [one for one in ways if one.readings[0].value == 12]
    for other in others:
        values = {reading.value for one in rest for reading in one.readings if reading.cell == other}
        assert len({*got.cells[other].alternatives, got.cells[other].value}) == len(values)
    assert got.review is not None
    assert {one.cell for one in got.review.changed} <= {*others}
    told = finding(got, "decision.elsewhere")
    assert set(told.cells) == {one.cell for one in got.review.changed} != set()
    assert way.readings[0].printed == got.cells[cell].printed
    alone = deciding(first, report, by(report, cell, CHOOSE, 12), draftless=True)
    assert all(alone.cells[other] == report.cells[other] for other in others)


def test_a_blank_and_a_cell_that_is_not_there() -> None:
    first, report = sample("page-torn-2020")
    cell = "proactive.normative_documents.made"
    got = deciding(first, report, by(report, cell, TYPE, status=Status.BLANK))
    assert (got.cells[cell].value, got.cells[cell].status, got.cells[cell].evidence) == (None, Status.BLANK, None)
    got = deciding(first, report, by(report, cell, TYPE, status=Status.NOT_APPLICABLE))
    assert (got.cells[cell].value, got.cells[cell].status) == (None, Status.NOT_APPLICABLE)
    got = deciding(first, report, by(report, cell, TYPE, status=Status.MISSING))
    assert (got.cells[cell].value, got.cells[cell].status) == (None, Status.MISSING)


def test_confirming_keeps_readers_and_place() -> None:
    first, report = sample("misprint-2023")
    cell = "applications.new.total"
    got = deciding(first, report, by(report, cell, CONFIRM)).cells[cell]
    assert got.read_by == ("rules", "person")
    assert got._replace(read_by=("rules",), decision=None) == report.cells[cell]


def test_what_is_derived_stays_derived_when_confirmed() -> None:
    first, report = sample("clean-html-2022")
    cell = next(cell for cell, one in report.cells.items() if one.status is Status.DERIVED)
    for draftless in (False, True):
        got = deciding(first, report, by(report, cell, CONFIRM), draftless=draftless)
        assert got.cells[cell]._replace(decision=None) == report.cells[cell]
        assert got.verdict is Verdict.CLEAN


def test_a_misread_figure_of_a_scan_is_settled_by_a_person() -> None:
    first, report = sample("ocr-by-others-2021")
    cell = next(cell for cell, one in report.cells.items() if one.status is Status.CORRECTED)
    got = deciding(first, report, by(report, cell, CONFIRM))
    assert (got.cells[cell].value, got.cells[cell].status) == (report.cells[cell].value, Status.REPORTED)
    assert got.cells[cell].evidence == report.cells[cell].evidence
    with pytest.raises(UsageError, match="not what is printed"):
        by(report, cell, AS_PRINTED)


def test_a_rerun_that_reads_something_else_shows_both() -> None:
    first, report = sample("misprint-2023")
    one = replace(by(report, MASS, TYPE, 0), seen=Seen(5, Status.DISPUTED))
    got = deciding(first, report, one)
    assert got.cells[MASS].value == 0
    mark = got.cells[MASS].decision
    assert mark is not None
    assert (mark.outdated, mark.was_value, mark.was_status) == (True, 6, Status.REPORTED)
    told = finding(got, "decision.outdated")
    assert (told.cells, told.operands) == ((MASS,), {MASS: 0})
    assert "0" in told.message and "6" in told.message
    assert MASS in doubts(got, first.form)[0]


def test_a_rerun_that_reads_what_was_decided_is_no_doubt() -> None:
    first, report = sample("misprint-2023")
    one = replace(by(report, MASS, CONFIRM), seen=Seen(5, Status.DISPUTED))
    assert "decision.outdated" not in rules(deciding(first, report, one))


def test_decisions_about_another_form_are_told_and_not_applied() -> None:
    first, report = sample("misprint-2023")
    gone = replace(by(report, MASS, TYPE, 0), cell="applications.gone.total")
    other = replace(by(report, MASS, TYPE, 0), form="ogi-1999", label="另一格")
    got = deciding(first, report, gone, other)
    assert got.cells == report.cells
    assert finding(got, "decision.unapplied").message_en.startswith("2 decisions")
    assert got.review is not None
    assert [one.cell for one in got.review.unapplied] == ["applications.gone.total", MASS]
    renamed = replace(by(report, MASS, TYPE, 0), form="ogi-2021-old")
    assert deciding(first, report, renamed).cells[MASS].value == 0


def test_lines_that_are_not_understood_are_told() -> None:
    first, report = sample("clean-html-2022")
    strange = Decision(report.source.sha256, MASS, "vote", id="x", foreign="kind 'vote'")
    got = decided(report, {}, first.form, first, foreign=(strange,))
    assert got.verdict is Verdict.REVIEW
    assert "vote" in finding(got, "decision.not_understood").message_en


def test_a_whole_review_is_of_what_was_there() -> None:
    first, report = sample("misprint-2023")
    reviewed = Decision(report.source.sha256, "", DecisionKind.REVIEWED, author="李", at="T", digest=digest(report))
    got = deciding(first, report, reviewed)
    assert got.review is not None and got.review.complete == ("李", "T")
    got = deciding(first, report, reviewed, by(report, MASS, TYPE, 0))
    assert got.review is not None and got.review.complete is None


def test_sentences_against_a_cell_that_a_person_decided() -> None:
    first, report = sample("county-and-library-2023")
    (told,) = (one for one in report.findings if one.rule.startswith("prose.new"))
    (cell,) = told.cells
    stated = next(fact.value for fact in first.facts if fact.cell == cell and fact.value != report.cells[cell].value)
    assert finding(deciding(first, report, by(report, cell, CONFIRM)), told.rule).acknowledged
    assert told.rule not in rules(deciding(first, report, by(report, cell, TYPE, int(stated))))


def test_no_decision_no_change() -> None:
    first, report = sample("misprint-2023")
    assert decided(report, {}, first.form, first) is report


def test_a_report_that_knows_more_than_the_draft_keeps_it() -> None:
    """As where a language model read a cell: the draft that the page made by the rules alone does not have it."""
    first, report = sample("pictures-lost-2021")
    cell = next(cell for cell, one in report.cells.items() if one.status is Status.MISSING)
    told = Finding("prose.told", Severity.WARNING, "", "", (cell,))
    known = report.cells[cell]._replace(value=3, status=Status.REPORTED, read_by=("llm",))
    more = replace(report, cells={**report.cells, cell: known}, findings=(*report.findings, told))
    other = next(cell for cell, one in report.cells.items() if one.status is Status.REPORTED)
    got = deciding(first, more, by(more, other, CONFIRM))
    assert got.cells[cell].value == 3
    assert told in got.findings


@pytest.mark.parametrize(
    ("cell", "kind", "value", "status"),
    [
        ("no.such.cell", CONFIRM, None, None),
        (MASS, TYPE, None, None),
        (MASS, TYPE, 5, Status.BLANK),
        (MASS, TYPE, None, Status.DERIVED),
        (MASS, TYPE, -1, None),
        (MASS, CHOOSE, 10**16, None),
        (MASS, DecisionKind.UNDO, None, None),
        (MASS, DecisionKind.REVIEWED, None, None),
    ],
)
def test_decisions_that_cannot_be(cell: str, kind: DecisionKind, value: int | None, status: Status | None) -> None:
    with pytest.raises(UsageError):
        by(sample("misprint-2023")[1], cell, kind, value, status)


def test_report_and_form_must_fit() -> None:
    _, report = sample("misprint-2023")
    with pytest.raises(UsageError, match="ogi-2021"):
        decided(report, {MASS: by(report, MASS, CONFIRM)}, FORMS["ogi-2019"], None)


_PAPER = read_path(next((SAMPLES / "blanks-dropped-2023").glob("report.*")))
_FIRST = draft(_PAPER)
_REPORT = finish(_FIRST)


@settings(max_examples=15)
@given(st.dictionaries(st.sampled_from(sorted(_REPORT.cells)), st.integers(0, 400), min_size=1, max_size=5))
def test_decisions_hold_whatever_they_say(values: dict[str, int]) -> None:
    """Every decided cell shows what was decided, and every other change is listed."""
    said = [replace(by(_REPORT, cell, CHOOSE, value), id=cell) for cell, value in values.items()]
    got = deciding(_FIRST, _REPORT, *said)
    assert {cell: got.cells[cell].value for cell in values} == values
    assert all(got.cells[cell].status is Status.REPORTED for cell in values)
    assert got.review is not None
    listed = {one.cell for one in got.review.changed}
    for cell, state in got.cells.items():
        was = _REPORT.cells[cell]
        if cell not in values:
            assert ((was.value, was.status) != (state.value, state.status)) is (cell in listed)
    assert bool(listed) is ("decision.elsewhere" in rules(got))


def test_the_order_of_decisions_does_not_matter() -> None:
    first, report = sample("blanks-dropped-2023")
    said = [
        by(report, cell, CONFIRM)
        for cell, one in report.cells.items()
        if one.status is Status.DISPUTED and one.value is not None
    ]
    assert deciding(first, report, *said).cells.keys() == report.cells.keys()
    forwards, backwards = deciding(first, report, *said), deciding(first, report, *reversed(said))
    for cell, one in forwards.cells.items():
        assert (one.value, one.status) == (backwards.cells[cell].value, backwards.cells[cell].status)


def test_an_unknown_document_is_no_report() -> None:
    report = Report(read(b"x").source, None, None, None, {}, (), Verdict.FAILED)
    one = Decision("a", MASS, TYPE, 1)
    assert decided(report, {MASS: one}, FORMS["ogi-2021"]) is report


@pytest.mark.parametrize(
    "name", ["prose-only-2023", "pictures-lost-2021", "fujian-other-words-2018", "misprint-2023", "glued-2021"]
)
def test_confirming_what_is_read_changes_nothing_else(name: str) -> None:
    first, report = sample(name)
    reported = [cell for cell, one in report.cells.items() if one.status is Status.REPORTED]
    for cell in (reported[0], reported[len(reported) // 2], reported[-1]):
        got = deciding(first, report, by(report, cell, CONFIRM))
        assert got.review is not None and got.review.changed == ()
        assert rules(got) == rules(report)


@pytest.mark.parametrize("name", ["blanks-dropped-2023", "ocr-by-others-2021", "indicator-lines-2017"])
def test_right_answers_make_no_wrong_cells(name: str) -> None:
    first, _ = sample(name)
    got = answered(first, Gold.load(SAMPLES / name / "gold.json"))
    assert 0 < got.answers <= got.disputed
    assert got.harm == ()
    assert all(one.status is not Status.DISPUTED for one in got.report.cells.values())


@pytest.mark.parametrize("draftless", [False, True])
def test_without_its_decisions_a_report_says_what_it_said_before(draftless: bool) -> None:
    first, report = sample("misprint-2023")
    one = by(report, MASS, TYPE, 0)
    got = undecided(deciding(first, report, one, by(report, "applications.new.total", AS_PRINTED), draftless=draftless))
    assert {cell: (state.value, state.status) for cell, state in got.cells.items()} == {
        cell: (state.value, state.status) for cell, state in report.cells.items()
    }
    assert all(state.decision is None for state in got.cells.values())
    assert sorted(rules(got, acknowledged=False)) == sorted(rules(report))
    assert (got.verdict, got.review) == (report.verdict, None)
    assert undecided(report) is report
