"""Regions: stretches of a flattened text where the labels of one table lie close together, with little else between."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractor.forms.model import Form, Layout, Table
from extractor.parse.labels import Hit, Role
from extractor.parse.text.spot import Spotted

__all__ = ["Region", "regions"]

_FOREIGN_LIMIT = 32
_TAIL = 600
_CJK = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of text that holds one table: its hits and the offset where its last figures must end."""

    table: Table
    hits: tuple[Hit, ...]
    end: int


def regions(spotted: Spotted, form: Form) -> Iterator[Region]:
    """Every stretch that holds a table of `form`, in text order for each table."""
    starts = [hit.start for hit in spotted.hits]
    for table in form.tables:
        for cluster in _clusters(spotted, table, starts):
            if _is_table(cluster, table):
                yield Region(table, tuple(cluster), _end(spotted, cluster, starts, table))


def _clusters(spotted: Spotted, table: Table, starts: Sequence[int]) -> Iterator[list[Hit]]:
    """Runs of hits of one table with little between them. A bare 总计 or 其他 joins a run but begins none."""
    cluster: list[Hit] = []
    for hit in spotted.hits:
        mine = [item for item in hit.items if item.table == table.id]
        if not mine:
            if cluster and any(item.role in (Role.ROW, Role.TITLE) and not item.bare for item in hit.items):
                yield cluster
                cluster = []
            continue
        if cluster and _foreign(spotted, table, cluster[-1].end, hit.start, starts) > _FOREIGN_LIMIT:
            yield cluster
            cluster = []
        if cluster or not all(item.bare for item in mine):
            cluster.append(hit)
    if cluster:
        yield cluster


def _foreign(spotted: Spotted, table: Table, start: int, end: int, starts: Sequence[int]) -> int:
    """Chinese characters in text[start:end) that belong to no label of the table."""
    count = len(_CJK.findall(spotted.text, start, end))
    if count <= _FOREIGN_LIMIT:
        return count
    for hit in spotted.hits[bisect_left(starts, start) : bisect_left(starts, end)]:
        if any(item.table == table.id for item in hit.items):
            count -= len(_CJK.findall(spotted.text, hit.start, hit.end))
    return count


def _is_table(cluster: Sequence[Hit], table: Table) -> bool:
    rows: set[str] = set()
    others: set[str] = set()
    for hit in cluster:
        for item in hit.items:
            if item.table == table.id:
                (rows if item.role is Role.ROW else others).add(item.id)
    if table.layout is Layout.LINE:
        return len(rows) + len(others) >= 4
    return len(rows) >= 3 or (len(rows) >= 2 and len(others) >= 2) or (bool(rows) and len(others) >= 3)


def _end(spotted: Spotted, cluster: Sequence[Hit], starts: Sequence[int], table: Table) -> int:
    """The offset up to which the figures behind the last label may reach: no further than another table's label."""
    last = cluster[-1].end
    limit = min(len(spotted.text), last + _TAIL)
    after = bisect_right(starts, last - 1)
    for hit in spotted.hits[after:]:
        if not any(item.table == table.id or item.bare for item in hit.items):
            return min(limit, hit.start)
    return limit
