"""How long a panel of many reports takes, and how much memory: python -m eval.bench_panel --reports 20000

The reports are the samples under other names of bodies, over five years each, written as Parquet in shards.
"""

import argparse
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq

from extractor import Report, Verdict, extract_many
from extractor.deliver.results.opened import open_results
from extractor.deliver.tables.arrow import tables_of
from extractor.deliver.tables.write import write_parquet_files
from extractor.panel.decisions import Decisions
from extractor.panel.panel import panel_of

_SHARD = 2_000
_YEARS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=20_000)
    parser.add_argument("--all-cells", action="store_true")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="gouji-bench-"))
    try:
        _write(folder / "tables", options.reports)
        cells = sum(pq.read_metadata(path).num_rows for path in (folder / "tables" / "cells").iterdir())
        print(f"{options.reports:,} reports, {cells:,} cells")
        started, before = time.perf_counter(), _memory()
        with panel_of(open_results([folder / "tables"], print), Decisions(), all_cells=options.all_cells) as panel:
            made = time.perf_counter() - started
            (folder / "panel").mkdir()
            counts = write_parquet_files(panel.chunks(), folder / "panel", panel.tables)
        took = time.perf_counter() - started
        print(f"panel: {took:.1f} s, {made:.1f} s of it to work it out; memory {before:,.0f} to {_memory():,.0f} MB")
        print(", ".join(f"{count:,} {name}" for name, count in counts.items()))
    finally:
        shutil.rmtree(folder)


def _write(folder: Path, number: int) -> None:
    made = _made(number)
    for shard in range(-(-number // _SHARD)):
        reports = [report for _, report in zip(range(_SHARD), made, strict=False)]
        for name, table in tables_of(reports).items():
            (folder / name).mkdir(parents=True, exist_ok=True)
            pq.write_table(table, folder / name / f"{shard:05}.parquet", compression="zstd")


def _made(number: int) -> Iterator[Report]:
    paths = sorted((Path(__file__).parent / "samples").glob("*/report.*"))
    samples = [one for one in extract_many(paths) if one.verdict is not Verdict.FAILED]
    for at in range(number):
        body, year = divmod(at, _YEARS)
        one = samples[at % len(samples)]
        source = replace(one.source, name=f"{body}/{year}.html", sha256=f"{at:064x}")
        yield replace(one, source=source, organ=f"第{body}县教育局", year=2019 + year)


def _memory() -> float:
    """The most that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    main()
