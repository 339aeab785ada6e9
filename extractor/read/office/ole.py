"""OLE files told apart by the streams in their root: Word and WPS documents, workbooks, encrypted packages."""

from extractor.errors import UnreadableError
from extractor.read.document import Parts
from extractor.read.limits import Limits

__all__ = ["read_parts"]

_DIRECTORY = 64 * 1024
_KNOWN = ("EncryptedPackage", "WordDocument", "Workbook", "Book", "PowerPoint Document")


def read_parts(data: bytes, limits: Limits) -> Parts:
    """Text and tables of what is in an OLE file. Raises UnreadableError, LimitError."""
    names = _streams(data)
    if "EncryptedPackage" in names:
        raise UnreadableError("the office document is encrypted with a password")
    if "WordDocument" in names:
        from extractor.read.office.doc import read_parts as read_doc

        return read_doc(data, limits)
    if "Workbook" in names or "Book" in names:
        from extractor.read.office.sheets import read_parts as read_sheets

        return read_sheets(data, limits)
    if "PowerPoint Document" in names:
        raise UnreadableError("PPT presentations are not read")
    raise UnreadableError("an OLE file that is neither a Word document nor a workbook")


def _streams(data: bytes) -> set[str]:
    """Which of the known streams stand in the root of the file; anywhere, if its directory is damaged."""
    from doc2docx.cfb import CompoundFile, CompoundFileLimits
    from doc2docx.errors import Doc2DocxError

    found = set()
    try:
        compound = CompoundFile(data, limits=CompoundFileLimits(max_directory_entries=_DIRECTORY))
    except (Doc2DocxError, ValueError, IndexError, OverflowError, RecursionError) as error:
        found = {name for name in _KNOWN if name.encode("utf-16-le") in data}
        if not found:
            raise UnreadableError(f"a damaged OLE file, as DOC, WPS and XLS are ({str(error)[:200]})") from None
        return found
    for name in _KNOWN:
        try:
            compound.get_entry(name)
        except Doc2DocxError:
            continue
        found.add(name)
    return found
