"""From a document to Choices: every table of the form, by grids where there are any, else by its flattened text."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from extractor.forms.model import EditKind, ForEach, Form, Kind, Layout, Plausible, PlausibleKind, Row, Table
from extractor.parse.align import Placement, align
from extractor.parse.fit import Fit, Fitted, fit, glues
from extractor.parse.flat import regions, spot, value_rows
from extractor.parse.grids import grid_rows
from extractor.parse.labels import Role
from extractor.parse.readings import Alternative, Choice, Reading, ReadingKind
from extractor.parse.rows import Near, Token, TokenKind, ValueRow
from extractor.parse.split import Shape
from extractor.parse.subtotals import place_subtotals
from extractor.read.document import Document
from extractor.report import Number

__all__ = ["read_tables"]

_YEAR = re.compile(r"((?:19|20)\d\d)\s*年?")
_LAST_YEAR = re.compile(r"上年|去年|上一年")
_BEFORE = 60
_TWICE = "the table is printed more than once, with different figures"


def read_tables(document: Document, form: Form, year: int | None) -> list[Choice]:
    """Everything that the tables of `document` say about the cells of `form`."""
    by_grid = grid_rows(document, form) if document.grids else {}
    by_text: dict[str, list[list[ValueRow]]] = {}
    if any(_thin(by_grid.get(table.id, []), table) for table in form.tables):
        spotted = spot(document.folded, form)
        for region in regions(spotted, form):
            by_text.setdefault(region.table.id, []).append(value_rows(spotted, region))
    choices: list[Choice] = []
    for table in form.tables:
        instances = _instances(by_grid.get(table.id, []), table)
        flat = [part for rows in by_text.get(table.id, []) for part in _instances(rows, table)]
        if _weight(flat) > _weight(instances):
            instances = flat
        copies = [list(_table_choices(rows, table, form)) for rows in _of_this_year(document, instances, year)]
        choices.extend(_copies(copies))
    return choices


def _copies(copies: Sequence[list[Choice]]) -> Iterator[Choice]:
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


def _thin(rows: Sequence[ValueRow], table: Table) -> bool:
    """Whether the grids hold less than half of the table."""
    if table.layout is Layout.LINE:
        return sum(len(row.tokens) for row in rows) < len(table.columns)
    required = sum(1 for row in table.rows if not row.optional)
    return 2 * sum(1 for row in rows if row.tokens) < required


def _weight(instances: Sequence[Sequence[ValueRow]]) -> int:
    return max((sum(len(row.tokens) + len(row.labels) for row in rows) for rows in instances), default=0)


def _instances(rows: Sequence[ValueRow], table: Table) -> list[list[ValueRow]]:
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


def _of_this_year(
    document: Document, instances: Sequence[list[ValueRow]], year: int | None
) -> Sequence[list[ValueRow]]:
    """Leave out tables whose heading names another year, as long as one remains."""
    if len(instances) < 2:
        return instances
    kept: list[list[ValueRow]] = []
    before = 0
    for rows in instances:
        start = min((row.start or (row.tokens[0].start if row.tokens else 0)) for row in rows)
        heading = document.folded[max(before, start - _BEFORE) : start]
        years = [int(match) for match in _YEAR.findall(heading)]
        other = bool(years) and year is not None and year not in years
        if not other and not (_LAST_YEAR.search(heading) and (year is None or year not in years)):
            kept.append(rows)
        before = max(row.end for row in rows)
    return kept or instances


def _table_choices(rows: Sequence[ValueRow], table: Table, form: Form) -> Iterator[Choice]:
    if table.layout is Layout.LINE:
        rows = [row for row in rows if any(token.kind is not TokenKind.BLANK for token in row.tokens)]
        if not _stacked(rows, table):
            yield from _line_choices(rows, table, form)
            return
    placements = place_subtotals(rows, align(rows, table), table)
    sizes = [(rows[one.row], len(table.columns_of(table.rows[one.places[0]]))) for one in placements]
    glued = glues(sizes)
    fitted: list[tuple[ValueRow, Placement, list[tuple[Row, Fit]]]] = []
    for placement in placements:
        row = rows[placement.row]
        fits: list[tuple[Row, Fit]] = []
        for place in placement.places:
            template = table.rows[place]
            found = fit(row, _shape(form, table, template), _ranker(form, table, template), glues=glued)
            if found is not None:
                fits.append((template, found))
        if fits:
            fitted.append((row, placement, fits))
    distrust = any(found.doubted and found.because and "dropped" in found.because for _, _, fits in fitted for _, found in fits)
    for row, _, fits in fitted:
        yield _choice(row, fits, table, distrust)


def _choice(row: ValueRow, fits: Sequence[tuple[Row, Fit]], table: Table, distrust: bool) -> Choice:
    alternatives: list[Alternative] = []
    for template, found in fits:
        cells = [f"{table.id}.{template.id}.{column}" for column in table.columns_of(template)]
        alternatives.extend(_alternative(way, cells, row) for way in found.ways)
    first = fits[0][1]
    because = first.because
    doubted = first.doubted or (distrust and because is not None and "dropped" in because)
    if len(fits) > 1:
        names = " or ".join(template.labels[0] for template, _ in fits)
        because = f"the row has no label of its own and may be {names}"
        doubted = True
    return Choice(first.origin, tuple(alternatives), because, doubted)


def _alternative(way: Fitted, cells: Sequence[str], row: ValueRow) -> Alternative:
    readings: list[Reading] = []
    for cell, token in zip(cells, way.tokens, strict=True):
        reading = _reading(cell, token, row)
        if reading is not None:
            readings.append(reading)
    return Alternative(tuple(readings), way.weight)


def _reading(cell: str, token: Token | None, row: ValueRow) -> Reading | None:
    if token is None:
        return Reading(cell, ReadingKind.BLANK, None, row.end, row.end, "")
    if token.kind is TokenKind.NUMBER:
        if token.value is None:
            return None
        printed = token.printed if token.printed is not None else token.figures
        return Reading(cell, ReadingKind.NUMBER, token.value, token.start, token.end, printed, token.unit)
    if token.kind is TokenKind.BLANK:
        return Reading(cell, ReadingKind.BLANK, None, token.start, token.end, "")
    if token.kind is TokenKind.NOT_APPLICABLE:
        return Reading(cell, ReadingKind.NOT_APPLICABLE, None, token.start, token.end, token.printed or "")
    return None


def _stacked(rows: Sequence[ValueRow], table: Table) -> bool:
    """Whether a table meant to be one line is printed as rows of its own."""
    size = len(table.columns)
    firm = sum(1 for row in rows if any(label.near is Near.FIRM for label in row.labels) and row.tokens)
    exact = sum(1 for row in rows if len(row.tokens) == size)
    return firm >= 2 or exact >= 2


def _line_choices(rows: Sequence[ValueRow], table: Table, form: Form) -> Iterator[Choice]:
    tokens = [token for row in rows for token in row.tokens]
    if not tokens:
        return
    longest = max(rows, key=lambda row: (sum(max(1, len(token.figures)) for token in row.tokens)))
    required = [row for row in table.rows if not row.optional]
    shapes = [_shape(form, table, row) for row in required]
    size = sum(shape.size for shape in shapes)
    whole = longest if len(longest.tokens) >= size else ValueRow(tokens=tokens, origin=longest.origin)
    if len(longest.tokens) == 1 and len(longest.tokens[0].figures) >= size:
        whole = longest
    kinds: list[Kind] = []
    sums: list[tuple[tuple[int, ...], int]] = []
    for shape in shapes:
        offset = len(kinds)
        sums.extend((tuple(part + offset for part in parts), total + offset) for parts, total in shape.sums)
        kinds.extend(shape.kinds)
    whole.end = tokens[-1].end
    found = fit(whole, Shape(tuple(kinds), tuple(sums)))
    if found is None:
        return
    cells = [f"{table.id}.{row.id}.{column}" for row in required for column in table.columns_of(row)]
    alternatives = tuple(_alternative(way, cells, whole) for way in found.ways)
    yield Choice(found.origin, alternatives, found.because, found.doubted)


def _shape(form: Form, table: Table, row: Row) -> Shape:
    columns = table.columns_of(row)
    kinds = tuple(row.kind or table.column_by_id[column].kind for column in columns)
    sums = tuple(
        (tuple(columns.index(part) for part in rule.left), columns.index(rule.right[0]))
        for rule in form.identities
        if rule.table == table.id
        and rule.for_each is ForEach.ROW
        and rule.kind is EditKind.EQUAL
        and not rule.minus
        and not rule.last_year
        and len(rule.right) == 1
        and (not rule.only or row.id in rule.only)
        and {*rule.left, *rule.right} <= set(columns)
    )
    return Shape(kinds, sums)


def _ranker(form: Form, table: Table, row: Row):  # type: ignore[no-untyped-def]
    soft = [edit for edit in form.plausible if edit.table == table.id and edit.row == row.id]
    columns = table.columns_of(row)
    if any({"total"} & set(columns)) or len(columns) < 2:
        return None
    return lambda values: 2.0 ** -_implausibility(values, soft, columns)


def _implausibility(values: Sequence[int], soft: Iterable[Plausible], columns: Sequence[str]) -> float:
    """Bits against a split: soft edits that fail, and figures of very unequal length."""
    lengths = [len(str(abs(value))) for value in values]
    mean = sum(lengths) / len(lengths)
    bits = sum((length - mean) ** 2 for length in lengths) / len(lengths)
    for edit in soft:
        left, right = abs(values[columns.index(edit.left)]), abs(values[columns.index(edit.right)])
        if edit.kind is PlausibleKind.AT_MOST:
            bits += edit.weight * (left > right)
        elif edit.kind is PlausibleKind.SAME:
            bits += edit.weight * (left != right)
        elif edit.typical:
            bits = edit.weight * abs(len(str(int(left / max(right, 1)))) - len(str(int(edit.typical))))
    return bits
