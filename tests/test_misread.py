"""What a reader can have done to a figure: each slip by its name, and none that it cannot have made."""

from collections.abc import Mapping

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from eval.repairs import ALIKE
from extractor.forms.model import Edit, EditKind
from extractor.parse.readings import Origin
from extractor.reconcile.linear import Linear
from extractor.reconcile.misread import misplacements, misreading, misreadings
from extractor.reconcile.operations import Move, Operation

LIKELY, RARE = 8, 14  # at most, for a slip that is common; at least, for one that is no likelier than a misprint

figures = st.integers(1, 10**7)
same = settings(deadline=None, derandomize=True, max_examples=200)


@pytest.mark.parametrize(
    ("seen", "real", "move"),
    [
        (3, 8, Move.DIGIT),
        (7, 1, Move.DIGIT),
        (0, 6, Move.DIGIT),
        (105, 165, Move.DIGIT),
        (12, 112, Move.LOST_DIGIT),
        (5, 15, Move.LOST_DIGIT),
        (0, 10, Move.LOST_DIGIT),
        (33, 333, Move.LOST_DIGIT),
        (112, 12, Move.ADDED_DIGIT),
        (11, 1, Move.ADDED_DIGIT),
        (21, 12, Move.TURNED),
        (1032, 1302, Move.TURNED),
    ],
)
def test_each_slip_has_its_name(seen: int, real: int, move: Move) -> None:
    found = misreading(seen, real)
    assert found is not None and found[0] is move


@pytest.mark.parametrize(
    ("seen", "real"),
    [(7, 7), (0, 0), (-3, 3), (3, -3), (-1, -7), (12, 34), (1, 100), (100, 1), (123, 321), (1234, 2143), (15, 222)],
)
def test_what_takes_more_than_a_slip(seen: int, real: int) -> None:
    assert misreading(seen, real) is None


@pytest.mark.parametrize("one", "0123456789")
def test_digits_that_look_alike_do_so_in_both_directions(one: str) -> None:
    for other in "0123456789":
        if one == other:
            continue
        there, back = misreading(int("5" + one), int("5" + other)), misreading(int("5" + other), int("5" + one))
        assert there is not None and there == back
        alike = other in ALIKE[one] or one in ALIKE[other]
        assert there[1] <= LIKELY if alike else there[1] >= RARE


def test_what_is_easily_lost_is_cheap() -> None:
    """A narrow digit or one of two that are the same."""
    for seen, real in ((2, 12), (2, 22), (100, 1000)):
        lost, added = misreading(seen, real), misreading(real, seen)
        assert lost is not None and added is not None and lost[1] == added[1] <= LIKELY
    for seen, real in ((2, 42), (4, 42), (12, 912)):
        lost, added = misreading(seen, real), misreading(real, seen)
        assert lost is not None and added is not None and lost[1] == added[1] >= RARE


@given(figures, st.data())
@same
def test_one_digit_for_another(real: int, data: st.DataObject) -> None:
    digits = str(real)
    place = data.draw(st.integers(0, len(digits) - 1))
    other = data.draw(st.sampled_from([one for one in "0123456789" if one != digits[place]]))
    assume(place or other != "0" or len(digits) == 1)
    found = misreading(int(digits[:place] + other + digits[place + 1 :]), real)
    assert found is not None and found[0] is Move.DIGIT


@given(figures, st.data())
@same
def test_a_digit_lost_or_seen_twice(real: int, data: st.DataObject) -> None:
    digits = str(real)
    assume(len(digits) > 1)
    place = data.draw(st.integers(0, len(digits) - 1))
    fewer = digits[:place] + digits[place + 1 :]
    assume(str(int(fewer)) == fewer)
    lost, added = misreading(int(fewer), real), misreading(real, int(fewer))
    assert lost is not None and added is not None
    assert (lost[0], added[0]) == (Move.LOST_DIGIT, Move.ADDED_DIGIT)
    assert lost[1] == added[1]


