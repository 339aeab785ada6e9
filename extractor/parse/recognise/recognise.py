"""Recognition: is this an annual report, of which form, of which year, and whose? Each answer with its reason.

Evidence is weighed, never taken from one place: titles fall off, headings get lost, last year is mentioned and other
years' reports are linked. What is known about all this stands in rules/recognition.yaml.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from extractor.errors import UsageError
from extractor.forms.memo import once_for_each
from extractor.forms.model import Form
from extractor.parse.recognise.organ import find_organ
from extractor.parse.recognise.rules import YEAR, RecognitionRules, Where, YearRule, load_recognition
from extractor.read.document import Document
from extractor.read.figures import chinese_number
from extractor.read.fold import fold

__all__ = ["Recognition", "recognise"]

_HEAD = 2500
_TAIL = 1500
_LONGEST_QUOTE = 60
_EARLIEST, _LATEST = 2003, 2045
# Only the beginning decides the genre; a report is longer than any text about one, but no evidence lies that deep.
_LONGEST = 400_000
_YEARS = re.compile(YEAR)
# Patterns that begin with characters, not with a look around them, are found several times faster.
_NAMED_YEAR = re.compile(rf"({YEAR[:4]}(?<![0-9].){YEAR[4:]})年")


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a document is. None where it cannot be told; `reasons` has 'form', 'organ' and 'year'.

    `candidates`: every form that anything spoke for, with its score.
    """

    form: str | None
    organ: str | None
    year: int | None
    reasons: Mapping[str, str]
    candidates: Mapping[str, float] = field(default_factory=dict)


def recognise(document: Document, forms: Mapping[str, Form], hint: str | None = None) -> Recognition:
    """What `document` is. `hint` is the id of the form that the caller knows it to be.

    Raises UsageError for a hint that is no known form. A text that is no report at all is no error: its form is None.
    """
    if hint is not None and hint not in forms:
        raise UsageError(f"no form '{hint}'; known forms: {', '.join(sorted(forms))}")
    rules = load_recognition()
    folded = document.folded[:_LONGEST]
    compact = _compact_folded(folded)
    scores, found = _scores(compact, forms, rules)
    year, year_reason = _year(compact, document.source.name, rules)
    reasons = {"year": year_reason}
    if hint is not None:
        form: str | None = hint
        reasons["form"] = f"named by the caller: {hint}"
    else:
        form, reasons["form"] = _form(compact, year, forms, scores, found, rules)
    if form is None:
        return Recognition(None, None, year, {**reasons, "organ": "not looked for"}, scores)
    organ, reasons["organ"] = find_organ(folded, document.source.name, rules)
    return Recognition(form, organ, year, reasons, scores)


@dataclass(frozen=True, slots=True)
class _Marks:
    """What a form is looked for by: text without spaces to weight, and its row labels."""

    markers: tuple[tuple[str, float], ...]
    labels: tuple[str, ...]


@once_for_each
def _marks(form: Form) -> _Marks:
    shortest = load_recognition().labels.shortest
    labels = set()
    for table in form.tables:
        for row in table.rows:
            long = [text for text in map(_compact, row.labels) if len(text) >= shortest]
            labels.update(sorted(long, key=len)[:1])
    markers = tuple((_compact(marker.text), marker.weight) for marker in form.markers)
    return _Marks(markers, tuple(sorted(labels)))


def _compact(text: str) -> str:
    return _compact_folded(fold(text))


def _compact_folded(folded: str) -> str:
    """Without white space, pipes and quotation marks."""
    return "".join(folded.replace("|", "").replace('"', "").split())


@dataclass(slots=True)
class _Found:
    """What was found of one form."""

    markers: list[tuple[float, str]]
    labels: int


def _scores(
    compact: str, forms: Mapping[str, Form], rules: RecognitionRules
) -> tuple[dict[str, float], dict[str, _Found]]:
    scores: dict[str, float] = {}
    found: dict[str, _Found] = {}
    marked = {
        form_id: [(weight, text) for text, weight in _marks(form).markers if text in compact]
        for form_id, form in forms.items()
    }
    bare = not any(marked.values())
    held: dict[str, bool] = {}
    for form_id, form in forms.items():
        hits = marked[form_id]
        # Labels are many: they are looked for only where a marker speaks for the form, or for none.
        wanted = _marks(form).labels if hits or bare else ()
        for label in wanted:
            if label not in held:
                held[label] = label in compact
        labels = sum(map(held.__getitem__, wanted))
        hits += [
            (citation.weight, match[0])
            for citation in rules.citations
            if citation.form == form_id and (match := rules.compiled(citation.pattern).search(compact))
        ]
        found[form_id] = _Found(sorted(hits, reverse=True), labels)
        score = sum(weight for weight, _ in hits) + labels * rules.labels.weight
        if score:
            scores[form_id] = round(score, 2)
    return scores, found


