"""Where a document's bytes come from: a file, bytes at hand, a file in an archive. Read when its turn comes."""

import os
import posixpath
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from extractor.errors import DocumentError, LimitError, UnreadableError
from extractor.read import Document, check_regular, pictures, read
from extractor.read.archive import Archive, opened
from extractor.read.aside import PAGES, aside, is_part_of_page, referred
from extractor.read.formats import SUFFIXES
from extractor.read.limits import Limits

if TYPE_CHECKING:
    from extractor.read.frames import Beside

__all__ = ["INSIDE", "Locator", "expanded", "let_go", "named_inside"]

INSIDE = "!"
"""Parts the name of an archive from that of a file in it."""

_BLOCK = 1 << 20
_ARCHIVES = (".zip", ".gz", ".tgz", ".tar")


@dataclass(frozen=True, slots=True)
class Locator:
    """`name`: as in results. Either `path` or `content`. `inside`: numbers of files in archives, outermost first."""

    name: str
    path: Path | None = None
    content: bytes | None = None
    inside: tuple[int, ...] = ()

    @classmethod
    def of(cls, source: "Path | str | Locator") -> "Locator":
        """A path is named as it is given."""
        return source if isinstance(source, Locator) else cls(str(source), Path(source))

    def read(self, limits: Limits) -> bytes:
        """A byte more than `max_bytes` allows shows that there is more. Raises DocumentError, OSError."""
        if self.inside:
            return self._archive(limits).read(self.inside[-1])
        if self.content is not None:
            return self.content
        assert self.path is not None
        check_regular(self.path)
        with self.path.open("rb") as file:
            return file.read(limits.max_bytes + 1)

    def document(self, limits: Limits) -> Document:
        """The document read. Raises DocumentError, OSError."""
        data, beside = self._with_its_parts(limits)
        return read(data, name=self.name, limits=limits, beside=beside)

    def pictures(self, limits: Limits) -> list[tuple[str, bytes]]:
        """The pictures in it that are read with the document, by name. Raises DocumentError, OSError."""
        data, beside = self._with_its_parts(limits)
        return pictures(data, name=self.name, limits=limits, beside=beside)

    def _with_its_parts(self, limits: Limits) -> "tuple[bytes, Beside | None]":
        """The bytes, and what finds the parts of a page that stand beside it."""
        data = self.read(limits)
        if not self.inside:
            if len(data) > limits.max_bytes and self.path is not None:
                opened(self.path, self.name, limits)  # of an archive this says what is wrong with it: size is not
            return data, aside(self.path, self.name, limits) if self.path is not None else None
        archive = self._archive(limits)
        here = archive.names[self.inside[-1]]
        if len(self.inside) > limits.max_nesting and opened(data, here, limits) is not None:
            limits.check("max_nesting", len(self.inside), "archives within archives")

        def beside(page: str, reference: str) -> tuple[str, bytes] | None:
            """Only what stands in the same archive: a path that leads out of it, or to the network, is not there."""
            wanted = referred(posixpath.dirname(here if page == self.name else page), reference)
            number = None if wanted is None else _by_name(archive).get(wanted)
            return None if wanted is None or number is None else (wanted, archive.read(number))

        return data, beside

    def digest(self) -> str:
        """SHA-256 of the bytes, empty where they cannot be had."""
        hasher = sha256()
        try:
            if self.path is None or self.inside:
                hasher.update(self.read(Limits()))
            else:
                check_regular(self.path)
                with self.path.open("rb") as file:
                    while block := file.read(_BLOCK):
                        hasher.update(block)
        except (OSError, DocumentError):
            return ""
        return hasher.hexdigest()

    def within(self, number: int, name: str) -> "Locator":
        """A file in this archive."""
        return replace(self, name=f"{self.name}{INSIDE}{name}", inside=(*self.inside, number))

    def archive(self, limits: Limits) -> Archive | None:
        """What this is as an archive, None if it is none. Raises DocumentError, OSError."""
        if self.path is not None and not self.inside:
            check_regular(self.path)
            return opened(self.path, self.name, limits)
        return opened(self.read(limits), self.name, limits)

    def _archive(self, limits: Limits) -> Archive:
        """The archive that this file is in, kept open for the next one."""
        outer = replace(self, inside=self.inside[:-1])
        if self.path is None:
            found = outer.archive(limits)
        else:
            state = self.path.stat()
            # A forked process shares the position in an open file with its parent: it must open the file itself.
            key = (os.getpid(), state.st_mtime_ns, state.st_size)
            found = _kept(replace(outer, name=str(self.path)), limits, key)
        if found is None:
            raise UnreadableError("the archive is no longer one")
        return found


