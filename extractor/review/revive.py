"""A Report made again from the JSON object that it was written as: as the program alone made it.

Where decisions of people are applied to it (`gouji extract --decisions`), its cells are as they were before that: what
holds now, the log of decisions says.
"""

from extractor.deciding.undecided import undecided
from extractor.deliver.from_json import report_of
from extractor.errors import ResultError
from extractor.report import Report

__all__ = ["revived"]

_LATEST = 2200
_MOST_CELLS = 10_000
_MOST_FINDINGS = 20_000


def revived(result: object) -> Report:
    """The report in `result`, parsed JSON with decimals as Decimal. Raises ResultError, which says what is wrong."""
    if not isinstance(result, dict) or not isinstance(result.get("cells"), dict):
        return report_of(result)  # it says what is wrong
    cells, findings, year = result["cells"], result.get("findings"), result.get("year")
    if len(cells) > _MOST_CELLS or (isinstance(findings, list) and len(findings) > _MOST_FINDINGS):
        raise ResultError("more cells or findings than any form has")
    if isinstance(year, int) and not 1900 <= year <= _LATEST:
        raise ResultError('"year" is no year')
    said = {name: _sendable(result.get(name)) for name in ("form", "organ")}
    return undecided(report_of({**result, **said}))


def _sendable(text: object) -> object:
    """Without halves of surrogate pairs, for it goes into addresses. A name keeps them: a file may be called so."""
    return text.encode("utf-8", "backslashreplace").decode() if isinstance(text, str) else text
