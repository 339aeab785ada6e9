"""python -m eval.recorded: a real model on reports without tables, its answers kept so that anyone can repeat the run.

`record` asks the endpoint that is configured (see docs/llm.md) and writes every question and answer down; `replay`, the
default, asks nobody. Both print what the rules read alone, the model alone, and both.
"""

import argparse
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from eval.asking import measure
from eval.freetext import free_report
from eval.gold import ROOT, Gold
from extractor.ask.endpoint.connect import connect
from extractor.ask.endpoint.settings import Settings, load_settings
from extractor.ask.model import Model, Question, Reply
from extractor.evaluate.recording import Recorder, Replay
from extractor.evaluate.scoring import Outcome, Score

__all__ = ["RECORDING", "compare"]

RECORDING = ROOT / "eval" / "recordings" / "qwen2.5-coder-1.5b-instruct-q4_k_m.jsonl"
REPORTS = 4


def compare(model: Model, reports: int = REPORTS) -> dict[str, Score]:
    """The scores of the rules alone, of the model alone, and of both."""
    made: list[tuple[bytes, Gold]] = [free_report(seed)[:2] for seed in range(reports)]
    out = {name: Score(counts=Counter()) for name in ("rules", "model alone", "both")}
    for data, gold in made:
        out["rules"].add(measure(data, gold, None)[0])
        out["model alone"].add(measure(data, gold, model, rules=False)[0])
        out["both"].add(measure(data, gold, model)[0])
    return out


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.recorded", description=__doc__)
    parser.add_argument("mode", nargs="?", choices=("replay", "record"), default="replay")
    parser.add_argument("--recording", type=Path, default=RECORDING)
    parser.add_argument("--reports", type=int, default=REPORTS)
    arguments = parser.parse_args()
    model: Model
    if arguments.mode == "record":
        arguments.recording.parent.mkdir(parents=True, exist_ok=True)
        model = Recorder(_endpoint(), arguments.recording)
    elif not arguments.recording.is_file():
        raise SystemExit(f"{arguments.recording}: no such recording")
    else:
        model = Replay(arguments.recording)
    table = Table(title=f"{arguments.reports} reports in other words than the rules know", title_justify="left")
    for head in ("readers", "stated", "% right", "right, disputed", "disputed", "missed", "silently wrong", "made up"):
        table.add_column(head, justify="left" if head == "readers" else "right")
    harm = 0
    for name, score in compare(model, arguments.reports).items():
        counts = score.counts
        harm += score.harm
        shown = [counts[one] for one in (Outcome.RIGHT_DISPUTED, Outcome.DISPUTED, Outcome.MISSED)]
        shown += [counts[Outcome.SILENTLY_WRONG], counts[Outcome.INVENTED] + counts[Outcome.UNEXPECTED]]
        table.add_row(name, str(score.printed), f"{score.percent():.1f}", *map(str, shown))
    Console(width=120).print(table)
    if isinstance(model, Replay) and model.missed:
        Console(stderr=True).print(f"{model.missed} questions are not in the recording: record again")
        return 1
    return 1 if harm else 0


@dataclass
class _Endpoint:
    """The endpoint that is configured; connected anew for each question: every report has an event loop of its own."""

    settings: Settings

    async def ask(self, question: Question) -> Reply:
        async with connect(self.settings) as connection:
            return await connection.ask(question)


def _endpoint() -> Model:
    settings = load_settings()
    if settings is None:
        raise SystemExit("no endpoint is configured: see docs/llm.md")
    return _Endpoint(settings)


if __name__ == "__main__":
    raise SystemExit(main())
