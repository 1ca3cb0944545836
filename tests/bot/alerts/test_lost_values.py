"""Values that are not there any more: left out, deleted, unreadable, of a device that is gone."""

import json

from alert_rules import NOON, Watched, above, read, rule_of, stale
from fakes import ME, World
from phrases import RealPhrases
import pytest

from bot.alerts.blind_notices import PATIENCE
from bot.alerts.blindness import FEWEST, MOST_KNOWN, TIMES, Blindness
from bot.alerts.rule_texts import sentence
from bot.alerts.rules.grammar import changed, read_rule, write_rule
from bot.alerts.watches import Watch
from bot.model.alert import AlertState, Step, dump, load
from bot.model.rules import AlertRule, Condition, Contact, Display, Operator, Priority, Subscription
from bot.model.status import LinkStatus, Phase

ENGLISH = RealPhrases("en")

HIDDEN = Subscription("home/#", display=Display.SILENT)
LEAK = Condition(Operator.EQUAL, ("true",), missing_clears=True)
REGION = '{"_type":"location","tid":"an","lat":48.1,"inregions":["home"]}'
HOUR = 3600.0
NO_REGION = '{"_type":"location","tid":"an","lat":48.1}'


def leak(condition: Condition = LEAK, **how: object) -> AlertRule:
    field = str(how.pop("field", "object.leak"))
    return AlertRule("home/s", condition, field, "Leak", "r1", 1, **how)  # type: ignore[arg-type]


def world_of(*rules: AlertRule) -> World:
    return World(HIDDEN, alerts=rules, contacts=(Contact(ME),))


# missing clears


@pytest.mark.parametrize(
    ("condition", "field", "there", "gone"),
    [
        (LEAK, "object.leak", '{"object":{"leak":true}}', '{"object":{"battery":3.1}}'),
        (LEAK, "object.leak", '{"object":{"leak":true}}', '{"deviceInfo":{"devEui":"01"}}'),
        (LEAK, "object.leak", '{"object":{"leak":true}}', '{"object":{"leak":null}}'),
        (LEAK, "leak", '{"leak":true}', "{}"),
        (LEAK, "[0].leak", '[{"leak":true}]', "[]"),
        (
            Condition(Operator.CONTAINS, ("home",), missing_clears=True),
            "inregions",
            REGION,
            NO_REGION,
        ),
        (Condition(Operator.ABOVE, ("5",), "2", missing_clears=True), "n", '{"n":9}', '{"m":1}'),
    ],
)
def test_a_key_left_out_ends_it(condition: Condition, field: str, there: str, gone: str) -> None:
    world = world_of(leak(condition, field=field))
    world.receive("home/s", there)
    world.later(2)
    world.receive("home/s", gone)
    world.later(2)
    assert len(world.said) == 2
    assert world.said[1].startswith("✅ *Leak* is over: home/s\n")
    assert "the newest message leaves it out" in world.said[1]
    world.receive("home/s", there)
    world.later(2)
    assert world.said[2].startswith("⚠")
    other = '{"object":{"leak":false},"leak":false,"inregions":["work"],"n":1}'
    world.receive("home/s", f"[{other}]" if there.startswith("[") else other)
    world.later(2)
    assert "leaves it out" not in world.said[-1]


def test_a_key_left_out_ends_what_was_only_about_to_fire() -> None:
    watched = Watched(
        AlertRule("t", Condition(Operator.EQUAL, ("true",), missing_clears=True), "leak", id="r1", hold=60.0)
    )
    watched.value('{"leak":true}')
    assert watched.state() is AlertState.PENDING
    watched.value('{"x":1}', after=30)
    assert watched.state() is AlertState.INACTIVE
    assert watched.later(120) == []


def test_what_cannot_be_read_is_nothing_left_out() -> None:
    watched = Watched(AlertRule("t", LEAK, "leak", id="r1"))
    watched.value('{"leak":true}')
    assert watched.value('{"leak":nan') == []
    assert watched.state() is AlertState.FIRING


def test_it_is_typed_written_changed_and_said() -> None:
    for text in ("t.leak is true missing clears", "t.leak is true fehlt beendet every 1h"):
        rule = read_rule(text, "t".__eq__)
        assert rule.condition == LEAK
        assert read_rule(write_rule(rule), "t".__eq__) == rule
    assert "over too when a message comes without leak" in sentence(rule, RealPhrases("en"), "t")
    assert "auch vorbei, wenn eine Nachricht ohne leak kommt" in sentence(rule, RealPhrases("de"), "t")
    assert changed(rule, "is wet").condition.missing_clears
    kept = changed(rule, "missing keeps")
    assert not kept.condition.missing_clears
    assert changed(kept, "missing clears").condition == LEAK
    odd = AlertRule("t", Condition(Operator.EQUAL, ("missing clears",)), "x")
    assert read_rule(write_rule(odd), "t".__eq__) == odd


