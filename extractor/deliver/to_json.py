"""Reports as JSON: one object, an array, or a line each. Chinese stays readable; NaN and infinity never occur."""

import json
import math
from collections.abc import Iterable
from typing import TextIO

from extractor.report import JSONValue, Report

__all__ = ["json_line", "json_text", "write_json", "write_jsonl"]


def json_line(report: Report) -> str:
    """The contract's object on one line, without a line end."""
    return _dump(report, indent=None)


def json_text(report: Report) -> str:
    """The contract's object, indented for reading."""
    return _dump(report, indent=2)


def write_json(reports: Iterable[Report], stream: TextIO, *, array: bool) -> None:
    """An array written as the reports come, or, where `array` is false, the one report's object."""
    if not array:
        (report,) = reports
        stream.write(json_text(report) + "\n")
        return
    before = "[\n"
    for report in reports:
        stream.write(before + json_text(report))
        before = ",\n"
    stream.write("\n]\n" if before == ",\n" else "[]\n")


def write_jsonl(reports: Iterable[Report], stream: TextIO) -> None:
    """One object a line, each flushed as soon as it is there."""
    for report in reports:
        stream.write(json_line(report) + "\n")
        stream.flush()


def _dump(report: Report, indent: int | None) -> str:
    content = report.to_dict()
    try:
        return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=indent)
    except ValueError:  # an amount of 400 digits is beyond any float: `printed` still holds it
        return json.dumps(_finite(content), ensure_ascii=False, allow_nan=False, indent=indent)


def _finite(value: JSONValue) -> JSONValue:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [_finite(one) for one in value]
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    return value
