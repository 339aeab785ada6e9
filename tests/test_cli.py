"""The command line: what goes in, what comes out, on which stream, with which exit code."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from typer.testing import CliRunner, Result

from extractor.cli.app import app
from extractor.forms.load import load_forms
from extractor.read import Limits, read_path
from extractor.read.locator import Locator
from extractor.report import Cell, Evidence, Finding, Report, Severity, Source, Status, Verdict

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("pydantic", "yaml", "rich", "selectolax", "opencc", "cn2an", "rapidfuzz", "cchardet", "ortools")


def fake_extract_many(
    origins: Iterable[Locator], *, form: str | None, limits: Limits, jobs: int, isolate: bool, then: object
) -> Iterator[Report]:
    """A pipeline that reads nothing: a document whose content begins with `bad` fails, `stop` is Ctrl-C."""
    assert isolate and then is None
    for origin in origins:
        content = origin.read(limits)
        if content.startswith(b"stop"):
            raise KeyboardInterrupt
        source = Source(origin.name, f"{len(content):064x}", "text/plain")
        if content.startswith(b"bad"):
            finding = Finding("document.unreadable", Severity.ERROR, "读不出", "nothing but \x1b[31mnoise in it")
            yield Report(source, None, None, None, {}, (finding,), Verdict.FAILED)
            continue
        cells = {cell: Cell(None, Status.MISSING) for cell in load_forms()["ogi-2021"].cells}
        cells["applications.new.total"] = Cell(3, Status.REPORTED, ("rules",), Evidence(0, 1, "3"), "3")
        yield Report(source, form or "ogi-2021", f"某局{jobs}", 2023, cells, (), Verdict.REVIEW)


@pytest.fixture(autouse=True)
def fake_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("extractor.batch")
    module.extract_many = fake_extract_many  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "extractor.batch", module)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two reports, one of them deeper down, and things to be left alone."""
    for name in ("b.txt", "deep/a.html", ".hidden.txt", ".git/config.txt", "scan.ofd", "gold.json"):
        path = tmp_path / "reports" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("good", encoding="utf-8")
    return tmp_path / "reports"


def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)


def write(path: Path, content: str = "good") -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def names(output: str) -> list[str]:
    return [json.loads(line)["source"]["name"] for line in output.splitlines()]


