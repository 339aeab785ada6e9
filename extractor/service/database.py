"""The one database: SQLite in the data folder, or PostgreSQL. DBOS keeps its tables in it, beside ours.

So "documents stored" and "work enqueued" are one commit.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, OperationalError

from extractor.errors import UsageError
from extractor.service.migrations import MIGRATIONS
from extractor.service.settings import ServiceSettings

__all__ = ["Database", "open_database"]

T = TypeVar("T")
_LOCK = 0x676F756A69  # "gouji": of the advisory lock under which PostgreSQL's tables are made
_LONGEST_WAIT = 10.0


class Database:
    """Connections to the database. Statements are text with named parameters; both dialects understand them all.

    `clock`: the time in seconds since 1970, for statements that have a parameter `now` as well. PostgreSQL's own, since
    the clocks of the machines that share it differ.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.postgres = engine.dialect.name == "postgresql"
        self.clock = "extract(epoch from clock_timestamp())" if self.postgres else ":now"

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction. In SQLite it holds the one write lock from its first moment."""
        with self.engine.begin() as connection:
            if not self.postgres:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection for reading."""
        with self.engine.connect() as connection:
            yield connection

    def now(self, connection: sa.Connection) -> float:
        """`clock`, as a number: what goes by a time that another machine wrote must not go by this one's."""
        if not self.postgres:
            return time.time()
        return float(connection.execute(sa.text(f"SELECT {self.clock}")).scalar_one())

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One process at a time: those that start together would make the same tables."""
        if not self.postgres:
            yield
            return
        lock = {"lock": _LOCK + 1}
        with self.engine.connect() as connection:
            # Asked for again and again: one who waits within a statement would hold up CREATE INDEX CONCURRENTLY.
            while not connection.execute(sa.text("SELECT pg_try_advisory_lock(:lock)"), lock).scalar_one():
                connection.commit()
                time.sleep(0.1)
            connection.commit()
            try:
                yield
            finally:
                connection.execute(sa.text("SELECT pg_advisory_unlock(:lock)"), lock)
                connection.commit()

    def persist(self, work: Callable[[], T], stop: Callable[[], bool] = lambda: False) -> T:
        """`work`, tried again while the database is gone, locked or full: what was worked out is not thrown away."""
        wait = 0.1
        while True:
            try:
                return work()
            except DBAPIError as error:
                if not _passes(error) or stop():
                    raise
            time.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT)

    def migrate(self) -> None:
        """Brings the tables up to date; processes that start together do it one after the other."""
        types = {"blob": "BYTEA" if self.postgres else "BLOB", "real": "DOUBLE PRECISION"}
        with self.write() as connection:
            if self.postgres:
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            connection.execute(sa.text("CREATE TABLE IF NOT EXISTS gouji_migrations (version INTEGER PRIMARY KEY)"))
            there = connection.execute(sa.text("SELECT coalesce(max(version), 0) FROM gouji_migrations")).scalar_one()
            if there > len(MIGRATIONS):
                raise UsageError(f"the database is of a newer gouji (version {there} of its tables): update gouji")
            for version, script in enumerate(MIGRATIONS[there:], there + 1):
                for statement in script.format(**types).split(";"):
                    if statement.strip():
                        connection.execute(sa.text(statement))
                connection.execute(sa.text("INSERT INTO gouji_migrations VALUES (:version)"), {"version": version})

    def reachable(self) -> bool:
        """Whether the database answers."""
        try:
            with self.read() as connection:
                connection.execute(sa.text("SELECT 1 FROM gouji_migrations"))
        except (DBAPIError, OSError):
            return False
        return True

    def close(self) -> None:
        """Closes all connections."""
        self.engine.dispose()


def open_database(settings: ServiceSettings) -> Database:
    """The database that the settings name, with its tables. Raises UsageError where it cannot be reached."""
    if settings.database_url is None:
        engine = _sqlite(settings.data / "gouji.db")
    else:
        address = settings.database_url.get_secret_value()
        _, _, rest = address.partition("://")
        engine = sa.create_engine(
            f"postgresql+psycopg://{rest}",
            pool_size=20,
            max_overflow=20,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 10, "application_name": "gouji"},
        )
    database = Database(engine)
    try:
        database.migrate()
    except OperationalError as error:
        engine.dispose()
        # The message of a failed connection may repeat the address, with its password.
        reason = type(error.orig).__name__ if settings.shared else str(error.orig)
        raise UsageError(f"the database {settings.shown('database_url')} cannot be used: {reason}") from None
    return database


def _sqlite(path: Path) -> sa.Engine:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = sa.create_engine(f"sqlite:///{path}", pool_size=20, max_overflow=20)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        # DBOS counts on this: its transactions begin with a write lock, or two of them would deadlock.
        connection.isolation_level = "IMMEDIATE"
        for pragma in ("busy_timeout=60000", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    return engine


def _passes(error: DBAPIError) -> bool:
    """Whether waiting may help: a connection that is gone, a lock, a full disk."""
    return isinstance(error, OperationalError) or error.connection_invalidated
