"""Which figures of a body are drawn over the years (rules/figures.yaml), and where each form has them."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import Field, model_validator

from extractor.errors import RulesError
from extractor.forms.load import load_forms, rules_dir
from extractor.forms.model import Form
from extractor.forms.table import Frozen, Id, unique
from extractor.forms.yamlfile import load_yaml

__all__ = ["FigureGroup", "FigureRules", "MainFigure", "drawn_cells", "load_figures", "operands"]


class MainFigure(Frozen):
    """One figure. `cells`: form to `table.row.column`; a row `@group` is the group's subtotal, or its rows together."""

    id: Id
    title: str
    title_en: str
    cells: dict[str, str] = Field(min_length=1)


class FigureGroup(Frozen):
    """Figures that are drawn side by side on one scale."""

    id: Id
    title: str
    title_en: str
    figures: tuple[MainFigure, ...] = Field(min_length=1)


class FigureRules(Frozen):
    """rules/figures.yaml."""

    groups: tuple[FigureGroup, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check(self) -> "FigureRules":
        unique([group.id for group in self.groups], "group", "groups", "id")
        unique([one.id for group in self.groups for one in group.figures], "figure", "groups")
        return self


def load_figures(directory: Path | None = None) -> FigureRules:
    """The figures that are drawn, each held against the forms. Raises RulesError."""
    return _load(rules_dir(directory).resolve())


@cache
def _load(directory: Path) -> FigureRules:
    path = directory / "figures.yaml"
    rules = load_yaml(path, FigureRules)
    forms = load_forms(directory)
    for group in rules.groups:
        for figure in group.figures:
            for form, place in figure.cells.items():
                if form not in forms or not operands(forms[form], place)[1]:
                    raise RulesError(f"{path}:1: figure '{figure.id}': form '{form}' has no '{place}'")
    return rules


def operands(form: Form, place: str) -> tuple[str | None, tuple[str, ...]]:
    """The cell of the subtotal, if `place` is of a group and the form has it, and the cells that add up to it.

    No cells where the form has no such place.
    """
    table_id, _, rest = place.partition(".")
    row_id, _, column = rest.partition(".")
    table = form.table_by_id.get(table_id)
    if table is None or not row_id.startswith("@"):
        return None, ((place,) if place in form.cells else ())
    group = row_id[1:]
    rows = [row for row in table.rows if column in table.columns_of(row)]
    subtotal = next((f"{table_id}.{row.id}.{column}" for row in rows if row.subtotal_of == group), None)
    return subtotal, tuple(f"{table_id}.{row.id}.{column}" for row in rows if row.group == group)


def drawn_cells(rules: FigureRules, forms: Mapping[str, Form]) -> frozenset[str]:
    """Every cell that a figure of any form needs."""
    out: set[str] = set()
    for group in rules.groups:
        for figure in group.figures:
            for form, place in figure.cells.items():
                if form in forms:
                    subtotal, details = operands(forms[form], place)
                    out.update(details if subtotal is None else (subtotal, *details))
    return frozenset(out)
