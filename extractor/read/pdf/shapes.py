"""What stands on a page, as a reader sees it: characters, rulings, lines of text, tables."""

from dataclasses import dataclass, field
from typing import NamedTuple

from extractor.read.flow import Word
from extractor.read.pages import Box
from extractor.read.picture.pieces import Piece

__all__ = [
    "BEYOND",
    "Aligned",
    "Block",
    "Char",
    "Drawn",
    "Line",
    "Picture",
    "Ruling",
    "Sheet",
    "Table",
    "TableCell",
    "Turn",
]


# The width of a column that stands for all that is not on the paper.
BEYOND = 20.0


class Char(NamedTuple):
    """A printed character and its box. `bad`: the font does not say which character it is. `run`: those drawn by one
    command have the same number."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    turn: int = 0
    bad: bool = False
    run: int = 0

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def box(self) -> Box:
        return self.x0, self.top, self.x1, self.bottom

    def at(self, box: Box, turn: int) -> "Char":
        """The same character in another place."""
        return Char(self.text, *box, turn, self.bad, self.run)


class Ruling(NamedTuple):
    """A straight line along an axis: at `at`, from `start` to `end`."""

    at: float
    start: float
    end: float


class Turn(NamedTuple):
    """How a page is turned so that its text stands upright: quarter turns anticlockwise, and its size before."""

    quarters: int
    width: float
    height: float

    def upright(self, box: Box) -> Box:
        """A box of the page as shown, on the page with its text upright."""
        x0, top, x1, bottom = box
        if self.quarters == 1:
            return top, self.width - x1, bottom, self.width - x0
        if self.quarters == 2:
            return self.width - x1, self.height - bottom, self.width - x0, self.height - top
        if self.quarters == 3:
            return self.height - bottom, x0, self.height - top, x1
        return box

    def shown(self, box: Box) -> Box:
        """The box of the page as shown, of one on the page with its text upright."""
        x0, top, x1, bottom = box
        if self.quarters == 1:
            return self.width - bottom, x0, self.width - top, x1
        if self.quarters == 2:
            return self.width - x1, self.height - bottom, self.width - x0, self.height - top
        if self.quarters == 3:
            return top, self.height - x1, bottom, self.height - x0
        return box


@dataclass(slots=True)
class Drawn:
    """What is drawn on a page besides its text. `images`: boxes of pictures; `unseen`: text objects that leave no
    mark, as the recognition of a scan lays them over the picture; `seen`: those that do."""

    across: list[Ruling] = field(default_factory=list)
    down: list[Ruling] = field(default_factory=list)
    images: list[Box] = field(default_factory=list)
    marks: int = 0
    unseen: int = 0
    seen: int = 0


@dataclass(slots=True)
class Sheet:
    """A page taken apart. Width and height as it is shown; characters and drawing as `turn` sets them upright."""

    number: int
    width: float
    height: float
    turn: Turn
    chars: list[Char]
    drawn: Drawn


class Line(NamedTuple):
    """A line of text: its words, and the box around them on the page set upright. `size`: how high its letters are."""

    words: list[Word]
    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def text(self) -> str:
        return "".join(word.text for word in self.words)

    @property
    def size(self) -> float:
        return self.bottom - self.top


@dataclass(slots=True)
class TableCell:
    """A cell from x0 to x1, over so many rows."""

    x0: float
    x1: float
    rows: int
    words: list[Word]

    @property
    def text(self) -> str:
        return "".join(word.text for word in self.words).strip()


class Aligned(NamedTuple):
    """Of a table without rulings: where the figures of its columns begin and end; whether heads stand over them, or it
    needs none to tell one column from another."""

    columns: list[tuple[float, float]]
    headed: bool


@dataclass(slots=True)
class Table:
    """A table on a page, or one put together over several. Cells stand in the row in which they begin.

    `edges`: where columns begin and end. `open_top`, `open_bottom`: no line closes it there. `page`: the last one.
    `cut`: it runs off the paper on the right. What the edge cuts is marked as illegible, and a last column, illegible
    as a whole, stands for what lies beyond. `aligned`: it has no rulings; `unsure`: and its columns or its labels are
    not certain.
    """

    page: int
    x0: float
    top: float
    x1: float
    bottom: float
    rows: list[list[TableCell]]
    edges: list[float]
    open_top: bool = False
    open_bottom: bool = False
    cut: bool = False
    aligned: Aligned | None = None
    unsure: bool = False


class Picture(NamedTuple):
    """A picture on a page that has text as well, as it was read."""

    pieces: tuple[Piece, ...]
    x0: float
    top: float
    x1: float
    bottom: float


Block = Line | Table | Picture
