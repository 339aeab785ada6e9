"""python -m eval.printed_pdf: reports made from known truths, printed to PDF by other programs, extracted and scored.

Exit code 1 if a figure came out wrong without saying so, or was made up.
"""

import argparse
from collections import defaultdict
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table

from eval.gold import Gold
from eval.mess import MESS, fits
from eval.printing import PRINTERS, print_all, runs_off, styled
from eval.render import Case, make_case
from eval.score import extract_and_score
from eval.scoring import Outcome, Score
from eval.truth import FORMS

__all__ = ["main", "make_pages"]

LAYOUTS = ("html", "html", "html-word", "html-mini")
# Mess that is printed, and does not come from a converter.
KINDS = ("blank-zeros", "blank-totals", "misprint", "subtotals", "thousands", "label-typos", "slashes", "units", "fullwidth", "last-year", "rows-dropped", "page-heads")  # fmt: skip


def make_pages(count: int, seed: int) -> dict[str, tuple[str, Gold]]:
    """HTML and gold of so many reports, by name; every third one with some mess."""
    out: dict[str, tuple[str, Gold]] = {}
    for number in range(count):
        rng = Random(f"printed/{seed}/{number}")
        form = rng.choice(("ogi-2021", "ogi-2021", *FORMS))
        layout = rng.choice(LAYOUTS)
        kinds = [kind for kind in KINDS if kind in MESS and fits(kind, form, layout)]
        mess = tuple(rng.sample(kinds, 2)) if number % 3 == 2 else ()
        made = make_case(Case(form, layout, 100_000 * seed + number, mess))
        out[f"{form}-{layout}-{number}"] = styled(made.text.replace(" width=", " data-width="), rng), made.gold
    return out


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
    for head in ("program", "PDFs", "too wide", "failed", "form, year, organ wrong", "printed", "right", "% right", "% w. disp.", "wrong", "made up", "ms a report"):  # fmt: skip
        table.add_column(head, justify="left" if head == "program" else "right")
    totals: dict[str, Score] = defaultdict(Score)
    for name in ("(the HTML itself)", *arguments.printers.split(",")):
        if name not in PRINTERS:
            for html, gold in pages.values():
                totals[name].add(extract_and_score(html.encode(), gold, name="report.html"))
            total = totals[name]
            table.add_row(name, "", "", "", "", str(total.printed), str(total.counts[Outcome.RIGHT]), f"{total.percent():.2f}", f"{total.percent(with_disputed=True):.2f}", str(total.counts[Outcome.SILENTLY_WRONG]), str(total.harm - total.counts[Outcome.SILENTLY_WRONG]), f"{total.ms / arguments.n:.0f}")  # fmt: skip
            continue
        if not PRINTERS[name].there:
            console.print(f"{name}: not installed, so nothing is measured with it", style="yellow")
            continue
        printed = print_all(PRINTERS[name], {key: html for key, (html, _) in pages.items()})
        whole = {key: data for key, data in printed.items() if not runs_off(data)}
        failed, misread = arguments.n - len(printed), 0
        for key, data in whole.items():
            gold = pages[key][1]
            if arguments.keep:
                folder = arguments.keep / f"{name}-{key}"
                folder.mkdir(parents=True, exist_ok=True)
                (folder / "report.pdf").write_bytes(data)
                gold.dump(folder / "gold.json")
            score = extract_and_score(data, gold, name="report.pdf")
            totals[name].add(score)
            failed += score.failed is not None
            misread += not (score.form_right and score.year_right and score.organ_right)
            if score.failed or (arguments.cells and score.cells) or score.harm:
                console.print(f"{name} {key}: {score.percent():.1f} % {score.failed or ''}", highlight=False)
                for cell in score.cells[: None if arguments.cells else 5]:
                    console.print(f"    {cell.cell} {cell.outcome}: got {cell.got} gold {cell.gold} {cell.status} {cell.evidence}", markup=False, highlight=False)  # fmt: skip
        total = totals[name]
        counts = [len(printed), len(printed) - len(whole), failed, misread, total.printed, total.counts[Outcome.RIGHT]]
        rates = [f"{total.percent():.2f}", f"{total.percent(with_disputed=True):.2f}"]
        wrong = total.counts[Outcome.SILENTLY_WRONG]
        table.add_row(name, *map(str, counts), *rates, str(wrong), str(total.harm - wrong), f"{total.ms / max(1, len(whole)):.0f}")  # fmt: skip
    console.print(table)
    return 1 if any(total.harm for name, total in totals.items() if name in PRINTERS) else 0


if __name__ == "__main__":
    raise SystemExit(main())
