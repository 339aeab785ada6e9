"""The published tables as Arrow, in memory and as Parquet. Needs pyarrow."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from extractor.deliver.tables.columns import SCALE, Column, Of, Row, TableSchema, Value
from extractor.deliver.tables.rows import report_rows
from extractor.deliver.tables.schemas import SCHEMA_VERSION, TABLES
from extractor.errors import UsageError
from extractor.report import Report

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["arrow_schema", "arrow_table", "need_pyarrow", "tables_of"]


def need_pyarrow() -> None:
    """Raises UsageError with the command that installs it."""
    from importlib.util import find_spec

    if find_spec("pyarrow") is None:
        raise UsageError("this needs pyarrow: pip install 'gouji[bulk]'")


def arrow_schema(table: TableSchema) -> "pa.Schema":
    """The table's columns with their types; descriptions and the schema's version are in the metadata."""
    need_pyarrow()
    import pyarrow as pa

    fields = [_field(column) for column in table.columns]
    described = {"gouji.table": table.name, "gouji.schema": str(SCHEMA_VERSION)}
    return pa.schema(fields, metadata=described | {"description": table.en, "description_zh": table.zh})


def arrow_table(table: TableSchema, rows: Iterable[Row]) -> "pa.Table":
    """`rows` as an Arrow table. Halves of a surrogate pair, as of a file name that is no text, become `\\udcff`."""
    schema = arrow_schema(table)
    import pyarrow as pa

    gathered = list(rows)
    columns = list(zip(*gathered, strict=True)) if gathered else [()] * len(schema)
    try:
        arrays = [pa.array(values, type=field.type) for values, field in zip(columns, schema, strict=True)]
    except UnicodeEncodeError:
        clean = [[_clean(value) for value in values] for values in columns]
        arrays = [pa.array(values, type=field.type) for values, field in zip(clean, schema, strict=True)]
    return pa.table(arrays, schema=schema)


def tables_of(reports: Iterable[Report]) -> "Mapping[str, pa.Table]":
    """All tables of `reports` by name, each with its published schema even where it has no row."""
    rows = report_rows(reports)
    return {name: arrow_table(table, getattr(rows, name)) for name, table in TABLES.items()}


def _field(column: Column) -> "pa.Field":
    import pyarrow as pa

    described = {"description": column.en, "description_zh": column.zh}
    if column.unit:
        described["unit"] = column.unit
    return pa.field(column.name, _type(column.of), nullable=not column.required, metadata=described)


def _type(of: Of) -> "pa.DataType":
    import pyarrow as pa

    text, number = pa.string(), pa.int64()
    match of:
        case Of.TEXT | Of.JSON:
            return text
        case Of.INTEGER:
            return pa.int32()
        case Of.LONG:
            return number
        case Of.FLOAT:
            return pa.float64()
        case Of.BOOLEAN:
            return pa.bool_()
        case Of.DECIMAL:
            return pa.decimal128(38, SCALE)
        case Of.TEXTS:
            return pa.list_(text)
        case Of.OPERANDS:
            return pa.list_(pa.struct([("cell", text), ("value", text)]))
        case Of.QUOTES:
            box = pa.list_(pa.float64())
            place = [("start", number), ("end", number), ("text", text), ("page", pa.int32())]
            return pa.list_(pa.struct([*place, ("box", box), ("picture", text)]))


def _clean(value: Value) -> Value:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list):
        return [_clean(one) for one in value]
    if isinstance(value, dict):
        return {name: _clean(one) for name, one in value.items()}
    return value
