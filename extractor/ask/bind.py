"""Binding: whether a clause says that a figure is the one of a certain cell, whatever a model claims.

Not what looks like it, but what is understood: the figure has to be the only one of its clause, and every word of that
clause has to be known, as a word of the cell or as one that changes nothing. A word that nobody foresaw (收到涉及征地的
申请9件) may narrow the figure down, so it refuses it. The clauses that lead up to it have to be innocent, nothing after
it may take it back, and the sentence has to be about the reporting body, the year of the report and the matter in
question, by the same guards that the phrasings of rules/prose.yaml have.
"""

import re
from dataclasses import replace

from extractor.ask.clauses import clause_at, clause_before, figures
from extractor.ask.subjects import Subject, load_asking
from extractor.parse.prose.guards import NEAR, Speech, elsewhere, on_matter, period_of
from extractor.parse.prose.periods import Period
from extractor.parse.prose.rules import Topic
from extractor.parse.prose.sentences import Sentence

__all__ = ["denies", "states"]

# How many clauses before its own may complete what a clause says: 审查后未予公开的申请,计21件.
_REACH = 2
_HEADING = 60
_PLACE = re.compile("[省市区县州盟旗镇乡]")
_JOINS = re.compile("[,:]")
_BRACKETED = re.compile(r"\([^()]*\)")
_Span = tuple[int, int]


def states(subject: Subject, sentence: Sentence, start: int, end: int, speech: Speech) -> bool:
    """Whether the figure at [start, end) of the sentence is stated to be the subject's."""
    text, guards = sentence.text, speech.rules.guards
    unit = subject.unit.match(text, end)
    if unit is None or ("." in text[start:end] and "元" not in unit[0]):
        return False
    left, right = clause_at(text, start, unit.end())
    if len(figures(text, left, right)) != 1:
        return False
    if guards["hedged_before"].search(text, max(0, start - 4), start) or guards["hedged_after"].match(text, unit.end()):
        return False
    return _about(subject, sentence, (left, right), (start, unit.end()), speech)


def denies(subject: Subject, sentence: Sentence, start: int, end: int, speech: Speech) -> bool:
    """Whether the sentence says within [start, end) that there was none of the subject."""
    text = sentence.text
    for match in load_asking().words.none.finditer(text):
        if not (start <= match.start() and match.end() <= end):
            continue
        left, right = clause_at(text, *match.span())
        if figures(text, left, right) or text[left:right].endswith("的") or _figure_follows(text, right, speech):
            continue
        if _about(subject, sentence, (left, right), match.span(), speech):
            return True
    return False


def _figure_follows(text: str, right: int, speech: Speech) -> bool:
    """Whether the next clause is a figure and nothing else: 没有办法提供的申请,118件 is no denial."""
    if not text.startswith(",", right):
        return False
    following = clause_at(text, right + 1, right + 1)
    return len(figures(text, *following)) == 1 and _is_bare(text, following, speech)


def _about(subject: Subject, sentence: Sentence, own: _Span, said: _Span, speech: Speech) -> bool:
    """Whether what is said at `said`, in the clause `own`, is said of the subject."""
    reach = _said_of(subject, sentence.text, own, said, speech)
    return (
        reach is not None
        and not _refused(subject, sentence, (reach, own[1]), said, speech)
        and _led_up_to(subject, sentence, (reach, own[1]), speech)
        and not _taken_back(sentence, own[1], speech)
        and _on_matter(subject, sentence, (reach, own[1]), said, speech)
        and not elsewhere(sentence, *said, speech, carried=True)
        and _in_period(subject, sentence, (reach, said[1]), speech)
    )


def _said_of(subject: Subject, text: str, own: _Span, said: _Span, speech: Speech) -> int | None:
    """Where the words begin that tell what is counted: the clause itself, or one that leads up to it with no figure in
    between. None where they are not all there, or something beside them is not understood."""
    rules, start = load_asking().words, own[0]
    if not (any(word.search(text, *own) for word in subject.words) or _leftover(rules.plain, text, own, said, speech) == ""):
        return None
    for _ in range(_REACH):
        if all(word.search(text, start, own[1]) for word in subject.words):
            break
        before = clause_before(text, start)
        if before is None or not _JOINS.match(text[before[1]]) or figures(text, *before):
            return None
        start = before[0]
    else:
        if not all(word.search(text, start, own[1]) for word in subject.words):
            return None
    return start if _leftover(subject.known, text, (start, own[1]), said, speech) == "" else None


def _leftover(known: re.Pattern[str], text: str, span: _Span, said: _Span, speech: Speech) -> str:
    """What is left of a stretch of text when what is said and all known words are taken out."""
    left = "".join("," if span[0] <= at and said[0] <= at < said[1] else text[at] for at in range(*span))
    for name in _names(speech.organ):
        left = left.replace(name, ",")
    return _JOINS.sub("", known.sub(",", left))


