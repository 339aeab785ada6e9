"""rules/asking.yaml as a checked model: what a model may be asked for, and the words that bind its answers."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from extractor.forms.load import rules_dir
from extractor.forms.yamlfile import MisplacedError, load_yaml
from extractor.parse.prose.rules import Topic, load_prose

__all__ = ["AskingRules", "Subject", "Words", "load_asking"]

Text = Annotated[str, StringConstraints(min_length=1)]
_HOLE = re.compile(r"\{([a-z]+)\}")
_DEEPEST = 3
_GROUP = re.compile(r"\(\?:(?:[^()\[\]\\]|\((?:[^()\[\]\\]|\([^()]*\)|\[[^\]]*\])*\)|\[[^\]]*\])*\)")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SubjectRule(_Frozen):
    """See the head of rules/asking.yaml."""

    id: Text
    asks: Text
    words: tuple[Text, ...] = Field(min_length=1)
    also: Text | None = None
    head: Text | None = None
    here: Text | None = None
    unless: Text | None = None
    near: Text | None = None
    matter: Topic | None = None
    unit: Text = "件次?|份|宗|例|起"
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
    known: re.Pattern[str]
    head: re.Pattern[str] | None
    here: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    near: re.Pattern[str] | None
    matter: Topic | None
    unit: re.Pattern[str]
    any_year: bool
    zero: bool
    as_of: bool
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of AskingRules, compiled. `plain`, `facts`, `phrases` and `ending` find what may stand in a clause of
    any kind, in one that states any subject, and in one before or after it that states nothing."""

    plain: re.Pattern[str]
    facts: re.Pattern[str]
    phrases: re.Pattern[str]
    ending: re.Pattern[str]
    units: re.Pattern[str]
    narrows: Mapping[Topic, re.Pattern[str]]
    anyone: re.Pattern[str]
    none: re.Pattern[str]
    undone: re.Pattern[str]
    undone_here: re.Pattern[str]
    undone_next: re.Pattern[str]
    astray: re.Pattern[str]
    whole: re.Pattern[str]
    whole_again: re.Pattern[str]
    scoping: re.Pattern[str]
    cause: re.Pattern[str]
    carried: re.Pattern[str]
    named: re.Pattern[str]
    bodies: re.Pattern[str]
    years: re.Pattern[str]
    applicants: re.Pattern[str]
    past_year: re.Pattern[str]


_AS_THEY_ARE = (
    *("anyone", "none", "undone", "undone_here", "undone_next", "astray", "whole", "whole_again", "scoping", "cause"),
    *("carried", "named", "bodies", "years", "applicants", "past_year"),
)


class AskingRules(_Frozen):
    """See the head of rules/asking.yaml, for each of the texts."""

    names: dict[str, Text] = Field(default_factory=dict)
    plain: Text
    anyone: Text
    phrases: Text
    none: Text
    undone: Text
    undone_here: Text
    undone_next: Text
    astray: Text
    narrows: dict[Topic, Text]
    whole: Text
    whole_again: Text
    scoping: Text
    cause: Text
    carried: Text
    named: Text
    bodies: Text
    years: Text
    ending: Text
    applicants: Text
    past_year: Text
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
        try:
            _ = self.words
        except (re.error, ValueError) as error:
            raise ValueError(f"a text beside the subjects: {error}") from error
        return self

    @cached_property
    def words(self) -> Words:
        plain = (self.plain, self.anyone)
        known = tuple(one for rule in self.subjects for one in (*rule.words, rule.also) if one)
        return Words(
            plain=self._any(*plain),
            facts=self._any(*plain, *known, self.phrases),
            phrases=self._any(*plain, self.phrases),
            ending=self._any(*plain, *known, self.phrases, self.ending),
            units=self._any(*(rule.unit for rule in self.subjects)),
            narrows={topic: self._made(text) for topic, text in self.narrows.items()},
            **{name: self._made(getattr(self, name)) for name in _AS_THEY_ARE},
        )

    @cached_property
    def carried_years(self) -> re.Pattern[str]:
        """The years that belong to what is carried over."""
        return self._any(*(rule.words[0] for rule in self.subjects if rule.years == "any"), "(?!)")

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
            return None if text is None else self._made(text)

        return Subject(
            rule.id,
            rule.asks,
            tuple(map(self._made, rule.words)),
            self._any(*rule.words, rule.also or "(?!)", self.plain, self.anyone),
            None if rule.head is None else self._made(f"(?:{rule.head})$"),
            made(rule.here),
            made(rule.unless),
            made(rule.near),
            rule.matter,
            self._made(rule.unit),
            rule.years == "any",
            rule.zero,
            rule.as_of,
            rule.cells,
        )

    def _made(self, text: str) -> re.Pattern[str]:
        return load_prose().pattern(self._filled(text))

    def _filled(self, text: str) -> str:
        """`text` with the names of this file filled in."""
        for _ in range(_DEEPEST):
            text = _HOLE.sub(lambda match: f"(?:{self.names[match[1]]})" if match[1] in self.names else match[0], text)
        return text

    def _any(self, *texts: str) -> re.Pattern[str]:
        """A pattern that takes the longest of all words, however they are listed: 提出, not 提."""
        words = dict.fromkeys(word for text in texts for word in _words(self._filled(text)))
        return load_prose().pattern("|".join(sorted(words, key=len, reverse=True)))


def _words(text: str) -> Iterator[str]:
    """The alternatives of a pattern, those of its groups that are nothing but alternatives too."""
    depth, start, inside = 0, 0, False
    parts = []
    for at, character in enumerate(text):
        if text[at - 1 : at] == "\\":
            continue
        if inside or character == "[":
            inside = character != "]"
        elif character in "()":
            depth += 1 if character == "(" else -1
        elif character == "|" and not depth:
            parts.append(text[start:at])
            start = at + 1
    parts.append(text[start:])
    for part in parts:
        if len(parts) > 1 or not _GROUP.fullmatch(part):
            if _GROUP.fullmatch(part):
                yield from _words(part)
            else:
                yield part
        else:
            yield from _words(part[3:-1])


@cache
def load_asking(directory: Path | None = None) -> AskingRules:
    """The rules; read once for each directory. Raises RulesError for a mistake in the file."""
    return load_yaml(rules_dir(directory) / "asking.yaml", AskingRules)
