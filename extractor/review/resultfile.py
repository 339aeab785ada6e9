"""A file of results on disk: which result stands where in it, followed while it grows."""

from collections.abc import Collection, Iterator
from pathlib import Path

from extractor.audit.results import MOST_CHARACTERS, read_results
from extractor.deliver.to_json import json_line
from extractor.errors import ResultError
from extractor.review.places import Found, Held, Slice, parsed
from extractor.review.revive import revived

__all__ = ["ResultFile"]

_LINES = (".jsonl", ".ndjson")
_MARKED = (b"\xff\xfe", b"\xfe\xff")


class ResultFile:
    """`refused`: how many results in it could not be read, and what was wrong with the first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.refused = 0
        self.why: str | None = None
        self._read_to = 0
        self._stamp: tuple[int, int, int] | None = None
        self._digests: set[str] = set()

    def of_any(self, digests: Collection[str]) -> set[str]:
        """Those of the documents with these SHA-256 that a result read so far is of."""
        return self._digests.intersection(digests)

    def news(self) -> Iterator[Found]:
        """What has been added since the last time, or all where the file is another one."""
        try:
            state = self.path.stat()
        except OSError:
            return
        stamp = (state.st_ino, state.st_size, state.st_mtime_ns)
        if stamp == self._stamp:
            return
        if self._stamp is None or self._stamp[0] != stamp[0] or state.st_size < self._read_to:
            self._read_to = 0
            self._digests.clear()
        self._stamp = stamp
        with self.path.open("rb") as file:
            lines = self.path.suffix.lower() in _LINES and not file.read(2).startswith(_MARKED)
        for found in self._lines() if lines else self._whole():
            assert found.report is not None
            self._digests.add(found.report.source.sha256)
            yield found

    def _lines(self) -> Iterator[Found]:
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
                yield Found(report.source.name, Slice(self.path, start, len(line)), report)

    def _whole(self) -> Iterator[Found]:
        """An array, or UTF-16: it cannot be read from the middle, so that its results are held."""
        with self.path.open("rb") as file:
            for _, result in read_results(file, self.path.suffix.lower()):
                try:
                    if isinstance(result, ResultError):
                        raise result
                    report = revived(result)
                except ResultError as error:
                    self._refuse(error)
                    continue
                line = json_line(report).encode("utf-8", "surrogatepass")
                yield Found(report.source.name, Held.of(line, self.path), report)

    def _refuse(self, error: ResultError) -> None:
        self.refused += 1
        self.why = self.why or str(error)
