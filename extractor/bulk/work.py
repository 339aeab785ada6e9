"""A task done: its files read, its shard written and committed. This is what the engine runs, wherever it runs it.

Doing a task twice, at once or again, leaves the same shard. A file whose reading kills even this process, time and
again, is set aside as a failure.
"""

import atexit
import gc
import json
import os
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from extractor.batch import failed, failure, lost
from extractor.bulk.decided import applying
from extractor.bulk.fetch import Fetched
from extractor.bulk.house import LEDGER, QUESTIONS, House, SupersededError
from extractor.bulk.ledger import Asked, Entry, done_by, entries_of, ledger_table, questions_of, questions_table
from extractor.bulk.reading import NO_ROWS, Died, Inside, Job, Made, Outcome, Same, made, read_below, was_lost
from extractor.bulk.rows import Gathered, write_table
from extractor.bulk.tasks import File, Order, Task, Todo
from extractor.deliver.tables.schemas import TABLES
from extractor.disk import sync_folder
from extractor.errors import GoujiError
from extractor.forms.load import load_forms
from extractor.parse.prose.rules import load_prose
from extractor.pool import Lost, Pool
from extractor.read.locator import Locator

__all__ = ["close_hands", "do", "warm"]

_STRIKES = 3
_BEAT = 0.5  # seconds between signs of life
_KILLED = "the process that was to read it died with it, time and again"

_hands: dict[str, "_Hand"] = {}


def do(order: str, shard: str) -> str:
    """Does one task of an order, unless it is done; gives back the shard's name. Raises GoujiError, OSError."""
    hand = _hands.get(order)
    if hand is None:
        close_hands()
        hand = _hands[order] = _Hand(Order.from_json(order))
    try:
        hand.do(shard)
    except BaseException:  # what it was reading may still be under way
        close_hands()
        raise
    return shard


@atexit.register
def close_hands() -> None:
    """Ends the processes that read for this one."""
    while _hands:
        _hands.popitem()[1].close()


