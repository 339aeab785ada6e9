"""Many documents: each yields a report, whatever happens to it.

A document that raises, that takes its worker process down with it, or that takes too long costs only itself: it becomes
a report with the verdict `failed` that names the file and the reason.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from os import cpu_count
from pathlib import Path

from extractor.ask.model import Model
from extractor.errors import DocumentError, GoujiError, LimitError, UnreadableError
from extractor.pipeline import Then, extract, extract_document_asking
from extractor.pool import Lost, Pool
from extractor.read import Document, Limits
from extractor.read.locator import Locator, expanded
from extractor.refusals import refusal_zh
from extractor.report import Finding, Report, Severity, Source, Verdict

__all__ = ["extract_many", "extract_many_asking", "failed", "failure", "lost"]

_MOST_READERS = 4
_DIED = "the process that read it died (out of memory, or a crash in a library)"
_FAILED_ZH = {
    "document": "文件无法处理",
    "unreadable": "文件无法读取",
    "limit": "超出处理限额",
    "unrecognised": "不是已知表式的年度报告",
    "crashed": "读取文件的进程意外终止",
    "internal": "程序内部错误",
}


def extract_many(
    sources: Iterable[Path | str | Locator],
    *,
    form: str | None = None,
    limits: Limits | None = None,
    jobs: int = 1,
    isolate: bool = False,
    then: Then | None = None,
) -> Iterator[Report]:
    """Extract many files, in order, in `jobs` processes. An archive yields a report for each document in it.

    `then` has the last word on every report; it must be picklable where there are processes. With one job, all is done
    in this process, unless `isolate`: then `max_seconds` and `max_memory` hold there too.
    Raises UsageError for an unknown form, RulesError.
    """
    limits = limits or Limits()
    origins = _located(sources, limits)
    one = partial(_one, form=form, limits=limits, then=then)
    if jobs <= 1 and not isolate:
        yield from map(one, origins)
        return
    with Pool(
        one, partial(lost, limits=limits), jobs=max(1, jobs), seconds=limits.max_seconds, memory=limits.max_memory
    ) as pool:
        yield from pool.run(origins, small=_small)


async def extract_many_asking(
    sources: Iterable[Path | str | Locator],
    model: Model,
    *,
    form: str | None = None,
    limits: Limits | None = None,
    at_once: int = 32,
    isolate: bool = False,
    then: Then | None = None,
) -> AsyncIterator[Report]:
    """As `extract_many`, and `model` is asked for what the rules leave open; `at_once` documents are under way.

    `isolate`: documents are read in processes of their own, where `max_seconds` and `max_memory` hold.
    """
    limits = limits or Limits()
    waiting: deque[asyncio.Task[Report]] = deque()
    with ExitStack() as stack:
        read = _reading_elsewhere(stack, limits) if isolate else _reading_here(limits)
        try:
            for origin in _located(sources, limits):
                waiting.append(asyncio.create_task(_one_asking(origin, model, read, form=form, then=then)))
                if len(waiting) >= at_once:
                    yield await waiting.popleft()
            while waiting:
                yield await waiting.popleft()
        finally:
            for task in waiting:
                task.cancel()


_Read = Callable[[Locator], Awaitable[Document | Exception]]


def _reading_here(limits: Limits) -> _Read:
    def read(origin: Locator) -> Awaitable[Document | Exception]:
        return asyncio.to_thread(_document, origin, limits=limits)

    return read


def _reading_elsewhere(stack: ExitStack, limits: Limits) -> _Read:
    """Reads in processes of a pool, which ends with `stack`."""
    jobs = min(_MOST_READERS, cpu_count() or 1)
    pool = stack.enter_context(
        Pool(
            partial(_document, limits=limits),
            partial(_lost_document, limits=limits),
            jobs=jobs,
            seconds=limits.max_seconds,
            memory=limits.max_memory,
        )
    )
    threads = stack.enter_context(ThreadPoolExecutor(jobs))

    def read(origin: Locator) -> Awaitable[Document | Exception]:
        return asyncio.get_running_loop().run_in_executor(threads, pool.call, origin)

    return read


def _located(sources: Iterable[Path | str | Locator], limits: Limits) -> Iterator[Locator]:
    for source in sources:
        yield from expanded(Locator.of(source), limits)


def _small(origin: Locator) -> bool:
    return origin.content is None


def _one(origin: Locator, *, form: str | None, limits: Limits, then: Then | None) -> Report:
    try:
        return extract(origin, form=form, limits=limits, then=then)
    except Exception as error:
        return failure(origin, error)


def _document(origin: Locator, *, limits: Limits) -> Document | Exception:
    """The document, or what was raised instead."""
    try:
        return origin.document(limits)
    except Exception as error:
        return error


async def _one_asking(origin: Locator, model: Model, read: _Read, *, form: str | None, then: Then | None) -> Report:
    try:
        document = await read(origin)
        if isinstance(document, Exception):
            raise document
        return await extract_document_asking(document, model, form=form, then=then)
    except Exception as error:
        return failure(origin, error)


def _too_slow(limits: Limits) -> LimitError:
    return LimitError(f"it took over {limits.max_seconds:,} seconds, and its process was ended (max_seconds)")


def lost(origin: Locator, how: Lost, *, limits: Limits) -> Report:
    """The report of a document whose process had to be ended, or died."""
    if how is Lost.TIME:
        return failure(origin, _too_slow(limits))
    return failed(origin, "crashed", _DIED)


class _DiedError(Exception):
    """A reading process died."""


def _lost_document(origin: Locator, how: Lost, *, limits: Limits) -> Document | Exception:  # noqa: ARG001
    return _too_slow(limits) if how is Lost.TIME else _DiedError(_DIED)


def failure(origin: Locator, error: Exception) -> Report:
    """The report of a document that raised `error`, which is raised again where it is the caller's mistake."""
    if isinstance(error, DocumentError):
        return failed(origin, error.code, str(error))
    if isinstance(error, GoujiError):
        raise error
    if isinstance(error, OSError):
        return failed(origin, UnreadableError.code, error.strerror or str(error))
    if isinstance(error, MemoryError):
        return failed(origin, "limit", "it needs more memory than a process may have (max_memory)")
    if isinstance(error, _DiedError):
        return failed(origin, "crashed", str(error))
    # A defect of ours must not cost the rest of a batch; it is reported under its own code, never hidden.
    return failed(origin, "internal", f"a defect of gouji, please report it: {type(error).__name__}: {error}")


def failed(origin: Locator | Path, code: str, message: str) -> Report:
    """The report of a document that yielded none: the file, and what is wrong with it. `message`: in English."""
    origin = Locator.of(origin)
    source = Source(origin.name, origin.digest(), "application/octet-stream")
    finding = Finding(
        f"document.{code}",
        Severity.ERROR,
        f"未能读出报告：{_FAILED_ZH.get(code, _FAILED_ZH['document'])}（{refusal_zh(message) or message}）",
        message,
    )
    return Report(source, None, None, None, {}, (finding,), Verdict.FAILED)
