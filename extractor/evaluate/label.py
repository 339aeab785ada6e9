"""Label files begun from an extraction, for a person to check; and two labellers held against each other.

A label file that the program has begun is not one that a person has checked: `checked` is false in it, and every cell
that the program did not plainly read from the page (disputed, corrected, derived, missing) has no value but `?`. The
loader refuses both. Besides each cell stands what the program saw, under a key that the loader ignores.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from extractor.deliver.printable import printable
from extractor.errors import UsageError
from extractor.evaluate.context import place_of
from extractor.evaluate.gold import COMMENT, UNDECIDED, Gold, same_number
from extractor.evaluate.results import shown
from extractor.forms.load import load_forms
from extractor.forms.model import Form
from extractor.read import Document
from extractor.report import Cell, JSONValue, Number, Report, Status, json_number

__all__ = ["Agreement", "Disagreement", "agreement", "agreement_of_folders", "begun", "write_begun"]

_HOW = (
    "Hold every cell against the document. A number: what is printed. null: the cell is there and empty, or says that "
    'it does not apply. Remove the line of a cell that is not on the page. "?" is still to be decided. Where the '
    "source truly admits several values, list them all under accept (null: leaving it open is right as well). List "
    'under misprints the cells that the source itself prints wrongly. Last, set "checked" to true and say who you are.'
)
_PLAIN = (Status.REPORTED, Status.BLANK, Status.NOT_APPLICABLE)


def begun(document: Document, report: Report, form: Form) -> dict[str, JSONValue]:
    """The label file that an extraction begins. Cells in the form's order, each with its help before it."""
    cells: dict[str, JSONValue] = {}
    for cell, (_, row, column) in form.cells.items():
        state = report.cells[cell]
        cells[f"{COMMENT} {cell}"] = _help(document, f"{row.labels[0]} / {column.labels[0]}", state)
        cells[cell] = json_number(state.value) if state.status in _PLAIN else UNDECIDED
    notes: list[JSONValue] = []
    return {
        COMMENT: _HOW,
        "checked": False,
        "labelled_by": "",
        "form": report.form,
        "organ": report.organ,
        "year": report.year,
        f"{COMMENT} findings": [finding.message for finding in report.findings],
        "cells": cells,
        "accept": {},
        "misprints": [],
        "notes": notes,
    }


def write_begun(labels: Mapping[str, JSONValue], stream: TextIO) -> None:
    """As JSON, a line for each cell and each help."""
    json.dump(labels, stream, ensure_ascii=False, indent=1)
    stream.write("\n")


def _help(document: Document, label: str, state: Cell) -> str:
    """The label, what the program thinks of the cell, and where it read it."""
    said = state.status.value
    if state.status not in _PLAIN and state.value is not None:
        others = "".join(f" or {shown(one)}" for one in state.alternatives)
        said += f" {shown(state.value)}{others}"
    parts = [label, said]
    if state.printed is not None and state.status is Status.CORRECTED:
        parts.append(f"printed {state.printed}")
    if state.evidence is not None:
        place = place_of(document, state.evidence, width=24)
        parts.append(f"…{place.before}【{place.text}】{place.after}…")
    if state.because:
        parts.append(state.because)
    return printable("  ".join(parts))


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What two labellers say of one thing, in words. `cell`: a cell id, or `organ`, `year`, `form`, a list."""

    document: str
    cell: str
    label: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """`cells`: how many at least one of the two gives (as printed or blank); `same`: of how many both say the same.

    No coefficient that is corrected for chance (Cohen 1960) is given: two people do not agree on 405 by chance.
    """

    cells: int
    same: int
    differences: tuple[Disagreement, ...]
    only_left: tuple[str, ...] = ()
    only_right: tuple[str, ...] = ()

    def __add__(self, other: "Agreement") -> "Agreement":
        return Agreement(
            self.cells + other.cells,
            self.same + other.same,
            self.differences + other.differences,
            self.only_left + other.only_left,
            self.only_right + other.only_right,
        )


def agreement(left: Path, right: Path, document: str = "") -> Agreement:
    """Two label files of the same document, finished or not. Raises LabelError, OSError."""
    one, other = Gold.load(left, unfinished=True), Gold.load(right, unfinished=True)
    differences = [
        Disagreement(document, name, "", str(mine), str(theirs))
        for name, mine, theirs in (
            ("form", one.form, other.form),
            ("organ", one.organ, other.organ),
            ("year", one.year, other.year),
        )
        if mine != theirs
    ]
    if one.form != other.form:
        return Agreement(0, 0, tuple(differences))
    form = load_forms()[one.form]
    unknown = {*one.unlabelled, *other.unlabelled}
    cells = [cell for cell in form.cells if (cell in one.cells or cell in other.cells) and cell not in unknown]
    found = list(_differing(one, other, cells, form, document))
    differing = {difference.cell for difference in found}
    if set(one.misprints) != set(other.misprints):
        mine, theirs = (", ".join(sorted(gold.misprints)) or "none" for gold in (one, other))
        found.append(Disagreement(document, "misprints", "", mine, theirs))
    return Agreement(len(cells), sum(cell not in differing for cell in cells), (*differences, *found))


def agreement_of_folders(left: Path, right: Path) -> Agreement:
    """Two labellers' folders of samples, or two label files. Raises UsageError where they have none in common."""
    if left.is_file() and right.is_file():
        return agreement(left, right)
    for path in (left, right):
        if not path.is_dir():
            raise UsageError(f"{path}: {'a folder and a file cannot be compared' if path.exists() else 'not there'}")
    mine, theirs = _labels_in(left), _labels_in(right)
    both = [name for name in mine if name in theirs]
    if not both:
        raise UsageError(f"{left} and {right} have no sample in common")
    out = Agreement(
        0, 0, (), tuple(name for name in mine if name not in theirs), tuple(name for name in theirs if name not in mine)
    )
    for name in both:
        out += agreement(mine[name], theirs[name], name)
    return out


def _labels_in(folder: Path) -> dict[str, Path]:
    if (folder / "gold.json").exists():
        return {"": folder / "gold.json"}
    return {path.parent.name: path for path in sorted(folder.glob("*/gold.json"))}


def _differing(one: Gold, other: Gold, cells: list[str], form: Form, document: str) -> Iterator[Disagreement]:
    for cell in cells:
        values = [gold.cells.get(cell) for gold in (one, other)]
        on_page = [cell in gold.cells for gold in (one, other)]
        undecided = [cell in gold.undecided for gold in (one, other)]
        accepted = [_as_set(gold.accept.get(cell)) for gold in (one, other)]
        same = on_page[0] == on_page[1] and same_number(*values) and accepted[0] == accepted[1]
        if same and not any(undecided):
            continue
        _, row, column = form.cells[cell]
        left, right = (_worded(gold, cell) for gold in (one, other))
        yield Disagreement(document, cell, f"{row.labels[0]} / {column.labels[0]}", left, right)


def _as_set(values: list[Number | None] | None) -> frozenset[Number | None]:
    return frozenset(values or ())


def _worded(gold: Gold, cell: str) -> str:
    if cell in gold.undecided:
        return "undecided"
    if cell not in gold.cells:
        return "not on the page"
    value = gold.cells[cell]
    word = "blank" if value is None else shown(value)
    accepted = gold.accept.get(cell)
    return f"{word} (accepts {', '.join(shown(one) for one in accepted)})" if accepted else word
