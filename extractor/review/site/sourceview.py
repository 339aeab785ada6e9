"""What the left side shows of a document: which views there are, and the one that is asked for."""

from dataclasses import dataclass

from extractor.report import Evidence, Report
from extractor.review.desk import Desk
from extractor.review.sources.marks import Marks, marks_of
from extractor.review.sources.pages import Paged
from extractor.review.sources.rendered import rendered_html
from extractor.review.sources.text import text_html
from extractor.review.study import Study, Trouble

__all__ = ["Box", "PageView", "SourceView", "source_view"]

_MARGIN = 1.5  # points around a box, so that it does not touch the figure


@dataclass(frozen=True, slots=True)
class Box:
    """A box around evidence, in points; `cells`: whose it is; `at`: its place in the text."""

    cells: str
    at: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PageView:
    number: int
    width: float
    height: float
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class SourceView:
    """`html`: of our own making, every character of the source in it escaped. `notes`: keys of strings."""

    views: tuple[str, ...]
    view: str
    html: str = ""
    pages: tuple[PageView, ...] = ()
    notes: tuple[str, ...] = ()
    trouble: str | None = None
    quotes: tuple[tuple[str, Evidence], ...] = ()


def source_view(desk: Desk, key: str, wanted: str) -> SourceView:
    """The view that is wanted, if there is such a one of this document; else the first."""
    report = desk.shelf.report(key)
    if desk.shelf.origin(key) is None:
        return SourceView((), "", notes=("gone",), quotes=() if report is None else _quotes(report))
    paged = desk.paged(key)
    first = "pages" if paged is None or paged[2] is not Paged.PASTED else "pictures"
    if paged is not None and wanted != "text":
        sizes = desk.shelf.bench.sizes(*paged)
        if isinstance(sizes, Trouble):
            return SourceView((first, "text"), first, trouble=sizes.message)
        boxes = {} if report is None else _boxes(report)
        pages = tuple(
            PageView(number, size.width, size.height, tuple(boxes.get(number, ())))
            for number, size in enumerate(sizes, start=1)
        )
        return SourceView((first, "text"), first, pages=pages)
    study = desk.study(key)
    if isinstance(study, Trouble):
        return SourceView((first, "text") if paged else (), "text", trouble=study.message)
    return _of_text(study, report, wanted, first if paged else "")


def _of_text(study: Study, report: Report | None, wanted: str, paged: str) -> SourceView:
    """`paged`: the view of its pages, if it has any."""
    document = study.document
    marks = Marks([] if report is None else marks_of(report, study.said))
    web = document.source.media_type == "text/html"
    views: tuple[str, ...] = (
        (paged, "text") if paged else ("page", "text") if study.rendering is not None else ("text",)
    )
    if study.rendering is not None and not paged and wanted != "text":
        return SourceView(views, "page", rendered_html(study.rendering, document.text, marks), notes=("inert",))
    notes = ("not_rendered",) if web and not paged and study.rendering is None else ()
    return SourceView(views, "text", text_html(document, marks), notes=notes)


def _boxes(report: Report) -> dict[int, list[Box]]:
    found: dict[tuple[int, tuple[float, float, float, float]], list[tuple[str, Evidence]]] = {}
    for cell, state in report.cells.items():
        one = state.evidence
        if one is not None and one.page is not None and one.box is not None:
            found.setdefault((one.page, one.box), []).append((cell, one))
    for finding in report.findings:
        for one in finding.quotes:
            if one.page is not None and one.box is not None:
                found.setdefault((one.page, one.box), []).append(("", one))
    out: dict[int, list[Box]] = {}
    for (page, (x0, top, x1, bottom)), who in found.items():
        cells = " ".join(dict.fromkeys(cell for cell, _ in who if cell))
        at = " ".join(dict.fromkeys(f"{one.start}-{one.end}" for _, one in who))
        box = Box(
            cells,
            at,
            round(x0 - _MARGIN, 2),
            round(top - _MARGIN, 2),
            round(max(1.0, x1 - x0 + 2 * _MARGIN), 2),
            round(max(1.0, bottom - top + 2 * _MARGIN), 2),
        )
        out.setdefault(page, []).append(box)
    return out


def _quotes(report: Report) -> tuple[tuple[str, Evidence], ...]:
    """What is left of a source that is gone: its quotes, in the order in which they stood."""
    found = [(cell, state.evidence) for cell, state in report.cells.items() if state.evidence is not None]
    return tuple(sorted(found, key=lambda one: one[1].start))
