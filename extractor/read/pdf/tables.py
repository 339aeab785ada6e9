"""The tables of a page, and the lines of text beside them, in reading order."""

from collections.abc import Sequence

from extractor.read.flow import Word
from extractor.read.limits import Limits
from extractor.read.pdf.aligned import aligned_tables
from extractor.read.pdf.chars import UNKNOWN
from extractor.read.pdf.lattice import Lattice, lattice
from extractor.read.pdf.rulings import frames
from extractor.read.pdf.shapes import BEYOND, Block, Char, Line, Sheet, Table, TableCell
from extractor.read.pdf.typeset import cell_words, lines_of

__all__ = ["blocks_of", "in_order"]

# Points: a border so near the edge of the paper is no border.
_AT_EDGE = 1.0
# In heights of the letters: so far below its frame the text of a cell cut by a page break may stand; so far from the
# edge of the paper the text of a cell that runs off it ends, if all of it is there.
_HANGS, _CLEAR = 4.0, 1.0


def blocks_of(sheet: Sheet, limits: Limits) -> list[Block]:
    """Tables and lines, from top to bottom."""
    points = [((one.x0 + one.x1) / 2, one.middle) for one in sheet.chars]
    found = [one for frame in frames(sheet.drawn.across, sheet.drawn.down) if (one := lattice(frame, points, limits))]
    # A table inside a cell of another comes first: its text is its own.
    found.sort(key=lambda one: (one.xs[-1] - one.xs[0]) * (one.ys[-1] - one.ys[0]))
    inside: list[dict[int, list[Char]]] = [{} for _ in found]
    free: list[Char] = []
    right = _right(sheet)
    for char, (x, y) in zip(sheet.chars, points, strict=True):
        for number, one in enumerate(found):
            cell = one.cell_at(x, y)
            if cell is not None:
                inside[number].setdefault(cell, []).append(char)
                break
        else:
            if x <= right and not _hangs(char, x, y, found, inside):
                free.append(char)
    blocks: list[Block] = []
    for one, texts in zip(found, inside, strict=True):
        if len(texts) > 1:
            blocks.append(_table(one, texts, sheet))
        else:
            free += next(iter(texts.values()), [])
    aligned, free = aligned_tables(free, sheet.number, sheet.turn, right)
    blocks += aligned
    blocks += lines_of(free, sheet.number, sheet.turn)
    return in_order(blocks)


def _hangs(char: Char, x: float, y: float, found: Sequence[Lattice], inside: Sequence[dict[int, list[Char]]]) -> bool:
    """Give a character to the cell that it runs out of at a page break. A figure never: it may be a page number."""
    if char.text < "\u2e80":
        return False
    for one, texts in zip(found, inside, strict=True):
        number = one.hanging(x, y, _HANGS * max(char.bottom - char.top, char.x1 - char.x0))
        if number is None:
            continue
        cell = one.cells[number]
        if number in texts or cell.row_after - cell.row > 1:
            texts.setdefault(number, []).append(char)
            return True
    return False


def in_order(blocks: Sequence[Block]) -> list[Block]:
    return sorted(
        blocks, key=lambda block: ((block.top + block.bottom) / 2 if isinstance(block, Line) else block.top, block.x0)
    )


def _table(found: Lattice, texts: dict[int, list[Char]], sheet: Sheet) -> Table:
    xs, ys = found.xs, found.ys
    right = _right(sheet)
    # It runs off the paper: how many columns are lost nobody can see.
    cut = abs(xs[-1] - right) < _AT_EDGE
    rows: list[list[TableCell]] = [[] for _ in range(len(ys) - 1)]
    for number, cell in enumerate(found.cells):
        chars = texts.get(number, [])
        last = cell.column_after == len(xs) - 1
        if cell.outside and not chars and last:
            continue
        x0, x1 = xs[cell.column], xs[cell.column_after]
        words = cell_words(chars, sheet.number, sheet.turn, x1 - x0) if chars else []
        if cut and last and not _clear(chars, right):
            # What is empty here need not be empty there.
            words = [*words, Word(UNKNOWN, sheet.number)]
        rows[cell.row].append(TableCell(x0, x1, cell.row_after - cell.row, words))
    x0, top, x1, bottom = found.box
    edges = list(xs)
    if cut:
        edges.append(right + BEYOND)
        for row in rows:
            row.append(TableCell(x1, edges[-1], 1, [Word(UNKNOWN, sheet.number)]))
    return Table(sheet.number, x0, top, x1, bottom, rows, edges, found.open_top, found.open_bottom, cut)


def _clear(chars: Sequence[Char], right: float) -> bool:
    """Whether there is text, and none so near the edge of the paper that more of it may lie beyond."""
    return bool(chars) and all(right - one.x1 >= _CLEAR * (one.bottom - one.top) for one in chars)


def _right(sheet: Sheet) -> float:
    """The right edge of the page set upright."""
    return sheet.turn.upright((0.0, 0.0, sheet.width, sheet.height))[2]
