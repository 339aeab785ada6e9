"""Documents out of a request's body, one at a time: multipart files, lines of JSON, ZIP archives.

A reader is fed the body's pieces, and hands each document on as soon as it is whole.
"""

import base64
import binascii
import json
import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from extractor.errors import DocumentError, LimitError
from extractor.read import Limits
from extractor.read.locator import INSIDE, Locator, expanded, let_go
from extractor.service.api.problems import Problem
from extractor.service.blobs import Blobs
from extractor.service.contents import Incoming

__all__ = ["Found", "JsonLines", "Multipart", "Reader", "name_of", "reader_of"]

_LONGEST_NAME = 500
_MOST_HEADERS = 16_000
_LARGE_LINE = 1_000_000
_UNPACKING = threading.Lock()  # what may take a gigabyte of memory: an archive, JSON of nothing but brackets
_UNNAMED = ("file", "files", "files[]", "")


@dataclass(frozen=True, slots=True)
class Found:
    """A document that is whole: its content is with `incoming`, not stored yet."""

    custom_id: str | None
    name: str
    form: str | None
    incoming: Incoming


class Reader(Protocol):
    """What turns a body into documents."""

    def feed(self, piece: bytes) -> None:
        """The next piece. Raises Problem."""
        ...

    def end(self) -> None:
        """There is no more. Raises Problem where something is missing."""
        ...

    def close(self) -> None:
        """Leaves nothing behind, also where the end was not reached."""
        ...


def reader_of(content_type: str, blobs: Blobs, most: int, found: Callable[[Found], None]) -> Reader:
    """The reader of a body of that type. `most`: bytes of a document. Raises Problem."""
    kind, options = parse_options_header(content_type)
    match kind.decode("latin-1"):
        case "multipart/form-data" if options.get(b"boundary"):
            return Multipart(options[b"boundary"], most, found)
        case "application/jsonl" | "application/x-ndjson" | "application/ndjson" | "application/x-jsonlines":
            return JsonLines(most, found)
        case "application/zip" | "application/x-zip-compressed":
            return Zipped(blobs, most, found)
    raise Problem("unsupported_type", "multipart/form-data, application/x-ndjson or application/zip is read")


