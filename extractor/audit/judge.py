"""What a broken family of chains means: carry-over not taken over, columns shifted, figures begun anew, or breaks.

One cause is one finding: seven columns that were not taken over are told once, not seven times.
"""

from collections.abc import Iterator, Mapping, Sequence

from extractor.audit.chains import Chain, Family, Outcome, Shape
from extractor.audit.model import AuditFinding, Kind
from extractor.audit.wording import (
    Message,
    not_carried_message,
    plain_message,
    reshuffle_message,
    restart_message,
)
from extractor.forms.model import Form
from extractor.report import Severity, Status

__all__ = ["judge"]

_WHOLE_FAMILY, _WHOLE, _PART = range(3)


def judge(
    body: str, years: tuple[int, int], family: Family, outcomes: Sequence[Outcome], forms: Mapping[str, Form]
) -> list[AuditFinding]:
    """The findings on a family between the reports of two consecutive years."""
    told = [one for one in outcomes if one.unchecked is None]
    broken = [one for one in told if not one.holds]
    if not broken:
        return []
    if family.shape is Shape.CARRIED and _not_carried(family, told, broken):
        message = not_carried_message(broken, forms)
        return [_finding(family.id, Kind.NOT_CARRIED, body, years, broken, message, _WHOLE_FAMILY)]
    if family.shape is Shape.CUMULATIVE:
        anew = _restarted(told, broken, years[1])
        if anew:
            severity = Severity.INFO if all(_starts_at_zero(one, years[1]) for one in anew) else Severity.WARNING
            message = restart_message(anew, years, forms)
            return [_finding(family.id, Kind.RESTART, body, years, anew, message, _WHOLE_FAMILY, severity)]
    found = []
    for whole, parts in _reshuffled(family, outcomes, broken):
        message = reshuffle_message(whole, parts, forms)
        severity = Severity.WARNING
        found.append(_finding(family.id, Kind.RESHUFFLE, body, years, [*parts, whole], message, _PART, severity))
        broken = [one for one in broken if one not in parts]
    for one in broken:
        scope = _WHOLE if one.chain.whole is None else _PART
        message = plain_message(one, forms)
        found.append(_finding(one.chain.edit.id, Kind.BREAK, body, years, [one], message, scope))
    return found


def _not_carried(family: Family, told: Sequence[Outcome], broken: Sequence[Outcome]) -> bool:
    """Whether nothing of last year's was taken over, as far as can be told: not where a total of 0 was."""
    wholes = [one for one in told if one.chain.whole is None]
    everything = len(told) == len(family.chains) or any(one in broken for one in wholes)
    return everything and all(not one.value for one in told) and not any(one.holds for one in wholes)


def _restarted(told: Sequence[Outcome], broken: Sequence[Outcome], year: int) -> list[Outcome]:
    """The chains that begin anew, if every chain that says anything does."""
    telling = [one for one in told if one.last_year(year)]
    fell = all(one.value < one.last_year(year) for one in telling) and len(telling) > 1
    anew = all(_starts_at_zero(one, year) or one.value < one.last_year(year) for one in telling)
    at_zero = any(_starts_at_zero(one, year) for one in telling)
    return telling if anew and (fell or at_zero) and all(one in telling for one in broken) else []


def _starts_at_zero(one: Outcome, year: int) -> bool:
    """Whether it is just this year's figure."""
    return one.value == one.expected - one.last_year(year)


def _reshuffled(
    family: Family, outcomes: Sequence[Outcome], broken: Sequence[Outcome]
) -> Iterator[tuple[Outcome, list[Outcome]]]:
    """Wholes that agree though two or more of their parts differ, in ways that cancel out."""
    by_id = {one.chain.edit.id: one for one in outcomes}
    parts: dict[str, list[Outcome]] = {}
    for one in broken:
        if one.chain.whole is not None:
            parts.setdefault(one.chain.whole, []).append(one)
    for name, members in parts.items():
        whole = by_id.get(name)
        if whole is None or whole.unchecked is not None or not whole.holds or len(members) < 2:
            continue
        if not sum(one.difference for one in members) or _some_unchecked(family.chains, name, by_id):
            yield whole, members


def _some_unchecked(chains: Sequence[Chain], whole: str, by_id: Mapping[str, Outcome]) -> bool:
    of_whole = [by_id.get(chain.edit.id) for chain in chains if chain.whole == whole]
    return any(one is not None and one.unchecked is not None for one in of_whole)


def _finding(
    rule: str,
    kind: Kind,
    body: str,
    years: tuple[int, int],
    outcomes: Sequence[Outcome],
    message: Message,
    scope: int,
    severity: Severity = Severity.ERROR,
) -> AuditFinding:
    """An error is only a warning where bodies restate, a blank counts as 0 or a repaired figure is compared."""
    operands = tuple(dict.fromkeys(operand for one in outcomes for operand in one.operands))
    doubtful = any(operand.figure.status in (Status.BLANK, Status.CORRECTED) for operand in operands)
    strict = all(one.chain.edit.strict for one in outcomes)
    if severity is Severity.ERROR and (doubtful or not strict):
        severity = Severity.WARNING
    size = max(one.size for one in outcomes)
    return AuditFinding(rule, kind, severity, body, years, message.zh, message.en, operands, scope, size)
