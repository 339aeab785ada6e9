"""What the rest of the program knows of a language model: one question in, answers out, or one of a few errors."""

from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Answer", "Answers", "Model", "Question", "Reply"]


class Answer(BaseModel):
    """One figure that the model read: for which cell, what, and the words it stands in, as they stand there.

    `value` is text on purpose: models write 12, "12", "12件" and 12.0, and the number reader knows them all. Empty or
    null: the text does not say.
    """

    model_config = ConfigDict(extra="ignore")

    cell: str = Field(description="the id of the cell that was asked for")
    value: str | None = Field(description="the figure as the text has it, or null if the text does not state it")
    quote: str = Field(description="the words of the text that state it, copied exactly; empty if there are none")


class Answers(BaseModel):
    """The one schema of every question: it never changes with what is asked, so that providers can cache it."""

    answers: list[Answer]


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
    """`cost`: in the currency that the prices are set in, None where no price is set. `cached`: nothing was sent."""

    answers: tuple[Answer, ...]
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    cached: bool = False


class Model(Protocol):
    """A language model with all that surrounds it: cache, limits, retries."""

    async def ask(self, question: Question) -> Reply:
        """Raises ModelError (extractor.errors) where no answer can be had; never for an answer that says nothing."""
        ...
