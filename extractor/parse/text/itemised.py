"""Tables told in words, each figure behind the head of its column: 一、本年新收……：自然人9，商业企业2，……总计12。

Pages for screen readers and for telephones print tables so. Nothing has to be placed: the row's label stands before the
first figure, and each figure says its column by itself.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from extractor.forms.memo import once_for_each
from extractor.forms.model import Form, Kind, Row, Table
from extractor.parse.fitting.shapes import cell_ids, row_shape
from extractor.parse.readings import Alternative, Choice, Origin, Reading, ReadingKind
from extractor.read.figures import UNIT_PATTERN, parse_number
from extractor.read.fold import fold

__all__ = ["itemised"]

_LEAST_ROWS = 3
_ORDINAL = re.compile(r"^(?:\(?[一二三四五六七八九十]{1,3}\)?[、.,)]|\d{1,2}[、.)]|其中:)\s*")
_LOOK_BACK = 80
_BETWEEN = r"[\s,、;:|()·\"]*"
_ONLY_BETWEEN = re.compile(_BETWEEN)
_ONLY_LINE = re.compile(r"[^\S\n]*[,、:|()·]?[^\S\n]*(?:\(?[一二三四五六七八九十]{1,3}[)、.]|\d{1,2}[、.)])?[^\S\n]*")
_REST = re.compile(rf"{_BETWEEN}(?:其余|其他)(?:各?项|各栏)?(?:均|都|皆)?为(?P<zero>0)(?:{UNIT_PATTERN})?{_BETWEEN}")
_ALL = re.compile(
    rf"{_BETWEEN}(?:各项|各栏)?(?:数字|数据|数量)?(?:均|都|皆|全部)为(?P<zero>0)(?![\d.,]\d)(?:{UNIT_PATTERN})?"
)
_AND = re.compile(
    r"[\s、,和及与]*[、,和及与至][\s、,和及与]*(?:\(?[一二三四五六七八九十]{1,3}[)、.]|\d{1,2}[、.)])?\s*"
)
_BEHIND = re.compile(r"(?:^|[\s,;:。|(\"])$|[一二三四五六七八九十]\)?[、.)]\s*$|\d[、.)]\s*$|其中:?$")


class _Words(NamedTuple):
    """What finds a table's figures with their columns, and its row labels."""

    pair: re.Pattern[str]
    columns: dict[str, str]
    row: re.Pattern[str]
    rows: dict[str, Row]


class _Pair(NamedTuple):
    column: str
    start: int
    end: int
    printed: str
    unit: str | None
    begins: int
    ends: int


@once_for_each
def _words(table: Table) -> _Words:
    columns = {fold(label): column.id for column in table.columns for label in column.labels}
    rows: dict[str, Row | None] = {}
    for row in table.rows:
        for label in row.labels:
            bare = _ORDINAL.sub("", fold(label))
            rows[bare] = row if rows.get(bare, row) is row else None  # a label of two rows names neither
    known = {label: row for label, row in rows.items() if row is not None and label not in columns}
    return _Words(
        re.compile(
            rf"(?P<column>{_any(columns)})(?:数量|数)?[\s:\"]*(?:为|是|有|共)?[\s:\"]*"
            rf"(?P<figure>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![\d%])(?P<unit>{UNIT_PATTERN})?(?![余多年月日])"
        ),
        columns,
        re.compile(_any(known)),
        known,
    )


def _any(labels: dict[str, str] | dict[str, Row]) -> str:
    return "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True)) or r"(?!)"


def itemised(text: str, form: Form, table: Table) -> tuple[Choice, ...]:
    """The rows of `table` that the folded `text` prints so; none where they are too few to be the table."""
    words = _words(table)
    found: list[tuple[Row, list[Reading]]] = []
    end = 0
    for run in _runs(text, words):
        row = _row_before(text, words, end, run[0].begins)
        found += _nil_rows(text, words, table, end, run[0].begins)
        end = run[-1].ends
        columns = () if row is None else table.columns_of(row)
        if row is None or not {pair.column for pair in run} <= set(columns):
            continue
        readings = _readings(text, run, row, table, form)
        if 2 * len(readings) > len(columns):
            found.append((row, readings))
    if not found:
        return ()
    found += _nil_rows(text, words, table, end, len(text))
    if len({row.id for row, _ in found}) < min(_LEAST_ROWS, sum(not row.optional for row in table.rows)):
        return ()
    return tuple(Choice(Origin.TEXT, (Alternative(tuple(readings)),)) for _, readings in found)


