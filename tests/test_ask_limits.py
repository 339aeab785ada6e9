"""Rates, the cap on money, retries and the dates that endpoints send."""

import asyncio
import heapq
import json
from collections.abc import Coroutine
from datetime import UTC, datetime
from itertools import count

import pytest

from extractor.ask.endpoint.breaker import Breaker
from extractor.ask.endpoint.client import Client
from extractor.ask.endpoint.limits import Limits, Pace, Purse, estimate_tokens
from extractor.ask.endpoint.retry import Retries, Transient, retry_after
from extractor.ask.endpoint.settings import Settings
from extractor.ask.model import Question
from extractor.errors import BudgetError, ModelAnswerError, ModelError, ModelRefusedError, ModelUnreachableError
from tests.endpoint import Endpoint, Request, Response, content, failing

ANSWERS = json.dumps({"answers": [{"cell": "a", "value": "1", "quote": "1件"}]})


class Time:
    """A clock that stands still until everyone sleeps, and then goes to where the first one wakes."""

    def __init__(self) -> None:
        self.now = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Event]] = []
        self._number = count()

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._number), woken))
        await woken.wait()

    def run(self, *work: Coroutine[object, object, object]) -> list[object]:
        async def drive() -> list[object]:
            tasks = [asyncio.create_task(each) for each in work]
            while not all(task.done() for task in tasks):
                for _ in range(20):
                    await asyncio.sleep(0)
                if self._sleepers:
                    self.now, _, woken = heapq.heappop(self._sleepers)
                    woken.set()
            return await asyncio.gather(*tasks, return_exceptions=True)

        return asyncio.run(drive())


def most_in_a_minute(times: list[float]) -> int:
    return max(sum(start <= time < start + 60 for time in times) for start in times)


class TestPace:
    def test_requests_are_spread_evenly(self) -> None:
        time = Time()
        sent: list[float] = []
        limits = Limits(concurrency=50, requests_per_minute=30, sleep=time.sleep, clock=time.clock)

        async def one() -> None:
            async with limits.slot(1, None):
                sent.append(time.now)

        time.run(*(one() for _ in range(100)))
        assert most_in_a_minute(sent) == 30
        assert sent[-1] == pytest.approx(99 * 2)

    def test_tokens_and_what_an_answer_really_took(self) -> None:
        time = Time()
        sent: list[tuple[float, int]] = []
        limits = Limits(concurrency=1, tokens_per_minute=1000, sleep=time.sleep, clock=time.clock)

        async def one(tokens: int) -> None:
            async with limits.slot(100, None) as lease:
                sent.append((time.now, tokens))
                lease.took(tokens, None)

        time.run(*(one(tokens) for tokens in [50, 400] * 20))
        for start, _ in sent:
            within = [tokens for at, tokens in sent if start <= at < start + 60]
            assert sum(within) <= 1000 + 400
        assert sent[-1][0] == pytest.approx((sum(tokens for _, tokens in sent) - 400) * 60 / 1000)

    def test_a_pause_holds_for_all(self) -> None:
        now = [10.0]
        pace = Pace(None, lambda: now[0])
        assert pace.turn() == 0
        pace.hold(7)
        assert pace.turn() == 7
        now[0] = 20
        assert pace.turn() == 0

    def test_no_more_at_once_than_slots(self) -> None:
        limits = Limits(concurrency=3)
        busy = peak = 0

        async def one() -> None:
            nonlocal busy, peak
            async with limits.slot(1, None):
                busy += 1
                peak = max(peak, busy)
                await asyncio.sleep(0.001)
                busy -= 1

        async def all_of_them() -> None:
            await asyncio.gather(*(one() for _ in range(20)))

        asyncio.run(all_of_them())
        assert peak == 3


