"""What a reader may have done to the figures: misreadings of single figures, and figures put into a neighbour's cell.

Only what the reader at hand is known to do is ever proposed: recognising a picture takes digits for others, flattening
a table loses the borders between cells, and a figure in a cell of its own is read as it is printed.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from extractor.parse.readings import Origin
from extractor.reconcile.linear import Linear
from extractor.reconcile.operations import CHANGE_COST, Move, Operation, changes

__all__ = ["misplacements", "misreading", "misreadings"]

# Digits that printed and scanned figures are taken for one another; any other pair is rarer.
_ALIKE = frozenset(
    frozenset(pair)
    for pair in ("08", "06", "09", "17", "14", "12", "27", "35", "38", "39", "56", "58", "68", "89", "49")
)
_KNOWN_COST = 6
_LOST_COST = 8
_MOVED_COST = 8
# Two figures that slipped each by itself are hardly dearer than a row that slipped as a whole.
_ROW_COST = 13
# A slip that recognition seldom makes is no likelier than a misprint: between the two, nothing decides.
_RARE_COST = CHANGE_COST


def misreading(seen: int, real: int) -> tuple[Move, int] | None:
    """How a picture of `real` can have been read as `seen`, and at what cost. None where it takes more than a slip."""
    if seen < 0 or real < 0 or seen == real:
        return None
    one, other = str(seen), str(real)
    if len(one) == len(other):
        places = [place for place in range(len(one)) if one[place] != other[place]]
        if len(places) == 1:
            pair = frozenset((one[places[0]], other[places[0]]))
            return Move.DIGIT, _KNOWN_COST if pair in _ALIKE else _RARE_COST
        first, last = places[0], places[-1]
        if len(places) == 2 and last == first + 1 and (one[first], one[last]) == (other[last], other[first]):
            return Move.TURNED, _RARE_COST
        return None
    if len(one) + 1 == len(other):
        return _more_digits(other, one, Move.LOST_DIGIT)
    if len(one) == len(other) + 1:
        return _more_digits(one, other, Move.ADDED_DIGIT)
    return None


def _more_digits(longer: str, shorter: str, move: Move) -> tuple[Move, int] | None:
    """A narrow digit, or one of two that are the same, is easily lost, or seen twice; others are not."""
    places = [place for place in range(len(longer)) if longer[:place] + longer[place + 1 :] == shorter]
    if not places:
        return None
    easily = len(places) > 1 or longer[places[0]] == "1"
    return move, _LOST_COST if easily else _RARE_COST


def misreadings(
    failed: Iterable[Linear], values: Mapping[str, int], nil: Collection[str], origins: Mapping[str, Origin]
) -> Iterator[Operation]:
    """Slips of the recognition that would each mend one of the broken edits.

    `values`: what was read, a blank as 0. `nil`: the blank ones. `origins`: how each cell was read; only recognised
    figures are doubted.
    """
    proposed: set[tuple[str, int]] = set()
    for linear in failed:
        if not linear.exact:
            continue
        balance = sum(values[cell] for cell in linear.plus) - sum(values[cell] for cell in linear.minus)
        for sign, cells in ((1, linear.plus), (-1, linear.minus)):
            for cell in cells:
                real = values[cell] - sign * balance
                if origins.get(cell) is not Origin.SCAN or real < 0 or (cell, real) in proposed:
                    continue
                slip = (Move.LOST_FIGURE, _LOST_COST) if cell in nil else misreading(values[cell], real)
                if slip is not None:
                    proposed.add((cell, real))
                    yield Operation(slip[0], ((cell, real),), slip[1])


def misplacements(
    edits: Iterable[Linear], values: Mapping[str, int], nil: Collection[str], origins: Mapping[str, Origin]
) -> Iterator[Operation]:
    """Figures of a row that stand beside the cell they belong to, or that swallowed the figure of an empty neighbour.

    A figure moves into an empty cell only: where both are printed, the reader saw them in their order.
    """
    for linear in edits:
        if linear.across_rows or not linear.exact or any(cell not in values for cell in linear.cells):
            continue
        parts = linear.plus
        if any(origins.get(cell) not in (Origin.SCAN, Origin.TEXT) for cell in parts):
            continue
        for left, right in pairwise(parts):
            for full, empty in ((left, right), (right, left)):
                if empty in nil and full not in nil and values[full]:
                    yield Operation(Move.SHIFT, ((full, 0), (empty, values[full])), _MOVED_COST)
            if (left in nil) is not (right in nil):
                yield from _cut(left, right, values)
        yield from _runs(parts, values, nil)


def _cut(left: str, right: str, values: Mapping[str, int]) -> Iterator[Operation]:
    """The ways to cut the figure that stands in one of two neighbours into figures of both, neither of them a zero:
    where zeros are left blank, 20 for 2 is a misprint."""
    digits = str(values[left] or values[right])
    for place in range(2 if digits.startswith("-") else 1, len(digits)):
        if digits[place] != "0":
            both = (int(digits[:place]), int(digits[place:]))
            yield Operation(Move.GLUED, changes((left, right), values, both), _MOVED_COST)


def _runs(parts: Sequence[str], values: Mapping[str, int], nil: Collection[str]) -> Iterator[Operation]:
    """All figures of the row one column over, where an empty cell at the end leaves room."""
    figures = [values[cell] for cell in parts]
    if sum(1 for figure in figures if figure) < 2:
        return
    if parts[0] in nil:
        yield Operation(Move.SHIFT, changes(parts, values, [*figures[1:], 0]), _ROW_COST)
    if parts[-1] in nil:
        yield Operation(Move.SHIFT, changes(parts, values, [0, *figures[:-1]]), _ROW_COST)
