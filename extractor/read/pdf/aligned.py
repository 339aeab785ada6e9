"""Tables without rulings: figures that stand below each other, their heads above them and their labels on the left.

A table is a run of lines with figures in columns that hold over all of them. A label that is wrapped is put together
again by where its lines stand to the line of its figures: around it, from it downwards or down to it, the same way for
all of a table. What does not fit is said to be doubtful (`Table.unsure`), and nothing is read from it in silence.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise, takewhile
from statistics import median

from extractor.read.figures import UNIT_PATTERN, FigureKind, read_figure
from extractor.read.flow import Word
from extractor.read.pdf.chars import BLANK, UNKNOWN
from extractor.read.pdf.shapes import BEYOND, Aligned, Char, Table, TableCell, Turn
from extractor.read.pdf.typeset import cell_words, rows_of

__all__ = ["aligned_tables"]

# In heights of the letters: gaps between columns, and between what is drawn by two commands; how far the lines of a
# label may stand from where they should; the pitch of wrapped lines; what a label may reach into the first column.
_APART, _APART_DRAWN = 0.3, 0.04
_LEVEL, _PITCH, _INTO = 0.4, 2.2, 0.5
_MOST_BETWEEN, _MOST_HEADS = 10, 10
# From line to line of a table, and of its heads, at most.
_FAR, _FAR_HEADS = 7.0, 5.5
# In points: above it there is no table, but what a browser prints over each page.
_HEADER = 24.0
_ORDINAL = re.compile(r"[（(]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[）)、.．]|其中")
_LEAST_FIGURES = 3
_DIGIT = re.compile(r"\d")
_UNIT = re.compile(UNIT_PATTERN)
_TITLE = re.compile(r"[一二三四五六七八九十]{1,3}、|第.{1,5}条|[（(][一二三四五六七八九十]{1,3}[)）]")


@dataclass(slots=True, eq=False)
class _Piece:
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
class _Block:
    """Lines of a table: those of its heads, those with figures, and of labels between and right below them."""

    heads: list[list[_Piece]] = field(default_factory=list)
    rows: list[list[_Piece]] = field(default_factory=list)
    labels: list[list[_Piece]] = field(default_factory=list)


def aligned_tables(chars: Sequence[Char], page: int, turn: Turn, right: float) -> tuple[list[Table], list[Char]]:
    """The tables among characters that stand in no ruled one, and the characters that are left. `right`: the edge of
    the paper."""
    lines = [_pieces(row) for row in rows_of(chars)]
    lines = [line for line in lines if line]
    out: list[Table] = []
    taken: set[int] = set()
    for block in _blocks(lines):
        made = _Maker(block, page, turn).table(right)
        if made is not None:
            table, used = made
            out.append(table)
            taken.update(id(char) for piece in used for char in piece.chars)
    return out, [char for char in chars if id(char) not in taken] if taken else list(chars)


def _pieces(row: Sequence[Char]) -> list[_Piece]:
    out: list[_Piece] = []
    height = median(one.bottom - one.top for one in row)
    for char in row:
        if char.text == BLANK:
            continue
        before = out[-1].chars[-1] if out else None
        gap = _APART if before is not None and before.run == char.run else _APART_DRAWN
        if before is None or char.x0 - before.x1 > gap * height:
            out.append(_Piece([char]))
        else:
            out[-1].chars.append(char)
    return out


@lru_cache(maxsize=4096)
def _says_figure(text: str) -> bool:
    kind = read_figure(text).kind
    return kind is FigureKind.NOT_APPLICABLE or (kind is FigureKind.NUMBER and _DIGIT.search(text) is not None)


def _figures(line: Sequence[_Piece]) -> list[_Piece]:
    """The figures at the end of a line that stand apart from its label, or from each other where it has none."""
    at = len(line)
    while at and _says_figure(line[at - 1].text):
        at -= 1
    if len(line) > at > 1 and _UNIT.fullmatch(line[at - 1].text):
        at -= 1  # a column of units
    figures = list(line[at:])
    return figures if at or len(figures) >= _LEAST_FIGURES else []


def _blocks(lines: Sequence[list[_Piece]]) -> Iterator[_Block]:
    """The runs of lines with figures, nothing but labels between them, and the heads above."""
    figures = [_figures(line) for line in lines]
    done = 0  # the first line that no block has taken
    number = 0
    while number < len(lines):
        if not figures[number]:
            number += 1
            continue
        block = _Block([], [lines[number]])
        left = figures[number][0].x0
        last, at = number, number + 1
        between: list[list[_Piece]] = []
        while at < len(lines) and at - last <= _MOST_BETWEEN and _gap(lines[at - 1], lines[at]) <= _FAR:
            height = _height(lines[at])
            if figures[at]:
                left = min(left, figures[at][0].x0)
                if any(piece.x1 > left + _INTO * height for line in between for piece in line):
                    break
                block.labels += between
                block.rows.append(lines[at])
                between, last = [], at
            elif all(piece.x1 <= left + _INTO * height for piece in lines[at]):
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


def _may_head(line: Sequence[_Piece], left: float) -> bool:
    if len(line) > 1:
        return not _figures(line)
    (piece,) = line
    if _TITLE.match(piece.text):
        return False
    return piece.x0 > left - 2 * _height(line) or (piece.x1 <= left and len(piece.text) < 60)


def _gap(line: Sequence[_Piece], after: Sequence[_Piece]) -> float:
    """From line to line, in heights of the letters."""
    return (after[0].y - line[0].y) / _height(after)


def _height(line: Sequence[_Piece]) -> float:
    return median(one.bottom - one.top for piece in line for one in piece.chars)


class _Maker:
    """Makes one table out of a block. `sure`: its columns and its labels are beyond doubt."""

    def __init__(self, block: _Block, page: int, turn: Turn) -> None:
        self.block, self.page, self.turn = block, page, turn
        self.figures = [_figures(row) for row in block.rows]
        self.left = min(row[0].x0 for row in self.figures)
        self.size = median(_height(row) for row in block.rows)
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
        self.used: list[_Piece] = []
        # Lines above the first line of figures that may be the beginning of its label.
        self.leading: list[_Piece] = []

    def table(self, right: float) -> tuple[Table, list[_Piece]] | None:
        """The table and the pieces that are in it; None where there is too little to call it one. `right`: the edge of
        the paper, off which it runs if something stands close to it."""
        block = self.block
        figures = sum(map(len, self.figures))
        self.headed = any(len(line) > 1 for line in block.heads)
        if not self.headed and (figures < _LEAST_FIGURES or len(block.rows) == 1):
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
            if _UNIT.fullmatch(piece.text)
            for number in self._over(piece, self.columns)
        }
        return len(self.columns) - len(units)

    def _over(self, piece: _Piece, columns: Sequence[tuple[float, float]]) -> list[int]:
        return [number for number, (x0, x1) in enumerate(columns) if piece.x0 < x1 and x0 < piece.x1]

    def _edges(self) -> list[float]:
        """Where the columns of figures begin, and the last one ends."""
        inner = [(one[1] + other[0]) / 2 for one, other in pairwise(self.columns)]
        labels = [piece.x1 for line in self.labels for piece in line]
        before = max((x1 for x1 in labels if x1 < self.columns[0][0]), default=self.columns[0][0] - self.size)
        return [(before + self.columns[0][0]) / 2, *inner, self.columns[-1][1] + self.size]

    def _whole(self, line: Sequence[_Piece]) -> list[_Piece]:
        """The labels of a line, put together where nothing but another font parts them."""
        out: list[_Piece] = []
        for piece in line:
            if out and piece.x0 - out[-1].x1 < _APART * self.size:
                out[-1] = _joined([out[-1], piece])
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

    def _heads(self) -> list[list[tuple[_Piece, int, int]]]:
        """The heads by storeys: those over several columns line by line, below them those of each column, the lines of
        which are put together."""
        shift = self.shift
        heads = list(self.block.heads)
        while heads and not any(self._over(piece, self.columns) for piece in heads[-1]):
            self.leading[:0] = heads.pop()
        leaves: dict[int, list[list[_Piece]]] = {}
        storeys: list[list[tuple[_Piece, int, int]]] = []
        side: list[_Piece] = []
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
                    if stack and piece.y - stack[-1][-1].y <= _PITCH * self.size:
                        stack[-1].append(piece)
                    else:
                        stack.append([piece])
            if over_several:
                storeys.append(over_several)
        if not heads:
            return []
        lowest: list[tuple[_Piece, int, int]] = []
        for column, stack in leaves.items():
            storeys += [[(_joined(part), column + shift, column + shift + 1)] for part in stack[:-1]]
            lowest.append((_joined(stack[-1]), column + shift, column + shift + 1))
        if side:
            lowest.append((_joined(side), 0, shift))
        self.sure = self.sure and len(leaves) == len(self.columns)
        return [*storeys, lowest] if lowest else storeys

    def _rows(self) -> list[list[tuple[_Piece, int, int]]]:
        split = self.split
        shift = self.shift
        groups: list[_Piece] = []
        labels: list[_Piece] = []
        anchors = [median(piece.y for piece in figures) for figures in self.figures]
        for line in self.labels:
            parts = [part for one in line for part in self._parted(one, split)]
            level = any(abs(anchor - line[0].y) <= _LEVEL * self.size for anchor in anchors)
            for piece in parts:
                of_group = split is not None and piece.x1 <= split and not (level and piece is parts[-1])
                (groups if of_group else labels).append(piece)
        labels.sort(key=lambda one: one.y)
        alone = self._alone(labels, anchors)
        shared = self._shared_out([one for one in labels if one not in alone], anchors)
        if not self.headed and shared and shared[0] and not _ORDINAL.match(shared[0][0].text):
            # The beginning of its label may stand on the page before.
            self.sure = self.sure and not any(part and _ORDINAL.match(part[0].text) for part in shared[1:])
        out: list[list[tuple[_Piece, int, int]]] = []
        for figures, part in zip(self.figures, shared, strict=True):
            row = []
            if part:
                label = _joined(part)
                row.append((label, 0 if split is None or _left(part) < split else 1, shift))
            for piece in figures:
                over = self._over(piece, self.columns)
                if over:
                    row.append((piece, over[0] + shift, over[0] + shift + 1))
            out.append(row)
            self.used += [*part, *figures]
        for group in _stacks(groups, _PITCH * self.size):
            y = (group[0].y + group[-1].y) / 2
            rooms = [number for number, row in enumerate(out) if all(first > 0 for _, first, _ in row)]
            if rooms:
                out[min(rooms, key=lambda number: abs(anchors[number] - y))].append((_joined(group), 0, 1))
                self.used += group
        self.used += alone
        lines = [*zip(anchors, out, strict=True), *((one.y, [(one, 0, shift)]) for one in alone)]
        return [row for _, row in sorted(lines, key=lambda line: line[0])]

    def _alone(self, labels: Sequence[_Piece], anchors: Sequence[float]) -> list[_Piece]:
        """Lines that begin with an ordinal and stand beside no figures, right above another that does: titles."""
        slack = _LEVEL * self.size
        return [
            one
            for one, after in pairwise(labels)
            if _ORDINAL.match(one.text)
            and _ORDINAL.match(after.text)
            and all(abs(anchor - one.y) > slack for anchor in anchors)
            and any(abs(anchor - after.y) <= slack for anchor in anchors)
        ]

    def _parted(self, piece: _Piece, split: float | None) -> list[_Piece]:
        """The label of a group that touches that of its row, taken apart where another command drew the next letter."""
        if split is not None:
            for number, (one, after) in enumerate(pairwise(piece.chars), 1):
                rest = "".join(char.text for char in piece.chars[number:])
                if one.run != after.run and abs(after.x0 - split) < self.size and _ORDINAL.match(rest):
                    return [_Piece(piece.chars[:number]), _Piece(piece.chars[number:])]
        return [piece]

    def _shared_out(self, labels: Sequence[_Piece], anchors: Sequence[float]) -> list[list[_Piece]]:
        """For each line of figures the lines of its label: the way in which all of them fit, and no line that begins
        with an ordinal goes on another."""
        slack = _LEVEL * self.size
        if not labels and not self.leading:
            return [[] for _ in anchors]
        for above in range(len(self.leading) + 1):
            lines = [*self.leading[len(self.leading) - above :], *labels]
            if above and lines[1:] and lines[1].y - lines[0].y > _PITCH * self.size:
                break
            found = [way for share in (_around, _downwards, _upwards) if (way := share(lines, anchors, slack))]
            fewest = min(map(_odd, found), default=0)
            ways = [way for way in found if _odd(way) == fewest]
            if not found or ((fewest or all(map(_headless, ways))) and above < len(self.leading)):
                continue
            self.sure = self.sure and fewest == 0 and all(_same(ways[0], way) for way in ways)
            return ways[0]
        self.sure = False
        out: list[list[_Piece]] = [[] for _ in anchors]
        for piece in labels:
            nearest = min(range(len(anchors)), key=lambda number: abs(anchors[number] - piece.y))
            if abs(anchors[nearest] - piece.y) <= _PITCH * self.size:
                out[nearest].append(piece)
        return out


def _odd(way: Sequence[Sequence[_Piece]]) -> int:
    """How many lines of labels begin with an ordinal and go on another, and how many lines of figures have no label."""
    return sum(bool(_ORDINAL.match(piece.text)) for part in way for piece in part[1:]) + sum(not part for part in way)


def _headless(way: Sequence[Sequence[_Piece]]) -> bool:
    """Whether the first label does not begin as most others do: with an ordinal."""
    firsts = [bool(_ORDINAL.match(part[0].text)) for part in way if part]
    return bool(firsts) and not firsts[0] and 2 * sum(firsts) >= len(firsts)


def _same(way: Sequence[Sequence[_Piece]], other: Sequence[Sequence[_Piece]]) -> bool:
    return all(list(map(id, one)) == list(map(id, two)) for one, two in zip(way, other, strict=True))


def _left(part: Sequence[_Piece]) -> float:
    return min(one.x0 for one in part)


def _joined(pieces: Sequence[_Piece]) -> _Piece:
    return _Piece([char for piece in pieces for char in piece.chars])


def _stacks(pieces: Sequence[_Piece], pitch: float) -> list[list[_Piece]]:
    out: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda one: one.y):
        stack = next((one for one in out if piece.y - one[-1].y <= pitch and piece.x0 < one[-1].x1), None)
        if stack is None or _ORDINAL.match(piece.text):
            out.append([piece])
        else:
            stack.append(piece)
    return out


def _around(labels: Sequence[_Piece], anchors: Sequence[float], slack: float) -> list[list[_Piece]] | None:
    """Figures at half the height of their label."""
    out: list[list[_Piece]] = []
    at = 0
    for anchor in anchors:
        count = 0
        if at < len(labels) and labels[at].y <= anchor + slack:
            count = next(
                (
                    number
                    for number in range(1, len(labels) - at + 1)
                    if abs((labels[at].y + labels[at + number - 1].y) / 2 - anchor) <= slack
                ),
                -1,
            )
            if count < 0:
                return None
        out.append(list(labels[at : at + count]))
        at += count
    return out


def _downwards(labels: Sequence[_Piece], anchors: Sequence[float], slack: float) -> list[list[_Piece]] | None:
    """Figures beside the first line of their label."""
    if labels and labels[0].y < anchors[0] - slack:
        return None
    out: list[list[_Piece]] = []
    for anchor, after in pairwise([*anchors, float("inf")]):
        part = [one for one in labels if anchor - slack <= one.y < after - slack]
        if part and part[0].y > anchor + slack:
            return None
        end = next((n for n, (one, other) in enumerate(pairwise(part), 1) if other.y - one.y > 6 * slack), len(part))
        if end < len(part) and len(out) < len(anchors) - 1:
            return None
        out.append(part[:end])
    return out


def _upwards(labels: Sequence[_Piece], anchors: Sequence[float], slack: float) -> list[list[_Piece]] | None:
    """Figures beside the last line of their label."""
    out = []
    for before, anchor in pairwise([float("-inf"), *anchors]):
        part = [one for one in labels if before + slack < one.y <= anchor + slack]
        if part and part[-1].y < anchor - slack:
            return None
        out.append(part)
    return out
