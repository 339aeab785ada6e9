"""Documents that are no good, and what makes some of them do to a reading process what a bug in a library would.

`install` is for sitecustomize.py: so that it holds in every process of a run, without a word of it in the program.
"""

import os
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path

__all__ = ["ACTS", "DOCUMENTS", "SITECUSTOMIZE", "install", "poisoned", "put"]

ACTS: Mapping[bytes, Callable[[], object]] = {
    b"POISON raise": lambda: 1 // 0,
    b"POISON hang": lambda: time.sleep(600),
    b"POISON die": lambda: os.kill(os.getpid(), signal.SIGKILL),
    b"POISON memory": lambda: bytearray(1 << 40),
    b"POISON parent": lambda: (os.kill(os.getppid(), signal.SIGKILL), time.sleep(600)),
}
"""What a document that begins so does to the process that reads it; the last, to the engine's process above that."""

DOCUMENTS: Mapping[str, bytes] = {
    **{f"{mark.split()[1].decode()}.txt": mark for mark in ACTS},
    "nested.html": b"<div>" * 200_000,
    "torn.pdf": b"%PDF-1.7\n" + b"1 0 obj << /Length 99999 >> stream\n" * 50,
    "torn.zip": b"PK\x03\x04" + b"\x00" * 60,
    "torn.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 600,
    "guide.txt": "政府信息公开指南：本机关主动公开政府信息。".encode(),
}
"""Ten documents that no report can be read from."""

SITECUSTOMIZE = "from eval.bulk_poison import install\ninstall()\n"


def put(folder: Path) -> int:
    """The documents into `folder`; how many they are."""
    for name, content in DOCUMENTS.items():
        (folder / f"poison-{name}").write_bytes(content)
    return len(DOCUMENTS)


def poisoned(read: Callable[..., object]) -> Callable[..., object]:
    """`read` as it is, but for poison."""

    def reading(data: bytes, **options: object) -> object:
        for mark, act in ACTS.items():
            if data.startswith(mark):
                act()
        return read(data, **options)

    return reading


def install() -> None:
    """Every document that is read in this process goes through `poisoned`."""
    from extractor.read import locator

    locator.read = poisoned(locator.read)  # type: ignore[attr-defined, assignment]
