"""Whose report it is: names that stand where an organ is named, cleaned, completed and weighed."""

import re
from dataclasses import dataclass
from itertools import islice

from extractor.parse.recognise.rules import RecognitionRules, Where
from extractor.read.fold import fold

__all__ = ["clean_organ", "find_organ"]

_HEAD = 3000
_WINDOW = 90
_MOST_ANCHORS = 12
_WEAK = 2
_LONGEST_QUOTE = 50
_GAPS = re.compile(r"[\s|#*]+")
_PLACE = "省市区县州盟旗镇乡"
_LEADING = re.compile(r"^[(、)·]+")


@dataclass(frozen=True, slots=True)
class _Named:
    name: str
    weight: float
    says: str
    quote: str


def find_organ(folded: str, source_name: str, rules: RecognitionRules) -> tuple[str | None, str]:
    """The organ and how it was told, or None and why not."""
    lines = (" ".join(line.split()).strip(" |") for line in folded.split("\n"))
    text = "\n".join(line for line in lines if line)
    stem = fold(source_name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0])
    named = _named(text, stem, rules)
    if not named:
        return None, "no name found where an organ is named"
    scores: dict[str, float] = {}
    for one in named:
        scores[one.name] = scores.get(one.name, 0.0) + one.weight
    _merge(scores, rules)
    best = max(scores, key=lambda name: (scores[name], len(name)))
    if scores[best] < rules.organ_enough:
        return None, f"“{best}” is named, but in no place that tells"
    telling = [one for one in named if best.endswith(one.name) or one.name.endswith(best) or best.startswith(one.name)]
    strongest = max(telling, key=lambda one: one.weight)
    return best, f"{strongest.says}: “{strongest.quote}”"


def _named(text: str, stem: str, rules: RecognitionRules) -> list[_Named]:
    named: list[_Named] = []
    anchors: dict[tuple[str, Where], list[re.Match[str]]] = {}
    for rule in rules.organs:
        if named and rule.weight < _WEAK:
            continue
        place = stem if rule.where is Where.NAME else text[:_HEAD] if rule.where is Where.HEAD else text
        seen: set[str] = set()
        if (rule.anchor, rule.where) not in anchors:
            found = islice(rules.compiled(rule.anchor).finditer(place), _MOST_ANCHORS)
            anchors[rule.anchor, rule.where] = list(found)
        for anchor in anchors[rule.anchor, rule.where]:
            if rule.before is not None:
                around = place[max(0, anchor.start() - _WINDOW) : anchor.start()]
                match = rules.compiled(rule.before).search(around)
                quote = (match[0] if match else "") + anchor[0]
            else:
                match = rules.compiled(rule.after or "").match(place, anchor.end(), anchor.end() + _WINDOW)
                quote = anchor[0] + (match[0] if match else "")
            name = clean_organ(match["organ"], rules, office=rule.office) if match else None
            if name is None or name in seen:
                continue
            # A second title in the same place is mostly a link to another report.
            weight = rule.weight if not seen else rule.weight / 4
            seen.add(name)
            named.append(_Named(name, weight, rule.says, _GAPS.sub(" ", quote).strip()[-_LONGEST_QUOTE:]))
    return named


def clean_organ(printed: str, rules: RecognitionRules, *, office: bool = True) -> str | None:
    """The name in `printed` without what is not part of it, short forms expanded; None where it is no name.

    `office`: an office at its end may be only the one that answers the telephone.
    """
    name = _GAPS.sub("", printed).rstrip("、·(")
    name = rules.prefixes.sub("", _LEADING.sub("", name, count=1), count=1)
    if name.endswith("人民"):
        name += "政府"  # of 某区人民政府信息公开年报
    if ")" in name and "(" not in name:
        name = name[name.rindex(")") + 1 :]
    if rules.never.search(name) or len(name) < 3:
        return None
    if office:
        name = _without_contact(name, rules)
    if not name.endswith(rules.ends) and not name.endswith(rules.place_ends):
        return None
    name = _expanded(name, rules)
    return name if len(name) >= 3 else None


def _without_contact(name: str, rules: RecognitionRules) -> str:
    if name.endswith(rules.offices_of_their_own):
        return name
    for office in sorted(rules.contact_offices, key=len, reverse=True):
        body = name.removesuffix(office)
        if body != name and body.endswith(rules.ends):
            return body
    return name


def _expanded(name: str, rules: RecognitionRules) -> str:
    for short in sorted(rules.abbreviations, key=len, reverse=True):
        body = name.removesuffix(short)
        if body != name and body[-1:] in _PLACE:
            return body + rules.abbreviations[short]
    return name


def _merge(scores: dict[str, float], rules: RecognitionRules) -> None:
    """市科委 counts for 上海市科委; a bare place counts for the body that is named after it."""
    for short in sorted(scores, key=len):
        longer = [name for name in scores if name != short and name.endswith(short)]
        if not longer and short.endswith(rules.place_ends):
            rest = {name: name.removeprefix(short) for name in scores if name != short and name.startswith(short)}
            longer = [name for name, more in rest.items() if more in _GENERAL]
        if longer:
            scores[max(longer, key=lambda name: scores[name])] += scores.pop(short)


_GENERAL = ("人民政府", "管委会", "管理委员会", "人民政府办公室", "人民政府办公厅", "街道办事处", "办事处")
