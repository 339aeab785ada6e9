"""rules/prose.yaml as a checked model, its phrasings compiled."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from extractor.forms.load import rules_dir
from extractor.forms.yamlfile import MisplacedError, load_yaml

__all__ = ["Asked", "Compiled", "Matter", "Phrasing", "ProseRules", "Subject", "load_prose"]

Text = Annotated[str, StringConstraints(min_length=1)]
Cells = dict[str, tuple[Text, ...]]

_HOLE = re.compile(r"\{([a-z_]+)\}")
_DEEPEST = 6
_NEVER = re.compile("(?!)")


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Value(StrEnum):
    """`figure`: what stands for {n}; `zero`: the phrase denies that there was any."""

    FIGURE = "figure"
    ZERO = "zero"


class Topic(StrEnum):
    """What a figure must be about: see `matters` in rules/prose.yaml."""

    ANSWERS = "answers"
    DISPUTES = "disputes"
    RECEIVED = "received"


class Matter(Frozen):
    """How the text tells what a figure is about: the word said last before it decides."""

    ours: Text
    others: Text
    parts: Text | None = None
    whole: Text | None = None
    received: Text | None = None
    pieces: Text | None = None
    heading: Text | None = None
    carried: Text | None = None
    cause: Text | None = None
    cause_ours: Text | None = None
    unrelated: Text | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A Matter, its patterns compiled. `said` finds words of both kinds: ours are the group `ours`."""

    said: re.Pattern[str]
    others: re.Pattern[str]
    ours: re.Pattern[str]
    parts: re.Pattern[str]
    whole: re.Pattern[str]
    received: re.Pattern[str]
    pieces: re.Pattern[str]
    heading: re.Pattern[str]
    carried: re.Pattern[str]
    cause: re.Pattern[str]
    cause_ours: re.Pattern[str]
    unrelated: re.Pattern[str]


class Case(Frozen):
    """One of several phrasings that differ in a word: {word} in the patterns."""

    id: Text
    word: Text
    cells: Cells
    needs: tuple[Text, ...] = ()
    cumulative: Cells = Field(default_factory=dict)


class Phrasing(Frozen):
    """See the head of rules/prose.yaml."""

    id: Text
    needs: tuple[Text, ...] = Field(min_length=1)
    patterns: tuple[Text, ...] = Field(min_length=1)
    cells: Cells = Field(default_factory=dict)
    cumulative: Cells = Field(default_factory=dict)
    cases: tuple[Case, ...] = ()
    value: Value = Value.FIGURE
    matter: Topic | None = None
    near: Text | None = None
    unless_before: Text | None = None
    unless_clause: Text | None = None
    unless_within: Text | None = None
    unless_after: Text | None = None
    as_of: bool = False
    interpretation: bool = False

    @model_validator(mode="after")
    def _check(self) -> "Phrasing":
        if not (self.cells or self.cumulative or self.cases):
            raise ValueError(f"phrasing '{self.id}' states no cell")
        return self


