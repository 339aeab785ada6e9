"""gouji doctor against endpoints of every kind, and gouji cache."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from extractor.ask.endpoint.cache import Kept
from extractor.ask.endpoint.stores import open_cache
from extractor.ask.model import Answer
from extractor.cli.app import app
from tests.endpoint import Endpoint, Request, Response, content, failing, hanging, page

RIGHT = json.dumps({"answers": [{"cell": "received", "value": "12", "quote": "申请12件"}]})
WRONG = json.dumps({"answers": [{"cell": "received", "value": "0", "quote": "申请12件"}]})


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith(("GOUJI_LLM_", "OPENAI_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GOUJI_LLM_CACHE", str(tmp_path / "answers"))
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, **environ: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env=environ)


def doctor(endpoint: Endpoint, *arguments: str, **environ: str) -> Result:
    return run("doctor", "--base-url", endpoint.url, "--model", "test-model", "--timeout", "3", *arguments, **environ)


def test_without_an_endpoint() -> None:
    result = run("doctor")
    assert result.exit_code == 0
    assert "Everything works without one" in result.stdout
    assert "GOUJI_LLM_BASE_URL" in result.stdout


def test_one_that_can_do_everything() -> None:
    with Endpoint(lambda _request, _n: content(RIGHT)) as endpoint:
        result = doctor(endpoint, GOUJI_LLM_API_KEY="sk-secret")
    assert result.exit_code == 0
    lines = dict(line.split(None, 1) for line in result.stdout.splitlines() if line and not line.startswith(" "))
    assert lines["reachable"] == "yes"
    assert lines["models"] == "test-model"
    assert lines["json_schema"].startswith("yes: answered rightly")
    assert lines["md_json"].startswith("yes")
    assert "tokens a second" in lines["speed"]
    assert 'mode = "json_schema"' in result.stdout
    assert "export GOUJI_LLM_MODE=json_schema" in result.stdout
    assert "sk-secret" not in result.output
    assert endpoint.calls == 3


def test_what_it_says_to_set_is_right(tmp_path: Path) -> None:
    with Endpoint(
        lambda _request, _n: content(RIGHT), {"/props": page({"default_generation_settings": {"n_ctx": 8192}})}
    ) as endpoint:
        result = doctor(endpoint)
        toml = result.stdout.split("Set in gouji.toml:")[1].split("or in the environment")[0]
        (tmp_path / "gouji.toml").write_text("\n".join(line.strip() for line in toml.splitlines()), encoding="utf-8")
        again = run("doctor")
    assert "context      8192 tokens, says llama.cpp" in result.stdout
    assert "context = 8192" in result.stdout
    assert again.exit_code == 0
    assert "gouji.toml" in again.stdout
    assert "json         yes" not in again.stdout, "a mode that is set is the only one tried"


def test_one_that_knows_json_only() -> None:
    def script(request: Request, _n: int) -> Response:
        if request.get("response_format", {}).get("type") == "json_schema":
            return failing(400, "This response_format type is unavailable now")
        return content(RIGHT)

    with Endpoint(script) as endpoint:
        result = doctor(endpoint)
    assert "json_schema  no: HTTP 400: This response_format type is unavailable now" in result.stdout
    assert 'mode = "json"' in result.stdout
    assert result.exit_code == 0


def test_a_thinker_whose_schema_is_not_kept_to() -> None:
    def script(request: Request, _n: int) -> Response:
        described = "json_schema" in json.dumps(request["messages"])
        return content(f"<think>嗯</think>```json\n{RIGHT}\n```" if described else "共收到12件。", tokens=None)

    with Endpoint(script) as endpoint:
        result = doctor(endpoint)
    assert "json_schema  no: the answer has not the shape that was asked for" in result.stdout
    assert "thinks aloud" in result.stdout
    assert "does not count tokens" in result.stdout
    assert 'mode = "json"' in result.stdout


def test_a_weak_model_is_told_and_a_better_mode_preferred() -> None:
    def script(request: Request, _n: int) -> Response:
        return content(WRONG if "response_format" in request else RIGHT)

    with Endpoint(script) as endpoint:
        result = doctor(endpoint)
    assert "the answer was wrong: a weak model" in result.stdout
    assert 'mode = "md_json"' in result.stdout


def test_parameters_that_it_does_not_take() -> None:
    def script(request: Request, _n: int) -> Response:
        return failing(400, "'temperature' does not support 0") if "temperature" in request else content(RIGHT)

    with Endpoint(script) as endpoint:
        assert 'temperature = "none"' in doctor(endpoint).stdout


def test_nothing_works() -> None:
    with Endpoint(lambda _request, _n: content("我不会。")) as endpoint:
        result = doctor(endpoint)
    assert result.exit_code == 1
    assert "No way of asking works" in result.stdout


def test_a_model_that_is_not_listed() -> None:
    models = page({"object": "list", "data": [{"id": "qwen2.5:7b"}, {"id": "llama3"}]})
    with Endpoint(lambda _request, _n: failing(404, "no such model"), {"/v1/models": models}) as endpoint:
        result = run("doctor", "--base-url", endpoint.url, "--model", "qwen2.5")
    assert result.exit_code == 1
    assert "qwen2.5 is not among them; did you mean qwen2.5:7b?" in result.stdout
    assert "HTTP 404: no such model" in result.stdout


def test_no_model_lists_them() -> None:
    with Endpoint(lambda _request, _n: content(RIGHT)) as endpoint:
        result = run("doctor", "--base-url", endpoint.url)
    assert result.exit_code == 1
    assert "models       test-model" in result.stdout
    assert endpoint.calls == 0


@pytest.mark.parametrize(
    ("pages", "context"),
    [
        ({"/v1/models": page({"data": [{"id": "test-model", "max_model_len": 32768}]})}, "32768 tokens, says its list"),
        ({"/api/show": page({"model_info": {"qwen2.context_length": 131072}})}, "131072 tokens, says Ollama"),
        ({}, "not told"),
    ],
)
def test_context(pages: dict[str, Response], context: str) -> None:
    with Endpoint(lambda _request, _n: content(RIGHT), pages) as endpoint:
        assert f"context      {context}" in doctor(endpoint).stdout


def unreachable(*arguments: str, timeout: str = "5", **environ: str) -> str:
    result = run("doctor", "--model", "m", "--timeout", timeout, *arguments, **environ)
    assert result.exit_code == 1
    [line] = [line for line in result.stdout.splitlines() if line.startswith("reachable")]
    advice = [line for line in result.stdout.splitlines() if line.startswith("advice")]
    return "\n".join([line, *advice])


class TestUnreachable:
    def test_refused(self) -> None:
        assert "connection refused" in unreachable("--base-url", "http://127.0.0.1:9/v1")

    def test_unknown_host(self) -> None:
        said = unreachable("--base-url", "http://no-such-host.invalid/v1", NO_PROXY="*")
        assert "DNS" in said or "in time" in said

    def test_tls_where_there_is_none(self) -> None:
        with Endpoint(lambda _request, _n: content(RIGHT)) as endpoint:
            assert "TLS failed" in unreachable("--base-url", endpoint.url.replace("http:", "https:"))

    def test_no_key_and_a_wrong_one(self) -> None:
        with Endpoint(lambda _request, _n: content(RIGHT), {"/v1/models": failing(401, "key sk-secret?")}) as endpoint:
            assert "set GOUJI_LLM_API_KEY" in unreachable("--base-url", endpoint.url)
            said = unreachable("--base-url", endpoint.url, GOUJI_LLM_API_KEY="sk-secret")
        assert "HTTP 401: key ***?" in said
        assert "the key is refused" in said

    def test_v1_left_out(self) -> None:
        with Endpoint(lambda _request, _n: content(RIGHT)) as endpoint:
            base = endpoint.url.removesuffix("/v1")
            assert f"base_url should be {base}/v1" in unreachable("--base-url", base)

    def test_a_hang(self) -> None:
        with Endpoint(lambda _request, _n: content(RIGHT), {"/v1/models": hanging()}) as endpoint:
            assert "no answer in time" in unreachable("--base-url", endpoint.url, timeout="0.3")


def test_wrong_usage() -> None:
    result = run("doctor", "--base-url", "localhost")
    assert result.exit_code == 2
    assert "--base-url" in result.stderr


def test_a_key_over_plain_http_is_warned_of() -> None:
    result = run(
        "doctor", "--base-url", "http://no-such-host.invalid/v1", "--model", "m", GOUJI_LLM_API_KEY="sk-secret"
    )
    assert "unencrypted" in result.stdout


class TestCache:
    def keep(self, folder: Path) -> None:
        async def put() -> None:
            store = open_cache(str(folder))
            await store.put("k", Kept(answers=(Answer(cell="a", value="1", quote=""),), model="m", prompt="p"))
            await store.close()

        asyncio.run(put())

    def test_stats_and_clear(self, tmp_path: Path) -> None:
        assert "answers  0" in run("cache", "stats").stdout
        assert not (tmp_path / "answers").exists(), "looking makes no folder"
        self.keep(tmp_path / "answers")
        assert "answers  1\n" in run("cache", "stats").stdout
        refused = run("cache", "clear")
        assert refused.exit_code == 2
        assert "--yes" in refused.stderr
        cleared = run("cache", "clear", "--yes")
        assert cleared.stdout == f"removed 1 answer from {tmp_path / 'answers'}\n"
        assert "answers  0" in run("cache", "stats").stdout

    def test_of_a_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("GOUJI_LLM_CACHE")
        (tmp_path / "other.toml").write_text(f'[llm]\ncache = "{tmp_path / "there"}"\n', encoding="utf-8")
        assert str(tmp_path / "there") in run("cache", "stats", "--config", "other.toml").stdout


@pytest.mark.parametrize("command", [["--help"], ["doctor"], ["forms"]])
def test_nothing_heavy_is_imported_without_an_endpoint(command: list[str], tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from extractor.cli.app import app\n"
        "try:\n    app()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print([name for name in ('openai', 'instructor', 'httpx2', 'tenacity', 'diskcache') if name in sys.modules])\n"
    )
    root = Path(__file__).parents[1]
    result = subprocess.run(
        [sys.executable, "-c", script, *command],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert result.stdout.splitlines()[-1] == "[]"
