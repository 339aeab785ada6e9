"""`gouji bulk`: from a folder of a million reports to tables."""

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.endpoint import BaseUrl, Config, ModelName, settings_of
from extractor.cli.guard import FAILED, INTERRUPTED, complain, guard
from extractor.cli.limits import LimitOption, limits_of

if TYPE_CHECKING:
    from extractor.ask.endpoint.settings import Settings
    from extractor.bulk.gaps import Answered
    from extractor.bulk.run import Going

__all__ = ["Asking", "EngineName", "bulk"]


class EngineName(StrEnum):
    """Where the work is done."""

    LOCAL = "local"
    RAY = "ray"


class Asking(StrEnum):
    """How a language model is asked."""

    LIVE = "live"
    BATCH = "batch"


def bulk(
    source: Annotated[
        str,
        typer.Argument(
            help="A folder, a glob, a URL such as s3://bucket/reports, or a list (.csv, .parquet) with a column path.",
            metavar="IN",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Argument(help="The folder of tables; one of an earlier run goes on.", metavar="OUT")],
    engine: Annotated[EngineName, typer.Option(help="This machine, or a Ray cluster.")] = EngineName.LOCAL,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", min=1, help="Processes.", metavar="N", show_default="one a processor"),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(help="The Ray cluster.", metavar="HOST:PORT", show_default="RAY_ADDRESS, else one made here"),
    ] = None,
    no_llm: Annotated[
        bool, typer.Option("--no-llm", help="Ask no language model, even if an endpoint is set up.")
    ] = False,
    llm: Annotated[
        Asking | None,
        typer.Option(
            help="Ask it now, or write questions to OUT for a batch endpoint.",
            show_default="live, if an endpoint is set up",
        ),
    ] = None,
    answers: Annotated[
        list[Path] | None,
        typer.Option(
            help="What a batch endpoint made of questions; with --llm batch.", metavar="FILE", show_default=False
        ),
    ] = None,
    base_url: BaseUrl = None,
    model: ModelName = None,
    config: Config = None,
    form: Annotated[
        str | None,
        typer.Option(help="Read as this form instead of recognising it.", metavar="ID", show_default=False),
    ] = None,
    decisions: Annotated[
        Path | None,
        typer.Option(
            help="Apply what people decided about cells in gouji review, kept in this folder or file. "
            "It stays applied in later runs.",
            metavar="DIR",
            show_default=False,
        ),
    ] = None,
    no_decisions: Annotated[
        bool, typer.Option("--no-decisions", help="Take out of OUT what was decided in earlier runs.")
    ] = False,
    limit: LimitOption = None,
    shard_size: Annotated[
        int, typer.Option(min=1, help="Reports to a shard; what takes longer counts as several.", metavar="N")
    ] = 1000,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Read again what failed in an earlier run.")
    ] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Remove the rows of files that are gone from IN.")] = False,
    same_input: Annotated[
        bool, typer.Option("--same-input", help="IN is what OUT was read from, though it has moved.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, and no summary.")] = False,
) -> None:
    """Extract any number of reports into tables: reports, cells, findings and failures, as Parquet.

    What OUT holds already is not read again: an interrupted run goes on, a later one reads what is new or changed.

    Exit code: 0 when the run came to its end (documents may have failed: OUT/failures names them), 1 when it did not
    (the same command goes on from there) or a language model could not be asked for everything, 2 for wrong usage.
    """
    with guard():
        from extractor.bulk.engine import DaftEngine, EngineKind, need
        from extractor.bulk.run import Bulk, run
        from extractor.cli.bulk_view import Shown, tell
        from extractor.cli.decided import log_in, note_not_taken_up
        from extractor.cli.forms import check_form
        from extractor.errors import EngineError, UsageError
        from extractor.forms.load import load_forms

        kind = EngineKind(engine.value)
        need(kind)
        if form is not None:
            check_form(form, load_forms())
        if decisions is not None and no_decisions:
            raise UsageError("--decisions and --no-decisions contradict each other")
        wanted = Bulk(
            source,
            out,
            DaftEngine(kind, jobs, address),
            form=form,
            limits=limits_of(limit),
            shard_size=shard_size,
            retry=retry_failed,
            prune=prune,
            same_input=same_input,
            decisions=None if decisions is None else log_in(decisions).path,
            undecided=no_decisions,
        )
        settings = _settings(no_llm, llm, answers, settings_of(config, base_url=base_url, model=model))
        asked = _Asked(settings, llm is Asking.BATCH, answers or [])
        try:
            with Shown(quiet=quiet) as shown:
                outcome = run(wanted, shown, llm=asked.as_kept(), then=asked)
        except KeyboardInterrupt:
            # Threads of the engine are still at it: an orderly end of Python would break them, and abort.
            complain("interrupted; what is done is kept, and the same command goes on from there")
            os._exit(INTERRUPTED)
        except EngineError as error:
            complain(f"{error}; what is done is kept, and the same command goes on from there")
            raise typer.Exit(FAILED) from None
        if not quiet:
            tell(outcome, asked.answered, out)
            if decisions is None and not no_decisions:
                note_not_taken_up(source, out)
    if asked.answered is not None and asked.answered.failures:
        raise typer.Exit(FAILED)


class _Asked:
    """What is done about open questions when the rules have had their turn."""

    def __init__(self, settings: "Settings | None", by_file: bool, answers: list[Path]) -> None:
        self._settings = settings
        self._by_file = by_file
        self._files = answers
        self.answered: Answered | None = None

    def as_kept(self) -> "dict[str, object] | None":
        """The settings for the processes that read; the key and the store stay here."""
        if self._settings is None:
            return None
        from extractor.bulk.gaps import as_kept

        return as_kept(self._settings).model_dump(mode="json", exclude={"api_key", "cache"})

    def __call__(self, going: "Going") -> None:
        if self._settings is None:
            return
        if self._by_file:
            from extractor.bulk.batchfiles import exchange

            self.answered = exchange(going, self._settings, self._files)
        else:
            from extractor.bulk.gaps import ask_live

            self.answered = ask_live(going, self._settings)


def _settings(
    no_llm: bool, llm: Asking | None, answers: list[Path] | None, settings: "Settings | None"
) -> "Settings | None":
    """Raises UsageError where the options do not go together, or a model is wanted and none is set up."""
    from extractor.errors import UsageError

    if answers and llm is not Asking.BATCH:
        raise UsageError("--answers goes with --llm batch")
    for path in answers or ():
        if not path.is_file():
            raise UsageError(f"{path}: no such file")
    if no_llm:
        if llm is not None:
            raise UsageError("--no-llm and --llm contradict each other")
        return None
    if llm is None:
        return settings
    if settings is None or settings.model is None:
        raise UsageError(
            f"--llm {llm.value} needs a language model, and none is set up: name one with --base-url and --model "
            "(or GOUJI_LLM_BASE_URL and GOUJI_LLM_MODEL)"
        )
    if llm is Asking.BATCH and settings.weights is not None:
        raise UsageError("--llm batch is for endpoints: a model in this process is asked with --llm live")
    return settings
