"""What sentences state about a cell that no table gives, or that a table leaves open."""

from collections.abc import Sequence

from extractor.parse.readings import Fact
from extractor.report import Cell, Evidence, Reason, Status

__all__ = ["decided_by_sentence", "stated_cell"]

_PICTURED = Reason(
    "read from a sentence in a picture, where a digit or a point may be lost, and no identity bears it out",
    "读自图像中的句子，数字或小数点可能漏认，且无勾稽关系可证实",
)
_DIFFERENT = Reason("sentences state different figures", "正文各处所述数字不同")


def stated_cell(text: str, told: Sequence[Fact], *, doubted: bool, pictured: bool = False) -> Cell:
    """The cell that sentences alone state. `doubted`: a table was found, and lacks it; or else (`pictured`) the
    sentence stands in a picture where some of its figure may be lost.

    What a reader only claims, with no words of the sentence to bear it out, is shown and disputed.
    """
    bound = [fact for fact in told if fact.bound]
    facts = bound or list(told)
    fact = facts[0]
    readers = tuple(dict.fromkeys(one.reader for one in facts if one.value == fact.value))
    evidence = Evidence(fact.start, fact.end, text[fact.start : fact.end])
    read = Cell(fact.value, Status.REPORTED, readers, evidence, evidence.text)
    quote = text[fact.quote_start : fact.quote_end]
    others = tuple(sorted({one.value for one in facts} - {fact.value}))
    if others:
        return read._replace(status=Status.DISPUTED, alternatives=others).for_reason(_DIFFERENT)
    if not bound or doubted:
        reason = _claimed(quote) if not bound else _PICTURED if pictured else _beside_table(quote)
        return read._replace(status=Status.DISPUTED, alternatives=(None,)).for_reason(reason)
    return read.for_reason(Reason(f"read from a sentence: {quote}", f"读自正文：“{quote.strip()}”"))


def decided_by_sentence(text: str, state: Cell, told: Sequence[Fact]) -> Cell | None:
    """A disputed cell, settled where a sentence states just one of the figures that it may hold; else None."""
    values = {fact.value for fact in told if fact.bound}
    numbers = [value for value in (state.value, *state.alternatives) if value is not None]
    if len(values) != 1 or len(numbers) < 2 or not values <= set(numbers):
        return None
    fact = next(one for one in told if one.bound)
    quote = text[fact.quote_start : fact.quote_end]
    settled = state._replace(
        value=fact.value,
        status=Status.REPORTED,
        read_by=tuple(dict.fromkeys((*state.read_by, fact.reader))),
        alternatives=(),
    )
    if state.value != fact.value:
        evidence = Evidence(fact.start, fact.end, text[fact.start : fact.end])
        settled = settled._replace(evidence=evidence, printed=evidence.text)
    reason = Reason(
        f"{state.because}; a sentence states this one: {quote}",
        f"{state.because_zh}；正文所述为此数：“{quote.strip()}”",
    )
    return settled.for_reason(reason)


def _beside_table(quote: str) -> Reason:
    return Reason(
        f"read from a sentence only, though the table was found: {quote}",
        f"文中虽有表格，此数仅见于正文：“{quote.strip()}”",
    )


def _claimed(quote: str) -> Reason:
    return Reason(
        f"a language model takes it from a sentence that does not say so plainly: {quote}",
        f"语言模型据此句所得，原文并未明说：“{quote.strip()}”",
    )
