"""python -m eval.repairs: true tables with figures misread, lost and shifted, or misprinted, and what becomes of them.

Works on readings, not on documents: it measures the reconciliation alone. Every table is a made-up one whose identities
hold. A *slip* is a fault of the reader: the table prints one thing, the reader says another. A *misprint* is a fault of
the report: it prints a wrong figure, and the reader reads what is printed.
"""

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from rich.console import Console
from rich.table import Table

from eval.truth import make_truth
from extractor.check import findings
from extractor.forms.load import load_forms
from extractor.forms.model import Form
from extractor.parse.readings import Alternative, Choice, Origin, Reading, ReadingKind
from extractor.read import Document, read
from extractor.reconcile.settle import settle
from extractor.report import Cell, Finding, Status

__all__ = ["SLIPS", "Faulty", "Tally", "choices_of", "make_faulty", "run"]

ALIKE = {
    "0": "869",
    "1": "742",
    "2": "17",
    "3": "859",
    "4": "19",
    "5": "368",
    "6": "850",
    "7": "12",
    "8": "0369",
    "9": "0384",
}
_HEADS = ("faults", "tables", "% right", "% disputed", "% no value", "% overwritten", "wrong, blamed", "silently wrong")
SLIPS = ("alike", "digit", "lost", "lost_digit", "added_digit", "turned", "shift")


@dataclass(frozen=True)
class Faulty:
    """`printed`: what the page holds. `seen`: what the reader says of it, None for a blank."""

    form: Form
    printed: Mapping[str, int]
    seen: Mapping[str, int | None]
    faults: frozenset[str]


def make_faulty(
    seed: int, faults: int, *, misprints: bool = False, form: str = "ogi-2021", density: float = 0.6
) -> Faulty:
    """A table of applications in which `faults` nonzero figures went wrong, as slips of the reader or as misprints."""
    rng = Random(f"repairs/{seed}/{faults}/{misprints}")
    truth = make_truth(form, seed, density=density, scale=rng.choice((30, 300, 3000)))
    loaded = load_forms()[form]
    rows = [
        row
        for row in loaded.table_by_id["applications"].rows
        if not row.optional or (truth.one_row_other and row.id == "other")
    ]
    if truth.one_row_other:
        rows = [row for row in rows if row.group != "other"]
    cells = [
        f"applications.{row.id}.{column}"
        for row in rows
        for column in loaded.table_by_id["applications"].columns_of(row)
    ]
    true = {cell: int(truth.values[cell]) for cell in cells}
    seen: dict[str, int | None] = dict(true)
    touched: set[str] = set()
    while len(touched) < faults:
        cell = rng.choice([cell for cell in cells if true[cell] and cell not in touched])
        changed = _misprinted(rng, cell, true) if misprints else _slip(rng, cell, true)
        if changed and touched.isdisjoint(changed):
            seen.update(changed)
            touched.add(cell)
    if misprints:
        return Faulty(loaded, {cell: value or 0 for cell, value in seen.items()}, seen, frozenset(touched))
    wrong = frozenset(cell for cell in cells if seen[cell] != true[cell])
    return Faulty(loaded, true, seen, wrong)


def _misprinted(rng: Random, cell: str, true: Mapping[str, int]) -> dict[str, int | None]:
    value = true[cell]
    wrong = rng.choice((value + 1, value - 1, value + 10, value * 10, rng.randrange(2 * value + 10), 0))
    return {cell: wrong} if wrong >= 0 and wrong != value else {}


def _slip(rng: Random, cell: str, true: Mapping[str, int]) -> dict[str, int | None]:
    """What a recognition may say instead: mostly one digit for another that looks like it."""
    kind = rng.choices(SLIPS, (8, 2, 3, 2, 2, 1, 2))[0]
    digits = str(true[cell])
    place = rng.randrange(len(digits))
    if kind in ("alike", "digit"):
        other = rng.choice(ALIKE[digits[place]] if kind == "alike" else "123456789")
        digits = digits[:place] + other + digits[place + 1 :]
    elif kind == "lost":
        return {cell: None}
    elif kind == "lost_digit" and len(digits) > 1:
        digits = digits[:place] + digits[place + 1 :]
    elif kind == "added_digit":
        digits = digits[:place] + rng.choice("0123456789") + digits[place:]
    elif kind == "turned" and place + 1 < len(digits):
        digits = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    elif kind == "shift":
        return _shifted(rng, cell, true)
    changed = int(digits)
    return {cell: changed} if changed != true[cell] and str(changed) == digits else {}


