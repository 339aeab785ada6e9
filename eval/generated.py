"""python -m eval.generated: documents made from known truths, extracted and scored, by layout, form and mess."""

import argparse
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from random import Random

from rich.console import Console
from rich.progress import track
from rich.table import Table

from eval.items import CaseItem, gold_of
from eval.layouts import LAYOUTS
from eval.mess import MESS, fits, together
from eval.render import Case, Rendered, make_case
from eval.score import describe
from eval.truth import FORMS
from extractor.evaluate.runner import score_content
from extractor.evaluate.scoring import HARMFUL, Outcome, Score, score_report
from extractor.pool import in_processes

__all__ = ["cases", "dump", "main"]


def _chosen(text: str | None, known: Iterable[str], what: str) -> list[str]:
    """A comma-separated choice among `known`; all of them by default."""
    known = list(known)
    if not text:
        return known
    names = text.split(",")
    for name in names:
        if name not in known:
            raise SystemExit(f"unknown {what} '{name}'; known: {', '.join(known)}")
    return names


def cases(
    count: int, seed: int, forms: Sequence[str], layouts: Sequence[str], mess: Sequence[str], severity: float
) -> list[Case]:
    """`count` cases, forms and layouts in turn, most with one or two kinds of mess out of `mess`."""
    out = []
    for index in range(count):
        rng = Random(f"{seed}/{index}")
        form = forms[index % len(forms)]
        layout = layouts[index // len(forms) % len(layouts)]
        fitting = [name for name in mess if fits(name, form, layout)]
        wanted = rng.choice((0, 1, 1, 2)) if len(mess) > 1 else 1
        kinds = tuple(sorted(rng.sample(fitting, min(len(fitting), wanted))))
        while not together(kinds):
            kinds = tuple(sorted(rng.sample(fitting, min(len(fitting), wanted))))
        out.append(Case(form, layout, seed * 1_000_000 + index, kinds, severity))
    return out


def run_case(case: Case, density: float, scale: int | None) -> Score:
    return score_content(CaseItem(case, density, scale).load())


def _died(case: Case, density: float, scale: int | None) -> Score:
    """Every cell of a document that killed its process is missed."""
    return score_report(None, CaseItem(case, density, scale).load().gold, failure="the process that read it died")


def dump(folder: Path, case: Case, made: Rendered) -> None:
    """The document and its gold as a sample that `eval.score --samples` reads."""
    target = folder / case.id.replace("/", "__")
    target.mkdir(parents=True, exist_ok=True)
    (target / made.name).write_bytes(made.data)
    gold_of(case, made.gold).dump(target / "gold.json")


class Tally:
    """Scores added up under a name."""

    def __init__(self) -> None:
        self.total = Score()
        self.reports = self.failed = self.forms = self.years = self.organs = 0

    def add(self, score: Score) -> None:
        self.total.add(score)
        self.reports += 1
        self.failed += score.failed is not None
        self.forms += score.form_right
        self.years += score.year_right
        self.organs += score.organ_right

    def cells(self) -> list[str]:
        counts, printed = self.total.counts, max(1, self.total.printed)

        def percent(outcome: Outcome) -> str:
            return f"{100 * counts[outcome] / printed:.1f}"

        harm = [counts[outcome] for outcome in HARMFUL]
        return [
            str(self.reports),
            str(self.failed),
            str(self.reports - self.forms),
            str(self.reports - self.years),
            str(self.reports - self.organs),
            str(self.total.printed),
            percent(Outcome.RIGHT),
            percent(Outcome.RIGHT_DISPUTED),
            percent(Outcome.DISPUTED),
            percent(Outcome.MISSED),
            *(f"[bold red]{count}[/]" if count else "0" for count in harm),
            f"{self.total.ms / max(1, self.reports):.0f}",
        ]


def _table(title: str, name: str, tallies: dict[str, Tally]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(name, no_wrap=True)
    heads = ("n", "failed", "form no", "year no", "organ no", "printed", "% right", "% right disp.", "% disp.")
    for head in (*heads, "% missed", "silent wrong", "invented", "unexpected", "ms"):
        table.add_column(head, justify="right")
    for key in tallies:
        table.add_row(key, *tallies[key].cells())
    return table


def _matrix(forms: Sequence[str], layouts: Sequence[str], done: Sequence[tuple[Case, Score]]) -> Table:
    """Layout by form: % right, and in red the numbers that are wrong and look right."""
    table = Table(
        title="% right by layout and form (+ wrong numbers that look right, or made up)", title_justify="left"
    )
    table.add_column("layout", no_wrap=True)
    for form in forms:
        table.add_column(form, justify="right")
    for layout in layouts:
        row = []
        for form in forms:
            total = Score()
            found = [score for case, score in done if (case.form, case.layout) == (form, layout)]
            for score in found:
                total.add(score)
            harm = f" [bold red]+{total.harm}[/]" if total.harm else ""
            row.append(f"{total.percent():.1f}{harm}" if found else "")
        table.add_row(layout, *row)
    return table


def _worst(console: Console, done: Sequence[tuple[Case, Score]], count: int) -> None:
    ranked = sorted(done, key=lambda one: (-one[1].harm, one[1].percent(with_disputed=True)))
    for case, score in ranked[:count]:
        counts = ", ".join(f"{outcome} {number}" for outcome, number in sorted(score.counts.items()))
        console.print(f"{case.id}: {counts}", markup=False, highlight=False)
        if score.failed:
            console.print(f"    failed: {score.failed}", markup=False, highlight=False)
        for cell in sorted(score.errors(), key=lambda one: one.outcome not in HARMFUL)[:12]:
            console.print(f"    {describe(cell)}", markup=False, highlight=False, soft_wrap=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.generated", description=__doc__)
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--forms", help="comma-separated; all by default")
    parser.add_argument("--layouts", help="comma-separated; all by default")
    parser.add_argument("--mess", help="comma-separated, or none; all by default")
    parser.add_argument("--severity", type=float, default=0.3)
    parser.add_argument("--density", type=float, default=0.6, help="share of cells that are not zero")
    parser.add_argument("--scale", type=int, help="how large the figures get; mixed by default")
    parser.add_argument("--show-worst", type=int, default=5)
    parser.add_argument("--only", help="a case id, as --show-worst prints it")
    parser.add_argument("--dump", type=Path, help="write the documents and their gold there")
    parser.add_argument("--dump-only", action="store_true", help="write them and do not extract")
    parser.add_argument("--jobs", type=int, default=1)
    arguments = parser.parse_args()
    forms = _chosen(arguments.forms, FORMS, "form")
    layouts = _chosen(arguments.layouts, LAYOUTS, "layout")
    mess = [] if arguments.mess == "none" else _chosen(arguments.mess, MESS, "mess")
    if arguments.only:
        todo = [Case.parse(arguments.only, arguments.severity)]
    else:
        todo = cases(arguments.n, arguments.seed, forms, layouts, mess, arguments.severity)
    if arguments.dump:
        for case in todo:
            dump(arguments.dump, case, make_case(case, density=arguments.density, scale=arguments.scale))
        if arguments.dump_only:
            return 0
    options = {"density": arguments.density, "scale": arguments.scale}
    scores = in_processes(partial(run_case, **options), todo, arguments.jobs, partial(_died, **options))
    watched = track(scores, "", len(todo), console=Console(stderr=True), transient=True)
    done = list(zip(todo, watched, strict=True))
    console = Console(width=170)
    by_layout: dict[str, Tally] = defaultdict(Tally)
    by_mess: dict[str, Tally] = defaultdict(Tally)
    total: dict[str, Tally] = defaultdict(Tally)
    for case, score in done:
        by_layout[case.layout].add(score)
        total["all"].add(score)
        for kind in case.mess or ("(clean)",):
            by_mess[kind].add(score)
    if not arguments.only:
        console.print(_matrix(forms, layouts, done))
        console.print(_table("by layout", "layout", {name: by_layout[name] for name in layouts if name in by_layout}))
        console.print(_table("by kind of mess", "mess", dict(sorted(by_mess.items()))))
    console.print(_table("total", "", total))
    _worst(console, done, arguments.show_worst)
    return 1 if total["all"].total.harm else 0


if __name__ == "__main__":
    raise SystemExit(main())
