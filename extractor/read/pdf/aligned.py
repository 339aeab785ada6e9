"""Tables without rulings: figures that stand below each other, their heads above them and their labels on the left.

A table is a run of lines with figures in columns that hold over all of them. What does not fit is said to be doubtful
(`Table.unsure`), and nothing is read from it in silence.
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from extractor.read.flow import Word
from extractor.read.pdf.chars import UNKNOWN
from extractor.read.pdf.shapes import BEYOND, Aligned, Char, Table, TableCell, Turn
from extractor.read.pdf.sharing import LEVEL, ORDINAL, PITCH, joined, shared_out, stacks
from extractor.read.pdf.typeset import cell_words, rows_of
from extractor.read.pdf.unruled import (
    APART,
    LEAST_FIGURES,
    UNIT,
    Block,
    Piece,
    blocks_of,
    figures_of,
    height_of,
    pieces_of,
)

__all__ = ["aligned_tables"]


def aligned_tables(chars: Sequence[Char], page: int, turn: Turn, right: float) -> tuple[list[Table], list[Char]]:
    """The tables among characters that stand in no ruled one, and the characters that are left. `right`: the edge of
    the paper."""
    lines = [pieces_of(row) for row in rows_of(chars)]
    lines = [line for line in lines if line]
    out: list[Table] = []
    taken: set[int] = set()
    for block in blocks_of(lines):
        made = _Maker(block, page, turn).table(right)
        if made is not None:
            table, used = made
            out.append(table)
            taken.update(id(char) for piece in used for char in piece.chars)
    return out, [char for char in chars if id(char) not in taken] if taken else list(chars)


class _Maker:
    """Makes one table out of a block. `sure`: its columns and its labels are beyond doubt."""

    def __init__(self, block: Block, page: int, turn: Turn) -> None:
        self.block, self.page, self.turn = block, page, turn
        self.figures = [figures_of(row) for row in block.rows]
        self.left = min(row[0].x0 for row in self.figures)
        self.size = median(height_of(row) for row in block.rows)
        self.sure = True
        self.headed = False
        count = [len(row) - len(figures) for row, figures in zip(block.rows, self.figures, strict=True)]
        own = [self._whole(row[:at]) for row, at in zip(block.rows, count, strict=True)]
        lines = [line for line in (*own, *(self._whole(line) for line in block.labels)) if line]
        self.labels = sorted(lines, key=lambda line: line[0].y)
        self.split = self._split()
        self.columns = self._columns()
        # How many columns of labels there are.
        beside = any(not self._over(piece, self.columns) for line in block.heads for piece in line)
        self.shift = 2 if self.split is not None else int(bool(self.labels) or beside)
        self.used: list[Piece] = []
        # Lines above the first line of figures that may be the beginning of its label.
        self.leading: list[Piece] = []

    def table(self, right: float) -> tuple[Table, list[Piece]] | None:
        """The table and the pieces that are in it; None where there is too little to call it one. `right`: the edge of
        the paper, off which it runs if something stands close to it."""
        block = self.block
        figures = sum(map(len, self.figures))
        self.headed = any(len(line) > 1 for line in block.heads)
        if not self.headed and (figures < LEAST_FIGURES or len(block.rows) == 1):
            return None
        heads = self._heads()
        rows = self._rows()
        used = [piece for row in (*heads, *rows) for piece, _, _ in row]
        x0 = min(one.x0 for one in used) - self.size
        labels = [x0] if self.split is None else [x0, self.split]
        edges = [*labels[: self.shift], *self._edges()]
        table_rows = []
        cut = False
        for row in (*heads, *rows):
            cells = []
            for piece, first, after in sorted(row, key=lambda one: one[1]):
                words = cell_words(piece.chars, self.page, self.turn, float("inf"))
                if piece.x1 > right - self.size:
                    words.append(Word(UNKNOWN, self.page))
                    cut = True
                cells.append(TableCell(edges[first], edges[after], 1, words))
            # A cell for each empty place: how many there are tells where the others stand.
            taken = {at for _, first, after in row for at in range(first, after)}
            cells += [TableCell(edges[at], edges[at + 1], 1, []) for at in range(len(edges) - 1) if at not in taken]
            table_rows.append(sorted(cells, key=lambda cell: cell.x0))
        top = min(char.top for piece in used for char in piece.chars)
        bottom = max(char.bottom for piece in used for char in piece.chars)
        if cut:
            edges.append(edges[-1] + BEYOND)
            for made in table_rows:
                made.append(TableCell(edges[-2], edges[-1], 1, [Word(UNKNOWN, self.page)]))
        table = Table(self.page, x0, top, edges[-1], bottom, table_rows, edges, cut=cut, unsure=not self.sure)
        table.aligned = Aligned(self.columns, headed=bool(heads) or self._figure_columns() == 1)
        return table, self.used

    def _columns(self) -> list[tuple[float, float]]:
        """Where the figures of each column begin and end: no gap between columns is crossed by any figure."""
        spans = sorted((piece.x0, piece.x1) for row in self.figures for piece in row)
        columns: list[tuple[float, float]] = []
        for x0, x1 in spans:
            if columns and x0 <= columns[-1][1]:
                columns[-1] = columns[-1][0], max(columns[-1][1], x1)
            else:
                columns.append((x0, x1))
        for line in self.block.heads:
            for piece in line:
                if piece.x0 > self.left - self.size and not self._over(piece, columns):
                    columns = sorted([*columns, (piece.x0, piece.x1)])
        for row in self.figures:
            places = [self._over(piece, columns) for piece in row]
            if any(len(place) != 1 for place in places) or any(one == other for one, other in pairwise(places)):
                self.sure = False
        return columns

    def _figure_columns(self) -> int:
        """How many columns of figures there are: one for units is none."""
        units = {
            number
            for row in self.figures
            for piece in row
            if UNIT.fullmatch(piece.text)
            for number in self._over(piece, self.columns)
        }
        return len(self.columns) - len(units)

    def _over(self, piece: Piece, columns: Sequence[tuple[float, float]]) -> list[int]:
        return [number for number, (x0, x1) in enumerate(columns) if piece.x0 < x1 and x0 < piece.x1]

    def _edges(self) -> list[float]:
        """Where the columns of figures begin, and the last one ends."""
        inner = [(one[1] + other[0]) / 2 for one, other in pairwise(self.columns)]
        labels = [piece.x1 for line in self.labels for piece in line]
        before = max((x1 for x1 in labels if x1 < self.columns[0][0]), default=self.columns[0][0] - self.size)
        return [(before + self.columns[0][0]) / 2, *inner, self.columns[-1][1] + self.size]

    def _whole(self, line: Sequence[Piece]) -> list[Piece]:
        """The labels of a line, put together where nothing but another font parts them."""
        out: list[Piece] = []
        for piece in line:
            if out and piece.x0 - out[-1].x1 < APART * self.size:
                out[-1] = joined([out[-1], piece])
            else:
                out.append(piece)
        return out

    def _split(self) -> float | None:
        """What parts the labels of groups from those of rows; None where all labels are of one kind."""
        pairs = [(line[-2].x1, line[-1].x0) for line in self.labels if len(line) > 1]
        for before, line, after in zip(self.labels, self.labels[1:], self.labels[2:], strict=False):
            right = min(before[-1].x0, after[-1].x0)
            if len(line) == 1 and line[0].x1 < right:
                pairs.append((line[0].x1, right))
        if not pairs:
            return None
        low, high = max(x1 for x1, _ in pairs), min(x0 for _, x0 in pairs)
        return (low + high) / 2 if low < high else median((x1 + x0) / 2 for x1, x0 in pairs)

    def _heads(self) -> list[list[tuple[Piece, int, int]]]:
        """The heads by storeys: those over several columns line by line, below them those of each column, the lines of
        which are put together."""
        shift = self.shift
        heads = list(self.block.heads)
        while heads and not any(self._over(piece, self.columns) for piece in heads[-1]):
            self.leading[:0] = heads.pop()
        leaves: dict[int, list[list[Piece]]] = {}
        storeys: list[list[tuple[Piece, int, int]]] = []
        side: list[Piece] = []
        for line in heads:
            over_several = []
            for piece in line:
                self.used.append(piece)
                over = self._over(piece, self.columns)
                if not over:
                    side.append(piece)
                elif len(over) > 1:
                    over_several.append((piece, over[0] + shift, over[-1] + shift + 1))
                else:
                    stack = leaves.setdefault(over[0], [])
                    if stack and piece.y - stack[-1][-1].y <= PITCH * self.size:
                        stack[-1].append(piece)
                    else:
                        stack.append([piece])
            if over_several:
                storeys.append(over_several)
        if not heads:
            return []
        lowest: list[tuple[Piece, int, int]] = []
        for column, stack in leaves.items():
            storeys += [[(joined(part), column + shift, column + shift + 1)] for part in stack[:-1]]
            lowest.append((joined(stack[-1]), column + shift, column + shift + 1))
        if side:
            lowest.append((joined(side), 0, shift))
        self.sure = self.sure and len(leaves) == len(self.columns)
        return [*storeys, lowest] if lowest else storeys

    def _rows(self) -> list[list[tuple[Piece, int, int]]]:
        split = self.split
        shift = self.shift
        groups: list[Piece] = []
        labels: list[Piece] = []
        anchors = [median(piece.y for piece in figures) for figures in self.figures]
        for line in self.labels:
            parts = [part for one in line for part in self._parted(one, split)]
            level = any(abs(anchor - line[0].y) <= LEVEL * self.size for anchor in anchors)
            for piece in parts:
                of_group = split is not None and piece.x1 <= split and not (level and piece is parts[-1])
                (groups if of_group else labels).append(piece)
        labels.sort(key=lambda one: one.y)
        alone = self._alone(labels, anchors)
        rest = [one for one in labels if one not in alone]
        shared, certain = shared_out(rest, self.leading, anchors, self.size)
        self.sure = self.sure and certain
        if not self.headed and shared and shared[0] and not ORDINAL.match(shared[0][0].text):
            # The beginning of its label may stand on the page before.
            self.sure = self.sure and not any(part and ORDINAL.match(part[0].text) for part in shared[1:])
        out: list[list[tuple[Piece, int, int]]] = []
        for figures, part in zip(self.figures, shared, strict=True):
            row = []
            if part:
                label = joined(part)
                row.append((label, 0 if split is None or _left(part) < split else 1, shift))
            for piece in figures:
                over = self._over(piece, self.columns)
                if over:
                    row.append((piece, over[0] + shift, over[0] + shift + 1))
            out.append(row)
            self.used += [*part, *figures]
        for group in stacks(groups, PITCH * self.size):
            y = (group[0].y + group[-1].y) / 2
            rooms = [number for number, row in enumerate(out) if all(first > 0 for _, first, _ in row)]
            if rooms:
                out[min(rooms, key=lambda number: abs(anchors[number] - y))].append((joined(group), 0, 1))
                self.used += group
        self.used += alone
        lines = [*zip(anchors, out, strict=True), *((one.y, [(one, 0, shift)]) for one in alone)]
        return [row for _, row in sorted(lines, key=lambda line: line[0])]

    def _alone(self, labels: Sequence[Piece], anchors: Sequence[float]) -> list[Piece]:
        """Lines that begin with an ordinal and stand beside no figures, right above another that does: titles."""
        slack = LEVEL * self.size
        return [
            one
            for one, after in pairwise(labels)
            if ORDINAL.match(one.text)
            and ORDINAL.match(after.text)
            and all(abs(anchor - one.y) > slack for anchor in anchors)
            and any(abs(anchor - after.y) <= slack for anchor in anchors)
        ]

    def _parted(self, piece: Piece, split: float | None) -> list[Piece]:
        """The label of a group that touches that of its row, taken apart where another command drew the next letter."""
        if split is not None:
            for number, (one, after) in enumerate(pairwise(piece.chars), 1):
                rest = "".join(char.text for char in piece.chars[number:])
                if one.run != after.run and abs(after.x0 - split) < self.size and ORDINAL.match(rest):
                    return [Piece(piece.chars[:number]), Piece(piece.chars[number:])]
        return [piece]


def _left(part: Sequence[Piece]) -> float:
    return min(one.x0 for one in part)
