"""What can be scored beside gouji: anything that makes numbers of a document, behind one small protocol."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from extractor.forms.model import Form
from extractor.report import Number, Usage

__all__ = ["Extraction", "System"]


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a system makes of one document.

    `cells`: cell id to value; a cell that is left out, or None, is one that the system found no value for. `disputed`:
    the cells whose value the system itself says may be wrong, for systems that say such a thing; a wrong value that is
    not among them counts as silently wrong. `usage`: what language models were asked for it.
    """

    cells: Mapping[str, Number | None]
    disputed: frozenset[str] = frozenset()
    usage: Usage = field(default_factory=Usage)


class System(Protocol):
    """Another way from a document to the cells of a form. Instances must be picklable: they are sent to processes."""

    @property
    def name(self) -> str:
        """How tables call it; short."""
        ...

    @property
    def suffixes(self) -> frozenset[str]:
        """The kinds of documents that it is made for, such as {".html"}; empty: all.

        It is given every document all the same, and one that it cannot read counts as all missed. Tables also say
        how it does on the documents that it is made for.
        """
        ...

    def extract(self, data: bytes, name: str, form: Form) -> Extraction:
        """The cells that `data` states. `name`: the file's name, such as report.html; `form`: the right form.

        gouji has to find out the form by itself; others are told it. Whatever this raises makes the document a failed
        one: all its printed cells are missed. What is missing on this machine (a package, an endpoint) is a UsageError:
        the system is left out then, and the table says why.
        """
        ...
