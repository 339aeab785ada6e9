"""The reports of eval/samples, extracted once for all tests that turn results into something else."""

from functools import cache
from pathlib import Path

from typer.testing import CliRunner, Result

from extractor import Report, extract_many
from extractor.cli.app import app
from extractor.deliver.to_json import write_jsonl

ROOT = Path(__file__).resolve().parents[1]


@cache
def sampled() -> tuple[Report, ...]:
    """In the order of their names, the one that is refused among them."""
    paths = sorted((ROOT / "eval" / "samples").glob("*/report.*"))
    return tuple(extract_many(paths))


def as_jsonl(reports: tuple[Report, ...], path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        write_jsonl(reports, stream)
    return path


def gouji(*words: object) -> Result:
    """A command run in this process; what it raises unexpectedly is raised here."""
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


def done(*words: object) -> Result:
    """A command that must succeed."""
    result = gouji(*words)
    assert result.exit_code == 0, result.output
    return result
