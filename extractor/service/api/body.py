"""Bodies as they come in: piece by piece, never whole in memory, never endless, and not arbitrarily slowly."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import Request
from starlette.requests import ClientDisconnect

from extractor.service.api.problems import Problem
from extractor.service.settings import ServiceSettings

__all__ = ["drained", "pieces"]

_DRAIN_S = 1.0


async def pieces(request: Request, most: int, settings: ServiceSettings) -> AsyncIterator[bytes]:
    """The body's pieces. Raises Problem where it is too large, or comes too slowly."""
    stream = request.stream()
    started, size = time.monotonic(), 0
    while True:
        try:
            async with asyncio.timeout(settings.read_timeout_s):
                piece = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise Problem("slow_client", f"nothing came for {settings.read_timeout_s:.0f} s") from None
        except ClientDisconnect:
            raise Problem("bad_request", "the sender went away") from None
        size += len(piece)
        if size > most:
            raise Problem("body_too_large", f"at most {most:,} bytes")
        lasted = time.monotonic() - started
        if lasted > settings.read_timeout_s and size < settings.min_rate * lasted:
            raise Problem("slow_client", f"slower than {settings.min_rate} bytes a second")
        if piece:
            yield piece


@asynccontextmanager
async def drained(request: Request) -> AsyncIterator[None]:
    """Closing on somebody who still sends would take the answer away from them: after a Problem, the rest is read.

    For a second at most, and thrown away.
    """
    try:
        yield
    except Problem:
        with suppress(TimeoutError, ClientDisconnect, RuntimeError):
            async with asyncio.timeout(_DRAIN_S):
                async for _ in request.stream():
                    pass
        raise
