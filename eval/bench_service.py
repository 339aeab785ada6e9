"""python -m eval.bench_service: the service against a plain loop over the same documents, as ratios; and its memory.

Prints: batch speed over the loop's, the overhead of a single extraction over the library call, a single extraction
while a batch runs over an idle one, and what wrk measures of single extractions, where it is installed. With --busy N
only single extractions while a batch of N documents runs, from its first to its last; with --memory N the memory of all
processes while N small documents are worked on.
"""

import argparse
import json
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from eval.chaos import documents
from extractor.deliver.to_json import json_line
from extractor.pipeline import extract
from tests.served import SAMPLES, Served

__all__ = ["main"]

_ONE = SAMPLES / "clean-html-2022" / "report.html"


def _ms(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def loop(texts: list[bytes]) -> float:
    """Seconds of a plain loop: extract, and write as JSON."""
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        for text in texts:
            file.write(json_line(extract(text)) + "\n")
    return time.perf_counter() - started


def post(served: Served, body: bytes) -> str:
    response = served.http.post("/v1/batches", content=body, headers={"Content-Type": "application/x-ndjson"})
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


def batch(served: Served, body: bytes) -> tuple[float, float]:
    """Seconds from the request to the last result, and those of the work alone."""
    started = time.perf_counter()
    found = served.ended(post(served, body), timeout_s=36_000)
    whole = time.perf_counter() - started
    return whole, _seconds(found["ended"]) - _seconds(found["started"])


def _seconds(text: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(text).timestamp()


def singles(served: Served, repeats: int) -> tuple[float, float]:
    """Median ms of the library call and of the request, in turn."""
    data = _ONE.read_bytes()
    times: dict[str, list[float]] = {"library": [], "request": []}
    for _ in range(repeats):
        times["library"].append(_ms(lambda: json_line(extract(data)).encode()))
        times["request"].append(_ms(lambda: served.http.post("/v1/extractions", content=data).raise_for_status()))
    return median(times["library"]), median(times["request"])


def requests(served: Served, repeats: int) -> list[float]:
    """Times of single extractions, in ms."""
    data = _ONE.read_bytes()
    return [_ms(lambda: served.http.post("/v1/extractions", content=data).raise_for_status()) for _ in range(repeats)]


def wrk(served: Served, folder: Path, connections: int, seconds: int = 10) -> str:
    """What wrk says of single extractions over so many connections."""
    script = folder / "post.lua"
    script.write_text(
        f'wrk.method = "POST"\nwrk.headers["Content-Type"] = "text/html"\n'
        f'wrk.body = io.open("{_ONE}", "rb"):read("*a")\n'
    )
    words = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(script)]
    said = subprocess.run(
        [*words, f"{served.url}/v1/extractions"], capture_output=True, encoding="utf-8", check=True
    ).stdout
    parts = re.findall(r"(?:50%|99%|Requests/sec:) +\S+|Non-2xx.*|Socket errors.*", said)
    return ", ".join(" ".join(part.split()) for part in parts)


def busy(count: int, seconds: float, folder: Path, nice: int, say: Console) -> None:
    """Single extractions while a batch of that many documents runs (for so long at most), beside idle ones before."""
    with Served(folder, sync=False, nice=nice) as served:
        requests(served, 10)
        idle = requests(served, 100)
        body = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in documents(count, 1)).encode()
        batch_id = post(served, body)
        while served.batch(batch_id)["counts"]["done"] == 0:
            time.sleep(0.05)
        times: list[float] = []
        tenths: list[list[float]] = [[] for _ in range(10)]
        until = time.monotonic() + seconds
        while (found := served.batch(batch_id))["state"] != "completed" and time.monotonic() < until:
            here = requests(served, 5)
            times += here
            tenths[min(9, 10 * found["counts"]["done"] // count)] += here
            time.sleep(0.1)
        # Idle before and after: others may use this machine.
        served.http.post(f"/v1/batches/{batch_id}/cancel")
        time.sleep(3)
        idle += requests(served, 100)
        alone = median(idle)
        times.sort()
        done = found["counts"]["done"]
        say.print(
            f"a batch of {count} documents, {done} done in the end; meanwhile {len(times)} single extractions: "
            f"median {median(times):.1f} ms, 95 % below {times[len(times) * 95 // 100]:.1f} ms; idle {alone:.1f} ms"
        )
        by_tenth = " ".join(f"{median(each) / alone:.1f}" if each else "-" for each in tenths)
        ratio = median(times) / alone
        say.print(f"{ratio:.1f} times idle (3 or less is wanted); by tenths of the batch: {by_tenth}")
        raise SystemExit(ratio > 3)


def resident(pid: int) -> int:
    """Bytes of the process and of all below it."""
    total = 0
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1]) * 1024
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            total += resident(int(child))
        for task in Path(f"/proc/{pid}/task").iterdir():
            if task.name != str(pid):
                total += sum(resident(int(child)) for child in (task / "children").read_text().split())
    except OSError:
        return total
    return total


