"""The printed lines of the grids: which items their label cells name, which figures stand in them, and where."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.fuzz import ratio

from extractor.forms.model import Form
from extractor.parse.labels import Item, Role, Vocabulary, bare_text
from extractor.parse.rows import Joint, Token, TokenKind
from extractor.parse.text.tokens import figure_token
from extractor.read.document import Document, Grid, GridCell

__all__ = ["ILLEGIBLE", "Line", "Lines", "items_of", "read_lines"]

# What readers put for a character that nobody can read, and for all that is off the paper.
ILLEGIBLE = "\ufffd"

_ORDINAL = re.compile(r"^[\s*]*(?:\(?[一二三四五六七八九十]{1,3}\)?[、.,)]?|\(?\d{1,2}\)?[、.,)])\s*")
_NOTE = re.compile(r"\s*(?:[(\[]注?\d{0,2}[)\]]|[*※①-⑳¹²³]+)\s*$")
_SIMILAR = 78.0
_CLOSE = 10.0
_LONGEST_LABEL = 80
_SPEAKS_FOR_ITSELF = 8


@dataclass(slots=True)
class Line:
    """One printed line of a grid: the items its label cells name (with the column they stand in) and its figures.

    `cut`: the edge of the paper cuts it off.
    """

    start: int
    items: list[tuple[int, Item, float]] = field(default_factory=list)
    heads: list[tuple[int, int, Item]] = field(default_factory=list)
    tokens: list[tuple[int, Token]] = field(default_factory=list)
    cells: list[GridCell] = field(default_factory=list)
    numbers: int = 0
    cut: bool = False

    @property
    def right(self) -> int:
        """The first column behind the line's last cell."""
        last = self.cells[-1]
        return last.column + last.column_span


@dataclass(slots=True)
class Lines:
    """The lines of one grid. `named`: the tables that a head, a title or a long label in it can only belong to.

    `turned`: for each table the lines of figures whose label is a column of it.
    """

    grid: Grid
    lines: list[Line]
    named: set[str] = field(default_factory=set)
    turned: Counter[str] = field(default_factory=Counter)


def read_lines(document: Document, grid: Grid, words: Vocabulary, form: Form) -> Lines:
    """The lines of `grid`; of two tables side by side those of the left one first."""
    folded = document.folded
    out = Lines(grid, [])
    line: Line | None = None
    row = -1
    for cell in grid.cells:
        if cell.row != row or line is None:
            row = cell.row
            line = Line(cell.start)
            out.lines.append(line)
        line.cells.append(cell)
        _read_cell(line, cell, folded, words, out.named)
    beside = 0
    for line in out.lines:
        _cut_off(line, folded, grid.columns - 1)
        if not line.numbers or not line.heads:
            continue
        beside += line.heads[-1][0] > line.tokens[0][0]
        for table in {item.table for _, _, item in line.heads if item.role is Role.COLUMN and not item.bare}:
            out.turned[table] += 1
    if beside > 1:
        out.lines = _unfolded(out.lines, form)
    return out


def _cut_off(line: Line, folded: str, last: int) -> None:
    """Leave out the cell that stands for what is off the paper, and in a line of heads what the edge leaves of them."""
    cell = line.cells[-1]
    if cell.column != last or folded[cell.start : cell.end] != ILLEGIBLE or len(line.cells) < 2:
        return
    line.cut = True
    line.cells.pop()
    line.tokens = [
        one
        for one in line.tokens
        if one[0] != last and (line.numbers or not (one[1].printed or "").endswith(ILLEGIBLE))
    ]


def _read_cell(line: Line, cell: GridCell, folded: str, words: Vocabulary, named: set[str]) -> None:
    start, end = cell.start, cell.end
    text = folded[start:end]
    if text.isdigit() and text.isascii():
        value = int(text) if len(text) < 19 else None
        line.tokens.append((cell.column, Token(TokenKind.NUMBER, start, end, text, value)))
        line.numbers += 1
        return
    if not text or text.isspace():
        line.tokens.append((cell.column, Token(TokenKind.BLANK, start, start, printed="")))
        return
    found = _memo.get((id(words), text))
    if not found:
        token = figure_token(text, start, Joint.CELL)
        if token is not None:
            line.tokens.append((cell.column, token))
            line.numbers += token.kind is TokenKind.NUMBER
            return
        found = items_of(text, words)
    for item, score in found:
        if item.role is Role.ROW:
            line.items.append((cell.column, item, score))
            if len(text) >= _SPEAKS_FOR_ITSELF:
                named.add(item.table)
        elif not item.bare:
            named.add(item.table)
        line.heads.append((cell.column, cell.column_span, item))
    if not found:
        line.tokens.append((cell.column, Token(TokenKind.WORDS, start, end, printed=text.strip())))


