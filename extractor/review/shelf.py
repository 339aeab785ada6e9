"""The documents of a run, as the page asks for them."""

from collections.abc import Mapping
from typing import Protocol

from extractor.deciding.decisions import Decisions
from extractor.forms.model import Form
from extractor.read.locator import Locator
from extractor.report import Report
from extractor.review.bench import Bench
from extractor.review.index import Index

__all__ = ["Shelf"]


class Shelf(Protocol):
    """A run: its list, its reports as the program alone made them, its sources, and what people decided.

    All methods may be called by several threads at once; they raise KeyError for a document that is not in the run.
    """

    @property
    def title(self) -> str:
        """What the run is called: a folder, a file of results, a batch."""

    @property
    def index(self) -> Index:
        """The list, as far as it is known."""

    @property
    def decisions(self) -> Decisions:
        """The log of this run."""

    @property
    def bench(self) -> Bench:
        """The processes that read its documents."""

    @property
    def forms(self) -> Mapping[str, Form]:
        """The forms that are known."""

    @property
    def author(self) -> str:
        """Whose decisions are made here."""

    def running(self) -> bool:
        """Whether there are results still to come."""

    def report(self, key: str) -> Report | None:
        """The report without any decision; None while there is none."""

    def origin(self, key: str) -> Locator | None:
        """Where its bytes are, if they still are those that the report was made of."""

    def hurry(self, key: str) -> None:
        """Somebody waits for this document: read it before the others."""
