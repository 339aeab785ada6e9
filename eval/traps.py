"""python -m eval.traps: sentences that invite a wrong reading, for the rules, and for a liar that tries everything."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from eval.gold import Gold
from extractor.ask.around import undone
from extractor.ask.clauses import figures
from extractor.ask.ground import Outcome, ground
from extractor.ask.model import Answer
from extractor.ask.subjects import load_asking
from extractor.forms.load import load_forms
from extractor.parse.prose.facts import prose_facts
from extractor.parse.prose.guards import Speech
from extractor.parse.prose.rules import load_prose
from extractor.parse.prose.sentences import Sentence, Sentences
from extractor.parse.readings import Fact
from extractor.pipeline import Draft
from extractor.read import read
from extractor.report import Number

__all__ = ["CONTEXTS", "Trap", "believed", "every_lie", "lied_to", "load_traps", "misread", "wrong_of"]

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


def every_lie(passage: tuple[Sentence, ...], speech: Speech) -> Iterator[tuple[str, str, Fact | None]]:
    """Every lie that can be told, of any cell, any figure and zero: (cell, sentence, what is believed)."""
    for cell, subject in load_asking().of_form(speech.form.id).items():
        for sentence in passage:
            values = {sentence.text[start:end] for start, end in figures(sentence.text, 0, len(sentence.text))} | {"0"}
            for value in sorted(values):
                one = ground(Answer(cell="q1", value=value, quote=sentence.text), subject, cell, (sentence,), speech)
                yield cell, sentence.text, one.fact if one.outcome is Outcome.ACCEPTED else None


def passage_of(speech: Speech, start: int = 0) -> tuple[Sentence, ...]:
    """All sentences that could be asked about, from an offset on."""
    guards = speech.rules.guards
    found = speech.sentences.holding(guards["denial_or_figure"], guards["table_words"])
    return tuple(sentence for sentence in found if sentence.start >= start)


def believed(text: str, form: str = "ogi-2021", context: str = "") -> dict[str, set[Number]]:
    """What a liar can make us believe of a text, by subject."""
    speech = Speech(Sentences(read(context + text).folded), load_forms()[form], YEAR, ORGAN, load_prose())
    names = {cell: subject.id for cell, subject in load_asking().of_form(form).items()}
    out: dict[str, set[Number]] = {}
    for cell, _, fact in every_lie(passage_of(speech, len(context)), speech):
        if fact is not None:
            out.setdefault(names[cell], set()).add(fact.value)
    return out


def wrong_of(trap: Trap, form: str = "ogi-2021") -> list[str]:
    """What a liar can make us believe of a trap, in any context, that it does not say."""
    return [
        f"{trap.theme}: {trap.text} {subject}={value}"
        for context in CONTEXTS
        for subject, values in believed(trap.text, form, context).items()
        for value in values
        if value not in (trap.says.get(subject), trap.may.get(subject))
    ]


def misread(trap: Trap, form: str = "ogi-2021") -> bool:
    """Whether the rules read out of a trap, in any context, what it does not say."""
    names = {cell: subject.id for cell, subject in load_asking().of_form(form).items()}
    texts = (read(context + trap.text) for context in CONTEXTS)
    facts = [fact for text in texts for fact in prose_facts(text, load_forms()[form], YEAR, ORGAN, unless=undone)]
    stated = ((names[fact.cell], fact.value) for fact in facts if fact.cell in names)
    return any(value not in (trap.says.get(subject), trap.may.get(subject)) for subject, value in stated)


def lied_to(first: Draft, gold: Gold) -> tuple[int, int, list[str]]:
    """How many lies a document allows, how many answers were believed, and those that are not its gold."""
    _, speech = first.questions()
    told, accepted, wrong = 0, 0, []
    for cell, text, fact in every_lie(passage_of(speech), speech):
        told += 1
        if fact is None:
            continue
        accepted += 1
        known = gold.accept.get(cell, [gold.cells.get(cell, gold.truth.get(cell))])
        if fact.value not in known and not any(one is not None and float(one) == float(fact.value) for one in known):
            wrong.append(f"{cell}={fact.value}, not {known[0]}: {text}")
    return told, accepted, wrong


def main() -> int:
    traps = load_traps()
    print(f"{len(traps)} traps")
    print(f"read wrongly by the rules: {sum(map(misread, traps))}")
    print(f"wrong answers of a model believed: {sum(bool(wrong_of(trap)) for trap in traps)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
