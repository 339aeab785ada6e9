"""One document, in a process that can be ended: from its bytes to the rows of the tables."""

import asyncio
import ctypes
import os
import signal
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TypeAlias

from extractor.ask.endpoint.settings import Settings
from extractor.batch import failure, lost
from extractor.bulk.filed import FiledModel
from extractor.bulk.ledger import Asked
from extractor.bulk.tasks import Part
from extractor.deliver.tables.rows import ReportRows, report_key, report_rows
from extractor.pipeline import Then, concluded, draft, hear
from extractor.pool import Lost
from extractor.read.limits import Limits
from extractor.read.locator import Locator, expanded
from extractor.report import Report, Verdict

__all__ = ["NO_ROWS", "Died", "Inside", "Job", "Made", "Outcome", "Same", "made", "read_below", "read_one", "was_lost"]


_PR_SET_PDEATHSIG = 1

NO_ROWS = ReportRows([], [], [], [])
"""In place of rows that were taken."""


@dataclass(frozen=True, slots=True)
class Job:
    """A document, or a file that may be an archive of them (`expands`). `known`, `answers`: as in a Todo; `part`: of an
    archive, as in a File."""

    origin: Locator
    known: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    expands: bool = True
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """The rows of a document. `asked`: keys of the questions it raised; `questions`: those without an answer."""

    key: str
    sha256: str
    rows: ReportRows
    failed: bool
    asked: tuple[str, ...] = ()
    questions: tuple[Asked, ...] = ()


@dataclass(frozen=True, slots=True)
class Same:
    """The file holds what it held when it was read before."""


@dataclass(frozen=True, slots=True)
class Inside:
    """The file is an archive: its documents, and how many of its files are none, by suffix."""

    documents: tuple[Locator, ...]
    sha256: str
    passed: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Died:
    """The process that read it died, or was killed."""


Outcome: TypeAlias = Made | Same | Inside | Died


def read_one(
    job: Job, *, form: str | None, limits: Limits, settings: Settings | None, then: Then | None = None
) -> Made | Same | Inside:
    """`then` has the last word on the report. Raises what is the caller's mistake, and nothing for a document that is
    no good."""
    origin = job.origin
    try:
        if job.known and origin.digest() == job.known:
            return Same()
        if job.expands:
            passed: Counter[str] = Counter()
            among = None if job.part is None else range(job.part.first, job.part.last)
            documents = tuple(expanded(origin, limits, passed, among))
            if documents == (origin,) and among is not None and among.start > 0:
                documents = ()  # it is no archive any more: what it is the first part says
            if documents != (origin,):
                return Inside(documents, origin.digest(), passed)
        first = draft(origin.document(limits), form=form)
        if settings is None:
            return made(concluded(first, None, then))
        model = FiledModel(settings, job.answers)
        heard = asyncio.run(hear(first, model))
        return made(concluded(first, heard, then), tuple(model.asked), tuple(model.wanted.values()))
    except Exception as error:
        return made(failure(origin, error))


def read_below(
    job: Job, *, form: str | None, limits: Limits, settings: Settings | None, then: Then | None = None
) -> Outcome:
    """As `read_one`, in a process of its own that ends with the one above it."""
    _end_with_parent(os.getpid())
    return read_one(job, form=form, limits=limits, settings=settings, then=then)


@cache
def _end_with_parent(_process: int) -> None:
    """Else one that hangs would keep the pipes of the engine open, which then waits for ever. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def was_lost(job: Job, how: Lost, *, limits: Limits) -> Outcome:
    """What comes of a document whose process died, or had to be ended."""
    return Died() if how is Lost.DIED else made(lost(job.origin, how, limits=limits))


def made(report: Report, asked: tuple[str, ...] = (), questions: tuple[Asked, ...] = ()) -> Made:
    """The rows of a report."""
    source = report.source
    failed = report.verdict is Verdict.FAILED
    return Made(report_key(source), source.sha256, report_rows((report,)), failed, asked, questions)
