"""Which figures are to blame for sums that do not add up, and that nobody is blamed where several may be."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from random import Random

import pytest

from extractor.check.identities import broken_identities
from extractor.forms.load import load_forms
from extractor.forms.model import Column, EditKind, EditRule, ForEach, Form, Marker, Row, Table
from extractor.reconcile.linear import Linear, resolve
from extractor.reconcile.locate import Located, locate
from extractor.reconcile.operations import CHANGE_COST, Move, moves_of_the_source
from extractor.report import Cell, Evidence, Status

FORM = load_forms()["ogi-2021"]
CELLS = [cell for cell, (table, row, _) in FORM.cells.items() if table.id == "applications" and not row.optional]
EDITS = resolve(FORM, CELLS)
COLUMNS = FORM.table_by_id["applications"].column_ids
RESULTS = FORM.table_by_id["review_litigation"].column_ids

DONE = {
    "granted": (21, 5, 0, 0, 0, 0),
    "partial": (3, 1, 0, 2, 0, 0),
    "refused_law": (1, 0, 0, 0, 2, 0),
    "unavailable_not_held": (8, 6, 0, 1, 0, 0),
}


def year(true: Mapping[str, Sequence[int]], printed: Mapping[str, Sequence[int]] | None = None) -> dict[str, int]:
    """A year in which the outcomes of DONE and `true` are all there is, but for the rows that are `printed` wrong."""
    done = {**DONE, **true}
    whole = tuple(map(sum, zip(*done.values(), strict=True)))
    rows = {**done, "new": whole, "processed_total": whole}
    figures = {row: (*parts, sum(parts)) for row, parts in rows.items()} | dict(printed or {})
    values = dict.fromkeys(CELLS, 0)
    for row, printed_row in figures.items():
        values.update(zip((f"applications.{row}.{column}" for column in COLUMNS), printed_row, strict=True))
    return values


def blamed(located: Located) -> dict[str, set[str]]:
    """The suspects of each identity that is broken, by short names."""
    return {
        edit.removeprefix("applications."): {cell.removeprefix("applications.") for cell in cells}
        for edit, cells in located.suspects.items()
    }


def moves(located: Located) -> list[Move]:
    return [one.move for one in located.moves]


def in_year(values: Mapping[str, int], nil: Collection[str] = ()) -> Located:
    return locate(FORM, EDITS, values, nil)


def in_review(*figures: int) -> Located:
    cells = [f"review_litigation.review.{column}" for column in RESULTS]
    return locate(FORM, resolve(FORM, cells), dict(zip(cells, figures, strict=True)), ())


def test_where_all_holds_nobody_is_blamed() -> None:
    assert in_year(year({})) == in_review(5, 1, 0, 0, 6) == Located({})


def test_a_total_of_nothing_over_ten_and_one() -> None:
    """hongze-2023: no count in place of 10 or of 1 makes them add up to 0, so it is the total."""
    found = in_review(10, 1, 0, 0, 0)
    assert found == Located({"review_litigation.row_sum.review": ("review_litigation.review.total",)})


def test_a_total_of_nothing_over_a_single_part() -> None:
    assert in_review(5, 0, 0, 0, 0) == Located({"review_litigation.row_sum.review": ()})


def test_a_row_that_the_totals_leave_out() -> None:
    """pingtan-2020: what was done with the applications adds up to just a row more than the total that is printed."""
    found = in_year(year({}, {"refused_internal": (4, 2, 0, 0, 0, 0, 6)}))
    row = {f"refused_internal.{column}" for column in ("natural_person", "business", "total")}
    assert blamed(found) == {f"outcomes.{column}": row for column in ("natural_person", "business", "total")}
    assert moves(found) == [Move.LEFT_OUT]
    assert dict(found.moves[0].becomes) == {f"applications.{cell}": 0 for cell in row}
    for column in ("natural_person", "business", "total"):
        own, *_ = found.suspects[f"applications.outcomes.{column}"]
        assert own == f"applications.refused_internal.{column}", "the identity's own figure comes first"


def test_neighbours_that_changed_places() -> None:
    found = in_year(year({}, {"unavailable_not_held": (6, 8, 0, 1, 0, 0, 15)}))
    both = {"unavailable_not_held.natural_person", "unavailable_not_held.business"}
    assert blamed(found) == {"outcomes.natural_person": both, "outcomes.business": both}
    assert moves(found) == [Move.SWAP]


@pytest.mark.parametrize(
    ("true", "printed"),
    [((5, 3, 4, 0, 0, 0), (0, 5, 3, 4, 0, 0, 12)), ((0, 0, 5, 3, 4, 0), (0, 5, 3, 4, 0, 0, 12))],
)
def test_a_row_one_column_over(true: tuple[int, ...], printed: tuple[int, ...]) -> None:
    found = in_year(year({"partial": true}, {"partial": printed}))
    assert moves(found) == [Move.SHIFT]
    assert dict(found.moves[0].becomes) == {
        f"applications.partial.{column}": real
        for column, real, wrong in zip(COLUMNS, true, printed, strict=False)
        if real != wrong
    }
    moved = {cell.removeprefix("applications.") for cell, _ in found.moves[0].becomes}
    assert all(cells == moved for cells in blamed(found).values())


def test_one_misprint() -> None:
    found = in_year(year({}, {"refused_law": (1, 0, 0, 0, 7, 0, 3)}))
    cell = {"refused_law.legal_services"}
    assert blamed(found) == {"row_sum.refused_law": cell, "outcomes.legal_services": cell}
    assert found.moves == ()


def test_two_misprints_far_apart() -> None:
    found = in_year(year({}, {"refused_law": (1, 0, 0, 0, 7, 0, 3), "partial": (3, 1, 5, 2, 0, 0, 6)}))
    one, other = {"refused_law.legal_services"}, {"partial.research"}
    assert blamed(found) == {
        "row_sum.refused_law": one,
        "outcomes.legal_services": one,
        "row_sum.partial": other,
        "outcomes.research": other,
    }


def test_two_misprints_in_two_tables() -> None:
    cells = [f"review_litigation.review.{column}" for column in RESULTS]
    values = {**year({}, {"refused_law": (1, 0, 0, 0, 7, 0, 3)}), **dict(zip(cells, (10, 1, 0, 0, 0), strict=True))}
    found = locate(FORM, resolve(FORM, [*CELLS, *cells]), values, ())
    assert found.suspects["review_litigation.row_sum.review"] == (cells[-1],)
    assert blamed(found)["outcomes.legal_services"] == {"refused_law.legal_services"}


def test_two_misprints_at_the_corners_of_a_square_could_be_the_other_two() -> None:
    """2 too many at two corners of a square: the other two corners would do as well."""
    found = in_year(year({}, {"granted": (23, 5, 0, 0, 0, 0, 26), "partial": (3, 3, 0, 2, 0, 0, 6)}))
    assert not any(found.suspects.values()) and found.moves == ()


def test_an_empty_cell_can_be_to_blame() -> None:
    cell = "applications.unavailable_not_held.business"
    values = year({})
    del values[cell]
    assert blamed(in_year(values, {cell})) == {
        "row_sum.unavailable_not_held": {"unavailable_not_held.business"},
        "outcomes.business": {"unavailable_not_held.business"},
    }
    assert in_year(values) == Located({}), "without the cell, neither of its identities can be checked"


def test_an_identity_that_may_lack_a_row_is_no_evidence() -> None:
    """5 in a row of 5 and a total of 0 could be either; that the column holds says so, if it lacks no row."""
    cells = [
        f"review_litigation.{row}.{column}"
        for row in ("litigation_direct", "litigation_after_review", "litigation")
        for column in RESULTS
    ]
    values = dict(zip(cells, (5, 0, 0, 0, 0, 1, 0, 0, 0, 1, 6, 0, 0, 0, 6), strict=True))
    edits = resolve(FORM, cells)
    name = "review_litigation.row_sum.litigation_direct"
    assert locate(FORM, edits, values, ()).suspects[name] == ("review_litigation.litigation_direct.total",)
    doubtful = [replace(linear, complete=not linear.across_rows) for linear in edits]
    assert locate(FORM, doubtful, values, ()).suspects == {name: ()}
    nothing = [replace(linear, complete=False) for linear in edits]
    assert locate(FORM, nothing, values, ()) == Located({})


def test_what_is_derived_is_never_to_blame() -> None:
    """The row's total was not printed: what the identities made of it is no witness, and no suspect."""
    values = year({}, {"refused_law": (1, 0, 0, 0, 7, 0, 3), "processed_total": (33, 12, 0, 3, 7, 0, 0)})
    cells = {
        cell: Cell(value, Status.REPORTED, ("rules",), Evidence(0, 1, str(value)), str(value))
        for cell, value in values.items()
    }
    derived = "applications.processed_total.total"
    cells[derived] = Cell(50, Status.DERIVED, ("identities",), because="not printed")
    every = {cell: cells.get(cell, Cell(None, Status.MISSING)) for cell in FORM.cells}
    found = list(broken_identities(FORM, every, EDITS))
    assert found and all(derived not in finding.suspects for finding in found)
    assert any(derived in finding.cells for finding in found), "it does stand in a broken identity"


