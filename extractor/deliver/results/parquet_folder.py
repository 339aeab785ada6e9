"""A folder of the published tables as Parquet, in one file a table or in many, as `gouji bulk` and `deliver` write it.

Files may lie as `reports.parquet`, `reports/part-7.parquet` or `shard-7/reports.parquet`. Where `gouji bulk` keeps its
ledger in the folder, only the shards in that count: what else lies there a run has left behind.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractor.deliver.tables.arrow import arrow_schema, need_pyarrow
from extractor.deliver.tables.back import failure_back, report_back
from extractor.deliver.tables.columns import TableSchema
from extractor.deliver.tables.database import connect, quoted, scan
from extractor.deliver.tables.schemas import CELLS, FAILURES, FINDINGS, REPORTS, TABLES
from extractor.errors import ResultError, UsageError
from extractor.report import Report

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ParquetResults", "reports_in", "table_files"]

_BATCH = 20_000
_LEFT_OUT = ("panel",)
_LEDGER, _REWRITING = "_gouji/ledger", "_gouji/rewriting"


def table_files(folder: Path, name: str) -> list[Path]:
    """The files of a table in `folder`, those of a panel made of it left out; sorted."""
    found = []
    ledger = folder / _LEDGER
    committed = {path.stem for path in ledger.glob("*.parquet")} if ledger.is_dir() else None
    for file in folder.rglob("*.parquet"):
        parts = file.relative_to(folder).with_suffix("").parts
        hidden = any(part.startswith((".", "_")) for part in parts)
        left = committed is not None and file.stem not in committed
        if name in parts and not hidden and not left and not set(_LEFT_OUT) & set(parts[:-1]):
            found.append(file)
    return sorted(found)


class ParquetResults:
    """The tables in `folder`. Raises ResultError where one lacks a column that it should have, UsageError while a run
    of `gouji bulk` has taken some of them apart."""

    unread = 0  # one that cannot be read ends it

    def __init__(self, folder: Path) -> None:
        need_pyarrow()
        if any((folder / _REWRITING).glob("*")):
            raise UsageError(
                f"{folder}: gouji bulk was writing shards of it anew and has not ended: run it again first"
            )
        self.folder = folder
        self.files = {name: table_files(folder, name) for name in TABLES}
        for name, files in self.files.items():
            for file in files:
                _check(file, TABLES[name])

    def reports(self) -> Iterator[Report]:
        """In the order of the documents' names; sorted on disk where they do not fit into memory."""
        yield from reports_in(self.files)

    def chunks(self) -> "Iterator[Mapping[str, pa.Table]]":
        import pyarrow as pa
        import pyarrow.dataset as ds

        for name, files in self.files.items():
            if not files:
                continue
            schema = arrow_schema(TABLES[name])
            dataset = ds.dataset([str(file) for file in files], schema=schema)
            for batch in dataset.to_batches(batch_size=_BATCH):
                yield {name: pa.Table.from_batches([batch]).cast(schema)}


def reports_in(files: Mapping[str, Sequence[Path]], keys: Iterable[str] | None = None) -> Iterator[Report]:
    """The reports in the files of each table, all of them or those with these keys (the column `report`), in the order
    of the documents' names; then those that failed. Raises ResultError."""
    chosen = "" if keys is None else f"WHERE report IN ({', '.join(map(quoted, keys)) or 'NULL'})"
    with connect() as connection:
        tables = {name: f"(SELECT * FROM {scan(TABLES[name], listed)} {chosen})" for name, listed in files.items()}
        joined = "SELECT t.* FROM {} t JOIN (SELECT report, name FROM {}) d USING (report) ORDER BY d.name, {}"
        cells = joined.format(tables["cells"], tables["reports"], "report, position")
        findings = joined.format(tables["findings"], tables["reports"], "report, position")
        streams = (
            _rows(connection, f"SELECT * FROM {tables['reports']} ORDER BY name, report", REPORTS),
            _Grouped(_rows(connection, cells, CELLS)),
            _Grouped(_rows(connection, findings, FINDINGS)),
        )
        for report in streams[0]:
            key = str(report["report"])
            yield report_back(report, streams[1].of(key), streams[2].of(key))
        for failure in _rows(connection, f"SELECT * FROM {tables['failures']} ORDER BY name, report", FAILURES):
            yield failure_back(failure)


class _Grouped:
    """Rows that come ordered as the reports do, handed out report by report."""

    def __init__(self, rows: Iterator[dict[str, object]]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def of(self, key: str) -> list[dict[str, object]]:
        out = []
        while self._next is not None and self._next["report"] == key:
            out.append(self._next)
            self._next = next(self._rows, None)
        return out


def _rows(connection: Any, query: str, table: TableSchema) -> Iterator[dict[str, object]]:
    import pyarrow as pa

    schema = arrow_schema(table)
    reader = connection.cursor().sql(query).to_arrow_reader(_BATCH)
    for batch in reader:
        yield from pa.Table.from_batches([batch]).select(schema.names).cast(schema).to_pylist()


def _check(file: Path, table: TableSchema) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        names = set(pq.read_schema(file).names)
    except (pa.ArrowInvalid, OSError) as error:
        raise ResultError(f"{file}: no Parquet: {error}") from None
    lacking = [column.name for column in table.columns if column.name not in names and column.since == 1]
    if lacking:
        raise ResultError(f"{file}: no table {table.name} of gouji: it has no column {', '.join(lacking)}")
