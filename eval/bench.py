"""python -m eval.bench: speed as ratios and medians of interleaved repeats, so that a busy machine matters less."""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median

from rich.console import Console
from rich.table import Table

from eval.gold import ROOT
from eval.render import Case, make_case, render
from eval.truth import make_truth

__all__ = ["main"]

Work = Callable[[], object]


def _ms(work: Work) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def interleaved(works: dict[str, Work], repeats: int) -> dict[str, float]:
    """Median ms of each, in blocks of five in a row, as a batch runs; blocks in turn: a slow moment hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        work()
    for _ in range(repeats):
        for name, work in works.items():
            times[name].extend(_ms(work) for _ in range(5))
    return {name: median(values) for name, values in times.items()}


def bare_parse(data: bytes) -> str:
    """What any reader of HTML must at least do: decode, parse, take the text."""
    from selectolax.lexbor import LexborHTMLParser

    return LexborHTMLParser(data.decode("utf-8", errors="replace")).text(separator="\n")


def html_pages() -> dict[str, bytes]:
    pages = {
        f"{layout} {form}": make_case(Case(form, layout, 5), scale=150).data
        for form in ("ogi-2021", "ogi-2019")
        for layout in ("html-cms", "html-word")
    }
    shanghai = ROOT.parent / "shared" / "corpus" / "shanghai-gb-2019" / "report.html"
    if shanghai.exists():
        pages["corpus shanghai-gb-2019"] = shanghai.read_bytes()
    return pages


def _flattened() -> bytes:
    """About 10 KB of flattened text, a cell a line."""
    truth = make_truth("ogi-2021", 7, scale=40)
    data = render(truth, "pipe", Random("bench")).data
    return data + "加强学习，完善制度。".encode() * max(0, (10240 - len(data)) // 30)


def _import_ms() -> float:
    """Fastest of five, from a shell's point of view."""
    gouji = Path(sys.executable).with_name("gouji")
    command = [str(gouji), "--help"] if gouji.exists() else [sys.executable, "-m", "extractor.cli", "--help"]
    times = []
    for _ in range(5):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
        times.append((time.perf_counter() - started) * 1000)
    return min(times)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.bench", description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    repeats: int = parser.parse_args().repeats
    from extractor import extract

    table = Table(title="speed", title_justify="left")
    for head in ("what", "KB", "ms", "bare parse ms", "ratio", "target"):
        table.add_column(head, justify="left" if head == "what" else "right", no_wrap=True)

    def row(what: str, size: int, ms: float, target: float, *, bare: float | None = None) -> None:
        measured = ms if bare is None else ms / bare
        within = measured <= target
        unit = "ms" if bare is None else "x"
        colour = "green" if within else "bold red"
        texts = [] if bare is None else [f"{bare:.2f}", f"{measured:.1f}"]
        kilobytes = f"{size / 1024:.1f}" if size else ""
        table.add_row(what, kilobytes, f"{ms:.2f}", *(texts or ["", ""]), f"[{colour}]{target:g} {unit}[/]")

    for name, data in html_pages().items():
        times = interleaved(
            {
                "ours": lambda data=data: extract(data, name="report.html"),  # type: ignore[misc]
                "bare": lambda data=data: bare_parse(data),  # type: ignore[misc]
            },
            repeats,
        )
        row(name, len(data), times["ours"], 4.0, bare=times["bare"])
    flat = _flattened()
    glued = {
        f"glued {form} scale {scale}": make_case(Case(form, "glued", 5), scale=scale).data
        for form in ("ogi-2021", "ogi-2019")
        for scale in (12, 900)
    }
    works: dict[str, Work] = {"flattened text": lambda: extract(flat, name="report.txt")}
    for name, data in glued.items():
        works[name] = lambda data=data: extract(data, name="report.txt")  # type: ignore[misc]
    times = interleaved(works, repeats)
    row("flattened text", len(flat), times["flattened text"], 5.0)
    for name, data in glued.items():
        row(name, len(data), times[name], 100.0)
    row("gouji --help (best of 5)", 0, _import_ms(), 300.0)
    Console(width=120).print(table)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
