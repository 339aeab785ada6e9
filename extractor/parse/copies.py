"""A table that stands in a document more than once: last year's beside this year's, an annex, a draft left in."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from extractor.forms.model import Layout, Table
from extractor.parse.labels import Role
from extractor.parse.readings import Choice
from extractor.parse.rows import Near, ValueRow
from extractor.read.fold import fold
from extractor.report import Number, Reason

__all__ = ["headings_of", "instances", "of_another_year", "of_this_year", "weigh_copies", "weight"]

_YEAR = re.compile(r"((?:19|20)\d\d)\s*年")
_LAST_YEAR = re.compile(r"上年(?!度?结转)|去年|上一年(?!度?项目)")
_YEAR_BEFORE = re.compile(r"((?:19|20)\d\d)\s*年度?\s*$")
_LAST_YEAR_AFTER = re.compile(r"\s*\(?(?:上年|去年|上一年)(?:度|数据|同期|\))")
_ORDINAL = re.compile(r"^[一二三四五六七八九十]+、")
_LINE = 40
_MOST_COPIES = 6
_SHARE = 0.4
_AFTER = 12
_ANOTHER_YEAR = Reason("the heading of the table names another year", "表格标题写明的是其他年度")
_TWICE = Reason("the table is printed more than once, with different figures", "表格在文中不止一份，数字不同")


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
            if label.near is Near.FIRM
            and label.item.role is Role.ROW
            and not (label.item.bare or label.item.core or table.rows[label.item.index].subtotal_of)
        }
        if len(firm) == 1 and firm & seen and row.tokens:
            out.append(current)
            current, seen = [], set()
        if row.tokens:
            seen |= firm
        current.append(row)
    if current:
        out.append(current)
    return out if len(out) <= _MOST_COPIES else sorted(out, key=lambda rows: -len(rows))[:_MOST_COPIES]


def of_this_year(stretches: Sequence[Sequence[ValueRow]], headings: Sequence[tuple[int, bool]]) -> list[list[ValueRow]]:
    """The rows of every stretch without those whose table's heading names another year, as long as any remain.
    `headings`: see `headings_of`.

    Where none does, all are kept: a heading may be left from last year. They are to be doubted (`of_another_year`).
    """
    offsets = [offset for offset, _ in headings]
    kept: list[list[ValueRow]] = []
    for rows in stretches:
        own: list[ValueRow] = []
        for row in rows:
            start = row.tokens[0].start if row.tokens else row.start
            governing = bisect_right(offsets, start) - 1
            if governing < 0 or not headings[governing][1]:
                own.append(row)
        kept.append(own)
    return kept if any(kept) else [list(rows) for rows in stretches]


def of_another_year(
    folded: str, choices: Sequence[Choice], headings: Sequence[tuple[int, bool]], table: Table, year: int | None
) -> list[Choice]:
    """The choices, those below a heading of the table that itself names another year doubted: not those where one is
    named elsewhere in its line, as in the head of a page."""
    headings = [(at, other and _itself(folded, at, table, year)) for at, other in headings]
    if not any(other for _, other in headings):
        return list(choices)
    offsets = [offset for offset, _ in headings]
    out = []
    for choice in choices:
        start = min((one.start for way in choice.alternatives for one in way.readings), default=0)
        governing = bisect_right(offsets, start) - 1
        other = governing >= 0 and headings[governing][1]
        out.append(replace(choice, doubted=True, because=_ANOTHER_YEAR) if other else choice)
    return out


def _itself(folded: str, at: int, table: Table, year: int | None) -> bool:
    """Whether the title at `at` has another year right before it, or is said right behind it to be last year's."""
    before = _YEAR_BEFORE.search(folded[max(0, at - _LINE) : at])
    if before is not None:
        return int(before[1]) != year
    words = next(words for words in _titles(table.titles) if folded.startswith(words, at))
    return _LAST_YEAR_AFTER.match(folded, at + len(words)) is not None


@lru_cache(maxsize=64)
def _titles(titles: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_ORDINAL.sub("", fold(title)) for title in titles))


def headings_of(folded: str, table: Table, year: int | None) -> list[tuple[int, bool]]:
    """Where a title of the table stands, and whether the line it stands in is about another year."""
    found: dict[int, bool] = {}
    for words in _titles(table.titles):
        at = folded.find(words)
        while at >= 0:
            begin = max(folded.rfind("\n", max(0, at - _LINE), at) + 1, at - _LINE)
            end = folded.find("\n", at, at + len(words) + _LINE)
            line = folded[begin : end if end >= 0 else at + len(words) + _AFTER]
            years = [int(one) for one in _YEAR.findall(line)]
            about_other = year is not None and bool(years) and year not in years
            found[at] = about_other or (year not in years and _LAST_YEAR.search(line) is not None)
            at = folded.find(words, at + 1)
    return sorted(found.items())


def weigh_copies(copies: Sequence[Sequence[Choice]]) -> Iterator[Choice]:
    """A table printed more than once: where the copies contradict each other, none of them is trusted alone.

    A few lines that look like rows (an example, a table of contents, an annex) are no copy of the table: they cast
    doubt on themselves and on the rows they contradict, not on all the others.
    """
    if len(copies) < 2:
        yield from (choice for choices in copies for choice in choices)
        return
    values: list[dict[str, Number | None]] = [
        {reading.cell: reading.value for choice in choices for reading in choice.alternatives[0].readings}
        for choices in copies
    ]
    largest = max(map(len, copies), default=0)
    doubted = [False] * len(copies)
    contradicted: set[str] = set()
    for i in range(len(values)):
        for j in range(i):
            differ = {cell for cell in values[i].keys() & values[j].keys() if values[i][cell] != values[j][cell]}
            if differ:
                contradicted |= differ
                small = min(len(copies[i]), len(copies[j])) < _SHARE * largest
                doubted[i] = doubted[i] or not small or len(copies[i]) <= len(copies[j])
                doubted[j] = doubted[j] or not small or len(copies[j]) <= len(copies[i])
    for choices, all_doubted in zip(copies, doubted, strict=True):
        for choice in choices:
            touched = all_doubted or any(reading.cell in contradicted for reading in choice.alternatives[0].readings)
            yield replace(choice, doubted=True, because=choice.because or _TWICE) if touched else choice
