"""Characters put together to words and lines, as they stand on the page."""

from collections.abc import Callable, Iterable, Sequence

from extractor.read.flow import Word
from extractor.read.pages import Box
from extractor.read.pdf.shapes import Char, Line, Turn

__all__ = ["cell_words", "lines_of"]

# In heights of the letters: a gap between figures or Latin letters, between any, and between columns of text. The
# narrowest blank of a usual font is 0.22 high, and letters that belong together leave none.
_SPACE, _WIDE_SPACE, _COLUMN = 0.15, 0.9, 1.9
# In points: what a narrow cell keeps free beside its text.
_PADDING = 11.5


def lines_of(chars: Sequence[Char], page: int, turn: Turn) -> list[Line]:
    """The lines of text, from top to bottom. Between words that stand apart is a space, between columns a tab."""
    return [_line(line, page, turn.shown) for line in _rows(chars)]


def cell_words(chars: Sequence[Char], page: int, turn: Turn, width: float) -> list[Word]:
    """The text of a cell that is `width` wide; a line break is a word "\\n".

    A figure that ran over the narrow cell's edge into a second line is one figure again.
    """
    out: list[Word] = []
    before: Line | None = None
    lying = _lying(chars)
    upright = [one._replace(**dict(zip(_BOX, lying.upright(one[1:5]), strict=True))) for one in chars] if lying else chars

    def shown(box: Box) -> Box:
        return turn.shown(lying.shown(box) if lying else box)

    for row in _rows(upright):
        line = _line(row, page, shown)
        if before is not None and not _runs_on(before, line, width):
            out.append(Word("\n"))
        out += line.words
        before = line
    return out


def _runs_on(line: Line, after: Line, width: float) -> bool:
    """Whether a figure was broken for want of room: its first line is full, and nothing but figures is in both."""
    first, second = line.text, after.text
    if not (_is_figure(first) and _is_figure(second)) or len(second) > len(first):
        return False
    return width - (line.x1 - line.x0) < (line.x1 - line.x0) / len(first) + _PADDING


def _is_figure(text: str) -> bool:
    return all(character.isdigit() or character in ".,，．-" for character in text)


_BOX = ("x0", "top", "x1", "bottom")


def _lying(chars: Sequence[Char]) -> Turn | None:
    """How to set the text of a cell upright, if most of it is printed lying down."""
    turned = [one.turn for one in chars if one.turn]
    return Turn(turned[0], 0.0, 0.0) if 2 * len(turned) > len(chars) else None


def _rows(chars: Iterable[Char]) -> list[list[Char]]:
    """Characters whose middles lie within one another's height, from left to right."""
    rows: list[list[Char]] = []
    middle = half = 0.0
    for one in sorted(chars, key=lambda one: (one.top + one.bottom, one.x0)):
        height = one.bottom - one.top
        if rows and one.middle - middle < 0.5 * min(half * 2, height):
            rows[-1].append(one)
            if height > half * 2:
                half = height / 2
        else:
            rows.append([one])
            middle, half = one.middle, height / 2
    for row in rows:
        row.sort(key=lambda one: one.x0)
    return rows


def _line(chars: Sequence[Char], page: int, shown: Callable[[Box], Box]) -> Line:
    words: list[Word] = []
    run: list[Char] = []
    height = max(one.bottom - one.top for one in chars)
    for one in chars:
        if run:
            gap = one.x0 - run[-1].x1
            latin = _narrow(one.text) and _narrow(run[-1].text)
            if gap > _COLUMN * height:
                words += (_word(run, page, shown), Word("\t"))
                run = []
            elif gap > (_SPACE if latin else _WIDE_SPACE) * height:
                words += (_word(run, page, shown), Word(" "))
                run = []
            elif _narrow(one.text) != _narrow(run[-1].text):
                words.append(_word(run, page, shown))
                run = []
        run.append(one)
    words.append(_word(run, page, shown))
    return Line(
        words, chars[0].x0, min(one.top for one in chars), chars[-1].x1, max(one.bottom for one in chars)
    )


def _narrow(text: str) -> bool:
    """Figures and Latin letters: narrower than ideographs, so they make words of their own, for the sake of boxes."""
    return text < "\u2000"


def _word(chars: Sequence[Char], page: int, shown: Callable[[Box], Box]) -> Word:
    box = (
        chars[0].x0,
        min(one.top for one in chars),
        max(one.x1 for one in chars),
        max(one.bottom for one in chars),
    )
    x0, top, x1, bottom = shown(box)
    return Word("".join(one.text for one in chars), page, (round(x0, 2), round(top, 2), round(x1, 2), round(bottom, 2)))
