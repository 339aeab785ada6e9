"""OpenTelemetry spans, for whoever has set that up in this process; else nothing, not even an import.

Names and numbers only: no text of a document, and no key.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from opentelemetry.trace import Span

__all__ = ["span", "tell"]

Attribute: TypeAlias = str | bool | int | float | None


@contextmanager
def span(name: str, **attributes: Attribute) -> "Iterator[Span | None]":
    """A span `gouji.NAME` around what happens within; what is raised is recorded by its type alone."""
    telemetry = sys.modules.get("opentelemetry.trace")
    if telemetry is None:
        yield None
        return
    tracer = telemetry.get_tracer("gouji")
    # A message may quote the document, so the span gets the type and no more.
    with tracer.start_as_current_span(f"gouji.{name}", record_exception=False, set_status_on_exception=False) as one:
        tell(one, **attributes)
        try:
            yield one
        except Exception as error:
            tell(one, error=getattr(error, "code", type(error).__name__))
            one.set_status(telemetry.Status(telemetry.StatusCode.ERROR))
            raise


def tell(one: "Span | None", **attributes: Attribute) -> None:
    """Attributes `gouji.NAME` of a span; None is left out."""
    for name, value in attributes.items():
        if one is not None and value is not None:
            one.set_attribute(f"gouji.{name}", value)