def test_without_it_the_text_does_not_say_that_it_still_is_so() -> None:
    condition = Condition(Operator.EQUAL, ("true",))
    world = world_of(leak(condition, repeat=20.0, priority=Priority.CRITICAL))
    world.receive("home/s", '{"object":{"leak":true}}')
    world.later(10)
    world.receive("home/s", '{"object":{"battery":3.1}}')
    world.later(10)
    world.later(2)
    assert "still" not in world.said[-1]
    assert "so when last heard, 22 s ago; not sent since" in world.said[-1]
    world.restart()
    world.wait(60)
    assert "still" not in world.said[-1]
    assert "not sent since" in world.said[-1]
    world.receive("home/s", '{"object":{"leak":true}}')
    world.wait(40)
    assert "still so" in world.said[-1]


# What was deleted


async def test_a_retained_value_that_is_deleted_ends_its_alert() -> None:
    world = world_of(above(topic="home/s"))
    world.receive("home/s", "35", retain=True)
    world.later(2)
    world.receive("home/s", "")
    world.later(2)
    assert world.said[1].startswith("⏹ *hot* is over: home/s\n")
    assert "worst 35: an empty message took the value away" in world.said[1]
    assert not world.bot.alerts.active
    assert "over 08:00: an empty message took the value away" in await world.ask("/mqtt why")


@pytest.mark.parametrize(
    "rule",
    [
        above(topic="t", hold=60.0),
        rule_of(Operator.CHANGES),
        rule_of(Operator.RISES, "5", seconds=600.0),
        stale(60.0),
    ],
)
def test_a_value_that_is_deleted_leaves_nothing_to_wait_for(rule: AlertRule) -> None:
    watched = Watched(rule)
    watched.value("35")
    watched.value("")
    assert watched.engine.get(rule.id, "t") is None
    assert watched.later(3600) == []
    assert watched.value("41") == []


def test_silence_ends_when_the_value_is_deleted() -> None:
    watched = Watched(stale(60.0))
    watched.value("1")
    assert watched.later(61) == [Step.FIRED]
    assert watched.value("") == [Step.RESOLVED]
    assert watched.later(3600) == []


def test_a_bell_that_never_says_anything_else_is_alive() -> None:
    watched = Watched(stale(60.0))
    for _ in range(5):
        assert watched.value("", after=50) == []
    assert watched.later(61) == [Step.FIRED]
    assert watched.value("") == [Step.RESOLVED]


def config(topic: str, **more: object) -> str:
    return json.dumps({"state_topic": topic, "name": "T", "unique_id": "u1", **more})


def test_a_device_that_is_removed_ends_its_alerts() -> None:
    world = world_of(above(topic="home/+"))
    world.receive("homeassistant/sensor/a/config", config("home/s"), retain=True)
    world.receive("homeassistant/sensor/b/config", config("home/o", unique_id="u2"), retain=True)
    world.receive("homeassistant/sensor/c/config", config("home/o", unique_id="u3"), retain=True)
    for topic in ("home/s", "home/o", "home/plain"):
        world.receive(topic, "35")
    world.later(2)
    world.receive("homeassistant/sensor/c/config", "", retain=True)
    assert len(world.bot.alerts.active) == 3
    world.receive("homeassistant/sensor/a/config", "")
    assert world.clock.alarms[-1] == world.clock.time
    world.later(0)
    world.later(2)
    assert "the device was removed" in world.said[-1]
    assert [alert.topic for alert in world.bot.alerts.active] == ["home/o", "home/plain"]
    world.receive("homeassistant/sensor/b/config", config("home/moved", unique_id="u2"), retain=True)
    world.later(2)
    assert [alert.topic for alert in world.bot.alerts.active] == ["home/plain"]
    alarms = len(world.clock.alarms)
    world.receive("homeassistant/sensor/b/config", "")
    assert len(world.clock.alarms) == alarms


def test_configurations_that_come_again_end_nothing() -> None:
    world = world_of(above(topic="home/+"))
    world.receive("homeassistant/sensor/a/config", config("home/s"), retain=True)
    world.receive("home/s", "35")
    world.bot.readings.forget()
    world.receive("homeassistant/sensor/a/config", config("home/s"), retain=True)
    world.receive("homeassistant/sensor/a/config", config("home/s", icon="mdi:x"), retain=True)
    assert world.bot.alerts.active


