"""Answers kept in a PostgreSQL table, for several machines that share what they paid for. Extra: `postgres`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from pydantic import ValidationError

from extractor.ask.endpoint.cache import CacheStats, InThread, Kept
from extractor.errors import UsageError

if TYPE_CHECKING:
    import psycopg

__all__ = ["PostgresAnswers"]

T = TypeVar("T")
_CREATE = """
CREATE TABLE IF NOT EXISTS gouji_answers (
    key text PRIMARY KEY,
    kept text NOT NULL,
    created timestamptz NOT NULL DEFAULT now()
)
"""
_PUT = """
INSERT INTO gouji_answers (key, kept) VALUES (%s, %s)
ON CONFLICT (key) DO UPDATE SET kept = EXCLUDED.kept, created = now()
"""
_STATS = "SELECT count(*), pg_total_relation_size('gouji_answers') FROM gouji_answers"


class PostgresAnswers:
    """A table of answers, made on first use. One connection, opened again where it was lost."""

    def __init__(self, address: str) -> None:
        try:
            import psycopg
        except ImportError:
            raise UsageError("a PostgreSQL cache needs psycopg: pip install 'gouji[postgres]'") from None
        self._address = address
        self._thread = InThread("answers")
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None

    async def get(self, key: str) -> Kept | None:
        """The answer of that key; None where there is none, or none that can be read."""
        row = await self._run(
            lambda connection: connection.execute("SELECT kept FROM gouji_answers WHERE key = %s", (key,)).fetchone()
        )
        if row is None:
            return None
        try:
            return Kept.model_validate_json(str(row[0]))
        except ValidationError:
            return None

    async def put(self, key: str, kept: Kept) -> None:
        """Keeps the answer, in place of one that is there."""
        text = kept.model_dump_json()
        await self._run(lambda connection: connection.execute(_PUT, (key, text)))

    async def stats(self) -> CacheStats:
        """Where, how many, how large."""
        row = await self._run(lambda connection: connection.execute(_STATS).fetchone())
        answers, size = row or (0, 0)
        return CacheStats(self._where(), int(str(answers)), int(str(size)))

    async def clear(self) -> int:
        """Removes all answers; how many there were."""
        return await self._run(lambda connection: connection.execute("DELETE FROM gouji_answers").rowcount)

    async def close(self) -> None:
        """Closes the connection and ends the thread."""
        if self._connection is not None:
            await self._thread.run(self._connection.close)
        self._thread.stop()

    def _where(self) -> str:
        parts = urlsplit(self._address)
        return f"postgresql://{parts.hostname or ''}{parts.path}"

    async def _run(self, work: "Callable[[psycopg.Connection[tuple[object, ...]]], T]") -> T:
        import psycopg

        def tried() -> T:
            try:
                return work(self._connected())
            except psycopg.OperationalError:
                if self._connection is None or not self._connection.closed:
                    raise
                self._connection = None  # lost since the last time: once more with a new one
                return work(self._connected())

        try:
            return await self._thread.run(tried)
        except psycopg.Error as error:
            # The message of a failed connection may repeat the address, with its password.
            raise OSError(f"{self._where()}: {type(error).__name__} {error.sqlstate or ''}".rstrip()) from None

    def _connected(self) -> "psycopg.Connection[tuple[object, ...]]":
        import psycopg

        if self._connection is None:
            connection = psycopg.connect(self._address, autocommit=True, connect_timeout=10)
            try:
                # Two that create it at the same moment collide in the catalogue, for all the IF NOT EXISTS.
                with connection.transaction():
                    connection.execute("SELECT pg_advisory_xact_lock(hashtext('gouji_answers'))")
                    connection.execute(_CREATE)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection
