"""What a process of the service is made of, put together: database, store, engine, and the chores in the background."""

import fcntl
import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO
from uuid import uuid4

from sqlalchemy.exc import DBAPIError

from extractor.errors import UsageError
from extractor.service.auditlog import RETENTION, AuditLog
from extractor.service.batches import BatchStore
from extractor.service.blobs import open_blobs
from extractor.service.database import Database, open_database
from extractor.service.engine import Engine, Enqueuer, prepare_engine
from extractor.service.hands import HandOptions, Hands
from extractor.service.keys import KeyStore
from extractor.service.leases import Leases
from extractor.service.lookups import Lookups
from extractor.service.retention import expired, forsaken, wanted
from extractor.service.rows import Batch
from extractor.service.settings import ServiceSettings
from extractor.service.signing import Secrets
from extractor.service.webhooks import Webhooks
from extractor.service.workers import Workers

__all__ = ["House"]

_LOG = logging.getLogger("gouji.service")
_SWEEP_S = 600.0
_UNWRITTEN_S = 6 * 3600.0  # content that no batch names yet may belong to one that is coming in


class House:
    """`serves`: whether it answers requests; `jobs` in the settings: how many processes work on batches."""

    def __init__(self, settings: ServiceSettings, *, config: Path | None = None, serves: bool = True) -> None:
        self.settings = settings
        self.executor = uuid4().hex
        self.draining = False
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = None if settings.shared else _only_one(settings.data)
        self.database: Database = open_database(settings)
        self.store = BatchStore(self.database, retention_s=settings.retention_days * 86400)
        self.lookups = Lookups(self.database)
        self.audit = AuditLog(self.database)
        self.leases = Leases(self.database, self.executor)
        self.blobs = open_blobs(settings, look=True)
        self.keys = KeyStore(self.database)
        self.workers = Workers(self.database, self.executor, dead_after_s=settings.dead_after_s)
        self.asks = _asking(config)
        options = HandOptions(
            config=config,
            concurrency=self.asks.concurrency,
            max_memory=0 if self.asks.local else settings.max_memory,
            max_file=settings.max_file,
            timeout_s=settings.document_timeout_s,
            executor=self.executor,
            environment=settings.for_others(),
        )
        self._works = settings.jobs > 0
        self.single = Hands(settings.singles if serves else 1, options)
        self._late = Hands(max(1, settings.singles), options, nice=settings.nice // 2)
        self._batch = Hands(max(1, settings.jobs), options, nice=settings.nice)
        self.engine = Engine(
            self.database, self.store, self.lookups, executor=self.executor, batch=self._batch, single=self._late
        )
        secrets = Secrets(settings, self.database)
        secrets.current()  # made, and shown in the data folder, from the beginning
        self._webhooks = Webhooks(
            self.database,
            secrets=secrets,
            private=settings.webhook_private,
            attempts=settings.webhook_attempts,
        )
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._swept = 0.0
        self._unsteady = float("-inf")
        self.enqueuer: Enqueuer | None = None

    def start(self) -> None:
        """Begins to work and to look after the others."""
        self.workers.beat(self.settings.jobs)
        if self._works:
            self.engine.start()
        else:
            prepare_engine(self.database)
        self.enqueuer = Enqueuer(self.database)
        self._reap()
        chores: tuple[tuple[str, Callable[[], None], float], ...] = (
            ("beat", lambda: self.workers.beat(self.settings.jobs), self.settings.heartbeat_s),
            ("reap", self._reap_if_leader, self.settings.heartbeat_s),
            ("webhooks", self._send, 1.0),
            ("sweep", self._sweep_if_leader, 30.0),
        )
        for name, chore, every in chores:
            thread = threading.Thread(target=self._again, args=(name, chore, every), daemon=True, name=f"gouji-{name}")
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Hands back what is in hand. The process must end after it."""
        self.draining = True
        self._stop.set()
        back = 0
        try:
            self.single.close()
            if self._works and self.enqueuer is not None:
                back = self.engine.stop(self.enqueuer, self.settings.stop_s)
            self.leases.drop_all(self.executor)
            self.workers.leave()
        except DBAPIError as error:  # then the others find out by its silence
            _LOG.warning("stopped without the database", extra={"error": type(error).__name__})
        _LOG.info("stopped", extra={"handed_back": back})
        logging.shutdown()

    def commit(self, batch_id: str, total: int, fingerprint: str) -> Batch:
        """The batch is complete, and queued."""
        assert self.enqueuer is not None
        return self.store.commit(batch_id, total, fingerprint, self.enqueuer.enqueue)

    def remove(self, batch: Batch) -> None:
        """The batch with all that belongs to it."""
        assert self.enqueuer is not None
        self.store.cancel(batch.id)
        self.enqueuer.drop(batch)
        self.store.delete(batch.id)
        self.enqueuer.forget(batch)

    def _again(self, name: str, chore: Callable[[], None], every: float) -> None:
        while not self._stop.wait(every):
            try:
                chore()
            except Exception as error:  # a chore must outlive the database's absence, and whatever else
                self._unsteady = time.monotonic()
                _LOG.warning("chore", extra={"chore": name, "error": type(error).__name__})

    def _reap_if_leader(self) -> None:
        # While the database was away nobody could say that they live.
        steady = time.monotonic() - self._unsteady > self.settings.dead_after_s
        if steady and self.leases.take("reaper", self.settings.dead_after_s):
            self._reap()

    def _reap(self) -> None:
        assert self.enqueuer is not None
        dead = self.workers.dead()
        if not dead:
            return
        for batch_id in forsaken(self.database, dead):
            self.store.delete(batch_id)
        back = self.enqueuer.hand_back(self.enqueuer.orphans(dead))
        for executor in dead:
            self.leases.drop_all(executor)
            self.workers.leave(executor)
        _LOG.warning("reaped", extra={"workers": len(dead), "handed_back": back})

    def _send(self) -> None:
        while not self._stop.is_set() and self._webhooks.send_due():
            pass

    def _sweep_if_leader(self) -> None:
        if time.monotonic() - self._swept < _SWEEP_S or not self.leases.take("sweeper", _SWEEP_S):
            return
        self._swept = time.monotonic()
        gone = 0
        for batch_id in expired(self.database):
            batch = self.lookups.get(batch_id)
            if batch is not None:
                self.remove(batch)
                self.audit.note(RETENTION, f"{batch.kind}.delete", batch.id)
                gone += 1
        if self.settings.audit_days is not None:
            self.audit.prune_older(self.settings.audit_days * 86400)
        self.leases.sweep()
        content = self.blobs.sweep(partial(wanted, self.database), older_s=_UNWRITTEN_S)
        _LOG.info("swept", extra={"batches": gone, "documents": content})


class _Asks:
    """What the service knows of the language model: whether there is one, and which."""

    def __init__(self, model: str | None, concurrency: int, local: bool) -> None:
        self.model = model
        self.concurrency = concurrency
        self.local = local


def _asking(config: Path | None) -> _Asks:
    from extractor.ask.endpoint.settings import load_settings

    settings = load_settings(config=config)
    if settings is None:
        return _Asks(None, 1, False)
    return _Asks(settings.model, settings.concurrency, settings.weights is not None)


def _only_one(folder: Path) -> "IO[str]":
    """SQLite's queue is for one process. Raises UsageError where another has the folder."""
    file = (folder / "lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise UsageError(
            f"{folder} is in use by another process of the service; several need PostgreSQL (--database-url)"
        ) from None
    return file
