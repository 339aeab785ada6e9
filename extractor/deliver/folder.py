"""Files and folders that appear whole or not at all."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from extractor.errors import UsageError

__all__ = ["BESIDES", "MARK", "new_file", "new_folder"]

MARK = "datapackage.json"
"""A folder that holds this file, and nothing but what it lists, was written by us and may be written anew."""

BESIDES = frozenset({MARK, "codebook.md", "codebook.html", "report.schema.json", "decisions.csv"})
"""What else we write into such a folder."""


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """The path of a file to write, which becomes `target` at the end. Raises UsageError where that is a folder."""
    if target.is_dir():
        raise UsageError(f"cannot write to {target}: it is a folder")
    if not target.parent.is_dir():
        raise UsageError(f"cannot write to {target}: there is no folder {target.parent}")
    with tempfile.TemporaryDirectory(prefix=f".{target.name[:40]}.", dir=target.parent) as folder:
        unfinished = Path(folder) / target.name
        yield unfinished
        unfinished.replace(target)


@contextmanager
def new_folder(target: Path, *, mark: bool = True) -> Iterator[Path]:
    """A folder to write into, which becomes `target` at the end. Raises UsageError where something else lies there.

    `mark`: it gets the file that tells that it is ours; a folder without it must not be there, or be empty.
    """
    strange = _strange(target, mark) if target.exists() else None
    if strange is not None:
        raise UsageError(f"cannot write to {target}: something else lies there already: {strange}")
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{target.name[:40]}.", dir=target.parent))
    try:
        yield unfinished
        unfinished.chmod(0o755)
        if target.exists():
            old = unfinished.with_name(unfinished.name + ".old")
            target.rename(old)
            unfinished.rename(target)
            shutil.rmtree(old)
        else:
            unfinished.rename(target)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def _strange(target: Path, mark: bool) -> str | None:
    """The first thing at `target` that we have not written."""
    if not target.is_dir():
        return "a file"
    ours = set(BESIDES) if mark else set()
    try:
        listed = json.loads((target / MARK).read_text(encoding="utf-8"))
        ours |= {str(resource["path"]) for resource in listed["resources"]} if mark else set()
    except (OSError, ValueError, KeyError, TypeError):
        ours = set()
    return min((entry.name for entry in target.iterdir() if entry.name not in ours or entry.is_dir()), default=None)
