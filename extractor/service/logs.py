"""Logs as lines of JSON on stderr: what happened, when, in which request; never what a document holds."""

import json
import logging
import time

__all__ = ["set_up_logs", "through_ours"]

_PLAIN = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {
    "message",
    "asctime",
    "taskName",
    "color_message",
}
_OURS = ("gouji", "uvicorn", "dbos")


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, object] = {
            "time": f"{moment}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
        }
        if record.name.partition(".")[0] in _OURS:
            line["event"] = record.getMessage()
        else:  # a library that reads documents: its words may quote them
            line |= {"event": "library", "logger": record.name, "at": f"{record.filename}:{record.lineno}"}
        line |= {name: value for name, value in record.__dict__.items() if name not in _PLAIN and value is not None}
        if record.exc_info is not None and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up_logs(level: str) -> None:
    """For a process of the service."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Lines())
    logging.captureWarnings(True)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for name in ("gouji", "uvicorn"):
        logging.getLogger(name).setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "dbos"):
        through_ours(name)
    logging.getLogger("uvicorn.access").setLevel(logging.CRITICAL)


def through_ours(name: str) -> None:
    """What a library logs goes through the handler of the process alone."""
    logger = logging.getLogger(name)
    logger.handlers = []
    logger.propagate = True
