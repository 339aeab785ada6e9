"""A report in one line: what is kept of each document when there are many."""

from collections import Counter
from dataclasses import dataclass

from extractor.report import Report, Severity, Status, Verdict

__all__ = ["Summary", "failure_reason", "summarise"]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a table of many reports shows of one. `findings` counts all but mere information."""

    name: str
    organ: str | None
    year: int | None
    form: str | None
    verdict: Verdict
    cells: Counter[Status]
    findings: int
    reason: str | None


def summarise(report: Report) -> Summary:
    return Summary(
        name=report.source.name,
        organ=report.organ,
        year=report.year,
        form=report.form,
        verdict=report.verdict,
        cells=Counter(cell.status for cell in report.cells.values()),
        findings=sum(finding.severity is not Severity.INFO for finding in report.findings),
        reason=failure_reason(report),
    )


def failure_reason(report: Report) -> str | None:
    """Why a failed document failed; None for one that yielded a report."""
    if report.verdict is not Verdict.FAILED:
        return None
    errors = [finding.message_en for finding in report.findings if finding.severity is Severity.ERROR]
    return "; ".join(errors) or "no report of a known form was found in it"
