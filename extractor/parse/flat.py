"""Flattened tables: from a text to the value rows of one table, wherever in the text it stands.

Label hits that lie close together, with little else between them, make a region; a label in a sentence makes none.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.fuzz import ratio

from extractor.forms.model import Form, Layout, Table
from extractor.parse.labels import Hit, Item, Role, Vocabulary, bare_text, condense, vocabulary
from extractor.parse.readings import Origin
from extractor.parse.rows import Joint, Label, Near, Token, TokenKind, ValueRow
from extractor.parse.tokens import Break, Pipes, Words, number, scan_gap
from extractor.read.figures import UNIT_PATTERN
from extractor.read.fold import fold

__all__ = ["Region", "Spotted", "regions", "spot", "value_rows"]

_SHORTEST_TORN = 4
_SIMILAR = 78.0
_CLOSE_SCORES = 8.0
_CUT = "the last digit may be the number of the next row"
_FOREIGN_LIMIT = 32
_TAIL = 600
_CJK = re.compile(r"[\u3400-\u9fff]")
_ORDINAL_BEFORE = re.compile(r"(?:\(?[一二三四五六七八九十]{1,3}\)?[、.,)]?|\(?\d{1,2}\)?[、.,)])\s*[*|\t ]*$")
_OFFICIAL_ORDINAL = re.compile(r"^\s*(?:\(?[一二三四五六七八九十]{1,3}\)?[、.,)]?|\d{1,2}[、.)])\s*")
_DIGIT_ORDINAL = re.compile(r"\s*(\d{1,2})[.、)．]")
_SENTENCE_AFTER = re.compile(rf"[ :]*(?:为|共|计|有)?[ ]*[\d,.]+[ ]*(?:{UNIT_PATTERN})?[ ]*[,;。、](?!\d)")
_DIGITS_BEFORE = re.compile(r"(?P<open>\(?)(?P<digits>\d+)\)?[、.,)]\s*[*|\t ]*$")
_UNIT_BEFORE = re.compile(rf"(?<=[\s|])(?:{UNIT_PATTERN})$")
_UNIT_AFTER = re.compile(rf"(?:{UNIT_PATTERN})(?=[\s|\d]|$)")
_HEAD = 60
_HEAD_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:年度?)?(?=[\s|]|$)")
_YEAR = re.compile(r"(?:19|20)\d\d")
_FREE_BEFORE = "\n\r\t|*#`_>\"'”“‘’:"
_NUMERALS = "一二三四五六七八九十"
_LINE = 40
_CELL_ENDS = "\n\t|"
_FREE_AFTER = "\n\r\t|*#`_("


@dataclass(frozen=True, slots=True)
class Spotted:
    """A text with the labels of a form found in it, those in sentences left out."""

    text: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of text that holds one table: its hits and the offset where its last figures must end."""

    table: Table
    hits: tuple[Hit, ...]
    end: int


def spot(text: str, form: Form) -> Spotted:
    """All labels of `form` in the folded `text` that stand as labels do, not in a sentence."""
    words = vocabulary(form)
    hits = words.find(condense(text))
    kept: list[Hit] = []
    last_end = -1
    for place, hit in enumerate(hits):
        if _inside_words(text, hit, hits[place + 1].start if place + 1 < len(hits) else len(text)):
            last_end = hit.end
            continue
        begin, left, cut = _left(text, hit, last_end)
        right = _right(text, hit.end, hits[place + 1].start if place + 1 < len(hits) else len(text))
        items = tuple(item for item in hit.items if _stands(item, left, right))
        if items and left != right:
            hit, items = _whole_cell(text, hit, items, words)
        if items and not (not left and not right) and not _in_sentence(text, hit, left):
            kept.append(Hit(begin, hit.end, items, cut))
        last_end = hit.end
    return Spotted(text, tuple(kept))


def _inside_words(text: str, hit: Hit, next_start: int) -> bool:
    """A short word with more words right behind it: no label, and common in prose."""
    after = text[hit.end : hit.end + 1]
    return (
        "\u4e00" <= after <= "\u9fff"
        and next_start > hit.end
        and after not in _NUMERALS
        and all(item.bare or item.core for item in hit.items)
    )