# Against going through all explanations


def small_form() -> Form:
    """Two ways to come in, three to be done with, over two kinds of applicants and their total."""
    rows = ("new", "carried_in", "granted", "partial", "refused", "processed", "left")

    def rule(name: str, each: ForEach, left: str, right: str, kind: EditKind = EditKind.EQUAL) -> EditRule:
        sides = {"left": tuple(left.split()), "right": tuple(right.split())}
        return EditRule(id=name, kind=kind, table="t", for_each=each, message=name, **sides)

    table = Table(
        id="t",
        titles=("t",),
        columns=tuple(Column(id=name, labels=(name,)) for name in ("a", "b", "total")),
        rows=tuple(Row(id=name, labels=(name,)) for name in rows),
    )
    rules = (
        rule("row", ForEach.ROW, "a b", "total"),
        rule("outcomes", ForEach.COLUMN, "granted partial refused", "processed"),
        rule("balance", ForEach.COLUMN, "new carried_in", "processed left"),
    )
    return Form(
        id="small", title="small", years=(2000, None), markers=(Marker(text="t"),), tables=(table,), identities=rules
    )


SMALL = small_form()
TOP = 30


@dataclass(frozen=True)
class Explanation:
    """Cells that are changed, each alone or along with others."""

    cost: int
    changed: frozenset[str]


