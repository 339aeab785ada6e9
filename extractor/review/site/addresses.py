"""Addresses with a query."""

from collections.abc import Mapping
from urllib.parse import urlencode

__all__ = ["with_query"]


def with_query(path: str, query: Mapping[str, str], **more: object) -> str:
    """`path?query` with `more` put over it; what is empty is left out."""
    said = {**query, **{name: str(value) for name, value in more.items()}}
    rest = urlencode({name: value for name, value in said.items() if value})
    return f"{path}?{rest}" if rest else path
