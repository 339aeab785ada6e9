"""`gouji panel`: whose reports belong together, what is comparable, and that nothing is chosen in silence."""

import csv
import shutil
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from extractor.audit.audit import audit
from extractor.audit.bodies import load_bodies
from extractor.audit.filed import filed_report, needed_cells
from extractor.audit.model import Filed
from extractor.deliver.results.opened import open_results
from extractor.errors import LabelError, RulesError
from extractor.forms.concordance import COMPARABLE, Relation, load_concordance
from extractor.forms.load import load_forms, rules_dir
from extractor.panel.bodies import Ground, Matching, NameUse, match
from extractor.panel.decisions import COLUMNS, Decisions, read_decisions
from extractor.panel.names import Level, load_panel_rules, named
from extractor.panel.panel import Panel, panel_of
from extractor.report import Cell, Finding, Number, Report, Severity, Source, Status, Verdict
from tests.sampled import as_jsonl, done, gouji, sampled

FORMS = load_forms()
RULES, BODIES = load_panel_rules(), load_bodies()
APPLICANTS = ("natural_person", "business", "research", "public_welfare", "legal_services", "other", "total")


def made(
    year: int,
    values: Mapping[str, "Number | Cell | None"],
    *,
    organ: str = "青溪县教育局",
    form: str = "ogi-2021",
    name: str = "",
    findings: Sequence[Finding] = (),
) -> Report:
    """A report in which everything else is missing."""
    assert set(values) <= FORMS[form].cells.keys()
    cells = dict.fromkeys(FORMS[form].cells, Cell(None, Status.MISSING))
    for cell, value in values.items():
        cells[cell] = value if isinstance(value, Cell) else Cell(value, Status.REPORTED, ("rules",))
    name = name or f"{organ}-{year}.html"
    return Report(Source(name, f"{name:0>64}", "text/html"), form, organ, year, cells, tuple(findings), Verdict.REVIEW)


def rows(name: str, *reports: Report, decisions: Decisions | None = None, tmp: Path, **options: bool) -> list[Any]:
    """The rows of one table of the panel of `reports`."""
    return tables((name,), *reports, decisions=decisions, tmp=tmp, **options)[name]


def tables(
    names: Sequence[str], *reports: Report, decisions: Decisions | None = None, tmp: Path, **options: bool
) -> dict[str, list[Any]]:
    source = open_results([as_jsonl(reports, tmp / "reports.jsonl")], pytest.fail)
    with panel_of(source, decisions or Decisions(), **options) as panel:
        return {name: _rows(panel, name) for name in names}


def _rows(panel: Panel, name: str) -> list[Any]:
    return [row for piece in panel.rows(name) for row in piece.to_pylist()]


def matched(*uses: tuple[str, Sequence[int]], decisions: Decisions | None = None) -> Matching:
    names = [NameUse(organ, frozenset(years), len(years)) for organ, years in uses]
    return match(names, BODIES, RULES, decisions or Decisions())


def pair(one: str, other: str) -> frozenset[frozenset[str]]:
    return frozenset({frozenset({one, other})})


class TestNames:
    @pytest.mark.parametrize(
        ("name", "province", "city", "county", "level", "function"),
        [
            ("厦门市海沧区教育局", None, "厦门市", "海沧区", Level.COUNTY, "教育局"),
            ("福建省厦门市人民政府", "福建省", "厦门市", None, Level.CITY, "人民政府"),
            ("上海市浦东新区人民政府", "上海市", None, "浦东新区", Level.COUNTY, "人民政府"),
            ("北京市教育委员会", "北京市", None, None, Level.PROVINCE, "教育委员会"),
            ("内蒙古自治区锡林郭勒盟行政公署", "内蒙古自治区", "锡林郭勒盟", None, Level.PREFECTURE, "行政公署"),
            ("青溪县龙门镇人民政府", None, None, "青溪县", Level.TOWNSHIP, "龙门镇人民政府"),
            ("沙坪镇人民政府", None, None, None, Level.TOWNSHIP, "沙坪镇人民政府"),
            ("青溪县住房和城乡建设局", None, None, "青溪县", Level.COUNTY, "住房和城乡建设局"),
            ("市教育局", None, None, None, None, "市教育局"),
            ("教育部", None, None, None, None, "教育部"),
        ],
    )
    def test_place_and_level(
        self, name: str, province: str | None, city: str | None, county: str | None, level: Level | None, function: str
    ) -> None:
        told = named(name, BODIES, RULES)
        assert (told.province, told.city, told.county, told.level, told.function) == (
            province,
            city,
            county,
            level,
            function,
        )


