"""The harness itself: a perfect, an empty, a shuffled and an all-zero extraction get exactly what they deserve."""

from collections import Counter
from dataclasses import dataclass
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.gold import ROOT
from eval.items import CaseItem
from eval.layouts import LAYOUTS
from eval.mess import MESS, fits
from eval.render import Case
from eval.truth import FORMS
from extractor.errors import UsageError
from extractor.evaluate.gold import Gold, Number, find_samples, same_number
from extractor.evaluate.runner import Content, Item, SampleItem, score_content, score_item, scored
from extractor.evaluate.scoring import HARMFUL, Outcome
from extractor.evaluate.systems import Extraction
from extractor.forms.load import load_forms
from extractor.forms.model import Form
from extractor.report import Status


@dataclass(frozen=True)
class Says:
    """A system that gives these cells, whatever the document."""

    cells: dict[str, Number | None]
    disputed: frozenset[str] = frozenset()
    name: str = "says"
    suffixes: frozenset[str] = frozenset()

    def extract(self, data: bytes, name: str, form: Form) -> Extraction:
        assert data and name.startswith("report") and set(self.cells) <= set(form.cells)
        return Extraction(self.cells, self.disputed)


def printed(gold: Gold) -> dict[str, Number]:
    return {cell: value for cell, value in gold.cells.items() if value is not None}


def accepts(gold: Gold, cell: str, value: Number | None) -> bool:
    return any(same_number(value, one) for one in (gold.cells.get(cell), *gold.accept.get(cell, ())))


@cache
def contents() -> tuple[Content, ...]:
    return tuple(SampleItem(sample).load() for sample in find_samples(ROOT / "eval" / "samples"))


@st.composite
def generated(draw: st.DrawFn) -> Content:
    form, layout = draw(st.sampled_from(sorted(FORMS))), draw(st.sampled_from(sorted(LAYOUTS)))
    kinds = [name for name in MESS if fits(name, form, layout)]
    mess = (draw(st.sampled_from(kinds)),) if kinds and draw(st.booleans()) else ()
    return CaseItem(Case(form, layout, draw(st.integers(0, 10_000)), mess)).load()


every = settings(max_examples=25, deadline=None, derandomize=True)


@every
@given(generated())
def test_a_perfect_extraction_is_right_everywhere(content: Content) -> None:
    gold = content.gold
    score = score_content(content, Says(dict(gold.cells)))
    assert (
        score.counts
        == Counter({Outcome.RIGHT: len(printed(gold)), Outcome.LEFT_BLANK: len(gold.cells) - len(printed(gold))})
        - Counter()
    )
    assert score.whole and not score.harm and score.percent() == 100.0 and score.failed is None


@every
@given(generated())
def test_an_empty_extraction_misses_everything_and_harms_nothing(content: Content) -> None:
    gold = content.gold
    score = score_content(content, Says({}))
    spared = sum(accepts(gold, cell, None) for cell in printed(gold))
    assert score.counts[Outcome.MISSED] == len(printed(gold)) - spared
    assert score.counts[Outcome.RIGHT] == spared, "where leaving it open is right, open is right"
    assert score.counts[Outcome.LEFT_BLANK] == len(gold.cells) - len(printed(gold))
    assert score.harm == 0 and sum(score.counts.values()) == len(gold.cells)


@every
@given(generated(), st.integers(0, 99))
def test_a_shuffled_extraction_is_silently_wrong_but_where_it_fell_into_place(content: Content, seed: int) -> None:
    gold = content.gold
    cells = list(printed(gold))
    values = [gold.cells[cell] for cell in cells]
    Random(seed).shuffle(values)
    shuffled = dict(zip(cells, values, strict=True))
    right = sum(accepts(gold, cell, value) for cell, value in shuffled.items())
    score = score_content(content, Says(shuffled))
    assert score.counts[Outcome.RIGHT] == right
    assert score.counts[Outcome.SILENTLY_WRONG] == len(cells) - right == score.harm
    # The same, saying of every value that it may be wrong: loud, and no harm.
    loud = score_content(content, Says(shuffled, frozenset(shuffled)))
    assert (loud.counts[Outcome.RIGHT_DISPUTED], loud.counts[Outcome.DISPUTED]) == (right, len(cells) - right)
    assert loud.harm == 0 and loud.counts[Outcome.RIGHT] == 0


