"""`gouji eval`: labelled reports scored, runs compared, errors looked at."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.endpoint import BaseUrl, Config, ModelName, settings_of
from extractor.cli.guard import FAILED, complain, guard

if TYPE_CHECKING:
    from collections.abc import Iterable

    from extractor.evaluate.gold import Sample
    from extractor.evaluate.perform import Asking
    from extractor.evaluate.readers import Reader
    from extractor.evaluate.results import Result

__all__ = ["WORSE", "eval_app"]

WORSE = 3  # exit code
_SAMPLES = Path("eval", "samples")
_RUNS, _LATEST = Path("runs"), Path("latest")

eval_app = typer.Typer(
    help="Score labelled reports, compare runs, look at errors.", rich_markup_mode=None, no_args_is_help=True
)


@eval_app.command(short_help="Score labelled reports.")
def run(
    samples: Annotated[
        list[Path] | None,
        typer.Option(
            help="A folder of samples (report.* and gold.json each), or one; may be given several times. "
            "By default eval/samples, where there is one.",
            metavar="DIR",
            show_default=False,
        ),
    ] = None,
    readers: Annotated[str, typer.Option(help="rules, llm, both: one or more, with commas.", metavar="LIST")] = "rules",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="The run's folder; by default a new one in runs/.", metavar="DIR", show_default=False
        ),
    ] = None,
    recording: Annotated[
        Path | None,
        typer.Option(help="Take the model's answers from FILE, and ask nobody.", metavar="FILE", show_default=False),
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(help="Keep the model's answers in FILE, for --recording.", metavar="FILE", show_default=False),
    ] = None,
    base_url: BaseUrl = None,
    model: ModelName = None,
    config: Config = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Processes for the rules.", metavar="N")] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar and no tables.")] = False,
) -> None:
    """Score labelled reports, and write a run folder: report.json, cells.parquet, report.html.

    Exit code: 0 when the run was made, whatever its figures; 1 when the model could not be asked for everything; 2 for
    wrong usage.
    """
    with guard():
        from extractor.evaluate.folder import needs_extra

        needs_extra()
        wanted = _chosen(readers)
        asking = _asking(wanted, recording, record, {"base_url": base_url, "model": model}, config)
        folders = samples or _default_samples()
        found = _found(folders)
        from extractor.cli.output import console_on, stdout
        from extractor.evaluate.perform import about, keep, perform
        from extractor.evaluate.runner import SampleItem
        from extractor.evaluate.summary_view import summary_views

        folder = _new_folder(out)
        with _Progress(len(found) * len(wanted), quiet) as progress:
            items = [SampleItem(sample) for sample in found]
            results = perform(items, wanted, asking, jobs=jobs, seen=progress.seen)
        summaries = keep(folder, about(wanted, asking, [str(one) for one in folders]), results)
        if not quiet:
            console_on(stdout()).print(summary_views(summaries))
        complain(f"{folder / 'report.html'} shows this with plots, gouji eval show {folder} the errors")
        unasked = _tell_unasked(results)
    if unasked:
        raise typer.Exit(FAILED)


@eval_app.command(short_help="What got better and worse between runs.")
def compare(
    before: Annotated[
        Path, typer.Argument(help="A run's folder, or `latest`: the last in runs/.", metavar="RUN", show_default=False)
    ],
    after: Annotated[Path, typer.Argument(help="Another's, or the same.", metavar="RUN", show_default=False)],
    readers: Annotated[
        str | None,
        typer.Option(
            help="Compare these: one reader, or one of each run with a comma. By default every reader that both have.",
            metavar="LIST",
            show_default=False,
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="Cells to list, of each kind.", metavar="N")] = 20,
    fail: Annotated[bool, typer.Option("--fail", help="Exit with 3 for new harm, or a drop beyond noise.")] = False,
) -> None:
    """Say what got better and what worse from one run to another, cell by cell, and how sure that is."""
    with guard():
        from extractor.cli.output import console_on, stdout
        from extractor.evaluate.compare import compared, pairs_of
        from extractor.evaluate.compare_view import comparison_view
        from extractor.evaluate.folder import needs_extra, read_run

        needs_extra()
        old, new = read_run(_named(before)), read_run(_named(after))
        found = [compared(old.of(one), new.of(other), (one, other)) for one, other in pairs_of(old, new, readers)]
        console = console_on(stdout())
        for one in found:
            console.print(comparison_view(one, limit))
        worse = any(one.worse for one in found)
    if fail and worse:
        raise typer.Exit(WORSE)


@eval_app.command(short_help="The cells that are not right, in their context.")
def show(
    folder: Annotated[
        Path, typer.Argument(help="A run's folder, or `latest`: the last in runs/.", metavar="RUN", show_default=False)
    ],
    reader: Annotated[
        str | None, typer.Option(help="Only what this reader made.", metavar="NAME", show_default=False)
    ] = None,
    report: Annotated[
        str | None, typer.Option(help="Only reports whose name holds this.", metavar="TEXT", show_default=False)
    ] = None,
    cell: Annotated[
        str | None, typer.Option(help="Only cells whose id holds this.", metavar="TEXT", show_default=False)
    ] = None,
    outcome: Annotated[
        str | None,
        typer.Option(
            help="Only these outcomes, with commas, such as silently_wrong,invented.",
            metavar="LIST",
            show_default=False,
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Cells to show.", metavar="N")] = 40,
) -> None:
    """Show the cells that are not right, worst first: document, cell, gold, got, status, and the place in context."""
    with guard():
        from extractor.cli.output import console_on, stdout
        from extractor.evaluate.errors_view import errors_view, selected
        from extractor.evaluate.folder import needs_extra, read_run

        needs_extra()
        run_ = read_run(_named(folder))
        chosen = selected(run_, reader=reader, report=report, cell=cell, outcome=outcome)
        console_on(stdout()).print(errors_view(chosen, limit))


def _chosen(text: str) -> "list[Reader]":
    from extractor.errors import UsageError
    from extractor.evaluate.readers import Reader

    known = [one.value for one in Reader]
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise UsageError(f"unknown reader '{name}'; known: {', '.join(known)}")
    if not names:
        raise UsageError(f"no reader is named; known: {', '.join(known)}")
    return [Reader(name) for name in dict.fromkeys(names)]


def _asking(
    readers: "list[Reader]",
    recording: Path | None,
    record: Path | None,
    flags: dict[str, str | None],
    config: Path | None,
) -> "Asking":
    """Whom to ask. Raises UsageError that says what is missing."""
    from extractor.errors import UsageError
    from extractor.evaluate.perform import Asking
    from extractor.evaluate.readers import Reader

    asks = [reader.value for reader in readers if reader is not Reader.RULES]
    if recording is not None and record is not None:
        raise UsageError("--recording asks nobody, so that there is nothing to --record")
    if not asks:
        if recording is not None or record is not None:
            raise UsageError("the rules ask no language model: --readers llm or both goes with a recording")
        return Asking()
    if recording is not None:
        if not recording.is_file():
            raise UsageError(f"{recording}: no such recording")
        return Asking(recording=recording)
    settings = settings_of(config, **flags)
    if settings is None:
        raise UsageError(
            f"--readers {','.join(asks)} needs a language model, and none is set up: name one with --base-url and "
            "--model (or GOUJI_LLM_BASE_URL and GOUJI_LLM_MODEL; gouji doctor tries it), or take answers that were "
            "kept with --recording FILE"
        )
    return Asking(settings, record=record)


def _default_samples() -> list[Path]:
    from extractor.errors import UsageError

    if not _SAMPLES.is_dir():
        raise UsageError("name a folder of samples with --samples: one folder each, with report.* and gold.json in it")
    return [_SAMPLES]


def _found(folders: list[Path]) -> "list[Sample]":
    """The samples of all folders; of several, with the folder's name before theirs."""
    from collections import Counter
    from dataclasses import replace

    from extractor.errors import UsageError
    from extractor.evaluate.gold import find_samples

    found: list[Sample] = []
    for folder in folders:
        here = list(find_samples(folder))
        if not here:
            raise UsageError(f"{folder}: no samples here: one folder each, with report.* and gold.json in it")
        found += here if len(folders) == 1 else [replace(one, name=f"{folder.name}/{one.name}") for one in here]
    twice = [name for name, count in Counter(one.name for one in found).items() if count > 1]
    if twice:
        raise UsageError(f"two samples have the same name: {', '.join(twice)}")
    return found


