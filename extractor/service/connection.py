"""A connection of uvicorn's that gives up: on a sender who does not get through with the headers of a request, and on a
reader who does not take the answer. uvicorn would wait for both for ever, and so many connections are all there are."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["Impatient"]

_HEADERS_S = 15.0
_UNREAD_S = 60.0  # for the 48 KB between asyncio's two marks of a full buffer: 800 bytes a second


class Impatient(H11Protocol):
    """Bodies are not its business: api/body.py looks after them."""

    _waiting: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._enough()
        else:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._enough()
        self._was_read()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._must_be_read()

    def resume_writing(self) -> None:
        if not self.transport.is_closing():
            self._was_read()
        super().resume_writing()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._must_be_read()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._must_be_read()

    def _wait(self) -> None:
        if self._waiting is None:
            self._waiting = self.loop.call_later(_HEADERS_S, self._give_up)

    def _enough(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        self._waiting = None
        if (self.cycle is None or self.cycle.response_complete) and not self.transport.is_closing():
            self.transport.close()
            self._must_be_read()

    def _must_be_read(self) -> None:
        """Within a while: what is written and not taken keeps a connection open, also one that is being closed."""
        if self._unread is None:
            self._unread = self.loop.call_later(_UNREAD_S, self.transport.abort)

    def _was_read(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