@lru_cache(maxsize=2)
def _kept(outer: Locator, limits: Limits, _key: tuple[int, int, int]) -> Archive | None:
    return outer.archive(limits)


def let_go() -> None:
    """Closes the archives that were kept open for the next file in them: they hold memory, and room on the disk."""
    _kept.cache_clear()


def _by_name(archive: Archive) -> dict[str, int]:
    return {posixpath.normpath(name.replace("\\", "/")): number for number, name in enumerate(archive.names)}


def expanded(
    source: Locator, limits: Limits, skipped: Counter[str] | None = None, among: range | None = None
) -> Iterator[Locator]:
    """The documents in an archive, and in the archives in it; `source` itself, if it is none or cannot be opened.

    Told by their suffix, as in a folder; what is passed over is counted in `skipped`. `among`: only those in files of
    the archive with these numbers.
    """
    try:
        yield from list(_documents(source, limits, Counter() if skipped is None else skipped, _Seen(limits), among))
    except LimitError:
        yield source


class _Seen:
    """How much of an archive and of the archives in it has been gone through."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._members = 0
        self._bytes = 0

    def add(self, members: int = 0, unpacked: int = 0) -> None:
        """Raises LimitError."""
        self._members += members
        self._bytes += unpacked
        self._limits.check("max_members", self._members, "files in the archive")
        self._limits.check("max_unpacked", self._bytes, "bytes in the archives within the archive")


def _documents(
    source: Locator, limits: Limits, skipped: Counter[str], seen: _Seen, among: range | None = None
) -> Iterator[Locator]:
    try:
        archive = source.archive(limits) if len(source.inside) <= limits.max_nesting else None
    except (DocumentError, OSError):
        archive = None  # whoever reads it says what is wrong with it
    if archive is None:
        yield source
        return
    names = archive.names
    seen.add(members=len(names))
    pages = {name[: -len(suffix)] for name in names for suffix in PAGES if name.lower().endswith(suffix)}
    for number, name in enumerate(names):
        if (among is not None and number not in among) or _is_aside(name) or is_part_of_page(name, pages):
            continue
        suffix = PurePosixPath(name).suffix.lower()
        if suffix not in SUFFIXES:
            skipped[suffix] += 1
        elif suffix in _ARCHIVES:
            inner = source.within(number, name)
            if len(inner.inside) <= limits.max_nesting:
                seen.add(unpacked=_size(inner, limits))
            yield from _documents(inner, limits, skipped, seen)
        else:
            yield source.within(number, name)


def _size(inner: Locator, limits: Limits) -> int:
    try:
        return len(inner.read(limits))
    except (DocumentError, OSError):
        return 0


def _is_aside(name: str) -> bool:
    """What archivers add, and hidden files."""
    parts = name.split("/")
    return parts[-1].startswith(".") or "__MACOSX" in parts


def named_inside(argument: str, limits: Limits) -> list[Locator]:
    """What `archive.zip!inner/report.html` means: a file in an archive, or all documents of an archive in it.

    Empty if there is no such archive, or nothing of that name in it.
    """
    at = argument.find(INSIDE)
    while at >= 0:
        path = Path(argument[:at])
        if path.is_file():
            return _inside(Locator.of(path), argument[at + 1 :], limits)
        at = argument.find(INSIDE, at + 1)
    return []


def _inside(source: Locator, rest: str, limits: Limits) -> list[Locator]:
    archive = source.archive(limits) if len(source.inside) <= limits.max_nesting else None
    found: list[Locator] = []
    for number, name in enumerate(() if archive is None else archive.names):
        if name == rest:
            found.append(source.within(number, name))
        elif rest.startswith(name + INSIDE):
            found += _inside(source.within(number, name), rest[len(name) + 1 :], limits)
    return found
