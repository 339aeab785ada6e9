"""Alignment of printed rows with the form's rows: monotone, with gaps on both sides.

The global alignment of Needleman and Wunsch (1970) over value rows and template rows. Besides the best path, the
max-marginals (the best path through every pair) are computed: a row that would lie as well elsewhere says so, and both
places are given.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractor.forms.model import Row, Table
from extractor.parse.labels import Role
from extractor.parse.rows import Near, TokenKind, ValueRow

__all__ = ["Placement", "align"]

_LABEL = {Near.FIRM: 6.0, Near.CLOSE: 3.0, Near.LOOSE: 1.5}
# A group's head names its subtotal row, where one is printed, or stands beside the group's first row.
_HEAD_OWN = 3.7
_HEAD_FIRST = 2.5
_HEAD_LATER = 1.0
_FOREIGN_LABEL = 9.0
_GAP_OPEN = 1.8
_GAP_EXTEND = 0.2
_OPTIONAL_UNLABELLED = 2.5
_MARGIN = 0.75
_NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Placement:
    """Value row number `row` lies on template row `places[0]`; the other places are as good within the margin."""

    row: int
    places: tuple[int, ...]


def align(rows: Sequence[ValueRow], table: Table) -> list[Placement]:
    """Place each value row on a row of `table`; rows that lie nowhere (noise) are left out.

    Rows that carry a whole label of their own, in the form's order, hold the alignment; what lies between two of them
    is aligned on its own.
    """
    anchors = _anchors(rows, table)
    placements: list[Placement] = []
    first_row = first_place = 0
    for row, place in [*anchors, (len(rows), len(table.rows))]:
        if row > first_row:
            placements.extend(_stretch(rows, first_row, row, table, first_place, place))
        if row < len(rows):
            placements.append(Placement(row, (place,)))
        first_row, first_place = row + 1, place + 1
    return _out_of_order(rows, table, placements) if len(placements) < len(rows) else placements


def _anchors(rows: Sequence[ValueRow], table: Table) -> list[tuple[int, int]]:
    """(row, place) of the firmly labelled rows. None at all if they are not in the form's order."""
    out: list[tuple[int, int]] = []
    last = -1
    for number, row in enumerate(rows):
        firm = [label for label in row.labels if label.near is Near.FIRM]
        if len(firm) != 1 or firm[0].score < 1.0:
            continue
        item = firm[0].item
        if item.role is not Role.ROW or item.core or item.bare:
            continue
        template = table.rows[item.index]
        if template.subtotal_of or not _fits(row, len(table.columns_of(template))):
            continue
        if item.index <= last:
            return []
        last = item.index
        out.append((number, last))
    return out


def _fits(row: ValueRow, size: int) -> bool:
    return len(row.tokens) == size or 0 < len(row.tokens) < size


def _stretch(rows: Sequence[ValueRow], first: int, last: int, table: Table, low: int, high: int) -> Iterator[Placement]:
    """Align rows[first:last) with table.rows[low:high). O(rows * template rows)."""
    count, width = last - first, high - low
    if not width:
        return
    templates = table.rows[low:high]
    scores = [
        [_score(row, low + index, template, table) for index, template in enumerate(templates)]
        for row in rows[first:last]
    ]
    noise = [_noise(row) for row in rows[first:last]]
    optional = [template.optional for template in templates]
    forward = _sweep(scores, noise, optional)
    mirrored = _sweep([line[::-1] for line in scores[::-1]], noise[::-1], optional[::-1])
    best = max(forward[count][width])
    for i in range(count):
        near: list[tuple[float, int]] = []
        dropped = _NEVER
        for j in range(width + 1):
            before, after = forward[i][j], mirrored[count - i - 1][width - j]
            # A gap that runs through both halves was opened twice.
            both = before[1] + after[1] + _GAP_OPEN
            dropped = max(dropped, before[0] + after[0], before[0] + after[1], before[1] + after[0], both)
            if j < width and scores[i][j] > _NEVER:
                through = max(before) + scores[i][j] + max(mirrored[count - i - 1][width - j - 1])
                if through >= best - _MARGIN:
                    near.append((-through, j))
        near.sort()
        if near and dropped - noise[i] <= -near[0][0]:
            yield Placement(first + i, tuple(low + j for _, j in near))


