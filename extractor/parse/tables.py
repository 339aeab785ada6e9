"""From a document to Choices: every table of the form, by grids where there are any, else by its flattened text."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from extractor.forms.model import Form, Layout, Table
from extractor.parse.captions import captioned
from extractor.parse.choices import table_choices
from extractor.parse.copies import headings_of, instances, of_another_year, of_this_year, weigh_copies, weight
from extractor.parse.fitting.glue import loses_blanks
from extractor.parse.grid.grids import grid_rows
from extractor.parse.readings import Choice, Origin, TableReadings, Unplaced
from extractor.parse.rows import TokenKind, ValueRow
from extractor.parse.scans import as_recognised
from extractor.parse.text.flat import value_rows
from extractor.parse.text.itemised import itemised
from extractor.parse.text.regions import regions
from extractor.parse.text.spot import spot
from extractor.parse.units import head_units
from extractor.read.document import Document

__all__ = ["read_tables"]

# So many of the columns of a grid may be none of the form's.
_MOST_ASIDE = 3
_SCATTERED = 8  # figures, and one to so many that have a place


class _Printed(NamedTuple):
    """A table as the document has it: the rows of each copy of it, or the choices of one that is told in words."""

    table: Table
    headings: Sequence[tuple[int, bool]]
    copies: Sequence[list[ValueRow]]
    told: tuple[Choice, ...]


def read_tables(document: Document, form: Form, year: int | None, organ: str | None = None) -> TableReadings:
    """Everything that the tables of `document` say about the cells of `form`; `organ`: whose report it is."""
    by_grid = grid_rows(document, form, year) if document.grids else {}
    by_text: dict[str, list[list[ValueRow]]] = {}
    if any(_thin(by_grid.get(table.id, []), table) for table in form.tables):
        spotted = spot(document.folded, form)
        for region in regions(spotted, form):
            by_text.setdefault(region.table.id, []).append(_doubted(value_rows(spotted, region, year), document))
    printed: list[_Printed] = []
    for table in form.tables:
        headings = headings_of(document.folded, table, year)
        grid = of_this_year([by_grid.get(table.id, [])], headings)
        flat = of_this_year(by_text.get(table.id, []), headings)
        found = instances(grid[0], table)
        in_text = [part for rows in _unread(flat, grid[0], document) for part in instances(rows, table)]
        told = itemised(document.folded, form, table) if _thin(grid[0], table) else ()
        printed.append(_Printed(table, headings, in_text if weight(in_text) > weight(found) else found, told))
    whole = not any(loses_blanks(rows, one.table) for one in printed for rows in one.copies)
    choices: list[Choice] = []
    unplaced: list[Unplaced] = []
    for one in printed:
        copies = [TableReadings(one.told)] if one.told else _choices(one, document, form, whole=whole)
        seen = [as_recognised(copy.choices, form, one.table, document) for copy in copies]
        own = captioned(seen, document.folded, one.table, year, organ)
        choices.extend(of_another_year(document.folded, list(weigh_copies(own)), one.headings, one.table, year))
        unplaced.extend(row for copy in copies for row in copy.unplaced)
    return TableReadings(tuple(_placed(choices, unplaced)), tuple(unplaced))


def _placed(choices: Iterable[Choice], unplaced: Iterable[Unplaced]) -> Iterator[Choice]:
    """The choices. Where many figures of the tables belong to no row, as in text that was written column by column,
    those of flattened tables stand only where an identity confirms their places."""
    choices = tuple(choices)
    placed = sum(1 for one in choices for reading in one.alternatives[0].readings if reading.value is not None)
    scattered = sum(row.figures for row in unplaced) >= max(_SCATTERED, placed / _SCATTERED)
    for one in choices:
        in_text = one.origin in (Origin.TEXT, Origin.GLUED)
        yield replace(one, unlabelled=True, nameless=True) if scattered and in_text else one


def _choices(printed: _Printed, document: Document, form: Form, *, whole: bool) -> list[TableReadings]:
    units = head_units(document.folded, printed.table)
    return [table_choices(rows, printed.table, form, units, whole=whole) for rows in printed.copies]


def _doubted(rows: list[ValueRow], document: Document) -> list[ValueRow]:
    """The rows of text, those doubted that stand in a grid whose reader was not sure of it."""
    for grid in document.grids:
        if grid.doubt is None and not grid.doubts:
            continue
        for row in rows:
            at = row.tokens[0].start if row.tokens else row.start
            if grid.start <= at < grid.end:
                number = max((cell.row for cell in grid.cells if cell.start <= at), default=0)
                row.astray = row.astray or grid.doubt_of(number)
    return rows


def _unread(
    flat: Sequence[Sequence[ValueRow]], grid: Sequence[ValueRow], document: Document
) -> Sequence[Sequence[ValueRow]]:
    """The rows of text without those of grids that were read as grids: there the heads are known, in text they are not.

    A grid that gave only a few of the figures that stand in it was not read.
    """
    if not grid or not any(flat):
        return flat
    starts = [one.start for one in document.grids]

    def place(row: ValueRow) -> int | None:
        at = row.tokens[0].start if row.tokens else row.start
        number = bisect_right(starts, at) - 1
        return number if number >= 0 and at < document.grids[number].end else None

    read = {place(row) for row in grid} - {None}
    again = [row for rows in flat for row in rows if place(row) in read]
    if _figures(again) > _MOST_ASIDE * _figures(grid):
        return flat
    return [[row for row in rows if place(row) not in read] for rows in flat]


def _figures(rows: Sequence[ValueRow]) -> int:
    return sum(1 for row in rows for token in row.tokens if token.kind is TokenKind.NUMBER)


def _thin(rows: Sequence[ValueRow], table: Table) -> bool:
    """Whether the grids hold less than half of the table."""
    if table.layout is Layout.LINE:
        return sum(len(row.tokens) for row in rows) < len(table.columns)
    required = sum(1 for row in table.rows if not row.optional)
    return 2 * sum(1 for row in rows if row.tokens) < required
