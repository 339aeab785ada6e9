"""python -m eval.score: what the program makes of the samples, report by report.

Exit code 1 if a single wrong number looks right, or a number was made up.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from eval.gold import Gold, Sample, default_samples, find_samples
from extractor.evaluate.results import shown
from extractor.evaluate.runner import Content, SampleItem, score_content
from extractor.evaluate.scoring import HARMFUL, CellScore, Outcome, Score

__all__ = ["describe", "extract_and_score", "main"]

COUNTED = (
    Outcome.RIGHT,
    Outcome.RIGHT_DISPUTED,
    Outcome.DISPUTED,
    Outcome.MISSED,
    Outcome.SILENTLY_WRONG,
    Outcome.INVENTED,
    Outcome.UNEXPECTED,
)


def extract_and_score(source: Path | bytes, gold: Gold, *, name: str | None = None) -> Score:
    """One document through the pipeline. What it raises counts as a failed document, with the reason kept."""
    if isinstance(source, Path):
        return score_content(SampleItem(Sample(name or source.name, source, gold)).load())
    return score_content(Content(source, name or "-", gold))


def table_of(title: str, rows: Sequence[tuple[str, Score]]) -> Table:
    """A table with a line for each name and score."""
    table = Table(title=title, title_justify="left")
    table.add_column("report", no_wrap=True)
    for head in (
        "form",
        "year",
        "organ",
        "printed",
        "right",
        "right disp.",
        "disputed",
        "missed",
        "silent wrong",
        "invented",
        "unexpected",
        "derived",
        "% right",
        "% w. disp.",
        "ms",
    ):
        table.add_column(head, justify="right")
    for name, score in rows:
        table.add_row(*_line(name, score))
    return table


def _line(name: str, score: Score) -> list[str]:
    total = name.startswith("total")
    marks = [
        "" if total else "[green]ok[/]" if right else "[red]no[/]"
        for right in (score.form_right, score.year_right, score.organ_right)
    ]
    counts = []
    for outcome in COUNTED:
        count = score.counts[outcome]
        bad = outcome in HARMFUL
        counts.append(f"[bold red]{count}[/]" if bad and count else str(count))
    percent = [f"{score.percent():.1f}", f"{score.percent(with_disputed=True):.1f}"]
    label = f"[bold]{name}[/]" if total else f"{name} [red](failed)[/]" if score.failed else name
    return [label, *marks, str(score.printed), *counts, str(score.derived), *percent, f"{score.ms:.1f}"]


def describe(cell: CellScore) -> str:
    """What became of a cell, in one line."""
    got = cell.got
    where = "" if got.evidence is None else repr(got.evidence.text)
    told = f"{cell.cell} {cell.outcome}: got {shown(got.value)} gold {shown(cell.gold)} {got.status}"
    return " ".join(part for part in (told, where, got.because or "") if part)


def _print_cells(console: Console, rows: Sequence[tuple[str, Score]]) -> None:
    for name, score in rows:
        if score.failed:
            console.print(f"{name}: {score.failed}", style="red", markup=False, highlight=False)
            continue
        if not score.organ_right:
            console.print(f"{name}: organ read as {score.got_organ!r}", highlight=False)
        for cell in score.errors():
            line = f"{name} {describe(cell)}"
            console.print(line, markup=False, highlight=False, soft_wrap=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.score", description=__doc__)
    parser.add_argument("--samples", type=Path, action="append", help="folder of samples, or one sample")
    parser.add_argument("--cells", action="store_true", help="list every cell that is not right")
    arguments = parser.parse_args()
    console = Console(width=190)
    harm = 0
    for folder in arguments.samples or default_samples():
        rows: list[tuple[str, Score]] = []
        unread: list[tuple[str, Score]] = []
        total = Score()
        for sample in find_samples(folder):
            score = extract_and_score(sample.report, sample.gold, name=sample.report.name)
            if sample.unsupported and score.failed:
                unread.append((f"{sample.name} [yellow](not read)[/]", score))
                score.failed = None
            else:
                rows.append((sample.name, score))
                total.add(score)
        shown = [*rows, ("total", total)]
        if unread:
            complete = Score()
            for _, score in [*rows, *unread]:
                complete.add(score)
            shown += [*unread, ("total with not read", complete)]
        console.print(table_of(str(folder), shown))
        harm += total.harm
        if arguments.cells:
            _print_cells(console, rows)
    if harm:
        console.print(f"[bold red]{harm} wrong numbers that look right, or were made up[/]")
    return 1 if harm else 0


if __name__ == "__main__":
    raise SystemExit(main())
