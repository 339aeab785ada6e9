"""Archives (ZIP, tar, gzip): what is in them, by name and place, read when its turn comes. Nothing is ever unpacked to
disk, so no name in an archive can lead anywhere."""

import gzip
import tarfile
from functools import cached_property
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Protocol

from extractor.errors import UnreadableError
from extractor.read.document import Parts
from extractor.read.limits import Limits
from extractor.read.packed import DAMAGE, Packed, inflate

__all__ = ["Archive", "is_archive", "is_package", "opened", "read_parts"]

_ZIP, _EMPTY_ZIP, _GZIP = b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b"
_TAR, _TAR_AT = b"ustar", 257
_HEAD = 512
_UTF8_NAME = 0x800


class Archive(Protocol):
    """Files in their order; each is read by its number, for names may repeat."""

    @property
    def names(self) -> list[str]: ...

    def read(self, number: int) -> bytes:
        """Raises UnreadableError, LimitError."""


class _Zip:
    def __init__(self, packed: Packed) -> None:
        self._packed = packed

    @cached_property
    def names(self) -> list[str]:
        return [
            member.filename if member.flag_bits & _UTF8_NAME else _decoded(member.filename)
            for member in self._packed.members
        ]

    def read(self, number: int) -> bytes:
        self._packed.unpacked = 0  # each is a document of its own
        return self._packed.read(self._packed.members[number], "max_bytes")


class _Tar:
    """Links and devices are no files."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._limits = limits
        try:
            self._tar = tarfile.TarFile(fileobj=BytesIO(data), encoding="utf-8", errors="surrogateescape")
            self._members = []
            for member in self._tar:
                if member.isreg():
                    self._members.append(member)
                    limits.check("max_members", len(self._members), "files in the archive")
        except (*DAMAGE, tarfile.TarError) as error:
            raise UnreadableError(f"a damaged tar file ({error})") from None

    @cached_property
    def names(self) -> list[str]:
        return [_legible(member.name.encode("utf-8", "surrogateescape")) for member in self._members]

    def read(self, number: int) -> bytes:
        member = self._members[number]
        self._limits.check("max_bytes", member.size, "bytes in a file of the archive")
        try:
            file = self._tar.extractfile(member)
            content = file.read() if file is not None else b""
        except (*DAMAGE, tarfile.TarError) as error:
            raise UnreadableError(f"a damaged file in the archive ({error})") from None
        if len(content) != member.size:
            raise UnreadableError("a file in the archive breaks off")
        return content


class _Single:
    """One compressed file: its name is that of the archive without .gz."""

    def __init__(self, name: str, data: bytes, limits: Limits) -> None:
        self.names = [name]
        self._data = data
        self._limits = limits

    def read(self, number: int) -> bytes:
        assert number == 0
        self._limits.check("max_bytes", len(self._data), "bytes in a file of the archive")
        return self._data


def is_archive(head: bytes) -> bool:
    """Whether a file that begins so (512 bytes) may be an archive; an office file that is a package begins so too."""
    return head.startswith((_ZIP, _EMPTY_ZIP, _GZIP)) or head[_TAR_AT : _TAR_AT + 5] == _TAR


def is_package(names: list[str]) -> bool:
    """Whether a ZIP file with these files in it is one document: an office file and not an archive."""
    lowered = {name.lower().lstrip("/") for name in names}
    if "[content_types].xml" in lowered:
        return True
    return "ofd.xml" in lowered or ("mimetype" in lowered and "content.xml" in lowered)


def opened(source: Path | bytes, name: str, limits: Limits) -> Archive | None:
    """The archive in a file, None if it is none. Raises UnreadableError, LimitError, OSError."""
    if isinstance(source, bytes):
        head = source[:_HEAD]
    else:
        with source.open("rb") as file:
            head = file.read(_HEAD)
    if head.startswith((_ZIP, _EMPTY_ZIP)):
        packed = Packed(source, limits)
        if is_package(packed.names()):
            return None
        limits.check("max_unpacked", sum(member.file_size for member in packed.members), "bytes in the archive")
        return _Zip(packed)
    if head.startswith(_GZIP):
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        with BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
            unpacked = inflate(gzip.GzipFile(fileobj=file), size, limits)  # type: ignore[arg-type]
        if unpacked[_TAR_AT : _TAR_AT + 5] == _TAR:
            return _Tar(unpacked, limits)
        return _Single(PurePosixPath(name.rpartition("!")[2]).name.removesuffix(".gz") or "report", unpacked, limits)
    if head[_TAR_AT : _TAR_AT + 5] == _TAR:
        data = source if isinstance(source, bytes) else _whole(source, limits)
        return _Tar(data, limits)
    return None


def read_parts(data: bytes, limits: Limits) -> Parts:
    """Never any: an archive is not one document. Raises UnreadableError, LimitError."""
    archive = opened(data, "archive", limits)
    count = 0 if archive is None else len(archive.names)
    raise UnreadableError(
        f"an archive of {count} files, which are documents of their own: name one as archive.zip!name, or read all "
        "with extract_many or gouji extract"
    )


def _whole(path: Path, limits: Limits) -> bytes:
    limits.check("max_unpacked", path.stat().st_size, "bytes in the archive")
    return path.read_bytes()


def _decoded(name: str) -> str:
    """A name that zipfile took for code page 437, as it was meant."""
    try:
        return _legible(name.encode("cp437"))
    except UnicodeEncodeError:
        return name


def _legible(name: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name.decode("cp437")
