"""The table of README.md: gouji and others on the same documents, by kind of mess."""

import sys
from dataclasses import dataclass

import pytest

from eval import table
from eval.generated import cases
from eval.items import CaseItem
from eval.truth import FORMS
from extractor.errors import UsageError
from extractor.evaluate.runner import score_item
from extractor.evaluate.systems import Extraction
from extractor.forms.model import Form


@dataclass(frozen=True)
class Nothing:
    """A system that finds nothing, in web pages only."""

    name: str = "nothing"
    suffixes: frozenset[str] = frozenset({".html"})

    def extract(self, data: bytes, name: str, form: Form) -> Extraction:  # noqa: ARG002 - the protocol's
        return Extraction({})


@dataclass(frozen=True)
class Absent:
    name: str = "absent"
    suffixes: frozenset[str] = frozenset()

    def extract(self, data: bytes, name: str, form: Form) -> Extraction:  # noqa: ARG002 - the protocol's
        raise UsageError("its package is not installed")


def test_lines_by_mess_and_by_what_a_system_is_made_for() -> None:
    items = [CaseItem(case) for case in cases(12, 3, list(FORMS), ["html", "tab"], ["units", "thousands"], 0.3)]
    results = {
        "gouji": [score_item(item) for item in items],
        "nothing": [score_item(item, Nothing()) for item in items],
    }
    rows = table.rows_of({"generated": results}, [Nothing()])
    assert [row.name for row in rows] == ["generated", "(clean)", "thousands", "units", "made for: .html"]
    assert rows[0].reports == 12 and rows[-1].reports == sum("/html/" in item.name for item in items)
    right, harm = table.table_of(rows, table.right), table.table_of(rows, table.harm)
    assert right.splitlines()[0] == "| documents | reports | printed cells | gouji | nothing |"
    assert len(right.splitlines()) == 7
    ours, theirs = right.splitlines()[2].strip("| ").split(" | ")[-2:]
    assert float(ours.split()[0]) > 95
    assert float(theirs.split()[0]) < 1, "leaving open is right in a few ambiguous cells only"
    assert harm.splitlines()[2].endswith("| 0; 0.0 [0.0, 24.2] |")


def test_the_command_with_others_and_without(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    systems = {"nothing": Nothing(), "absent": Absent()}
    monkeypatch.setattr(table, "others", lambda: systems)
    monkeypatch.setattr(sys, "argv", ["eval.table", "--n", "4", "--samples", str(table.ROOT / "eval/samples/gbk-2020")])
    assert table.main() == 0
    out, told = capsys.readouterr()
    assert "| documents | reports | printed cells | gouji | nothing |" in out
    assert "absent is left out: its package is not installed" in told
    monkeypatch.setattr(table, "others", dict)
    assert table.main() == 0
    out, told = capsys.readouterr()
    assert "| documents | reports | printed cells | gouji |" in out and "eval/others has no systems" in told
    monkeypatch.setattr(sys, "argv", ["eval.table", "--systems", "telepathy"])
    with pytest.raises(SystemExit, match="unknown system 'telepathy'"):
        table.main()


def test_the_registry_is_a_registry() -> None:
    for name, system in table.others().items():
        assert name == system.name and isinstance(system.suffixes, frozenset)
