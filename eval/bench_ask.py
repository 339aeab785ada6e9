"""python -m eval.bench_ask: how near asking comes to what an endpoint can do at best.

The endpoint is on loopback, in a process of its own, takes 200 ms for every question and has 16 slots. At best 200
questions take 13 rounds of 200 ms. What is left over is ours: instructor, the SDK, the cache, limits, retries.
"""

import argparse
import asyncio
import json
import math
import multiprocessing
import sys
import tempfile
import time
from multiprocessing.connection import Connection

from rich.console import Console
from rich.table import Table

from extractor.ask.connect import connect
from extractor.ask.model import Question
from extractor.ask.settings import Settings
from tests.endpoint import Endpoint, content

__all__ = ["main", "measure"]

TARGET = 0.9
_ANSWERS = json.dumps({"answers": [{"cell": f"cell.{n}", "value": str(n), "quote": f"申请{n}件"} for n in range(8)]})


def serve(pipe: Connection, latency_s: float) -> None:
    """The endpoint, until the pipe is closed."""
    with Endpoint(lambda _request, _n: content(_ANSWERS, tokens=(600, 200), delay_s=latency_s)) as endpoint:
        pipe.send(endpoint.url)
        try:
            pipe.recv()
        except EOFError:
            return


async def measure(url: str, questions: int, slots: int, folder: str | None) -> float:
    """Seconds for that many different questions of about 1,000 characters."""
    settings = Settings(
        base_url=url, model="bench", concurrency=slots, cache=folder, price_in=1, price_out=2, max_cost=9
    )
    text = "本年度共收到政府信息公开申请十二件，均已按期答复。" * 40
    async with connect(settings) as model:
        # What is done once, importing and connecting, is not what is measured here.
        await asyncio.gather(*(model.ask(Question("准备", f"{n}", "warm")) for n in range(slots)))
        started = time.perf_counter()
        await asyncio.gather(*(model.ask(Question("系统提示", f"{n} {text}", "bench")) for n in range(questions)))
        return time.perf_counter() - started


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.bench_ask", description=__doc__)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--slots", type=int, default=16)
    parser.add_argument("--latency", type=float, default=0.2, help="seconds for each question")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    ideal = math.ceil(arguments.questions / arguments.slots) * arguments.latency
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, arguments.latency), daemon=True)
    server.start()
    theirs.close()
    table = Table("cache", "seconds", "ideal", "share of the ideal", title=f"{arguments.questions} questions")
    worst = 1.0
    try:
        url = ours.recv()
        for cached in (False, True):
            for _ in range(arguments.repeats):
                with tempfile.TemporaryDirectory() as folder:
                    seconds = asyncio.run(
                        measure(url, arguments.questions, arguments.slots, f"{folder}/answers" if cached else None)
                    )
                worst = min(worst, ideal / seconds)
                table.add_row("disk" if cached else "none", f"{seconds:.2f}", f"{ideal:.2f}", f"{ideal / seconds:.1%}")
    finally:
        ours.close()
        server.join(5)
    Console().print(table)
    return 0 if worst >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
