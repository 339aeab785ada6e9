"""What the identities prove, and only that: every value proved is the true one."""

from collections.abc import Iterable

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from eval.truth import APPLICANTS, GROUPS, Truth, make_truth
from extractor.forms.load import load_forms
from extractor.reconcile.linear import Linear, resolve
from extractor.reconcile.propagate import broken, implied

FORM = load_forms()["ogi-2021"]
OFFICIAL = tuple(cell for cell, (_, row, _) in FORM.cells.items() if not row.optional)
EDITS = resolve(FORM, OFFICIAL)
TRUTHS = [make_truth("ogi-2021", seed) for seed in range(12)]

truths = st.sampled_from(TRUTHS)
shares = st.floats(0, 1)
randoms = st.randoms(use_true_random=False)


def values(truth: Truth, cells: Iterable[str] = OFFICIAL) -> dict[str, int]:
    return {cell: int(truth.values[cell]) for cell in cells if cell != "proactive.fees.amount"}


def row(name: str, *figures: int | None) -> dict[str, int]:
    """A row of applications as far as known."""
    cells = [f"applications.{name}.{column}" for column in (*APPLICANTS, "total")]
    return {cell: figure for cell, figure in zip(cells, figures, strict=False) if figure is not None}


def proved(known: dict[str, int], edits: Iterable[Linear] = EDITS) -> dict[str, int]:
    """Short names of the cells of applications that are proved."""
    return {cell.removeprefix("applications."): value for cell, value in implied(FORM, edits, known).items()}


@pytest.mark.parametrize("place", range(7))
def test_a_single_unknown(place: int) -> None:
    figures: list[int | None] = [4, 1, 0, 2, 0, 3, 10]
    hidden = figures[place]
    figures[place] = None
    assert proved(row("new", *figures)) == {f"new.{[*APPLICANTS, 'total'][place]}": hidden}


def test_two_unknowns_stay_open() -> None:
    assert proved(row("new", None, None, 0, 2, 0, 3, 10)) == {}


def test_nothing_known_proves_nothing() -> None:
    assert proved({}) == {}
    assert proved(row("new", 1)) == {}


def test_a_total_of_zero_has_no_parts() -> None:
    assert proved(row("new", None, None, None, None, None, None, 0)) == {f"new.{name}": 0 for name in APPLICANTS}


def test_a_total_that_is_used_up_leaves_nothing() -> None:
    assert proved(row("granted", 7, None, None, None, 2, None, 9)) == {
        f"granted.{name}": 0 for name in ("business", "research", "public_welfare", "other")
    }


def test_bounds_from_several_identities() -> None:
    """Nothing came in, so nothing was done or left, in any outcome."""
    known = {"applications.new.business": 0, "applications.carried_in.business": 0}
    found = proved(known)
    outcomes = ["granted", "partial", *(one for group in GROUPS.values() for one in group)]
    assert found == {f"{name}.business": 0 for name in (*outcomes, *GROUPS, "processed_total", "carried_out")}


def test_proof_goes_through_what_was_proved() -> None:
    """The column gives carried_out, its row then gives the one applicant left."""
    known = {
        "applications.new.total": 9,
        "applications.carried_in.total": 1,
        "applications.processed_total.total": 8,
        **row("carried_out", 2),
    }
    found = proved(known)
    assert found["carried_out.total"] == 2
    assert {found[f"carried_out.{name}"] for name in APPLICANTS[1:]} == {0}


def test_parts_above_their_total_prove_nothing() -> None:
    assert proved(row("new", 5, 6, None, None, None, None, 10)) == {}


def test_a_contradiction_taints_the_cells_it_touches() -> None:
    """The row of carried_out contradicts itself, so its cells vouch for no column; other rows are not touched."""
    known = {
        **row("carried_out", 5, 0, 0, 0, 0, 0, 1),
        "applications.new.natural_person": 0,
        "applications.carried_in.natural_person": 5,
        **row("granted", 0, 0, 0, 0, 0, None, 1),
    }
    assert proved(known) == {"granted.other": 1}
    mended = {**known, "applications.carried_out.total": 5}
    assert proved(mended)["processed_total.natural_person"] == 0


