"""Edit operations: the ways in which figures come to be wrong, as moves that would set them right again.

A figure changed, two neighbours exchanged, a row one column over, a row that the sums leave out. Sums tell such moves
apart where they cannot tell which single cells were changed (Scholtus 2016, on error localisation with edit operations
that are more general than single changes).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from extractor.reconcile.linear import Linear

__all__ = ["CHANGE_COST", "Move", "Operation", "changes", "moves_of_the_source"]

CHANGE_COST = 14
# A move of several figures at once is dearer than one changed figure, and cheaper than two.
_MOVE_COST = 15


class Move(StrEnum):
    """What an operation undoes."""

    SWAP = "swap"  # two neighbours in a row stand in each other's place
    SHIFT = "shift"  # the figures of a row stand one column over
    LEFT_OUT = "left_out"  # a row that the sums leave out
    DIGIT = "digit"  # one digit taken for another
    LOST_DIGIT = "lost_digit"  # a digit that was not seen
    ADDED_DIGIT = "added_digit"  # a digit seen where there is none
    TURNED = "turned"  # two neighbouring digits changed places
    LOST_FIGURE = "lost_figure"  # a whole figure that was not seen
    GLUED = "glued"  # the figures of two neighbours taken for one
    OTHER_READING = "other_reading"  # something else that was read there


@dataclass(frozen=True, slots=True)
class Operation:
    """A move: the values that cells would have without it. `cost`: the dearer, the less likely.

    Of operations with the same `group` one at most can hold: they are ways to read the same place.
    """

    move: Move
    becomes: tuple[tuple[str, int], ...]
    cost: int
    group: int | None = None


def moves_of_the_source(
    edits: Iterable[Linear], values: Mapping[str, int], where: Collection[str]
) -> Iterator[Operation]:
    """What may have gone wrong when the report was drawn up, in rows that have a cell in `where`.

    `values`: the figures as printed, a blank as 0.
    """
    edits = tuple(edits)
    sums = {side[0] for linear in edits if linear.across_rows for side in (linear.plus, linear.minus) if len(side) == 1}
    for linear in edits:
        if linear.across_rows or not linear.exact or len(linear.minus) != 1:
            continue
        cells = linear.cells
        if any(cell not in values for cell in cells) or not any(cell in where for cell in cells):
            continue
        yield from _neighbours_moved(linear.plus, values)
        if sum(1 for cell in cells if values[cell]) > 1 and sums.isdisjoint(cells):
            yield Operation(Move.LEFT_OUT, changes(cells, values, [0] * len(cells)), _MOVE_COST)


def _neighbours_moved(parts: Sequence[str], values: Mapping[str, int]) -> Iterator[Operation]:
    figures = [values[cell] for cell in parts]
    for number in range(len(parts) - 1):
        one, other = figures[number : number + 2]
        if one != other:
            exchanged = ((parts[number], other), (parts[number + 1], one))
            yield Operation(Move.SWAP, exchanged, _MOVE_COST)
    if sum(1 for figure in figures if figure) > 1:
        if not figures[0]:
            yield Operation(Move.SHIFT, changes(parts, values, [*figures[1:], 0]), _MOVE_COST)
        if not figures[-1]:
            yield Operation(Move.SHIFT, changes(parts, values, [0, *figures[:-1]]), _MOVE_COST)


def changes(cells: Sequence[str], values: Mapping[str, int], after: Sequence[int]) -> tuple[tuple[str, int], ...]:
    """The cells whose value is another one in `after`, with that."""
    return tuple((cell, new) for cell, new in zip(cells, after, strict=True) if values[cell] != new)
