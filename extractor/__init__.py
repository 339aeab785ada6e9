"""gouji (勾稽): checked, sourced, machine-readable data from Chinese open-government-information annual reports.

>>> from extractor import extract
>>> report = extract("report.html")
>>> report.cells["applications.new.total"].value
"""

from typing import TYPE_CHECKING

from extractor.errors import (
    DocumentError,
    GoujiError,
    LimitError,
    RulesError,
    UnreadableError,
    UnrecognisedError,
    UsageError,
)
from extractor.report import Cell, Evidence, Finding, Report, Severity, Status, Verdict

if TYPE_CHECKING:
    from extractor.batch import extract_many
    from extractor.pipeline import extract
    from extractor.read import Limits, read

__all__ = [
    "Cell",
    "DocumentError",
    "Evidence",
    "Finding",
    "GoujiError",
    "LimitError",
    "Limits",
    "Report",
    "RulesError",
    "Severity",
    "Status",
    "UnreadableError",
    "UnrecognisedError",
    "UsageError",
    "Verdict",
    "extract",
    "extract_many",
    "read",
]

_LAZY = {"extract": "pipeline", "extract_many": "batch", "Limits": "read", "read": "read"}


def __getattr__(name: str) -> object:
    """Load the pipeline only when it is used: `gouji --help` needs none of it."""
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(f"extractor.{_LAZY[name]}"), name)
    raise AttributeError(f"module 'extractor' has no attribute '{name}'")
