"""Answers are kept, found again, asked once, and nobody else's business."""

import asyncio
import json
import os
import pickle
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from extractor.ask.endpoint.cache import AnswerCache, CacheStats, Kept, NoAnswers, key_of
from extractor.ask.endpoint.connect import connect
from extractor.ask.endpoint.once import AskOnce
from extractor.ask.endpoint.settings import Settings
from extractor.ask.endpoint.stores import open_cache
from extractor.ask.endpoint.usage import Usage
from extractor.ask.model import Answer, Question, Reply
from extractor.errors import ModelError, ModelUnreachableError, UsageError
from tests.endpoint import Endpoint, content, failing
from tests.postgres import Postgres, postgres_binaries

QUESTION = Question("系统", "文本", "sections@abc")
KEPT = Kept(
    answers=(Answer(cell="a", value="12", quote="收到12件"),),
    model="m",
    prompt="p",
    prompt_tokens=9,
    completion_tokens=3,
)
ANSWERS = json.dumps({"answers": [{"cell": "a", "value": "1", "quote": "1件"}]})
SETTINGS = Settings(base_url="http://127.0.0.1:9/v1", model="m", api_key="sk-secret", price_in=1, price_out=1)


@pytest.fixture(scope="module")
def postgres_address() -> Iterator[str]:
    """A PostgreSQL server: GOUJI_TEST_POSTGRES if set, else one of our own in a temporary folder."""
    if given := os.environ.get("GOUJI_TEST_POSTGRES"):
        yield given
        return
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'gouji[postgres]'")
    binaries = postgres_binaries()
    if binaries is None:
        pytest.skip("NO POSTGRESQL HERE: the PostgreSQL cache is not tested (install it, or set GOUJI_TEST_POSTGRES)")
    with Postgres(binaries) as server:
        yield server.address


