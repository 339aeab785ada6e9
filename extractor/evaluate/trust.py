"""How far the program itself vouches for each value: the order by which risk is drawn against coverage.

The order is fixed beforehand and takes nothing from labels. It uses only what every report says of itself: the status
of a cell, whether an identity over it holds on figures that were read, whether a finding casts doubt on it.
"""

from collections.abc import Mapping
from enum import StrEnum

from extractor.forms.model import Form
from extractor.reconcile.linear import resolve
from extractor.reconcile.propagate import broken
from extractor.report import Cell, Report, Severity, Status, nil_cells

__all__ = ["Trust", "trust_of"]


class Trust(StrEnum):
    """From most to least trusted; `none`: no value was given."""

    CONFIRMED = "confirmed"  # reported, and an identity over it holds
    REPORTED = "reported"  # reported, and no identity speaks for or against it
    DERIVED = "derived"
    CORRECTED = "corrected"
    DOUBTED = "doubted"  # reported, derived or corrected, and in an error or a warning
    DISPUTED = "disputed"
    NONE = "none"


def trust_of(report: Report, form: Form | None) -> dict[str, Trust]:
    """The trust in every cell of `report`."""
    doubted = {cell for one in report.findings if one.severity is not Severity.INFO for cell in one.cells}
    confirmed = set() if form is None else _confirmed(report.cells, form)
    out = {}
    for cell, state in report.cells.items():
        if state.value is None:
            out[cell] = Trust.NONE
        elif state.status is Status.DISPUTED:
            out[cell] = Trust.DISPUTED
        elif cell in doubted:
            out[cell] = Trust.DOUBTED
        elif state.status is Status.REPORTED:
            out[cell] = Trust.CONFIRMED if cell in confirmed else Trust.REPORTED
        else:
            out[cell] = Trust(state.status.value)
    return out


def _confirmed(cells: Mapping[str, Cell], form: Form) -> set[str]:
    """The cells of identities that hold on figures read, none of them worked out."""
    read = {
        cell: state.value
        for cell, state in cells.items()
        if state.value is not None and state.status in (Status.REPORTED, Status.CORRECTED)
    }
    nil = nil_cells(cells)
    out: set[str] = set()
    for linear in resolve(form, read.keys() | nil):
        known = all(cell in read or cell in nil for cell in linear.cells)
        if linear.exact and known and not broken(linear, read, nil):
            out.update(linear.cells)
    return out
