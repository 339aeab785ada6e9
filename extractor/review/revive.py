"""A Report made again from the JSON object that it was written as: as the program alone made it.

Where decisions of people are applied to it (`gouji extract --decisions`), its cells are as they were before that: what
holds now, the log of decisions says.
"""

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import TypeGuard, TypeVar

from extractor.errors import ForeignResultError, ResultError
from extractor.report import (
    Asked,
    Cell,
    Evidence,
    Finding,
    Number,
    Report,
    Severity,
    Source,
    Status,
    Usage,
    Verdict,
)

__all__ = ["revived"]

_LATEST = 2200
_MOST_CELLS = 10_000
_MOST_FINDINGS = 20_000
_MOST_DIGITS = 300
_BEYOND = 1 << 53  # a script counts no further
T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


def revived(result: object) -> Report:
    """The report in `result`, parsed JSON with decimals as Decimal. Raises ResultError, which says what is wrong."""
    told = _dict(result, "the result")
    if not {"source", "cells", "verdict"} <= told.keys():
        raise ForeignResultError('no result of gouji: "source", "cells" or "verdict" is missing')
    source = _dict(told["source"], '"source"')
    cells = _dict(told["cells"], '"cells"')
    findings = _list(told.get("findings"), '"findings"')
    if len(cells) > _MOST_CELLS or len(findings) > _MOST_FINDINGS:
        raise ResultError("more cells or findings than any form has")
    usage = _dict(told.get("usage") or {}, '"usage"')
    changed = _list(_dict(told.get("review") or {}, '"review"').get("changed"), '"changed"')
    others = {one.get("cell"): one for one in changed if isinstance(one, dict)}
    year = told.get("year")
    if year is not None and (not isinstance(year, int) or not 1900 <= year <= _LATEST):
        raise ResultError('"year" is no year')
    return Report(
        source=Source(
            _text(source.get("name"), "name"), _text(source.get("sha256"), "sha256"), _text(source.get("media_type"))
        ),
        form=_sendable(_text_or_none(told.get("form"), "form")),
        organ=_sendable(_text_or_none(told.get("organ"), "organ")),
        year=year,
        cells={str(cell): _cell(_before(state, others.get(cell)), str(cell)) for cell, state in cells.items()},
        findings=tuple(_finding(one) for one in findings),
        verdict=_enum(Verdict, told["verdict"], "verdict"),
        usage=Usage(*(_count(usage.get(name)) for name in ("llm_calls", "prompt_tokens", "completion_tokens"))),
        reasons={str(key): str(reason) for key, reason in _dict(told.get("reasons") or {}, '"reasons"').items()},
        trace=tuple(_asked(one) for one in _list(told.get("trace"), '"trace"')),
    )


def _before(state: object, changed: object) -> object:
    """A cell without what a person decided about it, or about another that it follows from."""
    mark = state.get("decision") if isinstance(state, dict) else None
    was = (mark if isinstance(mark, dict) else changed if isinstance(changed, dict) else {}).get("was")
    return {**state, **was} if isinstance(was, dict) and isinstance(state, dict) else state


def _cell(state: object, name: str) -> Cell:
    told = _dict(state, f'"cells.{name}"')
    return Cell(
        value=_number(told.get("value"), name),
        status=_enum(Status, told.get("status"), f"status of {name}"),
        read_by=tuple(str(reader) for reader in _list(told.get("read_by"), "read_by")),
        evidence=_or_none(told.get("evidence"), _evidence),
        printed=_text_or_none(told.get("printed"), "printed"),
        alternatives=tuple(_number(value, name) for value in _list(told.get("alternatives"), "alternatives")),
        because=_text_or_none(told.get("because"), "because"),
        unit=_text_or_none(told.get("unit"), "unit"),
        because_zh=_text_or_none(told.get("because_zh"), "because_zh"),
    )


def _evidence(place: object) -> Evidence:
    told = _dict(place, '"evidence"')
    start, end, page, box = (told.get(key) for key in ("start", "end", "page", "box"))
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start <= end < _BEYOND:
        raise ResultError("evidence without offsets")
    corners = None
    sides = [one for one in box if _is_length(one)] if isinstance(box, list) else []
    if isinstance(box, list) and len(box) == len(sides) == 4:
        corners = (float(sides[0]), float(sides[1]), float(sides[2]), float(sides[3]))
    number = page if isinstance(page, int) and 0 < page < _BEYOND else None
    return Evidence(start, end, _text(told.get("text")), number, corners)


def _finding(finding: object) -> Finding:
    told = _dict(finding, '"findings"')
    return Finding(
        rule=_text(told.get("rule"), "rule"),
        severity=_enum(Severity, told.get("severity"), "severity"),
        message=_text(told.get("message"), "message"),
        message_en=_text(told.get("message_en") or told.get("message")),
        cells=tuple(str(cell) for cell in _list(told.get("cells"), "cells")),
        operands={
            str(cell): _number(value, str(cell))
            for cell, value in _dict(told.get("operands") or {}, '"operands"').items()
        },
        suspects=tuple(str(cell) for cell in _list(told.get("suspects"), "suspects")),
        quotes=tuple(_evidence(one) for one in _list(told.get("quotes"), "quotes")),
    )


def _asked(asked: object) -> Asked:
    told = _dict(asked, '"trace"')
    return Asked(
        cell=_text(told.get("cell")),
        value=None if told.get("value") is None else str(told["value"]),
        quote=_text(told.get("quote")),
        outcome=_text(told.get("outcome")),
        prompt=_text(told.get("prompt")),
    )


def _or_none(value: object, made: Callable[[object], T]) -> T | None:
    return None if value is None else made(value)


def _number(value: object, what: str) -> Number | None:
    if value is None:
        return None
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and _sane(Decimal(value)):
        return value
    raise ResultError(f"{what}: no figure where a figure should be")


def _is_length(value: object) -> TypeGuard[int | float | Decimal]:
    return isinstance(value, int | float | Decimal) and -_BEYOND < value < _BEYOND


def _sane(value: Decimal) -> bool:
    """Whether it can be written out: 1e999999999 is a short text and a very long number."""
    if not value.is_finite():
        return False
    return value.adjusted() <= _MOST_DIGITS and int(value.as_tuple().exponent) >= -_MOST_DIGITS


def _enum(kind: type[E], value: object, what: str) -> E:
    try:
        return kind(str(value))
    except ValueError:
        raise ResultError(f"{what}: gouji gives no '{str(value)[:40]}'") from None


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _dict(value: object, what: str) -> dict[object, object]:
    if not isinstance(value, dict):
        raise ResultError(f"{what} is no object")
    return value


def _list(value: object, what: str) -> list[object]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise ResultError(f"{what} is no array")
    return value


def _text(value: object, what: str = "") -> str:
    if value is None and not what:
        return ""
    if not isinstance(value, str):
        raise ResultError(f"{what or 'a text'} is no text")
    return value


def _text_or_none(value: object, what: str) -> str | None:
    return None if value is None else _text(value, what)


def _sendable(text: str | None) -> str | None:
    """Without halves of surrogate pairs, for it goes into addresses. A name keeps them: a file may be called so."""
    return None if text is None else text.encode("utf-8", "backslashreplace").decode()
