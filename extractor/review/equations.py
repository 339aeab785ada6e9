"""Sums written out with their figures, each figure with the cell it stands in."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from extractor.check.wording import short_label
from extractor.forms.model import Form
from extractor.reconcile.linear import Linear, resolve
from extractor.reconcile.propagate import broken
from extractor.report import Cell, Number, Report, Status, nil_cells

__all__ = ["Equation", "Operand", "Sum", "equation", "linears"]

_ALL_SHOWN = 8
_SIGNS = {(True, True): "=", (True, False): "≠", (False, True): "≤", (False, False): ">"}


class Operand(NamedTuple):
    """`label`: what tells it from the others in its sum. `value` is None for what is blank (`nil`) or not known."""

    cell: str
    label: str
    value: Number | None
    nil: bool = False


class Sum(NamedTuple):
    """One side. `more`: how many operands that are 0 are not among `operands`."""

    operands: tuple[Operand, ...]
    total: Number
    more: int


class Equation(NamedTuple):
    """`holds` is None where an operand is not known. `subject`: the row or the column that it is about."""

    id: str
    says: str
    says_en: str
    subject: str
    sides: tuple[Sum, Sum]
    sign: str
    holds: bool | None


def linears(form: Form, report: Report) -> tuple[Linear, ...]:
    """The identities over the cells that the document has."""
    return resolve(form, {cell for cell, state in report.cells.items() if _is_there(state)})


def _is_there(state: Cell) -> bool:
    if state.status in (Status.MISSING, Status.DERIVED):
        return state.evidence is not None or state.printed is not None
    return True


def equation(form: Form, linear: Linear, cells: Mapping[str, Cell]) -> Equation:
    """The total's side first, as in findings."""
    values = {cell: cells[cell].value for cell in linear.cells if cells[cell].value is not None}
    known: dict[str, Number] = {cell: value for cell, value in values.items() if value is not None}
    nil = nil_cells({cell: cells[cell] for cell in linear.cells})
    told = all(cell in known or cell in nil for cell in linear.cells)
    holds = not broken(linear, known, nil) if told else None
    first, second = sorted((linear.plus, linear.minus), key=len) if linear.exact else (linear.plus, linear.minus)
    _, row, column = form.cells[linear.cells[0]]
    return Equation(
        linear.edit.id,
        linear.edit.message,
        linear.edit.message_en,
        column.labels[0] if linear.across_rows else short_label(row.labels[0]),
        (_sum(form, linear, first, known, nil), _sum(form, linear, second, known, nil)),
        "?" if holds is None else _SIGNS[linear.exact, holds],
        holds,
    )


def _sum(form: Form, linear: Linear, cells: Sequence[str], values: Mapping[str, Number], nil: Collection[str]) -> Sum:
    shown = [cell for cell in cells if len(cells) <= _ALL_SHOWN or values.get(cell) != 0] or list(cells[:1])
    operands = tuple(Operand(cell, _name(form, linear, cell), values.get(cell), cell in nil) for cell in shown)
    return Sum(operands, sum((values.get(cell, 0) for cell in cells), start=0), len(cells) - len(shown))


def _name(form: Form, linear: Linear, cell: str) -> str:
    _, row, column = form.cells[cell]
    return short_label(row.labels[0]) if linear.across_rows else column.labels[0]
