"""Nights in which the clock on the wall is changed: lengths stay as long, times of day are what it shows."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from alert_rules import above, stale
from fakes import ME, World
import pytest

from bot.alerts.notices import GATHER
from bot.alerts.rules.grammar import read_rule
from bot.model.rules import AlertRule, Display, Subscription
from bot.text.durations import DAY

BERLIN = "Europe/Berlin"
HOWE = "Australia/Lord_Howe"

# Just before the clock goes ahead and back: the hour (on Lord Howe Island the half hour) that is left out, or
# comes twice, is next.
CHANGES = [
    (BERLIN, "2026-03-29T00:50Z"),
    (BERLIN, "2026-10-25T00:50Z"),
    (HOWE, "2026-10-03T15:20Z"),
    (HOWE, "2026-04-04T14:50Z"),
]


def utc(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def house(zone: str, now: str, *alerts: AlertRule) -> World:
    """Return a bot that lives there and then."""
    world = World(Subscription("s/#", display=Display.SILENT), Subscription("talk"), alerts=alerts)
    world.clock.zone = ZoneInfo(zone)
    world.clock.time = utc(now)
    world.bot.tick(world.clock.time)
    return world


@pytest.mark.parametrize(
    ("zone", "now", "text", "end"),
    [
        # 02:30 is left out: it is half past three when it would have been.
        (BERLIN, "2026-03-29T00:40Z", "until 2:30", "2026-03-29T01:30Z"),
        (BERLIN, "2026-03-28T22:00Z", "until 2:30", "2026-03-29T01:30Z"),
        (BERLIN, "2026-03-29T00:40Z", "until 3:00", "2026-03-29T01:00Z"),
        (BERLIN, "2026-03-29T00:40Z", "until 7:00", "2026-03-29T05:00Z"),
        (BERLIN, "2026-03-29T01:10Z", "until 2:30", "2026-03-30T00:30Z"),
        (BERLIN, "2026-03-29T01:10Z", "until 3:30", "2026-03-29T01:30Z"),
        (BERLIN, "2026-03-29T00:40Z", "2h", "2026-03-29T02:40Z"),
        # 02:30 comes twice: what is next is meant.
        (BERLIN, "2026-10-24T22:00Z", "until 2:30", "2026-10-25T00:30Z"),
        (BERLIN, "2026-10-25T00:10Z", "until 2:30", "2026-10-25T00:30Z"),
        (BERLIN, "2026-10-25T00:50Z", "until 2:30", "2026-10-25T01:30Z"),
        (BERLIN, "2026-10-25T01:10Z", "until 2:30", "2026-10-25T01:30Z"),
        (BERLIN, "2026-10-25T01:50Z", "until 2:30", "2026-10-26T01:30Z"),
        (BERLIN, "2026-10-25T00:50Z", "until 7:00", "2026-10-25T06:00Z"),
        (BERLIN, "2026-10-25T01:10Z", "until 7:00", "2026-10-25T06:00Z"),
        (BERLIN, "2026-10-25T00:10Z", "until 1:30", "2026-10-26T00:30Z"),
        (BERLIN, "2026-10-25T00:50Z", "2h", "2026-10-25T02:50Z"),
        (HOWE, "2026-10-03T15:20Z", "until 2:15", "2026-10-03T15:45Z"),
        (HOWE, "2026-10-03T15:40Z", "until 2:15", "2026-10-04T15:15Z"),
        (HOWE, "2026-04-04T14:50Z", "until 1:45", "2026-04-04T15:15Z"),
        (HOWE, "2026-04-04T15:20Z", "until 1:45", "2026-04-05T15:15Z"),
    ],
)
@pytest.mark.parametrize("command", ["quiet", "dnd", "mute talk"])
async def test_an_end_is_when_the_clock_shows_it_next(
    command: str, zone: str, now: str, text: str, end: str
) -> None:
    world = house(zone, now)
    await world.ask(f"{command} {text}")
    found = {
        "quiet": world.bot.do_not_disturb.quiet_until,
        "dnd": world.bot.do_not_disturb.undisturbed_until,
        "mute talk": dict(world.bot.alerts.mutes).get("talk"),
    }
    assert found[command] == utc(end)


@pytest.mark.parametrize(("zone", "now"), CHANGES)
def test_durations_do_not_change_with_the_clock(zone: str, now: str) -> None:
    world = house(zone, now, above(topic="s/1", hold=7200, repeat=7200), stale(5400, "s/2"))
    world.receive("s/1", "31")
    world.receive("s/2", "1")
    world.wait(5370)
    assert world.said == []
    world.wait(60 + GATHER)
    assert ["no message for 1 h 30 min" in text for text in world.said] == [True]
    world.wait(7200 - 5370 - 2 * 60 - GATHER)
    assert len(world.said) == 1
    world.wait(120 + GATHER)
    assert len(world.said) == 2
    world.wait(7200 - 240)
    assert len(world.said) == 2
    world.wait(300)
    assert len(world.said) == 3


@pytest.mark.parametrize(("zone", "now"), CHANGES)
async def test_what_is_gathered_is_told_after_its_time(zone: str, now: str) -> None:
    """Do not disturb, and the digest of many messages: neither an hour early nor an hour late."""
    world = house(zone, now)
    await world.ask("dnd 2h")
    world.receive("talk", "told afterwards")
    world.wait(7199)
    await world.settle()
    assert world.said == []
    world.wait(60)
    await world.settle()
    assert ["told afterwards" in text for text in world.said] == [True]
    for number in range(200):
        world.receive("talk", f"value {number}")
    told = len(world.said)
    world.wait(3600)
    assert len(world.said) > told
    assert "value 199" in world.said[-1]
    assert all(notice.to == ME for notice in world.outbox.notices)


@pytest.mark.parametrize(("zone", "now"), CHANGES)
async def test_what_is_looked_back_at_is_all_of_the_day(zone: str, now: str) -> None:
    world = house(zone, now)
    for number in range(6):
        world.receive("talk", f"{number}")
        world.wait(1800)
    everything = await world.ask("history talk today")
    assert all(f" {number}" in everything for number in range(6)), everything
    world.wait(86_400)
    everything = await world.ask("history talk yesterday")
    assert all(f" {number}" in everything for number in range(6)), everything
    assert "6" in await world.ask("chart talk yesterday")


@pytest.mark.parametrize(
    "moved", [-365 * DAY, -DAY, -3_600.0, -61.0, -1.0, 1.0, 61.0, 3_600.0, DAY, 365 * DAY]
)
@pytest.mark.parametrize("kind", ["", " for 10s", " every 1m", " critical"])
def test_a_clock_that_is_set_mutes_no_alert_and_no_message(moved: float, kind: str) -> None:
    rule = replace(read_rule(f"home/a > 5{kind}", lambda topic: topic == "home/a"), id="r1", number=1)
    world = World(Subscription("home/#"), alerts=(rule,))
    for payload in ("1", "9", "1"):
        world.receive("home/a", payload)
        for _ in range(60):
            world.later(2)
    world.clock.time += moved
    world.bot.tick(world.clock.time)
    before = len(world.said)
    world.receive("home/a", "9")
    for _ in range(20):
        world.later(1)
    assert [text for text in world.said[before:] if text[:1] in "⚠🔴"], world.said
    world.receive("home/a", "1")
    world.receive("home/c", "hello")
    for _ in range(20):
        world.later(1)
    told = world.said[before:]
    assert [text for text in told if text.startswith("✅")], told
    assert any("hello" in text for text in told)
