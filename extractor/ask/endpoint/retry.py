"""Trying again: how often, how long to wait, and when it is no use. The one owner of retries; the SDK has none."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from extractor.errors import ModelBusyError, ModelError

__all__ = ["Retries", "Transient", "retry_after"]

T = TypeVar("T")


class Transient(Exception):  # noqa: N818 - a signal to Retries; what users see is the error in it
    """A failure that may pass; `error` is what to raise if it does not. `wait_s`: how long the endpoint asked for."""

    def __init__(self, error: ModelError, wait_s: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait_s = wait_s


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds that Retry-After asks for, as a number or as a date; None where it says nothing that can be read."""
    text = headers.get("retry-after-ms")
    if text is not None and (wait := _number(text)) is not None:
        return wait / 1000
    text = headers.get("retry-after")
    if text is None:
        return None
    if (wait := _number(text)) is not None:
        return wait
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - (now or datetime.now(UTC))).total_seconds())


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


@dataclass(frozen=True, slots=True)
class Retries:
    """At most `attempts` tries and `patience_s` seconds, with waits that double, and jitter so that askers spread out.

    `sleep`, `clock` and `jitter` (0 to 1) are for tests.
    """

    attempts: int = 5
    patience_s: float = 300
    first_wait_s: float = 1
    longest_wait_s: float = 30
    jitter: Callable[[], float] = random.random
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic

    async def run(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """What `attempt` returns. It raises Transient for what may pass; any other exception ends it at once."""
        from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

        started = self.clock()

        def wait(state: RetryCallState) -> float:
            asked = _failure(state).wait_s
            doubled: float = min(self.longest_wait_s, self.first_wait_s * 2 ** (state.attempt_number - 1))
            if asked is None:
                return doubled * (0.5 + self.jitter() / 2)
            return asked + min(doubled, 1 + asked / 10) * self.jitter()  # never sooner than asked for

        def enough(state: RetryCallState) -> bool:
            out_of_patience = self.clock() - started + state.upcoming_sleep > self.patience_s
            return state.attempt_number >= self.attempts or out_of_patience

        retrying = AsyncRetrying(
            retry=retry_if_exception_type(Transient),
            wait=wait,
            stop=enough,
            sleep=self.sleep,
            reraise=True,
        )
        tries = 0

        async def counted() -> T:
            nonlocal tries
            tries += 1
            return await attempt()

        try:
            return await retrying(counted)
        except Transient as failure:
            raise _final(failure, tries) from None


def _failure(state: object) -> Transient:
    outcome = getattr(state, "outcome", None)
    error = outcome.exception() if outcome is not None else None
    assert isinstance(error, Transient)
    return error


def _final(failure: Transient, tries: int) -> ModelError:
    error = failure.error
    said = f"{error}"
    if isinstance(error, ModelBusyError) and failure.wait_s:
        said += f" (it asks to wait {failure.wait_s:.0f} s)"
    return type(error)(said if tries == 1 else f"{said}; tried {tries} times")
