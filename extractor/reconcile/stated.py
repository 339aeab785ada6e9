"""What sentences state about a cell that no table gives, or that a table leaves open."""

from collections.abc import Sequence

from extractor.parse.readings import Fact
from extractor.report import Cell, Evidence, Status

__all__ = ["decided_by_sentence", "stated_cell"]


def stated_cell(text: str, told: Sequence[Fact], *, doubted: bool) -> Cell:
    """The cell that sentences alone state. `doubted`: a table was found, and lacks it.

    What a reader only claims, with no words of the sentence to bear it out, is shown and disputed.
    """
    bound = [fact for fact in told if fact.bound]
    facts = bound or list(told)
    fact = facts[0]
    readers = tuple(dict.fromkeys(one.reader for one in facts if one.value == fact.value))
    evidence = Evidence(fact.start, fact.end, text[fact.start : fact.end])
    quote = text[fact.quote_start : fact.quote_end]
    others = tuple(sorted({one.value for one in facts} - {fact.value}))
    if others:
        because = "sentences state different figures"
        return Cell(fact.value, Status.DISPUTED, readers, evidence, evidence.text, others, because)
    if not bound:
        because = f"a language model takes it from a sentence that does not say so plainly: {quote}"
        return Cell(fact.value, Status.DISPUTED, readers, evidence, evidence.text, (None,), because)
    if doubted:
        because = f"read from a sentence only, though the table was found: {quote}"
        return Cell(fact.value, Status.DISPUTED, readers, evidence, evidence.text, (None,), because)
    because = f"read from a sentence: {quote}"
    return Cell(fact.value, Status.REPORTED, readers, evidence, evidence.text, because=because)


def decided_by_sentence(text: str, state: Cell, told: Sequence[Fact]) -> Cell | None:
    """A disputed cell, settled where a sentence states just one of the figures that it may hold; else None."""
    values = {fact.value for fact in told if fact.bound}
    numbers = [value for value in (state.value, *state.alternatives) if value is not None]
    if len(values) != 1 or len(numbers) < 2 or not values <= set(numbers):
        return None
    fact = next(one for one in told if one.bound)
    quote = text[fact.quote_start : fact.quote_end]
    readers = tuple(dict.fromkeys((*state.read_by, fact.reader)))
    if state.value == fact.value:
        evidence, printed = state.evidence, state.printed
    else:
        evidence = Evidence(fact.start, fact.end, text[fact.start : fact.end])
        printed = evidence.text
    because = f"{state.because}; a sentence states this one: {quote}"
    return Cell(fact.value, Status.REPORTED, readers, evidence, printed, (), because, state.unit)
