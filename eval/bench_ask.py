"""python -m eval.bench_ask: how near asking comes to what an endpoint can do at best.

The endpoint is on loopback, in a process of its own, takes 200 ms for every question and works on 16 at once; more
wait their turn. At best 200 questions take 13 rounds of 200 ms. What is left over is ours: instructor, the SDK, the
cache, limits, retries. Asking a few more at once than the endpoint has slots keeps it busy while we are: the row with
24 at once with the cache, is the one that is held to 90 %. Whole documents are read, asked about and decided besides.
"""

import argparse
import asyncio
import json
import math
import multiprocessing
import sys
import tempfile
import time
from itertools import product
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from eval.freetext import free_report
from extractor.ask.endpoint.connect import connect
from extractor.ask.endpoint.settings import Settings
from extractor.ask.model import Question
from extractor.batch import extract_many_asking
from tests.endpoint import Endpoint, content

__all__ = ["main", "measure"]

TARGET = 0.9
_ANSWERS = json.dumps({"answers": [{"cell": f"cell.{n}", "value": str(n), "quote": f"申请{n}件"} for n in range(8)]})


def serve(pipe: Connection, latency_s: float, slots: int) -> None:
    """The endpoint, until the pipe is closed."""
    answer = content(_ANSWERS, tokens=(600, 200), delay_s=latency_s)
    with Endpoint(lambda _request, _n: answer, slots=slots) as endpoint:
        pipe.send(endpoint.url)
        try:
            pipe.recv()
        except EOFError:
            return


async def measure(url: str, questions: int, concurrency: int, folder: str | None) -> float:
    """Seconds for that many different questions of about 1,000 characters."""
    settings = Settings(
        base_url=url, model="bench", concurrency=concurrency, cache=folder, price_in=1, price_out=2, max_cost=9
    )
    text = "本年度共收到政府信息公开申请十二件，均已按期答复。" * 40
    async with connect(settings) as model:
        # What is done once, importing and connecting, is not what is measured here.
        await asyncio.gather(*(model.ask(Question("准备", f"{n}", "warm")) for n in range(concurrency)))
        started = time.perf_counter()
        await asyncio.gather(*(model.ask(Question("系统提示", f"{n} {text}", "bench")) for n in range(questions)))
        return time.perf_counter() - started


async def measure_documents(url: str, documents: int, concurrency: int) -> tuple[float, int]:
    """Seconds for that many reports in running text, read, asked about and decided, and the questions they took."""
    settings = Settings(base_url=url, model="bench", concurrency=concurrency, cache=None)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{number:04}.txt") for number in range(documents)]
        for number, path in enumerate(paths):
            path.write_bytes(free_report(number)[0])
        async with connect(settings) as model:
            await asyncio.gather(*(model.ask(Question("准备", f"{n}", "warm")) for n in range(concurrency)))
            before, started = model.usage.questions, time.perf_counter()
            async for _ in extract_many_asking(paths, model, at_once=3 * concurrency):
                pass
            return time.perf_counter() - started, model.usage.questions - before


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.bench_ask", description=__doc__)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--slots", type=int, default=16)
    parser.add_argument("--concurrency", type=int, nargs="+", default=[16, 24], help="requests at once")
    parser.add_argument("--latency", type=float, default=0.2, help="seconds for each question")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    ideal = math.ceil(arguments.questions / arguments.slots) * arguments.latency
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(
        target=serve, args=(theirs, arguments.latency, arguments.slots), daemon=True
    )
    server.start()
    theirs.close()
    table = Table("what", "at once", "cache", "seconds", "ideal", "share of the ideal")
    judged = 0.0
    try:
        url = ours.recv()
        for concurrency, cached in product(arguments.concurrency, (False, True)):
            shares = []
            for _ in range(arguments.repeats):
                with tempfile.TemporaryDirectory() as folder:
                    where = f"{folder}/answers" if cached else None
                    seconds = asyncio.run(measure(url, arguments.questions, concurrency, where))
                shares.append(ideal / seconds)
            judged = median(shares)  # the last: the most at once, with the cache
            seconds, share = ideal / median(shares), median(shares)
            table.add_row(
                f"{arguments.questions} questions",
                str(concurrency),
                "disk" if cached else "none",
                f"{seconds:.2f}",
                f"{ideal:.2f}",
                f"{share:.1%}",
            )
        for concurrency in arguments.concurrency:
            seconds, asked = asyncio.run(measure_documents(url, arguments.documents, concurrency))
            best = math.ceil(asked / arguments.slots) * arguments.latency
            what = f"{arguments.documents} documents, {asked} questions"
            table.add_row(what, str(concurrency), "none", f"{seconds:.2f}", f"{best:.2f}", f"{best / seconds:.1%}")
    finally:
        ours.close()
        server.join(5)
    Console().print(table)
    return 0 if judged >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
