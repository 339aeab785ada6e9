"""From reports, extracted just now or read back from JSON, to the little that the audit keeps of each.

Ten thousand results have two million cells; identities over years need some twenty of each report.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from extractor.audit.model import Figure, Filed, NotAudited
from extractor.audit.wellformed import kind_of, list_of, object_of, text_of
from extractor.errors import ForeignResultError, ResultError
from extractor.forms.model import Form
from extractor.report import Evidence, Number, Report, Severity, Status, Verdict

__all__ = ["filed_report", "filed_result", "needed_cells"]

_BEYOND_ANY_FIGURE = 10**15
_FINEST = -9
_EARLIEST, _LATEST = 1900, 2200
_STATUSES = frozenset(Status)
_WITH_VALUE = (Status.REPORTED, Status.DERIVED, Status.CORRECTED)


def needed_cells(forms: Mapping[str, Form]) -> frozenset[str]:
    """Every cell that an identity over years of any form compares."""
    terms = (term for form in forms.values() for edit in form.edits_over_years for term in (*edit.left, *edit.right))
    return frozenset(cell for term in terms for cell in (*term.cells, term.subtotal) if cell is not None)


def filed_report(report: Report, needed: frozenset[str]) -> Filed | NotAudited:
    """What is kept of a report that was extracted for the audit."""
    source = report.source
    errors = [finding for finding in report.findings if finding.severity is Severity.ERROR]
    if report.verdict is Verdict.FAILED:
        return NotAudited(source.name, None, _why_failed(finding.message_en for finding in errors), True)
    figures = {
        cell: _figure(state.value, state.status, state.evidence)
        for cell in needed
        if (state := report.cells.get(cell)) is not None and state.status is not Status.MISSING
    }
    suspects = {cell: finding.rule for finding in report.findings for cell in finding.suspects if cell in needed}
    told = report.form, report.organ, report.year
    return _filed(source.name, source.sha256, None, told, figures, suspects, len(errors))


def filed_result(result: object, where: str, needed: frozenset[str]) -> Filed | NotAudited:
    """What is kept of a result that gouji wrote as JSON; `where` is where it stands.

    Raises ResultError for anything else, and says what is wrong with it.
    """
    if not isinstance(result, dict):
        raise ForeignResultError(f"no result of gouji: {kind_of(result)} where an object should be")
    if not {"source", "cells", "verdict"} <= result.keys():
        lacking = ", ".join(f'"{key}"' for key in ("source", "cells", "verdict") if key not in result)
        raise ForeignResultError(f"no result of gouji: it has no {lacking}")
    source = object_of(result["source"], '"source"')
    name, sha256 = text_of(source.get("name"), '"source.name"'), text_of(source.get("sha256"), '"source.sha256"')
    findings = [object_of(one, '"findings"') for one in list_of(result.get("findings", []), '"findings"')]
    errors = [finding for finding in findings if finding.get("severity") == Severity.ERROR]
    if result["verdict"] == Verdict.FAILED:
        reason = _why_failed(str(one.get("message_en") or one.get("message") or "") for one in errors)
        return NotAudited(name or "", where, reason, False)
    cells = object_of(result["cells"], '"cells"')
    figures = {}
    for cell in needed & cells.keys():
        figure = _figure_of(cells[cell], f'"cells.{cell}"')
        if figure.status is not Status.MISSING:
            figures[cell] = figure
    suspects = {
        str(cell): str(finding.get("rule"))
        for finding in findings
        for cell in list_of(finding.get("suspects", []), '"suspects"')
        if cell in needed
    }
    form, organ = text_of(result.get("form"), '"form"'), text_of(result.get("organ"), '"organ"')
    told = form, organ, _year(result.get("year"))
    return _filed(name or "", sha256 or "", where, told, figures, suspects, len(errors))


def _filed(
    name: str,
    sha256: str,
    result: str | None,
    told: tuple[str | None, str | None, int | None],
    figures: Mapping[str, Figure],
    suspects: Mapping[str, str],
    errors: int,
) -> Filed | NotAudited:
    form, organ, year = told
    if not form or not organ or year is None:
        lacking = [what for what, one in (("form", form), ("body", organ), ("year", year)) if not one]
        return NotAudited(name, result, f"its {' and '.join(lacking)} could not be told", False)
    return Filed(name, sha256, result, form, organ, year, figures, suspects, errors)


def _figure(value: Number | None, status: Status, evidence: Evidence | None) -> Figure:
    """A figure as the audit compares it; one larger or finer than any count or amount can be was not read right."""
    if value is None:
        return Figure(None, status, evidence)
    finest = value.as_tuple().exponent if isinstance(value, Decimal) else 0
    if not -_BEYOND_ANY_FIGURE < value < _BEYOND_ANY_FIGURE or not isinstance(finest, int) or finest < _FINEST:
        return Figure(None, Status.DISPUTED, evidence)
    return Figure(value, status, evidence)


def _why_failed(messages: Iterable[str]) -> str:
    return "; ".join(filter(None, messages)) or "no report of a known form was found in it"


def _figure_of(cell: object, what: str) -> Figure:
    cell = object_of(cell, what)
    value, status = cell.get("value"), cell.get("status")
    if not isinstance(status, str) or status not in _STATUSES:
        raise ResultError(f"{what} has no status that gouji gives")
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | Decimal)):
        raise ResultError(f"{what} has {kind_of(value)} where a figure should be")
    if value is None and status in _WITH_VALUE:
        raise ResultError(f"{what} is {status} and has no figure")
    return _figure(value, Status(status), _evidence(cell.get("evidence"), what))


def _evidence(evidence: object, what: str) -> Evidence | None:
    if evidence is None:
        return None
    place = object_of(evidence, f"{what} evidence")
    start, end, text, page = (place.get(key) for key in ("start", "end", "text", "page"))
    if not (isinstance(start, int) and isinstance(end, int) and isinstance(text, str)):
        raise ResultError(f"{what} has evidence without start, end and text")
    return Evidence(start, end, text, page if isinstance(page, int) else None)


def _year(year: object) -> int | None:
    if year is not None and (not isinstance(year, int) or not _EARLIEST <= year <= _LATEST):
        raise ResultError('"year" is no year')
    return year
