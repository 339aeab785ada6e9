"""The decisions of a folder applied while documents are extracted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

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

    def mark(self, documents: Iterable[str]) -> str:
        """What tells the decisions on these documents (their sha256) from others on them; empty where there is none.

        Two logs that amount to the same give the same mark.
        """
        lines = []
        for document in sorted(set(documents)):
            decisions, foreign = self.held.get(document, ({}, ()))
            lines += [decisions[cell].to_line() for cell in sorted(decisions)]
            lines += [one.to_line() for one in foreign]
        return sha256("\n".join(lines).encode("utf-8", "backslashreplace")).hexdigest()[:20] if lines else ""

    def __call__(self, first: Draft, report: Report) -> Report:
        decisions, foreign = self.held.get(report.source.sha256, ({}, ()))
        return decided(report, decisions, first.form, first, foreign=foreign)
