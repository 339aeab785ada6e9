"""`gouji audit`: what goes in, what comes out, with which exit code."""

import csv
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from eval.render import render
from eval.truth import Truth, make_truth
from extractor.cli.app import app
from extractor.deliver.audit_files import AUDIT_COLUMNS

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "corpus"
COLUMNS = ("natural_person", "business", "research", "public_welfare", "legal_services", "other", "total")
ORGAN = "青溪县水利局"


def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    wide = {"COLUMNS": "400"}  # paths of temporary folders are long
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin, env=wide)


def audited(*arguments: str | Path, stdin: bytes | None = None) -> Any:
    result = run("audit", *arguments, "--format", "json", stdin=stdin)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def result(year: int, organ: str | None = ORGAN, **cells: int | None) -> dict[str, Any]:
    """A result with a few cells of the table of applications, as row__column."""
    return {
        "source": {"name": f"{organ}-{year}.html", "sha256": f"{year:064}", "media_type": "text/html"},
        "form": "ogi-2021",
        "organ": organ,
        "year": year,
        "cells": {
            f"applications.{cell.replace('__', '.')}": {
                "value": value,
                "status": "blank" if value is None else "reported",
                "read_by": ["rules"],
                "evidence": {"start": 1, "end": 2, "text": str(value), "page": None},
                "printed": str(value),
            }
            for cell, value in cells.items()
        },
        "findings": [],
        "verdict": "clean",
        "usage": {},
    }


BEFORE = result(2022, carried_out__total=15)
AFTER = result(2023, carried_in__total=12)


def jsonl(path: Path, results: Iterable[object]) -> Path:
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in results), encoding="utf-8")
    return path


@pytest.fixture
def two(tmp_path: Path) -> Path:
    return jsonl(tmp_path / "two.jsonl", [BEFORE, AFTER])


def chained(form: str, year: int, seed: int, carried: dict[str, int] | None) -> Truth:
    """A true report whose carried_out is `carried`."""
    truth = make_truth(form, seed, scale=150)
    truth.organ, truth.year = ORGAN, year
    values = truth.values
    for column in COLUMNS:

        def cell(row: str, column: str = column) -> str:
            return f"applications.{row}.{column}"

        if carried is not None:
            values[cell("carried_in")] = 0
            values[cell("carried_out")] = carried[column]
        values[cell("new")] = values[cell("processed_total")] + values[cell("carried_out")] - values[cell("carried_in")]
    return truth


def write_report(folder: Path, truth: Truth, layout: str) -> Path:
    made = render(truth, layout, Random(truth.year))
    path = folder / f"{truth.year}-{made.name}"
    path.write_bytes(made.data)
    return path