class TestPurse:
    def test_what_could_be_spent_is_put_aside(self) -> None:
        async def run() -> None:
            purse = Purse(1.0)
            await purse.put_aside(0.6)
            waiting = asyncio.create_task(purse.put_aside(0.6))
            await asyncio.sleep(0)
            assert not waiting.done(), "the first may still leave enough"
            purse.settle(0.6, 0.1)
            await waiting
            purse.settle(0.6, 0.6)
            with pytest.raises(BudgetError, match=r"may cost up to 0\.4, and of the cap of 1 0\.7 is spent"):
                await purse.put_aside(0.4)
            await purse.put_aside(0.2)

        asyncio.run(run())

    def test_the_cap_is_never_exceeded(self) -> None:
        """20 ask at once for what may cost up to a tenth of the cap each, and mostly costs less."""

        async def run() -> tuple[float, int, int]:
            limits = Limits(concurrency=20, max_cost=1.0)
            refused = 0

            async def one(number: int) -> None:
                nonlocal refused
                try:
                    async with limits.slot(1, 0.1) as lease:
                        await asyncio.sleep(0.001 * (number % 3))
                        lease.took(1, 0.1 if number % 2 else 0.05)
                except BudgetError:
                    refused += 1

            await asyncio.gather(*(one(number) for number in range(60)))
            return limits.purse.spent, refused, 60 - refused

        spent, refused, sent = asyncio.run(run())
        assert 0.9 <= spent <= 1.0 + 1e-9
        assert refused
        assert sent >= 10

    def test_a_failure_leaves_the_money(self) -> None:
        async def run() -> None:
            limits = Limits(max_cost=1.0)
            for lost in (False, True):
                with pytest.raises(RuntimeError):
                    async with limits.slot(1, 0.5) as lease:
                        if lost:
                            lease.unknown()
                        raise RuntimeError
                assert limits.purse.spent == (0.5 if lost else 0), "what was sent without an answer may be billed"

        asyncio.run(run())

    def test_a_run_stops_before_what_would_exceed_the_cap(self) -> None:
        """Over HTTP: prices such that a few questions fit."""

        async def run(settings: Settings) -> list[object]:
            client = Client(settings)
            questions = [client.ask(Question("s", f"u{n}", "p")) for n in range(30)]
            replies = await asyncio.gather(*questions, return_exceptions=True)
            await client.close()
            assert client.usage.cost is not None and client.usage.cost <= 0.02
            return list(replies)

        with Endpoint(lambda _request, _n: content(ANSWERS, tokens=(400, 500))) as endpoint:
            chosen = Settings(
                base_url=endpoint.url, model="m", price_in=1, price_out=2, max_cost=0.02, concurrency=4, cache=None
            )
            replies = asyncio.run(run(chosen))
        refused = [reply for reply in replies if isinstance(reply, BudgetError)]
        assert 0 < len(refused) < 30
        assert endpoint.calls == 30 - len(refused)
        assert all(error.calls == 0 for error in refused), "nothing was sent for them"


class TestStorm:
    def test_all_wait_when_one_is_told_to(self) -> None:
        """The endpoint takes 10 requests a second of its own time; the clock is ours, so the storm passes at once."""
        time = Time()
        taken: list[float] = []

        def script(_request: Request, _n: int) -> Response:
            recent = [at for at in taken if at > time.now - 1]
            if len(recent) >= 10:
                return failing(429, "slow down", retry_after="1")
            taken.append(time.now)
            return content(ANSWERS)

        async def run() -> int:
            limits = Limits(concurrency=8, sleep=time.sleep, clock=time.clock)
            retries = Retries(attempts=20, patience_s=1000, sleep=time.sleep, clock=time.clock)
            client = Client(Settings(base_url=endpoint.url, model="m", cache=None), limits=limits, retries=retries)
            tasks = [asyncio.create_task(client.ask(Question("s", str(n), "p"))) for n in range(60)]
            while not all(task.done() for task in tasks):
                await asyncio.sleep(0.002)
                if time._sleepers:
                    time.now, _, woken = heapq.heappop(time._sleepers)
                    woken.set()
            await asyncio.gather(*tasks)
            await client.close()
            return client.usage.calls

        with Endpoint(script) as endpoint:
            calls = asyncio.run(run())
        assert len(taken) == 60
        assert calls < 60 * 3, "no hammering"


