"""python -m eval.make_printed: writes eval/printed anew: small PDFs by programs that a test machine may not have.

Only headings and tables are printed, in one font: so a PDF with its font in it stays small.
"""

import argparse
import re
from pathlib import Path

from eval.gold import ROOT
from eval.printing import PRINTERS, print_all
from eval.render import Case, make_case

__all__ = ["PRINTED", "main"]

_LONG = re.compile(r"<p>[^<]{25,}</p>\n?")
_STYLE = """<style>
@page { size: %s; margin: 14mm }
body, td { font-family: 'WenQuanYi Zen Hei'; font-size: %spt }
table { width: 100%%; border-collapse: %s; border: 1px solid black }
td { border: 1px solid black; padding: 2px; text-align: center }
%s</style>"""

# Name: program, case, paper, size of letters, borders, more style.
PRINTED: dict[str, tuple[str, Case, str, float, str, str]] = {
    "chromium-2024": ("chromium", Case("ogi-2021", "html", 501), "A5", 9, "collapse", ""),
    "chromium-separate-2020": ("chromium", Case("ogi-2019", "html", 502), "A4 landscape", 9, "separate", ""),
    "soffice-2024": ("soffice", Case("ogi-2021", "html", 503), "A4", 9, "collapse", ""),
    "weasyprint-statistics-2015": ("weasyprint", Case("ogi-2014", "html", 507), "A5", 9, "collapse", ""),
    "wkhtmltopdf-2023": ("wkhtmltopdf", Case("ogi-2021", "html", 505), "A5", 8, "collapse", ""),
    "chromium-open-2011": (
        *("chromium", Case("ogi-fujian", "html", 506), "A5", 11, "collapse"),
        "table, td:first-child { border-left: 0 } table, td:last-child { border-right: 0 }\n",
    ),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.make_printed", description=__doc__)
    parser.add_argument("--into", type=Path, default=ROOT / "eval" / "printed")
    folder: Path = parser.parse_args().into
    for name, (program, case, paper, size, borders, more) in PRINTED.items():
        made = make_case(case)
        text = _LONG.sub("", made.text).replace("</head>", _STYLE % (paper, size, borders, more) + "</head>", 1)
        text = (
            text.replace("<h1>", "<h1 style='font: 12pt WenQuanYi Zen Hei'>")
            .replace("<td><p>", "<td>")
            .replace("</p></td>", "</td>")
        )
        data = print_all(PRINTERS[program], {name: text}).get(name)
        if data is None:
            print(f"{name}: {program} is not installed, or failed; left as it is")
            continue
        target = folder / name
        target.mkdir(parents=True, exist_ok=True)
        (target / "report.pdf").write_bytes(data)
        made.gold.notes.append(f"made by eval.make_printed: {case.id}, printed by {program}")
        made.gold.dump(target / "gold.json")
        print(f"{name}: {made.gold.organ} {made.gold.year}, {len(data)} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
