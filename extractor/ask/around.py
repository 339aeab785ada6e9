"""What stands around a clause that is understood, and may still make its figure another's.

The clauses before and after it in its sentence have to be understood too: they state other facts or are of the usual
phrases. The sentence before and the heading may not speak of another body, another year or of a part; the sentence
after may not take the figure back.
"""

import re
from dataclasses import replace

from extractor.ask.clauses import (
    Span,
    bare,
    clause_after,
    clause_at,
    clause_before,
    counted,
    figures,
    leftover,
    without_names,
)
from extractor.ask.subjects import Subject, load_asking
from extractor.parse.prose.guards import Speech, on_matter, period_of
from extractor.parse.prose.periods import Period, period_at
from extractor.parse.prose.rules import Topic
from extractor.parse.prose.sentences import Sentence

__all__ = ["led_up_to", "of_the_year", "on_the_matter", "taken_back", "undone"]

_HEADING = 60
_BRACKETED = re.compile(r"\([^()]*\)")


def led_up_to(subject: Subject, sentence: Sentence, around: Span, speech: Speech) -> bool:
    """Whether all that stands before lets the clause at `around` speak for itself."""
    return (
        _understood_before(sentence.text, around[0], speech)
        and not _led_astray(sentence, around, speech)
        and (subject.near is None or _near(subject.near, sentence, speech))
        and not _narrowed(subject, sentence, around, speech)
    )


def undone(sentence: Sentence, start: int, end: int, speech: Speech) -> bool:
    """Whether what is said at [start, end) is changed or undone after its clause."""
    return taken_back(sentence, clause_at(sentence.text, start, end)[1], speech)


def _led_astray(sentence: Sentence, around: Span, speech: Speech) -> bool:
    """Whether the sentence before, or the heading, speaks of another body, or of what is not said in earnest."""
    rules, previous = load_asking().words, _previous(sentence, speech)
    headed = speech.sentences.headed(sentence.index)
    if rules.astray.search(previous) or (headed and speech.rules.guards["elsewhere"].search(previous)):
        return True
    named = without_names(sentence.text[: around[1]], speech.organ, "本机关")
    others = rules.bodies.search(without_names(previous, speech.organ, "本机关"))
    return others is not None and rules.named.search(named) is None


def _narrowed(subject: Subject, sentence: Sentence, around: Span, speech: Speech) -> bool:
    """Whether what stands before narrows the figure down to a part, and nothing says that the whole is meant again."""
    rules, text, previous = load_asking().words, sentence.text, _previous(sentence, speech)
    narrows = rules.narrows.get(subject.matter) if subject.matter is not None else None
    if narrows is None:
        return False
    lead = _BRACKETED.sub("", text[: around[0]])
    if _last_end(rules.whole, lead) < _last_end(narrows, lead):
        return True
    carries = "申请" not in text[: around[1]] or speech.rules.guards["carries_on"].match(text)
    whole = max(_last_end(rules.whole, previous + lead), _last_end(rules.whole_again, previous + lead))
    return bool(carries) and whole < _last_end(narrows, previous)


def _is_known(known: re.Pattern[str], text: str, span: Span, organ: str | None) -> bool:
    """Whether a clause with no figure in it, or with a denial, is understood."""
    none = load_asking().words.none.search(text, *span)
    said = none.span() if none else (span[1], span[1])
    return not leftover(known, text, span, said, organ)


def _understood_before(text: str, start: int, speech: Speech) -> bool:
    before, counts = clause_before(text, start), False
    while before is not None:
        if not _innocent(text, before, speech, counts=counts):
            return False
        plain = load_asking().words.plain
        counts = bare(text, before, speech.organ) or (
            not figures(text, *before) and _is_known(plain, text, before, speech.organ)
        )
        before = clause_before(text, before[0])
    return True


def _innocent(text: str, span: Span, speech: Speech, *, counts: bool) -> bool:
    """Whether a clause before says nothing about the next: it states another fact, or is of the usual phrases.
    `counts`: the clause after it is the figure that it tells of."""
    rules = load_asking().words
    said = counted(text, span)
    if said is not None:
        return not leftover(rules.facts, text, span, said, speech.organ)
    if figures(text, *span):
        return False
    if counts:
        return not leftover(rules.facts, text, span, (span[1], span[1]), speech.organ)
    if rules.none.search(text, *span):
        return _is_known(rules.facts, text, span, speech.organ)
    return not rules.scoping.search(text, *span) and _is_known(rules.phrases, text, span, speech.organ)


