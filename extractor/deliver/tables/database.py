"""DuckDB for work on tables that are larger than memory. Needs duckdb."""

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from extractor.deliver.tables.columns import SCALE, Of, TableSchema
from extractor.errors import ResultError, UsageError

__all__ = ["connect", "need_duckdb", "quoted", "scan", "sql_type"]

_GLOB = re.compile(r"[*?\[]")  # a path is taken for a pattern; in brackets these stand for themselves
_NUMBERS = {Of.INTEGER: "INTEGER", Of.LONG: "BIGINT", Of.FLOAT: "DOUBLE", Of.BOOLEAN: "BOOLEAN"}


def need_duckdb() -> None:
    """Raises UsageError with the command that installs it."""
    from importlib.util import find_spec

    if find_spec("duckdb") is None:
        raise UsageError("this needs duckdb: pip install 'gouji[bulk]'")


@contextmanager
def connect(path: Path | None = None) -> "Iterator[Any]":
    """A connection to the database in the file `path`, or to one in memory; what does not fit there goes to a temporary
    folder. It can neither load extensions nor reach the network."""
    need_duckdb()
    import duckdb

    with tempfile.TemporaryDirectory(prefix="gouji-duckdb-") as spill:
        config = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
        connection = duckdb.connect(
            ":memory:" if path is None else str(path), config={**config, "temp_directory": spill}
        )
        try:
            yield connection
        except duckdb.Error as error:
            raise ResultError(f"the tables could not be worked on: {error}") from None
        finally:
            connection.close()


def scan(table: TableSchema, files: Sequence[Path], *, named: bool = False) -> str:
    """What stands behind FROM for the rows of `files`; an empty table with the same columns where there is none.

    `named`: with a column `filename`, the file that a row is from.
    """
    columns = [(one.name, sql_type(one.of)) for one in table.columns] + ([("filename", "VARCHAR")] if named else [])
    none = f"SELECT {', '.join(f'CAST(NULL AS {kind}) AS {name}' for name, kind in columns)} WHERE false"
    if not files:
        return f"({none})"
    listed = ", ".join(quoted(_GLOB.sub(r"[\g<0>]", str(file))) for file in files)
    how = "union_by_name = true, hive_partitioning = false" + (", filename = true" if named else "")
    found = f"SELECT * FROM read_parquet([{listed}], {how})"
    # Files of an earlier version lack columns: those are null.
    return f"(SELECT {', '.join(name for name, _ in columns)} FROM ({found} UNION ALL BY NAME {none}))"


def quoted(text: str) -> str:
    """`text` as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def sql_type(of: Of) -> str:
    """The type of a column in SQL."""
    match of:
        case Of.TEXT | Of.JSON:
            return "VARCHAR"
        case Of.DECIMAL:
            return f"DECIMAL(38, {SCALE})"
        case Of.TEXTS:
            return "VARCHAR[]"
        case Of.OPERANDS:
            return 'STRUCT("cell" VARCHAR, "value" VARCHAR)[]'
        case Of.QUOTES:
            return 'STRUCT("start" BIGINT, "end" BIGINT, "text" VARCHAR, page INTEGER, box DOUBLE[], picture VARCHAR)[]'
    return _NUMBERS[of]
