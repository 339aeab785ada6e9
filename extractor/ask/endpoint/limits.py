"""How fast and for how much money: requests at once, requests and tokens a minute, and a cap that is not exceeded."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from extractor.errors import BudgetError

__all__ = ["Lease", "Limits", "Pace", "Purse", "estimate_tokens"]

_MINUTE = 60.0


def estimate_tokens(text: str) -> int:
    """Tokens of a text, rather too many than too few: 1.3 for a Chinese character, one for three others."""
    wide = sum(1 for character in text if character > "\u2e7f")
    return round(wide * 1.3 + (len(text) - wide) / 3) + 1


class Pace:
    """So many units a minute, evenly (the generic cell rate algorithm, without bursts).

    In no minute more pass than permitted plus the last one. Turns are given in the order in which they are asked for.
    """

    def __init__(self, per_minute: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval = 0.0 if per_minute is None else _MINUTE / per_minute
        self._clock = clock
        self._next = 0.0

    def turn(self, units: float = 1) -> float:
        """Takes a turn for that many units; seconds to wait for it."""
        now = self._clock()
        start = max(now, self._next)
        self._next = start + units * self._interval
        return start - now

    def correct(self, units: float) -> None:
        """So many units more (or fewer) than the turn was taken for."""
        self._next += units * self._interval

    def hold(self, seconds: float) -> None:
        """No turn before that: the endpoint asked for a pause."""
        self._next = max(self._next, self._clock() + seconds)


class Purse:
    """Money that may be spent. What questions under way could spend is put aside, so that the cap holds in any case."""

    def __init__(self, cap: float | None) -> None:
        self._cap = cap
        self._aside: list[float] = []
        self._settled = asyncio.Event()
        self.spent = 0.0

    async def put_aside(self, amount: float) -> None:
        """Waits while questions under way might leave enough. Raises BudgetError where it cannot be enough."""
        while self._cap is not None and self.spent + sum(self._aside) + amount > self._cap:
            if not self._aside or self.spent + amount > self._cap:
                raise BudgetError(
                    f"the next question may cost up to {amount:.4g}, and of the cap of {self._cap:.4g} "
                    f"{self.spent:.4g} is spent (max_cost)"
                )
            self._settled.clear()
            await self._settled.wait()
        self._aside.append(amount)

    def settle(self, amount: float, spent: float) -> None:
        """What was put aside is spent in part, and free again for the rest."""
        self._aside.remove(amount)
        self.spent += spent
        self._settled.set()


class Lease:
    """Leave to send one request. Whoever sends it says afterwards what it took."""

    def __init__(self, aside: float) -> None:
        self.aside = aside
        self.tokens: int | None = None
        self.cost = 0.0

    def took(self, tokens: int, cost: float | None) -> None:
        """What the endpoint counted."""
        self.tokens = tokens
        self.cost = cost or 0.0

    def unknown(self) -> None:
        """It was sent and perhaps worked on, but no answer says what it took: it counts as dear as it could be."""
        self.cost = self.aside


class Limits:
    """Everything that a request waits for before it is sent. `sleep` and `clock` are for tests."""

    def __init__(
        self,
        *,
        concurrency: int = 8,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        max_cost: float | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._slots = asyncio.Semaphore(concurrency)
        self._requests = Pace(requests_per_minute, clock)
        self._tokens = Pace(tokens_per_minute, clock)
        self._sleep = sleep
        self.purse = Purse(max_cost)

    def hold(self, seconds: float) -> None:
        """Nothing is sent for so long: the endpoint said that it has had too much."""
        self._requests.hold(seconds)

    @asynccontextmanager
    async def slot(self, tokens: int, cost: float | None) -> AsyncIterator[Lease]:
        """Leave to send a request of about `tokens` tokens that costs `cost` at most. Raises BudgetError."""
        async with self._slots:
            lease = Lease(cost or 0.0)
            await self.purse.put_aside(lease.aside)
            try:
                wait = max(self._requests.turn(), self._tokens.turn(tokens))
                if wait > 0:
                    await self._sleep(wait)
                yield lease
            finally:
                if lease.tokens is not None:
                    self._tokens.correct(lease.tokens - tokens)
                self.purse.settle(lease.aside, lease.cost)
