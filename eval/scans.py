"""python -m eval.scans --n 2: generated reports printed, scanned in several qualities, and read back.

Raw is what the first recognition says, cell by cell; reconciled is what comes out. The form is told, since on the worst
of them no heading can be read. Every report is a true one, whose identities hold. Needs Chromium and the extra 'ocr'; a
page takes seconds.
"""

import argparse
import io
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console
from rich.table import Table

from eval.degrade import QUALITIES, Quality, degrade
from eval.gold import ROOT, Gold
from eval.on_paper import RULINGS, draw, print_pdf
from eval.render import render
from eval.truth import make_truth
from extractor.errors import DocumentError
from extractor.evaluate.scoring import HARMFUL, Outcome, Score, same_number, score_report
from extractor.forms.load import load_forms
from extractor.parse.readings import ReadingKind
from extractor.parse.tables import read_tables
from extractor.pipeline import extract_document
from extractor.read import Document, read

__all__ = ["Tally", "markdown", "raw_score", "scan", "tiff"]

_FORMS = ("ogi-2021", "ogi-2021", "ogi-2019", "ogi-fujian")


@dataclass
class Tally:
    pages: int = 0
    raw: Counter[str] = field(default_factory=Counter)
    score: Score = field(default_factory=Score)
    failed: int = 0
    seconds: float = 0.0
    harm: list[str] = field(default_factory=list)


def tiff(pages: Sequence[NDArray[np.uint8]], dpi: int) -> bytes:
    """The pages as one TIFF file."""
    images = [Image.fromarray(page) for page in pages]
    out = io.BytesIO()
    images[0].save(out, "TIFF", save_all=True, append_images=images[1:], dpi=(dpi, dpi))
    return out.getvalue()


def scan(seed: int, qualities: Iterable[Quality], ruling: str = "all") -> Iterable[tuple[Quality, bytes, Gold, int]]:
    """One report in each quality, the same whichever others are asked for. Most of its figures are not zero."""
    rng = Random(f"scans/{seed}")
    form = _FORMS[seed % len(_FORMS)]
    truth = make_truth(form, seed, density=rng.choice((0.5, 0.9)), scale=rng.choice((40, 900, 6000)))
    printed = render(truth, "html", rng)
    pdf = print_pdf(printed.data, rng, ruling)
    for quality in qualities:
        chance = Random(f"scans/{seed}/{quality.name}")
        pages = [degrade(page, quality, chance) for page in draw(pdf, quality.dpi)]
        yield quality, tiff(pages, quality.dpi), printed.gold, len(pages)


def raw_score(document: Document, gold: Gold) -> Counter[str]:
    """What the first recognition alone says of the printed cells."""
    said: dict[str, object] = {}
    form = load_forms()[gold.form]
    for choice in read_tables(document, form, gold.year).choices:
        for reading in choice.alternatives[0].readings:
            said.setdefault(reading.cell, reading.value if reading.kind is ReadingKind.NUMBER else None)
    out: Counter[str] = Counter()
    for cell, value in gold.cells.items():
        got = said.get(cell)
        if value is None:
            out["made up"] += got is not None
        elif got is None:
            out["missed"] += 1
        else:
            out["right" if same_number(got, value) else "wrong"] += 1  # type: ignore[arg-type]
    return out


def run(
    seeds: range, qualities: Sequence[Quality], console: Console, *, cells: bool, ruling: str = "all"
) -> dict[str, Tally]:
    """The tallies by quality, shown after every report: a run takes long."""
    tallies = {quality.name: Tally() for quality in qualities}
    for seed in seeds:
        for quality, data, gold, pages in scan(seed, qualities, ruling):
            tally = tallies[quality.name]
            tally.pages += pages
            started = time.perf_counter()
            try:
                document = read(data)
                tally.seconds += time.perf_counter() - started
                tally.raw += raw_score(document, gold)
                score = score_report(extract_document(document, form=gold.form), gold)
            except DocumentError as error:
                score = score_report(None, gold, failure=str(error))
                tally.failed += 1
                console.print(f"{seed} {quality.name}: {error}")
            tally.score.add(score)
            for one in score.cells:
                if cells or one.outcome in HARMFUL:
                    got = None if one.got is None else (one.got.value, one.got.status, one.got.printed, one.got.because)
                    console.print(f"{seed} {quality.name}: {one.outcome} {one.cell} {one.gold} → {got}", markup=False)
        show(tallies, console)
    return tallies


