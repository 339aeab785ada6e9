"""Whether this machine is up to a model: memory, before anything is loaded; speed can only be tried."""

import os
from dataclasses import dataclass
from pathlib import Path

from extractor.ask.local.weights import INSTALL, Weights
from extractor.errors import UsageError

__all__ = ["Fit", "context_for", "cores", "fit"]

# Enough for eight cells of a long passage, the prompt and the answer.
_CONTEXT = 8192
# Working buffers of llama.cpp, as measured with models of 1 to 8 thousand million parameters; generous.
_WORK = 400_000_000


@dataclass(frozen=True, slots=True)
class Fit:
    """Bytes: what the weights, the context and the work with them take, and what is to be had (None: not known)."""

    weights: int
    context: int
    work: int
    available: int | None

    @property
    def needed(self) -> int:
        return self.weights + self.context + self.work

    @property
    def fits(self) -> bool:
        """Whether it fits, as far as can be told."""
        return self.available is None or self.needed <= self.available


def context_for(weights: Weights, wanted: int | None) -> int:
    """Tokens that one question and its answer may take."""
    context = wanted or _CONTEXT
    return min(context, weights.context) if weights.context else context


def fit(weights: Weights, context: int, parallel: int) -> Fit:
    """What `parallel` questions of up to `context` tokens at once need."""
    return Fit(weights.size, weights.cache_bytes * context * parallel, _WORK, _available())


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _available() -> int | None:
    """Memory that can be had without swapping: of the machine, or of the container where that has less."""
    try:
        import psutil
    except ImportError:
        raise UsageError(f"the embedded model is not installed: {INSTALL}") from None
    free = int(psutil.virtual_memory().available)
    limited = _of_container()
    return free if limited is None else min(free, limited)


def _of_container() -> int | None:
    """What a control group leaves (cgroup v2); None where there is no limit."""
    try:
        with Path("/sys/fs/cgroup/memory.max").open(encoding="ascii") as file:
            most = file.read().strip()
        with Path("/sys/fs/cgroup/memory.current").open(encoding="ascii") as file:
            return None if most == "max" else int(most) - int(file.read())
    except (OSError, ValueError):
        return None
