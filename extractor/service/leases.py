"""What one process at a time may have, for a while: a task, a question to the model, one of its slots.

A row that is taken has a time at which it is free again, so that a process that dies holds up nobody for long. Times
are the database's own (Database.clock).
"""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from extractor.service.database import Database

__all__ = ["Held", "Leases", "shielded"]

T = TypeVar("T")


class Leases:
    """`holder`: who takes them, a name that begins with that of the process of the service (House.executor)."""

    def __init__(self, database: Database, holder: str) -> None:
        self._database = database
        self._holder = holder
        self._now = database.clock
        self._take = sa.text(
            f"INSERT INTO gouji_leases (name, holder, until) VALUES (:name, :me, {self._now} + :for_s) "
            f"ON CONFLICT (name) DO UPDATE SET holder = :me, until = {self._now} + :for_s "
            f"WHERE gouji_leases.until < {self._now} OR gouji_leases.holder = :me RETURNING holder"
        )

    def take(self, name: str, for_s: float) -> bool:
        """Whether this process has it now, for so long (again, if it has it already)."""
        values = {"name": name, "me": self._holder, "for_s": for_s, "now": time.time()}
        with self._database.write() as connection:
            return connection.execute(self._take, values).first() is not None

    def taken(self, prefix: str) -> set[str]:
        """The names with that beginning that somebody has."""
        query = sa.text(f"SELECT name FROM gouji_leases WHERE name LIKE :these AND until >= {self._now}")
        with self._database.read() as connection:
            found = connection.execute(query, {"these": f"{prefix}%", "now": time.time()})
            return {str(name) for name in found.scalars()}

    def renew(self, names: list[str], for_s: float) -> None:
        """What this process has, it has for so long from now."""
        query = sa.text(
            f"UPDATE gouji_leases SET until = {self._now} + :for_s WHERE holder = :me AND name IN :names"
        ).bindparams(sa.bindparam("names", expanding=True))
        with self._database.write() as connection:
            connection.execute(query, {"names": names, "me": self._holder, "for_s": for_s, "now": time.time()})

    def drop(self, name: str) -> None:
        """It is free again."""
        with self._database.write() as connection:
            connection.execute(
                sa.text("DELETE FROM gouji_leases WHERE name = :name AND holder = :me"),
                {"name": name, "me": self._holder},
            )

    def sweep(self) -> None:
        """Forgets what was free long ago: every question that a process died over leaves a row."""
        with self._database.write() as connection:
            query = sa.text(f"DELETE FROM gouji_leases WHERE until < {self._now} - 3600")
            connection.execute(query, {"now": time.time()})

    def drop_all(self, executor: str) -> None:
        """Everything that a process of the service, and those it has started, had is free again."""
        with self._database.write() as connection:
            connection.execute(sa.text("DELETE FROM gouji_leases WHERE holder LIKE :these"), {"these": f"{executor}%"})


class Held:
    """Leases that are renewed for as long as this process wants them, by a thread: reading a document takes its time.

    `for_s`: how long they hold without being renewed.
    """

    def __init__(self, leases: Leases, *, for_s: float) -> None:
        self._leases = leases
        self._for_s = for_s
        self._names: set[str] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._renew, daemon=True, name="gouji-leases").start()

    def take(self, name: str) -> bool:
        """Whether it was free, and is this caller's now."""
        with self._lock:
            if name in self._names:  # of another thread of this process
                return False
            self._names.add(name)
        taken = False
        try:
            taken = self._leases.take(name, self._for_s)
        finally:
            if not taken:
                with self._lock:
                    self._names.discard(name)
        return taken

    def take_one(self, prefix: str, count: int) -> str | None:
        """One of the names `prefix`0, `prefix`1 … that nobody has; None where all `count` are taken."""
        taken = self._leases.taken(prefix)
        names = (f"{prefix}{number}" for number in range(count))
        return next((name for name in names if name not in taken and self.take(name)), None)

    def drop(self, name: str) -> None:
        """It is free again: at once, or where the database does not answer, when its time is up."""
        with self._lock:
            self._names.discard(name)
        with suppress(SQLAlchemyError):
            self._leases.drop(name)

    def _renew(self) -> None:
        while True:
            time.sleep(self._for_s / 4)
            with self._lock:
                names = sorted(self._names)
            if names:
                with suppress(SQLAlchemyError):  # while the database is away nobody else can take them either
                    self._leases.renew(names, self._for_s)


async def shielded(take: Callable[[], T], give_back: Callable[[T], None]) -> T:
    """What `take` returns, from a thread. Where the caller is cancelled meanwhile, it is given back."""
    taking = asyncio.ensure_future(asyncio.to_thread(take))
    try:
        return await asyncio.shield(taking)
    except asyncio.CancelledError:

        def back(done: "asyncio.Future[T]") -> None:
            if not done.cancelled() and done.exception() is None and done.result():
                give_back(done.result())

        taking.add_done_callback(back)
        raise
