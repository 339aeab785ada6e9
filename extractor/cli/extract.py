"""`gouji extract`: documents in, reports out."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.endpoint import BaseUrl, Config, ModelName, settings_of
from extractor.cli.guard import FAILED, complain, guard
from extractor.cli.limits import LimitOption, limits_of
from extractor.cli.output import Format, OutFile, format_of
from extractor.cli.words import counted

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping
    from typing import TextIO

    from extractor.ask.endpoint.settings import Settings
    from extractor.ask.endpoint.usage import Usage
    from extractor.cli.inputs import Inputs
    from extractor.forms.model import Form
    from extractor.pipeline import Then
    from extractor.read.limits import Limits
    from extractor.report import Report

__all__ = ["Format", "extract"]

IN_FULL = 3  # more reports than this are summed up in a line each


def extract(
    paths: Annotated[
        list[str],
        typer.Argument(
            help="Files, folders (read recursively), archives, or - for stdin.", metavar="PATH", show_default=False
        ),
    ],
    no_llm: Annotated[
        bool, typer.Option("--no-llm", help="Ask no language model, even if an endpoint is set up.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how much a language model would be asked, and ask nothing.")
    ] = False,
    base_url: BaseUrl = None,
    model: ModelName = None,
    config: Config = None,
    fmt: Annotated[
        Format | None,
        typer.Option(
            "--format",
            "-f",
            help="How to write reports; by default what FILE's suffix says, else table.",
            show_default=False,
        ),
    ] = None,
    out: OutFile = None,
    form: Annotated[
        str | None,
        typer.Option(help="Read as this form instead of recognising it.", metavar="ID", show_default=False),
    ] = None,
    decisions: Annotated[
        Path | None,
        typer.Option(
            help="Apply what people decided in gouji review, kept in this folder or file.",
            metavar="DIR",
            show_default=False,
        ),
    ] = None,
    limit: LimitOption = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Documents to work on at once.", metavar="N")] = 1,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress, notes or hints; failures are still named.")
    ] = False,
) -> None:
    """Extract the statutory tables of annual reports, checked, with a source for every figure.

    Exit code: 0 when every document yielded a report, 1 when one failed (the others still come out), 2 for wrong usage.
    """
    with guard():
        from extractor.cli.decided import Applied, decisions_of, note_unapplied
        from extractor.cli.forms import check_form
        from extractor.cli.inputs import collect, drawn
        from extractor.cli.output import open_output
        from extractor.cli.reading import extracted, note_skipped, with_progress
        from extractor.forms.load import load_forms

        settings = None if no_llm else settings_of(config, base_url=base_url, model=model)

        forms = load_forms()
        if form is not None:
            check_form(form, forms)
        if fmt is None:
            fmt = format_of(out)
        limits = limits_of(limit)
        then = None if decisions is None else decisions_of(decisions)
        inputs = drawn(collect(paths, leave_out=out, limits=limits), limits)
        if dry_run:
            _tell_estimate(inputs, limits, form, settings)
            return
        failures = _Failures()
        unasked = _Unasked(forms, wanted=settings is None and not (no_llm or quiet) and fmt is Format.TABLE)
        spent: list[Usage] = []
        applied = Applied()
        with (
            open_output(out, bom=fmt is Format.CSV) as stream,
            closing(
                extracted(inputs.documents, limits=limits, form=form, jobs=jobs, then=then)
                if settings is None
                else _asked(inputs, settings, limits, form, spent, then)
            ) as reports,
        ):
            many = len(inputs.documents) > IN_FULL
            streamed = fmt is not Format.TABLE and stream.isatty()
            watched = reports if quiet or streamed or not many else with_progress(reports, len(inputs.documents))
            _write(
                applied.noting(unasked.noting(failures.noting(watched))),
                fmt,
                stream,
                forms,
                len(inputs.documents),
                quiet,
            )
        if not quiet:
            note_skipped(inputs)
            _tell_usage(spent)
            unasked.tell()
            applied.tell()
            if decisions is None:
                note_unapplied(paths)
        failures.tell(len(inputs.documents))
    if failures.seen:
        raise typer.Exit(FAILED)


def _asked(
    inputs: "Inputs",
    settings: "Settings",
    limits: "Limits",
    form: str | None,
    spent: "list[Usage]",
    then: "Then | None",
) -> "Generator[Report, None, None]":
    from extractor.cli.asking import asked

    return asked(inputs.documents, settings, limits=limits, form=form, spent=spent, then=then)


def _tell_usage(spent: "list[Usage]") -> None:
    if spent:
        from extractor.cli.asking import tell_usage

        tell_usage(spent[0])


def _tell_estimate(inputs: "Inputs", limits: "Limits", form: str | None, settings: "Settings | None") -> None:
    from extractor.cli.asking import estimated

    found = estimated(inputs.documents, limits=limits, form=form)
    cost = None if settings is None else settings.cost(found.prompt_tokens, found.answer_tokens)
    price = "no prices are set" if cost is None else f"about {cost:.4f}"
    typer.echo(
        f"{found.asked} of {found.documents} documents have open cells that a language model could be asked for: "
        f"{found.cells} cells in {found.questions} questions, about {found.prompt_tokens} tokens sent and "
        f"{found.answer_tokens} received ({price}). Nothing was sent."
    )
    if found.failed:
        complain(f"{found.failed} documents cannot be read")


class _Unasked:
    """Open cells that a language model could be asked for, counted while the reports pass by."""

    def __init__(self, forms: "Mapping[str, Form]", *, wanted: bool) -> None:
        self._forms = forms
        self._wanted = wanted
        self._cells = 0

    def noting(self, reports: "Iterable[Report]") -> "Iterator[Report]":
        from extractor.ask.plan import gaps

        for report in reports:
            if self._wanted and report.form is not None:
                self._cells += len(gaps(self._forms[report.form], report.cells))
            yield report

    def tell(self) -> None:
        if self._cells:
            complain(
                f"{counted(self._cells, 'open cell')} could be asked of a language model, and none is set up "
                "(gouji doctor says how, --dry-run how much it would be asked)"
            )


class _Failures:
    """The documents that yielded no report, remembered while the reports pass by."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def noting(self, reports: "Iterable[Report]") -> "Iterator[Report]":
        from extractor.deliver.summary import failure_reason

        for report in reports:
            reason = failure_reason(report)
            if reason is not None:
                self.seen.append((report.source.name, reason))
            yield report

    def tell(self, documents: int) -> None:
        for name, reason in self.seen:
            complain(f"{name}: {reason}")
        if self.seen and documents > 1:
            complain(f"{len(self.seen)} of {documents} documents failed")


