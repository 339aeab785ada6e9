"""python -m eval.bulk_speed: gouji bulk beside a plain process pool over the same function, in turns, and its memory.

The pool reads each document and makes the rows of the tables (extractor.bulk.reading.read_one), and drops them; gouji
bulk does that and all the rest: listing, processes that can be ended, Parquet, commits, its own start and end.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from eval.bulk_made import make_folder, wholeness
from extractor.bulk.reading import Job, Made, read_one
from extractor.bulk.work import warm
from extractor.read.limits import Limits
from extractor.read.locator import Locator

__all__ = ["main"]

_CHUNK = 16


def _read(path: Path) -> int:
    made = read_one(Job(Locator(path.name, path)), form=None, limits=Limits(), settings=None)
    assert isinstance(made, Made)
    return len(made.rows.cells)


def _rows(path: Path) -> Made:
    made = read_one(Job(Locator(path.name, path)), form=None, limits=Limits(), settings=None)
    assert isinstance(made, Made)
    return made


def plain_pool(paths: list[Path], jobs: int, *, back: bool) -> int:
    """All documents through a pool of processes. `back`: the rows come back to this process, and are dropped here."""
    work = _rows if back else _read
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork"), initializer=warm) as pool:
        return sum(1 for _ in pool.map(work, paths, chunksize=_CHUNK))


class Memory(threading.Thread):
    """The memory of a process and all below it, a sample a second: (seconds, its own bytes, bytes of all together)."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._process = psutil.Process(pid)
        self.samples: list[tuple[float, int, int]] = []

    def run(self) -> None:
        began = time.monotonic()
        while True:
            try:
                own = self._process.memory_info().rss
                total = own
                for child in self._process.children(recursive=True):
                    try:
                        total += child.memory_full_info().pss
                    except psutil.Error:
                        continue
            except psutil.Error:
                return
            self.samples.append((time.monotonic() - began, own, total))
            time.sleep(1)


def bulk(source: Path, out: Path, jobs: int) -> list[tuple[float, int, int]]:
    """`gouji bulk`, as a command; samples of its memory."""
    command = [sys.executable, "-m", "extractor.cli", "bulk", str(source), str(out), "--no-llm", "--jobs", str(jobs)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        memory = Memory(process.pid)
        memory.start()
    if process.returncode:
        raise SystemExit(f"gouji bulk: exit code {process.returncode}")
    memory.join()
    return memory.samples


def _spent() -> float:
    """Processor seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _tell_memory(samples: list[tuple[float, int, int]], console: Console) -> None:
    whole = samples[-1][0]
    table = Table(title="memory of gouji bulk, highest in each fifth of the last run (MB)", title_justify="left")
    for head in ("seconds", "the command itself", "all its processes (PSS)"):
        table.add_column(head, justify="right")
    for fifth in range(5):
        low, high = whole * fifth / 5, whole * (fifth + 1) / 5
        part = [one for one in samples if low <= one[0] <= high]
        if part:
            own, total = max(one[1] for one in part), max(one[2] for one in part)
            table.add_row(f"{low:.0f} to {high:.0f}", f"{own / 1e6:.0f}", f"{total / 1e6:.0f}")
    console.print(table)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.bulk_speed", description=__doc__)
    parser.add_argument("--n", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=2, help="the documents are parted; pool and bulk take turns")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=21)
    parser.add_argument("--folder", type=Path, help="where the documents are, or are to be made; kept")
    parser.add_argument("--no-pool", action="store_true", help="gouji bulk alone, over all documents at once")
    parser.add_argument("--make-only", action="store_true")
    parser.add_argument("--out", type=Path, help="where the tables go; kept")
    arguments = parser.parse_args()
    console = Console(width=120)
    rounds: int = 1 if arguments.no_pool else arguments.rounds
    with tempfile.TemporaryDirectory() as scratch:
        folder: Path = arguments.folder or Path(scratch, "in")
        parts = [folder / f"{number}" for number in range(rounds)] if rounds > 1 else [folder]
        for number, part in enumerate(parts):
            make_folder(part, arguments.n // rounds, arguments.seed + number, arguments.jobs)
        if arguments.make_only:
            return 0
        table = Table(title=f"{arguments.n} documents, {arguments.jobs} processes", title_justify="left")
        for head in ("round", "what", "documents", "seconds", "a second", "CPU seconds", "speed / pool", "CPU / pool"):
            table.add_column(head, justify="left" if head == "what" else "right")
        totals: dict[str, list[float]] = {}
        faults: list[str] = []
        samples: list[list[tuple[float, int, int]]] = []
        for number, part in enumerate(parts):
            paths = sorted(path for path in part.rglob("*") if path.is_file())
            out = arguments.out or Path(scratch, f"out{number}")
            works = {
                "pool, nothing comes back": lambda paths=paths: plain_pool(paths, arguments.jobs, back=False),
                "pool, rows come back": lambda paths=paths: plain_pool(paths, arguments.jobs, back=True),
                "gouji bulk": lambda part=part, out=out: samples.append(bulk(part, out, arguments.jobs)),
            }
            names = ["gouji bulk"] if arguments.no_pool else list(works)
            for name in names if number % 2 == 0 else names[::-1]:
                before, began = _spent(), time.monotonic()
                works[name]()
                taken = [time.monotonic() - began, _spent() - before, float(len(paths))]
                totals[name] = [a + b for a, b in zip(totals.get(name, [0, 0, 0]), taken, strict=True)]
                _row(table, str(number + 1), name, taken, None)
            faults += wholeness(out, part)
            if arguments.out is None:
                shutil.rmtree(out)
        pool = totals.get("pool, rows come back")
        for name, taken in totals.items():
            _row(table, "all", name, taken, pool)
        console.print(table)
        _tell_memory(samples[-1], console)
        console.print("; ".join(faults) or "every document exactly once")
    return 1 if faults else 0


def _row(table: Table, number: str, name: str, taken: list[float], pool: list[float] | None) -> None:
    seconds, cpu, documents = taken
    ratios = ["", ""] if pool is None else [f"{pool[0] / seconds:.2f}", f"{cpu / pool[1]:.2f}"]
    table.add_row(
        number, name, f"{documents:.0f}", f"{seconds:.1f}", f"{documents / seconds:.1f}", f"{cpu:.1f}", *ratios
    )


if __name__ == "__main__":
    raise SystemExit(main())