class _Hand:
    """A process of the engine with the one that reads for it, ready for one task after the other."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._house = House(Path(order.out))
        self.applying = applying(self._house)
        self._parent = os.getppid()
        limits = order.limits
        warm()
        # Rows are many small objects that live for a while, and rules are many that live for ever: looking through them
        # for cycles takes a tenth of all time. Cycles are still found, less often.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
        self._pool = Pool(
            partial(read_below, form=order.form, limits=limits, settings=order.settings, then=self.applying),
            partial(was_lost, limits=limits),
            jobs=1,
            seconds=limits.max_seconds,
            memory=limits.max_memory,
        )
        self._fetched = Fetched(limits)

    def close(self) -> None:
        self._pool.__exit__(None, None, None)
        self._fetched.close()

    def do(self, shard: str) -> None:
        house = self._house
        house.check(self._order.run)
        try:
            text = house.task(shard).read_bytes()
        except FileNotFoundError:
            raise GoujiError(f"{house.out} is not the same folder on every machine: task {shard} is missing") from None
        if done_by(house, shard) != self._order.token:
            _Doing(self, Task.from_json(text)).do()

    @property
    def parts(self) -> tuple[Order, House, "Pool[Job, Outcome]", Fetched]:
        return self._order, self._house, self._pool, self._fetched

    def check(self) -> None:
        """Raises SupersededError if nobody waits for this any more."""
        self._house.check(self._order.run)
        if os.getppid() != self._parent:
            raise SupersededError("the process that started this one is gone")


class _Given(NamedTuple):
    """A job under way: of which file, and where that lies on this machine."""

    todo: Todo
    path: Path
    job: Job


class _Read(NamedTuple):
    """A file that was read. `sha256`: None if it holds what it held before, and then there are no documents; `passed`:
    as in an Entry."""

    todo: Todo
    sha256: str | None
    documents: list[Made]
    passed: Mapping[str, int] = {}


class _Doing:
    """One task on its way."""

    def __init__(self, hand: _Hand, task: Task) -> None:
        self._hand = hand
        self._order, self._house, self._pool, self._fetched = hand.parts
        self._task = task
        self._rows = Gathered()
        self._fresh: list[Entry] = []
        self._same: dict[str, Todo] = {}
        self._questions: dict[str, Asked] = {}
        self._signed = 0.0
        self._done = 0

    def do(self) -> None:
        progress = self._house.progress(self._task.shard)
        struck = self._strikes(progress)
        set_aside = [one for one in self._task.todo if struck[one.file.key] >= _STRIKES]
        try:
            with progress.open("w", encoding="ascii") as self._sign:
                self._now_at(self._task.todo[0] if self._task.todo else None)
                for read in self._read(one for one in self._task.todo if one not in set_aside):
                    self._take(read)
                for todo in set_aside:
                    origin = Locator(_shown(todo.file), Path(todo.file.place))
                    result = made(failed(origin, "crashed", _KILLED))
                    self._rows.add(result.rows)
                    self._take(_Read(todo, result.sha256, [result]))
                self._hand.check()
                self._commit()
        finally:
            progress.unlink(missing_ok=True)  # what ends in an error of its own was not killed by a document

    def _strikes(self, progress: Path) -> Counter[str]:
        """How often a process died at which file: where the sign of one still lies there, it did so."""
        path = self._house.strikes(self._task.shard)
        with suppress(FileNotFoundError, ValueError):
            died_at = progress.read_text("ascii").partition(" ")[2].partition("\n")[0]
            if died_at:
                with path.open("a", encoding="ascii") as stream:
                    stream.write(f"\n{died_at}")
        struck: Counter[str] = Counter()
        for line in path.read_text("ascii").splitlines() if path.exists() else []:
            with suppress(ValueError):  # whoever wrote it was killed while it did
                struck[json.loads(line)] += 1
        return struck

    def _now_at(self, todo: Todo | None) -> None:
        """The sign of life: how many files are done, and which one is being read."""
        name = json.dumps(todo.file.key) if todo is not None else ""
        self._sign.seek(0)
        self._sign.write(f"{self._done} {name}\n" if name else f"{self._done} ")
        self._sign.truncate()
        self._sign.flush()
        if monotonic() - self._signed > _BEAT:
            self._signed = monotonic()
            self._hand.check()

    def _read(self, todo: Iterator[Todo]) -> Iterator[_Read]:
        """Each file with what its documents came to."""
        missing: list[tuple[Todo, Exception]] = []
        archives: list[tuple[_Given, Inside]] = []

        def jobs() -> Iterator[_Given]:
            for one, path in self._fetched.at_hand(todo):
                if isinstance(path, Exception):
                    missing.append((one, path))
                else:
                    job = Job(Locator(one.file.name, path), one.known, one.answers, part=one.file.part)
                    yield _Given(one, path, job)

        for given, outcome in self._outcomes(jobs()):
            match outcome:
                case Inside():
                    archives.append((given, outcome))
                    continue
                case Made():
                    self._rows.add(outcome.rows)
                    yield _Read(given.todo, outcome.sha256, [outcome])
                case Same():
                    yield _Read(given.todo, None, [])
            self._fetched.done(given.todo, given.path)
        for given, inside in archives:
            members = (
                given._replace(job=Job(origin, "", given.todo.answers, expands=False)) for origin in inside.documents
            )
            documents = []
            for _, outcome in self._outcomes(members):
                assert isinstance(outcome, Made)
                self._rows.add(outcome.rows)
                documents.append(replace(outcome, rows=NO_ROWS))
            yield _Read(given.todo, inside.sha256, documents, inside.passed)
            self._fetched.done(given.todo, given.path)
        for one, error in missing:
            result = made(failure(Locator(one.file.name, content=b""), error))
            self._rows.add(result.rows)
            yield _Read(one, result.sha256, [result])

    def _outcomes(self, jobs: Iterator["_Given"]) -> Iterator[tuple["_Given", Made | Same | Inside]]:
        """What came of each job. One whose process died is tried once more: whoever killed it may not have meant it."""
        waiting: deque[_Given] = deque()
        crashed: list[_Given] = []

        def handed() -> Iterator[Job]:
            for given in jobs:
                waiting.append(given)
                yield given.job

        for outcome in self._pool.run(handed(), small=_is_small):
            given = waiting.popleft()
            if isinstance(outcome, Died):
                crashed.append(given)
            else:
                yield given, outcome
            self._now_at(waiting[0].todo if waiting else None)
        for given in crashed:
            self._now_at(given.todo)
            for outcome in self._pool.run([given.job], small=_is_small):
                if isinstance(outcome, Died):
                    outcome = made(lost(given.job.origin, Lost.DIED, limits=self._order.limits))
                yield given, outcome

    def _take(self, read: _Read) -> None:
        todo, sha256, documents, passed = read
        self._done += 1
        if sha256 is None:
            self._same[todo.file.key] = todo
            return
        unanswered = {one.key: one for document in documents for one in document.questions}
        self._questions.update(unanswered)
        reports = tuple(document.key for document in documents)
        broken = sum(document.failed for document in documents)
        asked = dict.fromkeys(key for document in documents for key in document.asked)
        noted = self._order.llm is not None
        decided = self._hand.applying.mark(document.sha256 for document in documents if not document.failed)
        self._fresh.append(
            Entry(todo.file, sha256, reports, broken, noted, tuple(asked), tuple(unanswered), decided, passed)
        )

    def _commit(self) -> None:
        """The files of the shard, with what it held before and keeps; each renamed into its place, the ledger last."""
        house, shard = self._house, self._task.shard
        old = entries_of(house, shard)
        staying = list(self._staying(old))
        if staying:
            keys = (key for entry in staying for key in entry.reports)
            self._rows.keep({name: house.table(name, shard) for name in TABLES}, keys)
        entries = [*staying, *self._fresh]
        still_open = {key for entry in entries for key in entry.open}
        questions = {one.key: one for one in questions_of(house, shard) if one.key in still_open} | self._questions
        tables = {house.table(name, shard): self._rows.table(name) for name in TABLES}
        if questions or house.kept(QUESTIONS, shard).exists():
            tables[house.kept(QUESTIONS, shard)] = questions_table(list(questions.values()))
        tables[house.kept(LEDGER, shard)] = ledger_table(entries, done=self._order.token)
        with ExitStack() as stack:
            written = []
            for path, table in tables.items():
                temporary, stream = stack.enter_context(house.unfinished())
                write_table(table, stream)
                written.append((temporary, path))
            with house.committing(self._order.run):
                if old:
                    house.rewriting(shard).touch()
                    sync_folder(house.rewriting(shard).parent)
                for temporary, path in written:  # after a crash no ledger may be there without its tables
                    temporary.replace(path)
                    sync_folder(path.parent)
                house.rewriting(shard).unlink(missing_ok=True)

    def _staying(self, old: list[Entry]) -> Iterator[Entry]:
        """The entries of the shard that stay as they are, but for when their file was changed."""
        leaving = {one.file.key for one in self._task.todo} | set(self._task.drop)
        for entry in old:
            if entry.file.key in self._same:
                yield replace(entry, file=self._same[entry.file.key].file)
            elif entry.file.key not in leaving:
                yield entry


def _shown(file: File) -> str:
    """What a file is called that is set aside."""
    return file.name if file.part is None else f"{file.name} (files {file.part.first + 1} to {file.part.last})"


def _is_small(job: Job) -> bool:
    return not job.answers


def warm() -> None:
    """What every document needs, loaded before the process that reads is forked."""
    load_forms()
    load_prose()
