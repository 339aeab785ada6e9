"""python -m eval.chaos: batches on a service whose processes are killed at random moments, its database too.

Every document must have exactly one result, and a language model must not be asked more often than what was under way
at each kill explains. The endpoint is on loopback, answers slowly and sometimes not, and counts what it is asked.
"""

import argparse
import hashlib
import json
import subprocess
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from random import Random

import httpx
from rich.console import Console

from eval.freetext import free_report
from eval.render import Case, make_case
from tests.endpoint import Endpoint, Response, answering, failing
from tests.postgres import Postgres, postgres_binaries
from tests.served import Served, worker_process

__all__ = ["main"]

_CONCURRENCY = 8


class Fleet:
    """The processes of a service. Over all of them, _CONCURRENCY questions are under way at most."""

    def __init__(self, folder: Path, endpoint: Endpoint | None, postgres: Postgres | None, workers: int) -> None:
        settings: dict[str, object] = {"heartbeat_s": 0.5, "dead_after_s": 5, "chunk": 50, "sync": False, "jobs": 1}
        if postgres is not None:
            settings |= {"database_url": postgres.address, "data": folder / "data"}
        if endpoint is not None:
            settings |= {
                "GOUJI_LLM_BASE_URL": endpoint.url,
                "GOUJI_LLM_MODEL": "m",
                "GOUJI_LLM_CONCURRENCY": _CONCURRENCY,
            }
            if postgres is None:  # else answers are kept in the database, unless it is set otherwise
                settings |= {"GOUJI_LLM_CACHE": folder / "answers"}
        self._folder = folder
        self._settings = settings
        self.postgres = postgres
        self.served = Served(folder / "server", **({**settings, "jobs": 0} if workers else settings))
        self.workers = [self._worker(n) for n in range(workers)]
        self.served.start()

    def _worker(self, number: int) -> "subprocess.Popen[bytes]":
        return worker_process(self._folder / f"worker-{number}", **self._settings)

    def kill_one(self, rng: Random) -> str:
        """kill -9 of one of them, and started again."""
        victim = rng.randrange(len(self.workers) + 1)
        if victim < len(self.workers):
            self.workers[victim].kill()
            self.workers[victim].wait()
            self.workers[victim] = self._worker(victim)
            return f"worker {victim}"
        self.served.kill()
        self.served.start()
        return "server"

    def end(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()
        self.served.kill()
        self.served.http.close()


def documents(count: int, seed: int, ask: float = 0.0, short: float = 0.0) -> list[dict[str, str]]:
    """Small documents, all different. `ask`: the share of those whose tables are lost, so that a model is asked.

    `short`: the share of those that are a line and no report, and cost next to nothing.
    """
    rng = Random(seed)
    texts = [
        make_case(Case("ogi-2021", layout, seed + n), scale=50).data.decode()
        for n in range(8)
        for layout in ("plain", "html")
    ]

    def text(number: int) -> str:
        kind = rng.random()
        if kind < ask:
            return free_report(seed * count + number)[0].decode()
        return f"第{number}号通知。" if kind < ask + short else f"{rng.choice(texts)}\n登记号{number}。"

    return [{"custom_id": str(number), "text": text(number)} for number in range(count)]


class _Script:
    """Answers late, and now and then not: `faults` of those are asked again, rightly."""

    def __init__(self, seed: int) -> None:
        self._rng = Random(seed)
        self.faults = 0

    def __call__(self, *_: object) -> Response:
        kind = self._rng.random()
        if kind < 0.05:
            self.faults += 1
            return failing(500) if kind < 0.03 else failing(429, retry_after="1")
        return answering([], delay_s=self._rng.uniform(0.02, 0.1))


def run(
    count: int, kills: int, restarts: int, *, shared: bool, ask: float, short: float, seed: int, say: Console
) -> bool:
    """One run; whether everything is as it must be."""
    rng = Random(seed)
    binaries = postgres_binaries()
    if shared and binaries is None:
        raise SystemExit("PostgreSQL is not installed here")
    script = _Script(seed)
    with tempfile.TemporaryDirectory(prefix="gouji-chaos-") as name, Endpoint(script) as endpoint:
        folder = Path(name)
        postgres = Postgres(binaries) if shared and binaries is not None else None
        if postgres is not None:
            postgres.__enter__()
        fleet = Fleet(folder, endpoint if ask else None, postgres, 2 if shared else 0)
        try:
            started = time.monotonic()
            given = documents(count, seed, ask, short)
            body = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in given).encode()
            batch_id, sent = _submit(fleet, body, ask, rng)
            log = _torment(fleet, batch_id, count, kills, restarts, rng)
            _until_ended(fleet, batch_id)
            found = _positions(fleet, batch_id)
            seconds = time.monotonic() - started
            lost, double = count - len(found), sum(found.values()) - len(found)
            questions = [
                hashlib.sha256(json.dumps(each["messages"]).encode()).hexdigest() for each in endpoint.requests
            ]
            repeats = len(questions) - len(set(questions))
            kills_done = sum("killed" in line for line in log)
            # A kill costs what is under way; what the endpoint refused is asked again on purpose.
            most = kills_done * _CONCURRENCY + script.faults
            where = "PostgreSQL, two workers" if shared else "SQLite"
            explained = f"at most {most}: {kills_done} kills × {_CONCURRENCY} under way + {script.faults} refused"
            asked = (
                f", {len(questions)} model calls, {endpoint.peak} at once at most, {repeats} repeated ({explained})"
                if ask
                else ""
            )
            right = lost == 0 and double == 0 and repeats <= most and endpoint.peak <= _CONCURRENCY
            say.print(
                f"{where}: {count} documents, {'; '.join(f'{n} × {what}' for what, n in Counter(log).items())}; "
                f"sent {sent} times; lost {lost}, double {double}{asked}; {seconds:.0f} s: {'ok' if right else 'WRONG'}"
            )
            return right
        finally:
            fleet.end()
            if postgres is not None:
                postgres.stop()
                postgres.__exit__(None, None, None)


