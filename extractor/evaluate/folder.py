"""A run on disk: report.json (figures), cells.parquet (a row for each cell), report.html (to look at)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Context, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, cast

from extractor.errors import ResultError, UsageError
from extractor.evaluate.located import FindingScore
from extractor.evaluate.results import CellRow, Result
from extractor.evaluate.scoring import Outcome
from extractor.evaluate.trust import Trust
from extractor.report import JSONValue, Number, Status, Usage

if TYPE_CHECKING:
    import pyarrow

__all__ = ["REPORT", "Run", "needs_extra", "read_run", "write_cells", "write_run"]

REPORT, CELLS, PAGE = "report.json", "cells.parquet", "report.html"
FORMAT = 1


@dataclass(frozen=True)
class Run:
    """`about`: what was run: version, samples, readers, model, when."""

    path: Path
    about: Mapping[str, JSONValue]
    results: Sequence[Result]

    @property
    def readers(self) -> list[str]:
        return list(dict.fromkeys(one.reader for one in self.results))

    def of(self, reader: str) -> list[Result]:
        return [one for one in self.results if one.reader == reader]


def needs_extra() -> None:
    """Raises UsageError where the packages of the extra `eval` are not installed."""
    for package in ("numpy", "pyarrow"):
        try:
            __import__(package)
        except ImportError:
            raise UsageError(
                f"{package} is not installed, and runs need it: pip install 'gouji[eval]' (in a checkout: pip install "
                "-e '.[eval]')"
            ) from None


def write_run(
    folder: Path,
    about: Mapping[str, JSONValue],
    readers: Mapping[str, JSONValue],
    results: Sequence[Result],
    page: str,
) -> None:
    """`readers`: each reader's figures. OSError where the folder cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / REPORT).unlink(missing_ok=True)
    reports: list[JSONValue] = [one.to_dict() for one in results]
    report = {"format": FORMAT, **about, "readers": dict(readers), "reports": reports}
    write_cells(folder / CELLS, results)
    (folder / PAGE).write_text(page, encoding="utf-8")
    # Last: a folder without it is no run, so that one broken off is not taken for one.
    (folder / REPORT).write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


_COLUMNS: tuple[tuple[str, str], ...] = (
    ("report", "string"),
    ("reader", "string"),
    ("form", "string"),
    ("table", "string"),
    ("cell", "string"),
    ("outcome", "string"),
    ("gold", "number"),
    ("got", "number"),
    ("on_page", "bool"),
    ("status", "string"),
    ("trust", "string"),
    ("read_by", "string"),
    ("among", "bool"),
    ("alternatives", "numbers"),
    ("before", "string"),
    ("evidence", "string"),
    ("after", "string"),
    ("near", "bool"),
    ("because", "string"),
)


def _schema() -> "pyarrow.Schema":
    import pyarrow

    # Exact: a fee of 24252.311082 must not come back as something else.
    number = pyarrow.decimal128(38, 12)
    kinds = {"string": pyarrow.string(), "number": number, "bool": pyarrow.bool_(), "numbers": pyarrow.list_(number)}
    return pyarrow.schema([(name, kinds[kind]) for name, kind in _COLUMNS])


def write_cells(path: Path, results: Sequence[Result]) -> None:
    """One row for each report, reader and cell."""
    import pyarrow
    from pyarrow import parquet

    columns: dict[str, list[object]] = {name: [] for name, _ in _COLUMNS}
    own = [name for name, _ in _COLUMNS if name in CellRow._fields and name not in ("gold", "got", "alternatives")]
    for result in results:
        for row in result.cells:
            columns["report"].append(result.report)
            columns["reader"].append(result.reader)
            columns["form"].append(result.form)
            columns["table"].append(row.table)
            columns["gold"].append(_decimal(row.gold))
            columns["got"].append(_decimal(row.got))
            columns["alternatives"].append([_decimal(one) for one in row.alternatives])
            for name in own:
                columns[name].append(getattr(row, name))
    parquet.write_table(pyarrow.table(columns, schema=_schema()), path, compression="zstd")


_MOST = Decimal(10) ** 25


def _decimal(value: Number | None) -> Decimal | None:
    """In the column's range; a figure beyond it (a run of glued digits) is no report's, and kept as its bound."""
    if value is None:
        return None
    exact = max(-_MOST, min(_MOST, Decimal(value)))
    return exact.quantize(Decimal("1e-12"), context=Context(prec=40))


def read_run(folder: Path) -> Run:
    """A run from its folder. Raises UsageError where there is none, ResultError for one that cannot be read."""
    path = folder / REPORT
    if not path.is_file():
        raise UsageError(f"{folder}: no run here (there is no {REPORT} in it)")
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        if report["format"] != FORMAT:
            raise ResultError(f"{path}: written by another version of gouji (format {report['format']})")
        results = {(one["report"], one["reader"]): _result(one) for one in report["reports"]}
        for names, row in _rows(folder / CELLS):
            results[names].cells.append(row)
    except (KeyError, TypeError, ValueError) as error:
        raise ResultError(f"{folder}: not a run that can be read ({type(error).__name__}: {error})") from None
    about = {key: value for key, value in report.items() if key not in ("format", "readers", "reports")}
    return Run(folder, about, list(results.values()))


def _result(one: dict[str, JSONValue]) -> Result:
    usage = cast("dict[str, int]", one["usage"])
    findings = cast("dict[str, int]", one["findings"])
    result = Result(str(one["report"]), str(one["reader"]), str(one["form"]), str(one["suffix"]))
    result.mess = tuple(cast("list[str]", one["mess"]))
    result.layout = cast("str | None", one["layout"])
    result.severity = cast("float | None", one["severity"])
    result.failed = cast("str | None", one["failed"])
    result.form_right, result.year_right = bool(one["form_right"]), bool(one["year_right"])
    result.organ_right, result.whole = bool(one["organ_right"]), bool(one["whole"])
    result.ms = cast("float", one["ms"])
    result.usage = Usage(
        usage["llm_calls"], usage["prompt_tokens"], usage["completion_tokens"], cast("float | None", usage["cost"])
    )
    result.unasked, result.failure = cast("int", one["unasked"]), cast("str | None", one["failure"])
    result.findings = FindingScore(**{name.name: findings[name.name] for name in fields(FindingScore)})
    return result


def _rows(path: Path) -> Iterator[tuple[tuple[str, str], CellRow]]:
    from pyarrow import parquet

    columns = parquet.read_table(path).to_pydict()
    names = zip(columns["report"], columns["reader"], strict=True)
    own = zip(*(columns[name] for name in CellRow._fields), strict=True)
    for name, values in zip(names, own, strict=True):
        row = CellRow(*values)
        yield (
            name,
            row._replace(
                outcome=Outcome(row.outcome),
                status=Status(row.status),
                trust=Trust(row.trust),
                gold=_plain(row.gold),
                got=_plain(row.got),
                alternatives=tuple(_plain(value) for value in row.alternatives),
            ),
        )


def _plain(value: Number | None) -> Number | None:
    if value is None:
        return None
    exact = Decimal(value)
    return int(exact) if exact == exact.to_integral_value() else exact.normalize()
