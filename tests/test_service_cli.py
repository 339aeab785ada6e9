"""`gouji batch`, `gouji keys` and `gouji config`, as processes of their own."""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

pytest.importorskip("dbos", reason="the service is not installed: pip install 'gouji[service]'")

from pydantic import SecretStr

from extractor.cli.audit_log import moment_of
from extractor.client import WebhookError, verify_webhook
from extractor.errors import UsageError
from extractor.service.auditlog import AuditLog
from extractor.service.database import open_database
from extractor.service.settings import load_service_settings
from extractor.service.signing import BOTH_S, Secrets, signature
from tests.served import ROOT, SAMPLES, Served


def gouji(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GOUJI_")}
    return subprocess.run(
        [sys.executable, "-m", "extractor.cli", *words],
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **variables},
        check=False,
    )


def test_batch_with_a_key(tmp_path: Path) -> None:
    made = gouji(tmp_path, "keys", "create", "me", "--data", "data")
    key = made.stdout.strip()
    assert key.startswith("gouji_"), made.stderr
    with Served(tmp_path, require_key=True) as served:
        known = {"GOUJI_URL": served.url, "GOUJI_KEY": key}
        files = [str(SAMPLES / "clean-html-2022"), str(SAMPLES / "glued-2021" / "report.txt")]
        submitted = gouji(tmp_path, "batch", "submit", *files, "--wait", **known)
        batch_id = submitted.stdout.strip()
        assert batch_id.startswith("batch_"), submitted.stderr
        assert "2/2" in submitted.stderr
        shown = gouji(tmp_path, "batch", "status", batch_id, **known).stdout
        assert f"{batch_id}  completed" in shown
        assert "clean 2" in shown
        gouji(tmp_path, "batch", "results", batch_id, "-o", "out.jsonl", **known)
        found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
        assert {one["name"] for one in found} == {str(SAMPLES / "clean-html-2022" / "report.html"), files[1]}
        assert gouji(tmp_path, "batch", "results", batch_id, "-o", "out.csv", **known).returncode == 0
        assert gouji(tmp_path, "extract", *files, "-o", "direct.csv").returncode == 0
        tables = [(tmp_path / name).read_text(encoding="utf-8-sig").splitlines() for name in ("out.csv", "direct.csv")]
        assert sorted(tables[0]) == sorted(tables[1])
        assert gouji(tmp_path, "batch", "results", batch_id, "-o", "out.parquet", **known).returncode == 0
        assert gouji(tmp_path, "deliver", "out.parquet", "--out", "again.jsonl").returncode == 0
        for wrong in (["-o", "out.xlsx"], ["-o", "out.csv", "--errors"]):
            assert gouji(tmp_path, "batch", "results", batch_id, *wrong, **known).returncode == 2
        assert gouji(tmp_path, "batch", "cancel", batch_id, **known).stdout.startswith(f"{batch_id}  completed")
        refused = gouji(tmp_path, "batch", "status", batch_id, GOUJI_URL=served.url)
        assert (refused.returncode, refused.stderr) == (2, "gouji: A key is needed, or this one is not good\n")
        listed = gouji(tmp_path, "batch", "list", **known).stdout.splitlines()
        assert [line.split()[0] for line in listed] == [batch_id] and "completed" in listed[0] and "2/2" in listed[0]
        newest, oldest = gouji(tmp_path, "audit-log", "--data", "data").stdout.splitlines()
        key_id = key.split("_")[1]
        assert f"{key_id} (me)" in newest and f"batch.create        {batch_id}" in newest
        assert oldest.split()[2:] == ["operator", "key.create", key_id]
        found = gouji(tmp_path, "audit-log", "--data", "data", "--json", "--key", "me", "--since", "1h").stdout
        assert (json.loads(found)["subject"], json.loads(found)["name"]) == (batch_id, "me")
        wrong = gouji(tmp_path, "audit-log", "--data", "data", "--since", "yesterday")
        assert (wrong.returncode, "yesterday: no time" in wrong.stderr) == (2, True)
        assert gouji(tmp_path, "batch", "delete", batch_id, **known).stdout == f"deleted {batch_id}\n"
        assert gouji(tmp_path, "batch", "list", **known).stdout == ""
        gone = gouji(tmp_path, "batch", "delete", batch_id, **known)
        assert (gone.returncode, "there is no batch" in gone.stderr) == (2, True)
        second = gouji(tmp_path, "serve", "--data", "data", "--port", "0")
        assert second.returncode == 2
        assert "in use by another process" in second.stderr


def test_keys(tmp_path: Path) -> None:
    key = gouji(tmp_path, "keys", "create", "me", "--scope", "read").stdout.strip()
    key_id, secret = key.split("_", 2)[1:]
    listed = gouji(tmp_path, "keys", "list").stdout
    assert key_id in listed
    assert secret not in listed
    assert gouji(tmp_path, "keys", "revoke", key_id).returncode == 0
    assert gouji(tmp_path, "keys", "list").stdout.rstrip().endswith("revoked")
    assert gouji(tmp_path, "keys", "revoke", key_id).returncode == 2
    assert gouji(tmp_path, "keys", "create", "me", "--scope", "all").returncode == 2


