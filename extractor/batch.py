"""Many documents: each yields a report, whatever happens to it.

A document that raises, or that takes its worker process down with it, costs only itself: it becomes a report with the
verdict `failed` that names the file and the reason.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path

from extractor.ask.model import Model
from extractor.errors import DocumentError, GoujiError, UnreadableError
from extractor.pipeline import extract, extract_asking
from extractor.processes import in_processes
from extractor.read import Limits, check_regular
from extractor.report import Finding, Report, Severity, Source, Verdict

__all__ = ["extract_many", "extract_many_asking", "failed"]

_BLOCK = 1 << 20
_FAILED_ZH = {
    "document": "文件无法处理",
    "unreadable": "文件无法读取",
    "limit": "超出处理限额",
    "unrecognised": "不是已知表式的年度报告",
    "crashed": "读取文件的进程意外终止",
    "internal": "程序内部错误",
}


def extract_many(
    paths: Iterable[Path], *, form: str | None = None, limits: Limits | None = None, jobs: int = 1
) -> Iterator[Report]:
    """Extract many files, in order, in `jobs` processes. Raises UsageError for an unknown form, RulesError."""
    one = partial(_one, form=form, limits=limits or Limits())
    yield from in_processes(one, paths, jobs, _died)


async def extract_many_asking(
    paths: Iterable[Path],
    model: Model,
    *,
    form: str | None = None,
    limits: Limits | None = None,
    at_once: int = 32,
) -> AsyncIterator[Report]:
    """As `extract_many`, and `model` is asked for what the rules leave open; `at_once` documents are under way."""
    waiting: deque[asyncio.Task[Report]] = deque()
    try:
        for path in paths:
            waiting.append(asyncio.create_task(_one_asking(path, model, form=form, limits=limits or Limits())))
            if len(waiting) >= at_once:
                yield await waiting.popleft()
        while waiting:
            yield await waiting.popleft()
    finally:
        for task in waiting:
            task.cancel()


def _died(path: Path) -> Report:
    return failed(path, "crashed", "the process that read it died (out of memory, or a crash in a library)")


def _one(path: Path, *, form: str | None, limits: Limits) -> Report:
    try:
        return extract(path, form=form, limits=limits)
    except Exception as error:
        return _failure(path, error)


async def _one_asking(path: Path, model: Model, *, form: str | None, limits: Limits) -> Report:
    try:
        return await extract_asking(path, model, form=form, limits=limits)
    except Exception as error:
        return _failure(path, error)


def _failure(path: Path, error: Exception) -> Report:
    """The report of a document that raised `error`, which is raised again where it is the caller's mistake."""
    if isinstance(error, DocumentError):
        return failed(path, error.code, str(error))
    if isinstance(error, GoujiError):
        raise error
    if isinstance(error, OSError):
        return failed(path, UnreadableError.code, error.strerror or str(error))
    # A defect of ours must not cost the rest of a batch; it is reported under its own code, never hidden.
    return failed(path, "internal", f"a defect of gouji, please report it: {type(error).__name__}: {error}")


def failed(path: Path, code: str, message: str) -> Report:
    """The report of a document that yielded none: the file, and what is wrong with it. `message`: in English."""
    source = Source(str(path), _digest(path), "application/octet-stream")
    finding = Finding(
        f"document.{code}",
        Severity.ERROR,
        f"未能读出报告：{_FAILED_ZH.get(code, _FAILED_ZH['document'])}（{message}）",
        message,
    )
    return Report(source, None, None, None, {}, (finding,), Verdict.FAILED)


def _digest(path: Path) -> str:
    try:
        check_regular(path)
        with path.open("rb") as file:
            hasher = sha256()
            while block := file.read(_BLOCK):
                hasher.update(block)
    except (OSError, UnreadableError):
        return ""
    return hasher.hexdigest()
