"""Paragraphs and tables put together, in reading order, into the text and the grids of a document.

For every format in which tables are found by other means than HTML's: PDF, office files, scans.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from extractor.read.document import Grid, Parts
from extractor.read.grids import RawCell, RawRow, resolve
from extractor.read.invisible import visible
from extractor.read.limits import Limits
from extractor.read.pages import Box, Page, Pages, Run, Second
from extractor.report import Reason

__all__ = ["Flow", "FlowCell", "Word"]


class Word(NamedTuple):
    """Text that stands together on a page, and where. Neither page nor box where the format has no pages.

    `second`: what a second recognition reads there, if it was recognised twice. `scanned`, `faint`: as in Run.
    """

    text: str
    page: int = 0
    box: Box | None = None
    second: str | None = None
    scanned: bool = False
    faint: bool = False


class FlowCell(NamedTuple):
    """A table cell: the words of it, one after the other without anything between; a line break is a word "\\n"."""

    words: Sequence[Word]
    row_span: int = 1
    column_span: int = 1
    header: bool = False


@dataclass(slots=True)
class Flow:
    """A document being put together. Cells are parted by a tab, rows and paragraphs by a line break."""

    limits: Limits
    notes: list[Reason] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _grids: list[Grid] = field(default_factory=list)
    _runs: list[Run] = field(default_factory=list)
    _seconds: list[Second] = field(default_factory=list)
    _at: int = 0
    _cells: int = 0

    @property
    def length(self) -> int:
        """Characters put down so far."""
        return self._at

    def paragraph(self, words: Sequence[Word]) -> None:
        """A line or a paragraph."""
        if self._words(words) > 0:
            self._put("\n")

    def table(
        self,
        rows: Sequence[Sequence[FlowCell]],
        doubt: Reason | None = None,
        doubts: Mapping[int, Reason] | None = None,
    ) -> None:
        """A table: cells that are covered by a span from above or from the left are left out, as in HTML.

        `doubt`, `doubts`: as of a Grid, on all of it and on rows of it.
        """
        self._cells += sum(len(row) for row in rows)
        self.limits.check("max_cells", self._cells, "table cells")
        start = self._at
        raw_rows = []
        for row in rows:
            raws: list[RawCell] = []
            for cell in row:
                if raws:
                    self._put("\t")
                begun = self._at
                self._words(cell.words)
                raws.append((begun, self._at, cell.header, cell.row_span, cell.column_span))
            self._put("\n")
            raw_rows.append(RawRow(0, raws))
        grid, notes = resolve(raw_rows, start, self._at, self.limits)
        self.notes += notes
        if grid.cells:
            doubted = tuple(sorted((doubts or {}).items()))
            self._grids.append(replace(grid, doubt=doubt, doubts=doubted) if doubt is not None or doubted else grid)

    def finish(self, pages: Sequence[Page] = ()) -> Parts:
        """What was put together. `pages`: where the format has pages."""
        placed = Pages(pages, self._runs, self._seconds) if pages else None
        return Parts("".join(self._parts), tuple(self._grids), tuple(dict.fromkeys(self.notes)), placed)

    def _words(self, words: Sequence[Word]) -> int:
        """Characters put down."""
        begun = self._at
        for word in words:
            start = self._at
            self._put(visible(word.text))
            if word.box is not None and self._at > start:
                self._runs.append(Run(start, self._at, word.page, word.box, word.scanned, word.faint))
                if word.second is not None:
                    self._seconds.append(Second(start, self._at, word.second))
        return self._at - begun

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._at += len(text)
        self.limits.check("max_characters", self._at, "characters of text")
