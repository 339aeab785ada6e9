"""From readings to cells: each status where the contract says, and nothing certain that is not so."""

from collections.abc import Iterable, Mapping
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.truth import APPLICANTS, make_truth
from extractor import extract
from extractor.forms.load import load_forms
from extractor.parse.fitting.shapes import row_shape
from extractor.parse.fitting.split import MOST_CUTS, cuts
from extractor.parse.readings import Alternative, Choice, Fact, Origin, Reading, ReadingKind
from extractor.read import read
from extractor.reconcile.settle import settle
from extractor.report import Cell, Reason, Report, Status, Verdict

FORM = load_forms()["ogi-2021"]
TABLE = FORM.table_by_id["applications"]
OFFICIAL = [row.id for row in TABLE.rows if not row.optional]
COLUMNS = (*APPLICANTS, "total")
DOCUMENT = read("0123456789" * 20)

# A year with four applications: all identities hold, whatever is not listed is 0.
YEAR = {
    "new": (3, 1, 0, 0, 0, 0, 4),
    "carried_in": (1, 0, 0, 0, 0, 0, 1),
    "granted": (2, 0, 0, 0, 0, 0, 2),
    "unavailable_not_held": (1, 1, 0, 0, 0, 0, 2),
    "processed_total": (3, 1, 0, 0, 0, 0, 4),
    "carried_out": (1, 0, 0, 0, 0, 0, 1),
}


def report(
    rows: Mapping[str, Iterable[object]] | None = None, *, lost: Iterable[str] = (), prose: str = "", after: str = ""
) -> Report:
    """The report of a paper that prints YEAR, but for `rows`, as a table with tabs."""
    figures = {**YEAR, **(rows or {})}
    lines = ["青溪县水利局2023年政府信息公开工作年度报告", "按国办公开办函〔2021〕30号的格式编制。", prose]
    lines += [TABLE.titles[0], "\t".join(["", *(column.labels[0] for column in TABLE.columns)])]
    for row in TABLE.rows:
        if row.id not in lost and (not row.optional or row.id in figures):
            lines.append("\t".join([row.labels[0], *map(str, figures.get(row.id, [0] * 7))]))
    return extract("\n".join([*lines, after, "五、存在的主要问题及改进情况", "无。"]).encode(), name="report.txt")


def cells(got: Report, row: str) -> list[Cell]:
    return [got.cells[f"applications.{row}.{column}"] for column in COLUMNS]


def values(got: Report, row: str) -> list[object]:
    return [cell.value for cell in cells(got, row)]


def statuses(got: Report, row: str) -> set[str]:
    return {cell.status.value for cell in cells(got, row)}


def test_printed_is_reported() -> None:
    got = report()
    assert values(got, "new") == [3, 1, 0, 0, 0, 0, 4]
    assert statuses(got, "new") == {"reported"}
    first = cells(got, "new")[0]
    assert first.printed == "3" and first.read_by == ("rules",)
    assert first.evidence is not None and first.evidence.text == "3"


def test_a_blank_that_is_zero_stays_blank() -> None:
    got = report({"new": (3, 1, "", "", "", "", 4)})
    assert values(got, "new") == [3, 1, None, None, None, None, 4]
    assert [cell.status for cell in cells(got, "new")[2:6]] == [Status.BLANK] * 4
    assert cells(got, "new")[2].printed == ""


def test_a_blank_that_cannot_be_zero_is_derived() -> None:
    got = report({"new": (3, "", 0, 0, 0, 0, 4)})
    cell = cells(got, "new")[1]
    assert (cell.value, cell.status, cell.printed, cell.evidence) == (1, Status.DERIVED, "", None)
    assert cell.because is not None and cell.read_by == ("identities",)


@pytest.mark.parametrize("mark", ["/", "不适用", "—"])
def test_not_applicable_is_no_zero(mark: str) -> None:
    got = report({"refused_secret": (mark, 0, 0, 0, 0, 0, 0)})
    cell = cells(got, "refused_secret")[0]
    assert (cell.value, cell.status) == (None, Status.NOT_APPLICABLE)
    assert cell.evidence is not None and cell.evidence.text == mark


