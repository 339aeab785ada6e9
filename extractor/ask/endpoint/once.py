"""Nothing is asked twice: what is in the cache is not sent, and identical questions under way are one question."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Protocol

from extractor.ask.endpoint.cache import AnswerCache, Kept, key_of
from extractor.ask.endpoint.events import note
from extractor.ask.endpoint.settings import Settings
from extractor.ask.endpoint.usage import Usage
from extractor.ask.model import Model, Question, Reply
from extractor.spans import span, tell

__all__ = ["AskOnce", "Claims"]


class Claims(Protocol):
    """Whose a question is, where several processes ask the same."""

    def claim(self, key: str) -> AbstractAsyncContextManager[bool]:
        """Entered when the question is this process's. True: another may have answered it meanwhile."""
        ...


class NoClaims:
    """This process asks alone."""

    @asynccontextmanager
    async def claim(self, key: str) -> AsyncIterator[bool]:  # noqa: ARG002
        yield False


class AskOnce:
    """A Model in front of another. Failures are not kept, and a cache that fails costs money, not the answer."""

    def __init__(
        self, model: Model, cache: AnswerCache, settings: Settings, usage: Usage, claims: Claims | None = None
    ) -> None:
        self._model = model
        self._cache = cache
        self._claims = claims or NoClaims()
        self._settings = settings
        self._usage = usage
        self._under_way: dict[str, asyncio.Task[Reply]] = {}
        self._waiting: dict[str, int] = {}

    async def ask(self, question: Question) -> Reply:
        """The answer from the cache, from the same question that is under way, or from the model."""
        with span("ask", prompt=question.prompt, again=question.retort is not None) as telling:
            reply = await self._shared(question)
            tell(telling, cached=reply.cached, calls=reply.calls, answers=len(reply.answers), cost=reply.cost)
            tell(telling, prompt_tokens=reply.prompt_tokens, completion_tokens=reply.completion_tokens)
        return reply

    async def _shared(self, question: Question) -> Reply:
        self._usage.questions += 1
        key = key_of(question, self._settings)
        task = self._under_way.get(key)
        first = task is None
        if task is None:
            task = asyncio.create_task(self._answer(question, key))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._forget(key, done))
        self._waiting[key] = self._waiting.get(key, 0) + 1
        try:
            reply = await asyncio.shield(task)  # one asker who gives up leaves the others their answer
        finally:
            self._waiting[key] -= 1
            if not self._waiting[key]:
                del self._waiting[key]
                if not task.done():  # nobody waits any more
                    del self._under_way[key]
                    task.cancel()
        if not first:
            reply = self._for_free(reply)
        self._usage.cached += reply.cached
        return reply

    async def _answer(self, question: Question, key: str) -> Reply:
        kept = await self._kept(key)
        if kept is None:
            async with self._claims.claim(key) as later:
                kept = await self._kept(key) if later else None
                if kept is None:
                    return await self._sent(question, key)
        note(logging.INFO, "cached", prompt=question.prompt, answers=len(kept.answers))
        return self._for_free(Reply(kept.answers))

    async def _sent(self, question: Question, key: str) -> Reply:
        reply = await self._model.ask(question)
        kept = Kept(
            answers=reply.answers,
            model=self._settings.model or "",
            prompt=question.prompt,
            prompt_tokens=reply.prompt_tokens,
            completion_tokens=reply.completion_tokens,
        )
        try:
            await self._cache.put(key, kept)
        except OSError as error:
            note(logging.WARNING, "not kept", reason=str(error))
        return reply

    async def _kept(self, key: str) -> Kept | None:
        try:
            return await self._cache.get(key)
        except OSError as error:
            note(logging.WARNING, "cache not read", reason=str(error))
            return None

    def _for_free(self, reply: Reply) -> Reply:
        return replace(
            reply, prompt_tokens=0, completion_tokens=0, cost=self._settings.cost(0, 0), cached=True, calls=0
        )

    def _forget(self, key: str, task: "asyncio.Task[Reply]") -> None:
        if self._under_way.get(key) is task:
            del self._under_way[key]
        if not task.cancelled():
            task.exception()  # it was raised to all who waited; where none did, that is no news either
