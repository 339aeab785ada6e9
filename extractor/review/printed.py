"""How the tables of a form are printed: merged heads and the labels left of groups of rows, from rules/printed/."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Self

from pydantic import Field, model_validator

from extractor.errors import RulesError
from extractor.forms.load import load_forms, rules_dir
from extractor.forms.model import Form
from extractor.forms.table import Frozen, Id, Label
from extractor.forms.yamlfile import MisplacedError, load_yaml

__all__ = ["Block", "Over", "Printed", "PrintedTable", "Side", "check_printed", "load_printed"]


class Block(Frozen):
    """Rows under heads of their own. `title` runs over the whole width, `corner` stands left of the heads."""

    title: Label | None = None
    corner: str = ""
    rows: tuple[Id, ...] = Field(min_length=1)


class Over(Frozen):
    """A head over several columns."""

    label: Label
    columns: tuple[Id, ...] = Field(min_length=1)


class Side(Frozen):
    """A label left of the rows from `first` to `last`."""

    label: Label
    first: Id
    last: Id


class PrintedTable(Frozen):
    """`over` and `sides`: outer ones first."""

    id: Id
    corner: str = ""
    blocks: tuple[Block, ...] = ()
    over: tuple[Over, ...] = ()
    sides: tuple[Side, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.blocks and (self.over or self.sides):
            raise MisplacedError("a table has either blocks, or over and sides", "blocks")
        return self


class Printed(Frozen):
    """The printed look of one form; tables that are not named are drawn as rows and columns."""

    form: str
    tables: tuple[PrintedTable, ...] = ()


def load_printed(directory: Path | None = None) -> Mapping[str, Printed]:
    """The printed looks of a rules directory by form. Raises RulesError for the first mistake."""
    return _load_printed(rules_dir(directory).resolve())


@cache
def _load_printed(directory: Path) -> Mapping[str, Printed]:
    found: dict[str, Printed] = {}
    forms = load_forms(directory)
    for path in sorted((directory / "printed").glob("*.yaml")):
        printed = load_yaml(path, Printed)
        form = forms.get(printed.form)
        if form is None or path.stem != printed.form:
            raise RulesError(f"{path}:1: there is no form '{printed.form}', or the file is not named after it")
        wrong = check_printed(printed, form)
        if wrong:
            raise RulesError(f"{path}:1: {wrong}")
        found[printed.form] = printed
    return MappingProxyType(found)


def check_printed(printed: Printed, form: Form) -> str | None:
    """What names no table, row or column of `form`, as a message."""
    for table in printed.tables:
        known = form.table_by_id.get(table.id)
        if known is None:
            return f"form {form.id} has no table '{table.id}'"
        rows = {row.id for row in known.rows}
        named = [row for block in table.blocks for row in block.rows]
        named += [row for side in table.sides for row in (side.first, side.last)]
        for row in named:
            if row not in rows:
                return f"table '{table.id}' has no row '{row}'"
        for column in (column for over in table.over for column in over.columns):
            if column not in known.column_by_id:
                return f"table '{table.id}' has no column '{column}'"
        unlisted = rows.difference(named) if table.blocks else set()
        if unlisted:
            return f"no block of table '{table.id}' has row '{min(unlisted)}'"
    return None
