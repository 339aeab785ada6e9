"""The audit of several years for reading in a terminal: findings worst first, each with where its figures stand."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from extractor.audit.audit import Audit
from extractor.audit.bodies import Joined
from extractor.audit.chains import Unchecked
from extractor.audit.model import AuditFinding, Filed, NotAudited, Operand
from extractor.audit.wording import cell_name
from extractor.deliver.findings_view import SEVERITY_STYLE
from extractor.deliver.printable import printable
from extractor.forms.model import Form
from extractor.report import Severity

__all__ = ["audit_view", "counted"]

MOST_FINDINGS = 200
MOST_LISTED = 20
MOST_PLACES = 3
MOST_QUOTED = 20

UNCHECKED = {
    Unchecked.NO_SUCH_CELL: "no such cell on the earlier form",
    Unchecked.MISSING: "a cell missing",
    Unchecked.DISPUTED: "a cell disputed",
    Unchecked.NOT_APPLICABLE: "a cell says 不适用",
}


def audit_view(audit: Audit, forms: Mapping[str, Form]) -> RenderableType:
    """Findings, joined names, reports left out, and how much was checked."""
    parts = [part for finding in audit.findings[:MOST_FINDINGS] for part in _finding(finding, forms)]
    if parts:
        parts.append(Text())
    if len(audit.findings) > MOST_FINDINGS:
        more = f"and {len(audit.findings) - MOST_FINDINGS} more findings: --format json, jsonl or csv has them all"
        parts += [Text(more, style="dim"), Text()]
    parts += _section("joined", [_joined(one) for one in audit.joined])
    parts += _section("not audited", [_left_out(one) for one in audit.not_audited])
    parts += [Text(line) for line in _coverage(audit)]
    return Group(*parts)


def _finding(finding: AuditFinding, forms: Mapping[str, Form]) -> Iterator[RenderableType]:
    style = SEVERITY_STYLE[finding.severity]
    years = "→".join(map(str, finding.years))
    head = Text.assemble((finding.severity.value, style), "  ", (printable(finding.body), "bold"), f"  {years}  ")
    yield head.append(finding.rule, style="dim")
    yield _indented(Text(printable(finding.message)))
    yield _indented(Text(printable(finding.message_en), style="dim"))
    for suspect in finding.suspects:
        name = cell_name(Operand(suspect.cell, suspect.filed), forms)
        rule = f"which breaks {suspect.rule} of its own report"
        yield _indented(Text.assemble(("suspect: ", style), printable(f"{suspect.filed.year} {name.zh}, {rule}")))
    filed: dict[Filed, list[Operand]] = {}
    for operand in finding.operands:
        filed.setdefault(operand.filed, []).append(operand)
    for one, operands in filed.items():
        yield _indented(Text(printable(f"{one.year}: {one.where}{_places(operands)}"), style="dim"))


def _indented(text: Text) -> RenderableType:
    return Padding(text, (0, 0, 0, 4), expand=False)


def _places(operands: Sequence[Operand]) -> str:
    """Where the figures stand, as offsets in the document's text."""
    evidence = [one.figure.evidence for one in operands if one.figure.evidence is not None]
    places = [f"{one.start} “{one.text.strip()[:MOST_QUOTED]}”" for one in evidence[:MOST_PLACES]]
    more = ", …" if len(evidence) > MOST_PLACES else ""
    return f" at {', '.join(places)}{more}" if places else ""


def _section(title: str, lines: Sequence[Text]) -> list[RenderableType]:
    if not lines:
        return []
    more = [Text(f"and {len(lines) - MOST_LISTED} more", style="dim")] if len(lines) > MOST_LISTED else []
    shown = [Padding(line, (0, 0, 0, 2), expand=False) for line in (*lines[:MOST_LISTED], *more)]
    return [Text(title, style="bold"), *shown, Text()]


def _joined(one: Joined) -> Text:
    line = Text(f"{printable(one.body)} ← ")
    variants = [
        f"{organ} ({', '.join(files[:MOST_PLACES])}{', …' if len(files) > MOST_PLACES else ''})"
        for organ, files in one.variants.items()
        if organ != one.body
    ]
    return line.append(printable("; ".join(variants)))


def _left_out(one: NotAudited) -> Text:
    return Text(printable(f"{one.where}: {one.reason}"))


def _coverage(audit: Audit) -> Iterator[str]:
    pairs = sum(len(body.pairs) for body in audit.bodies)
    reports = sum(len(body.reports) for body in audit.bodies)
    severities = Counter(finding.severity for finding in audit.findings)
    yield (
        f"{counted(reports, 'report')} of {counted(len(audit.bodies), 'body', 'bodies')}: "
        f"{counted(severities[Severity.ERROR], 'error')}, {counted(severities[Severity.WARNING], 'warning')}, "
        f"{counted(severities[Severity.INFO], 'note')}"
    )
    if audit.alone:
        alone = counted(audit.alone, "body has", "bodies have")
        yield f"{alone} no two consecutive years here: nothing to compare"
    coverage = audit.coverage
    line = (
        f"checked {coverage.checked} of {counted(coverage.chains, 'chain')} between {counted(pairs, 'pair')} of years"
    )
    reasons = [f"{number} {UNCHECKED[reason]}" for reason in Unchecked if (number := coverage.not_checked.get(reason))]
    if reasons:
        line += f"; {coverage.chains - coverage.checked} not: {', '.join(reasons)}"
    yield line


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 report`, `2 reports`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
