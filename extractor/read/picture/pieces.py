"""What is found on a page that is a picture: lines of text and tables, in reading order."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from extractor.read.flow import Flow, FlowCell, Word
from extractor.read.pages import Box, Page
from extractor.read.told import UNSURE_COLUMNS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["PageImage", "Piece", "ScannedPage", "ScannedTable", "TextLine", "put_pieces"]

_SAME_EDGE = 0.012


class PageImage(NamedTuple):
    """A page as a picture. `number` counts from 1; `pixels`: rows × columns of grey (uint8), 0 is black.

    `scale`: points (1/72 inch) a pixel, so that boxes come out in points from the top left of the picture as given:
    72 / dpi for a rendered page.
    """

    number: int
    pixels: "NDArray[np.uint8]"
    scale: float


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text outside of tables."""

    words: tuple[Word, ...]
    box: Box


@dataclass(frozen=True, slots=True)
class ScannedTable:
    """A table on one page: `rows` as `Flow.table` takes them.

    `edges`: x of the columns' borders in points, ascending, on the page turned upright; `width`: of that page.
    `unsure`: it has no lines, and its columns are not certain.
    """

    rows: tuple[tuple[FlowCell, ...], ...]
    edges: tuple[float, ...]
    box: Box
    width: float
    unsure: bool = False

    def goes_on(self, edges: Sequence[float]) -> bool:
        """Whether a table with these borders may be this one's part on the next page: the same columns, as wide.

        Where they begin does not matter: no two sheets lie alike in a scanner.
        """
        slack = _SAME_EDGE * self.width
        return len(edges) == len(self.edges) and all(
            abs((one - self.edges[0]) - (other - edges[0])) <= slack
            for one, other in zip(self.edges, edges, strict=True)
        )

    def on(self, edges: Sequence[float]) -> "ScannedTable | None":
        """The table with its columns as these borders part them, if all of its own are among those; else None.

        Where a page break falls into the head of a table, its part above has fewer columns than that below.
        """
        slack = _SAME_EDGE * self.width
        places = [
            next((n for n, other in enumerate(edges) if abs((one - self.edges[0]) - (other - edges[0])) <= slack), None)
            for one in self.edges
        ]
        if places[0] != 0 or places[-1] != len(edges) - 1:
            return None
        at = [place for place in places if place is not None]
        if len(set(at)) < len(places):
            return None
        return replace(self, rows=tuple(_widened(self.rows, at)), edges=tuple(edges))


def _widened(rows: Sequence[Sequence[FlowCell]], at: Sequence[int]) -> Iterator[tuple[FlowCell, ...]]:
    """The rows with their columns' borders at those places of a finer grid."""
    held: dict[int, int] = {}  # by column: for how many rows more it is taken from above
    for row in rows:
        out: list[FlowCell] = []
        column = 0
        taken = {one for one, more in held.items() if more}
        held = {one: more - 1 for one, more in held.items() if more > 1}
        for cell in row:
            while column in taken:
                column += 1
            end = min(column + cell.column_span, len(at) - 1)
            out.append(cell._replace(column_span=at[end] - at[column]))
            held.update({one: cell.row_span - 1 for one in range(column, end) if cell.row_span > 1})
            column = end
        yield tuple(out)


Piece: TypeAlias = TextLine | ScannedTable


class ScannedPage(NamedTuple):
    """A page read from its picture; `page.scanned` is true."""

    number: int
    page: Page
    pieces: tuple[Piece, ...]


def _page(rows: Sequence[Sequence[FlowCell]]) -> int | None:
    """On which page the last of these rows with words stand."""
    return next((word.page for row in reversed(rows) for cell in row for word in cell.words if word.page), None)


def put_pieces(pieces: Iterable[Piece], flow: Flow) -> None:
    """Put what stands on a page, or on several, into `flow`; a table that goes on as the next piece is one table.

    Page numbers and the like, between the parts of a table, are for the caller to leave out.
    """
    rows: list[tuple[FlowCell, ...]] = []
    last: ScannedTable | None = None
    unsure = False
    for piece in pieces:
        if isinstance(piece, ScannedTable) and last is not None:
            if last.goes_on(piece.edges):
                rows.extend(piece.rows)
                unsure = unsure or piece.unsure
                continue
            above = replace(last, rows=tuple(rows)).on(piece.edges) if _page(rows) != _page(piece.rows) else None
            if above is not None:
                rows, last = [*above.rows, *piece.rows], piece
                unsure = unsure or piece.unsure
                continue
        if last is not None:
            flow.table(rows, UNSURE_COLUMNS if unsure else None)
            rows, last = [], None
        if isinstance(piece, ScannedTable):
            rows, last, unsure = list(piece.rows), piece, piece.unsure
        else:
            flow.paragraph(piece.words)
    if last is not None:
        flow.table(rows, UNSURE_COLUMNS if unsure else None)