class TestMatching:
    def test_spellings(self) -> None:
        result = matched(("青溪县教育局", [2020, 2021]), ("青溪縣 教育局", [2022]))
        assert set(result.body_of.values()) == {"青溪县教育局"}
        assert [(one.ground, one.merged) for one in result.merges] == [(Ground.SPELLING, True)]

    def test_places_left_out(self) -> None:
        result = matched(("海沧区教育局", [2020]), ("厦门市海沧区教育局", [2021]))
        assert result.body_of["海沧区教育局"] == "厦门市海沧区教育局"
        assert [(one.ground, one.merged) for one in result.merges] == [(Ground.PLACES, True)]

    def test_a_district_that_several_cities_have_is_a_candidate(self) -> None:
        result = matched(("鼓楼区教育局", [2020]), ("福州市鼓楼区教育局", [2021]))
        assert result.body_of["鼓楼区教育局"] == "鼓楼区教育局"
        assert [(one.ground, one.merged) for one in result.merges] == [(Ground.AMBIGUOUS_PLACE, False)]

    def test_renamed(self) -> None:
        before, after = "青溪县卫生和计划生育局", "青溪县卫生健康局"
        result = matched((before, [2016, 2017]), (after, [2019]))
        assert set(result.body_of.values()) == {after}
        (merge,) = result.merges
        assert (merge.ground, merge.merged, merge.body, merge.organ) == (Ground.RENAMED, True, after, before)

    @pytest.mark.parametrize(
        ("before", "after", "why"),
        [
            (("青溪县卫生和计划生育局", [2016, 2019]), ("青溪县卫生健康局", [2019]), "the years overlap"),
            (("青溪县卫生和计划生育局", [2015]), ("青溪县卫生健康局", [2016]), "before the reform"),
            (("青溪县卫生和计划生育局", [2016]), ("白水县卫生健康局", [2019]), "another place"),
            (("卫生和计划生育局", [2016]), ("卫生健康局", [2019]), "no place at all"),
        ],
    )
    def test_not_renamed(self, before: tuple[str, list[int]], after: tuple[str, list[int]], why: str) -> None:
        result = matched(before, after)
        assert len(set(result.body_of.values())) == 2, why
        assert not result.merges

    def test_a_place_that_is_told_less_fully_makes_it_a_candidate(self) -> None:
        result = matched(("海沧区卫生和计划生育局", [2016]), ("厦门市海沧区卫生健康局", [2019]))
        assert [(one.ground, one.merged) for one in result.merges] == [(Ground.TAKEN_OVER, False)]

    def test_what_was_taken_over_is_a_candidate(self) -> None:
        result = matched(("青溪县环境保护局", [2017]), ("青溪县生态环境局", [2019]))
        assert len(set(result.body_of.values())) == 2
        assert [(one.ground, one.merged) for one in result.merges] == [(Ground.TAKEN_OVER, False)]

    def test_a_county_that_became_a_district_is_a_candidate(self) -> None:
        result = matched(("青溪县教育局", [2017]), ("青溪区教育局", [2019]))
        assert [(one.ground, one.merged) for one in result.merges] == [(Ground.PLACE_RENAMED, False)]

    def test_a_person_joins_what_was_a_candidate(self) -> None:
        before, after = "青溪县环境保护局", "青溪县生态环境局"
        result = matched((before, [2017]), (after, [2019]), decisions=Decisions(same=pair(before, after)))
        assert set(result.body_of.values()) == {after}
        assert [(one.merged, one.decision) for one in result.merges] == [(True, "same")]

    def test_a_person_parts_what_was_joined(self) -> None:
        one, other = "海沧区教育局", "厦门市海沧区教育局"
        result = matched((one, [2017]), (other, [2019]), decisions=Decisions(apart=pair(one, other)))
        assert len(set(result.body_of.values())) == 2
        assert [(merge.merged, merge.decision) for merge in result.merges] == [(False, "apart")]

    def test_a_person_joins_any_names(self) -> None:
        result = matched(
            ("甲县某办", [2017]), ("甲县某局", [2019]), decisions=Decisions(same=pair("甲县某办", "甲县某局"))
        )
        assert set(result.body_of.values()) == {"甲县某局"}
        assert [one.ground for one in result.merges] == [Ground.DECIDED]

    def test_decisions_that_contradict_each_other(self) -> None:
        decisions = Decisions(same=pair("甲", "乙") | pair("乙", "丙"), apart=pair("甲", "丙"))
        with pytest.raises(LabelError, match="by way of other names"):
            matched(("甲", [2017]), ("乙", [2018]), ("丙", [2019]), decisions=decisions)


