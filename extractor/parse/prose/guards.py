"""What a figure in a sentence is about: whose it is, of which period, of which matter. Shared by all who read prose."""

import re
from dataclasses import dataclass, field

from extractor.forms.model import Form
from extractor.parse.prose.periods import Period, period_at
from extractor.parse.prose.rules import ProseRules, Topic
from extractor.parse.prose.scope import Scope, scope_at, without_levels
from extractor.parse.prose.sentences import Sentence, Sentences
from extractor.read.figures import chinese_number, parse_number
from extractor.report import Number

__all__ = ["CLAUSE_STARTS", "NEAR", "Speech", "elsewhere", "figure_value", "on_matter", "period_of"]

NEAR = 320
CLAUSE_STARTS = ",;:("
_HEADING = 60
_CARRIED_OVER = 3
_BRACKETED = re.compile(r"\([^()]*\)")
_DISPUTE = re.compile("复议|诉讼")
_CARRIED = re.compile("结转|转入|转结|延续")


@dataclass(frozen=True, slots=True)
class Speech:
    """The sentences of a document, and whose report of which year they belong to."""

    sentences: Sentences
    form: Form
    year: int | None
    organ: str | None
    rules: ProseRules
    seen: set[tuple[str, Number]] = field(default_factory=set)
    leads: dict[int, bool] = field(default_factory=dict)
    stated: dict[str, set[Number]] = field(default_factory=dict)

    def lead(self, index: int) -> bool:
        """Whether what stands before sentence `index` is about applications, as far as it can be told."""
        known = self.leads.get(index)
        if known is None:
            said = _last(self.rules.asked[Topic.ANSWERS].said, self.sentences.before(index, NEAR))
            known = self.leads[index] = said is None or said["ours"] is not None
        return known


def on_matter(topic: Topic | None, sentence: Sentence, start: int, end: int, speech: Speech) -> bool:
    """Whether what stands at [start, end) of the sentence is about `topic`; True where nothing is asked."""
    match topic:
        case Topic.ANSWERS:
            return _answers(sentence, start, end, speech)
        case Topic.DISPUTES:
            return _disputes(sentence, start, end, speech)
        case Topic.RECEIVED:
            return _received(sentence, start, end, speech)
        case None:
            return True


def _answers(sentence: Sentence, start: int, end: int, speech: Speech) -> bool:
    """Whether the match is about the outcome of the applications, and of all of them."""
    asked = speech.rules.asked[Topic.ANSWERS]
    text = sentence.text
    said = _last(asked.said, text[:start])
    if not (speech.lead(sentence.index) if said is None else said["ours"] is not None):
        return False
    before = text[:start]
    if text[start:end].endswith(("项", "条")) and asked.pieces.search(before):
        return False
    before = _BRACKETED.sub("", before) if "(" in before else before
    parts = list(asked.parts.finditer(before))
    if parts and (again := _last(asked.whole, before)):
        parts = [part for part in parts if part.start() >= again.end()]
    if not parts:
        return True
    said_before = before[: parts[0].start()]
    if not asked.received.search(said_before) and speech.rules.guards["carries_on"].match(text):
        said_before = speech.sentences.text(sentence.index - 1)
    received = _last(asked.received, said_before)
    total = None if received is None else figure_value(received["n"])
    return total is not None and total == sum(figure_value(part["n"]) or 0 for part in parts)


def _disputes(sentence: Sentence, start: int, end: int, speech: Speech) -> bool:
    """Whether the match is about review or litigation because of open information."""
    asked = speech.rules.asked[Topic.DISPUTES]
    text = sentence.text
    if asked.unrelated.search(text, end) or asked.others.search(text, 0, end):
        return False
    cause = _last(asked.cause, text[:end])
    if cause is not None and not asked.cause_ours.search(cause[0]):
        return False
    if asked.ours.search(text, 0, end):
        return True
    sentences, index = speech.sentences, sentence.index
    if sentences.headed(index):
        return asked.heading.search(sentences.before(index, _HEADING)) is not None
    if asked.carried.fullmatch(text, 0, start) is None:
        return False
    previous = sentences.text(index - 1)
    if asked.others.search(previous):
        return False
    if asked.ours.search(previous) and _DISPUTE.search(previous):
        return True
    # 行政复议1件、行政诉讼2件。 at the end of what is said about the applications.
    said = _last(speech.rules.asked[Topic.ANSWERS].said, sentences.before(index, NEAR))
    return said is not None and said["ours"] is not None


def _received(sentence: Sentence, start: int, end: int, speech: Speech) -> bool:
    """Whether the match is about the applications newly received and nothing else."""
    asked = speech.rules.asked[Topic.RECEIVED]
    text = sentence.text
    if asked.others.search(text, 0, start) or _CARRIED.search(text):
        return False
    if asked.ours.search(text, 0, end):
        return True
    if not speech.rules.guards["carries_on"].match(text):
        return False
    previous = speech.sentences.text(sentence.index - 1)
    return asked.ours.search(previous) is not None and asked.others.search(previous) is None


def elsewhere(sentence: Sentence, start: int, end: int, speech: Speech, *, carried: bool) -> bool:
    """Whether what stands at [start, end) is about another body, or about a wider one. `carried`: sentences before this
    one may say whose it is."""
    others = speech.rules.guards["elsewhere"]
    text = sentence.text
    before = without_levels(text[:start], speech.organ)
    if others.search(before[max(before.rfind(mark) for mark in CLAUSE_STARTS) + 1 :]):
        return True
    scope = scope_at(text, end, speech.organ, others)
    index = sentence.index
    carried = carried or speech.rules.guards["carries_on"].match(text) is not None
    while (
        scope is Scope.UNSAID
        and carried
        and index > sentence.index - _CARRIED_OVER
        and not speech.sentences.headed(index)
    ):
        index -= 1
        previous = speech.sentences.text(index)
        if not previous:
            break
        if "申请" in previous and speech.rules.guards["figure"].search(previous):
            scope = scope_at(previous, len(previous), speech.organ, others)
    return scope is Scope.OTHER


def period_of(sentence: Sentence, end: int, speech: Speech) -> Period:
    """The period that holds at offset `end` of the sentence."""
    before = Period.YEAR
    if speech.rules.guards["carries_on"].match(sentence.text):
        previous = speech.sentences.text(sentence.index - 1)
        before = period_at(previous, len(previous), speech.year)
    return period_at(sentence.text, end, speech.year, before)


def figure_value(printed: str) -> Number | None:
    """A figure in digits or in Chinese numerals."""
    value = parse_number(printed)
    if value is None and not printed[0].isdigit():
        value = chinese_number(printed)
    return value


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return max(pattern.finditer(text), key=re.Match.start, default=None)