def _write(
    reports: "Iterator[Report]",
    fmt: Format,
    stream: "TextIO",
    forms: "Mapping[str, Form]",
    documents: int,
    quiet: bool,
) -> None:
    match fmt:
        case Format.JSON:
            from extractor.deliver.to_json import write_json

            write_json(reports, stream, array=documents > 1)
        case Format.JSONL:
            from extractor.deliver.to_json import write_jsonl

            write_jsonl(reports, stream)
        case Format.CSV:
            from extractor.deliver.to_csv import write_csv

            write_csv(reports, stream, forms)
        case Format.TABLE if documents > IN_FULL:
            _write_summaries(reports, stream, quiet)
        case Format.TABLE:
            _write_in_full(reports, stream, forms, quiet)


def _write_in_full(reports: "Iterator[Report]", stream: "TextIO", forms: "Mapping[str, Form]", quiet: bool) -> None:
    from extractor.cli.output import console_on
    from extractor.deliver.to_table import legend, report_view

    console = console_on(stream)
    plain = console.color_system is None
    statuses = set()
    for report in reports:
        console.print(report_view(report, forms.get(report.form or ""), plain=plain))
        statuses |= {cell.status for cell in report.cells.values()}
    if statuses and not quiet:
        console.print(legend(statuses, plain=plain))


def _write_summaries(reports: "Iterator[Report]", stream: "TextIO", quiet: bool) -> None:
    from extractor.cli.output import console_on
    from extractor.deliver.summary import summarise
    from extractor.deliver.summary_table import summary_view

    console = console_on(stream)
    # Summaries, not reports: ten thousand reports would not fit into memory.
    console.print(summary_view([summarise(report) for report in reports]))
    if not quiet:
        console.print(
            "Name up to three documents to see their figures, or write all with --format json, jsonl or csv.",
            style="dim",
        )
