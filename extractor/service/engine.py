"""The durable engine: DBOS hands out chunks of documents, and what was handed to a dead process is handed out again.

A chunk is a workflow that carries ids only. It can be run any number of times: it reads what has no result yet, and a
result is written once. It is the one place that knows DBOS, which is one to a process.
"""

import logging
import threading
import time
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions
from dbos._error import DBOSAwaitedWorkflowCancelledError, DBOSNonExistentWorkflowError, DBOSWorkflowCancelledError
from dbos._serialization import DBOSPortableJSONSerializer

from extractor.service.batches import BatchStore
from extractor.service.database import Database
from extractor.service.hand import UNREAD, Task
from extractor.service.hands import Hands, HandsClosedError, Outcome, failure
from extractor.service.logs import through_ours
from extractor.service.lookups import Lookups
from extractor.service.meter import Meter
from extractor.service.rows import Batch, Document

__all__ = ["CHUNKS", "SINGLES", "Engine", "Enqueuer", "prepare_engine"]

CHUNKS, SINGLES = "gouji-chunks", "gouji-singles"
VERSION = "1"  # of what a workflow means; ours, since DBOS's own changes with every change of the source
_APPLICATION = "gouji"
_WORKFLOW = "gouji-chunk"
_LOG = logging.getLogger("gouji.service")
_GROUP = 25
_GROUP_S = 1.0
_ATTEMPTS = 5
_POLL_S = 0.2
_REMOVED = (DBOSNonExistentWorkflowError, DBOSAwaitedWorkflowCancelledError, DBOSWorkflowCancelledError)
_STORE_WAIT_S, _LONGEST_STORE_WAIT_S = 1.0, 30.0


class Enqueuer:
    """Puts chunks on the queue, within the caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._client = DBOSClient(
            system_database_engine=database.engine,
            dbos_system_schema=_schema(database),
            serializer=DBOSPortableJSONSerializer(),
            application_name=_APPLICATION,
            lazy=True,
            retry_connection_errors=False,
        )

    def enqueue(self, connection: sa.Connection, batch: Batch, number: int, priority: int) -> None:
        """One chunk. A key's chunks are a partition of the queue, and partitions take turns."""
        options: EnqueueOptions = {
            "workflow_name": _WORKFLOW,
            "queue_name": SINGLES if batch.kind == "extraction" else CHUNKS,
            "workflow_id": batch.workflow(number),
            "app_version": VERSION,
            "priority": priority,
            "queue_partition_key": batch.key_id,
        }
        self._client.enqueue_in_transaction(connection, options, batch.id, number)

    def drop(self, batch: Batch) -> None:
        """What is queued of a batch that was cancelled need not come up any more."""
        self._client.cancel_workflows([batch.workflow(number) for number in range(batch.chunks)])

    def forget(self, batch: Batch) -> None:
        """Removes the engine's own records of a batch."""
        self._client.delete_workflows([batch.workflow(number) for number in range(batch.chunks)])

    def orphans(self, executors: Sequence[str]) -> list[tuple[str, str | None]]:
        """Workflows that those processes had in hand, with their queues."""
        found = self._client.list_workflows(
            status="PENDING", executor_id=list(executors), load_input=False, load_output=False
        )
        return [(one.workflow_id, one.queue_name) for one in found]

    def hand_back(self, workflows: Iterable[tuple[str, str | None]]) -> int:
        """Puts workflows that nobody works on any more on their queue again; how many."""
        by_queue: dict[str, list[str]] = {}
        for workflow, queue in workflows:
            by_queue.setdefault(queue if queue in (CHUNKS, SINGLES) else CHUNKS, []).append(workflow)
        for queue, ids in by_queue.items():
            self._client.resume_workflows(ids, queue_name=queue)
        return sum(map(len, by_queue.values()))

    def close(self) -> None:
        """Lets go of the client; the connections are the database's."""
        self._client.destroy()


