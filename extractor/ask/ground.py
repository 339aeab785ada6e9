"""Grounding: an answer is worth what its quote is worth, and the quote is looked up in the text.

Where the model copied with a slip, the words of the text replace its own. A figure that does not stand in the quote,
and a quote that does not stand in the text, count for nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from rapidfuzz import fuzz

from extractor.ask.bind import denies, states
from extractor.ask.clauses import figures, value_of
from extractor.ask.model import Answer
from extractor.ask.subjects import Subject
from extractor.parse.prose.guards import Speech
from extractor.parse.prose.sentences import Sentence
from extractor.parse.readings import Fact
from extractor.read.fold import fold
from extractor.report import Number

__all__ = ["Grounded", "Outcome", "ground"]

READER = "llm"
_SPACES = re.compile(r"[\s\"“”‘’']+")
_NUMBER = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+(?:\.[0-9]+)?|[〇零一二两三四五六七八九十百千]+")
_ALIKE = 92.0
_SHORTEST = 4


class Outcome(StrEnum):
    """What became of an answer."""

    ACCEPTED = "accepted"  # the clause says it: as good as what the rules read
    UNBOUND = "unbound"  # it stands there, but nothing says that it is this cell's
    NO_QUOTE = "no_quote"  # the quote does not stand in the text
    NO_FIGURE = "no_figure"  # the figure does not stand in the quote
    NOT_STATED = "not_stated"  # the model says that the text does not say
    NOT_ASKED = "not_asked"  # a cell that nobody asked for


@dataclass(frozen=True, slots=True)
class Grounded:
    """An answer, what became of it, and the fact that it yields if any."""

    answer: Answer
    outcome: Outcome
    fact: Fact | None = None


def ground(answer: Answer, subject: Subject, cell: str, passage: tuple[Sentence, ...], speech: Speech) -> Grounded:
    """What an answer about `cell` amounts to; `passage`: the sentences that the model was shown."""
    if answer.value is None or not answer.value.strip():
        return Grounded(answer, Outcome.NOT_STATED)
    value = _value(answer.value)
    places = list(_found(answer.quote, passage))
    if not places:
        return Grounded(answer, Outcome.NO_QUOTE)
    loose: Fact | None = None
    for sentence, start, end in places:
        if value == 0 and subject.zero and denies(subject, sentence, start, end, speech):
            fact = _fact(cell, 0, subject, sentence, start, end, bound=True)
            return _unless_contradicted(answer, fact, subject, speech)
        for at, stop in figures(sentence.text, start, end):
            figure = value_of(sentence.text[at:stop])
            if figure is None or figure != value:
                continue
            bound = states(subject, sentence, at, stop, speech)
            fact = _fact(cell, figure, subject, sentence, at, stop, bound=bound)
            if bound:
                return _unless_contradicted(answer, fact, subject, speech)
            if any(word.search(sentence.text) for word in subject.words):
                loose = loose or fact
    return Grounded(answer, Outcome.NO_FIGURE) if loose is None else Grounded(answer, Outcome.UNBOUND, loose)


def _unless_contradicted(answer: Answer, fact: Fact, subject: Subject, speech: Speech) -> Grounded:
    """The document has the last word: where it states two figures of the cell, a model may not choose between them."""
    if stated(subject, speech) <= {fact.value}:
        return Grounded(answer, Outcome.ACCEPTED, fact)
    return Grounded(answer, Outcome.UNBOUND, replace(fact, bound=False))


def stated(subject: Subject, speech: Speech) -> set[Number]:
    """The values that the document states of the subject; two are enough to know that it contradicts itself."""
    known = speech.stated.get(subject.id)
    if known is not None:
        return known
    values: set[Number] = set()
    for sentence in speech.sentences.holding(subject.words[0], speech.rules.guards["table_words"]):
        text = sentence.text
        for at, stop in figures(text, 0, len(text)):
            value = value_of(text[at:stop])
            if (
                len(values) < 2
                and value is not None
                and value not in values
                and states(subject, sentence, at, stop, speech)
            ):
                values.add(value)
        if len(values) < 2 and subject.zero and denies(subject, sentence, 0, len(text), speech):
            values.add(0)
    speech.stated[subject.id] = values
    return values


def _value(text: str) -> Number | None:
    """The figure of an answer: 12, 12件, 12.0, 十二; 无 and 未收到 are 0."""
    closed = _SPACES.sub("", fold(text))
    match = _NUMBER.search(closed)
    if match is None:
        return 0 if closed[:1] in "无未没零" else None
    return value_of(match[0])


def _found(quote: str, passage: tuple[Sentence, ...]) -> Iterator[tuple[Sentence, int, int]]:
    """Where the quote stands: exactly, or with a slip of the pen, in one sentence of the passage."""
    wanted = _SPACES.sub("", fold(quote)).strip("。,;:…")
    if len(wanted) < _SHORTEST:
        return
    exact = False
    for sentence in passage:
        at = sentence.text.find(wanted)
        while at >= 0:
            exact = True
            yield sentence, at, at + len(wanted)
            at = sentence.text.find(wanted, at + 1)
    if exact:
        return
    # A quote over several sentences, or of a whole sentence with its full stop inside.
    parts = [part for part in re.split("[。!?]", wanted) if len(part) >= _SHORTEST]
    if len(parts) > 1:
        for part in parts:
            yield from _found(part, passage)
        return
    for sentence in passage:
        alike = fuzz.partial_ratio_alignment(wanted, sentence.text, score_cutoff=_ALIKE)
        if alike is not None and len(sentence.text) >= len(wanted):
            yield sentence, alike.dest_start, alike.dest_end


def _fact(cell: str, value: Number, subject: Subject, sentence: Sentence, start: int, end: int, *, bound: bool) -> Fact:
    places = sentence.places
    return Fact(
        cell=cell,
        value=value,
        start=places[start],
        end=places[end - 1] + 1,
        quote_start=places[0],
        quote_end=places[-1] + 1,
        phrasing=f"asked.{subject.id}",
        reader=READER,
        bound=bound,
    )