class TestConcordance:
    def test_every_form_has_its_say_and_every_doubt_a_reason(self) -> None:
        concordance = load_concordance()
        for one in concordance.main:
            assert one.zh and one.en and one.unit
            for source in one.sources:
                assert source.kind is Relation.SAME or (source.zh and source.en)

    def test_every_cell_that_the_official_forms_have_is_in_a_variable(self) -> None:
        taken = {
            (source.form, cell)
            for one in load_concordance().variables
            for source in one.sources
            if source.kind in COMPARABLE
            for cell in source.cells
        }
        for form in FORMS.values():
            official = {cell for cell, (_, row, _) in form.cells.items() if not row.optional}
            left = {cell for cell in official if (form.id, cell) not in taken}
            assert not left, (form.id, sorted(left))

    def test_2014_concluded_is_the_total_and_answered_is_not(self) -> None:
        (processed,) = (one for one in load_concordance().main if one.id == "processed")
        told = {(source.form, source.cells[0]): source.kind for source in processed.sources}
        assert told["ogi-2014", "statistics.concluded.year"] is Relation.SAME
        assert told["ogi-2014", "statistics.answered.year"] is Relation.NOT_COMPARABLE
        assert told["ogi-2021", "applications.processed_total.total"] is Relation.SAME

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ("applications.new.total", "applications.now.total", "has no cell"),
            ("form: ogi-2014, kind: same", "form: ogi-2015, kind: same", "unknown form"),
            ("- id: carried_in", "- id: received", "defined twice"),
            ("prefix: p2021", "prefix: p2019", "are called"),
            ("kind: part_of", "kind: partly", "concordance.yaml"),
        ],
    )
    def test_a_mistake_is_told(self, old: str, new: str, said: str, tmp_path: Path) -> None:
        shutil.copytree(rules_dir(), tmp_path / "rules")
        path = tmp_path / "rules" / "concordance.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        if "prefix" in old:
            path.write_text(text.replace("ogi-2019], prefix: p2019", "ogi-2021], prefix: p2021"), encoding="utf-8")
        with pytest.raises(RulesError, match=said):
            load_concordance(tmp_path / "rules")


NEW, IN, OUT = "applications.new.total", "applications.carried_in.total", "applications.carried_out.total"
REFUSED = tuple(
    cell for cell in FORMS["ogi-2021"].cells if cell.startswith("applications.refused_") and cell.endswith("total")
)


