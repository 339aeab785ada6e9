"""Across reports: which identities fail how often, bodies, a body's years; and the pages that show them."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from extractor.errors import RulesError, UsageError
from extractor.evaluate.intervals import proportion
from extractor.forms.load import rules_dir
from extractor.report import Report, Status, Verdict
from extractor.review.figures import drawn_cells, load_figures, operands
from extractor.review.index import entry_of
from extractor.review.overview import Overview, overview
from extractor.review.plots import Column, Panel, axis, bar, panel, scale_of, stack
from extractor.review.site.app import create_app
from extractor.review.site.strings_across import ACROSS
from extractor.review.tally import Tally, tally
from extractor.review.years import BodyYears, body_years
from tests.reviewed import FORMS, MemoryShelf, failing, report

BODY = "青禾县教育局"
SUM = "applications.outcomes.total"


def tallied(*reports: Report) -> list[Tally]:
    return [tally(f"r{number}", one, FORMS.get(one.form or "")) for number, one in enumerate(reports)]


def seen(*reports: Report) -> Overview:
    return overview(tallied(*reports), FORMS)


def years(*reports: Report, name: str = BODY) -> BodyYears:
    return body_years(name, seen(*reports).audited, load_figures(), FORMS)


def several() -> list[Report]:
    """Six years of one body: another form, a gap, a lost figure, a disputed one, a break of the carry-over."""
    return [
        report(BODY, 2017, {"statistics.received.year": 38, "statistics.reviews.year": 2}, form="ogi-2014"),
        report(f"云州市{BODY}", 2019, {"new": 52, "carried_out": 3}, form="ogi-2019"),
        report(BODY, 2020, {"new": 61, "carried_in": 3, "carried_out": 3, "refused_query": 6}, form="ogi-2019"),
        report(BODY, 2021, {"new": 80, "carried_in": 3, "granted": None, "carried_out": 7}),
        report(
            BODY,
            2022,
            {"new": 94, "carried_in": 70, "carried_out": 5},
            disputed=["applications.new.total"],
            findings=[failing(SUM, "applications.granted.total")],
        ),
    ]


def test_rates_are_of_the_reports_in_which_it_could_be_checked() -> None:
    broken = report("甲局", 2023, {}, findings=[failing(SUM, "applications.granted.total")])
    lost = report("乙局", 2023, dict.fromkeys(["granted", "new", "partial"]))
    found = seen(broken, report("丙局", 2023, {"new": 1}), lost, report("丁局", 2022, {}))
    first = found.identities[0]
    assert (first.form, first.family) == ("ogi-2021", "applications.outcomes")
    # The lost row takes the sums of its two columns with it; in the others this report can be checked all the same.
    assert (first.checked, first.failed, first.sums) == (4, 1, 1)
    assert first.rate == proportion(1, 4)
    assert (first.worst, first.keys) == (((SUM, 1),), ("r0",))
    assert found.verdicts == {
        2023: {Verdict.REVIEW: 1, Verdict.CLEAN: 2},
        2022: {Verdict.CLEAN: 1},
    }


def test_what_is_derived_checks_nothing() -> None:
    one = report("甲局", 2023, {})
    derived = {
        cell: state._replace(status=Status.DERIVED, printed=None, evidence=None) if cell.endswith(".total") else state
        for cell, state in one.cells.items()
    }
    families = {row.family for row in seen(replace(one, cells=derived)).identities}
    assert "applications.row_sum" not in families
    assert "applications.outcomes" in families


def test_what_people_acknowledged_is_counted_beside() -> None:
    told = replace(failing(SUM, "applications.granted.total"), acknowledged=True)
    assert seen(report("甲局", 2023, {}, findings=[told])).identities[0].acknowledged == 1


def test_bodies_are_those_of_the_audit() -> None:
    found = seen(
        *several(),
        report("乙局", 2023, {}),
        Report(report("丙局", 2023, {}).source, None, None, None, {}, (), Verdict.FAILED),
    )
    assert [(one.name, one.reports, one.failed, one.breaks > 0) for one in found.bodies] == [
        (f"云州市{BODY}", 5, 1, True),
        ("乙局", 1, 0, False),
    ]
    assert (found.reports, found.bodiless) == (7, 0)
    assert found.verdicts[None] == {Verdict.FAILED: 1}


def test_reports_of_nobody_are_counted() -> None:
    found = seen(report(None, 2023, {}), report("乙局", 2023, {}))
    assert (found.reports, found.bodiless, len(found.bodies)) == (2, 1, 1)


def test_a_body_over_the_years() -> None:
    found = years(*several(), name=f"云州市{BODY}")
    assert (found.years, found.gaps) == ((2017, 2019, 2020, 2021, 2022), (2018,))
    assert found.names == {BODY: (2017, 2020, 2021, 2022), f"云州市{BODY}": (2019,)}
    assert found.editions == ((2017, "ogi-2014"), (2019, "ogi-2019"), (2021, "ogi-2021"))
    lines = {line.figure.id: line for group in found.groups for line in group.lines}
    assert [(one.year, one.value, one.sure) for one in lines["received"].points] == [
        (2017, 38, True),
        (2019, 52, True),
        (2020, 61, True),
        (2021, 80, True),
        (2022, 94, False),
    ]
    assert lines["granted"].points[3].value is None and lines["granted"].points[3].why is Status.MISSING
    assert [one.year for one in lines["carried_in"].points] == [2019, 2020, 2021, 2022]
    assert lines["carried_in"].breaks == lines["carried_out"].breaks == ((2021, 2022),)
    assert lines["received"].breaks == ()
    # No subtotal is printed: its rows are added up.
    assert lines["refused"].points[2].value == 6


def test_a_subtotal_alone_is_taken() -> None:
    values = {
        "refused": 9,
        **dict.fromkeys(row.id for row in FORMS["ogi-2021"].table_by_id["applications"].rows if row.group == "refused"),
    }
    lines = {line.figure.id: line for group in years(report(BODY, 2023, values)).groups for line in group.lines}
    (point,) = lines["refused"].points
    assert (point.value, point.cells) == (9, ("applications.refused.total",))
    (point,) = {
        line.figure.id: line
        for group in years(report(BODY, 2023, {**values, "refused": None})).groups
        for line in group.lines
    }["refused"].points
    assert (point.value, point.why) == (None, Status.MISSING)


def test_a_body_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="no body"):
        years(name="无此机关")


def test_the_drawn_figures_are_those_of_the_forms() -> None:
    cells = drawn_cells(load_figures(), FORMS)
    assert cells <= {cell for form in FORMS.values() for cell in form.cells}
    assert "applications.new.total" in cells
    assert operands(FORMS["ogi-2021"], "applications.@nothing.total") == (None, ())


def test_a_figure_that_no_form_has_is_named(tmp_path: Path) -> None:
    (tmp_path / "forms").mkdir()
    for path in (rules_dir() / "forms").glob("*.yaml"):
        (tmp_path / "forms" / path.name).write_bytes(path.read_bytes())
    (tmp_path / "figures.yaml").write_text(
        "groups: [{id: a, title: 甲, title_en: a, "
        "figures: [{id: b, title: 乙, title_en: b, cells: {ogi-2021: a.b.c}}]}]",
        encoding="utf-8",
    )
    with pytest.raises(RulesError, match=r"figures\.yaml:1: figure 'b': form 'ogi-2021' has no 'a\.b\.c'"):
        load_figures(tmp_path)


# Plots.

_NUMBER = re.compile(r'(?:width|height|x|y|x1|x2|y1|y2)="(-?[0-9.]+)"')


@given(st.lists(st.integers(0, 10**7), max_size=12))
def test_bars_stay_in_their_drawing(values: list[int]) -> None:
    end = scale_of(values)
    assert end >= max(values, default=0)
    assert end >= 1000 or "." not in LexborHTMLParser(axis(end, percent=False)).text()
    columns = [Column(2010 + at, value, told="<b>") for at, value in enumerate(values)]
    drawn = panel(Panel("a<b", columns, end, frozenset({1}), frozenset({2})))
    tree = LexborHTMLParser(drawn)
    height = float(tree.css_first("svg").attributes["height"] or 0)
    for rect in tree.css("rect"):
        top, size = (float(rect.attributes[one] or 0) for one in ("y", "height"))
        assert top >= 0 and top + size <= height and size >= 0
    assert "<b>" not in drawn and "a<b" not in drawn
    for value in values:
        assert all(float(one) >= 0 for one in _NUMBER.findall(bar(value, end)))


def test_heights_are_in_proportion() -> None:
    drawn = LexborHTMLParser(panel(Panel("a", [Column(2020, 50), Column(2021, 100), Column(2022, None)], 100)))
    low, high = (float(one.attributes["height"] or 0) for one in drawn.css("rect"))
    assert (low, high) == (52.0, 104.0)
    parts = LexborHTMLParser(stack([("a", 1, "x"), ("b", 3, "y"), ("c", 0, "z")])).css("rect")
    assert [float(one.attributes["width"] or 0) for one in parts] == [68.0, 204.0]


# The pages.


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    shelf = MemoryShelf([*several(), report("<script>alert(1)</script>局", 2023, {})], tmp_path)
    return TestClient(create_app(lambda _: shelf), headers={"accept-language": "en"})


def test_the_overview_page(client: TestClient) -> None:
    answer = client.get("/overview")
    assert answer.status_code == 200
    tree = LexborHTMLParser(answer.text)
    tables = tree.css("table.chart")
    row = next(row for row in tables[0].css("tbody tr") if row.css("a"))
    assert "outcomes" in row.css_first("th").text()
    assert [one.text() for one in row.css("td.n")] == ["ogi-2021", "1", "3", "33.3 %", "6.1–79.2 %"]
    assert row.css_first("a").attributes["href"] == "/d/r4"
    assert "<script>alert" not in answer.text
    named = {name for node in tree.css("*") for name in node.attributes}
    assert not {name for name in named if name == "style" or name.startswith("on")}
    # What is drawn stands in the table as well, and a screen reader is spared the drawing.
    assert all(one.attributes.get("aria-hidden") == "true" for one in tree.css("table.chart svg"))
    assert all(table.css("thead th[scope=col]") and table.css("tbody th[scope=row]") for table in tables)


def test_the_page_of_a_body(client: TestClient) -> None:
    for name in (BODY, f"云州市{BODY}"):
        answer = client.get("/body", params={"name": name})
        assert answer.status_code == 200
    tree = LexborHTMLParser(answer.text)
    drawn = tree.css("svg[role=img]")
    assert len(drawn) == 12
    assert "≠" in answer.text and "2018" in answer.text
    label = next(
        one.attributes["aria-label"] or "" for one in drawn if "received" in (one.attributes["aria-label"] or "")
    )
    assert "2017 38" in label and "2022 94 (disputed)" in label
    figures = tree.css_first("table.figures")
    assert [one.text() for one in figures.css("thead th")] == ["2017", "2018", "2019", "2020", "2021", "2022"]
    assert tree.css_first("ul.over-years a").attributes["href"] in ("/d/r3", "/d/r4")
    assert client.get("/body", params={"name": "无此机关"}).status_code == 404


def test_both_pages_in_both_languages(client: TestClient) -> None:
    chinese = client.get("/overview", headers={"accept-language": "zh-CN"}).text
    assert "哪些勾稽关系常不成立" in chinese and "本年度办理结果" in chinese
    assert "新收申请" in client.get("/body", params={"name": BODY}, headers={"accept-language": "zh"}).text
    assert client.get("/overview?lang=zh", follow_redirects=False).status_code == 303
    assert all(len(both) == 2 and all(both) for both in ACROSS.values())


def test_an_empty_run_has_an_overview(tmp_path: Path) -> None:
    shelf = MemoryShelf([], tmp_path)
    assert client_text(shelf).count("<table") == 0


def test_the_overview_follows_what_is_decided(tmp_path: Path) -> None:
    reports = several()
    shelf = MemoryShelf(reports, tmp_path)
    pages = TestClient(create_app(lambda _: shelf), headers={"accept-language": "en"})
    before = LexborHTMLParser(pages.get("/overview").text).css("section")[0]
    assert len(before.css("div.scroll")[0].css("tbody tr")) == 1
    shelf.index.put(entry_of("r4", 4, replace(reports[4], findings=()), FORMS["ogi-2021"]))
    after = LexborHTMLParser(pages.get("/overview").text).css("section")[0]
    assert "All that could be checked hold." in after.text()


def client_text(shelf: MemoryShelf) -> str:
    answer = TestClient(create_app(lambda _: shelf)).get("/overview")
    assert answer.status_code == 200
    return answer.text