class TestReports:
    def test_of_two_forms(self, tmp_path: Path) -> None:
        """2020 on the older form, 2021 on the newer, straight from the pages."""
        later = chained("ogi-2021", 2021, 5, None)
        carried = {column: int(later.values[f"applications.carried_in.{column}"]) for column in COLUMNS}
        assert carried["total"] > 0
        pages = [
            write_report(tmp_path, chained("ogi-2019", 2020, 6, carried), "html"),
            write_report(tmp_path, later, "pipe"),
        ]
        told = audited(*pages)
        assert told["findings"] == []
        assert told["coverage"]["checked"] == told["coverage"]["held"] == 7
        assert told["coverage"]["not_checked"]["no_such_cell"] == 2
        (body,) = told["bodies"]
        assert [(one["year"], one["form"]) for one in body["reports"]] == [(2020, "ogi-2019"), (2021, "ogi-2021")]

        carried["total"] += 1
        carried["business"] += 1
        write_report(tmp_path, chained("ogi-2019", 2020, 6, carried), "html")
        told = audited(tmp_path)
        rules = [one["rule"] for one in told["findings"]]
        assert rules == ["applications.carry_over.total", "applications.carry_over.business"]
        now, then = told["findings"][0]["operands"]
        assert (now["value"], then["value"]) == (carried["total"] - 1, carried["total"])
        assert (now["year"], now["source"]["name"], now["source"]["result"]) == (2021, str(pages[1]), None)
        text = run("text", pages[0]).stdout
        assert (
            text[then["evidence"]["start"] : then["evidence"]["end"]] == then["evidence"]["text"] == str(then["value"])
        )

    @pytest.mark.skipif(not SHARED.exists(), reason="no real reports here")
    def test_real_reports_of_two_forms(self) -> None:
        """平潭 2020 and 2021, glued together each in its own way: what is carried over agrees in every column."""
        told = audited(*SHARED.glob("pingtan-202[01]/report.txt"))
        assert told["findings"] == []
        assert told["coverage"]["pairs"] == 1
        assert told["coverage"]["checked"] == told["coverage"]["held"] == 7

    def test_mixed_with_results(self, tmp_path: Path) -> None:
        page = write_report(tmp_path, chained("ogi-2021", 2023, 5, None), "html")
        other = result(2022, carried_out__total=1_000_000)
        (tmp_path / "old.json").write_text(json.dumps([other]), encoding="utf-8")
        (finding,) = audited(tmp_path)["findings"]
        sources = [operand["source"] for operand in finding["operands"]]
        assert [one["name"] for one in sources] == [str(page), other["source"]["name"]]
        assert sources[1]["result"] == f"{tmp_path / 'old.json'}[1]"

    def test_a_report_that_fails(self, two: Path) -> None:
        bad = two.with_name("bad.txt")
        bad.write_text("nothing", encoding="utf-8")
        told = run("audit", two, bad)
        assert told.exit_code == 1
        assert f"gouji: {bad}: " in told.stderr
        assert "1 could not be read and is not audited" in told.stderr
        assert "applications.carry_over.total" in told.stdout
        assert f"{bad}: " in told.stdout


class TestInputs:
    def test_lines_array_object_and_stdin(self, tmp_path: Path, two: Path) -> None:
        array, one, other = (tmp_path / name for name in ("array.json", "a.json", "b.json"))
        array.write_text(json.dumps([AFTER, BEFORE], indent=2), encoding="utf-8")
        one.write_text(json.dumps(BEFORE, indent=2), encoding="utf-8")
        other.write_text(json.dumps(AFTER), encoding="utf-8")
        expected = ["applications.carry_over.total"]
        for arguments, stdin in (
            ((two,), None),
            ((array,), None),
            ((one, other), None),
            ((other, one), None),
            (("-",), two.read_bytes()),
            (("-",), array.read_bytes()),
        ):
            findings = audited(*arguments, stdin=stdin)["findings"]
            assert [finding["rule"] for finding in findings] == expected

    def test_a_report_on_stdin(self, tmp_path: Path) -> None:
        page = write_report(tmp_path, chained("ogi-2021", 2023, 5, None), "html")
        (body,) = audited("-", stdin=page.read_bytes())["bodies"]
        assert (body["name"], body["reports"][0]["source"]["name"]) == (ORGAN, "stdin")

    def test_results_in_a_file_of_any_name(self, two: Path) -> None:
        text = two.rename(two.with_name("two.txt"))
        assert len(audited(text)["findings"]) == 1

    @pytest.mark.skipif(not Path("/dev/fd").exists(), reason="no /dev/fd here")
    def test_what_the_shell_has_opened(self, two: Path) -> None:
        reading, writing = os.pipe()
        os.write(writing, two.read_bytes())
        os.close(writing)
        told = audited(f"/dev/fd/{reading}")
        os.close(reading)
        assert len(told["findings"]) == 1

    def test_the_order_of_the_files_changes_nothing(self, tmp_path: Path) -> None:
        files = [
            jsonl(tmp_path / f"{year}.jsonl", [result(year, carried_in__total=year % 5, carried_out__total=year % 7)])
            for year in (2021, 2022, 2023, 2025)
        ]
        assert audited(*files) == audited(*reversed(files)) == audited(tmp_path)

    def test_without_body_or_year(self, two: Path) -> None:
        jsonl(two, [BEFORE, AFTER, result(2024, organ=None)])
        (left_out,) = audited(two)["not_audited"]
        assert left_out == {
            "name": "None-2024.html",
            "result": f"{two}:3",
            "reason": "its body could not be told",
            "failed": False,
        }

    def test_the_output_of_the_last_run_is_no_input(self, two: Path) -> None:
        out = two.with_name("audit.json")
        for _ in range(2):
            assert run("audit", two.parent, "--out", out, "--fail-on", "error").exit_code == 3
        assert json.loads(out.read_text(encoding="utf-8"))["not_audited"] == []


