"""Identities (勾稽关系): as written in rules/, and expanded over rows and columns to edits over cell ids."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol

from pydantic import Field

from extractor.forms.table import Frozen, Id, Table
from extractor.forms.yamlfile import MisplacedError

__all__ = ["Edit", "EditKind", "EditRule", "ForEach", "Term", "check_operands", "expand"]


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
    `only`: the rows or columns that it holds for, all by default. `strict` is false where bodies restate. `message`
    says in Chinese what must hold, `message_en` in English.
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
    message_en: str = ""


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
    message_en: str = ""
    strict: bool = True


class _TermOf(Protocol):
    """Makes the term of an operand, in one row or column."""

    def __call__(self, operand: str, sign: int = 1, last_year: bool = False) -> Term: ...


def check_operands(rule: EditRule, table: Table, index: int) -> None:
    """Raise MisplacedError for an operand of identity number `index` that `table` does not have."""
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


def expand(rule: EditRule, table: Table) -> Iterator[Edit]:
    """The edits that `rule` stands for, one for each row or column that has all of its operands."""
    if rule.for_each is ForEach.ROW:
        yield from _per_row(rule, table)
    else:
        yield from _per_column(rule, table)


def _per_row(rule: EditRule, table: Table) -> Iterator[Edit]:
    for row in table.rows:
        if rule.only and row.id not in rule.only:
            continue
        columns = table.columns_of(row)
        if not {*rule.left, *rule.right, *rule.minus, *rule.last_year} <= set(columns):
            continue

        def term(operand: str, sign: int = 1, last_year: bool = False, row_id: str = row.id) -> Term:
            return Term(cells=(f"{table.id}.{row_id}.{operand}",), sign=sign, last_year=last_year)

        yield _edit(rule, f"{table.id}.{rule.id}.{row.id}", term)


def _per_column(rule: EditRule, table: Table) -> Iterator[Edit]:
    rows = {row.id: row for row in table.rows}
    for column in table.column_by_id:
        if rule.only and column not in rule.only:
            continue

        def term(operand: str, sign: int = 1, last_year: bool = False, column: str = column) -> Term:
            if not operand.startswith("@"):
                cell = f"{table.id}.{operand}.{column}"
                absent = rows[operand].optional and rows[operand].subtotal_of is None
                return Term(cells=(cell,), optional=absent, sign=sign, last_year=last_year)
            group = operand[1:]
            details = tuple(f"{table.id}.{row.id}.{column}" for row in table.rows if row.group == group)
            subtotal = next((f"{table.id}.{row.id}.{column}" for row in table.rows if row.subtotal_of == group), None)
            return Term(cells=details, subtotal=subtotal, sign=sign, last_year=last_year)

        operands = (*rule.left, *rule.right, *rule.minus, *rule.last_year)
        plain = [operand for operand in operands if not operand.startswith("@")]
        if not all(column in table.columns_of(rows[operand]) for operand in plain):
            continue
        yield _edit(rule, f"{table.id}.{rule.id}.{column}", term)


def _edit(rule: EditRule, name: str, term: _TermOf) -> Edit:
    """`rule` for one row or column, named `name`; `term` makes the term of each of its operands."""
    return Edit(
        id=name,
        kind=rule.kind,
        left=(*map(term, rule.left), *(term(operand, -1) for operand in rule.minus)),
        right=(*map(term, rule.right), *(term(operand, last_year=True) for operand in rule.last_year)),
        message=rule.message,
        message_en=rule.message_en or rule.message,
        strict=rule.strict,
    )
