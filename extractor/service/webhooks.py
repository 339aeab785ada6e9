"""Webhooks: signed, sent at least once, tried again for about a day, never redirected.

`Gouji-Signature: t=<seconds>,v1=<hex>` is the HMAC-SHA-256 of `<seconds>.<body>`; extractor.client checks it.
"""

import hashlib
import hmac
import logging
import time
from dataclasses import dataclass

import httpx
import sqlalchemy as sa

from extractor.service.addresses import AddressError, resolve
from extractor.service.database import Database

__all__ = ["Webhooks", "signature"]

_LOG = logging.getLogger("gouji.service")
_TIMEOUT_S = 10.0
_FIRST_WAIT_S = 5.0
_LEASE_S = 60.0


def signature(secret: str, body: bytes, at: int) -> str:
    """The value of the header Gouji-Signature."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


@dataclass(frozen=True, slots=True)
class _Due:
    id: str
    url: str
    body: bytes
    attempts: int


class Webhooks:
    """Sends what is due. Several processes may: each takes what no other has taken."""

    def __init__(self, database: Database, *, secret: str, private: bool, attempts: int) -> None:
        self._database = database
        self._secret = secret
        self._private = private
        self._attempts = attempts

    def send_due(self) -> int:
        """Sends up to 20; how many there were."""
        due = self._take()
        for one in due:
            said = self._send(one)
            self._note(one, said)
        return len(due)

    def _take(self) -> list[_Due]:
        """Moves the time of what is due on before it is sent: whoever dies over it, it comes up again."""
        now = time.time()
        with self._database.write() as connection:
            rows = connection.execute(
                sa.text(
                    "UPDATE gouji_webhooks SET attempts = attempts + 1, due = :later WHERE id IN (SELECT id FROM "
                    "gouji_webhooks WHERE state = 'waiting' AND due <= :now ORDER BY due LIMIT 20"
                    f"{' FOR UPDATE SKIP LOCKED' if self._database.postgres else ''}) "
                    "RETURNING id, url, body, attempts"
                ),
                {"now": now, "later": now + 20 * _TIMEOUT_S + _LEASE_S},
            ).all()
        return [_Due(str(row[0]), str(row[1]), str(row[2]).encode(), int(row[3])) for row in rows]

    def _send(self, one: _Due) -> str | None:
        """None where it was taken, else what went wrong."""
        try:
            target = resolve(one.url, private=self._private)
            headers = {
                "Host": target.host,
                "Content-Type": "application/json",
                "User-Agent": "gouji",
                "Gouji-Delivery": one.id,
                "Gouji-Signature": signature(self._secret, one.body, int(time.time())),
            }
            with (
                httpx.Client(trust_env=False, timeout=_TIMEOUT_S, follow_redirects=False) as client,
                client.stream(
                    "POST",
                    target.url,
                    content=one.body,
                    headers=headers,
                    extensions={"sni_hostname": target.name},
                ) as response,
            ):
                return None if response.is_success else f"status {response.status_code}"
        except AddressError as error:
            return str(error)
        except (httpx.HTTPError, OSError, UnicodeError) as error:
            return type(error).__name__

    def _note(self, one: _Due, said: str | None) -> None:
        state = "sent" if said is None else "waiting" if one.attempts < self._attempts else "given up"
        # 5 s, 25 s, 2 min, 10 min, 52 min, 4 h, 22 h
        due = time.time() + _FIRST_WAIT_S * 5 ** (one.attempts - 1)
        with self._database.write() as connection:
            connection.execute(
                sa.text("UPDATE gouji_webhooks SET state = :state, due = :due, said = :said WHERE id = :id"),
                {"state": state, "due": due, "said": said, "id": one.id},
            )
        _LOG.info("webhook", extra={"webhook": one.id, "state": state, "attempt": one.attempts, "said": said})
