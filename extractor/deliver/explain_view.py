"""An Explanation as a person reads it: what was read, what was asked, what the identities say, what was decided."""

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from extractor.deliver.printable import printable
from extractor.explain import Explanation, Identity, Said
from extractor.report import Asked, Cell, Finding

__all__ = ["explain_view"]

_MOST_QUOTED = 100
_MOST_SAID = 20


def explain_view(explanation: Explanation) -> RenderableType:
    """The whole way of one cell."""
    cell = explanation.cell
    head = Text.assemble((explanation.cell_id, "bold"), f"  {explanation.label}")
    return Group(
        head,
        *_part("decided", [_decided(cell)]),
        *_part("read", [_said(one) for one in explanation.said[:_MOST_SAID]] + _more(explanation.said)),
        *_part("asked of a language model", [_asked(one) for one in explanation.asked]),
        *_part("identities", [_identity(one) for one in explanation.identities]),
        *_part("findings", [_finding(one) for one in explanation.findings]),
        Text(),
    )


def _part(title: str, lines: Iterable[Text]) -> list[RenderableType]:
    shown = list(lines) or [Text("none", style="dim")]
    return [Text(title, style="bold dim"), *(Padding(line, (0, 0, 0, 4), expand=False) for line in shown)]


def _decided(cell: Cell) -> Text:
    line = Text.assemble(("–" if cell.value is None else str(cell.value), "bold"), f"  {cell.status.value}")
    if cell.alternatives:
        others = ", ".join("none" if value is None else str(value) for value in cell.alternatives)
        line.append(f"  or {others}")
    if cell.read_by:
        line.append(f"  by {', '.join(cell.read_by)}")
    if cell.evidence is not None:
        line.append(f"  at {cell.evidence.start} “{_short(cell.evidence.text)}”", style="dim")
    if cell.because:
        line.append(f"\n{printable(cell.because)}\n{printable(cell.because_zh or '')}")
    return line


def _said(said: Said) -> Text:
    value = said.kind if said.value is None else str(said.value)
    share = "" if said.share > 0.999 else f"  {100 * said.share:.0f} %"
    line = Text.assemble((value, "bold"), f"  {said.reader}, {said.how}{share}")
    return line.append(f"  at {said.evidence.start} “{_short(said.evidence.text)}”", style="dim")


def _more(said: tuple[Said, ...]) -> list[Text]:
    rest = len(said) - _MOST_SAID
    return [Text(f"and {rest} more", style="dim")] if rest > 0 else []


def _asked(asked: Asked) -> Text:
    line = Text.assemble((printable(str(asked.value)), "bold"), f"  {asked.outcome}")
    return line.append(f"  “{_short(asked.quote)}”  {asked.prompt}", style="dim")


def _identity(identity: Identity) -> Text:
    word, style = {True: ("holds", "green"), False: ("broken", "red"), None: ("open", "yellow")}[identity.holds]
    return Text.assemble((word, style), f"  {identity.id}  {printable(identity.chinese)}")


def _finding(finding: Finding) -> Text:
    return Text(f"{finding.severity.value}  {finding.rule}  {printable(finding.message)}")


def _short(text: str) -> str:
    text = printable(text.strip())
    return text if len(text) <= _MOST_QUOTED else text[: _MOST_QUOTED - 1] + "…"
