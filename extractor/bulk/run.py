"""A bulk run from beginning to end: what there is to do, the engine at work on it, what came of it."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from extractor.bulk.decided import forget, take_up
from extractor.bulk.engine import DaftEngine, Engine
from extractor.bulk.house import House
from extractor.bulk.ledger import done_by
from extractor.bulk.plan import Plan, made_plan
from extractor.bulk.source import files_of, identity
from extractor.bulk.tasks import File, Order
from extractor.bulk.totals import Totals, totals_of
from extractor.deliver.tables.schemas import SCHEMA_VERSION
from extractor.errors import EngineError, GoujiError, UsageError
from extractor.read.limits import Limits

__all__ = ["Bulk", "Going", "Outcome", "Watcher", "run"]

_IN_VAIN = 3  # attempts at what is left that brought nothing
_BEAT = 0.5


class Watcher:
    """Told how a run goes. Does nothing; to be overridden."""

    def listed(self, files: int) -> None:
        """So many files were found so far."""

    def begins(self, what: str, total: int) -> None:
        """A part of the run that has `total` steps begins."""

    def at(self, done: int) -> None:
        """So many steps of it are done. May be called from another thread."""

    def again(self, reason: str) -> None:
        """The engine stopped, and is started again."""


@dataclass(frozen=True, slots=True)
class Bulk:
    """What is wanted. `shard_size`: pages of the web, or what takes as long, to a shard.

    `retry`: read again what failed before. `prune`: remove rows of files that are gone. `same_input`: IN is what it
    was in earlier runs, though it is called otherwise now. `decisions`: a log of what people decided, to be applied as
    it is now; without it, what an earlier run was given goes on to be applied, unless `undecided`.
    """

    source: str
    out: Path
    engine: Engine = field(default_factory=DaftEngine)
    form: str | None = None
    limits: Limits = field(default_factory=Limits)
    shard_size: int = 1000
    retry: bool = False
    prune: bool = False
    same_input: bool = False
    decisions: Path | None = None
    undecided: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did, and what there is now."""

    plan: Plan
    totals: Totals


@dataclass(slots=True)
class Going:
    """A run under way, for those who have something to add to it."""

    bulk: Bulk
    house: House
    order: Order
    watcher: Watcher
    plan: Plan = field(default_factory=Plan)

    def carry_out(self, what: str, order: Order, shards: Mapping[str, int]) -> None:
        """All tasks of an order, however often the engine stops meanwhile. Raises EngineError where it is in vain."""
        pending = dict(shards)
        if not pending:
            return
        in_vain, text = 0, order.to_json()
        self.watcher.begins(what, sum(shards.values()))
        with _watched(self.house, self.watcher) as done:
            while pending:
                before = len(pending), self._strikes()
                error = self._attempt(text, list(pending), lambda shard: done(shards[shard]))
                still = {one: files for one, files in pending.items() if done_by(self.house, one) != order.token}
                done(sum(pending.values()) - sum(still.values()), anew=True)
                pending = still
                if not pending:
                    return
                self.house.check(order.run)
                in_vain = in_vain + 1 if before == (len(pending), self._strikes()) else 0
                if in_vain == _IN_VAIN or isinstance(error, GoujiError):
                    raise EngineError(f"{len(pending)} shards could not be made: {_said(error)}")
                self.watcher.again(_said(error))

    def _attempt(self, order: str, shards: list[str], seen: Callable[[str], None]) -> Exception | None:
        try:
            for shard in self.bulk.engine.run(order, shards):
                seen(shard)
        except UsageError:
            raise
        except Exception as error:  # of the engine, of a process that died, of a disk that is full: all the same here
            return error
        return None

    def _strikes(self) -> int:
        return sum(path.stat().st_size for path in (self.house.state / "strikes").iterdir())


