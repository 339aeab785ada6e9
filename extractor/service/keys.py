"""API keys: shown once, kept as a hash, revocable, each with what it may do.

A key is `gouji_<id>_<secret>`. The secret has 256 bits from the system's generator: nothing slower than SHA-256 is
needed to keep it from being guessed out of its hash.
"""

import hashlib
import hmac
import re
import secrets
import time
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from extractor.errors import UsageError
from extractor.service.database import Database

__all__ = ["LOCAL", "Key", "KeyStore", "Scope", "id_of"]

LOCAL = "local"
_SHAPE = re.compile(r"gouji_([a-z0-9]{12})_([A-Za-z0-9_-]{43})")
_REMEMBERED_S = 5.0


class Scope(StrEnum):
    """`submit`: post, cancel and delete own batches; `read`: read them; `admin`: also metrics, and others' batches."""

    SUBMIT = "submit"
    READ = "read"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Key:
    """Whose request it is. `id` is `local` where no key is needed."""

    id: str
    name: str
    scopes: frozenset[Scope]
    created: float = 0.0
    revoked: float | None = None

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes or Scope.ADMIN in self.scopes


class KeyStore:
    """The keys in the database. One that was found good is believed for 5 seconds, so revoking takes as long."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[float, Key | None]] = {}

    def create(self, name: str, scopes: frozenset[Scope]) -> str:
        """A new key, as text: it is not kept and cannot be shown again."""
        if not name.strip() or len(name) > 100 or not name.isprintable():
            raise UsageError("a key needs a name of 1 to 100 printable characters")
        key_id = "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(12))
        secret = secrets.token_urlsafe(32)
        with self._database.write() as connection:
            connection.execute(
                sa.text("INSERT INTO gouji_keys (id, name, hash, scopes, created) VALUES (:i, :n, :h, :s, :c)"),
                {"i": key_id, "n": name, "h": _hash(secret), "s": " ".join(sorted(scopes)), "c": time.time()},
            )
        return f"gouji_{key_id}_{secret}"

    def list(self) -> list[Key]:
        """All keys, the revoked too, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(sa.text("SELECT * FROM gouji_keys ORDER BY created")).mappings().all()
        return [_key(row) for row in rows]

    def revoke(self, key_id: str) -> bool:
        """Whether there was such a key that was not revoked yet."""
        with self._database.write() as connection:
            done = connection.execute(
                sa.text("UPDATE gouji_keys SET revoked = :now WHERE id = :id AND revoked IS NULL"),
                {"now": time.time(), "id": key_id},
            )
            return bool(done.rowcount)

    def find(self, text: str) -> Key | None:
        """The key of that text; None where there is none, or it is revoked."""
        now = time.monotonic()
        digest = _hash(text)
        until, key = self._known.get(digest, (0.0, None))
        if until > now:
            return key
        key = self._look_up(text)
        if len(self._known) > 10_000:
            self._known.clear()
        self._known[digest] = (now + _REMEMBERED_S, key)
        return key

    def _look_up(self, text: str) -> Key | None:
        match = _SHAPE.fullmatch(text)
        if match is None:
            return None
        with self._database.read() as connection:
            found = connection.execute(sa.text("SELECT * FROM gouji_keys WHERE id = :id"), {"id": match[1]})
            row = found.mappings().first()
        if row is None or not hmac.compare_digest(str(row["hash"]), _hash(match[2])) or row["revoked"] is not None:
            return None
        return _key(row)


def id_of(text: str) -> str:
    """The id of a key, which is no secret."""
    return text.split("_", 2)[1]


def _key(row: sa.RowMapping) -> Key:
    scopes = frozenset(map(Scope, str(row["scopes"]).split()))
    return Key(str(row["id"]), str(row["name"]), scopes, float(row["created"]), row["revoked"])


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