class TestValues:
    def test_editions_meet_in_one_column(self, tmp_path: Path) -> None:
        reports = (
            made(2016, {"statistics.received.year": 5, "statistics.concluded.year": 4}, form="ogi-2014"),
            made(2020, {NEW: 6, "applications.processed_total.total": 7}, form="ogi-2019"),
            made(2021, {NEW: 8}),
        )
        found = rows("panel", *reports, tmp=tmp_path)
        assert [(row["year"], row["received"], row["received__status"]) for row in found] == [
            (2016, 5, "reported"),
            (2020, 6, "reported"),
            (2021, 8, "reported"),
        ]
        assert [row["processed"] for row in found] == [4, 7, None]
        assert [row["carried_in__status"] for row in found] == ["not_asked", "missing", "missing"]
        assert [row["granted__status"] for row in found] == ["not_comparable", "missing", "missing"]

    def test_only_sound_values_stand_in_the_panel(self, tmp_path: Path) -> None:
        cases: dict[str, tuple[Cell, tuple[int | None, str]]] = {
            "reported": (Cell(5, Status.REPORTED), (5, "reported")),
            "derived": (Cell(0, Status.DERIVED), (0, "derived")),
            "corrected": (Cell(5, Status.CORRECTED), (5, "corrected")),
            "disputed": (Cell(5, Status.DISPUTED, alternatives=(6,)), (None, "disputed")),
            "blank": (Cell(None, Status.BLANK), (None, "blank")),
            "nil": (Cell(None, Status.NOT_APPLICABLE), (None, "not_applicable")),
            "missing": (Cell(None, Status.MISSING), (None, "missing")),
            "too long": (Cell(10**30, Status.REPORTED), (None, "disputed")),
        }
        reports = [made(2021, {NEW: cell}, organ=f"{name}县局") for name, (cell, _) in cases.items()]
        found = {row["body"].removesuffix("县局"): row for row in rows("panel", *reports, tmp=tmp_path)}
        for name, (_, expected) in cases.items():
            assert (found[name]["received"], found[name]["received__status"]) == expected, name

    def test_a_sum_needs_all_of_its_parts(self, tmp_path: Path) -> None:
        whole = dict.fromkeys(REFUSED, 2)
        cases: dict[str, tuple[dict[str, Any], object]] = {
            "whole": (whole, (16, "derived", "sum")),
            "blank": ({**whole, REFUSED[0]: Cell(None, Status.BLANK)}, (14, "derived", "blank_as_0 sum")),
            "missing": ({**whole, REFUSED[0]: Cell(None, Status.MISSING)}, (None, "missing", None)),
            "disputed": ({**whole, REFUSED[0]: Cell(3, Status.DISPUTED)}, (None, "disputed", "sum")),
            "corrected": ({**whole, REFUSED[0]: Cell(3, Status.CORRECTED)}, (17, "corrected", "sum")),
            "printed": ({**whole, "applications.refused.total": 99}, (99, "reported", None)),
            "blanks": (dict.fromkeys(REFUSED, Cell(None, Status.BLANK)), (None, "blank", "sum")),
        }
        reports = [made(2021, values, organ=f"{name}县局") for name, (values, _) in cases.items()]
        found = {row["body"].removesuffix("县局"): row for row in rows("panel", *reports, tmp=tmp_path)}
        for name, (_, expected) in cases.items():
            row = found[name]
            assert (row["refused"], row["refused__status"], row["refused__flags"]) == expected, name

    def test_a_decimal_is_exact(self, tmp_path: Path) -> None:
        (row,) = rows("panel", made(2021, {"proactive.fees.amount": Decimal("0.1")}), tmp=tmp_path)
        assert row["service_fees"] == Decimal("0.1")

    def test_findings_are_kept_beside_the_value(self, tmp_path: Path) -> None:
        error = Finding("x", Severity.ERROR, "说", "said", (NEW, IN), {}, (NEW,))
        note = Finding("y", Severity.INFO, "说", "said", (OUT,))
        (row,) = rows("panel", made(2021, {NEW: 5, IN: 1, OUT: 2}, findings=[error, note]), tmp=tmp_path)
        flags = [row[f"{name}__flags"] for name in ("received", "carried_in", "carried_out")]
        assert flags == ["finding suspect", "finding", None]
        assert row["errors"] == 1

    def test_what_is_not_comparable_is_in_the_long_table_only(self, tmp_path: Path) -> None:
        report = made(2016, {"statistics.answered_granted.year": 3}, form="ogi-2014")
        got = tables(("panel", "panel_long"), report, tmp=tmp_path)
        assert got["panel"][0]["granted"] is None
        (row,) = (row for row in got["panel_long"] if row["variable"] == "granted")
        assert (row["kind"], row["comparable"], row["value"], row["used"]) == ("part_of", False, 3, False)

    def test_all_cells(self, tmp_path: Path) -> None:
        report = made(2021, {"applications.granted.business": 3})
        (row,) = rows("panel", report, tmp=tmp_path, all_cells=True)
        assert row["applications_granted_business"] == 3
        (row,) = rows("panel", report, tmp=tmp_path)
        assert "applications_granted_business" not in row


