"""The client for programs that wait."""

import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import IO

import httpx

from extractor.client import talk
from extractor.client.common import TIMEOUT, Request, Source, emptied, headers
from extractor.client.talk import Item, Object, Pause, Talk

__all__ = ["Client"]


class Client:
    """Of the service at `url`. What was refused for the moment is sent again.

    Every method may raise ServiceError. `options` of documents and batches: form, readers ("rules" or "rules,llm"),
    model; of batches also priority and webhook.
    """

    def __init__(self, url: str = "http://127.0.0.1:8321", *, key: str | None = None) -> None:
        self._http = httpx.Client(base_url=url, headers=headers(key), timeout=TIMEOUT)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def extract(self, source: Source, **options: str | float | None) -> Object:
        """The report of one document: a path, or its name and content. Waits for as long as it takes."""
        return self._last(talk.extract(source, options))

    def submit(self, sources: Iterable[Source], *, idempotency_key: str | None = None, **options: str | None) -> Object:
        """A new batch."""
        return self._last(talk.submit(sources, options, idempotency_key))

    def batch(self, batch_id: str) -> Object:
        """How far it is."""
        return self._last(talk.batch(batch_id))

    def wait(self, batch_id: str, *, every_s: float = 1.0) -> Object:
        """The batch when it has ended."""
        return self._last(talk.progress(batch_id, every_s))

    def batches(self) -> Iterator[Object]:
        """All batches of the key, the newest first."""
        return self._each(talk.batches())

    def progress(self, batch_id: str, *, every_s: float = 1.0) -> Iterator[Object]:
        """The batch now, and again and again until it has ended."""
        return self._each(talk.progress(batch_id, every_s))

    def results(self, batch_id: str, *, verdict: str | None = None, page: int = 200) -> Iterator[Object]:
        """All results so far, in the order in which they were done."""
        return self._each(talk.results(batch_id, verdict, page))

    def parquet(self, batch_id: str, into: IO[bytes]) -> None:
        """All results so far as one Parquet file, written into an open file."""
        self._last(talk.parquet(batch_id, into))

    def errors(self, batch_id: str) -> Iterator[Object]:
        """The documents so far that yielded no report, and why."""
        return self._each(talk.errors(batch_id))

    def cancel(self, batch_id: str) -> Object:
        """Stops the work on it."""
        return self._last(talk.cancel(batch_id))

    def delete(self, batch_id: str) -> None:
        """Deletes one that has ended."""
        self._last(talk.delete(batch_id))

    def _last(self, said: Talk) -> Object:
        last: Object = {}
        for item in self._each(said):
            last = item
        return last

    def _answer(self, request: Request) -> httpx.Response:
        if request.into is None:
            return self._http.request(**request.arguments())
        with self._http.stream(**request.arguments()) as response:
            if not response.is_success:
                response.read()
                return response
            file = emptied(request.into)
            for piece in response.iter_bytes():
                file.write(piece)
        return response

    def _each(self, said: Talk) -> Iterator[Object]:
        step = next(said, None)
        while step is not None:
            response: httpx.Response | None = None
            match step:
                case Item():
                    yield step.value
                case Pause():
                    time.sleep(step.seconds)
                case Request():
                    try:
                        response = self._answer(step)
                    except Exception as error:
                        step = said.throw(error)
                        continue
            try:
                step = said.send(response)
            except StopIteration:
                return
