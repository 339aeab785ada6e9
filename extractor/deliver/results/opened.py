"""From the paths that results lie in to the results."""

from pathlib import Path

from extractor.deliver.results.from_files import FileResults
from extractor.deliver.results.parquet_folder import ParquetResults, table_files
from extractor.deliver.results.source import Complain, Results
from extractor.errors import UsageError

__all__ = ["open_results"]


def open_results(paths: list[Path], complain: Complain) -> Results:
    """The results in `paths`: a folder of Parquet tables, or files and folders of JSON.

    Raises UsageError where there is none.
    """
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
