"""Answers kept in a folder of this machine, by diskcache: JSON only, private to the user, nothing ever evicted."""

import os
import sqlite3
import stat
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from diskcache import Cache, JSONDisk, Timeout
from diskcache.core import MODE_PICKLE
from pydantic import ValidationError

from extractor.ask.endpoint.cache import CacheStats, InThread, Kept
from extractor.errors import UsageError

__all__ = ["DiskAnswers"]

T = TypeVar("T")
_LARGEST = 1 << 40  # bytes; beyond what anyone pays for
_PATIENCE_S = 60  # for the lock, with many processes writing


class _JsonOnly(JSONDisk):  # type: ignore[misc] # diskcache has no types
    """JSONDisk still unpickles a row that says it is a pickle (CVE-2025-69872); no row of ours does."""

    def fetch(self, mode: int, filename: str | None, value: object, read: bool) -> object:
        if mode == MODE_PICKLE or read:
            raise ValueError("not an answer of ours")
        return super().fetch(mode, filename, value, read)


class DiskAnswers:
    """A folder of answers. It is made on the first use that needs it, with the permissions 0700."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._thread = InThread("answers")
        self._cache: Cache | None = None
        _check_private(folder)

    async def get(self, key: str) -> Kept | None:
        """The answer of that key; None where there is none, or none that can be read."""
        if self._cache is None and not self._folder.exists():
            return None

        def read() -> object:
            try:
                return self._opened().get(key)
            except (ValueError, zlib.error):
                return None

        kept = await self._run(read)
        if not isinstance(kept, dict):
            return None
        try:
            return Kept.model_validate(kept)
        except ValidationError:
            return None

    async def put(self, key: str, kept: Kept) -> None:
        """Keeps the answer, in place of one that is there."""
        value = kept.model_dump(mode="json")
        await self._run(lambda: self._opened().set(key, value))

    async def stats(self) -> CacheStats:
        """Where, how many, how large."""
        if not self._folder.exists():
            return CacheStats(str(self._folder), 0, 0)
        answers, size = await self._run(lambda: (len(self._opened()), int(self._opened().volume())))
        return CacheStats(str(self._folder), answers, size)

    async def clear(self) -> int:
        """Removes all answers; how many there were."""
        if not self._folder.exists():
            return 0
        return await self._run(lambda: int(self._opened().clear()))

    async def close(self) -> None:
        """Closes the database and ends the thread."""
        if self._cache is not None:
            await self._thread.run(self._cache.close)
        self._thread.stop()

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await self._thread.run(work)
        except (sqlite3.Error, Timeout) as error:
            raise OSError(f"{self._folder}: {error or 'locked'}") from None

    def _opened(self) -> Cache:
        if self._cache is None:
            _make_private(self._folder)
            self._cache = Cache(
                str(self._folder),
                timeout=_PATIENCE_S,
                disk=_JsonOnly,
                size_limit=_LARGEST,
                eviction_policy="none",
                cull_limit=0,
            )
        return self._cache


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_private(folder)


def _check_private(folder: Path) -> None:
    """Whoever can write there could put answers into our mouth. Ours is mended; another user's is refused."""
    try:
        found = folder.stat()
    except FileNotFoundError:
        above = next(parent for parent in folder.absolute().parents if parent.exists())
        if not (above.is_dir() and os.access(above, os.W_OK | os.X_OK)):
            raise UsageError(f"cannot keep answers in {folder}: no folder can be made in {above} (cache)") from None
        return
    except OSError as error:
        raise UsageError(f"cannot keep answers in {folder}: {error.strerror} (cache)") from None
    if not stat.S_ISDIR(found.st_mode):
        raise UsageError(f"cannot keep answers in {folder}: it is no folder (cache)")
    if os.name == "nt":
        return
    if found.st_uid != os.geteuid():
        raise UsageError(f"cannot keep answers in {folder}: it belongs to another user (cache)")
    if found.st_mode & 0o077:
        full = any(folder.iterdir())
        if full and found.st_mode & 0o022:
            raise UsageError(f"cannot keep answers in {folder}: others can write there, and may have done so (cache)")
        if full and not (folder / "cache.db").exists():
            raise UsageError(f"cannot keep answers in {folder}: it holds other things; name one of its own (cache)")
        folder.chmod(0o700)
