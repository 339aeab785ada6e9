"""Rows that only say 小计 or 合计: which group's sum they print is told by their figures and their neighbours."""

from collections.abc import Mapping, Sequence

from extractor.forms.model import Table
from extractor.parse.align import Placement
from extractor.parse.rows import Near, TokenKind, ValueRow
from extractor.report import Number, Reason

__all__ = ["place_subtotals"]

_NO_SUM = Reason(
    "its label heads a group, but the group does not add up to it", "该行标签为一组之首，但组内各行之和与该行不等"
)
_HEADS_NAMELESS = Reason(
    "its label heads a group, and the rows after it have lost theirs", "该行标签为一组之首，而其后各行的标签缺失"
)


def place_subtotals(rows: Sequence[ValueRow], placements: list[Placement], table: Table) -> list[Placement]:
    """`placements` with each row left over that is the sum, in every column, of the group before or after it, and with
    those that only the head of a group names in the place of its sum, where they are that."""
    placements = [_headed(placement, rows, placements, table) for placement in placements]
    place_of = {placement.row: placement.places[0] for placement in placements if len(placement.places) == 1}
    taken = set(place_of.values())
    out = list(placements)
    for number, row in enumerate(rows):
        if number in place_of:
            _doubt(row, number, rows, place_of, table)
            continue
        if len(row.tokens) != len(table.columns):
            continue
        around = (
            next((place_of[other] for other in range(number - 1, -1, -1) if other in place_of), None),
            next((place_of[other] for other in range(number + 1, len(rows)) if other in place_of), None),
        )
        for neighbour in around:
            group = None if neighbour is None else table.rows[neighbour].group
            if group is None:
                continue
            subtotal = next((i for i, one in enumerate(table.rows) if one.subtotal_of == group), None)
            if subtotal is None or subtotal in taken:
                continue
            details = [rows[one] for one, place in place_of.items() if table.rows[place].group == group]
            if _is_sum(row, details):
                out.append(Placement(number, (subtotal,)))
                taken.add(subtotal)
                break
    return out


def _headed(placement: Placement, rows: Sequence[ValueRow], placements: Sequence[Placement], table: Table) -> Placement:
    """The placement of a row; where it is one of a group's and has only the head's label, in the place of the group's
    sum if it adds up to the others or there are none. If not, its place needs an identity to confirm it."""
    row, template = rows[placement.row], table.rows[placement.places[0]]
    named = {label.item.index for label in row.labels if label.near is Near.FIRM and not label.item.bare}
    head = next((i for i in named if template.group and table.rows[i].subtotal_of == template.group), None)
    if head is None or len(named) > 1 or any(head in one.places for one in placements):
        return placement
    group = [one for one in placements if table.rows[one.places[0]].group == template.group and one is not placement]
    details = [rows[one.row] for one in group if any(token.value is not None for token in rows[one.row].tokens)]
    if not details or _is_sum(row, details):
        return Placement(placement.row, (head,))
    row.labels = []
    return placement


def _doubt(row: ValueRow, number: int, rows: Sequence[ValueRow], place_of: Mapping[int, int], table: Table) -> None:
    """Doubt a row placed as a subtotal that its details do not add up to: it may be a detail row without its label."""
    group = table.rows[place_of[number]].subtotal_of
    if group is None:
        return
    totals = [
        _last(rows[one]) for one, place in place_of.items() if table.rows[place].group == group and rows[one].tokens
    ]
    if totals and sum(totals) != _last(row):
        row.astray = _NO_SUM
    elif sum(1 for token in row.tokens if token.value is not None) > len(table.columns):
        row.astray = _HEADS_NAMELESS  # one of them may have been written over the label
    elif not totals and number + 1 < len(rows) and not _named(rows[number + 1], table, place_of.get(number + 1)):
        row.astray = _HEADS_NAMELESS


def _named(row: ValueRow, table: Table, place: int | None) -> bool:
    """Whether the row has a label of its own: not only a head, nor a word of many rows but where it is placed."""
    return any(
        label.near is Near.FIRM
        and (label.item.index == place or not label.item.bare)
        and table.rows[label.item.index].subtotal_of is None
        for label in row.labels
    )


def _last(row: ValueRow) -> Number:
    """The last figure of a row: its total, wherever the columns went."""
    return next((token.value for token in reversed(row.tokens) if token.value is not None), 0)


def _is_sum(row: ValueRow, details: Sequence[ValueRow]) -> bool:
    width = len(row.tokens)
    if not details or any(len(detail.tokens) != width for detail in details):
        return False
    for column, token in enumerate(row.tokens):
        if token.kind is not TokenKind.NUMBER or token.value is None:
            return False
        if sum(detail.tokens[column].value or 0 for detail in details) != token.value:
            return False
    return any(token.value for token in row.tokens)
