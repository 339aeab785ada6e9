"""gouji eval: runs are written, shown and compared; errors are found again in their context."""

import builtins
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest
from typer.testing import CliRunner, Result

from eval.freetext import free_report
from eval.gold import ROOT
from eval.recorded import RECORDING
from extractor.cli.app import app
from extractor.evaluate.compare import compared, rank
from extractor.evaluate.folder import read_run
from extractor.evaluate.rates import summarised
from extractor.evaluate.results import CellRow
from extractor.evaluate.results import Result as Scored
from extractor.evaluate.scoring import Outcome
from extractor.evaluate.trust import Trust
from extractor.report import Status
from tests.endpoint import Endpoint, Request, Response, answering, failing

SAMPLES = ROOT / "eval" / "samples"
CHOSEN = ("misprint-2023", "prose-only-2023", "blanks-dropped-2023")


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith(("GOUJI_LLM_", "OPENAI_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GOUJI_LLM_CACHE", "none")
    monkeypatch.chdir(tmp_path)


def gouji(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["eval", *map(str, arguments)], env={"COLUMNS": "200"})


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three samples, and one whose document is a picture."""
    folder = tmp_path_factory.mktemp("samples")
    for name in CHOSEN:
        shutil.copytree(SAMPLES / name, folder / name)
    shutil.copytree(SAMPLES / "clean-html-2022", folder / "picture")
    (folder / "picture" / "report.html").write_bytes(b"GIF89a" + bytes(200))
    return folder


@pytest.fixture(scope="module")
def run(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("runs") / "first"
    done = gouji("run", "--samples", samples, "--out", folder)
    assert done.exit_code == 0, done.output
    assert "printed cells" in done.stdout and "risk against coverage" in done.stdout
    yield folder


def figures(run: Path, reader: str = "rules") -> dict[str, Any]:
    report: dict[str, Any] = json.loads((run / "report.json").read_text("utf-8"))
    return report["readers"][reader]  # type: ignore[no-any-return]


def test_a_run_is_three_files_that_agree(run: Path) -> None:
    assert sorted(path.name for path in run.iterdir()) == ["cells.parquet", "report.html", "report.json"]
    total = figures(run)["total"]
    assert (total["reports"], total["failed"]) == (4, 1)
    table = parquet.read_table(run / "cells.parquet").to_pydict()
    assert table["outcome"].count("right") == total["counts"]["right"]
    assert sum(total["counts"].values()) == len(table["cell"])
    assert set(table["report"]) == {*CHOSEN, "picture"}
    rate, low, high = total["right"]
    assert low < rate < high and rate == pytest.approx(total["counts"]["right"] / total["printed"])


def test_latest_is_the_run_that_ended_last(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "no run in runs" in gouji("show", "latest").output
    for name in ("b", "a"):
        shutil.copytree(run, tmp_path / "runs" / name)
    os.utime(tmp_path / "runs" / "b" / "report.json", (1, 1))
    (tmp_path / "runs" / "b" / "cells.parquet").write_bytes(b"")
    assert gouji("show", "latest").output == gouji("show", run).output
    assert gouji("compare", "latest", run).exit_code == 0


def test_a_document_that_fails_is_all_wrong(run: Path) -> None:
    (failed,) = [one for one in read_run(run).results if one.failed]
    assert failed.report == "picture" and "broken" in str(failed.failed)
    assert {row.outcome for row in failed.cells} <= {Outcome.MISSED, Outcome.BLANK_UNREAD}
    assert figures(run)["total"]["counts"]["missed"] >= len([row for row in failed.cells if row.gold is not None])


def test_a_run_that_is_read_is_the_run_that_was_written(run: Path) -> None:
    again = read_run(run)
    assert again.readers == ["rules"]
    assert summarised(again.results).to_dict() == figures(run)


def test_the_page_needs_nothing_else_and_trusts_nothing(run: Path) -> None:
    page = (run / "report.html").read_text("utf-8")
    assert "default-src 'none'" in page and "<script" not in page
    assert re.findall(r"(?:src|href)=", page) == []
    assert page.count("<svg") >= 6 and page.count("<svg") == page.count("</svg>")
    assert "the picture is broken" in page and "risk against coverage" in page.lower()


def test_hostile_names_are_escaped(samples: Path, tmp_path: Path) -> None:
    folder = tmp_path / "hostile"
    shutil.copytree(samples / "picture", folder / "<img src=x>\x1b[31m\udcff")
    done = gouji("run", "--samples", folder, "--out", tmp_path / "run")
    assert done.exit_code == 0
    page = (tmp_path / "run" / "report.html").read_text("utf-8")
    assert "<img" not in page and "&lt;img" in page and "\x1b" not in page
    assert "\x1b" not in gouji("show", tmp_path / "run").stdout


def test_errors_are_shown_in_their_context(run: Path) -> None:
    shown = gouji("show", run, "--limit", "3")
    assert shown.exit_code == 0
    assert "picture  rules  failed: UnreadableError: the picture is broken" in shown.stdout
    assert "blanks-dropped-2023  rules  proactive.regulations.repealed" in shown.stdout
    assert "gold blank   got 5" in shown.stdout and "【5】" in shown.stdout
    assert "more (--limit)" in shown.stdout
    only = gouji("show", run, "--report", "prose", "--outcome", "missed", "--cell", "applications.")
    assert "prose-only-2023" in only.stdout and "blanks-dropped" not in only.stdout and "missed" in only.stdout
    nothing = gouji("show", run, "--cell", "no.such.cell", "--report", "prose")
    assert "nothing to show" in nothing.stdout


def test_a_run_against_itself_has_not_changed(run: Path) -> None:
    same = gouji("compare", run, run, "--fail")
    assert same.exit_code == 0
    assert "0 cells better, 0 worse" in same.stdout and "no new harm" in same.stdout


def test_samples_of_several_folders_are_named_with_their_folder(samples: Path, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        shutil.copytree(samples / "misprint-2023", tmp_path / folder / "same")
    done = gouji("run", "--samples", tmp_path / "one", "--samples", tmp_path / "two", "--out", tmp_path / "run", "-q")
    assert done.exit_code == 0 and done.stdout == ""
    assert [one.report for one in read_run(tmp_path / "run").results] == ["one/same", "two/same"]


def test_new_harm_is_named_and_fails(run: Path, tmp_path: Path) -> None:
    other = worsened(run, tmp_path / "other")
    found = gouji("compare", run, other, "--fail")
    assert found.exit_code == 3
    assert "misprint-2023  applications.new.total  gold 405: 405 right → 406 silently_wrong" in found.stdout
    assert "1 cells are silently wrong or made up that were not" in found.stdout
    back = gouji("compare", other, run, "--fail")
    assert back.exit_code == 0 and "1 cells better, 0 worse" in back.stdout
    assert gouji("compare", run, other).exit_code == 0, "only --fail fails"


def worsened(run: Path, other: Path) -> Path:
    """The run with one right cell silently wrong."""
    import pyarrow

    shutil.copytree(run, other)
    table = parquet.read_table(other / "cells.parquet")
    rows = table.to_pylist()
    (row,) = [one for one in rows if (one["report"], one["cell"]) == ("misprint-2023", "applications.new.total")]
    row |= {"outcome": "silently_wrong", "got": row["got"] + 1}
    parquet.write_table(pyarrow.Table.from_pylist(rows, schema=table.schema), other / "cells.parquet")
    return other


def scored(report: str, *outcomes: Outcome, gold: int = 1) -> Scored:
    rows = [
        CellRow(f"t.r.c{number}", outcome, gold, 1, True, Status.REPORTED, Trust.REPORTED, "rules", True)
        for number, outcome in enumerate(outcomes)
    ]
    return Scored(report, "rules", "ogi-2021", ".txt", cells=rows)


def test_a_drop_in_many_reports_is_beyond_chance_and_in_one_is_not() -> None:
    right, missed = Outcome.RIGHT, Outcome.MISSED
    before = [scored(f"r{number}", right, right, right) for number in range(10)]
    many = [scored(f"r{number}", right, right, missed) for number in range(10)]
    one = [scored("r0", missed, missed, missed), *before[1:]]
    dropped = compared(before, many, ("rules", "rules"))
    assert dropped.dropped and dropped.worse and not dropped.harm
    assert (dropped.changes[0].reports, dropped.changes[0].p) == (10, pytest.approx(2 / 2**10))
    assert not compared(before, one, ("rules", "rules")).worse, "one report says little"


def test_reports_with_other_labels_are_not_compared() -> None:
    right = Outcome.RIGHT
    before = [scored("a", right), scored("b", right), scored("c", right)]
    after = [scored("a", right, gold=2), scored("b", Outcome.MISSED), scored("d", right)]
    found = compared(before, after, ("rules", "rules"))
    assert (found.reports, found.relabelled, found.only_before, found.only_after) == (1, ("a",), ("c",), ("d",))
    assert [(one.report, one.steps) for one in found.moved] == [("b", -2)]


def test_outcomes_are_ranked() -> None:
    assert rank(None) == rank(Outcome.RIGHT) == rank(Outcome.EXTRA) == 3
    assert rank(Outcome.RIGHT_DISPUTED) == 2
    assert rank(Outcome.MISSED) == rank(Outcome.DISPUTED) == rank(Outcome.BLANK_UNREAD) == 1
    assert rank(Outcome.SILENTLY_WRONG) == rank(Outcome.INVENTED) == rank(Outcome.UNEXPECTED) == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["run", "--samples", "nowhere"], "nowhere: no samples here"),
        (["run"], "name a folder of samples with --samples"),
        (["run", "--samples", "{samples}", "--readers", "rules,telepathy"], "unknown reader 'telepathy'"),
        (["run", "--samples", "{samples}", "--readers", ","], "no reader is named"),
        (["run", "--samples", "{samples}", "--readers", "llm,both"], "--readers llm,both needs a language model"),
        (
            ["run", "--samples", "{samples}", "--readers", "both", "--recording", "no"],
            "no: no such recording",
        ),
        (["run", "--samples", "{samples}", "--recording", "x.jsonl"], "the rules ask no language model"),
        (["run", "--samples", "{samples}", "--samples", "{samples}"], "two samples have the same name"),
        (["run", "--samples", "{samples}", "--out", "{samples}"], "is not empty, and holds no run"),
        (["show", "{samples}"], "no run here"),
        (["show", "{run}", "--reader", "both"], "no reader 'both'; there are rules"),
        (["show", "{run}", "--outcome", "wrong"], "unknown outcome 'wrong'"),
        (["show", "{run}", "--report", "zzz"], "no report whose name holds 'zzz'"),
        (["compare", "{run}", "{samples}"], "no run here"),
        (["compare", "{run}", "{run}", "--readers", "rules,llm"], "no reader 'llm'"),
        (["compare", "{run}", "{run}", "--readers", "a,b,c"], "--readers takes one reader"),
    ],
)
def test_wrong_usage_is_told(arguments: list[str], told: str, samples: Path, run: Path) -> None:
    done = gouji(*(word.format(samples=samples, run=run) for word in arguments))
    assert done.exit_code == 2, done.output
    assert told in done.stderr and "Traceback" not in done.output


def test_a_broken_run_is_told(run: Path, tmp_path: Path) -> None:
    for name, content in (("report.json", "{}"), ("report.json", '{"format": 99}'), ("cells.parquet", "PAR1")):
        other = tmp_path / f"{name}{len(content)}"
        shutil.copytree(run, other)
        (other / name).write_text(content, encoding="utf-8")
        done = gouji("show", other)
        assert done.exit_code == 2, (name, done.output)
        assert str(other) in done.stderr


def test_a_mistake_in_a_label_file_is_told(samples: Path, tmp_path: Path) -> None:
    shutil.copytree(samples / "misprint-2023", tmp_path / "s" / "one")
    (tmp_path / "s" / "one" / "gold.json").write_text('{"form": "ogi-2021"}', encoding="utf-8")
    done = gouji("run", "--samples", tmp_path / "s")
    assert done.exit_code == 2
    assert "gold.json: there is no 'cells'" in done.stderr


def test_what_is_not_installed_is_named(samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: Any, **more: Any) -> Any:
        if name == "pyarrow":
            raise ImportError(name)
        return real(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    done = gouji("run", "--samples", samples)
    assert done.exit_code == 2
    assert "pyarrow is not installed" in done.stderr and "gouji[eval]" in done.stderr


@pytest.fixture(scope="module")
def free(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports that the committed recording is about."""
    folder = tmp_path_factory.mktemp("free")
    for seed in range(4):
        data, gold, _ = free_report(seed)
        (folder / f"free-{seed}").mkdir()
        (folder / f"free-{seed}" / "report.txt").write_bytes(data)
        gold.dump(folder / f"free-{seed}" / "gold.json")
    return folder


def test_all_readers_with_a_recording(free: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    done = gouji("run", "--samples", free, "--readers", "rules,llm,both", "--recording", RECORDING, "--out", out)
    assert done.exit_code == 0, done.output
    rules, llm, both = (figures(out, reader) for reader in ("rules", "llm", "both"))
    assert rules["total"]["counts"]["right"] == 0
    assert both["total"]["counts"]["right"] >= llm["total"]["counts"]["right"] > 30
    assert both["usage"]["llm_calls"] > 3 and both["usage"]["prompt_tokens"] > 1000 and both["usage"]["unasked"] == 0
    assert rules["usage"]["prompt_tokens"] == 0
    assert set(both["calibration"]["read by"]) == {"llm"} or "llm" in both["calibration"]["read by"]
    better = gouji("compare", out, out, "--readers", "rules,both")
    assert better.exit_code == 0 and "rules → both: 4 reports" in better.stdout
    assert "more cells are right" in better.stdout


def test_a_recording_that_lacks_answers_is_told(samples: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("", encoding="utf-8")
    done = gouji("run", "--samples", samples, "--readers", "both", "--recording", tmp_path / "empty.jsonl")
    assert done.exit_code == 1
    assert "could not be asked for: not in the recording" in done.stderr
    (tmp_path / "broken.jsonl").write_text("{}\n", encoding="utf-8")
    done = gouji("run", "--samples", samples, "--readers", "both", "--recording", tmp_path / "broken.jsonl")
    assert done.exit_code == 2 and "broken.jsonl:1: no line of a recording" in done.stderr


def silent(request: Request, _n: int) -> Response:
    """A model that finds nothing."""
    items = re.findall(r"^- (q\d+)：", request["messages"][-1]["content"], re.MULTILINE)
    return answering([{"cell": number, "value": None, "quote": ""} for number in items])


def test_an_endpoint_is_asked_recorded_and_replayed(free: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    with Endpoint(silent) as endpoint:
        where = ["--base-url", endpoint.url, "--model", "test-model"]
        done = gouji("run", "--samples", free, "--readers", "both", *where, "--record", kept, "--out", tmp_path / "one")
        assert done.exit_code == 0, done.output
        asked = endpoint.calls
    assert asked > 0 and len(kept.read_text("utf-8").splitlines()) == asked
    again = gouji("run", "--samples", free, "--readers", "both", "--recording", kept, "--out", tmp_path / "two")
    assert again.exit_code == 0, again.output
    one, two = (figures(tmp_path / name, "both") for name in ("one", "two"))
    assert one["total"] == two["total"] and two["usage"]["prompt_tokens"] == one["usage"]["prompt_tokens"]


def test_a_model_that_fails_costs_no_run(free: Path, tmp_path: Path) -> None:
    with Endpoint(lambda _request, _n: failing(401)) as endpoint:
        where = ["--base-url", endpoint.url, "--model", "test-model"]
        done = gouji("run", "--samples", free, "--readers", "both", *where, "--out", tmp_path / "run")
    assert done.exit_code == 1
    assert "could not be asked for" in done.stderr
    assert figures(tmp_path / "run", "both")["total"]["failed"] == 0
