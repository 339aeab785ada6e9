"""The review page of a folder of samples, for tests: as an application, and as a server for a browser."""

import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from extractor.deliver.to_json import json_line
from extractor.forms.load import load_forms
from extractor.pipeline import extract
from extractor.read.limits import Limits
from extractor.read.locator import Locator
from extractor.review.bench import Bench
from extractor.review.local import LocalShelf
from extractor.review.places import Results
from extractor.review.resultfile import ResultFile
from extractor.review.site.app import create_app
from extractor.review.site.guard import Guard, Rules
from extractor.review.site.server import answer_soon, listening

__all__ = ["SAMPLES", "key_of", "results_of", "served", "shelved", "until_read"]

SAMPLES = Path(__file__).resolve().parents[1] / "eval" / "samples"
_PATIENCE_S = 60.0


def results_of(folder: Path, *names: str) -> list[Path]:
    """The documents of samples copied to `folder`, and all.jsonl with their results beside them."""
    found = []
    lines = []
    for name in names:
        source = next((SAMPLES / name).glob("report.*"))
        copy = folder / f"{name}{source.suffix}"
        shutil.copy(source, copy)
        found.append(copy)
        report = extract(copy)
        lines.append(json_line(report).replace(str(folder) + "/", ""))
    (folder / "all.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return found


@contextmanager
def shelved(
    folder: Path, documents: Sequence[Path] = (), results: Sequence[Path | Results] = (), *, read: bool = True
) -> Iterator[LocalShelf]:
    """A run. `read`: wait until all of it is."""
    with Bench(1, Limits()) as bench:
        shelf = LocalShelf(
            [Locator(path.name, path) for path in documents],
            [ResultFile(one) if isinstance(one, Path) else one for one in results],
            folder=folder,
            forms=load_forms(),
            bench=bench,
            author="tester",
            title="a run",
        )
        shelf.start()
        try:
            if read:
                until_read(shelf)
            yield shelf
        finally:
            shelf.stop()


def until_read(shelf: LocalShelf, patience_s: float = _PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while shelf.running():
        assert time.monotonic() < deadline, "not read in time"
        time.sleep(0.02)


def key_of(shelf: LocalShelf, name: str) -> str:
    return next(entry.key for entry in shelf.index.all() if name in entry.name)


@contextmanager
def served(shelf: LocalShelf, *, token: str | None = None) -> Iterator[str]:
    """The page on a real socket; the address."""
    bound = listening("127.0.0.1", 0)
    port = bound.getsockname()[1]
    app = Guard(create_app(lambda _request: shelf), Rules.of("127.0.0.1", port, token))
    server = uvicorn.Server(
        uvicorn.Config(app, ws="none", lifespan="off", log_config=None, timeout_graceful_shutdown=1)
    )
    answer_soon()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + _PATIENCE_S
        while not server.started:
            assert time.monotonic() < deadline and thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(_PATIENCE_S)
        bound.close()