def run(bulk: Bulk, watcher: Watcher, *, llm: Mapping[str, object] | None, then: Callable[[Going], None]) -> Outcome:
    """One run. `llm`: as in an Order; `then` is what is done about the questions. Raises UsageError, EngineError."""
    house = House(bulk.out)
    with house.begun() as number:
        manifest = _first_manifest(bulk, house, number)
        if bulk.decisions is not None:
            take_up(house, bulk.decisions)
        elif manifest["decisions"] is None:
            forget(house)
        house.write_manifest(manifest)
        order = Order(str(bulk.out), number, bulk.form, bulk.limits, llm)
        going = Going(bulk, house, order, watcher)
        files = _counted(files_of(bulk.source, going.plan.skipped, leave_out=bulk.out), watcher)
        plan = made_plan(
            house,
            files,
            run=number,
            shard_size=bulk.shard_size,
            limits=bulk.limits,
            asking=llm is not None,
            retry=bulk.retry,
            prune=bulk.prune,
        )
        plan.skipped = going.plan.skipped
        going.plan = plan
        going.carry_out("reading", order, plan.shards)
        then(going)
        totals = totals_of(house)
        house.write_manifest(manifest | {"state": "complete", "ended": _now()} | totals.to_dict())
    return Outcome(plan, totals)


def _first_manifest(bulk: Bulk, house: House, number: str) -> dict[str, object]:
    """What the manifest says while the run is under way. Raises UsageError where it cannot go with earlier runs."""
    # What has not committed a single shard (a mistyped IN, say) has no claim on the folder.
    held = any((house.state / "ledger").glob("*.parquet"))
    before = (house.manifest or {}) if held else {}
    source = identity(bulk.source)
    if before and before.get("input") != source and not bulk.same_input:
        raise UsageError(
            f"{bulk.out} holds what was read from {before.get('input')}: name another folder, or say --same-input "
            "if that is the same material under another name"
        )
    schema = before.get("schema", SCHEMA_VERSION)
    if not isinstance(schema, int) or schema > SCHEMA_VERSION:  # earlier ones lack columns, which are null then
        raise UsageError(f"{bulk.out} was written with other tables (schema {before.get('schema')}): name another")
    if before and before.get("form") != bulk.form:
        raise UsageError(f"{bulk.out} was read with --form {before.get('form')}: name another folder")
    return {
        "gouji": _version(),
        "schema": SCHEMA_VERSION,
        "state": "incomplete",
        "input": source,
        "form": bulk.form,
        "decisions": _decided_by(bulk, before),
        "run": int(number),
        "begun": _now(),
    }


def _decided_by(bulk: Bulk, before: Mapping[str, object]) -> object:
    """The log that the decisions in the tables are from; None where there are none."""
    if bulk.decisions is not None:
        return str(bulk.decisions.absolute())
    return None if bulk.undecided else before.get("decisions")


def _version() -> str:
    try:
        return version("gouji")
    except PackageNotFoundError:
        return "unknown"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _counted(files: Iterator[File], watcher: Watcher) -> Iterator[File]:
    for number, file in enumerate(files, 1):
        if number % 1000 == 0:
            watcher.listed(number)
        yield file


@contextmanager
def _watched(house: House, watcher: Watcher) -> Iterator["_Done"]:
    """Looks at the signs of life, and tells the watcher, until this ends."""
    done = _Done()
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(_BEAT):
            watcher.at(done.files + _under_way(house))

    thread = threading.Thread(target=look, name="gouji-progress", daemon=True)
    thread.start()
    try:
        yield done
    finally:
        stop.set()
        thread.join()
    watcher.at(done.files)


class _Done:
    """How many files are committed. `anew`: counted from those of earlier attempts."""

    def __init__(self) -> None:
        self.files = self._earlier = 0

    def __call__(self, files: int, *, anew: bool = False) -> None:
        if anew:
            self._earlier += files
            self.files = self._earlier
        else:
            self.files += files


def _under_way(house: House) -> int:
    count = 0
    for path in (house.state / "progress").iterdir():
        with suppress(OSError, ValueError):
            count += int(path.read_text("ascii").partition(" ")[0])
    return count


def _said(error: Exception | None) -> str:
    """What a task raised, without the engine's words around it."""
    if error is None:
        return "the engine left them out"
    while error.__cause__ is not None and isinstance(error.__cause__, Exception):
        error = error.__cause__
    lines = [line for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0] if lines else ''}"[:300]
