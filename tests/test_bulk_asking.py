"""gouji bulk with a language model: each question once, live or by file, and the answers where they belong."""

import asyncio
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from extractor.ask.endpoint.connect import connect
from extractor.ask.endpoint.settings import Settings
from extractor.bulk.batchfiles import exchange
from extractor.bulk.gaps import Answered, as_kept, ask_live
from extractor.bulk.run import Going, Outcome
from extractor.deliver.tables.arrow import tables_of
from extractor.errors import UsageError
from extractor.pipeline import extract_asking
from tests.bulked import bulked, names_of, rows_of, whole
from tests.endpoint import Endpoint, Request, Response, answering, content, failing

TEXT = """{name}2023年政府信息公开工作年度报告
本报告依照国办公开办函〔2021〕30号编制，统计期限为2023年1月1日至2023年12月31日。
一、总体情况
2023年各界提交的政府信息公开申请，经登记共有{new}件。留到下年度接着办理的申请为3件。
二、主动公开政府信息情况
三、收到和处理政府信息公开申请情况
四、政府信息公开行政复议、行政诉讼情况
五、存在的主要问题及改进情况
无。
"""
NEW, LEFT = "applications.new.total", "applications.carried_out.total"
BODIES = ("望川县教育局", "望川县水利局", "望川县民政局", "青溪市财政局", "青溪市统计局", "青溪市审计局")
FIGURES = (41, 41, 41, 41, 17, 17)


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("GOUJI_LLM_", "OPENAI_"))]:
        monkeypatch.delenv(name)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Six reports that raise two different questions; and one that raises none."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number, (body, new) in enumerate(zip(BODIES, FIGURES, strict=True)):
        (folder / f"{number}.txt").write_text(TEXT.format(name=body, new=new), "utf-8")
    (folder / "no.txt").write_text("没有年报", "utf-8")
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def says(request: Mapping[str, object], quote: str | None = None) -> list[dict[str, object]]:
    """What an honest model says to a request; `quote`: in place of the true one."""
    asked = request["messages"][-1]["content"]  # type: ignore[index]
    found = re.search(r"经登记共有(\d+)件", request["messages"][1]["content"])  # type: ignore[index]
    assert found, asked
    clauses = {
        "新收到": (found[1], f"2023年各界提交的政府信息公开申请,经登记共有{found[1]}件"),
        "结转到下一年度": ("3", "留到下年度接着办理的申请为3件"),
    }
    items = re.findall(r"^- (q\d+)：(.*)$", request["messages"][1]["content"], re.MULTILINE)  # type: ignore[index]
    answers = []
    for number, asks in items:
        value, said = next((one for words, one in clauses.items() if words in asks), (None, ""))
        answers.append({"cell": number, "value": value, "quote": said if quote is None or value is None else quote})
    return answers


def honest(request: Request, _n: int) -> Response:
    return answering(says(request))


def settings_for(url: str, **more: object) -> Settings:
    return Settings.model_validate({"base_url": url, "model": "m", "cache": None, **more})


def with_llm(
    source: Path, out: Path, settings: Settings, answers: list[Path] | None = None
) -> tuple[Outcome, Answered]:
    """A run that asks live or, where `answers` is given, by file."""
    seen: list[Answered] = []

    def then(going: Going) -> None:
        seen.append(ask_live(going, settings) if answers is None else exchange(going, settings, answers))

    llm = as_kept(settings).model_dump(mode="json", exclude={"api_key", "cache"})
    return bulked(source, out, llm=llm, then=then), seen[0]


def cells_of(out: Path) -> dict[tuple[str, str], object]:
    names = {row["report"]: row["name"] for row in rows_of(out, "reports")}
    return {(str(names[row["report"]]), str(row["cell"])): row["value"] for row in rows_of(out, "cells")}


