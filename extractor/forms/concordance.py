"""What items of one edition of a form can and cannot be compared with in another: rules/concordance.yaml as data."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pydantic import Field, model_validator

from extractor.errors import RulesError
from extractor.forms.load import load_forms, rules_dir
from extractor.forms.model import Form
from extractor.forms.table import Frozen, Id, unique
from extractor.forms.yamlfile import MisplacedError, load_yaml

__all__ = [
    "COMPARABLE",
    "Concordance",
    "ConcordanceFile",
    "Family",
    "Relation",
    "Source",
    "Variable",
    "load_concordance",
]


class Relation(StrEnum):
    """How cells stand to a variable. `same`: the cell is it; `sum_of`: the cells add up to it; `part_of`: they are only
    a part of it, or counted more narrowly; `not_comparable`: they look alike and are not."""

    SAME = "same"
    SUM_OF = "sum_of"
    PART_OF = "part_of"
    NOT_COMPARABLE = "not_comparable"


COMPARABLE = (Relation.SAME, Relation.SUM_OF)


class Source(Frozen):
    """The cells of one form that stand in a relation to a variable; of several comparable ones of a form the first that
    is found is taken. `zh`, `en`: what there is to say to it."""

    form: str
    kind: Relation
    cells: tuple[str, ...] = Field(min_length=1)
    zh: str = ""
    en: str = ""

    @model_validator(mode="after")
    def _check(self) -> "Source":
        if self.kind is Relation.SAME and len(self.cells) != 1:
            raise ValueError("'same' takes one cell")
        if self.kind is not Relation.SAME and not (self.zh and self.en):
            raise ValueError(f"'{self.kind.value}' needs a reason in 'zh' and in 'en'")
        return self


class Variable(Frozen):
    """One thing that is counted, whatever form asks for it. `main`: written down for itself, not one cell of many."""

    id: Id
    zh: str
    en: str
    unit: str
    sources: tuple[Source, ...] = Field(min_length=1)
    main: bool = True


class Family(Frozen):
    """Each cell of a table as a variable of its own."""

    table: Id
    forms: tuple[str, ...] = Field(min_length=1)
    prefix: Id | None = None


class ConcordanceFile(Frozen):
    """rules/concordance.yaml as it is written."""

    variables: tuple[Variable, ...] = Field(min_length=1)
    families: tuple[Family, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> "ConcordanceFile":
        unique([one.id for one in self.variables], "variable", "variables", "id")
        for index, one in enumerate(self.variables):
            if not any(source.kind in COMPARABLE for source in one.sources):
                raise MisplacedError("no form has it: 'same' or 'sum_of' is missing", "variables", index, "sources")
        return self


class Concordance(NamedTuple):
    """All variables, those written down for themselves first."""

    variables: tuple[Variable, ...]

    @property
    def main(self) -> tuple[Variable, ...]:
        return tuple(one for one in self.variables if one.main)


def load_concordance(directory: Path | None = None) -> Concordance:
    """The concordance of a rules directory. Raises RulesError, also where it names what no form has."""
    return _load(rules_dir(directory).resolve())


@cache
def _load(directory: Path) -> Concordance:
    path = directory / "concordance.yaml"
    written, forms = load_yaml(path, ConcordanceFile), load_forms(directory)
    for one in written.variables:
        for source in one.sources:
            if source.form not in forms:
                raise RulesError(f"{path}:1: variable '{one.id}' names an unknown form '{source.form}'")
            for cell in source.cells:
                if cell not in forms[source.form].cells:
                    raise RulesError(f"{path}:1: variable '{one.id}': form '{source.form}' has no cell '{cell}'")
    taken = {
        (source.form, source.cells[0])
        for one in written.variables
        for source in one.sources
        if source.kind is Relation.SAME
    }
    variables = [*written.variables]
    for family in written.families:
        for form in family.forms:
            if form not in forms or family.table not in forms[form].table_by_id:
                raise RulesError(f"{path}:1: family '{family.table}': form '{form}' has no such table")
        variables += _expanded(family, forms, taken)
    ids = [one.id for one in variables]
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice is not None:
        raise RulesError(f"{path}:1: two variables are called '{twice}': give a family a prefix")
    return Concordance(tuple(variables))


def _expanded(family: Family, forms: Mapping[str, Form], taken: set[tuple[str, str]]) -> Iterator[Variable]:
    """A variable for each cell of the table, in printed order; rows that only some bodies print are left out."""
    sources: dict[str, list[Source]] = {}
    for form in family.forms:
        for cell, (table, row, _) in forms[form].cells.items():
            if table.id == family.table and not row.optional and (form, cell) not in taken:
                sources.setdefault(cell, []).append(Source(form=form, kind=Relation.SAME, cells=(cell,)))
    for cell, found in sources.items():
        table, row, column = forms[found[-1].form].cells[cell]
        parts = [family.prefix or table.id, row.id]
        zh, en = row.labels[0], row.id.replace("_", " ")
        if len(table.columns) > 1:
            parts.append(column.id)
            zh, en = f"{zh} / {column.labels[0]}", f"{en} / {column.id.replace('_', ' ')}"
        unit = column.unit or row.unit or ""
        yield Variable(id="_".join(parts), zh=zh, en=en, unit=unit, sources=tuple(found), main=False)
