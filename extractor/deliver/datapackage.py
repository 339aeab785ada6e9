"""`datapackage.json`: what tables lie in a folder and what their columns mean, for frictionless and for people.

Frictionless Data Package v1, https://specs.frictionlessdata.io/data-package/ .
"""

from collections.abc import Mapping

from extractor.deliver.tables.columns import Column, Of, TableSchema
from extractor.deliver.tables.schemas import SCHEMA_VERSION
from extractor.report import JSONValue

__all__ = ["data_package"]

_TYPES = {
    Of.TEXT: "string",
    Of.INTEGER: "integer",
    Of.LONG: "integer",
    Of.FLOAT: "number",
    Of.BOOLEAN: "boolean",
    Of.DECIMAL: "number",
    Of.TEXTS: "array",
    Of.OPERANDS: "array",
    Of.QUOTES: "array",
    Of.JSON: "string",
}


def data_package(
    name: str, title: str, tables: Mapping[str, TableSchema], suffix: str, rows: Mapping[str, int]
) -> dict[str, JSONValue]:
    """`suffix` of the tables' files: csv or parquet. `rows`: how many each of them has."""
    return {
        "profile": "data-package" if suffix == "parquet" else "tabular-data-package",
        "name": name,
        "title": title,
        "version": str(SCHEMA_VERSION),
        "resources": [_resource(table, suffix, rows[table.name], tables) for table in tables.values()],
    }


def _resource(table: TableSchema, suffix: str, rows: int, tables: Mapping[str, TableSchema]) -> JSONValue:
    # A reference to a table that is not in the package could not be followed.
    references: list[JSONValue] = [
        {"fields": column, "reference": {"resource": other, "fields": field}}
        for column, other, field in table.refers
        if other in tables
    ]
    schema: dict[str, JSONValue] = {
        "fields": [_field(column) for column in table.columns],
        "primaryKey": list(table.key),
        "missingValues": [""],
    }
    if references:
        schema["foreignKeys"] = references
    common: dict[str, JSONValue] = {
        "name": table.name,
        "path": f"{table.name}.{suffix}",
        "title": table.zh,
        "description": table.en,
        "format": suffix,
        "rows": rows,
        "schema": schema,
    }
    if suffix != "csv":
        return common
    dialect: JSONValue = {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "lineTerminator": "\r\n"}
    return {**common, "profile": "tabular-data-resource", "encoding": "utf-8-sig", "dialect": dialect}


def _field(column: Column) -> JSONValue:
    constraints: dict[str, JSONValue] = {}
    if column.required:
        constraints["required"] = True
    if column.among:
        constraints["enum"] = list(column.among)
    out: dict[str, JSONValue] = {
        "name": column.name,
        "type": _TYPES[column.of],
        "title": column.zh,
        "description": column.en,
    }
    if column.unit:
        out["unit"] = column.unit
    if constraints:
        out["constraints"] = constraints
    return out
