"""/review: the batches of a key, and each of them on the review page (extractor.review).

A browser sends no Authorization header, so the key may also be given once in a form, and is kept in a cookie that no
script can read and no other site's page sends along. A key sees its own batches only, and decides if it may submit.
"""

from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from extractor.review.shelf import Shelf
from extractor.review.site.app import create_app
from extractor.review.site.guard import Guard, Rules
from extractor.review.site.strings import COOKIE as LANGUAGE
from extractor.review.site.strings import chosen, speaking
from extractor.review.site.writing import templates
from extractor.service.api.admission import Admission
from extractor.service.api.auth import caller
from extractor.service.api.batches import owned
from extractor.service.api.body import pieces
from extractor.service.api.problems import CODES, Problem
from extractor.service.house import House
from extractor.service.keys import Key
from extractor.service.keys import Scope as May
from extractor.service.rows import Batch
from extractor.service.shelves import Shelves

__all__ = ["review_of"]

_COOKIE = "gouji_key"
_MOST_BODY = 2_000
_BATCHES = 100


def review_of(house: House) -> ASGIApp:
    """What answers below /review."""
    pages = _Pages(house)
    inside = create_app(_shelf_of)
    return Router(
        [
            Route("/", pages.batches, methods=["GET"]),
            Route("/key", pages.key, methods=["POST"]),
            Route("/{batch_id}", _with_slash, methods=["GET"]),
            Mount("/{batch_id}", Guard(_Owned(house, inside), Rules(None))),
        ],
        redirect_slashes=False,
    )


async def _with_slash(request: Request) -> Response:
    """Without the slash a page's own addresses would lead beside it."""
    return RedirectResponse(f"{request.scope['root_path']}/{request.path_params['batch_id']}/", status_code=303)


def _shelf_of(request: Request) -> Shelf:
    shelf: Shelf = request.scope["gouji.shelf"]
    return shelf


async def _key_of(request: Request, house: House) -> Key:
    """Whose request it is. Raises Problem."""
    return await caller(request, house, request.cookies.get(_COOKIE))


class _Owned:
    """Lets through to the pages of a batch whoever may see it."""

    def __init__(self, house: House, app: ASGIApp) -> None:
        self._house = house
        self._app = app
        self._shelves = Shelves(house)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        admission: Admission = request.app.state.admission
        try:
            key = await _key_of(request, self._house)
            if not key.may(May.READ if request.method in ("GET", "HEAD") else May.SUBMIT):
                raise Problem("forbidden")
            batch = await owned(self._house, key, scope["path_params"]["batch_id"])
            async with admission.page(key.id):
                scope["gouji.shelf"] = await run_in_threadpool(self._shelves.of, batch)
                scope["gouji.author"] = key.name
                await self._app(scope, receive, self._noting(request, key, batch, send))
        except Problem as problem:
            await _refusal(request, problem)(scope, receive, send)

    def _noting(self, request: Request, key: Key, batch: Batch, send: Send) -> Send:
        """Sends on, and writes into the audit log who decided; what was decided, the log of decisions says."""

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start" and request.method == "POST" and message["status"] == 200:
                request_id = request.state.request_id
                await run_in_threadpool(self._house.audit.note, key.id, "batch.decide", batch.id, request_id)
            await send(message)

        return noting


def _refusal(request: Request, problem: Problem) -> Response:
    if problem.code == "unauthorised" and request.method == "GET":
        outer = request.scope["root_path"].rpartition("/")[0]
        return RedirectResponse(f"{outer}/", status_code=303)
    return PlainTextResponse(problem.code + "\n", status_code=CODES[problem.code][0])


class _Pages:
    """The way in."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def batches(self, request: Request) -> Response:
        """The batches of the key; the form that asks for one where there is none."""
        base = request.scope["root_path"].rstrip("/")
        try:
            key = await _key_of(request, self._house)
            found = await run_in_threadpool(
                lambda: self._house.lookups.recent(key.id, before=None, limit=_BATCHES) if key.may(May.READ) else []
            )
        except Problem:
            found, key = [], None
        language = chosen(request.cookies.get(LANGUAGE), request.headers.get("accept-language"))
        page = templates().get_template("batches.html")
        html = page.render(t=speaking(language), lang=language, base=base, batches=found, known=key is not None)
        return HTMLResponse(html, status_code=200 if key is not None else 401, headers=_HEADERS)

    async def key(self, request: Request) -> Response:
        """Takes the key out of the form."""
        origin = urlsplit(request.headers.get("origin", "")).netloc
        body = b"".join([piece async for piece in pieces(request, _MOST_BODY, self._house.settings)])
        given = (parse_qs(body.decode("latin-1")).get("key") or [""])[0].strip()
        found = await run_in_threadpool(self._house.keys.find, given) if given else None
        if origin != request.headers.get("host") or found is None:
            return PlainTextResponse("unauthorised\n", status_code=401)
        base = request.scope["root_path"].rstrip("/")
        response = RedirectResponse(f"{base}/", status_code=303)
        secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
        response.set_cookie(_COOKIE, given, path=base or "/", httponly=True, samesite="strict", secure=secure)
        return response


_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
}
