"""The review page of the batch service: a key's own batches, decided by whoever may."""

import re
import time
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

pytest.importorskip("dbos", reason="the service is not installed: pip install 'gouji[service]'")
pytest.importorskip("jinja2", reason="the extra 'review' is not installed: pip install 'gouji[review]'")

import httpx

from extractor.review.bench import Bench
from extractor.service.auditlog import AuditLog
from extractor.service.blobs import DamagedError
from extractor.service.contents import StoreAwayError
from extractor.service.database import open_database
from extractor.service.house import House
from extractor.service.keys import KeyStore, Scope, id_of
from extractor.service.rows import Batch
from extractor.service.settings import load_service_settings
from extractor.service.shelves import BatchShelf
from tests.served import SAMPLES, Served

SUSPECT = "applications.rejected_mass.public_welfare"


def until(http: httpx.Client, path: str, wanted: str) -> str:
    deadline = time.monotonic() + 60
    while wanted not in (text := http.get(path).text):
        assert time.monotonic() < deadline, text
        time.sleep(0.1)
    return text


def submitted(served: Served, *names: str) -> str:
    files = [("files", (f"{name}.html", (SAMPLES / name / "report.html").read_bytes())) for name in names]
    return str(served.http.post("/v1/batches", files=files).json()["id"])


def test_a_batch_is_looked_at_and_decided(tmp_path: Path) -> None:
    """One service with keys: the way in by a form, one's own batches only, decisions that the next batch has too."""
    database = open_database(load_service_settings({"data": tmp_path / "data"}, environ={}, folder=tmp_path))
    keys = KeyStore(database)
    mine = keys.create("mine", frozenset({Scope.SUBMIT, Scope.READ}))
    other = keys.create("other", frozenset({Scope.SUBMIT, Scope.READ}))
    reader = keys.create("reader", frozenset({Scope.READ}))
    with Served(tmp_path, key=mine, require_key=True) as served:
        batch = submitted(served, "misprint-2023", "clean-html-2022")
        with httpx.Client(base_url=served.url, trust_env=False, timeout=60) as http:
            assert (http.get("/review/").status_code, 'name="key"' in http.get("/review/").text) == (401, True)
            turned = http.get(f"/review/{batch}/")
            assert (turned.status_code, turned.headers["location"]) == (303, "/review/")
            origin = {"origin": served.url}
            assert http.post("/review/key", data={"key": "gouji_wrong"}, headers=origin).status_code == 401
            assert http.post("/review/key", data={"key": mine}, headers={"origin": "http://x"}).status_code == 401
            let_in = http.post("/review/key", data={"key": mine}, headers=origin)
            assert let_in.status_code == 303 and "HttpOnly" in let_in.headers["set-cookie"]
            assert f"/review/{batch}/" in http.get("/review/").text
            assert http.get(f"/review/{batch}").headers["location"] == f"/review/{batch}/"

            until(http, f"/review/{batch}/progress", '"running":false')
            html = http.get(f"/review/{batch}/").text
            key = re.search(rf"/review/{batch}/d/([0-9a-f]+)\"[^>]*>丹枫市人民政府", html)
            assert key is not None
            page = f"/review/{batch}/d/{key[1]}"
            assert f'data-c="{SUSPECT}"' in http.get(page).text
            assert f'src="/review/{batch}/static/document.js"' in http.get(page).text
            assert http.get(f"/review/{batch}/static/document.js").status_code == 200
            assert http.get("/review/static/review.css").status_code == 200
            assert f'data-c="{SUSPECT}"' in http.get(f"{page}/source").text  # read again, by its hash
            decision = {"cell": SUSPECT, "kind": "type", "said": "0"}
            assert http.post(f"{page}/decisions", json=decision, headers=origin).status_code == 403
            kept = http.post(f"{page}/decisions", json=decision, headers=origin | {"x-gouji": "1"}).json()
            assert kept["kept"] and kept["open_findings"] == 1
            (noted,) = [one for one in AuditLog(database).entries() if one.action == "batch.decide"]
            assert (noted.key_id, noted.subject) == (id_of(mine), batch)
            labels = http.get(f"{page}/gold.json").json()
            assert (labels["labelled_by"], labels["cells"]) == ("mine", {SUSPECT: 0})

            again = submitted(served, "misprint-2023")
            until(http, f"/review/{again}/progress", '"running":false')
            assert '<td class="n ">1</td>' in http.get(f"/review/{again}/").text  # decided already

        for stranger, status in ((other, 404), (reader, 404), ("gouji_none", 401)):
            headers = {"authorization": f"Bearer {stranger}", **origin, "x-gouji": "1"}
            answer = httpx.post(f"{served.url}{page}/decisions", json=decision, headers=headers, trust_env=False)
            assert answer.status_code == (403 if stranger == reader else status), stranger
            if stranger != "gouji_none":
                assert httpx.get(f"{served.url}{page}", headers=headers, trust_env=False).status_code == 404


@pytest.mark.parametrize("error", [FileNotFoundError, DamagedError, StoreAwayError])
def test_a_store_that_is_away_leaves_the_report_without_its_source(tmp_path: Path, error: type[Exception]) -> None:
    def get(_sha256: str) -> bytes:
        raise error

    house = SimpleNamespace(settings=SimpleNamespace(data=tmp_path), blobs=SimpleNamespace(get=get))
    batch = SimpleNamespace(id="batch", key_id="key")
    shelf = BatchShelf(cast(House, house), cast(Batch, batch), cast(Bench, None))
    shelf._rows["0"] = (0, "a.html", "0" * 64)
    assert shelf.origin("0") is None
