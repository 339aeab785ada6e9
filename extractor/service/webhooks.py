"""Webhooks: signed, sent at least once, tried again for about a day, never redirected.

`Gouji-Signature: t=<seconds>,v1=<hex>` is the HMAC-SHA-256 of `<seconds>.<body>`; extractor.client checks it.
"""

import hashlib
import hmac
import json
import logging
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_hex
from uuid import uuid4

import httpx
import sqlalchemy as sa

from extractor.service.addresses import AddressError, resolve
from extractor.service.database import Database
from extractor.service.rows import Batch
from extractor.service.settings import ServiceSettings

__all__ = ["Webhooks", "announce", "signature", "webhook_secret"]

_LOG = logging.getLogger("gouji.service")
_TIMEOUT_S = 10.0
_FIRST_WAIT_S = 5.0
_LEASE_S = 60.0
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL


def signature(secret: str, body: bytes, at: int) -> str:
    """The value of the header Gouji-Signature."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def announce(connection: sa.Connection, batch: Batch) -> None:
    """The webhook of a batch that has ended, written in the transaction that ends it: it will be sent."""
    if batch.options.webhook is None:
        return
    event = f"batch.{batch.state}"
    webhook_id = f"hook_{uuid4().hex}"
    data = {"id": batch.id, "state": batch.state, "total": batch.total, "done": batch.done} | {
        name: getattr(batch, name) for name in ("clean", "review", "failed")
    }
    body = {"id": webhook_id, "type": event, "created": int(batch.ended or 0), "data": data}
    connection.execute(
        sa.text(
            "INSERT INTO gouji_webhooks (id, batch_id, url, event, body, state, due) "
            "VALUES (:id, :batch, :url, :event, :body, 'waiting', :due)"
        ),
        {
            "id": webhook_id,
            "batch": batch.id,
            "url": batch.options.webhook,
            "event": event,
            "body": json.dumps(body),
            "due": batch.ended,
        },
    )


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


def webhook_secret(settings: ServiceSettings, database: Database) -> str:
    """The secret that is set; else one that is made once, kept in the database, and shown in the data folder.

    All processes must sign with the same one, and need have no folder in common.
    """
    if settings.webhook_secret is not None:
        return settings.webhook_secret.get_secret_value()
    path = settings.data / "webhook-secret"
    try:
        there = path.read_text(encoding="ascii")
    except FileNotFoundError:
        there = ""
    with database.write() as connection:
        connection.execute(
            sa.text("INSERT INTO gouji_secrets (name, value) VALUES ('webhook', :value) ON CONFLICT (name) DO NOTHING"),
            {"value": there or f"whsec_{token_hex(32)}"},
        )
        secret = str(connection.execute(sa.text("SELECT value FROM gouji_secrets WHERE name = 'webhook'")).scalar_one())
    if secret != there:
        path.unlink(missing_ok=True)
        with suppress(FileExistsError), os.fdopen(os.open(path, _NEW, 0o600), "w", encoding="ascii") as file:
            file.write(secret)
    return secret
