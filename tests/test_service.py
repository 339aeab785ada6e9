"""The service over real HTTP: documents, batches, results, limits, keys, and what happens when it is killed."""

import asyncio
import io
import json
import os
import signal
import socket
import stat
import subprocess
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("dbos", reason="the service is not installed: pip install 'gouji[service]'")

import httpx

from eval.freetext import free_report
from extractor import extract
from extractor.client import AsyncClient, Client, ServiceError, WebhookError, verify_webhook
from extractor.errors import UsageError
from extractor.service.keys import KeyStore, Scope
from extractor.service.settings import load_service_settings
from tests.endpoint import Endpoint, answering
from tests.postgres import Postgres, postgres_binaries
from tests.served import SAMPLES, Served, lines, worker_process

CLEAN = SAMPLES / "clean-html-2022" / "report.html"
GLUED = SAMPLES / "glued-2021" / "report.txt"
PROSE = SAMPLES / "prose-only-2023" / "report.txt"
LOOPBACK = {"webhook_private": True}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("served"), max_file=200_000, chunk=5, webhook_private=True) as service:
        yield service


def post(served: Served, *files: tuple[str, bytes], **query: str) -> httpx.Response:
    return served.http.post("/v1/batches", params=query, files=[("files", file) for file in files])


def jsonl(*objects: dict[str, object]) -> bytes:
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects).encode()


def post_lines(served: Served, body: bytes, **headers: str) -> httpx.Response:
    return served.http.post("/v1/batches", content=body, headers={"Content-Type": "application/x-ndjson", **headers})


class TestExtraction:
    def test_it_is_what_the_library_says(self, served: Served) -> None:
        data = CLEAN.read_bytes()
        response = served.http.post("/v1/extractions", params={"name": "a.html"}, content=data)
        assert response.status_code == 200
        assert response.headers["Gouji-Verdict"] == "clean"
        assert response.json() == json.loads(json.dumps(extract(data, name="a.html").to_dict()))

    def test_as_a_multipart_file(self, served: Served) -> None:
        response = served.http.post("/v1/extractions", files={"file": ("报告.txt", GLUED.read_bytes())})
        assert response.json()["source"]["name"] == "报告.txt"
        assert response.json()["form"] == "ogi-2021"

    def test_past_the_time_limit_it_is_fetched_later(self, served: Served) -> None:
        response = served.http.post("/v1/extractions?wait=0", content=GLUED.read_bytes())
        assert response.status_code == 202
        where = response.headers["Location"]
        deadline = time.monotonic() + 30
        while (later := served.http.get(where)).status_code == 202:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert later.json()["verdict"] == "clean"

    def test_one_that_is_no_report_is_a_result_too(self, served: Served) -> None:
        response = served.http.post("/v1/extractions", content=b"\x00\x01")
        assert response.status_code == 200
        assert response.json()["verdict"] == "failed"

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({"form": "nope"}, "unknown_form"),
            ({"readers": "rules,llm"}, "no_model"),
            ({"readers": "oracle"}, "invalid"),
            ({"wait": "-1"}, "invalid"),
            ({"model": "gpt"}, "unknown_model"),
        ],
    )
    def test_wrong_options(self, served: Served, query: dict[str, str], code: str) -> None:
        response = served.http.post("/v1/extractions", params=query, content=b"x")
        assert response.status_code == 422
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.json()["code"] == code
        assert response.json()["request_id"] == response.headers["X-Request-Id"]


