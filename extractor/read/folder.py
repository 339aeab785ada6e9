"""The documents in a folder and in all below it."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

__all__ = ["DECISIONS", "files_below"]

DECISIONS = "gouji-decisions.jsonl"  # what people decided about the documents of a folder: no document itself

# What a browser saves beside a page, in page.files or page_files, is part of it.
_PARTS = re.compile(r"[._]files$|_文件$")
_PAGES = frozenset({".html", ".htm", ".xhtml", ".shtml"})


def files_below(
    folder: Path, suffixes: frozenset[str], skipped: Counter[str], leave_out: Path | None = None
) -> Iterator[Path]:
    """Files by name, of `suffixes`; those of others are counted in `skipped`. Hidden ones are not looked at.

    `leave_out`: a file or a folder that results go to.
    """
    apart = None if leave_out is None or not leave_out.is_dir() else leave_out.resolve()
    for root, folders, names in os.walk(folder):
        pages = {Path(name).stem for name in names if Path(name).suffix.lower() in _PAGES}
        folders[:] = sorted(name for name in folders if not (name.startswith(".") or _PARTS.sub("", name) in pages))
        if apart is not None:
            folders[:] = [name for name in folders if name != apart.name or Path(root, name).resolve() != apart]
        for name in sorted(names):
            path = Path(root, name)
            if name.startswith(".") or name == DECISIONS or not path.is_file():
                continue
            suffix = path.suffix.lower()
            if suffix not in suffixes:
                skipped[suffix] += 1
            elif leave_out is None or not (leave_out.exists() and path.samefile(leave_out)):
                yield path
