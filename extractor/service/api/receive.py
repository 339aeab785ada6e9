"""A batch comes in: documents into the store, their rows into the database, by groups; visible when it is whole."""

import hashlib
import json
from contextlib import closing
from dataclasses import asdict

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from extractor.service.api.body import pieces
from extractor.service.api.intake import Found, Reader, reader_of
from extractor.service.api.problems import Problem
from extractor.service.api.shapes import check_form
from extractor.service.contents import Incoming
from extractor.service.house import House
from extractor.service.rows import Batch, Document, IdempotencyError, Options

__all__ = ["receive"]

_GROUP = 500
_HELD = 16_000_000  # bytes that are in memory, not in the store


class _Receiver:
    """Takes documents as they are read. `batch_id` None: they are only looked at, to compare them with a batch."""

    def __init__(self, house: House, options: Options, batch_id: str | None) -> None:
        self._house = house
        self._batch_id = batch_id
        self._group: list[Document] = []
        self._contents: list[Incoming] = []
        self._held = 0
        self._size = 0
        self._seen: set[str] = set()
        self._hash = hashlib.sha256(json.dumps(asdict(options), sort_keys=True).encode())
        self.total = 0

    def take(self, found: Found) -> None:
        """Takes a document; stored are they by groups. Raises Problem, StoreAwayError."""
        if self.total >= self._house.settings.max_documents:
            raise Problem("too_many_documents", f"at most {self._house.settings.max_documents:,}")
        if found.custom_id is not None:
            if found.custom_id in self._seen:
                raise Problem("duplicate_custom_id", f"document {self.total + 1}")
            self._seen.add(found.custom_id)
        if found.form is not None:
            check_form(found.form)
        incoming = found.incoming
        if self._batch_id is None:
            incoming.drop()
        document = Document(self.total, found.custom_id, found.name, incoming.sha256, incoming.size, found.form)
        self._hash.update(json.dumps(asdict(document)).encode())
        self.total += 1
        self._group.append(document)
        self._contents.append(incoming)
        self._held += incoming.size
        self._size += incoming.size
        if self._size > self._house.settings.max_body:
            raise Problem("body_too_large", f"its documents have more than {self._house.settings.max_body:,} bytes")
        if len(self._group) >= _GROUP or self._held > _HELD:
            self.flush()

    def flush(self) -> str:
        """Writes down what was taken; the fingerprint of all so far."""
        if self._batch_id is not None:
            self._house.blobs.keep(self._contents)
            self._house.store.add(self._batch_id, self._group)
        self._group, self._contents, self._held = [], [], 0
        return self._hash.hexdigest()


async def receive(
    request: Request, house: House, key_id: str, options: Options, idempotency_key: str | None
) -> tuple[Batch, bool]:
    """The batch that the body holds, and whether it was there before. Raises Problem."""
    settings = house.settings
    content_type = request.headers.get("content-type", "")
    reader_of(content_type, house.blobs, settings.max_file, lambda _: None)  # refuses types before anything is kept
    try:
        batch_id = await run_in_threadpool(
            lambda: house.store.begin(
                key_id, options, owner=house.executor, chunk=settings.chunk, idempotency_key=idempotency_key
            )
        )
    except IdempotencyError as error:
        return await _again(request, house, options, error.batch), True
    receiver = _Receiver(house, options, batch_id)
    try:
        await _read(request, house, reader_of(content_type, house.blobs, settings.max_file, receiver.take))
        fingerprint = await run_in_threadpool(receiver.flush)
        if not receiver.total:
            raise Problem("no_documents")
        batch = await run_in_threadpool(house.commit, batch_id, receiver.total, fingerprint)
    except BaseException:
        # Nobody has seen it; without this its Idempotency-Key would stay taken.
        await run_in_threadpool(house.store.delete, batch_id)
        raise
    return batch, False


async def _read(request: Request, house: House, reader: Reader) -> None:
    with closing(reader):
        async for piece in pieces(request, house.settings.max_body, house.settings):
            await run_in_threadpool(reader.feed, piece)
        await run_in_threadpool(reader.end)


async def _again(request: Request, house: House, options: Options, batch: Batch) -> Batch:
    """The batch of a request that is sent once more, if it is the same request."""
    if batch.fingerprint is None:
        raise Problem("idempotency_in_progress", retry_after=5)
    receiver = _Receiver(house, options, None)
    content_type = request.headers.get("content-type", "")
    await _read(request, house, reader_of(content_type, house.blobs, house.settings.max_file, receiver.take))
    if receiver.flush() != batch.fingerprint:
        raise Problem("idempotency_conflict")
    return batch
