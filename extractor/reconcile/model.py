"""The integer model behind the solver, and the only place that knows CP-SAT."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from extractor.reconcile.linear import Linear
from extractor.reconcile.operations import Operation

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

__all__ = ["Assignment", "Model", "State"]

_SEED = 1
_ROOM = 2


class _Free(Enum):
    CHANGED = "changed"


State: TypeAlias = int | _Free | None
"""Of a cell: the value that an operation gives it, CHANGED to whatever else, or None where it is untouched."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One solution. `operations`: their numbers. `best`: proved to be the cheapest."""

    cost: int
    operations: tuple[int, ...]
    states: Mapping[str, State]
    changed: Mapping[str, int]
    best: bool

    def value(self, cell: str, before: Mapping[str, int]) -> int:
        state = self.states[cell]
        if state is None:
            return before[cell]
        return state if isinstance(state, int) else self.changed[cell]


class Model:
    """Its variables: whether an operation is undone, and whether a free cell holds another figure, and which.

    `limit`: what all calls together may take, in deterministic time.
    """

    def __init__(
        self,
        edits: Sequence[Linear],
        values: Mapping[str, int],
        operations: Sequence[Operation],
        free: Mapping[str, int],
        signed: Collection[str],
        limit: float,
    ) -> None:
        from ortools.sat.python import cp_model

        self._cp = cp_model
        self._model = cp_model.CpModel()
        self._values = values
        self._limit = limit
        self.exhausted = False
        self._undone = [self._model.new_bool_var("") for _ in operations]
        self._another = {cell: self._model.new_bool_var("") for cell in free}
        largest = max((abs(value) for value in values.values()), default=0) + 1
        self._top = _ROOM * largest * max((len(linear.cells) for linear in edits), default=1)
        self._amount = self._amounts(signed)
        self._by_cell = _by_cell(operations, free)
        self._one_at_most(operations)
        for linear in edits:
            self._keep(linear)
        self._price = self._cp.LinearExpr.weighted_sum(
            [*self._undone, *self._another.values()], [*(one.cost for one in operations), *free.values()]
        )

    def cheapest(self) -> Assignment | None:
        """The cheapest solution; None if there is none, or none was found within the limit."""
        self._model.minimize(self._price)
        return self._solve()

    def at_most(self, cost: int) -> None:
        """From here on any solution of at most this cost is as good as another."""
        self._model.clear_objective()  # type: ignore[no-untyped-call]  # ortools ships it without annotations
        self._model.add(self._price <= cost)

    def rival(self, first: Assignment, cells: Collection[str]) -> Assignment | None:
        """A solution that differs from `first` in one of `cells`. None if there is none (`exhausted`), or if the limit
        was reached."""
        others = []
        for cell in sorted(cells):
            other = self._model.new_bool_var("")
            state = first.states[cell]
            if state is None:
                self._model.add_bool_or([*self._all_at(cell), ~other])
            elif isinstance(state, int):
                for number in self._by_cell[cell][state]:
                    self._model.add_implication(other, ~self._undone[number])
            else:
                self._model.add_implication(other, ~self._another[cell])
            others.append(other)
        self._model.add_bool_or(others)
        return self._solve()

    def _amounts(self, signed: Collection[str]) -> "dict[str, cp_model.IntVar]":
        amounts = {}
        for cell, another in self._another.items():
            amount = amounts[cell] = self._model.new_int_var(-self._top if cell in signed else 0, self._top, "")
            self._model.add(amount == self._values[cell]).only_enforce_if(~another)
            self._model.add(amount != self._values[cell]).only_enforce_if(another)
        return amounts

    def _one_at_most(self, operations: Sequence[Operation]) -> None:
        """Of all that touches a cell, and of all in a group, one at most may hold."""
        by_group: dict[int, list[int]] = defaultdict(list)
        for number, operation in enumerate(operations):
            if operation.group is not None:
                by_group[operation.group].append(number)
        for cell in self._by_cell:
            self._model.add_at_most_one(self._all_at(cell))
        for members in by_group.values():
            self._model.add_at_most_one([self._undone[number] for number in members])

    def _all_at(self, cell: str) -> "list[cp_model.IntVar]":
        """What makes the cell another one."""
        out = [self._undone[number] for numbers in self._by_cell[cell].values() for number in numbers]
        return [*out, self._another[cell]] if cell in self._another else out

    def _keep(self, linear: Linear) -> None:
        """The edit as a constraint on what the cells hold in truth."""
        variables: list[cp_model.IntVar] = []
        steps: list[int] = []
        constant = 0
        for sign, cells in ((1, linear.plus), (-1, linear.minus)):
            for cell in cells:
                if cell in self._amount:
                    variables.append(self._amount[cell])
                    steps.append(sign)
                else:
                    constant += sign * self._values[cell]
                for value, numbers in self._by_cell.get(cell, {}).items():
                    variables += [self._undone[number] for number in numbers]
                    steps += [sign * (value - self._values[cell])] * len(numbers)
        balance = self._cp.LinearExpr.weighted_sum(variables, steps)
        self._model.add(balance == -constant if linear.exact else balance <= -constant)

    def _solve(self) -> Assignment | None:
        solver = self._cp.CpSolver()
        parameters = solver.parameters
        parameters.num_workers, parameters.random_seed = 1, _SEED
        parameters.linearization_level = 0
        parameters.cp_model_presolve = False
        parameters.optimize_with_core = True
        parameters.max_deterministic_time = max(self._limit, 1e-6)
        status = solver.solve(self._model)
        self._limit -= solver.response_proto.deterministic_time
        self.exhausted = status == self._cp.INFEASIBLE
        if status not in (self._cp.OPTIMAL, self._cp.FEASIBLE):
            return None
        states: dict[str, State] = {}
        for cell, ways in self._by_cell.items():
            states[cell] = (
                _Free.CHANGED if cell in self._another and solver.boolean_value(self._another[cell]) else None
            )
            for value, numbers in ways.items():
                if any(solver.boolean_value(self._undone[number]) for number in numbers):
                    states[cell] = value
        return Assignment(
            solver.value(self._price),
            tuple(number for number, undone in enumerate(self._undone) if solver.boolean_value(undone)),
            states,
            {cell: solver.value(self._amount[cell]) for cell, state in states.items() if state is _Free.CHANGED},
            status == self._cp.OPTIMAL,
        )


def _by_cell(operations: Sequence[Operation], free: Collection[str]) -> dict[str, dict[int, list[int]]]:
    """The numbers of the operations on each cell, by the value that they give it; free cells may have none."""
    out: dict[str, dict[int, list[int]]] = {cell: {} for cell in free}
    for number, operation in enumerate(operations):
        for cell, value in operation.becomes:
            out.setdefault(cell, {}).setdefault(value, []).append(number)
    return out
