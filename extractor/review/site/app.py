"""The application: the list, a document, its source, its pages as pictures, and decisions."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, Field, ValidationError
from starlette.exceptions import HTTPException

from extractor.deciding.decisions import DecisionKind
from extractor.errors import GoujiError
from extractor.review.bench import Kept
from extractor.review.desk import Desk, Laid
from extractor.review.gold import sample_name, to_labels
from extractor.review.index import SORTS, Ask
from extractor.review.shelf import Shelf
from extractor.review.site.across import Across, Asked
from extractor.review.site.addresses import with_query
from extractor.review.site.sourceview import source_view
from extractor.review.site.strings import COOKIE, LANGUAGES, chosen, speaking
from extractor.review.site.strings_refused import refused
from extractor.review.site.views import document_view, panel_view
from extractor.review.site.writing import Words, asked, author_of, static_files, switched, templates
from extractor.review.sources.pages import DENSITIES
from extractor.review.study import Study, Trouble

__all__ = ["create_app"]

_DESKS = 8
_MOST_BODY = 30_000  # a note of 2,000 characters, each escaped as a pair of surrogates, and the rest
_BODY_S = 20.0

ShelfOf = Callable[[Request], Shelf]


class Posted(BaseModel):
    """A decision as the page sends it. `said`: what was chosen or typed."""

    cell: str = Field(max_length=200)
    kind: str = Field(max_length=20)
    said: str | None = Field(default=None, max_length=60)
    note: str = Field(default="", max_length=2000)


async def _posted(request: Request) -> Posted:
    """The decision in the body. FastAPI by itself would read a body of any length, for any time, into memory."""
    body = b""
    try:
        async with asyncio.timeout(_BODY_S):
            async for piece in request.stream():
                body += piece
                if len(body) > _MOST_BODY:
                    raise HTTPException(413)
    except TimeoutError:
        raise HTTPException(408) from None
    try:
        return Posted.model_validate_json(body)
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False)) from None


def _wanted(
    q: Annotated[str, Query(max_length=200)] = "",
    verdict: Annotated[str, Query(max_length=20)] = "",
    form: Annotated[str, Query(max_length=40)] = "",
    year: Annotated[str, Query(max_length=4)] = "",
    todo: bool = False,
    sort: Annotated[str, Query(max_length=20)] = "number",
    down: bool = False,
) -> Ask:
    """What of the list is wanted, as an address says it."""
    return Ask(q, verdict, form, year, todo, sort if sort in SORTS else "number", down)


Wanted = Annotated[Ask, Depends(_wanted)]


def create_app(shelf_of: ShelfOf) -> FastAPI:
    """`shelf_of`: the run that a request is about, for one application may show several. It may raise HTTPException.

    The application makes all addresses below its own root path, so that it can be mounted anywhere.
    """
    app = FastAPI(title="gouji review", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    pages = _Pages(shelf_of)
    across = Across(pages.across)
    app.add_api_route("/", pages.list, methods=["GET"], response_class=HTMLResponse)
    app.add_api_route("/progress", pages.progress, methods=["GET"])
    app.add_api_route("/d/{key}", pages.document, methods=["GET"], response_class=HTMLResponse)
    app.add_api_route("/d/{key}/source", pages.source, methods=["GET"], response_class=HTMLResponse)
    app.add_api_route("/d/{key}/page/{number}.png", pages.picture, methods=["GET"])
    app.add_api_route("/d/{key}/state", pages.state, methods=["GET"])
    app.add_api_route("/d/{key}/study", pages.study, methods=["GET"])
    app.add_api_route("/d/{key}/cell/{cell}", pages.panel, methods=["GET"], response_class=HTMLResponse)
    app.add_api_route("/d/{key}/decisions", pages.decide, methods=["POST"])
    app.add_api_route("/d/{key}/gold.json", pages.labels, methods=["GET"])
    app.add_api_route("/overview", across.overview, methods=["GET"], response_class=HTMLResponse)
    app.add_api_route("/body", across.body, methods=["GET"], response_class=HTMLResponse)
    app.mount("/static", static_files(), name="static")
    app.add_exception_handler(HTTPException, pages.failed)
    app.add_exception_handler(KeyError, pages.failed)
    app.add_exception_handler(GoujiError, pages.failed)
    app.add_exception_handler(RequestValidationError, pages.failed)
    return app


class _Pages:
    """The routes."""

    def __init__(self, shelf_of: ShelfOf) -> None:
        self._shelf_of = shelf_of
        self._desks: Kept[int, Desk] = Kept(_DESKS)
        self._templates = templates()

    def _desk(self, request: Request) -> tuple[Desk, Words]:
        shelf = self._shelf_of(request)
        desk = self._desks.get(id(shelf), lambda: Desk(shelf))
        if desk.shelf is not shelf:  # another one at the same place in memory
            self._desks.drop(id(shelf))
            desk = self._desks.get(id(shelf), lambda: Desk(shelf))
        return desk, Words(request, shelf)

    def _written(self, template: str, words: Words, **more: object) -> str:
        html = self._templates.get_template(template).render(
            t=words.say,
            lang=words.language,
            base=words.base,
            shelf=words.shelf,
            with_query=with_query,
            **more,
        )
        return _as_text(html)

    def across(self, request: Request, lang: str) -> "Response | Asked":
        """What the pages across reports need; or the way back in the other language."""
        if lang in LANGUAGES:
            return switched(request, lang)
        words = Words(request, self._shelf_of(request))
        return Asked(words.shelf, words.language, words.say, words.base, partial(self._written, words=words))

    def list(
        self,
        request: Request,
        ask: Wanted,
        page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
        per: Annotated[int, Query(ge=1, le=500)] = 50,
        part: bool = False,
        lang: Annotated[str, Query(max_length=2)] = "",
    ) -> Response:
        """The list, or (`part`) its rows alone."""
        if lang in LANGUAGES:
            return switched(request, lang)
        _, words = self._desk(request)
        ask = replace(ask, page=page, per=per)
        listing = words.shelf.index.listing(ask)
        template = "rows.html" if part else "list.html"
        html = self._written(
            template,
            words,
            ask=ask,
            listing=listing,
            running=words.shelf.running(),
            query=asked(ask),
            damaged=words.shelf.decisions.damaged,
        )
        return HTMLResponse(html)

    def progress(self, request: Request) -> dict[str, object]:
        """How far the run is."""
        shelf = self._shelf_of(request)
        listing = shelf.index.listing(Ask(per=1))
        return {
            "running": shelf.running(),
            "total": listing.total,
            "done": listing.done,
            "doubts": listing.doubts,
            "verdicts": dict(listing.verdicts),
        }

    def document(
        self, request: Request, key: str, ask: Wanted, lang: Annotated[str, Query(max_length=2)] = ""
    ) -> Response:
        """A document. The list's question goes with it, so that the next document is the next of that list."""
        if lang in LANGUAGES:
            return switched(request, lang)
        desk, words = self._desk(request)
        entry = words.shelf.index.get(key)
        if entry is None:
            raise KeyError(key)
        laid = desk.laid(key)
        if laid is None:
            words.shelf.hurry(key)
        before, after = words.shelf.index.around(key, ask)
        html = self._written(
            "document.html",
            words,
            entry=entry,
            key=key,
            before=before,
            after=after,
            query=asked(ask),
            view=None if laid is None else document_view(laid, words.say, words.language),
        )
        return HTMLResponse(html)

    def source(self, request: Request, key: str, view: Annotated[str, Query(max_length=10)] = "") -> Response:
        """The left side."""
        desk, words = self._desk(request)
        if words.shelf.index.get(key) is None:
            raise KeyError(key)
        return HTMLResponse(self._written("source.html", words, source=source_view(desk, key, view), key=key))

    def picture(self, request: Request, key: str, number: int, dpi: int = 110) -> Response:
        """A page as PNG."""
        desk, words = self._desk(request)
        if words.shelf.index.get(key) is None:
            raise KeyError(key)
        paged = desk.paged(key)
        if paged is None or dpi not in DENSITIES:
            raise HTTPException(404)
        content, origin, how = paged
        found = words.shelf.bench.picture(content, origin, number, dpi, how)
        if isinstance(found, Trouble):
            raise HTTPException(404, found.message)
        # The address does not name the content, so it is kept for a while only.
        return Response(found, media_type="image/png", headers={"cache-control": "private, max-age=600"})

    def state(self, request: Request, key: str) -> Response:
        """The right side anew."""
        desk, words = self._desk(request)
        laid = desk.laid(key)
        if laid is None:
            words.shelf.hurry(key)
            return JSONResponse({"ready": False})
        return JSONResponse({"ready": True, **self._parts(desk, words, key, laid)})

    def study(self, request: Request, key: str) -> Response:
        """Answers once the document has been read again, so that every reading is known."""
        desk, _ = self._desk(request)
        laid = desk.laid(key)
        if laid is None:
            return JSONResponse({"ready": False})
        found = desk.study(key)
        if isinstance(found, Trouble):
            return JSONResponse({"ready": True, "why": found.message, "changed": False})
        return JSONResponse({"ready": True, "why": found.why, "changed": not laid.full})

    def panel(self, request: Request, key: str, cell: str) -> Response:
        """Everything about one cell."""
        desk, words = self._desk(request)
        laid = desk.laid(key)
        if laid is None:
            raise KeyError(key)
        return HTMLResponse(self._panel(desk, words, key, laid, cell))

    def decide(self, request: Request, key: str, posted: Annotated[Posted, Depends(_posted)]) -> Response:
        """Keep a decision; what the page shows from now on comes back."""
        desk, words = self._desk(request)
        author = author_of(request, words.shelf)
        try:
            if posted.kind == DecisionKind.UNDO:
                desk.undo(key, posted.cell, author=author)
            elif posted.kind == DecisionKind.REVIEWED:
                desk.review(key, author=author)
            else:
                kind = DecisionKind(posted.kind)
                desk.decide(key, posted.cell, kind, said=posted.said, note=posted.note, author=author)
        except (GoujiError, OSError, ValueError) as error:
            said = words.say("said.failed", message=refused(str(error)[:300], words.language))
            return JSONResponse({"kept": False, "said": said}, status_code=409 if isinstance(error, OSError) else 422)
        laid = desk.laid(key)
        assert laid is not None
        parts = self._parts(desk, words, key, laid, posted.cell)
        cell = laid.report.cells.get(posted.cell)
        value = "" if cell is None else words.say("no_value") if cell.value is None else str(cell.value)
        said = words.say(f"said.{posted.kind}", cell=_named(laid, posted.cell), value=value)
        left = words.say("said.left", findings=parts["open_findings"], doubts=len(laid.doubts))
        return JSONResponse({"kept": True, "said": f"{said} {left}", **parts})

    def labels(self, request: Request, key: str) -> Response:
        """What people decided, as a label file for `gouji eval`: of the whole document, if somebody went through it."""
        desk, words = self._desk(request)
        laid = desk.laid(key)
        if laid is None or laid.form is None:
            raise KeyError(key)
        whole = laid.report.review is not None and laid.report.review.complete is not None
        history = words.shelf.decisions.history(laid.own.source.sha256)
        content = to_labels(laid.report, laid.form, whole=whole, history=history)
        name = f"{sample_name(laid.report)}.gold.json"
        return Response(
            _as_text(json.dumps(content, ensure_ascii=False, indent=1)) + "\n",
            media_type="application/json",
            headers={
                "content-disposition": f"attachment; filename=\"gold.json\"; filename*=UTF-8''{quote(_as_text(name))}"
            },
        )

    def _parts(self, desk: Desk, words: Words, key: str, laid: Laid, cell: str = "") -> dict[str, object]:
        """What a decision may change on the page."""
        view = document_view(laid, words.say, words.language)
        out: dict[str, object] = {
            "head": self._written("head.html", words, view=view, key=key),
            "form": self._written("form.html", words, view=view),
            "findings": self._written("findings.html", words, view=view),
            "doubts": list(laid.doubts),
            "open_findings": view.open_findings,
            "full": laid.full,
        }
        if cell and cell in laid.report.cells:
            out["panel"] = self._panel(desk, words, key, laid, cell)
        return out

    def _panel(self, desk: Desk, words: Words, key: str, laid: Laid, cell: str) -> str:
        study: Study | None = desk.known_study(key)
        said: Mapping[str, Any] | None = None if study is None else study.said
        view = panel_view(laid, cell, said, words.shelf.decisions, words.say, words.language)
        return self._written("panel.html", words, panel=view, key=key)

    async def failed(self, request: Request, error: Exception) -> Response:
        """An error as a page, or as JSON where the script asked."""
        status = error.status_code if isinstance(error, HTTPException) else 404 if isinstance(error, KeyError) else 422
        say = speaking(chosen(request.cookies.get(COOKIE), request.headers.get("accept-language")))
        key = f"error.{status}"
        detail = str(error.detail) if isinstance(error, HTTPException) else str(error)
        if isinstance(error, RequestValidationError):  # its own words repeat what was sent, which may be no text
            detail = "; ".join(str(one["msg"]) for one in error.errors())
        message = say(key) if say(key) != str(status) else say("error.other", message=detail[:300])
        message = _as_text(message)
        if request.method == "POST":
            return JSONResponse({"kept": False, "said": message}, status_code=status)
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        return Response(message + "\n", status_code=status, media_type="text/plain", headers=headers)


def _as_text(text: str) -> str:
    """`text` as it can be sent: halves of surrogate pairs, as of a file name that is no text, become `\\udcff`."""
    return text.encode("utf-8", "backslashreplace").decode()


def _named(laid: Laid, cell: str) -> str:
    if laid.form is None or cell not in laid.form.cells:
        return cell
    _, row, column = laid.form.cells[cell]
    return f"{row.labels[0]} / {column.labels[0]}"
