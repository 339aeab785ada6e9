"""Seeded true tables: every cell of a form, all identities kept, shaped like real bodies' figures."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from eval.truth_statistics import fujian, statistics_2014

__all__ = ["APPLICANTS", "FORMS", "GROUPS", "PLAIN_ROWS", "Number", "Truth", "make_truth"]

Number = int | Decimal

APPLICANTS = ("natural_person", "business", "research", "public_welfare", "legal_services", "other")
GROUPS: dict[str, tuple[str, ...]] = {
    "refused": (
        "refused_secret",
        "refused_law",
        "refused_security",
        "refused_third_party",
        "refused_internal",
        "refused_process",
        "refused_enforcement",
        "refused_query",
    ),
    "unavailable": ("unavailable_not_held", "unavailable_creation", "unavailable_unclear"),
    "rejected": (
        "rejected_petition",
        "rejected_repeat",
        "rejected_publication",
        "rejected_mass",
        "rejected_confirm",
    ),
    "other": ("other_no_correction", "other_unpaid", "other_other"),
}
PLAIN_ROWS = ("granted", "partial")
YEARS = {"ogi-2021": (2021, 2025), "ogi-2019": (2019, 2020), "ogi-2014": (2014, 2018), "ogi-fujian": (2011, 2018)}
PLACES = (
    "青溪县",
    "云岭市",
    "白石区",
    "临川江市",
    "望川县",
    "南屏区",
    "松茂市",
    "石桥县",
    "碧湖区",
    "长岭州",
    "丹枫市",
)
BODIES = (
    "水利局",
    "教育局",
    "民政局",
    "人力资源和社会保障局",
    "自然资源局",
    "卫生健康局",
    "农业农村局",
    "住房和城乡建设局",
    "市场监督管理局",
    "交通运输局",
    "财政局",
    "人民政府",
    "人民政府办公室",
)


@dataclass
class Truth:
    """What a body did in a year. `values` holds every cell, optional subtotals included.

    `one_row_other`: （六）其他处理 is one row. `variant`: which edition of a provincial table.
    """

    form: str
    organ: str
    year: int
    values: dict[str, Number]
    one_row_other: bool = False
    variant: str = ""
    seed: int = 0
    options: dict[str, str] = field(default_factory=dict)


def count(rng: Random, scale: int, density: float = 1.0) -> int:
    """0 with probability 1 - density, else log-uniform up to `scale`."""
    if rng.random() >= density:
        return 0
    return max(1, int(scale ** rng.random()))


def amount(rng: Random, scale: int, density: float) -> Decimal:
    whole = count(rng, scale * 10, density)
    places = rng.choice((0, 1, 2, 2, 2, 4, 6))
    if not whole or not places:
        return Decimal(whole)
    return Decimal(whole) + Decimal(rng.randrange(1, 10**places)).scaleb(-places)


def _applications(rng: Random, scale: int, density: float, values: dict[str, Number]) -> None:
    """Bottom up, so that every identity holds: outcomes, then totals, then what came in."""
    rows = [*PLAIN_ROWS, *(row for group in GROUPS.values() for row in group)]
    weights = dict(zip(APPLICANTS, (1.0, 0.55, 0.2, 0.15, 0.3, 0.2), strict=True))
    cells: dict[tuple[str, str], int] = {}
    for column, weight in weights.items():
        top = max(2, int(scale * weight**2))
        for row in rows:
            share = density * weight * (1.3 if row in PLAIN_ROWS or row == "unavailable_not_held" else 0.8)
            cells[row, column] = count(rng, top, min(0.97, share))
        done = sum(cells[row, column] for row in rows)
        left = count(rng, max(2, top // 4), density * weight * 0.7)
        carried = min(count(rng, max(2, top // 4), density * weight * 0.7), done + left)
        cells["processed_total", column] = done
        cells["carried_out", column] = left
        cells["carried_in", column] = carried
        cells["new", column] = done + left - carried
        for group, members in GROUPS.items():
            cells[group, column] = sum(cells[row, column] for row in members)
    for row in ("new", "carried_in", *rows, *GROUPS, "processed_total", "carried_out"):
        for column in APPLICANTS:
            values[f"applications.{row}.{column}"] = cells[row, column]
        values[f"applications.{row}.total"] = sum(cells[row, column] for column in APPLICANTS)


def _review(rng: Random, scale: int, density: float, values: dict[str, Number]) -> None:
    columns = ("upheld", "corrected", "other", "pending")
    for row in ("review", "litigation_direct", "litigation_after_review"):
        parts = [count(rng, max(2, scale // 8), density * 0.7) for _ in columns]
        for column, part in zip(columns, parts, strict=True):
            values[f"review_litigation.{row}.{column}"] = part
        values[f"review_litigation.{row}.total"] = sum(parts)
    for column in (*columns, "total"):
        values[f"review_litigation.litigation.{column}"] = (
            values[f"review_litigation.litigation_direct.{column}"]
            + values[f"review_litigation.litigation_after_review.{column}"]
        )


def _ogi_2021(rng: Random, scale: int, density: float, truth: Truth) -> None:
    values = truth.values
    for row, share in (("regulations", 0.4), ("normative_documents", 1.2)):
        issued, repealed = count(rng, max(2, scale // 8), density * share), count(rng, 30, density * share * 0.6)
        values[f"proactive.{row}.issued"] = issued
        values[f"proactive.{row}.repealed"] = repealed
        values[f"proactive.{row}.in_force"] = issued + count(rng, scale, density * share)
    for row in ("licences", "penalties", "coercion"):
        values[f"proactive.{row}.decisions"] = count(rng, scale * 20, min(1.0, density * 1.3))
    values["proactive.fees.amount"] = amount(rng, scale, density)
    _applications(rng, scale, density, values)
    _review(rng, scale, density, values)
    truth.one_row_other = rng.random() < 0.2


def _ogi_2019(rng: Random, scale: int, density: float, truth: Truth) -> None:
    values = truth.values
    for row, share in (("regulations", 0.4), ("normative_documents", 1.2)):
        made = count(rng, max(2, scale // 8), density * share)
        values[f"proactive.{row}.made"] = made
        values[f"proactive.{row}.published"] = made if rng.random() < 0.8 else rng.randint(0, made)
        values[f"proactive.{row}.total_published"] = made + count(rng, scale, density * share)
    for row in ("licences", "other_services", "penalties", "coercion", "fees"):
        prior = count(rng, scale * 4, min(1.0, density * 1.3))
        change = count(rng, max(2, prior // 3), density) * rng.choice((1, 1, -1))
        values[f"proactive.{row}.prior_items"] = prior
        values[f"proactive.{row}.change"] = max(change, -prior)
        if row != "fees":
            values[f"proactive.{row}.decisions"] = count(rng, scale * 20, min(1.0, density * 1.3))
    values["proactive.procurement.projects"] = count(rng, scale, density)
    values["proactive.procurement.amount"] = amount(rng, scale * 300, density)
    _applications(rng, scale, density, values)
    for row in GROUPS["other"]:
        for column in (*APPLICANTS, "total"):
            del values[f"applications.{row}.{column}"]
    _review(rng, scale, density, values)
    truth.one_row_other = True


def _ogi_2014(rng: Random, scale: int, density: float, truth: Truth) -> None:
    truth.values.update(statistics_2014(rng, scale, density))


def _ogi_fujian(rng: Random, scale: int, density: float, truth: Truth) -> None:
    truth.variant = "2014" if truth.year >= 2014 else "2011"
    truth.values.update(fujian(rng, scale, density, truth.variant))


FORMS: dict[str, Callable[[Random, int, float, Truth], None]] = {
    "ogi-2021": _ogi_2021,
    "ogi-2019": _ogi_2019,
    "ogi-2014": _ogi_2014,
    "ogi-fujian": _ogi_fujian,
}


def make_truth(form: str, seed: int, *, density: float = 0.6, scale: int | None = None) -> Truth:
    """A true report. `density`: how many cells are not zero; `scale`: how large they get, random by default."""
    rng = Random(f"{form}/{seed}")
    scale = scale or rng.choice((5, 12, 40, 150, 900, 6000))
    first, last = YEARS[form]
    organ = rng.choice(PLACES) + rng.choice(BODIES)
    truth = Truth(form, organ, rng.randint(first, last), {}, seed=seed)
    FORMS[form](rng, scale, density, truth)
    return truth
