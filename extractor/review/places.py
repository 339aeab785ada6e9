"""Where a result lies, so that it is read when somebody looks at it; and where its document may be."""

import json
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple, Protocol

from extractor.errors import DocumentError, ResultError
from extractor.read.limits import Limits
from extractor.read.locator import Locator, named_inside
from extractor.report import Report
from extractor.review.revive import revived

__all__ = ["Found", "Held", "Place", "Results", "Slice", "located", "parsed"]


class Place(Protocol):
    """One result."""

    def report(self) -> Report:
        """The report as the program alone made it. Raises ResultError, OSError where it is not there any more."""
        ...

    def sources(self, name: str, limits: Limits) -> list[Locator]:
        """Where its document, called `name`, may lie. What lies there may be another document by now."""
        ...


class Found(NamedTuple):
    """A result that was found, by the name of its document; `report` is None where it is yet to be read."""

    name: str
    place: Place
    report: Report | None = None


class Results(Protocol):
    """Results that are followed while they grow. `refused`: how many could not be read, `why`: the first of them."""

    path: Path
    refused: int
    why: str | None

    def news(self) -> Iterator[Found]:
        """What has been added since the last time, or all where it is made anew."""
        ...

    def of_any(self, digests: Collection[str]) -> set[str]:
        """Those of the documents with these SHA-256 that have a result here, shown or not."""
        ...


@dataclass(frozen=True, slots=True)
class Slice:
    """A line of a file."""

    path: Path
    start: int
    size: int

    def report(self) -> Report:
        with self.path.open("rb") as file:
            file.seek(self.start)
            return parsed(file.read(self.size))

    def sources(self, name: str, limits: Limits) -> list[Locator]:
        """As it was named, or beside the file of results."""
        return located((Path(), self.path.parent), name, limits)


@dataclass(frozen=True, slots=True)
class Held:
    """A result in memory: its JSON, compressed. `beside`: the files of results that it may be of."""

    content: bytes
    beside: tuple[Path, ...] = ()

    @classmethod
    def of(cls, line: bytes, *beside: Path) -> "Held":
        return cls(zlib.compress(line, 1), beside)

    def report(self) -> Report:
        return parsed(zlib.decompress(self.content))

    def sources(self, name: str, limits: Limits) -> list[Locator]:
        return located((Path(), *(path.parent for path in self.beside)), name, limits)


def located(folders: tuple[Path, ...], name: str, limits: Limits) -> list[Locator]:
    """The file called `name` in each of the folders that have it, or the document so called in an archive there."""
    found = []
    for folder in folders:
        path = folder / name
        try:
            if path.is_file():
                found.append(Locator(name, path))
            else:
                inside = named_inside(str(path), limits)
                found += inside if len(inside) == 1 else []
        except (OSError, ValueError, DocumentError):  # a name that no file can have
            continue
    return found


def parsed(content: bytes) -> Report:
    """The report in one JSON object. Raises ResultError."""
    try:
        return revived(json.loads(content.decode("utf-8-sig", "surrogatepass"), parse_float=Decimal))
    except (ValueError, RecursionError) as error:
        raise ResultError(f"not JSON: {str(error)[:200]}") from None
