"""RTF, by way of LibreOffice."""

from extractor.read.office.doc import read_rtf as read_parts

__all__ = ["read_parts"]
