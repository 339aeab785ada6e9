"""Webhooks: signed, sent at least once, tried again for about a day, never redirected.

`Gouji-Signature: t=<seconds>,v1=<hex>` is the HMAC-SHA-256 of `<seconds>.<body>`; extractor.client checks it.
"""

import asyncio
import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

import httpx
import sqlalchemy as sa

from extractor.service.addresses import AddressError, resolve
from extractor.service.database import Database
from extractor.service.rows import Batch
from extractor.service.signing import Secrets, signature

__all__ = ["Webhooks", "announce"]

_LOG = logging.getLogger("gouji.service")
_TIMEOUT_S = 10.0  # for all of it: one that answers a byte at a time would hold up all others
_AT_ONCE = 20
_FIRST_WAIT_S = 5.0
_LEASE_S = 60.0


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

    def __init__(self, database: Database, *, secrets: Secrets, private: bool, attempts: int) -> None:
        self._database = database
        self._secrets = secrets
        self._private = private
        self._attempts = attempts

    def send_due(self) -> int:
        """Sends up to 20, all at once; how many there were."""
        due = self._take()
        if due:
            secrets = self._secrets.current()
            for one, said in zip(due, asyncio.run(self._sent(due, secrets)), strict=True):
                self._note(one, said)
        return len(due)

    def _take(self) -> list[_Due]:
        """Moves the time of what is due on before it is sent: whoever dies over it, it comes up again."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            rows = connection.execute(
                sa.text(
                    "UPDATE gouji_webhooks SET attempts = attempts + 1, due = :later WHERE id IN (SELECT id FROM "
                    "gouji_webhooks WHERE state = 'waiting' AND due <= :now ORDER BY due LIMIT :most"
                    f"{' FOR UPDATE SKIP LOCKED' if self._database.postgres else ''}) "
                    "RETURNING id, url, body, attempts"
                ),
                {"now": now, "later": now + _LEASE_S, "most": _AT_ONCE},
            ).all()
        return [_Due(str(row[0]), str(row[1]), str(row[2]).encode(), int(row[3])) for row in rows]

    async def _sent(self, due: Sequence[_Due], secrets: Sequence[str]) -> list[str | None]:
        return await asyncio.gather(*(self._send(one, secrets) for one in due))

    async def _send(self, one: _Due, secrets: Sequence[str]) -> str | None:
        """None where it was taken, else what went wrong."""
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                return await self._post(one, secrets)
        except AddressError as error:
            return str(error)
        except TimeoutError:
            return "it took too long"
        except (httpx.HTTPError, OSError, UnicodeError) as error:
            return type(error).__name__

    async def _post(self, one: _Due, secrets: Sequence[str]) -> str | None:
        target = await asyncio.to_thread(resolve, one.url, private=self._private)
        headers = {
            "Host": target.host,
            "Content-Type": "application/json",
            "User-Agent": "gouji",
            "Gouji-Delivery": one.id,
            "Gouji-Signature": signature(secrets, one.body, int(time.time())),
        }
        async with (
            httpx.AsyncClient(trust_env=False, timeout=_TIMEOUT_S, follow_redirects=False) as client,
            client.stream(
                "POST", target.url, content=one.body, headers=headers, extensions={"sni_hostname": target.name}
            ) as response,
        ):
            return None if response.is_success else f"status {response.status_code}"

    def _note(self, one: _Due, said: str | None) -> None:
        state = "sent" if said is None else "waiting" if one.attempts < self._attempts else "given up"
        # 5 s, 25 s, 2 min, 10 min, 52 min, 4 h, 22 h
        wait = _FIRST_WAIT_S * 5 ** (one.attempts - 1)
        with self._database.write() as connection:
            due = self._database.now(connection) + wait
            connection.execute(
                sa.text("UPDATE gouji_webhooks SET state = :state, due = :due, said = :said WHERE id = :id"),
                {"state": state, "due": due, "said": said, "id": one.id},
            )
        _LOG.info("webhook", extra={"webhook": one.id, "state": state, "attempt": one.attempts, "said": said})
