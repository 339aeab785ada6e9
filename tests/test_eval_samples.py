"""The samples and their labels: enough of them, of every kind, and labels that the form and the page bear out."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal

import pytest

from eval.gold import ROOT, Gold, Number, Sample, find_samples
from eval.make_samples import SAMPLES
from eval.render import make_case
from extractor.evaluate.implied import edits_of, holds
from extractor.forms.load import load_forms
from extractor.read import read_path

ALL = {sample.name: sample for sample in find_samples(ROOT / "eval" / "samples")}
BY_HAND = {name: sample for name, sample in ALL.items() if name not in SAMPLES}
each = pytest.mark.parametrize("sample", ALL.values(), ids=ALL)
by_hand = pytest.mark.parametrize("sample", BY_HAND.values(), ids=BY_HAND)

# Sums that these reports break themselves, on purpose.
BROKEN = {
    "prose-against-table-2023": {
        "applications.row_sum.processed_total",
        "applications.outcomes.total",
        "applications.balance.total",
        "review_litigation.row_sum.litigation_after_review",
        "review_litigation.litigation_subtotal.total",  # 1 in a sentence, 2 in the table
    },
    "indicator-lines-2017": {"statistics.refused_sum.year"},
}
# Figures that are not printed in digits: 没有, 均为0, 延期 after 均按时; in letters by OCR.
IN_WORDS = {"pictures-lost-2021", "prose-statistics-2018", "list-of-figures-2024", "ocr-by-others-2021"}


def text_of(sample: Sample) -> str:
    document = read_path(sample.report)
    text = unicodedata.normalize("NFKC", document.text)
    return re.sub(r"(?<=\d),(?=\d{3})|(?<=\d) (?=\d)", "", text)


def test_there_are_enough_of_every_kind() -> None:
    assert len(ALL) >= 32
    assert len(BY_HAND) >= 18
    forms = Counter(sample.gold.form for sample in ALL.values())
    assert set(forms) == set(load_forms())
    assert min(forms.values()) >= 5
    assert {sample.report.suffix for sample in BY_HAND.values()} == {".html", ".md", ".txt"}
    nonzero = sum(bool(value) for sample in BY_HAND.values() for value in sample.gold.cells.values())
    blank = sum(value is None for sample in BY_HAND.values() for value in sample.gold.cells.values())
    assert nonzero > 600 and blank > 150


@each
def test_labels_are_cells_of_the_form(sample: Sample) -> None:
    gold, form = sample.gold, load_forms()[sample.gold.form]
    assert gold.cells.keys() <= form.cells.keys()
    assert gold.accept.keys() <= gold.cells.keys()
    first, last = form.years
    assert gold.year and first <= gold.year <= (last or 2100)
    assert gold.organ and "年" not in gold.organ
    for cell, value in gold.cells.items():
        if value is not None:
            assert form.kinds[cell] == "amount" or isinstance(value, int), cell
            assert form.kinds[cell] == "change" or value >= 0, cell
    for cell, values in gold.accept.items():
        assert gold.cells[cell] in values, cell
    assert 300 < sample.report.stat().st_size < 70_000


@each
def test_the_year_and_the_body_stand_in_the_report(sample: Sample) -> None:
    import opencc

    text = opencc.OpenCC("t2s").convert(re.sub(r"\s", "", text_of(sample))).replace("2O21", "2021")
    assert str(sample.gold.year) in text
    assert sample.gold.organ and sample.gold.organ in text


@by_hand
def test_labels_by_hand_say_so_and_keep_the_sums(sample: Sample) -> None:
    """Sums that do not hold are a slip of the pen, in the report or in its labels, unless they are meant."""
    gold = sample.gold
    assert gold.notes[0] == "written and labelled by hand"
    assert gold.notes[1].startswith("for: ")
    assert gold.truth == {}
    known = {cell: Decimal(str(value)) for cell, value in gold.cells.items() if value is not None}
    broken = {edit.id for edit in edits_of(gold.form) if holds(edit, known) is False}
    assert broken == BROKEN.get(sample.name, set())


@by_hand
def test_labelled_figures_stand_in_the_report(sample: Sample) -> None:
    """Every figure at least as often as it is labelled; zeros may stand in words."""
    found = Counter(re.findall(r"\d+(?:\.\d+)?", text_of(sample)))
    figures = [Decimal(str(value)) for value in sample.gold.cells.values() if value is not None]
    labelled = Counter(str(abs(value)) for value in figures if value or sample.name not in IN_WORDS)
    amounts = {str(Decimal(figure).normalize()) for figure in found if "." in figure}
    missing = {figure for figure in (labelled - found) if str(Decimal(figure).normalize()) not in amounts}
    assert sample.name in IN_WORDS or missing == set()
    assert len(missing) <= 8


@pytest.mark.parametrize("name", SAMPLES)
def test_made_samples_are_as_they_are_made(name: str) -> None:
    made = make_case(SAMPLES[name])
    assert (ROOT / "eval" / "samples" / name / made.name).read_bytes() == made.data
    kept = Gold.load(ROOT / "eval" / "samples" / name / "gold.json")
    assert (kept.form, kept.organ, kept.year) == (made.gold.form, made.gold.organ, made.gold.year)
    assert same(kept.cells) == same(made.gold.cells)


def same(cells: Mapping[str, Number | None]) -> dict[str, Decimal | None]:
    return {cell: None if value is None else Decimal(str(value)) for cell, value in cells.items()}