def test_a_topic_that_the_broker_refuses_ends_its_alerts() -> None:
    rules = (above(topic="home/s"), above(topic="other/s", id="r2", number=2, name="warm"))
    world = world_of(*rules)
    world.receive("home/s", "35")
    world.receive("other/s", "35")
    world.later(2)
    world.broker.refused = {"home/#": "not authorized"}
    world.bot.broker_changed(LinkStatus(Phase.ONLINE))
    world.later(2)
    assert "the broker does not deliver this topic any more" in world.said[-1]
    assert [alert.topic for alert in world.bot.alerts.active] == ["other/s"]


# Blind


def blinded(world: World, payload: str, times: int = FEWEST) -> None:
    for _ in range(times):
        world.receive("home/s", payload)
        world.later(10)


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        (above("30", topic="home/s", field="t"), '{"t":20}', '{"u":20}'),
        (above("30", topic="home/s", field="t"), '{"t":20}', '{"t":nan'),
        (above("30", topic="home/s", field="t"), '{"t":20}', "offline"),
        (above("30", topic="home/s"), "20", "unavailable"),
        (above("30", topic="home/s"), "20", "nan"),
        (rule_of(Operator.CHANGES, topic="home/s", field="t"), '{"t":20}', '{"u":20}'),
        (rule_of(Operator.EQUAL, "on", topic="home/s", field="t"), '{"t":20}', '{"u":20}'),
        (rule_of(Operator.RISES, "5", topic="home/s", seconds=60.0), "20", "unknown"),
    ],
)
async def test_a_rule_that_goes_blind_says_so_once_and_when_it_sees_again(
    rule: AlertRule, good: str, bad: str
) -> None:
    world = world_of(rule)
    world.receive("home/s", good)
    since = ENGLISH.write(world.bot.moment(world.clock.time))
    world.later(10)
    blinded(world, bad, FEWEST - 1)
    assert not world.said
    blinded(world, bad, 20)
    assert len(world.said) == 1
    assert f"no value since {since}" in world.said[0]
    assert f"no value since {since}" in await world.ask("/mqtt alerts")
    assert f"no value since {since}" in await world.ask(f"/mqtt rule {rule.number}")
    world.restart()
    blinded(world, bad, 20)
    assert len(world.said) == 1
    assert f"no value since {since}" in await world.ask("/mqtt alerts")
    world.receive("home/s", good)
    world.later(60)
    assert len(world.said) == 2
    assert "has a value again" in world.said[1]
    assert "no value since" not in await world.ask("/mqtt alerts")


async def test_a_single_message_without_a_value_is_told_unless_one_follows() -> None:
    world = world_of(above("30", topic="home/s"))
    world.receive("home/s", "20")
    world.receive("home/s", "unavailable")
    assert "no value since" in await world.ask("/mqtt alerts")
    world.wait(PATIENCE - 1)
    assert not world.said
    world.later(2)
    assert len(world.said) == 1
    assert "What came: unavailable" in world.said[0]
    for _ in range(20):
        world.receive("home/s", "unavailable")
        world.later(10)
    assert len(world.said) == 1


def test_it_is_told_though_the_clock_was_set_back() -> None:
    world = world_of(above("30", topic="home/s"))
    world.receive("home/s", "20")
    world.receive("home/s", "unavailable")
    world.later(-HOUR)
    world.later(1)
    assert len(world.said) == 1


def test_a_topic_that_never_had_a_value_has_lost_none() -> None:
    world = world_of(above("30", topic="home/s", field="t"))
    blinded(world, '{"u":1}', 50)
    assert not world.said


def test_what_is_left_out_now_and_then_is_no_blindness() -> None:
    world = world_of(above("30", topic="home/s", field="t"))
    blinded(world, '{"t":1}', 1)
    for _ in range(5):
        blinded(world, '{"u":1}', FEWEST - 1)
        blinded(world, '{"t":1}', 1)
    blinded(world, '{"u":1}', TIMES * (FEWEST - 1))
    assert not world.said
    blinded(world, '{"u":1}', 1)
    assert len(world.said) == 1


def test_what_sees_again_before_anybody_knew_is_not_told() -> None:
    world = world_of(above("30", topic="home/s"))
    world.receive("home/s", "20")
    for _ in range(FEWEST):
        world.receive("home/s", "nan")
    world.receive("home/s", "20")
    world.later(120)
    assert not world.said


async def test_what_fires_is_blind_at_once_in_the_list() -> None:
    world = world_of(above("30", topic="home/s"))
    world.receive("home/s", "35")
    world.later(2)
    world.receive("home/s", "unavailable")
    assert "no value since" in await world.ask("/mqtt alerts")
    blinded(world, "unavailable")
    assert "has nothing to judge" in world.said[-1]
    assert world.bot.alerts.active


