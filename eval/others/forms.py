"""Label matching on a grid of texts, as the other systems share it.

They are given our forms with all label variants: the comparison is of the ways to read, not of who knows more words.
"""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

from extractor.forms.model import Form, Row, Table
from extractor.report import Number

__all__ = ["Cells", "fill", "number"]

Cells = dict[str, Number | None]
Grid = Sequence[Sequence[str]]

_NUMBER = re.compile(r"(-?\d{1,3}(?:,\d{3})+|-?\d+(?:\.\d+)?)(?:件次?|条|次|个|份|项|篇|人次?|元|万元)?")
_ORDINAL = re.compile(r"^(?:其中:?)?(?:\(?[一二三四五六七八九十]+\)?、?|\d+[.、])?")


def tidy(text: object) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", str(text)))


def key(text: object) -> str:
    """A label without its ordinal, brackets and punctuation."""
    return re.sub(r"[\W_]", "", _ORDINAL.sub("", tidy(text)))


def number(text: object) -> Number | None:
    """The figure that is all of a box, with a unit or without."""
    found = _NUMBER.fullmatch(tidy(text))
    if not found:
        return None
    value = Decimal(found[1].replace(",", ""))
    return int(value) if value == value.to_integral_value() else value


def _owners(form: Form) -> dict[str, list[tuple[int, Table, Row]]]:
    out: dict[str, list[tuple[int, Table, Row]]] = {}
    for place, (table, row) in enumerate((part, line) for part in form.tables for line in part.rows):
        for label in {key(label) for label in row.labels}:
            out.setdefault(label, []).append((place, table, row))
    return out


def _heads(form: Form, boxes: Sequence[str]) -> dict[int, dict[str, str]]:
    """Position to the column that its head names, by table."""
    out: dict[int, dict[str, str]] = {}
    for at, box in enumerate(boxes):
        head = re.sub(r"20\d\d", "YYYY", key(box))
        for table in form.tables:
            for column in table.columns:
                if head and any(re.sub(r"[\W_]", "", tidy(label)) == head for label in column.labels):
                    out.setdefault(at, {})[table.id] = column.id
    return out


def fill(form: Form, grid: Grid, cells: Cells) -> None:
    """Rows by their label, columns by the heads above, else counted from the right; into `cells`.

    Labels that several rows have (其他情形数) go to the first one below the row before.
    """
    owners, heads, last = _owners(form), {}, -1
    for boxes in grid:
        figures = [at for at, box in enumerate(boxes) if number(box) is not None]
        if not figures:
            found = _heads(form, boxes)
            heads = {**heads, **found} if found else heads
        labels = [owner for box in boxes[: figures[0] if figures else None] if (owner := owners.get(key(box)))]
        if labels and (figures or not _heads(form, boxes)):
            place, table, row = next((one for one in labels[-1] if one[0] > last), labels[-1][0])
            last = place
            named = {
                columns[table.id]: at for at, columns in sorted(heads.items(), reverse=True) if table.id in columns
            }
            for back, column in enumerate(reversed(table.columns_of(row)), 1):
                at = named.get(column, figures[-back] if back <= len(figures) else len(boxes))
                cells[f"{table.id}.{row.id}.{column}"] = number(boxes[at]) if at < len(boxes) else None
        elif figures and len(boxes) == 15 and "review_litigation" in form.table_by_id:
            table = form.table_by_id["review_litigation"]
            ids = [f"{table.id}.{row.id}.{one}" for row in table.rows if not row.optional for one in table.column_ids]
            cells.update(zip(ids, map(number, boxes), strict=True))
