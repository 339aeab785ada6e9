"""What IN names: a folder, a glob, a URL of an object store, a list in Parquet or CSV; as files, in a fixed order.

Object stores are read by pyarrow's file systems (S3, GCS): they tell size and time of change with the listing, and come
with pyarrow, which writes the tables anyway.
"""

import csv
import glob
import os
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from extractor.bulk.tasks import File
from extractor.errors import UsageError
from extractor.read.folder import files_below
from extractor.read.formats import SUFFIXES

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

__all__ = ["files_of", "identity", "remote_file"]

_SCHEMES = ("s3", "gs", "gcs")
_WILD = re.compile(r"[*?\[]")
_PLACES = ("path", "file", "location", "url", "uri")
_NAMES = ("url", "uri")
_LISTS = (".csv", ".parquet")


def identity(source: str) -> str:
    """What tells one IN from another: its absolute path, or its URL."""
    return source if "://" in source else os.path.abspath(source)  # noqa: PTH100 - Path.absolute leaves `..` as it is


def files_of(source: str, skipped: Counter[str], *, leave_out: Path) -> Iterator[File]:
    """The files of IN. Those of kinds that are not read are counted in `skipped`, by suffix.

    Files of a folder, a glob or a URL are named by their way from there; those of a list as they are listed (by `url`,
    where it has both that and `path`). `leave_out`: the folder of results. Raises UsageError, OSError.
    """
    path = Path(source)
    if "://" in source:
        yield from _remote(source, skipped)
    elif path.is_dir():
        for file in files_below(path, SUFFIXES, skipped, leave_out):
            yield _local(file, file.relative_to(path).as_posix())
    elif path.is_file() and path.suffix.lower() in _LISTS:
        yield from _listed(path)
    elif path.is_file():
        yield _local(path, path.name)
    elif _WILD.search(source):
        yield from _globbed(source, skipped, leave_out)
    else:
        raise UsageError(f"{source}: no such file or folder, and no glob or URL")


def remote_file(url: str) -> tuple["FileSystem", str]:
    """The file system of a URL, and the path in it. Raises UsageError."""
    parts = urlsplit(url)
    system, bucket = _system(urlunsplit((parts.scheme, parts.netloc, "", parts.query, "")))
    return system, bucket + parts.path


@lru_cache(maxsize=8)
def _system(root: str) -> tuple["FileSystem", str]:
    """The file system, and how paths in it begin."""
    import pyarrow as pa
    from pyarrow.fs import FileSystem

    scheme = urlsplit(root).scheme
    if scheme not in _SCHEMES:
        raise UsageError(f"{scheme}:// is not read: {', '.join(f'{one}://' for one in _SCHEMES[:2])}, or files at hand")
    try:
        system, path = FileSystem.from_uri(root)
    except (pa.ArrowException, ValueError) as error:
        raise UsageError(f"{root}: {error}") from None
    return system, str(path).rstrip("/")


def _local(path: Path, name: str) -> File:
    state = path.stat()
    return File(name, str(path.absolute()), state.st_size, state.st_mtime_ns)


def _wanted(name: str, skipped: Counter[str]) -> bool:
    if any(part.startswith(".") for part in PurePosixPath(name).parts):
        return False
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in SUFFIXES:
        skipped[suffix] += 1
        return False
    return True


def _globbed(pattern: str, skipped: Counter[str], leave_out: Path) -> Iterator[File]:
    """`**` stands for any number of folders."""
    fixed = pattern[: _WILD.search(pattern).start()] if _WILD.search(pattern) else pattern  # type: ignore[union-attr]
    base = os.path.dirname(fixed)  # noqa: PTH120 - Path would swallow what stands before the wildcard
    results = leave_out.absolute()
    for found in sorted(glob.iglob(pattern, recursive=True)):  # noqa: PTH207 - a pattern may be absolute
        path = Path(found)
        name = Path(os.path.relpath(found, base or ".")).as_posix()
        if path.is_file() and results not in path.absolute().parents and _wanted(name, skipped):
            yield _local(path, name)


