"""A Document: the text that evidence points into, and the table grids found in it.

`text` is what a reader sees: for plain text and Markdown the decoded characters as they stand, for HTML the visible
text. `folded` has exactly the same length, character for character, with widths, scripts and compatibility forms
unified; so every offset found in `folded` is an offset into `text`, and no map between the two can go wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from extractor.read.pages import Pages
from extractor.report import Reason, Source

__all__ = ["Document", "Grid", "GridCell", "Parts", "Pasted"]


class GridCell(NamedTuple):
    """One table cell after spans are resolved. `row`, `column`: zero-based position of its top left corner.

    `start`, `end`: offsets of the cell's text in Document.text; equal where the cell is empty.
    """

    row: int
    column: int
    row_span: int
    column_span: int
    start: int
    end: int
    header: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its printed cells in reading order. Nested tables are grids of their own.

    `doubt`: why the places of its cells are not certain, where its reader had to guess them. `doubts`: on the figures
    of single rows, by their numbers.
    """

    rows: int
    columns: int
    cells: tuple[GridCell, ...]
    start: int
    end: int
    doubt: Reason | None = None
    doubts: tuple[tuple[int, Reason], ...] = ()

    def doubt_of(self, row: int) -> Reason | None:
        """Why the figures of a row are not certain."""
        return self.doubt or next((reason for number, reason in self.doubts if number == row), None)


class Pasted(NamedTuple):
    """A picture in a document that has text of its own. `at`: the offset in the text at which it stands.

    `name`: of the picture within the document. `load`: its bytes, None where they are not at hand. `large`: it is shown
    large enough for a table, which not every format tells.
    """

    at: int
    name: str
    load: Callable[[], bytes | None]
    large: bool = False


class Parts(NamedTuple):
    """What the reader of a format makes of the bytes of a file. `pasted`: pictures in it, not recognised yet."""

    text: str
    grids: tuple[Grid, ...] = ()
    notes: tuple[Reason, ...] = ()
    pages: Pages | None = None
    pasted: tuple[Pasted, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A document read. `notes`: what the reader had to put up with (a wrong charset, a bad byte, a repaired span).

    `pages`: where the text stands, if the format has pages, or if pictures in it were recognised, which are pages then.
    """

    source: Source
    text: str
    folded: str
    grids: tuple[Grid, ...] = ()
    notes: tuple[Reason, ...] = ()
    pages: Pages | None = None
