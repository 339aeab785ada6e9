"""bytes → Document: the only place where a document's format matters."""

import errno
import hashlib
import stat
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.errors import UnreadableError, UsageError
from extractor.read.commas import read_csv
from extractor.read.decode import clean, decode
from extractor.read.document import Document, Grid, GridCell, Parts
from extractor.read.fold import fold
from extractor.read.invisible import left_out
from extractor.read.limits import Limits
from extractor.read.sniff import CSV, HTML, MARKDOWN, TEXT, sniff_bytes, sniff_text
from extractor.report import Reason, Source

__all__ = ["Document", "Grid", "GridCell", "Limits", "check_regular", "pictures", "read", "read_path"]

if TYPE_CHECKING:
    from extractor.read.frames import Beside

_DEFAULT = Limits()
_FRAMES = ("<frame", "<FRAME", "<iframe", "<IFRAME", "shLink")


def read(
    data: bytes | str,
    *,
    name: str = "-",
    media_type: str | None = None,
    limits: Limits = _DEFAULT,
    beside: "Beside | None" = None,
) -> Document:
    """The document in `data`.

    `media_type`: "text/plain", "text/html", "text/markdown" or "text/csv", with or without a charset parameter; by
    default the content tells. The charset is only a hint. A str is taken as decoded; `Source.sha256` is then of its
    UTF-8 bytes.
    `beside`: finds the frames of a page, where it comes from an archive or a folder that may hold them.

    Raises UnreadableError (empty, binary, of a type not read), LimitError, UsageError (unknown `media_type`).
    """
    raw, kind, parts = _taken_apart(data, name, media_type, limits, beside)
    if parts.pasted:
        from extractor.read.pasted import recognised

        parts = recognised(parts, limits)
    if not parts.text or parts.text.isspace():
        raise UnreadableError(_said_of_nothing(raw, kind))
    limits.check("max_characters", len(parts.text), "characters of text")
    source = Source(name, hashlib.sha256(raw).hexdigest(), kind)
    return Document(source, parts.text, fold(parts.text), parts.grids, parts.notes, parts.pages)


def pictures(
    data: bytes, *, name: str = "-", limits: Limits = _DEFAULT, beside: "Beside | None" = None
) -> list[tuple[str, bytes]]:
    """The pictures in a document of text that `read` recognises, by name: page n of the document is the n-th of them.

    Raises as `read` does.
    """
    parts = _taken_apart(data, name, None, limits, beside)[2]
    if not parts.pasted:
        return []
    from extractor.read.pasted import chosen

    return [(one.name, one.load() or b"") for one in chosen(parts, limits)]


def _said_of_nothing(raw: bytes, kind: str) -> str:
    if not raw:
        return "the document is empty"
    if kind == HTML:
        return "the HTML holds no visible text (a page filled by a script, or only images)"
    return "the document holds nothing but white space"


def _taken_apart(
    data: bytes | str, name: str, media_type: str | None, limits: Limits, beside: "Beside | None"
) -> tuple[bytes, str, Parts]:
    """The document's bytes, its media type and what its reader makes of it, pictures in it not recognised yet."""
    if isinstance(data, str):
        limits.check("max_bytes", len(data), "characters in the text")
        raw = data.encode("utf-8", "surrogatepass")
        kind, parts = _read_text(*clean(data), _media_type(media_type)[0], name, limits, beside)
    else:
        limits.check("max_bytes", len(data), "bytes in the file")
        raw = bytes(data)
        # Before the media type: "a PDF" says more than "an unknown type".
        binary = sniff_bytes(raw)
        if binary is not None:
            kind, parts = binary.media_type, binary.read(raw, limits)
        else:
            given, charset = _media_type(media_type)
            decoded = decode(raw, charset)
            kind, parts = _read_text(decoded.text, decoded.notes, given, name, limits, beside)
    return raw, kind, parts


def _read_text(
    text: str, notes: tuple[Reason, ...], kind: str | None, name: str, limits: Limits, beside: "Beside | None"
) -> tuple[str, Parts]:
    """The media type and the content of decoded text."""
    if not text or text.isspace():
        return kind or TEXT, Parts(text, notes=notes)
    kind = kind or sniff_text(text, name)
    text, invisible = left_out(text, markup=kind == HTML)
    notes += invisible
    if kind == CSV:
        parts = read_csv(text, limits)
        return kind, parts._replace(notes=notes + parts.notes)
    if kind != HTML:
        return kind, Parts(text, notes=notes)
    if beside is not None and any(word in text for word in _FRAMES):
        from extractor.read.frames import read_framed

        parts = read_framed(text, name, limits, beside)
    else:
        from extractor.read.html import read_html

        parts = read_html(text, limits, None if beside is None else partial(beside, name))
    return kind, parts._replace(notes=notes + parts.notes)


def read_path(path: str | Path, limits: Limits = _DEFAULT) -> Document:
    """The document in a file; its name is the path as given. OSError as it comes, UnreadableError for no file."""
    check_regular(path)
    with Path(path).open("rb") as file:
        # A byte more than allowed shows that there is more, without reading a disk full of it.
        data = file.read(limits.max_bytes + 1)
    near = None
    if Path(path).suffix.lower().startswith((".htm", ".xht", ".sht")):
        from extractor.read.aside import aside

        near = aside(Path(path), str(path), limits)
    return read(data, name=str(path), limits=limits, beside=near)


def check_regular(path: str | Path) -> None:
    """UnreadableError for what is there but is no file: opening a pipe or a device may wait for ever. OSError else."""
    try:
        mode = Path(path).stat().st_mode
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise UnreadableError("a symbolic link that leads back to itself") from None
        raise
    if not stat.S_ISREG(mode):
        kind = next((kind for is_kind, kind in _NO_FILES if is_kind(mode)), "something special")
        raise UnreadableError(f"{kind}, not a file")


_NO_FILES = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def _media_type(given: str | None) -> tuple[str | None, str | None]:
    if given is None:
        return None, None
    kind, _, parameters = given.partition(";")
    kind = kind.strip().lower()
    if kind == "application/xhtml+xml":
        kind = HTML
    if kind in ("application/octet-stream", ""):
        return None, None
    if kind not in (CSV, HTML, MARKDOWN, TEXT):
        raise UsageError(f"media type {kind!r} is not read; known are {TEXT}, {HTML}, {MARKDOWN}, {CSV}")
    name, _, value = parameters.strip().partition("=")
    return kind, value.strip().strip('"') if name.strip().lower() == "charset" else None
