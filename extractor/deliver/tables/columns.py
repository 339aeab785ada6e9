"""What a published table is made of: columns with a type and a description, without any library behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

__all__ = ["SCALE", "Column", "Of", "Row", "TableSchema", "Value"]

SCALE = 10
"""Digits behind the point of a `decimal` column, of 38 in all."""

Value: TypeAlias = "str | int | float | bool | Decimal | Sequence[Value] | Mapping[str, Value] | None"
Row: TypeAlias = tuple[Value, ...]
"""The values of one row in the order of the table's columns."""


class Of(StrEnum):
    """What a column holds.

    `operands`: a list of {cell, value}; `quotes`: a list of {start, end, text, page, box, picture}; `json`: JSON as
    text.
    """

    TEXT = "text"
    INTEGER = "integer"  # 32 bits
    LONG = "long"  # 64 bits
    FLOAT = "float"  # 64 bits
    BOOLEAN = "boolean"
    DECIMAL = "decimal"  # 38 digits, SCALE of them behind the point
    TEXTS = "texts"
    OPERANDS = "operands"
    QUOTES = "quotes"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `required`: never null. `unit`: what its figures count, where that is the same in every row.
    `among`: all the texts that may stand in it. `since`: the version of the tables that brought it; where files are
    older it is null."""

    name: str
    of: Of
    en: str
    zh: str
    required: bool = False
    unit: str | None = None
    among: tuple[str, ...] = ()
    since: int = 1


@dataclass(frozen=True, slots=True)
class TableSchema:
    """A table. `key`: the columns that tell its rows apart. `refers`: a column to the table and column it names."""

    name: str
    en: str
    zh: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    refers: tuple[tuple[str, str, str], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)
