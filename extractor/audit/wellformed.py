"""JSON that should be a result of gouji: each value as the type that it must have, or an error that says what it is."""

from extractor.errors import ResultError

__all__ = ["kind_of", "list_of", "object_of", "text_of"]


def object_of(value: object, what: str) -> dict[str, object]:
    """`value` if it is an object. Raises ResultError that calls it `what`, as the others do."""
    if not isinstance(value, dict):
        raise ResultError(f"{what} is {kind_of(value)} where an object should be")
    return value


def list_of(value: object, what: str) -> list[object]:
    if not isinstance(value, list):
        raise ResultError(f"{what} is {kind_of(value)} where an array should be")
    return value


def text_of(value: object, what: str) -> str | None:
    """`value` if it is a text or null."""
    if value is not None and not isinstance(value, str):
        raise ResultError(f"{what} is {kind_of(value)} where a text should be")
    return value


def kind_of(value: object) -> str:
    """What JSON calls it."""
    names = {dict: "an object", list: "an array", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
