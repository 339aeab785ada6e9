"""The log of decisions: one file a folder, a line for each decision, only ever appended to.

What holds follows from the order of the lines alone: the last decision about a cell that is not undone, whatever the
clocks of those who wrote them said. Writers take turns by a lock on the file, and a line is on the disk before it
counts. A line that a crash tore is left as it is, told, and does nothing; the next one begins on a line of its own.
"""

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from threading import RLock

from extractor.deciding.decision import Decision, DecisionKind, Seen, made
from extractor.disk import sync_folder
from extractor.errors import UsageError

__all__ = ["FILE", "Damaged", "Decision", "DecisionKind", "Decisions", "Entry", "Seen", "in_force", "made"]

FILE = "gouji-decisions.jsonl"
_MOST_BYTES = 1 << 20
_MOST_OF_ALL = 1 << 30
# Not to wait for whoever writes into a pipe of that name.
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision in its place in the history. `in_force`: it is what holds for its cell; of an undo, it is not undone
    itself. `undone`: something later takes it back."""

    decision: Decision
    in_force: bool
    undone: bool


@dataclass(frozen=True, slots=True)
class Damaged:
    """A line of the file that is no decision; lines count from 1."""

    line: int
    reason: str


def in_force(decisions: Iterable[Decision]) -> list[Entry]:
    """What each of `decisions`, in the order of the file, amounts to.

    An undo takes back an earlier line by its id; undoing the undo brings that line back. Lines that are not understood
    stand beside: they replace nothing, and count as in force until they are undone.
    """
    listed = list(decisions)
    undone: set[str] = set()
    decided: set[tuple[str, str]] = set()
    out: list[Entry] = []
    for one in reversed(listed):
        taken_back = one.id in undone
        holds = not taken_back
        if holds and one.foreign is None:
            if one.kind == DecisionKind.UNDO:
                if one.undoes is not None:
                    undone.add(one.undoes)
            else:
                holds = (one.document, one.cell) not in decided
                decided.add((one.document, one.cell))
        out.append(Entry(one, holds, taken_back))
    return out[::-1]


class Decisions:
    """The decisions of a folder. Safe for several threads and processes; what others write is seen at the next call.

    Every method raises OSError where the file cannot be read or written, UsageError where there is something else of
    its name; a link is read, and not written through.
    """

    def __init__(self, folder: Path, name: str = FILE) -> None:
        self.path = folder / name
        self._guard = RLock()
        self._forget()

    def _forget(self) -> None:
        self._read_to = 0
        self._lines = 0
        self._stamp: tuple[int, int, int] | None = None
        self._ids: set[str] = set()
        self._by_document: dict[str, list[Decision]] = {}
        self._damaged: list[Damaged] = []
        self._torn: Damaged | None = None

    def of(self, document: str) -> Mapping[str, Decision]:
        """What holds for each cell of a document (its sha256); under "" that it was gone through as a whole."""
        return {
            entry.decision.cell: entry.decision
            for entry in self.history(document)
            if entry.in_force and entry.decision.kind != DecisionKind.UNDO and entry.decision.foreign is None
        }

    def history(self, document: str, cell: str | None = None) -> tuple[Entry, ...]:
        """Every line about a document, or about one cell of it, in the order of the file."""
        with self._guard:
            self._refresh()
            listed = list(self._by_document.get(document, ()))
        return tuple(one for one in in_force(listed) if cell is None or one.decision.cell == cell)

    def foreign(self, document: str) -> tuple[Decision, ...]:
        """Lines of a newer version that are not understood here and not undone."""
        return tuple(one.decision for one in self.history(document) if one.decision.foreign and one.in_force)

    def known(self) -> tuple[str, ...]:
        """Every document that a line is about."""
        with self._guard:
            self._refresh()
            return tuple(self._by_document)

    def documents(self) -> Mapping[str, int]:
        """How many cells are decided, by document; those with none are left out."""
        counted = {one: sum(cell != "" for cell in self.of(one)) for one in self.known()}
        return {one: count for one, count in counted.items() if count}

    @property
    def damaged(self) -> tuple[Damaged, ...]:
        """Lines that are no decisions."""
        with self._guard:
            self._refresh()
            return (*self._damaged, *(() if self._torn is None else (self._torn,)))

    @property
    def stamp(self) -> tuple[int, int, int] | None:
        """Changes whenever the file does; None while there is none."""
        with self._guard:
            self._refresh()
            return self._stamp

    def append(self, decision: Decision) -> Decision:
        """Keep a decision; it comes back with its id and its time, on the disk."""
        if decision.kind == DecisionKind.UNDO:
            raise UsageError("undo with Decisions.undo: it takes back something that is there")
        with self._guard, self._locked() as file:
            return self._write(file, decision)

    def undo(self, document: str, cell: str, *, author: str, what: str | None = None, note: str = "") -> Decision:
        """Take back what holds for a cell; or the line with the id `what`, which may be an undo.

        Raises UsageError where there is nothing to take back, or it has been taken back already.
        """
        with self._guard, self._locked() as file:
            entries = self.history(document, cell)
            if what is None:
                holding = [one for one in entries if one.in_force and one.decision.kind != DecisionKind.UNDO]
                holding = [one for one in holding if one.decision.foreign is None]
                if not holding:
                    raise UsageError(f"nothing is decided for {cell or 'the whole document'}")
                what = holding[-1].decision.id
            elif all(one.decision.id != what for one in entries):
                raise UsageError(f"there is no decision '{what}' about {cell or 'the whole document'}")
            elif any(one.decision.id == what and one.undone for one in entries):
                raise UsageError("it has been undone already")
            return self._write(file, Decision(document, cell, DecisionKind.UNDO, author=author, note=note, undoes=what))

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """The file, open for appending, while nobody else writes."""
        import fcntl

        new = not self.path.exists()
        # A folder of a stranger's reports may hold a link of this name that leads to a file of yours.
        how = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            file = os.open(self.path, how, 0o644)
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise self._no_file() from None
            raise
        try:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise self._no_file()
            fcntl.flock(file, fcntl.LOCK_EX)
            if new:
                sync_folder(self.path.parent)
            yield file
        finally:
            os.close(file)

    def _no_file(self) -> UsageError:
        return UsageError(f"{self.path.name} is a link, or no file: decisions are not written there")

    def _write(self, file: int, decision: Decision) -> Decision:
        kept = replace(
            decision,
            id=decision.id or token_hex(8),
            at=decision.at or datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        )
        line = kept.to_line().encode("utf-8", "backslashreplace") + b"\n"
        if len(line) > _MOST_BYTES:
            raise UsageError("a decision that long is not kept")
        end = os.fstat(file).st_size
        if end and os.pread(file, 1, end - 1) != b"\n":
            line = b"\n" + line
        try:
            left = memoryview(line)
            while left:
                left = left[os.write(file, left) :]
            os.fsync(file)
        except OSError:
            os.ftruncate(file, end)  # half a line would only be told as damage
            raise
        self._refresh()
        return kept

    def _refresh(self) -> None:
        """Read what has been added since the last time, or all where the file is another one."""
        try:
            with os.fdopen(os.open(self.path, _READ), "rb") as file:
                found = os.fstat(file.fileno())
                if not stat.S_ISREG(found.st_mode):
                    raise self._no_file()
                if found.st_size > _MOST_OF_ALL:
                    raise UsageError(f"{self.path.name} is too large for a log of decisions")
                stamp = (found.st_ino, found.st_size, found.st_mtime_ns)
                if stamp == self._stamp:
                    return
                known = self._stamp
                if known is None or known[0] != stamp[0] or stamp[1] <= known[1]:
                    self._forget()
                file.seek(self._read_to)
                self._take(file.read(stamp[1] - self._read_to))
                self._stamp = stamp
        except FileNotFoundError:
            self._forget()

    def _take(self, data: bytes) -> None:
        *whole, rest = data.split(b"\n")
        for line in whole:
            self._lines += 1
            self._read_to += len(line) + 1
            self._keep(line)
        # What has no line end yet is half a line, or a whole one of which only the line end is missing.
        self._torn = None
        if rest:
            try:
                one = _parsed(rest)
            except ValueError:
                self._torn = Damaged(self._lines + 1, "the line is not whole")
            else:
                self._add(one)

    def _keep(self, line: bytes) -> None:
        if not line.strip():
            return
        try:
            self._add(_parsed(line))
        except ValueError as error:
            self._damaged.append(Damaged(self._lines, str(error)))

    def _add(self, one: Decision) -> None:
        """A line that stands there twice, as when two logs were joined, counts once."""
        if one.id not in self._ids:
            self._ids.add(one.id)
            self._by_document.setdefault(one.document, []).append(one)


def _parsed(line: bytes) -> Decision:
    if len(line) > _MOST_BYTES:
        raise ValueError("the line is too long")
    try:
        return Decision.of_line(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
