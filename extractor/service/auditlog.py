"""Who did what to which batch or key, and when.

Lines never say what a document holds, are never changed, and go only with their age.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from extractor.service.database import Database

__all__ = ["OPERATOR", "RETENTION", "AuditLog", "Entry"]

OPERATOR, RETENTION = "operator", "retention"  # in place of a key: the command line, and the time that was up
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """A line. `key_id`: who; `subject`: the batch or key that it was done to; `request`: the id of the request."""

    at: float
    key_id: str
    action: str
    subject: str
    request: str


class AuditLog:
    """The table of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, key_id: str, action: str, subject: str, request: str = "") -> None:
        """Adds a line."""
        with self._database.write() as connection:
            connection.execute(
                sa.text("INSERT INTO gouji_audit (at, key_id, action, subject, request) VALUES (:at, :k, :a, :s, :r)"),
                {"at": time.time(), "k": key_id, "a": action, "s": subject, "r": request},
            )

    def prune(self, before: float) -> int:
        """Removes the lines from before that time, in seconds since 1970; how many."""
        with self._database.write() as connection:
            query = sa.text("DELETE FROM gouji_audit WHERE at < :before")
            return int(connection.execute(query, {"before": before}).rowcount)

    def prune_older(self, age_s: float) -> int:
        """Removes the lines that are older than that; how many."""
        with self._database.read() as connection:
            now = self._database.now(connection)
        return self.prune(now - age_s)

    def entries(
        self,
        *,
        key_id: str | None = None,
        subject: str | None = None,
        since: float | None = None,
        until: float | None = None,
    ) -> Iterator[Entry]:
        """The newest first. `subject`: of a batch or a key, what happened to it; `since`, `until`: seconds since 1970.

        A page at a time: a log of years does not fit into memory. Lines that are added meanwhile are not among them.
        """
        until = time.time() if until is None else until
        wanted = [
            f"{column} {compared} :{name}"
            for name, column, compared, value in (
                ("key_id", "key_id", "=", key_id),
                ("subject", "subject", "=", subject),
                ("since", "at", ">=", since),
                ("until", "at", "<", until),
            )
            if value is not None
        ]
        values: dict[str, object] = {"key_id": key_id, "subject": subject, "since": since, "until": until}
        passed = 0
        while True:
            query = sa.text(
                "SELECT at, key_id, action, subject, request FROM gouji_audit "
                + (f"WHERE {' AND '.join(wanted)} " if wanted else "")
                + "ORDER BY at DESC, subject, action LIMIT :page OFFSET :passed"
            )
            with self._database.read() as connection:
                rows = connection.execute(query, {**values, "page": _PAGE, "passed": passed}).all()
            for row in rows:
                yield Entry(float(row[0]), str(row[1]), str(row[2]), str(row[3]), str(row[4]))
            if len(rows) < _PAGE:
                return
            passed += _PAGE
