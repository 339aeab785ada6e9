"""Other ways from a document to the cells of a form, to be scored beside gouji: what one writes in an afternoon.

SYSTEMS are those that run anywhere. The language model is not among them: it needs an endpoint, or a recording
(`python -m eval.others.recorded`).
"""

from eval.others.label_reader import LabelReader
from eval.others.pandas_html import PandasHtml
from eval.others.pdf_tables import PdfTables
from extractor.evaluate.systems import System

__all__ = ["SYSTEMS"]

SYSTEMS: dict[str, System] = {system.name: system for system in (PandasHtml(), PdfTables(), LabelReader())}