def _submit(fleet: Fleet, body: bytes, ask: float, rng: Random) -> tuple[str, int]:
    """Posts the batch, with the server killed once in the middle of it; with one Idempotency-Key it is one batch."""
    headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": "chaos"}
    query = {"readers": "rules,llm"} if ask else {}
    threading.Timer(rng.uniform(0.05, 0.3), fleet.served.kill).start()
    for sent in range(1, 100):
        try:
            response = fleet.served.http.post("/v1/batches", params=query, content=body, headers=headers)
            if response.status_code in (200, 201):
                return str(response.json()["id"]), sent
            assert response.status_code in (409, 503), response.text
        except httpx.TransportError:
            pass
        if fleet.served.process is not None and fleet.served.process.poll() is not None:
            fleet.served.start()
        time.sleep(0.5)
    raise SystemExit("the batch could not be sent")


def _torment(fleet: Fleet, batch_id: str, count: int, kills: int, restarts: int, rng: Random) -> list[str]:
    """Kills and restarts, spread over the run by how far it is."""
    acts = ["kill"] * kills + (["restart"] * restarts if fleet.postgres is not None else [])
    rng.shuffle(acts)
    log = []
    for number, act in enumerate(acts):
        wanted = count * number // (len(acts) + 1)
        while (done := _done(fleet, batch_id)) is not None and done < wanted:
            time.sleep(0.05)
        time.sleep(rng.uniform(0, 0.5))
        if act == "restart" and fleet.postgres is not None:
            fleet.postgres.stop()
            time.sleep(rng.uniform(0, 1))
            fleet.postgres.start()
            log.append("PostgreSQL restarted")
        else:
            log.append(f"{fleet.kill_one(rng)} killed")
    return log


def _done(fleet: Fleet, batch_id: str) -> int | None:
    try:
        response = fleet.served.http.get(f"/v1/batches/{batch_id}")
    except httpx.TransportError:
        return 0
    if response.status_code != 200:
        return 0
    body = response.json()
    return None if body["state"] == "completed" else int(body["counts"]["done"])


def _until_ended(fleet: Fleet, batch_id: str) -> None:
    deadline = time.monotonic() + 1800
    while _done(fleet, batch_id) is not None:
        if time.monotonic() > deadline:
            raise SystemExit(f"it does not end: {_done(fleet, batch_id)} done")
        time.sleep(0.2)


def _positions(fleet: Fleet, batch_id: str) -> Counter[int]:
    """How often each document has a result."""
    found: Counter[int] = Counter()
    after: str | None = "-1"
    while after is not None:
        page = fleet.served.http.get(f"/v1/batches/{batch_id}/results", params={"after": after, "limit": 500})
        found.update(json.loads(line)["position"] for line in page.content.split(b"\n") if line)
        after = page.headers.get("Gouji-Next")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--restarts", type=int, default=2, help="of PostgreSQL")
    parser.add_argument("--on", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument(
        "--ask",
        type=float,
        nargs="?",
        const=1.0,
        default=0.0,
        metavar="SHARE",
        help="also ask a language model, for all documents or that share of them",
    )
    parser.add_argument(
        "--short",
        type=float,
        default=0.7,
        metavar="SHARE",
        help="of the documents, those that are a line and no report",
    )
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    say = Console()
    places = {"sqlite": (False,), "postgres": (True,), "both": (False, True)}[given.on]
    right = [
        run(
            given.documents,
            given.kills,
            given.restarts,
            shared=shared,
            ask=given.ask,
            short=given.short,
            seed=given.seed,
            say=say,
        )
        for shared in places
    ]
    raise SystemExit(0 if all(right) else 1)


if __name__ == "__main__":
    main()
