"""The solver: the cheapest set of operations under which the identities hold, and what all cheapest sets agree on.

Card-minimal repair under aggregate constraints (Flesca, Furfaro and Parisi 2010), generalised error localisation
(Fellegi and Holt 1976; Scholtus 2016), as an exact integer model for CP-SAT. Only what is broken or open goes in here.
The answer depends on the problem alone, not on the machine: one worker, a fixed seed, and a limit in the solver's own
deterministic time instead of seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from extractor.reconcile.linear import Linear
from extractor.reconcile.model import Model
from extractor.reconcile.operations import Operation

__all__ = ["LIMIT", "Problem", "Solution", "solve"]

LIMIT = 0.5
"""The most that one problem may take, in CP-SAT's deterministic time: some seconds at the very worst."""

_MOST_RIVALS = 24
# The solver counts in 64 bits; a longer run of glued digits is no count of anything.
_MOST = 10**12


@dataclass(frozen=True, slots=True)
class Problem:
    """Figures under edits, and what may have happened to them.

    `values`: what every cell holds now. `operations`: moves that may be undone, at most one for each cell. `free`:
    cells that may have been anything else, with the cost of it. `signed`: cells that may be negative.
    """

    edits: tuple[Linear, ...]
    values: Mapping[str, int]
    operations: tuple[Operation, ...] = ()
    free: Mapping[str, int] = field(default_factory=dict)
    signed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Solution:
    """A cheapest solution, and how far it is the only one.

    `operations`: what is undone. `becomes`: the cells that it gives another value. `agreed`: the cells of which every
    such solution says the same: untouched, or the same value by an operation, or (for `free`) another one. `seen`:
    for each cell that may change the values it has in the solutions that were looked at, the first one's first.
    `whole`: whether all rivals were looked for; otherwise nothing counts as agreed.
    """

    cost: int
    operations: tuple[Operation, ...]
    becomes: Mapping[str, int]
    agreed: frozenset[str]
    seen: Mapping[str, tuple[int, ...]]
    whole: bool


def _largest(problem: Problem) -> int:
    values = [abs(value) for value in problem.values.values()]
    values += [abs(value) for one in problem.operations for _, value in one.becomes]
    return max(values, default=0)


def solve(problem: Problem, *, slack: int = 0) -> Solution | None:
    """The cheapest solution under which all edits hold, against all rivals that cost at most `slack` more. None: there
    is none, none was found within the limit, or the figures are beyond counting.

    Each rival has to differ from the first in a cell that all have agreed on so far, until there is none (the backbone
    of the problem).
    """
    if _largest(problem) > _MOST:
        return None
    model = Model(problem.edits, problem.values, problem.operations, problem.free, problem.signed, LIMIT)
    first = model.cheapest()
    if first is None:
        return None
    model.at_most(first.cost + slack)
    agreed = set(first.states)
    seen = {cell: [first.value(cell, problem.values)] for cell in first.states}
    whole = first.best
    for _ in range(_MOST_RIVALS):
        if not (whole and agreed):
            break
        rival = model.rival(first, agreed)
        if rival is None:
            whole = model.exhausted
            break
        agreed = {cell for cell in agreed if rival.states[cell] == first.states[cell]}
        for cell, values in seen.items():
            value = rival.value(cell, problem.values)
            if value not in values:
                values.append(value)
    else:
        whole = False
    return Solution(
        first.cost,
        tuple(problem.operations[number] for number in first.operations),
        {cell: first.value(cell, problem.values) for cell, state in first.states.items() if state is not None},
        frozenset(agreed) if whole else frozenset(),
        {cell: tuple(values) for cell, values in seen.items()},
        whole,
    )
