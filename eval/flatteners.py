"""Programs of others that make text of web pages and of PDF, as crawls and data sets have it: a function each."""

import io
import shutil
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

__all__ = ["FROM_HTML", "FROM_PDF", "missing"]


def _html2text(html: str, **settings: Any) -> str:
    import html2text

    writer = html2text.HTML2Text()
    writer.body_width = 0
    for name, value in settings.items():
        setattr(writer, name, value)
    return writer.handle(html)


def _inscriptis(html: str) -> str:
    import inscriptis

    return inscriptis.get_text(html)


def _markdownify(html: str) -> str:
    import markdownify

    return str(markdownify.markdownify(html))


def _resiliparse(html: str, **settings: Any) -> str:
    from resiliparse.extract.html2text import extract_plain_text

    return str(extract_plain_text(html, **settings))


def _trafilatura(html: str, **settings: Any) -> str:
    import trafilatura

    return trafilatura.extract(html, include_tables=True, favor_recall=True, **settings) or ""


def _pdftotext(pdf: bytes, *options: str) -> str:
    with TemporaryDirectory(prefix="gouji-flat-") as folder:
        path = Path(folder, "report.pdf")
        path.write_bytes(pdf)
        done = subprocess.run(["pdftotext", *options, str(path), "-"], capture_output=True, timeout=120, check=True)
    return done.stdout.decode()


def _pypdf(pdf: bytes, mode: str) -> str:
    import pypdf

    return "\n".join(page.extract_text(extraction_mode=mode) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)  # type: ignore[arg-type]


def _pdfminer(pdf: bytes) -> str:
    from pdfminer.high_level import extract_text

    return str(extract_text(io.BytesIO(pdf)))


def _pdfplumber(pdf: bytes, **settings: Any) -> str:
    import pdfplumber

    with pdfplumber.open(io.BytesIO(pdf)) as document:
        return "\n".join(page.extract_text(**settings) or "" for page in document.pages)


def _pdfplumber_tables(pdf: bytes) -> str:
    """The first page as text, for title and year, then every table with tabs."""
    import pdfplumber

    with pdfplumber.open(io.BytesIO(pdf)) as document:
        lines = [document.pages[0].extract_text() or ""]
        for page in document.pages:
            for table in page.extract_tables():
                lines += ["\t".join((cell or "").replace("\n", "") for cell in row) for row in table]
    return "\n".join(lines)


def _pdfium(pdf: bytes) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(document[number].get_textpage().get_text_bounded() for number in range(len(document)))
    finally:
        document.close()


FROM_HTML: dict[str, Callable[[str], str]] = {
    "html2text": _html2text,
    "html2text, 78 wide": lambda html: _html2text(html, body_width=78),
    "html2text, no tables": lambda html: _html2text(html, ignore_tables=True),
    "inscriptis": _inscriptis,
    "markdownify": _markdownify,
    "resiliparse": lambda html: _resiliparse(html, preserve_formatting=True),
    "resiliparse, flat": lambda html: _resiliparse(html, preserve_formatting=False),
    "resiliparse, main content": lambda html: _resiliparse(html, main_content=True),
    "trafilatura": _trafilatura,
    "trafilatura, Markdown": lambda html: _trafilatura(html, output_format="markdown"),
}
FROM_PDF: dict[str, Callable[[bytes], str]] = {
    "pdfium": _pdfium,
    "pdfminer": _pdfminer,
    "pdfplumber": _pdfplumber,
    "pdfplumber, layout": lambda pdf: _pdfplumber(pdf, layout=True),
    "pdfplumber, tables": _pdfplumber_tables,
    "pdftotext": _pdftotext,
    "pdftotext -layout": lambda pdf: _pdftotext(pdf, "-layout"),
    "pdftotext -raw": lambda pdf: _pdftotext(pdf, "-raw"),
    "pypdf": lambda pdf: _pypdf(pdf, "plain"),
    "pypdf, layout": lambda pdf: _pypdf(pdf, "layout"),
}
_MODULES = {"pdfium": "pypdfium2"}


def missing(name: str) -> bool:
    """Whether the program behind a name is not installed."""
    program = name.partition(",")[0].partition(" ")[0]
    if program == "pdftotext":
        return shutil.which(program) is None
    return find_spec(_MODULES.get(program, program)) is None
