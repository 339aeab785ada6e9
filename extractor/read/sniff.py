"""What a file is, told by its content first and by its name where the content could be two things."""

import re
from itertools import islice
from pathlib import PurePath

from extractor.errors import UnreadableError

__all__ = ["sniff_bytes", "sniff_text"]

# Magic numbers of what an annual report is published as, besides text and HTML.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "PDF documents"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "DOC, WPS and XLS documents (OLE)"),
    (b"{\\rtf", "RTF documents"),
    (b"\x89PNG\r\n\x1a\n", "PNG images"),
    (b"\xff\xd8\xff", "JPEG images"),
    (b"GIF8", "GIF images"),
    (b"BM", "BMP images"),
    (b"II*\x00", "TIFF images"),
    (b"MM\x00*", "TIFF images"),
    (b"\x1f\x8b", "gzip archives"),
    (b"Rar!", "RAR archives"),
    (b"7z\xbc\xaf\x27\x1c", "7z archives"),
    (b"PK\x03\x04", "ZIP archives"),
)
_OFFICE: tuple[tuple[bytes, str], ...] = (
    (b"word/", "DOCX documents"),
    (b"xl/", "XLSX documents"),
    (b"ppt/", "PPTX documents"),
    (b"OFD.xml", "OFD documents"),
)
_TAG = re.compile(
    r"<(?:!doctype\s+html|/?(?:html|head|body|table|tbody|tr|td|th|p|div|span|br|meta|title|h[1-6]|ul|ol|li|font|center"
    r"|section|article|main)(?=[\s/>]))",
    re.IGNORECASE,
)
_MARKDOWN = re.compile(r"^(?:#{1,6} \S|\|(?:\s*:?-{3,}:?\s*\|)+\s*$|```)", re.MULTILINE)
_SNIFFED = 65_536
_MANY_TAGS = 8

HTML, MARKDOWN, TEXT = "text/html", "text/markdown", "text/plain"
_BY_SUFFIX = {".html": HTML, ".htm": HTML, ".xhtml": HTML, ".shtml": HTML, ".md": MARKDOWN, ".markdown": MARKDOWN}


def sniff_bytes(data: bytes) -> None:
    """UnreadableError if `data` is of a known type that is not text."""
    head = data.lstrip(b"\r\n\t ")[:8] if data[:1].isspace() else data[:8]
    for magic, kind in _MAGIC:
        if not head.startswith(magic):
            continue
        if magic == b"BM" and data[6:10] != b"\0\0\0\0":
            continue
        if magic == b"PK\x03\x04":
            kind = next((office for part, office in _OFFICE if part in data), kind)
        shown = data.lstrip()[: 8 if magic == b"%PDF-" else len(magic)]
        raise UnreadableError(f"{kind} are not read yet by this version (found {_printable(shown)})")
    if b"%PDF-" in data[:1024]:
        raise UnreadableError("PDF documents are not read yet by this version (found %PDF- after other bytes)")


def sniff_text(text: str, name: str) -> str:
    """The media type of decoded text: text/html, text/markdown or text/plain. A suffix that agrees decides doubts."""
    by_name = _BY_SUFFIX.get(PurePath(name).suffix.lower())
    head = text[:_SNIFFED]
    if by_name == MARKDOWN:
        return MARKDOWN
    # A document that begins with a tag, or is thick with them, is HTML whatever its name says.
    likely = by_name == HTML or head.lstrip("\ufeff \t\r\n").startswith("<")
    tags = islice(_TAG.finditer(head), 1 if likely else _MANY_TAGS)
    if sum(1 for _ in tags) == (1 if likely else _MANY_TAGS):
        return HTML
    if _MARKDOWN.search(head):
        return MARKDOWN
    return TEXT


def _printable(data: bytes) -> str:
    text = data.decode("latin-1")
    return text if text.isascii() and text.isprintable() else "bytes " + data.hex(" ")
