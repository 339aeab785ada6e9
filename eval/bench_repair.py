"""python -m eval.bench_repair: what reconciliation costs, beside a plain CP-SAT model of the whole table."""

import argparse
import time
from collections.abc import Sequence
from statistics import median

from ortools.sat.python import cp_model
from rich.console import Console
from rich.table import Table

from eval.render import Case, make_case
from eval.repairs import Faulty, choices_of, make_faulty
from extractor.forms.load import load_forms
from extractor.parse.readings import Choice, Origin
from extractor.parse.tables import read_tables
from extractor.read import Document, read
from extractor.reconcile.linear import Linear, resolve
from extractor.reconcile.settle import settle

__all__ = ["main", "plain_model"]

_CHANGED = 14
_BROKEN = 20


def plain_model(faulty: Faulty) -> int:
    """Every cell of the table at once: as read or anything else, soft identities; solved, and solved again without the
    optimum, to see whether it is the only one. The cost."""
    model = cp_model.CpModel()
    seen = {cell: value or 0 for cell, value in faulty.seen.items()}
    top = 4 * max(seen.values()) + 10
    changed = {cell: model.new_bool_var("") for cell in seen}
    amount = {cell: model.new_int_var(0, top, "") for cell in seen}
    for cell, value in seen.items():
        model.add(amount[cell] == value).only_enforce_if(~changed[cell])
    broken = []
    for linear in _edits(faulty):
        broken.append(model.new_bool_var(""))
        balance = sum(amount[cell] for cell in linear.plus) - sum(amount[cell] for cell in linear.minus)
        model.add(balance == 0).only_enforce_if(~broken[-1])
    price = _CHANGED * sum(changed.values()) + _BROKEN * sum(broken)
    model.minimize(price)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = 5.0
    solver.solve(model)
    best = int(solver.objective_value)
    picked = [cell for cell in seen if solver.boolean_value(changed[cell])]
    model.add_bool_or([~changed[cell] for cell in picked] or [model.new_constant(0)])
    solver.solve(model)
    return best


def _edits(faulty: Faulty) -> list[Linear]:
    known = faulty.seen.keys()
    return [one for one in resolve(faulty.form, known) if one.complete and known >= set(one.cells)]


def _settle_ms(cases: Sequence[tuple[Document, Sequence[Choice], str]]) -> list[float]:
    forms = load_forms()
    out = []
    for document, choices, form in cases:
        started = time.perf_counter()
        settle(document, forms[form], choices)
        out.append(1000 * (time.perf_counter() - started))
    return out


def _pages(layout: str, count: int) -> list[tuple[Document, Sequence[Choice], str]]:
    """Choices as the parsers make them of whole reports."""
    out = []
    for seed in range(count):
        made = make_case(Case("ogi-2021", layout, seed), scale=(12, 150, 900)[seed % 3])
        document = read(made.data, name=made.name)
        tables = read_tables(document, load_forms()["ogi-2021"], made.gold.year)
        out.append((document, tables.choices, "ogi-2021"))
    return out


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.bench_repair", description=__doc__)
    parser.add_argument("--n", type=int, default=30)
    count: int = parser.parse_args().n
    table = Table(title="reconciliation of a report, from readings to cells", title_justify="left")
    for head in ("what", "n", "ms median", "ms max", "plain model ms", "ours / plain", "target ms"):
        table.add_column(head, justify="left" if head == "what" else "right", no_wrap=True)

    def row(what: str, times: list[float], target: float, plain: list[float] | None = None) -> None:
        ours = median(times)
        beside = ["", ""] if plain is None else [f"{median(plain):.0f}", f"{ours / median(plain):.3f}"]
        colour = "green" if ours <= target else "bold red"
        table.add_row(what, str(len(times)), f"{ours:.2f}", f"{max(times):.0f}", *beside, f"[{colour}]{target:g}[/]")

    _settle_ms(_pages("html-cms", 2))
    row("clean page, whole form", _settle_ms(_pages("html-cms", count)), 1)
    row("glued text, whole form", _settle_ms(_pages("glued", count)), 150)
    for faults in (1, 2, 4, 6):
        tables = [make_faulty(seed, faults) for seed in range(count)]
        ours = _settle_ms([(*choices_of(one, Origin.SCAN), one.form.id) for one in tables])
        plain = []
        for one in tables[: max(3, count // 5)]:
            started = time.perf_counter()
            plain_model(one)
            plain.append(1000 * (time.perf_counter() - started))
        row(f"{faults} misread in a table", ours, 60, plain)
    Console(width=120).print(table)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