def show(tallies: dict[str, Tally], console: Console) -> None:
    table = Table(title="printed cells, in % of them; the last two in cells", title_justify="left")
    for head in ("quality", "pages", "cells", "raw right", "raw missed", "raw wrong"):
        table.add_column(head, justify="left" if head == "quality" else "right")
    for head in ("right", "right, disputed", "disputed", "missed", "silently wrong", "made up", "s a page"):
        table.add_column(head, justify="right")
    for name, tally in tallies.items():
        counts, whole = tally.score.counts, max(1, tally.score.printed)

        def percent(part: int, whole: int = whole) -> str:
            return f"{100 * part / whole:.2f}"

        table.add_row(
            name,
            str(tally.pages),
            str(tally.score.printed),
            *(percent(tally.raw[key]) for key in ("right", "missed", "wrong")),
            *(
                percent(counts[outcome])
                for outcome in (Outcome.RIGHT, Outcome.RIGHT_DISPUTED, Outcome.DISPUTED, Outcome.MISSED)
            ),
            str(counts[Outcome.SILENTLY_WRONG]),
            str(counts[Outcome.INVENTED] + counts[Outcome.UNEXPECTED]),
            f"{tally.seconds / max(1, tally.pages):.1f}",
        )
    console.print(table)


def markdown(tallies: dict[str, Tally], reports: int) -> str:
    """The table for README: what the first recognition says by itself and what comes out, in % of printed cells."""
    rows = [
        "| scan | raw right | raw wrong | right | right, disputed | open | silently wrong or made up, cells |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, tally in tallies.items():
        counts, whole = tally.score.counts, max(1, tally.score.printed)
        shares = (
            *(tally.raw[key] for key in ("right", "wrong")),
            *(counts[outcome] for outcome in (Outcome.RIGHT, Outcome.RIGHT_DISPUTED)),
            counts[Outcome.DISPUTED] + counts[Outcome.MISSED],
        )
        harm = counts[Outcome.SILENTLY_WRONG] + counts[Outcome.INVENTED] + counts[Outcome.UNEXPECTED]
        rows.append("| " + " | ".join([name, *(f"{100 * one / whole:.1f} %" for one in shares), str(harm)]) + " |")
    pages = max((tally.pages for tally in tallies.values()), default=0)
    cells = max((tally.score.printed for tally in tallies.values()), default=0)
    rows.append(
        f"\n{reports} reports, {pages} pages and {cells:,} printed cells in each quality, at commit {_commit()}."
    )
    return "\n".join(rows)


def _commit() -> str:
    git = ["git", "-C", str(ROOT)]
    head = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    changed = subprocess.run([*git, "status", "--porcelain", "-uno"], capture_output=True, text=True, check=False)
    if head.returncode:
        return "unknown"
    return head.stdout.strip() + (" and changes" if changed.stdout.strip() else "")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.scans", description=__doc__)
    parser.add_argument("--n", type=int, default=2, help="reports")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quality", type=int, nargs="*", help="only these, counted from 0")
    parser.add_argument("--cells", action="store_true", help="print every cell that is not right")
    parser.add_argument("--ruling", choices=sorted(RULINGS), default="all", help="which lines of the tables are drawn")
    arguments = parser.parse_args()
    console = Console(width=150, force_terminal=False)
    qualities = [QUALITIES[number] for number in arguments.quality] if arguments.quality else QUALITIES
    seeds = range(arguments.seed, arguments.seed + arguments.n)
    tallies = run(seeds, qualities, console, cells=arguments.cells, ruling=arguments.ruling)
    print(markdown(tallies, arguments.n))
    return 1 if any(tally.score.harm for tally in tallies.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