def _unfolded(lines: list[Line], form: Form) -> list[Line]:
    """Where a second label stands behind the figures of most lines, at one column: the lines of two tables."""
    at: Counter[int] = Counter()
    for line in lines:
        labels = [
            (column, item)
            for column, item, score in line.items
            if score == 1.0 and not item.bare and not form.table_by_id[item.table].rows[item.index].subtotal_of
        ]
        if len(labels) > 1:
            figure = next((column for column, token in line.tokens if token.kind is TokenKind.NUMBER), labels[-1][0])
            second = next((column for column, item in labels if column > figure and item != labels[0][1]), 0)
            if labels[0][0] < figure < second:
                at[second] += 1
    if not at:
        return lines
    column, count = at.most_common(1)[0]
    if count < 2 or 2 * count < sum(1 for line in lines if line.numbers):
        return lines
    left = [_part(line, 0, column) for line in lines]
    right = [_part(line, column, lines[0].right + column) for line in lines]
    return [line for line in (*left, *_unfolded(right, form)) if line.cells]


def _part(line: Line, first: int, after: int) -> Line:
    cells = [cell for cell in line.cells if first <= cell.column < after]
    tokens = [one for one in line.tokens if first <= one[0] < after]
    return Line(
        cells[0].start if cells else line.start,
        [one for one in line.items if first <= one[0] < after],
        [one for one in line.heads if first <= one[0] < after],
        tokens,
        cells,
        sum(1 for _, token in tokens if token.kind is TokenKind.NUMBER),
        line.cut,
    )


@lru_cache(maxsize=8192)
def _stripped(text: str) -> tuple[str, str]:
    text = _NOTE.sub("", text)
    return bare_text(text), bare_text(_ORDINAL.sub("", text))


_memo: dict[tuple[int, str], tuple[tuple[Item, float], ...]] = {}


def items_of(text: str, words: Vocabulary) -> tuple[tuple[Item, float], ...]:
    """What a label cell names: exactly, by a distinctive part, or by similarity. Memoised: labels repeat endlessly."""
    if len(text) > _LONGEST_LABEL:
        return ()
    key = (id(words), text)
    known = _memo.get(key)
    if known is None:
        known = tuple(_look_up(text, words))
        if len(_memo) > 20_000:
            _memo.clear()
        _memo[key] = known
    return known


def _look_up(text: str, words: Vocabulary) -> Iterator[tuple[Item, float]]:
    whole, stripped = _stripped(text)
    for candidate in (whole, stripped):
        items = words.whole.get(candidate)
        if items:
            yield from ((item, 1.0) for item in items)
            return
    if text.endswith(ILLEGIBLE):
        begun = {item for label, items in words.whole.items() if label.startswith(stripped) for item in items}
        if len(stripped) > 1 and len({(item.table, item.id) for item in begun}) == 1:
            yield min(begun, key=lambda item: item.index), 0.8
        return
    if len(stripped) < 3:
        return
    matches = process.extract(stripped, words.whole.keys(), scorer=ratio, score_cutoff=_SIMILAR, limit=3)
    matches = [match for match in matches if len(match[0]) >= 4]
    numbered = words.numbered_so(text, [match[0] for match in matches if matches[0][1] - match[1] < _CLOSE])
    if numbered is not None:
        matches = [match for match in matches if match[0] == numbered]
    if matches and (len(matches) == 1 or matches[0][1] - matches[1][1] > 4):
        best, score, _ = matches[0]
        yield from ((item, score / 100.0) for item in words.whole[best] if not item.bare)
        return
    cores = [
        item
        for needle, items in words.needles
        if len(needle) >= 3 and needle in stripped
        for item in items
        if item.role is Role.ROW and not item.bare
    ]
    if len({(item.table, item.id) for item in cores}) == 1:
        yield cores[0], 0.8
