"""Evidence as marks in text: which characters of it belong to which cells."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import NamedTuple

from extractor.explain import Said
from extractor.report import Evidence, Report

__all__ = ["Mark", "Marks", "marks_of"]


class Mark(NamedTuple):
    """`cells`: whose figure it is, or what a finding quotes (none)."""

    start: int
    end: int
    cell: str


def marks_of(report: Report, said: Mapping[str, Sequence[Said]]) -> list[Mark]:
    """The evidence of every cell, of every other reading of it, and what findings quote."""
    found: dict[Mark, None] = {}
    for cell, state in report.cells.items():
        if state.evidence is not None:
            found[_mark(state.evidence, cell)] = None
    for cell, readings in said.items():
        found.update(dict.fromkeys(_mark(one.evidence, cell) for one in readings))
    for finding in report.findings:
        found.update(dict.fromkeys(_mark(quote, "") for quote in finding.quotes))
    return sorted(mark for mark in found if mark.end > mark.start)


def _mark(evidence: Evidence, cell: str) -> Mark:
    return Mark(evidence.start, evidence.end, cell)


class Marks:
    """The stretches that marks cut a text into, each with the cells it belongs to."""

    def __init__(self, marks: Iterable[Mark]) -> None:
        listed = list(marks)
        cuts = sorted({at for mark in listed for at in (mark.start, mark.end)})
        self._starts = cuts[:-1]
        self._ends = cuts[1:]
        over: list[list[Mark]] = [[] for _ in self._starts]
        for mark in listed:
            for number in range(bisect_left(cuts, mark.start), bisect_left(cuts, mark.end)):
                over[number].append(mark)
        self._over = over

    def html(self, text: str, start: int, end: int) -> str:
        """text[start:end], escaped, with a mark element around each stretch that is evidence."""
        return "".join(self._pieces(text, start, end))

    def _pieces(self, text: str, start: int, end: int) -> Iterator[str]:
        at = start
        for number in self.within(start, end):
            first, last = max(start, self._starts[number]), min(end, self._ends[number])
            if first > at:
                yield escape(text[at:first])
            yield f"{self.opening(number)}{escape(text[first:last])}</mark>"
            at = last
        yield escape(text[at:end])

    def within(self, start: int, end: int) -> Iterator[int]:
        """Numbers of the stretches of evidence that touch [start, end)."""
        number = bisect_left(self._ends, start + 1)
        while number < len(self._starts) and self._starts[number] < end:
            if self._over[number]:
                yield number
            number += 1

    def stretch(self, number: int) -> tuple[int, int]:
        return self._starts[number], self._ends[number]

    def opening(self, number: int) -> str:
        over = self._over[number]
        cells = " ".join(dict.fromkeys(mark.cell for mark in over if mark.cell))
        places = " ".join(dict.fromkeys(f"{mark.start}-{mark.end}" for mark in over))
        kind = "" if cells else ' class="quoted"'
        return f'<mark{kind} data-c="{escape(cells)}" data-a="{places}">'
