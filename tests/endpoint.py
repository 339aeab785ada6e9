"""An OpenAI-compatible endpoint on loopback that does what a script says: over real HTTP, in a thread of its own.

    with Endpoint(lambda request, n: answering([{"cell": "a", "value": "1", "quote": "…"}])) as endpoint:
        … base_url=endpoint.url …

The script is called for every POST to …/chat/completions with the request's JSON and its number (0, 1, 2, …), and
returns a Response. `pages` are the answers to everything else, by path.
"""

import asyncio
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Endpoint", "Response", "answering", "content", "failing", "hanging", "page"]

Request = dict[str, Any]


@dataclass(frozen=True)
class Response:
    """`body`: bytes as they are, anything else as JSON. `delay_s`: before the first byte.

    `cut`: so many bytes of the body, then the connection is closed. `status` 0: closed without a word.
    `length`: whether Content-Length is told; without it the end of the connection is the end of the body.
    """

    status: int = 200
    body: object = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0
    cut: int | None = None
    length: bool = True


Script = Callable[[Request, int], Response]


def content(
    text: str | None,
    *,
    finish: str = "stop",
    tokens: tuple[int, int] | None = (100, 20),
    delay_s: float = 0,
    **more: object,
) -> Response:
    """A completion with that text. `tokens`: of question and answer, as usage tells; `more`: keys of the message."""
    body: dict[str, object] = {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "test-model",
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, **more}}],
    }
    if tokens is not None:
        body["usage"] = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}
    return Response(body=body, delay_s=delay_s)


def answering(answers: Sequence[Mapping[str, object]], *, delay_s: float = 0) -> Response:
    """A completion with those answers in the right shape."""
    return content(json.dumps({"answers": list(answers)}, ensure_ascii=False), delay_s=delay_s)


def failing(status: int, message: str = "no", code: str | None = None, **headers: str) -> Response:
    """An error as OpenAI words it; `retry_after="3"` becomes the header Retry-After."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, {"error": {"message": message, "type": "error", "code": code}}, named)


def hanging(seconds: float = 3600) -> Response:
    """Nothing, for so long (or until the endpoint closes)."""
    return Response(status=0, delay_s=seconds)


def page(body: object, status: int = 200) -> Response:
    """What a GET answers."""
    return Response(status, body)


MODELS = page({"object": "list", "data": [{"id": "test-model", "object": "model", "created": 1, "owned_by": "test"}]})


class Endpoint:
    """`slots`: so many are delayed at once, the others wait their turn, as with a model that serves so many.

    `requests`: those that the script was called for; `keys`: their Authorization headers; `peak`: most at once.
    """

    def __init__(
        self,
        script: Script,
        pages: Mapping[str, Response] | None = None,
        prefix: str = "/v1",
        slots: int | None = None,
    ) -> None:
        self._script = script
        self._pages = {f"{prefix}/models": MODELS, **(pages or {})}
        self._prefix = prefix
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(slots or 1 << 20)
        self._busy = 0
        self.port = 0
        self.requests: list[Request] = []
        self.keys: list[str | None] = []
        self.peak = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self._prefix}"

    @property
    def calls(self) -> int:
        return len(self.requests)

    def __enter__(self) -> "Endpoint":
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=1 << 24)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        self._server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Requests of one connection, one after the other."""
        try:
            while await self._exchange(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its response; whether the connection stays open."""
        start = await reader.readexactly(1)
        if start == b"\x16":  # a TLS hello: say what servers without TLS say
            return await self._write(failing(400, "no TLS here"), writer)
        head = (start + await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        _, path, _ = head[0].split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self._busy += 1
        self.peak = max(self.peak, self._busy)
        try:
            response = self._respond(path, headers, body)
            if response.delay_s:
                async with self._slots:
                    await asyncio.sleep(response.delay_s)
        finally:
            self._busy -= 1
        return response.status != 0 and await self._write(response, writer)

    def _respond(self, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        if path == f"{self._prefix}/chat/completions":
            self.requests.append(json.loads(body))
            self.keys.append(headers.get("authorization"))
            return self._script(self.requests[-1], len(self.requests) - 1)
        return self._pages.get(path, failing(404, f"there is no {path}"))

    async def _write(self, response: Response, writer: asyncio.StreamWriter) -> bool:
        body = response.body if isinstance(response.body, bytes) else json.dumps(response.body).encode()
        headers = {"Content-Type": "application/json", **response.headers}
        if response.length:
            headers["Content-Length"] = str(len(body))
        else:
            headers["Connection"] = "close"
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"HTTP/1.1 {response.status} X\r\n{lines}\r\n".encode() + body[: response.cut])
        await writer.drain()
        return response.length and response.cut is None
