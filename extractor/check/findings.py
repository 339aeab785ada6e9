"""All findings of a report, and the verdict that follows from them."""

from collections.abc import Iterator, Mapping, Sequence

from extractor.check.identities import broken_identities, domains
from extractor.check.statements import copies, sentences
from extractor.forms.model import Form
from extractor.parse.readings import Choice, Fact, TableReadings, Unplaced
from extractor.read.document import Document
from extractor.reconcile.linear import Linear
from extractor.report import Cell, Evidence, Finding, Reason, Severity, Status, Verdict

__all__ = ["findings", "verdict"]

_AMBIGUOUS = "表中有的行不止一种读法，或位置存疑"
_NO_TABLES = TableReadings(())


def findings(
    document: Document,
    form: Form,
    cells: Mapping[str, Cell],
    edits: Sequence[Linear],
    facts: Sequence[Fact] = (),
    tables: TableReadings = _NO_TABLES,
) -> tuple[Finding, ...]:
    """Everything about the report that somebody should look at, worst first."""
    found = [
        *broken_identities(form, cells, edits),
        *domains(form, cells),
        *sentences(document, form, cells, facts),
        *copies(document, form, tables.choices),
        *_reading(tables.choices, cells),
        *_unplaced(document, tables.unplaced),
        *_nothing(cells),
        *(Finding("document.reading", Severity.INFO, f"读取文件时：{note.zh}", note.en) for note in document.notes),
    ]
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
    return tuple(sorted(found, key=lambda finding: order[finding.severity]))


def verdict(form: Form, cells: Mapping[str, Cell], found: Sequence[Finding]) -> Verdict:
    """`clean` only if every cell of the official form is reported, derived or blank and nothing was found."""
    if any(finding.severity is not Severity.INFO for finding in found):
        return Verdict.REVIEW
    good = (Status.REPORTED, Status.DERIVED, Status.BLANK)
    dispensable = form.dispensable
    for cell_id, cell in cells.items():
        if cell.status in good:
            continue
        if cell.status is not Status.MISSING or cell_id not in dispensable:
            return Verdict.REVIEW
        subtotal = dispensable[cell_id]
        if subtotal is not None and cells[subtotal].status is Status.MISSING:
            return Verdict.REVIEW
    return Verdict.CLEAN


def _reading(choices: Sequence[Choice], cells: Mapping[str, Cell]) -> Iterator[Finding]:
    """Rows that could be read in several ways, one finding for each reason."""
    by_reason: dict[Reason, list[str]] = {}
    for choice in choices:
        if choice.because is None:
            continue
        names = dict.fromkeys(reading.cell for way in choice.alternatives for reading in way.readings)
        doubtful = [cell for cell in names if cells[cell].status is Status.DISPUTED]
        if doubtful or choice.doubted or choice.dropped:
            by_reason.setdefault(choice.because, []).extend(doubtful or names)
    for reason, names_ in by_reason.items():
        doubted = tuple(dict.fromkeys(names_))
        yield Finding("document.ambiguous_row", Severity.WARNING, f"{_AMBIGUOUS}：{reason.zh}", reason.en, doubted)


def _nothing(cells: Mapping[str, Cell]) -> Iterator[Finding]:
    """A report of which nothing was read is no report without findings."""
    if all(cell.status is Status.MISSING for cell in cells.values()):
        message, english = "未找到该表式的任何数字", "no figure of the form was found"
        yield Finding("document.nothing_read", Severity.WARNING, message, english)


def _unplaced(document: Document, rows: Sequence[Unplaced]) -> Iterator[Finding]:
    """Rows of figures that no row of the form could be found for: nothing is lost without being said."""
    for row in rows:
        quote = Evidence(row.start, row.end, document.text[row.start : row.end])
        message = f"表 {row.table} 中有一行 {row.figures} 个数字无法归入表式的任何一行"
        message_en = f"a row of {row.figures} figures in the table '{row.table}' belongs to no row of the form"
        yield Finding("document.unplaced_row", Severity.WARNING, message, message_en, quotes=(quote,))
