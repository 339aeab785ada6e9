"""Files of results as `gouji extract` writes them, read back one result at a time: an array, an object, JSON Lines.

The files may be many times larger than any document; never more than one result of them is held. Damage costs as
little as it can: one line of JSON Lines, the rest of an array.
"""

import json
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from decimal import Decimal
from io import BufferedReader, TextIOWrapper

from extractor.errors import ForeignResultError, ResultError

__all__ = ["MOST_CHARACTERS", "SUFFIXES", "holds_results", "read_results"]

SUFFIXES = frozenset({".json", ".jsonl", ".ndjson"})
LINES = frozenset({".jsonl", ".ndjson"})
MOST_CHARACTERS = 20_000_000
"""Of one result; a real one has 60,000."""

_PEEK = 256
_CHUNK = 1 << 20
_SPACE = " \t\r\n"


def holds_results(beginning: bytes) -> bool:
    """Whether a file that begins so is JSON: an object, or an array of objects. No report begins so."""
    text = _text(beginning)
    opening, inside = text[:1], text[1:].lstrip()[:1]
    return (opening, inside) in {("{", '"'), ("{", "}"), ("[", "{"), ("[", "]")}


def read_results(file: BufferedReader, suffix: str = "") -> Iterator[tuple[str, object | ResultError]]:
    """Each result with its place in the file (`:17` for a line, `[3]` for an element, `` for the only one).

    What cannot be read comes out as a ResultError in its place.
    """
    beginning = file.peek(_PEEK)[:_PEEK]
    array = _text(beginning).startswith("[") and suffix not in LINES
    # A bad byte costs the line that it stands in; an array cannot go on behind it.
    errors = "strict" if array else "surrogateescape"
    stream = TextIOWrapper(file, encoding=_encoding(beginning), errors=errors, newline="\n")
    try:
        yield from _elements(stream) if array else _lines(stream, suffix in LINES)
    finally:
        stream.detach()  # whoever opened the file closes it


def _encoding(beginning: bytes) -> str:
    """UTF-8, but for what a Windows shell makes of redirected output."""
    if beginning.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8-sig" if beginning.startswith(BOM_UTF8) else "utf-8"


def _text(beginning: bytes) -> str:
    return beginning.decode(_encoding(beginning), "replace").lstrip("\ufeff").lstrip()


def _lines(stream: TextIOWrapper, every: bool) -> Iterator[tuple[str, object | ResultError]]:
    """A result a line; or, unless the name says lines (`every`), one result over many lines."""
    number = 0
    while line := stream.readline(MOST_CHARACTERS):
        number += 1
        if line.isspace():
            continue
        result = _or_error(line)
        if isinstance(result, ResultError) and not every:
            yield "", _or_error(line + stream.read(MOST_CHARACTERS + 1))
            return
        every = True
        if len(line) >= MOST_CHARACTERS and not line.endswith("\n"):
            while (rest := stream.readline(MOST_CHARACTERS)) and not rest.endswith("\n"):
                pass
            result = ResultError(_TOO_LONG)
        yield f":{number}", result
    if not every:
        yield "", ResultError("the file is empty")


def _elements(stream: TextIOWrapper) -> Iterator[tuple[str, object | ResultError]]:
    """The elements of an array up to the first that cannot be read."""
    array, number = _Array(stream), 0
    try:
        array.pass_over("[")
        while not array.passes("]"):
            number += 1
            if number > 1:
                array.pass_over(",")
            yield f"[{number}]", array.element()
    except ResultError as error:
        yield f"[{number}]", error
    except UnicodeDecodeError:
        yield f"[{number}]", ResultError(_NOT_UTF8)


class _Array:
    """What has been read of an array and not yet been used."""

    def __init__(self, stream: TextIOWrapper) -> None:
        self._stream = stream
        self._buffer = ""
        self._at = 0

    def passes(self, sign: str) -> bool:
        """Whether `sign` stands next; if so, it is used up."""
        found = self._next() == sign
        self._at += found
        return found

    def pass_over(self, sign: str) -> None:
        if not self.passes(sign):
            raise ResultError(f"not JSON: '{sign}' is missing" if self._next() else "not JSON: it breaks off")

    def element(self) -> object:
        """The object that stands next. Read on as long as it is not whole, twice as much each time."""
        if self._next() not in ("{", ""):
            raise ForeignResultError("no result of gouji: an array of something else than objects")
        step = _CHUNK
        while True:
            try:
                element, self._at = _DECODER.raw_decode(self._buffer, self._at)
            except RecursionError:
                raise ResultError(_TOO_DEEP) from None
            except ValueError as error:
                if len(self._buffer) - self._at > MOST_CHARACTERS:
                    raise ResultError(_TOO_LONG) from None
                more = self._stream.read(step)
                if not more:
                    said = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
                    raise ResultError(f"not JSON: {said}") from None
                self._buffer, self._at, step = self._buffer[self._at :] + more, 0, 2 * step
            else:
                return element

    def _next(self) -> str:
        """The next character that is no space, nothing at the end."""
        while True:
            while self._at < len(self._buffer):
                if self._buffer[self._at] not in _SPACE:
                    return self._buffer[self._at]
                self._at += 1
            self._buffer, self._at = self._stream.read(_CHUNK), 0
            if not self._buffer:
                return ""


def _or_error(text: str) -> object | ResultError:
    try:
        return _parsed(text)
    except ResultError as error:
        return error


def _parsed(text: str) -> object:
    if len(text) > MOST_CHARACTERS:
        raise ResultError(_TOO_LONG)
    if _NO_UTF8.search(text):
        raise ResultError(_NOT_UTF8)
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except RecursionError:
        raise ResultError(_TOO_DEEP) from None
    except ValueError as error:
        raise ResultError(f"not JSON: {error}") from None


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_constant)
_NO_UTF8 = re.compile("[\udc80-\udcff]")
_NOT_UTF8 = "not UTF-8"
_TOO_DEEP = "nested too deeply to be a result of gouji"
_TOO_LONG = f"over {MOST_CHARACTERS:,} characters: too long for a result of gouji"
