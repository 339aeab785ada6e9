"""A whole run: items through readers, the rules in processes, a language model (or a recording of one) beside them."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.ask.model import Model
from extractor.errors import UsageError
from extractor.evaluate.folder import write_run
from extractor.evaluate.intervals import LEVEL, RESAMPLES
from extractor.evaluate.page import page_of
from extractor.evaluate.rates import Summary, summarised
from extractor.evaluate.readers import Reader
from extractor.evaluate.recording import Recorder, Replay
from extractor.evaluate.results import Result
from extractor.evaluate.runner import Item, scored, scored_asking
from extractor.report import JSONValue

if TYPE_CHECKING:
    from extractor.ask.endpoint.settings import Settings

__all__ = ["Asking", "about", "keep", "perform"]

_DOCUMENTS_PER_CONNECTION = 3


@dataclass(frozen=True)
class Asking:
    """Whom to ask: a recording, or an endpoint; `record`: where to keep what the endpoint answers."""

    settings: "Settings | None" = None
    recording: Path | None = None
    record: Path | None = None

    @property
    def name(self) -> str | None:
        """The model, for reports."""
        if self.recording is not None:
            return f"recording {self.recording.name}"
        if self.settings is None:
            return None
        return " at ".join(one for one in (self.settings.model, self.settings.base_url) if one)

    @asynccontextmanager
    async def model(self) -> AsyncIterator[tuple[Model, int]]:
        """The model, and how many documents may be under way. Raises UsageError where there is none."""
        if self.recording is not None:
            yield Replay(self.recording), 1
            return
        if self.settings is None:
            raise UsageError("no language model is set up, and no recording is given")
        from extractor.ask.endpoint.connect import connect

        async with connect(self.settings) as connection:
            at_once = _DOCUMENTS_PER_CONNECTION * self.settings.concurrency
            yield (connection if self.record is None else Recorder(connection, self.record)), at_once


def perform(
    items: Sequence[Item],
    readers: Sequence[Reader],
    asking: Asking,
    *,
    jobs: int = 1,
    seen: Callable[[Result], None] = lambda _: None,
) -> list[Result]:
    """All results, reader by reader. `seen` is called for each as it comes. Raises UsageError, OSError."""
    results: list[Result] = []
    if Reader.RULES in readers:
        for result in scored(items, Reader.RULES, jobs):
            seen(result)
            results.append(result)
    others = [reader for reader in readers if reader is not Reader.RULES]
    if others:
        for result in _asked(items, others, asking):
            seen(result)
            results.append(result)
    order = {reader.value: number for number, reader in enumerate(readers)}
    return sorted(results, key=lambda one: order[one.reader])


def _asked(items: Sequence[Item], readers: Sequence[Reader], asking: Asking) -> Iterator[Result]:
    """One event loop, stepped from outside, so that a progress bar moves between the results."""

    async def results() -> AsyncIterator[Result]:
        async with asking.model() as (model, at_once):
            async for result in scored_asking(items, readers, model, at_once):
                yield result

    with asyncio.Runner() as runner:
        coming = results()
        while True:
            try:
                yield runner.run(_next(coming))
            except StopAsyncIteration:
                return


async def _next(coming: AsyncIterator[Result]) -> Result:
    return await anext(coming)


def about(readers: Sequence[Reader], asking: Asking, samples: Sequence[str]) -> dict[str, JSONValue]:
    """What was run, for the report."""
    try:
        gouji = version("gouji")
    except PackageNotFoundError:
        gouji = "unknown"
    asks = any(reader is not Reader.RULES for reader in readers)
    return {
        "gouji": gouji,
        "python": ".".join(map(str, sys.version_info[:3])),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "samples": [*samples],
        "readers_run": [reader.value for reader in readers],
        "model": asking.name if asks else None,
        "intervals": f"{100 * LEVEL:.0f} %, cluster bootstrap by report, {RESAMPLES} resamples",
    }


def keep(folder: Path, told: dict[str, JSONValue], results: Sequence[Result]) -> list[Summary]:
    """Write the run's folder. `told`: see `about`. Returns each reader's figures."""
    names = list(dict.fromkeys(one.reader for one in results))
    summaries = [summarised([one for one in results if one.reader == name]) for name in names]
    figures = {one.reader: one.to_dict() for one in summaries}
    write_run(folder, told, figures, results, page_of(told, summaries, results))
    return summaries
