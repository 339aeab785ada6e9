"""Senders and readers that mean harm: what they may cost is bounded, and never others."""

import asyncio
import gzip
import io
import json
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

pytest.importorskip("dbos", reason="the service is not installed: pip install 'gouji[service]'")

import httpx
import sqlalchemy as sa
import uvicorn

from extractor.service import connection, webhooks
from extractor.service.api.admission import _Gate
from extractor.service.api.operation import Readiness
from extractor.service.api.problems import Problem
from extractor.service.batches import BatchStore
from extractor.service.connection import Impatient
from extractor.service.database import open_database
from extractor.service.hands import HandOptions, Hands, HandsBusyError
from extractor.service.house import House
from extractor.service.rows import Batch, IdempotencyError, Options
from extractor.service.settings import load_service_settings
from extractor.service.signing import Secrets
from extractor.service.webhooks import Webhooks, announce
from tests.served import ROOT, SAMPLES, Served, lines

CLEAN = (SAMPLES / "clean-html-2022" / "report.html").read_bytes()
PROSE = (SAMPLES / "prose-only-2023" / "report.txt").read_text(encoding="utf-8")
ZIP = {"Content-Type": "application/zip"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("served"), max_body=2_000_000, read_timeout_s=1) as service:
        yield service


def raw(served: Served, head: str, body: bytes = b"") -> socket.socket:
    """A connection that has sent so much."""
    port = int(served.url.rpartition(":")[2])
    made = socket.create_connection(("127.0.0.1", port), timeout=20)
    made.sendall(f"{head}\r\nHost: 127.0.0.1:{port}\r\n".encode() + body)
    return made


def until_gone(folder: Path, pattern: str) -> None:
    deadline = time.monotonic() + 10
    while left := list(folder.glob(pattern)):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def packed(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("_", "."), data)
    return out.getvalue()


class TestArchives:
    def test_one_that_breaks_off_leaves_nothing_on_the_disk(self, served: Served) -> None:
        incoming = served.folder / "data" / "incoming"
        head = "Content-Type: application/zip\r\nContent-Length: 1000000\r\n\r\n"
        made = raw(served, "POST /v1/batches HTTP/1.1", head.encode() + b"PK\x03\x04" + b"x" * 100_000)
        deadline = time.monotonic() + 10
        while not list(incoming.glob("*.zip")):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        made.close()
        until_gone(incoming, "*.zip")

    def test_one_that_was_read_is_not_kept_open(self, served: Served) -> None:
        assert served.http.post("/v1/batches", content=packed(a_html=CLEAN), headers=ZIP).status_code == 201
        assert served.process is not None
        folder = Path(f"/proc/{served.process.pid}/fd")
        if not folder.exists():
            pytest.skip("no /proc here")
        names = []
        for each in folder.iterdir():
            with suppress(OSError):
                names.append(str(each.readlink()))
        assert not [name for name in names if "incoming" in name]

    def test_gzip_is_no_zip(self, served: Served) -> None:
        """It would be unpacked whole in memory before anything of it is known."""
        response = served.http.post("/v1/batches", content=gzip.compress(CLEAN), headers=ZIP)
        assert (response.status_code, response.json()["code"]) == (400, "malformed_body")

    def test_what_an_archive_unpacks_to_counts_as_the_body_does(self, served: Served) -> None:
        files = {f"{n}_txt": f"{n}{PROSE * 50}".encode() for n in range(30)}
        assert sum(map(len, files.values())) > 2_000_000 > len(packed(**files))
        response = served.http.post("/v1/batches", content=packed(**files), headers=ZIP)
        assert (response.status_code, response.json()["code"]) == (413, "body_too_large")


def test_a_boundary_that_is_none_is_the_senders_fault(served: Served) -> None:
    kind = {"Content-Type": f"multipart/form-data; boundary={'b' * 20_000}"}
    response = served.http.post("/v1/batches", content=b"x", headers=kind)
    assert (response.status_code, response.json()["code"]) == (400, "malformed_body")


def test_empty_lines_are_no_documents(served: Served) -> None:
    kind = {"Content-Type": "application/x-ndjson"}
    body = b"\n" * 70_000 + b'{"text": "a"}\n\n \n{"te' + b'xt": "b"}\n\n{"text": 1}'
    response = served.http.post("/v1/batches", content=body, headers=kind)
    assert "line 70006 has a value" in response.json()["detail"], response.text


