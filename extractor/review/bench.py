"""The processes that read documents for the page, and what they read last, kept."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Generic, TypeVar

from extractor.pool import Pool
from extractor.read.limits import Limits
from extractor.read.locator import Locator
from extractor.review.sources.pages import Paged, Size
from extractor.review.study import Study, Task, Trouble, What, lost, perform

__all__ = ["Bench", "Kept"]

K = TypeVar("K")
V = TypeVar("V")

_BESIDE = 2  # processes for whoever looks at the page, however much else is being read
_STUDIES = 6
_SIZES = 200
_PICTURES = 60


class Kept(Generic[K, V]):
    """The last few results, each made once however many ask for it at the same time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._making: dict[K, threading.Event] = {}
        self._lock = threading.Lock()

    def get(self, key: K, make: Callable[[], V]) -> V:
        while True:
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key]
                under_way = self._making.get(key)
                if under_way is None:
                    self._making[key] = threading.Event()
            if under_way is None:
                break
            under_way.wait()
        try:
            made = make()
            with self._lock:
                self._kept[key] = made
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            return made
        finally:
            with self._lock:
                self._making.pop(key).set()

    def peek(self, key: K) -> V | None:
        """What is kept, without making it."""
        with self._lock:
            return self._kept.get(key)

    def drop(self, key: K) -> None:
        with self._lock, suppress(KeyError):
            del self._kept[key]


class Bench:
    """`jobs` processes for what is read in the background, and two for what is looked at.

    Its processes are forked, so it is made before the server's threads are; unless `fresh`. What is kept goes by the
    document's key, which must name its content.
    """

    def __init__(self, jobs: int, limits: Limits, *, fresh: bool = False) -> None:
        self.limits = limits
        self._pool: Pool[Task, object] = Pool(
            perform, lost, jobs=jobs + _BESIDE, seconds=limits.max_seconds, memory=limits.max_memory, fresh=fresh
        )
        self._studies: Kept[str, Study | Trouble] = Kept(_STUDIES)
        self._sizes: Kept[str, tuple[Size, ...] | Trouble] = Kept(_SIZES)
        self._pictures: Kept[tuple[str, int, int], bytes | Trouble] = Kept(_PICTURES)
        # A study of a scan may take a minute: pictures of pages must not wait for it.
        self._one_study = threading.Semaphore(1)
        self._background = threading.Semaphore(max(1, jobs))

    def __enter__(self) -> "Bench":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends all processes; whoever waits for one of them gets Trouble."""
        self._pool.__exit__(None, None, None)

    def report(self, origin: Locator, form: str | None) -> str | Trouble:
        """The report as a line of JSON: one of a failed document too."""
        with self._background:
            found = self._pool.call(Task(What.REPORT, origin, self.limits, form))
        return found if isinstance(found, str | Trouble) else _odd()

    def study(self, key: str, origin: Locator, form: str | None) -> Study | Trouble:
        def make() -> Study | Trouble:
            with self._one_study:
                found = self._pool.call(Task(What.STUDY, origin, self.limits, form))
            return found if isinstance(found, Study | Trouble) else _odd()

        return self._studies.get(key, make)

    def studied(self, key: str) -> Study | None:
        """The study, if there is one by now."""
        found = self._studies.peek(key)
        return found if isinstance(found, Study) else None

    def sizes(self, key: str, origin: Locator, paged: Paged) -> tuple[Size, ...] | Trouble:
        def make() -> tuple[Size, ...] | Trouble:
            found = self._pool.call(Task(What.SIZES, origin, self.limits, paged=paged))
            return found if isinstance(found, tuple | Trouble) else _odd()

        return self._sizes.get(key, make)

    def picture(self, key: str, origin: Locator, number: int, dpi: int, paged: Paged) -> bytes | Trouble:
        def make() -> bytes | Trouble:
            found = self._pool.call(Task(What.PICTURE, origin, self.limits, None, number, dpi, paged))
            return found if isinstance(found, bytes | Trouble) else _odd()

        return self._pictures.get((key, number, dpi), make)


def _odd() -> Trouble:
    return Trouble("internal", "a defect of gouji, please report it")
