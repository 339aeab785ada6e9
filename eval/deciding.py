"""How far a person's answers go: disputed cells are decided one after the other as the labels say, until none is left.

Each answer settles its own cell, and those of its row and its sums that follow from it. Printed: how many cells were
disputed, how many answers it took, and how many cells came out wrong that nobody was asked about.

    python -m eval.deciding --cells
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from eval.gold import default_samples, find_samples
from extractor.deciding.decided import decided
from extractor.deciding.decision import Decision, DecisionKind, Seen
from extractor.errors import DocumentError
from extractor.evaluate.gold import Gold
from extractor.evaluate.scoring import HARMFUL, score_report
from extractor.pipeline import Draft, draft, finish
from extractor.read import read_path
from extractor.report import Report, Status

__all__ = ["Answered", "answered"]


@dataclass(frozen=True, slots=True)
class Answered:
    """`disputed`: cells before; `answers`: decisions made; `harm`: wrong or made up cells, before and after."""

    disputed: int
    answers: int
    harm_before: int
    harm: tuple[str, ...]
    report: Report


def answered(first: Draft, gold: Gold) -> Answered:
    """What becomes of a report when a person who knows the labels answers for its disputed cells."""
    own = report = finish(first)
    decisions: dict[str, Decision] = {}
    while (cell := _next(report, decisions)) is not None:
        decisions[cell] = _truth(own, cell, gold)
        report = decided(own, decisions, first.form, first)
    harm = tuple(one.cell for one in score_report(report, gold).cells if one.outcome in HARMFUL)
    disputed = sum(one.status is Status.DISPUTED for one in own.cells.values())
    return Answered(disputed, len(decisions), score_report(own, gold).harm, harm, report)


def _next(report: Report, decisions: Mapping[str, Decision]) -> str | None:
    waiting = (cell for cell, one in report.cells.items() if one.status is Status.DISPUTED and cell not in decisions)
    return next(waiting, None)


def _truth(own: Report, cell: str, gold: Gold) -> Decision:
    value = gold.cells.get(cell)
    status = None if value is not None else Status.BLANK if cell in gold.cells else Status.MISSING
    state = own.cells[cell]
    one = Decision(own.source.sha256, cell, DecisionKind.TYPE, value, status, seen=Seen(state.value, state.status))
    return replace(one, id=cell)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=Path, action="append", help="folders of samples; default: all at hand")
    parser.add_argument("--cells", action="store_true", help="list the cells that came out wrong")
    args = parser.parse_args()
    total = [0, 0, 0, 0]
    for folder in args.samples or default_samples():
        for sample in find_samples(folder):
            try:
                got = answered(draft(read_path(sample.report)), sample.gold)
            except DocumentError:
                continue
            counts = [got.disputed, got.answers, got.harm_before, len(got.harm)]
            total = [one + other for one, other in zip(total, counts, strict=True)]
            if got.disputed or got.harm:
                print(f"{sample.name:32} {got.disputed:4} disputed  {got.answers:4} answers  {len(got.harm):3} wrong")
                if args.cells:
                    for cell in got.harm:
                        print(f"    {cell} {sample.gold.cells.get(cell)} {got.report.cells[cell]}")
    print(f"{total[0]} disputed cells, settled by {total[1]} answers; wrong before {total[2]}, after {total[3]}")


if __name__ == "__main__":
    main()
