"""/healthz, /readyz, /metrics, and what they count."""

import asyncio
import time

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.concurrency import run_in_threadpool

from extractor.service.api.auth import Admin, Home
from extractor.service.api.problems import problems
from extractor.service.house import House

__all__ = ["Metrics", "Readiness", "operation"]

operation = APIRouter(tags=["operation"])
_FRESH_S = 1.0


class Metrics:
    """Of one application. What concerns the whole service is looked up when it is asked for."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "gouji_http_requests", "Requests", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "gouji_http_request_seconds", "Time to the first byte of the answer", ["route"], registry=self.registry
        )
        self._waiting = Gauge("gouji_documents_waiting", "Documents taken in and not done", registry=self.registry)
        self._workers = Gauge("gouji_workers_alive", "Processes that work on batches", registry=self.registry)
        self._chunks = Gauge("gouji_chunks_in_hand", "Chunks that this process has in hand", registry=self.registry)
        self._uploads = Gauge("gouji_uploads", "Batches that are coming in", registry=self.registry)
        self._free = Gauge("gouji_store_free_bytes", "Room left on the disk", registry=self.registry)
        self._hands = Gauge("gouji_singles_idle", "Idle processes for single documents", registry=self.registry)

    def text(self, house: House, uploads: int) -> bytes:
        """In Prometheus' format."""
        self._waiting.set(house.lookups.waiting())
        self._workers.set(house.workers.alive())
        self._chunks.set(house.engine.working)
        self._uploads.set(uploads)
        self._free.set(house.blobs.free())
        self._hands.set(house.single.idle)
        return generate_latest(self.registry) + generate_latest(house.engine.meter.registry)


class Readiness:
    """Whether requests can be served. Anybody may ask, so database and store are asked once a second at most."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._one = asyncio.Lock()
        self._until = 0.0
        self._said = ""

    async def status(self) -> str:
        """`ready`, or why not."""
        async with self._one:
            if time.monotonic() >= self._until:
                self._said = await self._looked()
                self._until = time.monotonic() + _FRESH_S
        return "stopping" if self._house.draining else self._said

    async def _looked(self) -> str:
        house = self._house
        if not await run_in_threadpool(house.database.reachable):
            return "database_unavailable"
        if not await run_in_threadpool(house.blobs.reachable):
            return "store_unavailable"
        return "storage_low" if house.blobs.free() < house.settings.min_free else "ready"


@operation.get("/healthz")
async def live() -> dict[str, str]:
    """The process answers. Needs no key."""
    return {"status": "ok"}


@operation.get("/readyz", responses={503: {"description": "Not now: `status` says why"}})
async def ready(request: Request) -> JSONResponse:
    """Whether requests can be served: `ready`, or `status` says why not. Needs no key."""
    readiness: Readiness = request.app.state.readiness
    status = await readiness.status()
    return JSONResponse({"status": status, "time": int(time.time())}, 200 if status == "ready" else 503)


@operation.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **problems()},
)
async def metrics(request: Request, house: Home, _key: Admin) -> Response:
    """For Prometheus. Needs the scope admin."""
    found: Metrics = request.app.state.metrics
    text = await run_in_threadpool(found.text, house, request.app.state.admission.uploads)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")