@given(figures, st.data())
@same
def test_neighbours_turned(real: int, data: st.DataObject) -> None:
    digits = str(real)
    assume(len(digits) > 1)
    place = data.draw(st.integers(0, len(digits) - 2))
    turned = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    assume(turned != digits and str(int(turned)) == turned)
    found = misreading(int(turned), real)
    assert found is not None and found[0] is Move.TURNED


@given(st.integers(-5, 10**5), st.integers(-5, 10**5))
@same
def test_a_slip_and_its_inverse(one: int, other: int) -> None:
    """What can be read as the other can be the other read as it, by the opposite slip at the same price."""
    opposite = {Move.LOST_DIGIT: Move.ADDED_DIGIT, Move.ADDED_DIGIT: Move.LOST_DIGIT}
    there, back = misreading(one, other), misreading(other, one)
    assert (there is None) is (back is None)
    if there is not None and back is not None:
        assert back == (opposite.get(there[0], there[0]), there[1])


# Slips that the identities call for

CELLS = ("t.one.a", "t.one.b", "t.one.c", "t.one.total")


def edit(plus: tuple[str, ...], minus: tuple[str, ...], kind: EditKind = EditKind.EQUAL) -> Linear:
    named = Edit(id=".".join(plus), kind=kind, left=(), right=(), message="")
    return Linear(named, plus, minus, kind is EditKind.EQUAL)


ROW = edit(CELLS[:3], CELLS[3:])
SCANNED = dict.fromkeys(CELLS, Origin.SCAN)


def row(*read: int | None) -> tuple[dict[str, int], set[str]]:
    """The values of a row and its empty cells."""
    values = dict(zip(CELLS, read, strict=True))
    return {cell: value or 0 for cell, value in values.items()}, {cell for cell in CELLS if values[cell] is None}


def proposed(*read: int | None, origins: Mapping[str, Origin] = SCANNED) -> dict[tuple[str, int], Move]:
    """What may be misread in the row, each slip with the figure of its only cell."""
    values, nil = row(*read)
    found = list(misreadings([ROW], values, nil, origins))
    assert all(len(one.becomes) == 1 and one.cost > 0 for one in found)
    names = {(one.becomes[0][0].rsplit(".", 1)[1], one.becomes[0][1]): one.move for one in found}
    assert len(names) == len(found)
    return names


def test_each_slip_mends_the_row() -> None:
    """12 + 3 + 0 under 18: 15 for 12 and 6 for 3 are slips of a digit, and so is 15 for 18; 3 for 0 is one as well."""
    assert proposed(12, 3, 0, 18) == {
        ("a", 15): Move.DIGIT,
        ("b", 6): Move.DIGIT,
        ("c", 3): Move.DIGIT,
        ("total", 15): Move.DIGIT,
    }


def test_a_figure_can_be_lost_where_the_cell_is_empty() -> None:
    assert proposed(12, 3, None, 40)["c", 25] is Move.LOST_FIGURE


def test_no_slip_makes_a_figure_negative() -> None:
    assert not any(value < 0 for _, value in proposed(30, 3, 2, 1))
    assert ("b", -31) not in proposed(30, 3, 2, 1)


@pytest.mark.parametrize("origin", [Origin.GRID, Origin.TEXT, Origin.GLUED, None])
def test_only_recognised_figures_are_doubted(origin: Origin | None) -> None:
    origins = {**SCANNED, **({} if origin is None else {"t.one.a": origin})}
    if origin is None:
        del origins["t.one.a"]
    assert set(proposed(12, 3, 0, 18, origins=origins)) == {("b", 6), ("c", 3), ("total", 15)}
    assert proposed(12, 3, 0, 18, origins=dict.fromkeys(CELLS, Origin.GRID)) == {}


def test_a_part_above_its_whole_calls_for_no_certain_figure() -> None:
    at_most = edit(CELLS[:1], CELLS[3:], EditKind.AT_MOST)
    values, nil = row(9, 0, 0, 8)
    assert list(misreadings([at_most], values, nil, SCANNED)) == []


