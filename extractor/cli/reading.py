"""From the documents named to their reports, for every command that extracts."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.cli.guard import complain

if TYPE_CHECKING:
    from collections.abc import Generator

    from extractor.cli.inputs import Inputs, Stream
    from extractor.report import Report

__all__ = ["extracted", "extracted_content", "note_skipped", "with_progress"]


def extracted(
    documents: "Iterable[Path | Stream]", *, form: str | None = None, jobs: int = 1
) -> "Generator[Report, None, None]":
    """Reports in the order of the documents. Runs of files go through the pipeline together, streams one by one."""
    from itertools import groupby

    from extractor.batch import extract_many
    from extractor.read import Limits

    for is_file, group in groupby(documents, key=lambda document: isinstance(document, Path)):
        if is_file:
            yield from extract_many([path for path in group if isinstance(path, Path)], form=form, jobs=jobs)
        else:
            for stream in group:
                if not isinstance(stream, Path):
                    yield extracted_content(stream.name, stream.read(Limits().max_bytes), form=form)


def extracted_content(name: str, content: bytes, *, form: str | None = None) -> "Report":
    """By way of a file, so that what goes wrong in a stream becomes a failed report as it does for files."""
    from dataclasses import replace
    from tempfile import TemporaryDirectory

    from extractor.batch import extract_many

    with TemporaryDirectory(prefix="gouji-") as folder:
        spooled = Path(folder, name)
        spooled.write_bytes(content)
        (report,) = extract_many([spooled], form=form)
    return replace(report, source=replace(report.source, name=name))


def with_progress(reports: "Iterator[Report]", total: int) -> "Iterator[Report]":
    """`reports` with a progress bar on stderr, if that is a terminal."""
    if not sys.stderr.isatty():
        return reports
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return iter(track(reports, description="", total=total, console=console, transient=True))


def note_skipped(inputs: "Inputs") -> None:
    """Names what folders held besides."""
    from extractor.cli.inputs import by_suffix

    if inputs.skipped:
        complain(f"passed over, not read by this version: {by_suffix(inputs.skipped)}")