class Multipart:
    """A part with a file name is a document; its field's name is its custom_id, unless that is `file` or `files`."""

    def __init__(self, boundary: bytes, most: int, found: Callable[[Found], None]) -> None:
        self._most = most
        self._found = found
        self._headers: dict[str, bytes] = {}
        self._field = self._value = b""
        self._size = 0
        self._incoming: Incoming | None = None
        self._custom_id: str | None = None
        self._name = ""
        self._ended = False
        told: dict[str, Callable[..., None]] = {
            "on_part_begin": self._begin,
            "on_header_field": self._on_field,
            "on_header_value": self._on_value,
            "on_header_end": self._header,
            "on_headers_finished": self._start,
            "on_part_data": self._data,
            "on_part_end": self._finish,
            "on_end": self._all,
        }
        try:
            self._parser = MultipartParser(boundary, told)  # type: ignore[arg-type]
        except FormParserError:
            raise Problem("malformed_body", "multipart: the boundary is too long") from None

    @staticmethod
    def boundary_of(content_type: str) -> bytes:
        """The boundary that the type names. Raises Problem."""
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise Problem("unsupported_type", "multipart/form-data with a boundary, or the document as the body")
        return options[b"boundary"]

    def feed(self, piece: bytes) -> None:
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise Problem("malformed_body", f"multipart: {error}") from None

    def end(self) -> None:
        if not self._ended:
            raise Problem("malformed_body", "multipart: it ends in the middle")

    def close(self) -> None:
        """Nothing of it lies anywhere but in memory."""

    def _begin(self) -> None:
        self._headers, self._field, self._value, self._size = {}, b"", b"", 0

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]
        self._count(end - start)

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._count(end - start)

    def _count(self, size: int) -> None:
        self._size += size
        if self._size > _MOST_HEADERS:
            raise Problem("malformed_body", "multipart: the headers of a part are too long")

    def _header(self) -> None:
        self._headers[self._field.decode("latin-1").lower()] = self._value
        self._field = self._value = b""

    def _start(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition", b""))
        if b"filename" not in options:  # RFC 7578: not `filename*`, which the parser leaves out
            raise Problem("malformed_body", "multipart: every part must be a file; options belong into the query")
        field = _text(options.get(b"name", b""))
        self._custom_id = None if field in _UNNAMED else _custom_id(field)
        self._name = name_of(_text(options[b"filename"]))
        self._incoming = Incoming(self._most)

    def _data(self, data: bytes, start: int, end: int) -> None:
        assert self._incoming is not None
        _write(self._incoming, data[start:end], self._most)

    def _finish(self) -> None:
        assert self._incoming is not None
        self._found(Found(self._custom_id, self._name, None, self._incoming))
        self._incoming = None

    def _all(self) -> None:
        self._ended = True


class JsonLines:
    """`{"custom_id": …, "name": …, "form": …, "text": …}` a line; `content`, in base64, in place of `text`."""

    def __init__(self, most: int, found: Callable[[Found], None]) -> None:
        self._most = most
        self._found = found
        self._longest = 2 * most + _MOST_HEADERS
        self._rest: list[bytes] = []
        self._size = 0
        self._number = 0

    def feed(self, piece: bytes) -> None:
        *lines, rest = piece.split(b"\n")
        for line in lines:
            if line or self._rest:
                self._line(b"".join([*self._rest, line]))
                self._rest, self._size = [], 0
            else:
                self._number += 1
        if rest:
            self._rest.append(rest)
        self._size += len(rest)
        if self._size > self._longest:
            raise Problem("file_too_large", f"line {self._number + 1}: at most {self._most:,} bytes a document")

    def end(self) -> None:
        self._line(b"".join(self._rest))

    def close(self) -> None:
        """Nothing of it lies anywhere but in memory."""

    def _line(self, line: bytes) -> None:
        self._number += 1
        if not line.strip():
            return
        try:
            with _UNPACKING if len(line) > _LARGE_LINE else nullcontext():
                given = json.loads(line)
        except (ValueError, RecursionError):
            raise self._wrong("is no JSON") from None
        if not isinstance(given, dict):
            raise self._wrong("must be an object")
        unknown = sorted(set(given) - {"custom_id", "name", "form", "text", "content"})
        if unknown:
            raise self._wrong(f"has a key that is not known ({str(unknown[0])[:40]!r})")
        if any(not isinstance(value, str) for value in given.values() if value is not None):
            raise self._wrong("has a value that is no text")
        text, content = given.get("text"), given.get("content")
        if (text is None) == (content is None):
            raise self._wrong("needs either text or content")
        try:
            data = text.encode("utf-8") if text is not None else base64.b64decode(str(content), validate=True)
        except (binascii.Error, UnicodeEncodeError):
            raise self._wrong("has content that is no base64, or text that is none") from None
        custom_id = given.get("custom_id")
        incoming = Incoming(self._most)
        _write(incoming, data, self._most)
        name = name_of(given.get("name") or custom_id or f"line {self._number}")
        self._found(Found(None if custom_id is None else _custom_id(custom_id), name, given.get("form"), incoming))

    def _wrong(self, what: str) -> Problem:
        return Problem("malformed_body", f"line {self._number} {what}")


class Zipped:
    """An archive: each document in it is one of the batch, named as in the archive.

    Archives are unpacked one at a time: what is packed with gzip or tar within one may take a gigabyte of memory.
    """

    def __init__(self, blobs: Blobs, most: int, found: Callable[[Found], None]) -> None:
        self._most = most
        self._found = found
        self._path = blobs.aside(f"{uuid4().hex}.zip")

    def feed(self, piece: bytes) -> None:
        with self._path.open("ab") as file:
            file.write(piece)

    def end(self) -> None:
        self._path.touch()
        limits = Limits(max_bytes=self._most)
        whole = Locator("", self._path)
        with _UNPACKING:
            try:
                if not _begins(self._path, b"PK"):
                    raise Problem("malformed_body", "no ZIP archive")
                for member in expanded(whole, limits):
                    if member == whole:
                        raise Problem("malformed_body", "no archive of documents, or one beyond the limits on archives")
                    incoming = Incoming(self._most)
                    _write(incoming, member.read(limits), self._most)
                    self._found(Found(None, name_of(member.name.removeprefix(INSIDE)), None, incoming))
            except DocumentError as error:
                raise Problem("malformed_body", f"the archive cannot be read: {error}") from None
            finally:
                let_go()

    def close(self) -> None:
        self._path.unlink(missing_ok=True)


def _begins(path: Path, mark: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(mark)) == mark


def _write(incoming: Incoming, data: bytes, most: int) -> None:
    try:
        incoming.write(data)
    except LimitError:
        raise Problem("file_too_large", f"at most {most:,} bytes") from None


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def name_of(name: str) -> str:
    """The sender's name of a document, fit to be shown and stored. It never becomes part of a path."""
    clean = "".join(each if each.isprintable() and each != "\ufffe" else "\ufffd" for each in name)
    return clean.encode("utf-8", "replace").decode()[:_LONGEST_NAME] or "-"


def _custom_id(text: str) -> str:
    if not 0 < len(text) <= 200 or not text.isprintable() or not _encodes(text):
        raise Problem("malformed_body", "a custom_id has 1 to 200 printable characters")
    return text


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
