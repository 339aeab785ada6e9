"""A DuckDB file of results: the published tables, what the rules know, and views for the first questions."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from extractor.deliver.results.into_database import into_database
from extractor.deliver.results.source import Results
from extractor.deliver.tables.arrow import arrow_table
from extractor.deliver.tables.columns import TableSchema
from extractor.deliver.tables.database import connect, quoted
from extractor.deliver.tables.of_rules import FIELDS, IDENTITIES, field_rows, identity_rows
from extractor.deliver.tables.schemas import TABLES
from extractor.forms.model import Form

__all__ = ["DOUBT", "VIEWS", "write_duckdb"]

DOUBT = {"disputed": 0.7, "missing": 0.15, "suspect": 0.5, "corrected": 0.05}
"""How likely a cell is to be wrong, or to hide a figure. Measured for disputed and missing cells (eval/doubt.py: 184 of
274, 168 of 1,137); judged for suspects and corrected cells, which are too few."""

_RECEIVED = "('applications.new.total', 'statistics.received.year')"
_USABLE = "('reported', 'derived', 'corrected')"

VIEWS = {
    "figures": (
        "every cell with its body, year and labels",
        """SELECT r.organ, r.year, c.form, f.table_zh, f.row_zh, f.column_zh, c.value, c.status,
               coalesce(c.unit, f.unit) AS unit, c.printed, c.evidence_start, c.evidence_end, c.evidence_page,
               c.cell, c.report, r.name
        FROM cells c JOIN reports r USING (report) LEFT JOIN fields f ON f.form = c.form AND f.cell = c.cell""",
    ),
    "doubtful": (
        "cells that are not safe to use, with the reason",
        """SELECT r.organ, r.year, c.cell, c.value, c.status, c.alternatives, c.because_zh, c.because, c.printed,
               r.name, c.report
        FROM cells c JOIN reports r USING (report) WHERE c.status IN ('disputed', 'corrected')""",
    ),
    "suspects": (
        "figures that the report's own sums call the likely misprint",
        """SELECT r.organ, r.year, s.cell, c.value, s.rule, s.message, r.name, s.report
        FROM (SELECT report, rule, message, unnest(suspects) AS cell FROM findings) s
        JOIN cells c ON c.report = s.report AND c.cell = s.cell JOIN reports r ON r.report = s.report""",
    ),
    "worklist": (
        "reports to check by hand first: doubt times weight, see docs/panel.md",
        f"""WITH of_cells AS (
            SELECT c.report, count(*) FILTER (c.status = 'disputed') AS disputed,
                   count(*) FILTER (c.status = 'missing' AND NOT coalesce(f.optional, false) AND s.cell IS NULL)
                       AS missing,
                   count(*) FILTER (c.status = 'corrected') AS corrected,
                   max(c.value) FILTER (c.cell IN {_RECEIVED} AND c.status IN {_USABLE}) AS received
            FROM cells c LEFT JOIN fields f ON f.form = c.form AND f.cell = c.cell
            LEFT JOIN cells s ON s.report = c.report AND s.cell = f.subtotal AND s.status NOT IN ('missing', 'derived')
            GROUP BY c.report),
        of_findings AS (
            SELECT report, count(DISTINCT cell) AS suspect
            FROM (SELECT report, unnest(suspects) AS cell FROM findings WHERE NOT coalesce(acknowledged, false))
            GROUP BY report),
        counted AS (
            SELECT r.report, r.organ, r.year, r.name, o.disputed, o.missing, o.corrected,
                   coalesce(s.suspect, 0) AS suspect, o.received,
                   1 + coalesce(o.received, median(o.received) OVER (PARTITION BY r.year), 0) AS weight
            FROM reports r JOIN of_cells o USING (report) LEFT JOIN of_findings s USING (report))
        SELECT *, 1 - {" * ".join(f"pow({1 - chance:g}, {status})" for status, chance in DOUBT.items())} AS doubt,
               doubt * weight AS priority
        FROM counted ORDER BY priority DESC, name""",
    ),
}
"""Name to what it is for and its query."""


def write_duckdb(results: Results, path: Path, forms: Iterable[Form]) -> None:
    """Writes the database to `path`, where no file may be. Tables and columns carry their descriptions as comments."""
    gathered = list(forms)
    with connect(path) as connection:
        into_database(connection, results)
        for table, rows in ((FIELDS, field_rows(gathered)), (IDENTITIES, identity_rows(gathered))):
            connection.register("new_rows", arrow_table(table, rows))
            connection.execute(f"CREATE TABLE {table.name} AS SELECT * FROM new_rows")
            connection.unregister("new_rows")
        for name, (what, query) in VIEWS.items():
            connection.execute(f"CREATE VIEW {name} AS {query}")
            connection.execute(f"COMMENT ON VIEW {name} IS {quoted(what)}")
        for table in (*TABLES.values(), FIELDS, IDENTITIES):
            _comment(connection, table)


def _comment(connection: Any, table: TableSchema) -> None:
    connection.execute(f"COMMENT ON TABLE {table.name} IS {quoted(f'{table.zh} {table.en}')}")
    for column in table.columns:
        what = quoted(f"{column.zh} {column.en}")
        connection.execute(f"COMMENT ON COLUMN {table.name}.{column.name} IS {what}")