def megabytes(pid: int) -> str:
    return f"{resident(pid) / 1e6:.0f} MB"


def memory(count: int, folder: Path, say: Console) -> None:
    """A batch of that many small documents, and what it takes, at each tenth."""
    with Served(folder, sync=False, jobs=2) as served:
        assert served.process is not None
        pid, peak, stop = served.process.pid, [0], threading.Event()

        def watch() -> None:
            while not stop.wait(0.5):
                peak[0] = max(peak[0], resident(pid))

        threading.Thread(target=watch, daemon=True).start()
        body = folder / "batch.jsonl"
        with body.open("w", encoding="utf-8") as file:
            for number in range(count):
                file.write(
                    json.dumps({"custom_id": str(number), "text": f"第{number}号文件：无关内容。"}, ensure_ascii=False)
                    + "\n"
                )
        with body.open("rb") as data:
            started = time.perf_counter()
            response = served.http.post(
                "/v1/batches", content=data, headers={"Content-Type": "application/x-ndjson"}, timeout=3600
            )
        assert response.status_code == 201, response.text
        taken = time.perf_counter() - started
        say.print(f"{count} documents taken in: {taken:.0f} s, {megabytes(pid)}, at most {peak[0] / 1e6:.0f} MB")
        batch_id, told = response.json()["id"], count // 10
        sampled: list[int] = []
        while (found := served.batch(batch_id))["state"] != "completed":
            if found["counts"]["done"] >= told:
                sampled.append(resident(pid))
                say.print(f"{found['counts']['done']:>8} done: {sampled[-1] / 1e6:.0f} MB")
                told += count // 10
            time.sleep(0.5)
        stop.set()
        done = time.perf_counter() - started
        say.print(f"{count} documents done: {done:.0f} s, {megabytes(pid)}, at most {peak[0] / 1e6:.0f} MB")
        if len(sampled) > 1:
            say.print(f"the last tenth takes {sampled[-1] / sampled[0]:.2f} of the memory of the first")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--nice", type=int, default=10, help="0 where others use the machine: the loop is not nice")
    parser.add_argument("--busy", type=int, metavar="N", help="only single extractions while a batch of N runs")
    parser.add_argument("--seconds", type=float, default=300, help="of --busy, at most")
    parser.add_argument("--memory", type=int, metavar="N", help="only the memory of a batch of N small documents")
    given = parser.parse_args()
    say = Console()
    with tempfile.TemporaryDirectory(prefix="gouji-bench-") as name:
        if given.memory:
            memory(given.memory, Path(name), say)
            return
        if given.busy:
            busy(given.busy, given.seconds, Path(name), given.nice, say)
        made = documents(given.documents, 1)
        texts = [one["text"].encode() for one in made]
        table = Table("what", "measured", "wanted")
        with Served(Path(name), sync=True, nice=given.nice, jobs=1) as served:
            requests(served, 10)
            library, request = singles(served, 60)
            table.add_row("single extraction", f"{request - library:.1f} ms over {library:.1f} ms", "under 5 ms")
            idle = median(requests(served, 60))
            wholes, works = [], []
            for repeat in range(given.repeats):
                body = "".join(json.dumps({**one, "text": f"{one['text']}{repeat}"}) + "\n" for one in made).encode()
                plain = loop(texts)
                whole, work = batch(served, body)
                wholes.append(plain / whole)
                works.append(plain / work)
            table.add_row("batch, request and waiting included", f"{median(wholes):.2f} of a loop's speed", "")
            table.add_row("batch, from the first chunk on", f"{median(works):.2f} of a loop's speed", "0.6 or more")
            more = ({**one, "text": one["text"] + "x"} for one in made)
            running = post(served, "".join(json.dumps(one) + "\n" for one in more).encode())
            while served.batch(running)["counts"]["done"] == 0:
                time.sleep(0.05)
            during = median(requests(served, 60))
            still = served.batch(running)["state"]
            table.add_row(f"single, a batch {still}", f"{during / idle:.1f} times {idle:.1f} ms", "3 times or less")
            served.http.post(f"/v1/batches/{running}/cancel")
            if shutil.which("wrk") is not None:
                for connections in (1, 8):
                    table.add_row(f"wrk, {connections} connections", wrk(served, Path(name), connections), "")
    say.print(table)


if __name__ == "__main__":
    main()
