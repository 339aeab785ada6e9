"""Where text stands on the pages of a document that has pages."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

__all__ = ["Box", "Page", "Pages", "Run", "Second"]

# x0, top, x1, bottom: in points (1/72 inch) from the top left corner of the page as a reader sees it.
Box: TypeAlias = tuple[float, float, float, float]


class Run(NamedTuple):
    """Text that stands together on a page (a word, a line): [start, end) of Document.text. Pages count from 1.

    `scanned`, `faint`: as of a page, for text out of a picture on a page that has text of its own as well.
    """

    start: int
    end: int
    page: int
    box: Box
    scanned: bool = False
    faint: bool = False


class Second(NamedTuple):
    """What a second recognition, independent of the first, reads at [start, end) of Document.text."""

    start: int
    end: int
    text: str


class Page(NamedTuple):
    """Width and height in points. `scanned`: its text was recognised from a picture, so a digit may be misread.

    `faint`: so hard to read that two recognitions of its figures often differ.
    """

    width: float
    height: float
    scanned: bool = False
    faint: bool = False


class Pages:
    """The pages of a document, and the runs of its text upon them."""

    __slots__ = ("_ends", "_seconds", "_starts", "pages", "runs")

    def __init__(self, pages: Iterable[Page], runs: Iterable[Run], seconds: Iterable[Second] = ()) -> None:
        """`runs`: in any order; none overlaps another, nor does any of `seconds`, each within a run."""
        self.pages = tuple(pages)
        self.runs = tuple(sorted(runs))
        self._starts = [run.start for run in self.runs]
        self._ends = [run.end for run in self.runs]
        self._seconds = {one.start: one for one in seconds}

    def place(self, start: int, end: int) -> tuple[int, Box | None] | None:
        """The page on which text[start:end] begins, and the box around what of it stands there.

        The box is None where nothing is printed between the offsets; None if it stands on no page.
        """
        first, last = bisect_right(self._ends, start), bisect_left(self._starts, end)
        touched = self.runs[first:last]
        if not touched:
            before = self.runs[first - 1] if first else None
            return None if before is None else (before.page, None)
        page = touched[0].page
        boxes = [_part(run, start, end) for run in touched if run.page == page]
        return page, (
            min(box[0] for box in boxes),
            min(box[1] for box in boxes),
            max(box[2] for box in boxes),
            max(box[3] for box in boxes),
        )

    def scanned(self, start: int) -> bool:
        """Whether the text at that offset was recognised from a picture."""
        page, run = self._page(start), self._run(start)
        return (page is not None and page.scanned) or (run is not None and run.scanned)

    def faint(self, start: int) -> bool:
        """Whether that offset is on a page that was recognised from a picture hardly legible."""
        page, run = self._page(start), self._run(start)
        return (page is not None and page.faint) or (run is not None and run.faint)

    def second(self, start: int, end: int) -> str | None:
        """What a second recognition reads where text[start:end] stands; None where it was recognised once."""
        run = self._run(start)
        one = None if run is None else self._seconds.get(run.start)
        return one.text if one is not None and end <= one.end else None

    def _run(self, start: int) -> Run | None:
        """The run in which that offset lies."""
        number = bisect_right(self._ends, start)
        run = self.runs[number] if number < len(self.runs) else None
        return None if run is None or run.start > start else run

    def _page(self, start: int) -> Page | None:
        placed = self.place(start, start + 1)
        return None if placed is None else self.pages[placed[0] - 1]


def _part(run: Run, start: int, end: int) -> Box:
    """The box of the part of a run within [start, end): its characters are taken to be equally wide."""
    x0, top, x1, bottom = run.box
    if start <= run.start and run.end <= end:
        return run.box
    width = (x1 - x0) / (run.end - run.start)
    left = x0 + width * max(0, start - run.start)
    right = x1 - width * max(0, run.end - end)
    return left, top, right, bottom
