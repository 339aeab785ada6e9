"""python -m eval.baseline: what the program makes of the samples and of some generated reports, held against what it
made of them when eval/baseline.json was written.

Exit code 1, as in CI, for any cell that is silently wrong or made up and was not, for a drop beyond noise, and for a
baseline that is out of date. `--renew` writes it anew and says what has changed.
"""

import argparse
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from eval.generated import cases
from eval.gold import ROOT, find_samples
from eval.items import CaseItem
from eval.layouts import LAYOUTS
from eval.mess import MESS
from eval.truth import FORMS
from extractor.evaluate.compare import SIGNIFICANT, rank
from extractor.evaluate.intervals import difference, sign_flip
from extractor.evaluate.runner import Content, Item, SampleItem, score_content
from extractor.evaluate.scoring import HARMFUL, Outcome, Score

__all__ = ["BASELINE", "Difference", "Kept", "differences", "items", "kept", "load", "main", "write"]

BASELINE = ROOT / "eval" / "baseline.json"
GENERATED, SEED = 60, 20
NOISE = 0.005  # a drop in all printed cells that is no matter of chance, however few reports it is in
FINE = "fine"


@dataclass(frozen=True)
class Kept:
    """What is kept of a report: `content` (a hash of document and labels), the counts, the cells that are not fine."""

    content: str
    counts: Mapping[str, int]
    not_fine: Mapping[str, str]
    failed: str | None = None

    @property
    def right(self) -> int:
        return self.counts.get(Outcome.RIGHT.value, 0)

    @property
    def harm(self) -> set[str]:
        return {cell for cell, outcome in self.not_fine.items() if outcome in HARMFUL}


@dataclass
class Difference:
    """`harm`: cells that are silently wrong or made up and were not. `worse`, `better`: other cells whose outcome is
    another. `stale`: reports that are new, gone, or not the same document or labels."""

    harm: list[str] = field(default_factory=list)
    worse: list[str] = field(default_factory=list)
    better: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    rate: float = 0.0
    low: float | None = None
    high: float | None = None
    p: float = 1.0

    @property
    def dropped(self) -> bool:
        return self.rate < -NOISE or (self.rate < 0 and self.p < SIGNIFICANT)

    @property
    def fails(self) -> bool:
        return bool(self.harm or self.stale or self.dropped)

    def lines(self) -> list[str]:
        """What there is to say, the worst first; one line each."""
        out = [f"new harm: {one}" for one in self.harm]
        out += [f"out of date: {one}" for one in self.stale]
        out += [f"worse: {one}" for one in self.worse] + [f"better: {one}" for one in self.better]
        interval = "" if self.low is None or self.high is None else f" [{100 * self.low:+.2f}, {100 * self.high:+.2f}]"
        out.append(f"right: {100 * self.rate:+.2f} % of the printed cells{interval}, p = {self.p:.3f}")
        if self.stale:
            out.append("renew it, and look at what has changed: python -m eval.baseline --renew")
        return out


def items(generated: int = GENERATED) -> list[Item]:
    """The samples, and generated reports of every form in many layouts, most of them messy."""
    samples: list[Item] = [SampleItem(sample) for sample in find_samples(ROOT / "eval" / "samples")]
    made = cases(generated, SEED, list(FORMS), list(LAYOUTS), list(MESS), 0.3)
    return [*samples, *(CaseItem(case) for case in made)]


def kept(content: Content, score: Score) -> Kept:
    labels = json.dumps(content.gold.to_dict(), ensure_ascii=False, sort_keys=True).encode()
    digest = sha256(content.data + b"\0" + labels).hexdigest()[:16]
    counts = {outcome.value: score.counts[outcome] for outcome in Outcome if score.counts[outcome]}
    failed = None if score.failed is None else score.failed.partition("\n")[0]
    # Of a failed document every cell is missed: no need to name them.
    cells = {} if failed else {one.cell: one.outcome.value for one in score.errors()}
    return Kept(digest, counts, cells, failed)


def measured(todo: Iterable[Item]) -> dict[str, Kept]:
    out = {}
    for item in todo:
        content = item.load()
        out[item.name] = kept(content, score_content(content))
    return out


def differences(before: Mapping[str, Kept], after: Mapping[str, Kept]) -> Difference:
    """What has changed from `before` to `after`; rates over the reports that are the same in both."""
    out = Difference()
    out.stale += [f"{name} is new" for name in after if name not in before]
    out.stale += [f"{name} is gone" for name in before if name not in after]
    same = []
    for name in after:
        if name not in before:
            continue
        old, new = before[name], after[name]
        if old.content != new.content:
            out.stale.append(f"{name}: its document or its labels have changed")
            continue
        same.append((old, new))
        if old.failed != new.failed:
            (out.worse if new.failed else out.better).append(f"{name}: {old.failed or 'read'} → {new.failed or 'read'}")
        for cell in dict.fromkeys((*old.not_fine, *new.not_fine)):
            was, now = old.not_fine.get(cell, FINE), new.not_fine.get(cell, FINE)
            if was == now or (now == FINE and new.failed) or (was == FINE and old.failed and now not in HARMFUL):
                continue
            told = f"{name} {cell}: {was} → {now}"
            if now in HARMFUL and was not in HARMFUL:
                out.harm.append(told)
            else:
                (out.better if _rank(now) > _rank(was) else out.worse).append(told)
    rights = [old.right for old, _ in same], [new.right for _, new in same]
    found = difference(*rights, [_printed(new) for _, new in same])
    out.rate, out.low, out.high = found.rate or 0.0, found.low, found.high
    out.p = sign_flip([new - old for old, new in zip(*rights, strict=True)])
    return out


def _printed(one: Kept) -> int:
    names = ("right", "right_disputed", "disputed", "missed", "silently_wrong")
    return sum(one.counts.get(name, 0) for name in names)


def _rank(outcome: str) -> int:
    return rank(None if outcome == FINE else Outcome(outcome))


def load(path: Path = BASELINE) -> dict[str, Kept]:
    raw = json.loads(path.read_text(encoding="utf-8"))
    return {name: Kept(one["content"], one["counts"], one["not_fine"], one.get("failed")) for name, one in raw.items()}


def write(found: Mapping[str, Kept], path: Path = BASELINE) -> None:
    """A line for each report and each cell that is not fine: what changes shows in a diff."""
    out: dict[str, object] = {}
    for name, one in found.items():
        out[name] = {"content": one.content, "counts": dict(one.counts), "not_fine": dict(one.not_fine)}
        if one.failed:
            out[name] = {"content": one.content, "failed": one.failed, "counts": dict(one.counts), "not_fine": {}}
    path.write_text(json.dumps(out, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.baseline", description=__doc__)
    parser.add_argument("--renew", action="store_true", help="write the baseline anew, and say what has changed")
    arguments = parser.parse_args()
    now = measured(items())
    before = load() if BASELINE.exists() else {}
    found = differences(before, now)
    print("\n".join(found.lines()))
    if arguments.renew:
        write(now)
        harm = sum(len(one.harm) for one in now.values())
        print(f"written: {BASELINE.name}, {len(now)} reports, {harm} cells silently wrong or made up")
        return 0
    return 1 if found.fails else 0


if __name__ == "__main__":
    raise SystemExit(main())
