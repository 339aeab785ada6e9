"""The batches of the service as runs for the review page: results as they come, sources by their hash."""

import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress

from extractor.deciding.decided import decided
from extractor.deciding.decisions import Decisions
from extractor.errors import ResultError
from extractor.forms.load import load_forms
from extractor.forms.model import Form
from extractor.read.limits import Limits
from extractor.read.locator import Locator
from extractor.report import Report
from extractor.review.bench import Bench, Kept
from extractor.review.index import Index, entry_of
from extractor.review.places import parsed
from extractor.service.blobs import DamagedError
from extractor.service.contents import StoreAwayError
from extractor.service.house import House
from extractor.service.rows import ENDED, Batch, ResultRow

__all__ = ["BatchShelf", "Shelves"]

_GROUP = 50
_EVERY_S = 2.0
_UNSEEN_S = 120.0
_REPORTS = 40
_MOST_SHELVES = 8


class BatchShelf:
    """A batch. Its decisions are kept with those of the key whose batch it is: another batch of the same documents has
    them too."""

    def __init__(self, house: House, batch: Batch, bench: Bench) -> None:
        self.title = batch.id
        self.index = Index()
        self.bench = bench
        self.forms: Mapping[str, Form] = load_forms()
        self.author = ""
        folder = house.settings.data / "decisions" / batch.key_id
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.decisions = Decisions(folder)
        self._house = house
        self._batch = batch
        self._rows: dict[str, tuple[int, str, str]] = {}
        self._after = -1
        self._reports: Kept[str, Report] = Kept(_REPORTS)
        self._looking = threading.Lock()
        self._follower: threading.Thread | None = None
        self._seen = 0.0
        self._ended = False

    def look(self) -> None:
        """Somebody looks at it: results are followed from now on, until nobody has for a while."""
        self._seen = time.monotonic()
        with self._looking:
            if not self._ended and (self._follower is None or not self._follower.is_alive()):
                self._follower = threading.Thread(target=self._follow, daemon=True, name="gouji-review")
                self._follower.start()

    def running(self) -> bool:
        return not self._ended

    def report(self, key: str) -> Report | None:
        if key not in self._rows:
            raise KeyError(key)
        seq, _, _ = self._rows[key]

        def read() -> Report:
            (row,) = self._house.lookups.results(self._batch.id, after=seq - 1, limit=1)
            return parsed(zlib.decompress(row.report))

        return self._reports.get(key, read)

    def origin(self, key: str) -> Locator | None:
        if key not in self._rows:
            raise KeyError(key)
        _, name, sha256 = self._rows[key]
        with suppress(OSError, DamagedError, StoreAwayError):
            return Locator(name, content=self._house.blobs.get(sha256))
        return None

    def hurry(self, key: str) -> None:
        """It is worked on in the order of its batch."""

    def _follow(self) -> None:
        while time.monotonic() - self._seen < _UNSEEN_S:
            batch = self._house.lookups.get(self._batch.id)
            self.index.expected = batch.total if batch is not None else 0
            while rows := self._house.lookups.results(self._batch.id, after=self._after, limit=_GROUP):
                for row in rows:
                    self._take(row)
                self._after = rows[-1].seq
            # Whether it had ended was asked before its results were: none came in between.
            if batch is None or batch.state in ENDED:
                self._ended = True
                return
            time.sleep(_EVERY_S)

    def _take(self, row: ResultRow) -> None:
        key = f"{row.position:x}"
        try:
            report = parsed(zlib.decompress(row.report))
        except (ResultError, zlib.error):
            return
        self._rows[key] = (row.seq, row.name, row.sha256)
        form = self.forms.get(report.form or "")
        held = self.decisions.of(report.source.sha256) if form is not None else {}
        if form is not None and held:
            report = decided(report, held, form)
        self.index.put(entry_of(key, row.position, report, form, name=row.name))


class Shelves:
    """The batches that were looked at last. Its processes begin when the first is."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._kept: OrderedDict[str, BatchShelf] = OrderedDict()
        self._lock = threading.Lock()
        self._bench: Bench | None = None

    def of(self, batch: Batch) -> BatchShelf:
        """The batch as a run."""
        with self._lock:
            if self._bench is None:
                settings = self._house.settings
                limits = Limits(max_bytes=settings.max_file, max_seconds=int(settings.document_timeout_s) or 1)
                self._bench = Bench(0, limits, fresh=True)
            shelf = self._kept.get(batch.id)
            if shelf is None:
                shelf = self._kept[batch.id] = BatchShelf(self._house, batch, self._bench)
            self._kept.move_to_end(batch.id)
            while len(self._kept) > _MOST_SHELVES:
                self._kept.popitem(last=False)
        shelf.look()
        return shelf
