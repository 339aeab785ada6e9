"""Documents with labels through readers and systems, each to a Result. Whatever a document does, the run goes on."""

import asyncio
import time
import traceback
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from extractor.ask.model import Model
from extractor.deliver.printable import printable
from extractor.errors import GoujiError, RulesError, UnreadableError, UsageError
from extractor.evaluate.context import contexts
from extractor.evaluate.gold import Gold, Sample
from extractor.evaluate.readers import Heeded, Reader, as_report, heed
from extractor.evaluate.results import CellRow, Result
from extractor.evaluate.scoring import FINE, Score, score_report
from extractor.evaluate.systems import System
from extractor.evaluate.trust import Trust, trust_of
from extractor.forms.load import load_forms
from extractor.pipeline import Draft, draft, finish
from extractor.pool import in_processes
from extractor.read import Document, Limits, check_regular, read
from extractor.report import Report

__all__ = ["Content", "Item", "SampleItem", "score_content", "score_item", "scored", "scored_asking"]


@dataclass(frozen=True, slots=True)
class Content:
    """A document and its labels. `name`: as a file would be called, such as report.html; `unreadable`: why not."""

    data: bytes
    name: str
    gold: Gold
    unreadable: str | None = None


class Item(Protocol):
    """A labelled document that is read, or made, where it is scored: picklable, and small."""

    @property
    def name(self) -> str: ...

    def load(self) -> Content: ...


@dataclass(frozen=True)
class SampleItem:
    """A sample on disk."""

    sample: Sample

    @property
    def name(self) -> str:
        return self.sample.name

    def load(self) -> Content:
        path, gold = self.sample.report, self.sample.gold
        try:
            check_regular(path)
            with path.open("rb") as file:
                return Content(file.read(Limits().max_bytes + 1), path.name, gold)
        except (OSError, UnreadableError) as error:
            return Content(b"", path.name, gold, getattr(error, "strerror", None) or str(error))


@dataclass
class _Reading:
    """What became of one document."""

    report: Report | None = None
    document: Document | None = None
    failure: str | None = None
    heeded: Heeded | None = None
    ms: float = 0.0
    _started: float = field(default_factory=time.perf_counter)

    def failed(self, error: Exception) -> None:
        """What a document raises counts against it; a mistake of the caller's is raised again."""
        if isinstance(error, RulesError | UsageError):
            raise error
        self.report, self.failure = None, f"{type(error).__name__}: {error}"
        if not isinstance(error, GoujiError | OSError):
            self.failure += "\n" + "".join(traceback.format_exception(error, limit=-3))

    def stop(self) -> None:
        self.ms = (time.perf_counter() - self._started) * 1000


def score_content(content: Content, reader: Reader | System = Reader.RULES) -> Score:
    """One document as the rules, or another system, read it. What it raises makes it a failed one, with the reason."""
    reading = _read(content, reader)
    score = score_report(reading.report, content.gold, failure=reading.failure)
    score.ms = reading.ms
    return score


def score_item(item: Item, reader: Reader | System = Reader.RULES) -> Result:
    """As `score_content`, with everything that a run keeps."""
    content = item.load()
    return _result(item, _name(reader), content, _read(content, reader))


def _name(reader: Reader | System) -> str:
    return reader.value if isinstance(reader, Reader) else reader.name


def _read(content: Content, reader: Reader | System) -> _Reading:
    reading = _Reading()
    try:
        if reader is Reader.RULES:
            first = _draft(content)
            reading.document = first.document
            reading.report = finish(first)
        elif isinstance(reader, Reader):
            raise UsageError(f"'{reader}' asks a language model: see scored_asking")
        else:
            gold, form = _readable(content).gold, load_forms()[content.gold.form]
            reading.report = as_report(reader.extract(content.data, content.name, form), form, gold.organ, gold.year)
    except Exception as error:
        reading.failed(error)
    reading.stop()
    return reading


