"""Finding out what an endpoint can do: is it there, what does it list, which shape of answer does it keep to, how fast.

Nothing of a document is sent, only a tiny question of our own, a few times.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

import httpx2
from pydantic import JsonValue, TypeAdapter, ValidationError

from extractor.ask.endpoint.client import Client, open_http
from extractor.ask.endpoint.faults import connection_reason, one_line
from extractor.ask.endpoint.retry import Retries
from extractor.ask.endpoint.settings import Mode, Settings
from extractor.ask.model import Question
from extractor.errors import ModelError

__all__ = ["Diagnosis", "Trial", "examine"]

_TEXT = "2023年，本机关共收到政府信息公开申请12件，未收到行政复议申请。"
_QUESTION = Question(
    system="从给出的文本中找出所问的数字，连同写有该数字的原文，以JSON回答。",
    user=f"文本：{_TEXT}\n\n所问：cell「received」＝收到政府信息公开申请的件数",
    prompt="doctor",
)
_RIGHT = "12"
_MODES = (Mode.JSON_SCHEMA, Mode.JSON, Mode.MD_JSON)
_PROBE_S = 10  # for pages that say something about the endpoint; answers of the model may take timeout_s
_JSON: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)


@dataclass(frozen=True, slots=True)
class Trial:
    """One mode tried. `failure`: why it does not work, None where it does. `right`: the answer was, too."""

    mode: Mode
    failure: str | None
    right: bool = False
    seconds: float = 0.0
    completion_tokens: int = 0
    noticed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`unreachable`: why nothing could be asked. `context`, `context_source`: tokens, and who says so.

    `parameters`: settings that the endpoint needs to have changed.
    """

    unreachable: str | None = None
    advice: str | None = None
    models: tuple[str, ...] | None = None
    trials: tuple[Trial, ...] = ()
    context: int | None = None
    context_source: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def best(self) -> Trial | None:
        """The first mode that works and answers rightly, else the first that works."""
        working = [trial for trial in self.trials if trial.failure is None]
        return next((trial for trial in working if trial.right), working[0] if working else None)


async def examine(settings: Settings) -> Diagnosis:
    """Asks the endpoint for its models, tries the modes, and looks for its context size. Never raises ModelError."""
    async with open_http(settings) as http:
        models, listed, unreachable, advice = await _list_models(http, settings)
        if unreachable is not None:
            return Diagnosis(unreachable, advice)
        if settings.model is None:
            return Diagnosis(models=models, advice="set a model: one of those that it lists")
        context, source = await _context(http, settings, listed)
    trials = []
    parameters: dict[str, str] = {}
    for mode in _MODES if settings.mode is Mode.AUTO else (settings.mode,):
        trial, needs = await _try(settings, mode)
        trials.append(trial)
        parameters |= needs
    return Diagnosis(None, None, models, tuple(trials), context, source, parameters)


async def _try(settings: Settings, mode: Mode) -> tuple[Trial, dict[str, str]]:
    chosen = settings.model_copy(update={"mode": mode, "max_cost": None})
    client = Client(chosen, retries=Retries(attempts=2, patience_s=settings.timeout_s), re_asks=0)
    before = client.dialect
    started = time.monotonic()
    try:
        reply = await client.ask(_QUESTION)
    except ModelError as error:
        return Trial(mode, str(error), noticed=frozenset(client.noticed)), {}
    finally:
        await client.close()
    needs = {}
    if client.dialect.temperature != before.temperature:
        needs["temperature"] = "none"
    right = any((answer.value or "").strip().removesuffix("件") == _RIGHT for answer in reply.answers)
    seconds = time.monotonic() - started
    return Trial(mode, None, right, seconds, reply.completion_tokens, frozenset(client.noticed)), needs


