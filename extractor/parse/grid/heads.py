"""Column heads: which column of the form each printed column of a grid is.

Heads may stand in several storeys, name columns the form does not have, leave some out, or order them their own way.
Colspans lie, so where it can the order of the heads decides, not the grid column they are said to begin in.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from extractor.forms.model import Layout, Table
from extractor.parse.grid.lines import ILLEGIBLE, Line, items_of
from extractor.parse.labels import Role, Vocabulary
from extractor.parse.rows import TokenKind
from extractor.read.document import GridCell

__all__ = [
    "EMPTY",
    "FOREIGN",
    "GROUP",
    "UNKNOWN",
    "Head",
    "Heads",
    "Year",
    "is_foreign",
    "is_head",
    "leaves",
    "read_heads",
    "units",
    "years_of",
]

# Places of heads that are no column of the form: of a column it does not have, read as nothing it knows, without
# words, over other heads.
FOREIGN, UNKNOWN, EMPTY, GROUP = -1, -2, -3, -4

_UNIT_HEADS = ("单位", "计量单位")
_HEAD_YEAR = re.compile(r"((?:19|20)\d\d)(?:年度?)?")
_THIS_YEAR = re.compile("(?:本|今|当)年度?(?:数据?|数量|情况)?")
_YEAR_BEFORE = re.compile("(?:(?:上|去|上一)年度?(?:同期)?|上年同期)(?:数据?|数量|情况)?")
_FOREIGN = re.compile(r"占比|比例|比重|百分|%|率$|同比|环比|同期|增减|增幅|上年|去年|上期|上一年|备注|说明")


_NUMBERS_LINES = re.compile("序号|行次|编号")


class Head(NamedTuple):
    """A head cell: where it begins in the grid, how wide it is, and its place in the table's columns or a code above.
    `row`: the row of the form it names, if any. `like`: it is only like the label of its column."""

    column: int
    span: int
    place: int
    row: int = -1
    like: bool = False


class Year(NamedTuple):
    """A head that names a year: the columns it covers, and whether it is the report's."""

    column: int
    span: int
    own: bool


@dataclass(frozen=True, slots=True)
class Heads:
    """The lowest heads in printed order, those of the labels included; `first`: the first that is over figures for
    certain.

    `unsure`: their order could be read in two ways. `blocks`: of a table on one line, the (row, column) of every figure
    in printed order; empty where the heads do not tell. `places`: of the heads from `first` on. `right`: where the
    last one ends. `cut`: the table runs off the paper; `blocks` are then those of the leaves with a place.
    """

    leaves: tuple[Head, ...]
    first: int
    unsure: bool
    blocks: tuple[tuple[int, int], ...]
    places: tuple[int, ...]
    right: int
    cut: bool = False


def is_head(line: Line, table: Table) -> bool:
    """Whether the line names columns of the table, and holds no figures but years."""
    mine = {column: item for column, _, item in line.heads if item.table == table.id and item.role is Role.COLUMN}
    if not mine:
        return False
    if len(mine) == 1 and next(iter(mine.values())).bare:
        headers = (item for _, _, item in line.heads if item.table == table.id and item.role is Role.HEADER)
        if all(item.bare for item in headers):
            return False
    if len(mine) == 1 and any(token.kind is TokenKind.NOT_APPLICABLE for _, token in line.tokens):
        return False
    return not line.numbers or _only_years(line) or _misread_head(line, table)


def _misread_head(line: Line, table: Table) -> bool:
    """Whether the one figure of a line of heads is a head that was misread: it reaches as far down as one."""
    named = {column for column, _, item in line.heads if item.table == table.id and not item.bare}
    (number, *more) = (column for column, token in line.tokens if token.kind is TokenKind.NUMBER)
    deep = {cell.column for cell in line.cells if cell.row_span > 1}
    return not more and number in deep and len(named) > 1 and bool(named & deep)


def _only_years(line: Line) -> bool:
    return all(_HEAD_YEAR.fullmatch(token.figures) for _, token in line.tokens if token.kind is TokenKind.NUMBER)


def years_of(line: Line, year: int | None) -> list[Year]:
    """The years that a head line names, if it is one: it has no row's label, and no other figures."""
    said = [(column, _named_year((token.printed or token.figures).strip(), year)) for column, token in line.tokens]
    named = [(column, one) for column, one in said if one is not None]
    if not named or not _only_years(line) or any(not item.bare for _, item, _ in line.items):
        return []
    headed = any(item.role is not Role.ROW for _, _, item in line.heads)
    if not headed and (len(named) < 2 or year not in [one for _, one in named]):
        return []
    spans = {cell.column: cell.column_span for cell in line.cells}
    alone = len({one for _, one in named}) == 1
    return [Year(column, spans.get(column, 1), alone or one == year) for column, one in named]


