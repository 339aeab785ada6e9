"""What all ways to read several rows together have in common, where there are too many ways to go through."""

from collections.abc import Mapping, Sequence

from extractor.reconcile.linear import Linear
from extractor.reconcile.operations import Move, Operation, changes
from extractor.reconcile.solve import Problem, solve
from extractor.report import Number

__all__ = ["in_common"]

_MOST_WAYS = 3_000

Way = Mapping[str, Number]
"""The figures of a row, read in one way; a cell that is not in it is blank."""


def in_common(
    rows: Sequence[Sequence[Way]], links: Sequence[Linear], fixed: Mapping[str, Number]
) -> list[set[int]] | None:
    """For each row the numbers of the ways that agree with all choices under which every link holds.

    None where no choice makes them hold, where rows share cells, or where the solver could not tell within its limit.
    """
    if sum(map(len, rows)) > _MOST_WAYS or any(_decimals(way) for ways in rows for way in ways):
        return None
    cells = [list(dict.fromkeys(cell for way in ways for cell in way)) for ways in rows]
    if len({cell for row in cells for cell in row}) < sum(map(len, cells)):
        return None  # two rows may be the same one: they are not free of each other
    known = {cell: int(value) for cell, value in fixed.items() if value == int(value)}
    for ways, row in zip(rows, cells, strict=True):
        known.update((cell, int(ways[0].get(cell, 0))) for cell in row)
    operations = tuple(
        Operation(Move.OTHER_READING, changes(row, known, [int(way.get(cell, 0)) for cell in row]), 0, number)
        for number, (ways, row) in enumerate(zip(rows, cells, strict=True))
        for way in ways[1:]
    )
    usable = tuple(link for link in links if all(cell in known for cell in link.cells))
    solution = solve(Problem(usable, known, operations))
    if solution is None or not solution.whole:
        return None
    settled = {cell: solution.seen[cell][0] for cell in solution.agreed}
    return [
        {
            number
            for number, way in enumerate(ways)
            if all(settled.get(cell, way.get(cell, 0)) == way.get(cell, 0) for cell in row)
        }
        for ways, row in zip(rows, cells, strict=True)
    ]


def _decimals(way: Way) -> bool:
    return any(value != int(value) for value in way.values())
