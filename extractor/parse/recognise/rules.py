"""rules/recognition.yaml as a checked model, its patterns compiled."""

import re
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from extractor.forms.load import rules_dir
from extractor.forms.yamlfile import load_yaml

__all__ = ["YEAR", "OrganRule", "RecognitionRules", "Where", "YearRule", "load_recognition"]

Text = Annotated[str, StringConstraints(min_length=1)]

# A year as printed: 2023, 二〇二三, and with letters or circles for the zero.
YEAR = "[二2][〇○零0oO][〇○零0oO一1二2三3四4][〇○零0oO一1二2三3四4五5六6七7八8九9]"
_GAP = r"[ \n|#*]{0,8}"
_ORGAN = r"(?P<organ>[一-鿿][一-鿿()·、]{2,38}?)"

_ORGAN_ALL = r"(?P<organ>[一-鿿][一-鿿()·]{2,38})"


class Where(StrEnum):
    HEAD = "head"
    TAIL = "tail"
    ALL = "all"
    NAME = "name"


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Weighted(Frozen):
    """A pattern; `weight` is added once if it is found."""

    pattern: Text
    weight: float
    says: str | None = None
    excused: bool = False
    form: str | None = None


class Genre(Frozen):
    titles: tuple[Weighted, ...]
    structure: tuple[Weighted, ...]
    against: tuple[Weighted, ...]
    head: int
    enough_with_title: float
    enough_alone: float
    enough_labels: int
    enough_markers: float


class LabelRule(Frozen):
    shortest: int
    weight: float


class FormYear(Frozen):
    within: float
    without: float


class YearRule(Frozen):
    id: str
    pattern: Text
    where: Where = Field(alias="in")
    weight: float
    says: Text
    shift: int = 0
    alone: bool = False


class YearNamed(Frozen):
    times: int
    weight: float


class OrganRule(Frozen):
    id: str
    anchor: Text
    before: str | None = None
    after: str | None = None
    where: Where = Field(alias="in")
    weight: float
    says: Text
    office: bool = False

    @model_validator(mode="after")
    def _one_side(self) -> "OrganRule":
        if (self.before is None) == (self.after is None):
            raise ValueError("exactly one of 'before' and 'after' is needed")
        return self


class RecognitionRules(Frozen):
    core: Text
    genre: Genre
    labels: LabelRule
    citations: tuple[Weighted, ...]
    form_year: FormYear
    provincial: tuple[str, ...]
    years: tuple[YearRule, ...]
    year_named: YearNamed
    year_enough: float
    year_margin: float
    organs: tuple[OrganRule, ...]
    organ_enough: float
    organ_ends: tuple[str, ...]
    place_ends: tuple[str, ...]
    organ_never: tuple[str, ...]
    organ_prefixes: tuple[str, ...]
    contact_offices: tuple[str, ...]
    offices_of_their_own: tuple[str, ...]
    abbreviations: dict[str, str]

    @model_validator(mode="after")
    def _patterns_compile(self) -> "RecognitionRules":
        for pattern in self._patterns():
            try:
                self.compiled(pattern)
            except re.error as error:
                raise ValueError(f"not a regular expression: {pattern}: {error}") from error
        return self

    def _patterns(self) -> list[str]:
        weighted = (*self.genre.titles, *self.genre.structure, *self.genre.against, *self.citations)
        sides = [side for rule in self.organs for side in (rule.anchor, rule.before, rule.after) if side]
        return [rule.pattern for rule in weighted] + [rule.pattern for rule in self.years] + sides

    def compiled(self, pattern: str) -> re.Pattern[str]:
        """`pattern` with its placeholders filled in; {year} is the group `year` the first time it stands there."""
        known = self._compiled.get(pattern)
        if known is None:
            filled = pattern.replace("{core}", f"(?:{self.core})").replace("{gap}", _GAP).replace("{organ}", _ORGAN)
            filled = filled.replace("{organ_all}", _ORGAN_ALL)
            filled = filled.replace("{year}", f"(?P<year>{YEAR})", 1).replace("{year}", YEAR)
            known = self._compiled[pattern] = re.compile(filled.replace("{same}", "(?P=year)"))
        return known

    @cached_property
    def _compiled(self) -> dict[str, re.Pattern[str]]:
        return {}

    @cached_property
    def ends(self) -> tuple[str, ...]:
        return tuple(sorted((*self.organ_ends, *self.abbreviations), key=len, reverse=True))

    @cached_property
    def never(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, self.organ_never)))

    @cached_property
    def prefixes(self) -> re.Pattern[str]:
        longest_first = sorted(self.organ_prefixes, key=len, reverse=True)
        return re.compile(rf"^(?:{'|'.join(map(re.escape, longest_first))})+")


@cache
def load_recognition(directory: Path | None = None) -> RecognitionRules:
    """The rules; read once for each directory. Raises RulesError for a mistake in the file."""
    return load_yaml(rules_dir(directory) / "recognition.yaml", RecognitionRules)
