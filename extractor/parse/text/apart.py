"""What parts the cells of a flattened table: ends of lines, tabs, pipes, or two of them for one."""

import re
from collections import Counter
from functools import lru_cache

from extractor.parse.text.tokens import Cells

__all__ = ["cells_of"]

_BETWEEN = re.compile(r"(?<=[^\s|])[ \xa0\u3000]*([\t|](?:[ \xa0\u3000]*[\t|])*)[ \xa0\u3000]*(?=[^\s|])")
_ORDINAL = re.compile(r"\d{1,2}[.、)．]\s*[^\d\s]")
_SEPARATOR = re.compile(r"[\t|]")
_APART = (3, 2)
_ODD = 0.05  # of the gaps: merged heads leave one too many
_TELLING = 3  # lines with two or more gaps between cells: fewer say nothing


def cells_of(text: str, start: int, end: int) -> Cells:
    """How cells stand apart in text[start:end), a table. Where it has too few lines to tell, `text` as a whole does."""
    lines = text[start:end].split("\n")
    if _a_line(lines):
        return Cells(a_line=True, closed=_closed([line for line in lines if line.strip()]))
    apart = _apart(lines)
    return Cells(a_line=False, closed=_closed(lines), apart=apart or _of_document(text) or 1)


@lru_cache(maxsize=1)
def _of_document(text: str) -> int:
    return _apart(text.split("\n"))


def _a_line(lines: list[str]) -> bool:
    """Whether most figures stand on a line of their own, a cell a line."""
    alone = together = 0
    for line in lines:
        stripped = line.strip(" \t|*")
        if (stripped[:1].isdigit() or stripped[:1] == "-") and not _ORDINAL.match(stripped):
            fields = len(stripped.replace("|", " ").replace("\t", " ").split())
            if fields == 1:
                alone += 1
            else:
                together += 1
    return alone >= 4 and alone > 2 * together


def _closed(lines: list[str]) -> bool:
    """Whether a tab ends every line, header lines too, instead of standing between two cells."""
    tabbed = [line for line in lines if "\t" in line]
    return len(tabbed) >= 3 and sum(1 for line in tabbed if line.rstrip(" \r").endswith("\t")) >= 0.95 * len(tabbed)


def _apart(lines: list[str]) -> int:
    """The separators that stand for one: the number that gaps between cells are multiples of; 0 for too few gaps.

    Some programs write two tabs between cells, and pages out of Word have a narrow empty column between any two.
    """
    telling = 0
    widths: Counter[int] = Counter()
    for line in lines:
        gaps = _BETWEEN.findall(line)
        telling += len(gaps) > 1
        widths.update(len(_SEPARATOR.findall(gap)) for gap in gaps)
    if telling < _TELLING:
        return 0
    odd = {apart: sum(count for width, count in widths.items() if width % apart) for apart in _APART}
    return next((apart for apart in _APART if odd[apart] <= _ODD * widths.total()), 1)