def _previous(sentence: Sentence, speech: Speech) -> str:
    """The sentence before, or the heading where one stands there."""
    if speech.sentences.headed(sentence.index):
        before = speech.sentences.before(sentence.index, _HEADING).rstrip("。")
        return before[before.rfind("。") + 1 :]
    return speech.sentences.text(sentence.index - 1)


def _near(near: re.Pattern[str], sentence: Sentence, speech: Speech) -> bool:
    """Whether the sentence says what it is about, or else the one before it, or its heading."""
    if near.search(sentence.text):
        return True
    previous = _previous(sentence, speech)
    return near.search(previous) is not None and not speech.rules.asked[Topic.ANSWERS].others.search(previous)


def _last_end(pattern: re.Pattern[str], text: str) -> int:
    return max((match.end() for match in pattern.finditer(text)), default=-1)


def taken_back(sentence: Sentence, right: int, speech: Speech) -> bool:
    """Whether something after the clause changes or undoes it: 更正为, 含上年结转, 是否属实?"""
    rules, text, sentences = load_asking().words, sentence.text, speech.sentences
    if sentences.asks(sentence.index) or rules.undone.search(text, right) or rules.undone_here.search(text, right):
        return True
    after = clause_after(text, right)
    # What is said of a part of it, or counted apart, is another fact.
    while after is not None and not text.startswith("其中", after[0]):
        following = clause_after(text, after[1])
        tells = figures(text, *after) or (following is not None and bare(text, following, speech.organ))
        if not tells and not _is_known(rules.ending, text, after, speech.organ):
            return True
        after = following
    said_next = "" if sentences.headed_after(sentence.index) else sentences.text(sentence.index + 1)
    return bool(rules.undone.search(said_next) or rules.undone_next.search(said_next))


def on_the_matter(subject: Subject, sentence: Sentence, around: Span, said: Span, speech: Speech) -> bool:
    """Whether the matter in question is what the clause is about."""
    if on_matter(subject.matter, sentence, *said, speech):
        return True
    if subject.matter is Topic.DISPUTES and load_asking().words.cause.search(sentence.text, *around):
        # Every word of the clause is understood, and one of them says why there was a dispute.
        asked = speech.rules.asked[Topic.DISPUTES]
        return not asked.unrelated.search(sentence.text, around[1]) and not asked.others.search(
            sentence.text, 0, around[1]
        )
    return subject.matter is Topic.RECEIVED and _follows_received(sentence, said[0], speech)


def _follows_received(sentence: Sentence, start: int, speech: Speech) -> bool:
    """Whether a sentence that tells who applied follows the one that tells how many applications were received."""
    asked, rules = speech.rules.asked[Topic.RECEIVED], load_asking().words
    if asked.others.search(sentence.text, 0, start) or rules.carried.search(sentence.text):
        return False
    index = sentence.index
    while index and not speech.sentences.headed(index):
        index -= 1
        previous = speech.sentences.text(index)
        if asked.others.search(previous) or rules.carried.search(previous):
            return False
        if asked.ours.search(previous):
            return True
        if not rules.applicants.search(previous):
            return False
    return False


def of_the_year(subject: Subject, sentence: Sentence, reach: Span, speech: Speech) -> bool:
    """Whether the period of the report holds. Years that belong to what is counted (上年结转) are passed over."""
    rules = load_asking().words
    closed = _without_carried(rules.past_year.sub(_blanked, sentence.text))
    if subject.any_year:
        lead, own = closed[: reach[0]], closed[reach[0] :]
        closed = lead + subject.words[0].sub(_blanked, own)
    if not rules.years.search(closed, 0, reach[1]):
        previous = _without_carried(rules.past_year.sub(_blanked, _previous(sentence, speech)))
        if period_at(previous, len(previous), speech.year) in (Period.OTHER, Period.CUMULATIVE):
            return False
    period = period_of(replace(sentence, text=closed), reach[1], speech)
    return period is Period.YEAR or (subject.as_of and period is Period.AS_OF)


def _without_carried(text: str) -> str:
    """Without the years of what is carried over, in clauses that say so: 去年没有办完留下来的申请."""
    years = load_asking().carried_years
    return "".join(
        f"{years.sub(_blanked, clause) if load_asking().words.carried.search(clause) else clause}"
        for clause in re.split("(?<=[,;:])", text)
    )


def _blanked(match: re.Match[str]) -> str:
    return "■" * len(match[0])
