"""Folders of generated reports for bulk runs, and whether what came out of one is whole."""

from collections import Counter
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq

from eval.generated import cases
from eval.layouts import LAYOUTS
from eval.render import Case, make_case
from eval.truth import FORMS
from extractor.pool import in_processes

__all__ = ["make_folder", "wholeness"]

_IN_A_FOLDER = 1000


def make_folder(folder: Path, count: int, seed: int, jobs: int = 2) -> None:
    """`count` reports, all of them different, over all forms and layouts; nothing where so many are there already."""
    if folder.is_dir() and sum(1 for path in folder.glob("*/*")) == count:
        return
    todo = list(enumerate(cases(count, seed, list(FORMS), list(LAYOUTS), [], 0.0)))
    for number in range(0, count, _IN_A_FOLDER):
        (folder / f"{number // _IN_A_FOLDER:04d}").mkdir(parents=True, exist_ok=True)
    for _ in in_processes(partial(_made, folder), todo, jobs, lambda one: one[0]):
        pass


def _made(folder: Path, numbered: tuple[int, Case]) -> int:
    number, case = numbered
    below = folder / f"{number // _IN_A_FOLDER:04d}"
    made = make_case(case)
    (below / f"{number:06d}{Path(made.name).suffix}").write_bytes(made.data)
    return number


def wholeness(out: Path, source: Path) -> list[str]:
    """What is wrong with the tables: documents lost or there twice, rows without a report. Empty where nothing is."""
    wanted = {path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file()}
    seen: Counter[str] = Counter()
    cells: Counter[str] = Counter()
    keys: Counter[str] = Counter()
    for table in ("reports", "failures"):
        for path in sorted((out / table).glob("*.parquet")):
            found = pq.read_table(path, columns=["report", "name"])
            seen.update(found.column("name").to_pylist())
            if table == "reports":
                keys.update(found.column("report").to_pylist())
    twice_cells = 0
    for path in sorted((out / "cells").glob("*.parquet")):
        found = pq.read_table(path, columns=["report", "position"])
        pairs = list(zip(found.column("report").to_pylist(), found.column("position").to_pylist(), strict=True))
        twice_cells += len(pairs) - len(set(pairs))
        cells.update({report for report, _ in pairs})
    faults = []
    if lost := wanted - seen.keys():
        faults.append(f"{len(lost)} documents lost, as {min(lost)}")
    if strange := seen.keys() - wanted:
        faults.append(f"{len(strange)} documents from nowhere, as {min(strange)}")
    if twice := [name for name, count in seen.items() if count > 1]:
        faults.append(f"{len(twice)} documents there twice, as {min(twice)}")
    if twice_cells:
        faults.append(f"{twice_cells} cells there twice")
    if split := [key for key, count in cells.items() if count > 1]:
        faults.append(f"{len(split)} reports whose cells lie in several shards")
    if set(cells) != set(keys):
        faults.append(f"{len(set(cells) ^ set(keys))} reports without cells, or cells without reports")
    return faults
