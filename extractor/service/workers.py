"""Who is alive: each process says so every few seconds, and what a silent one had in hand goes back to the queue."""

import os
import socket
import time
from pathlib import Path

import sqlalchemy as sa

from extractor.service.database import Database

__all__ = ["Workers", "this_host"]


def this_host() -> str:
    """This machine, or container, since it was started: in no other do the same process ids mean the same."""
    marks = [socket.gethostname()]
    for path in ("/proc/sys/kernel/random/boot_id", "/proc/self/ns/pid"):
        try:
            marks.append(str(Path(path).stat().st_ino) if path.endswith("pid") else Path(path).read_text().strip())
        except OSError:
            continue
    return " ".join(marks)


class Workers:
    """The processes, as the database has them."""

    def __init__(self, database: Database, executor: str, *, dead_after_s: float) -> None:
        self._database = database
        self._executor = executor
        self._dead_after_s = dead_after_s

    def beat(self, jobs: int) -> None:
        """This process lives."""
        clock = self._database.clock
        values = {"id": self._executor, "host": this_host(), "pid": os.getpid(), "jobs": jobs, "now": time.time()}
        with self._database.write() as connection:
            connection.execute(
                sa.text(
                    "INSERT INTO gouji_workers (id, host, pid, jobs, started, beat) VALUES "
                    f"(:id, :host, :pid, :jobs, {clock}, {clock}) ON CONFLICT (id) DO UPDATE SET beat = {clock}"
                ),
                values,
            )

    def leave(self, executor: str | None = None) -> None:
        """That process (this one) is gone, and nothing of it is left to do."""
        with self._database.write() as connection:
            connection.execute(sa.text("DELETE FROM gouji_workers WHERE id = :id"), {"id": executor or self._executor})

    def alive(self) -> int:
        """Processes that were heard of lately and do work."""
        with self._database.read() as connection:
            query = sa.text(
                f"SELECT count(*) FROM gouji_workers WHERE beat > {self._database.clock} - :silent AND jobs > 0"
            )
            return int(connection.execute(query, {"silent": self._dead_after_s, "now": time.time()}).scalar_one())

    def dead(self) -> list[str]:
        """Processes that are silent, or were on this machine and are no more."""
        host = this_host()
        query = sa.text(f"SELECT id, host, pid, {self._database.clock} - beat FROM gouji_workers")
        with self._database.read() as connection:
            rows = connection.execute(query, {"now": time.time()}).all()
        return [
            str(row[0])
            for row in rows
            if row[0] != self._executor
            and (float(row[3]) > self._dead_after_s or (row[1] == host and not _runs(int(row[2]))))
        ]


def _runs(pid: int) -> bool:
    if pid == os.getpid():
        return False  # of an earlier process, which had the same number
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