def _names(organ: str | None) -> tuple[str, ...]:
    """The ways in which a body calls itself by its name: 青溪市水利局, 市水利局; 市人民政府, 市政府."""
    if organ is None:
        return ()
    names = {organ, *(organ[match.start() :] for match in _PLACE.finditer(organ) if len(organ) - match.start() > 2)}
    return tuple(sorted(names | {name.replace("人民政府", "政府") for name in names}, key=len, reverse=True))


def _refused(subject: Subject, sentence: Sentence, around: _Span, said: _Span, speech: Speech) -> bool:
    """Whether a word around makes it say something else."""
    text, guards = sentence.text, speech.rules.guards
    closed = load_asking().words.anyone.sub("", text[slice(*around)])
    near = subject.near
    return bool(
        (subject.unless is not None and subject.unless.search(closed))
        or guards["planned"].search(text, 0, said[0])
        or (
            near is not None
            and not near.search(text)
            and not near.search(speech.sentences.before(sentence.index, NEAR))
        )
    )


def _led_up_to(subject: Subject, sentence: Sentence, around: _Span, speech: Speech) -> bool:
    """Whether all that stands before lets the clause speak for itself: the clauses of its sentence are understood, and
    neither they nor the sentence or heading before narrow down what is counted."""
    rules, text = load_asking().words, sentence.text
    before, counts = clause_before(text, around[0]), False
    while before is not None:
        if not _innocent(text, before, speech, counted=counts):
            return False
        counts = bool(figures(text, *before)) and _is_bare(text, before, speech)
        before = clause_before(text, before[0])
    sentences, index = speech.sentences, sentence.index
    own = text[: around[1]]
    headed = sentences.headed(index)
    previous = sentences.before(index, _HEADING) if headed else sentences.text(index - 1)
    if rules.astray.search(previous) or (headed and speech.rules.guards["elsewhere"].search(previous)):
        return False
    narrows = rules.narrows.get(subject.matter) if subject.matter is not None else None
    if narrows is None:
        return True
    lead = _BRACKETED.sub("", text[: around[0]])
    if not rules.explicit.search(own) or speech.rules.guards["carries_on"].match(text):
        lead = previous + lead
    return _last_end(rules.whole, lead) >= _last_end(narrows, lead)


def _last_end(pattern: re.Pattern[str], text: str) -> int:
    return max((match.end() for match in pattern.finditer(text)), default=-1)


def _innocent(text: str, span: _Span, speech: Speech, *, counted: bool) -> bool:
    """Whether a clause before says nothing about the next: it states another fact, or is of the usual phrases.
    `counted`: the clause after it is the figure that it tells of."""
    rules = load_asking().words
    if len(figures(text, *span)) > 1:
        return False
    said = _counted(text, span)
    none = rules.none.search(text, *span)
    if said is not None or none is not None:
        return _leftover(rules.facts, text, span, said or none.span(), speech) == ""  # type: ignore[union-attr]
    known = rules.facts if counted else rules.phrases
    return _leftover(known, text, span, (span[1], span[1]), speech) == ""


def _is_bare(text: str, span: _Span, speech: Speech) -> bool:
    """Whether a clause is a figure and nothing that tells what it counts."""
    said = _counted(text, span)
    return said is not None and _leftover(load_asking().words.plain, text, span, said, speech) == ""


def _counted(text: str, span: _Span) -> _Span | None:
    """The first figure of a clause, with its unit."""
    found = figures(text, *span)
    if not found:
        return None
    unit = load_asking().words.units.match(text, found[0][1])
    return found[0][0], unit.end() if unit else found[0][1]


def _taken_back(sentence: Sentence, right: int, speech: Speech) -> bool:
    """Whether something after the clause changes or undoes it: 更正为, 含上年结转, 是否属实?"""
    rules, text, sentences = load_asking().words, sentence.text, speech.sentences
    if sentences.asks(sentence.index):
        return True
    following = "" if sentences.headed_after(sentence.index) else sentences.text(sentence.index + 1)
    return bool(
        rules.undone.search(text, right)
        or rules.undone_at_once.match(text, right)
        or rules.undone.search(following)
    )


def _on_matter(subject: Subject, sentence: Sentence, around: _Span, said: _Span, speech: Speech) -> bool:
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


def _in_period(subject: Subject, sentence: Sentence, reach: _Span, speech: Speech) -> bool:
    """Whether the period of the report holds. Years that belong to what is counted (上年结转) are passed over."""
    rules = load_asking().words
    closed = rules.past_year.sub(_blanked, sentence.text)
    if subject.any_year:
        lead, own = closed[: reach[0]], closed[reach[0] :]
        closed = lead + subject.words[0].sub(_blanked, own)
    asked = replace(sentence, text=closed)
    period = period_of(asked, reach[1], speech)
    return period is Period.YEAR or (subject.as_of and period is Period.AS_OF)


def _blanked(match: re.Match[str]) -> str:
    return "■" * len(match[0])
