"""What was sent and what it cost, for a question, a document or a run."""

from dataclasses import dataclass

from extractor.errors import ModelError

__all__ = ["Usage"]


@dataclass(slots=True)
class Usage:
    """`calls`: requests sent, retries included; `cached`: questions answered without any; `failures`: without answer.

    `cost` is None where no price is set.
    """

    questions: int = 0
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    cached: int = 0
    failures: int = 0

    def spend(self, prompt_tokens: int, completion_tokens: int, cost: float | None) -> None:
        """Counts an answer that came, good or not."""
        self.prompt_tokens += prompt_tokens
        self.completion_tokens += completion_tokens
        if cost is not None:
            self.cost = (self.cost or 0.0) + cost

    def charge(self, error: ModelError) -> ModelError:
        """The error, with what was spent before it."""
        error.calls, error.cost = self.calls, self.cost
        error.prompt_tokens, error.completion_tokens = self.prompt_tokens, self.completion_tokens
        return error