def holds(linear: Linear, values: Mapping[str, int]) -> bool:
    balance = sum(values[cell] for cell in linear.plus) - sum(values[cell] for cell in linear.minus)
    return balance == 0 if linear.exact else balance <= 0


def mended(edits: Sequence[Linear], values: Mapping[str, int], cells: Sequence[str]) -> bool:
    """Whether other values of all of `cells`, at most two, make every edit hold."""
    touched = set(cells)
    if not all(touched & set(linear.cells) or holds(linear, values) for linear in edits):
        return False
    concerned = [linear for linear in edits if touched & set(linear.cells)]
    *first, last = cells
    edit = next(linear for linear in concerned if last in linear.cells)
    for value in range(TOP + 1) if first else (0,):
        now = {**values, **dict.fromkeys(first, value), last: 0}
        balance = sum(now[cell] for cell in edit.plus) - sum(now[cell] for cell in edit.minus)
        now[last] = -balance if last in edit.plus else balance
        another = now[last] != values[last] and all(now[cell] != values[cell] for cell in first)
        if another and now[last] >= 0 and all(holds(linear, now) for linear in concerned):
            return True
    return False


def explanations(edits: Sequence[Linear], values: Mapping[str, int]) -> Iterator[Explanation]:
    """All sets of at most two changes and moves under which `edits` hold."""
    cells = sorted({cell for linear in edits for cell in linear.cells})
    failed = [linear for linear in edits if not holds(linear, values)]
    where = {cell for linear in failed for cell in linear.cells}
    several = []
    for one in moves_of_the_source(edits, values, where):
        now = {**values, **dict(one.becomes)}
        concerned = [linear for linear in edits if not dict(one.becomes).keys().isdisjoint(linear.cells)]
        gone = [linear for linear in concerned if not holds(linear, values)]
        whole = one.move is not Move.LEFT_OUT or any(linear.across_rows for linear in gone)
        if gone and whole and all(holds(linear, now) for linear in concerned):
            several.append(one)
    sets: list[tuple[str, ...]] = [*((cell,) for cell in cells), *combinations(cells, 2)]
    for changed in sets:
        if all(set(changed) & set(linear.cells) for linear in failed) and mended(edits, values, changed):
            yield Explanation(CHANGE_COST * len(changed), frozenset(changed))
    for one in several:
        moved = dict(one.becomes)
        now = {**values, **moved}
        if all(holds(linear, now) for linear in edits):
            yield Explanation(one.cost, frozenset(moved))
        for cell in cells:
            if cell not in moved and mended(edits, now, (cell,)):
                yield Explanation(one.cost + CHANGE_COST, frozenset({*moved, cell}))
    for one, other in combinations(several, 2):
        touched = dict(one.becomes).keys() & dict(other.becomes).keys()
        now = {**values, **dict(one.becomes), **dict(other.becomes)}
        if not touched and all(holds(linear, now) for linear in edits):
            yield Explanation(one.cost + other.cost, frozenset({**dict(one.becomes), **dict(other.becomes)}))


