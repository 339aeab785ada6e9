"""Pieces of the published tables to files: Parquet or CSV, one file a table."""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.deliver.tables.arrow import arrow_schema
from extractor.deliver.tables.columns import TableSchema
from extractor.deliver.tables.csv_text import csv_writer

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["write_csv_files", "write_parquet_files"]


def write_parquet_files(
    chunks: "Iterable[Mapping[str, pa.Table]]", folder: Path, tables: Mapping[str, TableSchema]
) -> dict[str, int]:
    """`<table>.parquet` in `folder` for each of `tables`, also for one without rows. Returns the number of rows."""
    import pyarrow.parquet as pq

    counts = dict.fromkeys(tables, 0)
    with ExitStack() as stack:
        writers = {
            name: stack.enter_context(
                pq.ParquetWriter(folder / f"{name}.parquet", arrow_schema(table), compression="zstd")
            )
            for name, table in tables.items()
        }
        for chunk in chunks:
            for name, rows in chunk.items():
                counts[name] += rows.num_rows
                writers[name].write_table(rows)
    return counts


def write_csv_files(
    chunks: "Iterable[Mapping[str, pa.Table]]", folder: Path, tables: Mapping[str, TableSchema]
) -> dict[str, int]:
    """`<table>.csv` in `folder` for each of `tables`, in UTF-8 with a byte order mark. Returns the number of rows."""
    counts = dict.fromkeys(tables, 0)
    with ExitStack() as stack:
        writers = {}
        for name, table in tables.items():
            path = folder / f"{name}.csv"
            stream = stack.enter_context(path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline=""))
            writers[name] = csv_writer(stream, table)
        for chunk in chunks:
            for name, rows in chunk.items():
                counts[name] += rows.num_rows
                writers[name].write(rows)
    return counts
