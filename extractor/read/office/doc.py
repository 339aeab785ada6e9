"""DOC and WPS (Word 97 to 2003): converted to DOCX by doc2docx, by LibreOffice where that fails; then read as DOCX."""

from pathlib import Path
from tempfile import TemporaryDirectory

from extractor.errors import UnreadableError
from extractor.read.document import Parts
from extractor.read.limits import Limits
from extractor.read.office import docx, soffice

__all__ = ["read_parts", "read_rtf"]


class _EncryptedError(UnreadableError):
    """LibreOffice could not read it either."""


def read_parts(data: bytes, limits: Limits) -> Parts:
    """Text and tables of a DOC or WPS file. Raises UnreadableError, LimitError."""
    with TemporaryDirectory(prefix="gouji-") as folder:
        source = Path(folder, "report.doc")
        source.write_bytes(data)
        try:
            return docx.read_parts(_converted(source, limits), limits)
        except _EncryptedError as error:
            raise UnreadableError(str(error)) from None
        except UnreadableError as error:
            reason = str(error)
        return _by_libreoffice(source, reason, limits)


def read_rtf(data: bytes, limits: Limits) -> Parts:
    """Text and tables of an RTF file, by LibreOffice alone."""
    with TemporaryDirectory(prefix="gouji-") as folder:
        source = Path(folder, "report.rtf")
        source.write_bytes(data)
        return _by_libreoffice(source, "RTF documents are read by way of LibreOffice only", limits)


def _by_libreoffice(source: Path, reason: str, limits: Limits) -> Parts:
    """Raises UnreadableError with the reason why it came to this, if LibreOffice cannot read it either."""
    if soffice.available() is None:
        raise UnreadableError(f"{reason}; LibreOffice, which may be able to read it, is not installed")
    try:
        return docx.read_parts(soffice.convert(source, source.suffix, "docx", limits), limits)
    except UnreadableError as error:
        raise UnreadableError(f"{reason}; {error}") from None


def _converted(source: Path, limits: Limits) -> bytes:
    """By doc2docx. Raises UnreadableError, LimitError."""
    from doc2docx import convert
    from doc2docx.cfb import CompoundFileLimits
    from doc2docx.errors import EncryptedDocumentError

    target = source.with_name("converted.docx")
    try:
        convert(source, target, limits=CompoundFileLimits(limits.max_bytes, limits.max_bytes, 65_536))
    except EncryptedDocumentError:
        raise _EncryptedError("the Word document is encrypted with a password") from None
    except MemoryError:
        raise
    except Exception as error:  # it is young, and meets files that its writer never saw
        raise UnreadableError(f"a damaged or unusual Word document ({type(error).__name__}: {error})"[:300]) from None
    limits.check("max_unpacked", target.stat().st_size, "bytes in the converted file")
    return target.read_bytes()
