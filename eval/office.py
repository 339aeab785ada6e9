"""python -m eval.office: generated reports as office files, read and scored cell by cell.

DOCX is written by python-docx (merged cells, list numbers), and by LibreOffice; DOC, XLSX, XLS, RTF by LibreOffice.
"""

import argparse
import quopri
import subprocess
import zipfile
from collections import Counter, defaultdict
from io import BytesIO
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from eval.layouts.blocks import Kind, blocks
from eval.paper import Paper, make_paper
from eval.render import Case, Rendered, make_case
from eval.score import extract_and_score
from eval.sheets import Sheet
from eval.truth import make_truth
from extractor.evaluate.scoring import Outcome, Score
from extractor.read.office import soffice

__all__ = ["as_docx", "converted", "main"]

_FILTERS = {
    "docx": ("--infilter=HTML (StarWriter)", "docx:MS Word 2007 XML"),
    "doc": ("--infilter=HTML (StarWriter)", "doc:MS Word 97"),
    "rtf": ("--infilter=HTML (StarWriter)", "rtf"),
    "xlsx": ("--infilter=HTML (StarCalc)", "xlsx:Calc MS Excel 2007 XML"),
    "xls": ("--infilter=HTML (StarCalc)", "xls:MS Excel 97"),
}


def as_docx(paper: Paper) -> bytes:
    """A paper as python-docx writes it, spans as gridSpan and vMerge."""
    from docx import Document

    document = Document()
    for kind, part in blocks(paper):
        if isinstance(part, Sheet):
            _table(document, part)
        elif kind is Kind.TITLE:
            document.add_heading(part, 0)
        else:
            document.add_paragraph(part)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _table(document: object, sheet: Sheet) -> None:
    grid = sheet.grid()
    taken: set[tuple[int, int]] = set()
    placed = []
    for number, row in enumerate(grid):
        column = 0
        for box in row:
            while (number, column) in taken:
                column += 1
            placed.append((number, column, box))
            taken |= {(number + down, column + across) for down in range(box.rowspan) for across in range(box.colspan)}
    width = max(column for _, column in taken) + 1
    table = document.add_table(rows=len(grid), cols=width)  # type: ignore[attr-defined]
    table.style = "Table Grid"
    cells = [list(row.cells) for row in table.rows]
    for row, column, box in placed:
        bottom, right = min(row + box.rowspan, len(grid)) - 1, column + box.colspan - 1
        cell = cells[row][column]
        if (bottom, right) != (row, column):
            cell = cell.merge(cells[bottom][right])
        cell.text = box.text


def converted(pages: dict[str, bytes], to: str, folder: Path) -> dict[str, Path]:
    """HTML pages as LibreOffice writes them in another format, by name."""
    program = soffice.available()
    if program is None:
        raise SystemExit("LibreOffice is not installed: apt-get install libreoffice-writer libreoffice-calc")
    sources = []
    for name, data in pages.items():
        sources.append(folder / f"{name}.html")
        sources[-1].write_bytes(data)
    infilter, target = _FILTERS[to]
    command = [program, "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}", infilter]
    command += ["--convert-to", target, "--outdir", str(folder), *map(str, sources)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600)
    return {source.stem: source.with_suffix(f".{to}") for source in sources}


def _case(form: str, layout: str, seed: int) -> Rendered:
    return make_case(Case(form, layout, seed))


