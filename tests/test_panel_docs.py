"""docs/panel.md: its examples, run on the samples as they stand there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.sampled import ROOT, as_jsonl, done, sampled

PAGE = (ROOT / "docs" / "panel.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"^```sql\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As the page's three commands leave it."""
    folder = tmp_path_factory.mktemp("panel")
    as_jsonl(sampled(), folder / "all.jsonl")
    done("deliver", folder / "all.jsonl", "--out", folder / "all.duckdb")
    done("panel", folder / "all.jsonl", "--out", folder / "panel")
    return folder


def test_the_queries_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    per_year, editions, worklist = [duckdb.connect().execute(query).fetchall() for query in QUERIES]
    told = [one for one in sampled() if one.year is not None]
    assert [row[0] for row in per_year] == sorted({one.year for one in told})
    assert sum(row[1] for row in per_year) == len({(one.organ, one.year) for one in told})
    assert {row[2] for row in editions} == {"same", "not_comparable"}
    priorities = [row[7] for row in worklist]
    assert len(worklist) == len(told) and priorities == sorted(priorities, reverse=True) and priorities[0] > 0


def test_the_pandas_example_runs_and_draws(folder: Path) -> None:
    script, picture = ROOT / "docs" / "examples" / "applications.py", folder / "applications.svg"
    command = [sys.executable, "-W", "error", str(script), str(folder / "panel"), str(picture)]
    environment = {**os.environ, "MPLCONFIGDIR": str(folder / "matplotlib")}
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert result.returncode == 0, result.stderr
    assert picture.read_text(encoding="utf-8").lstrip().startswith("<?xml")
    (line,) = (line for line in result.stdout.splitlines() if line.startswith("2019"))
    received = [one.cells["applications.new.total"].value or 0 for one in sampled() if one.year == 2019]
    assert line.split() == ["2019", str(sum(received)), str(len(received)), "0"]
