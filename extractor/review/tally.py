"""What an overview keeps of each report: which identities could be checked and which fail, counts, a few figures.

Ten thousand reports have two million cells; a tally has some fifty numbers. It is made when the report is at hand.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from extractor.audit.filed import filed_report, needed_cells
from extractor.audit.model import Filed, NotAudited
from extractor.deciding.decided import doubts
from extractor.forms.load import load_forms
from extractor.forms.memo import once_for_each
from extractor.forms.model import Form
from extractor.reconcile.linear import resolve
from extractor.report import Report, Severity, Status, Verdict
from extractor.review.figures import drawn_cells, load_figures

__all__ = ["Tally", "tally"]


@dataclass(frozen=True, slots=True)
class Tally:
    """`checked`, `failed`: by family of identities (`applications.row_sum`), how many of its sums could be checked on
    figures that were read, and the ids of those that do not hold; `acknowledged`: the failing ones that a person
    decided are printed so. `statuses`: by table, cells of each status; those of an optional row that is missing are
    left out. `filed`: what comparing years needs."""

    key: str
    name: str
    organ: str | None
    year: int | None
    form: str | None
    verdict: Verdict
    filed: Filed | NotAudited
    checked: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    acknowledged: frozenset[str] = frozenset()
    statuses: Mapping[str, Mapping[Status, int]] = field(default_factory=dict)
    errors: int = 0
    open_cells: int = 0
    open_findings: int = 0
    decided: int = 0


def tally(key: str, report: Report, form: Form | None, *, name: str | None = None) -> Tally:
    """What is kept of `report`, with the decisions on it; `key` is how its page is found. `form`: None where it is not
    known. Raises RulesError."""
    filed = filed_report(report, _needed(load_forms()))
    named = name or report.source.name
    if form is None or report.verdict is Verdict.FAILED:
        return Tally(key, named, report.organ, report.year, report.form, report.verdict, filed)
    checked, failed = _identities(report, form)
    statuses: dict[str, Counter[Status]] = {}
    for cell, state in report.cells.items():
        if state.status is not Status.MISSING or cell not in form.dispensable:
            statuses.setdefault(cell.partition(".")[0], Counter())[state.status] += 1
    cells, findings = doubts(report, form)
    broken = {one for ids in failed.values() for one in ids}
    return Tally(
        key,
        named,
        report.organ,
        report.year,
        report.form,
        report.verdict,
        filed,
        checked,
        failed,
        frozenset(one.rule for one in report.findings if one.acknowledged and one.rule in broken),
        statuses,
        sum(one.severity is Severity.ERROR for one in report.findings),
        len(cells),
        len(findings),
        0 if report.review is None else report.review.decided,
    )


@once_for_each
def _needed(forms: Mapping[str, Form]) -> frozenset[str]:
    return needed_cells(forms) | drawn_cells(load_figures(), forms)


_READ = (Status.REPORTED, Status.CORRECTED)
_NIL = (Status.BLANK, Status.NOT_APPLICABLE)


def _identities(report: Report, form: Form) -> tuple[dict[str, int], dict[str, tuple[str, ...]]]:
    """What could be checked, and what fails. What is derived was made to hold, and checks nothing."""
    cells = report.cells
    read = {cell for cell, state in cells.items() if state.status in _READ}
    nil = {cell for cell, state in cells.items() if state.status in _NIL}
    there = {cell for cell, state in cells.items() if state.status is not Status.MISSING or state.evidence is not None}
    unread = {cell for cell in there if cells[cell].status is Status.DERIVED and cells[cell].printed is None}
    told = {finding.rule for finding in report.findings}
    checked: Counter[str] = Counter()
    failed: dict[str, list[str]] = {}
    for linear in resolve(form, there - unread):
        family = linear.edit.id.rsplit(".", 1)[0]
        broken = linear.edit.id in told
        known = all(cell in read or cell in nil for cell in linear.cells) and not read.isdisjoint(linear.cells)
        if broken or known:
            checked[family] += 1
        if broken:
            failed.setdefault(family, []).append(linear.edit.id)
    return dict(checked), {family: tuple(ids) for family, ids in failed.items()}
