"""A document on its way in, and what a store of documents can do: folder.py and bucket.py are two."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Protocol

from extractor.errors import LimitError

__all__ = ["Contents", "Incoming", "StoreAwayError", "Wanted"]

Wanted = Callable[[list[str]], set[str]]


class StoreAwayError(Exception):
    """The store does not answer, or refuses; later it may. The message says why, without address or credentials."""


class Incoming:
    """A document that is being received, in memory: at most as much as a document may have."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._hash = hashlib.sha256()
        self._pieces: list[bytes] = []
        self.size = 0

    def write(self, data: bytes) -> None:
        """Adds a piece. LimitError for more than allowed."""
        self.size += len(data)
        if self.size > self._most:
            raise LimitError(f"a document of more than {self._most:,} bytes")
        self._hash.update(data)
        self._pieces.append(bytes(data))

    @property
    def sha256(self) -> str:
        """The hash of what has come so far."""
        return self._hash.hexdigest()

    def data(self) -> bytes:
        """What has come so far."""
        return b"".join(self._pieces)

    def drop(self) -> None:
        """Forgets the content; hash and size remain."""
        self._pieces.clear()


class Contents(Protocol):
    """Where documents lie. Every method may raise StoreAwayError."""

    def keep(self, documents: Sequence[Incoming]) -> None:
        """Stores them, each under its hash. When it returns, they are not lost if the machine stops."""
        ...

    def get(self, sha256: str) -> bytes:
        """The content. Raises FileNotFoundError."""
        ...

    def sweep(self, wanted: Wanted, before: float) -> int:
        """Removes content that came before that time, seconds since 1970, and is not wanted; how many."""
        ...

    def reachable(self) -> None:
        """Returns if it answers."""
        ...
