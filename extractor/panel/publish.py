"""The small tables of a panel: bodies, merges, duplicates, breaks, concordance, left out."""

from collections.abc import Iterable, Iterator
from typing import Any

from extractor.audit.bodies import load_bodies
from extractor.deliver.tables.arrow import arrow_table
from extractor.deliver.tables.columns import Row, TableSchema
from extractor.deliver.tables.database import sql_type
from extractor.forms.concordance import Concordance
from extractor.panel.bodies import Matching, NameUse
from extractor.panel.build import numbered
from extractor.panel.cross_years import Break
from extractor.panel.decisions import Decisions
from extractor.panel.names import PanelRules, named

__all__ = [
    "body_rows",
    "break_rows",
    "concordance_rows",
    "duplicate_rows",
    "left_out_rows",
    "merge_rows",
    "name_uses",
    "publish",
]


def publish(connection: Any, table: TableSchema, rows: Iterable[Row]) -> None:
    """Makes `table` in the database."""
    columns = ", ".join(f"{column.name} {sql_type(column.of)}" for column in table.columns)
    connection.execute(f"CREATE TABLE {table.name} ({columns})")
    connection.register("new_rows", arrow_table(table, rows))
    connection.execute(f"INSERT INTO {table.name} SELECT * FROM new_rows")
    connection.unregister("new_rows")


def name_uses(connection: Any) -> list[NameUse]:
    """Every name that a report with form and year bears."""
    query = """SELECT organ, list(DISTINCT year), count(*) FROM reports
        WHERE organ IS NOT NULL AND year IS NOT NULL AND form IS NOT NULL GROUP BY organ ORDER BY organ"""
    return [NameUse(organ, frozenset(years), count) for organ, years, count in connection.execute(query).fetchall()]


def body_rows(connection: Any, rules: PanelRules) -> Iterator[Row]:
    bodies = load_bodies()
    query = """SELECT body, list_sort(list(DISTINCT organ)), min(year), max(year), count(DISTINCT year), count(*)
        FROM filed GROUP BY body ORDER BY body"""
    for body, names, *counts in connection.execute(query).fetchall():
        told = named(body, bodies, rules)
        level = None if told.level is None else told.level.value
        yield (body, told.province, told.city, told.county, level, told.function, names, *counts)


def merge_rows(matching: Matching, uses: Iterable[NameUse]) -> Iterator[Row]:
    years = {use.organ: " ".join(map(str, sorted(use.years))) for use in uses}
    for one in matching.merges:
        told = (years.get(one.body), years.get(one.organ), one.decision or None)
        yield (one.body, one.organ, one.merged, one.ground.value, one.why.zh, one.why.en, *told)


def duplicate_rows(connection: Any, decisions: Decisions) -> Iterator[Row]:
    """`differing` counts the variables for which the sound values of a year's reports differ, used or not."""
    query = """
        WITH answers AS (
            SELECT body, year, variable, count(DISTINCT coalesce(value, 0)) AS several
            FROM (SELECT *, bool_or(usable) OVER (PARTITION BY body, year, variable) AS says FROM long WHERE comparable)
            WHERE 'copies' IN flags AND (usable OR status = 'blank' AND says) GROUP BY ALL),
        differing AS (SELECT body, year, count(*)::INTEGER AS number FROM answers WHERE several > 1 GROUP BY ALL)
        SELECT f.body, f.year, f.report, f.name, f.form, f.organ, coalesce(d.number, 0), f.used
        FROM filed f LEFT JOIN differing d ON d.body = f.body AND d.year = f.year
        WHERE f.copies > 1 ORDER BY f.body, f.year, f.name, f.report"""
    for row in connection.execute(query).fetchall():
        yield (*row, decisions.on_report(row[2]) or None)


def left_out_rows(connection: Any) -> Iterator[Row]:
    query = """SELECT report, name, form, organ, year FROM reports
        WHERE form IS NULL OR organ IS NULL OR year IS NULL ORDER BY name, report"""
    for report, name, *told in connection.execute(query).fetchall():
        lacking = [at for at, one in enumerate(told) if one is None]
        zh = "、".join(("表式", "单位", "年度")[at] for at in lacking)
        yield (
            report,
            name,
            f"未能识别{zh}",
            f"its {' and '.join(('form', 'body', 'year')[at] for at in lacking)} could not be told",
        )


def break_rows(breaks: Iterable[Break]) -> Iterator[Row]:
    for number, (finding, compared) in enumerate(breaks):
        said = (finding.rule, finding.kind.value, finding.severity.value, finding.message, finding.message_en)
        reports, cells = (
            list(dict.fromkeys(key for key, _ in compared)),
            list(dict.fromkeys(cell for _, cell in compared)),
        )
        yield (number, finding.body, " ".join(map(str, finding.years)), *said, reports, cells)


def concordance_rows(concordance: Concordance) -> Iterator[Row]:
    for one in concordance.variables:
        for at, source in numbered(one):
            head = (one.id, one.zh, one.en, one.unit or None, one.main)
            note = (source.zh or None, source.en or None)
            yield (*head, source.form, at, source.kind.value, list(source.cells), *note)
