"""Processes that read documents, as seen from the one that hands them out.

A process that dies, or takes too long over a document, costs that document only, and that one only when it happens
again while it has the process to itself: a process can die for reasons that are no document's fault.
"""

import json
import logging
import os
import queue
import select
import subprocess
import sys
import threading
import time
import zlib
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from extractor.deliver.to_json import json_line
from extractor.service.hand import READY, Order, Task, failure_report

__all__ = ["HandOptions", "Hands", "HandsBusyError", "HandsClosedError", "Outcome", "failure"]

_LOG = logging.getLogger("gouji.service")
_BLOCK = 1 << 18
_STARTING_S = 60.0


class HandsClosedError(Exception):
    """The service is stopping."""


class HandsBusyError(Exception):
    """None had nothing to do in time."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of task `n`. `report`: the contract's JSON, compressed where that was ordered."""

    n: int
    verdict: str
    code: str | None
    message: str | None
    form: str | None
    organ: str | None
    year: int | None
    usage: tuple[int, int, int, float | None]
    report: bytes


@dataclass(frozen=True, slots=True)
class HandOptions:
    """`timeout_s`: what a document may take. `asking_s`: the same where a model is asked.

    `environment`: variables in addition to this process's, such as what was set by flags. `executor`: as in leases.py.
    """

    config: Path | None
    concurrency: int
    max_memory: int
    max_file: int
    timeout_s: float
    asking_s: float = 86400.0
    executor: str = ""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


class _DiedError(Exception):
    """The process is gone, or was ended because it took too long."""


