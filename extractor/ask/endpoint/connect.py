"""The language model as the pipeline gets it: cached, asked once, limited, retried, counted; closed when done with."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from extractor.ask.endpoint.cache import AnswerCache
from extractor.ask.endpoint.events import note
from extractor.ask.endpoint.limits import Limits
from extractor.ask.endpoint.once import AskOnce, Claims
from extractor.ask.endpoint.settings import Settings
from extractor.ask.endpoint.stores import open_cache
from extractor.ask.endpoint.usage import Usage
from extractor.ask.model import Question, Reply

__all__ = ["Connection", "connect"]


@dataclass(frozen=True, slots=True)
class Connection:
    """A Model. `usage` counts while it runs, over all questions of all documents."""

    settings: Settings
    usage: Usage
    _asking: AskOnce

    async def ask(self, question: Question) -> Reply:
        """Raises ModelError where no answer can be had."""
        return await self._asking.ask(question)


@asynccontextmanager
async def connect(
    settings: Settings,
    *,
    cache: AnswerCache | None = None,
    limits: Limits | None = None,
    claims: Claims | None = None,
) -> AsyncIterator[Connection]:
    """A connection to the endpoint, for one event loop. `cache`: in place of the one that the settings name.

    `limits`: in place of those that the settings name, such as ones that several processes share. `claims`: where
    others ask the same questions, and keep their answers in the same cache.

    Nothing is sent before the first question. Raises UsageError where the settings cannot work.
    """
    # The SDK takes a second to import.
    from extractor.ask.endpoint.client import Client
    from extractor.ask.endpoint.embedded import Embedded, as_kept

    usage = Usage()
    client: Client | Embedded
    kept_as = settings
    if settings.weights is None:
        client = Client(settings, usage=usage, limits=limits)
    else:
        client = Embedded(settings, settings.weights, usage=usage)
        kept_as = as_kept(settings, settings.weights)
    try:
        store = open_cache(settings.cache) if cache is None else cache
        try:
            yield Connection(settings, usage, AskOnce(client, store, kept_as, usage, claims))
        finally:
            if cache is None:
                await store.close()
    finally:
        await client.close()
        note(
            logging.INFO,
            "run",
            questions=usage.questions,
            cached=usage.cached,
            calls=usage.calls,
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            cost=usage.cost,
            failures=usage.failures,
        )
