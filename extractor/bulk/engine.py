"""The engine: Daft, on the processors of this machine or on a Ray cluster. It gets names of tasks, and runs them.

A row is a task. What comes back is its name alone: documents and results never pass through the engine, so that
neither its memory nor its failures have anything to do with them.
"""

import logging
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.util import find_spec
from time import sleep
from typing import Protocol

from extractor.errors import UsageError

__all__ = ["DaftEngine", "Engine", "EngineKind", "end_with_parent", "need"]

_STARTED: list[int] = []
_LOOK = 0.5  # seconds


class EngineKind(StrEnum):
    """Where tasks are run."""

    LOCAL = "local"
    RAY = "ray"


# Nothing is sent anywhere: both tell their makers what they are used for, unless they are told not to.
_QUIET = {
    "DO_NOT_TRACK": "true",
    "SCARF_NO_ANALYTICS": "true",
    "RAY_USAGE_STATS_ENABLED": "0",
    "DAFT_PROGRESS_BAR": "0",
}


def need(kind: EngineKind) -> None:
    """Raises UsageError that names the command which installs what is missing."""
    wanted = {"pyarrow": "bulk", "daft": "bulk"} | ({"ray": "ray"} if kind is EngineKind.RAY else {})
    for module, extra in wanted.items():
        if find_spec(module) is None:
            raise UsageError(f"this needs {module}: pip install 'gouji[{extra}]'")


class Engine(Protocol):
    """Runs tasks, somewhere."""

    def run(self, order: str, shards: Sequence[str]) -> Iterator[str]:
        """The tasks of an order; each shard's name as soon as it is committed, in whatever order.

        Raises whatever ends it: those not committed by then are given to it again.
        """
        ...


@dataclass(frozen=True, slots=True)
class DaftEngine:
    """`jobs`: processes on this machine, None for one a processor; on Ray the cluster decides.

    `address`: of the Ray cluster; None for RAY_ADDRESS, or a cluster of this machine's own.
    """

    kind: EngineKind = EngineKind.LOCAL
    jobs: int | None = None
    address: str | None = None

    def run(self, order: str, shards: Sequence[str]) -> Iterator[str]:
        """Raises what a task raised, and RuntimeError where a process of the engine died."""
        os.environ.update(_QUIET)
        import daft

        self._start()
        # A task is taken by whoever is free: by default Daft deals them out in turn.
        daft.context.set_execution_config(maintain_order=False)

        @daft.func.batch(return_dtype=daft.DataType.string(), use_process=True, batch_size=1)
        def done(names: daft.Series) -> list[str]:
            from extractor.bulk.work import do

            end_with_parent()
            return [do(order, name) for name in names.to_pylist()]

        frame = daft.from_pydict({"shard": list(shards)})
        if self.kind is EngineKind.RAY:
            frame = frame.into_partitions(len(shards))
        for row in frame.select(done(daft.col("shard"))).iter_rows(results_buffer_size=None):
            yield str(row["shard"])

    def _start(self) -> None:
        import daft

        if self.kind is EngineKind.LOCAL:
            _start_here(self.jobs or os.cpu_count() or 1)
            return
        import ray

        if not ray.is_initialized():
            address = self.address or os.environ.get("RAY_ADDRESS") or "local"
            try:
                ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
            except (ConnectionError, RuntimeError, ValueError) as error:
                raise UsageError(f"no Ray cluster at {address}: {str(error).splitlines()[0]}") from None
        daft.set_runner_ray(noop_if_initialized=True)


@cache
def end_with_parent() -> None:
    """From now on this process ends when the one that started it is gone, whatever it is doing, and those that read for
    it with it.

    A thread looks: the signal that Linux can send comes when the thread is gone that started this process, and the
    engine's threads come and go.
    """
    parent = os.getppid()

    def look() -> None:
        while os.getppid() == parent:
            sleep(_LOOK)
        os._exit(1)

    threading.Thread(target=look, name="gouji-parent", daemon=True).start()


def _start_here(jobs: int) -> None:
    """Daft takes the number of threads once in the life of a process, the number of runs is ours."""
    if not _STARTED:
        import daft

        daft.set_runner_native(num_threads=jobs)
        _STARTED.append(jobs)
