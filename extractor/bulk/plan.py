"""From what IN holds and what is committed to what is to be done."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from extractor.bulk.decided import applying, otherwise_decided
from extractor.bulk.house import House
from extractor.bulk.ledger import entries_of
from extractor.bulk.parts import left_of, members_of, parted
from extractor.bulk.tasks import File, Part, Task, Todo
from extractor.read.limits import Limits

__all__ = ["Plan", "made_plan"]


@dataclass(slots=True)
class Plan:
    """`shards`: those with a task, which lies in the house, and how many files and parts of files it reads. The rest is
    counted in files, or in names."""

    shards: dict[str, int] = field(default_factory=dict)
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    again: int = 0
    twice: int = 0
    gone: list[str] = field(default_factory=list)
    pruned: bool = False
    skipped: Counter[str] = field(default_factory=Counter)

    @property
    def files(self) -> int:
        """How many are to be read, each part of one counted."""
        return sum(self.shards.values())


def made_plan(
    house: House,
    files: Iterable[File],
    *,
    run: str,
    shard_size: int,
    limits: Limits,
    asking: bool = False,
    retry: bool = False,
    prune: bool = False,
) -> Plan:
    """Tasks for what is new, changed, half replaced or decided otherwise by now, written into the house.

    `asking`: also for what was read without noting what a language model could be asked. `retry`: also for what failed
    before. `prune`: rows of files that are gone leave; else they are only named.
    """
    known = _Known(house, asking, retry)
    made = _Making(house, Plan(pruned=prune), run, shard_size, limits)
    plan = made.plan
    seen: set[str] = set()
    for file in files:
        if file.name in seen:
            plan.twice += 1
            continue
        seen.add(file.name)
        whole, parts = known.pop(file.name)
        if parts and whole is None:
            made.add_parted(file, parts)
        else:
            made.leave(parts)  # it was no archive when a run was killed that read it as a whole
            made.add(file, whole)
    plan.gone = known.names()
    if prune:
        made.leave(known.left())
    made.end()
    return plan


class _Making:
    """A plan under way: what is to be read again in its shard, what leaves one, and what makes new ones."""

    def __init__(self, house: House, plan: Plan, run: str, shard_size: int, limits: Limits) -> None:
        self.plan = plan
        self._house, self._limits, self._size = house, limits, shard_size
        self._mending: dict[str, list[Todo]] = defaultdict(list)
        self._leaving: dict[str, list[str]] = defaultdict(list)
        self._fresh = _Fresh(house, plan, run, shard_size)

    def add(self, file: File, was: "_Was | None") -> None:
        """A file, and what is known of it as a whole."""
        if was is None:
            self.plan.new += 1
            self._fresh.add(parted(file, self._size, self._limits))
        elif was.again:
            self.plan.again += 1
            self._mending[was.shard].append(Todo(file))
        elif not was.is_of(file):
            self.plan.changed += 1
            self._mending[was.shard].append(Todo(file, known=was.sha256))
        else:
            self.plan.unchanged += 1

    def add_parted(self, file: File, parts: "Sequence[_Was]") -> None:
        """An archive, and what is known of its parts: not all of them, perhaps, or not all as it is now."""
        staying = [was for was in parts if was.is_of(file)]
        done = [was.part for was in staying]
        if not done and self._as_many(file, parts):
            self.plan.changed += 1
            for was in parts:
                self._mend(file, was, known="" if was.again else was.sha256)
            return
        self.leave(was for was in parts if was not in staying)
        for was in staying:
            if was.again:
                self._mend(file, was)
        if not done or left_of(done):
            if len(done) == len(parts):
                self.plan.new += 1
            else:
                self.plan.changed += 1
            self._fresh.add(parted(file, self._size, self._limits, done))
        elif any(was.again for was in staying):
            self.plan.again += 1
        else:
            self.plan.unchanged += 1

    def leave(self, gone: "Iterable[_Was]") -> None:
        """Their rows leave their shards."""
        for was in gone:
            self._leaving[was.shard].append(was.file.key)

    def end(self) -> None:
        """The last tasks are written."""
        self._fresh.end()
        for shard in sorted(self._mending.keys() | self._leaving.keys()):
            todo, drop = self._mending.get(shard, ()), self._leaving.get(shard, ())
            _write(self._house, self.plan, Task(shard, tuple(todo), tuple(drop)))

    def _mend(self, file: File, was: "_Was", *, known: str = "") -> None:
        self._mending[was.shard].append(Todo(replace(file, part=was.part), known=known))

    def _as_many(self, file: File, parts: "Sequence[_Was]") -> bool:
        """Whether the archive has as many files as when it was parted, so that all parts may stay where they are."""
        known = [was.part for was in parts]
        return not left_of(known) and {part.of for part in known} == {members_of(file, self._limits)}


class _Fresh:
    """Files that were not read before, put together to shards."""

    def __init__(self, house: House, plan: Plan, run: str, shard_size: int) -> None:
        self._house, self._plan, self._run, self._most = house, plan, run, shard_size
        self._todo: list[Todo] = []
        self._weight = 0.0

    def add(self, files: Iterable[tuple[File, float]]) -> None:
        """Files with what they weigh."""
        for file, weight in files:
            self._todo.append(Todo(file))
            self._weight += weight
            if self._weight >= self._most:
                self.end()

    def end(self) -> None:
        if self._todo:
            _write(self._house, self._plan, Task(_name(self._run, len(self._plan.shards)), tuple(self._todo)))
            self._todo, self._weight = [], 0.0


@dataclass(frozen=True, slots=True)
class _Was:
    shard: str
    file: File
    sha256: str
    again: bool

    def is_of(self, file: File) -> bool:
        """Whether what was read seems to be the file as it is now."""
        return (self.file.size, self.file.mtime_ns) == (file.size, file.mtime_ns)

    @property
    def part(self) -> Part:
        assert self.file.part is not None
        return self.file.part


class _Known:
    """What is committed, by name; what is asked for leaves it, so that what is left is gone from IN."""

    def __init__(self, house: House, asking: bool, retry: bool) -> None:
        self._whole: dict[str, _Was] = {}
        self._parts: dict[str, list[_Was]] = defaultdict(list)
        held = applying(house)
        for shard in house.shards():
            entries = entries_of(house, shard)
            torn = house.rewriting(shard).exists()
            # The tables of a shard half replaced need not be those of its ledger.
            anew = set() if torn else otherwise_decided(house, shard, entries, held)
            for entry in entries:
                file = entry.file
                again = torn or (retry and entry.failed > 0) or (asking and not entry.noted) or file.key in anew
                was = _Was(shard, file, entry.sha256, again)
                if file.part is None:
                    self._whole[file.name] = was
                else:
                    self._parts[file.name].append(was)

    def pop(self, name: str) -> tuple[_Was | None, list[_Was]]:
        """A file as a whole, and its parts: one of them, unless a run was killed that had another opinion of it."""
        return self._whole.pop(name, None), self._parts.pop(name, [])

    def names(self) -> list[str]:
        return sorted({*self._whole, *self._parts})

    def left(self) -> Iterator[_Was]:
        yield from self._whole.values()
        for parts in self._parts.values():
            yield from parts


def _name(run: str, number: int) -> str:
    return f"{int(run):04d}-{number:06d}"


def _write(house: House, plan: Plan, task: Task) -> None:
    house.write(house.task(task.shard), task.to_json())
    plan.shards[task.shard] = len(task.todo)