class Subject(Frozen):
    """What a following 维持、纠正、未审结 is about; `names` fill {subject} in the cells, by form."""

    pattern: Text
    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A phrasing (or one case of it), ready to be looked for."""

    id: str
    needs: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]
    cells: Mapping[str, tuple[str, ...]]
    cumulative: Mapping[str, tuple[str, ...]]
    zero: bool
    matter: Topic | None
    near: re.Pattern[str] | None
    unless_before: re.Pattern[str] | None
    unless_clause: re.Pattern[str] | None
    unless_within: re.Pattern[str] | None
    unless_after: re.Pattern[str] | None
    as_of: bool
    interpretation: bool
    wants_subject: bool


class ProseRules(Frozen):
    names: dict[str, Text]
    table_words: Text
    figure: Text
    denial: Text
    elsewhere: Text
    assisting: Text
    planned: Text
    denied: Text
    hedged_before: Text
    hedged_after: Text
    carries_on: Text
    subjects: tuple[Subject, ...]
    matters: dict[Topic, Matter]
    phrasings: tuple[Phrasing, ...]

    @model_validator(mode="after")
    def _patterns_compile(self) -> "ProseRules":
        for at, phrasing in enumerate(self.phrasings):
            try:
                self._compile(phrasing)
            except (re.error, ValueError) as error:
                raise MisplacedError(f"phrasing '{phrasing.id}': {error}", "phrasings", at) from error
        if set(self.matters) != set(Topic):
            raise ValueError(f"matters: needed are {', '.join(Topic)}")
        try:
            _ = self.asked, self.guards, self.subject_pattern
        except (re.error, ValueError) as error:
            raise ValueError(f"a guard or matter: {error}") from error
        ids = [one.id for one in self.compiled]
        if len(set(ids)) != len(ids):
            raise ValueError(f"phrasing '{next(one for one in ids if ids.count(one) > 1)}' is defined twice")
        return self

    @cached_property
    def compiled(self) -> tuple[Compiled, ...]:
        return tuple(one for phrasing in self.phrasings for one in self._compile(phrasing))

    @cached_property
    def needed(self) -> frozenset[str]:
        return frozenset(word for one in self.compiled for word in one.needs)

    @cached_property
    def words(self) -> re.Pattern[str]:
        """Finds the sentences worth a closer look."""
        return re.compile("|".join(sorted(map(re.escape, self.needed))))

    @cached_property
    def _by_form(self) -> dict[str, tuple[tuple[str, tuple[int, ...]], ...]]:
        return {}

    def asking(self, form_id: str, text: str) -> list[Compiled]:
        """The phrasings that state cells of that form and of whose needed words `text` holds one."""
        known = self._by_form.get(form_id)
        if known is None:
            by_word: dict[str, list[int]] = {}
            for at, one in enumerate(self.compiled):
                if form_id in one.cells or form_id in one.cumulative:
                    for word in one.needs:
                        by_word.setdefault(word, []).append(at)
            known = self._by_form[form_id] = tuple((word, tuple(places)) for word, places in by_word.items())
        asking = {at for word, places in known if word in text for at in places}
        return [self.compiled[at] for at in sorted(asking)]

    def pattern(self, text: str) -> re.Pattern[str]:
        return re.compile(self._filled(text, {}))

    @cached_property
    def guards(self) -> Mapping[str, re.Pattern[str]]:
        """What stands around a figure and forbids to take it, or tells how."""
        named = (
            *("table_words", "figure", "denial", "elsewhere", "assisting", "planned", "denied"),
            *("hedged_before", "hedged_after", "carries_on"),
        )
        guards = {name: self.pattern(getattr(self, name)) for name in named}
        return {**guards, "denial_or_figure": self.pattern(f"[0-9]|(?:{self.figure})|(?:{self.denial})")}

    @cached_property
    def asked(self) -> Mapping[Topic, Asked]:
        return {topic: self._asked(matter) for topic, matter in self.matters.items()}

    def _asked(self, matter: Matter) -> Asked:
        def made(text: str | None) -> re.Pattern[str]:
            return _NEVER if text is None else self.pattern(text)

        return Asked(
            said=self.pattern(f"(?:{matter.others})|(?P<ours>{matter.ours})"),
            others=made(matter.others),
            ours=made(matter.ours),
            parts=made(matter.parts),
            whole=made(matter.whole),
            received=made(matter.received),
            pieces=made(matter.pieces),
            heading=made(matter.heading),
            carried=made(matter.carried),
            cause=made(matter.cause),
            cause_ours=made(matter.cause_ours),
            unrelated=made(matter.unrelated),
        )

    @cached_property
    def interpretations(self) -> frozenset[str]:
        return frozenset(one.id for one in self.compiled if one.interpretation)

    @cached_property
    def subject_pattern(self) -> re.Pattern[str]:
        return self.pattern("|".join(subject.pattern for subject in self.subjects))

    @cached_property
    def subject_patterns(self) -> tuple[tuple[re.Pattern[str], Mapping[str, str]], ...]:
        return tuple((self.pattern(subject.pattern), subject.names) for subject in self.subjects)

    def _compile(self, phrasing: Phrasing) -> list[Compiled]:
        cases = phrasing.cases or (None,)
        return [self._one(phrasing, case) for case in cases]

    def _one(self, phrasing: Phrasing, case: Case | None) -> Compiled:
        words = {"word": f"(?:{case.word})"} if case else {}

        def made(text: str | None) -> re.Pattern[str] | None:
            return None if text is None else re.compile(self._filled(text, words))

        patterns = tuple(re.compile(self._filled(text, words)) for text in phrasing.patterns)
        for pattern in patterns:
            if phrasing.value is Value.FIGURE and "n" not in pattern.groupindex:
                raise ValueError(f"no {{n}} in {pattern.pattern}")
        cells = case.cells if case else phrasing.cells
        cumulative = case.cumulative if case else phrasing.cumulative
        return Compiled(
            id=f"{phrasing.id}.{case.id}" if case else phrasing.id,
            needs=frozenset((case.needs if case else ()) or phrasing.needs),
            patterns=patterns,
            cells=cells,
            cumulative=cumulative,
            zero=phrasing.value is Value.ZERO,
            matter=phrasing.matter,
            near=made(phrasing.near),
            unless_before=made(phrasing.unless_before),
            unless_clause=made(phrasing.unless_clause),
            unless_within=made(phrasing.unless_within),
            unless_after=made(phrasing.unless_after),
            as_of=phrasing.as_of,
            interpretation=phrasing.interpretation,
            wants_subject=any("{subject}" in cell for named in cells.values() for cell in named),
        )

    def _filled(self, text: str, words: Mapping[str, str]) -> str:
        """`text` with {name} replaced, names within names too."""
        for _ in range(_DEEPEST):
            if not _HOLE.search(text):
                return text
            text = _HOLE.sub(lambda match: self._named(match[1], words), text)
        raise ValueError(f"names within names too deep: {text[:80]}")

    def _named(self, name: str, words: Mapping[str, str]) -> str:
        filled = words.get(name) or self.names.get(name)
        if filled is None:
            raise ValueError(f"unknown name {{{name}}}")
        return filled


@cache
def load_prose(directory: Path | None = None) -> ProseRules:
    """The rules; read once for each directory. Raises RulesError for a mistake in the file."""
    return load_yaml(rules_dir(directory) / "prose.yaml", ProseRules)
