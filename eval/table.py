"""python -m eval.table: accuracy by kind of mess, gouji against the others, with intervals; as Markdown, for README.md.

The others are the systems of eval/others, on the same documents and in the same scoring. They are told which form a
document is; gouji finds out by itself. A document that a system cannot read counts as missed; the rows "made for" are
the documents that it is made for. Intervals are drawn by report (extractor/evaluate/intervals.py).
"""

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console
from rich.progress import track

from eval.generated import cases
from eval.gold import ROOT, default_samples, find_samples
from eval.items import CaseItem
from eval.layouts import LAYOUTS
from eval.mess import MESS
from eval.truth import FORMS
from extractor.errors import UsageError
from extractor.evaluate.intervals import proportion, ratio
from extractor.evaluate.readers import Reader
from extractor.evaluate.results import Result
from extractor.evaluate.runner import Item, SampleItem, scored
from extractor.evaluate.scoring import PRINTED, Outcome
from extractor.evaluate.summary_view import percent
from extractor.evaluate.systems import System

__all__ = ["ROOT", "Row", "harm", "main", "others", "right", "rows_of", "table_of"]

OURS = "gouji"


@dataclass(frozen=True)
class Row:
    """A line of the table. `results`: of each system, on the same documents."""

    name: str
    reports: int
    printed: int
    results: dict[str, list[Result]] = field(default_factory=dict)


def others() -> dict[str, System]:
    """The systems of eval/others; none where there is no such folder."""
    if find_spec("eval.others") is None:
        return {}
    return dict(import_module("eval.others").SYSTEMS)


def rows_of(groups: dict[str, dict[str, list[Result]]], systems: Iterable[System]) -> list[Row]:
    """Lines: each group of documents, then the last group by kind of mess, then what each system is made for.

    `groups`: name of a group to system to its results, over the same documents in the same order.
    """
    out = [_row(name, results) for name, results in groups.items()]
    messy = next(reversed(groups.values()), {})
    kinds = sorted({kind for one in messy.get(OURS, ()) for kind in one.mess or ("(clean)",)})
    out += [_row(kind, messy, lambda one, kind=kind: kind in (one.mess or ("(clean)",))) for kind in kinds]
    everything = {
        name: [one for results in groups.values() for one in results.get(name, ())]
        for results in groups.values()
        for name in results
    }
    suffixes = dict.fromkeys(tuple(sorted(one.suffixes)) for one in systems if one.suffixes)
    for some in suffixes:
        row = _row(f"made for: {', '.join(some)}", everything, lambda one, some=some: one.suffix in some)
        if row.reports:
            out.append(row)
    return out


def _row(name: str, results: dict[str, list[Result]], fits: Callable[[Result], bool] | None = None) -> Row:
    chosen = {system: [one for one in found if fits is None or fits(one)] for system, found in results.items()}
    first = next(iter(chosen.values()), [])
    return Row(name, len(first), sum(map(_printed, first)), chosen)


def _printed(result: Result) -> int:
    return sum(row.outcome in PRINTED for row in result.cells)


def right(results: Sequence[Result]) -> str:
    """How many of the printed cells are right, in percent."""
    parts = [sum(row.outcome is Outcome.RIGHT for row in one.cells) for one in results]
    return percent(ratio(parts, [_printed(one) for one in results]))


def harm(results: Sequence[Result]) -> str:
    """Cells that are wrong or made up and look right, and in how many of the reports there are any, in percent."""
    counts = [sum(row.harmful for row in one.cells) for one in results]
    return f"{sum(counts):,}; {percent(proportion(sum(map(bool, counts)), len(counts)))}"


def table_of(rows: Sequence[Row], figure: Callable[[Sequence[Result]], str]) -> str:
    """A Markdown table: a line for each row, a column with `figure` for each system."""
    systems = list(rows[0].results) if rows else []
    heads = ["documents", "reports", "printed cells", *systems]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for row in rows:
        figures = (figure(row.results[system]) for system in systems)
        lines.append(f"| {row.name} | {row.reports} | {row.printed:,} | {' | '.join(figures)} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.table", description=__doc__)
    parser.add_argument("--n", type=int, default=400, help="generated reports; 0 for none")
    parser.add_argument("--seed", type=int, default=21)
    parser.add_argument("--severity", type=float, default=0.3)
    parser.add_argument("--samples", type=Path, action="append", help="folder of samples; by default all at hand")
    parser.add_argument("--systems", help="only these others, with commas; none for gouji alone")
    parser.add_argument("--least", type=int, default=1, help="leave out lines of fewer reports")
    parser.add_argument("--jobs", type=int, default=1)
    arguments = parser.parse_args()
    console = Console(stderr=True)
    systems = others()
    if arguments.systems:
        names = [] if arguments.systems == "none" else arguments.systems.split(",")
        unknown = [name for name in names if name not in systems]
        if unknown:
            raise SystemExit(f"unknown system '{unknown[0]}'; known: {', '.join(systems) or 'none'}")
        systems = {name: systems[name] for name in names}
    elif not systems:
        console.print("eval/others has no systems: gouji alone", highlight=False)
    groups: dict[str, list[Item]] = {
        f"samples in {folder.parent.name}/{folder.name}": [SampleItem(sample) for sample in find_samples(folder)]
        for folder in arguments.samples or default_samples()
    }
    if arguments.n:
        made = cases(arguments.n, arguments.seed, list(FORMS), list(LAYOUTS), list(MESS), arguments.severity)
        groups["generated"] = [CaseItem(case) for case in made]
    results: dict[str, dict[str, list[Result]]] = {name: {} for name in groups}
    for system in (Reader.RULES, *systems.values()):
        name = OURS if isinstance(system, Reader) else system.name
        try:
            for group, items in groups.items():
                coming = scored(items, system, arguments.jobs)
                results[group][name] = list(track(coming, f"{name}: {group}", len(items), console=console))
        except UsageError as error:
            console.print(f"{name} is left out: {error}", style="yellow", highlight=False)
            for found in results.values():
                found.pop(name, None)
    rows = [row for row in rows_of(results, systems.values()) if row.reports >= arguments.least]
    print("Right, in percent of the printed cells, with 95 % intervals by report:\n")
    print(table_of(rows, right))
    print("\nCells that are wrong or made up and look right; and how many of the reports have any, in percent:\n")
    print(table_of(rows, harm))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
