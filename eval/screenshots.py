"""Pictures of the review page for the README, of made-up reports only: docs/img/*.png.

    python -m eval.screenshots [--out docs/img]

Needs playwright and Debian's chromium.
"""

import argparse
import io
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from extractor.deliver.to_json import json_line
from extractor.pipeline import extract
from tests.reviewing import SAMPLES, key_of, served, shelved

ROOT = Path(__file__).resolve().parents[1]
_MOST_BYTES = 250_000
_SUSPECT = "applications.rejected_mass.public_welfare"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "img")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("no chromium here: apt-get install chromium")
    with tempfile.TemporaryDirectory(prefix="gouji-screenshots-") as name, sync_playwright() as driver:
        folder = Path(name)
        results = _results(folder)
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with shelved(folder, results=[results]) as shelf, served(shelf) as address:
            shelf.title = "reports/all.jsonl"
            page = browser.new_page(viewport={"width": 1360, "height": 850}, locale="en-GB")
            page.goto(f"{address}/d/{key_of(shelf, 'misprint')}")
            page.wait_for_selector("body[data-studied]")
            page.wait_for_selector("#source mark")
            page.keyboard.press("n")
            page.wait_for_selector(f'.cell-head[data-cell="{_SUSPECT}"]')
            page.wait_for_timeout(800)  # the source is still moving there
            _take(page, out / "review-document.png")
            page.goto(address)
            page.wait_for_selector(".documents")
            _take(page, out / "review-list.png")
            page.goto(f"{address}/overview")
            page.wait_for_load_state("networkidle")
            _take(page, out / "review-overview.png")
        browser.close()


def _results(folder: Path) -> Path:
    """Every sample, with its document beside the results."""
    lines = []
    for source in sorted(SAMPLES.glob("*/report.*")):
        copy = folder / f"{source.parent.name}{source.suffix}"
        shutil.copy(source, copy)
        try:
            lines.append(json_line(extract(copy)).replace(f"{folder}/", ""))
        except Exception as error:
            print(f"{copy.name}: {error}", file=sys.stderr)
    path = folder / "all.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def _take(page: Page, path: Path) -> None:
    # A page has few colours: a palette of them takes a third of the room.
    shown = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    shown.save(path, "PNG", optimize=True)
    size = path.stat().st_size
    print(f"{path}: {size / 1000:.0f} KB")
    if size > _MOST_BYTES:
        sys.exit(f"{path.name} has over {_MOST_BYTES / 1000:.0f} KB")


if __name__ == "__main__":
    main()
