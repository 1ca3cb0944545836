"""The history looked at as a whole: numbers over time, statistics, exports, sizes, what is kept how long."""

import asyncio
from math import inf
from pathlib import Path

import pytest
from store_values import Opener, Query, message, reading, reading_of

from custom_components.dinox_mqtt_bot.bot.model.alert import Alert, AlertEvent, Period, Record, Step
from custom_components.dinox_mqtt_bot.bot.model.history import ALWAYS, Entry, Point, Series, Span, Statistics
from custom_components.dinox_mqtt_bot.bot.model.message import QoS
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority, Subscription
from custom_components.dinox_mqtt_bot.bot.reading.readings import Readings
from custom_components.dinox_mqtt_bot.bot.text.durations import DAY
from custom_components.dinox_mqtt_bot.store import archive, keeping
from custom_components.dinox_mqtt_bot.store.keeping import Retention
from custom_components.dinox_mqtt_bot.store.store import Store

T0 = 2_000_000_000.0
READINGS = Readings()


def put(store: Store, topic: str, payload: str, at: float, **more: object) -> None:
    """Store a message as the bot reads it, received `at` seconds after the beginning."""
    given = READINGS.read(message(topic, payload.encode(), received=T0 + at, **more))
    store.history.append(given, Priority.NORMAL)


def span(since: float, until: float) -> Span:
    return Span(T0 + since, T0 + until)


# Numbers over time.


async def test_a_series_has_lowest_mean_and_highest_of_each_part_and_gaps(store: Store) -> None:
    for at, text in ((0, "1"), (5, "3 °C"), (12, "off"), (19.5, "7"), (31, "2"), (40, "9")):
        put(store, "a", text, at)
    assert await store.history.series("a", "", span(0, 40), 4) == Series(
        (
            Point(T0 + 2.5, 1.0, 2.0, 3.0, 2),
            Point(T0 + 19.5, 7.0, 7.0, 7.0),
            Point(T0 + 31, 2.0, 2.0, 2.0),
        )
    )
    assert await store.history.series("b", "", span(0, 40), 4) == Series()


async def test_a_series_of_a_field_is_read_from_the_json(store: Store) -> None:
    put(store, "a", '{"link": 90, "air": {"temp": 21.5}}', 0)
    put(store, "a", '{"link": 80, "air": {"temp": "22,5 °C"}}', 1)
    put(store, "a", '{"link": 70, "air": {}}', 2)
    put(store, "a", "no json", 3)
    found = await store.history.series("a", "air.temp", span(0, 10), 10)
    assert [point.mean for point in found.points] == [21.5, 22.5]
    assert [point.mean for point in await store.history.numbers("a", "link", 2)] == [80.0, 70.0]


async def test_a_message_that_came_in_again_counts_once(store: Store) -> None:
    again = message("a", b"5", received=T0)
    store.history.append(READINGS.read(again), Priority.NORMAL)
    repeated = message("a", b"5", received=T0 + 1, packet_id=again.packet_id, repeated=True)
    store.history.append(READINGS.read(repeated), Priority.NORMAL)
    assert await store.history.series("a", "", span(0, 10), 1) == Series((Point(T0, 5.0, 5.0, 5.0),))
    found = await store.history.statistics("a", ALWAYS)
    assert (found.messages, found.numbers) == (2, 1)


async def test_a_hundred_thousand_messages_become_as_many_points_as_asked_for(store: Store) -> None:
    for each in range(100_000):
        store.history.append(
            READINGS.read(message("many", b"%d" % (each % 1000), received=T0 + each)), Priority.NORMAL
        )
        if not each % 5_000:
            await asyncio.sleep(0.01)  # the writer gets its turn
    points = (await store.history.series("many", "", span(0, 100_000), 1_000)).points
    assert len(points) == 1_000
    assert {(point.high - point.low, point.count) for point in points} == {(99, 100)}
    newest = await store.history.numbers("many", "", 3)
    assert [point.low for point in newest] == [997, 998, 999]
    found = await store.history.statistics("#", span(50_000, 50_010))
    assert (found.messages, found.low, found.high, found.first) == (10, 0, 9, T0 + 50_000)


# Statistics and pages.


