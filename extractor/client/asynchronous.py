"""The client for programs with an event loop."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from types import TracebackType
from typing import IO

import httpx

from extractor.client import talk
from extractor.client.common import TIMEOUT, Request, Source, emptied, headers
from extractor.client.talk import Item, Object, Pause, Talk

__all__ = ["AsyncClient"]


class AsyncClient:
    """As Client, of the service at `url`. What was refused for the moment is sent again.

    Every method may raise ServiceError. `options` of documents and batches: form, readers ("rules" or "rules,llm"),
    model; of batches also priority and webhook.
    """

    def __init__(self, url: str = "http://127.0.0.1:8321", *, key: str | None = None) -> None:
        self._http = httpx.AsyncClient(base_url=url, headers=headers(key), timeout=TIMEOUT)

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def extract(self, source: Source, **options: str | float | None) -> Object:
        """The report of one document: a path, or its name and content. Waits for as long as it takes."""
        return await self._last(talk.extract(source, options))

    async def submit(
        self, sources: Iterable[Source], *, idempotency_key: str | None = None, **options: str | None
    ) -> Object:
        """A new batch."""
        return await self._last(talk.submit(sources, options, idempotency_key))

    async def batch(self, batch_id: str) -> Object:
        """How far it is."""
        return await self._last(talk.batch(batch_id))

    async def wait(self, batch_id: str, *, every_s: float = 1.0) -> Object:
        """The batch when it has ended."""
        return await self._last(talk.progress(batch_id, every_s))

    def batches(self) -> AsyncIterator[Object]:
        """All batches of the key, the newest first."""
        return self._each(talk.batches())

    def progress(self, batch_id: str, *, every_s: float = 1.0) -> AsyncIterator[Object]:
        """The batch now, and again and again until it has ended."""
        return self._each(talk.progress(batch_id, every_s))

    def results(self, batch_id: str, *, verdict: str | None = None, page: int = 200) -> AsyncIterator[Object]:
        """All results so far, in the order in which they were done."""
        return self._each(talk.results(batch_id, verdict, page))

    async def parquet(self, batch_id: str, into: IO[bytes]) -> None:
        """All results so far as one Parquet file, written into an open file."""
        await self._last(talk.parquet(batch_id, into))

    def errors(self, batch_id: str) -> AsyncIterator[Object]:
        """The documents so far that yielded no report, and why."""
        return self._each(talk.errors(batch_id))

    async def cancel(self, batch_id: str) -> Object:
        """Stops the work on it."""
        return await self._last(talk.cancel(batch_id))

    async def delete(self, batch_id: str) -> None:
        """Deletes one that has ended."""
        await self._last(talk.delete(batch_id))

    async def _last(self, said: Talk) -> Object:
        last: Object = {}
        async for item in self._each(said):
            last = item
        return last

    async def _answer(self, request: Request) -> httpx.Response:
        if request.into is None:
            return await self._http.request(**request.arguments())
        async with self._http.stream(**request.arguments()) as response:
            if not response.is_success:
                await response.aread()
                return response
            file = emptied(request.into)
            async for piece in response.aiter_bytes():
                file.write(piece)
        return response

    async def _each(self, said: Talk) -> AsyncIterator[Object]:
        step = next(said, None)
        while step is not None:
            response: httpx.Response | None = None
            match step:
                case Item():
                    yield step.value
                case Pause():
                    await asyncio.sleep(step.seconds)
                case Request():
                    try:
                        response = await self._answer(step)
                    except Exception as error:
                        step = said.throw(error)
                        continue
            try:
                step = said.send(response)
            except StopIteration:
                return