def test_two_edits_that_call_for_the_same_figure_name_it_once() -> None:
    column = edit(("t.one.a", "t.two.a"), ("t.all.a",))
    values = {**row(3, 0, 0, 8)[0], "t.two.a": 1, "t.all.a": 9}
    origins = {**SCANNED, "t.two.a": Origin.SCAN, "t.all.a": Origin.SCAN}
    found = [one.becomes for one in misreadings([ROW, column], values, set(), origins)]
    assert found.count((("t.one.a", 8),)) == 1 and len(found) == len(set(found))


# Figures beside their cell


def placed(*read: int | None, origin: Origin = Origin.TEXT) -> list[Operation]:
    values, nil = row(*read)
    return list(misplacements([ROW], values, nil, dict.fromkeys(CELLS, origin)))


def after(operation: Operation, *read: int | None) -> tuple[int, ...]:
    return tuple({**row(*read)[0], **dict(operation.becomes)}[cell] for cell in CELLS)


@pytest.mark.parametrize("origin", [Origin.TEXT, Origin.SCAN])
def test_a_figure_moves_into_an_empty_neighbour(origin: Origin) -> None:
    found = placed(7, None, 0, 7, origin=origin)
    assert (Move.SHIFT, (0, 7, 0, 7)) in {(one.move, after(one, 7, None, 0, 7)) for one in found}
    assert all(one.move is Move.SHIFT for one in found)


@pytest.mark.parametrize("origin", [Origin.GRID, Origin.GLUED])
def test_a_figure_in_a_cell_of_its_own_stays_there(origin: Origin) -> None:
    assert placed(7, None, None, 7, origin=origin) == []
    assert placed(71, None, None, 8, origin=origin) == []
    values, nil = row(71, None, None, 8)
    mixed = {**dict.fromkeys(CELLS, Origin.TEXT), "t.one.c": origin}
    assert list(misplacements([ROW], values, nil, mixed)) == []
    assert list(misplacements([ROW], values, nil, {})) == []


@pytest.mark.parametrize("read", [(7, 0, 0, 7), (1, 2, 3, 6), (0, 0, 0, 0), (None, None, None, None), (3, 4, 5, 0)])
def test_nothing_moves_into_a_cell_that_holds_a_figure(read: tuple[int | None, ...]) -> None:
    assert placed(*read) == []


def test_a_figure_is_cut_where_its_neighbour_is_empty() -> None:
    found = {after(one, 123, None, 5, 20) for one in placed(123, None, 5, 20) if one.move is Move.GLUED}
    assert found == {(1, 23, 5, 20), (12, 3, 5, 20)}


def test_no_figure_that_is_cut_off_starts_with_a_zero() -> None:
    """Nor is it one: where zeros are left blank, 100 for 10 is a misprint."""
    assert not [one for one in placed(100, None, 5, 20) if one.move is Move.GLUED]


def test_a_whole_row_one_column_over() -> None:
    found = {after(one, None, 3, 4, 9) for one in placed(None, 3, 4, 9)}
    assert (3, 4, 0, 9) in found and (0, 3, 4, 9) not in found
    assert (0, 3, 4, 9) in {after(one, 3, 4, None, 9) for one in placed(3, 4, None, 9)}


def test_a_change_that_fell_is_cut_behind_its_sign() -> None:
    found = {after(one, -12, None, 5, 6) for one in placed(-12, None, 5, 6) if one.move is Move.GLUED}
    assert found == {(-1, 2, 5, 6)}


@given(st.lists(st.none() | st.integers(0, 120), min_size=4, max_size=4))
@same
def test_nothing_is_lost_when_figures_move(read: list[int | None]) -> None:
    """A row that moves keeps its digits in their order, and some figure of it comes to stand in an empty cell."""
    values, nil = row(*read)
    for one in placed(*read):
        then = {**values, **dict(one.becomes)}
        assert then != values and len(dict(one.becomes)) == len(one.becomes)
        digits = ["".join(str(figures[cell]) for cell in CELLS[:3] if figures[cell]) for figures in (values, then)]
        assert digits[0].replace("0", "") == digits[1].replace("0", "")
        assert one.move is Move.GLUED or any(cell in nil for cell, value in one.becomes if value)
        assert "t.one.total" not in dict(one.becomes)
