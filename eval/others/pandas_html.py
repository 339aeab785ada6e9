"""pandas.read_html: every table of the page as a data frame, rows by their label, columns by their head."""

import re
from dataclasses import dataclass
from io import StringIO

from eval.others.forms import Cells, fill
from eval.others.label_reader import read_text
from extractor.errors import UsageError
from extractor.evaluate.systems import Extraction
from extractor.forms.model import Form

__all__ = ["PandasHtml"]


@dataclass(frozen=True)
class PandasHtml:
    """What a data analyst does first with a folder of web pages."""

    name: str = "pandas.read_html"
    suffixes: frozenset[str] = frozenset({".html", ".htm"})

    def extract(self, data: bytes, name: str, form: Form) -> Extraction:  # noqa: ARG002
        try:
            import lxml  # noqa: F401
            import pandas
        except ImportError as error:
            raise UsageError(f"{error}: pip install 'gouji[eval]'") from None
        page = re.sub(r"<\?xml[^>]*>", "", read_text(data))
        try:
            frames = pandas.read_html(StringIO(page), flavor="lxml")
        except ValueError:  # no table in it
            return Extraction({})
        cells: Cells = {}
        for frame in frames:
            heads = [column if isinstance(column, tuple) else (column,) for column in frame.columns]
            heads = [[str(name) for name in names if not isinstance(name, int)] for names in heads]
            fill(
                form,
                [
                    [" ".join(names[-1:]) for names in heads],
                    *frame.astype(object).fillna("").astype(str).to_numpy().tolist(),
                ],
                cells,
            )
        return Extraction(cells)
