"""Alignment of printed rows with the form's rows: monotone, with gaps on both sides.

The global alignment of Needleman and Wunsch (1970) over value rows and template rows. Besides the best path, the
max-marginals (the best path through every pair) are computed: a row that would lie as well elsewhere says so, and both
places are given.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from extractor.forms.model import Row, Table
from extractor.parse.labels import Role
from extractor.parse.rows import Near, TokenKind, ValueRow

__all__ = ["Placement", "align"]

_LABEL = {Near.FIRM: 6.0, Near.CLOSE: 3.0, Near.LOOSE: 1.5}
_FOREIGN_LABEL = 5.0
_SKIP_REQUIRED = 1.0
_SKIP_OPTIONAL = 0.0
_OPTIONAL_UNLABELLED = 1.0
_MARGIN = 0.75
_NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Placement:
    """Value row number `row` lies on template row `places[0]`; the other places are as good within the margin."""

    row: int
    places: tuple[int, ...]


def align(rows: Sequence[ValueRow], table: Table) -> list[Placement]:
    """Place each value row on a row of `table`; rows that lie nowhere (noise) are left out. O(rows * table rows)."""
    direct = _direct(rows, table)
    if direct is not None:
        return direct
    scores = [[_score(row, index, template, table) for index, template in enumerate(table.rows)] for row in rows]
    skip_row = [_noise(row) for row in rows]
    skip_template = [_SKIP_OPTIONAL if template.optional else _SKIP_REQUIRED for template in table.rows]
    forward = _forward(scores, skip_row, skip_template)
    backward = _backward(scores, skip_row, skip_template)
    best = forward[len(rows)][len(table.rows)]
    placements: list[Placement] = []
    for i in range(len(rows)):
        through = [
            (forward[i][j] + scores[i][j] + backward[i + 1][j + 1], j)
            for j in range(len(table.rows))
            if scores[i][j] > _NEVER
        ]
        near = sorted((one for one in through if one[0] >= best - _MARGIN), key=lambda one: (-one[0], one[1]))
        dropped = max(forward[i][j] + backward[i + 1][j] for j in range(len(table.rows) + 1)) - skip_row[i]
        if not near or dropped > near[0][0]:
            continue
        placements.append(Placement(i, tuple(j for _, j in near)))
    return placements


def _direct(rows: Sequence[ValueRow], table: Table) -> list[Placement] | None:
    """Every row firmly labelled, in the form's order: nothing to align."""
    placements: list[Placement] = []
    last = -1
    for number, row in enumerate(rows):
        firm = [label for label in row.labels if label.near is Near.FIRM]
        if len(firm) != 1 or firm[0].score < 1.0:
            return None
        item = firm[0].item
        if item.role is not Role.ROW or item.core or item.bare or item.index <= last:
            return None
        template = table.rows[item.index]
        if template.subtotal_of or not _fits(row, len(table.columns_of(template))):
            return None
        last = item.index
        placements.append(Placement(number, (last,)))
    return placements


def _fits(row: ValueRow, size: int) -> bool:
    return len(row.tokens) == size or (len(row.tokens) < size and row.tokens != [] and row.origin.value == "glued")


def _score(row: ValueRow, index: int, template: Row, table: Table) -> float:
    score = 0.0
    foreign = 0.0
    named = False
    for label in row.labels:
        worth = _LABEL[label.near] * label.score * (0.8 if label.item.core else 1.0) * (0.5 if label.item.bare else 1.0)
        if label.item.index == index:
            score = max(score, worth)
            named = True
        elif _heads(table, label.item.index, template):
            score = max(score, min(worth, 2.0))
        elif label.near is Near.FIRM and not label.item.bare and not table.rows[label.item.index].subtotal_of:
            foreign = max(foreign, _FOREIGN_LABEL * label.score * (0.8 if label.item.core else 1.0))
    if not named:
        score -= foreign
        if template.optional:
            score -= _OPTIONAL_UNLABELLED
    return score + _shape_score(row, len(table.columns_of(template)))


def _heads(table: Table, index: int, template: Row) -> bool:
    """The label heads the group that `template` opens: a head often stands in the line of its first detail row."""
    group = table.rows[index].subtotal_of
    if group is None or template.group != group:
        return False
    return next(row.id for row in table.rows if row.group == group) == template.id


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


def _forward(scores: list[list[float]], skip_row: list[float], skip_template: list[float]) -> list[list[float]]:
    width = len(skip_template)
    first = [0.0] * (width + 1)
    for j in range(width):
        first[j + 1] = first[j] - skip_template[j]
    table = [first]
    for i, row_scores in enumerate(scores):
        above = table[i]
        cost = skip_row[i]
        line = [above[0] - cost]
        for j in range(width):
            best = above[j] + row_scores[j]
            if above[j + 1] - cost > best:
                best = above[j + 1] - cost
            if line[j] - skip_template[j] > best:
                best = line[j] - skip_template[j]
            line.append(best)
        table.append(line)
    return table


def _backward(scores: list[list[float]], skip_row: list[float], skip_template: list[float]) -> list[list[float]]:
    flipped = _forward([line[::-1] for line in scores[::-1]], skip_row[::-1], skip_template[::-1])
    return [line[::-1] for line in flipped[::-1]]
