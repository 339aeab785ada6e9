"""The process that reads documents: `python -m extractor.service.hand`. An order on stdin, then its results on stdout.

An order is a line of JSON: documents, and whether a language model is asked. A result is a line of JSON, and the report
as JSON behind it. A process of its own, so that a document that takes it down takes nothing else with it.
"""

import asyncio
import json
import os
import queue
import sys
import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from extractor.batch import failed
from extractor.deliver.summary import failure_reason
from extractor.deliver.to_json import json_line
from extractor.errors import DocumentError, GoujiError
from extractor.pipeline import extract, extract_asking
from extractor.read import Limits
from extractor.report import Report, Verdict
from extractor.service.blobs import Blobs, DamagedError, open_blobs
from extractor.service.contents import StoreAwayError
from extractor.service.logs import set_up_logs
from extractor.service.settings import load_service_settings

if TYPE_CHECKING:
    from extractor.service.asking import Asking

__all__ = ["READY", "UNREAD", "Order", "Task", "failure_report", "main"]

READY = b"ready\n"
UNREAD = "unread"  # in place of a verdict: the store did not give the content, and may give it later
_AHEAD = 4


class Task(TypedDict):
    """`path`: of a file; else the content has that hash in the store. `name`: what the sender called it."""

    n: int
    path: str | None
    sha256: str | None
    name: str
    form: str | None


class Order(TypedDict):
    """`model`: the one to ask, in place of the one that is set; `zipped`: whether reports come compressed."""

    tasks: list[Task]
    ask: bool
    model: str | None
    zipped: bool


class Hand:
    """`answers`: where results are written to. `holder`: a name of this process, as in leases.py."""

    def __init__(self, answers: int, config: Path | None, holder: str, concurrency: int, limits: Limits) -> None:
        self._answers = os.fdopen(answers, "wb", buffering=0)
        self._config = config
        self._holder = holder
        self._concurrency = concurrency
        self._limits = limits
        self._threads = ThreadPoolExecutor(_AHEAD, thread_name_prefix="gouji-ahead")
        self._blobs: Blobs | None = None
        self._asks: Asking | None = None

    def work(self, orders: "queue.SimpleQueue[Order]") -> None:
        """Orders, one after the other. It says first that it is ready: importing all this takes a while."""
        self._answers.write(READY)
        with asyncio.Runner() as runner:
            while True:
                order = orders.get()
                if order["ask"]:
                    runner.run(self._asking(order))
                else:
                    for task, content in self._ahead(order["tasks"]):
                        self._report(task, content, order["zipped"])

    def _ahead(self, tasks: list[Task]) -> Iterator[tuple[Task, Callable[[], bytes]]]:
        """The tasks with their contents: while one is worked on, the next are fetched, for a store may be far away."""
        waiting: deque[tuple[Task, Callable[[], bytes]]] = deque()
        for task in tasks:
            if task["path"] is not None:  # at hand: going to another thread for it would take longer
                waiting.append((task, partial(self._content, task)))
            else:
                waiting.append((task, self._threads.submit(self._content, task).result))
            if len(waiting) > _AHEAD:
                yield waiting.popleft()
        yield from waiting

    def _content(self, task: Task) -> bytes:
        """Raises FileNotFoundError, DamagedError, StoreAwayError."""
        if task["path"] is not None:
            return Path(task["path"]).read_bytes()
        if self._blobs is None:
            self._blobs = open_blobs(load_service_settings(config=self._config))
        return self._blobs.get(task["sha256"] or "")

    def _report(self, task: Task, content: Callable[[], bytes], zipped: bool) -> None:
        try:
            report = extract(content(), name=task["name"], form=task["form"], limits=self._limits)
        except StoreAwayError:
            self._unread(task)
            return
        except Exception as error:
            report = _failure(task, error)
        self._answer(task, report, zipped)

    async def _asking(self, order: Order) -> None:
        from extractor.service.asking import Asking

        try:
            self._asks = self._asks or Asking(self._config, self._holder)
            model = await self._asks.model(order["model"])
        except GoujiError as error:  # what the batch was taken in with is no longer set up
            for task in order["tasks"]:
                self._answer(task, failure_report(task, "internal", str(error)), order["zipped"])
            return
        at_once = asyncio.Semaphore(3 * self._concurrency)

        async def one(task: Task) -> None:
            async with at_once:
                try:
                    data = await asyncio.to_thread(self._content, task)
                    report = await extract_asking(
                        data, model, name=task["name"], form=task["form"], limits=self._limits
                    )
                except StoreAwayError:
                    self._unread(task)
                    return
                except Exception as error:
                    report = _failure(task, error)
            self._answer(task, report, order["zipped"])

        await asyncio.gather(*map(one, order["tasks"]))

    def _unread(self, task: Task) -> None:
        nothing = dict.fromkeys(("code", "message", "form", "organ", "year"))
        self._write({"n": task["n"], "verdict": UNREAD, **nothing, "usage": [0, 0, 0, None]}, b"")

    def _answer(self, task: Task, report: Report, zipped: bool) -> None:
        body = json_line(report).encode("utf-8", "backslashreplace")
        if zipped:
            body = zlib.compress(body, 1)
        usage = report.usage
        head = {
            "n": task["n"],
            "verdict": report.verdict.value,
            "code": _code(report),
            "message": failure_reason(report),
            "form": report.form,
            "organ": report.organ,
            "year": report.year,
            "usage": [usage.llm_calls, usage.prompt_tokens, usage.completion_tokens, usage.cost],
        }
        self._write(head, body)

    def _write(self, head: Mapping[str, object], body: bytes) -> None:
        data = json.dumps({**head, "size": len(body)}).encode() + b"\n" + body
        while data:
            data = data[self._answers.write(data) or 0 :]


