"""What the client makes of endpoints: good ones, slow ones, broken ones, and such that talk."""

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from extractor.ask.endpoint.breaker import Breaker
from extractor.ask.endpoint.client import Client
from extractor.ask.endpoint.connect import connect
from extractor.ask.endpoint.retry import Retries
from extractor.ask.endpoint.settings import Settings
from extractor.ask.model import Question, Reply
from extractor.errors import (
    ModelAnswerError,
    ModelBusyError,
    ModelError,
    ModelRefusedError,
    ModelRequestError,
    ModelTruncatedError,
    ModelUnreachableError,
)
from tests.endpoint import Endpoint, Request, Response, Script, answering, content, failing, hanging

QUESTION = Question("只回答JSON。", "全文：2023年收到申请12件。要填：a.b", "test@1")
GOOD = {"cell": "a.b", "value": "12", "quote": "收到申请12件"}
JSON = json.dumps({"answers": [GOOD]}, ensure_ascii=False)


def settings(endpoint: Endpoint | None = None, **more: object) -> Settings:
    url = endpoint.url if endpoint is not None else "http://127.0.0.1:9/v1"
    return Settings.model_validate(
        {"base_url": url, "model": "test-model", "api_key": "sk-very-secret", "timeout_s": 5, "cache": None, **more}
    )


