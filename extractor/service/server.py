"""Processes of the service: one that answers requests (and works), and one that only works."""

import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI

from extractor.errors import UsageError
from extractor.service.api.app import create_app
from extractor.service.connection import Impatient
from extractor.service.house import House
from extractor.service.logs import set_up_logs
from extractor.service.settings import ServiceSettings
from extractor.sockets import bound_to

__all__ = ["serve", "work"]

_MOST_CONNECTIONS = 1000
_THREADS = 200


class _Server(uvicorn.Server):
    """Says where it listens, once it does, and refuses new work from the moment that it is to stop."""

    def __init__(self, app: FastAPI, house: House, says: str) -> None:
        config = uvicorn.Config(
            app,
            http=Impatient,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=int(house.settings.stop_s) + 1,
            h11_max_incomplete_event_size=32_000,
        )
        super().__init__(config)
        self._house = house
        self._says = says

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # Whoever waits for a process holds a thread: they must not take all of them.
        current_default_thread_limiter().total_tokens = _THREADS
        await super().startup(sockets)
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            place = f"[{host}]" if ":" in host else host
            sys.stdout.write(f"{self._says} http://{place}:{port}\n")
            sys.stdout.flush()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn does, but the signal is not raised again at the end: what is in hand must still be handed back."""
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, self.handle_exit)
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._house.draining = True
        await super().shutdown(sockets)


def serve(settings: ServiceSettings, config: Path | None = None) -> NoReturn:
    """Answers requests, and works unless `jobs` is 0, until it is told to stop. Raises UsageError."""
    set_up_logs(settings.log_level)
    listening = _listen(settings.host, settings.port)
    house = House(settings, config=config)
    if settings.keys_required and not any(key.revoked is None for key in house.keys.list()):
        raise UsageError("keys are needed beyond loopback, and there is none: make one with `gouji keys create`")
    house.start()
    threading.Thread(target=house.single.warm, daemon=True).start()
    _Server(create_app(house), house, "gouji serves at").run(sockets=[listening])
    _end(house)


def work(settings: ServiceSettings, config: Path | None = None) -> NoReturn:
    """Works until it is told to stop. Raises UsageError."""
    if not settings.shared:
        raise UsageError("workers share a PostgreSQL database: --database-url postgresql://…")
    if settings.jobs < 1:
        raise UsageError("a worker needs at least one job (--jobs)")
    set_up_logs(settings.log_level)
    listening = None if settings.metrics_port is None else _listen(settings.host, settings.metrics_port)
    house = House(settings, config=config, serves=False)
    enough = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: enough.set())
    house.start()
    sys.stdout.write(f"gouji works with {settings.jobs} processes\n")
    sys.stdout.flush()
    if listening is None:
        enough.wait()
    else:  # it takes the signals over
        _Server(create_app(house, works_only=True), house, "gouji tells how it is going at").run(sockets=[listening])
    _end(house)


def _end(house: House) -> NoReturn:
    house.stop()
    sys.stdout.flush()
    import os

    # Interrupted chunks wait in threads that never end: Python would wait for them.
    os._exit(0)


def _listen(host: str, port: int) -> socket.socket:
    try:
        return bound_to(host, port)
    except OSError as error:
        raise UsageError(f"cannot listen at {host}:{port}: {error.strerror}") from None
