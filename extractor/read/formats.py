"""The binary formats that reports come in: by what they are known, and which module reads them."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from extractor.read.document import Parts
from extractor.read.limits import Limits

__all__ = ["FORMATS", "PDF", "SUFFIXES", "Format"]


@dataclass(frozen=True, slots=True)
class Format:
    """`magic`: how such a file begins; `part`: what its bytes hold besides. `what`: its name in messages.

    `reader`: the module below extractor.read that has `read_parts(data, limits) -> Parts`, imported when it is needed;
    None where the format is known and not read.
    """

    media_type: str
    what: str
    magic: tuple[bytes, ...]
    part: bytes = b""
    suffixes: tuple[str, ...] = ()
    reader: str | None = None

    def told_by(self, head: bytes, data: bytes) -> bool:
        """Whether a file that begins with `head` is of this format."""
        return any(head.startswith(magic) for magic in self.magic) and (not self.part or self.part in data)

    def read(self, data: bytes, limits: Limits) -> Parts:
        """Text and tables of a file. Raises UnreadableError, LimitError."""
        read_parts: Callable[[bytes, Limits], Parts] = import_module(f"extractor.read.{self.reader}").read_parts
        return read_parts(data, limits)


_OLE = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
_ZIP = (b"PK\x03\x04",)
PDF = Format("application/pdf", "PDF documents", (b"%PDF-",), suffixes=(".pdf",))
# The first that fits counts: what is told by its parts comes before what is told by its first bytes alone.
FORMATS: tuple[Format, ...] = (
    PDF,
    Format("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "DOCX documents", _ZIP, b"word/"),
    Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX documents", _ZIP, b"xl/"),
    Format(
        "application/vnd.openxmlformats-officedocument.presentationml.presentation", "PPTX documents", _ZIP, b"ppt/"
    ),
    Format("application/ofd", "OFD documents", _ZIP, b"OFD.xml"),
    Format("application/zip", "ZIP archives", _ZIP),
    Format("application/x-ole-storage", "DOC, WPS and XLS documents (OLE)", _OLE),
    Format("application/rtf", "RTF documents", (b"{\\rtf",)),
    Format("image/png", "PNG images", (b"\x89PNG\r\n\x1a\n",), suffixes=(".png",), reader="picture"),
    Format("image/jpeg", "JPEG images", (b"\xff\xd8\xff",), suffixes=(".jpg", ".jpeg"), reader="picture"),
    Format("image/gif", "GIF images", (b"GIF8",), suffixes=(".gif",), reader="picture"),
    Format("image/bmp", "BMP images", (b"BM",), b"\0\0\0\0", suffixes=(".bmp",), reader="picture"),
    Format("image/tiff", "TIFF images", (b"II*\x00", b"MM\x00*"), suffixes=(".tif", ".tiff"), reader="picture"),
    Format("application/gzip", "gzip archives", (b"\x1f\x8b",)),
    Format("application/vnd.rar", "RAR archives", (b"Rar!",)),
    Format("application/x-7z-compressed", "7z archives", (b"7z\xbc\xaf\x27\x1c",)),
)
_TEXT_SUFFIXES = frozenset({"", ".txt", ".md", ".markdown", ".html", ".htm", ".xhtml", ".shtml"})
# Of files that are looked at in a folder; what they are is told by their content.
SUFFIXES = _TEXT_SUFFIXES | {suffix for kind in FORMATS if kind.reader is not None for suffix in kind.suffixes}
