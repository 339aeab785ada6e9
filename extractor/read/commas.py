"""Comma-separated values: a sheet of a report, exported and published as it came."""

import csv
from collections import Counter
from io import StringIO
from itertools import islice

from extractor.errors import UnreadableError
from extractor.read.document import Parts
from extractor.read.flow import Flow
from extractor.read.limits import Limits
from extractor.read.sheet import Sheet, put_sheet

__all__ = ["is_csv", "read_csv"]

_LOOKED_AT = 200
_LONGEST_FIELD = 131_072
_FEWEST_ROWS, _FEWEST_FIELDS, _ALIKE = 8, 4, 0.8


def is_csv(text: str) -> bool:
    """Whether most lines have the same number of fields, and several: commas of sentences are full-width."""
    try:
        lengths = Counter(len(row) for row in islice(csv.reader(StringIO(text)), _LOOKED_AT) if row)
    except csv.Error:
        return False
    rows = lengths.total()
    if rows < _FEWEST_ROWS:
        return False
    fields, times = lengths.most_common(1)[0]
    return fields >= _FEWEST_FIELDS and times >= _ALIKE * rows


def read_csv(text: str, limits: Limits) -> Parts:
    """The tables and paragraphs of a sheet. Raises UnreadableError, LimitError."""
    try:
        rows = [[" ".join(field.split()) for field in row] for row in csv.reader(StringIO(text))]
    except csv.Error as error:
        raise UnreadableError(f"damaged comma-separated values: {error}") from None
    longest = max((len(field) for row in rows for field in row), default=0)
    if longest > _LONGEST_FIELD:  # csv has a limit of its own, which any library may change for all
        raise UnreadableError(f"damaged comma-separated values: a field of {longest:,} characters")
    limits.check("max_slots", sum(map(len, rows)), "fields")
    flow = Flow(limits)
    put_sheet(Sheet(rows), flow, limits)
    return flow.finish()
