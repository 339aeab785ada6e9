"""So many requests at once, one rate and one cap on money for all processes that ask: rows in the shared database.

The rate limit is the generic cell rate algorithm, as in extractor/ask/endpoint/limits.py. Money that questions under
way could cost is put aside with a time at which it counts as spent: a process that was killed may have been charged.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sa

from extractor.ask.endpoint.limits import Lease, Limits
from extractor.ask.endpoint.settings import Settings
from extractor.errors import BudgetError
from extractor.service.database import Database
from extractor.service.leases import Held, shielded

__all__ = ["SharedLimits", "purse_name"]

_MINUTE = 60.0
_AGAIN_S = 0.25
_SLOT = "slot:"


def purse_name(period: str, now: float | None = None) -> str:
    """The row that money of this moment is counted in; `period`: day, month or ever."""
    moment = datetime.fromtimestamp(time.time() if now is None else now, UTC)
    return {"day": f"{moment:%Y-%m-%d}", "month": f"{moment:%Y-%m}"}.get(period, "ever")


class SharedLimits(Limits):
    """As Limits, but everybody's: requests at once, rate and money. `held`: what this process has of them."""

    def __init__(self, database: Database, settings: Settings, *, held: Held, period: str = "month") -> None:
        super().__init__(concurrency=settings.concurrency)
        self._database = database
        self._held = held
        self._door = asyncio.Lock()
        self._settings = settings
        self._period = period
        self._holds: set[asyncio.Future[None]] = set()
        clock = database.clock
        self._turn = sa.text(
            f"INSERT INTO gouji_paces (name, next) VALUES (:name, {clock} + :units) ON CONFLICT (name) DO UPDATE SET "
            f"next = CASE WHEN gouji_paces.next > {clock} THEN gouji_paces.next ELSE {clock} END + :units "
            f"RETURNING next - :units - {clock}"
        )

    def hold(self, seconds: float) -> None:
        """Nothing is sent by anybody for so long."""
        waiting = asyncio.get_running_loop().run_in_executor(None, self._hold, seconds)
        self._holds.add(waiting)
        waiting.add_done_callback(self._holds.discard)

    @asynccontextmanager
    async def slot(self, tokens: int, cost: float | None) -> AsyncIterator[Lease]:
        """Leave to send a request of about `tokens` tokens that costs `cost` at most. Raises BudgetError."""
        async with self._slots, self._slot():
            lease = Lease(cost or 0.0)
            aside = await self._put_aside(lease.aside)
            try:
                wait = await asyncio.to_thread(self._turns, tokens)
                if wait > 0:
                    await asyncio.sleep(wait)
                yield lease
            finally:
                # A task that is cancelled must settle as well: what it put aside would count as spent.
                await asyncio.shield(asyncio.to_thread(self._settle, aside, lease, tokens))

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        """One of the requests that may be under way at once, over all processes."""
        async with self._door:  # of this process one looks, and the others wait for it
            while (name := await shielded(self._take_slot, self._give_back)) is None:
                await asyncio.sleep(random.uniform(0.005, 0.03))
        try:
            yield
        finally:
            await asyncio.shield(asyncio.to_thread(self._held.drop, name))

    def _take_slot(self) -> str | None:
        return self._database.persist(lambda: self._held.take_one(_SLOT, self._settings.concurrency))

    def _give_back(self, name: str | None) -> None:
        if name is not None:
            self._held.drop(name)

    def _turns(self, tokens: int) -> float:
        settings = self._settings
        # Without a rate as well: a pause that the endpoint asked for is kept in the same row.
        waits = [
            self._take("requests", _MINUTE / settings.requests_per_minute if settings.requests_per_minute else 0.0)
        ]
        if settings.tokens_per_minute:
            waits.append(self._take("tokens", tokens * _MINUTE / settings.tokens_per_minute))
        return max(waits)

    def _take(self, name: str, seconds: float) -> float:
        def take() -> float:
            with self._database.write() as connection:
                values = {"name": name, "units": seconds, "now": time.time()}
                return float(connection.execute(self._turn, values).scalar_one())

        return self._database.persist(take)

    def _hold(self, seconds: float) -> None:
        wait = self._take("requests", 0.0)
        if seconds > wait:
            self._take("requests", seconds - max(wait, 0.0))

    async def _put_aside(self, amount: float) -> str | None:
        """Waits while questions under way might leave enough. Raises BudgetError where it cannot be enough."""
        if self._settings.max_cost is None:
            return None
        while True:
            aside = await asyncio.to_thread(self._database.persist, lambda: self._try_aside(amount))
            if aside is not None:
                return aside
            await asyncio.sleep(_AGAIN_S)

    def _try_aside(self, amount: float) -> str | None:
        cap, purse, now = self._settings.max_cost or 0.0, purse_name(self._period), time.time()
        with self._database.write() as connection:
            spent = self._spend(connection, purse, 0.0)
            lost = connection.execute(
                sa.text("DELETE FROM gouji_asides WHERE purse = :purse AND until < :now RETURNING amount"),
                {"purse": purse, "now": now},
            )
            spent = self._spend(connection, purse, sum(float(row[0]) for row in lost))
            out = connection.execute(
                sa.text("SELECT coalesce(sum(amount), 0) FROM gouji_asides WHERE purse = :purse"), {"purse": purse}
            ).scalar_one()
            if spent + amount > cap:
                raise BudgetError(
                    f"the next question may cost up to {amount:.4g}, and of the cap of {cap:.4g} for this "
                    f"{self._period} {spent:.4g} is spent (max_cost)"
                )
            if spent + float(out) + amount > cap:
                return None
            name = uuid4().hex
            connection.execute(
                sa.text("INSERT INTO gouji_asides (id, purse, amount, until) VALUES (:id, :purse, :amount, :until)"),
                {"id": name, "purse": purse, "amount": amount, "until": now + 2 * self._settings.timeout_s + 60},
            )
            return name

    def _spend(self, connection: sa.Connection, purse: str, amount: float) -> float:
        """Adds to what is spent; what it is then. The row is locked until the transaction ends."""
        row = connection.execute(
            sa.text(
                "INSERT INTO gouji_purses (name, spent) VALUES (:name, :amount) ON CONFLICT (name) "
                "DO UPDATE SET spent = gouji_purses.spent + :amount RETURNING spent"
            ),
            {"name": purse, "amount": amount},
        )
        return float(row.scalar_one())

    def _settle(self, aside: str | None, lease: Lease, tokens: int) -> None:
        if lease.tokens is not None and (rate := self._settings.tokens_per_minute) and lease.tokens != tokens:
            self._take("tokens", (lease.tokens - tokens) * _MINUTE / rate)
        if aside is not None:
            self._database.persist(lambda: self._settled(aside, lease.cost))

    def _settled(self, aside: str, cost: float) -> None:
        with self._database.write() as connection:
            gone = connection.execute(
                sa.text("DELETE FROM gouji_asides WHERE id = :id RETURNING purse"), {"id": aside}
            ).first()
            if gone is not None:
                self._spend(connection, str(gone[0]), cost)
