"""A table that stands in a document more than once: last year's beside this year's, an annex, a draft left in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from extractor.forms.model import Layout, Table
from extractor.parse.labels import Role
from extractor.parse.readings import Choice
from extractor.parse.rows import Near, ValueRow
from extractor.read.document import Document
from extractor.report import Number

__all__ = ["instances", "of_this_year", "weigh_copies", "weight"]

_YEAR = re.compile(r"((?:19|20)\d\d)\s*年")
_LAST_YEAR = re.compile(r"上年(?!度?结转)|去年|上一年(?!度?项目)")
_HEADING = 400
_TWICE = "the table is printed more than once, with different figures"


def weight(found: Sequence[Sequence[ValueRow]]) -> int:
    """How much of a table the fullest of its instances holds."""
    return max((sum(len(row.tokens) + len(row.labels) for row in rows) for rows in found), default=0)


def instances(rows: Sequence[ValueRow], table: Table) -> list[list[ValueRow]]:
    """Cut where the table begins anew: a row firmly labelled a second time, or a second whole line."""
    out: list[list[ValueRow]] = []
    current: list[ValueRow] = []
    seen: set[int] = set()
    line = sum(len(table.columns_of(row)) for row in table.rows if not row.optional)
    whole = False
    for row in rows:
        if table.layout is Layout.LINE and len(row.tokens) >= line:
            if whole:
                out.append(current)
                current, seen = [], set()
            whole = True
        firm = {
            label.item.index
            for label in row.labels
            if label.near is Near.FIRM and label.item.role is Role.ROW and not label.item.bare and not label.item.core
        }
        if len(firm) == 1 and firm & seen and row.tokens:
            out.append(current)
            current, seen = [], set()
        if row.tokens:
            seen |= firm
        current.append(row)
    if current:
        out.append(current)
    return out


def of_this_year(
    document: Document, found: Sequence[list[ValueRow]], year: int | None
) -> Sequence[list[ValueRow]]:
    """Leave out tables whose heading names another year, as long as one remains."""
    if len(found) < 2:
        return found
    kept: list[list[ValueRow]] = []
    before = 0
    for rows in found:
        start = min((row.start or (row.tokens[0].start if row.tokens else 0)) for row in rows)
        heading = document.folded[max(before, start - _HEADING) : start]
        years = [int(match) for match in _YEAR.findall(heading)]
        other = bool(years) and year is not None and year not in years
        if not other and not (_LAST_YEAR.search(heading) and (year is None or year not in years)):
            kept.append(rows)
        before = max(row.end for row in rows)
    return kept or found


def weigh_copies(copies: Sequence[list[Choice]]) -> Iterator[Choice]:
    """A table printed more than once: where the copies contradict each other, none of them is trusted alone."""
    values: list[dict[str, Number | None]] = [
        {reading.cell: reading.value for choice in choices for reading in choice.alternatives[0].readings}
        for choices in copies
    ]
    contradict = any(
        values[i][cell] != values[j][cell]
        for i in range(len(values))
        for j in range(i)
        for cell in values[i].keys() & values[j].keys()
    )
    for choices in copies:
        for choice in choices:
            yield replace(choice, doubted=True, because=choice.because or _TWICE) if contradict else choice