class TestBatch:
    def test_files(self, served: Served) -> None:
        created = served.http.post(
            "/v1/batches",
            files=[
                ("files", ("a.html", CLEAN.read_bytes())),
                ("my-id", ("b.txt", GLUED.read_bytes())),
                ("files", ("../../etc/passwd", b"")),
            ],
        )
        assert created.status_code == 201
        batch = served.ended(created.json()["id"])
        assert created.headers["Location"] == f"/v1/batches/{batch['id']}"
        counts = {"total": 3, "done": 3, "waiting": 0, "clean": 2, "review": 0, "failed": 1}
        assert (batch["state"], batch["counts"], batch["progress"]) == ("completed", counts, 1.0)
        found = sorted(lines(served.http.get(f"/v1/batches/{batch['id']}/results")), key=lambda one: one["position"])
        assert [(one["custom_id"], one["name"], one["verdict"]) for one in found] == [
            (None, "a.html", "clean"),
            ("my-id", "b.txt", "clean"),
            (None, "../../etc/passwd", "failed"),
        ]
        assert found[0]["report"] == json.loads(json.dumps(extract(CLEAN.read_bytes(), name="a.html").to_dict()))
        (error,) = lines(served.http.get(f"/v1/batches/{batch['id']}/errors"))
        assert error["error"] == {"code": "unreadable", "message": "the document is empty"}

    def test_no_name_that_was_sent_becomes_a_path(self, served: Served) -> None:
        for name in ("../../../../tmp/gouji-escaped", "/etc/gouji-escaped", "..\\gouji-escaped", "a/../b"):
            served.ended(post(served, (name, b"x")).json()["id"])
        inside = {path.name for path in (served.folder / "data").rglob("*")}
        assert not any("escaped" in name for name in inside)
        assert not Path("/tmp/gouji-escaped").exists()

    def test_lines_of_json_in_pages_and_parquet(self, served: Served) -> None:
        text = PROSE.read_text(encoding="utf-8")
        objects = [{"custom_id": f"d{n}", "name": f"{n}.txt", "text": f"{text}\n{n}"} for n in range(12)]
        created = post_lines(served, jsonl(*objects, {"content": "/w==", "name": "x"}))
        assert created.status_code == 201, created.text
        batch = served.ended(created.json()["id"])
        address = f"/v1/batches/{batch['id']}/results"
        seen, after = [], "-1"
        while after is not None:
            page = served.http.get(address, params={"after": after, "limit": 5})
            seen += [one["custom_id"] for one in lines(page)]
            after = page.headers.get("Gouji-Next")
        assert sorted(filter(None, seen)) == sorted(str(one["custom_id"]) for one in objects)
        assert len(seen) == 13
        pq = pytest.importorskip("pyarrow.parquet")
        path = served.folder / "results.parquet"
        path.write_bytes(served.http.get(address, params={"format": "parquet"}).content)
        rows = pq.read_table(path).to_pylist()
        assert sorted(row["seq"] for row in rows) == list(range(13))
        assert json.loads(rows[0]["report"])["verdict"] == rows[0]["verdict"]

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            (b"", 422, "no_documents"),
            (b"{", 400, "malformed_body"),
            (b"[1]", 400, "malformed_body"),
            (b"[" * 100_000, 400, "malformed_body"),
            (jsonl({"text": "a", "content": "YQ=="}), 400, "malformed_body"),
            (jsonl({"text": "a", "extra": "b"}), 400, "malformed_body"),
            (jsonl({"text": 7}), 400, "malformed_body"),
            (b'{"text": "\\ud800"}', 400, "malformed_body"),
            (jsonl({"content": "not base64!"}), 400, "malformed_body"),
            (jsonl({"custom_id": "a", "text": "1"}, {"custom_id": "a", "text": "2"}), 422, "duplicate_custom_id"),
            (jsonl({"text": "1", "form": "nope"}), 422, "unknown_form"),
            (jsonl({"text": "1" * 200_001}), 413, "file_too_large"),
            (b"1" * 500_000, 413, "file_too_large"),
        ],
    )
    def test_bodies_that_are_wrong(self, served: Served, body: bytes, status: int, code: str) -> None:
        response = post_lines(served, body)
        assert (response.status_code, response.json()["code"]) == (status, code)

    @pytest.mark.parametrize(
        ("content_type", "status"),
        [("application/json", 415), ("application/x-tar", 415), ("multipart/form-data", 415), ("", 415)],
    )
    def test_types_that_are_not_read(self, served: Served, content_type: str, status: int) -> None:
        response = served.http.post("/v1/batches", content=b"x", headers={"Content-Type": content_type})
        assert (response.status_code, response.json()["code"]) == (status, "unsupported_type")

    def test_an_archive_is_a_batch_of_what_is_in_it(self, served: Served) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("a/clean.html", CLEAN.read_bytes())
            archive.writestr("../../glued.txt", GLUED.read_bytes())
            archive.writestr("a/icon.gif", b"GIF89a")
        headers = {"Content-Type": "application/zip"}
        created = served.http.post("/v1/batches", content=packed.getvalue(), headers=headers)
        assert created.status_code == 201, created.text
        batch = served.ended(created.json()["id"])
        assert batch["counts"] == {"total": 2, "done": 2, "waiting": 0, "clean": 2, "review": 0, "failed": 0}
        found = lines(served.http.get(f"/v1/batches/{batch['id']}/results"))
        assert sorted(one["name"] for one in found) == ["../../glued.txt", "a/clean.html"]
        assert list((served.folder / "data").rglob("*.zip")) == []

    @pytest.mark.parametrize("body", [b"", b"PK\x03\x04 and no more", b"no archive at all"])
    def test_an_archive_that_is_none(self, served: Served, body: bytes) -> None:
        response = served.http.post("/v1/batches", content=body, headers={"Content-Type": "application/zip"})
        assert (response.status_code, response.json()["code"]) == (400, "malformed_body")

    def test_a_multipart_body_that_breaks_off_leaves_nothing(self, served: Served) -> None:
        headers = {"Content-Type": "multipart/form-data; boundary=b", "Idempotency-Key": "broken-off"}
        body = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nabc'
        for _ in range(2):  # and its Idempotency-Key is free again
            response = served.http.post("/v1/batches", content=body, headers=headers)
            assert (response.status_code, response.json()["code"]) == (400, "malformed_body")

    def test_the_same_request_twice_is_one_batch(self, served: Served) -> None:
        body = jsonl({"text": "a"}, {"text": "b"})
        first = post_lines(served, body, **{"Idempotency-Key": "k1"})
        second = post_lines(served, body, **{"Idempotency-Key": "k1"})
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json()["id"] == second.json()["id"]
        other = post_lines(served, jsonl({"text": "c"}), **{"Idempotency-Key": "k1"})
        assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")

    def test_many_at_once_with_one_key_are_one_batch(self, served: Served) -> None:
        body, ids = jsonl({"text": "together"}), []

        def send() -> None:
            with Client(served.url) as client:
                response = client._http.post(
                    "/v1/batches",
                    content=body,
                    headers={"Content-Type": "application/x-ndjson", "Idempotency-Key": "k2"},
                )
                ids.append(response.json().get("id", response.json().get("code")))

        threads = [threading.Thread(target=send) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(ids) - {"idempotency_in_progress"}) == 1

    def test_cancel_and_delete(self, served: Served) -> None:
        text = PROSE.read_text(encoding="utf-8")
        batch = post_lines(served, jsonl(*({"text": f"{text}{n}"} for n in range(300)))).json()
        address = f"/v1/batches/{batch['id']}"
        early = served.http.delete(address)
        assert (early.status_code, early.json()["code"]) == (409, "not_ended")
        cancelled = served.http.post(f"{address}/cancel").json()
        assert cancelled["state"] == "cancelled"
        done = cancelled["counts"]["done"]
        assert done < 300
        time.sleep(1)
        assert served.batch(batch["id"])["counts"]["done"] == done
        assert len(lines(served.http.get(f"{address}/results", params={"limit": 1000}))) == done
        assert served.http.delete(address).status_code == 204
        assert served.http.get(address).status_code == 404
        assert served.http.get(f"{address}/results").status_code == 404

    def test_events(self, served: Served) -> None:
        batch = post(served, ("a.html", CLEAN.read_bytes())).json()
        with served.http.stream("GET", f"/v1/batches/{batch['id']}/events") as response:
            text = "".join(response.iter_text())
        last = text.strip().split("\n\n")[-1].split("\n")
        assert last[0] == "event: end"
        assert json.loads(last[2].removeprefix("data: "))["progress"] == 1.0

    def test_a_small_batch_does_not_wait_for_a_large_one(self, served: Served) -> None:
        text = PROSE.read_text(encoding="utf-8")
        large = post_lines(served, jsonl(*({"text": f"{text}{n} large"} for n in range(400)))).json()
        small = post_lines(served, jsonl({"text": f"{text} small"})).json()
        served.ended(small["id"])
        assert served.batch(large["id"])["state"] in ("queued", "running")
        served.http.post(f"/v1/batches/{large['id']}/cancel")


