"""OpenTelemetry spans: a document's way, with names and numbers and no text; nothing where nobody has set it up."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from extractor.ask.endpoint.connect import connect
from extractor.ask.endpoint.settings import Settings
from extractor.errors import UnreadableError, UnrecognisedError
from extractor.pipeline import extract, extract_asking
from tests.endpoint import Endpoint, answering

TEXT = """青禾县民政局2023年政府信息公开工作年度报告
一、总体情况
全年新登记依申请公开事项41件。
三、收到和处理政府信息公开申请情况
四、因政府信息公开工作被申请行政复议、提起行政诉讼情况
"""


@pytest.fixture(scope="module")
def exporter() -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


@pytest.fixture(autouse=True)
def _emptied(exporter: InMemorySpanExporter) -> Iterator[None]:
    exporter.clear()
    yield


def test_a_document_leaves_a_trace_of_its_way(exporter: InMemorySpanExporter) -> None:
    async def ask(url: str) -> None:
        async with connect(Settings(base_url=url, model="test-model", cache=None)) as model:
            await extract_asking(TEXT.encode(), model)

    with Endpoint(lambda _request, _n: answering([])) as endpoint:
        asyncio.run(ask(endpoint.url))
    spans = {one.name: one for one in exporter.get_finished_spans()}
    assert {"gouji.extract", "gouji.read", "gouji.parse", "gouji.reconcile", "gouji.check", "gouji.ask"} == set(spans)
    whole = spans["gouji.extract"].context.span_id
    assert all(one.parent is not None and one.parent.span_id == whole for one in spans.values() if one.parent)
    assert [name for name, one in spans.items() if one.parent is None] == ["gouji.extract"]
    assert dict(spans["gouji.parse"].attributes or {}) == {"gouji.form": "ogi-2021", "gouji.year": 2023}
    asked = dict(spans["gouji.ask"].attributes or {})
    assert (asked["gouji.cached"], asked["gouji.calls"], asked["gouji.prompt_tokens"]) == (False, 1, 100)
    assert "青禾" not in str([dict(one.attributes or {}) for one in spans.values()])


@pytest.mark.parametrize(
    ("data", "error", "code"),
    [(b"", UnreadableError, "unreadable"), ("今天天气很好。".encode(), UnrecognisedError, "unrecognised")],
)
def test_a_failure_is_told_by_its_code(
    exporter: InMemorySpanExporter, data: bytes, error: type[Exception], code: str
) -> None:
    with pytest.raises(error):
        extract(data)
    whole = exporter.get_finished_spans()[-1]
    assert whole.name == "gouji.extract"
    assert dict(whole.attributes or {}) == {"gouji.error": code}
    assert not whole.status.is_ok
    assert not whole.events


def test_nothing_is_imported_where_nobody_listens() -> None:
    code = "import sys, extractor; extractor.extract('eval/samples/clean-html-2022/report.html'); print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "opentelemetry" not in found.stdout
