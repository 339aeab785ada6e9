"""The published tables: what they promise, and that nothing of a report is lost on the way there and back."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.batch import failed
from extractor.deliver.from_json import report_of
from extractor.deliver.results.opened import open_results
from extractor.deliver.tables.arrow import arrow_schema, tables_of
from extractor.deliver.tables.columns import Of
from extractor.deliver.tables.csv_text import csv_value, value_of_csv
from extractor.deliver.tables.rows import digits, fitting, report_key, report_rows
from extractor.deliver.tables.schemas import SCHEMA_VERSION, TABLES
from extractor.deliver.to_csv import runs_as_formula
from extractor.deliver.to_json import json_line
from extractor.errors import ForeignResultError, ResultError, UsageError
from extractor.report import Asked, Cell, Evidence, Finding, Report, Severity, Source, Status, Usage, Verdict
from tests.sampled import as_jsonl, sampled

FULL = Report(
    Source("a/报告.pdf", "ab" * 32, "application/pdf"),
    "ogi-2021",
    "某局",
    2023,
    {
        "applications.new.total": Cell(
            Decimal("1234567890.25"),
            Status.DISPUTED,
            ("rules", "llm"),
            Evidence(3, 9, "12\n34", 2, (1.5, 2.25, 3.0, 4.125), "word/media/image1.png"),
            "=1+1",
            (7, None, Decimal("0.5")),
            "because",
            "件",
            "因为",
        ),
        "applications.new.other": Cell(None, Status.BLANK, ("rules",), Evidence(1, 1, ""), ""),
        "proactive.fees.amount": Cell(10**40, Status.REPORTED, ("rules",), None, "1" + "0" * 40),
    },
    (
        Finding(
            "x.y",
            Severity.WARNING,
            "说明",
            "said",
            ("applications.new.total",),
            {"applications.new.total": Decimal("0.1"), "applications.new.other": None},
            ("applications.new.total",),
            (Evidence(1, 2, "a", 3, (0.1, 0.2, 0.3, 0.4), "img 2"), Evidence(4, 5, "b")),
        ),
    ),
    Verdict.REVIEW,
    Usage(2, 30, 4, 0.125),
    {"form": "told", "organ": "told too"},
    (Asked("applications.new.total", None, "q", "outcome", "prompt"),),
)
FAILED = failed(Path("reports/guide.html"), "unrecognised", "no annual report")


def test_columns_are_those_published() -> None:
    """A change here breaks data sets of users: add columns at will, and change none."""
    assert SCHEMA_VERSION == 2
    assert {name: table.names[:4] for name, table in TABLES.items()} == {
        "reports": ("report", "name", "sha256", "media_type"),
        "cells": ("report", "position", "form", "cell"),
        "findings": ("report", "position", "rule", "severity"),
        "failures": ("report", "name", "sha256", "media_type"),
    }
    assert [len(table.columns) for table in TABLES.values()] == [25, 26, 11, 7]
    assert arrow_schema(TABLES["cells"]).field("value").type == pa.decimal128(38, 10)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_column_is_described_in_both_languages(table: object) -> None:
    from extractor.deliver.tables.columns import TableSchema

    assert isinstance(table, TableSchema)
    schema = arrow_schema(table)
    assert schema.metadata[b"gouji.schema"] == str(SCHEMA_VERSION).encode()
    for field in schema:
        assert field.metadata[b"description"] and field.metadata[b"description_zh"]
    reserved = {"table", "column", "end", "row", "select", "group", "order"}
    assert not reserved & set(table.names)


def test_rows_have_the_width_of_their_table() -> None:
    rows = report_rows([FULL, FAILED, *sampled()])
    for name, gathered in rows._asdict().items():
        assert {len(row) for row in gathered} == {len(TABLES[name].columns)}


@pytest.mark.parametrize("report", [FULL, *sampled()], ids=lambda one: one.source.name)
def test_a_report_comes_back_from_its_json(report: Report) -> None:
    assert report_of(json.loads(json_line(report), parse_float=Decimal)).to_dict() == report.to_dict()


def test_all_reports_come_back_from_parquet(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    reports = [FULL, *sampled()]
    for at in range(0, len(reports), 10):  # in shards, as a bulk run leaves them
        for name, table in tables_of(reports[at : at + 10]).items():
            (tmp_path / name).mkdir(exist_ok=True)
            pq.write_table(table, tmp_path / name / f"part-{at}.parquet")
    back = {one.source.name: one for one in open_results([tmp_path], pytest.fail).reports()}
    assert {name: one.to_dict() for name, one in back.items()} == {one.source.name: one.to_dict() for one in reports}
    assert back[FULL.source.name] == FULL, "no digit is lost either, which JSON would"


def test_a_failed_document_is_in_failures_only() -> None:
    rows = report_rows([FAILED])
    assert [len(gathered) for gathered in rows] == [0, 0, 0, 1]
    assert rows.failures[0][4] == "unrecognised"


def test_the_key_is_of_name_and_bytes() -> None:
    keys = {report_key(Source(name, sha, "")) for name in ("a", "b") for sha in ("c", "d")}
    assert len(keys) == 4 and report_key(Source("a", "c", "x")) in keys
    assert report_key(Source("a\udcff", "c", "")) not in keys


def test_a_name_that_is_no_text_does_no_harm() -> None:
    odd = Report(Source("\udcff.html", "", ""), None, None, None, {}, (), Verdict.REVIEW)
    assert tables_of([odd])["reports"].column("name").to_pylist() == ["\\udcff.html"]


@pytest.mark.parametrize(
    ("value", "text", "fits"),
    [
        (0, "0", True),
        (Decimal("1E+3"), "1000", True),
        (Decimal("0.10"), "0.1", True),
        (Decimal("-0.0000000001"), "-0.0000000001", True),
        (Decimal("0.00000000001"), "0.00000000001", False),
        (10**28 - 1, "9" * 28, True),
        (10**28, "1" + "0" * 28, False),
    ],
)
def test_a_figure_keeps_its_digits(value: int | Decimal, text: str, fits: bool) -> None:
    assert digits(value) == text
    assert fitting(value) == (value if fits else None)


@given(st.text())
def test_any_text_comes_back_from_csv(text: str) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\r\n").writerow([csv_value(text, Of.TEXT), "x"])
    ((read, _),) = csv.reader(io.StringIO(stream.getvalue(), newline=""))
    assert value_of_csv(read, Of.TEXT) == text
    assert not runs_as_formula(read)
    assert len(stream.getvalue().splitlines()) == 1


@given(st.decimals(allow_nan=False, allow_infinity=False, places=10))
def test_any_decimal_comes_back_from_csv(value: Decimal) -> None:
    assert value_of_csv(csv_value(value, Of.DECIMAL), Of.DECIMAL) == value


def test_results_of_a_service_are_read(tmp_path: Path) -> None:
    """As GET /v1/batches/{id}/results gives them out: lines with an envelope, or Parquet with the report as JSON."""
    import pyarrow.parquet as pq

    reports = sampled()[:3]
    lines = [json.dumps({"seq": at, "report": one.to_dict()}) for at, one in enumerate(reports)]
    (tmp_path / "results.jsonl").write_text("\n".join(lines), encoding="utf-8")
    columns = {"seq": list(range(3)), "report": [json_line(one) for one in reports]}
    pq.write_table(pa.table(columns), tmp_path / "batch.parquet")
    for name in ("results.jsonl", "batch.parquet"):
        found = [one.to_dict() for one in open_results([tmp_path / name], pytest.fail).reports()]
        assert found == [one.to_dict() for one in reports]


@pytest.mark.parametrize("name", ["a[1]", "a*b?", "it's", "=x y"])
def test_any_folder_will_do(name: str, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    folder = tmp_path / name
    folder.mkdir()
    for table, rows in tables_of([FULL]).items():
        pq.write_table(rows, folder / f"{table}.parquet")
    assert list(open_results([folder], pytest.fail).reports()) == [FULL]


@pytest.mark.parametrize("content", [b"PAR1 no", b""])
def test_a_broken_parquet_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(content)
    said: list[str] = []
    with pytest.raises(UsageError, match=r"no results in .*a\.parquet that can be read"):
        list(open_results([tmp_path / "a.parquet"], said.append).reports())
    assert len(said) == 1 and "a.parquet" in said[0]


class TestWhatCannotBeRead:
    def test_the_rest_goes_on_and_it_is_named(self, tmp_path: Path) -> None:
        path = as_jsonl(sampled()[:3], tmp_path / "all.jsonl")
        lines = path.read_text(encoding="utf-8").splitlines()
        broken = json.loads(lines[0])
        next(iter(broken["cells"].values()))["status"] = "sure"
        path.write_text("\n".join([json.dumps(broken), "{", *lines, lines[2]]), encoding="utf-8")
        said: list[str] = []
        reports = list(open_results([path], said.append).reports())
        assert [one.to_dict() for one in reports] == [one.to_dict() for one in sampled()[:3]]
        assert [line.removeprefix(f"{path}:").split(":")[0] for line in said] == ["1", "2", "6"]
        assert "has no status that gouji gives" in said[0] and "the first is kept" in said[2]

    @pytest.mark.parametrize("result", [1, [], {"a": 1}])
    def test_another_json_is_told_apart(self, result: object) -> None:
        with pytest.raises(ForeignResultError):
            report_of(result)

    @pytest.mark.parametrize(
        "wrong",
        [{"year": "2023"}, {"year": True}, {"cells": []}, {"usage": 1}, {"verdict": "good"}, {"findings": [{}]}],
    )
    def test_a_wrong_type_is_an_error(self, wrong: dict[str, object]) -> None:
        with pytest.raises(ResultError):
            report_of({**json.loads(json_line(FULL)), **wrong})

    def test_only_what_a_bulk_run_has_committed_counts(self, tmp_path: Path) -> None:
        import pyarrow.parquet as pq

        for shard, reports in (("00001", sampled()[:2]), ("00002", sampled()[2:4])):
            for name, table in tables_of(reports).items():
                (tmp_path / name).mkdir(exist_ok=True)
                pq.write_table(table, tmp_path / name / f"{shard}.parquet")
        (tmp_path / "_gouji" / "ledger").mkdir(parents=True)
        (tmp_path / "_gouji" / "ledger" / "00001.parquet").write_bytes(b"PAR1")
        names = {one.source.name for one in open_results([tmp_path], pytest.fail).reports()}
        assert names == {one.source.name for one in sampled()[:2]}
        (tmp_path / "_gouji" / "rewriting").mkdir()
        (tmp_path / "_gouji" / "rewriting" / "00001").touch()
        with pytest.raises(UsageError, match="run it again first"):
            open_results([tmp_path], pytest.fail)

    def test_a_table_without_a_column_is_refused(self, tmp_path: Path) -> None:
        import pyarrow.parquet as pq

        tables = tables_of([FULL])
        pq.write_table(tables["reports"], tmp_path / "reports.parquet")
        pq.write_table(tables["cells"].drop_columns(["value"]), tmp_path / "cells.parquet")
        with pytest.raises(ResultError, match="no column value"):
            open_results([tmp_path], pytest.fail)
