"""From the documents named to their reports, for every command that extracts."""

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from extractor.cli.guard import complain

if TYPE_CHECKING:
    from collections.abc import Generator

    from extractor.cli.inputs import Inputs, Stream
    from extractor.pipeline import Then
    from extractor.read.limits import Limits
    from extractor.read.locator import Locator
    from extractor.report import Report

__all__ = ["extracted", "note_skipped", "with_progress"]


def extracted(
    documents: "Iterable[Locator | Stream]",
    *,
    limits: "Limits",
    form: str | None = None,
    jobs: int = 1,
    then: "Then | None" = None,
) -> "Generator[Report, None, None]":
    """Reports in the order of the documents, read in processes that can be ended; `then` has the last word on each."""
    from extractor.batch import extract_many
    from extractor.cli.inputs import as_locator

    origins = (as_locator(document, limits) for document in documents)
    yield from extract_many(origins, form=form, limits=limits, jobs=jobs, isolate=True, then=then)


def with_progress(reports: "Iterator[Report]", total: int) -> "Iterator[Report]":
    """`reports` with a progress bar on stderr, if that is a terminal."""
    if not sys.stderr.isatty():
        return reports
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return iter(track(reports, description="", total=total, console=console, transient=True))


def note_skipped(inputs: "Inputs") -> None:
    """Names what folders and archives held besides."""
    from extractor.cli.inputs import by_suffix

    if inputs.skipped:
        complain(f"passed over, not looked for in folders or archives: {by_suffix(inputs.skipped)}")
