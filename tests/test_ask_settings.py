"""Settings: who wins, what is refused, and that the key shows nowhere."""

from pathlib import Path

import pytest

from extractor.ask.endpoint.dialect import Dialect
from extractor.ask.endpoint.settings import OPENAI, Mode, Settings, load_settings
from extractor.errors import ModelError, UsageError

LOCAL = {"GOUJI_LLM_BASE_URL": "http://127.0.0.1:8080/v1", "GOUJI_LLM_MODEL": "m"}


def load(environ: dict[str, str], folder: Path, **flags: object) -> Settings:
    settings = load_settings(flags, environ=environ, folder=folder)
    assert settings is not None
    return settings


class TestPrecedence:
    def test_flags_then_environment_then_file(self, tmp_path: Path) -> None:
        (tmp_path / "gouji.toml").write_text(
            '[llm]\nbase_url = "http://file/v1"\nmodel = "file"\nconcurrency = 3\nmax_tokens = 99\n', encoding="utf-8"
        )
        environ = {"GOUJI_LLM_MODEL": "environment", "GOUJI_LLM_CONCURRENCY": "5"}
        settings = load(environ, tmp_path, model="flag", timeout_s=None)
        assert (settings.model, settings.concurrency, settings.max_tokens) == ("flag", 5, 99)
        assert settings.base_url == "http://file/v1"
        assert settings.source("model") == "--model"
        assert settings.source("concurrency") == "GOUJI_LLM_CONCURRENCY"
        assert settings.source("base_url").endswith("gouji.toml: [llm] base_url")
        assert settings.source("timeout_s") == "default"

    def test_no_endpoint(self, tmp_path: Path) -> None:
        assert load_settings(environ={}, folder=tmp_path) is None
        assert load_settings(environ={"OPENAI_API_KEY": "sk-1", "GOUJI_LLM_MODE": "json"}, folder=tmp_path) is None
        (tmp_path / "gouji.toml").write_text("[other]\nx = 1\n", encoding="utf-8")
        assert load_settings(environ={"GOUJI_LLM_MODEL": ""}, folder=tmp_path) is None

    def test_a_model_alone_is_openais(self, tmp_path: Path) -> None:
        assert load({"GOUJI_LLM_MODEL": "m"}, tmp_path).base_url == OPENAI


class TestKey:
    @pytest.mark.parametrize(
        ("environ", "key"),
        [
            ({"GOUJI_LLM_MODEL": "m", "OPENAI_API_KEY": "sk-openai"}, "sk-openai"),
            ({"GOUJI_LLM_MODEL": "m", "GOUJI_LLM_BASE_URL": OPENAI, "OPENAI_API_KEY": "sk-openai"}, "sk-openai"),
            ({"GOUJI_LLM_MODEL": "m", "OPENAI_API_KEY": "sk-openai", "GOUJI_LLM_API_KEY": "sk-ours\n"}, "sk-ours"),
            ({**LOCAL, "OPENAI_API_KEY": "sk-openai"}, None),
            ({**LOCAL, "GOUJI_LLM_BASE_URL": "https://api.openai.com.evil.example/v1", "OPENAI_API_KEY": "sk-o"}, None),
            ({**LOCAL, "GOUJI_LLM_BASE_URL": "http://api.openai.com/v1", "OPENAI_API_KEY": "sk-o"}, None),
        ],
    )
    def test_openais_goes_to_openai_only(self, environ: dict[str, str], key: str | None, tmp_path: Path) -> None:
        settings = load(environ, tmp_path)
        assert (settings.api_key and settings.api_key.get_secret_value()) == key
        assert "sk-" not in repr(settings) + str(settings)
        assert "sk-" not in settings.model_dump_json()

    @pytest.mark.parametrize("name", ["api_key", "API_KEY", "key", "token"])
    def test_none_in_a_file(self, name: str, tmp_path: Path) -> None:
        (tmp_path / "gouji.toml").write_text(f'[llm]\nmodel = "m"\n{name} = "sk-secret"\n', encoding="utf-8")
        with pytest.raises(UsageError, match="GOUJI_LLM_API_KEY") as caught:
            load({}, tmp_path)
        assert "sk-secret" not in str(caught.value)

    def test_a_wrong_one_is_not_repeated(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="GOUJI_LLM_API_KEY") as caught:
            load({**LOCAL, "GOUJI_LLM_API_KEY": "sk-密 钥"}, tmp_path)
        assert "sk-" not in str(caught.value)


