"""`gouji audit`: reports of several years in, what does not go on from one year to the next out."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from extractor.cli.guard import FAILED, complain, guard
from extractor.cli.limits import LimitOption, limits_of
from extractor.cli.output import Format, OutFile, format_of

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from io import BufferedReader, RawIOBase
    from typing import TextIO

    from extractor.audit.audit import Audit
    from extractor.audit.model import Filed, NotAudited
    from extractor.cli.inputs import Inputs, Stream
    from extractor.forms.model import Form
    from extractor.read.limits import Limits
    from extractor.read.locator import Locator

__all__ = ["FOUND", "FailOn", "audit"]

FOUND = 3
MOST_COMPLAINTS = 3  # about one file


class FailOn(StrEnum):
    """The least severity that makes the exit code 3."""

    ERROR = "error"
    WARNING = "warning"


def audit(
    paths: Annotated[
        list[str],
        typer.Argument(
            help="Results (JSON, JSON Lines) and reports, mixed at will: files, folders, or - for stdin.",
            metavar="PATH",
            show_default=False,
        ),
    ],
    fmt: Annotated[
        Format | None,
        typer.Option(
            "--format",
            "-f",
            help="How to write findings; by default what FILE's suffix says, else table.",
            show_default=False,
        ),
    ] = None,
    out: OutFile = None,
    fail_on: Annotated[
        FailOn | None,
        typer.Option("--fail-on", help="Exit with 3 if anything so severe, or worse, is found.", show_default=False),
    ] = None,
    limit: LimitOption = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Documents to extract at once.", metavar="N")] = 1,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress or notes; failures are still named.")
    ] = False,
) -> None:
    """Check the reports of each body from year to year: what is carried over, and what adds up.

    Exit code: 0 when everything could be read, whatever was found; 1 when a document or result could not (the others
    are still audited); 2 for wrong usage; 3 for findings, if --fail-on asks for it.
    """
    with guard():
        from extractor.audit.audit import audit as audited
        from extractor.audit.results import SUFFIXES
        from extractor.cli.inputs import collect
        from extractor.cli.output import open_output
        from extractor.cli.reading import note_skipped
        from extractor.forms.load import load_forms

        forms = load_forms()
        fmt = fmt or format_of(out)
        limits = limits_of(limit)
        inputs = collect(paths, leave_out=out, also=SUFFIXES, limits=limits)
        with closing(_filed(inputs, forms, limits, jobs, {Path(path) for path in paths}, quiet)) as reports:
            result = audited(reports, forms)
        with open_output(out, bom=fmt is Format.CSV) as stream:
            _write(result, fmt, stream, forms)
        if not quiet:
            note_skipped(inputs)
        failed = _tell_failures(result)
    if failed:
        raise typer.Exit(FAILED)
    if fail_on is not None and any(one.severity.value in _AT_LEAST[fail_on] for one in result.findings):
        raise typer.Exit(FOUND)


_AT_LEAST = {FailOn.ERROR: ("error",), FailOn.WARNING: ("error", "warning")}


def _filed(
    inputs: "Inputs", forms: "Mapping[str, Form]", limits: "Limits", jobs: int, named: set[Path], quiet: bool
) -> "Generator[Filed | NotAudited, None, None]":
    """What the audit keeps of every result and report: the results first, then the documents extracted."""
    from extractor.audit.filed import filed_report, needed_cells
    from extractor.audit.results import SUFFIXES, holds_results
    from extractor.cli.reading import extracted, with_progress
    from extractor.errors import DocumentError
    from extractor.read.locator import Locator, expanded

    needed = needed_cells(forms)
    documents: list[Locator | Stream] = []
    for one in inputs.documents:
        if isinstance(one, Locator) and one.inside:
            documents.append(one)
            continue
        suffix = "" if one.path is None else one.path.suffix.lower()
        stream = not isinstance(one, Locator)
        try:
            with _opened(one) as file:
                if suffix in SUFFIXES or holds_results(file.peek()):
                    yield from _results(file, one.name, suffix, needed, stream or one.path in named)
                elif stream:
                    # It can be read only once, and has been begun.
                    drawn = Locator(one.name, content=file.read(limits.max_bytes + 1))
                    documents += expanded(drawn, limits, inputs.skipped)
                else:
                    documents.append(one)
        except (DocumentError, OSError):
            if stream:
                raise
            documents.append(one)  # what could not be opened here fails there, and is told as for any document
    with closing(extracted(documents, limits=limits, jobs=jobs)) as reports:
        for report in reports if quiet else with_progress(reports, len(documents)):
            yield filed_report(report, needed)


def _results(
    file: "BufferedReader", name: str, suffix: str, needed: frozenset[str], named: bool
) -> "Iterator[Filed | NotAudited]":
    """The results in a file. One that gouji has not written has failed, unless a folder merely happened to hold it."""
    from extractor.audit.filed import filed_result
    from extractor.audit.model import NotAudited
    from extractor.audit.results import read_results
    from extractor.errors import ForeignResultError, ResultError

    for place, result in read_results(file, suffix):
        where = f"{name}{place}"
        try:
            if isinstance(result, ResultError):
                raise result
            yield filed_result(result, where, needed)
        except ResultError as error:
            foreign = isinstance(error, ForeignResultError)
            yield NotAudited(name, where, str(error), named or not foreign)


@contextmanager
def _opened(document: "Locator | Stream") -> "Iterator[BufferedReader]":
    """A document to be read once, looked into before that. Raises UnreadableError, OSError."""
    import sys
    from io import BufferedReader

    from extractor.read import check_regular
    from extractor.read.locator import Locator

    path = document.path
    if isinstance(document, Locator) and path is not None:
        check_regular(path)
    if path is not None:
        with path.open("rb") as file:
            yield file
    else:
        standard = sys.stdin.buffer
        yield standard if isinstance(standard, BufferedReader) else BufferedReader(cast("RawIOBase", standard))


def _write(result: "Audit", fmt: Format, stream: "TextIO", forms: "Mapping[str, Form]") -> None:
    from extractor.deliver.audit_files import write_audit_csv, write_audit_json, write_audit_jsonl

    match fmt:
        case Format.JSON:
            write_audit_json(result, stream)
        case Format.JSONL:
            write_audit_jsonl(result, stream)
        case Format.CSV:
            write_audit_csv(result, stream)
        case Format.TABLE:
            from extractor.cli.output import console_on
            from extractor.deliver.audit_view import audit_view

            console_on(stream).print(audit_view(result, forms))


def _tell_failures(result: "Audit") -> int:
    """Names what could not be read, a few of each file, and says how many there are."""
    from collections import Counter

    failed = [one for one in result.not_audited if one.failed]
    seen: Counter[str] = Counter()
    for one in failed:
        seen[one.name] += 1
        if seen[one.name] <= MOST_COMPLAINTS:
            complain(f"{one.where}: {one.reason}")
    for name, number in seen.items():
        if number > MOST_COMPLAINTS:
            complain(f"{name}: and {number - MOST_COMPLAINTS} more results in it")
    if failed:
        complain(f"{len(failed)} could not be read and {'is' if len(failed) == 1 else 'are'} not audited")
    return len(failed)
