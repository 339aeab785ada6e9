"""What the name of a body says: where it is, of which level, what it does."""

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from extractor.audit.bodies import BodyRules, first_place, normalised, place_ends
from extractor.forms.load import rules_dir
from extractor.forms.table import Frozen
from extractor.forms.yamlfile import load_yaml

__all__ = ["Level", "Named", "PanelRules", "Renaming", "RenamingKind", "load_panel_rules", "named"]

_PROVINCE, _CITY, _COUNTY = ("province",), ("prefecture", "city"), ("county",)


class Level(StrEnum):
    """`city`: a city of prefecture or of county level; the name alone does not tell which."""

    PROVINCE = "province"
    PREFECTURE = "prefecture"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"


class RenamingKind(StrEnum):
    """`continued`: one body under a new name; `taken_over`: what it did went to another, in part or with others."""

    CONTINUED = "continued"
    TAKEN_OVER = "taken_over"


class Renaming(Frozen):
    """What names end with before and after a reform. `year`: of the first report that may bear the new one."""

    before: str = Field(alias="from", min_length=2)
    after: str = Field(alias="to", min_length=2)
    year: int
    kind: RenamingKind


class PanelRules(Frozen):
    """rules/panel.yaml."""

    levels: dict[str, Level] = Field(min_length=1)
    municipalities: tuple[str, ...]
    townships: tuple[str, ...]
    renamings: tuple[Renaming, ...]


class Named(NamedTuple):
    """`places`: the places in front, the widest first; `function`: what is left of the name."""

    places: tuple[str, ...]
    function: str
    province: str | None
    city: str | None
    county: str | None
    level: Level | None


def load_panel_rules(directory: Path | None = None) -> PanelRules:
    """Raises RulesError."""
    return _load(rules_dir(directory).resolve())


@cache
def _load(directory: Path) -> PanelRules:
    return load_yaml(directory / "panel.yaml", PanelRules)


def named(name: str, bodies: BodyRules, rules: PanelRules) -> Named:
    """What `name` says of itself; nothing is looked up."""
    key = normalised(name)
    places = _places(key, bodies)
    function = key[sum(map(len, places)) :]
    levels = [_level(place, rules) for place in places]
    level = levels[-1] if levels else None
    if function.endswith(rules.townships):
        level = Level.TOWNSHIP

    def of(wanted: tuple[str, ...]) -> str | None:
        return next((place for place, one in zip(places, levels, strict=True) if one in wanted), None)

    return Named(places, function, of(_PROVINCE), of(_CITY), of(_COUNTY), level)


def _places(key: str, bodies: BodyRules) -> tuple[str, ...]:
    """厦门市|海沧区: from each place to the nearest end of the next one."""
    if first_place(key, bodies) is None:
        return ()
    places: list[str] = []
    start = 0
    for end in place_ends(key, bodies):
        if first_place(key[start:], bodies) == key[start:end]:
            places.append(key[start:end])
            start = end
    return tuple(places)


def _level(place: str, rules: PanelRules) -> Level | None:
    if place in rules.municipalities:
        return Level.PROVINCE
    fitting = [end for end in rules.levels if place.endswith(end)]
    return rules.levels[max(fitting, key=len)] if fitting else None