def test_bounds_that_cross_prove_nothing() -> None:
    """No identity is broken by known cells alone, yet together they cannot hold."""
    known = {
        "applications.new.total": 1,
        "applications.carried_in.total": 0,
        **row("granted", 3),
    }
    assert not any(broken(linear, known) for linear in EDITS)
    assert "granted.total" not in proved(known)


def test_identities_that_prove_different_values_prove_none() -> None:
    """By its row 0 applications are left, by its column 5: one of the five figures is misprinted."""
    known = {
        "applications.new.public_welfare": 2,
        "applications.carried_in.public_welfare": 5,
        "applications.processed_total.public_welfare": 2,
        "applications.carried_out.other": 1,
        "applications.carried_out.total": 1,
    }
    assert "carried_out.public_welfare" not in proved(known)


def test_values_that_others_prove_must_add_up_too() -> None:
    """The columns leave nothing for the two open cells of the row, whose total is 1."""
    known = {
        **row("unavailable_unclear", 0, 0, 0, None, None, 0, 1),
        "applications.granted.public_welfare": 1,
        "applications.processed_total.public_welfare": 1,
        "applications.granted.legal_services": 4,
        "applications.processed_total.legal_services": 4,
    }
    found = proved(known)
    assert "unavailable_unclear.public_welfare" not in found
    assert "unavailable_unclear.legal_services" not in found


def test_an_optional_row_that_was_not_found_proves_nothing() -> None:
    """It may be lost and not absent, so what is left of the sum is no proof."""
    form = load_forms()["ogi-fujian"]
    parts = [f"statistics.answered_{name}.year" for name in ("granted", "partial", "refused")]
    other, total = "statistics.answered_other.year", "statistics.answered.year"
    known = {parts[0]: 3, parts[1]: 1, total: 9}
    without = resolve(form, [*parts, total])
    assert parts[2] not in implied(form, without, known)
    printed = resolve(form, [*parts, other, total])
    assert implied(form, printed, {**known, other: 2})[parts[2]] == 3
    assert parts[2] not in implied(form, printed, known)


def test_a_group_printed_as_its_subtotal_counts_by_it() -> None:
    present = [cell for cell, (_, one, _) in FORM.cells.items() if one.group != "other" and one.id not in ("refused",)]
    edits = resolve(FORM, present)
    column = {
        f"applications.{one.id}.total": 0
        for one in FORM.table_by_id["applications"].rows
        if one.group != "other" and not one.subtotal_of
    }
    column |= {"applications.granted.total": 4, "applications.processed_total.total": 7}
    del column["applications.new.total"], column["applications.carried_in.total"]
    found = proved(column, edits)
    assert found["other.total"] == 3
    assert not any(name.startswith("other_") for name in found)


def hidden(truth: Truth, share: float, random: object) -> dict[str, int]:
    return {cell: value for cell, value in values(truth).items() if random.random() >= share}  # type: ignore[attr-defined]


@given(truths, shares, randoms)
@settings(deadline=None, max_examples=150)
def test_all_that_is_proved_is_true(truth: Truth, share: float, random: object) -> None:
    known = hidden(truth, share, random)
    found = implied(FORM, EDITS, known)
    assert found.keys().isdisjoint(known)
    assert {cell: int(truth.values[cell]) for cell in found} == found


@given(truths, shares, randoms)
@settings(deadline=None, max_examples=150)
def test_a_cell_alone_unknown_in_an_identity_is_proved(truth: Truth, share: float, random: object) -> None:
    known = hidden(truth, share, random)
    found = implied(FORM, EDITS, known)
    for linear in EDITS:
        unknown = [cell for cell in linear.cells if cell not in known]
        if linear.exact and linear.complete and len(unknown) == 1:
            assert unknown[0] in found


@given(truths, shares, randoms, st.sampled_from(OFFICIAL[12:]), st.integers(0, 99))
@settings(deadline=None, max_examples=150, derandomize=True, database=None, phases=[Phase.generate])
def test_around_a_misprint_nothing_impossible_is_proved(
    truth: Truth, share: float, random: object, cell: str, misprint: int
) -> None:
    known = {**hidden(truth, share, random), cell: misprint}
    found = implied(FORM, EDITS, known)
    assert all(value >= 0 for value in found.values())
    for linear in EDITS:
        if not found.keys().isdisjoint(linear.cells):
            assert not broken(linear, {**known, **found})
