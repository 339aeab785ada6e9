"""What webhooks are signed with: a secret, and for a day after it was changed the one before it as well.

A secret that is not set is made once and kept in the database, for all processes must sign with the same one, and need
have no folder in common. The data folder shows it.
"""

import hashlib
import hmac
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from secrets import token_hex

import sqlalchemy as sa

from extractor.errors import UsageError
from extractor.service.database import Database
from extractor.service.settings import ServiceSettings

__all__ = ["BOTH_S", "Secrets", "signature"]

BOTH_S = 86400.0
_NAME, _BEFORE = "webhook", "webhook-before"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL


def signature(secrets: Sequence[str], body: bytes, at: int) -> str:
    """The value of the header Gouji-Signature: `t=<seconds>`, and a `v1=<hex>` for each secret."""
    signed = f"{at}.".encode() + body
    digests = (hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets)
    return ",".join((f"t={at}", *(f"v1={digest}" for digest in digests)))


class Secrets:
    """Those in force. The settings come first; else the database, which is asked each time: another process, or the
    operator, may have changed them."""

    def __init__(self, settings: ServiceSettings, database: Database) -> None:
        given = (settings.webhook_secret, settings.webhook_secret_before)
        self._set = tuple(each.get_secret_value() for each in given if each is not None)
        self._database = database
        self._path = settings.data / "webhook-secret"
        self._shown = self._there()

    def current(self) -> tuple[str, ...]:
        """The newest first. One is made where there is none."""
        if self._set:
            return self._set
        with self._database.read() as connection:
            kept = _kept(connection)
        if _NAME not in kept:
            kept[_NAME] = self._made()
        self._show(kept[_NAME])
        until, _, before = kept.get(_BEFORE, "0 ").partition(" ")
        return (kept[_NAME], before) if float(until) > time.time() else (kept[_NAME],)

    def change(self) -> str:
        """A new one, in force at once; the one before is for BOTH_S. Raises UsageError where it is set."""
        if self._set:
            raise UsageError("it is set by GOUJI_SERVICE_WEBHOOK_SECRET: set a new one, and the old one as …_BEFORE")
        self.current()
        new = f"whsec_{token_hex(32)}"
        with self._database.write() as connection:
            before = f"{time.time() + BOTH_S} {_kept(connection)[_NAME]}"
            for name, value in ((_NAME, new), (_BEFORE, before)):
                connection.execute(
                    sa.text(
                        "INSERT INTO gouji_secrets (name, value) VALUES (:name, :value) "
                        "ON CONFLICT (name) DO UPDATE SET value = :value"
                    ),
                    {"name": name, "value": value},
                )
        self._show(new)
        return new

    def _made(self) -> str:
        """Of processes that start together, one makes it."""
        with self._database.write() as connection:
            connection.execute(
                sa.text("INSERT INTO gouji_secrets (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING"),
                {"name": _NAME, "value": self._shown or f"whsec_{token_hex(32)}"},
            )
            return _kept(connection)[_NAME]

    def _there(self) -> str:
        try:
            return self._path.read_text(encoding="ascii")
        except FileNotFoundError:
            return ""

    def _show(self, secret: str) -> None:
        if secret != self._shown:
            self._path.unlink(missing_ok=True)
            with suppress(FileExistsError), os.fdopen(os.open(self._path, _NEW, 0o600), "w", encoding="ascii") as file:
                file.write(secret)
            self._shown = secret


def _kept(connection: sa.Connection) -> dict[str, str]:
    rows = connection.execute(sa.text("SELECT name, value FROM gouji_secrets WHERE name LIKE 'webhook%'"))
    return {str(name): str(value) for name, value in rows}
