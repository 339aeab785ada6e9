"""What happens on the way to the model, for whoever listens to the logger "gouji.ask".

Names and numbers only: never the API key, and no text of a document below the level DEBUG.
"""

import logging

__all__ = ["logger", "note"]

logger = logging.getLogger("gouji.ask")


def note(level: int, event: str, **fields: str | int | float | None) -> None:
    """One event with its fields: readable as text, and whole in the record (`event`, `fields`) for structured logs."""
    if logger.isEnabledFor(level):
        words = " ".join(f"{name}={_shown(value)}" for name, value in fields.items() if value is not None)
        logger.log(level, "%s %s", event, words, extra={"event": event, "fields": fields})


def _shown(value: str | int | float | None) -> str:
    return f"{value:.6g}" if isinstance(value, float) else repr(value) if isinstance(value, str) else str(value)