@every
@given(generated())
def test_an_all_zero_extraction_is_right_about_zeros_only(content: Content) -> None:
    """All zeros satisfy every identity: that must not help."""
    gold, form = content.gold, load_forms()[content.gold.form]
    score = score_content(content, Says(dict.fromkeys(form.cells, 0)))
    zeros = sum(accepts(gold, cell, 0) for cell in printed(gold))
    blanks = [cell for cell, value in gold.cells.items() if value is None]
    tolerated = sum(any(same_number(0, one) for one in gold.accept.get(cell, ())) for cell in blanks)
    assert score.counts[Outcome.RIGHT] == zeros
    assert score.counts[Outcome.SILENTLY_WRONG] == len(printed(gold)) - zeros
    assert score.counts[Outcome.INVENTED] == len(blanks) - tolerated
    off_page = score.counts[Outcome.EXTRA] + score.counts[Outcome.UNEXPECTED]
    assert off_page == len(form.cells) - len(gold.cells)
    assert not score.whole or score.harm == 0


def test_an_all_zero_extraction_of_the_samples_does_harm() -> None:
    for content in contents():
        form = load_forms()[content.gold.form]
        score = score_content(content, Says(dict.fromkeys(form.cells, 0)))
        assert score.counts[Outcome.SILENTLY_WRONG] > 5
        assert score.harm > 0 and not score.whole


@dataclass(frozen=True)
class Raises:
    error: Exception
    name: str = "raises"
    suffixes: frozenset[str] = frozenset({".html"})

    def extract(self, data: bytes, name: str, form: Form) -> Extraction:  # noqa: ARG002 - the protocol's
        raise self.error


@pytest.mark.parametrize("error", [ValueError("no table"), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad")])
def test_a_system_that_raises_has_missed_everything(error: Exception) -> None:
    content = contents()[0]
    score = score_content(content, Raises(error))
    assert type(error).__name__ in str(score.failed)
    blanks = len(content.gold.cells) - len(printed(content.gold))
    assert (
        score.counts == Counter({Outcome.MISSED: len(printed(content.gold)), Outcome.BLANK_UNREAD: blanks}) - Counter()
    )


def test_a_system_that_lacks_something_here_is_no_failed_document() -> None:
    with pytest.raises(UsageError, match="no such package"):
        score_content(contents()[0], Raises(UsageError("no such package")))


class Dies:
    name = "dies"
    suffixes: frozenset[str] = frozenset()

    def extract(self, data: bytes, name: str, form: Form) -> Extraction:  # noqa: ARG002 - the protocol's
        import os

        os._exit(3)


def test_a_document_that_kills_its_process_is_a_failed_one() -> None:
    items: list[Item] = [SampleItem(sample) for sample in find_samples(ROOT / "eval" / "samples")][:3]
    results = list(scored(items, Dies(), 2))
    assert [one.report for one in results] == [item.name for item in items]
    assert all("the process that read it died" in str(one.failed) for one in results)
    assert all(row.outcome in (Outcome.MISSED, Outcome.BLANK_UNREAD) for one in results for row in one.cells)


def test_in_processes_and_alone_the_results_are_the_same() -> None:
    items: list[Item] = [SampleItem(sample) for sample in find_samples(ROOT / "eval" / "samples")][:4]
    from extractor.evaluate.readers import Reader

    for one, other in zip(scored(items, Reader.RULES, 2), map(score_item, items), strict=True):
        assert (one.report, one.cells, one.findings) == (other.report, other.cells, other.findings)
        assert not any(row.outcome in HARMFUL for row in one.cells)


def test_a_disputed_right_value_is_among_the_alternatives() -> None:
    content = contents()[0]
    cell, value = next(iter(printed(content.gold).items()))
    (row,) = [one for one in score_content(content, Says({cell: value}, frozenset({cell}))).cells if one.cell == cell]
    assert row.got.status is Status.DISPUTED and row.among
