"""The whole form asked of a language model at once, as users of instructor do: one pydantic model, one call."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Protocol

from pydantic import BaseModel, Field, create_model

from eval.others.forms import Cells
from eval.others.label_reader import TAGS, read_text
from extractor.evaluate.systems import Extraction
from extractor.forms.load import load_forms
from extractor.forms.model import Form
from extractor.report import Usage

__all__ = ["Ask", "WholeForm", "whole_model"]

Counted = tuple[dict[str, Any], int, int]
PROMPT = """You extract the tables of a Chinese annual report on open government information (政府信息公开工作年度报告).
Give every cell of the form as an integer (amounts as a decimal). Use null for what the report does not state.
The rows and columns of the form:
"""


class Ask(Protocol):
    def __call__(self, model: type[BaseModel], prompt: str, text: str) -> Counted:
        """The answer as a dictionary that `model` admits, and the tokens of question and answer."""
        ...


@cache
def whole_model(form_id: str) -> type[BaseModel]:
    """A model with a field for each table, row and column; every cell is required and may be null."""
    rows_of: dict[tuple[str, ...], type[BaseModel]] = {}
    tables: dict[str, Any] = {}
    for table in load_forms()[form_id].tables:
        rows: dict[str, Any] = {}
        for row in table.rows:
            names = table.columns_of(row)
            kinds = {column: row.kind or table.column_by_id[column].kind for column in names}
            fields: dict[str, Any] = {c: ((float if kinds[c] == "amount" else int) | None, ...) for c in names}
            name = "_".join((table.id, *(f"{column}_{kind}" for column, kind in kinds.items())))
            rows_of.setdefault((name,), create_model(name, **fields))
            rows[row.id] = (rows_of[name,], Field(description=row.labels[0]))
        tables[table.id] = (create_model(table.id, **rows), Field(description=table.titles[0]))
    return create_model("Form", **tables)


def _prompt(form: Form) -> str:
    lines = [PROMPT]
    for table in form.tables:
        heads = ", ".join(f"{column.id}={column.labels[0]}" for column in table.columns)
        lines.append(f"{table.id}: {table.titles[0]}; columns {heads}")
        lines += [f"- {row.id}: {row.labels[0]}" for row in table.rows]
    return "\n".join(lines)


@dataclass(frozen=True)
class WholeForm:
    """`ask`: an endpoint or a recording, of eval.others.asked."""

    ask: Ask
    name: str = "LLM, whole form at once"
    suffixes: frozenset[str] = frozenset({".txt", ".md", ".html", ".htm"})

    def extract(self, data: bytes, name: str, form: Form) -> Extraction:
        raw = read_text(data)
        text = TAGS.sub(" ", raw) if name.endswith((".html", ".htm")) else raw
        answer, asked, told = self.ask(whole_model(form.id), _prompt(form), text)
        cells: Cells = {}
        for cell in form.cells:
            table, row, column = cell.split(".")
            value = answer[table][row][column]
            cells[cell] = Decimal(str(value)) if isinstance(value, float) else value
        return Extraction(cells, usage=Usage(llm_calls=1, prompt_tokens=asked, completion_tokens=told))