def check(edits: Sequence[Linear], values: Mapping[str, int]) -> str:
    """Hold what is located against all explanations; says what kind of case it was."""
    usable = [linear for linear in edits if all(cell in values for cell in linear.cells)]
    found = locate(SMALL, edits, values, ())
    failed = {linear.edit.id for linear in usable if not holds(linear, values)}
    assert found.suspects.keys() <= failed
    every = list(explanations(usable, values))
    named = {cell for cells in found.suspects.values() for cell in cells}
    if not failed:
        assert found == Located({})
        return "holds"
    if not every:
        return "three or more"
    least = min(one.cost for one in every)
    cheapest = {one.changed for one in every if one.cost == least}
    assert named <= frozenset.intersection(*cheapest), "in every cheapest explanation"
    if len(cheapest) == 1:
        (only,) = cheapest
        assert found.suspects.keys() == failed, "a single cheapest explanation is found"
        for linear in usable:
            if linear.edit.id in failed:
                assert set(found.suspects[linear.edit.id]) >= only & set(linear.cells) != set()
        return "certain"
    return "ambiguous"


def true_small(rng: Random) -> dict[str, int]:
    values = {}
    for column in ("a", "b"):
        done = [rng.randint(0, 3) for _ in range(3)]
        left = rng.randint(0, 2)
        carried = rng.randint(0, min(2, sum(done) + left))
        for row, value in zip(
            ("new", "carried_in", "granted", "partial", "refused", "processed", "left"),
            (sum(done) + left - carried, carried, *done, sum(done), left),
            strict=True,
        ):
            values[f"t.{row}.{column}"] = value
    for row in ("new", "carried_in", "granted", "partial", "refused", "processed", "left"):
        values[f"t.{row}.total"] = values[f"t.{row}.a"] + values[f"t.{row}.b"]
    return values


def misprinted_small(rng: Random, misprints: int, missing: int) -> dict[str, int]:
    values = true_small(rng)
    for _ in range(misprints):
        cell = rng.choice(list(values))
        values[cell] = rng.choice([value for value in range(7) if value != values[cell]])
    lost = rng.sample(list(values), missing)
    return {cell: value for cell, value in values.items() if cell not in lost}


@pytest.mark.parametrize("misprints", [1, 2])
@pytest.mark.parametrize("missing", [0, 3, 7])
def test_blamed_is_what_every_cheapest_explanation_has(misprints: int, missing: int) -> None:
    edits = resolve(SMALL, list(SMALL.cells))
    kinds: Counter[str] = Counter()
    for seed in range(120):
        values = misprinted_small(Random(f"locate/{misprints}/{missing}/{seed}"), misprints, missing)
        kinds[check(edits, values)] += 1
    assert kinds["certain"] >= 15 and (missing == 0 or kinds["ambiguous"] >= 5), kinds


def test_an_explanation_may_lie_outside_the_broken_identity() -> None:
    """5 + 5 over a total of 1: both parts, or their total and that of both kinds of litigation."""
    cells = [f"review_litigation.litigation_direct.{column}" for column in RESULTS]
    others = ["review_litigation.litigation_after_review.total", "review_litigation.litigation.total"]
    values = dict(zip([*cells, *others], (5, 5, 0, 0, 1, 0, 1), strict=True))
    found = locate(FORM, resolve(FORM, list(values)), values, ())
    assert not any(found.suspects.values())


def test_no_order_changes_who_is_blamed() -> None:
    edits = list(resolve(SMALL, list(SMALL.cells)))
    for seed in range(60):
        rng = Random(f"locate/order/{seed}")
        values = misprinted_small(rng, rng.randint(1, 3), rng.choice((0, 0, 3)))
        found = locate(SMALL, edits, values, ())
        shuffled = dict(rng.sample(list(values.items()), len(values)))
        again = locate(SMALL, rng.sample(edits, len(edits)), shuffled, ())
        assert {edit: set(cells) for edit, cells in again.suspects.items()} == {
            edit: set(cells) for edit, cells in found.suspects.items()
        }
        assert set(again.moves) == set(found.moves)
