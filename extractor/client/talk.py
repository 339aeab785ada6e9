"""What a client and the service say to each other, as generators: no socket, no clock, nothing to wait for.

A generator yields what is to be done next, a Request to be sent (its Response is sent into the generator, what went
wrong is thrown into it), a Pause, or an Item for the caller; synchronous.py and asynchronous.py do it, each in its way.
"""

import json
import logging
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import IO, TypeAlias

import httpx

from extractor.client.common import (
    JSON,
    Query,
    Request,
    Source,
    error_of,
    extraction,
    pause,
    reason,
    submission,
    unreachable,
)

__all__ = [
    "Item",
    "Object",
    "Pause",
    "Talk",
    "batch",
    "batches",
    "cancel",
    "delete",
    "errors",
    "extract",
    "parquet",
    "progress",
    "results",
    "submit",
]

Object: TypeAlias = "dict[str, JSON]"
_LOG = logging.getLogger("gouji.client")
_ENDED = ("completed", "cancelled")
_ASK_AGAIN_S = 0.5
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Pause:
    """So long nothing is to be done."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Item:
    """Something for the caller."""

    value: Object


Talk: TypeAlias = Generator[Request | Pause | Item, httpx.Response | None, None]
_Exchange: TypeAlias = Generator[Request | Pause | Item, httpx.Response | None, httpx.Response]


def extract(source: Source, options: Query) -> Talk:
    """The report of one document, for as long as it takes."""
    response = yield from _sent(extraction(source, options))
    while response.status_code == 202:
        yield Pause(_ASK_AGAIN_S)
        response = yield from _sent(Request("GET", response.headers["location"]))
    yield _object(response)


def submit(sources: Iterable[Source], options: Query, idempotency_key: str | None) -> Talk:
    """A new batch."""
    yield _object((yield from _sent(submission(sources, options, idempotency_key))))


def batch(batch_id: str) -> Talk:
    """How far it is."""
    yield _object((yield from _sent(Request("GET", _path(batch_id)))))


def batches() -> Talk:
    """All batches of the key, the newest first."""
    query: dict[str, str] = {"limit": str(_PAGE)}
    while True:
        page = _object((yield from _sent(Request("GET", "/v1/batches", query)))).value
        found = page["batches"]
        assert isinstance(found, list)
        for one in found:
            assert isinstance(one, dict)
            yield Item(one)
        if page["next"] is None:
            return
        query = {**query, "before": str(page["next"])}


def progress(batch_id: str, every_s: float) -> Talk:
    """The batch now, and again and again until it has ended."""
    while True:
        found = _object((yield from _sent(Request("GET", _path(batch_id)))))
        yield found
        if found.value["state"] in _ENDED:
            return
        yield Pause(every_s)


def results(batch_id: str, verdict: str | None, page: int) -> Talk:
    """All results so far, in the order in which they were done."""
    return _lines(f"{_path(batch_id)}/results", {"verdict": verdict, "limit": page})


def parquet(batch_id: str, into: IO[bytes]) -> Talk:
    """All results so far as one Parquet file, written `into` a file."""
    yield from _sent(Request("GET", f"{_path(batch_id)}/results", {"format": "parquet"}, into=into))
    yield Item({})


def errors(batch_id: str) -> Talk:
    """The documents so far that yielded no report, and why."""
    return _lines(f"{_path(batch_id)}/errors", {"limit": 1000})


def cancel(batch_id: str) -> Talk:
    """Stops the work on it."""
    yield _object((yield from _sent(Request("POST", f"{_path(batch_id)}/cancel"))))


def delete(batch_id: str) -> Talk:
    """Deletes one that has ended."""
    yield from _sent(Request("DELETE", _path(batch_id)))
    yield Item({})


def _path(batch_id: str) -> str:
    return f"/v1/batches/{batch_id}"


def _lines(path: str, query: Query) -> Talk:
    after: str | None = "-1"
    while after is not None:
        asked = {name: str(value) for name, value in query.items() if value is not None} | {"after": after}
        response = yield from _sent(Request("GET", path, asked))
        for line in response.content.split(b"\n"):
            if line:
                yield Item(json.loads(line))
        after = response.headers.get("gouji-next")


def _sent(request: Request) -> _Exchange:
    """The response that was wanted. Tries again what was refused for the moment, or lost. Raises ServiceError."""
    attempt = 0
    while True:
        try:
            response = yield request
            assert response is not None
            if response.is_success:
                return response
            raise error_of(response)
        except Exception as error:
            wait = pause(error, attempt)
            if wait is None:
                raise unreachable(error) from None
            # Whoever waits at a terminal wants to know what for.
            _LOG.warning("%s; trying again in %.0f s", reason(error), max(1, wait))
        yield Pause(wait)
        attempt += 1


def _object(response: httpx.Response) -> Item:
    return Item(json.loads(response.content))
