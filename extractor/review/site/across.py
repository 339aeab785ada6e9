"""The pages across reports: the overview of a run, and a body's years."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup
from starlette.exceptions import HTTPException

from extractor.audit.model import Filed
from extractor.review.figures import load_figures
from extractor.review.overview import Overview, overview
from extractor.review.plots import HATCH
from extractor.review.shelf import Shelf
from extractor.review.site.acrossview import Language, body_page, overview_page
from extractor.review.site.strings_across import Say
from extractor.review.tally import Tally
from extractor.review.years import body_years

__all__ = ["Across", "Asked"]

_KEPT = 8


class Written(Protocol):
    """Makes a page of a template and what it shows."""

    def __call__(self, template: str, **more: object) -> str: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for one of these pages: of which run, in which language, below which address, and how it is written."""

    shelf: Shelf
    language: Language
    say: Say
    base: str
    written: Written


class Across:
    """The routes. `asked` tells what a request is about, or answers it by itself (a change of language)."""

    def __init__(self, asked: Callable[[Request, str], Response | Asked]) -> None:
        self._asked = asked
        self._guard = threading.Lock()
        self._known: dict[int, tuple[Shelf, list[Tally], Overview]] = {}

    def overview(self, request: Request, lang: Annotated[str, Query(max_length=2)] = "") -> Response:
        """The batch at a glance."""
        asked = self._asked(request, lang)
        if isinstance(asked, Response):
            return asked
        tallies, found = self._found(asked.shelf)
        names = {one.key: f"{one.organ or one.name} {one.year or ''}".strip() for one in tallies}
        page = overview_page(found, asked.shelf.forms, asked.say, asked.language, names, asked.base)
        return HTMLResponse(asked.written("overview.html", view=page, running=asked.shelf.running()))

    def body(
        self,
        request: Request,
        name: Annotated[str, Query(max_length=300)] = "",
        lang: Annotated[str, Query(max_length=2)] = "",
    ) -> Response:
        """A body's years side by side. 404 for one that no report of the run is of."""
        asked = self._asked(request, lang)
        if isinstance(asked, Response):
            return asked
        tallies, found = self._found(asked.shelf)
        known = {organ: body.name for body in found.audited.bodies for organ in (body.name, *_spellings(body.reports))}
        if name not in known:
            raise HTTPException(404)
        years = body_years(known[name], found.audited, load_figures(), asked.shelf.forms)
        keys = {id(one.filed): one.key for one in tallies}
        page = body_page(years, asked.say, asked.language, keys, asked.base)
        return HTMLResponse(asked.written("body.html", view=page, hatch=Markup(HATCH)))

    def _found(self, shelf: Shelf) -> tuple[list[Tally], Overview]:
        """The overview of what is read by now; made anew only when something was read or decided since."""
        tallies = [entry.tally for entry in shelf.index.all() if entry.tally is not None]
        with self._guard:
            known = self._known.get(id(shelf))
            if known is not None and known[0] is shelf and _same(known[1], tallies):
                return known[1], known[2]
            found = overview(tallies, shelf.forms)
            while len(self._known) >= _KEPT:
                del self._known[next(iter(self._known))]
            self._known[id(shelf)] = shelf, tallies, found
        return tallies, found


def _same(one: list[Tally], other: list[Tally]) -> bool:
    return len(one) == len(other) and all(left is right for left, right in zip(one, other, strict=True))


def _spellings(reports: Iterable[Filed]) -> set[str]:
    return {one.organ for one in reports}
