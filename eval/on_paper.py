"""Generated reports on paper: HTML printed by Chromium, pages drawn by pypdfium2."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from random import Random

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray

__all__ = ["CHROMIUM", "RULINGS", "draw", "print_pdf"]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_OFF = "td,th{border-style:none !important}table{border:1pt solid #000}"
RULINGS = {
    "all": "",
    "none": "td,th{border-style:none !important}",
    "frame": _OFF,
    "rows": _OFF + "table{border-left:none;border-right:none}td,th{border-top-style:solid !important}",
    "columns": _OFF + "td,th{border-left-style:solid !important}",
}
_FONTS = ("Noto Serif CJK SC", "Noto Sans CJK SC")


def print_pdf(html: bytes, rng: Random, ruling: str = "all") -> bytes:
    """The page as a PDF of A4 sheets, its tables ruled, in a font and a size of chance. Needs Chromium.

    `ruling`: of RULINGS, which lines are drawn.
    """
    if CHROMIUM is None:
        raise RuntimeError("Chromium is not installed: apt-get install chromium fonts-noto-cjk")
    style = (
        f"<style>body{{font-family:'{rng.choice(_FONTS)}';font-size:12pt}}"
        "table{border-collapse:collapse;width:100%}h1{font-size:18pt}@page{size:A4;margin:20mm 18mm}"
        f"td,th{{border:{rng.choice((0.5, 0.75, 1))}pt solid #000;padding:{rng.choice((1.5, 2, 3))}pt;"
        f"text-align:center;font-size:{rng.choice((9, 10, 10.5))}pt}}{RULINGS[ruling]}</style>"
    )
    with tempfile.TemporaryDirectory(prefix="gouji-print-") as folder:
        page, pdf = Path(folder) / "report.html", Path(folder) / "report.pdf"
        page.write_bytes(html.replace(b"</head>", style.encode() + b"</head>"))
        command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
        command += [f"--user-data-dir={folder}/profile", f"--print-to-pdf={pdf}", str(page)]
        subprocess.run(command, capture_output=True, check=True, timeout=120)
        return pdf.read_bytes()


def draw(pdf: bytes, dpi: int) -> list[NDArray[np.uint8]]:
    """Its pages in grey."""
    document = pdfium.PdfDocument(pdf)
    try:
        return [np.asarray(page.render(scale=dpi / 72).to_pil().convert("L"), np.uint8) for page in document]
    finally:
        document.close()
