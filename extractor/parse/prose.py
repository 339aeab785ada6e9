"""Prose: what sentences state about cells, phrasing by phrasing (rules/prose.yaml).

Nothing is taken that could mean something else: rates, comparisons, other years, other bodies, round figures, rows of
tables. A sentence that is not understood yields nothing.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from extractor.forms.model import Form, Kind
from extractor.parse.periods import Period, period_at
from extractor.parse.prose_rules import Compiled, ProseRules, load_prose
from extractor.parse.readings import Fact
from extractor.parse.sentences import Sentence, Sentences
from extractor.read.document import Document
from extractor.read.figures import chinese_number, parse_number
from extractor.report import Number

__all__ = ["is_interpretation", "prose_facts"]

_NEAR = 320
_LONGEST_QUOTE = 120
_LONGEST_TABLE_CELL = 60
_CLAUSE_STARTS = ",;:("
_CLAUSE_ENDS = ",;:)"
# Two subjects with nothing said of the first but its count: what follows may be about both.
_JOINED = re.compile(
    r"(?:案件|申请|案)?(?:[为共有]*[0-9]+[件起宗例])?[,、]?(?:和|及|与|或|以及|或者)?(?:因[^,;。]{0,12})?(?:被?提起)?"
)


def prose_facts(document: Document, form: Form, year: int | None) -> tuple[Fact, ...]:
    """What the document's sentences state about cells of `form` in `year`, in the order of the text.

    A cell stated with different values by phrasings of equal strength is yielded with each of them; an interpretation
    (see `is_interpretation`) gives way to what is said outright.
    """
    rules = load_prose()
    spoken = Sentences(document.folded)
    facts = [
        fact
        for sentence in spoken.holding(rules.words, rules.guards["table_words"])
        for fact in _facts(sentence, spoken, form, year, rules)
        if not _in_grid(document, fact.start)
    ]
    outright = {fact.cell for fact in facts if fact.phrasing not in rules.interpretations}
    kept: dict[tuple[str, Number], Fact] = {}
    for fact in sorted(facts, key=lambda fact: (fact.start, fact.end)):
        if fact.cell not in outright or fact.phrasing not in rules.interpretations:
            kept.setdefault((fact.cell, fact.value), fact)
    return tuple(kept.values())


def is_interpretation(phrasing: str) -> bool:
    """Whether a phrasing states its cell only by interpretation (已主动公开的8件 as 予以公开)."""
    return phrasing in load_prose().interpretations


def _facts(sentence: Sentence, spoken: Sentences, form: Form, year: int | None, rules: ProseRules) -> Iterator[Fact]:
    text = sentence.text
    figure = rules.guards["figure"].search(text) is not None
    denial = rules.guards["denial"].search(text) is not None
    if not (figure or denial):
        return
    present = {word for word in rules.needed if word in text}
    for phrasing in rules.for_form(form.id):
        if not (denial if phrasing.zero else figure) or phrasing.needs.isdisjoint(present):
            continue
        named = phrasing.cells.get(form.id, ()), phrasing.cumulative.get(form.id, ())
        for pattern in phrasing.patterns:
            for match in pattern.finditer(text):
                if _refused(match, phrasing, sentence, spoken, year, rules):
                    continue
                period = _period(match, sentence, spoken, year, rules)
                cells = named[0] if period is Period.YEAR or (phrasing.as_of and period is Period.AS_OF) else ()
                cells = named[1] if period is Period.CUMULATIVE else cells
                for cell in _filled(cells, match, phrasing, form, rules):
                    fact = _fact(cell, match, phrasing, sentence, form)
                    if fact is not None:
                        yield fact


def _refused(
    match: re.Match[str],
    phrasing: Compiled,
    sentence: Sentence,
    spoken: Sentences,
    year: int | None,
    rules: ProseRules,
) -> bool:
    """Whether something around the match makes it say something else."""
    text = sentence.text
    before = text[text.rfind(";", 0, match.start()) + 1 : match.start()]
    clause = before[max(before.rfind(mark) for mark in _CLAUSE_STARTS) + 1 :]
    figure = match.start("n") if "n" in match.re.groupindex else match.start()
    groups = match.groupdict()
    return bool(
        (phrasing.unless_before and phrasing.unless_before.search(before))
        or (phrasing.unless_clause and phrasing.unless_clause.search(clause))
        or (phrasing.unless_within and phrasing.unless_within.search(match[0]))
        or (phrasing.unless_after and phrasing.unless_after.match(text, match.end()))
        or rules.guards["elsewhere"].search(clause)
        or (not phrasing.zero and rules.guards["hedged_before"].search(text, max(0, figure - 4), figure))
        or (not phrasing.zero and rules.guards["hedged_after"].match(text, match.end()))
        or (groups.get("last") and (year is None or int(groups["last"]) != year - 1))
        or (groups.get("next") and (year is None or int(groups["next"]) != year + 1))
        or (
            phrasing.near is not None
            and not phrasing.near.search(text)
            and not phrasing.near.search(spoken.before(sentence.index, _NEAR))
        )
    )


def _period(match: re.Match[str], sentence: Sentence, spoken: Sentences, year: int | None, rules: ProseRules) -> Period:
    before = Period.YEAR
    carries_on = rules.guards["carries_on"]
    if carries_on.match(sentence.text):
        previous = spoken.text(sentence.index - 1)
        before = period_at(previous, len(previous), year)
    return period_at(sentence.text, match.end(), year, before)


def _filled(
    cells: tuple[str, ...], match: re.Match[str], phrasing: Compiled, form: Form, rules: ProseRules
) -> tuple[str, ...]:
    """The cells with {subject} filled in; none where it is unclear what the figure is about."""
    if not phrasing.wants_subject or not cells:
        return cells
    subject = _subject(match.string, match.start(), form, rules)
    return () if subject is None else tuple(cell.replace("{subject}", subject) for cell in cells)


def _subject(text: str, end: int, form: Form, rules: ProseRules) -> str | None:
    found = list(rules.subject_pattern.finditer(text, 0, end))
    if not found:
        return None
    last = found[-1]
    if len(found) > 1 and _JOINED.fullmatch(text, found[-2].end(), last.start()):
        return None
    return next(names.get(form.id) for pattern, names in rules.subject_patterns if pattern.fullmatch(last[0]))


def _fact(cell: str, match: re.Match[str], phrasing: Compiled, sentence: Sentence, form: Form) -> Fact | None:
    if cell not in form.cells:
        return None
    if phrasing.zero:
        value: Number | None = 0
        start, end = match.span()
    else:
        value = _value(match["n"])
        start, end = match.span("n")
    if value is None or (isinstance(value, Decimal) and form.kinds[cell] is not Kind.AMOUNT):
        return None
    places = sentence.places
    quote_start, quote_end = _quote(sentence, match)
    return Fact(
        cell=cell,
        value=value,
        start=places[start],
        end=places[end - 1] + 1,
        quote_start=quote_start,
        quote_end=quote_end,
        phrasing=phrasing.id,
        negative=phrasing.zero,
    )


def _value(printed: str) -> Number | None:
    value = parse_number(printed)
    if value is None and not printed[0].isdigit():
        value = chinese_number(printed)
    return value


def _quote(sentence: Sentence, match: re.Match[str]) -> tuple[int, int]:
    """The sentence, or, where it is long, the clauses around the match."""
    text, places = sentence.text, sentence.places
    start, end = 0, len(text)
    if end > _LONGEST_QUOTE:
        start = max(text.rfind(mark, 0, match.start()) for mark in _CLAUSE_STARTS) + 1
        ends = [at for mark in _CLAUSE_ENDS if (at := text.find(mark, match.end())) >= 0]
        end = min(ends, default=end)
        if end - match.end() > _LONGEST_QUOTE:
            end = match.end()
        start = max(start, match.start() - _LONGEST_QUOTE)
    return places[start], places[end - 1] + 1


def _in_grid(document: Document, offset: int) -> bool:
    """Whether the figure stands in a table: in a short cell, for whole pages are laid out in tables too."""
    return any(
        cell.start <= offset < cell.end and cell.end - cell.start <= _LONGEST_TABLE_CELL
        for grid in document.grids
        if grid.start <= offset < grid.end
        for cell in grid.cells
    )
