"""A label, then as many numbers as the row has columns: thirty lines of regular expressions, on any text."""

import re
import unicodedata
from dataclasses import dataclass

from eval.others.forms import Cells, number
from extractor.evaluate.systems import Extraction
from extractor.forms.model import Form

__all__ = ["TAGS", "LabelReader", "read_text"]

UNIT = r"(?:件次?|条|次|个|份|项|篇|人次?|元|万元)?"
FIGURE = rf"[^\d\w]*{UNIT}[^\d\w]*?(-?\d[\d,]*(?:\.\d+)?){UNIT}"
TAGS = re.compile(r"<(script|style)\b.*?</\1>|<!--.*?-->|<[^>]*>|&nbsp;", re.DOTALL | re.IGNORECASE)


def read_text(data: bytes) -> str:
    """UTF-8 if it is, else what most other pages are in."""
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode(errors="replace")


@dataclass(frozen=True)
class LabelReader:
    name: str = "labels and regex"
    suffixes: frozenset[str] = frozenset({".txt", ".md", ".html", ".htm"})

    def extract(self, data: bytes, name: str, form: Form) -> Extraction:
        raw = read_text(data)
        text = unicodedata.normalize("NFKC", TAGS.sub(" ", raw) if name.endswith((".html", ".htm")) else raw)
        cells: Cells = {}
        at = 0
        for table in form.tables:
            rows = table.rows if table.layout == "rows" else ()
            for row in rows:
                columns = table.columns_of(row)
                labels = sorted((unicodedata.normalize("NFKC", label) for label in row.labels), key=len, reverse=True)
                any_label = "|".join(r"\s*".join(map(re.escape, label)) for label in labels)
                if found := re.compile(f"(?:{any_label})" + FIGURE * len(columns)).search(text, at):
                    at = found.end(1)
                    ids = (f"{table.id}.{row.id}.{column}" for column in columns)
                    cells.update(zip(ids, map(number, found.groups()), strict=True))
            if not rows and (found := re.compile(r"总\s*计" + FIGURE * 15).search(text, at)):
                ids = (
                    f"{table.id}.{row.id}.{one}" for row in table.rows if not row.optional for one in table.column_ids
                )
                cells.update(zip(ids, map(number, found.groups()), strict=True))
        return Extraction(cells)
