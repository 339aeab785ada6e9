"""python -m eval.bulk_cluster: gouji bulk on a Ray cluster of two nodes, one of which is killed in mid-run.

The nodes are network namespaces of this command's own, joined by a cable that exists only in the kernel: nothing of the
machine's network is touched, and nothing outside is reached. Needs root, iproute2 and ray.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow.parquet as pq

from eval.bulk_made import make_folder, wholeness
from eval.gold import ROOT

__all__ = ["Cluster", "main"]

_PORT = 6399


class Cluster:
    """Two nodes, with an address each; the first is the head."""

    def __init__(self, scratch: Path, processors: int) -> None:
        self._scratch = scratch
        self._processors = processors
        number = os.getpid() % 10_000
        self.nodes = (f"gj{number}a", f"gj{number}b")
        self.addresses = ("10.77.13.1", "10.77.13.2")
        self.environ = os.environ | {
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_AUTH_MODE": "disabled",
            "RAY_ADDRESS": f"{self.addresses[0]}:{_PORT}",
            "PYTHONPATH": str(ROOT),
        }

    def start(self) -> None:
        first, second = self.nodes
        for node in self.nodes:
            _ip("netns", "add", node)
        _ip("link", "add", f"{first}v", "netns", first, "type", "veth", "peer", "name", f"{second}v", "netns", second)
        for node, address in zip(self.nodes, self.addresses, strict=True):
            _ip("-n", node, "addr", "add", f"{address}/24", "dev", f"{node}v")
            _ip("-n", node, "link", "set", "lo", "up")
            _ip("-n", node, "link", "set", f"{node}v", "up")
        options = ["--num-cpus", str(self._processors), "--disable-usage-stats", "--object-store-memory", "200000000"]
        head = ["--head", f"--port={_PORT}", "--include-dashboard=false"]
        join = [f"--address={self.addresses[0]}:{_PORT}"]
        for node, address, what in zip(self.nodes, self.addresses, (head, join), strict=True):
            folder = self._scratch / node[-1]
            ray = [sys.executable, "-m", "ray.scripts.scripts", "start", *what, f"--node-ip-address={address}"]
            self.run(node, [*ray, *options, f"--temp-dir={folder}"])

    def run(self, node: str, command: list[str]) -> None:
        subprocess.run(self.on(node, command), env=self.environ, check=True, capture_output=True, timeout=120)

    def on(self, node: str, command: list[str]) -> list[str]:
        """The command line that runs `command` on a node."""
        return ["ip", "netns", "exec", node, *command]

    def kill(self, node: str) -> int:
        """kill -9 of all that runs on a node; how many processes that were."""
        pids = [int(pid) for pid in _ip("netns", "pids", node).split()]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(pids)

    def stop(self) -> None:
        for node in self.nodes:
            with suppress(subprocess.CalledProcessError):
                self.kill(node)
                _ip("netns", "del", node)


def _ip(*arguments: str) -> str:
    return subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True).stdout


@contextmanager
def cluster(processors: int) -> Iterator[Cluster]:
    """A cluster that goes away whatever happens. Ray wants a short path for its sockets."""
    with tempfile.TemporaryDirectory(prefix="gj", dir="/tmp", ignore_cleanup_errors=True) as name:
        made = Cluster(Path(name), processors)
        try:
            made.start()
            yield made
        finally:
            made.stop()


def _committed(out: Path) -> int:
    return len(list((out / "_gouji" / "ledger").glob("*.parquet")))


def _seconds(out: Path) -> float:
    """Between the first commit and the last: without the start of engine and cluster."""
    times = sorted(path.stat().st_mtime for path in (out / "_gouji" / "ledger").glob("*.parquet"))
    return times[-1] - times[0]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.bulk_cluster", description=__doc__)
    parser.add_argument("--n", type=int, default=4000)
    parser.add_argument("--processors", type=int, default=1, help="of each node")
    parser.add_argument("--shard-size", type=int, default=100)
    parser.add_argument("--kill-at", type=float, default=0.3, help="share of the shards; 1 kills nothing")
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    if os.geteuid() or shutil.which("ip") is None:
        raise SystemExit("this needs root and iproute2: it makes network namespaces of its own")
    with tempfile.TemporaryDirectory() as name:
        source: Path = arguments.folder or Path(name, "in")
        out = Path(name, "out")
        make_folder(source, arguments.n, 21)
        shards = -(-arguments.n // arguments.shard_size)
        with cluster(arguments.processors) as nodes:
            began = time.monotonic()
            command = [sys.executable, "-m", "extractor.cli", "bulk", str(source), str(out), "--no-llm"]
            command += ["--engine", "ray", "--shard-size", str(arguments.shard_size)]
            process = subprocess.Popen(nodes.on(nodes.nodes[0], command), env=nodes.environ)
            killed = 0
            while process.poll() is None:
                time.sleep(0.2)
                done = _committed(out)
                if not killed and done >= arguments.kill_at * shards and done < shards:
                    killed = nodes.kill(nodes.nodes[1])
                    print(f"killed the second node ({killed} processes) with {done} of {shards} shards committed")
            seconds = time.monotonic() - began
        faults = wholeness(out, source)
        reports = sum(pq.read_metadata(path).num_rows for path in (out / "reports").glob("*.parquet"))
        print(f"{reports} reports in {seconds:.0f} s, {_seconds(out):.0f} s of it between first and last commit")
        if process.returncode:
            faults.append(f"exit code {process.returncode}")
        if not killed and arguments.kill_at < 1:
            faults.append("it ended before a node was killed")
    print("; ".join(faults) or "every document exactly once")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
