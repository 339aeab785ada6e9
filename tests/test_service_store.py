"""Documents in S3: a real server on loopback that speaks it, workers without a folder in common, and an outage."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("dbos", reason="the service is not installed: pip install 'gouji[service]'")
pytest.importorskip("obstore", reason="NO OBSTORE HERE: a store in S3 is not tested (pip install 'gouji[s3]')")

import httpx

from extractor.errors import UsageError
from extractor.service.blobs import Blobs, DamagedError
from extractor.service.bucket import Bucket, open_bucket
from extractor.service.contents import Incoming, StoreAwayError
from extractor.service.folder import Folder
from extractor.service.settings import load_service_settings
from tests.objectstore import ObjectStore, Wire, moto_is_there
from tests.postgres import Postgres, postgres_binaries
from tests.served import ROOT, SAMPLES, Served, lines, worker_process

PROSE = SAMPLES / "prose-only-2023" / "report.txt"
SECRET = re.compile("hunter2", re.IGNORECASE)


@pytest.fixture(scope="module")
def objects() -> Iterator[ObjectStore]:
    if not moto_is_there():
        pytest.skip("NO S3 SERVER HERE: a store in S3 is not tested (pip install 'moto[server]')")
    with ObjectStore() as store:
        yield store


@pytest.fixture
def bucket(objects: ObjectStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Bucket:
    for name, value in objects.variables.items():
        monkeypatch.setenv(name, value)
    return open_bucket(f"s3://{objects.bucket}/{tmp_path.name}/deep", look=True)


def incoming(data: bytes) -> Incoming:
    document = Incoming(len(data))
    document.write(data)
    return document


def batch_of(count: int) -> bytes:
    text = PROSE.read_text(encoding="utf-8")
    return "".join(json.dumps({"custom_id": str(n), "text": f"{text}\n{n}"}) + "\n" for n in range(count)).encode()


def post(served: Served, body: bytes) -> httpx.Response:
    return served.http.post("/v1/batches", content=body, headers={"Content-Type": "application/x-ndjson"})


class TestBucket:
    def test_kept_read_and_swept(self, bucket: Bucket) -> None:
        documents = [incoming(b"%d" % number) for number in range(40)]
        bucket.keep(documents)
        bucket.keep(documents[:1])
        one, two, *_, last = (document.sha256 for document in documents)
        assert (bucket.get(one), bucket.get(last)) == (b"0", b"39")
        with pytest.raises(FileNotFoundError):
            bucket.get("0" * 64)
        assert bucket.sweep(lambda _: set(), time.time() - 3600) == 0, "younger than that"
        wanted = {one}
        assert bucket.sweep(lambda names: wanted & set(names), time.time() + 60) == 39
        assert bucket.get(two) == b"1", "sent once more just before it was removed, it would be lost"
        wanted.add(two)
        assert bucket.sweep(lambda names: wanted & set(names), time.time() + 60) == 0
        assert (bucket.get(one), bucket.get(two)) == (b"0", b"1")
        with pytest.raises(FileNotFoundError):
            bucket.get(last)

    def test_what_is_damaged_is_not_read(self, bucket: Bucket, tmp_path: Path) -> None:
        blobs = Blobs(tmp_path, bucket)
        sha256 = blobs.put(b"as it was sent")
        bucket._store.put(f"documents/{sha256}", b"as it is")
        with pytest.raises(DamagedError):
            blobs.get(sha256)

    def test_refusals_say_why_and_no_secret(self, objects: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in objects.variables.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(UsageError, match="NoSuchBucket"):
            open_bucket("s3://nowhere", look=True)
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        with pytest.raises(UsageError) as caught:
            open_bucket("s3://gouji", look=True)
        assert not SECRET.search(str(caught.value))


def test_a_folder_that_is_away_is_no_missing_document(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "share")
    folder.keep([document := incoming(b"x")])
    assert folder.get(document.sha256) == b"x"
    (tmp_path / "share").rename(tmp_path / "away")
    with pytest.raises(StoreAwayError):
        folder.get(document.sha256)
    (tmp_path / "away").rename(tmp_path / "share")
    with pytest.raises(FileNotFoundError):
        folder.get("0" * 64)


@pytest.mark.parametrize("store", ["s3://AKIAHUNTER2:hunter2@gouji", "http://x/y", "s3://", "s3://A_B", "gouji"])
def test_addresses_that_are_none(store: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="s3://bucket") as caught:
        load_service_settings({"store": store}, environ={}, folder=tmp_path)
    assert not SECRET.search(str(caught.value))


def test_an_outage_is_waited_for_and_costs_no_document(objects: ObjectStore, tmp_path: Path) -> None:
    with Wire(objects.port) as wire:
        variables = {**objects.variables, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{wire.port}"}
        with Served(tmp_path, store=f"s3://{objects.bucket}/outage", chunk=20, **variables) as served:
            batch = post(served, batch_of(120)).json()
            while served.batch(batch["id"])["counts"]["done"] == 0:
                time.sleep(0.05)
            wire.cut()
            refused = post(served, batch_of(3))
            assert (refused.status_code, refused.json()["code"]) == (503, "store_unavailable")
            assert int(refused.headers["Retry-After"]) > 0
            ready = served.http.get("/readyz")
            assert (ready.status_code, ready.json()["status"]) == (503, "store_unavailable")
            assert served.http.post("/v1/extractions", content=PROSE.read_bytes()).status_code == 200, "needs no store"
            assert served.batch(batch["id"])["state"] == "running"
            wire.mend()
            ended = served.ended(batch["id"])
            assert (ended["counts"]["done"], ended["counts"]["failed"]) == (120, 0)
            assert not (tmp_path / "data" / "documents").exists()
            assert not SECRET.search(served.logged())
            shown = subprocess.run(
                [sys.executable, "-m", "extractor.cli", "config"],
                env={**os.environ, "PYTHONPATH": str(ROOT), **variables, "GOUJI_SERVICE_STORE": "s3://gouji/x"},
                cwd=tmp_path,
                capture_output=True,
                encoding="utf-8",
                check=True,
            ).stdout
            assert "s3://gouji/x" in shown
            assert not SECRET.search(shown)


def test_workers_elsewhere_need_no_folder_in_common(objects: ObjectStore, tmp_path: Path) -> None:
    binaries = postgres_binaries()
    if binaries is None:
        pytest.skip("NO POSTGRESQL HERE: workers on other machines are not tested (install it)")
    with Postgres(binaries) as postgres:
        common = {
            "database_url": postgres.address,
            "store": f"s3://{objects.bucket}/shared",
            "chunk": 10,
            "sync": False,
            **objects.variables,
        }
        with Served(tmp_path / "here", **{**common, "jobs": 0}) as served:
            batch = post(served, batch_of(30)).json()
            log = tmp_path / "worker-log"
            worker = worker_process(log, **common, data=tmp_path / "there", jobs=1, metrics_port=0)
            try:
                ended = served.ended(batch["id"])
                assert (ended["counts"]["done"], ended["counts"]["failed"]) == (30, 0)
                found = lines(served.http.get(f"/v1/batches/{batch['id']}/results", params={"limit": 100}))
                assert sorted(int(one["custom_id"]) for one in found) == list(range(30))
                where = re.search(r"gouji tells how it is going at (\S+)", log.read_text(encoding="utf-8"))
                assert where is not None
                assert httpx.get(f"{where[1]}/healthz", timeout=10).json() == {"status": "ok"}
                assert httpx.get(f"{where[1]}/readyz", timeout=10).json()["status"] == "ready"
                assert httpx.get(f"{where[1]}/v1/batches", timeout=10).status_code == 404
                metrics = httpx.get(f"{where[1]}/metrics", timeout=10).text
                counted = dict(re.findall(r'gouji_documents_done_total\{verdict="(\w+)"\} (\S+)', metrics))
                assert sum(map(float, counted.values())) == 30
            finally:
                worker.terminate()
                assert worker.wait(30) == 0
        # Webhooks are sent by whichever process comes to it: all sign with one secret.
        secrets = {(tmp_path / place / "webhook-secret").read_text() for place in ("here/data", "there")}
        assert len(secrets) == 1
        assert not SECRET.search(log.read_text(encoding="utf-8"))


@pytest.mark.parametrize("address", ["not a url", "https://[bad", "ftp://127.0.0.1", "http://user:hush@"])
def test_an_endpoint_that_is_no_address_is_refused_without_being_repeated(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    with pytest.raises(UsageError, match="AWS_ENDPOINT_URL is no address") as said:
        open_bucket("s3://bucket/prefix")
    assert address not in str(said.value)
