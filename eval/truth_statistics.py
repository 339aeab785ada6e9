"""True figures for the two statistics tables: national 2014, and Fujian's."""

from decimal import Decimal
from random import Random

__all__ = ["ANSWERS_2014", "CHANNELS_2014", "REFUSALS_2014", "fujian", "statistics_2014"]

Number = int | Decimal

CHANNELS_2014 = ("gazette", "website", "weibo", "wechat", "other_channels")
ANSWERS_2014 = (
    "answered_already_public",
    "answered_granted",
    "answered_partial",
    "answered_refused",
    "answered_not_this_body",
    "answered_nonexistent",
    "answered_clarify",
    "answered_other_channel",
)
REFUSALS_2014 = (
    "refused_secret",
    "refused_trade_secret",
    "refused_privacy",
    "refused_security",
    "refused_not_gov_info",
    "refused_other",
)


def _count(rng: Random, scale: int, density: float = 1.0) -> int:
    if rng.random() >= density:
        return 0
    return max(1, int(max(2, scale) ** rng.random()))


def _amount(rng: Random, top: int, density: float, places: int) -> Decimal:
    whole = _count(rng, top, density)
    return Decimal(whole).scaleb(-places) if whole else Decimal(0)


def _split(rng: Random, whole: int, parts: int) -> list[int]:
    """`parts` numbers >= 0 that add up to `whole`, the first ones larger."""
    out = []
    for _ in range(parts - 1):
        part = rng.randint(0, whole) if rng.random() < 0.7 else 0
        out.append(part)
        whole -= part
    out.append(whole)
    rng.shuffle(out)
    return out


def statistics_2014(rng: Random, scale: int, density: float) -> dict[str, Number]:
    out: dict[str, Number] = {}
    out["disclosed"] = _count(rng, scale * 40)
    out["disclosed_normative"] = min(out["disclosed"], _count(rng, scale, density))
    out["normative_issued"] = out["disclosed_normative"] + _count(rng, 20, density * 0.5)
    for channel in CHANNELS_2014:
        out[channel] = min(out["disclosed"], _count(rng, scale * 30, density))
    out["responses"] = _count(rng, scale, density)
    out["press_conferences"] = _count(rng, scale // 4, density)
    out["press_conferences_chief"] = rng.randint(0, int(out["press_conferences"]))
    out["online_interviews"] = _count(rng, scale // 4, density)
    out["online_interviews_chief"] = rng.randint(0, int(out["online_interviews"]))
    for row in ("interpretations", "social_responses", "other_responses"):
        out[row] = _count(rng, scale, density)
    for row in REFUSALS_2014:
        out[row] = _count(rng, scale // 4, density * 0.5)
    for row in ANSWERS_2014:
        out[row] = _count(rng, scale, density)
    out["answered_refused"] = sum(out[row] for row in REFUSALS_2014)
    out["answered"] = sum(out[row] for row in ANSWERS_2014)
    out["concluded"] = out["answered"]
    out["concluded_extended"] = min(out["concluded"], _count(rng, scale // 4, density * 0.5))
    out["concluded_on_time"] = out["concluded"] - out["concluded_extended"]
    out["received"] = out["answered"] + _count(rng, 5, density * 0.4)
    channels = ("received_online", "received_letter", "received_in_person", "received_fax")
    out.update(zip(channels, _split(rng, int(out["received"]), 4), strict=True))
    for what in ("reviews", "litigations"):
        parts = [_count(rng, scale // 6, density * 0.6) for _ in range(3)]
        out[what] = sum(parts)
        out.update(zip((f"{what}_upheld", f"{what}_corrected", f"{what}_other"), parts, strict=True))
    out["complaints"] = _count(rng, 9, density * 0.4)
    out["fees"] = _amount(rng, 500, density * 0.5, 2)
    out["offices"] = _count(rng, 20)
    out["access_points"] = _count(rng, 20)
    out["staff_full_time"], out["staff_part_time"] = _count(rng, 20, density), _count(rng, 60)
    out["staff"] = out["staff_full_time"] + out["staff_part_time"]
    out["budget"] = _amount(rng, 9000, density, rng.choice((0, 1, 2)))
    for row in ("meetings", "trainings"):
        out[row] = _count(rng, 20, density)
    out["trainees"] = out["trainings"] * rng.randint(5, 80)
    return {f"statistics.{row}.year": value for row, value in out.items()}


def fujian(rng: Random, scale: int, density: float, variant: str) -> dict[str, Number]:
    """Year and cumulative figures; both columns keep the sums, and no year figure is above its cumulative one."""
    received: tuple[str, ...] = ("received_in_person", "received_online", "received_letter_fax")
    if variant == "2011":
        received = ("received_in_person", "received_fax", "received_email", "received_online", "received_letter")
    answered: tuple[str, ...] = ("answered_granted", "answered_partial", "answered_refused")
    if variant == "2014" or rng.random() < 0.3:
        answered += ("answered_other",)
    if variant == "2011" and rng.random() < 0.4:
        received += ("received_other",)
    year: dict[str, int] = {"disclosed": _count(rng, scale * 40)}
    year["disclosed_website"] = year["disclosed"] if rng.random() < 0.6 else rng.randint(0, year["disclosed"])
    year["disclosed_gazette"] = min(year["disclosed"], _count(rng, scale, density))
    past = {row: value + _count(rng, scale * 200) for row, value in year.items()}
    past["disclosed"] = max(past.values())
    for row in received:
        year[row] = _count(rng, scale, density)
    year["received"] = sum(year[row] for row in received)
    rest = _count(rng, 3, density * 0.3)
    answers = _split(rng, max(0, year["received"] - rest), len(answered))
    year.update(zip(answered, answers, strict=True))
    year["answered"] = sum(answers)
    last = ("complaints", "reviews", "litigations")
    for row in last:
        year[row] = _count(rng, scale // 4, density * 0.6)
    for row in (*received, *answered, *last):
        past[row] = _count(rng, scale * 6, density)
    past["received"] = sum(past[row] for row in received)
    past["answered"] = sum(past[row] for row in answered)
    if rng.random() < 0.3:
        year["fee_waived"], past["fee_waived"] = _count(rng, 200, density), _count(rng, 900, density)
    out: dict[str, Number] = {}
    for row, value in year.items():
        out[f"statistics.{row}.year"] = value
        cumulative = past[row] if row.startswith("disclosed") else past[row] + value
        out[f"statistics.{row}.cumulative"] = cumulative
    return out
