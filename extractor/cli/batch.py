"""`gouji batch`: batches on a service, from the command line."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.guard import FAILED, complain, guard
from extractor.cli.output import open_output

if TYPE_CHECKING:
    from extractor.client import Client
    from extractor.client.common import JSON
    from extractor.report import Report

__all__ = ["batch_app"]

batch_app = typer.Typer(
    help="Submit batches to a service, follow them, fetch results.", rich_markup_mode=None, no_args_is_help=True
)

Url = Annotated[str, typer.Option("--url", help="Where the service is.", metavar="URL", envvar="GOUJI_URL")]
BatchId = Annotated[
    str, typer.Argument(help="The id that `gouji batch submit` printed.", metavar="ID", show_default=False)
]
_URL = "http://127.0.0.1:8321"
_STATES = ("completed", "cancelled")


@batch_app.command()
def submit(
    paths: Annotated[list[str], typer.Argument(help="Files and folders.", metavar="PATH...", show_default=False)],
    url: Url = _URL,
    form: Annotated[str | None, typer.Option("--form", help="The form, in place of having it recognised.")] = None,
    llm: Annotated[bool, typer.Option("--llm", help="Also ask the service's language model.")] = False,
    priority: Annotated[str, typer.Option("--priority", help="high, normal or low.")] = "normal",
    webhook: Annotated[str | None, typer.Option("--webhook", help="A URL told when it has ended.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Follow it until it has ended.")] = False,
) -> None:
    """Submit documents as a batch and print its id. The key, if one is needed, is taken from GOUJI_KEY."""
    with guard(), closing(_client(url)) as client:
        from extractor.cli.inputs import Stream, collect
        from extractor.errors import UsageError
        from extractor.read import Limits

        limits = Limits()
        files: list[Path | tuple[str, bytes]] = []
        for each in collect(paths).documents:
            if isinstance(each, Stream):
                raise UsageError("a batch is made of files, not of streams")
            files.append(each.path if each.path is not None and not each.inside else (each.name, each.read(limits)))
        batch = client.submit(
            files, form=form, readers="rules,llm" if llm else None, priority=priority, webhook=webhook
        )
        typer.echo(batch["id"])
        if wait:
            _follow(client, str(batch["id"]))


@batch_app.command()
def status(
    batch_id: BatchId,
    url: Url = _URL,
    wait: Annotated[bool, typer.Option("--wait", help="Follow it until it has ended.")] = False,
) -> None:
    """Show how far a batch is."""
    with guard(), _known(batch_id), closing(_client(url)) as client:
        if wait:
            _follow(client, batch_id)
        _tell(client.batch(batch_id))


@batch_app.command("list")
def list_batches(
    url: Url = _URL,
    limit: Annotated[int, typer.Option("--limit", help="At most so many, the newest; 0: all.", min=0)] = 20,
) -> None:
    """List the batches of the key, newest first: when they came (UTC), their state, documents done and failed."""
    with guard(), closing(_client(url)) as client:
        for batch in islice(client.batches(), limit or None):
            counts = _counts(batch)
            done = f"{counts['done']}/{counts['total']}"
            failed = f"{counts['failed']} failed" if counts["failed"] else ""
            typer.echo(
                f"{batch['id']}  {str(batch['created'])[:16]}  {batch['state']!s:<9}  {done:>13}  {failed}".rstrip()
            )


@batch_app.command()
def delete(batch_id: BatchId, url: Url = _URL) -> None:
    """Delete a batch that has ended, with its documents and results."""
    with guard(), _known(batch_id), closing(_client(url)) as client:
        client.delete(batch_id)
        typer.echo(f"deleted {batch_id}")


@batch_app.command()
def results(
    batch_id: BatchId,
    url: Url = _URL,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Write to FILE, whole or not at all: .csv and .parquet, else a line of JSON each.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    errors: Annotated[bool, typer.Option("--errors", help="Only the documents without a report, and why.")] = False,
) -> None:
    """Fetch the results so far: a line of JSON each, or a table.

    CSV has a line a cell, as `gouji extract` writes it; Parquet a row a document, for `gouji deliver` and others.
    """
    with guard(), _known(batch_id), closing(_client(url)) as client:
        suffix = "" if out is None else out.suffix.lower()
        _check_suffix(suffix, errors)
        batch = client.batch(batch_id)
        if out is not None and suffix == ".parquet":
            from extractor.deliver.folder import new_file

            with new_file(out) as unfinished, unfinished.open("wb") as file:
                client.parquet(batch_id, file)
        else:
            lines = client.errors(batch_id) if errors else client.results(batch_id)
            counted = _counted(lines, batch, "errors" if errors else "results", shown=out is not None)
            with open_output(out, bom=suffix == ".csv") as stream:
                if suffix == ".csv":
                    from extractor.deliver.to_csv import write_csv
                    from extractor.forms.load import load_forms

                    write_csv(map(_report, counted), stream, load_forms())
                else:
                    for line in counted:
                        stream.write(json.dumps(line, ensure_ascii=False) + "\n")
        if batch["state"] not in _STATES:
            complain(f"the batch is {batch['state']}: there will be more")


@batch_app.command()
def cancel(batch_id: BatchId, url: Url = _URL) -> None:
    """Stop the work on a batch. What is done stays."""
    with guard(), _known(batch_id), closing(_client(url)) as client:
        _tell(client.cancel(batch_id))


def _check_suffix(suffix: str, errors: bool) -> None:
    from extractor.errors import UsageError

    if suffix in (".xlsx", ".duckdb"):
        raise UsageError(f"fetch the results as .jsonl or .parquet, and turn them into {suffix} with gouji deliver")
    if errors and suffix in (".csv", ".parquet"):
        raise UsageError("errors are lines of JSON (.jsonl)")


def _report(line: "dict[str, JSON]") -> "Report":
    from extractor.deliver.from_json import report_of

    return report_of(json.loads(json.dumps(line), parse_float=Decimal))


@contextmanager
def _known(batch_id: str) -> Iterator[None]:
    """What is not there, and what is another key's, look alike to the service: this says what was looked for."""
    from extractor.errors import GoujiError, UsageError

    try:
        yield
    except GoujiError as error:
        if getattr(error, "code", None) == "not_found":
            raise UsageError(f"there is no batch {batch_id}, or it is another key's") from None
        raise


