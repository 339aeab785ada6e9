"""Broken identities on the values as printed, each with its numbers written out and the figures to blame."""

from collections.abc import Iterator, Mapping, Sequence

from extractor.check.wording import explained, written
from extractor.forms.model import Form, Kind
from extractor.reconcile.linear import Linear
from extractor.reconcile.locate import locate
from extractor.reconcile.propagate import broken
from extractor.report import Cell, Finding, Number, Severity, Status, nil_cells

__all__ = ["broken_identities", "domains"]

_SETTLED = (Status.REPORTED, Status.CORRECTED, Status.DERIVED)


def broken_identities(form: Form, cells: Mapping[str, Cell], edits: Sequence[Linear]) -> Iterator[Finding]:
    values = {cell: state.value for cell, state in cells.items() if state.value is not None and _as_printed(state)}
    nil = nil_cells(cells)
    failed = [linear for linear in edits if broken(linear, values, nil)]
    if not failed:
        return
    printed = {cell: value for cell, value in values.items() if cells[cell].status is not Status.DERIVED}
    located = locate(form, edits, printed, nil)
    for linear in failed:
        operands: dict[str, Number | None] = {cell: values.get(cell) for cell in linear.cells}
        blanks = any(operands[cell] is None for cell in linear.cells)
        suspects = located.suspects.get(linear.edit.id, ())
        moves = [move for move in located.moves if any(cell in suspects for cell, _ in move.becomes)]
        chinese, english = written(form, linear, values)
        why, why_english = explained(form, moves)
        yield Finding(
            linear.edit.id,
            Severity.ERROR if linear.edit.strict and not blanks else Severity.WARNING,
            f"{linear.edit.message}。{chinese}" + ("（空白格按 0 计）" if blanks else "") + why,
            f"{linear.edit.message_en}: {english}" + (" (blank cells count as 0)" if blanks else "") + why_english,
            linear.cells,
            operands,
            suspects,
        )


def _as_printed(state: Cell) -> bool:
    """Whether the value is one that stands in the source: a disputed figure does unless it could be read otherwise."""
    if state.status is Status.DISPUTED:
        return state.evidence is not None and all(other is None for other in state.alternatives)
    return state.status in _SETTLED


def domains(form: Form, cells: Mapping[str, Cell]) -> Iterator[Finding]:
    """Figures that their cells do not admit."""
    for cell_id, state in cells.items():
        value = state.value
        if value is None or state.status not in _SETTLED:
            continue
        kind = form.kinds[cell_id]
        if kind is not Kind.CHANGE and value < 0:
            wrong = f"此格应不小于 0，印为 {value}", f"{value} is printed where only 0 or more is possible"
        elif kind is not Kind.AMOUNT and not isinstance(value, int):
            wrong = f"此格应为整数，印为 {value}", f"{value} is printed where only whole numbers are possible"
        else:
            continue
        rule = f"{cell_id.split('.', 1)[0]}.domain.{cell_id.split('.', 1)[1]}"
        yield Finding(rule, Severity.ERROR, *wrong, (cell_id,), {cell_id: value}, (cell_id,))