@pytest.fixture(params=["disk", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "disk":
        return str(tmp_path / "answers")
    address: str = request.getfixturevalue("postgres_address")

    async def empty() -> None:
        store = open_cache(address)
        await store.clear()
        await store.close()

    asyncio.run(empty())
    return address


class TestStores:
    def test_put_get_stats_clear(self, address: str) -> None:
        async def run() -> None:
            store = open_cache(address)
            assert await store.get("k") is None
            await store.put("k", KEPT)
            await store.put("k", KEPT)
            await store.close()
            again = open_cache(address)
            assert await again.get("k") == KEPT
            stats = await again.stats()
            assert stats.answers == 1
            assert stats.size > 0
            assert "hunter2" not in stats.where
            assert await again.clear() == 1
            assert await again.get("k") is None
            await again.close()

        asyncio.run(run())

    def test_text_of_every_kind(self, address: str) -> None:
        odd = Kept(answers=(Answer(cell="\x00", value="𠮷'\"\\", quote="\u2028{{ }}"),), model="m", prompt="p")

        async def run() -> None:
            store = open_cache(address)
            await store.put("k", odd)
            assert await store.get("k") == odd
            await store.close()

        asyncio.run(run())

    def test_many_processes_lose_nothing(self, address: str) -> None:
        script = (
            "import asyncio, sys\n"
            "from tests.test_ask_cache import KEPT, open_cache\n"
            "async def run():\n"
            "    store = open_cache(sys.argv[1])\n"
            "    for n in range(40):\n"
            "        await store.put(f'{sys.argv[2]}-{n}', KEPT)\n"
            "    await store.close()\n"
            "asyncio.run(run())\n"
        )
        root = Path(__file__).parents[1]
        running = [subprocess.Popen([sys.executable, "-c", script, address, str(n)], cwd=root) for n in range(3)]
        assert [process.wait(30) for process in running] == [0, 0, 0]

        async def count() -> int:
            store = open_cache(address)
            stats = await store.stats()
            await store.close()
            return stats.answers

        assert asyncio.run(count()) == 120


class TestPostgres:
    def test_a_connection_that_was_lost_is_opened_again(self, postgres_address: str) -> None:
        import psycopg

        async def run() -> None:
            store = open_cache(postgres_address)
            await store.put("k", KEPT)
            with psycopg.connect(postgres_address, autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
                )
            assert await store.get("k") == KEPT
            await store.close()

        asyncio.run(run())

    def test_no_server_does_not_show_the_password(self) -> None:
        pytest.importorskip("psycopg")

        async def run() -> None:
            store = open_cache("postgresql://gouji:hunter2@127.0.0.1:9/answers")
            with pytest.raises(OSError, match=r"postgresql://127\.0\.0\.1/answers") as caught:
                await store.get("k")
            assert "hunter2" not in str(caught.value)
            await store.close()

        asyncio.run(run())


class TestFolder:
    def keep(self, folder: Path) -> None:
        async def run() -> None:
            store = open_cache(str(folder))
            await store.put("k", KEPT)
            await store.close()

        asyncio.run(run())

    def test_it_is_private_and_made_when_needed(self, tmp_path: Path) -> None:
        folder = tmp_path / "a" / "answers"
        open_cache(str(folder))
        assert not folder.exists()
        self.keep(folder)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    def test_one_that_others_can_read_is_mended(self, tmp_path: Path) -> None:
        folder = tmp_path / "answers"
        self.keep(folder)
        folder.chmod(0o755)
        self.keep(folder)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    def test_one_that_others_can_write_is_refused(self, tmp_path: Path) -> None:
        folder = tmp_path / "answers"
        self.keep(folder)
        folder.chmod(0o777)
        with pytest.raises(UsageError, match="others can write there"):
            open_cache(str(folder))

    def test_a_folder_of_other_things_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "thesis.txt").write_text("x", encoding="utf-8")
        tmp_path.chmod(0o755)
        with pytest.raises(UsageError, match="it holds other things"):
            open_cache(str(tmp_path))
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755

    def test_a_file_is_no_folder(self, tmp_path: Path) -> None:
        (tmp_path / "f").write_text("x", encoding="utf-8")
        for path in ("f", "f/answers"):
            with pytest.raises(UsageError, match="cannot keep answers in"):
                open_cache(str(tmp_path / path))

    def test_damage_is_a_miss_and_a_pickle_is_never_opened(self, tmp_path: Path) -> None:
        class Bomb:
            def __reduce__(self) -> tuple[object, ...]:
                return (Path.touch, (tmp_path / "boom",))

        self.keep(tmp_path / "answers")
        database = tmp_path / "answers" / "cache.db"
        for mode, value in ((4, pickle.dumps(Bomb())), (1, b"noise"), (1, b"")):
            connection = sqlite3.connect(database)
            connection.execute("UPDATE Cache SET mode = ?, value = ?", (mode, value))
            connection.commit()
            connection.close()

            async def look() -> Kept | None:
                store = open_cache(str(tmp_path / "answers"))
                kept = await store.get("k")
                await store.close()
                return kept

            assert asyncio.run(look()) is None
        assert not (tmp_path / "boom").exists()
        self.keep(tmp_path / "answers")


class TestKey:
    def test_everything_an_answer_depends_on(self) -> None:
        keys = {key_of(QUESTION, SETTINGS)}
        for change in (
            {"model": "other"},
            {"base_url": "http://127.0.0.1:10/v1"},
            {"mode": "json"},
            {"max_tokens": 99},
            {"temperature": 0.5},
            {"extra_body": {"enable_thinking": False}},
        ):
            keys.add(key_of(QUESTION, Settings.model_validate({**SETTINGS.model_dump(), **change})))
        for question in (
            Question("其他", "文本", "sections@abc"),
            Question("系统", "其他", "sections@abc"),
            Question("系统", "文本", "sections@def"),
            Question("系统", "文本", "sections@abc", ("{}", "不对")),
        ):
            keys.add(key_of(question, SETTINGS))
        assert len(keys) == 11

    def test_and_nothing_else(self) -> None:
        for change in ({"api_key": "sk-other"}, {"concurrency": 1}, {"timeout_s": 9}, {"price_in": 7}, {"cache": "x"}):
            other = Settings.model_validate({**SETTINGS.model_dump(), **change})
            assert key_of(QUESTION, other) == key_of(QUESTION, SETTINGS)


class Slow:
    """A model that answers when told to."""

    def __init__(self, error: ModelError | None = None) -> None:
        self.calls = 0
        self.go = asyncio.Event()
        self.error = error
        self.cancelled = False

    async def ask(self, question: Question) -> Reply:
        self.calls += 1
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        if self.error is not None:
            raise self.error
        return Reply((Answer(cell="a", value=question.user, quote=""),), 10, 5, 0.1, calls=1)


class Broken(NoAnswers):
    """A store whose disk is full."""

    async def get(self, key: str) -> Kept | None:
        raise OSError(f"no {key}")

    async def put(self, key: str, kept: Kept) -> None:  # noqa: ARG002
        raise OSError("disk full")


def once(model: Slow, cache: AnswerCache | None = None) -> AskOnce:
    return AskOnce(model, cache or NoAnswers(), SETTINGS, Usage())


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


class TestOnce:
    def test_identical_questions_are_one(self) -> None:
        async def run() -> None:
            model = Slow()
            asking = once(model)
            tasks = [asyncio.create_task(asking.ask(QUESTION)) for _ in range(5)]
            other = asyncio.create_task(asking.ask(Question("系统", "另一", "p")))
            await settle()
            model.go.set()
            replies = await asyncio.gather(*tasks, other)
            assert model.calls == 2
            assert [reply.cached for reply in replies] == [False, True, True, True, True, False]
            assert sum(reply.prompt_tokens for reply in replies) == 20
            assert sum(reply.cost or 0 for reply in replies) == pytest.approx(0.2)

        asyncio.run(run())

    def test_a_failure_is_everyones_and_is_not_kept(self) -> None:
        async def run() -> None:
            model = Slow(ModelUnreachableError("down"))
            asking = once(model)
            tasks = [asyncio.create_task(asking.ask(QUESTION)) for _ in range(3)]
            await settle()
            model.go.set()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(result, ModelUnreachableError) for result in results)
            model.error = None
            assert not (await asking.ask(QUESTION)).cached
            assert model.calls == 2

        asyncio.run(run())

    def test_one_who_gives_up_leaves_the_others_their_answer(self) -> None:
        async def run() -> None:
            model = Slow()
            asking = once(model)
            first, second = (asyncio.create_task(asking.ask(QUESTION)) for _ in range(2))
            await settle()
            first.cancel()
            await settle()
            model.go.set()
            assert (await second).answers
            assert model.calls == 1
            assert not model.cancelled

        asyncio.run(run())

    def test_when_all_give_up_nothing_goes_on(self) -> None:
        async def run() -> None:
            model = Slow()
            asking = once(model)
            task = asyncio.create_task(asking.ask(QUESTION))
            await settle()
            task.cancel()
            again = asyncio.create_task(asking.ask(QUESTION))  # joins none that is being given up
            await settle()
            assert model.cancelled
            model.go.set()
            assert (await again).answers

        asyncio.run(run())

    def test_a_broken_cache_costs_money_not_the_answer(self) -> None:
        async def run() -> None:
            model = Slow()
            model.go.set()
            assert (await once(model, Broken()).ask(QUESTION)).answers

        asyncio.run(run())


