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
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from extractor.batch import failed
from extractor.deliver.summary import failure_reason
from extractor.deliver.to_json import json_line
from extractor.errors import DocumentError, GoujiError
from extractor.pipeline import extract, extract_asking
from extractor.read import Limits
from extractor.report import Report, Verdict

if TYPE_CHECKING:
    from extractor.ask.model import Model
    from extractor.service.database import Database

__all__ = ["READY", "Order", "Task", "main"]

READY = b"ready\n"


class Task(TypedDict):
    """`path`: where the content lies; `name`: what the sender called it."""

    n: int
    path: str
    name: str
    form: str | None


class Order(TypedDict):
    """`model`: the one to ask, in place of the one that is set; `zipped`: whether reports come compressed."""

    tasks: list[Task]
    ask: bool
    model: str | None
    zipped: bool


class Hand:
    """`answers`: where results are written to."""

    def __init__(self, answers: int, config: Path | None, concurrency: int, limits: Limits) -> None:
        self._answers = os.fdopen(answers, "wb", buffering=0)
        self._config = config
        self._concurrency = concurrency
        self._limits = limits
        self._models: dict[str | None, Model] = {}
        self._database: Database | None = None
        self._open = AsyncExitStack()

    def work(self, orders: "queue.SimpleQueue[Order]") -> None:
        """Orders, one after the other. It says first that it is ready: importing all this takes a while."""
        self._answers.write(READY)
        with asyncio.Runner() as runner:
            while True:
                order = orders.get()
                if order["ask"]:
                    runner.run(self._asking(order))
                else:
                    for task in order["tasks"]:
                        self._answer(task, self._report(task), order["zipped"])

    def _report(self, task: Task) -> Report:
        try:
            return extract(Path(task["path"]).read_bytes(), name=task["name"], form=task["form"], limits=self._limits)
        except Exception as error:
            return _failure(task, error)

    async def _asking(self, order: Order) -> None:
        try:
            model = await self._model(order["model"])
        except GoujiError as error:  # what the batch was taken in with is no longer set up
            for task in order["tasks"]:
                self._answer(task, _failed(task, "internal", str(error)), order["zipped"])
            return
        at_once = asyncio.Semaphore(3 * self._concurrency)

        async def one(task: Task) -> None:
            async with at_once:
                try:
                    data = await asyncio.to_thread(Path(task["path"]).read_bytes)
                    report = await extract_asking(
                        data, model, name=task["name"], form=task["form"], limits=self._limits
                    )
                except Exception as error:
                    report = _failure(task, error)
            self._answer(task, report, order["zipped"])

        await asyncio.gather(*map(one, order["tasks"]))

    async def _model(self, name: str | None) -> "Model":
        """The connection to that model, kept for as long as this process lives."""
        if name not in self._models:
            self._models[name] = await self._open.enter_async_context(self._connected(name))
        return self._models[name]

    @asynccontextmanager
    async def _connected(self, name: str | None) -> "AsyncIterator[Model]":
        from extractor.ask.endpoint.connect import connect
        from extractor.ask.endpoint.settings import load_settings
        from extractor.errors import UsageError
        from extractor.service.database import open_database
        from extractor.service.pace import SharedLimits
        from extractor.service.settings import load_service_settings

        settings = load_settings({"model": name}, config=self._config)
        if settings is None:
            raise UsageError("no language model is set up")
        service = load_service_settings(config=self._config)
        self._database = self._database or open_database(service)
        limits = SharedLimits(self._database, settings, concurrency=self._concurrency, period=service.money_period)
        async with connect(settings, limits=limits) as model:
            yield model

    def _answer(self, task: Task, report: Report, zipped: bool) -> None:
        body = json_line(report).encode("utf-8", "backslashreplace")
        if zipped:
            body = zlib.compress(body, 1)
        usage = report.usage
        head = {
            "n": task["n"],
            "size": len(body),
            "verdict": report.verdict.value,
            "code": _code(report),
            "message": failure_reason(report),
            "form": report.form,
            "organ": report.organ,
            "year": report.year,
            "usage": [usage.llm_calls, usage.prompt_tokens, usage.completion_tokens, usage.cost],
        }
        data = json.dumps(head).encode() + b"\n" + body
        while data:
            data = data[self._answers.write(data) or 0 :]


def _failure(task: Task, error: Exception) -> Report:
    """The report of a document that raised."""
    if isinstance(error, DocumentError):
        code, message = error.code, str(error)
    elif isinstance(error, FileNotFoundError):
        code, message = "internal", "its content is no longer in the store"
    elif isinstance(error, MemoryError):
        code, message = "limit", "it takes more memory than a document may"
    else:
        # The type alone: a message may quote the document, and goes to the log as well.
        code, message = "internal", f"a defect of gouji, please report it: {type(error).__name__}"
    return _failed(task, code, message)


def _failed(task: Task, code: str, message: str) -> Report:
    report = failed(Path(task["path"]), code, message)
    return replace(report, source=replace(report.source, name=task["name"]))


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
    """Arguments, as one JSON object: config, concurrency, nice, max_memory, max_file."""
    given = json.loads(sys.argv[1])
    answers = os.dup(1)
    os.dup2(2, 1)  # what a library prints must not get between the answers
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
    Hand(answers, config, given["concurrency"], Limits(max_bytes=given["max_file"])).work(orders)


if __name__ == "__main__":
    main()