class Waits:
    """A sleep that only notes for how long."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    def retries(self, **more: object) -> Retries:
        return Retries(**{"sleep": self.sleep, "jitter": lambda: 0.0, **more})  # type: ignore[arg-type]


def ask(endpoint: Endpoint, question: Question = QUESTION, *, waits: Waits | None = None, **more: object) -> Reply:
    async def once() -> Reply:
        chosen = settings(endpoint, **more)
        client = Client(chosen, retries=(waits or Waits()).retries(attempts=chosen.attempts))
        # What a 429 asks the others to wait is measured in test_ask_limits.
        client._limits._sleep = (waits or Waits()).sleep
        try:
            return await client.ask(question)
        finally:
            await client.close()

    return asyncio.run(once())


def always(response: Response) -> Script:
    return lambda _request, _n: response


def first(*responses: Response) -> Script:
    """Those, one after the other, and the last for ever."""
    return lambda _request, n: responses[min(n, len(responses) - 1)]


class TestAnswers:
    def test_an_answer_with_what_it_took(self) -> None:
        with Endpoint(always(content(JSON))) as endpoint:
            reply = ask(endpoint, price_in=1, price_out=10)
        assert [(each.cell, each.value, each.quote) for each in reply.answers] == [("a.b", "12", "收到申请12件")]
        assert (reply.prompt_tokens, reply.completion_tokens, reply.calls, reply.cached) == (100, 20, 1, False)
        assert reply.cost == pytest.approx((100 + 200) / 1e6)
        assert endpoint.keys == ["Bearer sk-very-secret"]

    def test_the_schema_is_sent_strictly(self) -> None:
        with Endpoint(always(content(JSON))) as endpoint:
            ask(endpoint)
        [request] = endpoint.requests
        schema = request["response_format"]["json_schema"]
        assert schema["strict"] is True
        assert schema["schema"]["$defs"]["Answer"]["required"] == ["cell", "value", "quote"]
        assert schema["schema"]["$defs"]["Answer"]["additionalProperties"] is False
        assert "reader" not in json.dumps(schema), "our docstrings are none of the model's business"
        assert request["temperature"] == 0
        assert request["max_tokens"] == 2048

    @pytest.mark.parametrize(
        "text",
        [
            f"```json\n{JSON}\n```",
            f"```\n{JSON}\n```\nHope this helps! See [1].",
            f"<think>首先 {{不对}} 看看 {{}} </think>\n{JSON}",
            f'先想想 {{"answers": []}} </think>\n\n{JSON}',
            f"Sure, here is the JSON you asked for: {JSON}",
            f"\ufeff{JSON}",
            json.dumps([GOOD]),
            json.dumps(GOOD),
            json.dumps({"a.b": {"value": 12, "quote": "收到申请12件"}}),
            json.dumps({"answers": {"a.b": {"value": 12.0, "quote": "收到申请12件"}}}),
            json.dumps({"answers": [{**GOOD, "value": 12, "confidence": 0.9}], "notes": "ok"}),
        ],
    )
    @pytest.mark.parametrize("mode", ["json_schema", "json", "md_json"])
    def test_what_models_write_around_it(self, text: str, mode: str) -> None:
        with Endpoint(always(content(text))) as endpoint:
            [answer] = ask(endpoint, mode=mode).answers
        assert (answer.cell, answer.value, answer.quote) == ("a.b", "12", "收到申请12件")
        assert endpoint.calls == 1

    def test_null_and_a_quote_left_out(self) -> None:
        with Endpoint(
            always(content(json.dumps([{"cell": "a.b", "value": None}, {"cell": "c", "value": 1.5}])))
        ) as endpoint:
            answers = ask(endpoint).answers
        assert [(each.value, each.quote) for each in answers] == [(None, ""), ("1.5", "")]

    def test_braces_of_templates_arrive_as_they_are(self) -> None:
        text = "{{ 7*7 }} {% if x %}收到12件{% endif %} {# c #}"
        with Endpoint(always(content(JSON))) as endpoint:
            ask(endpoint, Question("s", text, "p"))
        assert endpoint.requests[0]["messages"][-1]["content"] == text

    def test_a_retort_is_a_conversation(self) -> None:
        with Endpoint(always(content(JSON))) as endpoint:
            ask(endpoint, Question("s", "u", "p", ("{}", "引文不在文中")))
        roles = [message["role"] for message in endpoint.requests[0]["messages"]]
        assert roles == ["system", "user", "assistant", "user"]

    def test_parameters_of_ones_own(self) -> None:
        with Endpoint(always(content(JSON))) as endpoint:
            ask(endpoint, extra_body={"enable_thinking": False}, temperature="none", max_tokens=99)
        assert endpoint.requests[0]["enable_thinking"] is False
        assert "temperature" not in endpoint.requests[0]
        assert endpoint.requests[0]["max_tokens"] == 99

    def test_usage_that_is_not_told_is_estimated(self) -> None:
        with Endpoint(always(content(JSON, tokens=None))) as endpoint:
            reply = ask(endpoint)
        assert reply.prompt_tokens > 10
        assert reply.completion_tokens > 5


class TestShape:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            None,
            "我看不懂。",
            "{'answers': []",
            JSON[:-1],
            JSON[:-2] + ", {",
            '{"answers": "12"}',
            '{"答案": []}',
            "[1, 2]",
        ],
    )
    def test_asked_again_once_then_given_up(self, text: str | None) -> None:
        with Endpoint(always(content(text))) as endpoint, pytest.raises(ModelAnswerError) as caught:
            ask(endpoint, price_in=1, price_out=1)
        assert endpoint.calls == 2
        assert (caught.value.calls, caught.value.prompt_tokens, caught.value.cost) == (2, 200, pytest.approx(240e-6))
        assert caught.value.code == "model_answer"

    def test_asked_again_and_right(self) -> None:
        with Endpoint(first(content("第一次不对"), content(JSON))) as endpoint:
            reply = ask(endpoint)
        assert reply.calls == 2
        assert reply.prompt_tokens == 200
        assert "第一次不对" in [message["content"] for message in endpoint.requests[1]["messages"]]

    def test_a_failure_between_is_retried_where_it_was(self) -> None:
        with Endpoint(first(content("不对"), failing(503), content(JSON))) as endpoint:
            assert ask(endpoint).calls == 3
        assert len(endpoint.requests[2]["messages"]) == 4, "the repair goes on, it does not begin anew"

    def test_cut_off_is_not_asked_again(self) -> None:
        with (
            Endpoint(always(content(JSON[:20], finish="length"))) as endpoint,
            pytest.raises(ModelTruncatedError) as caught,
        ):
            ask(endpoint)
        assert endpoint.calls == 1
        assert caught.value.completion_tokens == 20

    @pytest.mark.parametrize("response", [content(None, refusal="no"), content(None, finish="content_filter")])
    def test_refusals(self, response: Response) -> None:
        with Endpoint(always(response)) as endpoint, pytest.raises(ModelAnswerError, match="refuses"):
            ask(endpoint)
        assert endpoint.calls == 1


BROKEN = [
    Response(body={"answers": "…"}, cut=5),
    Response(body=b'{"id": "c", "choices": [', length=False),
    Response(body=b"not json"),
    Response(body=b"\xff\xfe"),
    Response(body=[]),
    Response(body=None),
    Response(body={"choices": []}),
    Response(body={"choices": None, "error": {"message": "upstream"}}),
    Response(body={"choices": [{"index": 0, "finish_reason": "stop"}]}),
    Response(status=0),
    failing(500),
    failing(502),
    failing(503, retry_after="0"),
    failing(429, retry_after="0"),
    failing(408),
    Response(status=500, body=b"<html>oops</html>", headers={"Content-Type": "text/html"}),
]


class TestTransport:
    @pytest.mark.parametrize("broken", BROKEN)
    def test_what_may_pass_is_tried_again(self, broken: Response) -> None:
        with Endpoint(first(broken, broken, content(JSON))) as endpoint:
            assert ask(endpoint).calls == 3

    @pytest.mark.parametrize("broken", BROKEN)
    def test_and_given_up(self, broken: Response) -> None:
        with (
            Endpoint(always(broken)) as endpoint,
            pytest.raises(ModelUnreachableError, match="tried 3 times") as caught,
        ):
            ask(endpoint, attempts=3)
        assert endpoint.calls == caught.value.calls == 3

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (401, ModelRefusedError),
            (402, ModelRefusedError),
            (403, ModelRefusedError),
            (400, ModelRequestError),
            (404, ModelRequestError),
            (413, ModelRequestError),
            (422, ModelRequestError),
        ],
    )
    def test_what_does_not_pass_is_not(self, status: int, kind: type[ModelError]) -> None:
        with (
            Endpoint(always(failing(status, "your key sk-very-secret is wrong"))) as endpoint,
            pytest.raises(kind) as caught,
        ):
            ask(endpoint)
        assert endpoint.calls == 1
        assert "sk-very-secret" not in str(caught.value)
        assert f"HTTP {status}" in str(caught.value)

    def test_no_quota_is_no_storm(self) -> None:
        with (
            Endpoint(always(failing(429, "exceeded", "insufficient_quota"))) as endpoint,
            pytest.raises(ModelRefusedError),
        ):
            ask(endpoint)
        assert endpoint.calls == 1

    def test_a_page_of_html_says_what_may_be_wrong(self) -> None:
        html = Response(body=b"<html>", headers={"Content-Type": "text/html"})
        with Endpoint(always(html)) as endpoint, pytest.raises(ModelRequestError, match="/v1"):
            ask(endpoint)

    def test_a_hang_ends(self) -> None:
        with Endpoint(first(hanging(), content(JSON))) as endpoint:
            assert ask(endpoint, timeout_s=0.8).calls == 2
        with (
            Endpoint(always(hanging())) as endpoint,
            pytest.raises(ModelUnreachableError, match=r"no answer within 0\.2 s"),
        ):
            ask(endpoint, timeout_s=0.2, attempts=2)

    def test_nothing_listens(self) -> None:
        async def once() -> None:
            client = Client(settings(), retries=Waits().retries(attempts=2))
            try:
                await client.ask(QUESTION)
            finally:
                await client.close()

        with pytest.raises(ModelUnreachableError, match=r"connection refused.*tried 2 times"):
            asyncio.run(once())

    def test_waits_double_and_have_an_end(self) -> None:
        waits = Waits()
        with Endpoint(always(failing(500))) as endpoint, pytest.raises(ModelUnreachableError):
            ask(endpoint, waits=waits, attempts=5)
        assert waits.slept == [0.5, 1, 2, 4]

    def test_retry_after_is_kept_to(self) -> None:
        waits = Waits()
        later = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
        storm = first(failing(429, retry_after="7"), failing(429, retry_after=later), content(JSON))
        with Endpoint(storm) as endpoint:
            ask(endpoint, waits=waits)
        asked = [seconds for seconds in waits.slept if seconds > 0.1]
        assert asked[0] == 7
        assert any(17 < seconds <= 20 for seconds in asked)

    def test_no_patience_for_an_hour(self) -> None:
        waits = Waits()
        with (
            Endpoint(always(failing(429, retry_after="3600"))) as endpoint,
            pytest.raises(ModelBusyError, match="3600 s"),
        ):
            ask(endpoint, waits=waits)
        assert endpoint.calls == 1
        assert waits.slept == []


class TestDialect:
    def asked(self, refuses: Callable[[Request], Response | None], **more: object) -> list[Request]:
        with Endpoint(lambda request, _n: refuses(request) or content(JSON)) as endpoint:
            ask(endpoint, **more)
        return endpoint.requests

    def test_modes_step_down(self) -> None:
        def refuses(request: Request) -> Response | None:
            return (
                failing(400, "This response_format type is unavailable now") if "response_format" in request else None
            )

        requests = self.asked(refuses)
        assert [request.get("response_format", {}).get("type") for request in requests] == [
            "json_schema",
            "json_object",
            None,
        ]
        assert "JSON" in requests[-1]["messages"][0]["content"]

    def test_a_mode_that_was_chosen_does_not(self) -> None:
        with pytest.raises(ModelRequestError):
            self.asked(lambda _: failing(400, "response_format json_schema is not supported"), mode="json_schema")

    def test_the_key_for_the_length_and_the_temperature(self) -> None:
        def refuses(request: Request) -> Response | None:
            if "max_tokens" in request:
                return failing(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
            return (
                failing(400, "'temperature' does not support 0.0 with this model") if "temperature" in request else None
            )

        requests = self.asked(refuses)
        assert len(requests) == 3
        assert requests[-1]["max_completion_tokens"] == 2048

    def test_learnt_once_for_all(self) -> None:
        async def both() -> None:
            client = Client(settings(endpoint), retries=Waits().retries())
            await asyncio.gather(*(client.ask(QUESTION) for _ in range(4)))
            before = endpoint.calls
            await client.ask(QUESTION)
            assert endpoint.calls == before + 1
            await client.close()

        def script(request: Request, _n: int) -> Response:
            strict = request.get("response_format", {}).get("type") == "json_schema"
            return failing(400, "json_schema is not supported") if strict else content(JSON)

        with Endpoint(script) as endpoint:
            asyncio.run(both())


class TestBreaker:
    def test_opens_rests_and_tries_one(self) -> None:
        now = [0.0]

        async def run() -> None:
            breaker = Breaker(threshold=2, rest_s=30, clock=lambda: now[0])
            client = Client(settings(endpoint, attempts=1), retries=Waits().retries(attempts=1), breaker=breaker)
            for _ in range(2):
                with pytest.raises(ModelUnreachableError, match="HTTP 500"):
                    await client.ask(QUESTION)
            with pytest.raises(ModelUnreachableError, match="not asked, since the endpoint failed before"):
                await client.ask(QUESTION)
            assert endpoint.calls == 2
            now[0] = 31
            with pytest.raises(ModelUnreachableError, match=r"HTTP 500: no$"):  # the probe fails as well
                await client.ask(QUESTION)
            with pytest.raises(ModelUnreachableError, match="not asked"):
                await client.ask(QUESTION)
            now[0] = 62
            assert (await client.ask(QUESTION)).answers
            assert not breaker.open
            await client.close()

        with Endpoint(first(failing(500), failing(500), failing(500), content(JSON))) as endpoint:
            asyncio.run(run())

    def test_a_wrong_key_is_tried_once(self) -> None:
        async def run() -> None:
            client = Client(settings(endpoint))
            for _ in range(3):
                with pytest.raises(ModelRefusedError):
                    await client.ask(QUESTION)
            await client.close()

        with Endpoint(always(failing(401))) as endpoint:
            asyncio.run(run())
        assert endpoint.calls == 1

    def test_a_bad_question_says_nothing_of_the_endpoint(self) -> None:
        async def run() -> None:
            client = Client(settings(endpoint))
            for _ in range(8):
                with pytest.raises(ModelRequestError):
                    await client.ask(QUESTION)
            await client.close()

        with Endpoint(always(failing(400, "too long"))) as endpoint:
            asyncio.run(run())
        assert endpoint.calls == 8


class TestConnection:
    def test_counts_a_run_and_leaves_the_others_alone(self) -> None:
        def script(request: Request, _n: int) -> Response:
            return failing(400) if "坏" in request["messages"][-1]["content"] else content(JSON)

        async def run() -> tuple[object, ...]:
            async with connect(settings(endpoint, price_in=1, price_out=1)) as model:
                questions = [Question("s", text, "p") for text in ("甲", "坏", "乙", "甲")]
                replies = await asyncio.gather(*(model.ask(each) for each in questions), return_exceptions=True)
                usage = model.usage
            assert [type(reply) for reply in replies] == [Reply, ModelRequestError, Reply, Reply]
            return usage.questions, usage.calls, usage.cached, usage.failures, usage.prompt_tokens, usage.cost

        with Endpoint(script) as endpoint:
            assert asyncio.run(run()) == (4, 3, 1, 1, 200, pytest.approx(240e-6))

    def test_logs_hold_neither_key_nor_document(
        self, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
    ) -> None:
        caplog.set_level(logging.INFO)
        question = Question("机密系统", "机密文本12件", "p")
        echo = failing(500, "机密文本 sk-very-secret")
        with Endpoint(first(echo, content("机密回答"), content(JSON))) as endpoint:
            ask(endpoint, question)
        with Endpoint(always(content("机密回答"))) as endpoint, pytest.raises(ModelAnswerError):
            ask(endpoint, question)
        ours = [record.getMessage() for record in caplog.records if record.name == "gouji.ask"]
        assert any(line.startswith("answered") and "prompt_tokens=200" in line for line in ours)
        everything = caplog.text + "".join(capfd.readouterr())
        assert "sk-very-secret" not in everything
        assert "机密回答" not in everything
        assert "机密系统" not in everything
        assert "sk-very-secret" not in repr(settings())

    def test_many_at_once_within_the_limit(self) -> None:
        async def run() -> None:
            async with connect(settings(endpoint, concurrency=5)) as model:
                await asyncio.gather(*(model.ask(Question("s", str(n), "p")) for n in range(30)))

        with Endpoint(always(answering([GOOD], delay_s=0.01))) as endpoint:
            asyncio.run(run())
        assert endpoint.calls == 30
        assert 3 <= endpoint.peak <= 5
