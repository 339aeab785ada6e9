"""/v1/extractions: one document, answered at once; or, past a time limit, 202 and an address to ask at."""

import asyncio
import zlib
from contextlib import suppress
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from extractor.service.api.admission import Admission
from extractor.service.api.auth import Home, Reader, Submitter
from extractor.service.api.body import drained, pieces
from extractor.service.api.intake import Found, Multipart, name_of
from extractor.service.api.problems import Problem, not_found, problems
from extractor.service.api.shapes import BINARY, FormOption, ModelOption, ReadersOption, body_of, options_of
from extractor.service.hand import Task
from extractor.service.hands import HandsBusyError, HandsClosedError, Outcome
from extractor.service.house import House
from extractor.service.rows import ENDED, Batch, Document, Options

__all__ = ["extractions"]

extractions = APIRouter(prefix="/v1/extractions", tags=["extractions"])
_POLL_S, _LONGEST_POLL_S = 0.1, 1.0
_OVERHEAD = 20_000  # what multipart puts around a file
_TYPES = ("application/octet-stream", "text/plain", "text/html", "application/pdf")
_BODY = body_of("file", BINARY, False, {kind: {"schema": BINARY} for kind in _TYPES})
_REPORT: dict[int | str, dict[str, object]] = {
    200: {
        "description": "The report: docs/output.md",
        "content": {"application/json": {"schema": {"type": "object"}, "example": {"verdict": "clean", "cells": {}}}},
        "headers": {"Gouji-Verdict": {"schema": {"type": "string"}, "description": "clean, review or failed"}},
    }
}


class Pending(BaseModel):
    """It is being worked on. Ask at the Location."""

    id: str = Field(examples=["extraction_0b5d6a1e4c0f4f0c9d6f4a0f6f0e9a11"])
    state: str = Field(examples=["running"])


_LATER: dict[int | str, dict[str, object]] = {
    202: {"model": Pending, "description": "Not done yet; nothing of it will be lost"}
}


@extractions.post(
    "",
    responses=_REPORT | _LATER | problems(400, 408, 413, 415, 429, 507),
    openapi_extra={"requestBody": _BODY},
    response_class=Response,
)
async def create(
    request: Request,
    house: Home,
    key: Submitter,
    form: FormOption = None,
    readers: ReadersOption = "rules",
    model: ModelOption = None,
    name: Annotated[str | None, Query(max_length=500, description="what the document is called")] = None,
    wait: Annotated[float | None, Query(ge=0, le=600, description="seconds to wait for the answer; 0: none")] = None,
) -> Response:
    """Post one document, as the body or as a multipart file; the answer is its report."""
    options = options_of(house, form, readers, model)
    admission: Admission = request.app.state.admission
    async with drained(request), admission.single(key.id):
        data, called = await _document(request, house)
        patience = house.settings.wait_s if wait is None else wait
        if not options.ask and patience > 0:
            outcome = await _at_once(house, options, data, name or called, patience)
            if outcome is not None:
                return _report(outcome.report, outcome.verdict)
            patience = 0.0
        await admission.check()
        batch = await run_in_threadpool(_durable, house, key.id, options, data, name or called)
        await run_in_threadpool(house.audit.note, key.id, "extraction.create", batch.id, request.state.request_id)
    return await _waited(house, batch, patience)


@extractions.get("/{extraction_id}", responses=_REPORT | _LATER | problems(404), response_class=Response)
async def look(
    extraction_id: Annotated[
        str, Path(max_length=100, description="the id that 202 gave", examples=["extraction_0b5d"])
    ],
    house: Home,
    key: Reader,
) -> Response:
    """The report of a document that took longer, or 202 again."""
    batch = await run_in_threadpool(house.lookups.get, extraction_id, key.id)
    if batch is None or batch.kind != "extraction":
        raise not_found()
    return await _waited(house, batch, 0.0)


async def _document(request: Request, house: House) -> tuple[bytes, str]:
    """The content, and what it is called."""
    settings = house.settings
    content_type = request.headers.get("content-type", "")
    if not content_type.lower().startswith("multipart/"):
        parts = [piece async for piece in pieces(request, settings.max_file, settings)]
        return b"".join(parts), "-"
    found: list[Found] = []
    reader = Multipart(Multipart.boundary_of(content_type), settings.max_file, found.append)
    async for piece in pieces(request, settings.max_file + _OVERHEAD, settings):
        reader.feed(piece)
    reader.end()
    if len(found) != 1:
        raise Problem("no_documents" if not found else "too_many_documents", "exactly one; several are a batch")
    return found[0].incoming.data(), found[0].name


async def _at_once(house: House, options: Options, data: bytes, name: str, patience: float) -> Outcome | None:
    """What the process kept for single documents makes of it; None where that takes longer than the patience."""
    working = asyncio.ensure_future(run_in_threadpool(_read, house, options, data, name_of(name), patience))
    try:
        async with asyncio.timeout(patience):
            return await asyncio.shield(working)
    except HandsBusyError:
        return None
    except TimeoutError:
        working.add_done_callback(lambda done: done.cancelled() or done.exception())
        return None
    except HandsClosedError:
        raise Problem("stopping", retry_after=5) from None


def _read(house: House, options: Options, data: bytes, name: str, patience: float) -> Outcome:
    """Raises HandsBusyError: who waited in line beyond the patience would hold a thread for nobody."""
    path = house.blobs.aside(uuid4().hex)
    path.write_bytes(data)
    try:
        task = Task(n=0, path=str(path), sha256=None, name=name, form=options.form)
        (outcome,) = house.single.run([task], zipped=False, patience_s=patience)
        return outcome
    finally:
        path.unlink(missing_ok=True)


def _durable(house: House, key_id: str, options: Options, data: bytes, name: str) -> Batch:
    """A batch of one: it will be done, whatever happens to this process."""
    sha256 = house.blobs.put(data)
    batch_id = house.store.begin(key_id, options, owner=house.executor, chunk=1, kind="extraction")
    house.store.add(batch_id, [Document(0, None, name_of(name), sha256, len(data))])
    return house.commit(batch_id, 1, sha256)


async def _waited(house: House, batch: Batch, patience: float) -> Response:
    deadline, wait = asyncio.get_running_loop().time() + patience, _POLL_S
    found: Batch | None = batch
    while found is not None and found.state not in ENDED and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(wait)
        wait = min(1.5 * wait, _LONGEST_POLL_S)
        found = await run_in_threadpool(house.lookups.get, batch.id)
    if found is None:
        raise not_found()
    rows = await run_in_threadpool(lambda: house.lookups.results(batch.id, limit=1))
    if not rows:
        body = Pending(id=batch.id, state=found.state).model_dump_json()
        headers = {"Location": f"/v1/extractions/{batch.id}", "Retry-After": "1"}
        return Response(body, 202, headers, "application/json")
    with suppress(zlib.error):
        return _report(zlib.decompress(rows[0].report), rows[0].verdict)
    raise Problem("internal")


def _report(body: bytes, verdict: str) -> Response:
    return Response(body, media_type="application/json", headers={"Gouji-Verdict": verdict})