def test_a_lost_row_that_follows_is_derived() -> None:
    got = report(lost=["granted"])
    assert values(got, "granted") == [2, 0, 0, 0, 0, 0, 2]
    assert statuses(got, "granted") == {"derived"}
    assert all(cell.evidence is None and cell.printed is None and cell.because for cell in cells(got, "granted"))


def test_of_two_lost_rows_only_what_follows_is_derived() -> None:
    got = report(lost=["granted", "partial"])
    for row in ("granted", "partial"):
        assert values(got, row) == [None, 0, 0, 0, 0, 0, None]
        assert [cell.status.value for cell in cells(got, row)] == ["missing", *["derived"] * 5, "missing"]


def test_a_lost_table_is_missing() -> None:
    got = report()
    cell = got.cells["review_litigation.review.total"]
    assert (cell.value, cell.status, cell.evidence, cell.read_by) == (None, Status.MISSING, None, ())
    assert set(got.cells) == set(FORM.cells), "every cell of the form is there"
    assert got.verdict is Verdict.REVIEW


def test_a_misprint_keeps_its_printed_value() -> None:
    got = report({"granted": (7, 0, 0, 0, 0, 0, 2)})
    cell = cells(got, "granted")[0]
    assert (cell.value, cell.status, cell.printed) == (7, Status.REPORTED, "7")


def test_beside_a_misprint_nothing_is_derived_from_it() -> None:
    got = report({"granted": (7, 0, 0, 0, 0, 0, 2), "partial": ("", 0, 0, 0, 0, 0, "")})
    assert values(got, "partial") == [None, 0, 0, 0, 0, 0, None]


def test_the_same_table_twice() -> None:
    got = report(after=again({}))
    assert values(got, "new") == [3, 1, 0, 0, 0, 0, 4]
    assert statuses(got, "new") == {"reported"}


def again(rows: Mapping[str, Iterable[object]]) -> str:
    """The table of YEAR a second time, but for `rows`."""
    lines = [TABLE.titles[0]]
    for row in TABLE.rows:
        if not row.optional:
            figures = {**YEAR, **rows}.get(row.id, (0,) * 7)
            lines.append("\t".join([row.labels[0], *map(str, figures)]))
    return "\n".join(lines)


def test_two_tables_that_contradict_each_other() -> None:
    """Each adds up, which of them counts is not said: what differs is disputed with both figures, the rest is not."""
    got = report(after=again({"new": (5, 1, 0, 0, 0, 0, 6), "carried_out": (3, 0, 0, 0, 0, 0, 3)}))
    first, second, *_, total = cells(got, "new")
    assert first.status is Status.DISPUTED and {first.value, *first.alternatives} == {3, 5}
    assert total.status is Status.DISPUTED and {total.value, *total.alternatives} == {4, 6}
    assert first.because is not None and first.printed == str(first.value)
    assert (second.value, second.status) == (1, Status.REPORTED)
    assert got.verdict is Verdict.REVIEW


def test_two_tables_of_which_one_does_not_add_up() -> None:
    got = report(after=again({"new": (5, 1, 0, 0, 0, 0, 6)}))
    assert values(got, "new") == [3, 1, 0, 0, 0, 0, 4]
    assert got.verdict is Verdict.REVIEW, "the other table prints other figures, which somebody should see"


# Sentences


def prose_only(text: str) -> Report:
    head = "青溪县水利局2023年政府信息公开工作年度报告\n按国办公开办函〔2021〕30号的格式编制。\n一、总体情况\n"
    tail = "\n二、主动公开政府信息情况\n三、收到和处理政府信息公开申请情况\n五、存在的主要问题及改进情况\n无。\n"
    return extract((head + text + tail).encode(), name="report.txt")


def test_sentences_fill_a_report_whose_tables_are_gone() -> None:
    text = "2023年，我局新收政府信息公开申请15件，上年结转2件，结转下年度继续办理3件。"
    got = prose_only(text)
    for row, value in (("new", 15), ("carried_in", 2), ("carried_out", 3)):
        cell = cells(got, row)[6]
        assert (cell.value, cell.status, cell.printed) == (value, Status.REPORTED, str(value))
        assert cell.because is not None and text.rstrip("。")[:10] in cell.because
        assert cell.evidence is not None and cell.evidence.text == str(value)
    done = cells(got, "processed_total")[6]
    assert (done.value, done.status) == (14, Status.DERIVED)
    assert cells(got, "new")[0].status is Status.MISSING


