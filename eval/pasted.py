"""python -m eval.pasted --n 4: generated reports whose tables are pictures, in pages and Word files, read and scored.

Every table of a report is drawn by Chromium and stands in the page as a picture: beside it on disk, in an MHTML file,
as a data: address, or in a DOCX file whose prose is text. Needs Chromium and the extra 'ocr'.
"""

import argparse
import base64
import io
import re
import time
from collections.abc import Iterator, Sequence
from html import unescape
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console

from eval.degrade import jpeg
from eval.gold import Gold
from eval.on_paper import draw, print_pdf
from eval.render import render
from eval.scans import Tally, raw_score, show
from eval.truth import make_truth
from extractor.errors import DocumentError
from extractor.evaluate.scoring import HARMFUL, score_report
from extractor.pipeline import extract_document
from extractor.read import Document, Limits
from extractor.read.locator import Locator

__all__ = ["CARRIERS", "as_docx", "as_html", "as_mhtml", "drawn", "report", "saved"]

_FORMS = ("ogi-2021", "ogi-2021", "ogi-2019", "ogi-fujian")
_TABLE = re.compile(r"<table.*?</table>", re.DOTALL)
_PARAGRAPH = re.compile(r"<(p|h\d)[ >].*?</\1>|<table.*?</table>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
# Each table on a page of its own, as wide as a page of a site, and as long as it needs.
_SHEETS = (
    b"<style>@page{size:230mm 700mm !important;margin:5mm !important}table{break-after:page}td p,th p{margin:0}"
    b"</style></head>"
)
_MARGIN = 12
CARRIERS = ("html folder", "data: address", "mhtml", "docx")


def report(seed: int) -> tuple[str, Gold, Random]:
    """A report as HTML, and what is right in it."""
    rng = Random(f"pasted/{seed}")
    truth = make_truth(_FORMS[seed % len(_FORMS)], seed, density=rng.choice((0.5, 0.9)), scale=rng.choice((40, 900)))
    printed = render(truth, "html", rng)
    return printed.data.decode(), printed.gold, rng


def drawn(html: str, dpi: int, rng: Random) -> list[bytes]:
    """Each table of the page as a picture, in PNG or JPEG."""
    tables = _TABLE.findall(html)
    head = html[: html.index("<body")].encode().replace(b"</head>", _SHEETS)
    pages = draw(print_pdf(head + b"<body>" + "\n".join(tables).encode() + b"</body></html>", rng), dpi)
    out = []
    for page in pages[: len(tables)]:
        seen = _to_its_ink(page)
        if rng.random() < 0.4:
            out.append(jpeg(seen, 80))
            continue
        png = io.BytesIO()
        Image.fromarray(seen).save(png, "PNG", **({"dpi": (dpi, dpi)} if rng.random() < 0.5 else {}))
        out.append(png.getvalue())
    if len(out) != len(tables):
        raise RuntimeError(f"{len(tables)} tables on {len(pages)} pages")
    return out


def _to_its_ink(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    rows, columns = (np.flatnonzero((page < 200).any(axis=axis)) for axis in (1, 0))
    return np.ascontiguousarray(
        page[
            max(0, rows[0] - _MARGIN) : rows[-1] + _MARGIN + 1,
            max(0, columns[0] - _MARGIN) : columns[-1] + _MARGIN + 1,
        ]
    )


def as_html(html: str, sources: Sequence[str]) -> bytes:
    """The page with a picture from each of `sources` where its tables stood."""
    waiting = iter(sources)
    return _TABLE.sub(lambda _: f'<p><img src="{next(waiting)}"></p>', html).encode()


def _names(pictures: Sequence[bytes]) -> list[str]:
    kinds = ["jpg" if one.startswith(b"\xff\xd8") else "png" for one in pictures]
    return [f"image{number}.{kind}" for number, kind in enumerate(kinds, start=1)]


def as_mhtml(html: str, pictures: Sequence[bytes]) -> bytes:
    """The page and its pictures as a browser saves them."""
    place = "http://www.example.gov.cn/report/"
    names = _names(pictures)
    parts = [b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="----=_Next"\r\n\r\n']
    head = "Content-Location: {}\r\nContent-Transfer-Encoding: base64\r\nContent-Type: {}\r\n\r\n"
    for name, kind, data in (
        ("report.html", "text/html", as_html(html, names)),
        *((name, "image/" + name[-3:].replace("jpg", "jpeg"), one) for name, one in zip(names, pictures, strict=True)),
    ):
        parts.append(head.format(place + name, kind).encode() + base64.encodebytes(data).replace(b"\n", b"\r\n"))
    return b"\r\n------=_Next\r\n".join(parts) + b"\r\n------=_Next--\r\n"


def as_docx(html: str, pictures: Sequence[bytes]) -> bytes:
    """Its paragraphs as text, and the pictures between them."""
    from docx import Document as Word
    from docx.shared import Cm

    document = Word()
    waiting = iter(pictures)
    for block in _PARAGRAPH.finditer(html[html.index("<body") :]):
        if block[0].startswith("<table"):
            document.add_picture(io.BytesIO(next(waiting)), width=Cm(15))
        elif text := unescape(_TAG.sub("", block[0])).strip():
            document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def saved(carrier: str, html: str, pictures: Sequence[bytes], folder: Path) -> Path:
    """The file of a report in `folder`, with what belongs beside it."""
    if carrier == "docx":
        path, data = folder / "report.docx", as_docx(html, pictures)
    elif carrier == "mhtml":
        path, data = folder / "report.mht", as_mhtml(html, pictures)
    elif carrier == "html folder":
        path = folder / "report.html"
        parts = folder / "report_files"
        parts.mkdir(exist_ok=True)
        names = _names(pictures)
        for name, one in zip(names, pictures, strict=True):
            (parts / name).write_bytes(one)
        data = as_html(html, [f"report_files/{name}" for name in names])
    else:
        path = folder / "report.html"
        data = as_html(html, [f"data:image/png;base64,{base64.b64encode(one).decode()}" for one in pictures])
    path.write_bytes(data)
    return path


def _read(seeds: range, carriers: Sequence[str], dpi: int) -> Iterator[tuple[int, str, Gold, Document | str, float]]:
    """Each report in each carrier: the document, or why it failed."""
    for seed in seeds:
        html, gold, rng = report(seed)
        pictures = drawn(html, dpi, rng)
        for carrier in carriers:
            with TemporaryDirectory(prefix="gouji-pasted-") as folder:
                path = saved(carrier, html, pictures, Path(folder))
                started = time.perf_counter()
                try:
                    document: Document | str = Locator.of(path).document(Limits())
                except DocumentError as error:
                    document = str(error)
                yield seed, carrier, gold, document, time.perf_counter() - started


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.pasted", description=__doc__)
    parser.add_argument("--n", type=int, default=4, help="reports")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dpi", type=int, default=150)
    parser.add_argument("--carrier", choices=CARRIERS, action="append", help="only this one; may be repeated")
    parser.add_argument("--cells", action="store_true", help="print every cell that is not right")
    arguments = parser.parse_args()
    console = Console(width=150, force_terminal=False)
    carriers = arguments.carrier or CARRIERS
    tallies = {carrier: Tally() for carrier in carriers}
    seeds = range(arguments.seed, arguments.seed + arguments.n)
    for seed, carrier, gold, document, seconds in _read(seeds, carriers, arguments.dpi):
        tally = tallies[carrier]
        tally.seconds += seconds
        if isinstance(document, str):
            score = score_report(None, gold, failure=document)
            tally.failed += 1
            console.print(f"{seed} {carrier}: {document}", markup=False)
        else:
            tally.pages += 0 if document.pages is None else len(document.pages.pages)
            tally.raw += raw_score(document, gold)
            try:
                score = score_report(extract_document(document), gold)
            except DocumentError as error:
                score = score_report(None, gold, failure=str(error))
                tally.failed += 1
                console.print(f"{seed} {carrier}: {error}", markup=False)
        tally.score.add(score)
        for one in score.cells:
            if arguments.cells or one.outcome in HARMFUL:
                got = None if one.got is None else (one.got.value, one.got.status, one.got.printed, one.got.because)
                console.print(f"{seed} {carrier}: {one.outcome} {one.cell} {one.gold} → {got}", markup=False)
    show(tallies, console)
    return 1 if any(tally.score.harm or tally.failed for tally in tallies.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
