"""Running heads, running feet and page numbers: printed on every page, and no part of what runs over the page break."""

import re
from collections import Counter
from collections.abc import Sequence

from extractor.read.pdf.shapes import Block, Line

__all__ = ["without_margins"]

_NUMBER = re.compile(
    r"[\s\-—–―－_~·•.|]*(?:第\s*)?(?:[\dⅠ-Ⅿ０-９]{1,4}|[ivx]{1,6}|[一二三四五六七八九十百]{1,5})"
    r"(?:\s*页)?(?:[\s/／,，、·|]*(?:of|共)?\s*\d{1,4}(?:\s*页)?)?[\s\-—–―－_~·•.|]*",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
# Of a page's height: so far from its upper or lower edge a running line stands at most.
_EDGE = 0.12
# Lines at either end of a page that may be running ones.
_MOST = 3
_NEAR = 8.0


def without_margins(pages: Sequence[list[Block]], heights: Sequence[float]) -> list[list[Block]]:
    """The blocks of each page without what the margins hold.

    Of a running line the first one is kept, where it can cut nothing in two: at the very beginning, or at the end.
    """
    marks: Counter[tuple[bool, str]] = Counter()
    candidates: list[list[tuple[Line, bool]]] = []
    for blocks, height in zip(pages, heights, strict=True):
        here = _at_edges(blocks, height)
        candidates.append(here)
        marks.update({(top, _key(line)) for line, top in here})
    out: list[list[Block]] = []
    told: set[tuple[bool, str]] = set()
    feet: list[Block] = []
    for number, (blocks, here) in enumerate(zip(pages, candidates, strict=True)):
        gone: set[int] = set()
        for line, top in here:
            mark = top, _key(line)
            running = marks[mark] > 1 and 2 * marks[mark] >= min(len(pages), 4)
            if _NUMBER.fullmatch(line.text.strip()) and _outermost(line, blocks, heights[number]):
                gone.add(id(line))
            elif running:
                if mark not in told and not (top and number == 0):
                    feet.append(line)
                if mark in told or not (top and number == 0):
                    gone.add(id(line))
                told.add(mark)
        out.append([block for block in blocks if id(block) not in gone])
    if out:
        out[-1] = out[-1] + feet
    return out


def _at_edges(blocks: Sequence[Block], height: float) -> list[tuple[Line, bool]]:
    """The lines in the margins, and whether it is the upper one."""
    found: list[tuple[Line, bool]] = []
    for top, order in ((True, blocks), (False, blocks[::-1])):
        for block in order[:_MOST]:
            if not isinstance(block, Line):
                break
            within = block.bottom <= _EDGE * height if top else block.top >= (1 - _EDGE) * height
            if not within:
                break
            found.append((block, top))
    return found


def _outermost(line: Line, blocks: Sequence[Block], height: float) -> bool:
    """Whether nothing stands above a line in the upper half, or below one in the lower."""
    if line.top < height / 2:
        return all(block.bottom >= line.top for block in blocks)
    return all(block.top <= line.bottom for block in blocks)


def _key(line: Line) -> str:
    return _DIGITS.sub("#", "".join(line.text.split()))
