"""A run on this machine: files of results, read as they grow, and documents, extracted where there is no result yet."""

import threading
import zlib
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path

from extractor.deciding.decided import decided
from extractor.deciding.decisions import Decisions
from extractor.errors import DocumentError, ResultError
from extractor.forms.model import Form
from extractor.read.locator import Locator, named_inside
from extractor.report import Report
from extractor.review.bench import Bench, Kept
from extractor.review.index import Entry, Index, State, entry_of
from extractor.review.resultfile import ResultFile, Slice, parsed
from extractor.review.study import Trouble

__all__ = ["LocalShelf"]

_EVERY_S = 1.5
_REPORTS = 40


class LocalShelf:
    """`documents`: to be extracted, unless a result of the same name stands in one of the `results`.

    `folder`: where decisions are kept. Nothing is read before `start`.
    """

    def __init__(
        self,
        documents: Sequence[Locator],
        results: Iterable[Path],
        *,
        folder: Path,
        forms: Mapping[str, Form],
        bench: Bench,
        author: str = "",
        title: str = "",
        form: str | None = None,
        jobs: int = 1,
    ) -> None:
        self.title = title
        self.index = Index()
        self.decisions = Decisions(folder)
        self.bench = bench
        self.forms = forms
        self.author = author
        self._form = form
        self._jobs = jobs
        self._files = [ResultFile(path) for path in results]
        self._origins = {_key(one.name): one for one in documents}
        self._slices: dict[str, Slice | bytes] = {}
        self._queue: deque[str] = deque(self._origins)
        self._more = threading.Condition()
        self._stop = threading.Event()
        self._busy = 0
        self._indexed = threading.Event()
        self._reports: Kept[str, Report] = Kept(_REPORTS)
        self._digests: Kept[tuple[Locator, int, int], str] = Kept(100_000)
        self.index.extend(Entry(_key(one.name), number, one.name) for number, one in enumerate(documents))

    def start(self) -> None:
        """Reads results, and goes on reading them as they grow; then extracts, in threads of its own."""
        threading.Thread(target=self._follow, daemon=True, name="gouji-results").start()
        for _ in range(self._jobs if self._origins else 0):
            threading.Thread(target=self._extract, daemon=True, name="gouji-extract").start()

    def stop(self) -> None:
        self._stop.set()
        with self._more:
            self._more.notify_all()

    @property
    def refused(self) -> list[ResultFile]:
        """The files in which something is no result of gouji."""
        return [file for file in self._files if file.refused]

    def running(self) -> bool:
        return not self._indexed.is_set() or bool(self._queue) or self._busy > 0

    def report(self, key: str) -> Report | None:
        if self.index.get(key) is None:
            raise KeyError(key)
        place = self._slices.get(key)
        if place is None:
            return None
        try:
            return self._reports.get(
                key, lambda: parsed(place.read() if isinstance(place, Slice) else zlib.decompress(place))
            )
        except (ResultError, OSError):  # the file is being written anew: its lines will be read again
            return None

    def origin(self, key: str) -> Locator | None:
        report = self.report(key)
        here = self._origins.get(key)
        if report is None:
            return here
        for one in [here] if here is not None else self._candidates(key, report.source.name):
            if self._digest(one) == report.source.sha256:
                return one
        return None

    def hurry(self, key: str) -> None:
        with self._more:
            if key in self._queue:
                self._queue.remove(key)
                self._queue.appendleft(key)

    def _candidates(self, key: str, name: str) -> list[Locator]:
        """Where a result's document may lie: as it was named, or beside the file of results."""
        place = self._slices.get(key)
        folders = (
            [Path(), place.path.parent] if isinstance(place, Slice) else [Path(), *(f.path.parent for f in self._files)]
        )
        found = []
        for folder in folders:
            path = folder / name
            try:
                if path.is_file():
                    found.append(Locator(name, path))
                else:
                    inside = named_inside(str(path), self.bench.limits)
                    found += inside if len(inside) == 1 else []
            except (OSError, ValueError, DocumentError):  # a name that no file can have
                continue
        return found

    def _digest(self, origin: Locator) -> str:
        try:
            state = origin.path.stat() if origin.path is not None else None
        except OSError:
            return ""
        stamp = (0, 0) if state is None else (state.st_mtime_ns, state.st_size)
        return self._digests.get((origin, *stamp), origin.digest)

    def _follow(self) -> None:
        while not self._stop.is_set():
            for file in self._files:
                for place, report, content in file.news():
                    self._take(report, place if content is None else zlib.compress(content, 1))
                    if self._stop.is_set():
                        return
            if not self._indexed.is_set():
                self._indexed.set()
                with self._more:
                    self._queue = deque(key for key in self._queue if key not in self._slices)
                    self._more.notify_all()
            self._stop.wait(_EVERY_S)

    def _take(self, report: Report, place: Slice | bytes) -> None:
        key = _key(report.source.name)
        known = self.index.get(key)
        if known is not None and known.sha256 not in ("", report.source.sha256):
            key = _key(f"{report.source.name}\0{report.source.sha256}")
            known = self.index.get(key)
        self._slices[key] = place
        self._reports.drop(key)
        self.index.put(self._entry(key, known.number if known is not None else len(self.index), report))

    def _entry(self, key: str, number: int, report: Report) -> Entry:
        form = self.forms.get(report.form or "")
        held = self.decisions.of(report.source.sha256)
        if form is not None and held:
            report = decided(report, held, form)
        return entry_of(key, number, report, form)

    def _extract(self) -> None:
        self._indexed.wait()
        while not self._stop.is_set():
            with self._more:
                while not self._queue and not self._stop.is_set():
                    self._more.wait()
                if self._stop.is_set():
                    return
                key = self._queue.popleft()
                self._busy += 1
            try:
                self._extract_one(key)
            finally:
                self._busy -= 1

    def _extract_one(self, key: str) -> None:
        origin, entry = self._origins[key], self.index.get(key)
        assert entry is not None
        self.index.put(Entry(key, entry.number, entry.name, State.READING))
        found = self.bench.report(origin, self._form)
        if self._stop.is_set():
            return
        if isinstance(found, Trouble):
            self.index.put(Entry(key, entry.number, entry.name, State.DONE, reason=found.message))
            return
        content = found.encode("utf-8", "surrogatepass")
        report = parsed(content)
        self._slices[key] = zlib.compress(content, 1)
        self._reports.drop(key)
        self.index.put(self._entry(key, entry.number, report))


def _key(name: str) -> str:
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
