"""How often a cell of a status is not what the page prints: python -m eval.doubt ../shared/corpus

What the odds of `gouji deliver`'s worklist rest on. Of the samples, and of further folders that are named, each with
report.* and gold.json in folders of their own. A missing cell is wrong if the page prints a figure for it.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

from extractor import Status, extract_many
from extractor.report import json_number

_SUFFIXES = (".txt", ".html", ".md", ".csv", ".pdf", ".xlsx")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    folders = [Path(__file__).parent / "samples", *parser.parse_args().folders]
    paths = [
        path
        for folder in folders
        for path in sorted(folder.glob("*/*"))
        if path.suffix in _SUFFIXES and (path.parent / "gold.json").is_file()
    ]
    counted: Counter[tuple[str, bool]] = Counter()
    for path, report in zip(paths, extract_many(paths), strict=True):
        gold = json.loads((path.parent / "gold.json").read_text(encoding="utf-8"))["cells"]
        for name, cell in report.cells.items():
            printed = gold.get(name)
            wrong = printed is not None if cell.status is Status.MISSING else json_number(cell.value) != printed
            counted[cell.status.value, wrong] += 1
    print(f"{len(paths)} reports")
    for status in (Status.DISPUTED, Status.MISSING, Status.CORRECTED):
        wrong, right = counted[status.value, True], counted[status.value, False]
        print(f"{status.value}: {wrong} of {wrong + right}")


if __name__ == "__main__":
    main()
