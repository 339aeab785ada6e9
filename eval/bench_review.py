"""How quickly the review page shows something: a PDF of 200 pages, and a run of 10,000 documents.

    python -m eval.bench_review [--documents 10000] [--pages 200]      (0: not at all)

With playwright and a chromium the first paint is the browser's own (first contentful paint, from the navigation on,
with an empty cache); without, the time until the server has answered.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import httpx
import pypdfium2 as pdfium

from extractor.deliver.to_json import json_line
from extractor.pipeline import extract
from tests.reviewing import SAMPLES, key_of, served, shelved, until_read

ROOT = Path(__file__).resolve().parents[1]
_TIMES = 5
_NAMES = ("misprint-2023", "clean-html-2022", "blanks-dropped-2023", "glued-2021", "gbk-2020")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--pages", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gouji-bench-review-") as name, browser() as tab:
        if options.documents:
            _list(Path(name), options.documents, tab)
        if options.pages:
            _pdf(Path(name), options.pages, tab)


@contextmanager
def browser() -> "Iterator[object]":
    """A function from an address to the seconds until its first paint; None where there is no browser."""
    chromium = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        chromium = None
    if chromium is None:
        print("no playwright or no chromium: the server's answers are timed, not the browser's paint")
        yield None
        return
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])

        def paint(address: str, wanted: str) -> tuple[float, float]:
            page = opened.new_page(viewport={"width": 1440, "height": 900})
            started = time.perf_counter()
            page.goto(address)
            page.wait_for_selector(wanted)
            seen = time.perf_counter() - started
            first = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0") / 1000
            page.close()
            return first, seen

        yield paint
        opened.close()


def _shown(what: str, paint: object, address: str, wanted: str) -> None:
    if paint is None:
        started = time.perf_counter()
        httpx.get(address, trust_env=False, timeout=60).raise_for_status()
        print(f"{what:<58} {time.perf_counter() - started:6.3f} s")
        return
    assert callable(paint)
    found = [paint(address, wanted) for _ in range(_TIMES)]
    first, seen = median(one[0] for one in found), median(one[1] for one in found)
    print(f"{what:<58} first paint {first:6.3f} s, {wanted} there after {seen:6.3f} s (median of {_TIMES})")


def _list(folder: Path, documents: int, paint: object) -> None:
    lines = [json.loads(json_line(extract(next((SAMPLES / name).glob("report.*"))))) for name in _NAMES]
    results = folder / "all.jsonl"
    with results.open("w", encoding="utf-8") as file:
        for number in range(documents):
            one = lines[number % len(lines)]
            one["source"] |= {"name": f"{number:05}/{_NAMES[number % len(lines)]}.html", "sha256": f"{number:064x}"}
            one["organ"], one["year"] = f"第{number // 10}县人民政府", 2008 + number % 10
            file.write(json.dumps(one, ensure_ascii=False) + "\n")
    print(f"{documents:,} results, {results.stat().st_size / 1e6:.0f} MB")
    started = time.perf_counter()
    with shelved(folder, results=[results], read=False) as shelf, served(shelf) as address:
        _shown("the list, while results are being read", paint, address, ".documents, .empty")
        until_read(shelf, 600)
        print(f"{'all results read':<58} {time.perf_counter() - started:6.3f} s")
        _shown("the list, all of them read", paint, address, ".documents")
        with httpx.Client(base_url=address, trust_env=False, timeout=60) as http:
            for query in ("", "?page=100", "?sort=doubts&down=1", "?q=第12&verdict=review", "?year=2012&todo=1"):
                took = []
                for _ in range(_TIMES):
                    before = time.perf_counter()
                    http.get(f"/{query}").raise_for_status()
                    took.append(time.perf_counter() - before)
                print(f"{'the server, list ' + query:<58} {median(took):6.3f} s")
        key = key_of(shelf, f"{documents // 2:05}/")
        _shown("a document of it", paint, f"{address}/d/{key}", "#form table")


def _pdf(folder: Path, pages: int, paint: object) -> None:
    made = pdfium.PdfDocument.new()
    report = pdfium.PdfDocument(ROOT / "eval" / "printed" / "chromium-2024" / "report.pdf")
    made.import_pages(report)
    other = pdfium.PdfDocument(ROOT / "eval" / "printed" / "soffice-2024" / "report.pdf")
    while len(made) < pages:
        made.import_pages(other, pages=list(range(min(len(other), pages - len(made)))))
    path = folder / "long.pdf"
    made.save(path)
    for one in (made, report, other):
        one.close()
    started = time.perf_counter()
    with shelved(folder, [path]) as shelf, served(shelf) as address:
        entry = shelf.index.all()[0]
        took = time.perf_counter() - started
        print(f"a PDF of {pages} pages, {path.stat().st_size / 1e6:.1f} MB, extracted in {took:.1f} s: {entry.verdict}")
        _shown("its page", paint, f"{address}/d/{entry.key}", ".sheet img")
        shelf.bench.close()  # it is still being read once more, for every reading


if __name__ == "__main__":
    sys.exit(main())