def _remote(url: str, skipped: Counter[str]) -> Iterator[File]:
    import pyarrow as pa
    from pyarrow.fs import FileSelector, FileType

    parts = urlsplit(url)
    if PurePosixPath(parts.path).suffix.lower() in _LISTS:
        raise UsageError(f"{url}: a list is read from a local file; fetch it first")
    wild = _WILD.search(parts.path)
    pattern = None if wild is None else _as_pattern(parts.path)
    base = parts.path if wild is None else posixpath.dirname(parts.path[: wild.start()])
    base = base.rstrip("/")
    try:
        system, bucket = remote_file(urlunsplit((parts.scheme, parts.netloc, "", parts.query, "")))
        infos = system.get_file_info(FileSelector(bucket + base, recursive=True))
    except (pa.ArrowException, OSError) as error:
        raise UsageError(f"{url}: {error}") from None
    found = 0
    for info in sorted(infos, key=lambda one: str(one.path)):
        key = str(info.path)[len(bucket) :]
        name = key[len(base) :].lstrip("/")
        if info.type != FileType.File or (pattern is not None and not pattern.fullmatch(key)):
            continue
        found += 1
        if _wanted(name, skipped):
            place = urlunsplit((parts.scheme, parts.netloc, key, parts.query, ""))
            yield File(name, place, int(info.size), int(info.mtime_ns or 0))
    if not found:
        raise UsageError(f"{url}: nothing there")


def _as_pattern(path: str) -> re.Pattern[str]:
    """A glob over keys: `*` within a part, `**/` any number of parts."""
    out = []
    for piece in re.split(r"(\*\*/|\*|\?|\[[^]]+\])", path):
        match piece:
            case "**/":
                out.append("(?:.*/)?")
            case "*":
                out.append("[^/]*")
            case "?":
                out.append("[^/]")
            case _ if piece.startswith("[") and piece.endswith("]"):
                out.append(piece.replace("[!", "[^"))
            case _:
                out.append(re.escape(piece))
    return re.compile("".join(out))


def _listed(path: Path) -> Iterator[File]:
    """Places as listed: relative to the folder of the list."""
    rows = _parquet_rows(path) if path.suffix.lower() == ".parquet" else _csv_rows(path)
    base = path.parent
    for place, name in rows:
        if not place:
            continue
        if "://" in place and not place.startswith("file://"):
            yield _listed_url(place, name or place)
            continue
        at = base / place.removeprefix("file://")
        try:
            state = at.stat()
        except OSError:
            yield File(name or place, str(at.absolute()), -1, 0)  # reading it will say what is wrong
        else:
            yield File(name or place, str(at.absolute()), state.st_size, state.st_mtime_ns)


def _listed_url(url: str, name: str) -> File:
    import pyarrow as pa

    try:
        system, at = remote_file(url)
        info = system.get_file_info(at)
        return File(name, url, int(info.size or -1), int(info.mtime_ns or 0))
    except (UsageError, pa.ArrowException, OSError):
        return File(name, url, -1, 0)


def _csv_rows(path: Path) -> Iterator[tuple[str, str]]:
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
        rows = csv.DictReader(stream)
        place, name = _columns(path, rows.fieldnames or ())
        for row in rows:
            yield row[place] or "", (row[name] or "" if name else "")


def _parquet_rows(path: Path) -> Iterator[tuple[str, str]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            place, name = _columns(path, file.schema_arrow.names)
            wanted = [place, name] if name else [place]
            for batch in file.iter_batches(columns=wanted):
                columns = [batch.column(one).to_pylist() for one in wanted]
                for row in zip(*columns, strict=True):
                    yield str(row[0] or ""), str(row[1] or "") if name else ""
    except pa.ArrowException as error:
        raise UsageError(f"{path}: {error}") from None


def _columns(path: Path, names: Iterable[str]) -> tuple[str, str | None]:
    """The column of places, and that of names where there is another."""
    by_name = {str(name).strip().lower(): str(name) for name in names}
    place = next((by_name[one] for one in _PLACES if one in by_name), None)
    if place is None:
        raise UsageError(f"{path}: a list needs a column called path or url; it has {', '.join(by_name) or 'none'}")
    name = next((by_name[one] for one in _NAMES if one in by_name and by_name[one] != place), None)
    return place, name
