"""Where text stands on the pages of a document that has pages, or in the pictures of one that has none."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from extractor.report import Evidence

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

    `faint`: so hard to read that two recognitions of its figures often differ. `picture`: the name of the picture that
    it is, in a document whose text has no pages.
    """

    width: float
    height: float
    scanned: bool = False
    faint: bool = False
    picture: str = ""


class Pages:
    """The pages of a document, and the runs of its text upon them."""

    __slots__ = ("_ends", "_seconds", "_starts", "_stretches", "pages", "runs")

    def __init__(
        self,
        pages: Iterable[Page],
        runs: Iterable[Run],
        seconds: Iterable[Second] = (),
        stretches: Iterable[tuple[int, int]] | None = None,
    ) -> None:
        """`runs`: in any order; none overlaps another, nor does any of `seconds`, each within a run.

        `stretches`: [start, end) of the text that stands on pages; None if all of it does.
        """
        self._stretches = None if stretches is None else sorted(stretches)
        self.pages = tuple(pages)
        self.runs = tuple(sorted(runs))
        self._starts = [run.start for run in self.runs]
        self._ends = [run.end for run in self.runs]
        self._seconds = {one.start: one for one in seconds}

    def place(self, start: int, end: int) -> tuple[int, Box | None] | None:
        """The page on which text[start:end] begins, and the box around what of it stands there.

        The box is None where nothing is printed between the offsets; None if it stands on no page.
        """
        begin = 0
        if self._stretches is not None:
            number = bisect_right(self._stretches, start, key=_begin) - 1
            if number < 0 or start >= self._stretches[number][1]:
                return None
            begin = self._stretches[number][0]
        first, last = bisect_right(self._ends, start), bisect_left(self._starts, end)
        touched = self.runs[first:last]
        if not touched:
            near = self.runs[first - 1] if first else None
            if begin and (near is None or near.start < begin):
                near = self.runs[first] if first < len(self.runs) else None
            return None if near is None else (near.page, None)
        page = touched[0].page
        boxes = [_part(run, start, end) for run in touched if run.page == page]
        return page, (
            min(box[0] for box in boxes),
            min(box[1] for box in boxes),
            max(box[2] for box in boxes),
            max(box[3] for box in boxes),
        )

    def placed(self, evidence: Evidence) -> Evidence:
        """The evidence with its page, its box there, and the name of the picture that the page is."""
        place = self.place(evidence.start, evidence.end)
        if place is None:
            return evidence
        page, box = place
        return evidence._replace(page=page, box=box, picture=self.pages[page - 1].picture or None)

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

    def moved(self, to: Callable[[int], int], stretches: Iterable[tuple[int, int]]) -> "Pages":
        """The same pages with their text elsewhere: `to` gives the new place of each offset at which a run begins, and
        no run is torn. `stretches`: as for a new one, in new places."""

        def run(one: Run) -> Run:
            start = to(one.start)
            return one._replace(start=start, end=start + one.end - one.start)

        starts = [(to(one.start), one) for one in self._seconds.values()]
        seconds = [Second(start, start + one.end - one.start, one.text) for start, one in starts]
        return Pages(self.pages, map(run, self.runs), seconds, stretches)

    def _run(self, start: int) -> Run | None:
        """The run in which that offset lies."""
        number = bisect_right(self._ends, start)
        run = self.runs[number] if number < len(self.runs) else None
        return None if run is None or run.start > start else run

    def _page(self, start: int) -> Page | None:
        placed = self.place(start, start + 1)
        return None if placed is None else self.pages[placed[0] - 1]


def _begin(stretch: tuple[int, int]) -> int:
    return stretch[0]


def _part(run: Run, start: int, end: int) -> Box:
    """The box of the part of a run within [start, end): its characters are taken to be equally wide."""
    x0, top, x1, bottom = run.box
    if start <= run.start and run.end <= end:
        return run.box
    width = (x1 - x0) / (run.end - run.start)
    left = x0 + width * max(0, start - run.start)
    right = x1 - width * max(0, run.end - end)
    return left, top, right, bottom
