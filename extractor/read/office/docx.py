"""DOCX → text and tables: body, text boxes, footnotes, endnotes.

Read by way of its XML, not of python-docx: that refuses strict documents, and knows neither insertions nor text boxes.
"""

from typing import TYPE_CHECKING

from extractor.read.document import Parts
from extractor.read.flow import Flow
from extractor.read.limits import Limits
from extractor.read.office.numbering import Numbering, value
from extractor.read.office.package import Package, local
from extractor.read.office.styles import Styles
from extractor.read.office.word import Docx
from extractor.read.office.word_tables import put

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

__all__ = ["read_parts"]


def read_parts(data: bytes, limits: Limits) -> Parts:
    """Text and tables of a DOCX file. Raises UnreadableError, LimitError."""
    package = Package(data, limits)
    main = package.main()
    related = dict(reversed(package.related(main)))
    word = Docx(
        Styles(package.xml(related["styles"]) if "styles" in related else None),
        Numbering(package.xml(related["numbering"]) if "numbering" in related else None),
    )
    flow = Flow(limits)
    for part in (main, related.get("footnotes"), related.get("endnotes")):
        root = package.xml(part) if part is not None else None
        for container in () if root is None else _containers(root):
            put(flow, word, word.blocks(container))
    flow.notes += word.notes()
    return flow.finish()


def _containers(root: "_Element") -> "Iterator[_Element]":
    """The body of a document; of a part of notes, each note but the lines that separate them from the text."""
    for element in root:
        name = local(element)
        if name == "body" or (name in ("footnote", "endnote") and value(element, "type") in (None, "normal")):
            yield element
