"""What decisions make worth saying about a report: one finding for each kind of it."""

from collections.abc import Mapping, Sequence

from extractor.deciding.decision import Decision, label_of
from extractor.forms.model import Form
from extractor.report import Cell, Changed, Finding, Number, Reason, Severity, Status, Unapplied

__all__ = ["NO_SUCH_CELL", "OTHER_FORM", "changed_finding", "foreign_finding", "outdated_finding", "unapplied_finding"]

NO_SUCH_CELL = Reason("the form has no such cell any more", "表式中已无此格")
OTHER_FORM = Reason(
    "it was made when the document was read as another form, in which the cell has another name",
    "作出决定时文件按另一表式读取，该格名称与现在不同",
)
_CERTAIN = (Status.REPORTED, Status.CORRECTED, Status.BLANK, Status.NOT_APPLICABLE)
_ALL_LISTED = 4


def outdated_finding(
    form: Form, outdated: Sequence[str], before: Mapping[str, Cell], after: Mapping[str, Cell]
) -> Finding | None:
    """Decided cells that are read otherwise by now; None if there are none."""
    if not outdated:
        return None
    english = [f"{cell}: decided {_shown(after[cell])[1]}, now read as {_shown(before[cell])[1]}" for cell in outdated]
    chinese = [
        f"{label_of(form, cell)}：决定为{_shown(after[cell])[0]}，现读为{_shown(before[cell])[0]}" for cell in outdated
    ]
    return Finding(
        "decision.outdated",
        Severity.WARNING,
        f"有 {len(outdated)} 格在作出决定之后读数有变，请再看一次。{_listed(chinese, '；', '等')}",
        f"{len(outdated)} cells are read otherwise than when they were decided, look again: "
        + _listed(english, "; ", " and others"),
        tuple(outdated),
        {cell: after[cell].value for cell in outdated},
    )


def changed_finding(form: Form, changed: Sequence[Changed]) -> Finding | None:
    """Cells that came out otherwise because others were decided: a warning if a figure once certain is another."""
    if not changed:
        return None
    grave = any(one.was_status in _CERTAIN and one.value != one.was_value for one in changed)
    words = [(one, _told(one.was_value, one.was_status), _told(one.value, one.status)) for one in changed]
    english = _listed([f"{one.cell}: {was[1]} → {now[1]}" for one, was, now in words], "; ", " and others")
    chinese = _listed([f"{label_of(form, one.cell)}：{was[0]} → {now[0]}" for one, was, now in words], "；", "等")
    return Finding(
        "decision.elsewhere",
        Severity.WARNING if grave else Severity.INFO,
        f"依据人工决定，另有 {len(changed)} 格随之变化。{chinese}",
        f"{len(changed)} other cells came out otherwise because of what was decided: {english}",
        tuple(one.cell for one in changed),
        {one.cell: one.value for one in changed},
    )


def unapplied_finding(unapplied: Sequence[Unapplied]) -> Finding | None:
    """Decisions that are about no cell of the report any more."""
    if not unapplied:
        return None
    english = [f"{one.cell} ({one.because.en})" for one in unapplied]
    chinese = [f"{one.cell}（{one.because.zh}）" for one in unapplied]
    return Finding(
        "decision.unapplied",
        Severity.WARNING,
        f"有 {len(unapplied)} 项决定未能采用：{_listed(chinese, '；', '等')}",
        f"{len(unapplied)} decisions are not applied: {_listed(english, '; ', ' and others')}",
    )


def foreign_finding(foreign: Sequence[Decision]) -> Finding | None:
    """Lines of the log that another version wrote."""
    if not foreign:
        return None
    why = _listed([f"{one.cell}: {one.foreign}" for one in foreign], "; ", " …")
    return Finding(
        "decision.not_understood",
        Severity.WARNING,
        f"决定记录中有 {len(foreign)} 行出自较新版本，未能理解，亦未采用：{why}",
        f"{len(foreign)} lines of the log of decisions are of a newer version, and are not applied: {why}",
    )


_WORDS = {
    Status.BLANK: ("空白", "blank"),
    Status.NOT_APPLICABLE: ("不适用", "not applicable"),
    Status.MISSING: ("未印", "missing"),
    Status.DISPUTED: ("存疑", "disputed"),
    Status.DERIVED: ("推得", "derived"),
}


def _shown(cell: Cell) -> tuple[str, str]:
    return _told(cell.value, cell.status)


def _told(value: Number | None, status: Status) -> tuple[str, str]:
    if value is None:
        return _WORDS.get(status, (status.value, status.value))
    if status in (Status.DISPUTED, Status.DERIVED):
        chinese, english = _WORDS[status]
        return f"{value}（{chinese}）", f"{value} ({english})"
    return str(value), str(value)


def _listed(words: Sequence[str], between: str, more: str) -> str:
    return between.join(words[:_ALL_LISTED]) + (more if len(words) > _ALL_LISTED else "")
