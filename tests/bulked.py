"""What the tests of bulk runs share: an engine in this process, documents that are no good, tables read back."""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow.parquet as pq

from eval.render import Case, make_case
from extractor.bulk.run import Bulk, Going, Outcome, Watcher, run
from extractor.bulk.work import close_hands, do

__all__ = ["Here", "bulked", "names_of", "reports", "rows_of", "whole"]


class Here:
    """An Engine that does the tasks one after the other, here. `after`: called with each shard's number when done."""

    def __init__(self, after: Callable[[int], None] = lambda _: None) -> None:
        self._after = after
        self.orders: list[str] = []

    def run(self, order: str, shards: Sequence[str]) -> Iterator[str]:
        self.orders.append(order)
        try:
            for number, shard in enumerate(shards):
                yield do(order, shard)
                self._after(number)
        finally:
            gc.unfreeze()
            gc.set_threshold(700, 10, 10)
            close_hands()  # a process forked from this one would hold the lock of the run


def bulked(
    source: Path | str,
    out: Path,
    *,
    llm: Mapping[str, object] | None = None,
    then: Callable[[Going], None] = lambda _: None,
    **options: object,
) -> Outcome:
    """A run in this process, with shards of four."""
    options = {"engine": Here(), "shard_size": 4} | options
    return run(Bulk(str(source), out, **options), Watcher(), llm=llm, then=then)  # type: ignore[arg-type]


def reports(folder: Path, count: int, seed: int = 0) -> list[Path]:
    """So many reports below `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(count):
        form, layout = (("ogi-2021", "html"), ("ogi-2019", "markdown"))[number % 2]
        made = make_case(Case(form, layout, seed + number))
        paths.append(folder / f"{number:04d}{Path(made.name).suffix}")
        paths[-1].write_bytes(made.data)
    return paths


def rows_of(out: Path, table: str) -> list[dict[str, object]]:
    """All rows of a table, from the files that a glob finds."""
    return [row for path in sorted((out / table).glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def names_of(out: Path, table: str = "reports") -> list[str]:
    return sorted(str(row["name"]) for row in rows_of(out, table))


def whole(out: Path) -> None:
    """Every row of cells and findings belongs to one report, and each report has its cells once."""
    keys = [row["report"] for row in rows_of(out, "reports")]
    assert len(set(keys)) == len(keys)
    cells = [(row["report"], row["cell"]) for row in rows_of(out, "cells")]
    assert len(set(cells)) == len(cells)
    assert {report for report, _ in cells} == set(keys)
    findings = [(row["report"], row["position"]) for row in rows_of(out, "findings")]
    assert len(set(findings)) == len(findings)
