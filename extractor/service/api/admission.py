"""Who comes in, and when it is too much: before memory, threads or the disk run out, senders are told to come again."""

import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import CapacityLimiter
from starlette.concurrency import run_in_threadpool

from extractor.service.api.problems import Problem
from extractor.service.house import House

__all__ = ["Admission"]

_LOOK_S = 1.0
_QUEUE_PER_HAND = 32
_PAGES = 64  # well below the threads there are (server.py): each may wait for a document that is read again
_LISTENERS = 500  # of the connections there are (server.py)
_EXPORTS = 2


class _Gate:
    """So many at once, and of one key three quarters of them: it cannot shut out the others."""

    def __init__(self, most: int, code: str, retry_after: int) -> None:
        self._most = most
        self._of_a_key = max(1, most * 3 // 4)
        self._code = code
        self._retry_after = retry_after
        self._inside: Counter[str] = Counter()

    @property
    def inside(self) -> int:
        return self._inside.total()

    @asynccontextmanager
    async def entered(self, key_id: str) -> AsyncIterator[None]:
        """Raises Problem."""
        if self.inside >= self._most or self._inside[key_id] >= self._of_a_key:
            raise Problem(self._code, retry_after=self._retry_after)
        self._inside[key_id] += 1
        try:
            yield
        finally:
            self._inside[key_id] -= 1
            self._inside += Counter()  # keys that have nobody inside are not counted for ever


class Admission:
    """One for each application; its counters belong to the event loop. `exports`: for whoever writes a whole batch."""

    def __init__(self, house: House) -> None:
        settings = house.settings
        self._house = house
        self._uploads = _Gate(settings.max_uploads, "too_many_uploads", 5)
        self._singles = _Gate(_QUEUE_PER_HAND * settings.singles, "busy", 1)
        self._pages = _Gate(_PAGES, "busy", 1)
        self._listeners = _Gate(_LISTENERS, "busy", 10)
        self.exports = CapacityLimiter(_EXPORTS)
        self._waiting = 0
        self._looked = 0.0

    @property
    def uploads(self) -> int:
        return self._uploads.inside

    @asynccontextmanager
    async def upload(self, key_id: str) -> AsyncIterator[None]:
        """Leave to send a batch. Raises Problem."""
        await self.check()
        async with self._uploads.entered(key_id):
            yield

    @asynccontextmanager
    async def single(self, key_id: str) -> AsyncIterator[None]:
        """Leave to send a single document. Raises Problem."""
        if self._house.draining:
            raise Problem("stopping", retry_after=5)
        async with self._singles.entered(key_id):
            yield

    @asynccontextmanager
    async def page(self, key_id: str) -> AsyncIterator[None]:
        """Leave to look at a page of the review. Raises Problem."""
        async with self._pages.entered(key_id):
            yield

    @asynccontextmanager
    async def listener(self, key_id: str) -> AsyncIterator[None]:
        """Leave to be told of a batch's progress. Raises Problem."""
        async with self._listeners.entered(key_id):
            yield

    async def check(self) -> None:
        """Raises Problem where nothing more is taken in."""
        house = self._house
        if house.draining:
            raise Problem("stopping", retry_after=5)
        if house.blobs.free() < house.settings.min_free:
            raise Problem("storage_low", retry_after=60)
        if time.monotonic() - self._looked > _LOOK_S:
            self._waiting = await run_in_threadpool(house.lookups.waiting)
            self._looked = time.monotonic()
        if self._waiting >= house.settings.max_waiting:
            raise Problem("queue_full", f"{self._waiting:,} documents are waiting", retry_after=30)
