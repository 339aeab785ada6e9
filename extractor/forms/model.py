"""A statutory form as data: tables, rows, columns, labels and their variants, identities.

A cell id is `table.row.column`. Ids are a contract with users and never change once released.
"""

import re
import unicodedata
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from extractor.forms.yamlfile import MisplacedError

__all__ = [
    "Column",
    "Edit",
    "EditKind",
    "EditRule",
    "Form",
    "Kind",
    "Marker",
    "Plausible",
    "PlausibleKind",
    "Row",
    "Table",
    "Term",
]

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
        _unique(known, "column", "columns", "id")
        _unique([row.id for row in self.rows], "row", "rows", "id")
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


class EditKind(StrEnum):
    """`equal`: both sides sum to the same; `at_most`: left <= right."""

    EQUAL = "equal"
    AT_MOST = "at_most"


class ForEach(StrEnum):
    ROW = "row"
    COLUMN = "column"


class EditRule(Frozen):
    """An identity (勾稽关系) as written in rules/, one for each row or each column of a table.

    Operands are column ids for `for_each: row` and row ids for `for_each: column`. `@group` stands for the rows of
    that group, or for its subtotal row where only that is printed. `last_year` operands are read from the report of
    the year before and belong to the right side; such rules are checked over years, not within a report. `minus` is
    taken off the left side.
    `only`: the rows or columns that it holds for, all by default. `strict` is false where bodies restate.
    """

    id: Id
    kind: EditKind = EditKind.EQUAL
    table: Id
    for_each: ForEach
    left: tuple[str, ...] = Field(min_length=1)
    right: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()
    last_year: tuple[str, ...] = ()
    only: tuple[Id, ...] = ()
    strict: bool = True
    message: str


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


class Term(Frozen):
    """An operand of an edit: `cells` added up, or, where none of them is printed, `subtotal` in their place.

    `optional` marks a single cell that counts as nothing where its row is absent. `last_year`: the cells are those of
    the same body's report of the year before.
    """

    cells: tuple[str, ...]
    subtotal: str | None = None
    optional: bool = False
    sign: int = 1
    last_year: bool = False


class Edit(Frozen):
    """One identity over cell ids: sum of `left` equals (or is at most) sum of `right`.

    It says nothing where all operands of a side are optional and absent: no subtotal row, nothing to add up to.
    """

    id: str
    kind: EditKind
    left: tuple[Term, ...]
    right: tuple[Term, ...]
    message: str
    strict: bool = True


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
        _unique([table.id for table in self.tables], "table", "tables", "id")
        _unique([f"{rule.table}.{rule.id}" for rule in self.identities], "identity", "identities", "id")
        tables = {table.id: table for table in self.tables}
        for index, rule in enumerate(self.identities):
            if rule.table not in tables:
                message = f"identity '{rule.id}' names an unknown table '{rule.table}'"
                raise MisplacedError(message, "identities", index, "table")
            _check_operands(rule, tables[rule.table], index)
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
        from extractor.forms.expand import expand

        rules = (rule for rule in self.identities if bool(rule.last_year) is over_years)
        return tuple(edit for rule in rules for edit in expand(rule, self))


def _unique(ids: list[str], what: str, *where: str) -> None:
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


def _check_operands(rule: EditRule, table: Table, index: int) -> None:
    if not rule.right and not rule.last_year:
        raise MisplacedError(f"identity '{rule.id}' has no right side", "identities", index, "id")
    rows = {row.id for row in table.rows}
    columns = set(table.column_by_id)
    groups = {row.group for row in table.rows if row.group}
    operands, over = (columns, rows) if rule.for_each is ForEach.ROW else (rows, columns)
    for side in ("left", "right", "minus", "last_year"):
        for at, operand in enumerate(getattr(rule, side)):
            if operand.startswith("@"):
                if rule.for_each is ForEach.ROW or operand[1:] not in groups:
                    message = f"identity '{rule.id}' names an unknown group '{operand}'"
                    raise MisplacedError(message, "identities", index, side, at)
            elif operand not in operands:
                message = f"identity '{rule.id}' names an unknown operand '{operand}'"
                raise MisplacedError(message, "identities", index, side, at)
    for at, one in enumerate(rule.only):
        if one not in over:
            message = f"identity '{rule.id}' is limited to an unknown {rule.for_each.value} '{one}'"
            raise MisplacedError(message, "identities", index, "only", at)
