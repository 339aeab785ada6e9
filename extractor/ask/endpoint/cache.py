"""Answers that were paid for, kept: the protocol, its key, and the embedded store.

Behind a protocol, since the embedded store is for one machine; several share a PostgreSQL table (postgres.py).
"""

import asyncio
import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from extractor.ask.endpoint.settings import Settings
from extractor.ask.model import Answer, Answers, Question

__all__ = ["AnswerCache", "CacheStats", "InThread", "Kept", "NoAnswers", "key_of"]

T = TypeVar("T")


class Kept(BaseModel):
    """An answer as it is kept: whose it is and what it took, besides the answer itself."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    answers: tuple[Answer, ...]
    model: str
    prompt: str
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class CacheStats:
    """`where`: without a password. `size`: bytes on disk."""

    where: str
    answers: int
    size: int


class AnswerCache(Protocol):
    """A store of answers by key. What cannot be read counts as not there; OSError where the store itself fails."""

    async def get(self, key: str) -> Kept | None: ...
    async def put(self, key: str, kept: Kept) -> None: ...
    async def stats(self) -> CacheStats: ...
    async def clear(self) -> int:
        """Removes all answers; how many there were."""
        ...

    async def close(self) -> None: ...


def key_of(question: Question, settings: Settings) -> str:
    """Of all that an answer depends on: prompt, schema, model, endpoint, parameters, text. Never of the API key."""
    parts = {
        "prompt": question.prompt,
        "schema": _schema_hash(),
        "endpoint": settings.base_url,
        "model": settings.model,
        "mode": settings.mode,
        "max_tokens": settings.max_tokens,
        "temperature": settings.temperature,
        "extra_body": settings.extra_body,
        "system": question.system,
        "user": question.user,
        "retort": question.retort,
    }
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True, sort_keys=True).encode()).hexdigest()


@cache
def _schema_hash() -> str:
    return hashlib.sha256(json.dumps(Answers.model_json_schema(), sort_keys=True).encode()).hexdigest()


class InThread:
    """Work for a store that blocks, in one thread of its own: off the event loop, with one connection to close.

    A default executor would open a connection in every thread, and close none.
    """

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=f"gouji-{name}")

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` returns, from that thread."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    def stop(self) -> None:
        """Ends the thread."""
        self._executor.shutdown(wait=True)


class NoAnswers:
    """Keeps nothing."""

    async def get(self, key: str) -> Kept | None:  # noqa: ARG002
        return None

    async def put(self, key: str, kept: Kept) -> None: ...

    async def stats(self) -> CacheStats:
        return CacheStats("none", 0, 0)

    async def clear(self) -> int:
        return 0

    async def close(self) -> None: ...
