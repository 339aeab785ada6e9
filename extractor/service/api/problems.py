"""What goes wrong, as problem details (RFC 9457) with a code that stays the same for ever."""

from collections.abc import Mapping

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

__all__ = ["CODES", "Problem", "ProblemBody", "answer", "not_found", "on_http", "on_invalid", "on_problem", "problems"]

MEDIA_TYPE = "application/problem+json"
CODES: Mapping[str, tuple[int, str]] = {
    "bad_request": (400, "The request cannot be read"),
    "malformed_body": (400, "The body is not what its type says"),
    "unauthorised": (401, "A key is needed, or this one is not good"),
    "forbidden": (403, "This key may not do that"),
    "not_found": (404, "There is no such thing"),
    "method_not_allowed": (405, "Not with this method"),
    "parquet_unavailable": (406, "This server cannot write Parquet"),
    "slow_client": (408, "The body came too slowly"),
    "idempotency_conflict": (409, "The Idempotency-Key was used for another request"),
    "idempotency_in_progress": (409, "The request with this Idempotency-Key is still coming in"),
    "not_ended": (409, "The batch has not ended"),
    "body_too_large": (413, "The body is larger than allowed"),
    "file_too_large": (413, "A document is larger than allowed"),
    "too_many_documents": (413, "A batch of more documents than allowed"),
    "unsupported_type": (415, "A body of this type is not read"),
    "invalid": (422, "A parameter is wrong"),
    "no_documents": (422, "There is no document in it"),
    "duplicate_custom_id": (422, "Two documents have the same custom_id"),
    "unknown_form": (422, "There is no such form"),
    "unknown_model": (422, "This model may not be asked here"),
    "no_model": (422, "No language model is set up here"),
    "webhook_refused": (422, "A webhook may not go there"),
    "queue_full": (429, "Too many documents are waiting"),
    "storage_low": (429, "The disk is nearly full"),
    "too_many_uploads": (429, "Too many batches are coming in"),
    "busy": (429, "Too many requests of this kind are under way"),
    "internal": (500, "A defect of gouji"),
    "database_unavailable": (503, "The database cannot be reached"),
    "stopping": (503, "The service is stopping"),
    "store_unavailable": (503, "The store of documents cannot be reached"),
    "storage_full": (507, "There is no room left on the disk"),
}


class ProblemBody(BaseModel):
    """Problem details. `code` tells what to do; `detail` is for people and may be worded anew."""

    type: str = Field(examples=["https://gouji.invalid/problems/not_found"])
    title: str
    status: int
    code: str = Field(examples=["not_found"])
    detail: str | None = None
    request_id: str | None = None


class Problem(Exception):  # noqa: N818
    """Raised anywhere below a route; `code` is one of CODES."""

    def __init__(self, code: str, detail: str | None = None, *, retry_after: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.retry_after = retry_after


def not_found() -> Problem:
    """The same for what is not there and for what is another's: ids cannot be probed."""
    return Problem("not_found")


def answer(request: Request, code: str, detail: str | None = None, *, retry_after: int | None = None) -> JSONResponse:
    """The response of that problem."""
    status, title = CODES[code]
    body = ProblemBody(
        type=f"https://gouji.invalid/problems/{code}",
        title=title,
        status=status,
        code=code,
        detail=detail,
        request_id=getattr(request.state, "request_id", None),
    )
    headers = {}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="gouji"'
    if code in ("slow_client", "body_too_large", "stopping"):
        headers["Connection"] = "close"
    return JSONResponse(body.model_dump(), status, headers, MEDIA_TYPE)


async def on_problem(request: Request, error: Exception) -> JSONResponse:
    """Handler of Problem."""
    assert isinstance(error, Problem)
    return answer(request, error.code, error.detail, retry_after=error.retry_after)


async def on_invalid(request: Request, error: Exception) -> JSONResponse:
    """Handler of what FastAPI finds wrong; it names the parameter, and does not repeat its value."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return answer(request, "invalid", f"{place}: {first['msg']}")


async def on_http(request: Request, error: Exception) -> JSONResponse:
    """Handler of what the router finds: no such path, not this method."""
    assert isinstance(error, HTTPException)
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_request")
    response = answer(request, code)
    if error.status_code == 405:
        # The router names the methods of the first route that has this path; there may be more.
        routes = [route for router in request.app.state.routers for route in router.routes]
        here = [route for route in routes if route.matches(request.scope)[0] is Match.PARTIAL]
        response.headers["Allow"] = ", ".join(sorted({method for route in here for method in route.methods}))
    return response


def problems(*statuses: int) -> "dict[int | str, dict[str, object]]":
    """Responses of a route for the OpenAPI document: those, and the ones that every route may give."""
    out: dict[int | str, dict[str, object]] = {}
    for status in sorted({*statuses, 401, 403, 422, 503}):
        titles = [f"`{code}`: {title}" for code, (each, title) in CODES.items() if each == status]
        out[status] = {
            "description": "; ".join(titles),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}},
        }
        if status == 429:
            out[status]["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "seconds to wait"}}
    return out
