"""Questions written out for a batch endpoint, which takes half the price and its time; its answers read back."""

import asyncio
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

from extractor.ask.endpoint.cache import Kept
from extractor.ask.endpoint.settings import Settings
from extractor.bulk.gaps import Answered, question_of, reconcile, renew, store_of, unanswered
from extractor.bulk.house import House
from extractor.errors import ModelError, UsageError

if TYPE_CHECKING:
    from extractor.bulk.run import Going

__all__ = ["exchange"]

# What OpenAI takes in one file.
_MOST_REQUESTS = 50_000
_MOST_BYTES = 190_000_000
_ID = re.compile(r'^\{"custom_id": "([0-9a-f]{64})"')
_NAME = "questions-*.jsonl"


def exchange(going: "Going", settings: Settings, answers: Iterable[Path]) -> Answered:
    """Answers read and put where they belong; then what is still open, and was not written before, written out."""
    out = Answered()
    refused: set[str] = set()
    files = list(answers)
    renew(going, settings)
    if files:
        refused = asyncio.run(_read(going.house, settings, files, out))
    reconcile(going, settings, 2, out)
    asyncio.run(_write(going.house, settings, refused, out))
    return out


async def _read(house: House, settings: Settings, files: list[Path], out: Answered) -> set[str]:
    """Answers into the store; the keys of those that are no good."""
    from extractor.ask.endpoint.byfile import ByFile

    wanted = {one.key: one for one in unanswered(house)}
    refused: set[str] = set()
    client = ByFile(settings)
    try:
        async with store_of(settings, house) as store:
            for key, body, fault in _answers_in(files):
                asked = wanted.get(key)
                question = None if asked is None else question_of(asked)
                if question is None:
                    continue  # answered before, or of another folder
                try:
                    if body is None:
                        raise ModelError(fault)
                    reply = await client.reply(question, body)
                except ModelError as error:
                    refused.add(key)
                    out.failures += 1
                    out.reason = out.reason or str(error)
                    continue
                out.questions += 1
                out.prompt_tokens += reply.prompt_tokens
                out.completion_tokens += reply.completion_tokens
                if reply.cost is not None:
                    out.cost = (out.cost or 0.0) + reply.cost
                kept = Kept(
                    answers=reply.answers,
                    model=settings.model or "",
                    prompt=question.prompt,
                    prompt_tokens=reply.prompt_tokens,
                    completion_tokens=reply.completion_tokens,
                )
                await store.put(key, kept)
    finally:
        await client.close()
    return refused


def _answers_in(files: Iterable[Path]) -> Iterator[tuple[str, dict[str, object] | None, str]]:
    """Key and body of each answer; no body and a reason where the endpoint had none. Raises UsageError."""
    for path in files:
        seen = 0
        with path.open(encoding="utf-8") as stream:
            for number, line in enumerate(stream, 1):
                if not line.strip():
                    continue
                try:
                    found = json.loads(line)
                    key = found["custom_id"]
                except (ValueError, TypeError, KeyError):
                    raise UsageError(f"{path}:{number}: no answer of a batch, which is JSON with a custom_id") from None
                seen += 1
                yield _answer(str(key), found)
        if not seen:
            raise UsageError(f"{path}: no answers in it")


def _answer(key: str, found: dict[str, object]) -> tuple[str, dict[str, object] | None, str]:
    response = found.get("response")
    if isinstance(response, dict) and response.get("status_code", 200) == 200:
        body = response.get("body")
        if isinstance(body, dict):
            return key, body, ""
    status = response.get("status_code") if isinstance(response, dict) else None
    said = found.get("error")
    code = said.get("code") if isinstance(said, dict) else None
    return key, None, f"the batch endpoint has no answer ({code or status or 'no response'})"


async def _write(house: House, settings: Settings, refused: set[str], out: Answered) -> None:
    from extractor.ask.endpoint.byfile import ByFile, line_of

    written = set(_written(house)) - refused
    client = ByFile(settings)
    files = _Files(house)
    try:
        for one in unanswered(house):
            out.open += 1
            question = question_of(one)
            if one.key not in written and question is not None:
                files.add(line_of(one.key, await client.request(question)).encode())
        files.finish()
    finally:
        files.close()
        await client.close()
    out.written = [path.name for path in files.done]


def _written(house: House) -> Iterator[str]:
    """The keys of all questions that were written out."""
    for path in house.out.glob(_NAME):
        with path.open(encoding="utf-8") as stream:
            for line in stream:
                if (found := _ID.match(line)) is not None:
                    yield found[1]


class _Files:
    """Files of questions, each below what a batch may hold; a file appears whole or not at all."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._number = max((int(path.stem.rpartition("-")[2]) for path in house.out.glob(_NAME)), default=0)
        self._requests = self._bytes = 0
        self._stream: IO[bytes] | None = None
        self.done: list[Path] = []

    @property
    def _unfinished(self) -> Path:
        return self._house.state / "tmp" / "questions"

    def add(self, line: bytes) -> None:
        if self._requests >= _MOST_REQUESTS or self._bytes + len(line) > _MOST_BYTES:
            self.finish()
        if self._stream is None:
            self._stream = self._unfinished.open("wb")
        self._stream.write(line)
        self._requests += 1
        self._bytes += len(line)

    def finish(self) -> None:
        """The file under way put into its place."""
        if self._stream is None:
            return
        self.close()
        self._number += 1
        path = self._house.out / f"questions-{self._number:04d}.jsonl"
        self._unfinished.replace(path)
        self.done.append(path)
        self._requests = self._bytes = 0

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None