def test_live(source: Path, out: Path, tmp_path: Path) -> None:
    with Endpoint(honest) as endpoint:
        settings = settings_for(endpoint.url)
        outcome, answered = with_llm(source, out, settings)
        assert (endpoint.calls, answered.questions, answered.files, answered.open) == (2, 2, 6, 0)
        assert outcome.totals.rows["reports"] == 6
        whole(out)
        assert {cells_of(out)[f"{number}.txt", NEW] for number in range(4)} == {41}
        assert cells_of(out)["4.txt", LEFT] == 3

        # The same as gouji extract makes of it, but that what was asked for all is charged to none.
        async def one() -> object:
            async with connect(settings_for(endpoint.url, cache=str(tmp_path / "answers"))) as model:
                return await extract_asking((source / "5.txt").read_bytes(), model, name="5.txt")

        expected = tables_of([asyncio.run(one())])  # type: ignore[list-item]
        (key,) = expected["reports"].column("report").to_pylist()
        mine = [row for row in rows_of(out, "cells") if row["report"] == key]
        assert mine == expected["cells"].to_pylist()
        (trace,) = (row["trace"] for row in rows_of(out, "reports") if row["report"] == key)
        assert trace == expected["reports"].column("trace").to_pylist()[0]

        calls = endpoint.calls
        again, nothing = with_llm(source, out, settings)
        assert (endpoint.calls, again.plan.unchanged, nothing.questions) == (calls, 7, 0)


def test_a_quote_that_is_no_good_is_asked_again_in_the_next_turn(source: Path, out: Path) -> None:
    def sloppy(request: Request, _n: int) -> Response:
        retort = len(request["messages"]) > 2
        return answering(says(request, None if retort else "这句话原文里没有"))

    with Endpoint(sloppy) as endpoint:
        _, answered = with_llm(source, out, settings_for(endpoint.url))
    assert (endpoint.calls, answered.files, answered.open) == (4, 12, 0)
    assert cells_of(out)["0.txt", NEW] == 41
    whole(out)


def test_what_is_not_answered_says_so_and_is_asked_next_time(source: Path, out: Path) -> None:
    with Endpoint(lambda *_: failing(401)) as endpoint:
        settings = settings_for(endpoint.url)
        _, answered = with_llm(source, out, settings)
        assert answered.failures == 2
        assert answered.reason is not None
        assert answered.open == 2
    unasked = [row for row in rows_of(out, "findings") if row["rule"] == "document.unasked"]
    assert len(unasked) == 6
    assert "no answer has come yet" in str(unasked[0]["message_en"])
    with Endpoint(honest) as endpoint:
        # Another address is another endpoint, whose answers are kept apart: the questions are made anew.
        other, answered = with_llm(source, out, settings_for(endpoint.url))
        assert (other.plan.unchanged, answered.files, answered.open) == (7, 6, 0)
    assert cells_of(out)["0.txt", NEW] == 41
    whole(out)


def test_what_was_read_by_rules_alone_is_asked_later(source: Path, out: Path) -> None:
    bulked(source, out)
    assert cells_of(out)["0.txt", NEW] is None
    with Endpoint(honest) as endpoint:
        outcome, _ = with_llm(source, out, settings_for(endpoint.url))
    assert outcome.plan.again == 7
    assert cells_of(out)["0.txt", NEW] == 41
    assert bulked(source, out).plan.unchanged == 7
    assert cells_of(out)["0.txt", NEW] == 41
    whole(out)


def batch_answers(questions: Path, to: Path, script: object = says, drop: int | None = None) -> Path:
    """What a batch endpoint makes of a file of questions, in another order."""
    lines = []
    for number, line in enumerate(questions.read_text("utf-8").splitlines()):
        asked = json.loads(line)
        assert (asked["method"], asked["url"]) == ("POST", "/v1/chat/completions")
        text = json.dumps({"answers": script(asked["body"])}, ensure_ascii=False)  # type: ignore[operator]
        answer: dict[str, object] = {"status_code": 200, "body": content(text).body}
        if number == drop:
            answer = {"status_code": 500, "body": {"error": {"message": "no"}}}
        lines.append(json.dumps({"id": f"b{number}", "custom_id": asked["custom_id"], "response": answer}))
    to.write_text("\n".join(reversed(lines)) + "\n", "utf-8")
    return to


