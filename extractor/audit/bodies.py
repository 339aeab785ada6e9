"""Whose reports belong together: bodies by their names, as different reports spell them.

Two spellings are one name if they differ only in width, script, spaces or punctuation. A name without the places above
it in front (海沧区教育局) is joined to the one that has them (厦门市海沧区教育局) where only one such name is at hand,
and the place that it begins with tells where that is. Renamings are not guessed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import Field, model_validator

from extractor.audit.model import AuditFinding, Filed, Kind
from extractor.forms.load import rules_dir
from extractor.forms.table import Frozen
from extractor.forms.yamlfile import load_yaml
from extractor.read.fold import fold
from extractor.report import JSONValue, Severity

__all__ = ["Body", "BodyRules", "Joined", "first_place", "fuller", "group", "load_bodies", "normalised", "place_ends"]

_LONGEST = 60
_SHORTEST_PLACE = 2


class BodyRules(Frozen):
    """rules/bodies.yaml: how names of places end (and how long they are before that), which of them tell nothing."""

    place_ends: dict[str, int] = Field(min_length=1)
    no_places: tuple[str, ...]
    shared: tuple[str, ...]

    @model_validator(mode="after")
    def _check(self) -> "BodyRules":
        if any(most < _SHORTEST_PLACE for most in self.place_ends.values()):
            raise ValueError(f"a place has at least {_SHORTEST_PLACE} characters before its end")
        return self


def load_bodies(directory: Path | None = None) -> BodyRules:
    """The rules by which names are joined. Raises RulesError."""
    return _load(rules_dir(directory).resolve())


@cache
def _load(directory: Path) -> BodyRules:
    return load_yaml(directory / "bodies.yaml", BodyRules)


@dataclass(frozen=True, slots=True)
class Joined:
    """Different spellings that were taken for one body: each with the reports that use it."""

    body: str
    variants: Mapping[str, tuple[str, ...]]

    def to_dict(self) -> dict[str, JSONValue]:
        return {
            "body": self.body,
            "variants": [{"organ": organ, "files": list(files)} for organ, files in self.variants.items()],
        }


@dataclass(frozen=True, slots=True)
class Body:
    """A body under its fullest name, with its reports."""

    name: str
    reports: tuple[Filed, ...]

    @property
    def joined(self) -> Joined | None:
        """What was joined to make it; None where all reports spell the name alike."""
        variants: dict[str, list[str]] = {}
        for one in sorted(self.reports, key=lambda one: (one.organ != self.name, one.organ, one.order)):
            variants.setdefault(one.organ, []).append(one.where)
        if len(variants) == 1:
            return None
        return Joined(self.name, {organ: tuple(files) for organ, files in variants.items()})


def group(reports: Iterable[Filed], rules: BodyRules) -> tuple[list[Body], list[AuditFinding]]:
    """Bodies in the order of their names, and a finding for each name that may be another's but was kept apart."""
    by_key: dict[str, list[Filed]] = {}
    for one in reports:
        by_key.setdefault(normalised(one.organ), []).append(one)
    joined, doubtful = fuller(by_key, rules)
    spelled = {key: _spelling(members) for key, members in by_key.items()}
    gathered: dict[str, list[Filed]] = {}
    for key, members in by_key.items():
        gathered.setdefault(joined.get(key, key), []).extend(members)
    bodies = [Body(spelled[key], tuple(sorted(members, key=_order))) for key, members in gathered.items()]
    notes = [_kept_apart(spelled[key], sorted(spelled[one] for one in others)) for key, others in doubtful.items()]
    return sorted(bodies, key=lambda body: (body.name, body.reports[0].order)), notes


def normalised(organ: str) -> str:
    """`organ` in one width and script, without spaces and punctuation."""
    return "".join(character for character in fold(organ).casefold() if character.isalnum()) or organ


def _order(filed: Filed) -> tuple[int, tuple[str, str, str]]:
    return filed.year, filed.order


def _spelling(members: Sequence[Filed]) -> str:
    """The spelling that most reports use."""
    counted = Counter(one.organ for one in members)
    return min(counted, key=lambda organ: (-counted[organ], organ))


def fuller(keys: Iterable[str], rules: BodyRules) -> tuple[dict[str, str], dict[str, list[str]]]:
    """For each name the one that says more about where it is; and names for which that cannot be told, with those
    that they may stand for."""
    known = set(keys)
    longer: dict[str, list[str]] = {}
    for key in known:
        for end in place_ends(key, rules):
            if key[end:] in known:
                longer.setdefault(key[end:], []).append(key)
    joined, doubtful = {}, {}
    for key, names in longer.items():
        place = first_place(key, rules)
        if place is None:
            continue
        longest = max(names, key=len)
        if place not in rules.shared and all(longest.endswith(name) for name in names):
            joined[key] = longest
        else:
            doubtful[key] = names
    return joined, doubtful


def place_ends(name: str, rules: BodyRules) -> list[int]:
    """Where a chain of places from the beginning of `name` ends (厦门市|海沧区|教育局: 3 and 6), short of all of it."""
    if len(name) > _LONGEST:
        return []
    starts = [0]
    for end in range(_SHORTEST_PLACE + 1, len(name)):
        if any(_is_place(name[start:end], rules) for start in starts):
            starts.append(end)
    return starts[1:]


def first_place(name: str, rules: BodyRules) -> str | None:
    """The place that `name` begins with, if it begins with one that has a name of its own."""
    ends = place_ends(name, rules)
    place = name[: ends[0]] if ends else None
    return None if place is None or place.endswith(rules.no_places) else place


def _is_place(text: str, rules: BodyRules) -> bool:
    return any(
        _SHORTEST_PLACE <= len(text) - len(end) <= most for end, most in rules.place_ends.items() if text.endswith(end)
    )


def _kept_apart(name: str, others: Sequence[str]) -> AuditFinding:
    listed = "、".join(others)
    return AuditFinding(
        "body.ambiguous",
        Kind.AMBIGUOUS,
        Severity.INFO,
        name,
        (),
        f"可能与 {listed} 是同一单位，不能断定，未合并",
        f"may be the same body as {', '.join(others)}; that cannot be told, so they were kept apart",
    )
