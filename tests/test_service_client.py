"""What clients say and hear, without a socket: what is sent again, after how long, and when it is given up."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("httpx", reason="the client is not installed: pip install 'gouji[client]'")

import httpx

from extractor.client import ServiceError, talk
from extractor.client.common import Request
from extractor.client.talk import Item, Object, Pause, Talk

Answer = Callable[[Request], object]


def response(status: int, body: object = None, **headers: str) -> object:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, content=json.dumps(body).encode(), headers=named)


def heard(said: Talk, *answers: object) -> tuple[list[Object], list[Request], list[float]]:
    """Items, requests and pauses, where the requests are answered so."""
    items, requests, pauses, coming = [], [], [], iter(answers)
    step = next(said, None)
    while step is not None:
        answer = None
        if isinstance(step, Item):
            items.append(step.value)
        elif isinstance(step, Pause):
            pauses.append(step.seconds)
        else:
            requests.append(step)
            answer = next(coming)
        try:
            step = said.throw(answer) if isinstance(answer, Exception) else said.send(answer)  # type: ignore[arg-type]
        except StopIteration:
            step = None
    return items, requests, pauses


def test_what_is_refused_for_the_moment_is_sent_again_with_the_same_key() -> None:
    items, requests, pauses = heard(
        talk.submit([("a", b"x")], {"form": None, "priority": "low"}, None),
        response(429, {"code": "queue_full", "title": "full"}, retry_after="7"),
        httpx.ConnectError("gone"),
        response(201, {"id": "batch_1"}),
    )
    assert items == [{"id": "batch_1"}]
    assert len({request.headers["Idempotency-Key"] for request in requests}) == 1
    assert requests[0].query == {"priority": "low"}
    assert 7 <= pauses[0] <= 7 * 1.25
    assert pauses[1] < 2


def test_what_is_wrong_is_not_sent_again() -> None:
    with pytest.raises(ServiceError) as caught:
        heard(talk.batch("batch_1"), response(404, {"code": "not_found", "title": "There is no such thing"}))
    assert (caught.value.status, caught.value.code) == (404, "not_found")


def test_in_the_end_it_is_given_up() -> None:
    with pytest.raises(ServiceError) as caught:
        heard(talk.batch("batch_1"), *[httpx.ConnectError("gone")] * 100)
    assert (caught.value.status, caught.value.code) == (0, "unreachable")


def test_a_document_that_takes_long_is_asked_for_until_it_is_done(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"x")
    later = response(202, {"id": "e"}, location="/v1/extractions/e")
    items, requests, pauses = heard(
        talk.extract(tmp_path / "a.txt", {}), later, later, response(200, {"verdict": "clean"})
    )
    assert items == [{"verdict": "clean"}]
    assert [request.path for request in requests] == ["/v1/extractions", "/v1/extractions/e", "/v1/extractions/e"]
    assert len(pauses) == 2


def test_batches_are_listed_page_by_page() -> None:
    items, requests, _ = heard(
        talk.batches(),
        response(200, {"batches": [{"id": "b"}], "next": 12.5}),
        response(200, {"batches": [{"id": "a"}], "next": None}),
    )
    assert [one["id"] for one in items] == ["b", "a"]
    assert [request.query.get("before") for request in requests] == [None, "12.5"]


def test_pages_follow_each_other() -> None:
    def page(*numbers: int, **headers: str) -> object:
        return httpx.Response(200, content=b"".join(b'{"seq": %d}\n' % n for n in numbers), headers=headers)

    items, requests, _ = heard(talk.results("b", "clean", 2), page(0, 4, **{"gouji-next": "4"}), page(6))
    assert [item["seq"] for item in items] == [0, 4, 6]
    assert [request.query["after"] for request in requests] == ["-1", "4"]
