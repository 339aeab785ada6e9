"""What the document says twice, and not the same: sentence against table, one print of a table against another.

A difference is told with both quotes, never mended: a sentence may count another scope than the table.
"""

from collections.abc import Iterator, Mapping, Sequence

from extractor.check.wording import short_label
from extractor.forms.model import Form
from extractor.parse.readings import Choice, Fact, Reading, ReadingKind
from extractor.read.document import Document
from extractor.report import Cell, Evidence, Finding, Severity, Status

__all__ = ["copies", "sentences"]


def sentences(document: Document, form: Form, cells: Mapping[str, Cell], facts: Sequence[Fact]) -> Iterator[Finding]:
    """Sentences that disagree with a cell read from a table."""
    for fact in facts:
        state = cells.get(fact.cell) if fact.bound else None
        if state is None or state.status is Status.MISSING or state.value == fact.value:
            continue
        if state.value is None and not fact.value:
            continue
        if state.evidence is not None and fact.quote_start <= state.evidence.start < fact.quote_end:
            continue
        quote = Evidence(fact.quote_start, fact.quote_end, document.text[fact.quote_start : fact.quote_end])
        shown, shown_english = ("空白", "is blank") if state.value is None else (state.value, f"prints {state.value}")
        yield Finding(
            f"prose.{fact.phrasing}",
            Severity.WARNING,
            f"{_name(form, fact.cell)}：正文为 {fact.value}，表中为 {shown}。正文：“{quote.text.strip()}”",
            f"{fact.cell}: a sentence says {fact.value}, the table {shown_english}",
            (fact.cell,),
            {fact.cell: state.value},
            (),
            (quote,) if state.evidence is None else (quote, state.evidence),
        )


def copies(document: Document, form: Form, choices: Sequence[Choice]) -> Iterator[Finding]:
    """Cells that a table and another print of it (an annex, a draft left in) give different figures."""
    printed: dict[str, list[Reading]] = {}
    for choice in choices:
        if len(choice.alternatives) == 1:
            for reading in choice.alternatives[0].readings:
                if reading.kind is ReadingKind.NUMBER:
                    printed.setdefault(reading.cell, []).append(reading)
    for cell, readings in printed.items():
        values = list(dict.fromkeys(reading.value for reading in readings))
        if len(values) < 2 or len({reading.start for reading in readings}) < 2:
            continue
        listed = [str(value) for value in values]
        yield Finding(
            "document.copies_differ",
            Severity.WARNING,
            f"{_name(form, cell)}：表格在文中不止一份，数字不同：{'、'.join(listed)}",
            f"{cell}: the table is printed more than once, with different figures: {', '.join(listed)}",
            (cell,),
            {cell: values[0]},
            (),
            tuple(Evidence(one.start, one.end, document.text[one.start : one.end]) for one in readings),
        )


def _name(form: Form, cell: str) -> str:
    _, row, column = form.cells[cell]
    return f"{short_label(row.labels[0])} / {column.labels[0]}"
