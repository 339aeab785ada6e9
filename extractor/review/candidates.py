"""The values that a cell may hold, each once, with who says so and where: what the number keys choose among."""

from collections.abc import Sequence
from typing import NamedTuple

from extractor.explain import Said
from extractor.read.figures import parse_number
from extractor.report import Asked, Cell, Evidence, Number, Status

__all__ = ["Candidate", "Voice", "candidates"]

_MOST = 9
_MOST_VOICES = 6
_KINDS = {"blank": Status.BLANK, "not_applicable": Status.NOT_APPLICABLE}


class Voice(NamedTuple):
    """Who reads a value. `reader`: rules, llm, sums, document; `how`: in which way. `share`: of the likelihood of a
    place that can be read in several ways."""

    reader: str
    how: str
    evidence: Evidence | None = None
    share: float = 1.0


class Candidate(NamedTuple):
    """`status` is None for a figure. `shown`: it is what the cell holds by itself."""

    value: Number | None
    status: Status | None
    voices: tuple[Voice, ...]
    shown: bool = False


def candidates(own: Cell, said: Sequence[Said], asked: Sequence[Asked]) -> tuple[Candidate, ...]:
    """`own`: the cell as the program alone has it. What it shows comes first, then by who says it."""
    voices: dict[tuple[Number | None, Status | None], list[Voice]] = {}
    shown = _shown(own)
    if shown is not None:
        voices[shown] = []
        if own.status is Status.DERIVED:
            voices[shown].append(Voice("sums", "derived"))
    for one in said:
        if one.kind == "number" and one.value is None:
            continue
        key = (one.value, None) if one.value is not None else (None, _KINDS.get(one.kind))
        if key != (None, None):
            voices.setdefault(key, []).append(Voice(one.reader, one.how, one.evidence, one.share))
    for answer in asked:
        value = parse_number(answer.value) if answer.value else None
        if value is not None:
            voices.setdefault((value, None), []).append(Voice("llm", answer.outcome))
    printed = parse_number(own.printed) if own.printed else None
    if printed is not None and (printed, None) not in voices:
        voices[printed, None] = [Voice("document", "printed", own.evidence)]
    for value in own.alternatives:
        if value is not None:
            voices.setdefault((value, None), [])
    if shown is not None and not voices[shown] and own.evidence is not None:
        voices[shown].append(Voice("+".join(own.read_by) or "rules", "report", own.evidence))
    return tuple(
        Candidate(value, status, tuple(who[:_MOST_VOICES]), (value, status) == shown)
        for (value, status), who in list(voices.items())[:_MOST]
    )


def _shown(own: Cell) -> tuple[Number | None, Status | None] | None:
    if own.value is not None:
        return own.value, None
    return (None, own.status) if own.status in _KINDS.values() else None
