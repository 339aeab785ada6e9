"""A circuit breaker: an endpoint that is down is not asked by every document of a batch, one after the other."""

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from extractor.errors import BudgetError, ModelError, ModelRefusedError, ModelUnreachableError

__all__ = ["Breaker"]

T = TypeVar("T")


class Breaker:
    """Open after `threshold` questions in a row that the transport failed, each with all its retries, or one refusal.

    While it is open, questions fail at once with the error that opened it. After `rest_s` one question is let through:
    if the endpoint answers it, all are again; if not, it rests once more.
    """

    def __init__(self, threshold: int = 5, rest_s: float = 30, clock: Callable[[], float] = time.monotonic) -> None:
        self._threshold = threshold
        self._rest_s = rest_s
        self._clock = clock
        self._failures = 0
        self._opened: float | None = None
        self._reason: ModelError | None = None
        self._probing = False

    @property
    def open(self) -> bool:
        """Whether questions fail without being sent."""
        return self._opened is not None

    async def run(self, call: Callable[[], Awaitable[T]]) -> T:
        """What `call` returns, unless the circuit is open."""
        probe = self._admit()
        try:
            result = await call()
        except ModelError as error:
            self._note(error)
            raise
        finally:
            if probe:
                self._probing = False
        self._close()
        return result

    def _admit(self) -> bool:
        """Whether this call is the probe of a circuit that is half open."""
        if self._opened is None:
            return False
        left = self._opened + self._rest_s - self._clock()
        if left <= 0 and not self._probing:
            self._probing = True
            return True
        assert self._reason is not None
        when = f"asked again in {left:.0f} s" if left > 0 else "being asked again"
        raise type(self._reason)(f"not asked, since the endpoint failed before ({when}): {self._reason}")

    def _note(self, error: ModelError) -> None:
        if isinstance(error, BudgetError):  # nothing was sent: it says nothing of the endpoint
            return
        if isinstance(error, ModelRefusedError):
            self._failures = self._threshold
        elif isinstance(error, ModelUnreachableError):
            self._failures += 1
        else:  # it answered, if only that the question was no good
            self._close()
            return
        if self._failures >= self._threshold:
            self._opened = self._clock()
            self._reason = error

    def _close(self) -> None:
        self._failures = 0
        self._opened = None
        self._reason = None
