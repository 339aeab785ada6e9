"""A language model's answers on file: kept while it is asked, and given again without it."""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from extractor.ask.model import Answer, Model, Question, Reply
from extractor.errors import ModelError, UsageError

__all__ = ["Recorder", "Replay"]


def _key(question: Question) -> str:
    return sha256("\0".join((question.prompt, question.user, *(question.retort or ()))).encode()).hexdigest()[:16]


def _kept(path: Path) -> dict[str, Reply]:
    """The replies in a recording, by question; none where there is no such file."""
    known: dict[str, Reply] = {}
    if not path.exists():
        return known
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            kept = json.loads(line)
            answers = tuple(Answer.model_validate(one) for one in kept["answers"])
            tokens = int(kept["prompt_tokens"]), int(kept["completion_tokens"])
            known[str(kept["key"])] = Reply(answers, *tokens, calls=1)
        except (ValueError, KeyError, TypeError, ValidationError) as error:
            raise UsageError(f"{path}:{number}: no line of a recording ({type(error).__name__})") from None
    return known


@dataclass
class Recorder:
    """Passes questions on, and keeps what comes back; what is kept already is not asked again."""

    model: Model
    path: Path
    known: dict[str, Reply] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known = _kept(self.path)

    async def ask(self, question: Question) -> Reply:
        key = _key(question)
        if key not in self.known:
            self.known[key] = reply = await self.model.ask(question)
            answers = [one.model_dump() for one in reply.answers]
            line: dict[str, object] = {"key": key, "prompt": question.prompt, "user": question.user, "answers": answers}
            line |= {"prompt_tokens": reply.prompt_tokens, "completion_tokens": reply.completion_tokens}
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        return self.known[key]


@dataclass
class Replay:
    """Answers out of a recording. A question that is not in it is a ModelError, and counted in `missed`.

    Raises UsageError for a file that is no recording; OSError.
    """

    path: Path
    known: dict[str, Reply] = field(default_factory=dict)
    missed: int = 0

    def __post_init__(self) -> None:
        if not self.path.is_file():
            raise UsageError(f"{self.path}: no such recording")
        self.known = _kept(self.path)

    async def ask(self, question: Question) -> Reply:
        reply = self.known.get(_key(question))
        if reply is None:
            self.missed += 1
            raise ModelError("not in the recording: prompts, rules/asking.yaml or the reports have changed since")
        return reply