class TestDamage:
    @pytest.mark.parametrize("content", ['{"a": 1}', "[1]", '{"source": {}', "", '{"a":' * 100_000, "\ufeff{"])
    def test_a_file_that_is_no_result(self, two: Path, content: str) -> None:
        bad = two.with_name("bad.json")
        bad.write_text(content, encoding="utf-8")
        told = run("audit", bad, two)
        assert told.exit_code == 1
        assert told.stderr.startswith(f"gouji: {bad}")
        assert "Traceback" not in told.stderr
        assert "applications.carry_over.total" in told.stdout

    def test_what_a_folder_holds_besides_is_listed(self, two: Path) -> None:
        two.with_name("package.json").write_text('{"name": "x"}', encoding="utf-8")
        told = audited(two.parent)
        assert [one["reason"] for one in told["not_audited"]] == [
            'no result of gouji: it has no "source", "cells", "verdict"'
        ]
        two.with_name("package.json").write_text('{"name": ', encoding="utf-8")
        assert run("audit", two.parent).exit_code == 1

    def test_many_bad_lines_are_told_in_a_few(self, two: Path) -> None:
        jsonl(two, [BEFORE, *[{"a": 1}] * 50, AFTER])
        told = run("audit", two)
        assert (told.exit_code, len(told.stderr.splitlines())) == (1, 5)
        assert "and 47 more results in it" in told.stderr
        assert "50 could not be read" in told.stderr
        assert "applications.carry_over.total" in told.stdout

    def test_unknown_paths(self) -> None:
        assert run("audit", "nowhere.json").exit_code == 2

    def test_control_characters_do_not_reach_the_terminal(self, two: Path) -> None:
        jsonl(two, [BEFORE | {"organ": "某县\x1b[31m局"}, AFTER | {"organ": "某县\x1b[31m局"}])
        for fmt in ("table", "csv"):
            assert "\x1b" not in run("audit", two, "--format", fmt).stdout


