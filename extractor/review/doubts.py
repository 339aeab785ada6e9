"""The stops of a report: the cells that a person should look at, in the order of the form."""

from collections.abc import Mapping

from extractor.forms.model import Form
from extractor.report import Cell, Report, Severity, Status

__all__ = ["doubts_of", "wanting"]

_DOUBTFUL = (Status.DISPUTED, Status.CORRECTED)


def doubts_of(report: Report, form: Form | None) -> tuple[str, ...]:
    """Disputed and corrected cells; the suspects of findings, or the first cell of a finding that suspects none; of a
    table or a row that was not found its first cell. What a person has decided is no doubt any more, unless it is read
    otherwise by now.
    """
    stops = {cell for cell, state in report.cells.items() if state.status in _DOUBTFUL}
    stops.update(_lost(report, form))
    for finding in report.findings:
        if finding.severity is Severity.INFO or finding.acknowledged:
            continue
        stops.update(finding.suspects)
        # A broken sum whose suspects are not known: its total, which is written first, stands for it.
        if finding.cells and stops.isdisjoint(finding.cells):
            stops.add(finding.cells[0])
    return tuple(cell for cell, state in report.cells.items() if _is_open(state, cell in stops))


def _is_open(state: Cell, stop: bool) -> bool:
    if state.decision is None:
        return stop
    return state.decision.outdated


def wanting(report: Report, form: Form | None) -> tuple[str, ...]:
    """The cells that were not found though the form asks for them."""
    dispensable = form.dispensable if form is not None else {}
    return tuple(
        cell
        for cell, state in report.cells.items()
        if state.status is Status.MISSING and not _needless(report, dispensable, cell)
    )


def _needless(report: Report, dispensable: Mapping[str, str | None], cell: str) -> bool:
    """Whether a cell may be absent: an optional row, or a detail whose group is printed as its subtotal."""
    subtotal = dispensable.get(cell)
    return cell in dispensable and (subtotal is None or report.cells[subtotal].status is not Status.MISSING)


def _lost(report: Report, form: Form | None) -> set[str]:
    """Of each row that is wanting, and of a table that is as a whole, the first cell."""
    found: dict[str, str] = {}
    tables = {cell.split(".")[0] for cell, state in report.cells.items() if state.status is not Status.MISSING}
    for cell in wanting(report, form):
        table, row, _ = (*cell.split("."), "", "")[:3]
        found.setdefault(f"{table}.{row}" if table in tables else table, cell)
    return set(found.values())
