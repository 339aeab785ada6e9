"""Prompts as files: versioned, their hash recorded with every answer, the same for every question of their kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from extractor.ask.model import Question
from extractor.errors import RulesError

__all__ = ["Prompt", "load_prompt", "question"]

READ_FIGURES = "read-figures.v1"
_HASH = 12
_CHECKOUT = Path(__file__).parents[2] / "prompts"


@dataclass(frozen=True, slots=True)
class Prompt:
    """`id`: name and version with the hash of the text, as in `read-figures.v1@3f2a…`."""

    id: str
    text: str


@cache
def load_prompt(name: str = READ_FIGURES) -> Prompt:
    """Raises RulesError where the file is missing."""
    packaged = files("extractor").joinpath("prompts", f"{name}.md")
    try:
        text = packaged.read_text("utf-8") if packaged.is_file() else (_CHECKOUT / f"{name}.md").read_text("utf-8")
    except OSError as error:
        raise RulesError(f"prompts/{name}.md: {error.strerror or error}") from error
    return Prompt(f"{name}@{sha256(text.encode()).hexdigest()[:_HASH]}", text)


def question(passage: str, items: Sequence[tuple[str, str]], retort: tuple[str, str] | None = None) -> Question:
    """A question about a passage; `items`: number and wording of each thing asked for. The document comes last but for
    the items, and no figure but the document's own is in it."""
    prompt = load_prompt()
    asked = "\n".join(f"- {number}：{wording}" for number, wording in items)
    return Question(prompt.text, f"原文：{passage}\n项目：\n{asked}", prompt.id, retort)
