"""DOCX → text and tables: body, text boxes, footnotes, endnotes.

Read by way of its XML, not of python-docx: that refuses strict documents, and knows neither insertions nor text boxes.
"""

from functools import partial
from typing import TYPE_CHECKING

from extractor.read.document import Parts, Pasted
from extractor.read.flow import Flow
from extractor.read.limits import Limits
from extractor.read.office.numbering import Numbering, value
from extractor.read.office.package import Package, local
from extractor.read.office.styles import Styles
from extractor.read.office.word import Docx, references
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
    pasted: list[Pasted] = []
    for part in (main, related.get("footnotes"), related.get("endnotes")):
        root = package.xml(part) if part is not None else None
        for container in () if root is None else _containers(root):
            put(flow, word, word.blocks(container))
        if part is not None and word.pictures:
            pasted += _pasted(word, package, part)
    flow.notes += word.notes()
    return flow.finish()._replace(pasted=tuple(pasted))


def _pasted(word: Docx, package: Package, part: str) -> "Iterator[Pasted]":
    """The pictures met in a part."""
    names = package.by_id(part)
    for at, drawing in word.pictures:
        for number, whole in references(drawing):
            name = names.get(number, "") if whole else ""
            yield Pasted(at, name or f"{part} {number}", partial(package.content, name), large=True)
    word.pictures.clear()


def _containers(root: "_Element") -> "Iterator[_Element]":
    """The body of a document; of a part of notes, each note but the lines that separate them from the text."""
    for element in root:
        name = local(element)
        if name == "body" or (name in ("footnote", "endnote") and value(element, "type") in (None, "normal")):
            yield element