class TestCopies:
    def test_copies_that_agree_give_a_value(self, tmp_path: Path) -> None:
        got = tables(("panel", "duplicates"), made(2021, {NEW: 5}), made(2021, {NEW: 5}, name="b"), tmp=tmp_path)
        (row,) = got["panel"]
        assert (row["received"], row["received__status"], row["received__flags"]) == (5, "reported", "copies")
        assert len(row["reports"]) == 2 and [one["differing"] for one in got["duplicates"]] == [0, 0]

    def test_one_may_fill_what_the_other_leaves_open(self, tmp_path: Path) -> None:
        copies = (made(2021, {NEW: 5, IN: Cell(9, Status.DISPUTED)}), made(2021, {IN: 1}, name="b"))
        (row,) = rows("panel", *copies, tmp=tmp_path)
        assert (row["received"], row["carried_in"]) == (5, 1)

    @pytest.mark.parametrize("other", [Cell(6, Status.REPORTED), Cell(None, Status.BLANK)])
    def test_copies_that_differ_give_none(self, other: Cell, tmp_path: Path) -> None:
        got = tables(("panel", "duplicates"), made(2021, {NEW: 5}), made(2021, {NEW: other}, name="b"), tmp=tmp_path)
        (row,) = got["panel"]
        assert (row["received"], row["received__status"]) == (None, "conflict")
        assert [one["differing"] for one in got["duplicates"]] == [1, 1]

    @pytest.mark.parametrize("choice", ["use", "leave"])
    def test_a_person_chooses(self, choice: str, tmp_path: Path) -> None:
        copies = (made(2021, {NEW: 5}), made(2021, {NEW: 6}, name="b"))
        (first, _) = rows("duplicates", *copies, tmp=tmp_path)
        keys = frozenset({first["report"]})
        decisions = Decisions(use=keys) if choice == "use" else Decisions(leave=keys)
        got = tables(("panel", "duplicates", "panel_long"), *copies, decisions=decisions, tmp=tmp_path)
        value = 5 if (first["name"] == "b") is (choice == "leave") else 6
        assert (got["panel"][0]["received"], got["panel"][0]["received__status"]) == (value, "reported")
        assert sorted(one["used"] for one in got["duplicates"]) == [False, True]
        both = [row["value"] for row in got["panel_long"] if row["variable"] == "received"]
        assert sorted(both) == [5, 6], "the other one stays in sight"


