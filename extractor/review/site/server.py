"""The local server: one process, one run, on loopback unless told otherwise."""

import secrets
import socket
import sys
from collections.abc import Iterable

import uvicorn

from extractor.errors import UsageError
from extractor.review.local import LocalShelf
from extractor.review.site.app import create_app
from extractor.review.site.guard import Guard, Rules, is_loopback
from extractor.sockets import bound_to

__all__ = ["address_of", "answer_soon", "listening", "serve"]


def listening(host: str, port: int) -> socket.socket:
    """A socket bound there, for port 0 to a free one. Raises UsageError."""
    try:
        return bound_to(host, port)
    except (OSError, OverflowError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"cannot listen at {host}:{port}: {said} (--port 0 takes a free one)") from None


def address_of(bound: socket.socket, host: str, token: str | None) -> str:
    """Where a browser finds it."""
    port = bound.getsockname()[1]
    shown = {"0.0.0.0": socket.gethostname(), "::": socket.gethostname()}.get(host, host)
    place = f"[{shown}]" if ":" in shown else shown
    return f"http://{place}:{port}/" + (f"?token={token}" if token else "")


def serve(
    shelf: LocalShelf, bound: socket.socket, host: str, *, names: Iterable[str] = (), opens: bool = False
) -> None:
    """Serves until it is interrupted. Beyond loopback a token is made, and the address that is printed holds it."""
    token = None if is_loopback(host) else secrets.token_urlsafe(24)
    rules = Rules.of(host, bound.getsockname()[1], token, names)
    app = create_app(lambda _request: shelf)
    address = address_of(bound, host, token)
    server = _Server(
        uvicorn.Config(
            Guard(app, rules),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
            h11_max_incomplete_event_size=32_000,
        ),
        shelf,
        address,
        opens,
    )
    answer_soon()
    shelf.start()
    try:
        server.run(sockets=[bound])
    finally:
        shelf.stop()


def answer_soon() -> None:
    """Has threads take turns ten times as often: one that reads results would else delay each step of an answer."""
    sys.setswitchinterval(0.0005)


class _Server(uvicorn.Server):
    """Says where it answers once it does, and gives up reading when it is to stop: that might take minutes."""

    def __init__(self, config: uvicorn.Config, shelf: LocalShelf, address: str, opens: bool) -> None:
        super().__init__(config)
        self._shelf = shelf
        self._address = address
        self._opens = opens

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.started:
            return
        sys.stdout.write(f"gouji review: {self._address}\n")
        sys.stdout.flush()
        if self._opens:
            import webbrowser

            webbrowser.open(self._address)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._shelf.stop()
        self._shelf.bench.close()
        await super().shutdown(sockets)
