"""Documents by the hash of their content: received, kept, read, swept. Where they lie, folder.py or bucket.py knows.

No name that a client sent is ever part of a path or of a key.
"""

import hashlib
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from extractor.service.bucket import open_bucket
from extractor.service.contents import Contents, Incoming, StoreAwayError, Wanted
from extractor.service.folder import Folder
from extractor.service.settings import ServiceSettings

__all__ = ["Blobs", "DamagedError", "open_blobs"]


class DamagedError(Exception):
    """What the store has under a hash is not what was kept there."""


class Blobs:
    """The store of documents, and a folder of this machine for what is there for a moment only."""

    def __init__(self, folder: Path, contents: Contents) -> None:
        self._folder = folder / "incoming"
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._contents = contents

    def free(self) -> int:
        """Bytes left on this machine's disk."""
        return shutil.disk_usage(self._folder).free

    def reachable(self) -> bool:
        """Whether the store answers."""
        try:
            self._contents.reachable()
        except StoreAwayError:
            return False
        return True

    def aside(self, name: str) -> Path:
        """A file for a moment; what is left lying goes with the next sweep."""
        return self._folder / name

    def keep(self, documents: Sequence[Incoming]) -> None:
        """Stores documents that are whole, and forgets them here. Raises StoreAwayError, OSError."""
        self._contents.keep(documents)
        for document in documents:
            document.drop()

    def put(self, data: bytes) -> str:
        """Stores the content; its hash. Raises StoreAwayError, OSError."""
        incoming = Incoming(len(data))
        incoming.write(data)
        self.keep([incoming])
        return incoming.sha256

    def get(self, sha256: str) -> bytes:
        """The content. Raises FileNotFoundError, DamagedError, StoreAwayError."""
        data = self._contents.get(sha256)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise DamagedError(f"{sha256} is damaged in the store")
        return data

    def sweep(self, wanted: Wanted, *, older_s: float) -> int:
        """Removes content that `wanted` does not name among those it is asked for; how many.

        What came in, or came in again, within `older_s` stays: its batch may not be written down yet.
        """
        before = time.time() - older_s
        for left in self._folder.iterdir():
            with suppress(FileNotFoundError):
                if left.stat().st_mtime < before:
                    left.unlink()
        return self._contents.sweep(wanted, before)


def open_blobs(settings: ServiceSettings, *, look: bool = False) -> Blobs:
    """The store that the settings name. `look`: whether it must answer now. Raises UsageError."""
    if settings.store is None:
        return Blobs(settings.data, Folder(settings.data / "documents", sync=settings.sync))
    return Blobs(settings.data, open_bucket(settings.store, look=look))
