"""Explaining broken identities: what has to have gone wrong, at the least, for the figures to be as they are.

No identity is forced on the figures: that one of them is wrong in the source is always an explanation, at one price for
any figure. What has gone wrong otherwise (a reader's slips, moves of several figures) is given as operations.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from extractor.forms.model import Form, Kind
from extractor.reconcile.linear import Linear
from extractor.reconcile.operations import CHANGE_COST, Operation
from extractor.reconcile.propagate import broken
from extractor.reconcile.solve import Problem, Solution, solve

__all__ = ["Explained", "explain"]

_SMALL = 60


@dataclass(frozen=True, slots=True)
class Explained:
    """Broken edits that hang together. `solution` None: no explanation was found. `possible`: the cells that the
    operations could change."""

    failed: tuple[Linear, ...]
    solution: Solution | None
    possible: frozenset[str]


def explain(
    form: Form,
    edits: Iterable[Linear],
    values: Mapping[str, int],
    operations: Sequence[Operation],
    open_cells: Iterable[str] = (),
    *,
    slack: int = 0,
) -> Iterator[Explained]:
    """An explanation for each part of the form with broken edits, or with cells in `open_cells`.

    `values`: all figures, a blank as 0. Edits over other cells say nothing, nor do those of which an optional row may
    be lost. `slack`: how much dearer another explanation may be and still count.
    """
    known = [linear for linear in edits if linear.complete and all(cell in values for cell in linear.cells)]
    open_cells = frozenset(open_cells)
    for part in _parts(known):
        failed = tuple(linear for linear in part if broken(linear, values))
        inside = {cell for linear in part for cell in linear.cells}
        if not failed and open_cells.isdisjoint(inside):
            continue
        here = tuple(one for one in operations if all(cell in inside for cell, _ in one.becomes))
        # In a small part an explanation may lie wholly outside the broken edits; in a whole table that takes too many
        # errors to be as cheap, and costs several times the search.
        free = dict.fromkeys(sorted(inside), CHANGE_COST) if len(inside) <= _SMALL else {}
        free.update((cell, CHANGE_COST) for linear in failed for cell in linear.cells)
        free.update((cell, CHANGE_COST) for one in here for cell, _ in one.becomes)
        signed = frozenset(cell for cell in inside if form.kinds[cell] is Kind.CHANGE)
        solution = solve(Problem(tuple(part), values, here, free, signed), slack=slack)
        yield Explained(failed, solution, frozenset(cell for one in here for cell, _ in one.becomes))


def _parts(edits: Sequence[Linear]) -> list[list[Linear]]:
    """Edits that share cells, directly or through others, together; in the order given."""
    parent: dict[str, str] = {}

    def root(cell: str) -> str:
        while parent.setdefault(cell, cell) != cell:
            parent[cell] = cell = parent[parent[cell]]
        return cell

    for linear in edits:
        for cell in linear.cells[1:]:
            parent[root(cell)] = root(linear.cells[0])
    groups: dict[str, list[Linear]] = {}
    for linear in edits:
        groups.setdefault(root(linear.cells[0]), []).append(linear)
    return list(groups.values())