def _shifted(rng: Random, cell: str, true: Mapping[str, int]) -> dict[str, int | None]:
    """The figure stands in the cell beside it, whose zero was not seen."""
    row = [one for one in true if one.rsplit(".", 1)[0] == cell.rsplit(".", 1)[0]][:-1]
    if cell not in row:
        return {}
    beside = [row[at] for at in (row.index(cell) - 1, row.index(cell) + 1) if 0 <= at < len(row) and true[row[at]] == 0]
    return {cell: None, rng.choice(beside): true[cell]} if beside else {}


def choices_of(
    faulty: Faulty, origin: Origin, reader: str = "rules", *, twice: bool = False
) -> tuple[Document, list[Choice]]:
    """A document that prints what was seen, and a Choice for each of its rows. `twice`: two recognitions agree."""
    lines: list[str] = []
    choices: list[Choice] = []
    at = 0
    rows: dict[str, list[str]] = {}
    for cell in faulty.seen:
        rows.setdefault(cell.rsplit(".", 1)[0], []).append(cell)
    for cells in rows.values():
        readings = []
        for cell in cells:
            value = faulty.seen[cell]
            shown = "" if value is None else str(value)
            kind = ReadingKind.BLANK if value is None else ReadingKind.NUMBER
            readings.append(Reading(cell, kind, value, at, at + len(shown), shown))
            lines.append(shown)
            at += len(shown) + 1
        agreed = frozenset(cells) if twice else frozenset()
        choices.append(Choice(origin, (Alternative(tuple(readings)),), reader=reader, twice=agreed))
    return read("\t".join(lines) or " "), choices


@dataclass
class Tally:
    """What became of the faulty cells, and of the others."""

    tables: int = 0
    faulty: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)
    located: int = 0
    ms: list[float] = field(default_factory=list)

    def add(self, faulty: Faulty, cells: Mapping[str, Cell], found: tuple[Finding, ...]) -> None:
        self.tables += 1
        blamed = {cell for finding in found for cell in finding.suspects}
        for cell, printed in faulty.printed.items():
            into = self.faulty if cell in faulty.faults else self.others
            into[_outcome(cells[cell], printed, cell in blamed)] += 1
        self.located += faulty.faults <= blamed


def _outcome(cell: Cell, printed: int, blamed: bool) -> str:
    if cell.status in (Status.BLANK, Status.MISSING):
        return "no value"
    if cell.status is Status.DISPUTED:
        return "disputed"
    if cell.value == printed:
        return "right"
    if cell.status is Status.CORRECTED:
        return "overwritten"
    return "wrong, blamed" if blamed else "silently wrong"


def run(seeds: Iterator[int] | range, faults: int, origin: Origin, *, misprints: bool, twice: bool = False) -> Tally:
    tally = Tally()
    for seed in seeds:
        faulty = make_faulty(seed, faults, misprints=misprints)
        document, choices = choices_of(faulty, origin, twice=twice)
        started = time.perf_counter()
        settled = settle(document, faulty.form, choices)
        tally.ms.append(1000 * (time.perf_counter() - started))
        tally.add(faulty, settled.cells, findings(document, faulty.form, settled.cells, settled.edits))
    return tally


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / max(1, whole):.1f}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.repairs", description=__doc__)
    parser.add_argument("--n", type=int, default=100, help="tables for each line")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    seeds = range(arguments.seed * 1_000_000, arguments.seed * 1_000_000 + arguments.n)
    table = Table(title="faulty cells, and the others", title_justify="left")
    for head in ("reader", "fault"):
        table.add_column(head)
    for head in (*_HEADS, "others disputed", "others wrong", "% located", "ms median", "ms max"):
        table.add_column(head, justify="right")
    silent = 0
    kinds = [(Origin.SCAN, False, False), (Origin.SCAN, True, False), (Origin.SCAN, True, True)]
    for origin, misprints, twice in (*kinds, (Origin.TEXT, True, False), (Origin.GRID, True, False)):
        for faults in (1, 2, 4, 6):
            tally = run(seeds, faults, origin, misprints=misprints, twice=twice)
            wrong = tally.faulty["silently wrong"]
            others = sum(tally.others[name] for name in ("silently wrong", "wrong, blamed", "overwritten"))
            silent += wrong + others
            whole = sum(tally.faulty.values())
            table.add_row(
                f"{origin.value}, twice" if twice else origin.value,
                "misprint" if misprints else "slip",
                str(faults),
                str(tally.tables),
                _percent(tally.faulty["right"], whole),
                _percent(tally.faulty["disputed"], whole),
                _percent(tally.faulty["no value"], whole),
                _percent(tally.faulty["overwritten"], whole),
                str(tally.faulty["wrong, blamed"]),
                str(wrong),
                str(tally.others["disputed"]),
                str(others),
                _percent(tally.located, tally.tables),
                f"{statistics.median(tally.ms):.1f}",
                f"{max(tally.ms):.0f}",
            )
    Console(width=190).print(table)
    return 1 if silent else 0


if __name__ == "__main__":
    raise SystemExit(main())