class TestYears:
    def test_breaks_are_those_of_the_audit(self, tmp_path: Path) -> None:
        got = tables(("breaks",), *sampled(), tmp=tmp_path)["breaks"]
        needed = needed_cells(FORMS)
        filed = [filed_report(one, needed) for one in sampled()]
        expected = audit(filed, FORMS)
        assert {(one["body"], one["rule"], one["message"]) for one in got} == {
            (one.body, one.rule, one.message.replace(" (all.jsonl", "")) for one in expected.findings
        }
        assert any(isinstance(one, Filed) for one in filed) and any(one["severity"] == "error" for one in got)

    def test_a_break_is_a_flag_on_both_sides(self, tmp_path: Path) -> None:
        reports = (made(2021, {NEW: 1, OUT: 5}), made(2022, {NEW: 1, IN: 6}))
        got = tables(("panel", "breaks"), *reports, tmp=tmp_path)
        first, second = got["panel"]
        assert (first["carried_out__flags"], second["carried_in__flags"]) == ("break", "break")
        assert (first["received__flags"], first["breaks"], second["breaks"]) == (None, 1, 1)
        assert got["breaks"][0]["rule"] == "applications.carry_over.total"

    def test_a_merged_body_is_audited_as_one(self, tmp_path: Path) -> None:
        reports = (
            made(2021, {OUT: 5}, organ="海沧区教育局"),
            made(2022, {IN: 6}, organ="厦门市海沧区教育局"),
        )
        got = tables(("breaks", "bodies", "merges"), *reports, tmp=tmp_path)
        assert [(one["body"], one["years"]) for one in got["breaks"]] == [("厦门市海沧区教育局", "2021 2022")]
        (body,) = got["bodies"]
        assert (body["names"], body["city"], body["county"]) == (
            ["厦门市海沧区教育局", "海沧区教育局"],
            "厦门市",
            "海沧区",
        )
        assert got["merges"][0]["organ_years"] == "2021"

    def test_a_report_without_year_is_left_out_and_named(self, tmp_path: Path) -> None:
        lost = made(2021, {NEW: 1}, name="lost")
        lost = Report(lost.source, lost.form, lost.organ, None, lost.cells, (), Verdict.REVIEW)
        got = tables(("panel", "left_out"), lost, made(2022, {NEW: 1}), tmp=tmp_path)
        assert [row["year"] for row in got["panel"]] == [2022]
        assert [(row["name"], row["why_en"]) for row in got["left_out"]] == [("lost", "its year could not be told")]


COPIES = (made(2021, {NEW: 5}), made(2021, {NEW: 6}, name="=b"), made(2022, {NEW: 1}, organ="青溪区教育局"))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    as_jsonl(COPIES, tmp_path / "all.jsonl")
    yield tmp_path


def decide(folder: Path, panel: str, choose: Mapping[tuple[str, str], str], encoding: str = "utf-8-sig") -> Path:
    """The decisions of a panel with some of them made, as somebody would in a spreadsheet."""
    with (folder / panel / "decisions.csv").open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert tuple(lines[0]) == COLUMNS
    for line in lines:
        line["decision"] = choose.get((line["about"], line["document"] or line["organ"]), line["decision"])
    out = folder / "mine.csv"
    with out.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(lines)
    return out


