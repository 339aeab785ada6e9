"""A row's figures find their columns: straight, shifted, with a stray digit, with blanks dropped, or glued."""

from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.forms.model import Kind
from extractor.parse.fitting.fit import fit
from extractor.parse.fitting.fitted import Fit, holds
from extractor.parse.fitting.glue import glues
from extractor.parse.fitting.split import Shape
from extractor.parse.rows import Joint, Token, TokenKind, ValueRow
from extractor.report import Reason

APPLICATIONS = Shape((Kind.COUNT,) * 7, ((tuple(range(6)), 6),))
THREE = Shape((Kind.COUNT,) * 3)
TWO = Shape((Kind.COUNT,) * 2)
ONE = Shape((Kind.COUNT,))
MAY_BE_LOST = Reason("a digit may be lost", "可能丢了一位数字")

Values = tuple[int | None, ...]


def row(figures: Sequence[str | int], joint: Joint = Joint.CELL, **fields: Reason) -> ValueRow:
    """A printed row; an empty text is an empty cell, / says not applicable. One character stands between tokens."""
    tokens = []
    at = 0
    for figure in map(str, figures):
        end = at + len(figure)
        if figure == "/":
            tokens.append(Token(TokenKind.NOT_APPLICABLE, at, end, joint=joint, printed="/"))
        elif figure:
            tokens.append(Token(TokenKind.NUMBER, at, end, figure, int(figure), joint=joint))
        else:
            tokens.append(Token(TokenKind.BLANK, at, at, joint=joint, printed=""))
        at = end + 1
    return ValueRow([], tokens, end=at, **fields)


def fitted(made: ValueRow, shape: Shape = APPLICATIONS, *, glued: bool = False) -> Fit:
    found = fit(made, shape, glues=glued)
    assert found is not None
    assert all(len(way.tokens) == shape.size and way.weight > 0 for way in found.ways)
    return found


def ways(found: Fit) -> list[Values]:
    return [tuple(None if token is None else token.value for token in way.tokens) for way in found.ways]


def sure(found: Fit) -> Values:
    """The one way that nothing speaks against."""
    assert not found.doubted and found.because is None
    (only,) = ways(found)
    return only


def test_straight() -> None:
    assert sure(fitted(row([27, 0, 0, 2, 0, 1, 30]))) == (27, 0, 0, 2, 0, 1, 30)
    assert sure(fitted(row([5]), ONE)) == (5,)


def test_straight_that_does_not_add_up_stays_as_printed() -> None:
    """A misprint in cells of their own is the source's affair: the figures are not moved to mend it."""
    assert sure(fitted(row([27, 0, 0, 2, 0, 1, 31]))) == (27, 0, 0, 2, 0, 1, 31)


def test_blank_and_not_applicable_keep_their_places() -> None:
    found = fitted(row([3, "", "/", "", "", "", 3]))
    assert sure(found) == (3, None, None, None, None, None, 3)
    kinds = [token.kind for token in found.ways[0].tokens if token is not None]
    assert kinds[1:3] == [TokenKind.BLANK, TokenKind.NOT_APPLICABLE]


@pytest.mark.parametrize("left", [0, 1, 2])
@pytest.mark.parametrize("right", [0, 1])
def test_shifted_by_empty_cells(left: int, right: int) -> None:
    made = row([*[""] * left, 4, 1, 0, 0, 0, 2, 7, *[""] * right])
    assert sure(fitted(made)) == (4, 1, 0, 0, 0, 2, 7)


def test_shifted_with_its_total_empty_may_begin_elsewhere() -> None:
    found = fitted(row(["", 4, 1, 0, 0, 0, 2, ""]))
    assert (4, 1, 0, 0, 0, 2, None) in ways(found)
    assert all(way[6] is None or sum(figure or 0 for figure in way[:6]) == way[6] for way in ways(found))


def test_a_stray_digit_before_the_row() -> None:
    assert ways(fitted(row([0, 4, 1, 0, 0, 0, 2, 7]))) == [(4, 1, 0, 0, 0, 2, 7)]


def test_a_stray_digit_behind_the_row() -> None:
    found = fitted(row([4, 1, 0, 0, 0, 2, 7, 9]))
    assert ways(found) == [(4, 1, 0, 0, 0, 2, 7)]
    assert found.because is not None