async def _list_models(
    http: httpx2.AsyncClient, settings: Settings
) -> tuple[tuple[str, ...] | None, JsonValue, str | None, str | None]:
    """Names of the models, what was said of the one that is set, and why nothing could be asked, with advice."""
    try:
        status, body = await _get(http, settings, f"{settings.base_url}/models")
    except httpx2.HTTPError as error:
        return None, None, _why(error), None
    if status in (401, 403):
        key = "the key is refused" if settings.api_key else "it wants a key: set GOUJI_LLM_API_KEY"
        return None, None, f"HTTP {status}: {one_line(_message(body), settings) or key}", key
    names = _names(body) if status < 400 else None
    if names is None and (better := await _with_v1(http, settings)) is not None:
        return None, None, f"HTTP {status}: there is nothing of the kind", f"base_url should be {better}"
    if names is None:
        return None, None, None, None  # some have no list; the model will tell
    listed = next((each for each in _data(body) if isinstance(each, dict) and each.get("id") == settings.model), None)
    return names, listed, None, None


async def _with_v1(http: httpx2.AsyncClient, settings: Settings) -> str | None:
    """The same address with /v1, if that is where the endpoint is."""
    if settings.base_url.endswith("/v1"):
        return None
    try:
        status, body = await _get(http, settings, f"{settings.base_url}/v1/models")
    except httpx2.HTTPError:
        return None
    found = status in (401, 403) or (status < 400 and _names(body) is not None)
    return f"{settings.base_url}/v1" if found else None


async def _context(http: httpx2.AsyncClient, settings: Settings, listed: JsonValue) -> tuple[int | None, str | None]:
    """How many tokens fit: as the list of models, llama.cpp or Ollama tell it."""
    if isinstance(listed, dict):
        for key in ("max_model_len", "context_length", "context_window", "max_context_length"):
            if isinstance(size := listed.get(key), int) and size > 0:
                return size, f"its list of models ({key})"
    if not settings.local and settings.is_openai:
        return None, None
    parts = urlsplit(settings.base_url)
    root = urlunsplit((parts.scheme, parts.netloc, parts.path.removesuffix("/v1"), "", ""))
    try:
        status, props = await _get(http, settings, f"{root}/props")
        size = _at(props, "default_generation_settings", "n_ctx")
        if status == 200 and isinstance(size, int) and size > 0:
            return size, "llama.cpp (/props)"
        status, shown = await _get(http, settings, f"{root}/api/show", {"model": settings.model or ""})
    except httpx2.HTTPError:
        return None, None
    info = _at(shown, "model_info")
    for key, size in info.items() if status == 200 and isinstance(info, dict) else ():
        if key.endswith(".context_length") and isinstance(size, int):
            return size, "Ollama, for the model; what it serves is OLLAMA_CONTEXT_LENGTH, 4096 unless set"
    return None, None


async def _get(
    http: httpx2.AsyncClient, settings: Settings, url: str, post: Mapping[str, str] | None = None
) -> tuple[int, JsonValue]:
    """Status and JSON of a page; None for what is no JSON."""
    headers = {}
    if settings.api_key is not None and urlsplit(url).netloc == urlsplit(settings.base_url).netloc:
        headers["Authorization"] = f"Bearer {settings.api_key.get_secret_value()}"
    timeout = min(_PROBE_S, settings.timeout_s)
    if post is None:
        response = await http.get(url, headers=headers, timeout=timeout)
    else:
        response = await http.post(url, headers=headers, timeout=timeout, json=dict(post))
    try:
        return response.status_code, _JSON.validate_json(response.content)
    except ValidationError:
        return response.status_code, None


def _why(error: httpx2.HTTPError) -> str:
    if isinstance(error, httpx2.TimeoutException):
        return "no answer in time"
    return connection_reason(error)[0]


def _at(value: JsonValue, *keys: str) -> JsonValue:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _data(body: JsonValue) -> list[JsonValue]:
    data = body.get("data") if isinstance(body, dict) else body
    return data if isinstance(data, list) else []


def _names(body: JsonValue) -> tuple[str, ...] | None:
    """Ids of the models; None where this is no list of models."""
    if not isinstance(body, dict) or not isinstance(body.get("data"), list):
        return None
    return tuple(str(each["id"]) for each in _data(body) if isinstance(each, dict) and "id" in each)


def _message(body: JsonValue) -> str:
    message = _at(body, "error", "message") or _at(body, "message") or _at(body, "error")
    return message if isinstance(message, str) else ""
