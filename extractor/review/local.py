"""A run on this machine: results, read as they grow, and documents, extracted where there is no result yet."""

import threading
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path

from extractor.deciding.decided import decided
from extractor.deciding.decisions import Decisions
from extractor.errors import ResultError
from extractor.forms.model import Form
from extractor.read.locator import Locator
from extractor.report import Report
from extractor.review.bench import Bench, Kept
from extractor.review.index import Entry, Index, State, entry_of
from extractor.review.places import Found, Held, Place, Results, parsed
from extractor.review.study import Trouble

__all__ = ["LocalShelf"]

_EVERY_S = 1.5
_REPORTS = 40


class LocalShelf:
    """`documents`: to be extracted, unless one of the `results` is of the same name or of the same bytes.

    `folder`: where decisions are kept. Nothing is read before `start`.
    """

    def __init__(
        self,
        documents: Sequence[Locator],
        results: Iterable[Results],
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
        self._results = list(results)
        self._origins = {_key(one.name): one for one in documents}
        self._twins: dict[str, list[Locator]] = defaultdict(list)
        """Documents that have a result under another name, by their SHA-256."""
        self._waiting: dict[str, str] = {}
        """The keys of documents that had no result yet when results were read first, by SHA-256."""
        self._places: dict[str, Place] = {}
        self._queue: deque[str] = deque(self._origins)
        self._more = threading.Condition()
        self._stop = threading.Event()
        self._busy = 0
        self._indexed = threading.Event()
        self._reports: Kept[str, Report] = Kept(_REPORTS)
        self._digests: Kept[tuple[Locator, int, int], str] = Kept(100_000)
        # Of those that have a result nobody needs to know twice.
        if not self._results:
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
    def refused(self) -> list[Results]:
        """Those in which something is no result of gouji."""
        return [one for one in self._results if one.refused]

    def running(self) -> bool:
        return not self._indexed.is_set() or bool(self._queue) or self._busy > 0

    def report(self, key: str) -> Report | None:
        if self.index.get(key) is None:
            raise KeyError(key)
        place = self._places.get(key)
        if place is None:
            return None
        try:
            return self._reports.get(key, place.report)
        except (ResultError, OSError):  # the file is being written anew: its lines will be read again
            return None

    def origin(self, key: str) -> Locator | None:
        report = self.report(key)
        here = self._origins.get(key)
        if report is None:
            return here
        source = report.source
        twins = sorted(self._twins.get(source.sha256, ()), key=lambda one: not one.name.endswith(f"/{source.name}"))
        places = self._places[key].sources(source.name, self.bench.limits)
        for one in [here] if here is not None else [*twins, *places]:
            if self._digest(one) == source.sha256:
                return one
        return None

    def hurry(self, key: str) -> None:
        with self._more:
            if key in self._queue:
                self._queue.remove(key)
                self._queue.appendleft(key)

    def _digest(self, origin: Locator) -> str:
        try:
            state = origin.path.stat() if origin.path is not None else None
        except OSError:
            return ""
        stamp = (0, 0) if state is None else (state.st_mtime_ns, state.st_size)
        return self._digests.get((origin, *stamp), origin.digest)

    def _follow(self) -> None:
        while not self._stop.is_set():
            for one in self._results:
                for found in one.news():
                    self._take(found)
                    if self._stop.is_set():
                        return
            if not self._indexed.is_set():
                self._set_apart()
                self._indexed.set()
                with self._more:
                    self._more.notify_all()
            self._stop.wait(_EVERY_S)

    def _set_apart(self) -> None:
        """Documents without a result are listed, to be extracted; those with one are where that result looks first."""
        if not self._results:
            return
        left = {key: one for key, one in self._origins.items() if key not in self._places}
        digests = {}
        for key, one in left.items():
            if self._stop.is_set():
                return
            digests[key] = self._digest(one)
        known = {digest for one in self._results for digest in one.of_any(set(digests.values()) - {""})}
        for key, digest in digests.items():
            if digest in known:
                self._twins[digest].append(self._origins.pop(key))
            else:
                self._waiting[digest] = key
                self.index.put(Entry(key, len(self.index), left[key].name))
        with self._more:
            self._queue = deque(key for key in self._queue if key in digests and key in self._origins)

    def _take(self, found: Found) -> None:
        key = _key(found.name)
        known = self.index.get(key)
        number = known.number if known is not None else len(self.index)
        if found.report is None:
            self._places[key] = found.place
            self.index.put(Entry(key, number, found.name))
            return
        sha256 = found.report.source.sha256
        if known is not None and known.sha256 not in ("", sha256):
            key = _key(f"{found.name}\0{sha256}")
            known = self.index.get(key)
            number = known.number if known is not None else len(self.index)
        self._places[key] = found.place
        self._reports.drop(key)
        self.index.put(self._entry(key, number, found.report))
        self._no_longer_waits(sha256, key)

    def _no_longer_waits(self, sha256: str, key: str) -> None:
        """The document that a result came for under another name is not read again, unless it is being read."""
        waits = self._waiting.pop(sha256, key)
        with self._more:
            if waits == key or waits not in self._queue:
                return
            self._queue.remove(waits)
        self.index.drop(waits)
        self._twins[sha256].append(self._origins.pop(waits))

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
        self._places[key] = Held.of(content)
        self._reports.drop(key)
        self.index.put(self._entry(key, entry.number, report))


def _key(name: str) -> str:
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
