"""From the paths on the command line to the documents they stand for."""

import errno
import re
import stat
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from extractor.errors import UsageError
from extractor.read.folder import files_below
from extractor.read.formats import SUFFIXES
from extractor.read.limits import Limits
from extractor.read.locator import Locator, expanded, named_inside

__all__ = ["STDIN", "Inputs", "Stream", "as_locator", "by_suffix", "collect", "drawn"]

STDIN = "-"

_OF_BULK = Path("_gouji", "ledger")
_DESCRIPTOR = re.compile(r"/dev/stdin|/dev/fd/\d+|/proc/(?:self|thread-self|\d+)/fd/\d+")


@dataclass(frozen=True, slots=True)
class Stream:
    """A document that can be read only once and here: stdin (`path` None), `<(command)`."""

    path: Path | None

    @property
    def name(self) -> str:
        return "stdin" if self.path is None else self.path.name

    def read(self, most: int) -> bytes:
        """The content, but never more than `most` + 1 bytes: enough to see that it is over the limit."""
        if self.path is None:
            return sys.stdin.buffer.read(most + 1)
        with self.path.open("rb") as file:
            return file.read(most + 1)


@dataclass(frozen=True, slots=True)
class Inputs:
    """The documents in the order given, and how many files of folders and archives were passed over, by suffix."""

    documents: tuple[Locator | Stream, ...]
    skipped: Counter[str]


def collect(
    arguments: Iterable[str],
    *,
    leave_out: Path | None = None,
    also: frozenset[str] = frozenset(),
    limits: Limits | None = None,
) -> Inputs:
    """Files as named, folders walked, archives looked into; `archive.zip!name` is a file in an archive.

    A path that does not exist and a folder or an archive without documents are a UsageError.

    What is there but no file (a named pipe, a device) stays a path: reading it fails, instead of waiting for ever.

    `leave_out` is the file that results go to: when it lies in a folder that is read, it is no document.
    `also`: suffixes that are read besides those of documents.
    """
    limits = limits or Limits()
    suffixes = SUFFIXES | also
    skipped: Counter[str] = Counter()
    found: dict[Locator | Stream, None] = {}
    unknown: list[str] = []
    for argument in arguments:
        path = Path(argument)
        if argument == STDIN:
            found[Stream(None)] = None
        elif path.is_dir():
            if (path / _OF_BULK).is_dir():
                raise UsageError(
                    f"{argument}: tables that gouji bulk wrote, no documents or results; "
                    f"`gouji deliver {argument} --out all.jsonl` makes results of them"
                )
            inside = list(files_below(path, suffixes, skipped, leave_out))
            if not inside:
                raise UsageError(f"{argument}: {_nothing_in(suffixes, skipped)}")
            for file in inside:
                found.update(dict.fromkeys(expanded(Locator.of(file), limits, skipped)))
        elif path.exists():
            if _is_open_already(path):
                found[Stream(path)] = None
                continue
            passed: Counter[str] = Counter()
            members = list(expanded(Locator(argument, path), limits, passed))
            if not members:
                raise UsageError(f"{argument}: {_nothing_in(suffixes, passed, 'archive')}")
            skipped += passed
            found.update(dict.fromkeys(members))
        elif members := named_inside(argument, limits):
            for one in members:
                found.update(dict.fromkeys(expanded(one, limits, skipped)))
        else:
            unknown.append(f"{argument}{_why_unknown(path)}")
    if unknown:
        raise UsageError(f"no such file or folder: {', '.join(unknown)}")
    return Inputs(tuple(found), skipped)


def as_locator(document: Locator | Stream, limits: Limits) -> Locator:
    """A stream is read here and now."""
    return (
        document if isinstance(document, Locator) else Locator(document.name, content=document.read(limits.max_bytes))
    )


def drawn(inputs: Inputs, limits: Limits) -> Inputs:
    """The same with all streams read, so that it is known how many documents there are: one may bring an archive."""
    documents: list[Locator | Stream] = []
    for document in inputs.documents:
        if isinstance(document, Locator):
            documents.append(document)
        else:
            documents += expanded(as_locator(document, limits), limits, inputs.skipped)
    return Inputs(tuple(documents), inputs.skipped)


def _is_open_already(path: Path) -> bool:
    """Whether this names a stream that the shell has opened for us, as `<(command)` does."""
    return _DESCRIPTOR.fullmatch(str(path)) is not None and not stat.S_ISREG(path.stat().st_mode)


def _why_unknown(path: Path) -> str:
    if not path.is_symlink():
        return ""
    try:
        path.stat()
    except OSError as error:
        if error.errno == errno.ELOOP:
            return " (a symbolic link that leads back to itself)"
    return " (a symbolic link to nothing)"


def _nothing_in(suffixes: frozenset[str], skipped: Counter[str], what: str = "folder") -> str:
    known = ", ".join(sorted(filter(None, suffixes)))
    passed = f"; passed over: {by_suffix(skipped)}" if skipped else ""
    return f"no documents in this {what} ({known} or without suffix){passed}"


def by_suffix(skipped: Counter[str]) -> str:
    """`3 .pdf, 1 .docx`."""
    return ", ".join(f"{count} {suffix}" for suffix, count in skipped.most_common())
