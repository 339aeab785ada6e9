"""Reports read back from the JSON that gouji wrote: the inverse of `Report.to_dict`."""

from decimal import Decimal

from extractor.audit.wellformed import kind_of, list_of, object_of, text_of
from extractor.errors import ForeignResultError, ResultError
from extractor.report import (
    Asked,
    Cell,
    Changed,
    Decided,
    Evidence,
    Finding,
    Number,
    Reason,
    Report,
    Reviewed,
    Severity,
    Source,
    Status,
    Unapplied,
    Usage,
    Verdict,
)

__all__ = ["asked_of", "decided_of", "quote_of", "report_of", "reviewed_of"]

_STATUSES = {status.value: status for status in Status}
_NEEDED = ("source", "cells", "verdict")
# What the published tables have room for; and no figure of a report is longer than some digits.
_WHOLE, _SHORT = 1 << 63, 1 << 31
_MOST_DIGITS = 300


def report_of(result: object) -> Report:
    """The report in `result`, the contract's object with decimals as Decimal; a service's envelope is taken off.

    Raises ResultError for anything else, and says what is wrong with it.
    """
    if isinstance(result, dict) and "report" in result and "cells" not in result:
        result = result["report"]
    if not isinstance(result, dict):
        raise ForeignResultError(f"no result of gouji: {kind_of(result)} where an object should be")
    if not result.keys() >= set(_NEEDED):
        lacking = ", ".join(f'"{key}"' for key in _NEEDED if key not in result)
        raise ForeignResultError(f"no result of gouji: it has no {lacking}")
    source, usage = object_of(result["source"], '"source"'), object_of(result.get("usage", {}), '"usage"')
    cells = object_of(result["cells"], '"cells"')
    findings = list_of(result.get("findings", []), '"findings"')
    reasons = object_of(result.get("reasons", {}), '"reasons"')
    year = result.get("year")
    return Report(
        Source(*(_said(source.get(key), f'"source.{key}"') for key in ("name", "sha256", "media_type"))),
        text_of(result.get("form"), '"form"'),
        text_of(result.get("organ"), '"organ"'),
        None if year is None else _whole(year, '"year"', _SHORT),
        {name: _cell(cell, f'"cells.{name}"') for name, cell in cells.items()},
        tuple(_finding(one, f'"findings[{at}]"') for at, one in enumerate(findings)),
        _verdict(result["verdict"]),
        _usage(usage),
        {name: _said(reason, f'"reasons.{name}"') for name, reason in reasons.items()},
        tuple(asked_of(one) for one in list_of(result.get("trace", []), '"trace"')),
        None if result.get("review") is None else reviewed_of(result["review"]),
    )


def asked_of(asked: object) -> Asked:
    """An entry of the trace."""
    fields = object_of(asked, '"trace"')
    cell, quote, outcome, prompt = (
        _said(fields.get(name), f'"trace.{name}"') for name in ("cell", "quote", "outcome", "prompt")
    )
    return Asked(cell, text_of(fields.get("value"), '"trace.value"'), quote, outcome, prompt)


def decided_of(decision: object, what: str) -> Decided:
    """What a person decided about a cell."""
    fields = object_of(decision, what)
    kind, author, at, note, named = (
        _said(fields.get(name, ""), f"{what} {name}") for name in ("kind", "author", "at", "note", "id")
    )
    was = object_of(fields.get("was"), f"{what} was")
    return Decided(
        kind, author, at, note, *_was(was, what), named, _flag(fields.get("outdated", False), f"{what} outdated")
    )


def reviewed_of(review: object) -> Reviewed:
    """What people's decisions made of a report."""
    fields = object_of(review, '"review"')
    complete = fields.get("complete")
    done = None if complete is None else object_of(complete, '"review.complete"')
    return Reviewed(
        _whole(fields.get("decided"), '"review.decided"', _SHORT),
        tuple(_changed(one) for one in list_of(fields.get("changed", []), '"review.changed"')),
        tuple(_unapplied(one) for one in list_of(fields.get("unapplied", []), '"review.unapplied"')),
        None if done is None else (_said(done.get("author"), '"author"'), _said(done.get("at"), '"at"')),
    )


def quote_of(evidence: object, what: str) -> Evidence:
    """A place in a document. `box` is left, top, right, bottom."""
    place = object_of(evidence, what)
    start, end = (_whole(place.get(name), f"{what} {name}") for name in ("start", "end"))
    page, box, picture = place.get("page"), place.get("box"), place.get("picture")
    return Evidence(
        start,
        end,
        _said(place.get("text"), f"{what} text"),
        None if page is None else _whole(page, f"{what} page", _SHORT),
        None if box is None else _box(box, what),
        None if picture is None else _said(picture, f"{what} picture"),
    )


