"""The way through: bytes → Document → readings → cells → findings → Report. Everything that extracts goes this way."""

from collections.abc import Mapping
from pathlib import Path

from extractor.check import findings, verdict
from extractor.errors import UnrecognisedError, UsageError
from extractor.forms.load import load_forms
from extractor.forms.model import Form
from extractor.parse.prose.facts import prose_facts
from extractor.parse.recognise.recognise import recognise
from extractor.parse.tables import read_tables
from extractor.read import Document, Limits, read, read_path
from extractor.reconcile.settle import settle
from extractor.report import Report

__all__ = ["extract", "extract_document"]


def extract(
    source: str | Path | bytes,
    *,
    name: str | None = None,
    form: str | None = None,
    limits: Limits | None = None,
    forms: Mapping[str, Form] | None = None,
) -> Report:
    """Extract one report from a path, or from the bytes of a file.

    `form` names the form instead of having it recognised. Raises DocumentError where no report can be read, UsageError
    for an unknown form.
    """
    limits = limits or Limits()
    if isinstance(source, bytes):
        document = read(source, name=name or "-", limits=limits)
    else:
        document = read_path(Path(source), limits=limits)
    return extract_document(document, form=form, forms=forms)


def extract_document(document: Document, *, form: str | None = None, forms: Mapping[str, Form] | None = None) -> Report:
    """Extract the report that a Document holds. Raises UnrecognisedError, UsageError."""
    forms = load_forms() if forms is None else forms
    if form is not None and form not in forms:
        raise UsageError(f"no form '{form}'; known: {', '.join(forms)}")
    recognised = recognise(document, forms, form)
    if recognised.form is None:
        raise UnrecognisedError(recognised.reasons.get("form", "no annual report of a known form"))
    this = forms[recognised.form]
    tables = read_tables(document, this, recognised.year)
    facts = prose_facts(document, this, recognised.year, recognised.organ)
    settled = settle(document, this, tables.choices, facts)
    found = findings(document, this, settled.cells, settled.edits, facts, tables)
    return Report(
        source=document.source,
        form=this.id,
        organ=recognised.organ,
        year=recognised.year,
        cells=settled.cells,
        findings=found,
        verdict=verdict(this, settled.cells, found),
        reasons=recognised.reasons,
    )