def test_sentences_that_disagree_with_each_other() -> None:
    got = prose_only("2023年，我局新收政府信息公开申请15件。\n全年共收到政府信息公开申请16件。")
    cell = cells(got, "new")[6]
    assert cell.status is Status.DISPUTED
    assert {cell.value, *cell.alternatives} == {15, 16}


def test_a_sentence_beside_a_table_counts_where_an_identity_bears_it_out() -> None:
    """The row of what was carried out is lost from the table; the sentence fits the balance, or it does not."""
    fits = report(lost=["carried_out"], prose="2023年，结转下年度继续办理的申请1件。")
    assert (cells(fits, "carried_out")[6].value, cells(fits, "carried_out")[6].status.value) in {
        (1, "reported"),
        (1, "derived"),
    }
    not_so = report(lost=["carried_out"], prose="2023年，结转下年度继续办理的申请9件。")
    assert (cells(not_so, "carried_out")[6].value, cells(not_so, "carried_out")[6].status.value) != (9, "reported")


# Choices made by hand


def reading(cell: str, value: int | None, at: int = 0) -> Reading:
    kind = ReadingKind.BLANK if value is None else ReadingKind.NUMBER
    return Reading(cell, kind, value, at, at + 1, "" if value is None else str(value))


def way(row: str, figures: Iterable[int | None], weight: float = 1.0) -> Alternative:
    named = zip(COLUMNS, figures, strict=True)
    return Alternative(tuple(reading(f"applications.{row}.{column}", value) for column, value in named), weight)


def printed(row: str, *figures: Iterable[int | None], because: Reason | None = None, doubted: bool = False) -> Choice:
    """A row that may be read in each of these ways, the first of them likeliest."""
    ways = tuple(way(row, one, 1.0 / (1 + number)) for number, one in enumerate(figures))
    return Choice(Origin.GLUED if len(ways) > 1 else Origin.TEXT, ways, because, doubted)


def settled(*choices: Choice, facts: Iterable[Fact] = ()) -> dict[str, Cell]:
    found = settle(DOCUMENT, FORM, choices, tuple(facts)).cells
    assert set(found) == set(FORM.cells)
    return {cell.removeprefix("applications."): state for cell, state in found.items()}


ONE_CUT, OTHER_CUT = (27, 0, 0, 2, 0, 1, 30), (2, 7, 0, 0, 20, 1, 30)


def test_ways_that_nothing_decides_between_are_disputed_where_they_differ() -> None:
    found = settled(printed("granted", ONE_CUT, OTHER_CUT, because=Reason("2 ways to cut", "有 2 种切分")))
    first = found["granted.natural_person"]
    assert (first.value, first.status, first.alternatives) == (27, Status.DISPUTED, (2,))
    assert (first.because, first.because_zh) == ("2 ways to cut", "有 2 种切分")
    for column, value in (("research", 0), ("other", 1), ("total", 30)):
        assert (found[f"granted.{column}"].value, found[f"granted.{column}"].status) == (value, Status.REPORTED)


def test_other_rows_decide_between_ways() -> None:
    rest = [printed(row, (0,) * 7) for row in OFFICIAL if row not in ("granted", "processed_total", "new")]
    for truth in (ONE_CUT, OTHER_CUT):
        found = settled(
            printed("granted", ONE_CUT, OTHER_CUT), printed("processed_total", truth), printed("new", truth), *rest
        )
        assert [found[f"granted.{column}"].value for column in COLUMNS] == list(truth)
        assert {found[f"granted.{column}"].status for column in COLUMNS} == {Status.REPORTED}


def test_other_rows_that_admit_none_of_the_ways_decide_nothing() -> None:
    rest = [printed(row, (0,) * 7) for row in OFFICIAL if row not in ("granted", "processed_total", "new")]
    other = printed("processed_total", (11, 11, 0, 0, 0, 8, 30))
    found = settled(printed("granted", ONE_CUT, OTHER_CUT), other, *rest)
    assert found["granted.natural_person"].status is Status.DISPUTED


def test_blank_or_zero_is_no_dispute() -> None:
    found = settled(printed("granted", (3, 0, 0, 0, 0, 0, 3), (3, None, 0, 0, 0, 0, 3)))
    assert found["granted.business"].status is not Status.DISPUTED
    assert not found["granted.business"].value