class TestOutput:
    def test_table(self, two: Path) -> None:
        shown = run("audit", two).stdout
        for words in (
            "error",
            "2022→2023",
            "2023 上年结转政府信息公开申请数量 总计 12 ≠ 2022 结转下年度继续办理 总计 15",
            "carried_in.total 2023 = 12 ≠ carried_out.total 2022 = 15",
            "2 reports of 1 body: 1 error, 0 warnings, 0 notes",
            "checked 1 of 9 chains between 1 pair of years; 8 not: 8 a cell missing",
        ):
            assert words in shown

    def test_table_of_suspects_joined_and_left_out(self, two: Path) -> None:
        after = AFTER | {
            "findings": [{"rule": "a.b.c", "severity": "error", "suspects": ["applications.carried_in.total"]}],
        }
        jsonl(two, [BEFORE, after, result(2024, organ=None)])
        shown = run("audit", two).stdout
        assert "suspect: 2023 上年结转政府信息公开申请数量 总计, which breaks a.b.c of its own report" in shown
        assert "\njoined\n" not in shown
        jsonl(two, [BEFORE, after | {"organ": "白石市青溪县水利局"}, result(2024, organ=None)])
        shown = run("audit", two).stdout
        assert "  白石市青溪县水利局 ← 青溪县水利局 (" in shown
        assert "its body could not be told" in shown

    def test_long_tables_are_cut(self, two: Path) -> None:
        results = [
            result(year, organ=f"青溪县第{number}中学", carried_in__total=0, carried_out__total=1)
            for number in range(210)
            for year in (2022, 2023)
        ]
        shown = run("audit", jsonl(two, results)).stdout
        assert "and 10 more findings" in shown

    def test_nothing_found(self, two: Path) -> None:
        shown = run("audit", jsonl(two, [BEFORE])).stdout
        assert "1 body has no two consecutive years here" in shown

    def test_jsonl_and_csv_have_a_line_for_each_finding(self, two: Path) -> None:
        (line,) = run("audit", two, "--format", "jsonl").stdout.splitlines()
        assert json.loads(line) == audited(two)["findings"][0]
        (row,) = csv.DictReader(io.StringIO(run("audit", two, "--format", "csv").stdout))
        assert tuple(row) == AUDIT_COLUMNS
        assert row["operands"] == "applications.carried_in.total 2023 = 12; applications.carried_out.total 2022 = 15"
        assert (row["years"], row["severity"], row["kind"]) == ("2022-2023", "error", "break")

    @pytest.mark.parametrize("suffix", ["json", "jsonl", "csv", "txt"])
    def test_out(self, two: Path, tmp_path: Path, suffix: str) -> None:
        out = tmp_path / f"out.{suffix}"
        told = run("audit", two, "--out", out)
        assert (told.exit_code, told.stdout) == (0, "")
        expected = run("audit", two, "--format", "table" if suffix == "txt" else suffix).stdout
        assert out.read_text(encoding="utf-8-sig") == expected

    @pytest.mark.parametrize(
        ("value", "fail_on", "code"),
        [
            (12, None, 0),
            (12, "error", 3),
            (12, "warning", 3),
            (15, "warning", 0),
            (None, "error", 0),
            (None, "warning", 3),
        ],
    )
    def test_fail_on(self, two: Path, value: int | None, fail_on: str | None, code: int) -> None:
        jsonl(two, [BEFORE, result(2023, carried_in__total=value)])
        assert run("audit", two, *(["--fail-on", fail_on] if fail_on else [])).exit_code == code

    def test_what_could_not_be_read_counts_more(self, two: Path) -> None:
        bad = two.with_name("bad.json")
        bad.write_text("", encoding="utf-8")
        assert run("audit", two, bad, "--fail-on", "error").exit_code == 1

    def test_help(self) -> None:
        told = run("audit", "--help")
        assert (told.exit_code, "--fail-on" in told.stdout) == (0, True)


def test_many_results_in_little_memory_and_time(tmp_path: Path) -> None:
    """Results are let go as they pass: their cells would take hundreds of megabytes."""
    padding = {f"applications.new.{number}": {"value": 1, "status": "reported"} for number in range(200)}
    path = tmp_path / "many.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(4000):
            one = result(2020 + number % 4, f"青溪县第{number // 4}中学", carried_in__total=1, carried_out__total=1)
            one["cells"] |= padding
            file.write(json.dumps(one) + "\n")
    # Not ru_maxrss: a child that was forked begins with its parent's.
    code = (
        "import sys; from pathlib import Path; from extractor.cli.app import run\n"
        "sys.argv = ['gouji', 'audit', sys.argv[1]]\n"
        "status = Path('/proc/self/status')\n"
        "try: run()\n"
        "finally: print(status.read_text().split('VmHWM:')[1].split()[0] if status.exists() else 0, file=sys.stderr)\n"
    )
    began = time.monotonic()
    told = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        check=True,
    )
    assert "checked 3000 of 27000 chains" in told.stdout
    assert time.monotonic() - began < 30
    assert int(told.stderr) < 250_000  # kilobytes; 0 where the system does not tell
