"""A truth becomes a report on paper: title, prose and the official sheets."""

from random import Random

from eval import prose
from eval.official import official_sheets
from eval.sheets import Paper
from eval.truth import Truth

__all__ = ["make_paper"]


def make_paper(truth: Truth, rng: Random, *, prose_only: bool = False) -> Paper:
    """`prose_only`: the tables are gone, every figure that is left stands in a sentence."""
    said = prose.statements(truth, rng)
    if not prose_only:
        said = [one for one in said if rng.random() < 0.3]
    overview = prose.filler(rng, 3, web=truth.form in ("ogi-2021", "ogi-2019"))
    paragraph, stated = "", {}
    for text, cells in said:
        paragraph += text
        stated.update(cells)
    overview.insert(rng.randint(0, 2), paragraph)
    return Paper(
        truth,
        prose.title(truth, rng),
        prose.preface(truth, rng),
        [text for text in overview if text],
        [] if prose_only else official_sheets(truth, rng),
        prose.problems(truth, rng),
        prose.closing(truth, rng),
        stated=stated,
        prose_only=prose_only,
    )
