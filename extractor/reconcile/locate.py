"""Error localisation: the smallest set of figures whose change would mend the broken identities.

After Fellegi and Holt (1976), with moves of several figures as single errors (Scholtus 2016). What is found is named,
never mended: the figures may be printed just so.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from extractor.forms.model import Form, Kind
from extractor.reconcile.faults import explain
from extractor.reconcile.linear import Linear
from extractor.reconcile.operations import Move, Operation, moves_of_the_source
from extractor.reconcile.propagate import broken
from extractor.report import Number

__all__ = ["Located", "locate"]


@dataclass(frozen=True, slots=True)
class Located:
    """What explains the broken edits.

    `suspects`: for each of them, by its id, the figures to blame for it: cells of its own, and those that moved along
    with them; none where equally small sets blame others. `moves`: the moves of several figures among it.
    """

    suspects: Mapping[str, tuple[str, ...]]
    moves: tuple[Operation, ...] = ()


def locate(form: Form, edits: Sequence[Linear], values: Mapping[str, Number], nil: Collection[str]) -> Located:
    """Localise the errors in `values`, the figures as printed; cells in `nil` are blank and count as zero.

    What is derived is no figure of the source: it is to be left out of `values`, or it would defend the errors.
    """
    whole = {cell: int(value) for cell, value in values.items() if value == int(value)} | dict.fromkeys(nil, 0)
    usable = [one for one in edits if one.complete and all(cell in whole for cell in one.cells)]
    failed = [linear for linear in usable if broken(linear, whole)]
    if not failed:
        return Located({})
    single = _single_changes(form, failed, usable, whole)
    if single:
        return Located({linear.edit.id: single if len(single) == 1 else () for linear in failed})
    where = {cell for linear in failed for cell in linear.cells}
    operations = [one for one in moves_of_the_source(usable, whole, where) if _mends(one, usable, whole)]
    suspects: dict[str, tuple[str, ...]] = {}
    moves: list[Operation] = []
    for part in explain(form, usable, whole, operations):
        solution = part.solution
        if solution is None:
            continue
        located = [one for one in solution.operations if solution.agreed.issuperset(cell for cell, _ in one.becomes)]
        changed = solution.agreed.intersection(solution.becomes)
        for linear in part.failed:
            if solution.agreed.issuperset(cell for cell in linear.cells if cell in solution.seen):
                cells = dict.fromkeys(cell for cell in linear.cells if cell in changed)
                touching = [one for one in located if any(cell in cells for cell, _ in one.becomes)]
                suspects[linear.edit.id] = (*cells, *_other_ends(touching, cells))
        moves += located
    return Located(suspects, tuple(moves))


def _other_ends(moves: Iterable[Operation], cells: Collection[str]) -> tuple[str, ...]:
    """The figures that moved along with those in `cells`."""
    return tuple(dict.fromkeys(cell for one in moves for cell, _ in one.becomes if cell not in cells))


def _single_changes(
    form: Form, failed: Sequence[Linear], usable: Sequence[Linear], values: Mapping[str, int]
) -> tuple[str, ...]:
    """The cells of which one alone, with another value, mends all of `failed`: deductive, without the solver."""
    shared = set.intersection(*(set(linear.cells) for linear in failed))
    out = []
    for cell in (cell for cell in failed[0].cells if cell in shared):
        wanted = {_wanted(cell, linear, values) for linear in failed if linear.exact}
        if len(wanted) > 1:
            continue
        value = wanted.pop() if wanted else _wanted(cell, failed[0], values)
        if value < 0 and form.kinds[cell] is not Kind.CHANGE:
            continue
        changed = {**values, cell: value}
        if not any(cell in linear.cells and broken(linear, changed) for linear in usable):
            out.append(cell)
    return tuple(out)


def _wanted(cell: str, linear: Linear, values: Mapping[str, int]) -> int:
    """What `cell` would have to be for the edit to hold."""
    plus = sum(values[one] for one in linear.plus if one != cell)
    minus = sum(values[one] for one in linear.minus if one != cell)
    return minus - plus if cell in linear.plus else plus - minus


def _mends(operation: Operation, edits: Iterable[Linear], values: Mapping[str, int]) -> bool:
    """Whether the move by itself mends an edit and breaks none: it explains all that it touches, or it is no
    explanation."""
    touched = dict(operation.becomes)
    after = {**values, **touched}
    concerned = [linear for linear in edits if not touched.keys().isdisjoint(linear.cells)]
    failed = [linear for linear in concerned if broken(linear, values)]
    if operation.move is Move.LEFT_OUT and not any(linear.across_rows for linear in failed):
        return False
    return bool(failed) and not any(broken(one, after) for one in concerned)
