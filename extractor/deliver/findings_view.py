"""What a reader should look at below a report's tables: its findings and the figures that are not as printed."""

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from extractor.deliver.printable import printable
from extractor.forms.model import Form
from extractor.report import Cell, Evidence, Finding, Report, Severity, Status

__all__ = ["findings_view"]

SEVERITY_STYLE = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "dim"}
MOST_QUOTED = 90
MOST_CELLS = 12


def findings_view(report: Report, form: Form | None) -> RenderableType:
    """Every finding with operands, suspects and quotes, then the corrected and disputed cells with their reasons."""
    lines: list[RenderableType] = [line for finding in report.findings for line in _finding(finding, form)]
    lines += _doubted(report.cells, form)
    if not lines:
        lines = [Text("no findings", style="dim")]
    return Group(Text(), *lines, Text())


def _finding(finding: Finding, form: Form | None) -> list[RenderableType]:
    severity = finding.severity
    style = SEVERITY_STYLE[severity]
    head = Text.assemble((severity.value, style), "  ", printable(finding.message), "  ", (finding.rule, "dim"))
    if finding.acknowledged:
        head.append("  acknowledged", style="dim")
    lines: list[RenderableType] = [head]
    if finding.message_en != finding.message:
        lines.append(_indented(Text(printable(finding.message_en), style="dim")))
    if finding.suspects:
        shared, names = _names(finding.suspects, form)
        lines.append(_indented(Text.assemble(("suspect: ", style), shared, ", ".join(names))))
    lines += [_indented(_quote(quote)) for quote in finding.quotes]
    return lines


def _names(cells: Sequence[str], form: Form | None) -> tuple[str, list[str]]:
    """What all cells have in common, as a prefix, and for each what it has of its own."""
    if form is None or any(cell not in form.cells for cell in cells):
        return "", list(cells)
    places = [form.cells[cell] for cell in cells]
    rows, columns = [row.labels[0] for _, row, _ in places], [column.labels[0] for _, _, column in places]
    if len(cells) == 1:
        return "", [f"{rows[0]} / {columns[0]}"]
    if len(set(rows)) == 1:
        return f"{rows[0]}: ", columns
    if len(set(columns)) == 1:
        return f"{columns[0]}: ", rows
    return "", [f"{row} / {column}" for row, column in zip(rows, columns, strict=True)]


def _quote(quote: Evidence) -> Text:
    text = printable(quote.text.strip())
    if len(text) > MOST_QUOTED:
        text = text[: MOST_QUOTED - 1] + "…"
    return Text.assemble(f"“{text}”", (f"  at {quote.start}", "dim"))


def _doubted(cells: Mapping[str, Cell], form: Form | None) -> list[RenderableType]:
    doubted = [(id_, cell) for id_, cell in cells.items() if cell.status in (Status.CORRECTED, Status.DISPUTED)]
    lines: list[RenderableType] = [_doubt(id_, cell, form) for id_, cell in doubted[:MOST_CELLS]]
    if len(doubted) > MOST_CELLS:
        lines.append(Text(f"and {len(doubted) - MOST_CELLS} more corrected or disputed cells", style="dim"))
    return lines


def _doubt(cell_id: str, cell: Cell, form: Form | None) -> Text:
    style = "magenta" if cell.status is Status.CORRECTED else "red"
    _, (name,) = _names([cell_id], form)
    values = [cell.value, *(value for value in cell.alternatives if value != cell.value)]
    line = Text.assemble((cell.status.value, style), f"  {name}: ")
    line.append(" or ".join("?" if value is None else str(value) for value in values))
    if cell.printed is not None and cell.printed != str(cell.value):
        line.append(f" (read as “{printable(cell.printed)}”)")
    if cell.because:
        line.append(f"  {printable(cell.because)}", style="dim")
    return line


def _indented(text: Text) -> RenderableType:
    return Padding(text, (0, 0, 0, 4), expand=False)
