"""A file of results on disk: which result stands where in it, followed while it grows."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from extractor.audit.results import MOST_CHARACTERS, read_results
from extractor.deliver.to_json import json_line
from extractor.errors import ResultError
from extractor.report import Report
from extractor.review.revive import revived

__all__ = ["ResultFile", "Slice", "parsed"]

_LINES = (".jsonl", ".ndjson")
_MARKED = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Slice:
    """A line of a file."""

    path: Path
    start: int
    size: int

    def read(self) -> bytes:
        with self.path.open("rb") as file:
            file.seek(self.start)
            return file.read(self.size)


def parsed(content: bytes) -> Report:
    """The report in one JSON object. Raises ResultError."""
    try:
        return revived(json.loads(content.decode("utf-8-sig", "surrogatepass"), parse_float=Decimal))
    except (ValueError, RecursionError) as error:
        raise ResultError(f"not JSON: {str(error)[:200]}") from None


class ResultFile:
    """`refused`: how many results in it could not be read, and what was wrong with the first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.refused = 0
        self.why: str | None = None
        self._read_to = 0
        self._stamp: tuple[int, int, int] | None = None

    def news(self) -> Iterator[tuple[Slice, Report, bytes | None]]:
        """What has been added since the last time, or all where the file is another one: the place of each, the report,
        and its JSON where the file cannot be read at that place again."""
        try:
            state = self.path.stat()
        except OSError:
            return
        stamp = (state.st_ino, state.st_size, state.st_mtime_ns)
        if stamp == self._stamp:
            return
        if self._stamp is None or self._stamp[0] != stamp[0] or state.st_size < self._read_to:
            self._read_to = 0
        self._stamp = stamp
        with self.path.open("rb") as file:
            lines = self.path.suffix.lower() in _LINES and not file.read(2).startswith(_MARKED)
        yield from self._lines() if lines else self._whole()

    def _lines(self) -> Iterator[tuple[Slice, Report, None]]:
        with self.path.open("rb") as file:
            file.seek(self._read_to)
            while line := file.readline(MOST_CHARACTERS):
                # The last line may still be being written; it is read when it is whole, or if it is JSON as it is.
                whole = line.endswith(b"\n") or len(line) >= MOST_CHARACTERS
                start, self._read_to = self._read_to, self._read_to + len(line)
                if not line.strip():
                    continue
                try:
                    report = parsed(line)
                except ResultError as error:
                    if not whole:
                        self._read_to = start
                        return
                    self._refuse(error)
                    continue
                yield Slice(self.path, start, len(line)), report, None

    def _whole(self) -> Iterator[tuple[Slice, Report, bytes]]:
        with self.path.open("rb") as file:
            for _, result in read_results(file, self.path.suffix.lower()):
                try:
                    if isinstance(result, ResultError):
                        raise result
                    report = revived(result)
                except ResultError as error:
                    self._refuse(error)
                    continue
                yield Slice(self.path, 0, 0), report, json_line(report).encode("utf-8", "surrogatepass")

    def _refuse(self, error: ResultError) -> None:
        self.refused += 1
        self.why = self.why or str(error)
