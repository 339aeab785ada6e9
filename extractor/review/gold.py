"""Label files out of what people decided, in the shape that `gouji eval` reads (extractor.evaluate.gold).

Only what a person said is a label. So, unless the whole report was gone through, the file names the cells it is about
(`only`), and of the others nothing is claimed: neither a figure, nor that there is none.
"""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from extractor.deciding.decision import DecisionKind
from extractor.deciding.decisions import Entry
from extractor.deliver.printable import printable
from extractor.errors import UsageError
from extractor.evaluate.gold import Gold
from extractor.forms.model import Form
from extractor.read.formats import SUFFIXES
from extractor.report import Cell, JSONValue, Number, Report, Status

__all__ = ["labels", "sample_name", "to_labels", "write_sample"]

_NAME = re.compile(r"[^\w]+")
_LONGEST_NAME = 40


def labels(report: Report, form: Form, *, whole: bool = False) -> Gold:
    """The labels of a report with decisions (extractor.deciding.decided.decided).

    `whole`: of all its cells, which somebody must have said were gone through as they are now (`review.complete`);
    else of the decided cells alone. Raises UsageError where there is nothing to label, or `whole` is not so.
    """
    review = report.review
    if review is None or (not whole and not review.decided):
        raise UsageError(f"{report.source.name}: nobody has decided anything about it")
    decided = [cell for cell in form.cells if _stands(report.cells[cell])]
    if whole:
        _check_whole(report, form)
    told = list(form.cells) if whole else decided
    if not told:
        raise UsageError(f"{report.source.name}: all that was decided is read otherwise by now: decide it again")
    cells: dict[str, Number | None] = {}
    for cell in told:
        state = report.cells[cell]
        if state.status in (Status.REPORTED, Status.CORRECTED):
            cells[cell] = state.value
        elif state.status in (Status.BLANK, Status.NOT_APPLICABLE) or state.printed == "":
            cells[cell] = None
    accept = {cell: values for cell, values in _printed_twice(report).items() if cell in cells}
    marks = ((cell, report.cells[cell].decision) for cell in told)
    wrong = [cell for cell, mark in marks if mark is not None and mark.kind == DecisionKind.AS_PRINTED]
    return Gold(
        form=form.id,
        organ=report.organ,
        year=report.year,
        cells=cells,
        accept=accept,
        misprinted=[cell for cell in wrong if cells.get(cell) is not None],
        notes=[
            f"{cell}: {mark.note} ({mark.author})"
            for cell in decided
            if (mark := report.cells[cell].decision) is not None and mark.note
        ],
        only=None if whole else told,
    )


def to_labels(
    report: Report, form: Form, *, whole: bool = False, history: Iterable[Entry] = ()
) -> dict[str, JSONValue]:
    """As `labels`, as the content of a label file that says who labelled it and of which document.

    `history`: of the document; where two people decided a cell differently, the notes say so. The last one counts.
    """
    gold = labels(report, form, whole=whole)
    names = [mark.author for cell in form.cells if (mark := report.cells[cell].decision) is not None]
    if report.review is not None and report.review.complete is not None:
        names.append(report.review.complete[0])
    gold.notes += _disagreements(history)
    return {
        "checked": True,
        "labelled_by": ", ".join(dict.fromkeys(name for name in names if name)),
        "source": {"name": report.source.name, "sha256": report.source.sha256},
        **gold.to_dict(),
    }


def sample_name(report: Report) -> str:
    """A name for the folder of a sample, the same for the same document; nothing of it leads out of a folder."""
    said = _NAME.sub("-", printable(f"{report.organ or 'report'}-{report.year or ''}")).strip("-_")
    return f"{said[:_LONGEST_NAME]}-{report.source.sha256[:8]}"


def write_sample(folder: Path, report: Report, content: dict[str, JSONValue], document: bytes | None) -> Path:
    """Write labels and their document as a sample below `folder`, and return where. Raises OSError; UsageError where
    there are labels already: they may hold a person's work."""
    target = folder / sample_name(report)
    if (target / "gold.json").exists():
        raise UsageError(f"{target / 'gold.json'} is there already, and may hold a person's work: remove it first")
    target.mkdir(parents=True, exist_ok=True)
    if document is not None:
        suffix = Path(report.source.name).suffix.lower()
        (target / f"report{suffix if suffix in SUFFIXES else '.bin'}").write_bytes(document)
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    (target / "gold.json").write_text(text + "\n", encoding="utf-8")
    return target


def _stands(state: Cell) -> bool:
    return state.decision is not None and not state.decision.outdated


def _check_whole(report: Report, form: Form) -> None:
    if report.review is None or report.review.complete is None:
        raise UsageError(f"{report.source.name}: nobody has said that all of it, as it is now, was gone through")
    cells = report.cells
    undecided = [cell for cell in form.cells if cells[cell].status is Status.DISPUTED and not _stands(cells[cell])]
    undecided += [cell for cell in form.cells if (mark := cells[cell].decision) is not None and mark.outdated]
    if undecided:
        raise UsageError(f"{report.source.name}: {len(undecided)} cells are still open, {undecided[0]} among them")


def _printed_twice(report: Report) -> dict[str, list[Number | None]]:
    """Cells that the source itself prints with several figures: it is right to give any of them, and to give none."""
    out: dict[str, list[Number | None]] = {}
    for finding in report.findings:
        if finding.rule == "document.copies_differ":
            for cell in finding.cells:
                state = report.cells[cell]
                was = None if state.decision is None else state.decision.was_value
                values = [state.value, was, *state.alternatives, finding.operands.get(cell)]
                out[cell] = [*dict.fromkeys(one for one in values if one is not None), None]
    return out


def _disagreements(history: Iterable[Entry]) -> list[str]:
    """Of the last thing that each person said of a cell, what is not undone and differs from what holds."""
    latest: dict[str, dict[str, Entry]] = {}
    for entry in history:
        one = entry.decision
        if one.cell and one.foreign is None and one.kind != DecisionKind.UNDO and not entry.undone:
            latest.setdefault(one.cell, {})[one.author] = entry
    return [
        f"{cell}: decided differently by {_names(list(by_author.values()))}"
        for cell, by_author in latest.items()
        if len({(entry.decision.value, entry.decision.status) for entry in by_author.values()}) > 1
    ]


def _names(entries: Sequence[Entry]) -> str:
    said = ((entry.decision, entry.decision.value) for entry in entries)
    return ", ".join(
        f"{one.author} ({one.status.value if one.status and value is None else value})" for one, value in said
    )
