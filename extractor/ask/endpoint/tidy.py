"""The JSON in what a model wrote: without its thoughts, fences and small talk."""

import json
import re
from dataclasses import dataclass

__all__ = ["Tidied", "tidy"]

_LONGEST = 1 << 20
_MISSES = 200  # places that look like the beginning of JSON and are none; bounds the work on nonsense
_THOUGHTS = re.compile(r"<(think|thinking|thought|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
# A template that opens the thoughts itself leaves only their end in the answer.
_END_OF_THOUGHTS = re.compile(r"</(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_OPENED = re.compile(r"<(?:think|thinking|thought|reasoning)>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tidied:
    """`thoughts`, `wrapped`: whether it thought aloud, and whether the JSON stood among other text."""

    text: str
    thoughts: bool = False
    wrapped: bool = False


def tidy(content: str) -> Tidied:
    """The JSON that answers, as text; what was written, where there is none. The last one counts: drafts come first."""
    if len(content) > _LONGEST:
        return Tidied(content[:0])
    spoken = _THOUGHTS.sub("", content)
    spoken = _END_OF_THOUGHTS.split(spoken)[-1]
    if (opened := _OPENED.search(spoken)) is not None:
        spoken = spoken[: opened.start()]  # thoughts without an end: what comes is no answer
    thoughts = spoken != content
    spoken = spoken.strip().lstrip("\ufeff")
    if _is_json(spoken):
        return Tidied(spoken, thoughts)
    best, json_text = 0, spoken
    for value, text in _candidates(spoken):
        if (rank := _rank(value)) and rank >= best:
            best, json_text = rank, text
    return Tidied(json_text, thoughts, wrapped=best > 0)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _candidates(text: str) -> list[tuple[object, str]]:
    """Every JSON object or list in the text that is not inside another, in order.

    What is inside one that breaks off is none: a part of an answer must not pass for the whole.
    """
    decoder = json.JSONDecoder()
    found: list[tuple[object, str]] = []
    position = misses = 0
    while misses < _MISSES:
        starts = [at for at in (text.find("{", position), text.find("[", position)) if at >= 0]
        if not starts:
            break
        start = min(starts)
        try:
            value, end = decoder.raw_decode(text, start)
        except RecursionError:
            break
        except json.JSONDecodeError as error:
            if text[start + 1 : error.pos].strip():
                break  # it began as JSON
            misses += 1
            position = start + 1
        else:
            found.append((value, text[start:end]))
            position = end
    return found


def _rank(value: object) -> int:
    """How much it looks like an answer, 0 for not at all: `[1]` in a remark behind the answer is JSON too."""
    match value:
        case {"answers": list() | dict()}:
            return 3
        case [{"cell": _}, *_] | {"cell": _}:
            return 2
        case dict():
            return 1
    return 0
