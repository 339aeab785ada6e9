"""Asking an OpenAI-compatible endpoint: instructor for the shape, the SDK for the wire, ours for what goes wrong."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import cast

import instructor
import openai
from instructor.core import InstructorRetryException
from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from openai.types.chat import ChatCompletion

from extractor.ask.endpoint.breaker import Breaker
from extractor.ask.endpoint.dialect import Dialect
from extractor.ask.endpoint.events import note
from extractor.ask.endpoint.faults import fault_of, one_line
from extractor.ask.endpoint.limits import Lease, Limits, estimate_tokens
from extractor.ask.endpoint.retry import Retries, Transient
from extractor.ask.endpoint.settings import Mode, Settings
from extractor.ask.endpoint.tidy import tidy
from extractor.ask.endpoint.usage import Usage
from extractor.ask.model import Answer, Answers, Question, Reply
from extractor.errors import (
    ModelAnswerError,
    ModelError,
    ModelRequestError,
    ModelTruncatedError,
    ModelUnreachableError,
    UsageError,
)

__all__ = ["Client", "open_http", "open_sdk", "request_body"]

_MODES = {
    Mode.JSON_SCHEMA: instructor.Mode.JSON_SCHEMA,
    Mode.JSON: instructor.Mode.JSON,
    Mode.MD_JSON: instructor.Mode.MD_JSON,
}
_OVERHEAD = 400  # tokens that the schema and its description take, at most
_STARTING_ANSWER = 256  # tokens that an answer is taken to have before the first has come

# It logs failures at ERROR with the text that did not fit. We raise what is to be known, without the text.
logging.getLogger("instructor").setLevel(logging.CRITICAL + 1)


def open_http(settings: Settings) -> DefaultAsyncHttpxClient:
    """A connection pool; an endpoint on this machine is never asked through a proxy."""
    return DefaultAsyncHttpxClient(trust_env=not settings.local, timeout=settings.timeout_s)


def open_sdk(settings: Settings) -> AsyncOpenAI:
    """The SDK's client, without retries: there is one owner of those. Close it."""
    key = settings.api_key.get_secret_value() if settings.api_key is not None else "none"
    sdk = AsyncOpenAI(
        base_url=settings.base_url,
        api_key=key,
        max_retries=0,
        timeout=settings.timeout_s,
        http_client=open_http(settings),
    )
    if not settings.is_openai:  # OPENAI_ORG_ID and OPENAI_PROJECT_ID are none of another's business
        sdk.organization = sdk.project = None
    return sdk


class Figures(Answers, instructor.OpenAISchema):
    """Answers as instructor wants them; it would make this class, and its schema, anew for every question."""

    @classmethod
    def model_json_schema(cls, *_: object, **__: object) -> dict[str, object]:
        """The one schema, whatever is asked for."""
        return _SCHEMA


_SCHEMA = Answers.model_json_schema()


