"""`gouji deliver`, `codebook`, `schema`: what comes out, read back with other people's programs."""

import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from extractor.deciding.decided import decided
from extractor.deciding.decision import DecisionKind, made
from extractor.deliver.duckdb_file import VIEWS
from extractor.deliver.from_json import report_of
from extractor.deliver.json_schema import report_schema
from extractor.deliver.squares import Role, laid_out
from extractor.deliver.tables.back import failure_back, report_back
from extractor.deliver.tables.csv_text import read_csv_rows, value_of_csv
from extractor.deliver.tables.schemas import TABLES
from extractor.deliver.xlsx.book import STATUS_FILL, exact, sheet_name
from extractor.errors import ResultError
from extractor.forms.load import load_forms
from extractor.forms.printed import GRID, Print, load_prints
from extractor.pipeline import draft, finish
from extractor.read import read_path
from extractor.report import Cell, Evidence, Number, Report, Source, Status, Verdict, json_number
from tests.sampled import ROOT, as_jsonl, done, gouji, sampled

SAMPLES = ROOT / "eval" / "samples"
FORMS = load_forms()
READ = [one for one in sampled() if one.verdict is not Verdict.FAILED]
_OF_NOTE = ("misprint", "clean", "ocr-by-others", "nil-words")
SHOWN = [one for at, one in enumerate(READ) if at % 5 == 0 or any(word in one.source.name for word in _OF_NOTE)]
JSON = {one.source.name: one.to_dict() for one in sampled()}
EVIL = ('=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", " =1", "＝1+1", "=cmd|' /C calc'!A0", "'=1", "a\x1b[1mb")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return as_jsonl(sampled(), tmp_path_factory.mktemp("results") / "all.jsonl")


@pytest.fixture(scope="module")
def tables(results: Path) -> Path:
    out = results.parent / "tables"
    done("deliver", results, "--to", "parquet", "--out", out)
    return out


@pytest.fixture(scope="module")
def package(results: Path) -> Path:
    out = results.parent / "package"
    done("deliver", results, "--to", "datapackage", "--out", out)
    return out


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Of a third of the samples: openpyxl takes its time."""
    folder = tmp_path_factory.mktemp("workbook")
    done("deliver", as_jsonl(tuple(SHOWN), folder / "some.jsonl"), "--out", folder / "some.xlsx")
    return openpyxl.load_workbook(folder / "some.xlsx")


@pytest.fixture(scope="module")
def database(tables: Path) -> Iterator[Any]:
    out = tables.parent / "views.duckdb"
    done("deliver", tables, "--out", out)
    with duckdb.connect(str(out), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def page() -> str:
    """The codebook."""
    return str(done("codebook").output)


def put_together(rows: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Reports as JSON from the rows of the four tables."""
    parts: dict[str, dict[str, list[dict[str, Any]]]] = {"cells": {}, "findings": {}}
    for name, by_report in parts.items():
        for row in sorted(rows[name], key=lambda row: int(row["position"])):
            by_report.setdefault(row["report"], []).append(row)
    gathered = [
        report_back(row, parts["cells"][row["report"]], parts["findings"].get(row["report"], []))
        for row in rows["reports"]
    ]
    gathered += [failure_back(row) for row in rows["failures"]]
    return {one.source.name: one.to_dict() for one in gathered}


class TestRoundTrips:
    """What was JSON is the same JSON again."""

    def test_parquet_by_duckdb(self, tables: Path) -> None:
        rows = {
            name: duckdb.sql(f"SELECT * FROM '{tables}/{name}.parquet'").to_arrow_table().to_pylist() for name in TABLES
        }
        assert put_together(rows) == JSON

    def test_parquet_by_pandas(self, tables: Path) -> None:
        cells = pd.read_parquet(tables / "cells.parquet").merge(
            pd.read_parquet(tables / "reports.parquet"), on="report"
        )
        seen = 0
        for row in cells.to_dict("records"):
            cell = JSON[row["name"]]["cells"][row["cell"]]
            value = None if pd.isna(row["value"]) else json_number(row["value"])
            assert (value, row["status"], list(row["read_by"])) == (cell["value"], cell["status"], cell["read_by"])
            seen += 1
        assert seen == sum(len(one.cells) for one in READ)

    def test_csv_by_our_own_reader(self, package: Path) -> None:
        rows = {}
        for name, table in TABLES.items():
            with (package / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
                rows[name] = [dict(row) for row in read_csv_rows(stream, table)]
        assert put_together(rows) == JSON

    def test_what_people_decided(self, tmp_path: Path) -> None:
        first = draft(read_path(SAMPLES / "misprint-2023" / "report.html"))
        report = finish(first)
        wrong = "applications.rejected_mass.public_welfare"
        held = {
            cell: made(report, first.form, cell, kind, author="李", note="看原件")
            for cell, kind in ((wrong, DecisionKind.AS_PRINTED), ("applications.new.total", DecisionKind.CONFIRM))
        }
        report = decided(report, held, first.form, first)
        assert report.review is not None and any(one.acknowledged for one in report.findings)
        results, tables, back = tmp_path / "all.jsonl", tmp_path / "tables", tmp_path / "back.json"
        done("deliver", as_jsonl((report,), results), "--to", "parquet", "--out", tables)
        done("deliver", tables, "--out", back)
        assert json.loads(back.read_text(encoding="utf-8")) == [report.to_dict()]
        assert report_of(json.loads(results.read_text(encoding="utf-8"), parse_float=Decimal)) == report

    def test_tables_of_the_first_version(self, tables: Path, tmp_path: Path) -> None:
        """They lack the columns that came later, and are read all the same, also beside newer ones."""
        older, back = tmp_path / "older", tmp_path / "back.jsonl"
        for name, table in TABLES.items():
            (older / name).mkdir(parents=True)
            kept = [column.name for column in table.columns if column.since == 1]
            found = pq.read_table(tables / f"{name}.parquet", columns=kept)
            pq.write_table(found, older / name / "0.parquet")
        for query in ("--out", back), ("--to", "csv", "--out", tmp_path / "csv"):
            done("deliver", older, *query)
        assert {one["source"]["name"]: one for one in map(json.loads, back.read_text("utf-8").splitlines())} == JSON
        done("panel", older)

    @pytest.mark.parametrize("reader", ["pandas", "duckdb"])
    def test_csv_by_others(self, package: Path, reader: str) -> None:
        rows: dict[str, list[dict[str, Any]]] = {}
        for name, table in TABLES.items():
            path = package / f"{name}.csv"
            if reader == "pandas":
                frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
                lines = frame.to_dict("records")
            else:
                query = f"SELECT * FROM read_csv('{path}', all_varchar = true, header = true)"
                lines = duckdb.sql(query).to_arrow_table().to_pylist()
            kinds = {column.name: column.of for column in table.columns}
            rows[name] = [{key: value_of_csv(text or "", kinds[key]) for key, text in line.items()} for line in lines]
        assert put_together(rows) == JSON

    def test_json_lines_from_parquet_are_those_that_went_in(self, results: Path, tables: Path) -> None:
        out = results.parent / "again.jsonl"
        done("deliver", tables, "--out", out)
        went_in, came_out = (set(path.read_text(encoding="utf-8").splitlines()) for path in (results, out))
        assert came_out == went_in

    def test_database(self, results: Path, tables: Path) -> None:
        for source in (results, tables):
            out = results.parent / f"{source.stem}.duckdb"
            done("deliver", source, "--out", out)
            with duckdb.connect(str(out), read_only=True) as database:
                rows = {name: database.sql(f"FROM {name}").to_arrow_table().to_pylist() for name in TABLES}
            assert put_together(rows) == JSON


class TestWorkbook:
    def test_every_figure_of_the_form_is_in_its_place_with_status_and_source(self, workbook: Any) -> None:
        """The comment says which cell it is; colour and comment say its status, the comment where it was read."""
        by_fill = {fill.removeprefix("#"): status for status, fill in STATUS_FILL.items()}
        overview = workbook.worksheets[0]
        sheets = {row[13].value: row[0].hyperlink.location for row in overview.iter_rows(min_row=2) if row[0].hyperlink}
        assert set(sheets) == {one.source.name for one in SHOWN}
        assert {row[3].value for row in overview.iter_rows(min_row=2)} == {"相符 clean", "待核 review"}
        assert {cell.status for one in SHOWN for cell in one.cells.values()} == set(Status)
        for report in SHOWN:
            sheet = workbook[sheets[report.source.name].split("!")[0].strip("'")]
            shown = set()
            for row in sheet.iter_rows():
                for place in row:
                    if place.comment is None:
                        continue
                    cell_id, status, *lines = place.comment.text.split("\n")
                    cell = report.cells[cell_id]
                    shown.add(cell_id)
                    assert status.partition("（")[0] == cell.status
                    assert by_fill[place.fill.fgColor.rgb[2:]] is cell.status
                    if cell.status is Status.NOT_APPLICABLE:
                        assert place.value == (cell.printed or "/")
                    else:
                        assert place.value == json_number(cell.value), cell_id
                    if cell.evidence is not None:
                        assert any(f"{cell.evidence.start}–{cell.evidence.end}" in line for line in lines)
            rest = {report.cells[cell].status for cell in report.cells.keys() - shown}
            assert rest <= {Status.MISSING, Status.DERIVED}
            form = FORMS[report.form or ""]
            assert all(form.cells[cell][1].optional for cell in report.cells.keys() - shown)

    def test_the_sheet_of_cells_has_all_of_them(self, workbook: Any) -> None:
        names = {row[0]: row[1] for row in workbook["reports"].iter_rows(min_row=2, values_only=True)}
        heads, *rows = workbook["cells"].iter_rows(values_only=True)
        seen = 0
        for values in rows:
            row = dict(zip(heads, values, strict=True))
            cell = JSON[names[row["report"]]]["cells"][row["cell"]]
            evidence = cell["evidence"] or {}
            assert (row["value"], row["status"], row["printed"] or "") == (
                cell["value"],
                cell["status"],
                cell["printed"] or "",
            )
            assert (row["evidence_start"], row["evidence_end"]) == (evidence.get("start"), evidence.get("end"))
            assert (row["read_by"] or "").split() == cell["read_by"]
            seen += 1
        assert seen == sum(len(one.cells) for one in SHOWN)

    def test_heads_and_groups_are_merged_as_on_the_form(self, workbook: Any) -> None:
        (sheet,) = (one for one in workbook.worksheets if one.title.endswith("丹枫市人民政府 2023"))
        texts = {sheet.cell(area.min_row, area.min_col).value: area for area in sheet.merged_cells.ranges}
        assert (texts["申请人情况"].size["columns"], texts["法人或其他组织"].size["columns"]) == (7, 5)
        assert texts["三、本年度办理结果"].size["rows"] == 22
        assert texts["（三）不予公开"].size["rows"] == 8
        assert texts["行政诉讼"].size["columns"] == 10

    def test_nothing_runs(self, tmp_path: Path) -> None:
        cells = {
            f"applications.new.{column}": Cell(1, Status.REPORTED, ("rules",), Evidence(0, 1, evil), evil)
            for column, evil in zip(("natural_person", "business", "research", "other", "total"), EVIL, strict=False)
        }
        cells["applications.granted.total"] = Cell(
            None, Status.NOT_APPLICABLE, ("rules",), Evidence(0, 1, "x"), EVIL[0]
        )
        reports = tuple(
            Report(
                Source(evil, str(at), evil), "ogi-2021", evil, 2023, cells, (), Verdict.REVIEW, reasons={"form": evil}
            )
            for at, evil in enumerate(EVIL)
        )
        source = as_jsonl(reports, tmp_path / "evil.jsonl")
        for out in ("evil.xlsx", "evil"):
            done("deliver", source, "--to", "xlsx", "--out", tmp_path / out)
        books = [tmp_path / "evil.xlsx", *(tmp_path / "evil").iterdir()]
        assert len(books) == 1 + len(EVIL)
        for path in books:
            with zipfile.ZipFile(path) as archive:
                for member in archive.namelist():
                    text = archive.read(member).decode("utf-8", "replace")
                    assert "<f>" not in text and "<f " not in text, member
                    assert "\x1b" not in text
                    if "sheet" in member and member.endswith(".rels"):
                        assert 'TargetMode="External"' not in text
        rows = list(openpyxl.load_workbook(books[0])["reports"].iter_rows(min_row=2, values_only=True))
        assert {row[1] for row in rows} == {*EVIL[:-1], "a\ufffd[1mb"}

    def test_a_name_of_a_file_is_made_of_letters_and_digits(self, tmp_path: Path) -> None:
        organ = "../../某局/\\:*?\x00"
        one = Report(Source("a", "b", "c"), "ogi-2021", organ, 2023, {}, (), Verdict.REVIEW)
        done("deliver", as_jsonl((one,), tmp_path / "a.jsonl"), "--to", "xlsx", "--out", tmp_path / "books")
        (path,) = (tmp_path / "books").iterdir()
        assert re.fullmatch(r"某局-2023-[0-9a-f]{20}\.xlsx", path.name)

    @pytest.mark.parametrize(
        ("value", "fits"),
        [(10**15 - 1, True), (10**15, False), (Decimal("0.1"), True), (Decimal("1.2345678901234567"), False)],
    )
    def test_only_what_a_float_holds_is_written_as_a_number(self, value: Number, fits: bool) -> None:
        assert exact(value) is fits

    def test_sheet_names(self) -> None:
        assert sheet_name("a[b]:*?/\\'") == "a_b______"
        assert len(sheet_name("长" * 50)) == 31
        assert sheet_name("'") == "sheet"

    def test_too_many_reports_for_one_workbook(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("extractor.deliver.xlsx.reports_book.MOST_SHEETS", 2)
        source = as_jsonl(sampled()[:3], tmp_path / "a.jsonl")
        result = gouji("deliver", source, "--out", tmp_path / "a.xlsx")
        assert result.exit_code == 2 and "name a folder" in result.output
        assert not (tmp_path / "a.xlsx").exists()

    def test_libreoffice_shows_it(self, tmp_path: Path) -> None:
        soffice = shutil.which("soffice")
        if soffice is None:
            pytest.skip("LibreOffice is not installed: nobody has opened the workbook")
        one = next(report for report in READ if "misprint-2023" in report.source.name)
        done("deliver", as_jsonl((one,), tmp_path / "a.jsonl"), "--to", "xlsx", "--out", tmp_path / "a")
        (book,) = (tmp_path / "a").iterdir()
        profile = f"-env:UserInstallation=file://{tmp_path}/profile"
        command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(book)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        import pypdfium2

        with pypdfium2.PdfDocument(tmp_path / f"{book.stem}.pdf") as pdf:
            text = "".join(pdf[page].get_textpage().get_text_range() for page in range(2))
        for shown in (
            "丹枫市人民政府 2023 年政府信息公开工作年度报告",
            "第二十条第（八）项",
            "法人或其他组织",
            "须查看的问题",
        ):
            assert shown in text


class TestLayout:
    @pytest.mark.parametrize("form", FORMS)
    def test_every_cell_has_its_square_and_none_overlap(self, form: str) -> None:
        for table in FORMS[form].tables:
            for how in (load_prints()[form][table.id], Print()):
                squares = laid_out(FORMS[form], table, how, lambda _: True, 2020)
                cells = [square.cell for square in squares if square.role is Role.FIGURE]
                assert sorted(filter(None, cells)) == sorted(
                    f"{table.id}.{row.id}.{column}" for row in table.rows for column in table.columns_of(row)
                )
                covered = [
                    (row, column)
                    for square in squares
                    for row in range(square.top, square.top + square.height)
                    for column in range(square.left, square.left + square.width)
                ]
                assert len(covered) == len(set(covered))

    @pytest.mark.parametrize("form", FORMS)
    def test_tables_are_a_full_grid_wide(self, form: str) -> None:
        for table in FORMS[form].tables:
            squares = laid_out(FORMS[form], table, load_prints()[form][table.id], lambda _: False, 2020)
            ends: dict[int, int] = {}
            for square in squares:
                for row in range(square.top, square.top + square.height):
                    ends[row] = max(ends.get(row, 0), square.left + square.width)
            assert set(ends.values()) == {GRID}, table.id


class TestPackage:
    def test_frictionless_finds_nothing_wrong(self, package: Path) -> None:
        import frictionless

        report = frictionless.validate(str(package / "datapackage.json"))
        assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "message"])[:5]
        assert {task.name for task in report.tasks} == {*TABLES, "fields", "identities"}

    def test_frictionless_finds_a_wrong_status(self, package: Path, tmp_path: Path) -> None:
        import frictionless

        copy = shutil.copytree(package, tmp_path / "copy")
        cells = (copy / "cells.csv").read_text(encoding="utf-8-sig").replace(",reported,", ",sure,", 1)
        (copy / "cells.csv").write_text(cells, encoding="utf-8-sig")
        assert not frictionless.validate(str(copy / "datapackage.json")).valid

    def test_files(self, package: Path) -> None:
        assert {path.name for path in package.iterdir()} == {
            *(f"{name}.csv" for name in (*TABLES, "fields", "identities")),
            "datapackage.json",
            "codebook.md",
            "codebook.html",
            "report.schema.json",
        }
        for path in package.glob("*.csv"):
            assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "Excel needs it"

    def test_a_folder_of_somebody_else_is_not_touched(self, results: Path, tmp_path: Path) -> None:
        (tmp_path / "mine.txt").write_text("mine")
        result = gouji("deliver", results, "--to", "csv", "--out", tmp_path)
        assert result.exit_code == 2 and [path.name for path in tmp_path.iterdir()] == ["mine.txt"]

    def test_nor_is_what_was_put_beside_ours(self, tmp_path: Path) -> None:
        source = as_jsonl(sampled()[:1], tmp_path / "a.jsonl")
        done("deliver", source, "--to", "parquet", "--out", tmp_path / "out")
        done("panel", tmp_path / "out")
        result = gouji("deliver", source, "--to", "csv", "--out", tmp_path / "out")
        assert result.exit_code == 2 and "lies there already: panel" in result.output
        assert (tmp_path / "out" / "panel" / "decisions.csv").is_file()
        assert gouji("deliver", tmp_path / "out", "--to", "csv", "--out", tmp_path / "out").exit_code == 2

    def test_our_own_is_written_anew(self, tmp_path: Path) -> None:
        source = as_jsonl(sampled()[:1], tmp_path / "a.jsonl")
        for _ in range(2):
            done("deliver", source, "--to", "csv", "--out", tmp_path / "out")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl", "out"]


class TestDatabase:
    def test_views(self, database: Any) -> None:
        views = {name for (name,) in database.sql("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()}
        assert views == set(VIEWS)
        cells = sum(len(one.cells) for one in READ)
        assert database.sql("SELECT count(*), count(row_zh) FROM figures").fetchall() == [(cells, cells)]
        doubtful = sum(
            cell.status in (Status.DISPUTED, Status.CORRECTED) for one in READ for cell in one.cells.values()
        )
        assert database.sql("SELECT count(*) FROM doubtful").fetchall() == [(doubtful,)]
        suspects = sum(len(finding.suspects) for one in READ for finding in one.findings)
        assert database.sql("SELECT count(*) FROM suspects").fetchall() == [(suspects,)]

    def test_worklist_is_doubt_times_weight(self, database: Any) -> None:
        rows = database.sql("SELECT * FROM worklist").to_arrow_table().to_pylist()
        assert len(rows) == len(READ)
        assert [row["priority"] for row in rows] == sorted((row["priority"] for row in rows), reverse=True)
        for row in rows:
            certain = 0.3 ** row["disputed"] * 0.85 ** row["missing"] * 0.5 ** row["suspect"] * 0.95 ** row["corrected"]
            assert row["doubt"] == pytest.approx(1 - certain)
            assert row["priority"] == pytest.approx(row["doubt"] * float(row["weight"]))
        clean = {one.source.name for one in READ if one.verdict is Verdict.CLEAN}
        optional = {row["name"] for row in rows if row["name"] in clean and row["doubt"] > 0}
        assert not optional, "nothing is doubted in a clean report"

    def test_columns_are_explained(self, database: Any) -> None:
        query = "SELECT count(*) FROM duckdb_columns() WHERE comment IS NULL AND table_name IN ('reports', 'cells')"
        assert database.sql(query).fetchall() == [(0,)]


class TestCodebook:
    def test_every_field_label_unit_and_identity(self, page: str) -> None:
        for form in FORMS.values():
            _, _, rest = page.partition(f"## {form.id} · {form.title}\n")
            part = rest.partition("\n## ")[0]
            lines = {
                line.split(" | ")[0].removeprefix("| "): line for line in part.splitlines() if line.startswith("|")
            }
            for cell, (_, row, column) in form.cells.items():
                for shown in (row.labels[0], column.labels[0], row.unit or column.unit or ""):
                    assert shown in lines[cell]
            for rule in form.identities:
                line = lines[f"{rule.table}.{rule.id}"]
                assert rule.message in line and rule.message_en in line
                assert all(operand in line for operand in (*rule.left, *rule.right, *rule.minus, *rule.last_year))

    def test_every_status_table_and_column(self, page: str) -> None:
        for status in Status:
            assert f"| {status.value} |" in page
        for table in TABLES.values():
            assert f"### {table.name}\n" in page
            assert all(f"| {column.name} | {column.of.value} |" in page for column in table.columns)

    def test_html_holds_the_same_words(self, page: str, tmp_path: Path) -> None:
        refused = gouji("codebook", "--out", tmp_path / "codebook.pdf")
        assert refused.exit_code == 2 and ".md or .html" in refused.output and not (tmp_path / "codebook.pdf").exists()
        done("codebook", "--out", tmp_path / "codebook.html")
        html = (tmp_path / "codebook.html").read_text(encoding="utf-8")
        assert html.startswith("<!doctype html>") and "<script" not in html
        lines = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| ---")]
        assert html.count("<tr>") == len(lines)


class TestSchema:
    def test_every_report_is_valid(self) -> None:
        from jsonschema import Draft202012Validator

        Draft202012Validator.check_schema(report_schema())
        validator = Draft202012Validator(report_schema())
        for report in JSON.values():
            assert not list(validator.iter_errors(report))

    @pytest.mark.parametrize(
        ("where", "wrong"),
        [
            ("verdict", "fine"),
            ("year", "2023"),
            ("cells", {"x": 1}),
            ("cells", {"a.b.c": {"value": 1}}),
            ("source", {}),
        ],
    )
    def test_what_is_wrong_is_found(self, where: str, wrong: object) -> None:
        from jsonschema import Draft202012Validator

        report = {**next(iter(JSON.values())), where: wrong}
        assert list(Draft202012Validator(report_schema()).iter_errors(report))

    def test_a_blank_has_no_value(self) -> None:
        from jsonschema import Draft202012Validator

        cell = Cell(None, Status.BLANK).to_dict()
        report = next(iter(JSON.values()))
        validator = Draft202012Validator(report_schema())
        assert validator.is_valid({**report, "cells": {"a.b.c": cell}})
        assert not validator.is_valid({**report, "cells": {"a.b.c": {**cell, "value": 0}}})

    def test_the_command_prints_it(self) -> None:
        assert json.loads(done("schema").output) == report_schema()


class TestUse:
    def test_what_a_name_does_not_tell_must_be_said(self, results: Path, tmp_path: Path) -> None:
        result = gouji("deliver", results, "--out", tmp_path / "x")
        assert result.exit_code == 2 and "--to" in result.output

    def test_nothing_there(self, tmp_path: Path) -> None:
        for source in (tmp_path, tmp_path / "no.jsonl"):
            assert gouji("deliver", source, "--out", tmp_path / "a.duckdb").exit_code == 2

    @pytest.mark.parametrize("command", ["deliver", "panel"])
    def test_reports_are_no_results(self, command: str, tmp_path: Path) -> None:
        source = tmp_path / "reports"
        source.mkdir()
        (source / "report.html").write_text("<p>x</p>", encoding="utf-8")
        (source / "gold.json").write_text('{"checked": true}', encoding="utf-8")
        to = ["--to", "csv"]
        result = gouji(command, source, "--out", tmp_path / "out", *to)
        assert result.exit_code == 2 and f"no results in {source}" in result.output.replace("\n", "")
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize("out", ["a.xlsx", "a.jsonl", "a.json"])
    def test_what_failed_is_not_counted_as_a_report(self, results: Path, tmp_path: Path, out: str) -> None:
        read = sum(one.verdict is not Verdict.FAILED for one in sampled())
        assert f"{out}: {read} reports, {len(sampled()) - read} failures" in done(
            "deliver", results, "--out", tmp_path / out
        ).output.replace("\n", "")

    def test_unread_results_are_told_by_the_exit_code(self, tmp_path: Path) -> None:
        source = as_jsonl(sampled()[:1], tmp_path / "a.jsonl")
        source.write_text(source.read_text(encoding="utf-8") + "{\n", encoding="utf-8")
        result = gouji("deliver", source, "--out", tmp_path / "b.jsonl")
        assert result.exit_code == 1
        assert len((tmp_path / "b.jsonl").read_text(encoding="utf-8").splitlines()) == 1
        source.write_text("{\n", encoding="utf-8")
        assert gouji("deliver", source, "--out", tmp_path / "c.xlsx").exit_code == 2
        assert not (tmp_path / "c.xlsx").exists()

    @pytest.mark.parametrize(("library", "out"), [("xlsxwriter", "a.xlsx"), ("duckdb", "a.duckdb"), ("pyarrow", "a")])
    def test_a_library_that_is_not_there_is_named(
        self, results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str, out: str
    ) -> None:
        import importlib.util

        found = importlib.util.find_spec
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == library else found(name))
        to = ["--to", "parquet"] if out == "a" else []
        result = gouji("deliver", results, "--out", tmp_path / out, *to)
        assert result.exit_code == 2 and "pip install 'gouji[bulk]'" in result.output


@pytest.mark.parametrize(
    ("place", "poison"),
    [
        ("year", 10**30),
        ("usage", {"llm_calls": 10**12}),
        ("usage", {"cost": 10**400}),
        ("value", 10**400),
        ("value", Decimal("1e999999999")),
        ("start", 10**30),
        ("page", 10**12),
        ("box", [10**400, 0, 0, 0]),
    ],
)
def test_numbers_beyond_all_bounds_are_refused_before_any_table_is_made(place: str, poison: object) -> None:
    evidence = {"start": 0, "end": 1, "text": "1"} | ({place: poison} if place in ("start", "page", "box") else {})
    cell = {"value": poison if place == "value" else 1, "status": "reported", "evidence": evidence}
    result: dict[str, object] = {
        "source": {"name": "a.html", "sha256": "0" * 64, "media_type": "text/html"},
        "cells": {"applications.new.total": cell},
        "verdict": "review",
    }
    if place in ("year", "usage"):
        result[place] = poison
    with pytest.raises(ResultError):
        report_of(result)
