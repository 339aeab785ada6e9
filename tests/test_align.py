"""Printed rows find their rows of the form: by label, by order, and where neither tells, they say so."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.forms.load import load_forms
from extractor.parse.align import align
from extractor.parse.labels import Item, Role
from extractor.parse.rows import Label, Near, Token, TokenKind, ValueRow

TABLE = load_forms()["ogi-2021"].table_by_id["applications"]
INDEX = {row.id: index for index, row in enumerate(TABLE.rows)}
OFFICIAL = [row.id for row in TABLE.rows if not row.optional]
OPTIONAL = [row.id for row in TABLE.rows if row.optional]
places = st.sets(st.integers(0, len(OFFICIAL) - 1))


def printed(label: str | None, near: Near = Near.FIRM) -> ValueRow:
    """A row of seven figures under the label of that row of the form, or under none."""
    labels = [] if label is None else [Label(Item(TABLE.id, Role.ROW, label, INDEX[label]), near)]
    figures = [Token(TokenKind.NUMBER, at, at + 1, "1", 1) for at in range(len(TABLE.columns))]
    return ValueRow(labels, figures)


def placed(labels: Sequence[str | None]) -> dict[int, list[str]]:
    """Number of the printed row → the rows of the form that it may be."""
    found = align([printed(label) for label in labels], TABLE)
    assert len({one.row for one in found}) == len(found)
    return {one.row: [TABLE.rows[place].id for place in one.places] for one in found}


def test_labels_in_order() -> None:
    assert placed(OFFICIAL) == {number: [row] for number, row in enumerate(OFFICIAL)}


def test_nothing_printed() -> None:
    assert placed([]) == {}


@given(places)
@settings(deadline=None, max_examples=50)
def test_lost_labels(lost: set[int]) -> None:
    """As many rows as the form has: whichever labels are gone, order tells them all."""
    labels = [None if number in lost else row for number, row in enumerate(OFFICIAL)]
    assert placed(labels) == {number: [row] for number, row in enumerate(OFFICIAL)}


@given(places)
@settings(deadline=None, max_examples=50)
def test_lost_rows(lost: set[int]) -> None:
    kept = [row for number, row in enumerate(OFFICIAL) if number not in lost]
    assert placed(kept) == {number: [row] for number, row in enumerate(kept)}


@given(places, places)
@settings(deadline=None, max_examples=100)
def test_a_single_place_is_the_right_one(lost_rows: set[int], lost_labels: set[int]) -> None:
    """Rows and labels lost together: a row may be left open or out, never be put with certainty where it is not."""
    kept = [(number, row) for number, row in enumerate(OFFICIAL) if number not in lost_rows]
    found = placed([None if number in lost_labels else row for number, row in kept])
    for place, rows in found.items():
        number, truth = kept[place]
        if number not in lost_labels or len(rows) == 1:
            assert rows == [truth]
    assert all(place in found for place, (number, _) in enumerate(kept) if number not in lost_labels)


@pytest.mark.parametrize(
    "labels",
    [
        ["refused_law", "refused_secret", "refused_security"],
        [row for row in OFFICIAL if row != "granted"][::-1],
        ["rejected_petition", "carried_in", "refused_third_party"],
        ["new", "carried_in", "refused_secret", "partial"],
        ["new", "carried_in", "carried_in", "partial"],
    ],
)
def test_a_firm_label_is_never_put_on_another_row(labels: list[str]) -> None:
    """Rows printed out of order, or twice, go where their label says, or nowhere."""
    found = placed(labels)
    assert found
    assert all(rows == [labels[number]] for number, rows in found.items())


@given(st.permutations(OFFICIAL).flatmap(lambda rows: st.integers(0, len(rows)).map(lambda size: rows[:size])))
@settings(deadline=None, max_examples=200, derandomize=True, database=None)
def test_no_order_puts_a_firm_label_on_another_row(labels: list[str]) -> None:
    assert all(rows == [labels[number]] for number, rows in placed(labels).items())


@pytest.mark.parametrize("subtotal", OPTIONAL)
def test_a_printed_subtotal_row(subtotal: str) -> None:
    every = [row.id for row in TABLE.rows if not row.optional or row.id == subtotal]
    assert placed(every) == {number: [row] for number, row in enumerate(every)}


def test_all_subtotal_rows_printed() -> None:
    every = [row.id for row in TABLE.rows]
    assert placed(every) == {number: [row] for number, row in enumerate(every)}


def test_a_subtotal_alone_stands_for_its_group() -> None:
    """（六）其他处理 as one row, as the edition before printed it."""
    group = {row.id for row in TABLE.rows if row.group == "other"}
    every = [row.id for row in TABLE.rows if row.id not in group and (not row.optional or row.id == "other")]
    assert placed(every) == {number: [row] for number, row in enumerate(every)}


@given(places)
@settings(deadline=None, max_examples=30)
def test_no_row_without_label_is_a_subtotal(lost: set[int]) -> None:
    found = placed([None for number in range(len(OFFICIAL)) if number not in lost])
    assert all(row not in OPTIONAL for rows in found.values() for row in rows)


@pytest.mark.parametrize(
    ("labels", "wanted"),
    [
        (["granted", None, "refused_law"], ["partial", "refused_secret"]),
        ([None, "granted"], ["new", "carried_in"]),
        (["processed_total", None], ["carried_out"]),
        (["rejected_petition", None, "rejected_publication"], ["rejected_repeat"]),
    ],
)
def test_what_lies_as_well_elsewhere_names_every_place(labels: list[str | None], wanted: list[str]) -> None:
    found = placed(labels)
    assert sorted(found[labels.index(None)]) == sorted(wanted)
    assert all(found[number] == [label] for number, label in enumerate(labels) if label is not None)


def test_words_without_figures_are_no_row() -> None:
    rows = [printed("new"), ValueRow([], []), printed("carried_in")]
    assert {one.row for one in align(rows, TABLE)} == {0, 2}


def test_a_head_on_an_earlier_line_does_not_outweigh_the_label_beside_the_figures() -> None:
    row = printed("refused_secret")
    row.labels += printed("refused", Near.CLOSE).labels
    rows = [printed("partial"), row, printed("refused_law")]
    assert [TABLE.rows[place].id for one in align(rows, TABLE) for place in one.places] == [
        "partial",
        "refused_secret",
        "refused_law",
    ]
