"""From the documents named to their reports, with a language model asked for what the rules leave open."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractor.cli.guard import complain

if TYPE_CHECKING:
    from collections.abc import Generator

    from extractor.ask.endpoint.settings import Settings
    from extractor.ask.endpoint.usage import Usage
    from extractor.cli.inputs import Stream
    from extractor.pipeline import Then
    from extractor.read.limits import Limits
    from extractor.read.locator import Locator
    from extractor.report import Report

__all__ = ["Estimate", "asked", "estimated", "tell_usage"]

# Documents are read while others wait for the model: enough of them to keep every connection busy.
_DOCUMENTS_PER_CONNECTION = 3


def asked(
    documents: "Iterable[Locator | Stream]",
    settings: "Settings",
    *,
    limits: "Limits",
    form: str | None,
    spent: "list[Usage]",
    then: "Then | None" = None,
) -> "Generator[Report, None, None]":
    """Reports in the order of the documents; `then` has the last word on each. What was spent is added to `spent` when
    all is done."""
    with asyncio.Runner() as runner:
        reports = _asked(documents, settings, limits, form, spent, then)
        try:
            while True:
                try:
                    yield runner.run(anext(reports))
                except StopAsyncIteration:
                    return
        finally:
            runner.run(reports.aclose())


async def _asked(
    documents: "Iterable[Locator | Stream]",
    settings: "Settings",
    limits: "Limits",
    form: str | None,
    spent: "list[Usage]",
    then: "Then | None",
) -> "AsyncGenerator[Report, None]":
    from extractor.ask.endpoint.connect import connect
    from extractor.batch import extract_many_asking
    from extractor.cli.inputs import as_locator

    origins = (as_locator(document, limits) for document in documents)
    async with connect(settings) as model:
        at_once = _DOCUMENTS_PER_CONNECTION * settings.concurrency
        reports = extract_many_asking(
            origins, model, form=form, limits=limits, at_once=at_once, isolate=True, then=then
        )
        async for report in reports:
            yield report
        spent.append(model.usage)


@dataclass(slots=True)
class Estimate:
    """What a run would send, without its repeats: documents that would be asked about, questions, cells, tokens."""

    documents: int = 0
    asked: int = 0
    questions: int = 0
    cells: int = 0
    prompt_tokens: int = 0
    answer_tokens: int = 0
    failed: int = 0


def estimated(documents: "Iterable[Locator | Stream]", *, limits: "Limits", form: str | None) -> Estimate:
    """Read all documents and ask nobody."""
    from extractor.ask.endpoint.limits import estimate_tokens
    from extractor.ask.prompt import question
    from extractor.cli.inputs import as_locator
    from extractor.errors import DocumentError
    from extractor.pipeline import draft

    out = Estimate()
    for document in documents:
        out.documents += 1
        try:
            passages, _ = draft(as_locator(document, limits).document(limits), form=form).questions()
        except (DocumentError, OSError):
            out.failed += 1
            continue
        out.asked += bool(passages)
        out.questions += len(passages)
        for passage in passages:
            asked = question(passage.text, [("q0", subject.asks) for _, subject in passage.cells])
            out.cells += len(passage.cells)
            out.prompt_tokens += estimate_tokens(asked.system) + estimate_tokens(asked.user)
            out.answer_tokens += len(passage.cells) * _ANSWER_TOKENS
    return out


# {"cell": "q1", "value": "41", "quote": "全年登记政府信息公开申请41件"} and a little more.
_ANSWER_TOKENS = 45


def tell_usage(spent: "Usage") -> None:
    """One line on what was asked, on stderr."""
    if not spent.questions:
        return
    cost = "" if spent.cost is None else f", cost {spent.cost:.4f}"
    complain(
        f"language model: {spent.questions} questions, {spent.cached} of them from the cache, {spent.failures} failed; "
        f"{spent.prompt_tokens} + {spent.completion_tokens} tokens{cost}"
    )
