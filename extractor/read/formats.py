"""The binary formats that reports come in: by what they are known, and which module reads them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.util import find_spec

from extractor.read.document import Parts
from extractor.read.limits import Limits
from extractor.read.told import has_part, is_mhtml, is_tar

__all__ = ["FORMATS", "PDF", "SUFFIXES", "Format"]


@dataclass(frozen=True, slots=True)
class Format:
    """`magic`: how such a file begins; `part`: what its bytes hold besides. `what`: its name in messages.

    `test`: what is asked of its bytes, where these do not tell it from others.
    `reader`: the module below extractor.read that has `read_parts(data, limits) -> Parts`, imported when it is needed;
    None where the format is known and not read.
    """

    media_type: str
    what: str
    magic: tuple[bytes, ...] = ()
    part: bytes = b""
    suffixes: tuple[str, ...] = ()
    reader: str | None = None
    test: Callable[[bytes], bool] | None = None

    def told_by(self, head: bytes, data: bytes) -> bool:
        """Whether a file that begins with `head` is of this format."""
        if self.magic and not any(head.startswith(magic) for magic in self.magic):
            return False
        return (not self.part or self.part in data) and (self.test is None or self.test(data))

    def read(self, data: bytes, limits: Limits) -> Parts:
        """Text and tables of a file. Raises UnreadableError, LimitError."""
        read_parts: Callable[[bytes, Limits], Parts] = import_module(f"extractor.read.{self.reader}").read_parts
        return read_parts(data, limits)


_OLE = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
_ZIP = (b"PK\x03\x04",)
PDF = Format("application/pdf", "PDF documents", (b"%PDF-",), suffixes=(".pdf",), reader="pdf")
# The first that fits counts: what is told by its parts comes before what is told by its first bytes alone.
_OPEN = "application/vnd.openxmlformats-officedocument."
FORMATS: tuple[Format, ...] = (
    PDF,
    Format(
        _OPEN + "wordprocessingml.document",
        "DOCX documents",
        _ZIP,
        b"word/",
        (".docx", ".docm", ".dotx"),
        "office.docx",
        partial(has_part, folder="word/"),
    ),
    Format(
        _OPEN + "spreadsheetml.sheet",
        "XLSX documents",
        _ZIP,
        b"xl/",
        (".xlsx", ".xlsm"),
        "office.sheets",
        partial(has_part, folder="xl/"),
    ),
    Format(
        _OPEN + "presentationml.presentation",
        "PPTX documents",
        _ZIP,
        b"ppt/",
        test=partial(has_part, folder="ppt/"),
    ),
    Format("application/vnd.oasis.opendocument", "OpenDocument files", _ZIP, b"mimetypeapplication/vnd.oasis"),
    Format("application/ofd", "OFD documents", _ZIP, b"OFD.xml"),
    Format("application/zip", "ZIP archives", (*_ZIP, b"PK\x05\x06"), suffixes=(".zip",), reader="archive"),
    Format(
        "application/x-ole-storage",
        "DOC, WPS and XLS documents (OLE)",
        _OLE,
        suffixes=(".doc", ".dot", ".wps", ".wpt", ".xls", ".et"),
        reader="office.ole",
    ),
    Format("application/rtf", "RTF documents", (b"{\\rtf",), suffixes=(".rtf",), reader="office.rtf"),
    Format("multipart/related", "MHTML pages", suffixes=(".mht", ".mhtml"), reader="office.mhtml", test=is_mhtml),
    Format("image/png", "PNG images", (b"\x89PNG\r\n\x1a\n",), suffixes=(".png",), reader="picture"),
    Format("image/jpeg", "JPEG images", (b"\xff\xd8\xff",), suffixes=(".jpg", ".jpeg"), reader="picture"),
    Format("image/gif", "GIF images", (b"GIF8",), suffixes=(".gif",), reader="picture"),
    Format("image/bmp", "BMP images", (b"BM",), b"\0\0\0\0", suffixes=(".bmp",), reader="picture"),
    Format("image/tiff", "TIFF images", (b"II*\x00", b"MM\x00*"), suffixes=(".tif", ".tiff"), reader="picture"),
    Format(
        "application/gzip",
        "gzip archives",
        (b"\x1f\x8b",),
        suffixes=(".gz", ".tgz"),
        reader="archive",
    ),
    Format("application/x-tar", "tar archives", suffixes=(".tar",), reader="archive", test=is_tar),
    Format("application/vnd.rar", "RAR archives", (b"Rar!",)),
    Format("application/x-7z-compressed", "7z archives", (b"7z\xbc\xaf\x27\x1c",)),
)
_TEXT_SUFFIXES = frozenset({"", ".txt", ".md", ".markdown", ".html", ".htm", ".xhtml", ".shtml", ".csv"})
_READS_PICTURES = find_spec("rapidocr") is not None
# Of files that are looked at in a folder or an archive; what they are is told by their content. Pictures only where
# they can be read, and no GIF: what lies beside reports in that format is their ornaments.
SUFFIXES = (
    _TEXT_SUFFIXES
    | {
        suffix
        for kind in FORMATS
        if kind.reader is not None and (kind.reader != "picture" or _READS_PICTURES)
        for suffix in kind.suffixes
    }
) - {".gif"}
