"""What results can be asked for, however they lie on disk."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

from extractor.report import Report

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Complain", "Results"]

Complain = Callable[[str], None]
"""Takes a line on what could not be read or was left out."""


class Results(Protocol):
    """Results of many documents. Never all of them are held at once."""

    unread: int
    """How many could not be read, as far as they have been gone through."""

    def reports(self) -> Iterator[Report]:
        """Each document's report once, those that failed among them."""
        ...

    def chunks(self) -> "Iterator[Mapping[str, pa.Table]]":
        """The same as pieces of the published tables; a piece may have some of the tables only."""
        ...
