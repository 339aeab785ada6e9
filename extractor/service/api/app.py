"""The application: routes, errors as problems, a request id and a line in the log for each request."""

import errno
import logging
import re
import sqlite3
import time
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from extractor.forms.load import load_forms
from extractor.service.api.admission import Admission
from extractor.service.api.batches import batches
from extractor.service.api.extractions import extractions
from extractor.service.api.operation import Metrics, Readiness, operation
from extractor.service.api.problems import Problem, ProblemBody, answer, on_http, on_invalid, on_problem
from extractor.service.api.results import results
from extractor.service.contents import StoreAwayError
from extractor.service.house import House

__all__ = ["create_app"]

_LOG = logging.getLogger("gouji.service")
_NOSNIFF = (b"x-content-type-options", b"nosniff")
_METHODS = ("GET", "HEAD", "POST", "DELETE")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")


def create_app(house: House, *, works_only: bool = False) -> FastAPI:
    """The application in front of a house that has been started. `works_only`: nothing but how it is going."""
    app = FastAPI(
        title="gouji",
        version=_version(),
        description="Checked, sourced figures from Chinese open-government-information annual reports.",
        docs_url=None,  # it would load its page's scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.house = house
    app.state.admission = Admission(house)
    app.state.metrics = Metrics()
    app.state.readiness = Readiness(house)
    app.state.routers = (operation,) if works_only else (extractions, batches, results, operation)
    for router in app.state.routers:
        app.include_router(router)
    if not works_only:
        _mount_review(app, house)
    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_middleware(_Around, metrics=app.state.metrics)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _mount_review(app: FastAPI, house: House) -> None:
    """The review page for people, if what it needs is installed; no part of the API."""
    if find_spec("jinja2") is None or find_spec("PIL") is None:
        return
    from extractor.review.site.writing import static_files
    from extractor.service.api.review import review_of

    app.mount("/review/static", static_files())
    app.mount("/review", review_of(house))


class _Around:
    """A request id, ours or the sender's; an answer, whatever was raised; a line in the log, without any content.

    Plain ASGI: Starlette's way of writing this costs every request half a millisecond.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        given = request.headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        request.state.request_id = request_id
        started, status = time.perf_counter(), 0

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode()), _NOSNIFF]
                self._count(request, status, time.perf_counter() - started)
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except Exception as error:
            if status:  # too late for another answer: the connection is closed in the middle
                _LOG.error("broken off", extra={"request_id": request_id, "error": type(error).__name__})
                raise
            await _unexpected(request, error)(scope, receive, with_headers)

    def _count(self, request: Request, status: int, seconds: float) -> None:
        route = getattr(request.scope.get("route"), "path", "other")
        # A method can be any word, and every word would be kept as a counter of its own.
        method = request.method if route != "other" and request.method in _METHODS else "other"
        self._metrics.requests.labels(method, route, status).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        _LOG.info(
            "request",
            extra={
                "request_id": request.state.request_id,
                "method": method,
                "route": route,
                "status": status,
                "ms": round(seconds * 1000, 1),
                "key": getattr(request.state, "key_id", None),
            },
        )


def _unexpected(request: Request, error: Exception) -> Response:
    if isinstance(error, StoreAwayError):
        _LOG.warning("store", extra={"request_id": request.state.request_id, "reason": str(error)})
        return answer(request, "store_unavailable", retry_after=5)
    if isinstance(error, PoolTimeoutError) or (isinstance(error, DBAPIError) and _is_operational(error)):
        full = isinstance(error, DBAPIError) and "full" in str(error.orig) and isinstance(error.orig, sqlite3.Error)
        return answer(request, "storage_full" if full else "database_unavailable", retry_after=5)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return answer(request, "storage_full", retry_after=60)
    # Its place, not its words: they may quote what was sent.
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else None
    _LOG.error("defect", extra={"request_id": request.state.request_id, "error": type(error).__name__, "at": place})
    return answer(request, "internal", "please report it, with the request id")


def _is_operational(error: DBAPIError) -> bool:
    return type(error).__name__ in ("OperationalError", "InterfaceError") or error.connection_invalidated


def _openapi(app: FastAPI) -> dict[str, object]:
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        _fit(schema["paths"], app.state.house)
        parts = schema.setdefault("components", {}).setdefault("schemas", {})
        parts["ProblemBody"] = ProblemBody.model_json_schema()
        for unused in ("HTTPValidationError", "ValidationError"):
            parts.pop(unused, None)
        app.openapi_schema = schema
    return app.openapi_schema


def _fit(paths: "dict[str, dict[str, dict[str, Any]]]", house: House) -> None:
    """What depends on how this server is set up: keys, forms, models."""
    models = [model for model in (house.asks.model, *house.settings.models) if model]
    known = {"form": list(load_forms()), "model": models, "readers": ["rules", "rules,llm"] if models else ["rules"]}
    for one in (each for methods in paths.values() for each in methods.values()):
        if "security" in one and not house.settings.keys_required:  # then a key is welcome, and none is needed
            one["security"].append({})
        for parameter in one.get("parameters", ()):
            if known.get(parameter["name"]):
                parameter["schema"] = {"type": "string", "enum": known[parameter["name"]]}


def _version() -> str:
    try:
        return version("gouji")
    except PackageNotFoundError:
        return "0"
