"""Which names are one body, over years and renamings; on what grounds, and what was left for a person to decide.

What joins without being asked: spellings that differ in width, script or punctuation; a name with the places above it
left out, where only one fuller name is at hand (as `gouji audit` does); a name before and after a reform that the rules
call continued, in the same place, with one forerunner, in years that do not overlap. All of it is listed. Everything
weaker is listed as a candidate and joins nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from extractor.audit.bodies import BodyRules, fuller, normalised
from extractor.errors import LabelError
from extractor.panel.decisions import Choice, Decisions
from extractor.panel.names import Named, PanelRules, RenamingKind, named
from extractor.report import Reason

__all__ = ["Ground", "Matching", "Merge", "NameUse", "match"]


class Ground(StrEnum):
    """Why two names are, or may be, one body."""

    SPELLING = "spelling"
    PLACES = "places"
    RENAMED = "renamed"
    DECIDED = "decided"
    AMBIGUOUS_PLACE = "ambiguous_place"
    TAKEN_OVER = "taken_over"
    PLACE_RENAMED = "place_renamed"


class NameUse(NamedTuple):
    """A name as reports spell it, the years that they are about, and how many reports there are."""

    organ: str
    years: frozenset[int]
    reports: int


@dataclass(frozen=True)
class Merge:
    """`organ` was taken for `body` (`merged`), or may be (a candidate), on this ground. `decision`: a person's."""

    body: str
    organ: str
    merged: bool
    ground: Ground
    why: Reason
    decision: str = ""


class Matching(NamedTuple):
    """The body of every name, and every pair that was joined or might be."""

    body_of: Mapping[str, str]
    merges: tuple[Merge, ...]


class _Pair(NamedTuple):
    """Two normalised names that may be one: `short` would go under the name `full`."""

    short: str
    full: str
    ground: Ground
    merges: bool
    why: Reason


def match(names: Iterable[NameUse], bodies: BodyRules, rules: PanelRules, decisions: Decisions) -> Matching:
    """The bodies of `names`. Raises LabelError where decisions contradict each other."""
    by_key: dict[str, list[NameUse]] = defaultdict(list)
    for use in sorted(names):
        by_key[normalised(use.organ)].append(use)
    spelled = {key: _spelling(uses) for key, uses in by_key.items()}
    years = {key: frozenset().union(*(use.years for use in uses)) for key, uses in by_key.items()}
    pairs = [*_places(by_key, bodies), *_reforms(by_key, years, bodies, rules)]
    joined = _Joined(by_key)
    merges = []
    for pair in pairs:
        decided = _decision(by_key[pair.short], by_key[pair.full], decisions)
        done = (pair.merges and decided != Choice.APART) or decided == Choice.SAME
        if done:
            joined.join(pair.short, pair.full)
        merges.append((pair.short, pair.full, pair.ground, pair.why, done, decided))
    for one, other in _decided(by_key, decisions, {(pair.short, pair.full) for pair in pairs}):
        joined.join(one, other)
        merges.append((one, other, Ground.DECIDED, Reason("decided by a person", "人工判定"), True, Choice.SAME))
    _check_apart(joined, by_key, decisions)
    body_of = {use.organ: spelled[joined.root(key)] for key, uses in by_key.items() for use in uses}
    listed = [
        Merge(spelled[joined.root(full)] if done else spelled[full], spelled[short], done, ground, why, decided)
        for short, full, ground, why, done, decided in merges
    ]
    return Matching(body_of, tuple(sorted([*_spellings(by_key, spelled), *listed], key=_order)))


