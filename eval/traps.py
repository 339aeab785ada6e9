"""Sentences that invite a wrong reading, and the liar that tries them all: every cell, every figure, any quote."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from extractor.ask.clauses import figures
from extractor.ask.ground import Outcome, ground
from extractor.ask.model import Answer
from extractor.ask.subjects import load_asking
from extractor.forms.load import load_forms
from extractor.parse.prose.guards import Speech
from extractor.parse.prose.rules import load_prose
from extractor.parse.prose.sentences import Sentence, Sentences
from extractor.parse.readings import Fact
from extractor.read import read
from extractor.report import Number

__all__ = ["CONTEXTS", "Trap", "believed", "every_lie", "load_traps"]

YEAR, ORGAN = 2023, "青溪市水利局"
# What may stand before: all of it makes a lie easier.
CONTEXTS = ("", "二、政府信息依申请公开办理情况\n\n", "我局认真做好政府信息公开申请办理工作。")
_FILE = Path(__file__).with_name("traps.txt")


@dataclass(frozen=True, slots=True)
class Trap:
    """`says`: what the text says, by subject; `may`: what can be read out of it, and need not be."""

    theme: str
    text: str
    says: dict[str, int]
    may: dict[str, int]


def load_traps() -> list[Trap]:
    out, theme = [], ""
    for line in _FILE.read_text("utf-8").splitlines():
        if line.startswith("## "):
            theme = line[3:]
        elif line and not line.startswith("# "):
            text, _, said = line.partition(" => ")
            pairs = [one.partition("=") for one in said.split(", ") if one]
            says = {name: int(value) for name, _, value in pairs if not name.startswith("?")}
            may = {name[1:]: int(value) for name, _, value in pairs if name.startswith("?")}
            out.append(Trap(theme, text, says, may))
    return out


def every_lie(passage: tuple[Sentence, ...], speech: Speech) -> Iterator[tuple[str, str, Fact]]:
    """Whatever is believed, of any cell, of any figure of the passage and of zero: (cell, sentence, fact)."""
    for cell, subject in load_asking().of_form(speech.form.id).items():
        for sentence in passage:
            values = {sentence.text[start:end] for start, end in figures(sentence.text, 0, len(sentence.text))} | {"0"}
            for value in sorted(values):
                one = ground(Answer(cell="q1", value=value, quote=sentence.text), subject, cell, (sentence,), speech)
                if one.outcome is Outcome.ACCEPTED and one.fact is not None:
                    yield cell, sentence.text, one.fact


def believed(text: str, form: str = "ogi-2021", context: str = "") -> dict[str, set[Number]]:
    """What a liar can make us believe of a text, by subject."""
    folded = read(context + text).folded
    speech = Speech(Sentences(folded), load_forms()[form], YEAR, ORGAN, load_prose())
    guards = speech.rules.guards
    passage = tuple(
        sentence
        for sentence in speech.sentences.holding(guards["denial_or_figure"], guards["table_words"])
        if sentence.start >= len(context)
    )
    names = {cell: subject.id for cell, subject in load_asking().of_form(form).items()}
    out: dict[str, set[Number]] = {}
    for cell, _, fact in every_lie(passage, speech):
        out.setdefault(names[cell], set()).add(fact.value)
    return out
