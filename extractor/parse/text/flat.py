"""Flattened tables: from a region of text to the value rows of its table, whatever separates the cells."""

import re
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.fuzz import ratio

from extractor.forms.model import Table
from extractor.parse.labels import Hit, Item, Role, bare_text
from extractor.parse.readings import Origin
from extractor.parse.rows import Joint, Label, Near, Token, TokenKind, ValueRow
from extractor.parse.text.apart import cells_of
from extractor.parse.text.regions import Region
from extractor.parse.text.spot import CLOSE_ENOUGH, DIGITS_BEFORE, OFFICIAL_ORDINAL, Spotted, ordinal_start
from extractor.parse.text.tokens import CUT, Break, Pipes, Words, number, scan_gap
from extractor.read.fold import fold
from extractor.report import Reason

__all__ = ["value_rows"]

_SHORTEST_TORN = 4
_CLOSE_SCORES = 8.0
_MOST_LOOSE = 12
_SENTENCE = 12
_FIGURES = (TokenKind.NUMBER, TokenKind.NOT_APPLICABLE)
_MOST_ROWS = 600
_DIGIT_ORDINAL = re.compile(r"\s*(\d{1,2})[.、)．]")
_HEAD = 60
_HEAD_YEARS = re.compile(r"(?<!\d)(?:(?:19|20)\d\d(?:年度?)?[\s|]*){2,}(?![\d月])")
_YEAR = re.compile(r"(?:19|20)\d\d")
_TOUCHED = Reason("words touch the figure", "数字与其他文字相连")
_WORDS_BETWEEN = Reason("other words stand between the label and the figure", "标签与数字之间夹有其他文字")


def value_rows(spotted: Spotted, region: Region, year: int | None) -> list[ValueRow]:
    """The printed rows of a region, in order, with the labels that lie about them."""
    text = spotted.text
    cells = cells_of(text, region.hits[0].start, region.end)
    builder = _Builder(text, region.table, cell_a_line=cells.a_line)
    hits = region.hits
    for place, hit in enumerate(hits):
        builder.hit(hit)
        last = place + 1 == len(hits)
        end = region.end if last else hits[place + 1].start
        if len(builder.rows) > _MOST_ROWS:
            break
        for piece in scan_gap(text, hit.end, end, cells):
            if last and isinstance(piece, Words) and len(piece.text) > 3:
                break
            builder.take(piece)
    builder.flush()
    years = _years(text, region, year)
    rows = [row for row in builder.rows if row.tokens or row.blank_cells]
    for row in rows:
        row.years = years
    return rows


def _years(text: str, region: Region, year: int | None) -> tuple[bool, ...]:
    """Where a head line of the table names several years side by side: whether each is the report's."""
    first = next((hit.start for hit in region.hits if any(item.role is Role.ROW for item in hit.items)), region.end)
    begin = max(0, min(region.hits[0].start, first - _HEAD))
    for match in _HEAD_YEARS.finditer(text, begin, first):
        named = [int(one) for one in _YEAR.findall(match.group())]
        if len(set(named)) == len(named):
            return tuple(one == year for one in named)
    return ()