def test_by_file_and_live_are_the_same(source: Path, out: Path, tmp_path: Path) -> None:
    requests: list[Request] = []

    def keeping(request: Request, n: int) -> Response:
        requests.append(request)
        return honest(request, n)

    with Endpoint(keeping) as endpoint:
        settings = settings_for(endpoint.url)
        with_llm(source, out, settings)
    filed = tmp_path / "filed"
    _, first = with_llm(source, filed, settings, [])
    assert (first.written, first.open, first.files) == (["questions-0001.jsonl"], 2, 0)
    lines = [json.loads(line) for line in (filed / "questions-0001.jsonl").read_text("utf-8").splitlines()]
    by_text = {request["messages"][1]["content"]: request for request in requests}
    assert [line["body"] for line in lines] == [by_text[line["body"]["messages"][1]["content"]] for line in lines]
    assert "no answer has come yet" in str([row["message_en"] for row in rows_of(filed, "findings")])

    _, second = with_llm(source, filed, settings, [])
    assert second.written == []  # they are out already
    answers = batch_answers(filed / "questions-0001.jsonl", tmp_path / "answers.jsonl")
    _, third = with_llm(source, filed, settings, [answers])
    assert (third.questions, third.files, third.open, third.written) == (2, 6, 0, [])
    for table in ("reports", "cells", "findings", "failures"):
        mine = sorted(rows_of(filed, table), key=str)
        assert mine == sorted(rows_of(out, table), key=str), table
    whole(filed)


def test_answers_that_are_no_good_are_asked_for_again(source: Path, out: Path, tmp_path: Path) -> None:
    settings = settings_for("https://api.example.com/v1")
    with_llm(source, out, settings, [])
    questions = out / "questions-0001.jsonl"
    answers = batch_answers(questions, tmp_path / "a.jsonl", drop=1)
    _, answered = with_llm(source, out, settings, [answers])
    assert (answered.questions, answered.failures, answered.open) == (1, 1, 1)
    assert answered.reason == "the batch endpoint has no answer (500)"
    assert answered.written == ["questions-0002.jsonl"]
    again = out / "questions-0002.jsonl"
    assert again.read_text("utf-8").splitlines() == [questions.read_text("utf-8").splitlines()[1]]

    sloppy = batch_answers(again, tmp_path / "b.jsonl", lambda body: says(body, "这句话原文里没有"))
    _, answered = with_llm(source, out, settings, [sloppy])
    assert answered.written == ["questions-0003.jsonl"]  # the same, with why the answer was not accepted
    last = batch_answers(out / "questions-0003.jsonl", tmp_path / "c.jsonl")
    _, answered = with_llm(source, out, settings, [last])
    assert (answered.open, answered.written) == (0, [])
    assert {cells_of(out)[f"{number}.txt", NEW] for number in range(6)} == {41, 17}
    assert len(names_of(out)) == 6

    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text("{}\n", "utf-8")
    with pytest.raises(UsageError, match=r"wrong\.jsonl:1: no answer of a batch"):
        with_llm(source, out, settings, [wrong])


def test_an_answer_by_file_that_makes_something_up_gets_nowhere(source: Path, out: Path, tmp_path: Path) -> None:
    settings = settings_for("https://api.example.com/v1")
    with_llm(source, out, settings, [])

    def lying(body: Mapping[str, object]) -> list[dict[str, object]]:
        return [one | {"value": one["value"] and "999"} for one in says(body)]

    answers = batch_answers(out / "questions-0001.jsonl", tmp_path / "a.jsonl", lying)
    with_llm(source, out, settings, [answers])
    assert 999 not in cells_of(out).values()
    assert cells_of(out)["0.txt", NEW] is None
