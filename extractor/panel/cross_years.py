"""The cross-year audit run over all bodies of a panel, one body at a time."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, NamedTuple

from extractor.audit.audit import audit_body
from extractor.audit.bodies import Body
from extractor.audit.filed import needed_cells
from extractor.audit.model import AuditFinding, Figure, Filed
from extractor.deliver.tables.rows import report_key
from extractor.forms.model import Form
from extractor.panel.build import insert
from extractor.report import Source, Status

__all__ = ["Break", "breaks_between_years"]

_BATCH = 5_000
_Row = Mapping[str, Any]


class Break(NamedTuple):
    """A finding over years, with the keys of the reports and the cells that it compares."""

    finding: AuditFinding
    compared: tuple[tuple[str, str], ...]


def breaks_between_years(connection: Any, forms: Mapping[str, Form]) -> Iterator[Break]:
    """What the audit finds for each body in `filed`, in the order of the bodies; a copy not used takes no part."""
    needed = sorted(needed_cells(forms))
    insert(connection, "needed", [("cell", "VARCHAR")], [(cell,) for cell in needed])
    query = """
        WITH taking_part AS (
            SELECT * FROM filed WHERE used QUALIFY count(*) OVER (PARTITION BY body) > 1),
        suspected AS (
            SELECT report, unnest(suspects) AS cell, rule FROM findings),
        figures AS (SELECT * FROM cells WHERE cell IN (FROM needed) AND status <> 'missing')
        SELECT t.body, t.year, t.report, t.name, t.sha256, t.form, t.findings_error, c.cell, c.value, c.status,
               any_value(s.rule) AS rule
        FROM taking_part t
        LEFT JOIN figures c ON c.report = t.report
        LEFT JOIN suspected s ON s.report = c.report AND s.cell = c.cell
        GROUP BY ALL ORDER BY t.body, t.year, t.name, t.report, c.cell"""
    for body, rows in groupby(_fetched(connection, query), key=lambda row: str(row["body"])):
        reports = tuple(_filed(body, list(group)) for _, group in groupby(rows, key=lambda row: row["report"]))
        known = tuple(one for one in reports if one.form in forms)
        _, findings = audit_body(Body(body, known), forms)
        for finding in findings:
            yield Break(finding, tuple(_compared(finding)))


def _compared(finding: AuditFinding) -> Iterator[tuple[str, str]]:
    for operand in finding.operands:
        filed = operand.filed
        yield report_key(Source(filed.name, filed.sha256, "")), operand.cell


def _filed(body: str, rows: list[_Row]) -> Filed:
    head = rows[0]
    figures = {str(row["cell"]): _figure(row) for row in rows if row["cell"] is not None}
    suspects = {str(row["cell"]): str(row["rule"]) for row in rows if row["rule"] is not None}
    return Filed(
        str(head["name"]),
        str(head["sha256"]),
        None,
        str(head["form"]),
        body,
        int(head["year"]),
        figures,
        suspects,
        int(head["findings_error"]),
    )


def _figure(row: _Row) -> Figure:
    value, status = row["value"], Status(row["status"])
    if value is None and status in (Status.REPORTED, Status.DERIVED, Status.CORRECTED):
        return Figure(None, Status.DISPUTED)  # too long for a decimal: no figure of a report
    return Figure(None if value is None else int(value) if value == value.to_integral_value() else value, status)


def _fetched(connection: Any, query: str) -> Iterator[_Row]:
    for batch in connection.cursor().sql(query).to_arrow_reader(_BATCH):
        yield from batch.to_pylist()