def _draft(content: Content) -> Draft:
    return draft(read(_readable(content).data, name=content.name))


def _readable(content: Content) -> Content:
    if content.unreadable is not None:
        raise UnreadableError(content.unreadable)
    return content


def scored(items: Iterable[Item], reader: Reader | System, jobs: int) -> Iterator[Result]:
    """A result for each item, in order, in `jobs` processes. Raises UsageError where a system cannot work here."""
    return in_processes(partial(score_item, reader=reader), items, jobs, partial(_died, reader=reader))


async def scored_asking(
    items: Iterable[Item], readers: Sequence[Reader], model: Model, at_once: int = 1
) -> AsyncIterator[Result]:
    """As `scored`, with a language model: `at_once` documents are under way, each with one reader after the other."""
    waiting: deque[asyncio.Task[list[Result]]] = deque()
    try:
        for item in items:
            waiting.append(asyncio.create_task(_asking(item, readers, model)))
            if len(waiting) >= at_once:
                for result in await waiting.popleft():
                    yield result
        while waiting:
            for result in await waiting.popleft():
                yield result
    finally:
        for task in waiting:
            task.cancel()


async def _asking(item: Item, readers: Sequence[Reader], model: Model) -> list[Result]:
    out = []
    content = await asyncio.to_thread(item.load)
    for reader in readers:
        reading = _Reading()
        try:
            first = await asyncio.to_thread(_draft, content)
            reading.document = first.document
            reading.heeded = await heed(first, reader, model)
            reading.report = reading.heeded.report
        except Exception as error:
            reading.failed(error)
        reading.stop()
        out.append(_result(item, reader.value, content, reading))
    return out


def _died(item: Item, reader: Reader | System) -> Result:
    content = item.load()
    reading = _Reading(failure="the process that read it died (out of memory, or a crash in a library)")
    return _result(item, _name(reader), content, reading)


def _result(item: Item, reader: str, content: Content, reading: _Reading) -> Result:
    report, gold, heeded = reading.report, content.gold, reading.heeded
    score = score_report(report, gold, failure=reading.failure)
    result = Result(
        report=printable(item.name),
        reader=reader,
        form=gold.form,
        suffix=_suffix(content.name),
        mess=tuple(gold.mess),
        layout=gold.layout,
        severity=gold.severity,
        failed=None if score.failed is None else printable(score.failed, keep_lines=True),
        form_right=score.form_right,
        year_right=score.year_right,
        organ_right=score.organ_right,
        whole=score.whole,
        ms=reading.ms,
        findings=score.findings,
        cells=_rows(score, report, reading.document),
    )
    if report is not None:
        result.usage = report.usage
    if heeded is not None:
        result.unasked, result.failure = heeded.unasked, heeded.failure
    return result


def _suffix(name: str) -> str:
    _, dot, suffix = name.rpartition(".")
    return f"{dot}{suffix.lower()}" if dot else ""


def _rows(score: Score, report: Report | None, document: Document | None) -> list[CellRow]:
    trust = {} if report is None or score.failed else trust_of(report, load_forms().get(report.form or ""))
    wanted = [] if score.failed else [one.cell for one in score.cells if one.outcome not in FINE]
    places = contexts(document, report, wanted) if document is not None and report is not None else {}
    rows = []
    for one in score.cells:
        got = one.got
        row = CellRow(
            one.cell,
            one.outcome,
            one.gold,
            got.value,
            one.on_page,
            got.status,
            trust.get(one.cell, Trust.NONE),
            "+".join(sorted(got.read_by)),
            one.among,
            got.alternatives,
        )
        if one.outcome not in FINE:
            place = places.get(one.cell)
            row = row._replace(because=printable(got.because or ""))
            if place is not None:
                row = row._replace(before=place.before, evidence=place.text, after=place.after, near=place.near)
        rows.append(row)
    return rows
