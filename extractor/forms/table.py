"""A table of a form: its columns, rows and labels, as written in rules/."""

import re
import unicodedata
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from extractor.forms.yamlfile import MisplacedError

__all__ = ["Column", "Frozen", "Id", "Kind", "Label", "Layout", "Row", "Table", "unique"]

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Label = Annotated[str, StringConstraints(min_length=1)]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Kind(StrEnum):
    """What numbers a cell admits."""

    COUNT = "count"  # integer >= 0
    CHANGE = "change"  # integer, may be negative
    AMOUNT = "amount"  # decimal >= 0


class Column(Frozen):
    """A column. `labels`: as officially printed, then the variants seen in real reports."""

    id: Id
    labels: tuple[Label, ...] = Field(min_length=1)
    kind: Kind = Kind.COUNT
    unit: str | None = None


class Row(Frozen):
    """A row. `labels`: as officially printed, with its ordinal, then variants seen.

    `cores`: short words that still tell this row from its neighbours when the label is torn or misprinted.
    `columns`: the columns that the row has, all of the table's by default.
    `group`: the rows that a subtotal adds up; `subtotal_of`: the group whose sum this row prints.
    `optional`: not on the official form, printed by some bodies only. An absent optional row counts as nothing in sums.
    """

    id: Id
    labels: tuple[Label, ...] = Field(min_length=1)
    cores: tuple[Label, ...] = ()
    columns: tuple[Id, ...] = ()
    kind: Kind | None = None
    unit: str | None = None
    group: Id | None = None
    subtotal_of: Id | None = None
    optional: bool = False


class Layout(StrEnum):
    """`rows`: a printed line for each row. `line`: all rows side by side on one line under a head of two storeys."""

    ROWS = "rows"
    LINE = "line"


class Table(Frozen):
    """A table. `headers`: labels printed in it that hold no figure (column heads count without being listed)."""

    id: Id
    titles: tuple[Label, ...] = Field(min_length=1)
    layout: Layout = Layout.ROWS
    columns: tuple[Column, ...] = Field(min_length=1)
    headers: tuple[Label, ...] = ()
    rows: tuple[Row, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        known = [column.id for column in self.columns]
        unique(known, "column", "columns", "id")
        unique([row.id for row in self.rows], "row", "rows", "id")
        groups = {row.group for row in self.rows if row.group}
        for index, row in enumerate(self.rows):
            for column in row.columns:
                if column not in known:
                    message = f"row '{row.id}' names an unknown column '{column}'"
                    raise MisplacedError(message, "rows", index, "columns", row.columns.index(column))
            if row.subtotal_of and row.subtotal_of not in groups:
                message = f"row '{row.id}' is the subtotal of an unknown group '{row.subtotal_of}'"
                raise MisplacedError(message, "rows", index, "subtotal_of")
        _check_labels(self.rows)
        return self

    def columns_of(self, row: Row) -> tuple[str, ...]:
        """Ids of the columns that `row` has, in printed order."""
        return row.columns or self.column_ids

    @cached_property
    def column_ids(self) -> tuple[str, ...]:
        return tuple(column.id for column in self.columns)

    @cached_property
    def column_by_id(self) -> dict[str, Column]:
        return {column.id: column for column in self.columns}


def unique(ids: list[str], what: str, *where: str) -> None:
    """`where`: the list that the ids come from, and the key that each item has its id under."""
    seen: set[str] = set()
    for index, one in enumerate(ids):
        if one in seen:
            raise MisplacedError(f"{what} '{one}' is defined twice", where[0], index, *where[1:])
        seen.add(one)


def _bare(label: str) -> str:
    """Letters and digits of a label: what is left to compare once widths, spaces and punctuation are folded away."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", label))


def _check_labels(rows: tuple[Row, ...]) -> None:
    """No label names two rows, no core occurs in another row's label.

    Rows of different groups may share a label if each group has a subtotal row: the line above tells them apart.
    """
    headed = {row.subtotal_of for row in rows if row.subtotal_of}
    owners: dict[str, list[Row]] = {}
    for index, row in enumerate(rows):
        for at, label in enumerate(row.labels):
            for other in owners.get(_bare(label), ()):
                apart = row.group != other.group and row.group in headed and other.group in headed
                if other is not row and not apart:
                    message = f"label '{label}' of row '{row.id}' is also a label of row '{other.id}'"
                    raise MisplacedError(message, "rows", index, "labels", at)
            owners.setdefault(_bare(label), []).append(row)
    for index, row in enumerate(rows):
        for at, core in enumerate(row.cores):
            for label, others in owners.items():
                strangers = [other.id for other in others if other is not row]
                if strangers and _bare(core) in label:
                    message = f"core '{core}' of row '{row.id}' occurs in a label of row '{strangers[0]}'"
                    raise MisplacedError(message, "rows", index, "cores", at)
