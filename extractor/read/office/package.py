"""Office Open XML packages: parts found through their relationships, XML parsed without entities or network."""

import posixpath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from extractor.errors import LimitError, UnreadableError
from extractor.read.limits import Limits
from extractor.read.packed import Packed

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["Package", "local", "parse_xml"]


class Package:
    """The parts of a DOCX or XLSX file. Only parts inside of it are ever read; external targets are passed over."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        """Raises UnreadableError, LimitError."""
        self._packed = Packed(data, limits)
        self._limits = limits
        # The first of two members of one name counts, and names differ in case: as Office has it.
        self._members = {member.filename.lstrip("/").lower(): member for member in reversed(self._packed.members)}

    def main(self) -> str:
        """The name of the main part (word/document.xml), as the package's relationships tell."""
        for kind, target in self.related(""):
            if kind == "officeDocument":
                return target
        raise UnreadableError("an office file without a main part")

    def related(self, part: str) -> list[tuple[str, str]]:
        """Kind and name of each part that `part` refers to, external ones left out."""
        return [(kind, target) for kind, target, _ in self._relations(part)]

    def by_id(self, part: str) -> dict[str, str]:
        """The name of each part that `part` refers to, by the id of the reference."""
        return {number: target for _, target, number in self._relations(part)}

    def _relations(self, part: str) -> list[tuple[str, str, str]]:
        folder, name = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        found: list[tuple[str, str, str]] = []
        if root is None:
            return found
        for element in root:
            if local(element) != "Relationship" or element.get("TargetMode", "").lower() == "external":
                continue
            target = posixpath.join("/", folder, unquote(element.get("Target", "")))
            # The kind is the last word of a URI that differs between strict and transitional documents.
            kind = element.get("Type", "").rpartition("/")[2]
            found.append((kind, posixpath.normpath(target).lstrip("/"), element.get("Id", "")))
        return found

    def content(self, part: str) -> bytes | None:
        """The bytes of a part; None where it is not there, damaged, or over a limit."""
        member = self._members.get(part.lower())
        try:
            return None if member is None else self._packed.read(member, "max_bytes")
        except (UnreadableError, LimitError):
            return None

    def xml(self, part: str) -> "_Element | None":
        """The root of a part, None where the package has none of that name. Raises UnreadableError, LimitError."""
        member = self._members.get(part.lower())
        return None if member is None else parse_xml(self._packed.read(member), part)


def parse_xml(data: bytes, what: str) -> "_Element":
    """The root element. Entities are not resolved, nothing is loaded, and a document type has no business here."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        said = str(error.msg)
        if "depth" in said or "loop" in said or "amplification" in said or "huge" in said.lower():
            raise LimitError(f"{what}: {said}") from None
        raise UnreadableError(f"{what} is damaged: {said}") from None
    if root.getroottree().docinfo.doctype:
        raise UnreadableError(f"{what} has a document type declaration, which no office file has (entities?)")
    return root


def local(element: "_Element") -> str:
    """The tag without its namespace: strict and transitional documents differ in that only."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