class TestSlow:
    def test_the_form_that_takes_a_key_waits_for_nobody(self, served: Served) -> None:
        made = raw(served, "POST /review/key HTTP/1.1", b"Content-Length: 100\r\n\r\nk")
        assert b" 408 " in made.recv(1000)
        made.close()

    def test_a_reader_that_takes_nothing_is_given_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connection, "_UNREAD_S", 0.5)

        async def endless(_scope: object, _receive: object, send: object) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
            with suppress(OSError):
                while not stopped.is_set():
                    await send(  # type: ignore[operator]
                        {"type": "http.response.body", "body": b"x" * 100_000, "more_body": True}
                    )
                    await asyncio.sleep(0)

        stopped = threading.Event()
        with in_a_thread(endless) as port:
            made = socket.create_connection(("127.0.0.1", port), timeout=20)
            made.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(2)
            left = 0  # what the system has taken in meanwhile
            with suppress(ConnectionError):
                while (size := len(made.recv(1 << 20))) and left < 50_000_000:
                    left += size
            assert left < 50_000_000, "it is still being sent"
            made.close()
            stopped.set()

    def test_documents_that_nobody_waits_for_any_more_leave_the_line(self) -> None:
        options = HandOptions(config=None, concurrency=1, max_memory=0, max_file=1, timeout_s=1)
        hands = Hands(1, options)
        with hands._one():
            started = time.monotonic()
            with pytest.raises(HandsBusyError), hands._one(0.1):
                pass
            assert time.monotonic() - started < 5
            assert not hands._tickets
        assert hands.idle == 1

    def test_a_receiver_that_dribbles_holds_up_no_other_webhook(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(webhooks, "_TIMEOUT_S", 1.0)
        settings = load_service_settings({"data": tmp_path}, environ={}, folder=tmp_path)
        database = open_database(settings)
        sender = Webhooks(database, secrets=Secrets(settings, database), private=True, attempts=1)
        with dribbling() as slow, dribbling(at_once=b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as quick:
            with database.write() as connection:
                for port in (slow, quick):
                    options = Options(webhook=f"http://127.0.0.1:{port}/")
                    announce(connection, ended_batch(options))
            assert sender.send_due() == 2
        with database.read() as connection:
            rows = connection.execute(sa.text("SELECT state, said FROM gouji_webhooks ORDER BY state")).all()
        assert [tuple(row) for row in rows] == [("given up", "it took too long"), ("sent", None)]
        database.close()


@contextmanager
def dribbling(at_once: bytes = b"") -> Iterator[int]:
    """A server that answers a byte at a time, and never comes to an end."""
    stopped = threading.Event()

    def answer() -> None:
        with suppress(OSError):
            made, _ = bound.accept()
            with made:
                made.sendall(at_once or b"HTTP/1.1 200 OK\r\n")
                while not at_once and not stopped.wait(0.2):
                    made.sendall(b"X")
                stopped.wait(5)

    with socket.create_server(("127.0.0.1", 0)) as bound:
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield bound.getsockname()[1]
        stopped.set()
        thread.join(10)


def ended_batch(options: Options) -> Batch:
    values: dict[str, object] = dict.fromkeys(Batch.__dataclass_fields__, 0)
    return Batch(**{**values, "id": "batch", "state": "completed", "options": options})  # type: ignore[arg-type]


@contextmanager
def in_a_thread(app: object) -> Iterator[int]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, http=Impatient, ws="none", lifespan="off", log_config=None)  # type: ignore[arg-type]
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 10
        while not server.started:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield bound.getsockname()[1]
        server.should_exit = server.force_exit = True
        thread.join(10)


def test_one_key_cannot_shut_out_the_others() -> None:
    async def run() -> None:
        gate = _Gate(4, "busy", 1)
        async with gate.entered("a"), gate.entered("a"), gate.entered("a"):
            with pytest.raises(Problem):
                async with gate.entered("a"):
                    pass
            async with gate.entered("b"):
                assert gate.inside == 4
                with pytest.raises(Problem):
                    async with gate.entered("c"):
                        pass
        assert gate.inside == 0
        async with _Gate(1, "busy", 1).entered("a"):
            pass

    asyncio.run(run())


def test_listeners_without_end_are_sent_away(served: Served) -> None:
    text = "".join(f'{{"text": "{n}"}}\n' for n in range(3000))
    created = served.http.post("/v1/batches", content=text, headers={"Content-Type": "application/x-ndjson"}).json()
    address = f"/v1/batches/{created['id']}"
    listening = [raw(served, f"GET {address}/events HTTP/1.1", b"\r\n") for _ in range(375)]
    try:
        assert b"200 OK" in listening[-1].recv(15)
        refused = served.http.get(f"{address}/events")
        assert (refused.status_code, refused.json()["code"]) == (429, "busy")
        assert served.http.get(address).status_code == 200
    finally:
        for each in listening:
            each.close()
        served.http.post(f"{address}/cancel")
    deadline = time.monotonic() + 20
    while served.http.get(f"{address}/events").status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_an_idempotency_key_is_its_owners(tmp_path: Path) -> None:
    database = open_database(load_service_settings({"data": tmp_path}, environ={}, folder=tmp_path))
    store = BatchStore(database, retention_s=60)

    def begin(key_id: str) -> str:
        return store.begin(key_id, Options(), owner="me", chunk=1, idempotency_key="same")

    first, second = begin("a"), begin("b")
    assert first != second
    with pytest.raises(IdempotencyError) as caught:
        begin("a")
    assert caught.value.batch.id == first
    database.close()


def test_whoever_asks_whether_it_is_ready_asks_the_database_once_a_second() -> None:
    """Nobody needs a key for it, and a database that is away holds a thread for as long as it is waited for."""
    asked = []
    house = SimpleNamespace(
        draining=False,
        database=SimpleNamespace(reachable=lambda: asked.append("database") or True),
        blobs=SimpleNamespace(reachable=lambda: asked.append("store") or True, free=lambda: 0),
        settings=SimpleNamespace(min_free=1),
    )

    async def run() -> list[str]:
        readiness = Readiness(cast(House, house))
        return await asyncio.gather(*(readiness.status() for _ in range(50)))

    assert asyncio.run(run()) == ["storage_low"] * 50
    assert asked == ["database", "store"]


def test_methods_that_are_none_are_not_counted_one_by_one(served: Served) -> None:
    """Each would be kept in memory, and nobody needs a key for it."""
    for path in ("/v1/batches", "/review/", "/healthz", "/nowhere"):
        served.http.request("BREW", path)
    assert "BREW" not in served.http.get("/metrics").text
    assert "BREW" not in served.logged()


def test_a_decision_is_short(served: Served) -> None:
    created = served.http.post("/v1/batches", files=[("files", ("a.html", CLEAN))]).json()
    served.ended(created["id"])
    address = f"/review/{created['id']}/d/0/decisions"
    allowed = {"origin": served.url, "x-gouji": "1", "content-type": "application/json"}
    for body, status in ((b"[" * 25_000, 422), (b"x" * 1_000_000, 413), (b'{"cell": "\xff"}', 422)):
        response = served.http.post(address, content=body, headers=allowed)
        assert response.status_code == status, response.text
    made = raw(served, f"POST {address} HTTP/1.1", f"Origin: {served.url}\r\nX-Gouji: 0\r\n\r\n".encode())
    assert b" 403 " in made.recv(1000)
    made.close()


def test_what_libraries_log_is_not_repeated() -> None:
    """Their words quote documents: pdfminer's of a colour that is none, for one."""
    code = """
import logging, warnings
from extractor.service.logs import set_up_logs
set_up_logs("info")
logging.getLogger("gouji.service").info("ours %s", "said")
logging.getLogger("pdfminer.pdfinterp").warning("cannot set colour %r", "a secret")
warnings.warn("a secret too")
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stderr
    found = [json.loads(line) for line in said.splitlines()]
    assert [(one["event"], one.get("logger")) for one in found] == [
        ("ours said", None),
        ("library", "pdfminer.pdfinterp"),
        ("library", "py.warnings"),
    ]
    assert "secret" not in said


def test_batches_that_go_while_they_are_worked_on_leave_no_errors_in_the_log(served: Served) -> None:
    before = len(served.logged())
    text = "".join(json.dumps({"text": f"{PROSE}{n}"}) + "\n" for n in range(100))
    for _ in range(3):
        created = served.http.post("/v1/batches", content=text, headers={"Content-Type": "application/x-ndjson"}).json()
        deadline = time.monotonic() + 20
        while served.batch(created["id"])["state"] == "queued":
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert served.http.post(f"/v1/batches/{created['id']}/cancel").status_code == 200
        assert served.http.delete(f"/v1/batches/{created['id']}").status_code == 204
    time.sleep(2)  # for whatever the engine has to say about it
    said = [json.loads(line) for line in served.logged()[before:].splitlines()]  # and all of it is JSON
    assert not [one for one in said if one["level"] == "error"]


def test_ids_that_no_batch_can_have(served: Served) -> None:
    for path in ("/v1/batches/%00", "/v1/batches/a%00b/results", "/v1/extractions/%00", "/review/%00/"):
        assert served.http.get(path).status_code == 404


def test_results_of_a_batch_that_is_deleted_meanwhile_do_not_look_whole(served: Served) -> None:
    body = "".join(f'{{"text": "no report {n}"}}\n' for n in range(400))
    created = served.http.post("/v1/batches", content=body, headers={"Content-Type": "application/x-ndjson"}).json()
    served.ended(created["id"])
    address = f"/v1/batches/{created['id']}"
    assert len(lines(served.http.get(f"{address}/results", params={"limit": 1000}))) == 400
    with served.http.stream("GET", f"{address}/results", params={"limit": 1000}) as response:
        pieces = response.iter_raw(1)
        next(pieces)
        assert served.http.delete(address).status_code == 204
        try:
            read = 1 + sum(map(len, pieces))
        except httpx.RemoteProtocolError:
            return
    assert read == int(response.headers.get("content-length", read)), "all of it had been sent already"
