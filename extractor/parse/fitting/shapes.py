"""What the form says a row's figures must look like: kinds, sums, and how plausible a split is that no sum decides."""

from collections.abc import Callable, Iterable, Sequence

from extractor.forms.memo import once_for_each
from extractor.forms.model import EditKind, ForEach, Form, Kind, Plausible, PlausibleKind, Row, Table
from extractor.parse.fitting.split import Shape

__all__ = ["cell_ids", "line_shape", "ranker", "row_shape"]


def row_shape(form: Form, table: Table, row: Row) -> Shape:
    """Kinds and sums of one row; worked out once for each form."""
    return _shapes(form)[table.id, row.id]


@once_for_each
def _shapes(form: Form) -> dict[tuple[str, str], Shape]:
    return {(table.id, row.id): _row_shape(form, table, row) for table in form.tables for row in table.rows}


def cell_ids(table: Table, row: Row) -> tuple[str, ...]:
    """The ids of a row's cells in printed order; put together once."""
    return _cells(table)[row.id]


@once_for_each
def _cells(table: Table) -> dict[str, tuple[str, ...]]:
    return {row.id: tuple(f"{table.id}.{row.id}.{column}" for column in table.columns_of(row)) for row in table.rows}


def _row_shape(form: Form, table: Table, row: Row) -> Shape:
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
    return Shape(kinds, sums, len(columns) < len(table.columns))


def line_shape(form: Form, table: Table, rows: Sequence[Row]) -> Shape:
    """The shape of several rows side by side on one printed line."""
    kinds: list[Kind] = []
    sums: list[tuple[tuple[int, ...], int]] = []
    for row in rows:
        shape = row_shape(form, table, row)
        offset = len(kinds)
        sums.extend((tuple(part + offset for part in parts), total + offset) for parts, total in shape.sums)
        kinds.extend(shape.kinds)
    return Shape(tuple(kinds), tuple(sums))


def ranker(form: Form, table: Table, row: Row) -> Callable[[Sequence[int]], float] | None:
    """The odds of a split by the soft edits of the row; None where its sums do that work."""
    soft = [edit for edit in form.plausible if edit.table == table.id and edit.row == row.id]
    columns = table.columns_of(row)
    if len(columns) < 2 or row_shape(form, table, row).sums:
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
