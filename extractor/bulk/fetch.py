"""Files of an object store, brought to this machine a few ahead of their turn, and removed after it."""

import itertools
import shutil
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from extractor.bulk.source import remote_file
from extractor.bulk.tasks import File, Todo
from extractor.errors import LimitError, UnreadableError, UsageError
from extractor.read.limits import Limits

__all__ = ["Fetched"]

_AHEAD = 32
_BLOCK = 1 << 20


class Fetched:
    """A folder of its own for what was fetched; it goes with this."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._folder: Path | None = None
        self._threads = ThreadPoolExecutor(_AHEAD // 2, thread_name_prefix="gouji-fetch")
        self._numbers = itertools.count()

    def close(self) -> None:
        """Removes what is left."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def at_hand(self, todo: Iterable[Todo]) -> Iterator[tuple[Todo, Path | Exception]]:
        """Each file with a path where it lies on this machine, or with why it does not."""
        waiting: deque[tuple[Todo, Path | Future[Path]]] = deque()
        for one in todo:
            if one.file.remote and self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="gouji-"))
            waiting.append((one, self._threads.submit(self._fetch, one.file) if one.file.remote else _here(one.file)))
            if len(waiting) > (_AHEAD if one.file.remote else 0):
                yield _settled(*waiting.popleft())
        while waiting:
            yield _settled(*waiting.popleft())

    def done(self, todo: Todo, path: Path | Exception) -> None:
        """Its turn is over."""
        if todo.file.remote and isinstance(path, Path):
            path.unlink(missing_ok=True)

    def _fetch(self, file: File) -> Path:
        assert self._folder is not None
        path = self._folder / str(next(self._numbers))
        most = self._limits.max_unpacked
        if file.size > most:
            raise LimitError(f"the object: {file.size:,} bytes found, {most:,} allowed (max_unpacked)")
        import pyarrow as pa

        try:
            system, at = remote_file(file.place)
            with system.open_input_stream(at) as stream, path.open("wb") as out:
                while block := stream.read(_BLOCK):
                    out.write(block)
                    if out.tell() > most:
                        raise LimitError(f"the object: more than {most:,} bytes (max_unpacked)")
        except (pa.ArrowException, OSError, UsageError) as error:
            raise UnreadableError(f"it cannot be fetched: {str(error).splitlines()[0]}") from None
        return path


def _here(file: File) -> Path:
    return Path(file.place)


def _settled(todo: Todo, path: Path | Future[Path]) -> tuple[Todo, Path | Exception]:
    if isinstance(path, Path):
        return todo, path
    try:
        return todo, path.result()
    except Exception as error:
        return todo, error