def _whole_cell(text: str, hit: Hit, items: tuple[Item, ...], words: Vocabulary) -> tuple[Hit, tuple[Item, ...]]:
    """The label that the whole cell is most like, where a known one is only a part of it: 信函、传真申请数 with its
    first character lost holds 传真申请数, which is another row."""
    begin = max((text.rfind(mark, max(0, hit.start - _LINE), hit.start) for mark in _CELL_ENDS), default=-1) + 1
    end = min((at for mark in _CELL_ENDS if (at := text.find(mark, hit.end, hit.end + _LINE)) >= 0), default=hit.end)
    cell = bare_text(_OFFICIAL_ORDINAL.sub("", text[begin:end]))
    length = len(bare_text(text[hit.start : hit.end]))
    if begin <= 0 or not length < len(cell) <= length + 4:
        return hit, items
    match = process.extractOne(cell, words.whole.keys(), scorer=ratio, score_cutoff=_SIMILAR)
    if match is None:
        return hit, items
    found = tuple(item for item in words.whole[match[0]] if not item.bare and not item.core)
    return (hit, found) if found else (hit, items)


def _stands(item: Item, left: bool, right: bool) -> bool:
    return (left and right) if item.bare or item.core else True


def _left(text: str, hit: Hit, last_end: int) -> tuple[int, bool, bool]:
    """Where the label begins with its ordinal, whether what stands before it can end a cell, and whether the ordinal
    was cut off a run of digits without the form vouching for it."""
    if hit.start == 0 or text[hit.start - 1] in _CELL_ENDS:
        return hit.start, True, False
    begin, cut = _ordinal_start(text, hit.start, hit.items, last_end)
    at = begin - 1
    while at >= 0 and text[at] in " \u200b\xa0":
        at -= 1
    if at < 0 or at < last_end:
        return begin, True, cut
    char = text[at]
    if char in _FREE_BEFORE or char.isdigit() or char in "。)":
        return begin, True, cut
    return begin, at < begin - 1 and _UNIT_BEFORE.search(text, max(0, at - 4), at + 1) is not None, cut


def _ordinal_start(text: str, start: int, items: Sequence[Item], last_end: int) -> tuple[int, bool]:
    """The offset where the ordinal before `start` begins. Digits glued to it stay outside: only as many are taken as
    the form prints there, or one, by guess (second value true)."""
    window = text[max(0, start - 12, last_end) : start]
    match = _ORDINAL_BEFORE.search(window)
    if match is None:
        return start, False
    digits = _DIGITS_BEFORE.search(window)
    if digits is None:
        return start - len(match.group()), False
    run = digits["digits"]
    known = next((item.ordinal for item in items if item.ordinal and run.endswith(item.ordinal)), "")
    keep = len(known) or 1
    return start - len(digits.group()) + len(digits["open"]) + len(run) - keep, len(run) > keep and not known


def _right(text: str, end: int, next_start: int) -> bool:
    """Whether what follows a label can be a cell of its own or the next label."""
    if end < len(text) and text[end] in _CELL_ENDS:
        return True
    at = end
    while at < len(text) and text[at] in " \u200b\xa0)\"”":
        at += 1
    if at >= len(text) or at >= next_start:
        return True
    char = text[at]
    if char in _FREE_AFTER or char.isdigit() or char in "-/":
        return True
    unit = _UNIT_AFTER.match(text, at)
    if unit is not None and at > end:
        return True
    return _ORDINAL_BEFORE.search(text[at : min(next_start, at + 6)]) is not None and next_start - at <= 6


def _in_sentence(text: str, hit: Hit, left: bool) -> bool:
    if text[hit.end : hit.end + 1] in _CELL_ENDS:
        return False
    after = _SENTENCE_AFTER.match(text, hit.end)
    if after is None:
        return False
    return not left or text[after.end() - 1] != "、" or "\n" not in text[hit.end : after.end()]


