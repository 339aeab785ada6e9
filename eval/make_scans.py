"""python -m eval.make_scans FOLDER: the small scans that the tests read, each with what is printed on it.

A report printed, one figure of it misprinted so that it looks misread; a page that lay upside down; a table without
ruling lines. Needs Chromium. In small/: a piece of the first in every format of pictures, for the fuzz run to mutate.
"""

import argparse
import json
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image

from eval.degrade import Quality, degrade, jpeg
from eval.on_paper import draw, print_pdf
from eval.render import render
from eval.truth import make_truth

__all__ = ["MISPRINTED", "make", "small"]

MISPRINTED = "applications.unavailable_creation.natural_person"
_TALL = (
    b"<style>@page{size:180mm 520mm !important;margin:8mm !important}"
    b"td p,th p{margin:0}td,th{font-size:9pt !important}</style></head>"
)
_PLAIN = b"<style>table,td,th{border:none !important}td p,th p{margin:0}@page{size:A4}</style></head>"


def make(folder: Path) -> None:
    """Write the scans and their gold into `folder`."""
    scan = Quality("fixture", 110, skew=1.2, noise=4, blur=0.5, ink=0.85, specks=30)
    truth = make_truth("ogi-2021", 11, density=0.9, scale=900)
    truth.options["review"] = "line"
    truth.values[MISPRINTED] = int(str(truth.values[MISPRINTED]).translate(str.maketrans("0123456789", "8746593208")))
    _write(folder / "misprint-2021.jpg", truth, _TALL, scan, 0)
    _write(folder / "upside-down-2019.jpg", make_truth("ogi-2019", 8, density=0.7, scale=300), _TALL, scan, 2)
    _write(folder / "no-lines-2015.jpg", make_truth("ogi-fujian", 6, density=0.9, scale=900), _PLAIN, scan, 0)
    small(folder / "misprint-2021.jpg", folder / "small")


def small(scan: Path, folder: Path) -> None:
    """Write the first rows of a scan's first table as pictures of every format and of unlike kinds of pixels."""
    folder.mkdir(exist_ok=True)
    with Image.open(scan) as whole:
        grey = whole.convert("L").crop((30, 190, 430, 330))
    line = grey.convert("1")
    half = grey.resize((grey.width // 2, grey.height // 2))
    grey.save(folder / "grey.png", dpi=(110, 110))
    half.convert("RGBA").quantize(16).save(folder / "palette.png")
    half.convert("RGBA").save(folder / "clear.png")
    grey.quantize(16).save(folder / "table.gif")
    half.save(folder / "table.bmp")
    grey.save(folder / "table.jpg", quality=40)
    grey.convert("RGB").save(folder / "progressive.jpg", quality=30, progressive=True)
    line.save(folder / "fax.tif", compression="group4", save_all=True, append_images=[line, line], dpi=(110, 110))
    half.save(folder / "lzw.tif", compression="tiff_lzw")
    grey.convert("RGB").save(folder / "jpeg.tif", compression="jpeg")


def _write(path: Path, truth, style: bytes, quality: Quality, turns: int) -> None:  # type: ignore[no-untyped-def]
    rng = Random(path.name)
    printed = render(truth, "html", rng)
    body = printed.data.split(b"<body>")
    kept = [line for line in body[1].split(b"\n") if not line.startswith(b"<p>")]
    html = (body[0] + b"<body>" + b"\n".join(kept)).replace(b"</head>", style, 1)
    page = draw(print_pdf(html, rng), quality.dpi)[0]
    ink = np.flatnonzero((page < 200).any(axis=1))
    page = np.ascontiguousarray(page[: min(len(page), int(ink[-1]) + 60)])
    seen = np.ascontiguousarray(np.rot90(degrade(page, quality, rng), turns))
    path.write_bytes(jpeg(seen, 40))
    cells = {cell: None if value is None else str(value) for cell, value in printed.gold.cells.items()}
    gold = {"form": truth.form, "year": truth.year, "organ": truth.organ, "cells": cells}
    path.with_suffix(".json").write_text(json.dumps(gold, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(path, path.stat().st_size, seen.shape)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.make_scans", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    make(folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