class TestInputs:
    def test_folder_is_read_recursively_and_sorted(self, folder: Path) -> None:
        (folder / "no-suffix").write_text("good", encoding="utf-8")
        result = run("extract", folder, "--format", "jsonl")
        assert result.exit_code == 0
        assert names(result.stdout) == [str(folder / name) for name in ("b.txt", "no-suffix", "deep/a.html")]

    def test_what_a_folder_holds_besides_is_counted(self, folder: Path) -> None:
        assert "passed over, not looked for in folders or archives: 1 .ofd, 1 .json" in run(
            "extract", folder
        ).stderr.replace("1 .json, 1 .ofd", "1 .ofd, 1 .json")
        assert run("extract", folder, "--quiet").stderr == ""

    def test_a_document_named_twice_comes_out_once(self, folder: Path) -> None:
        assert len(names(run("extract", folder, folder / "b.txt", "--format", "jsonl").stdout)) == 2

    def test_a_named_file_of_another_suffix_is_tried(self, folder: Path) -> None:
        assert len(names(run("extract", folder / "scan.ofd", "--format", "jsonl").stdout)) == 1

    def test_stdin(self) -> None:
        result = run("extract", "-", "--format", "json", stdin=b"good")
        assert json.loads(result.stdout)["source"]["name"] == "stdin"

    def test_stdin_keeps_its_place_among_files(self, folder: Path) -> None:
        a, b = folder / "b.txt", folder / "deep/a.html"
        assert names(run("extract", a, "-", b, "--format", "jsonl", stdin=b"good").stdout) == [str(a), "stdin", str(b)]

    def test_stdin_that_fails(self) -> None:
        result = run("extract", "-", stdin=b"bad")
        assert result.exit_code == 1
        assert "gouji: stdin: nothing but" in result.stderr

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
    @pytest.mark.parametrize("command", ["extract", "text"])
    def test_a_named_pipe_is_no_file(self, tmp_path: Path, command: str) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        script = "from extractor.cli import main; main()"
        result = subprocess.run([sys.executable, "-c", script, command, pipe], capture_output=True, timeout=60)
        assert result.returncode == 1
        assert b"a named pipe, not a file" in result.stderr

    @pytest.mark.skipif(not Path("/dev/fd").exists(), reason="no /dev/fd here")
    def test_what_the_shell_has_opened(self) -> None:
        reading, writing = os.pipe()
        os.write(writing, b"good")
        os.close(writing)
        result = run("extract", f"/dev/fd/{reading}", "--format", "json")
        os.close(reading)
        assert json.loads(result.stdout)["source"]["name"] == str(reading)

    def test_links_that_lead_nowhere(self, tmp_path: Path) -> None:
        for name, target in (("a", "b"), ("b", "a"), ("c", "gone")):
            (tmp_path / name).symlink_to(target)
        result = run("extract", tmp_path / "a", tmp_path / "c")
        assert result.exit_code == 2
        assert "a (a symbolic link that leads back to itself)" in result.stderr
        assert "c (a symbolic link to nothing)" in result.stderr

    def test_empty_folder(self, tmp_path: Path) -> None:
        result = run("extract", tmp_path)
        assert result.exit_code == 2
        assert "no documents in this folder" in result.stderr

    @pytest.mark.parametrize("command", ["extract", "audit"])
    def test_tables_of_a_bulk_run_are_no_documents(self, tmp_path: Path, command: str) -> None:
        (tmp_path / "_gouji" / "ledger").mkdir(parents=True)
        write(tmp_path / "manifest.csv", "a,b\n1,2")
        result = run(command, tmp_path)
        assert result.exit_code == 2
        assert "tables that gouji bulk wrote" in result.stderr and "gouji deliver" in result.stderr

    def test_unknown_paths_are_all_named(self, folder: Path) -> None:
        result = run("extract", "nowhere.txt", folder, "nor-here")
        assert result.exit_code == 2
        assert "no such file or folder: nowhere.txt, nor-here" in result.stderr
        assert result.stdout == ""

    def test_unknown_form_names_the_known_ones(self, folder: Path) -> None:
        result = run("extract", folder, "--form", "ogi-1999")
        assert result.exit_code == 2
        assert "unknown form 'ogi-1999'; known: " in result.stderr
        assert "ogi-2021" in result.stderr

    def test_unknown_format_names_the_known_ones(self, folder: Path) -> None:
        result = run("extract", folder, "--format", "xml")
        assert result.exit_code == 2
        for known in ("table", "json", "jsonl", "csv"):
            assert known in result.stderr

    @pytest.mark.parametrize(
        "arguments", [["extract"], ["extract", ".", "--jobs", "0"], ["extract", "--no-such"], ["x"]]
    )
    def test_wrong_usage(self, arguments: list[str]) -> None:
        assert run(*arguments).exit_code == 2

    def test_form_jobs_and_no_llm_arrive(self, folder: Path) -> None:
        arguments = ("--form", "ogi-2019", "--jobs", "2", "--no-llm", "--format", "json")
        report = json.loads(run("extract", folder / "b.txt", *arguments).stdout)
        assert (report["form"], report["organ"]) == ("ogi-2019", "某局2")


class TestFormats:
    def test_json_object_for_one_array_for_several(self, folder: Path) -> None:
        assert isinstance(json.loads(run("extract", folder / "b.txt", "--format", "json").stdout), dict)
        assert len(json.loads(run("extract", folder, "--format", "json").stdout)) == 2

    def test_csv(self, folder: Path) -> None:
        result = run("extract", folder / "b.txt", "--format", "csv")
        lines = list(csv.DictReader(io.StringIO(result.stdout)))
        assert len(lines) == len(load_forms()["ogi-2021"].cells)
        (read,) = (line for line in lines if line["value"])
        assert (read["cell"], read["value"], read["row"]) == (
            "applications.new.total",
            "3",
            "一、本年新收政府信息公开申请数量",
        )

    def test_a_few_reports_in_full(self, folder: Path) -> None:
        result = run("extract", folder)
        assert "某局1  2023  ogi-2021  review" in result.stdout
        assert "一、本年新收政府信息公开申请数量" in result.stdout
        assert "不予公开小计" not in result.stdout
        assert "figures: reported" in result.stdout
        assert "figures:" not in run("extract", folder, "--quiet").stdout

    def test_many_reports_in_a_line_each(self, tmp_path: Path) -> None:
        for number in range(4):
            write(tmp_path / f"{number}.txt", "bad" if number == 2 else "good")
        result = run("extract", tmp_path)
        assert result.exit_code == 1
        assert "一、本年新收" not in result.stdout
        assert "4 documents: 3 review, 1 failed" in result.stdout
        assert "up to three documents" in result.stdout
        assert "up to three documents" not in run("extract", tmp_path, "--quiet").stdout


