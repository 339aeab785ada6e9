"""Documents by the hash of their content, in a folder. No name that a client sent is ever part of a path."""

import errno
import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from extractor.errors import LimitError

__all__ = ["Blobs", "Incoming"]

_HASH = re.compile(r"[0-9a-f]{64}")


class Blobs:
    """`sync`: whether content is on the disk, not only in the system's memory, before it counts as stored."""

    def __init__(self, folder: Path, *, sync: bool = True) -> None:
        self._folder = folder / "documents"
        self._incoming = folder / "incoming"
        self._sync = sync
        for each in (self._folder, self._incoming):
            each.mkdir(parents=True, exist_ok=True, mode=0o700)

    def free(self) -> int:
        """Bytes left on the disk."""
        return shutil.disk_usage(self._folder).free

    def path(self, sha256: str) -> Path:
        """Where the content of that hash is, or would be."""
        if not _HASH.fullmatch(sha256):
            raise ValueError("no SHA-256")
        return self._folder / sha256[:2] / sha256

    def open(self, most: int) -> "Incoming":
        """Room for a document that comes in by pieces; LimitError at more than `most` bytes."""
        return Incoming(self, self._incoming / uuid4().hex, most, self._sync)

    def aside(self, name: str) -> Path:
        """A file for a moment; what is left lying goes with the next sweep."""
        return self._incoming / name

    def put(self, data: bytes) -> str:
        """Stores the content; its hash."""
        incoming = self.open(len(data))
        try:
            incoming.write(data)
            return incoming.keep()[0]
        finally:
            incoming.drop()

    def get(self, sha256: str) -> bytes:
        """The content. Raises FileNotFoundError."""
        return self.path(sha256).read_bytes()

    def sweep(self, wanted: Callable[[list[str]], set[str]], *, older_s: float) -> int:
        """Removes content that `wanted` does not name among those it is asked for; how many.

        What came in, or came in again, within `older_s` stays: its batch may not be written down yet.
        """
        before = time.time() - older_s
        removed = 0
        for left in self._incoming.iterdir():
            with suppress(FileNotFoundError):
                if left.stat().st_mtime < before:
                    left.unlink()
        for folder in sorted(self._folder.iterdir()):
            old = [each.name for each in folder.iterdir() if _HASH.fullmatch(each.name) and _mtime(each) < before]
            stay = wanted(old) if old else set()
            for name in old:
                if name not in stay:
                    removed += self._remove(name, before)
        return removed

    def _remove(self, name: str, before: float) -> bool:
        """Moves it aside before it goes: one that is sent once more at this moment is then seen, or written anew."""
        path, aside = self.path(name), self._incoming / f"{name}.old"
        try:
            path.rename(aside)
        except FileNotFoundError:
            return False
        if _mtime(aside) >= before:
            aside.rename(path)
            return False
        aside.unlink()
        return True


class Incoming:
    """A document that is being received. `keep` stores it, `drop` forgets it where it was not kept."""

    def __init__(self, blobs: Blobs, path: Path, most: int, sync: bool) -> None:
        self._blobs = blobs
        self._path = path
        self._most = most
        self._sync = sync
        self._hash = hashlib.sha256()
        self._pieces: list[bytes] = []
        self.size = 0

    def write(self, data: bytes) -> None:
        """Adds a piece. Small documents stay in memory until they are kept; LimitError for more than allowed."""
        self.size += len(data)
        if self.size > self._most:
            raise LimitError(f"a document of more than {self._most:,} bytes")
        self._hash.update(data)
        self._pieces.append(bytes(data))

    def digest(self) -> tuple[str, int]:
        """Hash and size; nothing is stored."""
        return self._hash.hexdigest(), self.size

    def data(self) -> bytes:
        """What has come so far."""
        return b"".join(self._pieces)

    def keep(self) -> tuple[str, int]:
        """Stores it under its hash; hash and size. Content that is there already is not written again."""
        sha256 = self._hash.hexdigest()
        target = self._blobs.path(sha256)
        try:
            os.utime(target)
        except FileNotFoundError:
            self._write(target)
        return sha256, self.size

    def _write(self, target: Path) -> None:
        target.parent.mkdir(exist_ok=True, mode=0o700)
        with self._path.open("wb") as file:
            file.writelines(self._pieces)
            if self._sync:
                file.flush()
                os.fsync(file.fileno())
        self._path.rename(target)

    def drop(self) -> None:
        """Forgets what is not kept."""
        self._pieces.clear()
        with suppress(OSError):
            self._path.unlink()


def _mtime(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError as error:
        if error.errno == errno.ENOENT:
            return time.time()
        raise
