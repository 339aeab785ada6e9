"""The second reader: asks for what is open, believes what is bound, and keeps a trace of everything."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from extractor.ask.ground import Grounded, Outcome, ground
from extractor.ask.model import Model, Reply
from extractor.ask.plan import Passage, gaps, plan
from extractor.ask.prompt import question
from extractor.ask.subjects import Subject
from extractor.errors import ModelError
from extractor.forms.model import Form
from extractor.parse.prose.guards import Speech
from extractor.parse.prose.rules import load_prose
from extractor.parse.prose.sentences import Sentences
from extractor.parse.readings import Fact
from extractor.read.document import Document
from extractor.report import Asked, Cell, Usage

__all__ = ["Heard", "listen", "questions"]

_REASONS = {
    Outcome.NO_QUOTE: "引文在原文中找不到，请从原文逐字抄写",
    Outcome.NO_FIGURE: "引文里没有这个数字，请抄下包含该数字的那句话",
}


@dataclass(frozen=True, slots=True)
class Heard:
    """What the model said that counts for something, all that it said, and what it cost.

    `unasked`: how many open cells could not be asked for because the model failed; `failure` says why.
    """

    facts: tuple[Fact, ...]
    trace: tuple[Asked, ...]
    usage: Usage
    unasked: int = 0
    failure: str | None = None


def questions(
    document: Document, form: Form, year: int | None, organ: str | None, cells: Mapping[str, Cell]
) -> tuple[list[Passage], Speech]:
    """What would be asked about a document of which `cells` were read; empty where nothing is open."""
    speech = Speech(Sentences(document.folded), form, year, organ, load_prose())
    return plan(gaps(form, cells), speech), speech


async def listen(model: Model, passages: list[Passage], speech: Speech) -> Heard:
    """Ask all questions of a document at once; one that fails costs only itself."""
    heard = await asyncio.gather(*(_ask(model, passage, speech) for passage in passages))
    facts = tuple(fact for one in heard for fact in one.facts)
    failures = [one.failure for one in heard if one.failure]
    usage = sum((one.usage for one in heard), start=Usage())
    trace = tuple(asked for one in heard for asked in one.trace)
    return Heard(facts, trace, usage, sum(one.unasked for one in heard), failures[0] if failures else None)


async def _ask(model: Model, passage: Passage, speech: Speech) -> Heard:
    numbered = {f"q{number}": one for number, one in enumerate(passage.cells, 1)}
    items = [(number, subject.asks) for number, (_, subject) in numbered.items()]
    first = question(passage.text, items)
    try:
        reply = await model.ask(first)
    except ModelError as error:
        return Heard((), (), _spent(error), len(passage.cells), str(error))
    usage = _spent(reply)
    grounded = _grounded(reply, numbered, passage, speech)
    again = {number: one for number, one in grounded.items() if one.outcome in _REASONS}
    if again:
        # Once more with the reason: a slip in copying is common, and cheap to mend.
        said = "；".join(f"{number}：{_REASONS[one.outcome]}" for number, one in again.items())
        retort = question(passage.text, [one for one in items if one[0] in again], (_as_text(again), said))
        try:
            second = await model.ask(retort)
        except ModelError as error:
            usage += _spent(error)
        else:
            usage += _spent(second)
            mended = _grounded(second, {number: numbered[number] for number in again}, passage, speech)
            grounded.update((number, one) for number, one in mended.items() if one.fact is not None)
    facts = tuple(one.fact for one in grounded.values() if one.fact is not None)
    trace = tuple(_traced(numbered.get(number), one, first.prompt) for number, one in grounded.items())
    return Heard(facts, trace, usage)


def _grounded(
    reply: Reply, numbered: Mapping[str, tuple[str, Subject]], passage: Passage, speech: Speech
) -> dict[str, Grounded]:
    """Each answer by its number; a second answer to the same question counts only if it says the same."""
    out: dict[str, Grounded] = {}
    for answer in reply.answers:
        if answer.cell not in numbered:
            out.setdefault(answer.cell[:40], Grounded(answer, Outcome.NOT_ASKED))
            continue
        cell, subject = numbered[answer.cell]
        one = ground(answer, subject, cell, passage.sentences, speech)
        known = out.get(answer.cell)
        if known is not None and known.outcome is Outcome.UNBOUND and known.fact is None:
            continue  # it has contradicted itself before
        if known is None or known.fact is None:
            out[answer.cell] = one
        elif one.fact is not None and one.fact.value != known.fact.value:
            out[answer.cell] = Grounded(answer, Outcome.UNBOUND, None)
    return out


def _as_text(again: Mapping[str, Grounded]) -> str:
    return "；".join(f"{number} {one.answer.value} {one.answer.quote}" for number, one in again.items())


def _traced(asked: tuple[str, Subject] | None, one: Grounded, prompt: str) -> Asked:
    answer = one.answer
    cell = asked[0] if asked else answer.cell[:40]
    return Asked(cell, answer.value, answer.quote[:200], one.outcome.value, prompt)


def _spent(asking: Reply | ModelError) -> Usage:
    """What an answer took, or the attempt to get one."""
    return Usage(asking.calls, asking.prompt_tokens, asking.completion_tokens, asking.cost)
