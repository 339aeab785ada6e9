"""python -m eval.bench_pdf: the time to read a PDF, as a ratio to what pdfplumber alone needs to find its tables.

Both in turn, in one run, so that a busy machine slows both. Exit code 1 if a ratio is over the target.
"""

import argparse
import io
import logging
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from eval.bench import interleaved
from eval.gold import ROOT

__all__ = ["main"]

TARGET = 1.3


def pdfplumber_tables(data: bytes) -> int:
    """How many tables pdfplumber finds, with its usual settings, and nothing more."""
    import pdfplumber

    with pdfplumber.open(io.BytesIO(data)) as document:
        return sum(len(page.find_tables()) for page in document.pages)


def documents() -> dict[str, Path]:
    found = {path.parent.name: path for path in sorted((ROOT / "eval" / "printed").glob("*/report.pdf"))}
    hongze = ROOT.parent / "shared" / "corpus" / "hongze-2023" / "report.pdf"
    return found | ({"corpus hongze-2023": hongze} if hongze.exists() else {})


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.bench_pdf", description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("files", nargs="*", type=Path, help="other PDFs than those of eval/printed")
    arguments = parser.parse_args()
    import pypdfium2

    from extractor.read import read

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    table = Table(title="ms a page, and the ratio to pdfplumber alone", title_justify="left")
    for head in ("document", "pages", "gouji reads", "pdfplumber finds tables", "ratio", "target"):
        table.add_column(head, justify="left" if head == "document" else "right")
    chosen = {str(path): path for path in arguments.files} or documents()
    ratios = []
    for name, path in chosen.items():
        data = path.read_bytes()
        pages = len(pypdfium2.PdfDocument(data))
        times = interleaved(
            {"gouji": lambda data=data: read(data), "pdfplumber": lambda data=data: pdfplumber_tables(data)},  # type: ignore[misc]
            arguments.repeats,
        )
        ratio = times["gouji"] / times["pdfplumber"]
        ratios.append(ratio)
        colour = "green" if ratio <= TARGET else "bold red"
        each = [f"{times[one] / pages:.1f}" for one in ("gouji", "pdfplumber")]
        table.add_row(name, str(pages), *each, f"[{colour}]{ratio:.2f}[/]", f"{TARGET}")
    table.add_row("median", "", "", "", f"{median(ratios):.2f}", f"{TARGET}")
    Console(width=120).print(table)
    return 1 if max(ratios) > TARGET else 0


if __name__ == "__main__":
    raise SystemExit(main())
