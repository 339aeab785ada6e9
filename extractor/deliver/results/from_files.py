"""Results in JSON, JSON Lines, or the Parquet that a service gives out (a row a document, the report as JSON)."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.audit.results import SUFFIXES, read_results
from extractor.deliver.from_json import report_of
from extractor.deliver.results.source import Complain
from extractor.deliver.tables.rows import report_key
from extractor.errors import ForeignResultError, ResultError, UsageError
from extractor.report import Report

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FileResults"]

_PARQUET = ".parquet"
_CHUNK = 200


class FileResults:
    """Reports in the order of the files. `complain` is told of what cannot be read, and of a document that comes twice:
    the first is kept. Files without a single result are a UsageError, raised when all have been gone through."""

    def __init__(self, paths: list[Path], complain: Complain) -> None:
        self._named = {path for path in paths if path.is_file()}
        self._files = [file for path in paths for file in _files(path)]
        if not self._files:
            raise UsageError(f"no results in {', '.join(map(str, paths))}: neither Parquet tables nor JSON")
        self._paths = paths
        self._complain = complain
        self.unread = 0

    def reports(self) -> Iterator[Report]:
        seen: dict[str, str] = {}
        for file in self._files:
            for place, result in _results(file):
                where = f"{file}{place}"
                try:
                    if isinstance(result, ResultError):
                        raise result
                    report = report_of(result)
                except ForeignResultError as error:
                    if file in self._named:
                        self._lament(f"{where}: {error}")
                    continue
                except ResultError as error:
                    self._lament(f"{where}: {error}")
                    continue
                key = report_key(report.source)
                if key in seen:
                    self._complain(f"{where}: {report.source.name} is in {seen[key]} already; the first is kept")
                    continue
                seen[key] = where
                yield report
        if not seen:
            names = ", ".join(map(str, self._paths))
            what = "that can be read" if self.unread else "(gouji extract --out or gouji bulk makes them of reports)"
            raise UsageError(f"no results in {names} {what}")

    def chunks(self) -> "Iterator[Mapping[str, pa.Table]]":
        from extractor.deliver.tables.arrow import tables_of

        reports = self.reports()
        while group := list(islice(reports, _CHUNK)):
            yield tables_of(group)

    def _lament(self, message: str) -> None:
        self.unread += 1
        self._complain(message)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())


def _results(file: Path) -> Iterator[tuple[str, object | ResultError]]:
    if file.suffix.lower() == _PARQUET:
        yield from _of_service(file)
        return
    with file.open("rb") as stream:
        yield from read_results(stream, file.suffix.lower())


def _of_service(file: Path) -> Iterator[tuple[str, object | ResultError]]:
    from extractor.deliver.tables.arrow import need_pyarrow

    need_pyarrow()
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        parquet = pq.ParquetFile(file)
        if "report" not in parquet.schema_arrow.names or "seq" not in parquet.schema_arrow.names:
            raise ForeignResultError("no results of a service: it has no columns seq and report")
        row = 0
        for batch in parquet.iter_batches(columns=["report"], batch_size=_CHUNK):
            for text in batch.column(0).to_pylist():
                row += 1
                yield f" row {row}", _parsed(text)
    except (pa.ArrowInvalid, ForeignResultError) as error:
        yield "", error if isinstance(error, ResultError) else ResultError(f"no Parquet: {error}")


def _parsed(text: object) -> object | ResultError:
    try:
        result: object = json.loads(str(text), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        return ResultError(f"not JSON: {error}")
    return result
