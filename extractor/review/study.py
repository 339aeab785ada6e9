"""One document taken up for review: the document itself, the draft that a report is made of, every reading, and for a
web page its inert rendering. Work for a process that can be ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from extractor.batch import extract_many
from extractor.deliver.to_json import json_line
from extractor.errors import DocumentError, GoujiError, UnreadableError
from extractor.explain import Said, readings
from extractor.pipeline import Draft, draft
from extractor.pool import Lost
from extractor.read.decode import decode
from extractor.read.document import Document
from extractor.read.invisible import left_out
from extractor.read.limits import Limits
from extractor.read.locator import Locator
from extractor.read.sniff import HTML
from extractor.review.sources.inert import Piece, inert

__all__ = ["Study", "Task", "Trouble", "What", "lost", "perform"]

_ENOUGH = 0.9
"""Of a page's text that has to be found again in its rendering: with less, evidence would point beside the figures."""


class What:
    """What a process is asked for."""

    REPORT = "report"
    STUDY = "study"
    SIZES = "sizes"
    PICTURE = "picture"


class Task(NamedTuple):
    """`form`: the form that the document was read as, None to have it recognised. `number`, `dpi`: of a picture.

    `paged`: of Paged, how the document is looked at.
    """

    what: str
    origin: Locator
    limits: Limits
    form: str | None = None
    number: int = 0
    dpi: int = 0
    paged: str = ""


class Trouble(NamedTuple):
    """Why something cannot be shown: a stable code and an English sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Study:
    """`first` is None where no report of a known form was recognised; `why` says so. `rendering`: of a web page."""

    document: Document
    first: Draft | None
    said: Mapping[str, tuple[Said, ...]] = field(default_factory=dict)
    rendering: tuple[Piece, ...] | None = None
    why: str | None = None


def perform(task: Task) -> object:
    """What was asked for, or Trouble."""
    try:
        if task.what == What.REPORT:
            return json_line(next(extract_many([task.origin], form=task.form, limits=task.limits)))
        if task.what == What.STUDY:
            return _study(task.origin, task.limits, task.form)
        return _looked_at(task)
    except DocumentError as error:
        return Trouble(error.code, str(error))
    except OSError as error:
        return Trouble("unreadable", error.strerror or str(error))
    except MemoryError:
        return Trouble("limit", "it needs more memory than a process may have (max_memory)")
    except Exception as error:  # a defect of ours, or of a library: the page says so, and goes on
        return Trouble("internal", f"a defect of gouji, please report it: {type(error).__name__}: {error}")


def _looked_at(task: Task) -> object:
    """The sizes of a document's pages, or one of them drawn."""
    from extractor.review.sources.pages import Paged, page_png, page_sizes

    limits, sizes = task.limits, task.what == What.SIZES
    if task.paged == Paged.PASTED:
        found = task.origin.pictures(limits)
        if sizes:
            return tuple(page_sizes(data, limits, pdf=False)[0] for _, data in found)
        if not 1 <= task.number <= len(found):
            raise UnreadableError(f"there is no picture {task.number}")
        return page_png(found[task.number - 1][1], 1, task.dpi, limits, pdf=False)
    data = task.origin.read(limits)
    limits.check("max_bytes", len(data), "bytes in the file")
    if sizes:
        return page_sizes(data, limits, pdf=task.paged == Paged.PDF)
    return page_png(data, task.number, task.dpi, limits, pdf=task.paged == Paged.PDF)


def lost(task: Task, how: Lost) -> object:
    """What stands for a task whose process was ended, or died."""
    if how is Lost.TIME:
        return Trouble("limit", f"it took over {task.limits.max_seconds:,} seconds (max_seconds)")
    return Trouble("crashed", "the process that read it died (out of memory, or a crash in a library)")


def _study(origin: Locator, limits: Limits, form: str | None) -> Study:
    document = origin.document(limits)
    rendering = _rendering(origin, document, limits)
    try:
        first = draft(document, form=form)
    except GoujiError as error:
        return Study(document, None, rendering=rendering, why=str(error))
    said = {cell: tuple(_placed(document, one) for one in found) for cell, found in readings(first).items()}
    return Study(document, first, said, rendering)


def _placed(document: Document, said: Said) -> Said:
    """With its page and its box there."""
    return said if document.pages is None else replace(said, evidence=document.pages.placed(said.evidence))


def _rendering(origin: Locator, document: Document, limits: Limits) -> tuple[Piece, ...] | None:
    """None for what is no web page, or whose rendering does not show what was read (a page in frames)."""
    if document.source.media_type != HTML:
        return None
    markup, _ = left_out(decode(origin.read(limits), None).text, markup=True)
    pieces, found = inert(markup, document.text)
    return pieces if found >= _ENOUGH else None
