"""What results can be asked for, however they lie on disk."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from extractor.errors import UsageError
from extractor.report import Report

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Complain", "Results", "open_results"]

Complain = Callable[[str], None]
"""Takes a line on what could not be read or was left out."""


class Results(Protocol):
    """Results of many documents. Never all of them are held at once."""

    def reports(self) -> Iterator[Report]:
        """Each document's report once, those that failed among them."""
        ...

    def chunks(self) -> "Iterator[Mapping[str, pa.Table]]":
        """The same as pieces of the published tables; a piece may have some of the tables only."""
        ...


def open_results(paths: list[Path], complain: Complain) -> Results:
    """The results in `paths`: a folder of Parquet tables, or files and folders of JSON.

    Raises UsageError where there is none.
    """
    from extractor.deliver.results.from_files import FileResults
    from extractor.deliver.results.parquet_folder import ParquetResults, table_files

    for path in paths:
        if not path.exists():
            raise UsageError(f"no such file or folder: {path}")
    folders = [
        path for path in paths if path.is_dir() and (table_files(path, "reports") or table_files(path, "failures"))
    ]
    if not folders:
        return FileResults(paths, complain)
    if len(paths) > 1:
        raise UsageError(f"{folders[0]} holds Parquet tables: name it alone, without other results")
    return ParquetResults(folders[0])
