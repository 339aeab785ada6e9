"""Sentences of a document, closed up: spaces, line breaks and quotation marks in them dropped, offsets kept.

Prose comes hard-wrapped in the middle of words and figures, in one line with the tables, or with pipes around it. A
Sentence is what stands between full stops or anything else that ends running text. Digits that only white space
parts are kept apart by a bar: nobody knows whether they are one figure.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

__all__ = ["BAR", "Sentence", "Sentences", "dealt"]

BAR = "¦"
_BLANKED = "■"
_QUOTE = '"'

_ORDINAL = (
    r"[^\S\n]*(?:[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十0-9]{1,3}\)|[0-9]{1,2}[.、](?![0-9])"
    r"|#|第[一二三四五六七八九十]{1,3}[条项])"
)
# 三、依申请公开 on a line of its own, where what follows begins a sentence; of whom a heading speaks is never dropped.
_SHORT_ALONE = (
    r"[^\S\n]*[一二三四五六七八九十]{1,3}、(?![^\n]*[各属直])[^,;:。!?|\n0-9]{2,14}[^\S\n]*"
    r"(?=\n[^\S\n]*(?:20[0-9]{2}年|我|本[年机单部局]|全年|今年|从))"
)
# A heading on a line of its own, the line break after it: 三、收到和处理政府信息公开申请情况.
_ALONE = (
    r"[^\S\n]*(?:[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十]{1,3}\)|[0-9]{1,2}[.、](?![0-9]))"
    r"[^,;:。!?|\n0-9]{2,40}(?:情况|问题|措施|事项|方面|概述|工作)[^\S\n]*(?=\n)"
    rf"|{_SHORT_ALONE}"
)
_FIRST_ALONE = re.compile(_ALONE)
# A line break ends a sentence before a heading, before a line that is only a figure without a unit after it, and where
# a line is left empty. It begins with a set of characters, for speed.
_BREAK = re.compile(
    rf"[。!?|\t\n](?:(?<!\n)[。!?|\t]*+|(?<=\n)(?:[^\S\n]*\n\s*(?:{_SHORT_ALONE})?|{_ALONE}|(?={_ORDINAL})"
    r"|(?=[^\S\n]*[0-9.,/\-]+[^\S\n]*(?:\n(?!\s*(?:件|份|宗))|$))))"
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
    moved: tuple[int, ...] | None = None

    @cached_property
    def places(self) -> tuple[int, ...]:
        """`places[i]` is the offset of text[i] in the document."""
        if self.moved is not None:
            return self.moved
        if len(self.raw) == len(self.text):
            return tuple(range(self.start, self.start + len(self.raw)))
        return tuple(
            self.start + at for at, character in enumerate(self.raw) if not (character.isspace() or character == _QUOTE)
        )


def dealt(sentence: Sentence) -> Sentence:
    """The sentence with lists dealt out: 予以公开、部分公开分别为8件、1件 says 予以公开8件,部分公开1件.

    Only where there are as many names as figures.
    """
    text, pieces, at = sentence.text, list[tuple[str, tuple[int, ...]]](), 0
    places = sentence.places
    for match in _DEALT.finditer(text):
        start = max(at, max(text.rfind(mark, 0, match.start()) for mark in ",;:(") + 1)
        figures = [(one.start(), one.end(), one["unit"]) for one in _DEALT_ONE.finditer(text, *match.span("figures"))]
        for parting in (_LISTED, _LISTED_LOOSELY):
            names = _parts(text, start, match.start(), parting)
            if len(names) == len(figures):
                break
        else:
            continue
        unit = figures[-1][2]
        if (
            not unit
            or any(text[end - 1].isdigit() for _, end in names)
            or any(one[2] not in ("", unit) for one in figures)
        ):
            continue
        pieces.append((text[at:start], places[at:start]))
        for number, ((first, last), (begin, end, printed)) in enumerate(zip(names, figures, strict=True)):
            said = text[first:last] + text[begin:end] + ("" if printed else unit)
            stands = places[first:last] + places[begin:end] + (() if printed else (places[end - 1],) * len(unit))
            if number:
                said, stands = f",{said}", (places[first - 1], *stands)
            pieces.append((said, stands))
        at = match.end()
    if not pieces:
        return sentence
    pieces.append((text[at:], places[at:]))
    moved = tuple(place for _, stands in pieces for place in stands)
    return Sentence("".join(said for said, _ in pieces), sentence.index, sentence.start, sentence.raw, moved)


def _parts(text: str, start: int, end: int, parting: re.Pattern[str]) -> list[tuple[int, int]]:
    parts, at = [], start
    for match in parting.finditer(text, start, end):
        parts.append((at, match.start()))
        at = match.end()
    parts.append((at, end))
    return parts if all(last - first >= 2 for first, last in parts) else []


_DEALT_FIGURE = r"[0-9]{1,9}(?:件次?|份|条|宗|起|例|项)?"
_DEALT = re.compile(
    rf"(?:分别|依次)(?:为|是|有|达)?:?(?P<figures>{_DEALT_FIGURE}(?:(?:、|和|及|与){_DEALT_FIGURE})+)(?![0-9.万余多%])"
)
_DEALT_ONE = re.compile(r"[0-9]+(?P<unit>件次?|份|条|宗|起|例|项|)")
_LISTED = re.compile("、")
_LISTED_LOOSELY = re.compile("、|以及|和|及|与")


class Sentences:
    """The sentences of a folded text, closed up when asked for."""

    def __init__(self, folded: str) -> None:
        self._folded = folded
        self._spans: list[tuple[int, int, bool]] = []
        first = _FIRST_ALONE.match(folded)
        start = first.end() if first else 0
        for match in _BREAK.finditer(folded, start):
            if match.start() - start >= _SHORTEST:
                self._spans.append((start, match.start(), match[0][0] in "。!?"))
            start = match.end()
        if len(folded) - start >= _SHORTEST:
            self._spans.append((start, len(folded), False))

    def holding(self, words: re.Pattern[str], table: re.Pattern[str]) -> Iterator[Sentence]:
        """Those that are running text and hold one of `words`. `table` finds words of a table's head."""
        for index, (start, end, stopped) in enumerate(self._spans):
            if not stopped and self._folded.find(",", start, end) < 0:
                continue
            closed = _closed(self._folded[start:end])
            if len(closed) > _LONGEST or words.search(closed) is None or table.search(closed):
                continue
            yield self._close(index)

    def text(self, index: int) -> str:
        """Sentence `index` closed up, for what it says about the one after it; empty where there is none."""
        if not 0 <= index < len(self._spans):
            return ""
        start, end, _ = self._spans[index]
        return _TITLE.sub(_blank, _closed(self._folded[max(start, end - _LONGEST) : end]))

    def headed(self, index: int) -> bool:
        """Whether a heading stands between this sentence and the one before it."""
        start = self._spans[index][0]
        end = self._spans[index - 1][1] if index else 0
        return start - end > 4 and bool(self._folded[end:start].strip("。!?|\t\n "))

    def headed_after(self, index: int) -> bool:
        """Whether a heading, or nothing, stands after this sentence."""
        return index + 1 >= len(self._spans) or self.headed(index + 1)

    def asks(self, index: int) -> bool:
        """Whether the sentence ends in a question mark."""
        end = self._spans[index][1]
        return self._folded.startswith("?", end)

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
