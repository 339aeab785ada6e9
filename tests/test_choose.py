"""What all ways to read several rows have in common, against going through them all."""

from decimal import Decimal
from itertools import product
from random import Random

import pytest

from extractor.forms.model import Edit, EditKind
from extractor.parse.readings import Alternative, Choice, Origin, Reading, ReadingKind
from extractor.reconcile import choose, common
from extractor.reconcile import solve as solver
from extractor.reconcile.choose import surviving
from extractor.reconcile.common import in_common
from extractor.reconcile.linear import Linear
from extractor.report import Number

COLUMNS = "xyz"

Rows = list[list[dict[str, Number]]]


def edit(plus: tuple[str, ...], minus: tuple[str, ...], *, exact: bool = True) -> Linear:
    kind = EditKind.EQUAL if exact else EditKind.AT_MOST
    return Linear(Edit(id=".".join(plus), kind=kind, left=(), right=(), message=""), plus, minus, exact)


def holds(link: Linear, values: dict[str, Number]) -> bool:
    balance = sum(values[cell] for cell in link.plus) - sum(values[cell] for cell in link.minus)
    return balance == 0 if link.exact else balance <= 0


def assignments(rows: Rows, links: list[Linear], fixed: dict[str, Number]) -> list[tuple[int, ...]]:
    """Every choice of a way for each row under which all links hold."""
    cells = [{cell for way in ways for cell in way} for ways in rows]
    blank = dict.fromkeys(set().union(*cells), 0)
    found = []
    for picked in product(*(range(len(ways)) for ways in rows)):
        values = {**fixed, **blank}
        for ways, number in zip(rows, picked, strict=True):
            values.update(ways[number])
        if all(holds(link, values) for link in links if all(cell in values for cell in link.cells)):
            found.append(picked)
    return found


def shared(rows: Rows, found: list[tuple[int, ...]]) -> list[set[int]]:
    """For each row the ways that have every figure which is the same in all of `found`."""
    out = []
    for at, ways in enumerate(rows):
        cells = {cell for way in ways for cell in way}
        figures = {cell: {ways[picked[at]].get(cell, 0) for picked in found} for cell in cells}
        settled = {cell: next(iter(values)) for cell, values in figures.items() if len(values) == 1}
        out.append(
            {
                number
                for number, way in enumerate(ways)
                if all(way.get(cell, 0) == value for cell, value in settled.items())
            }
        )
    return out


def random_rows(rng: Random) -> tuple[Rows, list[Linear], dict[str, Number]]:
    """Rows of up to three figures with a few ways to read each, and columns that add up to a known total."""
    columns = COLUMNS[: rng.randint(1, 3)]
    rows: Rows = []
    true: list[dict[str, Number]] = []
    for number in range(rng.randint(2, 4)):
        ways: list[dict[str, Number]] = []
        for _ in range(rng.randint(2, 4)):
            way = {f"t.{number}.{column}": rng.randint(0, 3) for column in columns if rng.random() < 0.9}
            if dict(way) not in ways:
                ways.append(dict(way))
        rows.append(ways)
        true.append(rng.choice(ways))
    fixed: dict[str, Number] = {"t.more.x": rng.randint(0, 2)}
    links = []
    for column in columns:
        cells = [f"t.{number}.{column}" for number in range(len(rows))]
        if column == "x":
            cells.append("t.more.x")
        total = f"t.sum.{column}"
        off = rng.random() < 0.15
        fixed[total] = sum(way.get(cell, 0) for way in true for cell in cells) + fixed.get(
            "t.more.x" if column == "x" else "", 0
        )
        fixed[total] += off
        known = [cell for cell in cells if cell in fixed or any(cell in way for ways in rows for way in ways)]
        if known:
            links.append(edit(tuple(known), (total,), exact=rng.random() < 0.8))
    return rows, links, fixed


def test_as_going_through_all_of_them() -> None:
    kinds = {"none": 0, "one": 0, "some": 0, "all": 0}
    for seed in range(250):
        rows, links, fixed = random_rows(Random(f"common/{seed}"))
        found = assignments(rows, links, fixed)
        got = in_common(rows, links, fixed)
        if not found:
            assert got is None
            kinds["none"] += 1
            continue
        assert got == shared(rows, found)
        for picked in found:
            assert all(number in ways for number, ways in zip(picked, got, strict=True)), "no possible way is dropped"
        sizes = [len(ways) for ways in got]
        kinds["one" if set(sizes) == {1} else "all" if sizes == [len(ways) for ways in rows] else "some"] += 1
    assert min(kinds.values()) >= 10, kinds