def _failure(task: Task, error: Exception) -> Report:
    """The report of a document that raised."""
    if isinstance(error, DocumentError):
        code, message = error.code, str(error)
    elif isinstance(error, FileNotFoundError):
        code, message = "internal", "its content is no longer in the store"
    elif isinstance(error, DamagedError):
        code, message = "internal", "its content in the store is not what was sent"
    elif isinstance(error, MemoryError):
        code, message = "limit", "it takes more memory than a document may"
    else:
        # The type alone: a message may quote the document, and goes to the log as well.
        code, message = "internal", f"a defect of gouji, please report it: {type(error).__name__}"
    return failure_report(task, code, message)


def failure_report(task: Task, code: str, message: str) -> Report:
    """The report of a document that no report could be made of."""
    report = failed(Path(task["path"] or os.devnull), code, message)
    return replace(
        report, source=replace(report.source, name=task["name"], sha256=task["sha256"] or report.source.sha256)
    )


def _code(report: Report) -> str | None:
    if report.verdict is not Verdict.FAILED:
        return None
    rules = (finding.rule for finding in report.findings if finding.rule.startswith("document."))
    return next(rules, "document.unrecognised").removeprefix("document.")


def _listen(orders: "queue.SimpleQueue[Order]") -> None:
    """Orders as they come. Where stdin ends, the one who ordered is gone, and so is whoever wants the answer."""
    for line in sys.stdin.buffer:
        orders.put(json.loads(line))
    os._exit(0)


def main() -> None:
    """Arguments, as one JSON object: config, executor, concurrency, nice, max_memory, max_file."""
    given = json.loads(sys.argv[1])
    answers = os.dup(1)
    os.dup2(2, 1)  # what a library prints must not get between the answers
    set_up_logs("warning")
    if given["nice"]:
        os.nice(given["nice"])
    if given["max_memory"] and sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (given["max_memory"], given["max_memory"]))
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    orders: queue.SimpleQueue[Order] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    config = Path(given["config"]) if given["config"] else None
    holder = f"{given['executor']}/{os.getpid()}"
    Hand(answers, config, holder, given["concurrency"], Limits(max_bytes=given["max_file"])).work(orders)


if __name__ == "__main__":
    main()
