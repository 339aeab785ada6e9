"""Generated reports as items of a run: made where they are scored, so that only a case travels to a process."""

from dataclasses import dataclass

from eval.render import Case, make_case
from extractor.evaluate.gold import Gold
from extractor.evaluate.runner import Content

__all__ = ["CaseItem", "gold_of"]


def gold_of(case: Case, gold: Gold) -> Gold:
    """`gold` with what was done to the document."""
    gold.mess, gold.layout, gold.severity = list(case.mess), case.layout, case.severity
    return gold


@dataclass(frozen=True)
class CaseItem:
    """A case of the generator."""

    case: Case
    density: float = 0.6
    scale: int | None = None

    @property
    def name(self) -> str:
        return self.case.id

    def load(self) -> Content:
        made = make_case(self.case, density=self.density, scale=self.scale)
        return Content(made.data, made.name, gold_of(self.case, made.gold))
