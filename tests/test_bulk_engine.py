"""gouji bulk as a command, on its engine: Daft on this machine, and Ray where it is installed."""

import json
import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from eval.bulk_poison import SITECUSTOMIZE
from tests.bulked import names_of, reports, rows_of, whole

ROOT = Path(__file__).resolve().parents[1]

HIDDEN = """import importlib.util as util
found = util.find_spec
util.find_spec = lambda name, *more: None if name == "daft" else found(name, *more)
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    reports(tmp_path / "in", 12)
    return tmp_path / "in"


def started(source: Path, out: Path, *options: str, **environ: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "extractor.cli", "bulk", str(source), str(out), "--shard-size", "3", *options]
    paths = os.pathsep.join(filter(None, (environ.pop("SITE", ""), str(ROOT))))
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GOUJI_", "RAY_"))}
    return subprocess.Popen(
        command,
        env=kept | {"PYTHONPATH": paths, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=source.parent,
    )


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    said, complained = process.communicate(timeout=120)
    return process.returncode, said, complained


def test_the_command_says_what_it_did(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (source / "no.txt").write_text("没有年报", "utf-8")
    (source / "x.exe").write_text("x", "utf-8")
    code, said, complained = ended(started(source, out, "--no-llm", "--jobs", "2"))
    assert code == 0, complained
    assert "files     13 new\n" in said
    assert "tables    12 reports, " in said
    assert "failures  1 unrecognised: no annual report of a known form\n" in said
    assert "verdicts  clean 11, review 1\n" in said
    assert "passed over, not looked for in folders or archives: 1 .exe" in complained
    assert "1 document failed" in complained
    whole(out)
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert manifest["failures"] == {"unrecognised": 1}

    (source / "0000.html").unlink()
    code, said, complained = ended(started(source, out, "--no-llm"))
    assert (code, said.splitlines()[0]) == (0, "files     12 as before")
    assert "read earlier and gone from IN: 1 file, 0000.html (--prune removes their rows)" in complained
    code, _, complained = ended(started(source.parent, out, "--no-llm"))
    assert code == 2
    assert "holds what was read from" in complained


def test_poison_that_kills_the_engine_s_process(source: Path, tmp_path: Path) -> None:
    site, out = tmp_path / "site", tmp_path / "out"
    site.mkdir()
    (site / "sitecustomize.py").write_text(SITECUSTOMIZE, "utf-8")
    (source / "poison.txt").write_text("POISON parent", "utf-8")
    code, _, complained = ended(started(source, out, "--no-llm", SITE=str(site)))
    assert code == 0, complained
    assert "the engine stopped" in complained
    assert [row["code"] for row in rows_of(out, "failures")] == ["crashed"]
    assert len(names_of(out)) == 12
    whole(out)


def test_killed_and_started_again(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = started(source, out, "--no-llm")
    while process.poll() is None and not list((out / "_gouji" / "ledger").glob("*.parquet")):
        time.sleep(0.02)
    process.kill()
    process.communicate()
    code, _, complained = ended(started(source, out, "--no-llm"))
    assert code == 0, complained
    assert len(names_of(out)) == 12
    whole(out)


def test_nothing_is_left_of_a_command_that_was_killed(source: Path, tmp_path: Path) -> None:
    """Not even while a document is read that takes for ever."""
    site, out = tmp_path / "site", tmp_path / "out"
    site.mkdir()
    (site / "sitecustomize.py").write_text(SITECUSTOMIZE, "utf-8")
    (source / "poison.txt").write_text("POISON hang", "utf-8")
    process = started(source, out, "--no-llm", "--jobs", "2", SITE=str(site))
    while process.poll() is None and not any("poison" in path.read_text() for path in out.glob("_gouji/progress/*")):
        time.sleep(0.02)
    below = psutil.Process(process.pid).children(recursive=True)
    assert len(below) >= 3
    process.kill()
    process.communicate()
    _, left = psutil.wait_procs(below, timeout=30)
    assert not left


def test_interrupted(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = started(source, out, "--no-llm")
    while process.poll() is None and not list((out / "_gouji" / "ledger").glob("*.parquet")):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    code, _, complained = ended(process)
    assert "Traceback" not in complained
    assert code in (0, 130), complained  # it may have been done


@pytest.mark.skipif(find_spec("ray") is None, reason="ray is not installed: gouji bulk --engine ray is not tested")
def test_ray(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = ("--no-llm", "--engine", "ray", "--address", "local")
    code, said, complained = ended(started(source, out, *options, RAY_AUTH_MODE="disabled"))
    assert code == 0, complained
    assert "files     12 new\n" in said
    assert len(names_of(out)) == 12
    whole(out)


def test_what_goes_together(source: Path, tmp_path: Path) -> None:
    for options, words in (
        (("--no-llm", "--llm", "live"), "contradict each other"),
        (("--answers", "x.jsonl"), "--answers goes with --llm batch"),
        (("--llm", "batch"), "needs a language model, and none is set up"),
        (("--form", "ogi-1999"), "ogi-1999"),
    ):
        code, _, complained = ended(started(source, tmp_path / "out", *options))
        assert code == 2, options
        assert words in complained


def test_without_the_extra(source: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(HIDDEN, "utf-8")
    code, _, complained = ended(started(source, tmp_path / "out", SITE=str(site)))
    assert (code, complained) == (2, "gouji: this needs daft: pip install 'gouji[bulk]'\n")
