"""The tables of a panel, worked out in DuckDB: nothing is held that grows with the number of reports.

Expects in the database `reports`, `cells`, `findings`, `bodies` and `breaks` as published, `bodies_of` (organ, body)
and `broken` (report, cell): the cells that a break compares. Makes `filed`, `long` and the wide `panel`.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from extractor.deliver.tables.database import quoted
from extractor.forms.concordance import COMPARABLE, Concordance, Relation, Source, Variable
from extractor.panel.schemas import Flag, Standing
from extractor.report import Status

__all__ = ["file_reports", "insert", "make_long", "make_sources", "make_wide", "numbered"]

_USABLE = f"({', '.join(quoted(one) for one in (Status.REPORTED, Status.DERIVED, Status.CORRECTED))})"
_NIL = f"({', '.join(quoted(one) for one in (Status.BLANK, Status.NOT_APPLICABLE))})"
_SURE = f"({', '.join(quoted(one) for one in COMPARABLE)})"


def insert(connection: Any, table: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[object]]) -> None:
    """A new table with `columns` (name, SQL type) and `rows`."""
    import pyarrow as pa

    connection.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in columns)})")
    gathered = list(rows)
    if gathered:
        arrow = pa.table(dict(zip((name for name, _ in columns), map(list, zip(*gathered, strict=True)), strict=True)))
        connection.register("new_rows", arrow)
        connection.execute(f"INSERT INTO {table} SELECT * FROM new_rows")
        connection.unregister("new_rows")


def make_sources(connection: Any, concordance: Concordance) -> None:
    """`sources`: a row for each cell that a variable comes from, of how many `parts`; `written_as`: all of them."""
    rows = [
        (one.id, source.form, at, source.kind.value, len(source.cells), cell)
        for one in concordance.variables
        for at, source in numbered(one)
        for cell in source.cells
    ]
    columns = [("variable", "VARCHAR"), ("form", "VARCHAR"), ("alternative", "INTEGER"), ("kind", "VARCHAR")]
    insert(connection, "sources", [*columns, ("parts", "INTEGER"), ("cell", "VARCHAR")], rows)
    connection.execute("""
        CREATE TABLE written_as AS
        SELECT variable, form, alternative, list(cell ORDER BY rowid) AS cells FROM sources GROUP BY ALL""")


def numbered(one: Variable) -> Iterable[tuple[int, Source]]:
    """The sources of a variable, numbered within each form."""
    seen: dict[str, int] = {}
    for source in one.sources:
        at = seen.get(source.form, 0)
        seen[source.form] = at + 1
        yield at, source


def file_reports(connection: Any, use: Iterable[str], leave: Iterable[str]) -> None:
    """`filed`: each report with its body, and whether the panel rests on it; `copies`: how many that year has."""
    insert(connection, "to_use", [("report", "VARCHAR")], [(key,) for key in sorted(use)])
    insert(connection, "to_leave", [("report", "VARCHAR")], [(key,) for key in sorted(leave)])
    connection.execute("""
        CREATE TABLE filed AS
        WITH placed AS (
            SELECT r.report, r.name, r.sha256, r.form, r.organ, r.year, r.verdict, r.findings_error, b.body,
                   r.report IN (FROM to_use) AS wanted, r.report IN (FROM to_leave) AS unwanted
            FROM reports r JOIN bodies_of b ON b.organ = r.organ
            WHERE r.form IS NOT NULL AND r.year IS NOT NULL)
        SELECT *, count(*) OVER (PARTITION BY body, year) AS copies,
               wanted OR NOT unwanted AND NOT bool_or(wanted) OVER (PARTITION BY body, year) AS used
        FROM placed""")


def make_long(connection: Any) -> None:
    """`long`: each variable of each report, by the first of its comparable sources that is found, and by all others."""
    connection.execute("""
        CREATE TABLE marks AS
        SELECT report, cell, count(*) FILTER (NOT suspect) AS findings, bool_or(suspect) AS suspect FROM (
            SELECT report, unnest(cells) AS cell, false AS suspect FROM findings WHERE severity <> 'info'
            UNION ALL
            SELECT report, unnest(suspects), true FROM findings WHERE severity <> 'info')
        GROUP BY report, cell""")
    connection.execute(f"""
        CREATE TABLE long AS
        WITH met AS (
            SELECT f.body, f.year, f.report, f.form, s.variable, s.alternative, s.kind, f.used, f.copies, s.parts,
                   c.status, c.value, c.status = 'disputed' OR c.value IS NULL AND c.value_text IS NOT NULL AS unsure,
                   coalesce(m.findings, 0) AS findings, coalesce(m.suspect, false) AS suspect,
                   b.cell IS NOT NULL AS broken
            FROM filed f
            JOIN cells c ON c.report = f.report
            JOIN sources s ON s.form = f.form AND s.cell = c.cell
            LEFT JOIN marks m ON m.report = c.report AND m.cell = c.cell
            LEFT JOIN broken b ON b.report = c.report AND b.cell = c.cell),
        gathered AS (
            SELECT * EXCLUDE (status, value, unsure), 1 AS found, (status = 'missing')::INTEGER AS missing,
                   unsure::INTEGER AS disputed, (status = 'corrected')::INTEGER AS corrected,
                   (status IN {_NIL})::INTEGER AS nil, (status = 'not_applicable')::INTEGER AS not_applicable,
                   status AS status_of_one, value AS value_of_one, value AS total
            FROM met WHERE parts = 1
            UNION ALL BY NAME
            SELECT body, year, report, form, variable, alternative, kind, used, copies, parts,
                   sum(findings) AS findings, bool_or(suspect) AS suspect, bool_or(broken) AS broken, count(*) AS found,
                   count(*) FILTER (status = 'missing') AS missing, count(*) FILTER (unsure) AS disputed,
                   count(*) FILTER (status = 'corrected') AS corrected, count(*) FILTER (status IN {_NIL}) AS nil,
                   count(*) FILTER (status = 'not_applicable') AS not_applicable,
                   NULL AS status_of_one, NULL AS value_of_one, sum(value) FILTER (status IN {_USABLE}) AS total
            FROM met WHERE parts > 1 GROUP BY ALL),
        judged AS (
            SELECT *, CASE
                WHEN disputed > 0 THEN 'disputed'
                WHEN found < parts OR missing > 0 THEN 'missing'
                WHEN parts = 1 THEN status_of_one
                WHEN not_applicable = parts THEN 'not_applicable'
                WHEN nil = parts THEN 'blank'
                WHEN corrected > 0 THEN 'corrected'
                ELSE 'derived' END AS status
            FROM gathered),
        ranked AS (
            SELECT *, kind IN {_SURE} AS comparable, row_number() OVER (
                PARTITION BY report, variable, kind IN {_SURE} ORDER BY status = 'missing', alternative) AS place
            FROM judged)
        SELECT body, year, report, form, alternative, variable, kind, comparable,
               CASE WHEN parts = 1 THEN value_of_one WHEN status IN {_USABLE} THEN total END
                   ::DECIMAL(38, 10) AS value,
               status,
               status IN {_USABLE} AND CASE WHEN parts = 1 THEN value_of_one ELSE total END IS NOT NULL AS usable,
               list_filter([
                   CASE WHEN findings > 0 THEN '{Flag.FINDING}' END, CASE WHEN suspect THEN '{Flag.SUSPECT}' END,
                   CASE WHEN broken THEN '{Flag.BREAK}' END,
                   CASE WHEN parts > 1 AND kind = '{Relation.SUM_OF}' THEN '{Flag.SUM}' END,
                   CASE WHEN parts > 1 AND nil BETWEEN 1 AND parts - 1 THEN '{Flag.BLANK_AS_0}' END,
                   CASE WHEN copies > 1 THEN '{Flag.COPIES}' END], lambda x: x IS NOT NULL) AS flags,
               w.cells, findings::INTEGER AS findings, used AND comparable AS used
        FROM ranked JOIN written_as w USING (variable, form, alternative)
        WHERE place = 1 OR NOT comparable""")


def make_wide(connection: Any, variables: Sequence[Variable]) -> None:
    """`panel`: a row a body and year. A value stands there if all of the reports used that say anything agree on it."""
    listed = [(place, one.id) for place, one in enumerate(variables)]
    insert(connection, "wanted", [("place", "INTEGER"), ("variable", "VARCHAR")], listed)
    connection.execute("""
        CREATE TABLE settled AS
        SELECT body, year, variable,
               count(DISTINCT coalesce(value, 0)) FILTER (usable OR status = 'blank' AND says) AS answers,
               any_value(value) FILTER (usable) AS value,
               min(CASE status WHEN 'reported' THEN 0 WHEN 'derived' THEN 1 WHEN 'corrected' THEN 2
                   WHEN 'disputed' THEN 3 WHEN 'blank' THEN 4 WHEN 'not_applicable' THEN 5 ELSE 6 END) AS best,
               list_sort(list_distinct(flatten(list(flags)))) AS flags
        FROM (SELECT *, bool_or(usable) OVER (PARTITION BY body, year, variable) AS says
              FROM long WHERE used AND variable IN (SELECT variable FROM wanted))
        GROUP BY body, year, variable""")
    comparable, unlike = _askable(variables)
    insert(connection, "asked", [("variable", "VARCHAR"), ("form", "VARCHAR")], comparable)
    insert(connection, "unlike", [("variable", "VARCHAR"), ("form", "VARCHAR")], unlike)
    statuses = "['reported', 'derived', 'corrected', 'disputed', 'blank', 'not_applicable', 'missing']"
    connection.execute(f"""
        CREATE TABLE filled AS
        WITH years AS (SELECT body, year, list(DISTINCT form) AS forms FROM filed WHERE used GROUP BY body, year)
        SELECT y.body, y.year, w.place, w.variable,
               CASE WHEN s.answers = 1 AND s.best < 3 THEN s.value END AS value,
               CASE WHEN s.answers > 1 THEN '{Standing.CONFLICT}' WHEN s.best IS NOT NULL THEN {statuses}[s.best + 1]
                   WHEN EXISTS (FROM asked a WHERE a.variable = w.variable AND a.form IN y.forms) THEN 'missing'
                   WHEN EXISTS (FROM unlike u WHERE u.variable = w.variable AND u.form IN y.forms)
                       THEN '{Standing.NOT_COMPARABLE}'
                   ELSE '{Standing.NOT_ASKED}' END AS status,
               nullif(array_to_string(s.flags, ' '), '') AS flags
        FROM years y CROSS JOIN wanted w
        LEFT JOIN settled s ON s.body = y.body AND s.year = y.year AND s.variable = w.variable""")
    # Each body and year has a row for each variable: a list of them, and no hundreds of aggregates.
    pivoted = ", ".join(
        f"told[{place}].value AS {one.id}, told[{place}].status AS {one.id}__status,"
        f" told[{place}].flags AS {one.id}__flags"
        for place, one in enumerate(variables, start=1)
    )
    connection.execute(f"""
        CREATE TABLE panel AS
        WITH gathered AS (
            SELECT body, year, list(struct_pack(value, status, flags) ORDER BY place) AS told
            FROM filled GROUP BY body, year),
        spread AS (SELECT body, year, {pivoted} FROM gathered),
        heads AS (
            SELECT body, year, list_sort(list(DISTINCT form)) AS forms, list(report ORDER BY report) AS reports,
                   max(verdict) AS verdict, sum(findings_error)::INTEGER AS errors
            FROM filed WHERE used GROUP BY body, year),
        bad AS (
            SELECT body, year, count(*)::INTEGER AS breaks
            FROM (SELECT body, unnest(string_split(years, ' '))::INTEGER AS year FROM breaks
                  WHERE severity <> 'info' AND years <> '')
            GROUP BY body, year)
        SELECT h.body, h.year, b.province, b.city, b.county, b.level, h.forms, h.reports, h.verdict, h.errors,
               coalesce(bad.breaks, 0) AS breaks, spread.* EXCLUDE (body, year)
        FROM heads h JOIN bodies b USING (body) JOIN spread USING (body, year) LEFT JOIN bad USING (body, year)
        ORDER BY h.body, h.year""")


def _askable(variables: Sequence[Variable]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Pairs of variable and form: where the form has it, and where it has only something like it."""
    has = {(one.id, source.form) for one in variables for source in one.sources if source.kind in COMPARABLE}
    like = {(one.id, source.form) for one in variables for source in one.sources}
    return sorted(has), sorted(like - has)
