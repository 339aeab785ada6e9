"""What is right for one document: gold.json, in the shape that the corpus and eval/samples share."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

__all__ = ["Gold", "Number", "Sample", "default_samples", "find_samples"]

Number = int | float | Decimal
ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Gold:
    """`cells`: id to printed value, None where blank; an id not on the page is absent.

    `accept`: for cells where the source is truly ambiguous, every value that is right, None for left open.
    `truth`: what the body meant, for generated documents; it tells whether a derived value is the true one.
    """

    form: str
    organ: str | None
    year: int | None
    cells: dict[str, Number | None]
    accept: dict[str, list[Number | None]] = field(default_factory=dict)
    truth: dict[str, Number] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @classmethod
    def load(cls, path: Path) -> "Gold":
        raw = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            form=raw["form"],
            organ=raw.get("organ"),
            year=raw.get("year"),
            cells=raw["cells"],
            accept=raw.get("accept", {}),
            truth=raw.get("truth", {}),
            notes=raw.get("notes", []),
        )

    def dump(self, path: Path) -> None:
        out = {
            "form": self.form,
            "organ": self.organ,
            "year": self.year,
            "cells": {cell: plain(value) for cell, value in self.cells.items()},
            "accept": {cell: [plain(value) for value in values] for cell, values in self.accept.items()},
            "truth": {cell: plain(value) for cell, value in self.truth.items()},
            "notes": self.notes,
        }
        path.write_text(json.dumps(out, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def plain(value: Number | None) -> int | float | None:
    """A JSON number that prints the same digits."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


@dataclass(frozen=True)
class Sample:
    """A folder with report.* and gold.json."""

    name: str
    report: Path
    gold: Gold

    @property
    def unsupported(self) -> bool:
        """Formats that the program does not read yet: shown as not read, never hidden."""
        return self.report.suffix.lower() in {".docx", ".doc"}


def find_samples(folder: Path) -> Iterator[Sample]:
    """Every sample below `folder`, or `folder` itself if it is one."""
    for gold in sorted([folder / "gold.json"] if (folder / "gold.json").exists() else folder.glob("*/gold.json")):
        reports = sorted(gold.parent.glob("report.*"))
        if reports:
            yield Sample(gold.parent.name, reports[0], Gold.load(gold))


def default_samples() -> list[Path]:
    """eval/samples, then the corpus of real reports where it is at hand."""
    folders = [ROOT / "eval" / "samples", ROOT.parent / "shared" / "corpus"]
    return [folder for folder in folders if folder.exists()]