class Engine:
    """Works on chunks, once started. `executor`: a name of this process that no other ever has."""

    def __init__(
        self,
        database: Database,
        store: BatchStore,
        lookups: Lookups,
        *,
        executor: str,
        batch: Hands,
        single: Hands,
    ) -> None:
        self._store = store
        self._lookups = lookups
        self._database = database
        self._hands = {CHUNKS: batch, SINGLES: single}
        self._executor = executor
        self.meter = Meter()
        self._stopping = threading.Event()
        self._working: dict[str, str] = {}
        self._lock = threading.Lock()

    def start(self) -> None:
        """Launches DBOS, and begins to take chunks."""
        global _engine
        _engine = self
        _launch(self._database, self._executor)
        for name, hands in self._hands.items():
            # Twice the hands: while one chunk is worked on, the next is at hand, and no poll has to be waited for.
            DBOS.register_queue(
                name,
                worker_concurrency=2 * hands.size,
                partition_worker_concurrency=hands.size + 1,
                polling_interval_sec=_POLL_S,
                on_conflict="always_update",
            )

    @property
    def working(self) -> int:
        """Chunks in hand."""
        return len(self._working)

    def stop(self, enqueuer: Enqueuer, timeout_s: float) -> int:
        """Takes nothing new, writes down what is done, and hands the rest back; how many chunks that were.

        The process must end soon after: what was interrupted waits, and would wait for ever.
        """
        self._stopping.set()
        deadline = time.monotonic() + timeout_s
        for hands in self._hands.values():
            hands.close()
        while self._working and time.monotonic() < deadline:
            time.sleep(0.05)
        DBOS.destroy(workflow_completion_timeout_sec=0)
        # All that is this process's: also what came from the queue in the very moment of stopping.
        left = enqueuer.orphans([self._executor])
        return enqueuer.hand_back(left) if left else 0

    def run(self, batch_id: str, number: int) -> int:
        """The workflow: how many documents were worked on."""
        workflow = f"{batch_id}.{number}"
        queue = SINGLES if batch_id.startswith("extraction_") else CHUNKS
        with self._lock:
            self._working[workflow] = queue
        try:
            return self._surely(batch_id, number, self._hands[queue])
        except HandsClosedError:
            pass
        finally:
            with self._lock:
                self._working.pop(workflow, None)
        # Returning or raising would count as done. It is handed back, and this thread ends with the process.
        threading.Event().wait()
        raise AssertionError("an interrupted chunk went on")

    def _surely(self, batch_id: str, number: int, hands: Hands) -> int:
        """As `_chunk`. A workflow that raises is never run again: its documents would wait for ever."""
        for attempt in range(_ATTEMPTS):
            try:
                return self._chunk(batch_id, number, hands)
            except HandsClosedError:
                raise
            except Exception as error:
                if self._stopping.is_set():
                    raise HandsClosedError from None
                _LOG.error("defect", extra={"batch": batch_id, "chunk": number, "error": type(error).__name__})
                self._stopping.wait(2.0**attempt)
        batch, documents = self._undone(batch_id, number)
        if batch is not None and documents:
            message = "a defect of gouji, please report it: this document could not be worked on"
            self._write(batch_id, [failure(self._task(one, batch), "internal", message) for one in documents])
        return len(documents)

    def _chunk(self, batch_id: str, number: int, hands: Hands) -> int:
        """Works on what has no result yet, and again on what the store did not give, until it does."""
        worked, wait = 0, _STORE_WAIT_S
        while True:
            batch, documents = self._undone(batch_id, number)
            if batch is None or not documents:
                return worked
            if batch.state == "queued":
                self._database.persist(lambda: self._store.start(batch_id), self._stopping.is_set)
            unread = self._round(batch, documents, hands)
            worked += len(documents) - unread
            if not unread:
                return worked
            _LOG.warning("store", extra={"batch": batch_id, "chunk": number, "unread": unread, "again_in_s": wait})
            self._stopping.wait(wait)
            wait = min(2 * wait, _LONGEST_STORE_WAIT_S)

    def _undone(self, batch_id: str, number: int) -> tuple[Batch | None, list[Document]]:
        if self._stopping.is_set():
            raise HandsClosedError
        return self._database.persist(lambda: self._lookups.undone(batch_id, number), self._stopping.is_set)

    def _round(self, batch: Batch, documents: Sequence[Document], hands: Hands) -> int:
        """Works on the documents; how many of them the store did not give."""
        done: list[Outcome] = []
        unread, since = 0, time.monotonic()
        outcomes = hands.run(
            [self._task(document, batch) for document in documents], ask=batch.options.ask, model=batch.options.model
        )
        try:
            for outcome in outcomes:
                if outcome.verdict == UNREAD:
                    unread += 1
                    continue
                done.append(outcome)
                if len(done) >= _GROUP or time.monotonic() - since > _GROUP_S:
                    going = self._write(batch.id, done)
                    done, since = [], time.monotonic()
                    if not going:
                        break
        finally:
            outcomes.close()
            if done:
                self._write(batch.id, done)
        self.meter.unread.inc(unread)
        return unread

    def _write(self, batch_id: str, done: list[Outcome]) -> bool:
        going = self._database.persist(lambda: self._store.record(batch_id, done), self._stopping.is_set)
        self.meter.count(done)
        return going

    def _task(self, document: Document, batch: Batch) -> Task:
        form = document.form or batch.options.form
        return Task(n=document.position, path=None, sha256=document.sha256, name=document.name, form=form)


_engine: Engine | None = None


# Never given up: a document that takes its process down does not take down the one that this runs in.
@DBOS.workflow(name=_WORKFLOW, max_recovery_attempts=None)
def _chunk_workflow(batch_id: str, number: int) -> int:
    assert _engine is not None
    return _engine.run(batch_id, number)


def _schema(database: Database) -> str | None:
    return "dbos" if database.postgres else None


def prepare_engine(database: Database) -> None:
    """Makes DBOS's tables, for a process that queues work and does none."""
    _launch(database, "preparing", queues=[])
    DBOS.destroy()


def _is_news(record: logging.LogRecord) -> bool:
    """Not that a batch was cancelled or deleted while it was worked on: DBOS logs that as an error."""
    return record.exc_info is None or not isinstance(record.exc_info[1], _REMOVED)


def _launch(database: Database, executor: str, queues: "list[str] | None" = None) -> None:
    """`queues`: those that are listened to, in place of all."""
    config: DBOSConfig = {
        "name": _APPLICATION,
        "system_database_engine": database.engine,
        "application_version": VERSION,
        "executor_id": executor,
        "serializer": DBOSPortableJSONSerializer(),
        "log_level": "WARNING",
        "use_listen_notify": False,
        "enable_otlp": False,
        "dbos_system_schema": _schema(database),
    }
    DBOS(config=config)
    through_ours("dbos")  # it has just made a handler of its own, with lines that are not JSON
    logging.getLogger("dbos").addFilter(_is_news)
    if queues is not None:
        DBOS.listen_queues(queues)
    with database.alone():
        DBOS.launch()
