"""From a report to the rows of the published tables."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from extractor.deliver.tables.columns import SCALE, Row, Value
from extractor.report import Cell, Evidence, Finding, Number, Report, Severity, Source, Status, Verdict

__all__ = ["FAILED_RULE", "ReportRows", "digits", "fitting", "report_key", "report_rows"]

FAILED_RULE = "document."
_WHOLE = 38 - SCALE
_LIMIT = 10**_WHOLE


class ReportRows(NamedTuple):
    """The rows of one report, or of several, by table."""

    reports: list[Row]
    cells: list[Row]
    findings: list[Row]
    failures: list[Row]


def report_rows(reports: Iterable[Report]) -> ReportRows:
    """The rows of `reports`. One that failed has a row in failures, which holds its one finding, and no others."""
    out = ReportRows([], [], [], [])
    for report in reports:
        key = report_key(report.source)
        if report.verdict is Verdict.FAILED:
            out.failures.append(_failure(key, report))
            continue
        out.reports.append(_report(key, report))
        out.cells.extend(_cells(key, report))
        out.findings.extend(_finding(key, at, finding) for at, finding in enumerate(report.findings))
    return out


def report_key(source: Source) -> str:
    """What tells a document from every other: its name and its bytes, so that a changed file is another one."""
    name = source.name.encode("utf-8", "backslashreplace")
    return sha256(name + b"\0" + source.sha256.encode()).hexdigest()[:20]


def digits(value: Number) -> str:
    """Every digit of `value`, never an exponent, no zeros behind the last decimal that says something."""
    if isinstance(value, int):
        return str(value)
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def fitting(value: Number | None) -> Decimal | None:
    """`value` for a decimal column; None where it has more digits than those hold."""
    if value is None:
        return None
    exact = Decimal(digits(value))
    finest = exact.as_tuple().exponent
    fits = -_LIMIT < exact < _LIMIT and isinstance(finest, int) and finest >= -SCALE
    return exact if fits else None


def _report(key: str, report: Report) -> Row:
    source, usage = report.source, report.usage
    statuses = Counter(cell.status for cell in report.cells.values())
    severities = Counter(finding.severity for finding in report.findings)
    return (
        key,
        source.name,
        source.sha256,
        source.media_type,
        report.form,
        report.organ,
        report.year,
        report.verdict.value,
        *(statuses[status] for status in Status),
        *(severities[severity] for severity in (Severity.ERROR, Severity.WARNING, Severity.INFO)),
        usage.llm_calls,
        usage.prompt_tokens,
        usage.completion_tokens,
        usage.cost,
        _json(dict(report.reasons)) if report.reasons else None,
        _json([asked.to_dict() for asked in report.trace]) if report.trace else None,
        None if report.review is None else _json(report.review.to_dict()),
    )


def _cells(key: str, report: Report) -> Iterator[Row]:
    form = report.form
    for position, (cell_id, cell) in enumerate(report.cells.items()):
        table, row, column = (*cell_id.split(".", 2), "", "")[:3]
        yield (key, position, form, cell_id, table, row, column, *_state(cell))


def _state(cell: Cell) -> Row:
    value, evidence = cell.value, cell.evidence
    start = end = text = page = picture = None
    box: tuple[float | None, ...] = (None, None, None, None)
    if evidence is not None:
        start, end, text, page = evidence.start, evidence.end, evidence.text, evidence.page
        picture = evidence.picture
        if evidence.box is not None:
            box = evidence.box
    return (
        fitting(value),
        None if value is None else digits(value),
        cell.status.value,
        cell.unit,
        cell.printed,
        start,
        end,
        text,
        page,
        *box,
        list(cell.read_by),
        [None if other is None else digits(other) for other in cell.alternatives],
        cell.because,
        cell.because_zh,
        None if cell.decision is None else _json(cell.decision.to_dict()),
        picture,
    )


def _finding(key: str, position: int, finding: Finding) -> Row:
    operands: list[Value] = [
        {"cell": cell, "value": None if value is None else digits(value)} for cell, value in finding.operands.items()
    ]
    return (
        key,
        position,
        finding.rule,
        finding.severity.value,
        list(finding.cells),
        list(finding.suspects),
        operands,
        finding.message,
        finding.message_en,
        [_quote(quote) for quote in finding.quotes],
        finding.acknowledged,
    )


def _quote(quote: Evidence) -> Value:
    box: Value = None if quote.box is None else list(quote.box)
    place: dict[str, Value] = {"start": quote.start, "end": quote.end, "text": quote.text, "page": quote.page}
    return {**place, "box": box, "picture": quote.picture}


def _failure(key: str, report: Report) -> Row:
    source = report.source
    head = (key, source.name, source.sha256, source.media_type)
    told = next((finding for finding in report.findings if finding.rule.startswith(FAILED_RULE)), None)
    if told is None:
        return (*head, "document", "未能读出报告", "no report was read")
    return (*head, told.rule.removeprefix(FAILED_RULE), told.message, told.message_en)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
