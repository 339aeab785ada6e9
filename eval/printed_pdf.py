"""python -m eval.printed_pdf: reports made from known truths, printed to PDF by other programs, extracted and scored.

The first line is what the same pages give as HTML: what is lost there is lost to the mess, not to the print.
Exit code 1 if a figure came out wrong without saying so, or was made up, or a cell off the page is said to be blank.
"""

import argparse
from collections.abc import Collection, Iterable
from itertools import islice
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table

from eval.gold import Gold
from eval.mess import fits
from eval.off_page import left_out
from eval.printing import PRINTERS, Printer, print_all, styled
from eval.render import Case, make_case
from eval.score import describe, extract_and_score
from eval.truth import FORMS
from extractor.evaluate.scoring import HARMFUL, Outcome, Score
from extractor.report import Status

__all__ = ["main", "make_pages"]

LAYOUTS = ("html", "html", "html-word", "html-mini")
# Mess that is printed, and does not come from a converter.
KINDS = (
    *("blank-zeros", "blank-totals", "misprint", "subtotals", "thousands", "label-typos", "slashes", "units"),
    *("fullwidth", "last-year", "rows-dropped", "page-heads"),
)
HEADS = (
    *("program", "PDFs", "too wide", "failed", "form, year, organ wrong", "printed", "right", "% right", "% w. disp."),
    *("wrong", "made up", "off the page", "of it blank", "ms a report"),
)


def make_pages(count: int, seed: int) -> dict[str, tuple[str, Gold]]:
    """HTML and gold of so many reports, by name; every third one with some mess."""
    out: dict[str, tuple[str, Gold]] = {}
    for number in range(count):
        rng = Random(f"printed/{seed}/{number}")
        form = rng.choice(("ogi-2021", "ogi-2021", *FORMS))
        layout = rng.choice(LAYOUTS)
        mess = tuple(rng.sample([kind for kind in KINDS if fits(kind, form, layout)], 2)) if number % 3 == 2 else ()
        made = make_case(Case(form, layout, 100_000 * seed + number, mess))
        out[f"{form}-{layout}-{number}"] = styled(made.text.replace(" width=", " data-width="), rng), made.gold
    return out


class _Tally:
    """The scores of one program. `off`: cells that are not on the page, of which `blank` were said to be empty."""

    def __init__(self) -> None:
        self.total = Score()
        self.reports = self.failed = self.misread = self.too_wide = self.off = self.blank = 0

    def add(self, score: Score, off: Collection[str] = ()) -> None:
        """Count a report. What is not on the page is not counted as printed; wrong it can be all the same."""
        for cell in score.cells:
            if cell.cell in off and cell.outcome not in HARMFUL:
                score.counts[cell.outcome] -= 1
                self.off += 1
                self.blank += cell.got.status is Status.BLANK
        self.total.add(score)
        self.too_wide += bool(off)
        self.reports += 1
        self.failed += score.failed is not None
        self.misread += not (score.form_right and score.year_right and score.organ_right)

    def line(self, name: str, asked: int) -> list[str]:
        total, wrong = self.total, self.total.counts[Outcome.SILENTLY_WRONG]
        counts = (self.reports, self.too_wide, self.failed + asked - self.reports, self.misread)
        cells = (total.printed, total.counts[Outcome.RIGHT])
        rates = f"{total.percent():.2f}", f"{total.percent(with_disputed=True):.2f}"
        harm = (wrong, total.harm - wrong, self.off, self.blank, round(total.ms / max(1, self.reports)))
        return [name, *map(str, (*counts, *cells)), *rates, *map(str, harm)]


def _show(console: Console, name: str, score: Score, off: Collection[str], *, every: bool) -> None:
    if score.failed or score.harm or (every and score.cells):
        console.print(f"{name}: {score.percent():.1f} % {score.failed or ''}", highlight=False)
        wrong = (one for one in score.errors() if one.cell not in off or one.outcome in HARMFUL)
        for cell in islice(wrong, None if every else 5):
            console.print(f"    {describe(cell)}", markup=False, highlight=False, soft_wrap=True)


def _keep(folder: Path, documents: Iterable[tuple[str, bytes, Gold]]) -> None:
    for name, data, gold in documents:
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "report.pdf").write_bytes(data)
        gold.dump(folder / name / "gold.json")


def _printed(printer: Printer, pages: dict[str, tuple[str, Gold]]) -> dict[str, bytes]:
    return print_all(printer, {key: html for key, (html, _) in pages.items()})


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.printed_pdf", description=__doc__)
    parser.add_argument("--n", type=int, default=20, help="reports for each program")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--printers", default=",".join(PRINTERS), help="comma-separated; all that are installed")
    parser.add_argument("--keep", type=Path, help="write the PDFs and their gold there")
    parser.add_argument("--cells", action="store_true", help="list every cell that is not right")
    arguments = parser.parse_args()
    console = Console(width=170)
    pages = make_pages(arguments.n, arguments.seed)
    table = Table(title=f"{arguments.n} reports, seed {arguments.seed}, printed to PDF", title_justify="left")
    for head in HEADS:
        table.add_column(head, justify="left" if head == "program" else "right")
    plain = _Tally()
    for html, gold in pages.values():
        plain.add(extract_and_score(html.encode(), gold, name="report.html"))
    table.add_row(*plain.line("(the HTML itself)", arguments.n))
    harm = 0
    for name in arguments.printers.split(","):
        if not PRINTERS[name].there:
            console.print(f"{name}: not installed, so nothing is measured with it", style="yellow")
            continue
        printed = _printed(PRINTERS[name], pages)
        if arguments.keep:
            _keep(arguments.keep, ((f"{name}-{key}", data, pages[key][1]) for key, data in printed.items()))
        tally = _Tally()
        for key, data in printed.items():
            html, gold = pages[key]
            score = extract_and_score(data, gold, name="report.pdf")
            off = left_out(html, data)
            _show(console, f"{name} {key}", score, off, every=arguments.cells)
            tally.add(score, off)
        table.add_row(*tally.line(name, arguments.n))
        harm += tally.total.harm + tally.blank
    console.print(table)
    return 1 if harm else 0


if __name__ == "__main__":
    raise SystemExit(main())
