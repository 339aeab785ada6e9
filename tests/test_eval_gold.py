"""Label files are held against their form: whatever is wrong is named with its file and its place."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from eval.gold import ROOT
from extractor.errors import LabelError, UsageError
from extractor.evaluate.gold import Gold, find_samples, same_number

CELL = "applications.new.total"


def labels(**changes: Any) -> dict[str, Any]:
    return {"form": "ogi-2021", "organ": "青溪县水利局", "year": 2023, "cells": {CELL: 405}, **changes}


def written(folder: Path, content: object) -> Path:
    path = folder / "gold.json"
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_label_file_is_read(tmp_path: Path) -> None:
    cells = {CELL: 405, "proactive.fees.amount": 24252.311082, "applications.new.other": None}
    accept = {CELL: [405, None]}
    gold = Gold.load(
        written(tmp_path, labels(cells=cells, accept=accept, mess=["units"], misprints=[CELL], source="page.txt"))
    )
    assert gold.cells == {
        CELL: 405,
        "proactive.fees.amount": Decimal("24252.311082"),
        "applications.new.other": None,
    }
    assert gold.accept == {CELL: [405, None]}
    assert (gold.misprints, gold.mess, gold.year) == ((CELL,), ["units"], 2023)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "line 1: not JSON"),
        ("[]", "a label file is a JSON object"),
        ("[" * 100_000, "not JSON that can be read"),
        ('{"cells": {"a": NaN}}', "NaN is not a number"),
        (labels(form="ogi-1999"), 'unknown form "ogi-1999"; known: ogi-2014'),
        (labels(form=None), "unknown form null"),
        ({"form": "ogi-2021"}, "there is no 'cells'"),
        (labels(acept={}), "unknown key 'acept'"),
        (labels(cells=[]), "'cells' is not an object of cells"),
        (labels(cells={"applications.new.totl": 1}), "form ogi-2021 has no cell 'applications.new.totl'"),
        (labels(cells={"statistics.received.year": 1}), "is the form right?"),
        (labels(cells={CELL: "405"}), f'cells.{CELL}: "405" is not a number'),
        (labels(cells={CELL: True}), f"cells.{CELL}: true is not a number"),
        (labels(cells={CELL: [405]}), f"cells.{CELL}: [405] is not a number"),
        (labels(accept={CELL: 405}), f"accept.{CELL}: 405 is not a list"),
        (labels(accept={CELL: ["?"]}), f'accept.{CELL}: "?" is not a number'),
        (labels(truth={"x.y.z": 1}), "truth: form ogi-2021 has no cell 'x.y.z'"),
        (labels(misprints=["applications.new.other"]), "misprints: 'applications.new.other' is not among the printed"),
        (labels(year="2023"), 'year: "2023" is not a year'),
        (labels(organ=5), "organ: 5 is not a name"),
        (labels(mess="units"), "'mess' is not a list of texts"),
        (labels(severity="much"), "severity"),
        (labels(checked=False), "nobody has checked these labels yet"),
        (labels(cells={CELL: "?"}), f"cells.{CELL} is still to be decided"),
        (f'{{"form": "ogi-2021", "cells": {{"{CELL}": 1, "{CELL}": 2}}}}', f"'{CELL}' stands there twice"),
    ],
)
def test_mistakes_are_named_with_the_file(content: object, told: str, tmp_path: Path) -> None:
    path = written(tmp_path, content)
    with pytest.raises(LabelError) as raised:
        Gold.load(path)
    assert str(raised.value).startswith(f"{path}: ")
    assert told in str(raised.value)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "gold.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LabelError, match="not UTF-8"):
        Gold.load(path)


def test_help_is_ignored_and_open_cells_are_told(tmp_path: Path) -> None:
    cells = {f"// {CELL}": "reported …【405】…", CELL: "?", "applications.new.other": 2}
    path = written(tmp_path, labels(cells=cells, checked=False, **{"//": "how to"}))
    gold = Gold.load(path, unfinished=True)
    assert gold.undecided == [CELL]
    assert gold.cells == {CELL: None, "applications.new.other": 2}


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    gold = Gold("ogi-2021", None, None, {CELL: 5, "proactive.fees.amount": Decimal("1.48")}, {CELL: [5, None]})
    gold.truth, gold.notes, gold.mess, gold.layout, gold.severity = {CELL: 6}, ["a"], ["units"], "tab", 0.3
    gold.dump(tmp_path / "gold.json")
    assert Gold.load(tmp_path / "gold.json") == gold
    assert gold.misprints == (CELL,)


def test_labels_without_a_document_are_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    written(tmp_path / "one", labels())
    with pytest.raises(UsageError, match=r"labels \(gold.json\) without a document"):
        list(find_samples(tmp_path))
    for name in ("report.txt", "report.html"):
        (tmp_path / "one" / name).write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match=r"more than one report"):
        list(find_samples(tmp_path))


def test_the_samples_fit_their_forms() -> None:
    samples = list(find_samples(ROOT / "eval" / "samples"))
    assert len(samples) >= 13
    assert all(sample.gold.cells for sample in samples)


def test_numbers_are_the_same_however_they_are_written() -> None:
    assert same_number(5, Decimal("5.0")) and same_number(None, None)
    assert not same_number(0, None) and not same_number(5, Decimal("5.01"))
