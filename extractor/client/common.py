"""What both clients share: requests as plain data, errors, and how long to wait before trying again."""

import json
import os
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import IO, TypeAlias, TypedDict, cast
from uuid import uuid4

import httpx

from extractor.errors import GoujiError

__all__ = [
    "JSON",
    "TIMEOUT",
    "Query",
    "Request",
    "ServiceError",
    "Source",
    "emptied",
    "error_of",
    "extraction",
    "headers",
    "pause",
    "reason",
    "submission",
    "unreachable",
]

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"
Source: TypeAlias = str | Path | tuple[str, bytes]
Query: TypeAlias = Mapping[str, str | int | float | None]
TRIES = 6
TIMEOUT = httpx.Timeout(60, connect=10, read=700)
_AGAIN = (429, 502, 503, 504)
_LONGEST_S = 60.0


class ServiceError(GoujiError):
    """The service refused. `code` is stable; `status` is HTTP's, 0 where it could not be reached."""

    def __init__(self, status: int, code: str, detail: str, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.retry_after = retry_after


class _Arguments(TypedDict):
    method: str
    url: str
    params: dict[str, str]
    headers: dict[str, str]
    files: list[tuple[str, tuple[str, IO[bytes]]]] | None
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Request:
    """A request that can be sent again: files are opened anew each time. `into`: where its answer is written to."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    files: Sequence[tuple[str, Source]] = ()
    content: bytes | None = None
    into: IO[bytes] | None = None

    def arguments(self) -> _Arguments:
        """As httpx wants them."""
        return {
            "method": self.method,
            "url": self.path,
            "params": self.query,
            "headers": self.headers,
            "files": [(field, _named(source)) for field, source in self.files] or None,
            "content": self.content,
        }


def emptied(file: IO[bytes]) -> IO[bytes]:
    """The file as it was before an answer that broke off was written into it."""
    file.seek(0)
    file.truncate()
    return file


class _Lazy:
    """A file that is open only while it is read: a batch has more files than a process may have open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def read(self, size: int = -1) -> bytes:
        if self._file is None:
            self._file = self._path.open("rb")
        data = self._file.read(size)
        if not data:
            self._file.close()
            self._file = None
        return data


def _named(source: Source) -> tuple[str, IO[bytes]]:
    if isinstance(source, tuple):
        return source[0], BytesIO(source[1])
    return str(source), cast("IO[bytes]", _Lazy(Path(source)))


def headers(key: str | None) -> dict[str, str]:
    """`key`: by default what GOUJI_KEY holds."""
    key = os.environ.get("GOUJI_KEY") if key is None else key
    return {"User-Agent": "gouji-client"} | ({"Authorization": f"Bearer {key}"} if key else {})


def extraction(source: Source, options: Query) -> Request:
    """One document."""
    name, data = source if isinstance(source, tuple) else (Path(source).name, Path(source).read_bytes())
    kind = {"Content-Type": "application/octet-stream"}
    return Request("POST", "/v1/extractions", _query({**options, "name": name}), kind, content=data)


def submission(sources: Iterable[Source], options: Query, idempotency_key: str | None) -> Request:
    """A batch. Every one gets an Idempotency-Key: where the answer is lost, sending it again makes no second batch."""
    files = [("files", source) for source in sources]
    named = {"Idempotency-Key": idempotency_key or uuid4().hex}
    return Request("POST", "/v1/batches", _query(options), named, files=files)


def _query(options: Query) -> dict[str, str]:
    return {name: str(value) for name, value in options.items() if value is not None}


def error_of(response: httpx.Response) -> ServiceError:
    """The error that a response tells of."""
    try:
        body = json.loads(response.content)
        code, detail = str(body["code"]), str(body.get("detail") or body["title"])
    except (ValueError, KeyError, TypeError):
        code, detail = "http", f"status {response.status_code}"
    after = response.headers.get("retry-after", "")
    return ServiceError(response.status_code, code, detail, float(after) if after.isdigit() else None)


def pause(error: Exception, attempt: int) -> float | None:
    """Seconds to wait before the next try; None where trying again does not help."""
    if attempt + 1 >= TRIES:
        return None
    if isinstance(error, ServiceError) and (error.status in _AGAIN or error.code == "idempotency_in_progress"):
        # The whole of what was asked for, and a little more: all who were sent away must not come back at once.
        return min(max(error.retry_after or 0, 2.0**attempt / 2) * random.uniform(1, 1.25), _LONGEST_S)
    if isinstance(error, httpx.TransportError):
        return min(2.0**attempt / 2 * random.uniform(1, 1.25), _LONGEST_S)
    return None


def reason(error: Exception) -> str:
    """What went wrong, for people."""
    if isinstance(error, httpx.TransportError):
        return f"the service cannot be reached: {type(error).__name__}"
    return str(error)


def unreachable(error: Exception) -> Exception:
    """The error as callers get it."""
    return ServiceError(0, "unreachable", reason(error)) if isinstance(error, httpx.TransportError) else error
