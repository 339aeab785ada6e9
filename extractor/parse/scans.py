"""Readings of figures that were recognised from a picture: each was recognised twice, and the two may differ.

Where they agree, the reading is as good as print. Where they differ, both are kept, as alternatives; the sums of the
row rule out those under which it does not add up, if there are others.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from math import prod

from extractor.forms.model import Form, Kind, Table
from extractor.parse.fitting.shapes import cell_ids, row_shape
from extractor.parse.readings import Alternative, Choice, Origin, Reading, ReadingKind
from extractor.read.document import Document
from extractor.read.figures import FigureKind, read_figure
from extractor.read.pages import Pages
from extractor.report import Number, Reason

__all__ = ["as_recognised"]

_MOST_DIFFERING = 8
# The first recognition sees more of the page, and is right more often where they differ.
_FIRST, _OTHER = 3.0, 1.0
_DIFFER = Reason("two recognitions of the picture differ", "对图像的两次识别结果不同")


def as_recognised(choices: Sequence[Choice], form: Form, table: Table, document: Document) -> list[Choice]:
    """The choices of one table; those that stand on a scanned page with what both recognitions say."""
    pages = document.pages
    if pages is None:
        return list(choices)
    return [_recognised(choice, form, table, pages) for choice in choices]


_SIGN = Reason("a minus before it may have been lost in the picture", "图像中数字前的负号可能丢失")


def _recognised(choice: Choice, form: Form, table: Table, pages: Pages) -> Choice:
    readings = [reading for way in choice.alternatives for reading in way.readings]
    if not pages.scanned(min((reading.start for reading in readings), default=0)):
        return choice
    choice = replace(choice, origin=Origin.SCAN, faint=any(pages.faint(reading.start) for reading in readings))
    options = [_options(reading, pages, form) for reading in readings]
    if any(len(ways) == 2 and _lost_sign(ways[0][0], ways[1][0]) for ways in options):
        choice = replace(choice, because=choice.because or _SIGN)
    once = {reading.cell for reading, ways in zip(readings, options, strict=True) if ways}
    choice = replace(choice, twice=frozenset(reading.cell for reading in readings) - once)
    if len(choice.alternatives) > 1:
        return choice if not once else replace(choice, doubted=True)
    differing = sum(1 for ways in options if ways and len(ways) > 1)
    if not differing:
        return choice
    because = choice.because or _DIFFER
    if differing > _MOST_DIFFERING:
        return replace(choice, doubted=True, because=because)
    each = [ways or ((reading, 1.0),) for reading, ways in zip(readings, options, strict=True)]
    sums = _sums(readings, form, table)
    ways = [_alternative(one) for one in product(*each)]
    adding = [way for way in ways if _adds_up(way, sums)] if sums else []
    return replace(choice, alternatives=tuple(adding or ways), because=because)


def _lost_sign(first: Reading | None, second: Reading | None) -> bool:
    return (
        first is not None
        and second is not None
        and first.value is not None
        and second.value == -first.value
        and bool(first.value)
    )


_Way = tuple[Reading | None, float]


def _options(reading: Reading, pages: Pages, form: Form) -> tuple[_Way, ...]:
    """The ways to read one cell; none where two recognitions agree on one."""
    if reading.start == reading.end:
        return () if reading.kind is ReadingKind.BLANK else ((reading, 1.0),)
    second = pages.second(reading.start, reading.end)
    if second is None:
        return ((reading, 1.0),)
    figure = read_figure(second)
    if reading.kind is ReadingKind.NUMBER and figure.kind is FigureKind.NUMBER:
        if second == reading.printed or figure.value == reading.value:
            return ()
        # Only changes of prices can be negative: elsewhere a stroke before a figure is dirt.
        if form.kinds[reading.cell] is not Kind.CHANGE and figure.value == -(reading.value or 0):
            return ()
        return (reading, _FIRST), (reading._replace(value=figure.value, printed=second), _OTHER)
    if reading.kind is ReadingKind.NOT_APPLICABLE and figure.kind is FigureKind.NOT_APPLICABLE:
        return ()
    if figure.kind is FigureKind.NUMBER:
        return (reading, _FIRST), (
            reading._replace(kind=ReadingKind.NUMBER, value=figure.value, printed=second),
            _OTHER,
        )
    return (reading, _FIRST), (None, _OTHER)


def _alternative(way: Sequence[_Way]) -> Alternative:
    return Alternative(tuple(reading for reading, _ in way if reading is not None), prod(weight for _, weight in way))


def _sums(readings: Sequence[Reading], form: Form, table: Table) -> list[tuple[list[str], str]]:
    """The cells of each sum within the rows at hand: its parts, and their total."""
    here = {reading.cell for reading in readings}
    out: list[tuple[list[str], str]] = []
    for row in table.rows:
        cells = cell_ids(table, row)
        if here.isdisjoint(cells):
            continue
        for parts, total in row_shape(form, table, row).sums:
            out.append(([cells[part] for part in parts], cells[total]))
    return out


def _adds_up(way: Alternative, sums: Sequence[tuple[list[str], str]]) -> bool:
    values: dict[str, Number] = {}
    for reading in way.readings:
        if reading.kind is ReadingKind.NUMBER and reading.value is not None:
            values[reading.cell] = reading.value
        elif reading.kind in (ReadingKind.BLANK, ReadingKind.NOT_APPLICABLE):
            values[reading.cell] = 0
    return all(
        total in values
        and all(part in values for part in parts)
        and sum(values[part] for part in parts) == values[total]
        for parts, total in sums
    )
