"""Tables without ruling lines, found by words that stand below each other."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from extractor.read.flow import FlowCell, Word
from extractor.read.pages import Box
from extractor.read.picture.cells import Cut
from extractor.read.picture.paragraphs import Line, level

__all__ = ["AlignedTable", "aligned_tables"]

_LEAST_ROWS = 3
_LEAST_FIGURES = 2


class AlignedTable(NamedTuple):
    """`xs`: the borders of its columns in pixels, half-way between what stands in them; `top` in pixels."""

    rows: tuple[tuple[FlowCell, ...], ...]
    xs: tuple[float, ...]
    top: float
    box: Box


def aligned_tables(lines: Sequence[Line], size: float) -> tuple[list[AlignedTable], list[Line]]:
    """The tables among these lines of text, and the lines that are in none.

    A table is a run of rows of which each has several words apart from each other, or a label that is wrapped.
    """
    rows = level(lines)
    out: list[AlignedTable] = []
    rest: list[Line] = []
    run: list[list[Line]] = []

    def close() -> None:
        if sum(1 for row in run if _is_row(row)) >= _LEAST_ROWS:
            out.append(_table(run, size))
        else:
            rest.extend(line for row in run for line in row)
        run.clear()

    for row in rows:
        near = not run or row[0][0].top - max(line.bottom for line, _ in run[-1]) < 3 * size
        if len(row) > 1 and near:
            run.append(row)
            continue
        close()
        if len(row) > 1:
            run.append(row)
        else:
            rest.extend(row)
    close()
    return out, rest


def _is_row(row: Sequence[Line]) -> bool:
    return sum(1 for _, word in row if word.text[:1].isdigit() and len(word.text) < 14) >= _LEAST_FIGURES


def _table(rows: Sequence[Sequence[Line]], size: float) -> AlignedTable:
    """Columns are the gaps that no word of any row of figures crosses."""
    spans = sorted((line.x0, line.x1) for row in rows if _is_row(row) for line, _ in row)
    columns: list[list[int]] = []
    for left, right in spans:
        if columns and left <= columns[-1][1]:
            columns[-1][1] = max(columns[-1][1], right)
        else:
            columns.append([left, right])
    middles = [(one[1] + other[0]) / 2 for one, other in pairwise(columns)]
    xs = (float(columns[0][0]) - size, *middles, float(columns[-1][1]) + size)
    out: list[tuple[FlowCell, ...]] = []
    for row in rows:
        cells: list[FlowCell] = []
        place = 0
        for line, word in row:
            first = max(place, _column(xs, line.x0, line))
            last = max(first, _column(xs, line.x1, line))
            if first >= len(xs) - 1:
                cells[-1] = cells[-1]._replace(words=(*cells[-1].words, Word(" "), word))
                continue
            cells += [FlowCell(())] * (first - place)
            cells.append(FlowCell((word,), 1, last - first + 1))
            place = last + 1
        cells += [FlowCell(())] * (len(xs) - 1 - place)
        out.append(tuple(cells))
    boxes = [word.box for row in rows for _, word in row if word.box is not None]
    box = (
        min(one[0] for one in boxes),
        min(one[1] for one in boxes),
        max(one[2] for one in boxes),
        max(one[3] for one in boxes),
    )
    return AlignedTable(tuple(out), xs, float(rows[0][0][0].top), box)


def _column(xs: Sequence[float], x: float, line: Cut) -> int:
    """The column in which x lies, where it is well inside of it; half a character over a border is not."""
    inset = 0.15 * (line.bottom - line.top)
    inner = x + inset if x == line.x0 else x - inset
    return max(0, min(len(xs) - 2, sum(1 for one in xs[1:] if one <= inner)))
