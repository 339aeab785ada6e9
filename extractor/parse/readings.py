"""Readings: what a parser says a cell may hold, each with its evidence. Nothing is decided here.

A Choice is what is read in one place of the document: usually one row. Exactly one of its alternatives holds. A clean
row is a Choice with one alternative; a glued row has one alternative for each way its digits can be split.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from extractor.report import Number, Reason

__all__ = [
    "Alternative",
    "Choice",
    "Fact",
    "Origin",
    "Reading",
    "ReadingKind",
    "TableReadings",
    "Unplaced",
]


class ReadingKind(StrEnum):
    NUMBER = "number"
    BLANK = "blank"
    NOT_APPLICABLE = "not_applicable"
    WORDS = "words"


class Origin(StrEnum):
    """How a reading was made: it decides whether a figure may later be thought misread."""

    GRID = "grid"  # a figure clearly printed in a cell of its own
    TEXT = "text"  # a flattened table with a separator between figures
    GLUED = "glued"  # digits cut from a longer run
    SCAN = "scan"  # recognised from a picture, where one digit may be taken for another


class Reading(NamedTuple):
    """One cell, one possible value. `start`, `end`: offsets of the figure in Document.text; `value`: NUMBER only."""

    cell: str
    kind: ReadingKind
    value: Number | None
    start: int
    end: int
    printed: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Alternative:
    """Readings that hold together. `weight`: relative odds against the other alternatives of the Choice, > 0."""

    readings: tuple[Reading, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives of which exactly one holds. `because`: why there are several, or why it is doubted.

    `doubted`: no figure of it may be reported on its word alone. `unlabelled`: its place in the table was told by its
    neighbours, so it is doubted as soon as an identity breaks on it; `nameless`: no label is near, or several
    are, so it stands only where an identity confirms it. `reader`: who read it; two readers that agree are evidence.
    `dropped`: blank cells were left out of the row, so that its figures had to be placed.
    `twice`: cells of which two independent recognitions of a picture say the same: that outweighs what identities say.
    `untabled`: known for certain, but read in no table: it does not tell that the table was found.
    `faint`: read from a picture so hard to read that its figures stand only where an identity bears them out.
    """

    origin: Origin
    alternatives: tuple[Alternative, ...]
    because: Reason | None = None
    doubted: bool = False
    unlabelled: bool = False
    nameless: bool = False
    reader: str = "rules"
    dropped: bool = False
    twice: frozenset[str] = frozenset()
    faint: bool = False
    untabled: bool = False


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A row of figures inside a table that could be put nowhere: offsets [start, end) and how many figures it has."""

    table: str
    start: int
    end: int
    figures: int


@dataclass(frozen=True, slots=True)
class TableReadings:
    """All that the tables of a document say, and the rows that nothing could be made of."""

    choices: tuple[Choice, ...]
    unplaced: tuple[Unplaced, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """What a sentence states about a cell: held against the table, and the cell's reading where there is no table.

    `reader`: who read it. `bound`: whether the sentence says so by itself; otherwise it is only claimed.
    """

    cell: str
    value: Number
    start: int
    end: int
    quote_start: int
    quote_end: int
    phrasing: str
    negative: bool = False
    reader: str = "rules"
    bound: bool = True
