"""/v1/batches: post, look, cancel, delete, follow."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Send
from starlette.types import Scope as ASGIScope

from extractor.service.api.admission import Admission
from extractor.service.api.auth import Home, Reader, Submitter
from extractor.service.api.body import drained
from extractor.service.api.problems import Problem, not_found, problems
from extractor.service.api.receive import receive
from extractor.service.api.shapes import (
    BINARY,
    BatchBody,
    BatchList,
    FormOption,
    ModelOption,
    PriorityOption,
    ReadersOption,
    WebhookOption,
    batch_body,
    body_of,
    options_of,
)
from extractor.service.house import House
from extractor.service.keys import LOCAL, Key, Scope
from extractor.service.rows import ENDED, Batch

__all__ = ["BatchId", "batches", "owned"]

batches = APIRouter(prefix="/v1/batches", tags=["batches"])
BatchId = Annotated[
    str, Path(max_length=100, description="the id that posting the batch gave", examples=["batch_0b5d"])
]
IdempotencyKey = Annotated[
    str | None,
    Header(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$", description="a repeated request is one batch"),
]
_LINE = '{"custom_id": "a1", "name": "a.txt", "text": "2023年政府信息公开工作年度报告…"}\n'
# A file under another name: that is its custom_id.
_BODY = body_of(
    "files",
    {"type": "array", "items": BINARY},
    BINARY,
    {
        "application/x-ndjson": {"schema": {"type": "string"}, "example": _LINE},
        "application/zip": {"schema": BINARY},
    },
)
_EVENT_S = 1.0
_SILENCE_S = 15.0


async def owned(house: House, key: Key, batch_id: str) -> Batch:
    """The batch, if it is that key's. Raises Problem; the same one whether it is another's or nobody's."""
    mine = None if Scope.ADMIN in key.scopes and key.id != LOCAL else key.id
    batch = await run_in_threadpool(house.lookups.get, batch_id, mine)
    if batch is None or batch.kind != "batch":
        raise not_found()
    return batch


@batches.post(
    "",
    status_code=201,
    responses={
        200: {"model": BatchBody, "description": "The batch of an earlier request with this Idempotency-Key"},
        **problems(400, 408, 409, 413, 415, 429, 507),
    },
    openapi_extra={"requestBody": _BODY},
)
async def create(
    request: Request,
    response: Response,
    house: Home,
    key: Submitter,
    form: FormOption = None,
    readers: ReadersOption = "rules",
    model: ModelOption = None,
    priority: PriorityOption = "normal",
    webhook: WebhookOption = None,
    idempotency_key: IdempotencyKey = None,
) -> BatchBody:
    """Post many documents: files as multipart/form-data, or lines of JSON.

    When it is answered, nothing of it will be lost. A document that cannot be read costs only itself.
    """
    options = options_of(house, form, readers, model, priority, webhook)
    admission: Admission = request.app.state.admission
    async with drained(request), admission.upload(key.id):
        batch, before = await receive(request, house, key.id, options, idempotency_key)
    if before:
        response.status_code = 200
        response.headers["Idempotent-Replayed"] = "true"
    else:
        await run_in_threadpool(house.audit.note, key.id, "batch.create", batch.id, request.state.request_id)
    response.headers["Location"] = f"/v1/batches/{batch.id}"
    return batch_body(batch)


@batches.get("", responses=problems())
async def recent(
    house: Home,
    key: Reader,
    before: Annotated[float | None, Query(ge=0, le=1e12, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> BatchList:
    """Your batches, the newest first."""
    found = await run_in_threadpool(lambda: house.lookups.recent(key.id, before=before, limit=limit))
    return BatchList(
        batches=[batch_body(batch) for batch in found], next=found[-1].created if len(found) == limit else None
    )


@batches.get("/{batch_id}", responses=problems(404))
async def look(batch_id: BatchId, house: Home, key: Reader) -> BatchBody:
    """How far a batch is: counts by state and verdict, progress, usage, cost, estimated end."""
    return batch_body(await owned(house, key, batch_id))


@batches.post("/{batch_id}/cancel", responses=problems(404))
async def cancel(request: Request, batch_id: BatchId, house: Home, key: Submitter) -> BatchBody:
    """Stop working on it. What is done stays; cancelling a batch that has ended changes nothing."""
    batch = await owned(house, key, batch_id)
    if batch.state not in ENDED:
        cancelled = await run_in_threadpool(house.store.cancel, batch_id)
        batch = cancelled or await owned(house, key, batch_id)
        assert house.enqueuer is not None
        await run_in_threadpool(house.enqueuer.drop, batch)
        await run_in_threadpool(house.audit.note, key.id, "batch.cancel", batch_id, request.state.request_id)
    return batch_body(batch)


@batches.delete("/{batch_id}", status_code=204, responses=problems(404, 409), response_class=Response)
async def delete(request: Request, batch_id: BatchId, house: Home, key: Submitter) -> Response:
    """Delete a batch that has ended, with its documents and results. Batches also go by themselves, at `expires`."""
    batch = await owned(house, key, batch_id)
    if batch.state not in ENDED:
        raise Problem("not_ended", "cancel it first")
    await run_in_threadpool(house.remove, batch)
    await run_in_threadpool(house.audit.note, key.id, "batch.delete", batch_id, request.state.request_id)
    return Response(status_code=204)


@batches.get(
    "/{batch_id}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}, **problems(404, 429)},
)
async def events(request: Request, batch_id: BatchId, house: Home, key: Reader) -> StreamingResponse:
    """Server-sent events: `progress` with the batch whenever it has moved, and `end` when it has ended."""
    batch = await owned(house, key, batch_id)
    admission: Admission = request.app.state.admission
    return _Listened(_events(house, batch), admission.listener(key.id))


class _Listened(StreamingResponse):
    """Holds a place for as long as somebody listens. Raises Problem, before anything is sent, where there is none."""

    def __init__(self, content: AsyncIterator[str], place: AbstractAsyncContextManager[None]) -> None:
        super().__init__(content, media_type="text/event-stream", headers={"Cache-Control": "no-store"})
        self._place = place

    async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
        async with self._place:
            await super().__call__(scope, receive, send)


async def _events(house: House, batch: Batch | None) -> AsyncIterator[str]:
    told, silent = -1, 0.0
    while batch is not None:
        ended = batch.state in ENDED
        if ended or batch.done != told:
            body = json.dumps(batch_body(batch).model_dump(mode="json"))
            yield f"event: {'end' if ended else 'progress'}\nid: {batch.done}\ndata: {body}\n\n"
            told, silent = batch.done, 0.0
        if ended or house.draining:
            return
        await asyncio.sleep(_EVENT_S)
        silent += _EVENT_S
        if silent >= _SILENCE_S:
            yield ": still here\n\n"
            silent = 0.0
        batch = await run_in_threadpool(house.lookups.get, batch.id)
