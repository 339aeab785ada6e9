"""Binding: whether a clause says that a figure is the one of a certain cell, whatever a model claims.

The figure has to be the only one of its clause; the words of the cell have to stand in that clause, or in what leads up
to it with no other figure in between; no word of another matter may. The sentence has to be about the reporting body,
the year of the report and the matter in question, by the same guards that the phrasings of rules/prose.yaml have.
"""

import re

from extractor.ask.subjects import Subject
from extractor.parse.prose.guards import NEAR, Speech, elsewhere, on_matter, period_of
from extractor.parse.prose.periods import Period
from extractor.parse.prose.sentences import Sentence

__all__ = ["denies", "figures", "states"]

_MARKS = ",;:。()"
# A list parts figures: 信函3件、网络2件.
_LISTED = re.compile(r"(?<=[0-9件份条宗项起例个次元])、")
# Years and dates are no figures; Chinese numerals are where they count something: 下一年 holds none.
_FIGURE = re.compile(
    r"(?<![0-9.])(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+(?:\.[0-9]+)?)(?![0-9]|年|月|日|号|,[0-9]{3})"
    r"|(?<![第每下上某])[零一二两三四五六七八九十百]+(?=件|份|条|宗|项|起|例|次)"
)
_BARE = re.compile(
    r"(?:全年|20[0-9]{2}年度?|总?共计?|合?计|总计|合计|有|为|是|达到?|了|均)*[0-9,.零一二两三四五六七八九十百]+(?:件次?|份|条|宗|项|例|起|个|次)?"
)
_LEAD = 60
# 没有办法提供的申请，118件: a figure that follows at once is what is said, not the denial.
_NEXT = 8


def figures(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where whole figures stand within [start, end)."""
    return [match.span() for match in _FIGURE.finditer(text) if start <= match.start() and match.end() <= end]


def states(subject: Subject, sentence: Sentence, start: int, end: int, speech: Speech) -> bool:
    """Whether the figure at [start, end) of the sentence is stated to be the subject's."""
    text, guards = sentence.text, speech.rules.guards
    left, right = _clause(text, start, end)
    if len(figures(text, left, right)) != 1:
        return False
    lead = _lead(text, left)
    if guards["hedged_before"].search(text, max(0, start - 4), start) or guards["hedged_after"].match(
        text, _unit(text, end)
    ):
        return False
    return _about(subject, sentence, (lead, left, right), (start, end), speech)


def denies(subject: Subject, sentence: Sentence, start: int, end: int, speech: Speech) -> bool:
    """Whether the sentence says within [start, end) that there was none of the subject."""
    text = sentence.text
    none = speech.rules.pattern(speech.rules.names["none"])
    for match in none.finditer(text, start, end):
        left, right = _clause(text, match.start(), match.end())
        counted = figures(text, left, min(len(text), right + _NEXT))
        if not counted and _about(subject, sentence, (left, left, right), match.span(), speech):
            return True
    return False


def _about(
    subject: Subject, sentence: Sentence, clause: tuple[int, int, int], said: tuple[int, int], speech: Speech
) -> bool:
    text, guards = sentence.text, speech.rules.guards
    lead, left, right = clause
    own, around = text[left:right], text[lead:right]
    if _BARE.fullmatch(own):
        # 审查后未予公开的申请,计21件: the clause before says what is counted.
        own = around[around.rfind(",", 0, max(0, left - lead - 1)) + 1 :]
    if not all(word.search(around) for word in subject.words) or not any(word.search(own) for word in subject.words):
        return False
    if subject.unless is not None and subject.unless.search(around):
        return False
    before = text[left : said[0]]
    if (
        guards["assisting"].search(before)
        or guards["denied"].search(before)
        or guards["planned"].search(text, 0, said[0])
    ):
        return False
    near = subject.near
    if near is not None and not near.search(text) and not near.search(speech.sentences.before(sentence.index, NEAR)):
        return False
    if not on_matter(subject.matter, sentence, *said, speech):
        return False
    if elsewhere(sentence, *said, speech, carried=subject.matter is not None):
        return False
    period = Period.YEAR if subject.any_year else period_of(sentence, said[1], speech)
    return period is Period.YEAR or (subject.as_of and period is Period.AS_OF)


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The clause around [start, end): between marks, and between the items of a list of figures."""
    left = max(text.rfind(mark, 0, start) for mark in _MARKS) + 1
    right = min((at for mark in _MARKS if (at := text.find(mark, end)) >= 0), default=len(text))
    for match in _LISTED.finditer(text, left, right):
        if match.end() <= start:
            left = match.end()
        elif match.start() >= end:
            right = match.start()
            break
    return left, right


def _lead(text: str, left: int) -> int:
    """Where the words begin that lead up to a clause: after the last figure before it, in the same sentence part."""
    first = max(text.rfind(mark, 0, left) for mark in ";。") + 1
    first = max(first, left - _LEAD)
    return max((end for _, end in figures(text, first, left)), default=first)


def _unit(text: str, end: int) -> int:
    """The offset after the unit of a figure that ends at `end`."""
    match = re.compile("件次?|份|条|宗|项|例|起|个|次|部|万元|元").match(text, end)
    return match.end() if match else end
