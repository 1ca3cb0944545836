"""Home Assistant is stopped (SIGSTOP) until its broker gives it up, and then goes on as if nothing was."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
import os
from pathlib import Path

from house import House, built, until
import pytest

from lab.flows import options_answer
from lab.servers import Lab

# How long it is stopped at least, and what the broker waits for at most times one and a half:
# `FROZEN=120 KEEPALIVE=60 scripts/test tests/e2e/test_frozen.py` is what happens to people.
SECONDS = float(os.environ.get("FROZEN", "1"))
KEEPALIVE = os.environ.get("KEEPALIVE", "10")
STALE = 12


@pytest.fixture
async def freezing(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A house of its own, whose broker is soon out of patience."""
    directory = Path(tmp_path_factory.mktemp("frozen"))
    async with built(lab, directory, f"max_keepalive {KEEPALIVE}") as house:
        await house.hass.api.flow("options", {"handler": house.entry_id}, options_answer(storm=0))
        await until(house.settled, "the house did not become ready", 90)
        try:
            yield house
        finally:
            house.hass.thaw()


async def _beat(house: House) -> None:
    while True:
        await house.publish("e2e/pulse", "1")
        await asyncio.sleep(1)


async def test_whoever_was_stopped_goes_on_and_tells_everything_once(freezing: House) -> None:
    """The pulse went on all the time: that nobody heard it is no silence."""
    house = freezing
    async with house.rule("e2e/alarm/+", "> 30"), house.rule("e2e/pulse", f"stale {STALE}s") as stale:
        beating = asyncio.create_task(_beat(house))
        await house.publish("e2e/alarm/before", "31")
        await house.you.next("e2e/alarm/before")
        gone = house.broker.log().count("exceeded timeout")
        house.hass.freeze()
        await house.publish("e2e/alarm/early", "32")
        await asyncio.sleep(SECONDS)

        async def given_up() -> bool:
            return house.broker.log().count("exceeded timeout") > gone

        await until(given_up, "the broker waits for ever", 150)
        await house.publish("e2e/alarm/late", "33")
        house.hass.thaw()
        # Both may be told together.
        await until(lambda: _told(house, "e2e/alarm/early", "e2e/alarm/late"), "not all is told", 60)
        await until(house.links_are_up, "the links did not come back", 60)
        assert "Online" in await house.ask("/mqtt status", "Online")
        # As long as it takes for a silence to be told, and longer.
        await asyncio.sleep(STALE + 5)
        for name in ("before", "early", "late"):
            assert len(house.notices(f"e2e/alarm/{name}")) == 1
        assert house.notices("e2e/pulse") == []
        beating.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await beating
        await until(lambda: _fires(house, stale), "real silence is not told", STALE + 90)


async def _told(house: House, *topics: str) -> bool:
    return all(house.notices(topic) for topic in topics)


async def _fires(house: House, rule: int) -> bool:
    return bool(await house.firing(rule))
