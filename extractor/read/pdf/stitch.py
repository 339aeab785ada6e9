"""Tables that a page break cut in two, put together again.

A part goes on where the part before ended if nothing else stands between, and its columns begin and end at the same
places; how many columns each part shows says little, for a part may hold only rows with merged cells. A row is made
whole only where that puts no two texts into a column of figures.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from extractor.read.flow import Word
from extractor.read.pdf.chars import UNKNOWN
from extractor.read.pdf.shapes import Block, Line, Table, TableCell
from extractor.read.pdf.typeset import runs_on

__all__ = ["stitched"]

# Points: edges of the same column on two pages; two parts as wide as one another.
_SAME = 4.0
# Of the edges of the part with fewer of them.
_COMMON = 0.6
_MOST_HEADS = 8
_ORDINAL = re.compile(
    r"\s*[（(]?(?:[一二三四五六七八九十]{1,3}|\d{1,2}|[①-⑳])[）)、.．，,]|\s*第[一二三四五六七八九十\d]+[条项章]|\s*其中"
)
_FIGURE = re.compile(r"[\s\d.,，．%+\-—–－/／]+(?:件|条|次|个|人|元|万元|份|项)?")
_HAS_DIGIT = re.compile(r"\d")
_AGAIN = re.compile(r"[（(]?[续接][^。]{0,12}[)）]?|.{0,30}[（(]续表?[一二三四五六七八九\d]*[)）]|单位\s*[:：].{1,8}")
_OPENING, _CLOSING = "（(《“【〔", "）)》”】〕"


def stitched(pages: Sequence[list[Block]]) -> list[list[Block]]:
    """The blocks of each page; a table that goes on stands whole on the page where it begins."""
    out: list[list[Block]] = []
    last: Table | None = None
    before: Block | None = None
    for blocks in pages:
        rest = []
        for block in blocks:
            if not (isinstance(block, Table) and block.aligned is not None and _lengthens(before, block)):
                rest.append(block)
                before = block
        at = _first_table(rest) if last is not None else None
        part = rest[at] if at is not None else None
        if last is not None and at is not None and isinstance(part, Table) and _follows(last, part):
            _append(last, part)
            del rest[: at + 1]
        out.append(rest)
        if rest:
            last = rest[-1] if isinstance(rest[-1], Table) else None
    return out


def _lengthens(table: Block | None, part: Table) -> bool:
    """Add a table without rulings and without heads to the one right before it, if its figures stand in the columns of
    that; where there is none, what columns they stand in is not certain."""
    if part.aligned is None or part.aligned.headed:
        return False
    unsure, part.unsure = part.unsure, True
    if not isinstance(table, Table) or table.aligned is None:
        return False
    places = [
        [number for number, (x0, x1) in enumerate(table.aligned.columns) if one[0] < x1 and x0 < one[1]]
        for one in part.aligned.columns
    ]
    if any(len(place) != 1 for place in places) or any(one >= other for one, other in pairwise(places)):
        return False
    labels, first = len(table.edges) - len(table.aligned.columns) - 1, len(part.edges) - len(part.aligned.columns) - 1
    if first and not labels:
        return False
    for row in part.rows:
        for cell in row:
            number = part.edges.index(cell.x0) - first
            if number >= 0:
                (at,) = places[number]
                cell.x0, cell.x1 = table.edges[labels + at], table.edges[labels + at + 1]
            else:
                cell.x0 = table.edges[0 if number < -1 else max(0, labels - 1)]
                cell.x1 = table.edges[labels if part.edges.index(cell.x1) >= first else max(1, labels - 1)]
        table.rows.append(row)
    table.page, table.bottom = part.page, part.bottom
    table.unsure = table.unsure or unsure
    return True


def _first_table(blocks: Sequence[Block]) -> int | None:
    """The place of the table that opens the page; a line that says it is continued may stand above it."""
    for number, block in enumerate(blocks[:2]):
        if isinstance(block, Table):
            return number
        if not isinstance(block, Line) or not _AGAIN.fullmatch(block.text.strip()):
            return None
    return None


def _follows(table: Table, part: Table) -> bool:
    """Whether the part stands on the next page, and its columns are those of the table."""
    if table.aligned is not None or part.aligned is not None:
        return False
    return part.page == table.page + 1 and _shift(table, part) is not None


def _shift(table: Table, part: Table) -> float | None:
    """How far right the part must be moved for its columns to lie under the table's: margins differ on left and right
    pages. None if they are other columns. An outer border may be missing on either page."""
    best: tuple[int, float] = 0, 0.0
    for shift in (0.0, table.x0 - part.x0, table.x1 - part.x1):
        common = sum(any(abs(edge + shift - one) <= _SAME for one in table.edges) for edge in part.edges)
        if common > best[0]:
            best = common, shift
    fewer = min(len(table.edges), len(part.edges))
    return best[1] if best[0] > 1 and best[0] >= _COMMON * fewer else None


def _append(table: Table, part: Table) -> None:
    shift = _shift(table, part) or 0.0
    for row in part.rows:
        for cell in row:
            cell.x0, cell.x1 = cell.x0 + shift, cell.x1 + shift
    heads = _repeated(table, part)
    rows = part.rows[heads:]
    _drop_begun_row(table, rows)
    above, below = _reaching(table), rows[0] if rows else []
    for at, words in _beside_heads(table, part, heads):
        over = next((one for one in above if one.x0 <= at <= one.x1), None)
        if over is not None:
            over.words = [*over.words, *words]
    whole = _is_cut(table, part, above, below)
    no_figures = any(map(_bare, below)) and not any(map(_is_figure, below))
    for cell in list(below):
        over = next((one for one in above if _same_place(one, cell)), None)
        if over is None or not (whole or _runs_over(over, cell, heads=no_figures)):
            continue
        if cell.words and (_bare(cell) or not over.words):
            apart = over.words and not _one_figure(over, cell)
            over.words = [*over.words, *([Word("\n")] if apart else []), *cell.words]
        over.rows += cell.rows - whole
        below.remove(cell)
    if whole:
        # What is left of the row is empty; of a cell that spans more, the rest stands in the next row.
        rows[1:2] = [[cell for cell in below if cell.rows > 1] + row for row in rows[1:2]]
        for cell in below:
            cell.rows -= 1
        del rows[0]
    table.rows += rows
    table.edges = _united([*table.edges, *(edge + shift for edge in part.edges)])
    table.page, table.open_bottom = part.page, part.open_bottom
    table.bottom = part.bottom


def _repeated(table: Table, part: Table) -> int:
    """How many rows at the top of the part are the heads of the table printed again."""
    count = 0
    for mine, other in zip(table.rows[:_MOST_HEADS], part.rows, strict=False):
        same = len(mine) == len(other) and all(_is_again(one, cell) for one, cell in zip(mine, other, strict=True))
        if not same or any(_FIGURE.fullmatch(_bare(cell)) for cell in mine):
            break
        count += 1
    while count and any(cell.rows > count - number for number, row in enumerate(part.rows[:count]) for cell in row):
        count -= 1
    texts = [_bare(cell) for row in part.rows[:count] for cell in row]
    return count if any(texts) and count < len(part.rows) else 0


def _is_again(cell: TableCell, other: TableCell) -> bool:
    """Whether a head is printed again; what is left of a label written from top to bottom may stand beside it."""
    text, again = _bare(cell), _bare(other)
    rest = again.removeprefix(text)
    return again == text or (len(text) > 3 and len(rest) < len(again) and not _HAS_DIGIT.search(rest))


def _beside_heads(table: Table, part: Table, heads: int) -> Iterator[tuple[float, list[Word]]]:
    """What stands beside heads that are printed again, and where: the rest of a label that began on the page before."""
    for mine, other in zip(table.rows[:heads], part.rows, strict=False):
        for cell, again in zip(mine, other, strict=True):
            count = len(_bare(cell))
            words = list(again.words)
            while words and count:
                count -= len("".join(words.pop(0).text.split()))
            if count == 0 and words and words[0].box is not None:
                yield (words[0].box[0] + words[0].box[2]) / 2, words


def _drop_begun_row(table: Table, rows: Sequence[Sequence[TableCell]]) -> None:
    """Leave out the last row if it is printed whole in `rows`: some programs draw what of it has room, and then all of
    it again on the next page. So its label is whole lines of the label there, and there only figures stand beside it.
    """
    last = table.rows[-1]
    if len(table.rows) < 2 or not rows:
        return
    label = False
    for cell in last:
        text = _bare(cell)
        if not text:
            continue
        below = next((one for one in rows[0] if _same_place(cell, one)), None)
        if below is None or label or cell.rows > 1 or not _is_beginning(text, below):
            return
        label = True
    if label and any(_is_figure(cell) for cell in rows[0]):
        for cell in _reaching(table):
            cell.rows -= 1
        del table.rows[-1]


def _is_beginning(text: str, cell: TableCell) -> bool:
    """Whether the text is the first lines of that of the cell, and not all of them."""
    lines = ["".join(line.split()) for line in cell.text.split("\n")]
    return any(text == "".join(lines[:count]) for count in range(1, len(lines)))


def _one_figure(over: TableCell, cell: TableCell) -> bool:
    """Whether a figure ran over into a second line for want of room, and that line stands on the next page."""
    first, second = (_line(one.words) for one in (over, cell))
    return first is not None and second is not None and runs_on(first, second, over.x1 - over.x0)


def _line(words: Sequence[Word]) -> Line | None:
    boxes = [word.box for word in words if word.box is not None]
    if len(boxes) < len(words):
        return None
    x0, top, x1, bottom = zip(*boxes, strict=True)
    return Line(list(words), min(x0), min(top), max(x1), max(bottom))


def _reaching(table: Table) -> list[TableCell]:
    """The cells that reach down to the end of the table."""
    last = len(table.rows)
    return [cell for number, row in enumerate(table.rows) for cell in row if number + cell.rows >= last]


def _same_place(one: TableCell, other: TableCell) -> bool:
    return abs(one.x0 - other.x0) <= _SAME and abs(one.x1 - other.x1) <= _SAME


def _is_cut(table: Table, part: Table, above: Sequence[TableCell], below: Sequence[TableCell]) -> bool:
    """Whether the first row of the part is the rest of the last row of the table."""
    pairs = [(over, cell) for cell in below for over in above if _same_place(over, cell)]
    met = {id(cell) for _, cell in pairs}
    if not pairs or any(_bare(cell) for cell in below if id(cell) not in met):
        return False
    own = [(_bare(over), _bare(cell)) for over, cell in pairs if over.rows == 1 and cell.rows == 1]
    if not any(_bare(cell) for _, cell in pairs):
        # A row without any text is what is left of the one above.
        return len(pairs) > 1
    told = [(one, other) for one, other in own if one or other]
    if len(own) < 2 or not told:
        return False
    (above_label, below_label), rest = told[0], told[1:]
    figures_above, figures_below = any(one for one, _ in rest), any(other for _, other in rest)
    pieces = [(one, other) for one, other in rest if other]
    broken = bool(pieces) and all(_FIGURE.fullmatch(one) and _FIGURE.fullmatch(other) for one, other in pieces)
    if above_label and not below_label and broken and len(pieces) < sum(1 for one, _ in rest if one):
        # Figures that ran over into a second line, which stands on the next page: broken, and shown as such.
        return True
    open_here = table.open_bottom and part.open_top
    if (
        open_here
        and sum(bool(one and other) for one, other in told) > 1
        and not any(map(_HAS_DIGIT.search, sum(told, ())))
    ):
        return True  # column heads, cut between their lines
    if _FIGURE.fullmatch(above_label + below_label) or any(one and _HAS_DIGIT.search(other) for one, other in rest):
        return False
    if figures_above and figures_below:
        return False
    if not above_label or not below_label:
        return figures_above if below_label else figures_below
    if _ORDINAL.match(below_label):
        return False
    if _unfinished(above_label) or below_label[0] in _CLOSING + "、，。；":
        return True
    return open_here or bool(_ORDINAL.match(above_label))


def _runs_over(over: TableCell, cell: TableCell, *, heads: bool) -> bool:
    """Whether a cell that spans rows on both sides of the break is one, though the rows are not. `heads`: the row below
    has no figures."""
    first, second = _bare(over), _bare(cell)
    if over.rows == 1 and cell.rows == 1 and (second or not heads):
        return False
    if _is_figure(over) or _is_figure(cell):
        return False
    if not second:
        return bool(first) or cell.rows > 1
    if not first:
        return True
    return not _ORDINAL.match(second) and (bool(_ORDINAL.match(first)) or _unfinished(first))


def _unfinished(label: str) -> bool:
    return any(
        label.count(opening) > label.count(closing) for opening, closing in zip(_OPENING, _CLOSING, strict=True)
    ) or label.endswith(("、", "，", "的", "和", "或", "及"))


def _is_figure(cell: TableCell) -> bool:
    text = _bare(cell)
    return bool(text) and _FIGURE.fullmatch(text) is not None


def _bare(cell: TableCell) -> str:
    """The text without blanks, and without the mark of what is off the paper."""
    return "".join(cell.text.split()).strip(UNKNOWN)


def _united(edges: list[float]) -> list[float]:
    edges.sort()
    return [edges[0], *(after for one, after in pairwise(edges) if after - one > _SAME)]
