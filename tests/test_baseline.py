"""The committed baseline: no cell may become silently wrong or made up, and fewer right ones only within noise."""

from dataclasses import replace
from functools import cache

import pytest

from eval.baseline import Kept, differences, items, load, measured, write
from extractor.evaluate.scoring import Outcome


@cache
def now() -> dict[str, Kept]:
    return measured(items())


def test_nothing_is_worse_than_the_baseline() -> None:
    """Whoever means a change renews it, and looks at the diff: python -m eval.baseline --renew."""
    found = differences(load(), now())
    assert found.harm == []
    assert found.stale == [], "python -m eval.baseline --renew"
    assert not found.dropped, "\n".join(found.lines())


def test_the_baseline_covers_samples_and_generated_reports() -> None:
    kept = load()
    assert len([name for name in kept if "/" not in name]) >= 13
    assert len([name for name in kept if "/" in name]) == 60
    assert sum(sum(one.counts.values()) for one in kept.values()) > 8000


def changed(name: str, **fields: object) -> dict[str, Kept]:
    kept = load()
    return {**kept, name: replace(kept[name], **fields)}  # type: ignore[arg-type]


SAMPLE = "clean-html-2022"
CELL = "applications.new.total"


@pytest.mark.parametrize("outcome", [Outcome.SILENTLY_WRONG, Outcome.INVENTED, Outcome.UNEXPECTED])
def test_one_new_harmful_cell_fails(outcome: Outcome) -> None:
    found = differences(load(), changed(SAMPLE, not_fine={CELL: outcome.value}))
    assert found.fails
    assert found.harm == [f"{SAMPLE} {CELL}: fine → {outcome.value}"]
    assert f"new harm: {SAMPLE} {CELL}" in found.lines()[0]


def test_harm_that_was_there_before_is_not_new() -> None:
    before = changed(SAMPLE, not_fine={CELL: "invented"})
    assert not differences(before, before).fails
    assert differences(before, load()).better == [f"{SAMPLE} {CELL}: invented → fine"]


def test_a_report_that_fails_is_a_drop() -> None:
    kept = load()[SAMPLE]
    lost = {"missed": sum(kept.counts.values())}
    found = differences(load(), changed(SAMPLE, counts=lost, not_fine={}, failed="UnreadableError: why"))
    assert found.dropped and found.fails
    assert found.worse == [f"{SAMPLE}: read → UnreadableError: why"]


def test_a_cell_less_in_one_report_is_told_and_is_noise() -> None:
    kept = load()[SAMPLE]
    counts = {**kept.counts, "right": kept.counts["right"] - 1, "disputed": 1}
    found = differences(load(), changed(SAMPLE, counts=counts, not_fine={CELL: "disputed"}))
    assert not found.fails
    assert found.worse == [f"{SAMPLE} {CELL}: fine → disputed"]


def test_a_cell_less_in_every_report_is_no_noise() -> None:
    kept = load()
    after = {
        name: replace(one, counts={**one.counts, "right": one.counts.get("right", 1) - 1, "disputed": 99})
        for name, one in kept.items()
        if one.right > 50
    }
    found = differences({name: kept[name] for name in after}, after)
    assert found.p < 0.05 and found.dropped


def test_another_document_or_label_makes_the_baseline_out_of_date() -> None:
    found = differences(load(), changed(SAMPLE, content="another"))
    assert found.fails and found.stale == [f"{SAMPLE}: its document or its labels have changed"]
    missing = {name: one for name, one in load().items() if name != SAMPLE}
    assert differences(load(), missing).stale == [f"{SAMPLE} is gone"]
    assert differences(missing, load()).stale == [f"{SAMPLE} is new"]


def test_what_is_written_is_loaded(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "baseline.json"
    write(load(), path)
    assert load(path) == load()