def test_many_that_go_blind_together_are_one_message() -> None:
    world = world_of(above("30", topic="home/+"))
    for payload in ("20", "nan", "nan", "nan"):
        for number in range(30):
            world.receive(f"home/{number}", payload)
    world.later(2)
    assert len(world.said) == 1
    assert len(world.said[0].splitlines()) == 21
    for number in range(30):
        world.receive(f"home/{number}", "20")
    world.later(2)
    assert len(world.said) == 1
    world.later(60)
    assert len(world.said) == 2


def test_a_muted_rule_goes_blind_in_silence_and_one_that_stops_says_it_first() -> None:
    world = world_of(above("30", topic="home/s"))
    world.bot.alerts.mutes.add("home/s", NOON * 2)
    blinded(world, "20", 1)
    blinded(world, "nan")
    assert not world.said
    world = world_of(above("30", topic="home/s", targets=("notify.phone",)))
    world.receive("home/s", "20")
    for _ in range(FEWEST):
        world.receive("home/s", "nan")
    world.bot.close()
    assert [notice.to for notice in world.outbox.notices] == [ME]


def test_a_rule_that_is_removed_while_it_waits_to_be_told_is_blind_no_more() -> None:
    world = world_of(above("30", topic="home/s"))
    world.receive("home/s", "20")
    for _ in range(FEWEST):
        world.receive("home/s", "nan")
    world.bot.apply(world.bot.rules.__class__(world.bot.rules.subscriptions, world.bot.rules.contacts))
    world.later(5)
    assert "nothing to judge" in world.said[0]


def test_blindness_is_bounded_and_moves_with_the_clock() -> None:
    blindness = Blindness()
    for number in range(MOST_KNOWN + 1):
        blindness.see(("r", str(number)), NOON)
    blindness.shift(-3600)
    watch = Watch.of(above("30", topic="+", id="r"))
    lost = [blindness.miss(None, watch, read("x", str(MOST_KNOWN)), NOON) for _ in range(FEWEST)]
    assert [told.sure for _, told in lost if told is not None] == [False, True]
    blind, _ = lost[-1]
    assert blind is not None
    assert blind.seen == NOON - 3600
    assert load(blind.rule, blind.topic, dump(blind)) == blind
    assert blindness.miss(None, watch, read("x", "0"), NOON) == (None, None)


# Silence


@pytest.mark.parametrize(
    "payload",
    [
        *(
            "nan",
            "NaN",
            "-nan",
            "+NAN",
            "nan °C",
            "nan%",
            "NAN W",
            "-nan(ind)",
            "1.#QNAN",
            "inf",
            "-Infinity",
        ),
        *("unknown", "UNKNOWN", " Unknown ", "unavailable", "Unavailable", '"unavailable"', "un-available"),
        *("not available", "n/a", "None", "null", '{"value":null}', '{"t":"nan","h":"unknown"}', "---"),
        *("nicht verfügbar", "unbekannt", '{"value":"NaN"}', "[unknown]"),
    ],
)
def test_what_is_no_value_is_no_sign_of_life(payload: str) -> None:
    watched = Watched(stale(60.0))
    watched.value("1")
    steps = [step for _ in range(10) for step in watched.value(payload, after=10)]
    assert watched.state() is AlertState.NO_DATA
    assert watched.told == [("t", (Step.FIRED,), 1)]
    assert not steps
    assert watched.value("2") == [Step.RESOLVED]


@pytest.mark.parametrize(
    "payload", ["0", "off", "offline", "info", "nancy", '{"t":"nan","h":40}', "-5", "no"]
)
def test_what_is_a_value_is_a_sign_of_life(payload: str) -> None:
    watched = Watched(stale(60.0))
    watched.value("1")
    for _ in range(10):
        assert watched.value(payload, after=30) == []


@pytest.mark.parametrize(
    "payload", ['{"t":"nan"}', '{"t":"Unavailable"}', '{"t":""}', '{"u":1}', '{"t":null}']
)
def test_a_field_that_is_no_value_is_no_sign_of_life(payload: str) -> None:
    world = world_of(stale(60.0, topic="home/s", field="t"))
    world.receive("home/s", '{"t":1}')
    at = ENGLISH.write(world.bot.moment(world.clock.time))
    for _ in range(7):
        world.later(10)
        world.receive("home/s", payload)
    world.later(2)
    assert f"no value for 1 min 10 s, the last one {at}" in world.said[0]
