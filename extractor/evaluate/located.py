"""Findings against labels: are the identities that the source breaks told, and its misprints located?

Which identities a source breaks follows from its labels alone (extractor.evaluate.implied). An identity with an operand
that is blank, ambiguous or not on the page is judged neither way. Locating errors is meant as Fellegi and Holt (1976)
mean it: naming the cells whose change would mend all that is broken.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields

from extractor.evaluate.gold import Gold
from extractor.evaluate.implied import edits_of, holds
from extractor.report import Finding, Number

__all__ = ["FindingScore", "score_findings"]


@dataclass(frozen=True, slots=True)
class FindingScore:
    """Counts. `broken`: identities that the source breaks, `told` of them reported; `false_alarms`: identities reported
    as broken that hold in the source. `misprints`: misprinted cells that some identity shows, of which `located` are
    suspects and `touched` are at least among the cells of a finding. `hidden`: misprinted cells that no identity shows.
    `suspects`: suspects named where the misprints are known, `blamed_rightly` of them misprints."""

    broken: int = 0
    told: int = 0
    false_alarms: int = 0
    misprints: int = 0
    located: int = 0
    touched: int = 0
    hidden: int = 0
    suspects: int = 0
    blamed_rightly: int = 0

    def __add__(self, other: "FindingScore") -> "FindingScore":
        return FindingScore(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    def to_dict(self) -> dict[str, int]:
        return {one.name: int(getattr(self, one.name)) for one in fields(self)}


def score_findings(findings: Iterable[Finding], gold: Gold) -> FindingScore:
    """How the findings of one report stand to what its labels say."""
    sure: dict[str, Number | None] = dict.fromkeys(gold.unlabelled)
    sure.update((cell, None if cell in gold.accept else value) for cell, value in gold.cells.items())
    state: dict[str, bool | None] = {}
    shown: set[str] = set()
    for edit in edits_of(gold.form):
        state[edit.id] = holds(edit, sure)
        if state[edit.id] is False:
            shown |= {cell for term in (*edit.left, *edit.right) for cell in (*term.cells, term.subtotal) if cell}
    broken = {one for one, held in state.items() if held is False}
    found = {finding.rule: finding for finding in findings if finding.rule in state}
    suspects = {cell for finding in found.values() for cell in finding.suspects}
    misprints = set(gold.misprints)
    visible = misprints & shown
    named = suspects if misprints or gold.truth else set()
    return FindingScore(
        broken=len(broken),
        told=len(broken & found.keys()),
        false_alarms=sum(state[rule] is True for rule in found),
        misprints=len(visible),
        located=len(visible & suspects),
        touched=len(visible & {cell for finding in found.values() for cell in finding.cells}),
        hidden=len(misprints - shown),
        suspects=len(named),
        blamed_rightly=len(named & misprints),
    )
