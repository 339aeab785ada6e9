"""What the rest of the program knows of a language model: one question in, answers out, or one of a few errors."""

from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

__all__ = ["Answer", "Answers", "Model", "Question", "Reply"]


def _as_sent(schema: JsonDict) -> None:
    """The schema as endpoints get it: no words meant for programmers, and no further keys, as strict ones want it.

    Keys that come nevertheless are ignored.
    """
    schema.pop("description", None)
    schema.pop("title", None)
    properties = schema.get("properties")
    for each in properties.values() if isinstance(properties, dict) else ():
        if isinstance(each, dict):
            each.pop("title", None)
    schema["additionalProperties"] = False


class Answer(BaseModel):
    """One figure that the model read: for which cell, what, and the words it stands in, as they stand there.

    `value` is text on purpose: models write 12, "12", "12件" and 12.0, and the number reader knows them all. Empty or
    null: the text does not say.
    """

    model_config = ConfigDict(extra="ignore", json_schema_extra=_as_sent)

    cell: str = Field(description="the id of the cell that was asked for")
    value: str | None = Field(description="the figure as the text has it, or null if the text does not state it")
    quote: str = Field(description="the words of the text that state it, copied exactly; empty if there are none")

    @model_validator(mode="before")
    @classmethod
    def _as_models_write(cls, data: object) -> object:
        """Numbers for text, and keys left out where there is nothing to say, are taken as they are meant."""
        if not isinstance(data, dict):
            return data
        return {
            **data,
            "cell": _text(data.get("cell")),
            "value": _text(data.get("value")),
            "quote": _text(data.get("quote")) or "",
        }


class Answers(BaseModel):
    """The one schema of every question: it never changes with what is asked, so that providers can cache it."""

    model_config = ConfigDict(extra="ignore", json_schema_extra=_as_sent)

    answers: list[Answer]

    @model_validator(mode="before")
    @classmethod
    def _as_models_write(cls, data: object) -> object:
        """A bare list, a single answer or an object by cells is as good as the object that was asked for."""
        match data:
            case list():
                return {"answers": data}
            case {"answers": dict(answers)}:
                return {"answers": _by_cell(answers)}
            case {"answers": _}:
                return data
            case {"cell": _}:
                return {"answers": [data]}
            case dict() if data and all(isinstance(answer, dict) for answer in data.values()):
                return {"answers": _by_cell(data)}
        return data


def _by_cell(answers: dict[object, object]) -> list[object]:
    """`{"a.b": {"value": …}}` as the list of answers that it means."""
    if "cell" in answers:
        return [answers]
    return [{"cell": cell, **answer} if isinstance(answer, dict) else answer for cell, answer in answers.items()]


def _text(value: object) -> object:
    """12 and 12.0 are "12": models write figures in every way. What is no text and no number is left to be refused."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


@dataclass(frozen=True, slots=True)
class Question:
    """`system`: the prompt, the same for all questions of its kind; `user`: the text and the cells that are asked for.

    `prompt`: name and hash of the prompt file, recorded with every answer. `retort`: the answer that was not accepted
    and why, where this asks again.
    """

    system: str
    user: str
    prompt: str
    retort: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """`cost`: in the currency that the prices are set in, None where no price is set. `cached`: nothing was sent.

    `calls`: requests that were sent for it, re-asks and those that failed included.
    """

    answers: tuple[Answer, ...]
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    cached: bool = False
    calls: int = 0


class Model(Protocol):
    """A language model with all that surrounds it: cache, limits, retries."""

    async def ask(self, question: Question) -> Reply:
        """Raises ModelError (extractor.errors) where no answer can be had; never for an answer that says nothing."""
        ...
