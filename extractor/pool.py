"""Worker processes that can be given up on: one that takes too long or dies costs what it was working on, no more.

A pipe to each worker, so that it is always known who works on what. concurrent.futures cannot kill a single worker.
"""

import os
import signal
import sys
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from enum import StrEnum
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext
from pathlib import Path
from queue import SimpleQueue
from time import monotonic
from types import TracebackType
from typing import Generic, NamedTuple, TypeVar

if sys.platform == "linux":
    from multiprocessing.context import ForkContext as Context
else:
    from multiprocessing.context import SpawnContext as Context

__all__ = ["Lost", "Pool", "in_processes"]

A = TypeVar("A")
R = TypeVar("R")

_AHEAD = 64
# A worker that was this quick gets its next task before it is done with this one: it need not wait for us.
_QUICK = 0.1
_FORKS = sys.platform == "linux"
_processes = Context()


class Lost(StrEnum):
    """How a task was lost."""

    TIME = "time"
    DIED = "died"


class _Task(NamedTuple):
    number: int
    argument: object


class _Worker(Generic[A, R]):
    """One process, and the tasks it has been given: it works on the first."""

    def __init__(self, work: Callable[[A], R], memory: int, others: list[Connection], *, fresh: bool) -> None:
        self.tasks: deque[_Task] = deque()
        self.quick = False
        self.since = 0.0
        processes = SpawnContext() if fresh else _processes
        self.connection, there = processes.Pipe()
        # A forked process inherits our ends of all pipes. It must close them, or no worker sees that we are gone.
        inherited = [*others, self.connection] if _FORKS and not fresh else []
        self._process = processes.Process(target=_serve, args=(there, work, memory, inherited), daemon=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # forking beside a thread, which draws progress only
            self._process.start()
        there.close()

    def give(self, task: _Task) -> None:
        if not self.tasks:
            self.since = monotonic()
        self.tasks.append(task)
        with suppress(BrokenPipeError):  # it died: seen when the answer is awaited
            self.connection.send(task.argument)

    def answer(self) -> tuple[bool, object] | None:
        """Whether it was raised, and the result; None if it died."""
        try:
            answer: tuple[bool, object] = self.connection.recv()
        except (EOFError, OSError):
            return None
        now = monotonic()
        self.quick = now - self.since < _QUICK
        self.since = now
        return answer

    def kill(self) -> None:
        self._process.kill()

    def end(self, *, kill: bool) -> None:
        self.connection.close()
        if kill:
            self._process.kill()
        self._process.join()
        self._process.close()


def in_processes(
    work: Callable[[A], R],
    arguments: Iterable[A],
    jobs: int,
    died: Callable[[A], R],
    *,
    seconds: float = 600,
    memory: int = 8_000_000_000,
) -> Iterator[R]:
    """`work` of each argument, in order, in `jobs` processes (none for one job): for work of our own, which is trusted.

    `died`: makes the result of one that kills its process, or takes longer. The arguments are small.
    """
    if jobs <= 1:
        yield from map(work, arguments)
        return

    def lost(argument: A, _: Lost) -> R:
        return died(argument)

    with Pool(work, lost, jobs=jobs, seconds=seconds, memory=memory) as pool:
        yield from pool.run(arguments, small=lambda _: True)


class Pool(Generic[A, R]):
    """`work` in `jobs` processes, each task within `seconds` and each process within `memory` bytes.

    `lost` makes the result of a task that was lost. An exception that `work` raises is raised here. `fresh`: the
    processes are begun anew, not forked: for a process with threads, whose locks a fork would take along.
    """

    def __init__(
        self,
        work: Callable[[A], R],
        lost: Callable[[A, Lost], R],
        *,
        jobs: int,
        seconds: float,
        memory: int,
        fresh: bool = False,
    ) -> None:
        self._fresh = fresh
        self._work = work
        self._lost = lost
        self._seconds = seconds
        self._memory = memory
        self._closed = False
        self._workers: list[_Worker[A, R]] = []
        for _ in range(jobs):
            self._workers.append(self._start())
        self._idle: SimpleQueue[_Worker[A, R]] = SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)

    def __enter__(self) -> "Pool[A, R]":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._closed:
            return
        # Whoever waits in `call` is woken by the death of its process, and must not start another.
        self._closed = True
        for worker in self._workers:
            worker.kill()
        for worker in self._workers:
            worker.end(kill=True)

    def call(self, argument: A) -> R:
        """One task. Safe to be called by as many threads as there are jobs or more; not while `run` is under way."""
        worker = self._idle.get()
        try:
            if self._closed:
                return self._lost(argument, Lost.DIED)
            worker.give(_Task(0, argument))
            ready = worker.connection.poll(self._seconds)
            answer = worker.answer() if ready else None
            worker.tasks.clear()
            if answer is None:
                if not self._closed:
                    worker = self._replaced(worker)
                return self._lost(argument, Lost.DIED if ready else Lost.TIME)
            return _result(answer)
        finally:
            self._idle.put(worker)

    def run(self, arguments: Iterable[A], *, small: Callable[[A], bool]) -> Iterator[R]:
        """The results in the order of the arguments. `small`: whether one surely fits into a pipe beside another."""
        todo = enumerate(arguments)
        back: deque[_Task] = deque()  # given to a worker that died before it came to them
        results: dict[int, R] = {}
        given = shown = 0

        def next_task() -> _Task | None:
            nonlocal given
            if back:
                return back.popleft()
            if given - shown >= _AHEAD * len(self._workers):
                return None
            for number, argument in todo:
                given += 1
                return _Task(number, argument)
            return None

        while True:
            self._hand_out(next_task, back, small)
            busy = [worker for worker in self._workers if worker.tasks]
            if not busy:
                return
            latest = min(worker.since for worker in busy) + self._seconds
            ready = set(wait([worker.connection for worker in busy], max(0.0, latest - monotonic())))
            for worker in busy:
                if worker.connection in ready:
                    answer = worker.answer()
                    why = Lost.DIED
                elif monotonic() - worker.since >= self._seconds:
                    answer, why = None, Lost.TIME
                else:
                    continue
                task = worker.tasks.popleft()
                if answer is None:
                    back.extend(worker.tasks)
                    self._replaced(worker)
                    results[task.number] = self._lost(task.argument, why)  # type: ignore[arg-type]
                else:
                    results[task.number] = _result(answer)
            while shown in results:
                yield results.pop(shown)
                shown += 1

    def _hand_out(self, next_task: Callable[[], _Task | None], back: deque[_Task], small: Callable[[A], bool]) -> None:
        """Tasks for workers that have none; then for those that will soon be done."""
        for worker in self._workers:
            if not worker.tasks:
                task = next_task()
                if task is None:
                    return
                worker.give(task)
        for worker in self._workers:
            if worker.quick and len(worker.tasks) == 1:
                task = next_task()
                if task is None:
                    return
                if not small(task.argument):  # type: ignore[arg-type]
                    back.appendleft(task)
                    return
                worker.give(task)

    def _start(self) -> "_Worker[A, R]":
        return _Worker(self._work, self._memory, [worker.connection for worker in self._workers], fresh=self._fresh)

    def _replaced(self, worker: "_Worker[A, R]") -> "_Worker[A, R]":
        """A fresh process in place of one that is dead or given up on."""
        worker.end(kill=True)
        self._workers.remove(worker)
        fresh = self._start()
        self._workers.append(fresh)
        return fresh


def _result(answer: tuple[bool, object]) -> R:  # type: ignore[type-var]
    raised, value = answer
    if raised:
        assert isinstance(value, BaseException)
        raise value
    return value  # type: ignore[return-value]


def _serve(connection: Connection, work: Callable[[object], object], memory: int, inherited: list[Connection]) -> None:
    """What a worker does, until nobody is at the other end."""
    for other in inherited:
        other.close()
    # Ctrl-C is the parent's business, or every worker prints a traceback of its own.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_memory(memory)
    while True:
        try:
            argument = connection.recv()
        except (EOFError, OSError):
            return
        try:
            answer = (False, work(argument))
        except Exception as error:
            answer = (True, error)
        try:
            connection.send(answer)
        except (BrokenPipeError, ConnectionError):
            return


def _limit_memory(memory: int) -> None:
    """What the process may allocate, on top of what is mapped from files and what a forked one has from its parent.

    Not on Windows; macOS does not heed it.
    """
    if os.name != "posix":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    memory += _inherited()
    most = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def _inherited() -> int:
    """How many bytes of data the process has as it begins; 0 where nobody says."""
    with suppress(OSError, ValueError, IndexError):
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return int(status.split("VmData:")[1].split()[0]) * 1024
    return 0