def _named_year(text: str, year: int | None) -> int | None:
    """The year that a head names, 本年 and 上年 being the report's and the one before."""
    match = _HEAD_YEAR.fullmatch(text)
    if match is not None:
        return int(match[1])
    if year is None:
        return None
    return year if _THIS_YEAR.fullmatch(text) else year - 1 if _YEAR_BEFORE.fullmatch(text) else None


def units(line: Line) -> set[int]:
    """The grid columns that hold units, by a head line."""
    return {column for column, _, item in line.heads if item.role is Role.HEADER and item.id in _UNIT_HEADS}


def is_foreign(text: str) -> bool:
    """Whether a head names what no form has a column for: a share, last year, a number of the line."""
    return _FOREIGN.search(text) is not None


def read_heads(storeys: Sequence[Line], folded: str, table: Table, words: Vocabulary, year: int | None) -> Heads | None:
    """What the head lines of a table, the uppermost first, say about its columns. None if nothing."""
    year_column = next((index for index, column in enumerate(table.columns) if column.id == "year"), None)
    floors: list[list[Head]] = []
    sections: list[Year] = []
    below = False  # whether the years stand below the columns' heads, each of which is parted in years
    for line in storeys:
        years = {one.column: one for one in years_of(line, year)}
        if year_column is None and len(years) > 1:
            sections = list(years.values())
            below = any(head.place >= 0 for floor in floors for head in floor)
        floor: list[Head] = []
        for cell in line.cells:
            named = years.get(cell.column)
            if named is not None:
                place = GROUP if year_column is None else year_column if named.own else FOREIGN
                floor.append(Head(cell.column, cell.column_span, place))
            else:
                floor.append(_head(cell, folded[cell.start : cell.end], table, words))
        floors.append(floor)
    named_floors = [floor for floor in floors if any(head.place >= 0 for head in floor)]
    if not named_floors:
        return None
    order, unsure = leaves(named_floors)
    unsure = unsure or (any(head.like for head in order) and not _rising(head.place for head in order))
    first = next(index for index, head in enumerate(order) if head.place >= 0)
    if len(sections) > 1 and not below:
        own = _own_section(order, first, sections)
        unsure = unsure or len(own) == first
        order = own if len(own) > first else order
    while first and order[first - 1].place == FOREIGN:
        first -= 1
    cut = any(line.cut for line in storeys)
    blocks: tuple[tuple[int, int], ...] = ()
    if table.layout is Layout.LINE:
        blocks = _blocks_left(floors, order) if cut else _blocks(floors, table)
    if table.layout is Layout.LINE and not blocks and len(order) - first > len(table.columns):
        unsure = not _official_runs([head.place for floor in named_floors for head in floor if head.place >= 0])
    places = tuple(head.place for head in order[first:])
    return Heads(tuple(order), first, unsure, blocks, places, max(head.column + head.span for head in order), cut)


def _head(cell: GridCell, text: str, table: Table, words: Vocabulary) -> Head:
    head = Head(cell.column, cell.column_span, UNKNOWN)
    if not text.strip():
        return head._replace(place=EMPTY)
    mine = [(item, score) for item, score in items_of(text, words) if item.table == table.id]
    column = next(((item.index, score) for item, score in mine if item.role is Role.COLUMN), None)
    if column is not None and column[1] == 1.0:
        return head._replace(place=column[0])
    row = next((item.index for item, _ in mine if item.role is Role.ROW), None)
    if row is not None:
        return head._replace(place=GROUP, row=row)
    header = next((item.id for item, _ in mine if item.role is Role.HEADER), None)
    if header is not None:
        return head._replace(place=EMPTY if header in _UNIT_HEADS else GROUP)
    # The edge of the paper cuts off the last head of a table that is too wide.
    if is_foreign(text) or (text.endswith(ILLEGIBLE) and cell.column_span == 1):
        return head._replace(place=FOREIGN)
    if _NUMBERS_LINES.search(text):
        return head._replace(place=GROUP)
    return head if column is None else head._replace(place=column[0], like=True)