class TestFailures:
    @pytest.mark.parametrize("fmt", ["table", "json", "jsonl", "csv"])
    def test_the_others_still_come_out(self, tmp_path: Path, fmt: str) -> None:
        paths = [write(tmp_path / "1.txt"), write(tmp_path / "2.txt", "bad"), write(tmp_path / "3.txt")]
        result = run("extract", *paths, "--format", fmt)
        assert result.exit_code == 1
        assert "3.txt" in result.stdout
        assert f"{tmp_path / '2.txt'}: nothing but \N{REPLACEMENT CHARACTER}[31mnoise in it" in result.stderr
        assert "1 of 3 documents failed" in result.stderr

    def test_failures_are_named_even_when_quiet(self, tmp_path: Path) -> None:
        assert "2.txt" in run("extract", write(tmp_path / "2.txt", "bad"), "--quiet").stderr

    def test_mistake_in_the_rules(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from extractor.errors import RulesError

        def broken() -> None:
            raise RulesError("rules/forms/ogi-2021.yaml:7: no")

        monkeypatch.setattr("extractor.forms.load.load_forms", broken)
        result = run("extract", folder)
        assert (result.exit_code, result.stderr) == (2, "gouji: rules/forms/ogi-2021.yaml:7: no\n")


class TestOut:
    def test_csv_for_excel(self, folder: Path, tmp_path: Path) -> None:
        out = tmp_path / "cells.csv"
        assert run("extract", folder, "--out", out).exit_code == 0  # the format is in the name
        assert out.read_bytes().startswith(b"\xef\xbb\xbfname,sha256,")

    @pytest.mark.parametrize("suffix", ["json", "jsonl", "txt"])
    def test_no_mark_and_no_colour_in_other_files(self, folder: Path, tmp_path: Path, suffix: str) -> None:
        out = tmp_path / f"out.{suffix}"
        result = run("extract", folder / "b.txt", "--out", out)
        assert (result.exit_code, result.stdout) == (0, "")
        content = out.read_text(encoding="utf-8")
        assert "某局" in content
        assert not {"\ufeff", "\x1b"} & set(content)

    def test_an_interrupted_run_leaves_the_old_file(self, tmp_path: Path) -> None:
        out = write(tmp_path / "out.jsonl", "old")
        paths = [write(tmp_path / "1.txt"), write(tmp_path / "2.txt", "stop")]
        result = run("extract", *paths, "--out", out)
        assert (result.exit_code, result.stderr) == (130, "gouji: interrupted\n")
        assert out.read_text(encoding="utf-8") == "old"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["1.txt", "2.txt", "out.jsonl"]

    def test_the_file_replaced_keeps_its_permissions(self, folder: Path, tmp_path: Path) -> None:
        out = write(tmp_path / "out.json", "old")
        out.chmod(0o640)
        run("extract", folder, "--out", out)
        assert out.stat().st_mode & 0o777 == 0o640
        assert len(json.loads(out.read_text(encoding="utf-8"))) == 2

    def test_a_link_stays_a_link(self, folder: Path, tmp_path: Path) -> None:
        target, link = write(tmp_path / "real.json", "old"), tmp_path / "link.json"
        link.symlink_to(target)
        run("extract", folder, "--out", link)
        assert link.is_symlink()
        assert len(json.loads(target.read_text(encoding="utf-8"))) == 2

    def test_results_are_not_read_as_documents(self, folder: Path) -> None:
        out = folder / "result.txt"
        for _ in range(2):
            run("extract", folder, "--format", "jsonl", "--out", out)
        assert len(out.read_text(encoding="utf-8").splitlines()) == 2

    @pytest.mark.parametrize("out", ["nowhere/out.json", "."])
    def test_a_place_that_cannot_be_written(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str
    ) -> None:
        monkeypatch.chdir(tmp_path)
        result = run("extract", folder, "--out", out, "--format", "json")
        assert result.exit_code == 2
        assert f"cannot write to {out}" in result.stderr


class TestOtherCommands:
    def test_text_is_what_offsets_count_in(self, tmp_path: Path) -> None:
        content = "一、总体情况\r\n收到申请３件\n\n"
        path = tmp_path / "a.txt"
        path.write_bytes(content.encode("gb18030"))
        result = run("text", path)
        assert result.exit_code == 0
        assert result.stdout_bytes.decode() == read_path(path).text

    def test_text_of_stdin(self) -> None:
        assert "收到申请" in run("text", "-", stdin="收到申请".encode()).stdout

    def test_text_of_what_is_no_document(self, tmp_path: Path) -> None:
        path = tmp_path / "a.rar"
        path.write_bytes(b"Rar!\x1a\x07\x00")
        result = run("text", path)
        assert result.exit_code == 1
        assert result.stderr.startswith("gouji: RAR archives")

    def test_text_of_nothing(self) -> None:
        assert run("text", "nowhere").exit_code == 2

    def test_forms(self) -> None:
        result = run("forms")
        assert result.exit_code == 0
        for form in load_forms():
            assert form in result.stdout

    def test_form(self) -> None:
        result = run("forms", "show", "ogi-2021")
        assert result.exit_code == 0
        assert "自然人" in result.stdout

    def test_unknown_form(self) -> None:
        result = run("forms", "show", "ogi-1999")
        assert result.exit_code == 2
        assert "known: " in result.stderr

    def test_version(self) -> None:
        assert run("--version").stdout.startswith("gouji ")

    @pytest.mark.parametrize("command", [[], ["extract"], ["forms"], ["forms", "show"], ["text"]])
    def test_help(self, command: list[str]) -> None:
        result = run(*command, "--help")
        assert result.exit_code == 0
        assert "Usage:" in result.stdout


class TestProcess:
    """What only shows in a process of its own."""

    def start(self, code: str, *, stdin: int | None = None, stdout: int = subprocess.PIPE) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C"}
        return subprocess.Popen(
            [sys.executable, "-c", code], stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, env=environment
        )

    def test_help_imports_nothing_heavy(self) -> None:
        code = f"import sys, extractor.cli.app; print([m for m in {HEAVY!r} if m in sys.modules])"
        output, _ = self.start(code).communicate()
        assert output.decode().strip() == "[]"

    def test_ctrl_c(self) -> None:
        code = (
            "import sys; from extractor.cli import app, main; sys.argv = ['gouji', 'text', '-'];"
            "print('ready', flush=True); main()"
        )
        for pause in (0.3, 1, 3):  # from there to its wait for input: on a busy machine that takes its time
            process = self.start(code, stdin=subprocess.PIPE)
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(pause)
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=20)
            if errors:
                break
        assert (process.returncode, errors) == (130, b"gouji: interrupted\n")

    @pytest.mark.parametrize("command", [["text", "long.txt"], ["forms", "show", "ogi-2021"]])
    def test_a_reader_that_leaves(self, tmp_path: Path, command: list[str]) -> None:
        long = write(tmp_path / "long.txt", "收到申请 3 件\n" * 50_000)
        command = [str(long) if word == "long.txt" else word for word in command]
        code = f"import sys; from extractor.cli import main; sys.argv = ['gouji', *{command!r}]; main()"
        reading, writing = os.pipe()
        os.close(reading)
        process = self.start(code, stdout=writing)
        os.close(writing)
        _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (141, b"")

    def test_utf_8_whatever_the_locale(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.txt", "收到申请 3 件")
        code = f"import sys; from extractor.cli import main; sys.argv = ['gouji', 'text', {str(path)!r}]; main()"
        output, errors = self.start(code).communicate()
        assert (output.decode(), errors) == ("收到申请 3 件", b"")