def regions(spotted: Spotted, form: Form) -> Iterator[Region]:
    """Every stretch that holds a table of `form`, in text order for each table."""
    starts = [hit.start for hit in spotted.hits]
    for table in form.tables:
        for cluster in _clusters(spotted, table, starts):
            if _is_table(cluster, table):
                yield Region(table, tuple(cluster), _end(spotted, cluster, starts, table))


def _clusters(spotted: Spotted, table: Table, starts: Sequence[int]) -> Iterator[list[Hit]]:
    """Runs of hits of one table with little between them. A bare 总计 or 其他 joins a run but begins none."""
    cluster: list[Hit] = []
    for hit in spotted.hits:
        mine = [item for item in hit.items if item.table == table.id]
        if not mine:
            if cluster and any(item.role in (Role.ROW, Role.TITLE) and not item.bare for item in hit.items):
                yield cluster
                cluster = []
            continue
        if cluster and _foreign(spotted, table, cluster[-1].end, hit.start, starts) > _FOREIGN_LIMIT:
            yield cluster
            cluster = []
        if cluster or not all(item.bare for item in mine):
            cluster.append(hit)
    if cluster:
        yield cluster


def _foreign(spotted: Spotted, table: Table, start: int, end: int, starts: Sequence[int]) -> int:
    """Chinese characters in text[start:end) that belong to no label of the table."""
    count = len(_CJK.findall(spotted.text, start, end))
    if count <= _FOREIGN_LIMIT:
        return count
    for hit in spotted.hits[bisect_left(starts, start) : bisect_left(starts, end)]:
        if any(item.table == table.id for item in hit.items):
            count -= len(_CJK.findall(spotted.text, hit.start, hit.end))
    return count


def _is_table(cluster: Sequence[Hit], table: Table) -> bool:
    rows: set[str] = set()
    others: set[str] = set()
    for hit in cluster:
        for item in hit.items:
            if item.table == table.id:
                (rows if item.role is Role.ROW else others).add(item.id)
    if table.layout is Layout.LINE:
        return len(rows) + len(others) >= 4
    return len(rows) >= 3 or (len(rows) >= 2 and len(others) >= 2) or (bool(rows) and len(others) >= 3)


def _end(spotted: Spotted, cluster: Sequence[Hit], starts: Sequence[int], table: Table) -> int:
    """The offset up to which the figures behind the last label may reach: no further than another table's label."""
    last = cluster[-1].end
    limit = min(len(spotted.text), last + _TAIL)
    after = bisect_right(starts, last - 1)
    for hit in spotted.hits[after:]:
        if not any(item.table == table.id or item.bare for item in hit.items):
            return min(limit, hit.start)
    return limit


def value_rows(spotted: Spotted, region: Region, year: int | None) -> list[ValueRow]:
    """The printed rows of a region, in order, with the labels that lie about them."""
    text = spotted.text
    mode = _cell_a_line(text, region)
    closed = _closed(text, region)
    builder = _Builder(text, region.table, cell_a_line=mode)
    hits = region.hits
    for place, hit in enumerate(hits):
        builder.hit(hit)
        last = place + 1 == len(hits)
        end = region.end if last else hits[place + 1].start
        for piece in scan_gap(text, hit.end, end, cell_a_line=mode, closed=closed):
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
    for line in text[begin:first].split("\n"):
        named = [int(match) for match in _HEAD_YEAR.findall(line[-_HEAD:])]
        if len(named) >= 2 and len(set(named)) == len(named):
            return tuple(one == year for one in named)
    return ()


def _cell_a_line(text: str, region: Region) -> bool:
    """Whether most figures stand on a line of their own, a cell a line."""
    lines = text[region.hits[0].start : region.end].split("\n")
    alone = together = 0
    for line in lines:
        stripped = line.strip(" \t|*")
        if stripped[:1].isdigit() or stripped[:1] == "-":
            fields = len(stripped.replace("|", " ").replace("\t", " ").split())
            if fields == 1:
                alone += 1
            else:
                together += 1
    return alone >= 4 and alone > 2 * together


