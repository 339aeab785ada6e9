"""The language model as all processes of a service ask it: one budget, one rate, so many at once; nothing twice."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from extractor.ask.endpoint.cache import AnswerCache, CacheStats, Kept
from extractor.ask.endpoint.connect import connect
from extractor.ask.endpoint.settings import Settings, load_settings
from extractor.ask.endpoint.stores import open_cache
from extractor.errors import UsageError
from extractor.service.database import open_database
from extractor.service.leases import Held, Leases, shielded
from extractor.service.pace import SharedLimits
from extractor.service.settings import ServiceSettings, load_service_settings

if TYPE_CHECKING:
    from extractor.ask.model import Model

__all__ = ["Asking", "Claims", "PatientAnswers", "shared_cache"]

T = TypeVar("T")
_LEASE_S = 15.0
_CLAIM = "question:"
_PATIENCE_S = 120.0


class Asking:
    """Connections to models, one for each name, kept for as long as the process lives. `holder`: as in Leases."""

    def __init__(self, config: Path | None, holder: str) -> None:
        self._config = config
        self._service = load_service_settings(config=config)
        self._database = open_database(self._service)
        self._held = Held(Leases(self._database, holder), for_s=_LEASE_S)
        self._models: dict[str | None, Model] = {}
        self._open = AsyncExitStack()

    async def model(self, name: str | None) -> "Model":
        """The connection to that model, or to the one that is set. Raises UsageError."""
        if name not in self._models:
            self._models[name] = await self._open.enter_async_context(self._connected(name))
        return self._models[name]

    @asynccontextmanager
    async def _connected(self, name: str | None) -> "AsyncIterator[Model]":
        settings = load_settings({"model": name}, config=self._config)
        if settings is None:
            raise UsageError("no language model is set up")
        limits = SharedLimits(self._database, settings, held=self._held, period=self._service.money_period)
        place = shared_cache(settings, self._service)
        # Without a cache nobody's answer can be another's: then there is nothing to wait for.
        claims = None if place is None else Claims(self._held, self._database.persist)
        cache = PatientAnswers(open_cache(place))
        try:
            async with connect(settings, cache=cache, limits=limits, claims=claims) as model:
                yield model
        finally:
            await cache.close()


def shared_cache(settings: Settings, service: ServiceSettings) -> str | None:
    """Where answers are kept: where it is set, else, if machines share a database, in that."""
    if settings.source("cache") == "default" and service.database_url is not None:
        return service.database_url.get_secret_value()
    return settings.cache


class Claims:
    """A question that several processes have is sent by one; the others wait until its answer is kept, or it dies."""

    def __init__(self, held: Held, persist: Callable[[Callable[[], bool]], bool]) -> None:
        self._held = held
        self._persist = persist

    @asynccontextmanager
    async def claim(self, key: str) -> AsyncIterator[bool]:
        """Waits until the question is this process's. Yields True: meanwhile somebody may have answered it."""
        name, wait = _CLAIM + key, 0.05
        while not await shielded(lambda: self._persist(lambda: self._held.take(name)), lambda _: self._held.drop(name)):
            await asyncio.sleep(wait * random.uniform(0.5, 1))
            wait = min(2 * wait, 1.0)
        try:
            yield True
        finally:
            await asyncio.shield(asyncio.to_thread(self._held.drop, name))


class PatientAnswers:
    """A cache in front of another, which waits for it: an answer that is lost would be paid for again."""

    def __init__(self, cache: AnswerCache, patience_s: float = _PATIENCE_S) -> None:
        self._cache = cache
        self._patience_s = patience_s

    async def get(self, key: str) -> Kept | None:
        return await self._patiently(lambda: self._cache.get(key))

    async def put(self, key: str, kept: Kept) -> None:
        await self._patiently(lambda: self._cache.put(key, kept))

    async def stats(self) -> CacheStats:
        return await self._cache.stats()

    async def clear(self) -> int:
        return await self._cache.clear()

    async def close(self) -> None:
        await self._cache.close()

    async def _patiently(self, work: Callable[[], Awaitable[T]]) -> T:
        loop, wait = asyncio.get_running_loop(), 0.1
        deadline = loop.time() + self._patience_s
        while True:
            try:
                return await work()
            except OSError:
                if loop.time() + wait > deadline:
                    raise
            await asyncio.sleep(wait)
            wait = min(2 * wait, 5.0)
