"""What is derived, against all the ways to fill a small table: derived is only what all of them have."""

from collections.abc import Mapping
from itertools import product
from random import Random

import pytest

from extractor.forms.model import Column, EditRule, ForEach, Form, Marker, Row, Table
from extractor.parse.readings import Alternative, Choice, Origin, Reading, ReadingKind
from extractor.read import read
from extractor.reconcile.linear import resolve
from extractor.reconcile.propagate import implied
from extractor.reconcile.settle import settle
from extractor.report import Status

ROWS, LINES = ("a", "b", "c", "sum"), ("x", "y", "z", "total")


def small_form() -> Form:
    rules = (
        EditRule(id="row", table="t", for_each=ForEach.ROW, left=LINES[:3], right=LINES[3:], message="row"),
        EditRule(id="column", table="t", for_each=ForEach.COLUMN, left=ROWS[:3], right=ROWS[3:], message="column"),
    )
    table = Table(
        id="t",
        titles=("t",),
        columns=tuple(Column(id=name, labels=(name,)) for name in LINES),
        rows=tuple(Row(id=name, labels=(name,)) for name in ROWS),
    )
    marker = Marker(text="t")
    return Form(id="s", title="s", years=(2000, None), markers=(marker,), tables=(table,), identities=rules)


SMALL = small_form()


def filled(inside: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """The whole table, with its sums."""
    values = {f"t.{row}.{column}": inside[row, column] for row, column in product(ROWS[:3], LINES[:3])}
    for row in ROWS[:3]:
        values[f"t.{row}.total"] = sum(inside[row, column] for column in LINES[:3])
    for column in LINES:
        values[f"t.sum.{column}"] = sum(values[f"t.{row}.{column}"] for row in ROWS[:3])
    return values


def possible(known: Mapping[str, int], most: int) -> dict[str, set[int]]:
    """The values that each cell has in any table of counts up to `most` that agrees with `known`."""
    names = list(product(ROWS[:3], LINES[:3]))
    ranges = [
        (known[f"t.{row}.{column}"],) if f"t.{row}.{column}" in known else range(most + 1) for row, column in names
    ]
    out: dict[str, set[int]] = {cell: set() for cell in SMALL.cells}
    for figures in product(*ranges):
        values = filled(dict(zip(names, figures, strict=True)))
        if all(values[cell] == value for cell, value in known.items()):
            for cell, value in values.items():
                out[cell].add(value)
    return out


@pytest.mark.parametrize("part", range(4))
def test_what_is_derived_is_so_in_every_table_that_adds_up(part: int) -> None:
    derived = settled_by_all = 0
    for seed in range(20):
        rng = Random(f"derived/{part}/{seed}")
        true = filled({place: rng.choice((0, 0, 1, 2, 3)) for place in product(ROWS[:3], LINES[:3])})
        inner = [cell for cell in true if not cell.startswith("t.sum") and not cell.endswith("total")]
        sums = [cell for cell in true if cell not in inner]
        lost = {*rng.sample(inner, rng.randint(2, 4)), *rng.sample(sums, rng.randint(0, 4))}
        known = {cell: value for cell, value in true.items() if cell not in lost}
        empty = {cell for cell in lost if rng.random() < 0.3}
        choices = []
        for row in ROWS:
            readings = [
                Reading(cell, ReadingKind.BLANK if cell in empty else ReadingKind.NUMBER, known.get(cell), 0, 1, "0")
                for cell in (f"t.{row}.{column}" for column in LINES)
                if cell in known or cell in empty
            ]
            choices.append(Choice(Origin.GRID, (Alternative(tuple(readings)),)))
        every = possible(known, 6)
        for cell, state in settle(read("0"), SMALL, choices).cells.items():
            if state.status is Status.DERIVED:
                derived += 1
                assert every[cell] == {state.value} and cell in lost
            elif cell in known:
                assert (state.value, state.status) == (true[cell], Status.REPORTED)
            else:
                assert state.value is None
        for cell, value in implied(SMALL, resolve(SMALL, list(SMALL.cells)), known).items():
            assert every[cell] == {value}
        settled_by_all += sum(len(every[cell]) == 1 for cell in lost)
    assert derived >= 0.8 * settled_by_all >= 40, "and not much less than that"
