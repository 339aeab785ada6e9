"""Intervals and p-values say what they should, with the report as the unit."""

from itertools import product
from random import Random

import pytest

from extractor.evaluate.intervals import difference, proportion, ratio, sign_flip


def test_a_rate_is_that_of_all_cells_together() -> None:
    found = ratio([90, 5], [100, 10])
    assert found.rate == pytest.approx(95 / 110)
    assert found.low is not None and found.high is not None
    assert found.low == pytest.approx(0.5) and found.high == pytest.approx(0.9), "one report or the other, twice"


def test_nothing_and_one_report_give_no_interval() -> None:
    assert ratio([], []).rate is None
    assert ratio([0], [0]).rate is None
    assert (ratio([3], [4]).rate, ratio([3], [4]).low) == (0.75, None)


def test_all_right_is_not_all_sure() -> None:
    """Clopper and Pearson's bound with so many trials as there are reports."""
    found = ratio([10] * 30, [10] * 30)
    assert (found.rate, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(0.025 ** (1 / 30))
    none = ratio([0] * 30, [10] * 30)
    assert none.high == pytest.approx(1 - 0.025 ** (1 / 30))


def test_cells_that_fall_together_widen_the_interval() -> None:
    """The same 10 % of wrong cells: spread over all reports, or in a tenth of them."""
    spread = ratio([9] * 50, [10] * 50)
    clustered = ratio([10] * 45 + [0] * 5, [10] * 50)
    assert spread.rate == clustered.rate == 0.9
    assert spread.low == pytest.approx(0.9), "no report differs from another"
    assert clustered.low is not None and clustered.low < 0.83


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = Random(1)
    held, runs = 0, 200
    for _ in range(runs):
        parts = []
        for _ in range(40):
            share = rng.betavariate(8, 2)
            parts.append(sum(rng.random() < share for _ in range(20)))
        found = ratio(parts, [20] * 40)
        assert found.low is not None and found.high is not None
        held += found.low <= 0.8 <= found.high
    assert 0.89 <= held / runs <= 0.99


def test_wilson_as_published() -> None:
    """Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263, and 0 of 20."""
    one, none = proportion(81, 263), proportion(0, 20)
    assert (one.low, one.high) == (pytest.approx(0.2553, abs=1e-4), pytest.approx(0.3662, abs=1e-4))
    assert (none.low, none.high) == (0.0, pytest.approx(0.1611, abs=1e-4))
    assert proportion(0, 0).rate is None


@pytest.mark.parametrize("changes", [[3, 1, -1], [1], [2, 2, 2, 2, 2, 2], [0, 0], [5, -5, 1, 2, -1, 7]])
def test_sign_flips_are_counted_exactly(changes: list[int]) -> None:
    moved = [one for one in changes if one]
    sums = [
        abs(sum(sign * one for sign, one in zip(signs, moved, strict=True)))
        for signs in product((1, -1), repeat=len(moved))
    ]
    expected = sum(one >= abs(sum(moved)) for one in sums) / len(sums)
    assert sign_flip(changes) == pytest.approx(expected)


def test_many_sign_flips_are_drawn_and_never_give_zero() -> None:
    assert sign_flip([1] * 40) == pytest.approx(1 / 10_001)
    assert sign_flip([1, -1] * 40) == 1.0
    assert sign_flip([1, -1] * 40) == sign_flip([1, -1] * 40), "the same answer every time"
    rng = Random(2)
    small = [sign_flip([rng.choice((-2, -1, 1, 2)) for _ in range(30)], resamples=500) < 0.05 for _ in range(200)]
    assert 0 < sum(small) <= 24, "about one in twenty by chance"


def test_a_difference_is_over_the_same_reports() -> None:
    found = difference([9, 8, 7], [10, 9, 8], [10, 10, 10])
    assert found.rate == pytest.approx(0.1)
    assert (found.low, found.high) == (pytest.approx(0.1), pytest.approx(0.1))
    assert difference([], [], []).rate is None