def test_a_stray_digit_that_no_sum_tells() -> None:
    found = fitted(row([5, 4, 1, 3]), THREE)
    assert set(ways(found)) == {(4, 1, 3), (5, 4, 1)}
    assert found.doubted and found.because is not None


def test_far_too_many_figures_are_no_row() -> None:
    assert fit(row([1] * 40), APPLICATIONS, glues=False) is None


def test_two_years_side_by_side_are_doubted() -> None:
    found = fitted(row([1, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 2]))
    assert found.doubted
    assert {(1, 0, 0, 0, 0, 0, 1), (2, 0, 0, 0, 0, 0, 2)} <= set(ways(found))


def test_blanks_dropped_the_total_is_known_and_the_part_open() -> None:
    found = fitted(row([4, 4]))
    assert found.dropped and found.because is not None
    assert {way[6] for way in ways(found)} == {4}
    assert {way.index(4) for way in ways(found)} == set(range(6))


def test_blanks_dropped_three_figures() -> None:
    found = fitted(row([4, 1, 5]))
    assert {way[6] for way in ways(found)} == {5}
    assert {(way.index(4), way.index(1)) for way in ways(found)} == set(combinations(range(6), 2))


def test_blanks_dropped_and_nothing_adds_up() -> None:
    found = fitted(row([4, 1, 9]))
    assert found.doubted and found.unexplained and len(found.ways) > 1


def test_a_figure_alone_may_be_any() -> None:
    found = fitted(row([4]))
    assert len(found.ways) == 7 and found.dropped


def test_an_empty_row_is_empty_and_a_row_without_cells_is_none() -> None:
    assert fit(ValueRow(), APPLICATIONS, glues=False) is None
    assert sure(fitted(ValueRow(blank_cells=7))) == (None,) * 7


@given(st.lists(st.integers(0, 99), min_size=6, max_size=6), st.sets(st.integers(0, 5)))
@settings(deadline=None)
def test_whatever_was_dropped_the_truth_is_among_the_ways(parts: list[int], dropped: set[int]) -> None:
    """Empty cells that vanished: figures keep their order, so the row as it was is one of the ways."""
    truth = tuple(None if place in dropped else part for place, part in enumerate(parts))
    total = sum(part for part in truth if part is not None)
    found = fitted(row([part for part in (*truth, total) if part is not None]))
    if not total:
        # No sum tells the places of zeros: one way stands for all, and says so.
        assert found.zeros or dropped == set()
        return
    assert (*truth, total) in ways(found)
    if len(found.ways) == 1:
        assert ways(found) == [(*truth, total)]


def test_two_figures_for_two_columns_are_not_cut_anew() -> None:
    """12 and 3 fill two columns: nothing says that they are 1 and 23."""
    assert sure(fitted(row([12, 3], Joint.SPACE), TWO)) == (12, 3)


def test_two_figures_for_three_columns_are_open() -> None:
    """Glued (1 2 3) or a blank dropped (12 and 3 in two of three columns): whichever, it is not taken for sure."""
    found = fitted(row([12, 3], Joint.SPACE), THREE)
    assert len(found.ways) > 1 and found.because is not None
    assert {(12, 3, None), (None, 12, 3)} <= set(ways(found))


def test_glued_or_dropped_leaves_both_open() -> None:
    """1001 1001: a part and its total, the rest dropped, or eight digits of seven figures."""
    found = fitted(row([1001, 1001], Joint.SPACE))
    assert {(1001, None, None, None, None, None, 1001), (1, 0, 0, 1, 10, 0, 1)} <= set(ways(found))
    assert found.because is not None
    glued = fitted(row([1001, 1001], Joint.SPACE), glued=True)
    assert not any(None in way for way in ways(glued)), "where all is glued, nothing was dropped"


def test_glued_in_a_table_that_glues() -> None:
    found = fitted(row(["3000003"], Joint.NONE), glued=True)
    assert ways(found) == [(3, 0, 0, 0, 0, 0, 3)]
    assert not found.doubted