class Client:
    """A Model over one endpoint. `noticed`: habits of the endpoint that are worth telling (`gouji doctor` does).

    `re_asks`: how often an answer of the wrong shape is sent back for repair.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        limits: Limits | None = None,
        retries: Retries | None = None,
        breaker: Breaker | None = None,
        usage: Usage | None = None,
        re_asks: int = 1,
    ) -> None:
        if settings.model is None:
            raise UsageError("no model is set (--model, GOUJI_LLM_MODEL); `gouji doctor` lists those of the endpoint")
        if settings.weights is not None:
            raise UsageError(f"{settings.model} is no model of an endpoint")
        self._settings = settings
        self._limits = limits or Limits(
            concurrency=settings.concurrency,
            requests_per_minute=settings.requests_per_minute,
            tokens_per_minute=settings.tokens_per_minute,
            max_cost=settings.max_cost,
        )
        # Getting ready takes a moment of the only thread: those whose turn is far off must not keep it from sending.
        self._gate = asyncio.Semaphore(2 * settings.concurrency)
        self._retries = retries or Retries(settings.attempts, settings.patience_s)
        self._breaker = breaker or Breaker()
        self._re_asks = re_asks
        self._sdk = open_sdk(settings)
        self._typical_answer = float(_STARTING_ANSWER)
        self.dialect = Dialect.of(settings)
        self.usage = usage or Usage()
        self.noticed: set[str] = set()

    async def close(self) -> None:
        """Closes the connections."""
        await self._sdk.close()

    async def ask(self, question: Question) -> Reply:
        """One question, with all retries. Raises ModelError, which says what was spent in vain."""
        async with self._gate:
            return await self._counted(question)

    async def _counted(self, question: Question) -> Reply:
        spent = Usage()
        started = time.monotonic()
        try:
            answers = await self._adapting(question, spent)
        except ModelError as error:
            self.usage.failures += 1
            note(logging.WARNING, "failed", code=error.code, calls=spent.calls, seconds=time.monotonic() - started)
            raise spent.charge(error) from None
        finally:
            self._count(spent)
        note(
            logging.INFO,
            "answered",
            prompt=question.prompt,
            answers=len(answers),
            calls=spent.calls,
            prompt_tokens=spent.prompt_tokens,
            completion_tokens=spent.completion_tokens,
            seconds=time.monotonic() - started,
        )
        return Reply(answers, spent.prompt_tokens, spent.completion_tokens, self._priced(spent.cost), calls=spent.calls)

    def _priced(self, cost: float | None) -> float | None:
        return cost if cost is not None else self._settings.cost(0, 0)

    def _count(self, spent: Usage) -> None:
        self.usage.calls += spent.calls
        self.usage.spend(spent.prompt_tokens, spent.completion_tokens, spent.cost)

    async def _adapting(self, question: Question, spent: Usage) -> tuple[Answer, ...]:
        """Asks in the endpoint's dialect, and learns it where a request is refused for its parameters."""
        while True:
            dialect = self.dialect
            try:
                return await self._shaped(question, dialect, spent)
            except ModelRequestError as error:
                other = dialect.after(str(error))
                if other is None:
                    raise
                if self.dialect is dialect:  # else another question has learnt something meanwhile
                    self.dialect = other
                    note(logging.INFO, "adapted", mode=other.mode, length_key=other.length_key)

    async def _shaped(self, question: Question, dialect: Dialect, spent: Usage) -> tuple[Answer, ...]:
        """Asks through instructor, which sends an answer of the wrong shape back once. Never give it `context=`."""

        async def send(**request: object) -> ChatCompletion:
            return await self._breaker.run(lambda: self._retries.run(lambda: self._send(request, spent)))

        create = cast("Callable[..., Awaitable[Answers]]", instructor.patch(create=send, mode=_MODES[dialect.mode]))
        try:
            answers = await create(
                response_model=Figures,
                max_retries=self._re_asks,
                strict=False,
                messages=_messages(question),
                **dialect.parameters(self._settings),
            )
        except InstructorRetryException as error:
            if isinstance(error.__cause__, ModelError):
                raise error.__cause__ from None
            tries = "" if self._re_asks == 0 else ", not even when asked again"
            raise ModelAnswerError(f"the answer has not the shape that was asked for{tries}") from None
        return tuple(answers.answers)

    async def _send(self, request: dict[str, object], spent: Usage) -> ChatCompletion:
        """One request over the wire. Raises Transient where trying again may help, else ModelError."""
        settings = self._settings
        messages = cast("list[dict[str, str]]", request["messages"])
        prompt = _OVERHEAD + sum(estimate_tokens(message["content"]) for message in messages)
        async with self._limits.slot(
            prompt + round(self._typical_answer), settings.cost(prompt, settings.max_tokens)
        ) as lease:
            spent.calls += 1
            try:
                async with asyncio.timeout(settings.timeout_s):  # the SDK's is for every read: a trickle never ends
                    # Not chat.completions.create: walking through the parameters takes it as long as all the rest.
                    completion = await self._sdk.post(
                        "/chat/completions", cast_to=ChatCompletion, body=request_body(request)
                    )
            except Exception as error:
                raise self._fault(error, lease) from None
            return self._received(completion, prompt, lease, spent)

    def _fault(self, error: Exception, lease: Lease) -> Exception:
        fault = fault_of(error, self._settings)
        if fault is None:
            return error
        if not isinstance(error, openai.APIStatusError):
            lease.unknown()
        if isinstance(fault, Transient):
            # Not its words: endpoints quote what they were sent.
            status = error.status_code if isinstance(error, openai.APIStatusError) else None
            note(logging.WARNING, "hitch", code=fault.error.code, status=status, wait_s=fault.wait_s)
            if fault.wait_s is not None and fault.wait_s <= self._settings.patience_s:
                self._limits.hold(fault.wait_s)
        return fault

    def _received(self, completion: object, prompt: int, lease: Lease, spent: Usage) -> ChatCompletion:
        """Counts what came, and refuses what is no answer."""
        if isinstance(completion, str):
            raise ModelRequestError("it answers with a page of text, not with JSON: is base_url right, with its /v1?")
        if not isinstance(completion, ChatCompletion):
            raise Transient(ModelUnreachableError("the answer is no completion"))
        usage = completion.usage
        choices = completion.choices or []
        text = (choices[0].message.content or "") if choices and choices[0].message else ""
        if usage is None or usage.prompt_tokens is None or usage.completion_tokens is None:
            self.noticed.add("no usage")
            sent, got = prompt if choices else 0, estimate_tokens(text) if choices else 0
        else:
            sent, got = usage.prompt_tokens, usage.completion_tokens
        cost = self._settings.cost(sent, got)
        lease.took(sent + got, cost)
        spent.spend(sent, got, cost)
        if not choices or not choices[0].message:
            said = (completion.model_extra or {}).get("error")
            raise Transient(ModelUnreachableError(one_line(f"an answer without content{_colon(said)}", self._settings)))
        self._typical_answer += (got - self._typical_answer) / 8
        return self._readable(completion)

    def _readable(self, completion: ChatCompletion) -> ChatCompletion:
        choice = completion.choices[0]
        if choice.finish_reason == "length":
            raise ModelTruncatedError(f"the answer was cut off at {self._settings.max_tokens} tokens (max_tokens)")
        if choice.message.refusal or choice.finish_reason == "content_filter":
            raise ModelAnswerError("the model or its provider refuses to answer this")
        tidied = tidy(choice.message.content or "")
        if tidied.thoughts or getattr(choice.message, "reasoning_content", None):
            self.noticed.add("thoughts")
        if tidied.wrapped:
            self.noticed.add("wrapped")
        choice.message.content = tidied.text
        return completion


def _messages(question: Question) -> list[dict[str, str]]:
    messages = [{"role": "system", "content": question.system}, {"role": "user", "content": question.user}]
    if question.retort is not None:
        answer, objection = question.retort
        messages += [{"role": "assistant", "content": answer}, {"role": "user", "content": objection}]
    return messages


def request_body(request: dict[str, object]) -> dict[str, object]:
    """The body of the request, with a strict schema: instructor leaves `strict` out, and so it is a hint to OpenAI."""
    body = {name: value for name, value in request.items() if name != "extra_body"}
    form = body.get("response_format")
    if isinstance(form, dict) and isinstance(schema := form.get("json_schema"), dict):
        body["response_format"] = {**form, "json_schema": {**schema, "strict": True}}
    further = request.get("extra_body")
    return {**body, **(further if isinstance(further, dict) else {})}


def _colon(said: object) -> str:
    return f": {said}" if said else ""
