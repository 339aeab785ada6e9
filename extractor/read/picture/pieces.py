"""What is found on a page that is a picture: lines of text and tables, in reading order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from extractor.read.flow import Flow, FlowCell, Word
from extractor.read.pages import Box, Page

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
    """

    rows: tuple[tuple[FlowCell, ...], ...]
    edges: tuple[float, ...]
    box: Box
    width: float

    def goes_on(self, edges: Sequence[float]) -> bool:
        """Whether a table with these borders may be this one's part on the next page: the same columns, as wide.

        Where they begin does not matter: no two sheets lie alike in a scanner.
        """
        slack = _SAME_EDGE * self.width
        return len(edges) == len(self.edges) and all(
            abs((one - self.edges[0]) - (other - edges[0])) <= slack
            for one, other in zip(self.edges, edges, strict=True)
        )


Piece: TypeAlias = TextLine | ScannedTable


class ScannedPage(NamedTuple):
    """A page read from its picture; `page.scanned` is true."""

    number: int
    page: Page
    pieces: tuple[Piece, ...]


def put_pieces(pieces: Iterable[Piece], flow: Flow) -> None:
    """Put what stands on a page, or on several, into `flow`; a table that goes on as the next piece is one table.

    Page numbers and the like, between the parts of a table, are for the caller to leave out.
    """
    rows: list[tuple[FlowCell, ...]] = []
    last: ScannedTable | None = None
    for piece in pieces:
        if isinstance(piece, ScannedTable) and last is not None and last.goes_on(piece.edges):
            rows.extend(piece.rows)
            continue
        if last is not None:
            flow.table(rows)
            rows, last = [], None
        if isinstance(piece, ScannedTable):
            rows, last = list(piece.rows), piece
        else:
            flow.paragraph(piece.words)
    if last is not None:
        flow.table(rows)