class TestRuns:
    def test_the_second_run_sends_nothing(self, tmp_path: Path) -> None:
        async def run(endpoint: Endpoint, key: str) -> Reply:
            settings = Settings.model_validate(
                {"base_url": endpoint.url, "model": "m", "api_key": key, "cache": str(tmp_path / "answers")}
            )
            async with connect(settings) as model:
                reply = await model.ask(QUESTION)
                assert model.usage.cached == reply.cached
                return reply

        with Endpoint(lambda _request, n: content(ANSWERS) if n else failing(400)) as endpoint:
            with pytest.raises(ModelError):
                asyncio.run(run(endpoint, "sk-one"))
            first = asyncio.run(run(endpoint, "sk-one"))
            second = asyncio.run(run(endpoint, "sk-other"))
        assert endpoint.calls == 2, "a failure is not kept, an answer is"
        assert (first.cached, second.cached) == (False, True)
        assert first.answers == second.answers
        assert (second.prompt_tokens, second.calls) == (0, 0)
        kept = b"".join(path.read_bytes() for path in (tmp_path / "answers").rglob("*") if path.is_file())
        assert b"sk-o" not in kept

    def test_none_keeps_nothing(self) -> None:
        async def run() -> CacheStats:
            store = open_cache(None)
            await store.put("k", KEPT)
            assert await store.get("k") is None
            return await store.stats()

        assert asyncio.run(run()).answers == 0
