"""The JSON Schema (2020-12) of a report as `Report.to_dict` writes it."""

from extractor.report import JSONValue, Severity, Status, Verdict

__all__ = ["report_schema"]

_NUMBER: JSONValue = {"type": ["number", "null"]}
_TEXT: JSONValue = {"type": "string"}
_TEXT_OR_NULL: JSONValue = {"type": ["string", "null"]}
_WHOLE: JSONValue = {"type": "integer", "minimum": 0}
_TEXTS: JSONValue = {"type": "array", "items": _TEXT}


def report_schema() -> dict[str, JSONValue]:
    """The schema of one report. More properties are allowed: fields may be added."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "gouji report",
        **_object(
            {
                "source": _object({"name": _TEXT, "sha256": _TEXT, "media_type": _TEXT}),
                "form": _TEXT_OR_NULL,
                "organ": _TEXT_OR_NULL,
                "year": {"type": ["integer", "null"]},
                "cells": {
                    "type": "object",
                    "propertyNames": {"pattern": r"^[a-z0-9_]+\.[a-z0-9_]+\.[a-z0-9_]+$"},
                    "additionalProperties": {"$ref": "#/$defs/cell"},
                },
                "findings": {"type": "array", "items": {"$ref": "#/$defs/finding"}},
                "verdict": {"enum": [verdict.value for verdict in Verdict]},
                "usage": _object(
                    {"llm_calls": _WHOLE, "prompt_tokens": _WHOLE, "completion_tokens": _WHOLE, "cost": _NUMBER}
                ),
                "reasons": {"type": "object", "additionalProperties": _TEXT},
                "trace": {"type": "array", "items": {"$ref": "#/$defs/asked"}},
            }
        ),
        "$defs": {
            "evidence": _object(
                {"start": _WHOLE, "end": _WHOLE, "text": _TEXT, "page": {"type": ["integer", "null"], "minimum": 1}},
                {"box": {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}, "picture": _TEXT},
            ),
            "cell": _cell(),
            "finding": _object(
                {
                    "rule": _TEXT,
                    "severity": {"enum": [severity.value for severity in Severity]},
                    "cells": _TEXTS,
                    "operands": {"type": "object", "additionalProperties": _NUMBER},
                    "suspects": _TEXTS,
                    "message": _TEXT,
                    "message_en": _TEXT,
                },
                {"quotes": {"type": "array", "items": {"$ref": "#/$defs/evidence"}}},
            ),
            "asked": _object(
                {"cell": _TEXT, "value": _TEXT_OR_NULL, "quote": _TEXT, "outcome": _TEXT, "prompt": _TEXT}
            ),
        },
    }


def _cell() -> dict[str, JSONValue]:
    cell = _object(
        {
            "value": _NUMBER,
            "status": {"enum": [status.value for status in Status]},
            "read_by": _TEXTS,
            "evidence": {"anyOf": [{"$ref": "#/$defs/evidence"}, {"type": "null"}]},
            "printed": _TEXT_OR_NULL,
        },
        {
            "alternatives": {"type": "array", "items": _NUMBER},
            "because": _TEXT,
            "because_zh": _TEXT,
            "unit": _TEXT,
        },
    )
    without: list[JSONValue] = [Status.BLANK.value, Status.NOT_APPLICABLE.value, Status.MISSING.value]
    no_value: JSONValue = {"properties": {"value": {"type": "null"}}}
    return {**cell, "if": {"properties": {"status": {"enum": without}}}, "then": no_value}


def _object(required: dict[str, JSONValue], optional: dict[str, JSONValue] | None = None) -> dict[str, JSONValue]:
    return {"type": "object", "properties": {**required, **(optional or {})}, "required": list(required)}
