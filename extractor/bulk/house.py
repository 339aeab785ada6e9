"""The folder that a bulk run writes: what lies where, who may write, and when something counts as written.

OUT/reports/SHARD.parquet … cells, findings, failures   the tables
OUT/manifest.json                                       what is in them
OUT/_gouji/ledger/SHARD.parquet                         the files a shard was made of: written last, it commits it
OUT/_gouji/decisions.jsonl                              what people decided, as the last run that was given any found it
OUT/_gouji/…                                            the rest of what a run must know to go on
"""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from extractor.deliver.tables.schemas import TABLES
from extractor.disk import sync_folder
from extractor.errors import GoujiError, UsageError

__all__ = ["LEDGER", "QUESTIONS", "House", "SupersededError"]

LEDGER, QUESTIONS = "ledger", "questions"
_STATE = "_gouji"
_MANIFEST = "manifest.json"
_SUFFIX = ".parquet"


class SupersededError(GoujiError):
    """A later run has taken over the folder: what this one does no longer counts."""


class House:
    """One OUT folder. Many processes may hold one, on several machines, if the folder is shared between them."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.state = out / _STATE

    def table(self, table: str, shard: str) -> Path:
        """The file of a shard in one of the published tables."""
        return self.out / table / f"{shard}{_SUFFIX}"

    def kept(self, what: str, shard: str) -> Path:
        """The file of a shard in LEDGER or QUESTIONS."""
        return self.state / what / f"{shard}{_SUFFIX}"

    def task(self, shard: str) -> Path:
        return self.state / "tasks" / f"{shard}.json"

    def progress(self, shard: str) -> Path:
        return self.state / "progress" / shard

    def strikes(self, shard: str) -> Path:
        return self.state / "strikes" / shard

    def rewriting(self, shard: str) -> Path:
        """A mark that lies there while the files of a committed shard are being replaced."""
        return self.state / "rewriting" / shard

    @property
    def decisions(self) -> Path:
        """The decisions that runs apply; there may be none."""
        return self.state / "decisions.jsonl"

    def shards(self) -> list[str]:
        """Those committed, in their order."""
        return sorted(path.stem for path in (self.state / LEDGER).glob(f"*{_SUFFIX}"))

    @property
    def manifest(self) -> dict[str, object] | None:
        """What the last run wrote; None before the first has begun. Raises UsageError where it cannot be read."""
        try:
            found = json.loads((self.out / _MANIFEST).read_text("utf-8"))
        except FileNotFoundError:
            return None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise UsageError(f"{self.out / _MANIFEST} is no manifest of gouji bulk")
        return found

    def write_manifest(self, content: Mapping[str, object]) -> None:
        text = json.dumps(content, ensure_ascii=False, indent=2)
        self.write(self.out / _MANIFEST, text.encode("utf-8", "backslashreplace"))

    def write(self, path: Path, content: bytes) -> None:
        """The file whole or not at all, and on the disk when this returns."""
        with self.unfinished() as (temporary, stream):
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
            stream.close()
            temporary.replace(path)
        sync_folder(path.parent)

    @contextmanager
    def unfinished(self) -> Iterator[tuple[Path, IO[bytes]]]:
        """A file beside all others, to be renamed to where it belongs; removed where that was not done."""
        descriptor, name = tempfile.mkstemp(dir=self.state / "tmp")
        path = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                yield path, stream
        finally:
            with suppress(FileNotFoundError):
                path.unlink()

    @contextmanager
    def begun(self) -> Iterator[str]:
        """The folder made ready for one run, whose number is given; nobody else may run in it meanwhile.

        What earlier runs left unfinished is removed. Raises UsageError.
        """
        if not self.state.is_dir():
            if self.out.exists() and not self.out.is_dir():
                raise UsageError(f"{self.out} is no folder")
            if self.out.is_dir() and any(self.out.iterdir()):
                raise UsageError(f"{self.out} is not empty, and holds no bulk run: name another folder")
        parts = (LEDGER, QUESTIONS, "tmp", "tasks", "progress", "strikes", "rewriting")
        # What makes it a run's folder comes first: a run that is killed in here can be begun anew.
        for folder in (*(self.state / part for part in parts), *(self.out / table for table in TABLES)):
            folder.mkdir(parents=True, exist_ok=True)
        with _locked(self.state / "run.lock", wait=False):
            number = int(self._run() or "0") + 1
            with _locked(self.state / "commit.lock"):  # whoever is about to commit for an earlier run has done so
                self.write(self.state / "run", str(number).encode())
            self._clear()
            yield str(number)

    @contextmanager
    def committing(self, run: str) -> Iterator[None]:
        """What is renamed in here counts: no other run begins meanwhile. Raises SupersededError where one has."""
        with _locked(self.state / "commit.lock", shared=True):
            self.check(run)
            yield

    def check(self, run: str) -> None:
        """Raises SupersededError if another run than this has begun."""
        if self._run() != run:
            raise SupersededError(f"run {run} of {self.out} was superseded by another")

    def _run(self) -> str | None:
        try:
            return (self.state / "run").read_text("ascii")
        except FileNotFoundError:
            return None

    def _clear(self) -> None:
        for part in ("tmp", "tasks", "progress", "strikes"):
            for path in (self.state / part).iterdir():
                path.unlink(missing_ok=True)
        committed = set(self.shards())
        tables = [self.out / table for table in TABLES]
        for folder in (*tables, self.state / QUESTIONS):
            for path in folder.glob(f"*{_SUFFIX}"):
                if path.stem not in committed:
                    path.unlink()


@contextmanager
def _locked(path: Path, *, shared: bool = False, wait: bool = True) -> Iterator[None]:
    """A lock that ends with its process. Raises UsageError where it is taken and not waited for."""
    try:
        import fcntl
    except ImportError:  # Windows: there, two runs at once are the user's to avoid
        yield
        return
    with path.open("ab") as file:
        how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(file, how if wait else how | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"another gouji bulk is at work in {path.parent.parent}") from None
        yield
