"""The words around a figure: where in the document a person has to look."""

from collections.abc import Iterable
from typing import NamedTuple

from extractor.deliver.printable import printable
from extractor.read import Document
from extractor.report import Evidence, Report

__all__ = ["Place", "contexts", "place_of"]

WIDTH = 60  # characters on either side


class Place(NamedTuple):
    """Some text of the document and what stands before and after it, in one line. `near`: see CellRow."""

    before: str
    text: str
    after: str
    near: bool = False


def place_of(document: Document, evidence: Evidence, *, width: int = WIDTH, near: bool = False) -> Place:
    """Where `evidence` stands. White space is shown as one blank, and a line break as ⏎."""
    text = document.text
    start, end = evidence.start, evidence.end
    return Place(
        _line(text[max(0, start - 4 * width) : start])[-width:],
        _line(text[start:end][: 4 * width]),
        _line(text[end : end + 4 * width])[:width],
        near,
    )


def contexts(document: Document, report: Report, cells: Iterable[str]) -> dict[str, Place]:
    """The places of `cells`; of a cell that was read from nowhere, the place of the nearest one in its row."""
    order = {cell: at for at, cell in enumerate(report.cells)}
    out: dict[str, Place] = {}
    rows: dict[str, list[str]] = {}
    for cell, state in report.cells.items():
        if state.evidence is not None:
            rows.setdefault(cell.rpartition(".")[0], []).append(cell)
    for cell in cells:
        own = report.cells.get(cell)
        if own is not None and own.evidence is not None:
            out[cell] = place_of(document, own.evidence)
            continue
        beside = rows.get(cell.rpartition(".")[0])
        if beside and cell in order:
            nearest = min(beside, key=lambda other: abs(order[other] - order[cell]))
            evidence = report.cells[nearest].evidence
            if evidence is not None:
                out[cell] = place_of(document, evidence, near=True)
    return out


def _line(text: str) -> str:
    """In one line, without runs of white space or of the bars that flattened tables are full of."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    joined = "⏎".join(line for line in lines if line)
    if text[:1] in "\r\n" and joined:
        joined = "⏎" + joined
    if text[-1:] in ("\n", "\r") and joined:
        joined += "⏎"
    return printable(joined)