class _Process:
    def __init__(self, options: HandOptions, nice: int) -> None:
        given = {
            "config": str(options.config) if options.config else None,
            "executor": options.executor,
            "concurrency": options.concurrency,
            "nice": nice,
            "max_memory": options.max_memory,
            "max_file": options.max_file,
        }
        command = [sys.executable, "-m", "extractor.service.hand", json.dumps(given)]
        root = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **options.environment, "PYTHONPATH": path},
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._in: IO[bytes] = self._process.stdin
        self._out = self._process.stdout.fileno()
        self._buffer = bytearray()
        self.pid = self._process.pid
        self.fresh = True

    def send(self, order: Order) -> None:
        try:
            self._in.write(json.dumps(order).encode() + b"\n")
            self._in.flush()
        except OSError:
            raise _DiedError("it died") from None

    def receive(self, timeout_s: float) -> Outcome:
        """The next result. Raises _DiedError."""
        if self.fresh:
            starting = time.monotonic() + _STARTING_S
            while len(self._buffer) < len(READY):
                self._fill(starting)
            del self._buffer[: len(READY)]
            self.fresh = False
        deadline = time.monotonic() + timeout_s
        while (end := self._buffer.find(b"\n")) < 0:
            self._fill(deadline)
        head = json.loads(self._buffer[:end])
        whole = end + 1 + int(head.pop("size"))
        while len(self._buffer) < whole:
            self._fill(deadline)
        body = bytes(self._buffer[end + 1 : whole])
        del self._buffer[:whole]
        head["usage"] = tuple(head["usage"])
        return Outcome(report=body, **head)

    def _fill(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        poll = select.poll()
        poll.register(self._out, select.POLLIN)
        if left <= 0 or not poll.poll(left * 1000):
            raise _DiedError("it took too long")
        data = os.read(self._out, _BLOCK)
        if not data:
            raise _DiedError("it died")
        self._buffer += data

    def end(self) -> None:
        """Ends it at once."""
        self._process.kill()
        self._process.wait()
        for each in (self._in, self._process.stdout):
            if each is not None:
                try:
                    each.close()
                except OSError:
                    continue


class Hands:
    """So many processes, started when first needed. `nice`: how far they stand back behind others."""

    def __init__(self, size: int, options: HandOptions, *, nice: int = 0) -> None:
        self.size = size
        self._options = options
        self._nice = nice
        self._idle: list[_Process | None] = [None] * size
        self._tickets: deque[queue.SimpleQueue[_Process | None]] = deque()
        self._all: set[_Process] = set()
        self._lock = threading.Lock()
        self._closed = False

    @property
    def idle(self) -> int:
        """How many have nothing to do."""
        return len(self._idle)

    def warm(self) -> None:
        """Starts a process now that would else be started with the first document."""
        with self._one() as taken:
            taken[0] = taken[0] or self._start()

    def run(
        self,
        tasks: Sequence[Task],
        *,
        ask: bool = False,
        model: str | None = None,
        zipped: bool = True,
        patience_s: float | None = None,
    ) -> Generator[Outcome, None, None]:
        """The outcome of every task, in the order in which they are done. Raises HandsClosedError.

        `patience_s`: for how long a process is waited for; then HandsBusyError.
        """
        left = {task["n"]: task for task in tasks}
        with self._one(patience_s) as taken:
            suspects: list[Task] = []
            while left:
                order: Order = {"tasks": list(left.values()), "ask": ask, "model": model, "zipped": zipped}
                try:
                    for outcome in self._ordered(taken, order):
                        del left[outcome.n]
                        yield outcome
                except _DiedError:
                    # Read one after the other, the first without an answer is the culprit; else it may be any.
                    suspects = list(left.values()) if ask else list(left.values())[:1]
                    for suspect in suspects:
                        del left[suspect["n"]]
                        yield self._alone(taken, {**order, "tasks": [suspect]})

    def _alone(self, taken: "list[_Process | None]", order: Order) -> Outcome:
        """A document that may have taken a process down, with one to itself."""
        try:
            (outcome,) = self._ordered(taken, order)
        except _DiedError as died:
            code = "limit" if "long" in str(died) else "crashed"
            message = (
                f"reading it took longer than {self._options.timeout_s:.0f} s"
                if code == "limit"
                else "the process that read it died (out of memory, or a crash in a library)"
            )
            return failure(order["tasks"][0], code, message, zipped=order["zipped"])
        return outcome

    def _ordered(self, taken: "list[_Process | None]", order: Order) -> Iterator[Outcome]:
        process = taken[0] = taken[0] or self._start()
        timeout = self._options.asking_s if order["ask"] else self._options.timeout_s
        try:
            process.send(order)
            for _ in order["tasks"]:
                yield process.receive(timeout)
        except BaseException as error:
            # An order that is not seen through leaves results in the pipe that would be taken for another's.
            taken[0] = None
            self._end(process)
            if isinstance(error, _DiedError):
                _LOG.warning("a reading process ended: %s", error, extra={"pid": process.pid})
                if self._closed:
                    raise HandsClosedError from None
            raise

    @contextmanager
    def _one(self, patience_s: float | None = None) -> "Iterator[list[_Process | None]]":
        taken = [self._take(patience_s)]
        try:
            if self._closed:
                raise HandsClosedError
            yield taken
        finally:
            self._give(taken[0])

    def _take(self, patience_s: float | None = None) -> "_Process | None":
        """One that has nothing to do. Who has waited longest comes first: of threads at a queue, anyone may."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
            ticket: queue.SimpleQueue[_Process | None] = queue.SimpleQueue()
            self._tickets.append(ticket)
        with suppress(queue.Empty):
            return ticket.get(timeout=patience_s)
        with self._lock:
            if ticket in self._tickets:
                self._tickets.remove(ticket)
                raise HandsBusyError
        return ticket.get()  # it came in that very moment

    def _give(self, process: "_Process | None") -> None:
        with self._lock:
            if self._tickets:
                self._tickets.popleft().put(process)
            else:
                self._idle.append(process)

    def _start(self) -> _Process:
        with self._lock:
            if self._closed:
                raise HandsClosedError
            process = _Process(self._options, self._nice)
            self._all.add(process)
            return process

    def _end(self, process: _Process) -> None:
        process.end()
        with self._lock:
            self._all.discard(process)

    def close(self) -> None:
        """Ends all processes. What they had in hand raises HandsClosedError."""
        with self._lock:
            self._closed = True
            processes = list(self._all)
        for process in processes:
            process.end()


def failure(task: Task, code: str, message: str, *, zipped: bool = True) -> Outcome:
    """The outcome of a document that no process could tell of."""
    report = failure_report(task, code, message)
    body = json_line(report).encode("utf-8", "backslashreplace")
    return Outcome(
        n=task["n"],
        verdict=report.verdict.value,
        code=code,
        message=message,
        form=None,
        organ=None,
        year=None,
        usage=(0, 0, 0, None),
        report=zlib.compress(body, 1) if zipped else body,
    )