def _runs(text: str, words: _Words) -> Iterator[list[_Pair]]:
    """Figures that follow one another, each behind its column; a column named again begins another run."""
    run: list[_Pair] = []
    for match in words.pair.finditer(text):
        if text[match.start() - 1 : match.start()].isalnum():
            continue
        pair = _Pair(
            words.columns[match["column"]], *match.span("figure"), match["figure"], match["unit"], *match.span()
        )
        if run and not (_joined(text, run[-1].ends, pair.begins) and pair.column not in {one.column for one in run}):
            yield run
            run = []
        run.append(pair)
    if run:
        yield run


def _joined(text: str, start: int, end: int) -> bool:
    return _ONLY_BETWEEN.fullmatch(text, start, end) is not None or _REST.fullmatch(text, start, end) is not None


def _row_before(text: str, words: _Words, start: int, end: int) -> Row | None:
    """The row whose label ends right before `end`. `start`: where the figures before end.

    None where the label may be that of the figures before it, or where figures of two rows are put together.
    """
    last = before = None
    for match in words.row.finditer(text, max(start, end - _LOOK_BACK), end):
        last, before = match, last
    if last is None or not _ONLY_BETWEEN.fullmatch(text, last.end(), end):
        return None
    if "\n" in text[last.end() : end] and start and _ONLY_LINE.fullmatch(text, start, last.start()):
        return None
    if ")" in text[last.end() : end] and text.rfind("(", start, last.start()) > text.rfind(")", start, last.start()):
        return None
    if before is not None and _AND.fullmatch(text, before.end(), last.start()):
        return None
    return words.rows[last.group()] if _BEHIND.search(text, max(0, last.start() - 6), last.start()) else None


def _readings(text: str, run: list[_Pair], row: Row, table: Table, form: Form) -> list[Reading]:
    """A reading for each figure, and zeros where 其余为0 stands among them; none where a unit is not the column's."""
    cells = dict(zip(table.columns_of(row), cell_ids(table, row), strict=True))
    readings: list[Reading] = []
    for pair in run:
        value, cell = parse_number(pair.printed), cells[pair.column]
        unit = row.unit or table.column_by_id[pair.column].unit
        if value is None or (pair.unit is not None and pair.unit != unit):
            return []
        if form.kinds[cell] is Kind.COUNT and value != int(value):
            return []
        readings.append(Reading(cell, ReadingKind.NUMBER, value, pair.start, pair.end, pair.printed, pair.unit))
    said = {pair.column for pair in run}
    last = run[-1].ends
    for begin, end in [*((one.ends, two.begins) for one, two in pairwise(run)), (last, last + 16)]:
        rest = _REST.match(text, begin, end)
        if rest is not None:
            # Of parts: a total that is not said where a part is not zero is none of those meant.
            shape = row_shape(form, table, row)
            totals = {list(cells)[total] for _, total in shape.sums} if any(one.value for one in readings) else set()
            others = (cells[column] for column in cells if column not in said and column not in totals)
            readings += _zeros(others, *rest.span("zero"))
            break
    return readings


def _zeros(cells: Iterator[str], start: int, end: int) -> list[Reading]:
    return [Reading(cell, ReadingKind.NUMBER, 0, start, end, "0") for cell in cells]


def _nil_rows(text: str, words: _Words, table: Table, start: int, end: int) -> list[tuple[Row, list[Reading]]]:
    """Rows said to be zero throughout: 2.没有现成信息需要另行制作，均为0. Of a group, all its rows are."""
    out = []
    for match in words.row.finditer(text, start, end):
        nil = _ALL.match(text, match.end(), end)
        if nil is None or not _BEHIND.search(text, max(0, match.start() - 6), match.start()):
            continue
        head = words.rows[match.group()]
        group = [row for row in table.rows if head.subtotal_of and row.group == head.subtotal_of]
        out += [(row, _zeros(iter(cell_ids(table, row)), *nil.span("zero"))) for row in (head, *group)]
    return out
