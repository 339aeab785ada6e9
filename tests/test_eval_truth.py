"""Generated truths keep every identity of their form."""

from decimal import Decimal

import pytest

from eval.truth import FORMS, make_truth
from extractor.evaluate.implied import edits_of, holds
from extractor.forms.load import load_forms


def form_of(form_id: str):
    forms = load_forms()
    return next(form for form in (forms.values() if hasattr(forms, "values") else forms) if form.id == form_id)


@pytest.mark.parametrize("form_id", FORMS)
def test_every_identity_holds(form_id: str) -> None:
    assert edits_of(form_id)
    for seed in range(25):
        truth = make_truth(form_id, seed)
        for edit in edits_of(form_id):
            assert holds(edit, truth.values) is not False, (seed, edit.id)


@pytest.mark.parametrize("form_id", FORMS)
def test_cells_are_known_and_of_their_kind(form_id: str) -> None:
    form = form_of(form_id)
    made: set[str] = set()
    for seed in range(40):
        values = make_truth(form_id, seed).values
        made |= values.keys()
        for cell, value in values.items():
            kind = form.kinds[cell]
            assert kind == "change" or value >= 0, cell
            assert kind == "amount" or isinstance(value, int), cell
    assert made == set(form.cells)


def test_density_and_scale() -> None:
    dense, sparse = (
        sum(value != 0 for value in make_truth("ogi-2021", 1, density=density, scale=50).values.values())
        for density in (0.9, 0.1)
    )
    assert dense > 2 * sparse
    assert max(make_truth("ogi-2021", 4, density=0.9, scale=20000).values.values()) > 5000


def test_the_same_seed_makes_the_same_truth() -> None:
    assert make_truth("ogi-2014", 3) == make_truth("ogi-2014", 3)
    assert make_truth("ogi-2014", 3).values != make_truth("ogi-2014", 4).values


def test_natural_persons_dominate() -> None:
    rows = [make_truth("ogi-2021", seed, scale=200).values for seed in range(20)]
    person = sum(values["applications.new.natural_person"] for values in rows)
    assert person > 0.5 * sum(values["applications.new.total"] for values in rows)


def test_some_changes_are_negative_and_some_amounts_have_decimals() -> None:
    changes = [make_truth("ogi-2019", seed).values["proactive.licences.change"] for seed in range(40)]
    assert min(changes) < 0 < max(changes)
    fees = [Decimal(make_truth("ogi-2021", seed).values["proactive.fees.amount"]) for seed in range(40)]
    assert any(fee != fee.to_integral_value() for fee in fees)