class _Joined:
    """Sets of names; each is called by the name that it was last joined to."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._above = {key: key for key in keys}

    def root(self, key: str) -> str:
        while self._above[key] != key:
            key = self._above[key]
        return key

    def join(self, short: str, full: str) -> None:
        self._above[self.root(short)] = self.root(full)


def _places(by_key: Mapping[str, Sequence[NameUse]], bodies: BodyRules) -> Iterator[_Pair]:
    joined, doubtful = fuller(by_key, bodies)
    for short, full in sorted(joined.items()):
        why = Reason(
            "the places in front are left out, and one fuller name alone is at hand",
            "省略了前面的地名，且只有一个更全的名称与之相符",
        )
        yield _Pair(short, full, Ground.PLACES, True, why)
    for short, names in sorted(doubtful.items()):
        why = Reason(
            "the places in front may be left out, but its own place does not tell which body it is",
            "可能省略了前面的地名，但凭自身的地名不能断定是哪一个",
        )
        for full in sorted(names):
            yield _Pair(short, full, Ground.AMBIGUOUS_PLACE, False, why)


def _reforms(
    by_key: Mapping[str, Sequence[NameUse]], years: Mapping[str, frozenset[int]], bodies: BodyRules, rules: PanelRules
) -> Iterator[_Pair]:
    told = {key: named(key, bodies, rules) for key in sorted(by_key)}
    by_function: dict[str, list[str]] = defaultdict(list)
    for key, one in told.items():
        if one.places:
            by_function[one.function].append(key)
    pairs = []
    for renaming in rules.renamings:
        for before in by_function.get(renaming.before, ()):
            for after in by_function.get(renaming.after, ()):
                fits = min(years[after]) >= renaming.year and max(years[before]) < min(years[after])
                if fits and told[before].places[-1] == told[after].places[-1]:
                    pairs.append((before, after, renaming.kind))
    forerunners = Counter(after for _, after, _ in pairs)
    for before, after, kind in pairs:
        same_place = told[before].places == told[after].places
        alone = forerunners[after] == 1
        sure = kind is RenamingKind.CONTINUED and alone and same_place
        why = _reform(kind, alone, same_place)
        yield _Pair(before, after, Ground.RENAMED if sure else Ground.TAKEN_OVER, sure, why)
    yield from _renamed_places(told, by_function, years)


def _reform(kind: RenamingKind, alone: bool, same_place: bool) -> Reason:
    if not same_place:
        return Reason(
            "renamed or taken over in a reform, if the places are the same: one of the names says less of where it is",
            "机构改革中更名或并入，但两个名称前面的地名不全相同，不能断定是同一地方",
        )
    if kind is RenamingKind.TAKEN_OVER:
        return Reason(
            "what it did went to this body, in part or with others (rules/panel.yaml)",
            "职责并入该单位或有拆分（rules/panel.yaml）",
        )
    if not alone:
        return Reason("renamed, but there are several forerunners", "更名，但有不止一个前身")
    return Reason(
        "renamed in a reform, in the same place, in years that do not overlap (rules/panel.yaml)",
        "机构改革中更名：同一地方，前后年份不重叠（rules/panel.yaml）",
    )


def _renamed_places(
    told: Mapping[str, Named], by_function: Mapping[str, Sequence[str]], years: Mapping[str, frozenset[int]]
) -> Iterator[_Pair]:
    """青溪县教育局 and later 青溪区教育局 (撤县设区), which may as well be two places."""
    for keys in by_function.values():
        by_stem: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for key in keys:
            by_stem[(told[key].places[-1][:-1],)].append(key)
        for group in by_stem.values():
            for before in group:
                for after in group:
                    differ = told[before].places[-1] != told[after].places[-1]
                    if differ and max(years[before]) < min(years[after]):
                        why = Reason(
                            "the same function in a place of the same name: it may have become another kind of place",
                            "职能相同，地名只差末字，可能是撤县设区、设市",
                        )
                        yield _Pair(before, after, Ground.PLACE_RENAMED, False, why)


def _spelling(uses: Sequence[NameUse]) -> str:
    """The spelling that most reports use."""
    return min(uses, key=lambda use: (-use.reports, use.organ)).organ


def _spellings(by_key: Mapping[str, Sequence[NameUse]], spelled: Mapping[str, str]) -> Iterator[Merge]:
    why = Reason(
        "the names differ in width, script, spaces or punctuation only", "只有全角半角、繁简、空格或标点的差别"
    )
    for key, uses in by_key.items():
        for use in uses:
            if use.organ != spelled[key]:
                yield Merge(spelled[key], use.organ, True, Ground.SPELLING, why)


def _decision(shorts: Sequence[NameUse], fulls: Sequence[NameUse], decisions: Decisions) -> str:
    told = {decisions.on_names(short.organ, full.organ) for short in shorts for full in fulls} - {""}
    if len(told) > 1:
        raise LabelError(f"decided as same and as apart: {shorts[0].organ} and {fulls[0].organ}")
    return told.pop() if told else ""


def _decided(
    by_key: Mapping[str, Sequence[NameUse]], decisions: Decisions, known: set[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """Pairs that nothing but a person's word joins; the later name is the body's."""
    at_hand = {use.organ: (key, max(use.years)) for key, uses in by_key.items() for use in uses}
    for pair in sorted(sorted(names) for names in decisions.same):
        if len(pair) == 2 and all(organ in at_hand for organ in pair):
            (one, last), (other, latest) = (at_hand[organ] for organ in pair)
            if one != other and not {(one, other), (other, one)} & known:
                yield (other, one) if last > latest else (one, other)


def _check_apart(joined: _Joined, by_key: Mapping[str, Sequence[NameUse]], decisions: Decisions) -> None:
    key_of = {use.organ: key for key, uses in by_key.items() for use in uses}
    for names in decisions.apart:
        roots = {joined.root(key_of[organ]) for organ in names if organ in key_of}
        if len(names) == 2 and len(roots) == 1 and names <= key_of.keys():
            one, other = sorted(names)
            raise LabelError(f"decided to be apart, and joined by way of other names: {one} and {other}")


def _order(merge: Merge) -> tuple[bool, str, str, str]:
    return not merge.merged, merge.body, merge.organ, merge.ground.value
