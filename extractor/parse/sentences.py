"""Sentences of a document, closed up: spaces, line breaks and quotation marks in them dropped, offsets kept.

Prose comes hard-wrapped in the middle of words and figures, in one line with the tables, or with pipes around it. A
Sentence is what stands between full stops or anything else that ends running text. Digits that only white space
parts are kept apart by a bar: nobody knows whether they are one figure.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

__all__ = ["BAR", "Sentence", "Sentences"]

BAR = "¦"
_BLANKED = "■"
_QUOTE = '"'

_ORDINAL = (
    r"[^\S\n]*(?:[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十0-9]{1,3}\)|[0-9]{1,2}[.、](?![0-9])"
    r"|#|第[一二三四五六七八九十]{1,3}[条项])"
)
# A line break ends a sentence before a heading, before a line that is only a figure without a unit after it, and where
# a line is left empty.
_BREAK = re.compile(
    rf"[。!?|\t]+|\n[^\S\n]*\n\s*|\n(?={_ORDINAL})"
    r"|\n(?=[^\S\n]*[0-9.,/\-]+[^\S\n]*(?:\n(?!\s*(?:件|份|宗))|$))"
)
_PARTED = re.compile(r"[0-9]\s+(?=[0-9])")
_TITLE = re.compile(r"《[^《》]+》")
_SHORTEST = 6
# What goes on for longer without a full stop is no sentence.
_LONGEST = 2_000


@dataclass(frozen=True)
class Sentence:
    """`text` closed up. `index`: which sentence of all it is.

    What stands between 《 and 》 is blanked out: a year or a figure in a title says nothing about the report.
    """

    text: str
    index: int
    start: int
    raw: str

    @cached_property
    def places(self) -> tuple[int, ...]:
        """`places[i]` is the offset of text[i] in the document."""
        return tuple(
            self.start + at for at, character in enumerate(self.raw) if not (character.isspace() or character == _QUOTE)
        )


class Sentences:
    """The sentences of a folded text, closed up when asked for."""

    def __init__(self, folded: str) -> None:
        self._folded = folded
        self._spans: list[tuple[int, int, bool]] = []
        start = 0
        for match in _BREAK.finditer(folded):
            if match.start() - start >= _SHORTEST:
                self._spans.append((start, match.start(), match[0][0] in "。!?"))
            start = match.end()
        if len(folded) - start >= _SHORTEST:
            self._spans.append((start, len(folded), False))

    def holding(self, words: re.Pattern[str], table: re.Pattern[str]) -> Iterator[Sentence]:
        """Those that are running text and hold one of `words`. `table` finds words of a table's head."""
        for index, (start, end, stopped) in enumerate(self._spans):
            closed = _closed(self._folded[start:end])
            if (
                len(closed) > _LONGEST
                or words.search(closed) is None
                or not (stopped or "," in closed)
                or table.search(closed)
            ):
                continue
            yield self._close(index)

    def text(self, index: int) -> str:
        """Sentence `index` closed up, for what it says about the one after it; empty where there is none."""
        if not 0 <= index < len(self._spans):
            return ""
        start, end, _ = self._spans[index]
        return _TITLE.sub(_blank, _closed(self._folded[max(start, end - _LONGEST) : end]))

    def before(self, index: int, length: int) -> str:
        """About `length` characters that stand before sentence `index`, closed up."""
        start = self._spans[index][0]
        return _closed(self._folded[max(0, start - length) : start])

    def _close(self, index: int) -> Sentence:
        start, end, _ = self._spans[index]
        raw = self._folded[start:end]
        if _PARTED.search(raw):
            raw = _PARTED.sub(lambda match: match[0][0] + BAR + " " * (len(match[0]) - 2), raw)
        return Sentence(_TITLE.sub(_blank, _closed(raw)), index, start, raw)


def _closed(text: str) -> str:
    """Without white space and quotation marks: “予以公开”6件 says what 予以公开6件 says."""
    return "".join(text.replace(_QUOTE, "").split())


def _blank(match: re.Match[str]) -> str:
    return f"《{_BLANKED * (len(match[0]) - 2)}》"
