"""pdfplumber: every ruled table of the file, rows by their label, columns by their head."""

from dataclasses import dataclass
from io import BytesIO

from eval.others.forms import Cells, fill
from extractor.errors import UnreadableError, UsageError
from extractor.evaluate.systems import Extraction
from extractor.forms.model import Form

__all__ = ["PdfTables"]


@dataclass(frozen=True)
class PdfTables:
    """Tables go on over pages: their parts are read as one grid."""

    name: str = "pdfplumber and labels"
    suffixes: frozenset[str] = frozenset({".pdf"})

    def extract(self, data: bytes, name: str, form: Form) -> Extraction:  # noqa: ARG002
        try:
            import pdfplumber
        except ImportError as error:
            raise UsageError(f"{error}: pip install 'gouji[eval]'") from None
        if not data.startswith(b"%PDF"):
            raise UnreadableError("no PDF")
        with pdfplumber.open(BytesIO(data)) as pdf:
            grid = [[box or "" for box in row] for page in pdf.pages for part in page.extract_tables() for row in part]
        cells: Cells = {}
        fill(form, grid, cells)
        return Extraction(cells)