class TestClients:
    def test_sync(self, served: Served) -> None:
        with Client(served.url) as client:
            assert client.extract(CLEAN)["verdict"] == "clean"
            batch = client.submit([CLEAN, ("x.txt", b"nothing")])
            assert client.wait(str(batch["id"]), every_s=0.1)["state"] == "completed"
            assert {one["verdict"] for one in client.results(str(batch["id"]))} == {"clean", "failed"}
            assert [one["name"] for one in client.errors(str(batch["id"]))] == ["x.txt"]
            client.delete(str(batch["id"]))
            with pytest.raises(ServiceError) as caught:
                client.batch(str(batch["id"]))
            assert (caught.value.status, caught.value.code) == (404, "not_found")

    def test_async(self, served: Served) -> None:
        async def run() -> None:
            async with AsyncClient(served.url) as client:
                report, batch = await asyncio.gather(client.extract(CLEAN), client.submit([CLEAN]))
                assert report["verdict"] == "clean"
                assert (await client.wait(str(batch["id"]), every_s=0.1))["state"] == "completed"
                assert [one["verdict"] async for one in client.results(str(batch["id"]))] == ["clean"]

        asyncio.run(run())


class Hooks(BaseHTTPRequestHandler):
    """Refuses the first delivery and takes the second."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        got: list[Any] = self.server.got  # type: ignore[attr-defined]
        got.append((body, dict(self.headers)))
        self.send_response(500 if len(got) == 1 else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


class TestWebhooks:
    def test_signed_and_tried_again(self, served: Served) -> None:
        server = HTTPServer(("127.0.0.1", 0), Hooks)
        server.got = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            post(served, ("a.txt", b"x"), webhook=f"http://127.0.0.1:{server.server_port}/hook?a=b")
            deadline = time.monotonic() + 40
            while len(server.got) < 2:  # type: ignore[attr-defined]
                assert time.monotonic() < deadline
                time.sleep(0.1)
        finally:
            server.shutdown()
            server.server_close()
        (body, first), (again, second) = server.got  # type: ignore[attr-defined]
        secret = (served.folder / "data" / "webhook-secret").read_text(encoding="ascii")
        assert body == again
        assert first["Gouji-Delivery"] == second["Gouji-Delivery"]
        assert json.loads(body)["type"] == "batch.completed"
        verify_webhook(body, second["Gouji-Signature"], secret)
        with pytest.raises(WebhookError, match="too old"):
            verify_webhook(body, second["Gouji-Signature"], secret, now=time.time() + 301)
        with pytest.raises(WebhookError, match="not right"):
            verify_webhook(body + b" ", second["Gouji-Signature"], secret)


class TestStrangers:
    """Who must not get in, and what must not fill the place up."""

    def test_keys_see_only_their_own(self, tmp_path: Path) -> None:
        from extractor.service.database import open_database

        database = open_database(load_service_settings({"data": tmp_path / "data"}, environ={}, folder=tmp_path))
        keys = KeyStore(database)
        mine, other, reader = (
            keys.create("a", frozenset({Scope.SUBMIT, Scope.READ})),
            keys.create("b", frozenset({Scope.SUBMIT, Scope.READ})),
            keys.create("c", frozenset({Scope.READ})),
        )
        assert mine.split("_", 2)[2] not in (tmp_path / "data" / "gouji.db").read_bytes().decode("latin-1")
        with Served(tmp_path, key=mine, host="0.0.0.0", read_timeout_s=2) as served:
            batch = post(served, ("a.txt", b"x")).json()
            address = f"/v1/batches/{batch['id']}"

            def status(method: str, path: str, key: str | None) -> int:
                headers = {} if key is None else {"Authorization": f"Bearer {key}"}
                return httpx.request(method, served.url + path, headers=headers, timeout=30).status_code

            assert status("GET", address, mine) == 200
            for method, path in (
                ("GET", address),
                ("GET", f"{address}/results"),
                ("GET", f"{address}/errors"),
                ("GET", f"{address}/events"),
                ("POST", f"{address}/cancel"),
                ("DELETE", address),
            ):
                assert status(method, path, other) == 404, path
                assert status(method, path, None) == 401, path
                assert status(method, path, mine[:-1] + ("a" if mine[-1] != "a" else "b")) == 401, path
            assert status("DELETE", address, reader) == 403
            assert status("GET", "/metrics", mine) == 403
            assert status("GET", "/healthz", None) == 200
            seen = httpx.get(f"{served.url}/v1/batches", headers={"Authorization": f"Bearer {other}"}, timeout=30)
            assert seen.json()["batches"] == []
            keys.revoke(keys.list()[0].id)
            deadline = time.monotonic() + 10
            while status("GET", address, mine) != 401:
                assert time.monotonic() < deadline
                time.sleep(0.3)
            self.slow(served, other)
        database.close()

    def slow(self, served: Served, key: str) -> None:
        """A body that does not come is given up, and told so."""
        port = int(served.url.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port), timeout=20) as sender:
            head = ("POST /v1/extractions HTTP/1.1", "Host: x", f"Authorization: Bearer {key}", "Content-Length: 99")
            sender.sendall("\r\n".join((*head, "", "ab")).encode())
            assert b"408" in sender.recv(100)

    @pytest.mark.parametrize(
        "headers",
        [
            {"Host": "evil.example"},
            {"Origin": "https://evil.example"},
            {"X-Forwarded-For": "8.8.8.8"},
            {"Origin": "null"},
        ],
    )
    def test_a_page_in_a_browser_or_a_proxy_is_not_this_machine(self, served: Served, headers: dict[str, str]) -> None:
        assert served.http.get("/v1/batches", headers=headers).status_code == 401

    def test_an_endless_body(self, served: Served) -> None:
        def endless() -> Iterator[bytes]:
            while True:
                yield b"x" * 50_000

        with suppress(httpx.TransportError):  # told while it is still sending, and then the connection is closed
            response = served.http.post("/v1/extractions", content=endless())
            assert (response.status_code, response.json()["code"]) == (413, "body_too_large")
        response = served.http.post("/v1/extractions", content=b"x" * 900_000)
        assert (response.status_code, response.json()["code"]) == (413, "body_too_large")
        assert served.http.get("/healthz").status_code == 200

    def test_webhooks_to_this_network_are_refused(self, tmp_path: Path) -> None:
        from extractor.service.addresses import AddressError, checked_url, resolve

        for url in (
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://[::1]/",
            "http://[::ffff:10.0.0.1]/",
            "http://[64:ff9b::a00:1]/",
            "http://169.254.169.254/latest",
            "http://10.1.2.3/",
            "http://192.168.0.1/",
            "http://100.64.0.1/",
            "http://0.0.0.0/",
            "http://[::10.0.0.1]/",
            "http://168.63.129.16/metadata",
            "http://[fe80::1]/",
            "http://224.0.0.1/",
            "http://localhost/",
            "http://printer.local/",
            "ftp://example.com/",
            "http://user:pw@example.com/",
            "http:///x",
        ):
            with pytest.raises(AddressError):
                checked_url(url)
        assert checked_url("https://93.184.216.34/hook") == "https://93.184.216.34/hook"
        with pytest.raises(AddressError):
            resolve("http://localhost:1/")
        assert tmp_path.exists()


class TestSettings:
    def test_flags_then_environment_then_file(self, tmp_path: Path) -> None:
        (tmp_path / "gouji.toml").write_text("[service]\nport = 1\njobs = 3\nchunk = 7\n", encoding="utf-8")
        environ = {"GOUJI_SERVICE_PORT": "2", "GOUJI_SERVICE_JOBS": "4"}
        settings = load_service_settings({"port": 3, "host": None}, environ=environ, folder=tmp_path)
        assert (settings.port, settings.jobs, settings.chunk) == (3, 4, 7)
        assert (settings.source("port"), settings.source("jobs")) == ("--port", "GOUJI_SERVICE_JOBS")

    @pytest.mark.parametrize(
        ("environ", "message"),
        [
            ({"GOUJI_SERVICE_PROT": "1"}, "did you mean GOUJI_SERVICE_PORT"),
            ({"GOUJI_SERVICE_PORT": "x"}, "GOUJI_SERVICE_PORT"),
            ({"GOUJI_SERVICE_DATABASE_URL": "mysql://u:secret@h/d"}, "postgresql://"),
            ({"GOUJI_SERVICE_HOST": "0.0.0.0", "GOUJI_SERVICE_REQUIRE_KEY": "false"}, "always required"),
        ],
    )
    def test_mistakes(self, tmp_path: Path, environ: dict[str, str], message: str) -> None:
        with pytest.raises(UsageError, match=message) as caught:
            load_service_settings({}, environ=environ, folder=tmp_path)
        assert "secret" not in str(caught.value)

    def test_what_flags_say_reaches_the_processes_that_read(self, tmp_path: Path) -> None:
        flags = {"data": tmp_path / "d", "database_url": "postgresql://u:p@h/d", "store": "s3://bucket/x"}
        settings = load_service_settings(flags, environ={}, folder=tmp_path)
        again = load_service_settings({}, environ=settings.for_others(), folder=tmp_path)
        for name in flags:
            assert getattr(again, name) == getattr(settings, name), name
        plain = load_service_settings({}, environ={}, folder=tmp_path)
        assert load_service_settings({}, environ=plain.for_others(), folder=tmp_path).database_url is None

    def test_secrets_do_not_show(self, tmp_path: Path) -> None:
        environ = {
            "GOUJI_SERVICE_DATABASE_URL": "postgresql://u:secret@h:5/d",
            "GOUJI_SERVICE_WEBHOOK_SECRET": "secret",
        }
        settings = load_service_settings({}, environ=environ, folder=tmp_path)
        shown = repr(settings) + settings.shown("database_url") + settings.shown("webhook_secret")
        assert "secret" not in shown.replace("webhook_secret", "")
        assert settings.shown("database_url") == "postgresql://h:5/d"


class TestDurability:
    def test_killed_in_the_middle_nothing_is_lost_nor_done_twice(self, tmp_path: Path) -> None:
        text = PROSE.read_text(encoding="utf-8")
        with Served(tmp_path, chunk=10) as served:
            batch = post_lines(served, jsonl(*({"custom_id": str(n), "text": f"{text}{n}"} for n in range(150)))).json()
            for _ in range(2):
                while served.batch(batch["id"])["counts"]["done"] == 0:
                    time.sleep(0.05)
                served.kill()
                served.start()
            ended = served.ended(batch["id"])
            found = lines(served.http.get(f"/v1/batches/{batch['id']}/results", params={"limit": 1000}))
            assert sorted(int(one["custom_id"]) for one in found) == list(range(150))
            assert sorted(one["seq"] for one in found) == list(range(150))
            assert ended["counts"]["done"] == 150
            # One that is taken in and one that is coming in when it stops: the first is handed back.
            more = post_lines(served, jsonl(*({"text": f"{text}{n} more"} for n in range(100)))).json()
            assert served.stop() == 0
            assert '"stopped"' in served.logged()
            served.start()
            assert served.ended(more["id"])["counts"]["done"] == 100
            assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
            assert text[:20] not in served.logged()

    def test_a_document_that_kills_its_process_costs_only_itself(self, tmp_path: Path) -> None:
        from extractor.service.hand import Task
        from extractor.service.hands import HandOptions, Hands

        fifo = tmp_path / "waits"  # reading it never ends: stands for a document that takes for ever
        os.mkfifo(fifo)
        paths = [CLEAN, fifo, GLUED]
        tasks = [Task(n=n, path=str(path), sha256=None, name=path.name, form=None) for n, path in enumerate(paths)]
        hands = Hands(1, HandOptions(None, 1, 0, 10**7, timeout_s=3))
        try:
            hands.warm()
            list(hands.run(tasks[:1]))
            found = {outcome.n: outcome.code for outcome in hands.run(tasks)}
            assert found == {0: None, 1: "limit", 2: None}
            outcomes = hands.run(tasks[:1] * 1 + tasks[2:])
            next(outcomes)
            (process,) = hands._all
            os.kill(process.pid, signal.SIGKILL)  # no document's fault: nothing is lost by it
            assert next(outcomes).code is None
        finally:
            hands.close()

    def test_who_waits_longest_for_a_reading_process_comes_first(self) -> None:
        from extractor.service.hands import HandOptions, Hands

        hands = Hands(1, HandOptions(None, 1, 0, 10**7, timeout_s=3))
        taken, order = hands._take(), []

        def wait(number: int) -> None:
            process = hands._take()
            order.append(number)
            hands._give(process)

        threads = [threading.Thread(target=wait, args=(number,)) for number in range(8)]
        for number, thread in enumerate(threads):
            thread.start()
            while len(hands._tickets) <= number:
                time.sleep(0.001)
        assert hands.idle == 0
        hands._give(taken)
        for thread in threads:
            thread.join(10)
        assert (order, hands.idle) == (list(range(8)), 1)

    def test_a_disk_that_is_nearly_full(self, tmp_path: Path) -> None:
        with Served(tmp_path, min_free=10**15) as served:
            response = post(served, ("a", b"x"))
            assert (response.status_code, response.json()["code"]) == (429, "storage_low")
            assert int(response.headers["Retry-After"]) > 0
            assert served.http.get("/readyz").json()["status"] == "storage_low"

    def test_a_disk_that_is_full_is_waited_for(self, tmp_path: Path) -> None:
        disk = tmp_path / "disk"
        disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(disk)]
        if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("NO SMALL DISK HERE: only root can mount one, and a full disk is not tested")
        try:
            self.fill(tmp_path, disk)
        finally:
            subprocess.run(["umount", str(disk)], check=True)

    def fill(self, folder: Path, disk: Path) -> None:
        text = PROSE.read_text(encoding="utf-8")
        with Served(folder, data=disk / "data", chunk=20) as served:
            batch = post_lines(served, jsonl(*({"text": f"{text}{n}"} for n in range(100)))).json()
            with suppress(OSError):
                (disk / "filler").write_bytes(b"x" * 20_000_000)
            refused = post_lines(served, jsonl(*({"text": f"{text}{n} more"} for n in range(50))))
            assert (refused.status_code, refused.json()["code"]) == (507, "storage_full")
            assert served.batch(batch["id"])["counts"]["done"] < 100
            (disk / "filler").unlink()
            assert served.ended(batch["id"])["counts"]["done"] == 100

    def test_too_many_waiting(self, tmp_path: Path) -> None:
        with Served(tmp_path, max_waiting=5, jobs=0) as served:
            assert post_lines(served, jsonl(*({"text": str(n)} for n in range(5)))).status_code == 201
            time.sleep(1.1)
            response = post(served, ("a", b"x"))
            assert (response.status_code, response.json()["code"]) == (429, "queue_full")
            assert int(response.headers["Retry-After"]) > 0


class TestPostgres:
    def test_workers_share_it_die_and_pay_for_nothing_twice(self, tmp_path: Path) -> None:
        binaries = postgres_binaries()
        if binaries is None:
            pytest.skip("NO POSTGRESQL HERE: several workers are not tested (install it)")
        with (
            Postgres(binaries) as postgres,
            Endpoint(lambda *_: answering([], delay_s=0.05)) as endpoint,
        ):
            common: dict[str, object] = {
                "database_url": postgres.address,
                "data": tmp_path / "data",
                "heartbeat_s": 0.5,
                "dead_after_s": 3,
                "jobs": 1,
                "sync": False,
                "chunk": 5,
                "GOUJI_LLM_BASE_URL": endpoint.url,
                "GOUJI_LLM_MODEL": "m",
                "GOUJI_LLM_CACHE": str(tmp_path / "answers"),
                "GOUJI_LLM_REQUESTS_PER_MINUTE": 6000,
            }
            # All at the same moment: each wants to make the tables.
            workers = [worker_process(tmp_path / "worker-log", **common) for _ in range(2)]
            with Served(tmp_path / "server", **{**common, "jobs": 0}) as served:
                try:
                    objects = [{"text": free_report(n)[0].decode()} for n in range(30)]
                    created = served.http.post(
                        "/v1/batches",
                        params={"readers": "rules,llm"},
                        content=jsonl(*objects),
                        headers={"Content-Type": "application/x-ndjson"},
                    )
                    assert created.status_code == 201, created.text
                    batch = created.json()
                    assert served.http.get("/v1/batches/%00").status_code == 404  # PostgreSQL takes no NUL
                    deadline = time.monotonic() + 60
                    while served.batch(batch["id"])["counts"]["done"] == 0:
                        assert time.monotonic() < deadline, (tmp_path / "worker-log").read_text()[-3000:]
                        time.sleep(0.05)
                    workers[0].kill()
                    postgres.stop()
                    gone = served.http.get(f"/v1/batches/{batch['id']}")
                    assert (gone.status_code, gone.json()["code"]) == (503, "database_unavailable")
                    assert served.http.get("/readyz").json()["status"] == "database_unavailable"
                    postgres.start()
                    ended = served.ended(batch["id"])
                    assert ended["counts"]["done"] == 30
                    found = lines(served.http.get(f"/v1/batches/{batch['id']}/results", params={"limit": 1000}))
                    assert sorted(one["position"] for one in found) == list(range(30))
                finally:
                    for worker in workers:
                        worker.kill()
                        worker.wait()
            questions = [json.dumps(each["messages"]) for each in endpoint.requests]
            assert len(set(questions)) >= 30
            # At most what was under way at the kill, in a process that sends 8 at once.
            assert len(questions) - len(set(questions)) <= 8
