"""Documents in a folder, of this machine or one that several share: a file each, named by its hash."""

import os
import re
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from extractor.disk import sync_folder
from extractor.service.contents import Incoming, StoreAwayError, Wanted

__all__ = ["Folder"]

_HASH = re.compile(r"[0-9a-f]{64}")


class Folder:
    """`sync`: whether content is on the disk, not only in the system's memory, before it counts as stored."""

    def __init__(self, folder: Path, *, sync: bool = True) -> None:
        self._folder = folder
        self._sync = sync
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def reachable(self) -> None:
        """Raises StoreAwayError where a shared folder is not there."""
        if not self._folder.is_dir():
            raise StoreAwayError("the folder is not there")

    def keep(self, documents: Sequence[Incoming]) -> None:
        """Content that is there already is not written again. Raises OSError where there is no room."""
        written: set[Path] = set()
        for document in documents:
            path = self._path(document.sha256)
            try:
                os.utime(path)
            except FileNotFoundError:
                self._write(path, document)
                written.add(path.parent)
        if self._sync:
            for folder in written:
                sync_folder(folder)

    def get(self, sha256: str) -> bytes:
        try:
            return self._path(sha256).read_bytes()
        except FileNotFoundError:
            self.reachable()
            raise
        except OSError as error:  # a network folder that is away, a disk that fails
            raise StoreAwayError(error.strerror or "it cannot be read") from None

    def sweep(self, wanted: Wanted, before: float) -> int:
        removed = 0
        for folder in sorted(each for each in self._folder.iterdir() if len(each.name) == 2):
            old = [each.name for each in folder.iterdir() if _HASH.fullmatch(each.name) and _mtime(each) < before]
            stay = wanted(old) if old else set()
            removed += sum(self._remove(name, before) for name in old if name not in stay)
        return removed

    def _path(self, sha256: str) -> Path:
        if not _HASH.fullmatch(sha256):
            raise ValueError("no SHA-256")
        return self._folder / sha256[:2] / sha256

    def _write(self, path: Path, document: Incoming) -> None:
        path.parent.mkdir(exist_ok=True, mode=0o700)
        new = path.with_name(f"{uuid4().hex}.new")
        try:
            with new.open("wb") as file:
                file.write(document.data())
                if self._sync:
                    file.flush()
                    os.fsync(file.fileno())
            new.rename(path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise

    def _remove(self, name: str, before: float) -> bool:
        """Moves it aside before it goes: one that is sent once more at this moment is then seen, or written anew."""
        path = self._path(name)
        aside = path.with_suffix(".old")
        try:
            path.rename(aside)
        except FileNotFoundError:
            return False
        if _mtime(aside) >= before:
            aside.rename(path)
            return False
        aside.unlink()
        return True


def _mtime(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()
