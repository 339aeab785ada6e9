"""Tables meant to be printed as one line of figures: all rows of the form side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from extractor.forms.model import Form, Row, Table
from extractor.parse.alternatives import alternative
from extractor.parse.fitting.fit import fit
from extractor.parse.fitting.fitted import Fit, holds, totals_printed, value_of
from extractor.parse.fitting.shapes import cell_ids, line_shape
from extractor.parse.fitting.split import Shape
from extractor.parse.readings import Choice
from extractor.parse.rows import LINE_ORDER, OTHER_ORDER, Joint, Label, Near, TokenKind, ValueRow
from extractor.report import Reason

__all__ = ["line_choices", "stacked", "with_figures"]

_MOST_RUNS = 5
_ON_SEVERAL_LINES = Reason("it stands on several lines, and does not add up", "该行数字分列数行，且各项之和不等于合计")


def with_figures(rows: Sequence[ValueRow]) -> Iterator[ValueRow]:
    """The rows that print something; a label alone on its line belongs to the figures under it."""
    waiting: list[Label] = []
    for row in rows:
        if all(token.kind is TokenKind.BLANK for token in row.tokens):
            waiting = [Label(label.item, min(label.near, Near.CLOSE), label.score) for label in row.labels]
            continue
        yield replace(row, labels=waiting) if waiting and not row.labels else row
        waiting = []


def stacked(rows: Sequence[ValueRow], table: Table) -> bool:
    """Whether a table meant to be one line is printed as rows of its own."""
    size = len(table.columns)
    firm = sum(1 for row in rows if any(label.near is Near.FIRM for label in row.labels) and row.tokens)
    exact = [row for row in rows if len(row.tokens) == size]
    return firm >= 2 or len(exact) >= 2 or any(map(_one_row, exact))


def _one_row(row: ValueRow) -> bool:
    """Whether as many figures as one row has stand behind the label of that row, and of no other."""
    near = {label.near for label in row.labels}
    return near == {Near.FIRM} and len({label.item.index for label in row.labels}) == 1


def line_choices(rows: Sequence[ValueRow], table: Table, form: Form) -> Iterator[Choice]:
    """One Choice for all figures of the line; none where they cannot be its."""
    tokens = [token for row in rows for token in row.tokens]
    if not tokens:
        return
    longest = max(rows, key=lambda row: sum(max(1, len(token.figures)) for token in row.tokens))
    required = [row for row in table.rows if not row.optional]
    shape = line_shape(form, table, required)
    size = shape.size
    whole = longest if len(longest.tokens) >= size else ValueRow(tokens=tokens, origin=longest.origin)
    if len(longest.tokens) == 1 and len(longest.tokens[0].figures) >= size:
        whole = longest
    whole.end = tokens[-1].end
    astray = _line_order(longest, table, required)
    found = fit(whole, shape, glues=len(whole.tokens) <= _MOST_RUNS)
    if found is None:
        return
    if not _vouched(found, shape):
        of = [longest] if whole is longest else rows
        astray = astray or next((row.astray for row in of if row.astray is not None), None)
    cells = [cell for row in required for cell in cell_ids(table, row)]
    alternatives = tuple(alternative(way, cells, whole) for way in found.ways)
    totals = len(whole.tokens) == len(required)  # each row prints one figure, which is its total
    lines = {token.joint is Joint.LINE for token in whole.tokens[1:]}  # some on lines of their own, some not
    torn = found.off and len(lines) > 1
    because = astray or found.because or (_ON_SEVERAL_LINES if torn else None)
    doubted = found.doubted or found.unchecked or (found.zeros and not totals) or astray is not None or torn
    yield Choice(found.origin, alternatives, because, doubted, dropped=found.dropped)


def _vouched(found: Fit, shape: Shape) -> bool:
    """Whether all sums of the one way to read the line hold: one place over they would not."""
    way = found.ways[0].tokens
    sound = len(found.ways) == 1 and not found.doubted and totals_printed(way, shape) and holds(way, shape)
    return sound and any(map(value_of, way))


def _line_order(row: ValueRow, table: Table, required: Sequence[Row]) -> Reason | None:
    """Why the figures of a line may not stand in the form's order, if the heads say so."""
    places = [label.item.index for label in row.labels if not table.rows[label.item.index].optional]
    if places != sorted(places):
        return LINE_ORDER
    columns = table.columns_of(required[0])
    heads = [column for column in row.heads if column in columns]
    for start in range(0, len(heads) - len(columns) + 1, len(columns)):
        run = heads[start : start + len(columns)]
        if len(set(run)) == len(columns) and run != list(columns):
            return OTHER_ORDER
    return None
