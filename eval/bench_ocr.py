"""python -m eval.bench_ocr: what reading a scanned page costs, against the bare call of the recognition on that page.

Both run on the same engine in one process, one after the other, in seconds of processor time, so that what else the
machine does counts little; the least of a few rounds counts. The page is a scan of
the tests; bare is rapidocr's detection, direction and recognition of every line, without grid, cells or a second look.
"""

import argparse
import statistics
import time
from pathlib import Path

import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from extractor.read.picture import PageImage
from extractor.read.picture.engine import the_engine
from extractor.read.picture.page import read_page

_SCANS = Path(__file__).parent.parent / "tests" / "scans"
_MOST = 1.5


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.bench_ocr", description=__doc__)
    parser.add_argument("pages", nargs="*", type=Path, default=sorted(_SCANS.glob("*.jpg")))
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    engine = the_engine()
    table = Table(title="processor seconds a page, least of the rounds", title_justify="left")
    for head in ("page", "pixels", "bare", "read", "ratio"):
        table.add_column(head, justify="left" if head == "page" else "right")
    ratios: list[float] = []
    for path in arguments.pages:
        with Image.open(path) as picture:
            pixels = np.asarray(picture.convert("L"), np.uint8)
        bare: list[float] = []
        whole: list[float] = []
        for _ in range(arguments.rounds):
            started = time.process_time()
            engine.bare(pixels)
            bare.append(time.process_time() - started)
            started = time.process_time()
            read_page(PageImage(1, pixels, 1.0), engine)
            whole.append(time.process_time() - started)
        ratios.append(min(whole) / min(bare))
        size = f"{pixels.shape[1]} × {pixels.shape[0]}"
        table.add_row(path.stem, size, f"{min(bare):.2f}", f"{min(whole):.2f}", f"{ratios[-1]:.2f}")
    console = Console()
    console.print(table)
    ratio = statistics.median(ratios)
    console.print(f"median ratio {ratio:.2f}, at most {_MOST} wanted: {'met' if ratio <= _MOST else 'MISSED'}")
    return 0 if ratio <= _MOST else 1


if __name__ == "__main__":
    raise SystemExit(main())