def _named(folder: Path) -> Path:
    """`latest` is the run that ended last, unless there is a folder of that name. Raises UsageError."""
    from extractor.errors import UsageError
    from extractor.evaluate.folder import REPORT

    if folder != _LATEST or folder.exists():
        return folder
    runs = sorted(_RUNS.glob(f"*/{REPORT}"), key=lambda path: path.stat().st_mtime_ns)
    if not runs:
        raise UsageError(f"no run in {_RUNS}: gouji eval run makes one")
    return runs[-1].parent


def _new_folder(out: Path | None) -> Path:
    """A run overwrites a run, and nothing else."""
    from datetime import datetime

    from extractor.errors import UsageError

    folder = out or _RUNS / datetime.now().strftime("%Y%m%d-%H%M%S")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is no folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "report.json").exists():
        raise UsageError(f"{folder} is not empty, and holds no run: name another folder")
    return folder


class _Progress:
    """A progress bar on stderr, where that is a terminal."""

    def __init__(self, total: int, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

        console = Console(stderr=True)
        columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal)
        self._task = self._bar.add_task("", total=total)

    def __enter__(self) -> "_Progress":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def seen(self, _result: "Result") -> None:
        self._bar.advance(self._task)


def _tell_unasked(results: "Iterable[Result]") -> bool:
    unasked = [one for one in results if one.unasked]
    if unasked:
        cells = sum(one.unasked for one in unasked)
        complain(f"{cells} open cells in {len(unasked)} readings could not be asked for: {unasked[0].failure}")
    return bool(unasked)