def test_no_order_of_rows_or_links_matters() -> None:
    for seed in range(40):
        rng = Random(f"common/order/{seed}")
        rows, links, fixed = random_rows(rng)
        got = in_common(rows, links, fixed)
        order = rng.sample(range(len(rows)), len(rows))
        rng.shuffle(links)
        again = in_common([rows[number] for number in order], links, fixed)
        assert again == (None if got is None else [got[number] for number in order])


def test_what_is_not_said_of_a_row_is_blank() -> None:
    rows: Rows = [[{"t.0.x": 3}, {"t.0.y": 3}], [{"t.1.x": 1}, {"t.1.x": 4}]]
    links = [edit(("t.0.x", "t.1.x"), ("t.sum.x",))]
    assert in_common(rows, links, {"t.sum.x": 1}) == [{1}, {0}]
    assert in_common(rows, links, {"t.sum.x": 4}) == [{0, 1}, {0, 1}]


def test_a_link_with_an_operand_that_nobody_read_says_nothing() -> None:
    rows: Rows = [[{"t.0.x": 3}, {"t.0.x": 4}], [{"t.1.x": 1}]]
    assert in_common(rows, [edit(("t.0.x", "t.1.x"), ("t.sum.x",))], {}) == [{0, 1}, {0}]


def test_rows_that_share_a_cell_are_not_free_of_each_other() -> None:
    rows: Rows = [[{"a": 1, "b": 2}, {"a": 2, "b": 1}], [{"b": 5, "c": 1}, {"b": 4, "c": 2}]]
    assert in_common(rows, [edit(("a",), ("c",))], {}) is None


def test_what_cannot_be_told_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    rows: Rows = [[{"t.0.x": 3}, {"t.0.x": 4}], [{"t.1.x": 1}, {"t.1.x": 2}]]
    links = [edit(("t.0.x", "t.1.x"), ("t.sum.x",))]
    assert in_common(rows, links, {"t.sum.x": 4}) == [{0}, {0}]
    assert in_common(rows, links, {"t.sum.x": 9}) is None
    assert in_common([[{"t.0.x": Decimal("0.5")}, {"t.0.x": 3}], rows[1]], links, {"t.sum.x": 4}) is None
    monkeypatch.setattr(common, "_MOST_WAYS", 3)
    assert in_common(rows, links, {"t.sum.x": 4}) is None
    monkeypatch.undo()
    monkeypatch.setattr(solver, "_MOST_RIVALS", 0)
    assert in_common(rows, links, {"t.sum.x": 4}) is None


def choices_of(rows: Rows, fixed: dict[str, Number]) -> list[Choice]:
    known = [[{cell: value}] for cell, value in fixed.items()]
    return [
        Choice(
            Origin.GLUED,
            tuple(
                Alternative(
                    tuple(
                        Reading(cell, ReadingKind.NUMBER, value, 0, 1, str(value))
                        for cell, value in sorted(way.items())
                    )
                )
                for way in ways
            ),
        )
        for ways in (*rows, *known)
    ]


def test_the_search_and_the_solver_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the search keeps is in what all have in common, and what is in no possible reading goes by either."""
    for seed in range(60):
        rows, links, fixed = random_rows(Random(f"surviving/{seed}"))
        links = [link for link in links if link.exact]
        if not assignments(rows, links, fixed):
            continue
        choices = choices_of(rows, fixed)
        searched = surviving(choices, links)
        with monkeypatch.context() as patched:
            patched.setattr(choose, "_search", lambda *_: None)
            solved = surviving(choices, links)
        for narrow, wide, choice in zip(searched, solved, choices, strict=True):
            assert set(narrow) <= set(wide)
            cells = {reading.cell for way in choice.alternatives for reading in way.readings}
            for cell in cells:
                told = [{_figure(choice.alternatives[way], cell) for way in kept} for kept in (narrow, wide)]
                assert len(told[0]) > 1 or told[0] == told[1], "settled by the one, settled by the other"


def _figure(way: Alternative, cell: str) -> Number:
    return next((one.value or 0 for one in way.readings if one.cell == cell), 0)
