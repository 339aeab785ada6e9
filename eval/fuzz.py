"""python -m eval.fuzz: mutated documents of every format through the readers, in processes that are ended if they hang.

What may come of a mutation is a report or a DocumentError. Anything else is a defect, and is printed with the seed that
makes it again.
"""

import argparse
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from random import Random
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console
from rich.table import Table

from eval.gold import ROOT
from extractor.errors import DocumentError
from extractor.pool import Lost, Pool
from extractor.read import Limits
from extractor.read.locator import Locator, expanded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["main", "mutated", "seeds"]

_FOLDERS = tuple(ROOT / one for one in ("eval/samples", "eval/printed", "tests/files", "tests/scans"))
_LARGEST = 400_000
_WORTH_INSERTING = (
    b"\x00", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"<table>", b"<td rowspan=65535 colspan=65535>", b"</w:tbl>",
    b"<w:tbl><w:tr><w:tc>", b"&#x0;", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<![CDATA[", b"\r\n--", b"PK\x03\x04",
    b"endobj", b"stream\r\n", b"999999999999", b"-1", b"1e999", b"%PDF-1.7", b"<frame src=../../x>",
)  # fmt: skip
_NUMBER = re.compile(rb"[0-9]+")
_NUMBERS = (b"0", b"-1", b"65536", b"4294967295", b"99999999999999999999")


class Outcome(NamedTuple):
    """`what`: read, a code of DocumentError, or what it died of. `detail`: of a defect."""

    what: str
    detail: str = ""


class _Blind:
    """In the place of the recognition, which takes seconds: a line in each third of a page, and a 1 in every line."""

    def detect(self, pixels: "NDArray[np.uint8]", longest: int) -> list["NDArray[np.float32]"]:  # noqa: ARG002
        import numpy as np

        high, wide = pixels.shape
        corners = np.array([[0.1, 0.05], [0.9, 0.05], [0.9, 0.25], [0.1, 0.25]])
        return [np.asarray((corners + np.array([0, third / 3])) * (wide, high), np.float32) for third in range(3)]

    def upside_down(self, crops: Sequence["NDArray[np.uint8]"]) -> float:
        return float(len(crops) == 2)

    def recognise(
        self,
        crops: Sequence["NDArray[np.uint8]"],
        only: str | None = None,  # noqa: ARG002
    ) -> list[tuple[str, float]]:
        assert all(min(crop.shape) > 0 for crop in crops), "a line without pixels"
        return [("1", 1.0)] * len(crops)


class Trial(NamedTuple):
    """The `number`-th mutation of a seed document."""

    path: str
    number: int
    seed: int


def seeds(formats: list[str] | None = None) -> dict[str, list[Path]]:
    """Documents to be mutated, by suffix."""
    found: dict[str, list[Path]] = {}
    for folder in filter(Path.is_dir, _FOLDERS):
        for path in sorted(folder.rglob("*")):
            suffix = path.suffix.lstrip(".")
            if path.is_file() and suffix != "json" and path.stat().st_size <= _LARGEST:
                found.setdefault(suffix, []).append(path)
    return {suffix: paths for suffix, paths in sorted(found.items()) if not formats or suffix in formats}


def mutated(data: bytes, rng: Random) -> bytes:
    """A few changes, small and large. Of a ZIP file more often a change within a member, for there the readers are."""
    if data.startswith(b"PK\x03\x04") and rng.random() < 0.8:
        return _in_zip(data, rng)
    return _bytes(data, rng)


def _bytes(data: bytes, rng: Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at = rng.randrange(len(out) + 1)
        length = rng.choice((1, 1, 2, 4, 16, 64, 1024))
        match rng.randrange(8):
            case 0 if at < len(out):
                out[at] ^= 1 << rng.randrange(8)
            case 1:
                out[at : at + length] = rng.randbytes(length)
            case 2:
                del out[at : at + length]
            case 3:
                out[at:at] = out[at : at + length] * rng.choice((1, 2, 50))
            case 4:
                out[at:at] = rng.choice(_WORTH_INSERTING)
            case 5 if rng.random() < 0.2:
                del out[at:]
            case 6:
                other = rng.randrange(len(out) + 1)
                out[at : at + length] = out[other : other + length]
            case 7:
                number = _NUMBER.search(out, at)
                if number is not None:
                    out[number.start() : number.end()] = rng.choice(_NUMBERS)
    return bytes(out)


def _in_zip(data: bytes, rng: Random) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        members = source.infolist()
        # The large parts are those with the text.
        weights = [member.file_size**0.5 + 1 for member in members]
        (chosen,) = rng.choices(members, weights)
        for member in members:
            content = source.read(member)
            out.writestr(member.filename, _bytes(content, rng) if member is chosen else content)
    return target.getvalue()


def tried(trial: Trial, *, whole: bool) -> Outcome:
    """What comes of one mutation. `whole`: the rules are run over what was read as well."""
    from extractor.pipeline import extract_document

    path = Path(trial.path)
    rng = Random(f"{trial.seed}/{path.name}/{trial.number}")
    data = mutated(path.read_bytes(), rng)
    limits = Limits()
    read = "read"
    for origin in expanded(Locator(path.name, content=data), limits):
        try:
            document = origin.document(limits)
            if whole:
                extract_document(document)
        except DocumentError as error:
            read = error.code
        except Exception as error:
            trace = error.__traceback__
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
            return Outcome("DEFECT", f"{type(error).__name__} at {where}: {str(error)[:120]}")
    return Outcome(read)


def _trials(paths: list[Path], count: int, seed: int) -> Iterator[Trial]:
    for number in range(count):
        yield Trial(str(paths[number % len(paths)]), number, seed)


def _lost(trial: Trial, how: Lost) -> Outcome:
    return Outcome("HANG" if how is Lost.TIME else "CRASH", f"{Path(trial.path).name} number {trial.number}")


def _yes(_trial: Trial) -> bool:
    return True


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.fuzz", description=__doc__)
    parser.add_argument("--n", type=int, default=1_000, help="mutations, shared out among the formats")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=int, default=30, help="a document that takes longer hangs")
    parser.add_argument("--whole", action="store_true", help="run the rules over what was read as well")
    parser.add_argument("--formats", help="suffixes, with commas between; all by default")
    parser.add_argument("--without-libreoffice", action="store_true", help="as on a machine that has none")
    parser.add_argument("--blind", action="store_true", help="pictures are cut into cells that nobody reads")
    arguments = parser.parse_args()
    if arguments.without_libreoffice:
        from extractor.read.office import soffice

        soffice.available = lambda: None
    if arguments.blind:
        from extractor.read import picture

        picture.the_engine = _Blind  # type: ignore[assignment]
    chosen = seeds(arguments.formats.split(",") if arguments.formats else None)
    if not chosen:
        raise SystemExit("no seed documents of these formats")
    work: Callable[[Trial], Outcome] = partial(tried, whole=arguments.whole)
    rows: list[tuple[str, int, Counter[str], float]] = []
    defects: Counter[str] = Counter()
    started = monotonic()
    with Pool(work, _lost, jobs=arguments.jobs, seconds=arguments.seconds, memory=Limits().max_memory) as pool:
        for suffix, paths in chosen.items():
            count = max(1, arguments.n // len(chosen))
            begun = monotonic()
            outcomes: Counter[str] = Counter()
            for trial, outcome in zip(
                _trials(paths, count, arguments.seed),
                pool.run(_trials(paths, count, arguments.seed), small=_yes),
                strict=True,
            ):
                outcomes[outcome.what] += 1
                if outcome.what.isupper():
                    defects[f"{suffix}: {outcome.what} {outcome.detail}"] += 1
                    if defects[f"{suffix}: {outcome.what} {outcome.detail}"] == 1:
                        print(f"{trial.path} number {trial.number}: {outcome}", file=sys.stderr, flush=True)
            rows.append((suffix, count, outcomes, monotonic() - begun))
    _show(rows, defects, monotonic() - started)
    return 1 if defects else 0


def _show(rows: list[tuple[str, int, Counter[str], float]], defects: Counter[str], seconds: float) -> None:
    names = ["read", "unreadable", "limit", "unrecognised", "DEFECT", "CRASH", "HANG"]
    table = Table(title=f"mutated documents, {seconds:.0f} s", title_justify="left")
    table.add_column("format")
    for head in ("mutations", *names, "ms each"):
        table.add_column(head, justify="right")
    total: Counter[str] = Counter()
    for suffix, count, outcomes, took in rows:
        total += outcomes
        each = 1000 * took / count
        table.add_row(suffix, f"{count:,}", *(f"{outcomes[name]:,}" for name in names), f"{each:.1f}")
    table.add_row("all", f"{total.total():,}", *(f"{total[name]:,}" for name in names), "")
    console = Console(width=140)
    console.print(table)
    for what, times in defects.most_common():
        console.print(f"{times} × {what}", markup=False)


if __name__ == "__main__":
    raise SystemExit(main())