class TestMistakes:
    @pytest.mark.parametrize(
        ("variable", "value", "says"),
        [
            ("TIMOUT_S", "5", "did you mean GOUJI_LLM_TIMEOUT_S"),
            ("TIMEOUT_S", "soon", "GOUJI_LLM_TIMEOUT_S ('soon'): "),
            ("TIMEOUT_S", "nan", "GOUJI_LLM_TIMEOUT_S"),
            ("CONCURRENCY", "0", "GOUJI_LLM_CONCURRENCY ('0'): "),
            ("MODE", "tools", "'auto', 'json_schema', 'json' or 'md_json'"),
            ("BASE_URL", "127.0.0.1:8080", "must begin with http"),
            ("BASE_URL", "http://[::1", "GOUJI_LLM_BASE_URL"),
            ("MAX_COST", "5", "needs price_in and price_out"),
            ("EXTRA_BODY", "{", "GOUJI_LLM_EXTRA_BODY: must be a JSON object"),
            ("EXTRA_BODY", "[]", "GOUJI_LLM_EXTRA_BODY"),
        ],
    )
    def test_environment(self, variable: str, value: str, says: str, tmp_path: Path) -> None:
        with pytest.raises(UsageError) as caught:
            load({**LOCAL, f"GOUJI_LLM_{variable}": value}, tmp_path)
        assert says in str(caught.value)

    def test_a_password_in_the_address_is_not_repeated(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="no user, password or query") as caught:
            load({**LOCAL, "GOUJI_LLM_BASE_URL": "http://me:hunter2@host/v1"}, tmp_path)
        assert "hunter2" not in str(caught.value)

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("[llm\n", "is no TOML"),
            ("llm = 1\n", "must be a table"),
            ('[llm]\nmodell = "m"\n', "modell: there is no such setting; did you mean model?"),
            ('[llm]\nmodel = "m"\nmax_tokens = "many"\n', "[llm] max_tokens ('many')"),
        ],
    )
    def test_file(self, text: str, says: str, tmp_path: Path) -> None:
        (tmp_path / "gouji.toml").write_text(text, encoding="utf-8")
        with pytest.raises(UsageError, match=r"gouji\.toml") as caught:
            load({}, tmp_path)
        assert says in str(caught.value)

    def test_a_file_that_is_named_must_be_there(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="No such file"):
            load_settings(config=tmp_path / "none.toml", environ=LOCAL)


class TestValues:
    def test_none_and_tables(self, tmp_path: Path) -> None:
        (tmp_path / "gouji.toml").write_text(
            '[llm]\nmodel = "m"\ntemperature = "none"\ncache = "none"\n[llm.extra_body]\nenable_thinking = false\n',
            encoding="utf-8",
        )
        settings = load({}, tmp_path)
        assert settings.temperature is None
        assert settings.cache is None
        assert settings.extra_body == {"enable_thinking": False}
        environ = {"GOUJI_LLM_EXTRA_BODY": '{"top_k": 1}', "GOUJI_LLM_TEMPERATURE": "0.5"}
        assert load(environ, tmp_path).extra_body == {"top_k": 1}

    @pytest.mark.parametrize("given", ["http://h/v1/", "http://h/v1/chat/completions", " http://h/v1 "])
    def test_addresses_as_they_are_copied(self, given: str, tmp_path: Path) -> None:
        assert load({**LOCAL, "GOUJI_LLM_BASE_URL": given}, tmp_path).base_url == "http://h/v1"

    @pytest.mark.parametrize(
        ("url", "mode", "length_key"),
        [
            (OPENAI, Mode.JSON_SCHEMA, "max_completion_tokens"),
            ("https://api.deepseek.com/v1", Mode.JSON, "max_tokens"),
            ("https://dashscope.aliyuncs.com/compatible-mode/v1", Mode.JSON, "max_tokens"),
            ("http://127.0.0.1:8000/v1", Mode.JSON_SCHEMA, "max_tokens"),
        ],
    )
    def test_what_auto_begins_with(self, url: str, mode: Mode, length_key: str) -> None:
        dialect = Dialect.of(Settings(base_url=url, model="m"))
        assert (dialect.mode, dialect.length_key) == (mode, length_key)


class TestPage:
    """docs/llm.md is held against the settings and the errors."""

    page = (Path(__file__).parents[1] / "docs" / "llm.md").read_text(encoding="utf-8")

    def rows(self, heading: str) -> list[list[str]]:
        section = self.page.split(f"## {heading}\n")[1].split("\n## ")[0]
        lines = [line for line in section.splitlines() if line.startswith("|")][2:]
        return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]

    def test_the_table_of_settings(self) -> None:
        expected = []
        for name, field in Settings.model_fields.items():
            default = field.get_default(call_default_factory=True)
            shown = "none" if default is None else f"`{default}`"
            expected.append([f"`{name}`", shown, field.description])
        assert self.rows("Settings") == expected

    def test_the_example_is_read(self, tmp_path: Path) -> None:
        toml = self.page.split("```toml\n")[1].split("```")[0]
        (tmp_path / "gouji.toml").write_text(toml, encoding="utf-8")
        assert load({}, tmp_path).extra_body == {"enable_thinking": False}

    def test_common_endpoints(self) -> None:
        for _, url, mode, _ in self.rows("Common endpoints"):
            chosen = {"mode": mode.strip("`")}
            if url.startswith("`"):
                chosen["base_url"] = url.strip("`")
            settings = Settings.model_validate({"model": "m", **chosen})
            if "base_url" in chosen:
                begins = Dialect.of(settings.model_copy(update={"mode": Mode.AUTO})).mode
                assert begins == settings.mode, "what auto begins with is what the page recommends"

    def test_codes(self) -> None:
        def below(kind: type[ModelError]) -> set[str]:
            return {kind.code}.union(*(below(each) for each in kind.__subclasses__()))

        codes = {row[-1].strip("`") for row in self.rows("When something goes wrong")}
        assert codes == below(ModelError) - {ModelError.code}
