"""What there is in the tables of a run, counted from the tables themselves."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.bulk.house import House
from extractor.bulk.ledger import passed_in
from extractor.deliver.tables.arrow import arrow_schema
from extractor.deliver.tables.schemas import CELLS, FAILURES, FINDINGS, REPORTS, TABLES

if TYPE_CHECKING:
    from extractor.report import JSONValue

__all__ = ["Totals", "totals_of"]


@dataclass(slots=True)
class Totals:
    """`rows`, `files`: by table. `passed`: files in archives that are no documents, by suffix. `decided`: `reports`
    with decisions, `cells` decided, others `changed` by that, decisions `unapplied`. The others count what
    stands in a column."""

    rows: Counter[str] = field(default_factory=Counter)
    files: dict[str, list[str]] = field(default_factory=dict)
    verdicts: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    decided: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)

    def to_dict(self) -> "dict[str, JSONValue]":
        """For the manifest."""
        tables: dict[str, JSONValue] = {
            name: {"rows": self.rows[name], "files": [*self.files[name]]} for name in TABLES
        }
        return {
            "tables": tables,
            "verdicts": dict(self.verdicts.most_common()),
            "cells": dict(self.statuses.most_common()),
            "failures": dict(self.failures.most_common()),
            "findings": dict(self.findings.most_common()),
            "decided": dict(self.decided),
        }


def totals_of(house: House) -> Totals:
    """Counted a shard at a time, one column a table."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    out = Totals()
    columns = {REPORTS.name: "verdict", CELLS.name: "status", FAILURES.name: "code", FINDINGS.name: "rule"}
    counters = {
        REPORTS.name: out.verdicts,
        CELLS.name: out.statuses,
        FAILURES.name: out.failures,
        FINDINGS.name: out.findings,
    }
    out.files = {name: [] for name in TABLES}
    for shard in house.shards():
        for name, column in columns.items():
            path = house.table(name, shard)
            values = pq.read_table(path, columns=[column]).column(column)
            out.rows[name] += len(values)
            out.files[name].append(path.relative_to(house.out).as_posix())
            for pair in pc.value_counts(values).to_pylist():
                counters[name][pair["values"]] += pair["counts"]
        _count_decided(house.table(REPORTS.name, shard), out.decided)
        out.passed.update(passed_in(house, shard))
    return out


def _count_decided(path: Path, counted: Counter[str]) -> None:
    import pyarrow.parquet as pq

    schema = arrow_schema(REPORTS)
    for text in pq.read_table(path, columns=["review"], schema=schema).column(0).drop_null().to_pylist():
        found = json.loads(text)
        counted["reports"] += 1
        counted["cells"] += found["decided"]
        counted["changed"] += len(found["changed"])
        counted["unapplied"] += len(found["unapplied"])
