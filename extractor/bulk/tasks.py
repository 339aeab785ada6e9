"""What is to be done: files, put together to tasks of which each makes or mends one shard."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from extractor.ask.endpoint.settings import Settings
from extractor.read.limits import Limits

__all__ = ["File", "Order", "Task", "Todo"]


class Part(NamedTuple):
    """A part of an archive: the files in it from number `first` to the one before `last`, `of` so many."""

    first: int
    last: int
    of: int


@dataclass(frozen=True, slots=True)
class File:
    """A file of the input, or a part of one. `name`: as in results; `place`: an absolute path or a URL."""

    name: str
    place: str
    size: int
    mtime_ns: int
    part: Part | None = None

    @property
    def key(self) -> str:
        """What it is known by; no name of a file holds a NUL."""
        return self.name if self.part is None else f"{self.name}\0{self.part.first}-{self.part.last}"

    @property
    def remote(self) -> bool:
        return "://" in self.place


@dataclass(frozen=True, slots=True)
class Todo:
    """A file to be read. `known`: SHA-256 of what was read before; if it is still that, nothing is done.

    `answers`: what a language model said, by key (extractor.ask.endpoint.cache), as JSON.
    """

    file: File
    known: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Task:
    """`drop`: keys of files whose rows leave the shard without others in their place."""

    shard: str
    todo: tuple[Todo, ...]
    drop: tuple[str, ...] = ()

    def to_json(self) -> bytes:
        """ASCII: a name may hold what is no text."""
        return json.dumps(asdict(self)).encode("ascii")

    @classmethod
    def from_json(cls, text: bytes) -> "Task":
        found = json.loads(text)
        todo = tuple(Todo(_file(one["file"]), one["known"], one["answers"]) for one in found["todo"])
        return cls(found["shard"], todo, tuple(found["drop"]))


def _file(found: dict[str, Any]) -> File:
    part = found["part"]
    return File(**{**found, "part": None if part is None else Part(*part)})


@dataclass(frozen=True)
class Order:
    """What all tasks of a run have in common. It goes to every process of the engine, as text.

    `llm`: settings of the language model as answers are kept by, without the key; None where none is asked.
    `turn`: a run has several where answers of a language model come in.
    """

    out: str
    run: str
    form: str | None
    limits: Limits
    llm: Mapping[str, object] | None = None
    turn: int = 0

    @property
    def token(self) -> str:
        """What a shard is marked with that was made or mended by this order."""
        return f"{self.run}.{self.turn}"

    def to_json(self) -> str:
        return json.dumps({**asdict(self), "out": str(Path(self.out).absolute())})

    @classmethod
    def from_json(cls, text: str) -> "Order":
        found = json.loads(text)
        return cls(**{**found, "limits": Limits(**found["limits"])})

    @cached_property
    def settings(self) -> Settings | None:
        return None if self.llm is None else Settings.model_validate(self.llm)
