"""From the rows of the published tables back to reports: the inverse of `rows`."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal

from extractor.deliver.from_json import asked_of, decided_of, quote_of, reviewed_of
from extractor.deliver.tables.rows import FAILED_RULE
from extractor.report import Cell, Evidence, Finding, Number, Report, Severity, Source, Status, Usage, Verdict

__all__ = ["failure_back", "report_back"]

Fields = Mapping[str, object]


def report_back(report: Fields, cells: Iterable[Fields], findings: Iterable[Fields]) -> Report:
    """The report of a row of `reports`, with its rows of `cells` and `findings` in the order of their positions.

    Rows are mappings of column to value, as `pyarrow.Table.to_pylist` gives them.
    """
    reasons, trace, review = report["reasons"], report["trace"], report["review"]
    cost = report["cost"]
    calls, prompt, completion = (
        _whole(report[name]) or 0 for name in ("llm_calls", "prompt_tokens", "completion_tokens")
    )
    return Report(
        _source(report),
        _text(report["form"]),
        _text(report["organ"]),
        _whole(report["year"]),
        {str(row["cell"]): _cell(row) for row in cells},
        tuple(_finding(row) for row in findings),
        Verdict(str(report["verdict"])),
        Usage(calls, prompt, completion, cost if isinstance(cost, float) else None),
        json.loads(reasons) if isinstance(reasons, str) else {},
        tuple(asked_of(one) for one in json.loads(trace)) if isinstance(trace, str) else (),
        reviewed_of(_parsed(review)) if isinstance(review, str) else None,
    )


def failure_back(failure: Fields) -> Report:
    """The failed report of a row of `failures`."""
    rule, message, english = f"{FAILED_RULE}{failure['code']}", str(failure["message"]), str(failure["message_en"])
    told = Finding(rule, Severity.ERROR, message, english)
    return Report(_source(failure), None, None, None, {}, (told,), Verdict.FAILED)


def _source(row: Fields) -> Source:
    return Source(str(row["name"]), str(row["sha256"]), str(row["media_type"]))


def _cell(row: Fields) -> Cell:
    evidence, decision = None, row["decision"]
    if row["evidence_start"] is not None:
        sides = [row[f"box_{side}"] for side in ("left", "top", "right", "bottom")]
        box = None if None in sides else sides
        place = {name: row[f"evidence_{name}"] for name in ("start", "end", "text", "page", "picture")}
        evidence = quote_of({**place, "box": box}, "evidence")
    return Cell(
        _number(row["value_text"]),
        Status(str(row["status"])),
        tuple(map(str, _list(row["read_by"]))),
        evidence,
        _text(row["printed"]),
        tuple(_number(other) for other in _list(row["alternatives"])),
        _text(row["because"]),
        _text(row["unit"]),
        _text(row["because_zh"]),
        decided_of(_parsed(decision), "decision") if isinstance(decision, str) else None,
    )


def _finding(row: Fields) -> Finding:
    operands = [one for one in _list(row["operands"]) if isinstance(one, Mapping)]
    return Finding(
        str(row["rule"]),
        Severity(str(row["severity"])),
        str(row["message"]),
        str(row["message_en"]),
        tuple(map(str, _list(row["cells"]))),
        {str(one["cell"]): _number(one["value"]) for one in operands},
        tuple(map(str, _list(row["suspects"]))),
        tuple(_quote(quote) for quote in _list(row["quotes"])),
        row["acknowledged"] is True,
    )


def _quote(quote: object) -> Evidence:
    return quote_of(quote, "quote")


def _parsed(text: str) -> object:
    found: object = json.loads(text, parse_float=Decimal)
    return found


def _number(text: object) -> Number | None:
    if text is None:
        return None
    digits = str(text)
    return Decimal(digits) if "." in digits else int(digits)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
