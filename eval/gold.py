"""Where this checkout's samples lie. Label files themselves: extractor.evaluate.gold."""

from pathlib import Path

from extractor.evaluate.gold import Gold, Number, Sample, find_samples

__all__ = ["ROOT", "Gold", "Number", "Sample", "default_samples", "find_samples"]

ROOT = Path(__file__).resolve().parent.parent


def default_samples() -> list[Path]:
    """eval/samples, then the corpus of real reports where it is at hand."""
    folders = [ROOT / "eval" / "samples", ROOT.parent / "shared" / "corpus"]
    return [folder for folder in folders if folder.exists()]
