"""Several processes ask one model: a question that two have is sent once, and so many at once over all of them."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import pytest

pytest.importorskip("dbos", reason="the service is not installed: pip install 'gouji[service]'")

from extractor.service.asking import Claims, PatientAnswers, shared_cache
from extractor.service.database import Database, open_database
from extractor.service.leases import Held, Leases
from extractor.service.settings import load_service_settings
from tests.endpoint import Endpoint, answering
from tests.served import ROOT

# Says that it is ready, waits for a line, asks those questions at once, and prints how many were answered for free.
_ASKER = """
import asyncio, json, sys
from extractor.ask.model import Question
from extractor.service.asking import Asking

async def main():
    model = await Asking(None, sys.argv[1]).model(None)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    asked = [model.ask(Question("system", user, "p")) for user in json.loads(sys.argv[2])]
    print(sum(reply.cached for reply in await asyncio.gather(*asked)), flush=True)

asyncio.run(main())
"""


def asker(folder: Path, endpoint: Endpoint, questions: list[str], **settings: object) -> "subprocess.Popen[str]":
    given = {
        "GOUJI_SERVICE_DATA": folder / "data",
        "GOUJI_LLM_BASE_URL": endpoint.url,
        "GOUJI_LLM_MODEL": "m",
        "GOUJI_LLM_CACHE": folder / "answers",
        **settings,
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GOUJI_", "OPENAI_"))}
    process = subprocess.Popen(
        [sys.executable, "-c", _ASKER, uuid4().hex, json.dumps(questions)],
        env={**kept, "PYTHONPATH": str(ROOT), **{name: str(value) for name, value in given.items()}},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def database(folder: Path) -> Database:
    return open_database(load_service_settings({"data": folder}, environ={}, folder=folder))


def test_a_question_of_two_processes_is_sent_once_and_all_keep_to_one_number_at_once(tmp_path: Path) -> None:
    questions = [f"question {number}" for number in range(12)]
    with Endpoint(lambda *_: answering([], delay_s=0.15)) as endpoint:
        both = [asker(tmp_path, endpoint, questions, GOUJI_LLM_CONCURRENCY=3) for _ in range(2)]
        for each in both:
            go(each)
        free = [int(each.communicate(timeout=60)[0]) for each in both]
        assert [each.returncode for each in both] == [0, 0]
        asked = [json.dumps(each["messages"]) for each in endpoint.requests]
        assert (len(asked), len(set(asked)), sum(free)) == (12, 12, 12)
        assert endpoint.peak == 3


def test_one_that_dies_over_a_question_holds_nobody_up_for_long(tmp_path: Path) -> None:
    with Endpoint(lambda _, number: answering([], delay_s=60 if number == 0 else 0)) as endpoint:
        first, second = (asker(tmp_path, endpoint, ["the same"], GOUJI_LLM_CONCURRENCY=1) for _ in range(2))
        go(first)
        deadline = time.monotonic() + 30
        while endpoint.calls == 0:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        go(second)
        time.sleep(0.5)
        assert endpoint.calls == 1, "it waits"
        first.send_signal(signal.SIGKILL)
        first.communicate(timeout=30)
        # What the reaper of the service does for a process that is gone; without it the lease runs out by itself.
        Leases(database(tmp_path / "data"), "reaper").drop_all(str(first.args[3]))  # type: ignore[index]
        assert second.communicate(timeout=30)[0] == "0\n"
        assert endpoint.calls == 2


def test_a_lease_runs_out_unless_it_is_renewed(tmp_path: Path) -> None:
    store = database(tmp_path)

    async def run() -> tuple[float, bool]:
        Leases(store, "dead").take("question:a", 0.6)
        living = Held(Leases(store, "living"), for_s=0.4)
        assert living.take("question:b")
        started = time.monotonic()
        async with Claims(Held(Leases(store, "third"), for_s=15), store.persist).claim("a") as later:
            assert later
            waited = time.monotonic() - started
        await asyncio.sleep(1)
        return waited, Leases(store, "fourth").take("question:b", 1)

    waited, stolen = asyncio.run(run())
    assert 0.4 < waited < 5
    assert not stolen


def test_threads_of_one_process_do_not_share_a_slot(tmp_path: Path) -> None:
    held = Held(Leases(database(tmp_path), "me"), for_s=15)
    assert [held.take_one("slot:", 2) for _ in range(3)] == ["slot:0", "slot:1", None]
    held.drop("slot:0")
    assert held.take_one("slot:", 2) == "slot:0"


def test_a_cache_that_is_away_for_a_moment_loses_no_answer() -> None:
    class Shaky:
        tries = 0

        async def put(self, *_: object) -> None:
            self.tries += 1
            if self.tries < 3:
                raise OSError("away")

    shaky = Shaky()
    asyncio.run(PatientAnswers(shaky).put("key", None))  # type: ignore[arg-type]
    assert shaky.tries == 3
    with pytest.raises(OSError, match="away"):
        asyncio.run(PatientAnswers(Shaky(), patience_s=0.05).put("key", None))  # type: ignore[arg-type]


def test_machines_that_share_a_database_share_their_answers(tmp_path: Path) -> None:
    from extractor.ask.endpoint.settings import load_settings

    service = load_service_settings({"database_url": "postgresql://h/d"}, environ={}, folder=tmp_path)
    alone = load_service_settings({}, environ={}, folder=tmp_path)
    default = load_settings({"model": "m"}, environ={}, folder=tmp_path)
    chosen = load_settings({"model": "m", "cache": "/elsewhere"}, environ={}, folder=tmp_path)
    assert default is not None and chosen is not None
    assert shared_cache(default, service) == "postgresql://h/d"
    assert shared_cache(default, alone) == default.cache
    assert shared_cache(chosen, service) == "/elsewhere"
