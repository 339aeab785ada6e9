"""rules/asking.yaml as a checked model: what a model may be asked for, and the words that bind its answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from extractor.forms.load import rules_dir
from extractor.forms.yamlfile import MisplacedError, load_yaml
from extractor.parse.prose.rules import Topic, load_prose

__all__ = ["AskingRules", "Subject", "load_asking"]

Text = Annotated[str, StringConstraints(min_length=1)]
_HOLE = re.compile(r"\{([a-z]+)\}")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SubjectRule(_Frozen):
    """See the head of rules/asking.yaml."""

    id: Text
    asks: Text
    words: tuple[Text, ...] = Field(min_length=1)
    unless: Text | None = None
    near: Text | None = None
    matter: Topic | None = None
    years: Annotated[str, StringConstraints(pattern="^(?:own|any)$")] = "own"
    zero: bool = True
    as_of: bool = False
    cells: dict[str, Text] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject, its patterns compiled. `any_year`: the years that its sentence names are part of its meaning."""

    id: str
    asks: str
    words: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None
    near: re.Pattern[str] | None
    matter: Topic | None
    any_year: bool
    zero: bool
    as_of: bool
    cells: Mapping[str, str]


class AskingRules(_Frozen):
    names: dict[str, Text] = Field(default_factory=dict)
    subjects: tuple[SubjectRule, ...]

    @model_validator(mode="after")
    def _check(self) -> "AskingRules":
        seen: set[str] = set()
        for at, rule in enumerate(self.subjects):
            if rule.id in seen:
                raise MisplacedError(f"subject '{rule.id}' is defined twice", "subjects", at)
            seen.add(rule.id)
            try:
                self._compile(rule)
            except (re.error, ValueError) as error:
                raise MisplacedError(f"subject '{rule.id}': {error}", "subjects", at) from error
        return self

    @cached_property
    def compiled(self) -> tuple[Subject, ...]:
        return tuple(map(self._compile, self.subjects))

    @cached_property
    def _by_form(self) -> dict[str, dict[str, Subject]]:
        return {}

    def of_form(self, form_id: str) -> Mapping[str, Subject]:
        """The subjects of a form by the cell that they are about."""
        known = self._by_form.get(form_id)
        if known is None:
            known = {one.cells[form_id]: one for one in self.compiled if form_id in one.cells}
            self._by_form[form_id] = known
        return known

    def _compile(self, rule: SubjectRule) -> Subject:
        def made(text: str | None) -> re.Pattern[str] | None:
            return None if text is None else load_prose().pattern(self._filled(text))

        return Subject(
            rule.id,
            rule.asks,
            tuple(load_prose().pattern(self._filled(word)) for word in rule.words),
            made(rule.unless),
            made(rule.near),
            rule.matter,
            rule.years == "any",
            rule.zero,
            rule.as_of,
            rule.cells,
        )

    def _filled(self, text: str) -> str:
        return _HOLE.sub(lambda match: f"(?:{self.names[match[1]]})" if match[1] in self.names else match[0], text)


@cache
def load_asking(directory: Path | None = None) -> AskingRules:
    """The rules; read once for each directory. Raises RulesError for a mistake in the file."""
    return load_yaml(rules_dir(directory) / "asking.yaml", AskingRules)