def _closed(text: str, region: Region) -> bool:
    """Whether a tab ends every line, header lines too, instead of standing between two cells."""
    lines = [line for line in text[region.hits[0].start : region.end].split("\n") if "\t" in line]
    return len(lines) >= 3 and sum(1 for line in lines if line.rstrip(" \r").endswith("\t")) >= 0.95 * len(lines)


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
        self._on_line = False
        self._headed = False
        self._pending_blanks: list[Token] = []

    def hit(self, hit: Hit) -> None:
        last = self._row.tokens[-1] if self._row.tokens else None
        if last is not None and last.end == hit.start and len(last.figures) > hit.cut:
            ordinals = {item.ordinal for item in hit.items if item.ordinal}
            if hit.cut or any(last.figures.endswith(ordinal) for ordinal in ordinals):
                self._row.because = _CUT
        if self._row.tokens and any(token.kind is not TokenKind.BLANK for token in self._row.tokens):
            self.flush()
        self._row.tokens.clear()
        self._pending_blanks.clear()
        named = [item for item in hit.items if item.table == self._table.id]
        rows = [item for item in named if item.role is Role.ROW]
        if rows:
            self._row.labels = [
                Label(label.item, Near.LOOSE, label.score) for label in self._row.labels if not label.item.bare
            ]
        if rows:
            self._row.labels.extend(Label(item, Near.FIRM) for item in rows)
            self._row.start = self._row.start or hit.start
        self._headed = not rows
        self._on_line = True

    def take(self, piece: Token | Words | Break | Pipes) -> None:
        if isinstance(piece, Token):
            self._token(piece)
        elif isinstance(piece, Words):
            self._words(piece)
        elif isinstance(piece, Pipes):
            self._pipes(piece)
        elif not self._cell_a_line:
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
            self.rows.append(row)
            self._row = ValueRow()
        self._pending_blanks.clear()

    def _token(self, token: Token) -> None:
        if self._headed and not self._row.labels and _YEAR.fullmatch(token.figures):
            return
        if self._pending_blanks:
            self._row.tokens.extend(self._pending_blanks)
            self._pending_blanks.clear()
        if token.cut:
            self._row.because = _CUT
        self._row.tokens.append(token)

    def _words(self, words: Words) -> None:
        text = bare_text(words.text)
        if len(text) < _SHORTEST_TORN:
            if len(text) > 1 and self._row.tokens and self._row.tokens[-1].joint < Joint.CELL:
                self.flush()
            return
        items, officials = self._officials
        matches = process.extract(text, officials, scorer=ratio, score_cutoff=_SIMILAR, limit=3)
        if matches:
            close = [match for match in matches if match[1] > matches[0][1] - _CLOSE_SCORES]
            self.hit(self._cut_ordinal(words, tuple(items[match[2]] for match in close)))
            self._row.labels[-len(close) :] = [Label(items[place], Near.FIRM, score / 100.0) for _, score, place in close]
        elif self._row.tokens and len(text) > 12:
            self.flush()

    def _cut_ordinal(self, words: Words, items: tuple[Item, ...]) -> Hit:
        """The label's hit; if its ordinal was read as the end of the figure before it, it is taken off that figure."""
        tokens = self._row.tokens
        if not tokens or not tokens[-1].figures or not _DIGITS_BEFORE.fullmatch(self._text[tokens[-1].start : words.start]):
            return Hit(words.start, words.end, items)
        begin, cut = _ordinal_start(self._text, words.start, items, tokens[-1].start)
        last = tokens.pop()
        left = self._text[last.start : begin]
        if left:
            tokens.append(number(left, last.start, last.joint))
        return Hit(begin, words.end, items, cut)

    def _pipes(self, pipes: Pipes) -> None:
        row = self._row
        if not self._cell_a_line:
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
        text = bare_text(_OFFICIAL_ORDINAL.sub("", fold(row.labels[0])))
        if len(text) >= _SHORTEST_TORN:
            ordinal = _DIGIT_ORDINAL.match(row.labels[0])
            items.append(Item(table.id, Role.ROW, row.id, index, ordinal=ordinal[1] if ordinal else ""))
            texts.append(text)
    return tuple(items), tuple(texts)
