"""/v1/batches/{id}/results and /errors: pages of JSON lines, or Parquet."""

import json
import tempfile
import zlib
from collections.abc import Iterator
from typing import Annotated, Literal

from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, Response, StreamingResponse
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from extractor.service.api.admission import Admission
from extractor.service.api.auth import Home, Reader
from extractor.service.api.batches import BatchId, owned
from extractor.service.api.problems import Problem, not_found, problems
from extractor.service.api.shapes import BINARY
from extractor.service.house import House
from extractor.service.rows import ResultRow

__all__ = ["results"]

results = APIRouter(prefix="/v1/batches", tags=["results"])
After = Annotated[int, Query(ge=-1, le=2**31 - 1, description="the header Gouji-Next of the page before")]
Limit = Annotated[int, Query(ge=1, le=1000, description="documents of a page")]
VerdictOption = Annotated[Literal["clean", "review", "failed"] | None, Query(description="only those")]
_GROUP = 50
_NDJSON = "application/x-ndjson"
_NEXT = {"schema": {"type": "integer"}, "description": "what `after` is for the next page; absent behind the last"}
_RESULT = (
    '{"seq": 0, "position": 3, "custom_id": "a1", "name": "a.txt", "sha256": "…", "verdict": "clean", "report": {}}\n'
)
_ERROR = (
    '{"seq": 7, "position": 5, "custom_id": null, "name": "b.zip", "sha256": "…", '
    '"error": {"code": "unreadable", "message": "…"}}\n'
)


def _lines(example: str, *more: str) -> dict[int | str, dict[str, object]]:
    content: dict[str, object] = {_NDJSON: {"schema": {"type": "string"}, "example": example}}
    content |= {kind: {"schema": BINARY} for kind in more}
    return {
        200: {
            "description": "A page, in the order in which they were done",
            "content": content,
            "headers": {"Gouji-Next": _NEXT},
        }
    }


@results.get(
    "/{batch_id}/results",
    response_class=StreamingResponse,
    responses=_lines(_RESULT, "application/vnd.apache.parquet") | problems(404, 406),
)
async def pages(
    request: Request,
    batch_id: BatchId,
    house: Home,
    key: Reader,
    after: After = -1,
    limit: Limit = 100,
    verdict: VerdictOption = None,
    format: Annotated[Literal["jsonl", "parquet"], Query(description="parquet: all in one file")] = "jsonl",  # noqa: A002
) -> Response:
    """What became of the documents, a line each. While the batch runs, further pages come: ask again with `after`."""
    batch = await owned(house, key, batch_id)
    if format == "parquet":
        admission: Admission = request.app.state.admission
        return await run_sync(_parquet, house, batch.id, verdict, limiter=admission.exports)
    rows, headers = await _page(house, batch.id, after, limit, verdict)
    lines = _reports(house, batch.id, after, len(rows), verdict)
    return StreamingResponse(lines, media_type=_NDJSON, headers=headers)


@results.get("/{batch_id}/errors", response_class=Response, responses=_lines(_ERROR) | problems(404))
async def errors(batch_id: BatchId, house: Home, key: Reader, after: After = -1, limit: Limit = 100) -> Response:
    """The documents that yielded no report, and why, a line each."""
    batch = await owned(house, key, batch_id)
    rows, headers = await _page(house, batch.id, after, limit, "failed")
    text = "".join(_dump({**_head(row), "error": {"code": row.code, "message": row.message}}) for row in rows)
    return Response(text, media_type=_NDJSON, headers=headers)


class _GoneError(Exception):
    """The batch was deleted while it was read."""


async def _page(
    house: House, batch_id: str, after: int, limit: int, verdict: str | None
) -> tuple[list[ResultRow], dict[str, str]]:
    """What is on the page, without the reports, and the header that leads to the next. Raises Problem."""
    rows = await run_in_threadpool(
        lambda: house.lookups.results(batch_id, after=after, limit=limit, verdict=verdict, report=False)
    )
    if len(rows) == limit:
        return rows, {"Gouji-Next": str(rows[-1].seq)}
    if await run_in_threadpool(house.lookups.get, batch_id) is None:  # deleted meanwhile, and so not the last page
        raise not_found()
    return rows, {}


def _reports(house: House, batch_id: str, after: int, count: int, verdict: str | None) -> Iterator[bytes]:
    """The page by small groups: a thousand reports are 50 MB."""
    while count > 0:
        rows = house.lookups.results(batch_id, after=after, limit=min(count, _GROUP), verdict=verdict)
        if not rows:  # the batch was deleted meanwhile: an answer that just ended would look whole
            raise _GoneError
        for row in rows:
            head = _dump({**_head(row), "verdict": row.verdict}).encode().rstrip(b"\n}")
            yield head + b', "report": ' + zlib.decompress(row.report) + b"}\n"
        after, count = rows[-1].seq, count - len(rows)


def _parquet(house: House, batch_id: str, verdict: str | None) -> Response:
    """A row a document; `report` is the contract's JSON. Written by groups to a file that goes with the response."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise Problem("parquet_unavailable", "pyarrow is not installed there: pip install pyarrow") from None
    text, number = pa.string(), pa.int32()
    names = ("custom_id", "name", "sha256", "verdict", "code", "message", "form", "organ")
    schema = pa.schema(
        [("seq", number), ("position", number), *((name, text) for name in names), ("year", number), ("report", text)]
    )
    file = tempfile.NamedTemporaryFile(prefix="gouji-", suffix=".parquet")  # noqa: SIM115
    with pq.ParquetWriter(file.name, schema, compression="zstd") as writer:
        after = -1
        while rows := house.lookups.results(batch_id, after=after, limit=10 * _GROUP, verdict=verdict):
            after = rows[-1].seq
            columns = {name: [getattr(row, name) for row in rows] for name in ("seq", "position", *names, "year")} | {
                "report": [zlib.decompress(row.report).decode() for row in rows]
            }
            writer.write_table(pa.table(columns, schema=schema))
    if house.lookups.get(batch_id) is None:  # deleted meanwhile: there may have been more
        raise not_found()
    return FileResponse(
        file.name,
        media_type="application/vnd.apache.parquet",
        filename=f"{batch_id}.parquet",
        background=BackgroundTask(file.close),
    )


def _head(row: ResultRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in ("seq", "position", "custom_id", "name", "sha256")}


def _dump(content: dict[str, object]) -> str:
    return json.dumps(content, ensure_ascii=False) + "\n"
