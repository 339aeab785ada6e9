"""A paper, through its mess, into bytes."""

from dataclasses import dataclass
from random import Random

from eval.gold import Gold
from eval.layouts import LAYOUTS
from eval.mess import MESS, fits
from eval.paper import make_paper
from eval.sheets import Paper
from eval.truth import Truth, make_truth

__all__ = ["Case", "Rendered", "make_case", "mess_up", "render"]


@dataclass(frozen=True)
class Case:
    """Everything that makes a generated document; `id` names it, so that it can be made again."""

    form: str
    layout: str
    seed: int
    mess: tuple[str, ...] = ()
    severity: float = 0.3

    @property
    def id(self) -> str:
        mess = "+".join(self.mess)
        return "/".join(part for part in (self.form, self.layout, mess, f"seed{self.seed}") if part)

    @classmethod
    def parse(cls, text: str, severity: float) -> "Case":
        parts = text.split("/")
        mess = tuple(parts[2].split("+")) if len(parts) == 4 else ()
        return cls(parts[0], parts[1], int(parts[-1].removeprefix("seed")), mess, severity)


@dataclass(frozen=True)
class Rendered:
    name: str
    data: bytes
    gold: Gold
    text: str


def mess_up(truth: Truth, layout: str, rng: Random, mess: tuple[str, ...] = (), severity: float = 0.3) -> Paper:
    """`truth` on paper, with every kind of `mess` that fits the layout; not rendered yet."""
    paper = make_paper(truth, rng, prose_only=LAYOUTS[layout].prose)
    for name in MESS:  # in their own order: what is printed first, then how it is written
        if name in mess and fits(name, truth.form, layout):
            MESS[name].apply(paper, severity, rng)
    return paper


def render(truth: Truth, layout: str, rng: Random, mess: tuple[str, ...] = (), severity: float = 0.3) -> Rendered:
    """`truth` in `layout` with every kind of `mess` that fits the layout."""
    how = LAYOUTS[layout]
    paper = mess_up(truth, layout, rng, mess, severity)
    text = how.render(paper, rng)
    for operation in paper.text_ops:
        text = operation(text, rng)
    data = paper.encode(text, rng) if paper.encode else text.encode()
    return Rendered(f"report{how.suffix}", data, paper.gold(positions_lost=how.drops_blanks), text)


def make_case(case: Case, *, density: float = 0.6, scale: int | None = None) -> Rendered:
    truth = make_truth(case.form, case.seed, density=density, scale=scale)
    return render(truth, case.layout, Random(f"{case.id}/{case.severity}"), case.mess, case.severity)
