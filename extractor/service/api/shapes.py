"""What goes out, as the OpenAPI document describes it; and the options that come in as query parameters."""

import time
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, Field

from extractor.errors import RulesError
from extractor.forms.load import load_forms
from extractor.service.addresses import AddressError, checked_url
from extractor.service.api.problems import Problem
from extractor.service.house import House
from extractor.service.rows import Batch, Options

__all__ = ["BINARY", "BatchBody", "BatchList", "Readers", "batch_body", "body_of", "options_of"]

BINARY: dict[str, object] = {"type": "string", "format": "binary"}

Readers = Literal["rules", "rules,llm"]
FormOption = Annotated[str | None, Query(max_length=100, description="the form, in place of having it recognised")]
ReadersOption = Annotated[Readers, Query(description="`rules,llm` also asks the language model for what is left open")]
ModelOption = Annotated[str | None, Query(max_length=200, description="the model, where several are permitted")]
PriorityOption = Annotated[
    Literal["high", "normal", "low"],
    Query(description="among the batches of the same key: four times as fast, or slow"),
]
WebhookOption = Annotated[str | None, Query(max_length=2000, description="a URL that is told when the batch has ended")]


class Counts(BaseModel):
    """Documents. `done` is clean + review + failed."""

    total: int
    done: int
    waiting: int
    clean: int
    review: int
    failed: int


class UsageBody(BaseModel):
    """What language models were asked; `cost` is null where no price is set."""

    llm_calls: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None


class OptionsBody(BaseModel):
    """The options that the batch was posted with."""

    form: str | None
    readers: Readers
    model: str | None
    priority: Literal["high", "normal", "low"]
    webhook: str | None


class BatchBody(BaseModel):
    """A batch. Times are UTC. `progress`: from 0 to 1; `estimated_end`: at the speed so far, null before the first."""

    id: str = Field(examples=["batch_0b5d6a1e4c0f4f0c9d6f4a0f6f0e9a11"])
    state: Literal["queued", "running", "completed", "cancelled"]
    created: datetime
    started: datetime | None
    ended: datetime | None
    expires: datetime | None
    estimated_end: datetime | None
    progress: float = Field(examples=[0.25])
    counts: Counts
    usage: UsageBody
    options: OptionsBody


class BatchList(BaseModel):
    """`next`: what `before` is for the following page, null at the end."""

    batches: list[BatchBody]
    next: float | None


def body_of(
    file: str, schema: dict[str, object], others: object, content: dict[str, dict[str, object]]
) -> dict[str, object]:
    """The body of a request for the OpenAPI document: a form with that file, and parts of other names; or `content`."""
    form = {"type": "object", "properties": {file: schema}, "required": [file], "additionalProperties": others}
    return {"required": True, "content": {"multipart/form-data": {"schema": form}, **content}}


def batch_body(batch: Batch) -> BatchBody:
    """The batch as it goes out."""
    now = time.time()
    remaining = batch.remaining_s(now)
    options = batch.options
    return BatchBody.model_validate(
        {
            "id": batch.id,
            "state": batch.state,
            "created": _time(batch.created),
            "started": _time(batch.started),
            "ended": _time(batch.ended),
            "expires": _time(batch.expires),
            "estimated_end": None if remaining is None else _time(now + remaining),
            "progress": batch.done / batch.total if batch.total else 1.0,
            "counts": {
                **{name: getattr(batch, name) for name in ("total", "done", "clean", "review", "failed")},
                "waiting": 0 if batch.state == "cancelled" else batch.total - batch.done,
            },
            "usage": {
                name: getattr(batch, name) for name in ("llm_calls", "prompt_tokens", "completion_tokens", "cost")
            },
            "options": {
                "form": options.form,
                "readers": "rules,llm" if options.ask else "rules",
                "model": options.model,
                "priority": options.priority,
                "webhook": options.webhook,
            },
        }
    )


def options_of(
    house: House,
    form: str | None,
    readers: Readers,
    model: str | None = None,
    priority: Literal["high", "normal", "low"] = "normal",
    webhook: str | None = None,
) -> Options:
    """The options, if they can be met here. Raises Problem."""
    check_form(form)
    ask = readers == "rules,llm"
    if ask and house.asks.model is None:
        raise Problem("no_model", "set one up (GOUJI_LLM_BASE_URL, GOUJI_LLM_MODEL), or leave out llm")
    if model is not None and model not in (house.asks.model, *house.settings.models):
        raise Problem("unknown_model")
    if webhook is not None:
        try:
            checked_url(webhook, private=house.settings.webhook_private)
        except AddressError as error:
            raise Problem("webhook_refused", str(error)) from None
    return Options(form, ask, model, priority, webhook)


def check_form(form: str | None) -> None:
    """Raises Problem for a form that does not exist."""
    try:
        known = load_forms()
    except RulesError:
        raise Problem("internal", "the rules cannot be read") from None
    if form is not None and form not in known:
        raise Problem("unknown_form", f"known are {', '.join(known)}")


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
