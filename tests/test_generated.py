"""Documents made from known truths, every form in every layout: what is read is right, or says that it may not be."""

from functools import cache

import pytest

from eval.generated import cases, run_case
from eval.layouts import LAYOUTS
from eval.mess import MESS
from eval.render import Case
from eval.truth import FORMS
from extractor.evaluate.scoring import HARMFUL as HARM
from extractor.evaluate.scoring import Score

ALL = len(FORMS) * len(LAYOUTS)


@cache
def scored(seed: int, messy: bool) -> tuple[tuple[Case, Score], ...]:
    """Every form in every layout once."""
    made = cases(ALL, seed, list(FORMS), list(LAYOUTS), list(MESS) if messy else [], 0.3)
    assert len({(case.form, case.layout) for case in made}) == ALL
    return tuple((case, run_case(case, density=0.6, scale=None)) for case in made)


def harmed(results: tuple[tuple[Case, Score], ...]) -> dict[str, list[str]]:
    """The documents with a wrong number that looks right, and its cells."""
    return {
        case.id: [f"{cell.cell} got {cell.value} gold {cell.gold}" for cell in score.cells if cell.outcome in HARM]
        for case, score in results
        if score.harm
    }


def added(results: tuple[tuple[Case, Score], ...]) -> Score:
    total = Score()
    for _, score in results:
        total.add(score)
    return total


@pytest.mark.parametrize("seed", [11, 12])
def test_clean_documents_do_no_harm(seed: int) -> None:
    results = scored(seed, False)
    assert harmed(results) == {}
    assert [case.id for case, score in results if score.failed or not (score.form_right and score.year_right)] == []


@pytest.mark.parametrize("seed", [11, 12])
def test_clean_documents_are_read(seed: int) -> None:
    """Glued figures may stay open, and sentences do not state every cell; all other layouts are read in full."""
    results = scored(seed, False)
    whole = tuple((case, score) for case, score in results if case.layout not in ("glued", "prose"))
    assert added(whole).printed > 5000
    poor = {case.id: score.percent(with_disputed=True) for case, score in whole}
    assert {name: percent for name, percent in poor.items() if percent < 99.0} == {}
    assert added(whole).percent() >= 99.0
    glued = tuple((case, score) for case, score in results if case.layout == "glued")
    assert added(glued).percent(with_disputed=True) >= 90.0


@pytest.mark.parametrize("seed", [1, 4, 7])
def test_messy_documents_do_no_harm(seed: int) -> None:
    """At most one wrong number that looks right in 10,000 printed: among these 7,000, none."""
    results = scored(seed, True)
    assert added(results).printed > 5000
    assert harmed(results) == {}


@pytest.mark.parametrize("seed", [1, 4, 7])
def test_messy_documents_are_read(seed: int) -> None:
    total = added(scored(seed, True))
    assert total.percent(with_disputed=True) >= 97.0
    assert total.percent() >= 93.0


_ONCE_HARMFUL = (
    "ogi-2019/html/blank-totals/seed12000001",
    "ogi-2021/html-word/label-scramble+labels-zero/seed4",
    "ogi-2021/tab-shift/blank-zeros+slashes/seed5000036",
    "ogi-2021/markdown-torn/stray-digits/seed2000024",
    "ogi-2021/markdown/fullwidth+label-typos/seed1234000200",
    "ogi-2021/markdown/label-typos+rows-dropped/seed1234000380",
    "ogi-2019/markdown/blank-zeros/seed31000441",
    "ogi-2021/spaces/last-year+pictures/seed2026000764",
    "ogi-fujian/plain/label-typos/seed2026000111",
    "ogi-2014/prose/free-prose/seed51",
    "ogi-2019/cell-lines/crlf/seed3",
    "ogi-2014/plain/invisible/seed1",
    "ogi-2021/markdown/ocr-letters/seed1",
    "ogi-2021/plain/ocr-letters/seed1",
    "ogi-2021/spaces/zero-words/seed1",
    "ogi-2021/glued/label-typos/seed21000112",
    "ogi-fujian/spaces/label-typos/seed99000347",
    "ogi-2021/markdown-torn/blank-zeros+other-bodies/seed2026000624",
    "ogi-2019/pipe/page-numbers/seed5002000389",
    "ogi-2019/glued/label-scramble+subtotals/seed2000053",
)
# Those with more mess than the others.
_ONCE_HARMFUL_AT_HALF = (
    "ogi-fujian/spaces/label-typos/seed5000227",
    "ogi-2019/glued/label-typos/seed5000293",
    "ogi-2021/plain/label-typos/seed6000528",
    "ogi-2014/markdown/label-typos/seed6000082",
    "ogi-fujian/markdown-torn/label-typos/seed6000567",
    "ogi-2019/tab/label-typos/seed7000393",
    "ogi-2021/spaces/drop-blanks/seed8000764",
    "ogi-2021/markdown/blank-totals+stray-digits/seed8000080",
    "ogi-2021/spaces/bad-byte+drop-blanks/seed9000464",
    "ogi-2019/spaces/labels-zero+page-heads/seed62000045",
    "ogi-2021/tab-shift/page-heads+page-numbers/seed5003000216",
    "ogi-2021/pipe/label-scramble+page-numbers/seed881001000448",
    "ogi-fujian/glued/other-bodies/seed881008000415",
    "ogi-2014/markdown-torn/label-typos/seed881010000386",
    "ogi-2021/pipe/drop-blanks/seed881011000088",
    "ogi-2021/markdown-torn/label-typos+subtotals/seed882003000444",
    "ogi-2021/cell-lines/blank-zeros+misprint/seed882005000040",
    "ogi-2019/markdown-torn/subtotals/seed882007000205",
    "ogi-2021/spaces/labels-zero+slashes/seed882009000284",
    "ogi-2019/spaces/blank-zeros+labels-lost/seed882010000285",
    "ogi-2019/markdown-torn/blank-zeros/seed882011000025",
    "ogi-2014/cell-lines/blank-zeros+twice/seed883003000042",
    "ogi-2021/cell-lines/drop-blanks+labels-lost/seed883004000400",
    "ogi-2019/spaces/glued-pairs+labels-lost/seed883004000465",
    "ogi-2021/plain/drop-blanks/seed885003000408",
)


@pytest.mark.parametrize("case", _ONCE_HARMFUL)
def test_documents_that_did_harm(case: str) -> None:
    made = Case.parse(case, 0.3)
    assert harmed(((made, run_case(made, density=0.6, scale=None)),)) == {}


@pytest.mark.parametrize("case", _ONCE_HARMFUL_AT_HALF)
def test_documents_of_half_mess_that_did_harm(case: str) -> None:
    made = Case.parse(case, 0.5)
    assert harmed(((made, run_case(made, density=0.6, scale=None)),)) == {}


def test_a_case_can_be_made_again() -> None:
    case, score = scored(1, True)[5]
    again = run_case(Case.parse(case.id, case.severity), density=0.6, scale=None)
    assert again.counts == score.counts