def _out_of_order(rows: Sequence[ValueRow], table: Table, placements: list[Placement]) -> list[Placement]:
    """Add the rows that carry a whole label of a row still free: editions print some rows in another order."""
    placed = {placement.row for placement in placements}
    taken = {place for placement in placements for place in placement.places}
    for number, row in enumerate(rows):
        if number in placed or not row.tokens:
            continue
        firm = [label.item for label in row.labels if label.near is Near.FIRM and label.score >= 1.0]
        if len(firm) != 1 or firm[0].core or firm[0].index in taken:
            continue
        template = table.rows[firm[0].index]
        sure = not firm[0].bare or 1 < len(row.tokens) == len(table.columns_of(template))
        if sure:
            placements.append(Placement(number, (firm[0].index,)))
            taken.add(firm[0].index)
    return placements


def _score(row: ValueRow, index: int, template: Row, table: Table) -> float:
    score = foreign = 0.0
    named = firmly = binding = False
    for label in row.labels:
        worth = _LABEL[label.near] * label.score * (0.8 if label.item.core else 1.0) * (0.5 if label.item.bare else 1.0)
        if label.item.index == index:
            score = max(score, min(worth, _HEAD_OWN) if template.subtotal_of else worth)
            named = True
            firmly = firmly or label.near is Near.FIRM
        elif (place := _under_head(table, label.item.index, template)) is not None:
            score = max(score, min(worth, _HEAD_LATER if place else _HEAD_FIRST))
            firmly = True
        elif label.near is Near.FIRM and not label.item.bare:
            binding = binding or (label.score >= 1.0 and not label.item.core)
            foreign = max(foreign, _FOREIGN_LABEL * label.score * (0.8 if label.item.core else 1.0))
    if not firmly:
        if binding:
            return _NEVER  # it says in so many words that it is another row
        score -= foreign
    if template.optional and not named:
        if template.subtotal_of:
            return _NEVER
        score -= _OPTIONAL_UNLABELLED
    return score + _shape_score(row, len(table.columns_of(template)))


def _under_head(table: Table, index: int, template: Row) -> int | None:
    """The place of `template` in the group that label number `index` heads. The head often stands in the line of the
    group's first row, and is repeated in every line where merged cells were filled up."""
    group = table.rows[index].subtotal_of
    if group is None or template.group != group:
        return None
    return [row.id for row in table.rows if row.group == group].index(template.id)


def _shape_score(row: ValueRow, size: int) -> float:
    count = len(row.tokens)
    if count == size:
        return 0.5
    if not count:
        return 0.0 if row.blank_cells else -4.0
    if count < size:
        digits = sum(len(token.figures) for token in row.tokens)
        if digits >= size and count <= 2 and size > 1:
            return 0.3
        return -2.0 * (size - count) / size if size > 1 else -2.0
    blanks = sum(1 for token in row.tokens if token.kind is TokenKind.BLANK)
    surplus = count - blanks - size
    return 0.2 if surplus <= 1 else -1.5


def _noise(row: ValueRow) -> float:
    """What it costs to take a row for noise: the more figures and labels it has, the more."""
    figures = sum(1 for token in row.tokens if token.kind is TokenKind.NUMBER)
    digits = sum(len(token.figures) for token in row.tokens)
    firm = any(label.near is Near.FIRM and label.score >= 1.0 for label in row.labels)
    return 0.2 + 0.5 * min(max(figures, min(digits, 7)), 7) + (3.0 if firm else 0.0)


_Pair = tuple[float, float]


def _sweep(scores: Sequence[Sequence[float]], noise: Sequence[float], optional: Sequence[bool]) -> list[list[_Pair]]:
    """Best scores of every prefix pair, as (no gap open, a gap in the template open); gaps are affine (Gotoh 1982)."""
    width = len(optional)
    first: list[_Pair] = [(0.0, _NEVER)]
    for j in range(width):
        first.append(_skip(first[j], optional[j]))
    table = [first]
    for i, line_scores in enumerate(scores):
        above = table[i]
        cost = noise[i]
        line: list[_Pair] = [(above[0][0] - cost, above[0][1] - cost)]
        for j in range(width):
            closed, opened = above[j]
            met = (closed if closed > opened else opened) + line_scores[j]
            up = above[j + 1]
            left = _skip(line[j], optional[j])
            closed = met if met > up[0] - cost else up[0] - cost
            line.append((closed if closed > left[0] else left[0], left[1] if left[1] > up[1] - cost else up[1] - cost))
        table.append(line)
    return table


def _skip(pair: _Pair, optional: bool) -> _Pair:
    """Leave out one template row; an optional one costs nothing and keeps the state."""
    if optional:
        return pair
    opened = pair[0] - _GAP_OPEN - _GAP_EXTEND
    extended = pair[1] - _GAP_EXTEND
    return _NEVER, opened if opened > extended else extended
