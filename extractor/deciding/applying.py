"""The decisions of a folder applied while documents are extracted."""

from collections.abc import Mapping
from dataclasses import dataclass

from extractor.deciding.decided import decided
from extractor.deciding.decisions import Decision, Decisions
from extractor.pipeline import Draft
from extractor.report import Report

__all__ = ["Applying"]


@dataclass(frozen=True, slots=True)
class Applying:
    """Given to extractor.pipeline as `then`. Picklable; holds what the log said when it was made.

    `held`: by sha256 of the document, what holds for its cells, and lines that are not understood.
    """

    held: Mapping[str, tuple[Mapping[str, Decision], tuple[Decision, ...]]]

    @classmethod
    def of(cls, log: Decisions) -> "Applying":
        """Raises OSError."""
        return cls({document: (log.of(document), log.foreign(document)) for document in log.known()})

    def __call__(self, first: Draft, report: Report) -> Report:
        decisions, foreign = self.held.get(report.source.sha256, ({}, ()))
        return decided(report, decisions, first.form, first, foreign=foreign)