class _Builder:
    """Collects hits and pieces into value rows."""

    def __init__(self, text: str, table: Table, *, cell_a_line: bool) -> None:
        self.rows: list[ValueRow] = []
        self._text = text
        self._table = table
        self._cell_a_line = cell_a_line
        self._size = len(table.columns)
        self._officials = _officials(table)
        self._row = ValueRow()
        self._headed = False
        self._heads: list[str] = []
        self._heads_used = False
        self._foreign = False
        self._foreign_line = False
        self._aside = ValueRow(foreign=True)
        self._pending_blanks: list[Token] = []

    def hit(self, hit: Hit) -> None:
        last = self._row.tokens[-1] if self._row.tokens else None
        if last is not None and last.end == hit.start and len(last.figures) > hit.cut:
            ordinals = {item.ordinal for item in hit.items if item.ordinal}
            if hit.cut or any(last.figures.endswith(ordinal) for ordinal in ordinals):
                self._row.because = CUT
        if any(token.kind in _FIGURES for token in self._row.tokens):
            self.flush()
        self._row.tokens.clear()
        self._pending_blanks.clear()
        named = [item for item in hit.items if item.table == self._table.id]
        rows = [item for item in named if item.role is Role.ROW]
        self._foreign = self._foreign_line = False
        if rows:
            earlier = [label for label in self._row.labels[-_MOST_LOOSE:] if not label.item.bare]
            self._row.labels = [Label(label.item, Near.LOOSE, label.score) for label in earlier]
            self._row.labels.extend(Label(item, Near.FIRM) for item in rows)
            self._row.start = self._row.start or hit.start
        heads = [item.id for item in named if item.role is Role.COLUMN]
        if heads and all(item.bare for item in rows):
            if self._heads_used:
                self._heads, self._heads_used = [], False
            self._heads.extend(heads)
        self._headed = not rows

    def take(self, piece: Token | Words | Break | Pipes) -> None:
        if isinstance(piece, Token):
            self._token(piece)
        elif isinstance(piece, Words):
            self._words(piece)
        elif isinstance(piece, Pipes):
            self._pipes(piece)
        else:
            self._line_end()

    def flush(self) -> None:
        row = self._row
        while row.tokens and not row.labels and row.tokens[0].kind is TokenKind.BLANK:
            row.tokens.pop(0)
        if row.tokens or row.blank_cells:
            if row.tokens:
                row.end = row.tokens[-1].end
            if any(token.joint < Joint.LINE for token in row.tokens[1:]) or (
                len(row.tokens) == 1 and row.tokens[0].joint < Joint.LINE
            ):
                row.origin = Origin.GLUED if len(row.tokens) < self._size else Origin.TEXT
            row.heads = tuple(self._heads)
            self._heads_used = True
            self.rows.append(row)
            self._row = ValueRow()
        self._pending_blanks.clear()

    def _token(self, token: Token) -> None:
        if self._headed and not self._row.labels and _YEAR.fullmatch(token.figures):
            return
        if token.attached and self._foreign:
            return
        if self._foreign_line and token.joint is not Joint.CELL:
            self._aside.tokens.append(token)
            return
        self._foreign = False
        if self._pending_blanks:
            self._row.tokens.extend(self._pending_blanks)
            self._pending_blanks.clear()
        if token.doubt is not None:
            self._row.because = token.doubt
        self._row.tokens.append(token)

    def _words(self, words: Words) -> None:
        text = bare_text(words.text)
        if len(text) >= _SHORTEST_TORN and self._torn_label(words, text):
            return
        self._foreign = True
        row = self._row
        if words.touches and row.tokens:
            row.because = _TOUCHED
        if text and not row.tokens and not self._cell_a_line and any(one.near is Near.CLOSE for one in row.labels):
            # The first half of another label, it may be: of one that ends on the line below its figures.
            row.because = _WORDS_BETWEEN
            row.labels = [one._replace(near=min(one.near, Near.LOOSE)) for one in row.labels]
        if not row.tokens:
            on_line = any(label.near is Near.FIRM for label in row.labels)
            self._foreign_line = self._foreign_line or (len(text) > 1 and not self._cell_a_line and not on_line)
            if on_line and not self._cell_a_line:
                row.because = _WORDS_BETWEEN
        elif (1 < len(text) < _SHORTEST_TORN and row.tokens[-1].joint < Joint.CELL) or len(text) > _SENTENCE:
            self.flush()

    def _torn_label(self, words: Words, text: str) -> bool:
        """Take words that are like a label, with characters lost or changed, for that label."""
        items, officials = self._officials
        matches = process.extract(text, officials, scorer=ratio, score_cutoff=CLOSE_ENOUGH, limit=3)
        if not matches:
            return False
        close = [match for match in matches if match[1] > matches[0][1] - _CLOSE_SCORES]
        self.hit(self._cut_ordinal(words, tuple(items[match[2]] for match in close)))
        self._row.labels[-len(close) :] = [Label(items[place], Near.FIRM, score / 100.0) for _, score, place in close]
        return True

    def _cut_ordinal(self, words: Words, items: tuple[Item, ...]) -> Hit:
        """The label's hit; if its ordinal was read as the end of the figure before it, it is taken off that figure."""
        tokens = self._row.tokens
        if (
            not tokens
            or not tokens[-1].figures
            or not DIGITS_BEFORE.fullmatch(self._text[tokens[-1].start : words.start])
        ):
            return Hit(words.start, words.end, items)
        begin, cut = ordinal_start(self._text, words.start, items, tokens[-1].start)
        last = tokens.pop()
        left = self._text[last.start : begin]
        if left:
            tokens.append(number(left, last.start, last.joint))
        return Hit(begin, words.end, items, cut)

    def _pipes(self, pipes: Pipes) -> None:
        row = self._row
        if not self._cell_a_line:
            if not row.tokens:  # an empty row: the label before it was that one's
                row.labels = [one._replace(near=min(one.near, Near.LOOSE)) for one in row.labels]
            return
        figures = [token for token in row.tokens if token.kind is not TokenKind.BLANK]
        if len(figures) >= self._size:
            self.flush()
        elif figures and len(row.tokens) + pipes.count < self._size:
            self._pending_blanks = [Token(TokenKind.BLANK, pipes.at, pipes.at, printed="")] * pipes.count
        elif figures:
            self.flush()
        elif any(label.near is Near.FIRM and not label.item.bare for label in row.labels):
            row.blank_cells = pipes.count
            self.flush()

    def _line_end(self) -> None:
        self._foreign = self._foreign_line = False
        if self._aside.tokens:
            self.rows.append(self._aside)
            self._aside = ValueRow(foreign=True)
        row = self._row
        if any(token.kind is not TokenKind.BLANK for token in row.tokens):
            self.flush()
            return
        if row.tokens and any(label.near is Near.FIRM for label in row.labels):
            self.flush()
            return
        row.tokens.clear()
        for index, label in enumerate(row.labels):
            if label.near is Near.FIRM:
                row.labels[index] = Label(label.item, Near.CLOSE, label.score)


@lru_cache(maxsize=64)
def _officials(table: Table) -> tuple[tuple[Item, ...], tuple[str, ...]]:
    """Each row's official label without its ordinal, where it is long enough to be known when torn."""
    items: list[Item] = []
    texts: list[str] = []
    for index, row in enumerate(table.rows):
        text = bare_text(OFFICIAL_ORDINAL.sub("", fold(row.labels[0])))
        if len(text) >= _SHORTEST_TORN:
            ordinal = _DIGIT_ORDINAL.match(row.labels[0])
            items.append(Item(table.id, Role.ROW, row.id, index, ordinal=ordinal[1] if ordinal else ""))
            texts.append(text)
    return tuple(items), tuple(texts)