class TestCommand:
    @pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
    def test_decisions_made_in_the_file_hold_and_are_kept(self, folder: Path, encoding: str) -> None:
        said = done("panel", folder / "all.jsonl", "--out", folder / "first").output
        assert "3 reports, 2 bodies, 2 rows" in said and "1 value left open" in said
        assert "decisions.csv: 3 lines\n" in said
        mine = decide(folder, "first", {("report", "'=b"): "use", ("name", "2022 / 2021"): "same"}, encoding)
        said = done("panel", folder / "all.jsonl", "--out", folder / "second", "--decisions", mine).output
        assert "1 body," in said and "left open" not in said
        panel = pq.read_table(folder / "second" / "panel.parquet").to_pylist()
        assert [(row["body"], row["year"], row["received"]) for row in panel] == [
            ("青溪区教育局", 2021, 6),
            ("青溪区教育局", 2022, 1),
        ]
        kept = {(one.about, one.decision) for one in read_decisions(folder / "second" / "decisions.csv").kept}
        assert kept == {("report", "use"), ("name", "same")}

    def test_decisions_made_in_place_are_taken_and_never_lost(self, folder: Path) -> None:
        done("panel", folder / "all.jsonl", "--out", folder / "panel")
        mine = decide(folder, "panel", {("report", "'=b"): "use"})
        shutil.copy(mine, folder / "panel" / "decisions.csv")
        for _ in range(2):
            said = done("panel", folder / "all.jsonl", "--out", folder / "panel").output
            assert "1 decisions are taken from" in said and "left open" not in said
        (folder / "other.csv").write_text("organ,body,report,decision\n甲,乙,,same\n", encoding="utf-8")
        result = gouji("panel", folder / "all.jsonl", "--out", folder / "panel", "--decisions", folder / "other.csv")
        assert result.exit_code == 2 and "put them together" in result.output
        done("panel", folder / "all.jsonl", "--out", folder / "panel", "--decisions", mine)

    def test_every_way_of_writing_holds_the_same(self, folder: Path) -> None:
        for to in ("parquet", "csv", "xlsx"):
            done("panel", folder / "all.jsonl", "--out", folder / to, "--to", to, "--quiet")
        table = pq.read_table(folder / "parquet" / "panel.parquet")
        with (folder / "csv" / "panel.csv").open(encoding="utf-8-sig", newline="") as stream:
            lines = list(csv.DictReader(stream))
        heads, *sheet = openpyxl.load_workbook(folder / "xlsx" / "panel.xlsx")["panel"].iter_rows(values_only=True)
        assert list(heads) == table.column_names == list(lines[0])
        for row, line, values in zip(table.to_pylist(), lines, sheet, strict=True):
            for name, value in zip(heads, values, strict=True):
                if name in ("forms", "reports"):
                    assert value.split() == row[name]
                else:
                    assert value == row[name], name
                    assert line[name] == ("" if value is None else str(value)), name

    def test_the_package_is_valid(self, folder: Path) -> None:
        import frictionless

        done("panel", folder / "all.jsonl", "--out", folder / "csv", "--to", "csv")
        report = frictionless.validate(str(folder / "csv" / "datapackage.json"))
        assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "message"])[:5]

    def test_beside_its_results_and_again(self, folder: Path) -> None:
        done("deliver", folder / "all.jsonl", "--to", "parquet", "--out", folder / "tables")
        for _ in range(2):
            done("panel", folder / "tables")
        assert (folder / "tables" / "panel" / "panel.parquet").is_file()
        again = folder / "again.jsonl"
        done("deliver", folder / "tables", "--out", again)
        assert len(again.read_text(encoding="utf-8").splitlines()) == len(COPIES)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("a,b\n1,2\n", "no column organ"),
            ("organ,body,report,decision\n甲,乙,,use\n", "does not fit"),
            ("organ,body,report,decision\n甲,乙,,same\n乙,甲,,apart\n", "decided twice"),
            ("organ,body,report,decision\n甲,乙,,maybe\n", "line 2"),
        ],
    )
    def test_a_mistake_in_the_decisions_is_told(self, folder: Path, text: str, said: str) -> None:
        (folder / "mine.csv").write_text(text, encoding="utf-8")
        result = gouji("panel", folder / "all.jsonl", "--out", folder / "x", "--decisions", folder / "mine.csv")
        assert result.exit_code == 2 and said in result.output
        assert not (folder / "x").exists()

    def test_where_to_write_must_be_told(self, folder: Path) -> None:
        assert gouji("panel", folder / "all.jsonl").exit_code == 2

    @pytest.mark.parametrize("suffix", ["xlsx", "csv", "parquet"])
    def test_a_panel_is_a_folder(self, folder: Path, suffix: str) -> None:
        result = gouji("panel", folder / "all.jsonl", "--out", folder / f"panel.{suffix}")
        assert result.exit_code == 2 and f"--to {suffix}" in result.output
        assert not (folder / f"panel.{suffix}").exists()
