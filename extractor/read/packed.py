"""ZIP files of strangers, unpacked within limits: bombs, lies about sizes, passwords and damage have clear errors."""

import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from lzma import LZMAError
from pathlib import Path
from typing import IO

from extractor.errors import UnreadableError
from extractor.read.limits import Limits

__all__ = ["DAMAGE", "Packed", "check_ratio", "inflate"]

_BLOCK = 1 << 18
_NO_BOMB = 10_000_000
_ENCRYPTED = 0x1
DAMAGE = (
    zipfile.BadZipFile, zlib.error, LZMAError, EOFError, OSError, ValueError, NotImplementedError, RuntimeError,
    IndexError, OverflowError,
)  # fmt: skip
"""What zipfile, tarfile and gzip raise on a file that is damaged, or packed in a way they do not know."""


class Packed:
    """A ZIP file, and how much has been unpacked of it."""

    def __init__(self, source: Path | bytes, limits: Limits) -> None:
        """Raises UnreadableError for what is no ZIP file or damaged, LimitError for too many members."""
        self.limits = limits
        self.unpacked = 0
        try:
            self._zip = zipfile.ZipFile(BytesIO(source) if isinstance(source, bytes) else source)
        except DAMAGE as error:
            raise UnreadableError(f"a damaged ZIP file ({_said(error)})") from None
        self.members = [member for member in self._zip.infolist() if not member.is_dir()]
        limits.check("max_members", len(self.members), "files in the archive")

    def names(self) -> list[str]:
        """Of all files in it, as they are written there."""
        return [member.filename for member in self.members]

    def read(self, member: zipfile.ZipInfo, limit: str = "max_unpacked") -> bytes:
        """The content of a member. Raises UnreadableError where it is damaged or encrypted, LimitError for bombs."""
        most = getattr(self.limits, limit)
        blocks: list[bytes] = []
        size = 0
        for block in self.blocks(member):
            size += len(block)
            if size > most:
                self.limits.check(limit, size, "bytes (at least) in a file of the archive")
            blocks.append(block)
        return b"".join(blocks)

    def blocks(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """The content piece by piece; raises as `read`. What is unpacked counts, not what the archive claims."""
        if member.flag_bits & _ENCRYPTED:
            raise UnreadableError("it is encrypted with a password")
        size = 0
        try:
            with self._zip.open(member) as file:
                while block := file.read(_BLOCK):
                    size += len(block)
                    self.unpacked += len(block)
                    self.limits.check("max_unpacked", self.unpacked, "bytes unpacked")
                    check_ratio(size, member.compress_size, self.limits)
                    yield block
        except DAMAGE as error:
            raise UnreadableError(f"a damaged file in the archive ({_said(error)})") from None


def check_ratio(unpacked: int, packed: int, limits: Limits) -> None:
    """LimitError for what unpacks to much more than any real document does."""
    if unpacked > _NO_BOMB:
        limits.check("max_ratio", unpacked // max(1, packed), "times the packed size when unpacked")


def inflate(file: IO[bytes], packed: int, limits: Limits) -> bytes:
    """What a stream unpacks to. Raises UnreadableError, LimitError."""
    blocks: list[bytes] = []
    size = 0
    try:
        while block := file.read(_BLOCK):
            size += len(block)
            limits.check("max_unpacked", size, "bytes unpacked")
            check_ratio(size, packed, limits)
            blocks.append(block)
    except DAMAGE as error:
        raise UnreadableError(f"damaged gzip data ({_said(error)})") from None
    return b"".join(blocks)


def _said(error: BaseException) -> str:
    return str(error) or type(error).__name__