def test_glued_and_no_cut_adds_up_is_doubted() -> None:
    found = fitted(row(["3000004"], Joint.NONE), glued=True)
    assert found.doubted and found.because is not None
    assert ways(found) == [(3, 0, 0, 0, 0, 0, 4)]


def test_glued_in_several_ways_gives_them_all() -> None:
    found = fitted(row(["270020130"], Joint.NONE), glued=True)
    assert (27, 0, 0, 2, 0, 1, 30) in ways(found)
    assert len(found.ways) > 1 and found.because is not None
    assert all(sum(figure or 0 for figure in way[:6]) == way[6] for way in ways(found))


def test_spaces_inside_figures_are_put_right_by_the_sum() -> None:
    """1 2 is 12 torn: as many tokens as columns in all, yet only a cut elsewhere adds up."""
    found = fitted(row([1, 2, 0, 0, 0, 0, "012"], Joint.SPACE))
    assert (12, 0, 0, 0, 0, 0, 12) in ways(found)


@given(st.lists(st.integers(0, 60), min_size=6, max_size=6))
@settings(deadline=None)
def test_glued_the_truth_is_among_the_ways_with_its_evidence(parts: list[int]) -> None:
    truth = (*parts, sum(parts))
    digits = "".join(map(str, truth))
    found = fitted(row([digits], Joint.NONE), glued=True)
    assert truth in ways(found)
    for way in found.ways:
        assert [digits[token.start : token.end] for token in way.tokens if token] == [
            str(token.value) for token in way.tokens if token
        ]
    if len(found.ways) > 1:
        assert found.because is not None


def test_a_figure_of_the_wrong_kind_is_doubted() -> None:
    made = row([1, 0, 0, 0, 0, 0, 1])
    made.tokens[0] = Token(TokenKind.NUMBER, 0, 3, "007", 7)
    found = fitted(made)
    assert found.doubted and found.because is not None


def test_a_row_under_suspicion_is_cleared_by_its_sum_only() -> None:
    assert not fitted(row([1, 0, 0, 0, 0, 0, 1], because=MAY_BE_LOST)).doubted
    wrong = fitted(row([1, 0, 0, 0, 0, 0, 2], because=MAY_BE_LOST))
    assert wrong.doubted and wrong.because == MAY_BE_LOST
    nothing_to_check = fitted(row([1, 2, 3], because=MAY_BE_LOST), THREE)
    assert nothing_to_check.doubted


def test_columns_told_by_the_head() -> None:
    made = row([4, 4])
    made.tokens = [
        Token(TokenKind.NUMBER, 0, 1, "4", 4, column=2),
        Token(TokenKind.NUMBER, 2, 3, "4", 4, column=6),
    ]
    assert sure(fitted(made)) == (None, None, 4, None, None, None, 4)


def test_whether_a_table_glues() -> None:
    run, apart, short = row(["4000004"], Joint.NONE), row([4, 0, 0, 0, 0, 0, 4]), row([4, 4])
    assert glues([(run, 7), (run, 7), (apart, 7)])
    assert not glues([(run, 7), (apart, 7), (apart, 7)])
    assert not glues([(run, 7), (run, 7), (short, 7)]), "a row with fewer digits than columns lost its blanks"
    assert not glues([])


def test_sums_hold_with_blanks_as_nothing() -> None:
    assert holds(row([3, "", "", "", "", "", 3]).tokens, APPLICATIONS)
    assert holds(row([3, 1, "", "", "", "", ""]).tokens, APPLICATIONS), "no total, nothing to break"
    assert not holds(row([3, 1, "", "", "", "", 5]).tokens, APPLICATIONS)


def test_gaps_between_all_figures_are_no_columns() -> None:
    assert sure(fitted(row([4, "", 0, "", 1, "", 0, "", 0, "", 0, "", 5]))) == (4, 0, 1, 0, 0, 0, 5)


def test_zeros_cut_out_of_a_row_that_has_other_figures_are_doubted() -> None:
    assert fitted(row([3, 0, 0, 0, 0, 0, 0, 0])).doubted


def test_digits_on_a_line_of_their_own_may_be_one_figure() -> None:
    found = fitted(row(["132"], Joint.LINE), THREE, glued=False)
    assert (1, 3, 2) in ways(found) and (None, None, 132) in ways(found)
