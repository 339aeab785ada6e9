"""The rows of a shard as they come in: turned into Arrow a block at a time, written as one file a table."""

from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING

from extractor.deliver.tables.arrow import arrow_schema, arrow_table
from extractor.deliver.tables.rows import ReportRows
from extractor.deliver.tables.schemas import TABLES

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Gathered", "write_table"]

_BLOCK = 20_000  # cells


class Gathered:
    """Rows of the four tables."""

    def __init__(self) -> None:
        self._rows = ReportRows([], [], [], [])
        self._tables: dict[str, list[pa.Table]] = {name: [] for name in TABLES}

    def add(self, rows: ReportRows) -> None:
        """The rows of one document."""
        for mine, others in zip(self._rows, rows, strict=True):
            mine.extend(others)
        if len(self._rows.cells) >= _BLOCK:
            self._settle()

    def keep(self, files: dict[str, Path], reports: Iterable[str]) -> None:
        """The rows of `reports` that a committed shard has, by table; no others."""
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        staying = pa.array(sorted(reports), pa.string())
        for name, path in files.items():
            if path.exists():
                table = pq.read_table(path, schema=arrow_schema(TABLES[name]))
                self._tables[name].append(table.filter(pc.is_in(table.column("report"), staying)))

    def table(self, name: str) -> "pa.Table":
        """All rows of one table."""
        import pyarrow as pa

        self._settle()
        schema = arrow_schema(TABLES[name])
        return pa.concat_tables([schema.empty_table(), *self._tables[name]])

    def _settle(self) -> None:
        for name, schema in TABLES.items():
            rows = getattr(self._rows, name)
            if rows:
                self._tables[name].append(arrow_table(schema, rows))
        self._rows = ReportRows([], [], [], [])


def write_table(table: "pa.Table", stream: IO[bytes]) -> None:
    """As Parquet, and on the disk when this returns."""
    import os

    import pyarrow.parquet as pq

    pq.write_table(table, stream, compression="zstd")
    stream.flush()
    os.fsync(stream.fileno())
