"""Tables without ruling lines, or with some of them only, by words that stand beside and below each other."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise, takewhile
from statistics import median
from typing import NamedTuple

from extractor.read.flow import FlowCell, Word
from extractor.read.pages import Box
from extractor.read.picture.cells import Cut
from extractor.read.picture.figures import UNREADABLE
from extractor.read.picture.paragraphs import Line, level

__all__ = ["AlignedTable", "aligned_rows", "aligned_tables", "is_stacked"]

_LEAST_ROWS = 3
_LEAST_FIGURES = 2
# Between two rows, in character heights: at most, and between rows of as many words each.
_NEAR, _AS_MANY_WORDS = 3.0, 6.0
# Between the middles of two lines of one label.
_WRAPPED = 1.6
# Of a row's figures those that stand in the columns above it, of a table's rows those with a figure in a column: with
# fewer, it is another table, and the columns are not certain.
_FITTING, _FILLED = 0.6, 0.34
# The width of a digit, at least, in character heights: in a table of ones, the ink of most is narrower than that.
_DIGIT = 0.4


class AlignedTable(NamedTuple):
    """`xs`: the borders of its columns in pixels, half-way between what stands in them; `top` in pixels.

    `unsure`: figures do not stand in the columns as they do where these are certain.
    """

    rows: tuple[tuple[FlowCell, ...], ...]
    xs: tuple[float, ...]
    top: float
    box: Box
    unsure: bool


class _Row(NamedTuple):
    """The words beside each other, and those of the label that are wrapped above and below."""

    words: list[Line]
    wrapped: list[Line]

    @property
    def top(self) -> int:
        return self.words[0][0].top

    @property
    def middle(self) -> float:
        return (self.top + self.words[0][0].bottom) / 2

    @property
    def figures(self) -> list[Cut]:
        return [line for line, word in self.words if _is_figure(word)]

    @property
    def is_full(self) -> bool:
        return len(self.figures) >= _LEAST_FIGURES


def aligned_tables(lines: Sequence[Line], size: float) -> tuple[list[AlignedTable], list[Line]]:
    """The tables among these lines of text, and the lines that are in none.

    A table is a run of rows of which each has several words apart from each other, or a label that is wrapped.
    """
    out: list[AlignedTable] = []
    rest: list[Line] = []
    run: list[_Row] = []
    waiting: list[_Row] = []

    def close() -> None:
        if sum(1 for row in run if row.is_full) >= _LEAST_ROWS:
            out.append(_table(run, size))
        else:
            waiting[:0] = run
        rest.extend(line for row in waiting for line in [*row.words, *row.wrapped])
        run.clear()
        waiting.clear()

    for row in _rows(lines, size):
        last = waiting[-1] if waiting else run[-1] if run else None
        if last is not None and not _near(last, row, size):
            close()
        elif row.is_full and any(not one.figures for one in [*run[-1:], *waiting]) and _is_laid_out_anew(row, run):
            # Its heads stand above it.
            heads = list(reversed(list(takewhile(lambda one: not one.figures, reversed(run)))))
            del run[len(run) - len(heads) :]
            heads += waiting
            waiting.clear()
            close()
            run += heads
        if len(row.words) > 1:
            run += [*waiting, row]
            waiting.clear()
        elif run and _is_label(row, run):
            waiting.append(row)  # of the table if it goes on behind it
        else:
            close()
            rest.extend(row.words)
    close()
    return out, rest


def aligned_rows(lines: Sequence[Line], xs: Sequence[float], size: float) -> tuple[tuple[FlowCell, ...], ...]:
    """The rows of a table whose columns are known by their borders `xs`, and its rows by what stands in them."""
    return tuple(_cells(row, xs) for row in _rows(lines, size))


def is_stacked(lines: Sequence[Line], rows: int) -> bool:
    """Whether in that many ruled rows there are several rows of figures each: the lines between them are not drawn."""
    full = sum(1 for words in level(lines) if _Row(words, []).is_full)
    return full >= 2 * rows


def _is_figure(word: Word) -> bool:
    return word.text[:1].isdigit() and len(word.text) < 14 and not any("\u4e00" <= one <= "\u9fff" for one in word.text)


def _near(above: _Row, below: _Row, size: float) -> bool:
    gap = below.top - max(line.bottom for line, _ in above.words)
    alike = above.is_full and below.is_full and len(above.words) == len(below.words)
    return gap < (_AS_MANY_WORDS if alike else _NEAR) * size


def _is_label(row: _Row, run: Sequence[_Row]) -> bool:
    """Whether the row is one word that stands to the left of all figures."""
    starts = [line.x0 for one in run for line in one.figures]
    return not row.figures and bool(starts) and row.words[0][0].x1 <= min(starts)


def _rows(lines: Sequence[Line], size: float) -> list[_Row]:
    """The lines by rows; those of a wrapped label, its figures half-way down, are with the row of the figures."""
    rows = [_Row(words, []) for words in level(lines)]
    taken: set[int] = set()
    for number, row in enumerate(rows):
        if not row.is_full:
            continue
        start = min(line.x0 for line in row.figures)
        around = [one for one in (number - 1, number + 1) if 0 <= one < len(rows) and one not in taken]
        wraps = [
            one
            for one in around
            if not rows[one].figures
            and abs(rows[one].middle - row.middle) <= _WRAPPED * size
            and all(line.x1 <= start for line, _ in rows[one].words)
        ]
        # A label of two lines leaves none beside the figures; one of three has a line above and one below.
        if len(wraps) == 2 or (wraps and row.words[0][0].x0 >= start):
            taken.update(wraps)
            row.wrapped.extend(line for one in wraps for line in rows[one].words)
    return [row for number, row in enumerate(rows) if number not in taken]


def _table(rows: Sequence[_Row], size: float) -> AlignedTable:
    """Between columns no word of any row of figures stands, unless two figures were read as one.

    What those are is not known: their cells are unreadable.
    """
    full = [row for row in rows if row.is_full]
    rows = [row._replace(words=[_unglued(line, full) for line in row.words]) for row in rows]
    full = [row for row in rows if row.is_full]
    columns = _spans(
        (line.x0, line.x1) for row in full for line, word in [*row.words, *row.wrapped] if not _is_lost(word)
    )
    middles = [(one[1] + other[0]) / 2 for one, other in pairwise(columns)]
    xs = (float(columns[0][0]) - size, *middles, float(columns[-1][1]) + size)
    boxes = [word.box for row in rows for _, word in row.words if word.box is not None]
    box = (
        min(one[0] for one in boxes),
        min(one[1] for one in boxes),
        max(one[2] for one in boxes),
        max(one[3] for one in boxes),
    )
    unsure = _is_unsure(full, columns) or _holds_two_as_one(full, size)
    return AlignedTable(tuple(_cells(row, xs) for row in rows), xs, float(rows[0].top), box, unsure)


def _is_laid_out_anew(row: _Row, run: Sequence[_Row]) -> bool:
    """Whether most figures of a row stand in no column of the rows before it, or several in one: another table."""
    spans = _spans((one.x0, one.x1) for other in run for one in other.figures)
    if sum(1 for other in run if other.is_full) < _LEAST_ROWS:
        return False
    places = [{at for at, (x0, x1) in enumerate(spans) if one.x0 < x1 and x0 < one.x1} for one in row.figures]
    fit = {min(place) for place in places if len(place) == 1}
    return len(fit) <= _FITTING * len(places)


def _is_unsure(full: Sequence[_Row], columns: Sequence[Sequence[int]]) -> bool:
    """Whether a column has figures in few of the rows, as one has that is no column, or a figure stands in none alone.

    `columns`: where what stands in them begins and ends.
    """
    rows = [
        [[at for at, (x0, x1) in enumerate(columns) if one.x0 < x1 and x0 < one.x1] for one in row.figures]
        for row in full
    ]
    filled = Counter(place[0] for row in rows for place in row if len(place) == 1)
    single = all(len(place) == 1 for row in rows for place in row)
    apart = all(len({place[0] for place in row if place}) == len(row) for row in rows)
    return not single or not apart or min(filled.values(), default=0) < _FILLED * len(full)


def _holds_two_as_one(full: Sequence[_Row], size: float) -> bool:
    """Whether some figure has a gap in it: two were read as one, and what lies below both as one column may be two.

    A gap is a blank, or more room than its characters take, and one more, as the figures of the table are printed.
    """
    figures = [(line.x1 - line.x0, word.text) for row in full for line, word in row.words if _is_figure(word)]
    whole = [wide / len(text) for wide, text in figures if " " not in text]
    digit = max(median(whole), _DIGIT * size) if whole else _DIGIT * size
    return any(" " in text or wide > (len(text) + 1) * digit for wide, text in figures)


def _spans(places: Iterable[tuple[int, int]]) -> list[list[int]]:
    """What lies over each other put together: where it begins and ends."""
    out: list[list[int]] = []
    for left, right in sorted(places):
        if out and left <= out[-1][1]:
            out[-1][1] = max(out[-1][1], right)
        else:
            out.append([left, right])
    return out


def _unglued(line: Line, rows: Sequence[_Row]) -> Line:
    """The line, unreadable if it is a figure that lies across two columns of figures of other rows."""
    cut, word = line
    if not _is_figure(word):
        return line
    across = sum(1 for row in rows if sum(1 for one in row.figures if one.x0 < cut.x1 and cut.x0 < one.x1) > 1)
    return (cut, word._replace(text=UNREADABLE, second=None)) if across >= _LEAST_ROWS else line


def _is_lost(word: Word) -> bool:
    return word.text == UNREADABLE


def _cells(row: _Row, xs: Sequence[float]) -> tuple[FlowCell, ...]:
    """The cells of a row: words that touch the same columns are in one, from the top down."""
    groups: list[tuple[int, int, list[Line]]] = []
    for line in sorted([*row.words, *row.wrapped], key=lambda one: one[0].x0):
        first, last = _column(xs, line[0].x0, line[0]), _column(xs, line[0].x1, line[0])
        last = max(first, last)
        if _is_lost(line[1]):
            groups += [
                (column, column, [line]) for column in range(max(first, groups[-1][1] + 1 if groups else 0), last + 1)
            ]
        elif groups and first <= groups[-1][1]:
            start, end, held = groups.pop()
            groups.append((start, max(end, last), [*held, line]))
        else:
            groups.append((first, last, [line]))
    cells: list[FlowCell] = []
    place = 0
    for first, last, held in groups:
        cells += [FlowCell(())] * (first - place)
        cells.append(FlowCell(_joined(held), 1, last - first + 1))
        place = last + 1
    cells += [FlowCell(())] * (len(xs) - 1 - place)
    return tuple(cells)


def _joined(lines: Sequence[Line]) -> tuple[Word, ...]:
    """The words of a cell: one below the other as they are wrapped, beside each other with a blank between."""
    words: list[Word] = []
    for number, beside in enumerate(level(lines)):
        for place, (_, word) in enumerate(beside):
            if place or (number and words[-1].text[-1:].isascii() and word.text[:1].isascii()):
                words.append(Word(" "))
            words.append(word)
    return tuple(words)


def _column(xs: Sequence[float], x: float, line: Cut) -> int:
    """The column in which x lies, where it is well inside of it; half a character over a border is not."""
    inset = 0.15 * (line.bottom - line.top)
    inner = x + inset if x == line.x0 else x - inset
    return max(0, min(len(xs) - 2, sum(1 for one in xs[1:] if one <= inner)))
