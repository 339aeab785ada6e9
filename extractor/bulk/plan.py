"""From what IN holds and what is committed to what is to be done."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from extractor.bulk.decided import applying, otherwise_decided
from extractor.bulk.house import House
from extractor.bulk.ledger import entries_of
from extractor.bulk.tasks import File, Task, Todo

__all__ = ["Plan", "made_plan"]

# What reading one takes, in pages of the web: tasks are to take about as long as one another.
_PICTURES = {".png": 50, ".jpg": 50, ".jpeg": 50, ".bmp": 50, ".tif": 100, ".tiff": 100}
_OTHERS = {".pdf": 10, ".doc": 5, ".wps": 5, ".rtf": 50, ".docx": 2}
_ARCHIVES = {".zip", ".gz", ".tgz", ".tar"}
_PACKED_PAGE = 20_000  # bytes of an archive for each document in it, about


@dataclass(slots=True)
class Plan:
    """`shards`: those with a task, which lies in the house. The rest is counted in files, or in names."""

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
        """How many are to be read."""
        return sum(self.shards.values())


def made_plan(
    house: House,
    files: Iterable[File],
    *,
    run: str,
    shard_size: int,
    asking: bool = False,
    retry: bool = False,
    prune: bool = False,
) -> Plan:
    """Tasks for what is new, changed, half replaced or decided otherwise by now, written into the house.

    `asking`: also for what was read without noting what a language model could be asked. `retry`: also for what failed
    before. `prune`: rows of files that are gone leave; else they are only named.
    """
    known = _Known(house, asking, retry)
    plan = Plan(pruned=prune)
    mending: dict[str, list[Todo]] = defaultdict(list)
    shard: list[Todo] = []
    weight = 0.0
    seen: set[str] = set()
    for file in files:
        if file.name in seen:
            plan.twice += 1
            continue
        seen.add(file.name)
        found = known.pop(file.name)
        if found is None:
            plan.new += 1
            shard.append(Todo(file))
            weight += _weight(file)
            if weight >= shard_size:
                _write(house, plan, Task(_name(run, len(plan.shards)), tuple(shard)))
                shard, weight = [], 0.0
        elif found.again:
            plan.again += 1
            mending[found.shard].append(Todo(file))
        elif (found.size, found.mtime_ns) != (file.size, file.mtime_ns):
            plan.changed += 1
            mending[found.shard].append(Todo(file, known=found.sha256))
        else:
            plan.unchanged += 1
    if shard:
        _write(house, plan, Task(_name(run, len(plan.shards)), tuple(shard)))
    plan.gone = sorted(known.names)
    leaving = known.by_shard() if prune else {}
    for one in sorted(mending.keys() | leaving.keys()):
        _write(house, plan, Task(one, tuple(mending.get(one, ())), tuple(leaving.get(one, ()))))
    return plan


@dataclass(frozen=True, slots=True)
class _Was:
    shard: str
    size: int
    mtime_ns: int
    sha256: str
    again: bool


class _Known:
    """What is committed, by name; what is asked for leaves it, so that what is left is gone from IN."""

    def __init__(self, house: House, asking: bool, retry: bool) -> None:
        self.names: dict[str, _Was] = {}
        held = applying(house)
        for shard in house.shards():
            entries = entries_of(house, shard)
            torn = house.rewriting(shard).exists()
            # The tables of a shard half replaced need not be those of its ledger.
            anew = set() if torn else otherwise_decided(house, shard, entries, held)
            for entry in entries:
                file = entry.file
                again = torn or (retry and entry.failed > 0) or (asking and not entry.noted) or file.name in anew
                self.names[file.name] = _Was(shard, file.size, file.mtime_ns, entry.sha256, again)

    def pop(self, name: str) -> _Was | None:
        return self.names.pop(name, None)

    def by_shard(self) -> dict[str, list[str]]:
        out: dict[str, list[str]] = defaultdict(list)
        for name, was in self.names.items():
            out[was.shard].append(name)
        return out


def _name(run: str, number: int) -> str:
    return f"{int(run):04d}-{number:06d}"


def _weight(file: File) -> float:
    suffix = PurePosixPath(file.name).suffix.lower()
    if suffix in _ARCHIVES:
        return max(1.0, file.size / _PACKED_PAGE)
    return _PICTURES.get(suffix) or _OTHERS.get(suffix) or 1


def _write(house: House, plan: Plan, task: Task) -> None:
    house.write(house.task(task.shard), task.to_json())
    plan.shards[task.shard] = len(task.todo)
