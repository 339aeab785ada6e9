"""Prose: what sentences state about cells, phrasing by phrasing (rules/prose.yaml).

Nothing is taken that could mean something else: rates, comparisons, other years, other bodies, round figures, rows of
tables. A sentence that is not understood yields nothing.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import TypeAlias

from extractor.forms.model import Form, Kind
from extractor.parse.prose.guards import CLAUSE_STARTS, NEAR, Speech, elsewhere, figure_value, on_matter, period_of
from extractor.parse.prose.periods import Period
from extractor.parse.prose.rules import Compiled, ProseRules, load_prose
from extractor.parse.prose.sentences import Sentence, Sentences, dealt
from extractor.parse.readings import Fact
from extractor.read.document import Document
from extractor.report import Number

__all__ = ["Unless", "is_interpretation", "prose_facts"]

_LONGEST_QUOTE = 120
_LONGEST_TABLE_CELL = 60
_CLAUSE_ENDS = ",;:)"
# Two subjects with nothing said of the first but its count: what follows may be about both.
_JOINED = re.compile(
    r"(?:案件|申请|案)?(?:[为共有]*[0-9]+[件起宗例])?[,、]?(?:和|及|与|或|以及|或者)?(?:因[^,;。]{0,12})?(?:被?提起)?"
)


# Whether what a sentence says within [start, end) is not to be taken, for what stands around it.
Unless: TypeAlias = Callable[[Sentence, int, int, Speech], bool]


def prose_facts(
    document: Document, form: Form, year: int | None, organ: str | None = None, *, unless: Unless | None = None
) -> tuple[Fact, ...]:
    """What the document's sentences state about cells of `form` in `year`, in the order of the text.

    `organ`: whose report it is, as recognised. What a sentence says of another body, or of a wider one, is left out;
    without an organ a sentence about 全市 is. `unless`: a further ground not to take a statement.

    A cell stated with different values by phrasings of equal strength is yielded with each of them; an interpretation
    (see `is_interpretation`) gives way to what is said outright.
    """
    rules = load_prose()
    speech = Speech(Sentences(document.folded), form, year, organ, rules)
    facts: list[Fact] = []
    for sentence in speech.sentences.holding(rules.words, rules.guards["table_words"]):
        stated = [fact for fact in _facts(sentence, speech, unless) if not _in_grid(document, fact.start)]
        facts += stated
        speech.seen.update((fact.cell, fact.value) for fact in stated if fact.phrasing not in rules.interpretations)
    outright = {fact.cell for fact in facts if fact.phrasing not in rules.interpretations}
    kept: dict[tuple[str, Number], Fact] = {}
    for fact in sorted(facts, key=lambda fact: (fact.start, fact.end)):
        if fact.cell not in outright or fact.phrasing not in rules.interpretations:
            kept.setdefault((fact.cell, fact.value), fact)
    return tuple(kept.values())


def is_interpretation(phrasing: str) -> bool:
    """Whether a phrasing states its cell only by interpretation (已主动公开的8件 as 予以公开)."""
    return phrasing in load_prose().interpretations


def _facts(sentence: Sentence, speech: Speech, unless: Unless | None) -> Iterator[Fact]:
    rules, form = speech.rules, speech.form
    text = sentence.text
    figure = rules.guards["figure"].search(text) is not None
    denial = rules.guards["denial"].search(text) is not None
    if not (figure or denial):
        return
    if "分别" in text or "依次" in text:
        sentence = dealt(sentence)
        text = sentence.text
    for phrasing in rules.asking(form.id, text):
        if not (denial if phrasing.zero else figure):
            continue
        named = phrasing.cells.get(form.id, ()), phrasing.cumulative.get(form.id, ())
        for pattern in phrasing.patterns:
            for match in pattern.finditer(text):
                if speech.seen and _told(match, phrasing, named, speech):
                    continue
                if _refused(match, phrasing, sentence, speech) or elsewhere(
                    sentence, *match.span(), speech, carried=phrasing.matter is not None
                ):
                    continue
                period = period_of(sentence, match.end(), speech)
                cells = named[0] if period is Period.YEAR or (phrasing.as_of and period is Period.AS_OF) else ()
                cells = named[1] if period is Period.CUMULATIVE else cells
                if cells and unless is not None and unless(sentence, *match.span(), speech):
                    continue
                for cell in _filled(cells, match, phrasing, form, rules):
                    fact = _fact(cell, match, phrasing, sentence, form)
                    if fact is not None:
                        yield fact


def _told(
    match: re.Match[str], phrasing: Compiled, named: tuple[tuple[str, ...], tuple[str, ...]], speech: Speech
) -> bool:
    """Whether all that the match could state has been stated before: texts may say the same many times."""
    if phrasing.interpretation or phrasing.wants_subject:
        return False
    value = 0 if phrasing.zero else figure_value(match["n"])
    return value is not None and all((cell, value) in speech.seen for cells in named for cell in cells)


def _refused(match: re.Match[str], phrasing: Compiled, sentence: Sentence, speech: Speech) -> bool:
    """Whether something around the match makes it say something else."""
    text, year = sentence.text, speech.year
    guards = speech.rules.guards
    before = text[text.rfind(";", 0, match.start()) + 1 : match.start()]
    clause = before[max(before.rfind(mark) for mark in CLAUSE_STARTS) + 1 :]
    figure = match.start("n") if "n" in match.re.groupindex else match.start()
    groups = match.groupdict()
    return bool(
        (phrasing.unless_before and phrasing.unless_before.search(before))
        or (phrasing.unless_clause and phrasing.unless_clause.search(clause))
        or (phrasing.unless_within and phrasing.unless_within.search(match[0]))
        or (phrasing.unless_after and phrasing.unless_after.match(text, match.end()))
        or guards["assisting"].search(clause)
        or guards["denied"].search(clause)
        or guards["planned"].search(text, 0, match.start())
        or (not phrasing.zero and guards["hedged_before"].search(text, max(0, figure - 4), figure))
        or (not phrasing.zero and guards["hedged_after"].match(text, match.end()))
        or (groups.get("last") and (year is None or int(groups["last"]) != year - 1))
        or (groups.get("next") and (year is None or int(groups["next"]) != year + 1))
        or (
            phrasing.near is not None
            and not phrasing.near.search(text)
            and not phrasing.near.search(speech.sentences.before(sentence.index, NEAR))
        )
        or not on_matter(phrasing.matter, sentence, *match.span(), speech)
    )


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
        value = figure_value(match["n"])
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


def _quote(sentence: Sentence, match: re.Match[str]) -> tuple[int, int]:
    """The sentence, or, where it is long, the clauses around the match."""
    text, places = sentence.text, sentence.places
    start, end = 0, len(text)
    if end > _LONGEST_QUOTE:
        start = max(text.rfind(mark, 0, match.start()) for mark in CLAUSE_STARTS) + 1
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