def _form(
    compact: str,
    year: int | None,
    forms: Mapping[str, Form],
    scores: dict[str, float],
    found: Mapping[str, _Found],
    rules: RecognitionRules,
) -> tuple[str | None, str]:
    is_report, why_not = _is_report(compact, found, rules)
    if not is_report:
        return None, why_not
    ranked = []
    for form_id, form in forms.items():
        marks = scores.get(form_id, 0.0)
        if form_id in rules.provincial and marks < 1:
            continue
        first, last = form.years
        within = year is not None and first <= year and (last is None or year <= last)
        score = marks + (0 if year is None else rules.form_year.within if within else rules.form_year.without)
        if marks or within:
            ranked.append((score, within, form_id))
    ranked.sort(reverse=True)
    if not ranked or ranked[0][0] <= 0:
        return None, f"an annual report{'' if year is None else f' for {year}'}, but of none of the known forms"
    best = ranked[0]
    if len(ranked) > 1 and ranked[1][0] == best[0]:
        tied = " and ".join(form_id for score, _, form_id in ranked if score == best[0])
        return None, f"an annual report, but {tied} fit equally well"
    words = ", ".join(f"“{text}”" for _, text in found[best[2]].markers[:3])
    by_year = f"the year {year}" if best[1] else ""
    return best[2], f"told by {' and '.join(part for part in (words, by_year) if part)}"


def _is_report(compact: str, found: Mapping[str, _Found], rules: RecognitionRules) -> tuple[bool, str]:
    """Whether this is an annual report at all, and if not, why not."""
    genre = rules.genre
    if any(
        one.labels >= genre.enough_labels or sum(weight for weight, _ in one.markers) >= genre.enough_markers
        for one in found.values()
    ):
        return True, ""
    structure = _structure(compact, rules)
    title = any(rules.compiled(one.pattern).search(compact[:_HEAD]) for one in genre.titles)
    dated = title and any(
        rules.compiled(rule.pattern).search(compact[:_HEAD]) for rule in rules.years if rule.id.startswith("title")
    )
    for other in genre.against:
        if structure >= genre.enough_alone + other.weight or (other.excused and dated):
            continue
        if match := rules.compiled(other.pattern).search(compact[: genre.head]):
            return False, f"no annual report: looks like {other.says} (“{match[0][-_LONGEST_QUOTE:]}”)"
    if structure >= genre.enough_alone or (title and structure >= genre.enough_with_title):
        return True, ""
    if title:
        return False, "no annual report: one is named, but there is nothing of its sections or tables"
    return False, "no annual report on open government information: neither its title nor its sections nor its tables"


def _structure(compact: str, rules: RecognitionRules) -> float:
    return sum(one.weight for one in rules.genre.structure if rules.compiled(one.pattern).search(compact))


def _year(compact: str, name: str, rules: RecognitionRules) -> tuple[int | None, str]:
    """The year that most evidence speaks for."""
    votes: dict[int, float] = {}
    said: dict[int, tuple[float, str]] = {}
    places = {
        Where.HEAD: compact[:_HEAD],
        Where.TAIL: compact[-_TAIL:],
        Where.ALL: compact,
        Where.NAME: fold(name.replace("\\", "/").rsplit("/", 1)[-1]),
    }
    for rule in rules.years:
        if rule.alone:
            continue
        match = rules.compiled(rule.pattern).search(places[rule.where])
        year = None if match is None else _number(match["year"])
        if match is None or year is None:
            continue
        year += rule.shift
        votes[year] = votes.get(year, 0) + rule.weight
        if rule.weight > said.get(year, (0.0, ""))[0]:
            said[year] = (rule.weight, f"{rule.says}: “{match[0][-_LONGEST_QUOTE:]}”")
    named = Counter(year for text in _NAMED_YEAR.findall(compact) if (year := _number(text)) is not None)
    if named:
        year, times = named.most_common(1)[0]
        if times >= rules.year_named.times:
            votes[year] = votes.get(year, 0) + rules.year_named.weight
            said.setdefault(year, (0.0, f"named most often: “{year}年”, {times} times"))
    if max(votes.values(), default=0.0) < rules.year_enough:
        for rule in rules.years:
            if rule.alone and (found := _only(rule, places[rule.where], named, rules)) is not None:
                year, quote = found
                votes[year] = votes.get(year, 0) + rule.weight
                said[year] = (rule.weight, f"{rule.says}: “{quote}”")
    ranked = sorted(votes.items(), key=lambda vote: vote[1], reverse=True)[:2]
    if not ranked or ranked[0][1] < rules.year_enough:
        return None, "no year found"
    if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < rules.year_margin:
        return None, f"{ranked[0][0]} and {ranked[1][0]} are equally likely"
    return ranked[0][0], said[ranked[0][0]][1]


def _only(rule: YearRule, place: str, named: Mapping[int, int], rules: RecognitionRules) -> tuple[int, str] | None:
    """The year that every match names, where no year later than the next is named at all; and the words."""
    found: dict[int, str] = {}
    for match in rules.compiled(rule.pattern).finditer(place):
        year = next((_number(text) for text in _YEARS.findall(match[0])), None)
        if year is not None:
            found.setdefault(year + rule.shift, match[0][-_LONGEST_QUOTE:])
    if len(found) != 1:
        return None
    ((year, quote),) = found.items()
    return None if max(named, default=year) > year + 1 else (year, quote)


def _number(text: str) -> int | None:
    year = int(text) if text.isascii() and text.isdigit() else chinese_number(_plain(text))
    return year if year is not None and _EARLIEST <= year <= _LATEST else None


def _plain(text: str) -> str:
    """A year whose characters are of several kinds (二0二三) in one kind."""
    return text.translate(_NUMERALS)


_NUMERALS = str.maketrans("0123456789oO○", "〇一二三四五六七八九〇〇〇")
