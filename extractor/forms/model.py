"""A statutory form as data: tables, rows, columns, labels and their variants, identities.

A cell id is `table.row.column`. Ids are a contract with users and never change once released.
"""

from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from extractor.forms.edits import Edit, EditKind, EditRule, ForEach, Term, check_operands, expand
from extractor.forms.table import Column, Frozen, Id, Kind, Label, Layout, Row, Table, unique
from extractor.forms.yamlfile import MisplacedError

__all__ = [
    "Column",
    "Edit",
    "EditKind",
    "EditRule",
    "ForEach",
    "Form",
    "Kind",
    "Layout",
    "Marker",
    "Plausible",
    "PlausibleKind",
    "Row",
    "Table",
    "Term",
]


class PlausibleKind(StrEnum):
    """`at_most`: left is seldom above right; `same`: often equal to it; `ratio`: left / right is near `typical`."""

    AT_MOST = "at_most"
    SAME = "same"
    RATIO = "ratio"


class Plausible(Frozen):
    """A soft edit: never decides, only ranks what remains possible in a disputed row. `weight` in bits."""

    kind: PlausibleKind
    table: Id
    row: Id
    left: Id
    right: Id
    weight: float = Field(gt=0)
    typical: float | None = Field(default=None, gt=0)


class Marker(Frozen):
    """Words that tell this form from the others. `weight` is added once if they occur."""

    text: Label
    weight: float = 1.0


class Form(Frozen):
    """A whole statutory form. `years`: first and last report year it is prescribed for, None where open."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
    title: str
    years: tuple[int, int | None]
    markers: tuple[Marker, ...] = Field(min_length=1)
    tables: tuple[Table, ...] = Field(min_length=1)
    identities: tuple[EditRule, ...] = ()
    plausible: tuple[Plausible, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        unique([table.id for table in self.tables], "table", "tables", "id")
        unique([f"{rule.table}.{rule.id}" for rule in self.identities], "identity", "identities", "id")
        tables = {table.id: table for table in self.tables}
        for index, rule in enumerate(self.identities):
            if rule.table not in tables:
                message = f"identity '{rule.id}' names an unknown table '{rule.table}'"
                raise MisplacedError(message, "identities", index, "table")
            check_operands(rule, tables[rule.table], index)
        for index, soft in enumerate(self.plausible):
            if soft.table not in tables:
                raise MisplacedError(f"unknown table '{soft.table}'", "plausible", index, "table")
            row = next((row for row in tables[soft.table].rows if row.id == soft.row), None)
            if row is None:
                raise MisplacedError(f"table '{soft.table}' has no row '{soft.row}'", "plausible", index, "row")
            for side, column in (("left", soft.left), ("right", soft.right)):
                if column not in tables[soft.table].columns_of(row):
                    raise MisplacedError(f"row '{soft.row}' has no column '{column}'", "plausible", index, side)
            if (soft.kind is PlausibleKind.RATIO) != (soft.typical is not None):
                raise MisplacedError("a ratio needs 'typical', nothing else takes it", "plausible", index)
        return self

    @cached_property
    def table_by_id(self) -> dict[str, Table]:
        return {table.id: table for table in self.tables}

    @cached_property
    def cells(self) -> dict[str, tuple[Table, Row, Column]]:
        """Every cell id of the form in printed order, with what it belongs to."""
        return {
            f"{table.id}.{row.id}.{column}": (table, row, table.column_by_id[column])
            for table in self.tables
            for row in table.rows
            for column in table.columns_of(row)
        }

    @cached_property
    def dispensable(self) -> dict[str, str | None]:
        """Cells that may be absent from a whole report: of optional rows (None), and of details whose group may be
        printed as its subtotal alone (the cell of that subtotal)."""
        out: dict[str, str | None] = {}
        for cell, (table, row, column) in self.cells.items():
            if row.optional:
                out[cell] = None
            elif row.group is not None:
                subtotal = next((one.id for one in table.rows if one.subtotal_of == row.group), None)
                if subtotal is not None:
                    out[cell] = f"{table.id}.{subtotal}.{column.id}"
        return out

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """Cell id to the kind of number it admits."""
        return {cell: row.kind or column.kind for cell, (_, row, column) in self.cells.items()}

    @cached_property
    def edits(self) -> tuple[Edit, ...]:
        """The identities within a report, expanded over rows and columns; ids as `table.identity.row-or-column`."""
        return self._expanded(over_years=False)

    @cached_property
    def edits_over_years(self) -> tuple[Edit, ...]:
        """The identities between a report and that of the year before, expanded likewise."""
        return self._expanded(over_years=True)

    def _expanded(self, *, over_years: bool) -> tuple[Edit, ...]:
        rules = (rule for rule in self.identities if bool(rule.last_year) is over_years)
        return tuple(edit for rule in rules for edit in expand(rule, self.table_by_id[rule.table]))
