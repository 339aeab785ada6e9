"""What a file is, told by its content first and by its name where the content could be two things."""

import re
from itertools import islice
from pathlib import PurePath

from extractor.errors import UnreadableError
from extractor.read.commas import is_csv
from extractor.read.formats import FORMATS, PDF, Format

__all__ = ["sniff_bytes", "sniff_text"]

_TAG = re.compile(
    r"<(?:!doctype\s+html|/?(?:html|head|body|table|tbody|tr|td|th|p|div|span|br|meta|title|h[1-6]|ul|ol|li|font|center"
    r"|section|article|main)(?=[\s/>]))",
    re.IGNORECASE,
)
_MARKDOWN = re.compile(r"^(?:#{1,6} \S|\|(?:\s*:?-{3,}:?\s*\|)+\s*$|```)", re.MULTILINE)
_SNIFFED = 65_536
_MANY_TAGS = 8

CSV, HTML, MARKDOWN, TEXT = "text/csv", "text/html", "text/markdown", "text/plain"
_BY_SUFFIX = {".html": HTML, ".htm": HTML, ".xhtml": HTML, ".shtml": HTML, ".md": MARKDOWN, ".markdown": MARKDOWN}


def sniff_bytes(data: bytes) -> Format | None:
    """The binary format that `data` is in, None for text. UnreadableError if it is a known one that is not read."""
    head = data.lstrip(b"\r\n\t ")[:8] if data[:1].isspace() else data[:8]
    found = next((kind for kind in FORMATS if kind.told_by(head, data)), None)
    if found is None:
        if b"%PDF-" not in data[:1024]:
            return None
        found = PDF
    if found.reader is None:
        raise UnreadableError(f"{found.what} are not read yet by this version (found {_printable(head.rstrip())})")
    return found


def sniff_text(text: str, name: str) -> str:
    """The media type of decoded text: text/html, text/markdown, text/csv or text/plain.

    A suffix that agrees decides doubts.
    """
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
    return CSV if "," in head and is_csv(head) else TEXT


def _printable(data: bytes) -> str:
    text = data.decode("latin-1")
    return text if text.isascii() and text.isprintable() else "bytes " + data.hex(" ")
