"""Where tables without rulings are on a page: lines of pieces, and the runs of lines with figures, with their heads."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import takewhile
from statistics import median

from extractor.read.figures import UNIT_PATTERN, FigureKind, read_figure
from extractor.read.pdf.chars import BLANK
from extractor.read.pdf.shapes import Char

__all__ = [
    "APART",
    "INTO",
    "LEAST_FIGURES",
    "UNIT",
    "Block",
    "Piece",
    "blocks_of",
    "figures_of",
    "height_of",
    "pieces_of",
]

# In heights of the letters: gaps between columns, and between what is drawn by two commands; what a label may reach
# into the first column.
APART, _APART_DRAWN = 0.3, 0.04
INTO = 0.5
_MOST_BETWEEN, _MOST_HEADS = 10, 10
# From line to line of a table, and of its heads, at most.
_FAR, _FAR_HEADS = 7.0, 5.5
# In points: above it there is no table, but what a browser prints over each page.
_HEADER = 24.0
LEAST_FIGURES = 3
_DIGIT = re.compile(r"\d")
UNIT = re.compile(UNIT_PATTERN)
_TITLE = re.compile(r"[一二三四五六七八九十]{1,3}、|第.{1,5}条|[（(][一二三四五六七八九十]{1,3}[)）]")


@dataclass(slots=True, eq=False)
class Piece:
    """Characters of one line that stand together."""

    chars: list[Char]

    @property
    def x0(self) -> float:
        return self.chars[0].x0

    @property
    def x1(self) -> float:
        return self.chars[-1].x1

    @property
    def y(self) -> float:
        return median(one.middle for one in self.chars)

    @property
    def text(self) -> str:
        return "".join(one.text for one in self.chars if one.text != BLANK)


@dataclass(slots=True)
class Block:
    """Lines of a table: those of its heads, those with figures, and of labels between and right below them."""

    heads: list[list[Piece]] = field(default_factory=list)
    rows: list[list[Piece]] = field(default_factory=list)
    labels: list[list[Piece]] = field(default_factory=list)


def pieces_of(row: Sequence[Char]) -> list[Piece]:
    out: list[Piece] = []
    height = median(one.bottom - one.top for one in row)
    for char in row:
        if char.text == BLANK:
            continue
        before = out[-1].chars[-1] if out else None
        gap = APART if before is not None and before.run == char.run else _APART_DRAWN
        if before is None or char.x0 - before.x1 > gap * height:
            out.append(Piece([char]))
        else:
            out[-1].chars.append(char)
    return out


@lru_cache(maxsize=4096)
def _says_figure(text: str) -> bool:
    kind = read_figure(text).kind
    return kind is FigureKind.NOT_APPLICABLE or (kind is FigureKind.NUMBER and _DIGIT.search(text) is not None)


def figures_of(line: Sequence[Piece]) -> list[Piece]:
    """The figures at the end of a line that stand apart from its label, or from each other where it has none."""
    at = len(line)
    while at and _says_figure(line[at - 1].text):
        at -= 1
    if len(line) > at > 1 and UNIT.fullmatch(line[at - 1].text):
        at -= 1  # a column of units
    figures = list(line[at:])
    return figures if at or len(figures) >= LEAST_FIGURES else []


def blocks_of(lines: Sequence[list[Piece]]) -> Iterator[Block]:
    """The runs of lines with figures, nothing but labels between them, and the heads above."""
    figures = [figures_of(line) for line in lines]
    done = 0  # the first line that no block has taken
    number = 0
    while number < len(lines):
        if not figures[number]:
            number += 1
            continue
        block = Block([], [lines[number]])
        left = figures[number][0].x0
        last, at = number, number + 1
        between: list[list[Piece]] = []
        while at < len(lines) and at - last <= _MOST_BETWEEN and _gap(lines[at - 1], lines[at]) <= _FAR:
            height = height_of(lines[at])
            if figures[at]:
                left = min(left, figures[at][0].x0)
                if any(piece.x1 > left + INTO * height for line in between for piece in line):
                    break
                block.labels += between
                block.rows.append(lines[at])
                between, last = [], at
            elif all(piece.x1 <= left + INTO * height for piece in lines[at]):
                between.append(lines[at])
            else:
                break
            at += 1
        tail = list(takewhile(lambda line: not _TITLE.match(line[0].text), between))
        first = number
        while first > done and number - first < _MOST_HEADS and _may_head(lines[first - 1], left):
            if _gap(lines[first - 1], lines[first]) > _FAR_HEADS or lines[first - 1][0].y < _HEADER:
                break
            first -= 1
        # The uppermost line of heads stands over figures: what is only on the left is a title.
        while first < number and len(lines[first]) == 1 and lines[first][0].x1 <= left:
            first += 1
        block.heads = list(lines[first:number])
        block.labels += tail
        yield block
        number = done = last + 1


def _may_head(line: Sequence[Piece], left: float) -> bool:
    if len(line) > 1:
        return not figures_of(line)
    (piece,) = line
    if _TITLE.match(piece.text):
        return False
    return piece.x0 > left - 2 * height_of(line) or (piece.x1 <= left and len(piece.text) < 60)


def _gap(line: Sequence[Piece], after: Sequence[Piece]) -> float:
    """From line to line, in heights of the letters."""
    return (after[0].y - line[0].y) / height_of(after)


def height_of(line: Sequence[Piece]) -> float:
    return median(one.bottom - one.top for piece in line for one in piece.chars)
