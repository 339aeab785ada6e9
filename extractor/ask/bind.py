"""Binding: whether a clause says that a figure is the one of a certain cell, whatever a model claims.

Not what looks like it, but what is understood: the figure has to be the only one of its clause, every word of that
clause has to be known, as a word of the cell or as one that changes nothing, and what is counted has to be the word
that stands next to the figure (因诉讼提出的信息公开申请3件 counts applications). A word that nobody foresaw
(收到涉及征地的申请9件) may narrow the figure down, so it refuses it. What stands around the clause is judged by
`extractor.ask.around`.
"""

from extractor.ask.around import led_up_to, of_the_year, on_the_matter, taken_back
from extractor.ask.clauses import (
    JOINS,
    Span,
    bare,
    clause_at,
    clause_before,
    figures,
    leftover,
    without_names,
    without_plain_end,
)
from extractor.ask.subjects import Subject, load_asking
from extractor.parse.prose.guards import Speech, elsewhere
from extractor.parse.prose.sentences import Sentence

__all__ = ["denies", "states"]

# How many clauses before its own may complete what a clause says: 审查后未予公开的申请,计21件.
_REACH = 2


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
    return text.startswith(",", right) and bare(text, clause_at(text, right + 1, right + 1), speech.organ)


def _about(subject: Subject, sentence: Sentence, own: Span, said: Span, speech: Speech) -> bool:
    """Whether what is said at `said`, in the clause `own`, is said of the subject."""
    reach = _said_of(subject, sentence.text, own, said, speech)
    return (
        reach is not None
        and _counts(subject, sentence.text, (reach, own[1]), said)
        and not _refused(subject, sentence, (reach, own[1]), said, speech)
        and led_up_to(subject, sentence, (reach, own[1]), speech)
        and not taken_back(sentence, own[1], speech)
        and on_the_matter(subject, sentence, (reach, own[1]), said, speech)
        and not elsewhere(sentence, *said, speech, carried=True)
        and of_the_year(subject, sentence, (reach, said[1]), speech)
    )


def _said_of(subject: Subject, text: str, own: Span, said: Span, speech: Speech) -> int | None:
    """Where the words begin that tell what is counted: the clause itself, or one that leads up to it with no figure in
    between. None where they are not all there, or something beside them is not understood."""
    start, plain = own[0], load_asking().words.plain
    if not any(word.search(text, *own) for word in subject.words) and leftover(plain, text, own, said, speech.organ):
        return None
    for reached in range(_REACH + 1):
        if all(word.search(text, start, own[1]) for word in subject.words):
            return None if leftover(subject.known, text, (start, own[1]), said, speech.organ) else start
        before = clause_before(text, start)
        if reached == _REACH or before is None or not JOINS.match(text[before[1]]) or figures(text, *before):
            return None
        start = before[0]
    return None


def _counts(subject: Subject, text: str, around: Span, said: Span) -> bool:
    """Whether what is counted is the subject: its head stands next to the figure, before or after it."""
    if subject.head is None:
        return True
    counts = without_plain_end(text[said[1] : around[1]]) or without_plain_end(text[around[0] : said[0]])
    return subject.head.search(counts) is not None


def _refused(subject: Subject, sentence: Sentence, around: Span, said: Span, speech: Speech) -> bool:
    """Whether a word around makes it say something else, or one that is needed is missing."""
    text, rules = sentence.text, load_asking().words
    closed = rules.anyone.sub("", without_names(text[slice(*around)], speech.organ, "本机关"))
    return bool(
        (subject.unless is not None and subject.unless.search(closed))
        or (subject.here is not None and not subject.here.search(text, 0, around[1]))
        or speech.rules.guards["planned"].search(text, 0, said[0])
    )
