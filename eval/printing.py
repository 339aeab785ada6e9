"""HTML printed to PDF by programs of others: what they are, how they are called, and how pages are made to differ."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

__all__ = ["PRINTERS", "Printer", "print_all", "styled"]

_FONTS = ("Noto Sans CJK SC", "Noto Serif CJK SC", "WenQuanYi Zen Hei", "AR PL UMing CN", "serif", "sans-serif")
_PAPER = ("A4", "A4", "A4", "A4 landscape", "A5", "letter", "17cm 24cm")


def styled(html: str, rng: Random) -> str:
    """The page with a style that chance chooses: fonts, borders, paper, rows that break, repeated heads."""
    font, size = rng.choice(_FONTS), rng.choice((8, 9, 10, 10.5, 12, 14))
    border = rng.choice(("1px solid black", "0.5pt solid #000", "1px solid #999", "2px solid #336", "1.5px solid red"))
    collapse = rng.choice(("collapse", "collapse", "separate"))
    rules = [
        f"@page {{ size: {rng.choice(_PAPER)}; margin: {rng.choice((8, 15, 20, 28))}mm }}",
        f"body {{ font-family: '{font}'; font-size: {size}pt; line-height: {rng.choice((1.2, 1.5, 1.8))} }}",
        f"p {{ text-indent: 2em; text-align: {rng.choice(('justify', 'left'))} }} td p {{ text-indent: 0; margin: 0 }}",
        f"h1 {{ margin-top: {rng.randint(0, 160)}pt }}",
        f"table {{ width: 100%; border-collapse: {collapse}; border: {border} }}",
        f"td, th {{ border: {border}; padding: {rng.choice((0, 1, 3, 6))}px; width: auto;"
        f" text-align: {rng.choice(('center', 'center', 'left', 'right'))};"
        f" vertical-align: {rng.choice(('middle', 'middle', 'top', 'bottom'))} }}",
        f"tr {{ break-inside: {rng.choice(('auto', 'auto', 'avoid'))} }}",
    ]
    if rng.random() < 0.2:
        rules.append("table { border-left: 0; border-right: 0 } td:first-child { border-left: 0 }"
                     " td:last-child { border-right: 0 }")  # fmt: skip
    if rng.random() < 0.25:
        rules.append("tr:nth-child(even) td { background: #eee } tr:first-child td { background: #cde }")
    # Chromium prints the letters of other fonts on top of one another when they run downwards.
    if rng.random() < 0.25 and font.startswith("Noto"):
        rules.append("td[rowspan] { writing-mode: vertical-rl; text-orientation: upright }")
    if rng.random() < 0.3:
        rules.append("h1, .h { background: white } body > p { background: white }")
    style = "<style>" + "\n".join(rules) + "</style>"
    html = html.replace("</head>", style + "</head>", 1)
    if rng.random() < 0.3:
        html = _with_repeated_heads(html)
    return html


def _with_repeated_heads(html: str) -> str:
    """The table of applications with its three lines of heads as a thead, which is printed on every page anew."""
    start = html.find("<tbody>", max(0, html.find("申请人情况") - 400))
    if start < 0:
        return html
    end = start
    for _ in range(3):
        end = html.find("</tr>", end) + len("</tr>")
    head = html[start + len("<tbody>") : end]
    if "申请人情况" not in head:
        return html
    return html[:start] + "<thead>" + head + "</thead><tbody>" + html[end:]


@dataclass(frozen=True)
class Printer:
    """`command` and what it is called with, for `{source}` and `{target}`; `many`: all sources at once, `{target}` is
    a folder then."""

    name: str
    command: str
    arguments: tuple[str, ...]
    many: bool = False

    @property
    def there(self) -> str | None:
        beside = Path(sys.executable).with_name(self.command)  # what pip installed
        return str(beside) if beside.exists() else shutil.which(self.command)

    def run(self, arguments: list[str], seconds: int) -> None:
        subprocess.run([self.there or self.command, *arguments], capture_output=True, timeout=seconds, check=False)


PRINTERS: dict[str, Printer] = {
    printer.name: printer
    for printer in (
        Printer(
            "chromium",
            "chromium",
            ("--headless", "--no-sandbox", "--disable-gpu", "--disable-pdf-tagging", "--user-data-dir={scratch}",
             "--print-to-pdf={target}", "{source}"),
        ),
        Printer(
            "soffice",
            "soffice",
            ("-env:UserInstallation=file://{scratch}", "--headless", "--infilter=HTML (StarWriter)", "--convert-to",
             "pdf", "--outdir", "{target}"),
            many=True,
        ),
        Printer("weasyprint", "weasyprint", ("-q", "{source}", "{target}")),
        Printer("wkhtmltopdf", "wkhtmltopdf", ("-q", "--encoding", "utf-8", "{source}", "{target}")),
    )
}  # fmt: skip


def print_all(printer: Printer, pages: Mapping[str, str]) -> dict[str, bytes]:
    """The PDF of each page of HTML, by name; those that the program did not make are missing."""
    out: dict[str, bytes] = {}
    with TemporaryDirectory(prefix="gouji-print-") as folder:
        scratch, sources, targets = (Path(folder) / name for name in ("scratch", "html", "pdf"))
        for path in (scratch, sources, targets):
            path.mkdir()
        for name, html in pages.items():
            (sources / f"{name}.html").write_text(html, encoding="utf-8")
        paths = [sources / f"{name}.html" for name in pages]
        if printer.many:
            filled = [one.format(scratch=scratch, target=targets) for one in printer.arguments]
            printer.run([*filled, *map(str, paths)], 60 + 20 * len(paths))
        else:
            for path in paths:
                target = targets / f"{path.stem}.pdf"
                filled = [one.format(scratch=scratch, source=path, target=target) for one in printer.arguments]
                printer.run(filled, 120)
        for name in pages:
            path = targets / f"{name}.pdf"
            if path.exists():
                out[name] = path.read_bytes()
    return out
