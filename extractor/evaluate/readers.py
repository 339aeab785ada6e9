"""The readers that a run scores: the rules, a language model alone, both; and other systems in the same shape."""

from dataclasses import dataclass
from enum import StrEnum

from extractor.ask.model import Model
from extractor.evaluate.systems import Extraction
from extractor.forms.model import Form
from extractor.parse.readings import TableReadings
from extractor.pipeline import Draft, finish, hear
from extractor.reconcile.settle import settle
from extractor.report import Cell, Report, Source, Status, Verdict

__all__ = ["Heeded", "Reader", "alone", "as_report", "heed"]


class Reader(StrEnum):
    """`llm`: the model's facts without the rules'; what a document is, and what is asked of it, the program says."""

    RULES = "rules"
    LLM = "llm"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Heeded:
    """A report, and how many cells the model could not be asked for (`failure`: why)."""

    report: Report
    unasked: int = 0
    failure: str | None = None


def alone(first: Draft) -> Draft:
    """The draft as if no rule had read anything."""
    nothing = settle(first.document, first.form, ())
    return Draft(first.document, first.form, first.recognised, TableReadings(()), (), nothing)


async def heed(first: Draft, reader: Reader, model: Model | None) -> Heeded:
    """What becomes of a draft by `reader`. `model` is needed by all but the rules."""
    if reader is Reader.LLM:
        first = alone(first)
    if reader is Reader.RULES or model is None:
        return Heeded(finish(first))
    heard = await hear(first, model)
    if heard is None:
        return Heeded(finish(first))
    return Heeded(finish(first, heard), heard.unasked, heard.failure)


def as_report(found: Extraction, form: Form, organ: str | None, year: int | None) -> Report:
    """Another system's cells as a report of ours, to be scored alike. It was told the form; body and year are given."""
    cells = {}
    for cell in form.cells:
        value = found.cells.get(cell)
        status = Status.MISSING if value is None else Status.REPORTED
        cells[cell] = Cell(value, Status.DISPUTED if cell in found.disputed else status)
    source = Source("-", "", "application/octet-stream")
    return Report(source, form.id, organ, year, cells, (), Verdict.REVIEW, found.usage)
