"""A model in this process, as a Model: loaded when the first question comes, then asked as any other endpoint."""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from extractor.ask.endpoint.client import Client
from extractor.ask.endpoint.events import note
from extractor.ask.endpoint.settings import Settings
from extractor.ask.endpoint.usage import Usage
from extractor.ask.local.server import Serving, serve
from extractor.ask.local.weights import check_file, fingerprint
from extractor.ask.model import Question, Reply
from extractor.errors import ModelRefusedError, UsageError

__all__ = ["Embedded", "as_kept", "serving"]


class Embedded:
    """A Model over a file of weights. Most runs have nothing to ask, and must not pay for loading gigabytes."""

    def __init__(self, settings: Settings, weights: Path, *, usage: Usage) -> None:
        """Raises UsageError where there are no such weights."""
        check_file(weights)
        self._settings = settings
        self._weights = weights
        self._usage = usage
        self._loading = asyncio.Lock()
        self._client: Client | None = None
        self._serving: Serving | None = None
        self._failure: str | None = None

    async def ask(self, question: Question) -> Reply:
        """As Client.ask; ModelRefusedError where the weights cannot be loaded."""
        async with self._loading:
            client = self._client or await self._load()
        return await client.ask(question)

    async def close(self) -> None:
        """Frees the memory."""
        if self._client is not None:
            await self._client.close()
        if self._serving is not None:
            await asyncio.to_thread(self._serving.stop)

    async def _load(self) -> Client:
        if self._failure is None:
            started = time.monotonic()
            try:
                self._serving, settings = await _loaded(self._settings, self._weights)
            except UsageError as error:
                self._failure = str(error)
            else:
                note(logging.INFO, "loaded", model=self._serving.model, seconds=time.monotonic() - started)
                self._client = Client(settings, usage=self._usage)
                return self._client
        raise ModelRefusedError(self._failure)


def as_kept(settings: Settings, weights: Path) -> Settings:
    """The settings by which answers are kept: the same file is the same model, wherever it lies and is served."""
    return settings.model_copy(update={"base_url": "local", "model": f"{weights.stem}@{fingerprint(weights)}"})


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Settings]:
    """Settings that reach the model: those given, or the address of the weights that they name, loaded at once."""
    if settings.weights is None:
        yield settings
        return
    loaded, reached = await _loaded(settings, settings.weights)
    try:
        yield reached
    finally:
        await asyncio.to_thread(loaded.stop)


async def _loaded(settings: Settings, weights: Path) -> tuple[Serving, Settings]:
    """The weights, served behind a key that nobody else on this machine knows, and settings that reach them."""
    key = secrets.token_urlsafe()
    serving = await asyncio.to_thread(serve, weights, key=key, context=settings.context, parallel=settings.concurrency)
    reached = {"base_url": serving.base_url, "model": serving.model, "api_key": SecretStr(key)}
    return serving, settings.model_copy(update=reached)
