"""A folder of the published tables with the file that explains them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.deliver.codebook.page import Part, as_html, as_markdown
from extractor.deliver.datapackage import data_package
from extractor.deliver.folder import MARK
from extractor.deliver.json_schema import report_schema
from extractor.deliver.results.source import Results
from extractor.deliver.tables.arrow import arrow_table, need_pyarrow
from extractor.deliver.tables.columns import TableSchema
from extractor.deliver.tables.of_rules import FIELDS, IDENTITIES, field_rows, identity_rows
from extractor.deliver.tables.schemas import TABLES
from extractor.deliver.tables.write import write_csv_files, write_parquet_files
from extractor.forms.model import Form
from extractor.report import JSONValue

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["write_json_file", "write_package", "write_tables"]

_TITLE = "政府信息公开工作年度报告数据 Figures of annual reports on open government information"


def write_package(
    results: Results, folder: Path, forms: Iterable[Form], *, parquet: bool, explained: Iterable[Part] | None = None
) -> dict[str, int]:
    """The tables of `results` in `folder`, as Parquet or CSV, with datapackage.json; what the rules know besides them.

    `explained`: the codebook, written in Markdown and HTML, and the JSON Schema with it. Returns the number of rows.
    """
    gathered = list(forms)
    tables = {**TABLES, FIELDS.name: FIELDS, IDENTITIES.name: IDENTITIES}

    def of_rules() -> "Iterator[Mapping[str, pa.Table]]":
        yield {FIELDS.name: arrow_table(FIELDS, field_rows(gathered))}
        yield {IDENTITIES.name: arrow_table(IDENTITIES, identity_rows(gathered))}

    counts = write_tables(chain(results.chunks(), of_rules()), folder, tables, "gouji-reports", _TITLE, parquet=parquet)
    if explained is not None:
        parts = list(explained)
        (folder / "codebook.md").write_text(as_markdown(parts), encoding="utf-8")
        (folder / "codebook.html").write_text(as_html(parts), encoding="utf-8")
        write_json_file(folder / "report.schema.json", report_schema())
    return counts


def write_tables(
    chunks: "Iterable[Mapping[str, pa.Table]]",
    folder: Path,
    tables: Mapping[str, TableSchema],
    name: str,
    title: str,
    *,
    parquet: bool,
) -> dict[str, int]:
    """`tables` in `folder`, and datapackage.json, which says what they are. Returns the number of rows."""
    need_pyarrow()
    counts = (write_parquet_files if parquet else write_csv_files)(chunks, folder, tables)
    write_json_file(folder / MARK, data_package(name, title, tables, "parquet" if parquet else "csv", counts))
    return counts


def write_json_file(path: Path, content: Mapping[str, JSONValue]) -> None:
    """Indented, in UTF-8."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
