"""Who comes in, and when it is too much: before memory or the disk fill, senders are told to come again later."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.concurrency import run_in_threadpool

from extractor.service.api.problems import Problem
from extractor.service.house import House

__all__ = ["Admission"]

_LOOK_S = 1.0
_QUEUE_PER_HAND = 32


class Admission:
    """One for each application; its counters belong to the event loop."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._uploads = 0
        self._singles = 0
        self._waiting = 0
        self._looked = 0.0

    @property
    def uploads(self) -> int:
        return self._uploads

    @asynccontextmanager
    async def upload(self) -> AsyncIterator[None]:
        """Leave to send a batch. Raises Problem."""
        settings = self._house.settings
        await self.check()
        if self._uploads >= settings.max_uploads:
            raise Problem("too_many_uploads", retry_after=5)
        self._uploads += 1
        try:
            yield
        finally:
            self._uploads -= 1

    @asynccontextmanager
    async def single(self) -> AsyncIterator[None]:
        """Leave to send a single document. Raises Problem."""
        if self._house.draining:
            raise Problem("stopping", retry_after=5)
        if self._singles >= _QUEUE_PER_HAND * self._house.settings.singles:
            raise Problem("busy", retry_after=1)
        self._singles += 1
        try:
            yield
        finally:
            self._singles -= 1

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
