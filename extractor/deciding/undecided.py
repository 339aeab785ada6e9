"""A report without what people decided: as the program alone made it, as far as the report itself still tells."""

from collections.abc import Iterator
from dataclasses import replace

from extractor.check import verdict
from extractor.deciding.decided import checks_anew, is_check
from extractor.forms.load import load_forms
from extractor.forms.model import Form
from extractor.report import Cell, Changed, Finding, Report

__all__ = ["undecided"]

_OURS = "decision."


def undecided(report: Report) -> Report:
    """`report` with every cell as it was before decisions, and the sums checked on that.

    Where a cell was decided, value and status come back; what else it said (its alternatives, its evidence) is known
    again when the document is read again. Raises RulesError.
    """
    if report.review is None:
        return report
    changed = {one.cell: one for one in report.review.changed}
    cells = {cell: _before(state, changed.get(cell)) for cell, state in report.cells.items()}
    form = load_forms().get(report.form or "")
    findings = report.findings if form is None else tuple(_findings(report, cells, form))
    findings = tuple(replace(one, acknowledged=False) for one in findings if not one.rule.startswith(_OURS))
    judged = report.verdict if form is None else verdict(form, cells, findings)
    return replace(report, cells=cells, findings=findings, verdict=judged, review=None)


def _before(state: Cell, changed: Changed | None) -> Cell:
    was = state.decision or changed
    return state if was is None else state._replace(value=was.was_value, status=was.was_status, decision=None)


def _findings(report: Report, cells: dict[str, Cell], form: Form) -> Iterator[Finding]:
    """The checks on the figures before; of those that were made already, what was made then, which names suspects."""
    made = {(one.rule, one.cells, tuple(one.operands.items())): one for one in report.findings}
    for one in checks_anew(form, cells):
        yield made.get((one.rule, one.cells, tuple(one.operands.items())), one)
    yield from (one for one in report.findings if not is_check(one, form))
