"""What the tests of the second reader share: a speech made of a text, and models that say what they are told to."""

from collections.abc import Callable, Sequence

from extractor.ask.model import Answer, Question, Reply
from extractor.ask.subjects import Subject, load_asking
from extractor.forms.load import load_forms
from extractor.parse.prose.guards import Speech
from extractor.parse.prose.rules import load_prose
from extractor.parse.prose.sentences import Sentence, Sentences
from extractor.read import read

YEAR, ORGAN = 2023, "青溪市水利局"
FORM = "ogi-2021"


def subject_of(name: str, form: str = FORM) -> Subject:
    return next(one for one in load_asking().compiled if one.id == name and form in one.cells)


def speech_of(text: str, form: str = FORM, organ: str | None = ORGAN) -> tuple[Speech, tuple[Sentence, ...]]:
    """A speech, and all its sentences that could state anything."""
    speech = Speech(Sentences(read(text).folded), load_forms()[form], YEAR, organ, load_prose())
    guards = speech.rules.guards
    return speech, tuple(speech.sentences.holding(guards["denial_or_figure"], guards["table_words"]))


class Scripted:
    """Answers a question with what `script` makes of it; keeps what it was asked."""

    def __init__(self, script: Callable[[Question], Sequence[Answer]], tokens: int = 1, cost: float | None = None):
        self.script, self.tokens, self.cost = script, tokens, cost
        self.asked: list[Question] = []

    async def ask(self, question: Question) -> Reply:
        self.asked.append(question)
        return Reply(tuple(self.script(question)), self.tokens, 2 * self.tokens, self.cost, calls=1)
