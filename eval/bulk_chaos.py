"""python -m eval.bulk_chaos: gouji bulk over poison, and gouji bulk killed at random moments and started again.

Poison: ten documents among the others raise, hang, die, want a terabyte, kill the engine's process above the one that
reads, or are torn; each must be one failure and cost nothing else. Kills: kill -9 of the command, of a process of the
engine, or of one that reads; a killed command is started again at once, while what it left behind may still be at work.
In the end every document must be in the tables exactly once.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

import psutil
import pyarrow.parquet as pq

from eval.bulk_made import make_folder, wholeness
from eval.bulk_poison import DOCUMENTS, SITECUSTOMIZE, put
from eval.gold import ROOT

__all__ = ["main"]


def _started(source: Path, out: Path, size: int, site: Path | None = None) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "extractor.cli", "bulk", str(source), str(out), "--no-llm", "--quiet"]
    command += ["--limit", "max_seconds=5", "--shard-size", str(size)]
    paths = [str(ROOT)] if site is None else [str(site), str(ROOT)]
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    return subprocess.Popen(command, env=environ, stderr=subprocess.PIPE)


def _failures(out: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in (out / "failures").glob("*.parquet"):
        table = pq.read_table(path)
        found |= dict(zip(table.column("name").to_pylist(), table.column("code").to_pylist(), strict=True))
    return found


def _reports(out: Path) -> int:
    return sum(pq.read_metadata(path).num_rows for path in (out / "reports").glob("*.parquet"))


def over_poison(source: Path, out: Path, scratch: Path, count: int, size: int) -> list[str]:
    """Faults of a run over `count` reports and ten poisons."""
    site = scratch / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(SITECUSTOMIZE, "utf-8")
    added = put(source)
    began = time.monotonic()
    process = _started(source, out, size, site)
    _, said = process.communicate()
    failures, reports = _failures(out), _reports(out)
    print(f"poison: {reports} reports and {len(failures)} failures in {time.monotonic() - began:.0f} s: {failures}")
    faults = wholeness(out, source)
    if process.returncode:
        faults.append(f"exit code {process.returncode}: {said.decode()[-500:]}")
    if (reports, set(failures)) != (count, {f"poison-{name}" for name in DOCUMENTS}) or added != len(DOCUMENTS):
        faults.append("not every poison is a failure, or another document is one")
    for name in DOCUMENTS:
        (source / f"poison-{name}").unlink()
    return faults


def with_kills(source: Path, out: Path, size: int, kills: int, seed: int, longest: float) -> list[str]:
    """Faults of a run that is killed so often before it comes to its end."""
    rng = Random(seed)
    began = time.monotonic()
    done: list[str] = []
    process = _started(source, out, size)
    while len(done) < kills and process.poll() is None:
        try:
            process.wait(rng.uniform(1, longest))
        except subprocess.TimeoutExpired:
            what = _kill(process, rng)
            done.append(f"{what} with {_reports_so_far(out)}")
            if process.poll() is not None:
                process = _started(source, out, size)
    _, said = process.communicate()
    print(f"kills: {len(done)} in {time.monotonic() - began:.0f} s: {', '.join(done)}")
    faults = wholeness(out, source)
    if process.returncode:
        faults.append(f"exit code {process.returncode}: {said.decode()[-500:]}")
    if failures := _failures(out):
        faults.append(f"documents failed that are sound: {failures}")
    if len(done) < kills:
        faults.append(f"it ended before it was killed {kills} times: give it more documents")
    return faults


def _kill(process: "subprocess.Popen[bytes]", rng: Random) -> str:
    """One of the command (as often as all others), the engine's processes, and those that read."""
    below = psutil.Process(process.pid).children(recursive=True)
    engine = [one for one in below if one.ppid() == process.pid]
    reading = [one for one in below if one.ppid() != process.pid]
    kind = rng.choice(("the command", "the command", "the engine", "a reader"))
    among = {"the engine": engine, "a reader": reading}.get(kind)
    if not among:
        process.kill()
        process.wait()
        return "the command"
    try:
        rng.choice(among).kill()
    except psutil.Error:
        return f"{kind} (gone already)"
    return kind


def _reports_so_far(out: Path) -> int:
    try:
        return _reports(out)
    except OSError:
        return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.bulk_chaos", description=__doc__)
    parser.add_argument("--n", type=int, default=9990)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=float, default=12, help="seconds between kills, at most")
    parser.add_argument("--skip", choices=("poison", "kills"))
    parser.add_argument("--shard-size", type=int, default=100)
    arguments = parser.parse_args()
    size: int = arguments.shard_size
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        source = scratch / "in"
        make_folder(source, arguments.n, 21)
        faults = []
        if arguments.skip != "poison":
            faults += over_poison(source, scratch / "poisoned", scratch, arguments.n, size)
        if arguments.skip != "kills":
            faults += with_kills(source, scratch / "killed", size, arguments.kills, arguments.seed, arguments.longest)
    print("\n".join(faults) or "every document exactly once")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
