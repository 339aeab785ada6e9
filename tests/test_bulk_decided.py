"""What people decided, applied by gouji bulk: to the files it is about, once, and until somebody says otherwise."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from shutil import copy

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from extractor import extract
from extractor.bulk.house import House
from extractor.deciding.applying import Applying
from extractor.deciding.decision import DecisionKind, made
from extractor.deciding.decisions import FILE, Decisions
from extractor.deliver.tables.arrow import tables_of
from extractor.forms.load import load_forms
from tests.bulked import Here, bulked, names_of, reports, rows_of, whole

SAMPLE = Path(__file__).parent.parent / "eval" / "samples" / "misprint-2023" / "report.html"
MASS = "applications.rejected_mass.public_welfare"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Six reports, the one with the misprint, and it once more in an archive beside another."""
    folder = tmp_path / "in"
    (first, *_) = reports(folder, 6)
    copy(SAMPLE, folder / "0000-misprint.html")
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        archive.write(SAMPLE, "inner/same.html")
        archive.write(first, "inner/other.html")
    return folder


@pytest.fixture
def log(tmp_path: Path) -> Decisions:
    (tmp_path / "log").mkdir()
    return Decisions(tmp_path / "log")


def decide(log: Decisions, value: int) -> None:
    report = extract(SAMPLE)
    log.append(made(report, load_forms()["ogi-2021"], MASS, DecisionKind.TYPE, author="李", value=value))


def mass(out: Path) -> dict[str, object]:
    names = {row["report"]: str(row["name"]) for row in rows_of(out, "reports")}
    found = {names[row["report"]]: row for row in rows_of(out, "cells") if row["cell"] == MASS}
    return {name: found[name]["value_text"] for name in ("0000-misprint.html", "more.zip!inner/same.html")}


def test_rows_are_those_of_an_extraction_with_decisions(source: Path, log: Decisions, tmp_path: Path) -> None:
    out = tmp_path / "out"
    bulked(source, out)
    decide(log, 0)
    outcome = bulked(source, out, decisions=log.path)
    assert (outcome.plan.again, outcome.plan.unchanged) == (2, 6)
    assert dict(outcome.totals.decided) == {"reports": 2, "cells": 2, "changed": 14, "unapplied": 0}
    whole(out)
    expected = tables_of([extract(SAMPLE.read_bytes(), name="0000-misprint.html", then=Applying.of(log))])
    key = expected["reports"].column("report")[0].as_py()
    for name in ("reports", "cells", "findings"):
        found = pa.concat_tables([pq.read_table(path) for path in sorted((out / name).glob("*.parquet"))])
        assert found.filter(pa.compute.equal(found.column("report"), key)).equals(expected[name]), name
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert (manifest["decisions"], manifest["decided"]["cells"]) == (str(log.path), 2)


def test_only_what_is_decided_otherwise_is_read_again(source: Path, log: Decisions, tmp_path: Path) -> None:
    out = tmp_path / "out"
    decide(log, 0)
    assert bulked(source, out, decisions=log.path).plan.new == 8
    assert set(mass(out).values()) == {"0"}
    assert bulked(source, out, decisions=log.path).plan.files == 0
    decide(log, 1)
    assert bulked(source, out, decisions=log.path).plan.again == 2
    assert set(mass(out).values()) == {"1"}
    log.undo(extract(SAMPLE).source.sha256, MASS, author="李")
    assert bulked(source, out, decisions=log.path).plan.again == 2
    assert set(mass(out).values()) == {"0"}
    whole(out)


def test_they_stay_until_they_are_taken_out(source: Path, log: Decisions, tmp_path: Path) -> None:
    """Also in what is read again for another reason, and in what comes later."""
    out = tmp_path / "out"
    bulked(source, out)
    before = {name: rows_of(out, name) for name in ("reports", "cells", "findings")}
    decide(log, 0)
    bulked(source, out, decisions=log.path)
    log.path.unlink()
    house = House(out)
    house.rewriting(house.shards()[0]).touch()
    copy(SAMPLE, source / "once-more.html")
    outcome = bulked(source, out)
    assert (outcome.plan.again, outcome.plan.new, outcome.totals.decided["reports"]) == (4, 1, 3)
    (source / "once-more.html").unlink()

    outcome = bulked(source, out, undecided=True, prune=True)
    assert (outcome.plan.again, outcome.totals.decided["reports"]) == (2, 0)
    for name, rows in before.items():
        by = lambda row: (row["report"], row.get("position", 0))  # noqa: E731
        assert sorted(rows_of(out, name), key=by) == sorted(rows, key=by), name
    assert json.loads((out / "manifest.json").read_text("utf-8"))["decisions"] is None


def test_a_run_that_is_killed_goes_on_with_them(source: Path, log: Decisions, tmp_path: Path) -> None:
    out = tmp_path / "out"
    bulked(source, out)
    decide(log, 0)

    def stop(_: int) -> None:
        decide(log, 1)  # the next run applies what the log says then, to all of them
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bulked(source, out, engine=Here(stop), decisions=log.path)
    assert sorted(map(str, mass(out).values())) == ["0", "6"]
    assert bulked(source, out, decisions=log.path).plan.again == 2
    assert set(mass(out).values()) == {"1"}
    whole(out)
    assert len(names_of(out)) == 9


def test_the_command_says_what_was_decided_and_what_is_not(source: Path, log: Decisions, tmp_path: Path) -> None:
    def bulk(*options: object) -> str:
        words = [sys.executable, "-m", "extractor.cli", "bulk", source, tmp_path / "out", "--no-llm", "--jobs", 1]
        done = subprocess.run([*map(str, words), *map(str, options)], capture_output=True, text=True, check=False)
        assert done.returncode == (2 if "contradict" in done.stderr else 0), done.stderr
        return done.stdout + done.stderr

    decide(log, 0)
    copy(log.path, source / FILE)
    assert f"{source / FILE} has decisions that are not in the tables; --decisions {source} applies them" in bulk()
    said = bulk("--decisions", source)
    assert "decisions 2 cells as people decided, in 2 reports; 14 others came out otherwise" in said
    assert "not in the tables" not in bulk()
    Decisions(source).undo(extract(SAMPLE).source.sha256, MASS, author="李")
    assert "applies them" in bulk()
    assert "decisions" not in bulk("--no-decisions")
    assert "contradict each other" in bulk("--no-decisions", "--decisions", source)
