"""What every page is written with: templates and static files, language, addresses, the question of the list."""

from pathlib import Path
from typing import Any, cast

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.staticfiles import StaticFiles

from extractor.review.index import Ask
from extractor.review.shelf import Shelf
from extractor.review.site.addresses import with_query
from extractor.review.site.strings import COOKIE, Language, Say, chosen, speaking

__all__ = ["Words", "asked", "author_of", "static_files", "switched", "templates"]

_HERE = Path(__file__).parent
_YEAR = 365 * 86400


def static_files() -> StaticFiles:
    """Script, styles and icon."""
    return _Static(directory=_HERE / "static")


def templates() -> Environment:
    """The templates, every word that is filled into them escaped."""
    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class _Static(StaticFiles):
    """Scripts and styles are kept only until a browser asks whether they have changed; it asks for the icon often."""

    async def get_response(self, path: str, scope: Any) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "max-age=86400" if path.endswith(".svg") else "no-cache"
        return response


class Words:
    """What every page is written with: language, addresses, the run."""

    def __init__(self, request: Request, shelf: Shelf) -> None:
        self.language: Language = chosen(request.cookies.get(COOKIE), request.headers.get("accept-language"))
        self.say: Say = speaking(self.language)
        self.base = request.scope.get("root_path", "").rstrip("/")
        self.shelf = shelf
        self.query = request.url.query


def author_of(request: Request, shelf: Shelf) -> str:
    """Who decides: whom the one who let the request in says, or the run's own author."""
    known = cast(object, request.scope.get("gouji.author"))
    return known if isinstance(known, str) and known else shelf.author


def asked(ask: Ask) -> dict[str, str]:
    """The question as an address has it, what is the default left out."""
    said = {"q": ask.text, "verdict": ask.verdict, "form": ask.form, "year": ask.year}
    said |= {"todo": "1" if ask.open_only else "", "sort": "" if ask.sort == "number" else ask.sort}
    said |= {"down": "1" if ask.down else "", "per": "" if ask.per == 50 else str(ask.per)}
    return {name: value for name, value in said.items() if value}


def switched(request: Request, language: str) -> Response:
    """Back to where one was, in the other language."""
    rest = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    base = request.scope.get("root_path", "").rstrip("/")
    path = request.scope["path"]
    path = path if path.startswith(base) else base + path
    response = RedirectResponse(with_query(path, dict(rest)), status_code=303)
    response.set_cookie(COOKIE, language, max_age=_YEAR, samesite="strict", path=base or "/")
    return response
