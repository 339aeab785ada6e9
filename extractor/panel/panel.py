"""The panel of a set of results: every step from reports to the tables that are published."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractor.audit.bodies import load_bodies
from extractor.deliver.results.into_database import into_database
from extractor.deliver.results.source import Results
from extractor.deliver.tables.arrow import arrow_schema
from extractor.deliver.tables.columns import TableSchema
from extractor.deliver.tables.database import connect
from extractor.forms.concordance import load_concordance
from extractor.forms.load import load_forms
from extractor.panel import schemas
from extractor.panel.bodies import match
from extractor.panel.build import file_reports, insert, make_long, make_sources, make_wide
from extractor.panel.cross_years import breaks_between_years
from extractor.panel.decisions import Asked, Choice, Decisions
from extractor.panel.names import load_panel_rules
from extractor.panel.publish import (
    body_rows,
    break_rows,
    concordance_rows,
    duplicate_rows,
    left_out_rows,
    merge_rows,
    name_uses,
    publish,
)

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Panel", "panel_of"]

_BATCH = 20_000


@dataclass(frozen=True)
class Panel:
    """`tables`: the published tables by name. What they hold is read from the database while it is open."""

    tables: Mapping[str, TableSchema]
    connection: Any
    decisions: Decisions

    def chunks(self) -> "Iterator[Mapping[str, pa.Table]]":
        """All rows, in pieces, table after table."""
        for name in self.tables:
            for piece in self.rows(name):
                yield {name: piece}

    def rows(self, name: str) -> "Iterator[pa.Table]":
        """The rows of one table in the order of its key."""
        import pyarrow as pa

        table = self.tables[name]
        schema = arrow_schema(table)
        query = f"SELECT {', '.join(table.names)} FROM {_SOURCE.get(name, name)} ORDER BY {', '.join(table.key)}"
        for batch in self.connection.cursor().sql(query).to_arrow_reader(_BATCH):
            yield pa.Table.from_batches([batch]).cast(schema)

    def count(self, query: str) -> int:
        """The one number that `query` yields."""
        (number,) = self.connection.execute(query).fetchone()
        return int(number)

    def asked(self) -> Iterator[Asked]:
        """The lines of decisions.csv: every merge and candidate, every report of a year with several, and what was
        decided before, also about names that are not at hand now."""
        seen = set()
        for row in self._rows("merges"):
            about = ("name", str(row["organ"]), str(row["body"]))
            seen.add(about)
            proposed = Choice.SAME if row["merged"] else Choice.APART
            years = f"{row['body_years']} / {row['organ_years']}"
            why, why_en = str(row["why"]), str(row["why_en"])
            yield Asked(*about, None, "", years, proposed, why, why_en, str(row["decision"] or ""))
        for row in self._rows("duplicates"):
            seen.add(("report", str(row["report"]), ""))
            why = f"{row['differing']} 项指标不一致" if row["differing"] else "各份一致"
            why_en = f"{row['differing']} variables differ" if row["differing"] else "they agree"
            proposed, decision = Choice.USE if row["used"] else Choice.LEAVE, str(row["decision"] or "")
            body, name, year = str(row["body"]), str(row["name"]), int(row["year"])
            told = (proposed, why, why_en, decision)
            yield Asked(
                "report", str(row["organ"]), body, year, str(row["report"]), name, *told, agrees=not row["differing"]
            )
        for one in self.decisions.kept:
            about = ("name", one.organ, one.body) if not one.report else ("report", one.report, "")
            if about not in seen:
                yield one

    def _rows(self, name: str) -> Iterator[Mapping[str, Any]]:
        for piece in self.rows(name):
            yield from piece.to_pylist()


_SOURCE = {"panel_long": "long"}


@contextmanager
def panel_of(results: Results, decisions: Decisions, *, all_cells: bool = False) -> Iterator[Panel]:
    """The panel of `results`, worked out in a database on disk that goes at the end.

    `all_cells`: a column for every cell of every form, not for the main variables alone. Raises ResultError,
    LabelError where decisions contradict each other, RulesError.
    """
    forms, concordance, rules = load_forms(), load_concordance(), load_panel_rules()
    variables = concordance.variables if all_cells else concordance.main
    with (
        tempfile.TemporaryDirectory(prefix="gouji-panel-") as folder,
        connect(Path(folder) / "panel.duckdb") as database,
    ):
        into_database(database, results, copied=False)
        uses = name_uses(database)
        matching = match(uses, load_bodies(), rules, decisions)
        insert(database, "bodies_of", [("organ", "VARCHAR"), ("body", "VARCHAR")], matching.body_of.items())
        file_reports(database, decisions.use, decisions.leave)
        publish(database, schemas.BODIES, body_rows(database, rules))
        publish(database, schemas.MERGES, merge_rows(matching, uses))
        publish(database, schemas.CONCORDANCE, concordance_rows(concordance))
        publish(database, schemas.LEFT_OUT, left_out_rows(database))
        make_sources(database, concordance)
        breaks = list(breaks_between_years(database, forms))
        compared = {pair for one in breaks for pair in one.compared if one.finding.severity != "info"}
        insert(database, "broken", [("report", "VARCHAR"), ("cell", "VARCHAR")], sorted(compared))
        publish(database, schemas.BREAKS, break_rows(breaks))
        make_long(database)
        make_wide(database, variables)
        publish(database, schemas.DUPLICATES, duplicate_rows(database, decisions))
        tables = (schemas.wide(variables), *schemas.PUBLISHED)
        yield Panel({table.name: table for table in tables}, database, decisions)
