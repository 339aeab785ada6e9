"""What people decided, applied by `gouji extract --decisions`, and told."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.cli.guard import complain
from extractor.cli.words import counted

if TYPE_CHECKING:
    from extractor.deciding.applying import Applying
    from extractor.deciding.decisions import Decisions
    from extractor.report import Report

__all__ = ["Applied", "decisions_of", "log_in", "note_not_taken_up", "note_unapplied", "told_of_decisions"]

_MOST_TOLD = 5


def decisions_of(place: Path) -> "Applying":
    """What the log in a folder, or the log itself, says. Raises UsageError where there is none."""
    from extractor.deciding.applying import Applying

    return Applying.of(log_in(place))


def log_in(place: Path) -> "Decisions":
    """The log in a folder, or the log itself. Raises UsageError where there is none; damaged lines are told."""
    from extractor.deciding.decisions import FILE, Decisions
    from extractor.errors import UsageError

    folder, name = (place, FILE) if place.is_dir() else (place.parent, place.name)
    if not (folder / name).is_file():
        raise UsageError(f"{folder / name}: no decisions there")
    log = Decisions(folder, name)
    try:
        damaged = log.damaged
    except OSError as error:
        raise UsageError(f"{folder / name}: {error.strerror}") from None
    for one in damaged[:_MOST_TOLD]:
        complain(f"{folder / name}:{one.line}: no decision, passed over: {one.reason}")
    if len(damaged) > _MOST_TOLD:
        complain(f"{folder / name}: and {len(damaged) - _MOST_TOLD} more lines that are no decisions")
    return log


def note_unapplied(paths: Iterable[str]) -> None:
    """Says that decisions lie beside the documents: an extraction never takes them up by itself."""
    from extractor.cli.inputs import STDIN
    from extractor.read.folder import DECISIONS

    beside = dict.fromkeys(path if path.is_dir() else path.parent for path in map(Path, paths) if str(path) != STDIN)
    for folder in beside:
        if (folder / DECISIONS).is_file():
            complain(f"{folder / DECISIONS} is not applied; --decisions {folder} applies it")


def note_not_taken_up(source: str, out: Path) -> None:
    """Says that decisions lie beside the documents or the tables, or where those in the tables are from, and are not in
    the tables of a bulk run as they are now."""
    from extractor.bulk.house import House
    from extractor.read.folder import DECISIONS

    house = House(out)
    taken = house.decisions.read_bytes() if house.decisions.is_file() else None
    known = (house.manifest or {}).get("decisions")
    logs = [Path(str(known))] if known else []
    logs += [folder / DECISIONS for folder in (out, Path(source)) if folder.is_dir()]
    for log in dict.fromkeys(path.absolute() for path in logs):
        if log.is_file() and log.read_bytes() != taken:
            complain(f"{log} has decisions that are not in the tables; --decisions {log.parent} applies them")


class Applied:
    """Counts what decisions made of the reports that pass by."""

    def __init__(self) -> None:
        self._cells = 0
        self._reports = 0
        self._outdated = 0
        self._unapplied = 0
        self._changed = 0

    def noting(self, reports: "Iterable[Report]") -> "Iterator[Report]":
        for report in reports:
            if report.review is not None:
                self._reports += 1
                self._cells += report.review.decided
                self._changed += len(report.review.changed)
                self._unapplied += len(report.review.unapplied)
                marks = (cell.decision for cell in report.cells.values())
                self._outdated += sum(mark is not None and mark.outdated for mark in marks)
            yield report

    def tell(self) -> None:
        if not self._reports:
            return
        told = told_of_decisions(self._reports, self._cells, self._changed, self._unapplied)
        if self._outdated:
            told += f"; read otherwise than when it was decided: {counted(self._outdated, 'cell')}, look again"
        complain(told)


def told_of_decisions(reports: int, cells: int, changed: int, unapplied: int) -> str:
    """What decisions came to, in so many reports."""
    told = f"{counted(cells, 'cell')} as people decided, in {counted(reports, 'report')}"
    if changed:
        told += f"; {counted(changed, 'other')} came out otherwise because of that"
    if unapplied:
        told += f"; {counted(unapplied, 'decision')} could not be applied"
    return told