def leaves(floors: Sequence[Sequence[Head]]) -> tuple[list[Head], bool]:
    """The heads with none below them, in printed order, and whether that order is unsure.

    By their columns; and by reading the lower storey in the place of the one group above it. Where the two disagree,
    spans lie, and the form's own order is believed if either gives it.
    """
    by_column = _by_column(floors)
    by_group = _by_group(floors)
    if by_group is None or [one.place for one in by_group] == [one.place for one in by_column]:
        return by_column, False
    for order in (by_group, by_column):
        if _rising(head.place for head in order):
            return order, False
    return by_group, True


def _rising(places: Iterable[int]) -> bool:
    return all(one < other for one, other in pairwise(place for place in places if place >= 0))


def _by_column(floors: Sequence[Sequence[Head]]) -> list[Head]:
    out: list[Head] = []
    for number, floor in enumerate(floors):
        below = [head.column for lower in floors[number + 1 :] for head in lower if head.place != EMPTY]
        out.extend(
            head
            for head in floor
            if head.place != EMPTY and not any(head.column <= column < head.column + head.span for column in below)
        )
    out.sort(key=lambda head: head.column)
    return out


def _by_group(floors: Sequence[Sequence[Head]]) -> list[Head] | None:
    if len(floors) != 2:
        return None
    upper = [head for head in floors[0] if head.place != EMPTY]
    lower = [head for head in floors[1] if head.place != EMPTY]
    first = next(index for index, head in enumerate(upper) if head.place >= 0)
    groups = [index for index, head in enumerate(upper) if head.place in (GROUP, UNKNOWN) and index > first]
    if not groups:
        groups = [index for index, head in enumerate(upper) if head.place == GROUP]
    if len(groups) != 1:
        return None
    return [*upper[: groups[0]], *lower, *upper[groups[0] + 1 :]]


def _own_section(order: Sequence[Head], first: int, sections: Sequence[Year]) -> list[Head]:
    """The heads without those that stand under another year."""
    lead, rest = list(order[:first]), list(order[first:])
    if len(rest) % len(sections) == 0:
        size = len(rest) // len(sections)
        return lead + [head for number, head in enumerate(rest) if sections[number // size].own]
    other = [one for one in sections if not one.own]
    return lead + [head for head in rest if not any(one.column <= head.column < one.column + one.span for one in other)]


def _blocks(floors: Sequence[Sequence[Head]], table: Table) -> tuple[tuple[int, int], ...]:
    """The (row, column) of each figure of a table on one line: the columns of a storey belong, in equal parts, to the
    rows named above it that have none yet."""
    order: list[int] = []
    columns: dict[int, list[int]] = {}
    for floor in floors:
        here = [head.row for head in floor if head.row >= 0]
        places = [head.place for head in floor if head.place >= 0 or head.place == FOREIGN]
        open_rows = [row for row in order if row not in columns]
        if here:
            group = table.rows[here[0]].group
            whole = next((row for row in open_rows if group and table.rows[row].subtotal_of == group), None)
            if whole is not None:
                open_rows.remove(whole)
                at = order.index(whole)
                order[at : at + 1] = here
            else:
                order.extend(here)
        if places:
            if not open_rows or len(places) % len(open_rows):
                return ()
            size = len(places) // len(open_rows)
            for number, row in enumerate(open_rows):
                columns[row] = places[number * size : (number + 1) * size]
    if not order or len(set(order)) < len(order) or any(row not in columns for row in order):
        return ()
    return tuple((row, place) for row in order for place in columns[row])


def _blocks_left(floors: Sequence[Sequence[Head]], order: Sequence[Head]) -> tuple[tuple[int, int], ...]:
    """As `_blocks`, where the edge of the paper cuts the table off: by the columns that the heads of rows cover; -1 for
    a row whose head is off the paper."""
    above = [head for floor in reversed(floors) for head in floor if head.row >= 0 or head.place in (FOREIGN, UNKNOWN)]

    def row(leaf: Head) -> int:
        over = (one.row for one in above if one != leaf and one.column <= leaf.column < one.column + one.span)
        return next(over, -1)

    return tuple((row(leaf), leaf.place) for leaf in order if leaf.place >= 0)


def _official_runs(places: Sequence[int]) -> bool:
    """Whether the columns begin anew only after the last one, each time in the form's order."""
    runs: list[list[int]] = [[]]
    for place in places:
        if runs[-1] and place <= runs[-1][-1]:
            runs.append([])
        runs[-1].append(place)
    return all(run == runs[0] for run in runs)
