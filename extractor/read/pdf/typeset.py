"""Characters put together to words and lines, as they stand on the page."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median

from extractor.read.flow import Word
from extractor.read.pages import Box
from extractor.read.pdf.chars import BLANK
from extractor.read.pdf.shapes import Char, Line, Turn

__all__ = ["cell_words", "lines_of", "rows_of", "runs_on"]

# In heights of the letters: a gap between figures or Latin letters, between any, and between columns of text. The
# narrowest blank of a usual font is 0.22 high, and letters that belong together leave none.
_SPACE, _APART, _WIDE_SPACE, _COLUMN = 0.15, 0.45, 0.9, 1.9
# Of the usual height: what is lower is no letter.
_LOW = 0.6
# Of the usual width: what stands no further beside the middle of a column is in it.
_BESIDE = 0.6
# A figure in groups of three that was broken behind a comma.
_THOUSANDS = re.compile(r"\d{1,3}(?:[,，]\d{3})*[,，]\n\d{3}(?:[,，]\d{3})*")
# In points: what a narrow cell keeps free beside its text.
_PADDING = 11.5


def lines_of(chars: Sequence[Char], page: int, turn: Turn) -> list[Line]:
    """The lines of text, from top to bottom. Between words that stand apart is a space, between columns a tab."""
    return [_line(row, page, turn.shown) for row in rows_of(chars) if any(one.text != BLANK for one in row)]


def cell_words(chars: Sequence[Char], page: int, turn: Turn, width: float) -> list[Word]:
    """The text of a cell that is `width` wide; a line break is a word "\\n".

    A figure that ran over the narrow cell's edge into a second line is one figure again.
    """
    if all(one.text == BLANK for one in chars):
        return []
    columns = _stacked([one for one in chars if one.text != BLANK])
    if columns:
        return [_word(column, page, turn.shown) for column in columns]
    out: list[Word] = []
    before: Line | None = None
    lying = _lying(chars)
    upright = [one.at(lying.upright(one.box), 0) for one in chars] if lying else chars

    def shown(box: Box) -> Box:
        return turn.shown(lying.shown(box) if lying else box)

    for row in rows_of(upright):
        line = _line(row, page, shown)
        if before is not None:
            if _THOUSANDS.fullmatch("".join(f"{before.text}\n{line.text}".split(" "))):
                while len(out) > 1 and out[-2].text == " ":
                    del out[-2]
            elif not runs_on(before, line, width):
                out.append(Word("\n"))
        out += line.words
        before = line
    return out


def runs_on(line: Line, after: Line, width: float) -> bool:
    """Whether a figure was broken for want of room: its first line is full, and nothing but figures is in both."""
    first, second = line.text, after.text
    if not first or not second or not (_is_figure(first) and _is_figure(second)) or len(second) > len(first):
        return False
    return width - (line.x1 - line.x0) < (after.x1 - after.x0) / len(second) + _PADDING


def _is_figure(text: str) -> bool:
    return all(character.isdigit() or character in ".,，．-" for character in text)


def _stacked(chars: Sequence[Char]) -> list[list[Char]]:
    """The columns, from right to left, of a label written from top to bottom; none if it is not."""
    if len(chars) < 2 or any(one.turn for one in chars) or all(_narrow(one.text) for one in chars):
        return []
    down = across = 0
    for one, after in pairwise(chars):
        right, below = (after.x0 + after.x1 - one.x0 - one.x1) / 2, after.middle - one.middle
        width, height = one.x1 - one.x0, one.bottom - one.top
        if abs(right) < 0.4 * width and 0.5 * height < below < 2 * height:
            down += 1
        elif abs(below) < 0.4 * height and right > 0:
            across += 1
    if down <= across:
        return []
    # Punctuation is narrower than the rest, and stands at one side of its column.
    usual = median(one.x1 - one.x0 for one in chars)
    columns: list[list[Char]] = []
    for one in sorted(chars, key=lambda one: (one.x1 - one.x0 < _LOW * usual, -(one.x0 + one.x1))):
        middle = (one.x0 + one.x1) / 2
        nearest = min(columns, key=lambda column: abs(column[0].x0 + column[0].x1 - 2 * middle), default=None)
        if nearest is not None and abs((nearest[0].x0 + nearest[0].x1) / 2 - middle) <= _BESIDE * usual:
            nearest.append(one)
        else:
            columns.append([one])
    columns.sort(key=lambda column: -column[0].x0)
    return [sorted(column, key=lambda one: one.top) for column in columns]


def _lying(chars: Sequence[Char]) -> Turn | None:
    """How to set the text of a cell upright, if most of it is printed lying down."""
    turned = [one.turn for one in chars if one.turn]
    return Turn(turned[0], 0.0, 0.0) if 2 * len(turned) > len(chars) else None


def rows_of(chars: Sequence[Char]) -> list[list[Char]]:
    """Characters whose middles lie within one another's height, from left to right; in the order of the file where
    they begin at the same place. Points and dashes, where their boxes are as low as they are, go with what is beside.
    """
    order = {id(one): number for number, one in enumerate(chars)}
    usual = median(one.bottom - one.top for one in chars) if chars else 0.0
    rows: list[list[Char]] = []
    bands: list[tuple[float, float]] = []
    low = []
    for one in sorted(chars, key=lambda one: one.top + one.bottom):
        height = one.bottom - one.top
        if height < _LOW * usual:
            low.append(one)
        elif rows and one.middle - sum(bands[-1]) / 2 < 0.5 * min(bands[-1][1] - bands[-1][0], height):
            rows[-1].append(one)
            if height > bands[-1][1] - bands[-1][0]:
                middle = sum(bands[-1]) / 2
                bands[-1] = middle - height / 2, middle + height / 2
        else:
            rows.append([one])
            bands.append((one.top, one.bottom))
    for one in low:
        distances = [max(top - one.middle, one.middle - bottom) for top, bottom in bands]
        nearest = min(range(len(bands)), key=distances.__getitem__, default=-1)
        if nearest >= 0 and distances[nearest] < 0.2 * usual:
            rows[nearest].append(one)
        else:
            at = sum(1 for top, _ in bands if top < one.middle)
            rows.insert(at, [one])
            bands.insert(at, (one.middle - usual / 2, one.middle + usual / 2))
    for row in rows:
        row.sort(key=lambda one: (one.x0, order[id(one)]))
    return rows


def _line(chars: Sequence[Char], page: int, shown: Callable[[Box], Box]) -> Line:
    words: list[Word] = []
    run: list[Char] = []
    height = max(one.bottom - one.top for one in chars)
    for one in chars:
        if one.text == BLANK:
            continue
        if run:
            gap = one.x0 - run[-1].x1
            latin = _narrow(one.text) and _narrow(run[-1].text)
            if gap > (_APART if latin else _COLUMN) * height:
                words += (_word(run, page, shown), Word("\t"))
                run = []
            elif gap > (_SPACE if latin else _WIDE_SPACE) * height:
                words += (_word(run, page, shown), Word(" "))
                run = []
            elif _narrow(one.text) != _narrow(run[-1].text):
                words.append(_word(run, page, shown))
                run = []
        run.append(one)
    if run:
        words.append(_word(run, page, shown))
    return Line(words, chars[0].x0, min(one.top for one in chars), chars[-1].x1, max(one.bottom for one in chars))


def _narrow(text: str) -> bool:
    """Figures and Latin letters: narrower than ideographs, so they make words of their own, for the sake of boxes."""
    return text < "\u2000"


def _word(chars: Sequence[Char], page: int, shown: Callable[[Box], Box]) -> Word:
    box = (
        min(one.x0 for one in chars),
        min(one.top for one in chars),
        max(one.x1 for one in chars),
        max(one.bottom for one in chars),
    )
    x0, top, x1, bottom = shown(box)
    return Word("".join(one.text for one in chars), page, (round(x0, 2), round(top, 2), round(x1, 2), round(bottom, 2)))
