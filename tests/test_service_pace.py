"""Rate and money that all processes of the service share: two of them, on one database."""

import asyncio
import time
from pathlib import Path
from uuid import uuid4

import pytest

pytest.importorskip("dbos", reason="the service is not installed: pip install 'gouji[service]'")

import sqlalchemy as sa

from extractor.ask.endpoint.settings import Settings
from extractor.errors import BudgetError
from extractor.service.database import Database, open_database
from extractor.service.leases import Held, Leases
from extractor.service.pace import SharedLimits, purse_name
from extractor.service.settings import load_service_settings


def database(folder: Path) -> Database:
    return open_database(load_service_settings({"data": folder}, environ={}, folder=folder))


def held(folder: Path, for_s: float = 15) -> Held:
    return Held(Leases(database(folder), uuid4().hex), for_s=for_s)


def limits(folder: Path, **settings: float) -> SharedLimits:
    return SharedLimits(database(folder), Settings(model="m", **settings), held=held(folder))  # type: ignore[arg-type]


def test_two_processes_keep_one_rate(tmp_path: Path) -> None:
    async def run() -> float:
        both = [limits(tmp_path, requests_per_minute=1200) for _ in range(2)]

        async def one(which: SharedLimits) -> None:
            async with which.slot(10, None) as lease:
                lease.took(10, None)

        started = time.monotonic()
        await asyncio.gather(*(one(both[n % 2]) for n in range(21)))
        return time.monotonic() - started

    assert asyncio.run(run()) >= 0.99  # 20 a second, the first at once


def test_a_pause_that_one_is_asked_for_is_everybodys(tmp_path: Path) -> None:
    async def run() -> float:
        first, second = limits(tmp_path, requests_per_minute=6000), limits(tmp_path, requests_per_minute=6000)
        first.hold(0.7)
        await asyncio.sleep(0.2)
        started = time.monotonic()
        async with second.slot(1, None):
            return time.monotonic() - started

    assert asyncio.run(run()) > 0.3


def test_one_cap_on_money(tmp_path: Path) -> None:
    async def run() -> int:
        both = [limits(tmp_path, max_cost=1.0, price_in=1, price_out=1) for _ in range(2)]
        sent = 0

        async def one(which: SharedLimits) -> None:
            nonlocal sent
            async with which.slot(10, 0.4) as lease:  # may cost 0.4, costs 0.2
                sent += 1
                await asyncio.sleep(0.01)
                lease.took(10, 0.2)

        done = await asyncio.gather(*(one(both[n % 2]) for n in range(12)), return_exceptions=True)
        assert {type(each) for each in done} <= {type(None), BudgetError}
        return sent

    assert asyncio.run(run()) == 4  # after 0.8, another 0.4 could be too much


def test_what_a_killed_process_had_put_aside_counts_as_spent(tmp_path: Path) -> None:
    store = database(tmp_path)
    with store.write() as connection:
        connection.execute(
            sa.text("INSERT INTO gouji_asides (id, purse, amount, until) VALUES ('a', :purse, 0.9, :until)"),
            {"purse": purse_name("month"), "until": time.time() - 1},
        )

    async def run() -> None:
        async with limits(tmp_path, max_cost=1.0, price_in=1, price_out=1).slot(10, 0.2):
            raise AssertionError("it was sent")

    with pytest.raises(BudgetError, match=r"0\.9 is spent"):
        asyncio.run(run())


def test_purses(tmp_path: Path) -> None:
    assert tmp_path.exists()
    assert [purse_name(period, 0) for period in ("day", "month", "ever")] == ["1970-01-01", "1970-01", "ever"]