def test_a_figure_that_may_not_be_there_is_disputed() -> None:
    found = settled(printed("granted", (3, None, 0, 0, 0, 0, 3), (None, 3, 0, 0, 0, 0, 3)))
    cell = found["granted.natural_person"]
    assert cell.status is Status.DISPUTED and {cell.value, *cell.alternatives} == {3, None}


def test_a_doubted_row_is_disputed_and_says_why() -> None:
    found = settled(printed("granted", (3, 0, 0, 0, 0, 0, 3), because=Reason("torn", "已撕裂"), doubted=True))
    cell = found["granted.natural_person"]
    assert (cell.value, cell.status, cell.because) == (3, Status.DISPUTED, "torn")


def test_doubted_rows_that_say_the_same_vouch_for_each_other() -> None:
    row = printed("granted", (3, 0, 0, 0, 0, 0, 3), doubted=True)
    assert settled(row, row)["granted.natural_person"].status is Status.REPORTED


def test_said_twice_with_different_figures() -> None:
    found = settled(printed("granted", (3, 0, 0, 0, 0, 0, 3)), printed("granted", (4, 0, 0, 0, 0, 0, 4)))
    assert found["granted.natural_person"].status is Status.DISPUTED
    assert (found["granted.business"].value, found["granted.business"].status) == (0, Status.REPORTED)


def test_a_figure_beside_a_blank_is_the_figure() -> None:
    found = settled(printed("granted", (None,) * 7), printed("granted", (3, 0, 0, 0, 0, 0, 3)))
    assert (found["granted.natural_person"].value, found["granted.natural_person"].status) == (3, Status.REPORTED)


def test_no_choices_at_all() -> None:
    assert {cell.status for cell in settled().values()} == {Status.MISSING}


def ways_to_cut(row: str, truth: list[int]) -> list[tuple[int, ...]]:
    shape = row_shape(FORM, TABLE, TABLE.rows[[one.id for one in TABLE.rows].index(row)])
    found = cuts(["".join(map(str, truth))], shape, checked=True)
    return [tuple(int(piece.text) for piece in pieces) for pieces in found]


@given(st.integers(0, 40), st.floats(0, 0.5), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=150)
def test_rows_glued_and_rows_lost_never_make_a_certain_wrong_number(seed: int, share: float, random: Random) -> None:
    """Every row of a true report printed, glued (all its cuts at hand) or lost: what is certain is true."""
    truth = make_truth("ogi-2021", seed, scale=40).values
    choices = []
    for row in OFFICIAL:
        figures = [int(truth[f"applications.{row}.{column}"]) for column in COLUMNS]
        fate = random.random()
        if fate < share / 2:
            continue
        found = ways_to_cut(row, figures) if fate < 2 * share else []
        usable = tuple(figures) in found and len(found) < MOST_CUTS
        choices.append(printed(row, *found) if usable else printed(row, figures))
    for cell, state in settled(*choices).items():
        if state.status in (Status.REPORTED, Status.DERIVED):
            assert state.value == truth[cell if cell.startswith("review") else f"applications.{cell}"]
        if state.status is Status.DISPUTED:
            assert truth[f"applications.{cell}"] in (state.value, *state.alternatives)


def test_an_identity_that_bears_out_a_claim_bears_out_no_other_figure() -> None:
    """Beside a table: 3 is only claimed and fits the sum; 9 is stated, and does not."""
    cell = "statistics.{}.year".format
    form = load_forms()["ogi-fujian"]
    figures = {"answered": 10, "answered_granted": 6, "answered_partial": 1}
    rows = [Choice(Origin.TEXT, (Alternative((reading(cell(row), value),)),)) for row, value in figures.items()]
    claimed = Fact(cell("answered_refused"), 3, 0, 1, 0, 9, "asked", reader="llm", bound=False)
    stated = Fact(cell("answered_refused"), 9, 1, 2, 0, 9, "asked", reader="llm")
    for facts in ((claimed, stated), (stated, claimed)):
        found = settle(DOCUMENT, form, rows, facts).cells[cell("answered_refused")]
        assert (found.value, found.status) == (9, Status.DISPUTED)
