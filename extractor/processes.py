"""One function over many items in several processes, where an item that kills its process costs only itself."""

import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import TypeVar

__all__ = ["in_processes"]

_AHEAD = 64
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def in_processes(
    one: Callable[[_Item], _Result], items: Iterable[_Item], jobs: int, died: Callable[[_Item], _Result]
) -> Iterator[_Result]:
    """`one` of each item, in order, in `jobs` processes (none for one job). `died`: for an item that kills its own."""
    if jobs <= 1:
        yield from map(one, items)
        return
    todo = iter(items)
    while window := list(islice(todo, _AHEAD * jobs)):
        yield from _window(one, window, jobs, died)


def _window(
    one: Callable[[_Item], _Result], items: list[_Item], jobs: int, died: Callable[[_Item], _Result]
) -> Iterator[_Result]:
    """One pool for `items`. If an item kills it, each of the rest gets a process of its own."""
    done = 0
    try:
        with ProcessPoolExecutor(max_workers=jobs, initializer=_quiet) as pool:
            for future in [pool.submit(one, item) for item in items]:
                result = future.result()
                done += 1
                yield result
    except BrokenProcessPool:
        for item in items[done:]:
            yield _alone(one, item, died)


def _alone(one: Callable[[_Item], _Result], item: _Item, died: Callable[[_Item], _Result]) -> _Result:
    try:
        with ProcessPoolExecutor(max_workers=1, initializer=_quiet) as pool:
            return pool.submit(one, item).result()
    except BrokenProcessPool:
        return died(item)


def _quiet() -> None:
    """Leave Ctrl-C to the parent, or every worker prints a traceback of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
