"""docs/from-folder-to-panel.md: its commands, run one after the other as they stand there, and what they print."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from extractor import extract
from extractor.deciding.decision import DecisionKind, made
from extractor.deciding.decisions import FILE, Decisions
from extractor.forms.load import load_forms
from tests.sampled import ROOT

PAGE = (ROOT / "docs" / "from-folder-to-panel.md").read_text(encoding="utf-8")
SUSPECT = "applications.rejected_mass.public_welfare"


def told(block: str, folder: Path) -> None:
    """Every line of the block stands in what its command prints."""
    command, *shown = block.splitlines()
    words = [sys.executable, "-m", "extractor.cli", *shlex.split(command)[2:]]
    result = subprocess.run(words, capture_output=True, encoding="utf-8", cwd=folder, check=False)
    assert result.returncode == 0, result.stderr
    real = {line.rstrip() for line in (result.stdout + result.stderr).splitlines()}
    assert {line.rstrip() for line in shown if line != "…"} <= real, "\n".join(sorted(real))


def test_the_whole_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (tmp_path / "eval").symlink_to(ROOT / "eval")
    read, failures, applied, panel, handed_on = re.findall(r"^```console\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (setting_up, *_) = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    subprocess.run(["sh", "-ec", setting_up], cwd=tmp_path, check=True)
    for block in (read, failures):
        told(block, tmp_path)
    assert "index.txt" in (tmp_path / "csv" / "failures.csv").read_text(encoding="utf-8")
    report = extract(tmp_path / "reports" / "copy.html")
    (suspect,) = {cell for one in report.findings for cell in one.suspects}
    decision = made(report, load_forms()["ogi-2021"], suspect, DecisionKind.AS_PRINTED, author="李")
    assert (suspect, decision.value) == (SUSPECT, 6)
    Decisions(tmp_path / "tables").append(decision)
    assert f"`tables/{FILE}`" in PAGE
    for block in (applied, panel, handed_on):
        told(block, tmp_path)
    with duckdb.connect(str(tmp_path / "all.duckdb"), read_only=True) as database:
        decided = database.execute(f"SELECT decision FROM cells WHERE cell = '{SUSPECT}' AND decision <> ''").fetchall()
        assert len(decided) == 2 and all('"as_printed"' in row[0] for row in decided)
        assert database.execute("SELECT max(suspect) FROM worklist").fetchall() == [(0,)]
