"""A sheet of cells → tables, and the rows that hold one text alone as paragraphs above and below them."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from extractor.read.flow import Flow, FlowCell, Word
from extractor.read.limits import Limits
from extractor.report import Reason

__all__ = ["Sheet", "put_sheet"]

_PARAGRAPH = 40
_SECTION = re.compile(r"\s*[一二三四五六七八九十]{1,3}\s*、")


class Sheet(NamedTuple):
    """`rows`: the texts of the cells. `merged`: ranges by their corners, (row, column) each, both within.

    `doubts`: why the figures of a row are not certain.
    """

    rows: Sequence[Sequence[str]]
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]] = ()
    doubts: Mapping[int, Reason] = MappingProxyType({})


class _Placed(NamedTuple):
    column: int
    text: str
    row_span: int
    column_span: int


def put_sheet(sheet: Sheet, flow: Flow, limits: Limits) -> None:
    """The sheet's paragraphs and tables into `flow`. Raises LimitError."""
    values = sheet.rows
    spans, covered = _merged(sheet, limits)
    rows = [
        [
            _Placed(column, text, *spans.get((row, column), (1, 1)))
            for column, text in enumerate(cells)
            if (row, column) not in covered
        ]
        for row, cells in enumerate(values)
    ]
    told = [[cell for cell in row if cell.text] for row in rows]
    table: list[list[_Placed]] = []

    def end(number: int) -> None:
        first = number - len(table)
        _put_table(
            table, flow, {at: sheet.doubts[first + at] for at in range(len(table)) if first + at in sheet.doubts}
        )
        table.clear()

    for number, row in enumerate(rows):
        # A cell from above that reaches into this row makes it a row of a table, whatever it holds itself.
        within = any(covered.get((number, column), (number, 0))[0] < number for column in range(len(values[number])))
        alone = len(told[number]) == 1 and not within and told[number][0].row_span == 1
        if alone and _is_paragraph(number, told, inside=bool(table)):
            end(number)
            flow.paragraph([Word(told[number][0].text)])
        elif told[number] or within:
            table.append(row)
        else:
            end(number)
    end(len(rows))


def _is_paragraph(number: int, told: list[list[_Placed]], *, inside: bool) -> bool:
    """Whether the one text of a row is prose or a heading, and no label of a table, whose figures may all be blank.

    A heading inside a table begins another: the rows above and below it are laid out differently.
    """
    (cell,) = told[number]
    if len(cell.text) > _PARAGRAPH:
        return True
    heading = _SECTION.match(cell.text) is not None
    if not inside:
        return heading or cell.column_span == 1
    if not heading:
        return False
    above = next((row for row in reversed(told[:number]) if len(row) > 1), [])
    below = told[number + 1] if number + 1 < len(told) else []
    return [one.column for one in above] != [one.column for one in below]


def _put_table(table: Sequence[list[_Placed]], flow: Flow, doubts: Mapping[int, Reason]) -> None:
    """The rows as a table, cut to the columns in use; as paragraphs, if no two texts stand side by side.

    `doubts`: on its rows, counted from its first.
    """
    if all(sum(1 for cell in row if cell.text) <= 1 for row in table):
        for row in table:
            flow.paragraph([Word(cell.text) for cell in row if cell.text])
        return
    used = [cell for row in table for cell in row if cell.text or cell.column_span > 1 or cell.row_span > 1]
    first = min(cell.column for cell in used) if used else 0
    last = max(cell.column + cell.column_span for cell in used) if used else 0
    flow.table(
        [
            [
                FlowCell([Word(cell.text)] if cell.text else [], cell.row_span, cell.column_span)
                for cell in row
                if first <= cell.column < last
            ]
            for row in table
        ],
        doubts=doubts,
    )


def _merged(
    sheet: Sheet, limits: Limits
) -> tuple[dict[tuple[int, int], tuple[int, int]], dict[tuple[int, int], tuple[int, int]]]:
    """Row and column span of each merged range by its corner, and the corner of every cell that one covers."""
    rows, columns = len(sheet.rows), max(map(len, sheet.rows), default=0)
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    covered: dict[tuple[int, int], tuple[int, int]] = {}
    slots = 0
    for (top, left), (bottom, right) in sheet.merged:
        bottom, right = min(bottom, rows - 1), min(right, columns - 1)
        if bottom < top or right < left or (top, left) in covered:
            continue
        slots += (bottom - top + 1) * (right - left + 1)
        limits.check("max_slots", slots, "merged cells")
        spans[top, left] = (bottom - top + 1, right - left + 1)
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                if (row, column) != (top, left):
                    covered[row, column] = (top, left)
    return spans, covered
