"""The answers of a real small model, replayed: the whole path without it, in CI as at home."""

import json

from eval.recorded import RECORDING, compare
from extractor.evaluate.recording import Replay
from extractor.evaluate.scoring import Outcome

REPORTS = 4


def test_a_real_model_adds_figures_and_no_wrong_one() -> None:
    """Whoever changes a prompt, rules/asking.yaml or eval/freetext.py records again: docs/llm.md says how."""
    replay = Replay(RECORDING)
    scores = compare(replay, REPORTS)
    assert not replay.missed
    assert all(score.harm == 0 for score in scores.values())
    right = {name: score.counts[Outcome.RIGHT] for name, score in scores.items()}
    assert right["rules"] == 0, "these reports say things in words that the rules do not know"
    assert right["both"] >= right["model alone"] > 30
    assert scores["both"].printed > 60


def test_the_recording_tells_what_was_asked() -> None:
    lines = [json.loads(line) for line in RECORDING.read_text("utf-8").splitlines()]
    assert all(line["prompt"].startswith("read-figures.v1@") and line["user"].startswith("原文：") for line in lines)
    assert all(line["prompt_tokens"] and line["completion_tokens"] for line in lines)
