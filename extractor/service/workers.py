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
        now = time.time()
        values = {"id": self._executor, "host": this_host(), "pid": os.getpid(), "jobs": jobs, "now": now}
        with self._database.write() as connection:
            connection.execute(
                sa.text(
                    "INSERT INTO gouji_workers (id, host, pid, jobs, started, beat) VALUES "
                    "(:id, :host, :pid, :jobs, :now, :now) ON CONFLICT (id) DO UPDATE SET beat = :now"
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
            query = sa.text("SELECT count(*) FROM gouji_workers WHERE beat > :since AND jobs > 0")
            return int(connection.execute(query, {"since": time.time() - self._dead_after_s}).scalar_one())

    def dead(self) -> list[str]:
        """Processes that are silent, or were on this machine and are no more."""
        now, host = time.time(), this_host()
        with self._database.read() as connection:
            rows = connection.execute(sa.text("SELECT id, host, pid, beat FROM gouji_workers")).all()
        return [
            str(row[0])
            for row in rows
            if row[0] != self._executor
            and (now - float(row[3]) > self._dead_after_s or (row[1] == host and not _runs(int(row[2]))))
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
