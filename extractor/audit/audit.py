"""The audit of several years: reports of many bodies in, findings on what does not go on from year to year out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from extractor.audit.bodies import Body, BodyRules, Joined, group, load_bodies
from extractor.audit.chains import Outcome, Unchecked, examine, families
from extractor.audit.judge import judge
from extractor.audit.model import AuditFinding, Filed, Kind, NotAudited, worst_first
from extractor.audit.wording import gap_message
from extractor.audit.years import by_year, duplicates
from extractor.forms.model import Form
from extractor.report import JSONValue, Severity

__all__ = ["Audit", "Coverage", "Pair", "audit", "audit_body"]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many chains there are, how many of them were checked and hold, and why the others were not checked."""

    chains: int = 0
    checked: int = 0
    held: int = 0
    not_checked: Mapping[Unchecked, int] = field(default_factory=dict)

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> "Coverage":
        every = list(outcomes)
        told = [one for one in every if one.unchecked is None]
        reasons = Counter(one.unchecked for one in every if one.unchecked is not None)
        return cls(len(every), len(told), sum(one.holds for one in told), reasons)

    def __add__(self, other: "Coverage") -> "Coverage":
        reasons = Counter(self.not_checked) + Counter(other.not_checked)
        return Coverage(self.chains + other.chains, self.checked + other.checked, self.held + other.held, reasons)

    def to_dict(self) -> dict[str, JSONValue]:
        reasons: dict[str, JSONValue] = {reason.value: self.not_checked.get(reason, 0) for reason in Unchecked}
        return {"chains": self.chains, "checked": self.checked, "held": self.held, "not_checked": reasons}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two consecutive years of a body, and what could be checked between them."""

    years: tuple[int, int]
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class AuditedBody:
    """A body with its reports and the pairs of years that were checked."""

    name: str
    reports: tuple[Filed, ...]
    pairs: tuple[Pair, ...]

    def to_dict(self) -> dict[str, JSONValue]:
        return {
            "name": self.name,
            "reports": [one.to_dict() for one in self.reports],
            "pairs": [{"years": list(pair.years), **pair.coverage.to_dict()} for pair in self.pairs],
        }


@dataclass(frozen=True, slots=True)
class Audit:
    """What came out: bodies by name, findings worst first, what was joined, what was left out and why."""

    bodies: tuple[AuditedBody, ...]
    findings: tuple[AuditFinding, ...]
    joined: tuple[Joined, ...]
    not_audited: tuple[NotAudited, ...]

    @property
    def coverage(self) -> Coverage:
        return sum((pair.coverage for body in self.bodies for pair in body.pairs), start=Coverage())

    @property
    def alone(self) -> int:
        """Bodies of which no two consecutive years are at hand."""
        return sum(not body.pairs for body in self.bodies)

    def to_dict(self) -> dict[str, JSONValue]:
        """The JSON object that docs/audit.md describes."""
        return {
            "bodies": [body.to_dict() for body in self.bodies],
            "findings": [finding.to_dict() for finding in self.findings],
            "joined": [one.to_dict() for one in self.joined],
            "not_audited": [one.to_dict() for one in self.not_audited],
            "coverage": {
                "reports": sum(len(body.reports) for body in self.bodies),
                "bodies": len(self.bodies),
                "bodies_without_pairs": self.alone,
                "pairs": sum(len(body.pairs) for body in self.bodies),
                "gaps": sum(finding.kind is Kind.GAP for finding in self.findings),
                **self.coverage.to_dict(),
            },
        }


def audit(reports: Iterable[Filed | NotAudited], forms: Mapping[str, Form], rules: BodyRules | None = None) -> Audit:
    """Audit `reports`, whatever their order. Raises RulesError for a mistake in rules/bodies.yaml."""
    filed, left_out = [], []
    for one in reports:
        if isinstance(one, NotAudited):
            left_out.append(one)
        elif one.form not in forms:
            left_out.append(NotAudited(one.name, one.result, f"its form '{one.form}' is not known here", False))
        else:
            filed.append(one)
    bodies, findings = group(filed, rules or load_bodies())
    audited = []
    for body in bodies:
        pairs, found = audit_body(body, forms)
        audited.append(AuditedBody(body.name, body.reports, tuple(pairs)))
        findings += found
    return Audit(
        tuple(audited),
        tuple(sorted(findings, key=worst_first)),
        tuple(joined for body in bodies if (joined := body.joined) is not None),
        tuple(sorted(left_out, key=lambda one: (one.name, one.result or "", one.reason))),
    )


def audit_body(body: Body, forms: Mapping[str, Form]) -> tuple[list[Pair], list[AuditFinding]]:
    """The pairs of consecutive years of one body, whose forms are all known, and what is wrong between them."""
    years = by_year(body.reports)
    several = (duplicates(body.name, reports, forms) for reports in years.values())
    findings = [finding for finding in several if finding is not None]
    pairs = []
    for before, year in pairwise(years):
        if year - before > 1:
            message = gap_message(before, year)
            gap = AuditFinding("body.gap", Kind.GAP, Severity.INFO, body.name, (before, year), message.zh, message.en)
            findings.append(gap)
            continue
        outcomes, found = _pair(body.name, years[before], years[year], forms)
        pairs.append(Pair((before, year), Coverage.of(outcomes)))
        findings += found
    return pairs, findings


def _pair(
    body: str, earlier: Sequence[Filed], later: Sequence[Filed], forms: Mapping[str, Form]
) -> tuple[list[Outcome], list[AuditFinding]]:
    """All families between two years, each checked once: on the best report whose form has it, against the best of
    the year before, one of the same form first."""
    outcomes, findings = [], []
    done = set()
    for this in later:
        for family in families(forms[this.form]):
            if family.id in done:
                continue
            done.add(family.id)
            before = min(
                earlier, key=lambda one: (not family.last_year <= forms[one.form].cells.keys(), one.form != this.form)
            )
            examined = [examine(chain, this, before, forms) for chain in family.chains]
            existing = [one for one in examined if one is not None]
            outcomes += existing
            findings += judge(body, (before.year, this.year), family, existing, forms)
    return outcomes, findings
