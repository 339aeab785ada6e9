"""The stops of a report: the cells that a person should look at, in the order of the form."""

from collections.abc import Collection

from extractor.forms.model import Form
from extractor.report import Report, Severity, Status

__all__ = ["doubts_of"]

_DOUBTFUL = (Status.DISPUTED, Status.CORRECTED)
_NONE: frozenset[str] = frozenset()


def doubts_of(report: Report, form: Form | None, decided: Collection[str] = _NONE) -> tuple[str, ...]:
    """Disputed and corrected cells; the suspects of findings, or the first cell of a finding that suspects none; of a
    table or a row that was not found its first cell. What a person has `decided` is no doubt any more.
    """
    stops = {cell for cell, state in report.cells.items() if state.status in _DOUBTFUL}
    stops.update(_lost(report, form))
    for finding in report.findings:
        if finding.severity is Severity.INFO:
            continue
        stops.update(finding.suspects)
        # A broken sum whose suspects are not known: its total, which is written first, stands for it.
        if finding.cells and stops.isdisjoint(finding.cells):
            stops.add(finding.cells[0])
    stops.difference_update(decided)
    return tuple(cell for cell in report.cells if cell in stops)


def _lost(report: Report, form: Form | None) -> set[str]:
    """The first cell of each run of cells that are missing, though the form asks for them."""
    found: set[str] = set()
    dispensable = form.dispensable if form is not None else {}
    tables = {cell.split(".")[0] for cell, state in report.cells.items() if state.status is not Status.MISSING}
    last = ""
    for cell, state in report.cells.items():
        missing = state.status is Status.MISSING
        if missing and cell in dispensable:
            subtotal = dispensable[cell]
            if subtotal is None or report.cells[subtotal].status is not Status.MISSING:
                continue
        table, row, _ = (*cell.split("."), "", "")[:3]
        here = f"{table}.{row}" if table in tables else table
        if missing and here != last:
            found.add(cell)
        last = here if missing else ""
    return found