@pytest.mark.parametrize("few", [0, 20])
async def test_statistics_of_a_filter(store: Store, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(archive, "FEW_TOPICS", few)
    for at, topic, text in (
        (0, "h/a", "4"),
        (1, "h/a", "1"),
        (2, "h/b", "x"),
        (3, "h/b", "1"),
        (9, "g", "0"),
    ):
        put(store, topic, text, at)
    assert await store.history.statistics("h/+", ALWAYS) == Statistics(4, 2, T0, T0 + 3)
    of_one = Statistics(
        messages=2,
        topics=1,
        first=T0,
        last=T0 + 1,
        numbers=2,
        low=1.0,
        low_at=T0 + 1,
        mean=2.5,
        high=4.0,
        high_at=T0,
    )
    assert await store.history.statistics("h/a", ALWAYS) == of_one
    assert await store.history.statistics("#", ALWAYS) == Statistics(5, 3, T0, T0 + 9)
    # The filter matches two topics, and only one has anything then.
    assert await store.history.statistics("h/+", span(0, 2)) == of_one
    assert await store.history.statistics("h/+", span(2, 3)) == Statistics(1, 1, T0 + 2, T0 + 2)
    assert await store.history.statistics("nothing", ALWAYS) == Statistics()


async def test_pages_go_back_in_time_and_stay_within_a_span(store: Store) -> None:
    for each in range(20):
        put(store, f"h/{each % 3}", str(each), each)

    async def page(*asked: object) -> list[str]:
        return [row.text for row in await store.history.page("h/+", *asked)]  # type: ignore[arg-type]

    assert await page(3) == ["17", "18", "19"]
    assert await page(3, ALWAYS, 3) == ["14", "15", "16"]
    assert await page(3, ALWAYS, 18) == ["0", "1"]
    assert await page(3, span(5, 10)) == ["7", "8", "9"]
    assert await page(3, span(5, 10), 3) == ["5", "6"]
    assert await page(3, span(30, inf)) == []
    rows = await store.history.page("h/0", 2, span(0, 9))
    assert [row.text for row in rows] == ["3", "6"]


async def test_what_came_late_is_found_by_its_own_time(store: Store) -> None:
    late = reading(payload=b"1", received=T0 + 100)
    store.history.append(
        type(late)(late.message, late.name, late.kind, late.text, 1.0, time=T0 + 5), Priority.NORMAL
    )
    assert [row.text for row in await store.history.page("#", 5, span(0, 10))] == ["1"]
    found = await store.history.series("home/kitchen", "", span(0, 10), 2)
    assert [point.time for point in found.points] == [T0 + 5]


# Exports and sizes.


@pytest.mark.parametrize("few", [0, 20])
async def test_an_export_goes_on_where_it_stopped(
    store: Store, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(archive, "FEW_TOPICS", few)
    for each in range(10):
        put(store, f"h/{each % 2}", str(each), each)
    put(store, "other", "x", 11)
    found: list[Entry] = []
    while page := await store.history.export("h/#", span(2, 9), found[-1].id if found else 0, 3):
        found += page
    assert [entry.text for entry in found] == [str(each) for each in range(2, 9)]


async def test_an_export_has_all_of_a_message(store: Store) -> None:
    given = message("a", b'{"temp": 21.5}', received=T0, retain=True, qos=QoS.EXACTLY_ONCE)
    store.history.append(READINGS.read(given), Priority.ALERT)
    (entry,) = await store.history.export("a", ALWAYS, 0, 10)
    assert (entry.topic, entry.payload, entry.time, entry.qos) == ("a", '{"temp": 21.5}', T0, 2)
    assert (entry.retain, entry.repeated, entry.priority) == (True, False, Priority.ALERT)


async def test_sizes_count_what_is_stored(open_store: Opener, path: Path) -> None:
    store = open_store(Retention(days=100_000, rows=7, log_days=100_000))
    empty = await store.history.sizes()
    assert (empty.rows["messages"], empty.oldest, empty.newest) == (0, 0.0, 0.0)
    put(store, "a", "1", 0)
    put(store, "b", "2", 5)
    store.history.log_publish("a", b"", "ann", T0)
    found = await store.history.sizes()
    assert found.rows | {"messages": 2, "topics": 2, "publish_log": 1, "outbox": 0} == found.rows
    assert (found.oldest, found.newest) == (T0, T0 + 5)
    assert (found.days, found.most, found.log_days) == (100_000, 7, 100_000)
    assert found.size >= path.stat().st_size > 0


# What is kept how long.


def fill(store: Store, topic: str, ages: list[int]) -> None:
    for age in ages:
        store.history.append(reading(topic, b"%d" % age, received=T0 - age * DAY), Priority.NORMAL)


async def left(store: Store, topic: str) -> list[str]:
    return [row.text for row in await store.history.page(topic, 100)]


async def test_a_topic_is_kept_as_long_as_its_own_subscription_says(
    open_store: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "SLICE", 3)
    store = open_store(Retention(days=30))
    store.history.keep(
        (
            Subscription("#"),
            Subscription("meter/+", keep_days=365),
            Subscription("meter/gas", keep_days=5),
            Subscription("noise/#", keep_days=1),
        )
    )
    for age in range(60, -1, -4):
        for topic in ("meter/power", "meter/gas", "noise/a", "else"):
            fill(store, topic, [age])
    assert await store.history.purge(T0) == 14 + 15 + 8
    assert len(await left(store, "meter/power")) == 16
    assert await left(store, "meter/gas") == ["4", "0"]
    assert await left(store, "noise/a") == ["0"]
    assert await left(store, "else") == [str(age) for age in range(28, -1, -4)]
    store.history.keep((Subscription("#"),))
    assert await store.history.purge(T0) == 8


async def test_days_of_its_own_do_not_pass_the_number_of_rows(open_store: Opener) -> None:
    store = open_store(Retention(days=30, rows=4))
    store.history.keep((Subscription("a", keep_days=365),))
    fill(store, "a", [40, 39, 38])
    fill(store, "b", [2, 1])
    await store.history.page("#", 1)
    assert await store.history.purge(T0) == 1
    assert await left(store, "a") == ["39", "38"]


async def test_a_forgotten_topic_keeps_nothing_but_that_it_is_known(open_store: Opener, query: Query) -> None:
    store = open_store()
    given = message("h/a", b"secret")
    store.history.append(reading_of(given), Priority.NORMAL, untold=True)
    fill(store, "h/a", [3, 2])
    fill(store, "h/b", [1])
    fill(store, "g", [1])
    assert await store.history.forget("h/#") == 4
    assert await left(store, "#") == ["1"]
    assert [(row.topic, row.count, row.last_text) for row in await store.history.topics("#", 9)] == [
        ("g", 1, "1"),
        ("h/a", 0, ""),
        ("h/b", 0, ""),
    ]
    assert await store.history.untold() == []
    assert query("SELECT count(*) FROM untold") == [(0,)]
    fill(store, "h/a", [0])
    assert await left(store, "h/a") == ["0"]
    assert [(row.count, row.last_text) for row in await store.history.topics("h/a", 1)] == [(1, "0")]


async def test_after_the_end_nothing_is_forgotten(open_store: Opener) -> None:
    store = open_store()
    store.close()
    assert await store.history.forget("#") == 0


# When alerts were active.


async def test_the_periods_of_a_topics_alerts(store: Store) -> None:
    def log(number: int, step: Step, at: float, topic: str = "a") -> None:
        line = AlertEvent(number, f"rule{number}", topic, step, T0 + at)
        store.alerts.save(Record((Alert(f"rule{number}", topic, number),), (line,)))

    for number, fired, over in ((1, 0, 5), (2, 10, 20), (3, 30, None)):
        log(number, Step.FIRED, fired)
        log(number, Step.ACKNOWLEDGED, fired + 1)
        if over:
            log(number, Step.RESOLVED if number == 1 else Step.CLOSED, over)
    log(4, Step.FIRED, 12, "b")
    assert await store.alerts.periods("a", span(5, 31)) == [
        Period("rule2", T0 + 10, T0 + 20),
        Period("rule3", T0 + 30, inf),
    ]
    assert await store.alerts.periods("a", span(4, 6)) == [Period("rule1", T0, T0 + 5)]
    assert await store.alerts.periods("a", span(40, 41)) == [Period("rule3", T0 + 30, inf)]


async def test_the_newest_incidents_of_a_span_are_told_to_their_end(store: Store) -> None:
    """Also what came after the span; nothing of those that began before it."""
    for number, at in ((1, 0), (2, 10), (3, 20)):
        for step, later in ((Step.FIRED, 0), (Step.TOLD, 1), (Step.ACKNOWLEDGED, 2), (Step.RESOLVED, 30)):
            store.alerts.save(Record(events=(AlertEvent(number, "rule", "a", step, T0 + at + later),)))

    async def past(since: float, until: float, limit: int = 9) -> list[tuple[int, Step]]:
        return [(each.number, each.step) for each in await store.alerts.past(span(since, until), limit)]

    second, third = (
        [(number, step) for step in (Step.FIRED, Step.ACKNOWLEDGED, Step.RESOLVED)] for number in (2, 3)
    )
    assert await past(5, 20) == second
    assert await past(5, 21) == second + third
    assert await past(0, 60, limit=1) == third
    assert await past(21, 60) == []


async def test_a_flapping_incident_has_a_period_each_time_it_fires(store: Store) -> None:
    """All rounds have one number; what came after the last end is not over."""
    steps = [(0, Step.FIRED), (10, Step.RESOLVED), (20, Step.FIRED), (30, Step.FLAPPING), (40, Step.RESOLVED)]
    for at, step in [*steps, (50, Step.FIRED), (51, Step.TOLD)]:
        store.alerts.save(Record(events=(AlertEvent(1, "rule", "a", step, T0 + at),)))
        other = Step.FIRED if at == 0 else Step.ACKNOWLEDGED
        store.alerts.save(Record(events=(AlertEvent(2, "other", "a", other, T0 + at),)))
    assert await store.alerts.periods("a", span(0, 60)) == [
        Period("rule", T0, T0 + 10),
        Period("other", T0, inf),
        Period("rule", T0 + 20, T0 + 40),
        Period("rule", T0 + 50, inf),
    ]
    assert await store.alerts.periods("a", span(12, 18)) == [Period("other", T0, inf)]


# The newest messages, whatever was deleted.


async def newest(store: Store, topic_filter: str, limit: int, offset: int = 0) -> list[str]:
    return [row.topic for row in await store.history.page(topic_filter, limit, offset=offset)]


@pytest.mark.parametrize("topic_filter", ["#", "+/+"])
async def test_a_page_is_full_although_newer_topics_were_cleared(store: Store, topic_filter: str) -> None:
    for number in range(5):
        fill(store, f"home/{number}", [0])
    assert len(await newest(store, "#", 9)) == 5
    for number in range(30):
        fill(store, f"zigbee/{number}", [0])
    assert len(await newest(store, "zigbee/#", 99)) == 30
    assert await store.history.forget("zigbee/#") == 30
    assert await newest(store, topic_filter, 3) == ["home/2", "home/3", "home/4"]
    assert await newest(store, topic_filter, 3, offset=3) == ["home/0", "home/1"]


async def test_a_page_is_full_although_newer_topics_have_outlived_their_messages(open_store: Opener) -> None:
    store = open_store()
    store.history.keep([Subscription("zigbee/#", keep_days=1)])
    for number in range(5):
        fill(store, f"home/{number}", [2])
    for number in range(30):
        fill(store, f"zigbee/{number}", [2])
    assert await store.history.purge(T0 + 1) == 30
    assert await newest(store, "#", 9) == [f"home/{number}" for number in range(5)]


async def test_a_page_is_in_order_although_a_topic_has_lost_its_newest_message(open_store: Opener) -> None:
    """The clock was set back for a while: what came then was the oldest by its time."""
    store = open_store()
    store.history.keep([Subscription("zigbee/#", keep_days=1)])
    for topic, ages in (("zigbee/old", [0]), ("home/0", [0]), ("home/1", [0]), ("zigbee/old", [2] * 10)):
        fill(store, topic, ages)
    fill(store, "home/2", [0])
    assert await store.history.purge(T0 + 1) == 10
    assert await newest(store, "#", 2) == ["home/1", "home/2"]
    assert await newest(store, "#", 9) == ["zigbee/old", "home/0", "home/1", "home/2"]


async def test_what_a_topic_said_last_is_known_however_soon_it_is_cleared(open_store: Opener) -> None:
    """A retained message would be told as news after the next start."""
    store = open_store()
    store.history.append(reading("home/door", b"open"), Priority.NORMAL)
    await store.history.page("#", 1)
    for _ in range(3):
        last = message("home/door", b"closed", retain=True)
        store.history.append(reading("home/door", b"half open"), Priority.NORMAL)
        store.history.append(reading_of(last), Priority.NORMAL)
        await store.history.forget("home/#")
    await asyncio.to_thread(store.close)
    assert open_store().history.unchanged(last)
