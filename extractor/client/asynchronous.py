"""The client for programs with an event loop."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from types import TracebackType

import httpx

from extractor.client.common import (
    JSON,
    TIMEOUT,
    Query,
    Request,
    Source,
    error_of,
    extraction,
    headers,
    pause,
    submission,
    unreachable,
)

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

    async def extract(self, source: Source, **options: str | float | None) -> dict[str, JSON]:
        """The report of one document: a path, or its name and content. Waits for as long as it takes."""
        response = await self._send(extraction(source, options))
        while response.status_code == 202:
            await asyncio.sleep(0.5)
            response = await self._send(Request("GET", response.headers["location"]))
        return _object(response)

    async def submit(
        self, sources: Iterable[Source], *, idempotency_key: str | None = None, **options: str | None
    ) -> dict[str, JSON]:
        """A new batch."""
        return _object(await self._send(submission(sources, options, idempotency_key)))

    async def batch(self, batch_id: str) -> dict[str, JSON]:
        """How far it is."""
        return _object(await self._send(Request("GET", f"/v1/batches/{batch_id}")))

    async def wait(self, batch_id: str, *, every_s: float = 1.0) -> dict[str, JSON]:
        """The batch when it has ended."""
        async for batch in self.progress(batch_id, every_s=every_s):
            found = batch
        return found

    async def progress(self, batch_id: str, *, every_s: float = 1.0) -> AsyncIterator[dict[str, JSON]]:
        """The batch now, and again and again until it has ended."""
        while True:
            batch = await self.batch(batch_id)
            yield batch
            if batch["state"] in ("completed", "cancelled"):
                return
            await asyncio.sleep(every_s)

    def results(self, batch_id: str, *, verdict: str | None = None, page: int = 200) -> AsyncIterator[dict[str, JSON]]:
        """All results so far, in the order in which they were done."""
        return self._lines(f"/v1/batches/{batch_id}/results", {"verdict": verdict, "limit": page})

    def errors(self, batch_id: str) -> AsyncIterator[dict[str, JSON]]:
        """The documents so far that yielded no report, and why."""
        return self._lines(f"/v1/batches/{batch_id}/errors", {"limit": 1000})

    async def cancel(self, batch_id: str) -> dict[str, JSON]:
        """Stops the work on it."""
        return _object(await self._send(Request("POST", f"/v1/batches/{batch_id}/cancel")))

    async def delete(self, batch_id: str) -> None:
        """Deletes one that has ended."""
        await self._send(Request("DELETE", f"/v1/batches/{batch_id}"))

    async def _lines(self, path: str, query: Query) -> AsyncIterator[dict[str, JSON]]:
        after: str | None = "-1"
        while after is not None:
            asked = {name: str(value) for name, value in query.items() if value is not None} | {"after": after}
            response = await self._send(Request("GET", path, asked))
            for line in response.content.split(b"\n"):
                if line:
                    yield json.loads(line)
            after = response.headers.get("gouji-next")

    async def _send(self, request: Request) -> httpx.Response:
        attempt = 0
        while True:
            try:
                response = await self._http.request(
                    request.method,
                    request.path,
                    params=request.query,
                    headers=request.headers,
                    files=request.opened(),
                    content=request.content,
                )
                if response.is_success:
                    return response
                raise error_of(response)
            except Exception as error:
                wait = pause(error, attempt)
                if wait is None:
                    raise unreachable(error) from None
            await asyncio.sleep(wait)
            attempt += 1


def _object(response: httpx.Response) -> dict[str, JSON]:
    found: dict[str, JSON] = json.loads(response.content)
    return found