def make_files(folder: Path) -> None:
    """The files of tests/files: one report in every format, and what is right in it."""
    one = _case("ogi-2021", "html-word", 2_023)
    folder.mkdir(exist_ok=True)
    one.gold.dump(folder / "gold.json")
    with TemporaryDirectory(prefix="gouji-eval-") as work:
        for kind in _FILTERS:
            path = converted({"report": one.data}, kind, Path(work))["report"]
            (folder / f"report.{kind}").write_bytes(path.read_bytes())
    (folder / "report.mht").write_bytes(as_mhtml(one.data))
    with zipfile.ZipFile(folder / "reports.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for kind in ("docx", "xls", "mht"):
            archive.write(folder / f"report.{kind}", f"2023年/报告.{kind}")
        archive.writestr("index.htm", '<html><frameset><frame src="index.files/sheet001.htm"></frameset></html>')
        archive.writestr("index.files/sheet001.htm", one.data)
        archive.writestr("notes.pptx", b"passed over")


def as_mhtml(page: bytes) -> bytes:
    """A page as a browser or Excel saves it: in a frame, quoted-printable."""
    frame = quopri.encodestring(page).replace(b"\n", b"\r\n")
    head = b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="----=_Next"\r\n\r\n'
    place = (
        b"Content-Location: file:///C:/report/%s\r\nContent-Transfer-Encoding: %s\r\nContent-Type: text/html\r\n\r\n"
    )
    frames = b'<html><frameset><frame src="report.files/sheet001.htm"></frameset></html>\r\n'
    parts = [
        head + b"This is a web page.\r\n",
        place % (b"report.htm", b"7bit") + frames,
        place % (b"report.files/sheet001.htm", b"quoted-printable") + frame,
    ]
    return b"\r\n------=_Next\r\n".join(parts) + b"\r\n------=_Next--\r\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.office", description=__doc__)
    parser.add_argument("--n", type=int, default=20, help="reports in each format")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--formats", default="python-docx,docx,doc,rtf,xlsx,xls")
    parser.add_argument("--cells", action="store_true", help="print every cell that is not right")
    parser.add_argument("--make", type=Path, metavar="FOLDER", help="make the files of tests/files instead")
    arguments = parser.parse_args()
    if arguments.make:
        make_files(arguments.make)
        return 0
    forms, layouts = ("ogi-2021", "ogi-2019"), ("html", "html-word", "html-mini")
    names = {
        f"{number:03}": (forms[number % 2], layouts[number // 2 % len(layouts)], arguments.seed * 1_000 + number)
        for number in range(arguments.n)
    }
    rendered = {name: _case(*case) for name, case in names.items()}
    scores: dict[str, list[tuple[str, Score]]] = defaultdict(list)
    for kind in arguments.formats.split(","):
        if kind == "python-docx":
            for name, (form, _, seed) in names.items():
                paper = make_paper(make_truth(form, seed, density=0.6), Random(f"office/{seed}"))
                score = extract_and_score(as_docx(paper), paper.gold(), name=f"{name}.docx")
                scores[kind].append((name, score))
            continue
        with TemporaryDirectory(prefix="gouji-eval-") as folder:
            pages = {name: one.data for name, one in rendered.items()}
            for name, path in converted(pages, kind, Path(folder)).items():
                scores[kind].append((name, extract_and_score(path, rendered[name].gold)))
    return _show(scores, cells=arguments.cells)


def _show(scores: dict[str, list[tuple[str, Score]]], *, cells: bool) -> int:
    console = Console(width=140)
    table = Table(title="office files", title_justify="left")
    heads = ("format", "reports", "failed", "printed cells", "right", "right, disputed", "open", "wrong", "made up")
    for head in heads:
        table.add_column(head, justify="left" if head == "format" else "right")
    bad = 0
    for kind, rows in scores.items():
        counts: Counter[Outcome] = sum((score.counts for _, score in rows), Counter())
        printed = sum(score.printed for _, score in rows)
        right = counts[Outcome.RIGHT]
        wrong = counts[Outcome.SILENTLY_WRONG]
        made_up = counts[Outcome.INVENTED] + counts[Outcome.UNEXPECTED]
        table.add_row(
            kind,
            str(len(rows)),
            str(sum(score.failed is not None for _, score in rows)),
            f"{printed:,}",
            f"{right:,} ({100 * right / printed:.2f} %)",
            str(counts[Outcome.RIGHT_DISPUTED]),
            str(counts[Outcome.DISPUTED] + counts[Outcome.MISSED]),
            str(wrong),
            str(made_up),
        )
        bad += printed - right + made_up
        for name, score in rows if cells else ():
            if score.failed:
                console.print(f"{kind} {name}: {score.failed}", markup=False)
            for cell in score.cells:
                if cell.outcome not in (Outcome.RIGHT, Outcome.LEFT_BLANK, Outcome.DERIVED_RIGHT, Outcome.EXTRA):
                    console.print(f"{kind} {name} {cell}", markup=False)
    console.print(table)
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
