"""What `gouji bulk` shows: how far it is, with rate and estimated end, and a summary."""

from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from extractor.bulk.run import Watcher
from extractor.cli.decided import told_of_decisions
from extractor.cli.guard import complain
from extractor.cli.words import counted
from extractor.deliver.printable import printable
from extractor.deliver.rule_words import failure_words, rule_words

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from extractor.bulk.gaps import Answered
    from extractor.bulk.run import Outcome

__all__ = ["Shown", "tell"]

_EVERY = 60.0  # seconds between lines where there is no terminal
_MOST = 12
_NAMED = 5


class _Rate(ProgressColumn):
    """Steps a second since the part began."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f}/s")


class Shown(Watcher):
    """Progress on stderr: a bar on a terminal, elsewhere a line a minute."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        console = Console(stderr=True)
        self._bar: Progress | None = None
        if console.is_terminal and not quiet:
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate())
            # The estimate is over ten minutes: shards are committed in bursts, and documents differ.
            left = TimeRemainingColumn(elapsed_when_finished=True)
            self._bar = Progress(*columns, left, console=console, transient=True, speed_estimate_period=600)
            self._task = self._bar.add_task("looking for documents", total=None)
        self._what = ""
        self._total = 0
        self._began = self._told = monotonic()

    def __enter__(self) -> "Shown":
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def listed(self, files: int) -> None:
        if self._bar is not None:
            self._bar.update(self._task, completed=files)

    def begins(self, what: str, total: int) -> None:
        self._what, self._total = what, total
        self._began = self._told = monotonic()
        if self._bar is not None:
            self._bar.remove_task(self._task)
            self._task = self._bar.add_task(what, total=total)

    def at(self, done: int) -> None:
        if self._bar is not None:
            self._bar.update(self._task, completed=done)
        elif not self._quiet and monotonic() - self._told >= _EVERY:
            self._told = monotonic()
            complain(f"{self._what}: {done:,} of {self._total:,}{self._expected(done)}")

    def again(self, reason: str) -> None:
        complain(f"the engine stopped ({reason}), and is started again")

    def _expected(self, done: int) -> str:
        seconds = monotonic() - self._began
        if not done or not seconds:
            return ""
        rate = done / seconds
        minutes = round((self._total - done) / rate / 60)
        left = f"about {counted(minutes, 'minute')}" if minutes else "less than a minute"
        return f", {rate:,.1f} a second, {left} left"


def tell(outcome: "Outcome", answered: "Answered | None", out: Path) -> None:
    """The summary on stdout; what asks for attention on stderr."""
    plan, totals = outcome.plan, outcome.totals
    said = [
        f"{plan.new:,} new",
        f"{plan.changed:,} changed",
        f"{plan.again:,} read again",
        f"{plan.unchanged:,} as before",
    ]
    typer.echo(f"files     {', '.join(one for one in said if not one.startswith('0 ')) or 'none'}")
    rows = totals.rows
    nouns = {"reports": "report", "cells": "cell", "findings": "finding", "failures": "failure"}
    typer.echo(f"tables    {', '.join(counted(rows[name], noun) for name, noun in nouns.items())}")
    _line("verdicts", totals.verdicts)
    _line("cells", totals.statuses)
    _list("failures", totals.failures, failure_words)
    _list("findings", totals.findings, rule_words)
    if totals.decided:
        decided = totals.decided
        said_of = told_of_decisions(*(decided[one] for one in ("reports", "cells", "changed", "unapplied")))
        typer.echo(f"decisions {said_of}")
    if answered is not None:
        _tell_answered(answered)
    passed = plan.skipped + totals.passed
    if passed:
        kinds = ", ".join(f"{count:,} {suffix or 'without suffix'}" for suffix, count in passed.most_common(_MOST))
        complain(f"passed over, not looked for in folders or archives: {kinds}")
    if plan.twice:
        complain(f"{counted(plan.twice, 'file')} listed more than once, and read once")
    if plan.gone:
        names = ", ".join(printable(name) for name in plan.gone[:_NAMED])
        more = ", …" if len(plan.gone) > _NAMED else ""
        rows_too = "their rows were removed" if plan.pruned else "--prune removes their rows"
        complain(f"read earlier and gone from IN: {counted(len(plan.gone), 'file')}, {names}{more} ({rows_too})")
    if rows["failures"]:
        complain(
            f"{counted(rows['failures'], 'document')} failed: {out / 'failures'} has each with the reason "
            f"(as a table: gouji deliver {out} --to csv --out FOLDER)"
        )


def _line(name: str, counts: "Counter[str]") -> None:
    if counts:
        shown = ", ".join(f"{key} {count:,}" for key, count in counts.most_common(_MOST))
        more = f", and {len(counts) - _MOST} more kinds" if len(counts) > _MOST else ""
        typer.echo(f"{name:<10}{shown}{more}")


def _list(name: str, counts: "Counter[str]", words: "Callable[[str], str]") -> None:
    """A line each, with what it means."""
    for number, (key, count) in enumerate(counts.most_common(_MOST)):
        meaning = words(key)
        typer.echo(f"{'' if number else name:<10}{count:,} {key}{f': {meaning}' if meaning else ''}")
    if len(counts) > _MOST:
        typer.echo(f"{'':<10}and {len(counts) - _MOST} more kinds")


def _tell_answered(answered: "Answered") -> None:
    cost = "" if answered.cost is None else f", cost {answered.cost:.4f}"
    complain(
        f"language model: {answered.questions:,} questions, {answered.kept:,} of them from the cache, "
        f"{answered.failures:,} failed; {answered.prompt_tokens:,} + {answered.completion_tokens:,} tokens{cost}; "
        f"{answered.files:,} files read again with answers, {answered.open:,} questions open"
    )
    if answered.reason:
        complain(f"the first that failed: {answered.reason}")
    if answered.written:
        complain(
            f"questions for a batch endpoint: {', '.join(answered.written)}; its answers: --llm batch --answers FILE"
        )
