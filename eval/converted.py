"""python -m eval.converted: reports made from known truths, flattened to text by programs of others, and scored.

Web pages are made in the layouts and with the mess of the generator, and given to programs that make text of pages;
the same pages are printed to PDF, and given to programs that make text of PDF. What a program drops or mixes up
cannot be read: what counts is that no figure comes out wrong without saying so. Exit code 1 if one does.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from eval.flatteners import FROM_HTML, FROM_PDF, missing
from eval.gold import Gold
from eval.printed_pdf import make_pages
from eval.printing import PRINTERS, print_all
from eval.score import describe, extract_and_score
from extractor.evaluate.scoring import HARMFUL, Outcome, Score

__all__ = ["flattened", "main"]

Source = TypeVar("Source", str, bytes)


def flattened(
    sources: Mapping[str, tuple[Source, Gold]], programs: Mapping[str, Callable[[Source], str]]
) -> Iterator[tuple[str, str, str, Gold]]:
    """(program, name of the source, text, gold) for each source and each program that is installed.

    Where a program fails on a source, or finds no text in it, there is nothing to read, and nothing is given.
    """
    for program, flatten in programs.items():
        if missing(program):
            print(f"{program}: not installed, so nothing is measured with it", file=sys.stderr)
            continue
        for name, (source, gold) in sources.items():
            try:
                text = flatten(source)
            except Exception as error:  # of a program of others, on a page of ours: told, and left out
                print(f"{program}, {name}: {type(error).__name__}", file=sys.stderr)
                continue
            if text.strip():
                yield program, name, text, gold


def _keep(folder: Path, name: str, text: str, gold: Gold) -> None:
    target = folder / name
    target.mkdir(parents=True, exist_ok=True)
    (target / "report.txt").write_text(text, encoding="utf-8", errors="replace")
    gold.dump(target / "gold.json")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.converted", description=__doc__)
    parser.add_argument("--n", type=int, default=14, help="pages")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--printers", default=",".join(PRINTERS), help="comma-separated, or none; all by default")
    parser.add_argument("--keep", type=Path, help="write the texts and their gold there, as samples")
    arguments = parser.parse_args()
    console = Console(width=120)
    pages = make_pages(arguments.n, arguments.seed)
    texts = [("pages", flattened(pages, FROM_HTML))]
    for printer in arguments.printers.split(","):
        if printer != "none" and PRINTERS[printer].there:
            printed = print_all(PRINTERS[printer], {name: html for name, (html, _) in pages.items()})
            documents = {f"{printer}-{name}": (data, pages[name][1]) for name, data in printed.items()}
            texts.append(("PDF", flattened(documents, FROM_PDF)))
    scores: dict[tuple[str, str], list[Score]] = {}
    for kind, made in texts:
        for program, name, text, gold in made:
            score = extract_and_score(text.encode("utf-8", "replace"), gold, name="report.txt")
            scores.setdefault((kind, program), []).append(score)
            if arguments.keep:
                _keep(arguments.keep, f"{name}--{program.replace(' ', '')}", text, gold)
            for cell in score.errors():
                if cell.outcome in HARMFUL:
                    console.print(f"{program}, {name}: {describe(cell)}", markup=False, highlight=False, soft_wrap=True)
    table = Table(title=f"{arguments.n} reports, seed {arguments.seed}, as text", title_justify="left")
    for head in ("of", "by", "texts", "printed", "% right", "% right or disputed", "wrong", "made up"):
        table.add_column(head, justify="left" if head in ("of", "by") else "right")
    harm = 0
    for (kind, program), found in sorted(scores.items()):
        table.add_row(kind, program, *_line(found))
        harm += sum(score.harm for score in found)
    console.print(table)
    return 1 if harm else 0


def _line(found: list[Score]) -> list[str]:
    total = Score()
    for score in found:
        total.add(score)
    disputed = 100 * total.counts[Outcome.DISPUTED] / max(1, total.printed)
    wrong = total.counts[Outcome.SILENTLY_WRONG]
    return [
        str(len(found)),
        str(total.printed),
        f"{total.percent():.1f}",
        f"{total.percent(with_disputed=True) + disputed:.1f}",
        str(wrong),
        str(total.harm - wrong),
    ]


if __name__ == "__main__":
    raise SystemExit(main())
