"""python -m eval.others.recorded: the whole form asked of a real model at once, beside gouji, on the recorded reports.

`replay`, the default, asks nobody. `record NAME…` asks the endpoint that is configured (docs/llm.md) about these
samples, and writes the answers down.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from rich.console import Console
from rich.table import Table

from eval.gold import ROOT, Sample, find_samples
from eval.others import SYSTEMS
from eval.others.asked import RECORDING, Endpoint, Recorder, Replay
from eval.others.whole_form import WholeForm
from eval.score import extract_and_score
from extractor.errors import UnreadableError
from extractor.evaluate.runner import SampleItem, score_content
from extractor.evaluate.scoring import Outcome, Score
from extractor.evaluate.systems import System
from extractor.forms.load import load_forms

__all__ = ["Total", "recorded_samples", "score_system"]


def score_system(system: System, sample: Sample) -> Score:
    """What the scorer makes of it; it is told the form. What it raises makes the document a failed one."""
    return score_content(SampleItem(sample).load(), system)


def recorded_samples() -> Iterator[Sample]:
    """The samples that the recording holds an answer for."""
    whole = WholeForm(Replay())
    for sample in find_samples(ROOT / "eval" / "samples"):
        try:
            whole.extract(sample.report.read_bytes(), sample.report.name, load_forms()[sample.gold.form])
        except UnreadableError:
            continue
        yield sample


@dataclass
class Total:
    """A system's outcomes over several reports."""

    score: Score

    def cells(self) -> list[str]:
        counts = self.score.counts
        made_up = counts[Outcome.INVENTED] + counts[Outcome.UNEXPECTED]
        open_cells = counts[Outcome.DISPUTED] + counts[Outcome.MISSED]
        shown = (counts[Outcome.RIGHT_DISPUTED], open_cells, counts[Outcome.SILENTLY_WRONG], made_up)
        return [str(self.score.printed), f"{self.score.percent():.1f}", *map(str, shown)]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.others.recorded", description=__doc__)
    parser.add_argument("mode", nargs="?", choices=("replay", "record"), default="replay")
    parser.add_argument("names", nargs="*", help="samples to record")
    arguments = parser.parse_args()
    if arguments.mode == "record":
        RECORDING.parent.mkdir(parents=True, exist_ok=True)
        for name in arguments.names:
            for sample in find_samples(ROOT / "eval" / "samples" / name):
                print(name, dict(score_system(WholeForm(Recorder(Endpoint())), sample).counts), flush=True)
        return 0
    samples = list(recorded_samples())
    suffixes = {sample.report.suffix for sample in samples}
    whole = WholeForm(Replay())
    ways: dict[str, Callable[[Sample], Score]] = {
        "gouji, rules": lambda sample: extract_and_score(sample.report, sample.gold, name=sample.report.name),
        **{name: partial(score_system, system) for name, system in SYSTEMS.items() if system.suffixes & suffixes},
        whole.name: partial(score_system, whole),
    }
    table = Table(title=", ".join(sample.name for sample in samples), title_justify="left")
    for head in ("system", "printed", "% right", "right, disputed", "open", "silently wrong", "made up"):
        table.add_column(head, justify="left" if head == "system" else "right", no_wrap=True)
    for name, score in ways.items():
        total = Total(Score())
        for sample in samples:
            total.score.add(score(sample))
        table.add_row(name, *total.cells())
    Console(width=120).print(table)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