def _client(url: str) -> "Client":
    from importlib.util import find_spec

    from extractor.errors import UsageError

    if find_spec("httpx") is None:
        raise UsageError("this needs httpx: pip install 'gouji[client]'")
    from extractor.client import Client

    return Client(url)


def _follow(client: "Client", batch_id: str) -> None:
    """A progress bar on stderr until the batch has ended."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    state = None
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("waiting", total=None)
        for batch in client.progress(batch_id):
            counts, state = _counts(batch), batch["state"]
            bar.update(task, description=str(state), completed=counts["done"], total=counts["total"])
    if state == "cancelled":
        complain("the batch was cancelled")
        raise typer.Exit(FAILED)


def _counted(
    lines: "Iterator[dict[str, JSON]]", batch: "dict[str, JSON]", what: str, shown: bool
) -> "Iterator[dict[str, JSON]]":
    from rich.console import Console
    from rich.progress import track

    if not shown:
        yield from lines
        return
    counts = _counts(batch)
    total = counts["failed" if what == "errors" else "done"]
    yield from track(lines, what, total=total, console=Console(stderr=True))


def _counts(batch: "dict[str, JSON]") -> dict[str, int]:
    counts = batch["counts"]
    assert isinstance(counts, dict)
    return {name: int(str(value)) for name, value in counts.items()}


def _tell(batch: "dict[str, JSON]") -> None:
    counts = _counts(batch)
    typer.echo(f"{batch['id']}  {batch['state']}")
    typer.echo("  ".join(f"{name} {count}" for name, count in counts.items()))
    usage = batch["usage"]
    if isinstance(usage, dict) and usage["llm_calls"]:
        typer.echo("  ".join(f"{name} {value}" for name, value in usage.items() if value is not None))
    if batch["estimated_end"] is not None:
        typer.echo(f"estimated end {batch['estimated_end']}")
