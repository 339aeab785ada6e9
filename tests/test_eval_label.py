"""gouji label: nothing that the program made counts as checked, and labellers' disagreements are shown."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from eval.gold import ROOT
from extractor import Status, extract
from extractor.cli.app import app
from extractor.errors import LabelError
from extractor.evaluate.gold import Gold

MISPRINT = ROOT / "eval" / "samples" / "misprint-2023" / "report.html"
DROPPED = ROOT / "eval" / "samples" / "blanks-dropped-2023" / "report.txt"
NEW = "applications.new.total"


def label(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["label", *map(str, arguments)], env={"COLUMNS": "250"})


def begun(report: Path) -> dict[str, Any]:
    done = label(report)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.mark.parametrize("report", [MISPRINT, DROPPED])
def test_only_what_was_plainly_read_has_a_value(report: Path) -> None:
    labels = begun(report)
    states = extract(report).cells
    cells = {cell: value for cell, value in labels["cells"].items() if not cell.startswith("//")}
    assert list(cells) == list(states)
    for cell, state in states.items():
        plain = state.status in (Status.REPORTED, Status.BLANK, Status.NOT_APPLICABLE)
        assert cells[cell] == (float(state.value) if plain and state.value is not None else None if plain else "?")
    assert "?" in cells.values()
    assert labels["checked"] is False


def test_every_cell_has_its_help_before_it() -> None:
    cells = list(begun(MISPRINT)["cells"].items())
    for (help_, words), (cell, value) in zip(cells[::2], cells[1::2], strict=True):
        assert help_ == f"// {cell}"
        status = words.split("  ")[1]
        if value != "?":
            assert status.split()[0] in ("reported", "blank", "not_applicable")
    helps = dict(cells)
    assert "【405】" in helps[f"// {NEW}"] and "总计" in helps[f"// {NEW}"]
    assert "derived 130" in helps["// applications.refused.total"]
    assert "the identities admit only this value" in helps["// applications.refused.total"]


def test_a_begun_file_is_refused_until_it_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "gold.json"
    assert label(MISPRINT, "--out", path).exit_code == 0
    with pytest.raises(LabelError, match="nobody has checked"):
        Gold.load(path)
    labels = json.loads(path.read_text("utf-8"))
    labels["checked"] = True
    path.write_text(json.dumps(labels), encoding="utf-8")
    with pytest.raises(LabelError, match=r"applications\.refused\.natural_person is still to be decided"):
        Gold.load(path)
    labels["cells"] = {cell: value for cell, value in labels["cells"].items() if value != "?"}
    path.write_text(json.dumps(labels), encoding="utf-8")
    right = Gold.load(MISPRINT.with_name("gold.json"))
    assert Gold.load(path).cells == right.cells, "this sample's other cells are as the program read them"


def test_a_persons_work_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "gold.json"
    path.write_text("mine", encoding="utf-8")
    done = label(MISPRINT, "--out", path)
    assert done.exit_code == 2 and "is there already" in done.stderr
    assert path.read_text("utf-8") == "mine"


def test_disagreements_of_two_labellers(tmp_path: Path) -> None:
    labels = json.loads(MISPRINT.with_name("gold.json").read_text("utf-8"))
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    one.write_text(json.dumps(labels), encoding="utf-8")
    assert label("--compare", one, one).exit_code == 0
    del labels["cells"]["applications.new.other"]
    labels["cells"] |= {NEW: 450, "applications.new.business": None, "applications.new.research": "?"}
    labels |= {"organ": "丹枫市政府", "accept": {"applications.carried_in.total": [12, None]}}
    two.write_text(json.dumps(labels), encoding="utf-8")
    done = label("--compare", one, two)
    assert done.exit_code == 3
    lines = [line.split() for line in done.stdout.splitlines() if line.strip()]
    shown = {line[0]: line[-2:] for line in lines}
    assert shown[NEW] == ["405", "450"]
    assert shown["applications.new.business"] == ["28", "blank"]
    assert shown["applications.new.research"] == ["8", "undecided"]
    assert "not on the page" in done.stdout and "12 (accepts 12, –)" in done.stdout
    assert shown["organ"] == ["丹枫市人民政府", "丹枫市政府"]
    assert "195 of 200 cells alike (97.5 %)" in done.stdout


def test_two_labellers_folders(tmp_path: Path) -> None:
    for who, total in (("ann", 405), ("ben", 406)):
        for name in ("shared", f"only-{who}"):
            folder = tmp_path / who / name
            folder.mkdir(parents=True)
            labels = {"form": "ogi-2021", "organ": None, "year": 2023, "cells": {NEW: total}}
            (folder / "gold.json").write_text(json.dumps(labels), encoding="utf-8")
    done = label("--compare", tmp_path / "ann", tmp_path / "ben")
    assert done.exit_code == 3
    assert "shared" in done.stdout and "0 of 1 cells alike" in done.stdout
    assert "only-ann" in done.stdout and "only-ben" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--compare", "a.json"], "--compare takes two label files"),
        (["a", "b"], "label one report"),
        (["--compare", "no.json", "no.json"], "no.json: not there"),
        (["--compare", str(ROOT / "docs"), str(ROOT / "rules")], "have no sample in common"),
        (["--compare", str(MISPRINT), str(ROOT)], "a folder and a file cannot be compared"),
        (["--compare", str(MISPRINT), str(MISPRINT)], "not JSON"),
        (["no-such-report.html"], "no such file"),
        ([str(ROOT / "LICENSE")], "gouji:"),
    ],
)
def test_wrong_usage_is_told(arguments: list[str], told: str) -> None:
    done = label(*arguments)
    assert done.exit_code in (1, 2)
    assert told in done.stderr and "Traceback" not in done.output