class TestRetries:
    def run(self, outcomes: list[object], **more: object) -> tuple[object, float]:
        time = Time()
        left = list(outcomes)

        async def attempt() -> object:
            outcome = left.pop(0)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        retries = Retries(**{"sleep": time.sleep, "clock": time.clock, "jitter": lambda: 1.0, **more})  # type: ignore[arg-type]
        [result] = time.run(retries.run(attempt))
        return result, time.now

    def test_total_time_is_bounded(self) -> None:
        down = Transient(ModelUnreachableError("down"))
        error, waited = self.run([down] * 20, attempts=20, patience_s=50)
        assert isinstance(error, ModelUnreachableError)
        assert waited == 1 + 2 + 4 + 8 + 16, "the next wait of 30 s would pass 50"

    def test_never_sooner_than_asked(self) -> None:
        for jitter in (0.0, 0.5, 1.0):
            asked = Transient(ModelUnreachableError("down"), 12)
            result, waited = self.run([asked, "good"], jitter=lambda jitter=jitter: jitter)
            assert result == "good"
            assert 12 <= waited <= 13

    @pytest.mark.parametrize("error", [ModelRefusedError("401"), ModelAnswerError("shape"), ValueError("a defect")])
    def test_anything_else_ends_it(self, error: Exception) -> None:
        result, waited = self.run([error, "good"])
        assert result is error
        assert waited == 0

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({}, None),
            ({"retry-after": "3"}, 3),
            ({"retry-after": "1.5"}, 1.5),
            ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
            ({"retry-after": "Sun, 22 Nov 2026 12:00:30 GMT"}, 30),
            ({"retry-after": "Sun, 22 Nov 2026 20:00:30 +0800"}, 30),
            ({"retry-after": "Sun, 22 Nov 2026 11:00:00 GMT"}, 0),
            ({"retry-after": "soon"}, None),
            ({"retry-after": "-5"}, None),
            ({"retry-after": "nan"}, None),
            ({"retry-after": "inf"}, None),
            ({"retry-after": ""}, None),
        ],
    )
    def test_retry_after(self, headers: dict[str, str], seconds: float | None) -> None:
        assert retry_after(headers, datetime(2026, 11, 22, 12, tzinfo=UTC)) == seconds


class TestBreaker:
    def test_one_probe_at_a_time(self) -> None:
        now = [0.0]

        async def fails() -> None:
            raise ModelUnreachableError("down")

        async def run() -> None:
            breaker = Breaker(threshold=1, rest_s=10, clock=lambda: now[0])
            with pytest.raises(ModelUnreachableError):
                await breaker.run(fails)
            now[0] = 11
            release = asyncio.Event()
            probe = asyncio.create_task(breaker.run(release.wait))
            await asyncio.sleep(0)
            with pytest.raises(ModelUnreachableError, match="being asked again"):
                await breaker.run(release.wait)
            probe.cancel()
            await asyncio.gather(probe, return_exceptions=True)
            release.set()
            assert await breaker.run(release.wait), "a probe that was given up does not close the door for ever"
            assert not breaker.open

        asyncio.run(run())

    @pytest.mark.parametrize("error", [BudgetError("cap"), ModelAnswerError("shape")])
    def test_what_is_not_the_endpoints_fault(self, error: ModelError) -> None:
        async def fails() -> None:
            raise error

        async def run() -> None:
            breaker = Breaker(threshold=1)
            for _ in range(3):
                with pytest.raises(type(error)):
                    await breaker.run(fails)
            assert not breaker.open

        asyncio.run(run())


@pytest.mark.parametrize(("text", "tokens"), [("", 1), ("申请", 4), ("hello!", 3), ("收到申请12件", 8)])
def test_estimates_are_high(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens
