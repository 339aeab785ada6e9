"""What a person decided: which names are one body, which are not, and which of several reports of a year to use.

It is the file decisions.csv that every panel has beside it: whoever edits its last column gives it back.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from io import StringIO
from pathlib import Path

from extractor.deliver.tables.columns import Of
from extractor.deliver.tables.csv_text import csv_value, value_of_csv
from extractor.errors import LabelError
from extractor.read.decode import decode

__all__ = ["COLUMNS", "Asked", "Choice", "Decisions", "read_decisions", "write_decisions"]

COLUMNS = ("about", "organ", "body", "year", "report", "document", "proposed", "why", "why_en", "decision")
_MOST_BYTES = 100_000_000


class Choice(StrEnum):
    """What stands in the column `decision`. `same` and `apart` are about names, `use` and `leave` about reports."""

    SAME = "same"
    APART = "apart"
    USE = "use"
    LEAVE = "leave"


@dataclass(frozen=True)
class Asked:
    """A line of the file: what was done (`proposed`), why, and what was decided about it.

    `agrees`: a report that says what the others of its year say, so that nothing hangs on a decision.
    """

    about: str
    organ: str
    body: str
    year: int | None
    report: str
    document: str
    proposed: str
    why: str
    why_en: str
    decision: str = ""
    agrees: bool = False


@dataclass(frozen=True)
class Decisions:
    """`same`, `apart`: pairs of names as reports spell them; `use`, `leave`: keys of reports."""

    same: frozenset[frozenset[str]] = frozenset()
    apart: frozenset[frozenset[str]] = frozenset()
    use: frozenset[str] = frozenset()
    leave: frozenset[str] = frozenset()
    kept: tuple[Asked, ...] = field(default=())

    def made(self) -> set[tuple[str, frozenset[str]]]:
        """Every decision, without what was written beside it."""
        about = ((Choice.SAME, self.same), (Choice.APART, self.apart))
        of_names = {(choice.value, pair) for choice, pairs in about for pair in pairs}
        of_reports = ((Choice.USE, self.use), (Choice.LEAVE, self.leave))
        return of_names | {(choice.value, frozenset({key})) for choice, keys in of_reports for key in keys}

    def on_names(self, one: str, other: str) -> str:
        pair = frozenset({one, other})
        return Choice.SAME if pair in self.same else Choice.APART if pair in self.apart else ""

    def on_report(self, key: str) -> str:
        return Choice.USE if key in self.use else Choice.LEAVE if key in self.leave else ""


def read_decisions(path: Path) -> Decisions:
    """The decisions in a CSV, in UTF-8 or as a Chinese Excel saves it. Raises LabelError for a mistake, OSError."""
    if path.stat().st_size > _MOST_BYTES:
        raise LabelError(f"{path}: over {_MOST_BYTES:,} bytes")
    text = decode(path.read_bytes()).text.removeprefix("\ufeff")
    names: dict[str, set[frozenset[str]]] = {Choice.SAME: set(), Choice.APART: set()}
    reports: dict[str, set[str]] = {Choice.USE: set(), Choice.LEAVE: set()}
    kept = []
    for line, asked in _lines(path, text):
        if not asked.decision:
            continue
        kept.append(asked)
        if asked.decision in names and asked.organ and asked.body:
            names[asked.decision].add(frozenset({asked.organ, asked.body}))
        elif asked.decision in reports and asked.report:
            reports[asked.decision].add(asked.report)
        else:
            fitting = "same or apart with organ and body, use or leave with report"
            raise LabelError(f"{path}: line {line}: the decision '{asked.decision}' does not fit: {fitting}")
    both = names[Choice.SAME] & names[Choice.APART]
    if both:
        raise LabelError(f"{path}: decided twice, as same and as apart: {' and '.join(sorted(min(both, key=sorted)))}")
    return Decisions(
        frozenset(names[Choice.SAME]),
        frozenset(names[Choice.APART]),
        frozenset(reports[Choice.USE]),
        frozenset(reports[Choice.LEAVE]),
        tuple(kept),
    )


def write_decisions(path: Path, asked: Iterable[Asked]) -> None:
    """In UTF-8 with a byte order mark, for Excel."""
    with path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for one in asked:
            values = (getattr(one, name) for name in COLUMNS)
            writer.writerow([csv_value(value or None, Of.TEXT) for value in values])


def _lines(path: Path, text: str) -> Iterator[tuple[int, Asked]]:
    reader = csv.DictReader(StringIO(text, newline=""))
    lacking = [name for name in ("organ", "body", "report", "decision") if name not in (reader.fieldnames or ())]
    if lacking:
        raise LabelError(f"{path}: no decisions: it has no column {', '.join(lacking)}")
    for row in reader:
        values = {name: str(value_of_csv((row.get(name) or "").strip(), Of.TEXT) or "") for name in COLUMNS}
        year = values.pop("year")
        decision = values.pop("decision").lower()
        year_read = int(year) if year.isdigit() else None
        yield reader.line_num, Asked(**values, year=year_read, decision=decision, agrees=False)
