"""What the list shows of every document, and the list sorted, filtered, searched and cut into pages."""

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from extractor.deliver.summary import failure_reason
from extractor.forms.model import Form
from extractor.report import Report, Severity, Status, Verdict
from extractor.review.doubts import doubts_of, wanting
from extractor.review.tally import Tally, tally

__all__ = ["SORTS", "Ask", "Entry", "Index", "Listing", "State", "entry_of"]

PER_PAGE = 50


class State(StrEnum):
    """`waiting`: not read yet; `reading`: being read; `done`: there is a report, or the reason why there is none."""

    WAITING = "waiting"
    READING = "reading"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list. `key`: the document in addresses; `number`: its place in the run.

    `doubts`: stops for a person that are still undecided; `decided`: cells that a person has decided.
    `tally`: what the overview keeps of it.
    """

    key: str
    number: int
    name: str
    state: State = State.WAITING
    sha256: str = ""
    organ: str | None = None
    year: int | None = None
    form: str | None = None
    verdict: Verdict | None = None
    cells: Mapping[Status, int] = field(default_factory=dict)
    findings: int = 0
    errors: int = 0
    doubts: int = 0
    decided: int = 0
    reason: str | None = None
    tally: Tally | None = field(default=None, repr=False, compare=False)

    def count(self, status: Status) -> int:
        return self.cells.get(status, 0)


def entry_of(key: str, number: int, report: Report, form: Form | None, *, name: str | None = None) -> Entry:
    """The line of a report with the decisions on it. Of what is missing, what the form asks for is counted."""
    counts = Counter(cell.status for cell in report.cells.values())
    counts[Status.MISSING] = len(wanting(report, form))
    return Entry(
        key=key,
        number=number,
        name=name or report.source.name,
        state=State.DONE,
        sha256=report.source.sha256,
        organ=report.organ,
        year=report.year,
        form=report.form,
        verdict=report.verdict,
        cells=counts,
        findings=sum(finding.severity is not Severity.INFO for finding in report.findings),
        errors=sum(finding.severity is Severity.ERROR for finding in report.findings),
        doubts=len(doubts_of(report, form)),
        decided=report.review.decided if report.review is not None else 0,
        reason=failure_reason(report),
        tally=tally(key, report, form, name=name),
    )


_WORST_FIRST = {Verdict.FAILED: 0, Verdict.REVIEW: 1, Verdict.CLEAN: 2, None: 3}
SORTS = ("number", "name", "organ", "year", "form", "verdict", "disputed", "corrected", "missing", "findings", "doubts")


@dataclass(frozen=True, slots=True)
class Ask:
    """What of the list is wanted. `text` is searched for in name and body; `open_only`: with doubts undecided."""

    text: str = ""
    verdict: str = ""
    form: str = ""
    year: str = ""
    open_only: bool = False
    sort: str = "number"
    down: bool = False
    page: int = 1
    per: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list. `matching`: entries that were asked for; `verdicts`, `forms`, `years`: of all entries."""

    entries: tuple[Entry, ...]
    total: int
    matching: int
    page: int
    pages: int
    verdicts: Mapping[str, int]
    forms: tuple[str, ...]
    years: tuple[int, ...]
    doubts: int
    done: int
    expected: int = 0


class Index:
    """Every entry of a run. Safe for several threads. `expected`: how many documents there are to be, if that is more
    than have an entry yet."""

    def __init__(self) -> None:
        self.expected = 0
        self._entries: dict[str, Entry] = {}
        self._lock = threading.Lock()

    def put(self, entry: Entry) -> None:
        with self._lock:
            self._entries[entry.key] = entry

    def extend(self, entries: Iterable[Entry]) -> None:
        with self._lock:
            self._entries.update((entry.key, entry) for entry in entries)

    def drop(self, key: str) -> None:
        """There is no such document after all."""
        with self._lock:
            self._entries.pop(key, None)

    def get(self, key: str) -> Entry | None:
        return self._entries.get(key)

    def __len__(self) -> int:
        return len(self._entries)

    def all(self) -> list[Entry]:
        with self._lock:
            return list(self._entries.values())

    def listing(self, ask: Ask) -> Listing:
        """The page that is asked for; the last one where there are not so many."""
        entries = self.all()
        matching = [entry for entry in entries if _matches(entry, ask)]
        _sort(matching, ask)
        pages = max(1, -(-len(matching) // ask.per))
        page = min(max(1, ask.page), pages)
        verdicts = Counter(entry.verdict.value if entry.verdict else entry.state.value for entry in entries)
        return Listing(
            entries=tuple(matching[(page - 1) * ask.per : page * ask.per]),
            total=len(entries),
            matching=len(matching),
            page=page,
            pages=pages,
            verdicts=verdicts,
            forms=tuple(sorted({entry.form for entry in entries if entry.form})),
            years=tuple(sorted({entry.year for entry in entries if entry.year}, reverse=True)),
            doubts=sum(entry.doubts for entry in entries),
            done=sum(entry.state is State.DONE for entry in entries),
            expected=max(self.expected, len(entries)),
        )

    def around(self, key: str, ask: Ask) -> tuple[str | None, str | None]:
        """The documents before and after `key` in the list that was asked for, whatever its pages."""
        entries = [entry for entry in self.all() if entry.key == key or _matches(entry, ask)]
        _sort(entries, ask)
        at = next((number for number, entry in enumerate(entries) if entry.key == key), None)
        if at is None:
            return None, None
        before = entries[at - 1].key if at else None
        return before, entries[at + 1].key if at + 1 < len(entries) else None


def _matches(entry: Entry, ask: Ask) -> bool:
    if ask.verdict and (entry.verdict.value if entry.verdict else entry.state.value) != ask.verdict:
        return False
    if ask.form and entry.form != ask.form:
        return False
    if ask.year and str(entry.year) != ask.year:
        return False
    if ask.open_only and not entry.doubts:
        return False
    if not ask.text:
        return True
    within = f"{entry.name}\n{entry.organ or ''}\n{entry.year or ''}".casefold()
    return all(word in within for word in ask.text.casefold().split())


def _sort(entries: list[Entry], ask: Ask) -> None:
    """Stable, so that equals stay in the order of the run; what is not known comes last either way."""
    entries.sort(key=lambda entry: entry.number)
    known = [entry for entry in entries if _value(entry, ask.sort) is not None]
    unknown = [entry for entry in entries if _value(entry, ask.sort) is None]
    known.sort(key=lambda entry: _value(entry, ask.sort) or 0, reverse=ask.down)
    entries[:] = known + unknown


def _value(entry: Entry, sort: str) -> int | str | None:
    match sort:
        case "name" | "organ" | "form":
            text: str | None = getattr(entry, sort)
            return text or None
        case "year":
            return entry.year
        case "verdict":
            return _WORST_FIRST[entry.verdict] + 1
        case "disputed" | "corrected" | "missing":
            return entry.count(Status(sort)) if entry.state is State.DONE else None
        case "findings":
            return entry.findings if entry.state is State.DONE else None
        case "doubts":
            return entry.doubts if entry.state is State.DONE else None
        case _:
            return entry.number
