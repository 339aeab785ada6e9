"""Glued digits: every cut adds up and puts the digits together again, and the true one is among them."""

import time
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.forms.model import Kind
from extractor.parse.fitting.split import MOST_CUTS, Piece, Shape, cuts

APPLICATIONS = Shape((Kind.COUNT,) * 7, ((tuple(range(6)), 6),))
REVIEWS = Shape((Kind.COUNT,) * 15, (((0, 1, 2, 3), 4), ((5, 6, 7, 8), 9), ((10, 11, 12, 13), 14)))
THREE = Shape((Kind.COUNT,) * 3)

counts = st.one_of(st.just(0), st.integers(0, 9), st.integers(0, 999), st.integers(0, 99_999))
rows = st.lists(counts, min_size=6, max_size=6).map(lambda parts: [*parts, sum(parts)])


def texts(found: Sequence[tuple[Piece, ...]]) -> list[list[str]]:
    return [[piece.text for piece in pieces] for pieces in found]


def cut(*runs: str, shape: Shape = APPLICATIONS, checked: bool = True) -> list[list[str]]:
    return texts(cuts(list(runs), shape, checked=checked))


def test_the_sum_leaves_few_cuts() -> None:
    found = cut("270020130")  # as printed by pingtan-2021
    assert ["27", "0", "0", "2", "0", "1", "30"] in found
    assert all(sum(map(int, one[:6])) == int(one[6]) for one in found)
    assert cut("0000000") == [["0"] * 7]
    assert cut("1000001") == [["1", "0", "0", "0", "0", "0", "1"]]


def test_no_cut_is_forced_where_nothing_adds_up() -> None:
    assert cut("1000003") == []
    assert cut("000000") == [], "six digits are no seven figures"
    assert cut("", shape=THREE, checked=False) == []


@given(rows)
@settings(deadline=None)
def test_the_truth_is_among_the_cuts(row: list[int]) -> None:
    digits = "".join(map(str, row))
    found = cut(digits)
    # A search cut short gives nothing rather than some of the cuts: one of several would look like the only one.
    assert not found or list(map(str, row)) in found or len(found) >= MOST_CUTS
    assert len({tuple(one) for one in found}) == len(found)
    for one in found:
        assert "".join(one) == digits
        assert sum(map(int, one[:6])) == int(one[6])
        assert not any(len(figure) > 1 and figure.startswith("0") for figure in one)


@given(st.lists(st.integers(0, 999), min_size=6, max_size=6))
def test_rows_of_usual_size_are_never_cut_short(parts: list[int]) -> None:
    row = [*parts, sum(parts)]
    found = cut("".join(map(str, row)))
    assert list(map(str, row)) in found or len(found) >= MOST_CUTS


@given(st.lists(st.integers(0, 40), min_size=12, max_size=12))
@settings(deadline=None, max_examples=30)
def test_several_sums_on_one_line(parts: list[int]) -> None:
    line: list[int] = []
    for at in range(0, 12, 4):
        line += [*parts[at : at + 4], sum(parts[at : at + 4])]
    digits = "".join(map(str, line))
    found = cut(digits, shape=REVIEWS)
    assert len(found) >= MOST_CUTS or list(map(str, line)) in found
    for one in found:
        assert "".join(one) == digits
        for parts_of, total in REVIEWS.sums:
            assert sum(int(one[part]) for part in parts_of) == int(one[total])


@given(st.lists(st.integers(0, 99), min_size=3, max_size=3))
def test_without_a_sum_every_cut_is_given(figures: list[int]) -> None:
    digits = "".join(map(str, figures))
    found = cut(digits, shape=THREE, checked=False)
    every = [[digits[:i], digits[i:j], digits[j:]] for i in range(1, len(digits)) for j in range(i + 1, len(digits))]
    wanted = [one for one in every if all(figure == "0" or figure[0] != "0" for figure in one)]
    assert sorted(found) == sorted(wanted)


@pytest.mark.parametrize(
    "row",
    [
        [6, 12, 15691, 18478, 2, 652, 34841],  # a search that ended early had one wrong cut in hand
        [1234, 2345, 3456, 4567, 5678, 6789, 24069],
    ],
)
def test_large_figures_are_cut_wholly_or_not_at_all(row: list[int]) -> None:
    """One cut that adds up is taken for the truth, so a search that was cut short must not give just one."""
    found = cut("".join(map(str, row)))
    assert not found or list(map(str, row)) in found


def test_pieces_say_where_they_stand() -> None:
    runs = ["270", "0201", "30"]
    found = cuts(runs, APPLICATIONS, checked=True)
    assert found
    for pieces in found:
        assert all(runs[piece.run][piece.start : piece.end] == piece.text for piece in pieces)
        assert "".join(piece.text for piece in pieces) == "270020130"


def test_the_ends_of_runs_are_boundaries() -> None:
    assert ["12", "1", "13"] in cut("12113", shape=THREE, checked=False)
    split = cut("1", "2113", shape=THREE, checked=False)
    assert split and all(one[0] == "1" for one in split)
    assert cut("1", "2", "3", "4", shape=THREE, checked=False) == [], "more runs than columns"


def test_negatives_and_decimals() -> None:
    change = Shape((Kind.COUNT, Kind.CHANGE, Kind.COUNT))
    found = cut("2648-18538", shape=change, checked=False)  # as printed by pingtan-2020
    assert ["2648", "-18", "538"] in found
    assert all("".join(one) == "2648-18538" for one in found)
    assert all(one[1].startswith("-") for one in found), "only the change may be negative"
    assert cut("26-48-18", shape=THREE, checked=False) == []
    amount = Shape((Kind.COUNT, Kind.AMOUNT))
    money = cut("39573802895.90", shape=amount, checked=False)
    assert ["395", "73802895.90"] in money
    assert all("." not in one[0] and one[1].endswith(".90") for one in money)
    assert cut("1.52", shape=Shape((Kind.COUNT, Kind.COUNT)), checked=False) == []


@pytest.mark.parametrize(
    ("digits", "checked"),
    [
        ("1" * 10_000, True),
        ("12" * 5_000, True),
        ("0" * 10_000, True),
        ("1" * 10_000, False),
        ("12" * 5_000, False),
        ("0" * 10_000, False),
    ],
    ids=lambda value: value[:2] if isinstance(value, str) else f"checked-{value}",
)
def test_ten_thousand_digits_cost_little(digits: str, checked: bool) -> None:
    started = time.process_time()
    found = cut(digits, checked=checked)
    assert time.process_time() - started < 2.0
    assert len(found) <= MOST_CUTS
    assert all("".join(one) == digits for one in found)
