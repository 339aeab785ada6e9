"""Results as tables of a DuckDB database."""

from typing import Any

from extractor.deliver.results.parquet_folder import ParquetResults
from extractor.deliver.results.source import Results
from extractor.deliver.tables.database import scan, sql_type
from extractor.deliver.tables.schemas import TABLES

__all__ = ["into_database"]


def into_database(connection: Any, results: Results, *, copied: bool = True) -> None:
    """Makes reports, cells, findings and failures. Without `copied`, Parquet stays where it is and is looked into."""
    if isinstance(results, ParquetResults):
        what = "TABLE" if copied else "VIEW"
        for name, table in TABLES.items():
            connection.execute(f"CREATE {what} {name} AS SELECT * FROM {scan(table, results.files[name])}")
        return
    for name, table in TABLES.items():
        columns = ", ".join(
            f"{column.name} {sql_type(column.of)}{' NOT NULL' if column.required else ''}" for column in table.columns
        )
        connection.execute(f"CREATE TABLE {name} ({columns})")
    for chunk in results.chunks():
        for name, rows in chunk.items():
            connection.register("new_rows", rows)
            connection.execute(f"INSERT INTO {name} SELECT * FROM new_rows")
            connection.unregister("new_rows")
