"""Large archives in parts, so that one of fifty thousand reports is not one task, on one processor, all or nothing.

A part is a range of the files in a ZIP archive, whose directory tells them without unpacking anything. The first plan
cuts it; from then on the parts stand in the ledger, each in its shard.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from extractor.bulk.tasks import File, Part
from extractor.errors import DocumentError
from extractor.read.archive import opened
from extractor.read.limits import Limits

__all__ = ["left_of", "members_of", "parted"]

# What reading one takes, in pages of the web: tasks are to take about as long as one another.
_PICTURES = {".png": 50, ".jpg": 50, ".jpeg": 50, ".bmp": 50, ".tif": 100, ".tiff": 100}
_OTHERS = {".pdf": 10, ".doc": 5, ".wps": 5, ".rtf": 50, ".docx": 2}
_ARCHIVES = {".zip", ".gz", ".tgz", ".tar"}
_PACKED_PAGE = 20_000  # bytes of an archive for each document in it, about
_TIGHTEST = 10  # so many times smaller than that they may be
_INNER = 50  # documents of an archive in an archive, whose size its name does not tell
_ZIP, _MARK = ".zip", b"PK\x03\x04"


def weight_of(file: File) -> float:
    """What reading a file takes, in pages of the web."""
    suffix = PurePosixPath(file.name).suffix.lower()
    return max(1.0, file.size / _PACKED_PAGE) if suffix in _ARCHIVES else _of_kind(suffix)


def parted(file: File, most: int, limits: Limits, done: Sequence[Part] = ()) -> Iterator[tuple[File, float]]:
    """The parts of a file of about `most` pages each with what they weigh, but for those that are done; the file itself
    if it is no archive that is worth it, or cannot be looked into."""
    names = _names(file, limits) if done or weight_of(file) * _TIGHTEST > most else ()
    ranges = list(_ranges(names, most, done))
    if not done and len(ranges) < 2:
        yield file, weight_of(file)
        return
    for first, last, weight in ranges:
        yield replace(file, part=Part(first, last, len(names))), weight


def members_of(file: File, limits: Limits) -> int:
    """How many files a ZIP archive at hand has; 0 for another."""
    return len(_names(file, limits))


def left_of(parts: Collection[Part]) -> bool:
    """Whether files of the archive are in none of its parts."""
    return sum(part.last - part.first for part in parts) != max(part.of for part in parts)


def _names(file: File, limits: Limits) -> list[str]:
    """Of the files in a ZIP archive at hand; none where it is something else: the reading says what."""
    path = Path(file.place)
    if file.remote or path.suffix.lower() != _ZIP:
        return []
    try:
        with path.open("rb") as stream:
            if stream.read(len(_MARK)) != _MARK:
                return []
        archive = opened(path, file.name, limits)
    except (OSError, DocumentError):
        return []
    return [] if archive is None else archive.names


def _ranges(names: Sequence[str], most: int, done: Sequence[Part]) -> Iterator[tuple[int, int, float]]:
    """First and last with the weight between them."""
    known = {number for part in done for number in range(part.first, part.last)}
    first, weight = 0, 0.0
    for number, name in enumerate(names):
        if number in known:
            if number > first:
                yield first, number, weight
            first, weight = number + 1, 0.0
            continue
        weight += _of_kind(PurePosixPath(name).suffix.lower())
        if weight >= most:
            yield first, number + 1, weight
            first, weight = number + 1, 0.0
    if first < len(names):
        yield first, len(names), weight


def _of_kind(suffix: str) -> float:
    if suffix in _ARCHIVES:
        return _INNER
    return _PICTURES.get(suffix) or _OTHERS.get(suffix) or 1
