"""Lines of text put together into the paragraphs that they were wrapped from."""

from collections.abc import Iterator, Sequence

from extractor.read.flow import Word
from extractor.read.pages import Box
from extractor.read.picture.cells import Cut

__all__ = ["level", "paragraphs"]

Line = tuple[Cut, Word]


def level(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines of a page by rows: those beside each other together, from the left."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda one: (one[0].top + one[0].bottom) / 2):
        middle = (line[0].top + line[0].bottom) / 2
        last = rows[-1][-1][0] if rows else None
        if last is not None and last.top <= middle <= last.bottom:
            rows[-1].append(line)
        else:
            rows.append([line])
    for row in rows:
        row.sort(key=lambda one: one[0].x0)
    return rows


def paragraphs(lines: Sequence[Line], size: float) -> Iterator[tuple[float, tuple[Word, ...], Box]]:
    """The top, the words and the box of each. A line that reaches the right margin goes on in the next one, unless that
    is indented."""
    rows = level(lines)
    if not rows:
        return
    left = min(row[0][0].x0 for row in rows)
    right = max(row[-1][0].x1 for row in rows)
    words: list[Word] = []
    top = 0.0
    before: list[Line] | None = None
    for row in rows:
        goes_on = (
            before is not None
            and before[-1][0].x1 > right - 2.5 * size
            and row[0][0].x0 < left + 1.2 * size
            and row[0][0].top - before[-1][0].bottom < 2 * size
        )
        if not goes_on:
            if words:
                yield top, tuple(words), _around(words)
            words, top = [], float(row[0][0].top)
        for place, (cut, word) in enumerate(row):
            if place and cut.x0 - row[place - 1][0].x1 > 0.8 * size:
                words.append(Word("  "))
            words.append(word)
        before = row
    if words:
        yield top, tuple(words), _around(words)


def _around(words: Sequence[Word]) -> Box:
    boxes = [word.box for word in words if word.box is not None]
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
