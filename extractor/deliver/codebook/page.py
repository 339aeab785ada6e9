"""A page of headings, paragraphs and grids, written as Markdown or as HTML that stands alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeAlias

__all__ = ["Grid", "Heading", "Part", "Text", "as_html", "as_markdown"]


@dataclass(frozen=True)
class Heading:
    level: int
    text: str


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Grid:
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


Part: TypeAlias = Heading | Text | Grid


def as_markdown(parts: Iterable[Part]) -> str:
    """Grids as pipe tables."""
    return "\n\n".join(_markdown(part) for part in parts) + "\n"


def as_html(parts: Iterable[Part]) -> str:
    """A whole document in UTF-8, without scripts or anything from elsewhere."""
    gathered = list(parts)
    title = next((part.text for part in gathered if isinstance(part, Heading)), "")
    body = "\n".join(_html(part) for part in gathered)
    head = f"<meta charset='utf-8'>\n<title>{escape(title)}</title>\n{_STYLE}"
    return f"<!doctype html>\n<html lang='zh'>\n{head}\n{body}\n</html>\n"


_STYLE = """<style>
body { font: 15px/1.5 sans-serif; margin: 2em auto; max-width: 75em; padding: 0 1em; color: #222; }
table { border-collapse: collapse; margin: 1em 0; font-size: 13px; }
th, td { border: 1px solid #ccc; padding: .2em .5em; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { background: #f3f3f3; } h2 { border-bottom: 1px solid #ccc; margin-top: 2em; }
</style>"""


def _markdown(part: Part) -> str:
    match part:
        case Heading(level, text):
            return f"{'#' * level} {text}"
        case Text(text):
            return text
    lines = [part.heads, ["---"] * len(part.heads), *part.rows]
    return "\n".join(f"| {' | '.join(_in_grid(cell) for cell in line)} |" for line in lines)


def _in_grid(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")


def _html(part: Part) -> str:
    match part:
        case Heading(level, text):
            return f"<h{level}>{escape(text)}</h{level}>"
        case Text(text):
            return f"<p>{escape(text)}</p>"
    heads = "".join(f"<th>{escape(head)}</th>" for head in part.heads)
    rows = "\n".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in part.rows)
    return f"<table>\n<tr>{heads}</tr>\n{rows}\n</table>"