def test_config_shows_where_settings_come_from_and_no_secret(tmp_path: Path) -> None:
    (tmp_path / "gouji.toml").write_text("[service]\nchunk = 7\n", encoding="utf-8")
    shown = gouji(
        tmp_path,
        "config",
        GOUJI_SERVICE_DATABASE_URL="postgresql://u:hunter2@h/d",
        GOUJI_LLM_MODEL="m",
        GOUJI_LLM_API_KEY="hunter2",
    ).stdout
    assert "hunter2" not in shown
    rows = {line.split()[0]: line.split()[1:] for line in shown.splitlines() if len(line.split()) > 2}
    assert rows["chunk"] == ["7", "gouji.toml:", "[service]", "chunk"]
    assert rows["database_url"] == ["postgresql://h/d", "GOUJI_SERVICE_DATABASE_URL"]
    assert rows["api_key"] == ["set", "GOUJI_LLM_API_KEY"]


def test_beyond_loopback_there_must_be_a_key(tmp_path: Path) -> None:
    refused = gouji(tmp_path, "serve", "--host", "0.0.0.0", "--port", "0")
    assert refused.returncode == 2
    assert "gouji keys create" in refused.stderr


def test_workers_need_postgresql(tmp_path: Path) -> None:
    refused = gouji(tmp_path, "worker")
    assert refused.returncode == 2
    assert "PostgreSQL" in refused.stderr


def test_the_audit_log_is_read_by_who_what_and_when(tmp_path: Path) -> None:
    database = open_database(load_service_settings({"data": tmp_path}, environ={}, folder=tmp_path))
    log = AuditLog(database)
    start = time.time()
    for number in range(1200):
        log.note("a" if number % 2 else "b", "batch.create", f"batch_{number}")
    log.note("a", "batch.delete", "batch_7", "request-1")
    assert len(list(log.entries())) == 1201, "more than a page"
    assert len(list(log.entries(key_id="a"))) == 601
    assert [(one.action, one.request) for one in log.entries(subject="batch_7")] == [
        ("batch.delete", "request-1"),
        ("batch.create", ""),
    ]
    assert list(log.entries(until=start)) == []
    assert len(list(log.entries(since=start, key_id="b"))) == 600
    assert log.prune_older(3600) == 0
    middle = sorted(one.at for one in log.entries())[1000]
    assert log.prune(middle) == 1000
    assert len(list(log.entries())) == 201
    database.close()
    assert gouji(tmp_path, "audit-log", "--data", ".", "--prune", "1h", "--key", "a").returncode == 2
    assert gouji(tmp_path, "audit-log", "--data", ".", "--prune", "1h").stdout == "removed 0 lines\n"
    assert gouji(tmp_path, "audit-log", "--data", ".", "--prune", "0s").stdout == "removed 202 lines\n"
    assert "operator" in gouji(tmp_path, "audit-log", "--data", ".").stdout


def test_a_webhook_secret_is_changed_while_receivers_still_have_the_old_one(tmp_path: Path) -> None:
    first = gouji(tmp_path, "webhook-secret").stdout.strip()
    assert (tmp_path / "gouji-data" / "webhook-secret").read_text(encoding="ascii") == first
    second = gouji(tmp_path, "webhook-secret", "--rotate").stdout.strip()
    assert first != second
    assert gouji(tmp_path, "webhook-secret").stdout.strip() == second
    assert "webhook-secret.rotate" in gouji(tmp_path, "audit-log").stdout
    settings = load_service_settings({"data": tmp_path / "gouji-data"}, environ={}, folder=tmp_path)
    database = open_database(settings)
    assert Secrets(settings, database).current() == (second, first)
    now = time.time()
    signed = signature(Secrets(settings, database).current(), b"body", int(now))
    for secret in (first, second):
        verify_webhook(b"body", signed, secret)
    with pytest.raises(WebhookError):
        verify_webhook(b"body", signed, "another")
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patched:
        patched.setattr(time, "time", lambda: now + BOTH_S + 60)
        assert Secrets(settings, database).current() == (second,)
    given = settings.model_copy(update={"webhook_secret": SecretStr("new"), "webhook_secret_before": SecretStr("old")})
    assert Secrets(given, database).current() == ("new", "old")
    with pytest.raises(UsageError, match="WEBHOOK_SECRET"):
        Secrets(given, database).change()
    database.close()


def test_moments() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    for text, wanted in (
        ("2h", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("7d", datetime(2026, 11, 15, 12, tzinfo=UTC)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T08:30+08:00", datetime(2026, 11, 1, 0, 30, tzinfo=UTC)),
    ):
        assert moment_of(text, now) == wanted
    for text in ("", "7", "7y", "-1d", "2026-13-01"):
        with pytest.raises(UsageError, match="no time"):
            moment_of(text, now)