def _cell(cell: object, what: str) -> Cell:
    fields = object_of(cell, what)
    evidence, decision = fields.get("evidence"), fields.get("decision")
    others = list_of(fields.get("alternatives", []), f"{what} alternatives")
    return Cell(
        _figure(fields.get("value"), what),
        _status(fields.get("status"), what),
        _texts(fields.get("read_by", []), f"{what} read_by"),
        None if evidence is None else quote_of(evidence, f"{what} evidence"),
        text_of(fields.get("printed"), f"{what} printed"),
        tuple(_figure(other, f"{what} alternatives") for other in others),
        text_of(fields.get("because"), f"{what} because"),
        text_of(fields.get("unit"), f"{what} unit"),
        text_of(fields.get("because_zh"), f"{what} because_zh"),
        None if decision is None else decided_of(decision, f"{what} decision"),
    )


def _changed(changed: object) -> Changed:
    what = '"review.changed"'
    fields = object_of(changed, what)
    was = _was(object_of(fields.get("was"), what), what)
    return Changed(_said(fields.get("cell"), what), *was, *_was(fields, what))


def _unapplied(unapplied: object) -> Unapplied:
    what = '"review.unapplied"'
    fields = object_of(unapplied, what)
    cell, named, why, why_zh = (_said(fields.get(name, ""), what) for name in ("cell", "id", "because", "because_zh"))
    return Unapplied(cell, named, Reason(why, why_zh))


def _was(fields: dict[str, object], what: str) -> tuple[Number | None, Status]:
    return _figure(fields.get("value"), what), _status(fields.get("status"), what)


def _status(status: object, what: str) -> Status:
    if not isinstance(status, str) or status not in _STATUSES:
        raise ResultError(f"{what} has no status that gouji gives")
    return _STATUSES[status]


def _flag(value: object, what: str) -> bool:
    if not isinstance(value, bool):
        raise ResultError(f"{what} is {kind_of(value)} where true or false should be")
    return value


def _finding(finding: object, what: str) -> Finding:
    fields = object_of(finding, what)
    severity = fields.get("severity")
    if severity not in list(Severity):
        raise ResultError(f"{what} has no severity that gouji gives")
    operands = object_of(fields.get("operands", {}), f"{what} operands")
    quotes = list_of(fields.get("quotes", []), f"{what} quotes")
    return Finding(
        _said(fields.get("rule"), f"{what} rule"),
        Severity(str(severity)),
        _said(fields.get("message"), f"{what} message"),
        _said(fields.get("message_en", ""), f"{what} message_en"),
        _texts(fields.get("cells", []), f"{what} cells"),
        {cell: _figure(value, f"{what} operands") for cell, value in operands.items()},
        _texts(fields.get("suspects", []), f"{what} suspects"),
        tuple(quote_of(quote, f"{what} quotes") for quote in quotes),
        _flag(fields.get("acknowledged", False), f"{what} acknowledged"),
    )


def _usage(fields: dict[str, object]) -> Usage:
    calls = _whole(fields.get("llm_calls", 0), '"usage.llm_calls"', _SHORT)
    prompt, completion = (
        _whole(fields.get(name, 0), f'"usage.{name}"') for name in ("prompt_tokens", "completion_tokens")
    )
    cost = fields.get("cost")
    return Usage(calls, prompt, completion, None if cost is None else float(_number(cost, '"usage.cost"')))


def _verdict(verdict: object) -> Verdict:
    if verdict not in list(Verdict):
        raise ResultError('"verdict" is none that gouji gives')
    return Verdict(str(verdict))


def _figure(value: object, what: str) -> Number | None:
    return None if value is None else _number(value, what)


def _number(value: object, what: str) -> Number:
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ResultError(f"{what} has {kind_of(value)} where a figure should be")
    exact = Decimal(value)
    if not exact.is_finite() or exact.adjusted() > _MOST_DIGITS or int(exact.as_tuple().exponent) < -_MOST_DIGITS:
        raise ResultError(f"{what} has a figure of more digits than any report prints")
    return value


def _whole(value: object, what: str, most: int = _WHOLE) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ResultError(f"{what} is {kind_of(value)} where a whole number should be")
    if not -most <= value < most:
        raise ResultError(f"{what} is a number beyond all bounds")
    return value


def _said(value: object, what: str) -> str:
    text = text_of(value, what)
    if text is None:
        raise ResultError(f"{what} is null where a text should be")
    return text


def _texts(value: object, what: str) -> tuple[str, ...]:
    return tuple(_said(one, what) for one in list_of(value, what))


def _box(box: object, what: str) -> tuple[float, float, float, float]:
    sides = [float(_number(side, f"{what} box")) for side in list_of(box, f"{what} box")]
    if len(sides) != 4:
        raise ResultError(f"{what} has a box of {len(sides)} sides")
    left, top, right, bottom = sides
    return left, top, right, bottom
