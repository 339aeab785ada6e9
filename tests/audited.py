"""Slim reports for tests of the audit, written as {cell: figure}."""

from collections.abc import Mapping

from extractor.audit.audit import Audit, audit
from extractor.audit.model import AuditFinding, Figure, Filed, Kind, NotAudited
from extractor.forms.load import load_forms
from extractor.report import Evidence, Number, Status

FORMS = load_forms()
APPLICANTS = ("natural_person", "business", "research", "public_welfare", "legal_services", "other", "total")
BLANK = Figure(None, Status.BLANK, Evidence(7, 8, " "))

Values = Mapping[str, "Number | Figure"]


def filed(
    year: int,
    values: Values,
    *,
    organ: str = "青溪县教育局",
    form: str = "ogi-2021",
    name: str = "",
    suspects: Mapping[str, str] | None = None,
    errors: int = 0,
) -> Filed:
    figures = {
        cell: value if isinstance(value, Figure) else Figure(value, Status.REPORTED, Evidence(3, 5, str(value)))
        for cell, value in values.items()
    }
    assert set(values) <= FORMS[form].cells.keys()
    name = name or f"{organ}-{year}.html"
    return Filed(name, f"{name:0>64}", None, form, organ, year, figures, suspects or {}, errors)


def row(row_id: str, *figures: "Number | Figure") -> dict[str, "Number | Figure"]:
    """A row of the table of applications: its columns in printed order, the total last."""
    return dict(zip((f"applications.{row_id}.{column}" for column in APPLICANTS), figures, strict=True))


def carried_out(*figures: "Number | Figure") -> dict[str, "Number | Figure"]:
    return row("carried_out", *figures)


def carried_in(*figures: "Number | Figure") -> dict[str, "Number | Figure"]:
    return row("carried_in", *figures)


def run(*reports: Filed | NotAudited) -> Audit:
    return audit(reports, FORMS)


def found(*reports: Filed) -> list[tuple[str, str, str]]:
    """Rule, kind and severity of every finding."""
    return [(one.rule, one.kind.value, one.severity.value) for one in run(*reports).findings]


def only(*reports: Filed) -> AuditFinding:
    (finding,) = run(*reports).findings
    return finding


def of_kind(kind: Kind, *reports: Filed) -> list[AuditFinding]:
    return [one for one in run(*reports).findings if one.kind is kind]
