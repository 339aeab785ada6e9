"""Decisions in a run from the command line: applied when asked for, told, and exported as labels."""

import json
from pathlib import Path
from shutil import copy

import pytest
from typer.testing import CliRunner, Result

from extractor.cli.app import app
from extractor.deciding.decision import DecisionKind, made
from extractor.deciding.decisions import FILE, Decisions
from extractor.evaluate.gold import Gold
from extractor.forms.load import load_forms
from extractor.pipeline import extract
from extractor.report import Status

SAMPLES = Path(__file__).parent.parent / "eval" / "samples"
FORM = load_forms()["ogi-2021"]
MASS = "applications.rejected_mass.public_welfare"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)), env={"COLUMNS": "250"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two reports; of one a cell is decided."""
    for name in ("misprint-2023", "clean-html-2022"):
        copy(SAMPLES / name / "report.html", tmp_path / f"{name}.html")
    report = extract(tmp_path / "misprint-2023.html")
    Decisions(tmp_path).append(made(report, FORM, MASS, DecisionKind.TYPE, author="李", value=0, note="总计为 3"))
    return tmp_path


@pytest.mark.parametrize("jobs", [1, 2])
def test_decisions_survive_a_rerun(folder: Path, jobs: int) -> None:
    got = run("extract", folder, "--no-llm", "--format", "jsonl", "--jobs", jobs, "--decisions", folder)
    assert got.exit_code == 0
    clean, misprint = map(json.loads, got.stdout.splitlines())
    assert "review" not in clean
    cell = misprint["cells"][MASS]
    assert (cell["value"], cell["status"], cell["read_by"]) == (0, "reported", ["person"])
    assert cell["decision"]["was"] == {"value": 6, "status": "reported"}
    assert misprint["review"]["decided"] == 1
    assert "1 cell as people decided, in 1 report; 7 others came out otherwise" in got.stderr


def test_nothing_is_applied_unasked(folder: Path) -> None:
    got = run("extract", folder, "--no-llm", "--format", "jsonl")
    assert '"decision": ' not in got.stdout
    assert f"{folder / FILE} is not applied; --decisions {folder} applies it" in got.stderr
    assert "decisions" not in run("extract", folder, "--no-llm", "--format", "jsonl", "--quiet").stderr


def test_the_log_is_no_document_and_no_result(folder: Path) -> None:
    got = run("audit", folder, "--format", "json")
    assert got.exit_code in (0, 3)
    assert FILE not in got.stdout + got.stderr


def test_a_damaged_log_is_told(folder: Path) -> None:
    with (folder / FILE).open("ab") as file:
        file.write(b"{\n" * 9)
    got = run("extract", folder / "misprint-2023.html", "--no-llm", "--format", "json", "--decisions", folder / FILE)
    assert json.loads(got.stdout)["cells"][MASS]["value"] == 0
    assert f"{folder / FILE}:2: no decision, passed over" in got.stderr
    assert "and 4 more lines" in got.stderr


def test_without_a_log_it_is_wrong_usage(tmp_path: Path, folder: Path) -> None:
    got = run("extract", folder / "misprint-2023.html", "--decisions", tmp_path / "elsewhere")
    assert got.exit_code == 2
    assert "no decisions there" in got.stderr


def test_labels_out_of_decisions(folder: Path) -> None:
    out = folder / "gold.json"
    got = run("label", folder / "misprint-2023.html", "--decisions", folder, "--out", out)
    assert got.exit_code == 0
    gold = Gold.load(out)
    assert (gold.cells, gold.only) == ({MASS: 0}, [MASS])
    assert run("label", folder / "misprint-2023.html", "--decisions", folder, "--out", out).exit_code == 2
    assert "gone through" in run("label", folder / "misprint-2023.html", "--decisions", folder, "--whole").stderr
    assert "nobody has decided" in run("label", folder / "clean-html-2022.html", "--decisions", folder).stderr
    assert run("label", folder / "clean-html-2022.html", "--whole").exit_code == 2


def test_labels_of_some_cells_are_scored_by_the_harness(folder: Path) -> None:
    sample = folder / "samples" / "mine"
    sample.mkdir(parents=True)
    copy(folder / "misprint-2023.html", sample / "report.html")
    run("label", folder / "misprint-2023.html", "--decisions", folder, "--out", sample / "gold.json")
    got = run("eval", "run", "--samples", folder / "samples", "--out", folder / "run")
    assert got.exit_code == 0
    told = json.loads((folder / "run" / "report.json").read_text(encoding="utf-8"))
    assert told["readers"]["rules"]["total"]["printed"] == 1
    assert told["readers"]["rules"]["total"]["counts"]["silently_wrong"] == 1


def test_what_a_model_said_stays_beside_decisions() -> None:
    """The last word is given the draft with the model's answers."""
    import asyncio

    from extractor.deciding.applying import Applying
    from extractor.pipeline import extract_asking
    from tests.asked import Scripted

    path = SAMPLES / "prose-only-2023" / "report.txt"
    report = extract(path)
    cell = next(cell for cell, one in report.cells.items() if one.status is Status.REPORTED)
    one = made(report, FORM, cell, DecisionKind.CONFIRM, author="李")
    then = Applying({report.source.sha256: ({cell: one}, ())})
    got = asyncio.run(extract_asking(path, Scripted(lambda _: ()), then=then))
    assert got.cells[cell].read_by == ("rules", "person")
    assert got.usage.llm_calls > 0
