"""The way through: bytes → Document → readings → cells → findings → Report. Everything that extracts goes this way.

In two halves: a Draft is what the rules read; the Report is made of it, with or without what a language model was asked
in between. So there is one way for both, and only the waiting is asynchronous.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from extractor.ask.around import undone
from extractor.ask.model import Model
from extractor.ask.plan import Passage
from extractor.ask.reader import Heard, listen, questions
from extractor.check import findings, verdict
from extractor.errors import UnrecognisedError, UsageError
from extractor.forms.load import load_forms
from extractor.forms.model import Form
from extractor.parse.prose.facts import prose_facts
from extractor.parse.prose.guards import Speech
from extractor.parse.readings import Fact, Reading, TableReadings
from extractor.parse.recognise.recognise import Recognition, recognise
from extractor.parse.tables import read_tables
from extractor.read import Document, Limits, read, read_path
from extractor.read.locator import Locator
from extractor.reconcile.certain import certainly
from extractor.reconcile.settle import Settled, settle
from extractor.report import Finding, Report, Severity, Usage
from extractor.spans import span, tell

__all__ = [
    "Draft",
    "Then",
    "concluded",
    "draft",
    "extract",
    "extract_asking",
    "extract_document",
    "extract_document_asking",
    "finish",
    "hear",
    "with_answers",
    "with_certain",
]


def extract(
    source: str | Path | bytes | Locator,
    *,
    name: str | None = None,
    form: str | None = None,
    limits: Limits | None = None,
    forms: Mapping[str, Form] | None = None,
    then: "Then | None" = None,
) -> Report:
    """Extract one report from a path, or from the bytes of a file.

    `form` names the form instead of having it recognised; `then` has the last word on the report. Raises DocumentError
    where no report can be read, UsageError for an unknown form.
    """
    with span("extract"):
        return extract_document(_read(source, name, limits), form=form, forms=forms, then=then)


def extract_document(
    document: Document,
    *,
    form: str | None = None,
    forms: Mapping[str, Form] | None = None,
    then: "Then | None" = None,
) -> Report:
    """Extract the report that a Document holds. Raises UnrecognisedError, UsageError."""
    return concluded(draft(document, form=form, forms=forms), None, then)


async def extract_asking(
    source: str | Path | bytes | Locator,
    model: Model,
    *,
    name: str | None = None,
    form: str | None = None,
    limits: Limits | None = None,
    forms: Mapping[str, Form] | None = None,
    then: "Then | None" = None,
) -> Report:
    """As `extract`, and `model` is asked for what the rules leave open. A model that fails costs no report."""
    with span("extract"):
        document = await asyncio.to_thread(_read, source, name, limits)
        return await _asked(document, model, form, forms, then)


async def extract_document_asking(
    document: Document,
    model: Model,
    *,
    form: str | None = None,
    forms: Mapping[str, Form] | None = None,
    then: "Then | None" = None,
) -> Report:
    """As `extract_document`, and `model` is asked for what the rules leave open."""
    with span("extract"):
        return await _asked(document, model, form, forms, then)


async def _asked(
    document: Document, model: Model, form: str | None, forms: Mapping[str, Form] | None, then: "Then | None"
) -> Report:
    first = await asyncio.to_thread(partial(draft, document, form=form, forms=forms))
    heard = await hear(first, model)
    return await asyncio.to_thread(concluded, first, heard, then)


@dataclass(frozen=True, slots=True)
class Draft:
    """A document as the rules read it."""

    document: Document
    form: Form
    recognised: Recognition
    tables: TableReadings
    facts: tuple[Fact, ...]
    settled: Settled

    def questions(self) -> tuple[list[Passage], Speech]:
        """What a language model could be asked about it."""
        recognised = self.recognised
        return questions(self.document, self.form, recognised.year, recognised.organ, self.settled.cells)


Then = Callable[[Draft, Report], Report]
"""Has the last word on a report: given the draft that it was made of, with what a model said to it, and the report."""


def concluded(first: Draft, heard: Heard | None, then: Then | None) -> Report:
    """The report of a draft, and of what a language model said to it; `then` has the last word."""
    report = finish(first, heard)
    return report if then is None else then(with_answers(first, heard), report)


def draft(document: Document, *, form: str | None = None, forms: Mapping[str, Form] | None = None) -> Draft:
    """Read a Document by the rules. Raises UnrecognisedError, UsageError."""
    forms = load_forms() if forms is None else forms
    if form is not None and form not in forms:
        raise UsageError(f"no form '{form}'; known: {', '.join(forms)}")
    with span("parse") as telling:
        recognised = recognise(document, forms, form)
        if recognised.form is None:
            raise UnrecognisedError(recognised.reasons.get("form", "no annual report of a known form"))
        this = forms[recognised.form]
        tell(telling, form=this.id, year=recognised.year)
        tables = read_tables(document, this, recognised.year, recognised.organ)
        facts = prose_facts(document, this, recognised.year, recognised.organ, unless=undone)
    with span("reconcile"):
        return Draft(document, this, recognised, tables, facts, settle(document, this, tables.choices, facts))


async def hear(first: Draft, model: Model) -> Heard | None:
    """What `model` says to what the rules leave open; None where that is nothing. It never raises ModelError."""
    passages, speech = first.questions()
    return await listen(model, passages, speech) if passages else None


def with_answers(first: Draft, heard: Heard | None) -> Draft:
    """The draft with what a language model said, decided anew."""
    if heard is None or not heard.facts:
        return first
    facts = (*first.facts, *heard.facts)
    with span("reconcile"):
        settled = settle(first.document, first.form, first.tables.choices, facts)
    return replace(first, facts=facts, settled=settled)


def with_certain(
    first: Draft, certain: Mapping[str, Reading | None], *, misprinted: Collection[str] = (), reader: str
) -> Draft:
    """The draft with what is known for certain of some cells, decided anew; None: that nothing is printed there.

    `reader`: who knows it. `misprinted`: cells that the source prints wrongly: their identities prove nothing.
    """
    choices = certainly(first.tables.choices, certain, reader)
    facts = tuple(fact for fact in first.facts if fact.cell not in certain)
    with span("reconcile"):
        settled = settle(first.document, first.form, choices, facts, misprinted=misprinted)
    return replace(first, tables=replace(first.tables, choices=choices), settled=settled)


def finish(first: Draft, heard: Heard | None = None) -> Report:
    """The report of a draft, and of what a language model said to it."""
    first = with_answers(first, heard)
    document, form, recognised = first.document, first.form, first.recognised
    facts, settled = first.facts, first.settled
    with span("check") as telling:
        found = findings(document, form, settled.cells, settled.edits, facts, first.tables)
        tell(telling, findings=len(found))
    if heard is not None and heard.unasked:
        found = (*found, _unasked(heard))
    cells = settled.cells
    judged = verdict(form, cells, found)
    if document.pages is not None:
        place = document.pages.placed
        cells = {name: cell._replace(evidence=cell.evidence and place(cell.evidence)) for name, cell in cells.items()}
        found = tuple(replace(one, quotes=tuple(map(place, one.quotes))) for one in found)
    return Report(
        source=document.source,
        form=form.id,
        organ=recognised.organ,
        year=recognised.year,
        cells=cells,
        findings=found,
        verdict=judged,
        usage=Usage() if heard is None else heard.usage,
        reasons=recognised.reasons,
        trace=() if heard is None else heard.trace,
    )


def _unasked(heard: Heard) -> Finding:
    return Finding(
        "document.unasked",
        Severity.WARNING,
        f"有 {heard.unasked} 格未能问成语言模型（{heard.failure}）：这不等于原文没有",
        f"{heard.unasked} open cells could not be asked of the language model ({heard.failure}): they may be there",
    )


def _read(source: str | Path | bytes | Locator, name: str | None, limits: Limits | None) -> Document:
    limits = limits or Limits()
    with span("read") as telling:
        if isinstance(source, bytes):
            document = read(source, name=name or "-", limits=limits)
        elif isinstance(source, Locator):
            document = source.document(limits)
        else:
            document = read_path(Path(source), limits=limits)
        tell(telling, sha256=document.source.sha256, media_type=document.source.media_type)
    return document
