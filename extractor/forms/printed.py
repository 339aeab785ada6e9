"""How a table of a form is laid out on paper: rules/print.yaml as data. Only for showing; reading does not use it."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import Field, RootModel

from extractor.errors import RulesError
from extractor.forms.load import load_forms, rules_dir
from extractor.forms.table import Frozen, Id, Label
from extractor.forms.yamlfile import load_yaml

__all__ = ["GRID", "Block", "Heading", "Print", "load_prints"]

GRID = 15
"""A table is so many squares wide."""


class Heading(Frozen):
    """A heading that rows or columns have in common."""

    label: Label
    of: tuple[Id, ...] = Field(min_length=1)


class Block(Frozen):
    """Rows of a table with the columns that they have, under a title of their own."""

    title: str = ""
    rows: tuple[Id, ...]
    columns: tuple[Id, ...]


class Print(Frozen):
    """How a table is printed; the head of rules/print.yaml says what the keys mean."""

    labels: tuple[int, ...] = (8,)
    unit: int | None = None
    corner: str = ""
    over: tuple[Heading, ...] = ()
    beside: tuple[Heading, ...] = ()
    across: tuple[Heading, ...] = ()
    blocks: tuple[Block, ...] = ()
    headings: dict[Id, Label] = Field(default_factory=dict)


class _File(RootModel[dict[str, dict[str, Print]]]):
    pass


def load_prints(directory: Path | None = None) -> Mapping[str, Mapping[str, Print]]:
    """By form and table; a form that is not in it is printed plainly. Raises RulesError."""
    return _load(rules_dir(directory).resolve())


@cache
def _load(directory: Path) -> Mapping[str, Mapping[str, Print]]:
    path = directory / "print.yaml"
    prints, forms = load_yaml(path, _File).root, load_forms(directory)
    for form, tables in prints.items():
        for table, one in tables.items():
            if form not in forms or table not in forms[form].table_by_id:
                raise RulesError(f"{path}:1: there is no table '{table}' in a form '{form}'")
            known = forms[form].table_by_id[table]
            rows, columns = {row.id for row in known.rows}, set(known.column_ids)
            named = {id_ for heading in (*one.beside, *one.across) for id_ in heading.of} | set(one.headings)
            named |= {id_ for block in one.blocks for id_ in block.rows}
            over = {id_ for heading in one.over for id_ in heading.of}
            over |= {id_ for block in one.blocks for id_ in block.columns}
            strange = sorted((named - rows) | (over - columns))
            if strange:
                raise RulesError(f"{path}:1: table '{table}' of '{form}' has no row or column '{strange[0]}'")
            left = {row.id for row in known.rows} - {id_ for block in one.blocks for id_ in block.rows}
            if one.blocks and left:
                raise RulesError(f"{path}:1: table '{table}' of '{form}': row '{min(left)}' is in no block")
    return prints
