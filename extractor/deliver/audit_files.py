"""The audit of several years for programs and spreadsheets: one JSON object, a finding a line as JSON or as CSV."""

import csv
import json
from collections.abc import Iterable
from typing import TextIO

from extractor.audit.audit import Audit
from extractor.audit.model import AuditFinding
from extractor.deliver.to_csv import guarded
from extractor.deliver.to_table import figure
from extractor.report import JSONValue

__all__ = ["AUDIT_COLUMNS", "write_audit_csv", "write_audit_json", "write_audit_jsonl"]

AUDIT_COLUMNS = (
    "severity",
    "kind",
    "rule",
    "body",
    "years",
    "message",
    "message_en",
    "operands",
    "suspects",
    "files",
)


def write_audit_json(audit: Audit, stream: TextIO) -> None:
    """The whole audit as one object."""
    stream.write(_dump(audit.to_dict(), indent=2) + "\n")


def write_audit_jsonl(audit: Audit, stream: TextIO) -> None:
    """One finding a line, worst first, and nothing else."""
    for finding in audit.findings:
        stream.write(_dump(finding.to_dict()) + "\n")


def write_audit_csv(audit: Audit, stream: TextIO) -> None:
    """One finding a line, worst first."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(AUDIT_COLUMNS)
    writer.writerows(_line(finding) for finding in audit.findings)


def _line(finding: AuditFinding) -> tuple[str, ...]:
    operands = (f"{one.cell} {one.filed.year} = {figure(one.figure.value)}" for one in finding.operands)
    suspects = (f"{one.cell} {one.filed.year}" for one in finding.suspects)
    files = dict.fromkeys(f"{one.filed.year} {one.filed.where}" for one in finding.operands)
    texts = (
        finding.severity.value,
        finding.kind.value,
        finding.rule,
        finding.body,
        "-".join(map(str, finding.years)),
        finding.message,
        finding.message_en,
        _listed(operands),
        _listed(suspects),
        _listed(files),
    )
    return tuple(map(guarded, texts))


def _listed(texts: Iterable[str]) -> str:
    return "; ".join(texts)


def _dump(content: dict[str, JSONValue], indent: int | None = None) -> str:
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=indent)
