"""A model in this process: files that are none, machines too small, and a real (tiny) one asked as any endpoint is."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner

from extractor.ask.endpoint.cache import key_of
from extractor.ask.endpoint.client import Client
from extractor.ask.endpoint.connect import connect
from extractor.ask.endpoint.embedded import as_kept
from extractor.ask.endpoint.settings import Settings, load_settings
from extractor.ask.local import machine, weights
from extractor.ask.local.server import serve
from extractor.ask.model import Question
from extractor.cli.app import app
from extractor.errors import ModelAnswerError, ModelRefusedError, UsageError
from tests.tinymodel import CONTEXT, HEADS, LAYERS, WIDTH, write_model

QUESTION = Question(system="从文本中找出所问的数字，以JSON回答。", user="文本：收到申请12件。", prompt="p@1")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("weights") / "tiny.gguf")


def settings_for(path: Path, **more: object) -> Settings:
    return Settings.model_validate({"model": f"local:{path}", "cache": None, "max_tokens": 64, **more})


def test_the_header_is_read_without_loading(tiny: Path) -> None:
    found = weights.read_weights(tiny)
    assert (found.name, found.architecture, found.context, found.talks) == ("tiny", "llama", CONTEXT, True)
    assert found.size == tiny.stat().st_size
    assert found.cache_bytes == LAYERS * 2 * WIDTH * 2  # keys and values of every head, two bytes each
    assert HEADS * (WIDTH // HEADS) == WIDTH


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "No such file"), (b"", "is no GGUF file"), (b"MZ..", "is no GGUF file"), (b"GGUF" + b"\1" * 99, "damaged")],
)
def test_what_is_no_model_is_named(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "a.gguf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=said):
        weights.read_weights(path)
    with pytest.raises(UsageError, match=said):
        serve(path, key=None)


def test_a_file_that_is_cut_off_is_named(tiny: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.gguf"
    path.write_bytes(tiny.read_bytes()[: tiny.stat().st_size * 2 // 3])
    with pytest.raises(UsageError, match=r"damaged|cut off"):
        serve(path, key=None)


def test_a_machine_that_is_too_small_says_so(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_available", lambda: 300_000_000)
    with pytest.raises(UsageError, match=r"needs about 0\.4 GB of memory, 0\.3 GB are free"):
        serve(tiny, key=None)
    result = CliRunner().invoke(app, ["doctor", "--model", f"local:{tiny}"])
    assert result.exit_code == 1
    assert "too little" in result.stdout


def test_a_model_that_was_not_taught_to_talk_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="instruct"):
        serve(write_model(tmp_path / "base.gguf", template=None), key=None)


def test_the_context_is_never_more_than_the_model_was_made_for(tiny: Path) -> None:
    found = weights.read_weights(tiny)
    assert machine.context_for(found, None) == CONTEXT
    assert machine.context_for(found, 1000) == 1000


def test_it_is_asked_as_any_endpoint_is(tiny: Path) -> None:
    """Random weights write nonsense that the grammar keeps in shape, or that runs into max_tokens: no third thing."""

    async def ask() -> tuple[str, int]:
        async with connect(settings_for(tiny, mode="json_schema")) as model:
            try:
                reply = await model.ask(QUESTION)
            except ModelAnswerError as error:
                return error.code, model.usage.calls
            return "answered", len(reply.answers)

    outcome, calls = asyncio.run(ask())
    assert outcome in ("answered", "model_truncated", "model_answer")
    assert calls >= 1 or outcome == "answered"


def test_nothing_is_loaded_before_there_is_a_question(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractor.ask.endpoint.embedded.serve", lambda *_, **__: pytest.fail("loaded"))

    async def look() -> None:
        async with connect(settings_for(tiny)):
            pass

    asyncio.run(look())


def test_what_cannot_be_loaded_fails_every_question_and_is_tried_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def fails(*_: object, **__: object) -> None:
        tries.append(1)
        raise UsageError("local:x: cannot")

    monkeypatch.setattr("extractor.ask.endpoint.embedded.serve", fails)
    path = tmp_path / "a.gguf"
    path.write_bytes(b"GGUF")

    async def ask() -> None:
        async with connect(settings_for(path)) as model:
            for _ in range(3):
                with pytest.raises(ModelRefusedError, match="cannot"):
                    await model.ask(QUESTION)

    asyncio.run(ask())
    assert tries == [1]


def test_no_address_and_no_key_go_with_it(tmp_path: Path) -> None:
    environ = {"GOUJI_LLM_BASE_URL": "https://far.example/v1", "GOUJI_LLM_API_KEY": "k", "OPENAI_API_KEY": "o"}
    found = load_settings({"model": "local:~/a.gguf"}, environ=environ, folder=tmp_path)
    assert found is not None
    assert found.weights == Path.home() / "a.gguf"
    assert found.api_key is None
    assert not found.is_openai
    assert (found.concurrency, found.timeout_s) == (1, 1800)
    with pytest.raises(UsageError, match="no model of an endpoint"):
        Client(found)
    with pytest.raises(UsageError, match="wants the path"):
        load_settings({"model": "local: "}, environ={}, folder=tmp_path)


def test_answers_are_kept_by_the_weights_not_by_where_they_lie(tiny: Path, tmp_path: Path) -> None:
    moved = tmp_path / tiny.name
    moved.write_bytes(tiny.read_bytes())
    other = tmp_path / "other" / tiny.name
    other.parent.mkdir()
    changed = bytearray(tiny.read_bytes())
    changed[-1] ^= 1
    other.write_bytes(changed)
    first, same, different = (key_of(QUESTION, as_kept(settings_for(path), path)) for path in (tiny, moved, other))
    assert first == same != different


def test_the_door_is_locked(tiny: Path) -> None:
    serving = serve(tiny, key="s3cret")
    try:
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"{serving.base_url}/models", timeout=10)
        request = urllib.request.Request(f"{serving.base_url}/models", headers={"Authorization": "Bearer s3cret"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert [each["id"] for each in json.load(answer)["data"]] == ["tiny"]
    finally:
        serving.stop()


def test_doctor_tells_whether_the_machine_is_up_to_it(tiny: Path) -> None:
    result = CliRunner().invoke(app, ["doctor", "--model", f"local:{tiny}"], env={"GOUJI_LLM_MAX_TOKENS": "32"})
    rows = dict(line.split(None, 1) for line in result.stdout.splitlines() if line and not line.startswith(" "))
    assert rows["weights"].startswith("tiny, llama")
    assert rows["memory"].startswith("needs about 0.4 GB, free: ")
    assert "loaded" in rows
    assert {"json_schema", "json", "md_json"} <= rows.keys()


def test_gouji_llm_serve(tiny: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "extractor.cli", "llm", "serve", str(tiny), "--port", str(port)]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GOUJI_LLM_")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line == f"tiny answers at http://127.0.0.1:{port}/v1, {CONTEXT} tokens, 1 at once\n"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=10) as answer:
            assert json.load(answer)["data"][0]["id"] == "tiny"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0


@pytest.mark.skipif(
    not os.environ.get("GOUJI_TEST_WEIGHTS"), reason="GOUJI_TEST_WEIGHTS names no GGUF file of a real model to ask"
)
def test_a_real_model_in_this_process() -> None:
    text = "2023年，我局收到政府信息公开申请41件。"
    asked = 'cell「q1」＝收到政府信息公开申请的件数。答成 {"answers": [{"cell": …, "value": …, "quote": …}]}'
    question = Question(QUESTION.system, f"文本：{text}\n\n所问：{asked}", "p@1")

    async def ask() -> list[str | None]:
        async with connect(settings_for(Path(os.environ["GOUJI_TEST_WEIGHTS"]), max_tokens=256)) as model:
            return [answer.value for answer in (await model.ask(question)).answers]

    assert any("41" in (value or "") for value in asyncio.run(ask()))
