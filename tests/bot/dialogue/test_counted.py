"""How often and how long something was so: asked in words, by the command, and when messages are gone."""

from fakes import World
from homes import announce, say
import pytest

from bot.commands.value import Count
from bot.history import course
from bot.model.history import Run
from bot.model.replies import BotError, Caller, Surface, Table, Text
from bot.model.rules import Role, Subscription
from bot.model.status import STOPPED, LinkStatus, Phase

HOUR = 3_600.0
FIRST = 30
"""Hours before now in which the home began."""


def mill_house(language: str = "en") -> World:
    """Return a home in which the pump runs 10 minutes each hour, and the door is open each third hour."""
    world = World(Subscription("house/#"), language=language)
    for component, topic, name, more in (
        ("lock", "lock", "Front door", {"command_topic": "house/lock/set"}),
        ("switch", "pump", "Pumpe", {"command_topic": "house/pump/set"}),
        ("binary_sensor", "door", "Tür", {"device_class": "door"}),
        (
            *("binary_sensor", "garage", "Garage"),
            {
                "device_class": "garage_door",
                "value_template": "{{ value_json.contact }}",
                "payload_on": "False",
                "payload_off": "True",
            },
        ),
        ("event", "bell", "Doorbell", {"device_class": "doorbell", "event_types": ["press"]}),
        ("device_tracker", "anna", "Anna", {}),
        ("sensor", "freezer", "Deep freeze", {"device_class": "temperature", "unit_of_measurement": "°C"}),
    ):
        config = {
            "name": None,
            "state_topic": f"house/{topic}",
            "device": {"name": name, "identifiers": [name]},
        }
        announce(world, component, topic, **(config | more))
    world.receive("house/lock", "UNLOCKED")
    for hour in range(FIRST):
        world.receive("house/pump", "ON")
        world.receive("house/door", "OFF" if hour % 3 else "ON")
        world.receive("house/garage", f'{{"contact": {"true" if hour % 2 else "false"}}}')
        world.receive("house/anna", "home" if hour % 10 < 7 else "not_home")
        world.receive("house/freezer", str(-18 + hour % 6))
        if hour % 9 == 0:
            world.receive("house/bell", '{"event_type": "press"}')
        world.later(600)
        world.receive("house/pump", "OFF")
        world.later(3_000)
    return world


async def asked(world: World, line: str) -> str:
    await world.settle()
    answer = await say(world, line)
    assert world.broker.published == []
    return answer


LINES = [
    (
        "how long was the pumpe on yesterday",
        "2 h 40 min in all (at the beginning it was so already). What was before yesterday 08:00 I",
    ),
    ("how often was the garage opened yesterday", "open 7 times, 8 h in all"),
    ("how many times was the garage opened today", "Garage, since 00:00: open 7 times, 7 h in all"),
    ("how often did the doorbell ring today", "Doorbell, since 00:00: 2 times, last 11:00"),
    ("how often did it ring yesterday", "Doorbell, yesterday: 2 times, last yesterday 17:00"),
    ("how long was the deep freeze above -15 yesterday", "above −15 °C 2 times, 4 h in all"),
    ("how long was the deep freeze below -20 yesterday", "never below −20 °C"),
    ("how long was the front door unlocked today", "Front door, since 00:00: unlocked the whole time"),
    ("how often was the front door locked today", "Front door, since 00:00: unlocked the whole time"),
    ("how often was anna away last 30 days", "away 3 times, 9 h in all, and it still is"),
    ("how long was the tür open since 11:00", "Tür, since 11:00"),
    ("how much time was the pumpe on yesterday", "on 15 times, 2 h 40 min in all"),
    ("how often does the pumpe start", "Pumpe, since yesterday 14:00: on 24 times, 4 h in all"),
    # Without a time: of what is so still, since when; of what was, the last day.
    ("how long is the pumpe on", "Pumpe: off since 13:10"),
    ("how long has the front door been unlocked", "Front door: unlocked since yesterday 08:00"),
    ("how long was the pumpe on", "Pumpe, since yesterday 14:00: on 24 times"),
    ("when was the tür last open and how long", "Tür: last open 11:00 – 12:00, for 1 h"),
    # What cannot be counted is said.
    ("how often was the deep freeze on today", "I know of nothing here"),
    ("how often was the deep freeze today", "Deep freeze tells numbers: name a limit"),
    # What is not understood wholly is not counted.
    ("how long was the pumpe not on today", "That is about an earlier time"),
    ("how often should i water the plants", "That is about an earlier time"),
    ("how often was the tür open for more than 5 minutes", "That is about an earlier time"),
    ("how often did anna leave yesterday", "away once, for 3 h"),
    ("how often did anna come home yesterday", "home once, for 13 h"),
    ("how often did the pumpe turn on today", "on 14 times, 2 h 20 min in all"),
    ("tell me how often the garage opened today", "open 7 times, 7 h in all"),
    ("how long was the garage open on monday", "The history says nothing of Garage since Monday 00:00"),
    ("how often was the doorbell open today", "I know of nothing here"),
    ("how often did the doorbell ring in june", "The history says nothing of Doorbell since"),
    ("how long was the pumpe on in june", "The history says nothing of Pumpe since"),
    ("how often was the unicorn fed yesterday", "That is about an earlier time"),
    ("count pumpe yesterday", "on 15 times, 2 h 40 min in all"),
    (
        "count pumpe off since 10:00",
        "off 4 times, 3 h 20 min in all (at the beginning it was so already), and it still is",
    ),
    ("count deep freeze above -15 °C 24h", "above −15 °C 4 times, 8 h in all"),
    ("count front door", "Front door, since yesterday 14:00: unlocked the whole time"),
    ("count doorbell since 12:00", "Doorbell, since 12:00: not once"),
    ("count doorbell", "Doorbell, since yesterday 14:00: 3 times, last 11:00"),
    ("count deep freeze open", "The history knows of no states, numbers or messages of Deep freeze"),
    ("count pumpe often yesterday", "I do not know what to count"),
    ("count pumpe above 3 on", "I do not know what to count"),
    ("count pumpe was on yesterday", "I do not know what to count"),
    ("count house/#", "Which “house/#”?"),
    ("count nowhere/#", "nowhere"),
    ("count house/p+", "house/p+"),
]
GERMAN = [
    ("wie lange lief die Pumpe gestern", "Pumpe, gestern: 15-mal ein, zusammen 2 h 40 min"),
    ("wie oft hat es geklingelt", "Doorbell, seit gestern 14:00: 3-mal, zuletzt 11:00"),
    ("wie oft wurde heute geklingelt", "Doorbell, seit 00:00: 2-mal, zuletzt 11:00"),
    ("wann war die Tür zuletzt offen und wie lange", "Tür: zuletzt geöffnet 11:00 – 12:00, 1 h lang"),
    (
        "wie oft war die Tür gestern offen",
        "5-mal geöffnet, zusammen 6 h (am Anfang war es schon so), und so war es am Ende",
    ),
    ("wie lange war deep freeze gestern über -15", "2-mal über −15 °C, zusammen 4 h"),
    ("wie oft war Anna seit Montag zuhause", "2-mal zuhause, zusammen 21 h (am Anfang war es schon so)"),
    ("wie viele Stunden lief die Pumpe gestern", "15-mal ein, zusammen 2 h 40 min"),
    ("wie lange war Anna gestern weg", "einmal abwesend, 3 h lang"),
    ("wie lange war Anna gestern nicht zuhause", "einmal abwesend, 3 h lang"),
    ("wie oft hat sich die Tür heute geöffnet", "4-mal geöffnet, zusammen 4 h (am Anfang"),
    ("wie lange ist die Tür schon offen", "Tür: geschlossen seit"),
    (
        "zähle Tür offen gestern",
        "5-mal geöffnet, zusammen 6 h (am Anfang war es schon so), und so war es am Ende",
    ),
    ("zähle Pumpe seit 10:00", "4-mal ein, zusammen 40 min"),
    ("wie lange war die Pumpe im Juni an", "Der Verlauf sagt über Pumpe"),
]


@pytest.mark.parametrize(("line", "told"), LINES)
async def test_it_is_counted(line: str, told: str) -> None:
    assert told in await asked(mill_house(), line)


@pytest.mark.parametrize(("line", "told"), GERMAN)
async def test_it_is_counted_in_german(line: str, told: str) -> None:
    assert told in await asked(mill_house("de"), line)


def asking(topic: str, condition: str = "") -> Count:
    return Count(topic=topic, condition=condition)


async def counted(world: World, topic: str, condition: str = "") -> dict[str, object]:
    """Return what an action is told of one thing."""
    told = await asking(topic, condition).run(world.bot, Caller(Surface.ACTION, "ha", Role.VIEWER))
    assert isinstance(told, Text)
    assert told.facts is not None
    return dict(told.facts)


async def test_an_action_is_told_it_in_numbers() -> None:
    world = mill_house()
    told = await counted(world, "Pumpe", "on since 10:00")
    assert (told["count"], told["seconds"], told["so_before"], told["so_now"]) == (4, 2_400.0, False, False)
    assert (told["topic"], told["seconds_unheard"]) == ("house/pump", 0.0)
    assert told["until"] == world.clock.time


async def test_when_nobody_listened_is_left_out_and_said() -> None:
    world = World(Subscription("house/#"))
    start = world.clock.time
    world.receive("house/fan", "on")
    world.history.log_connection("broker", LinkStatus(Phase.OFFLINE, "lost"), start + 600)
    world.history.log_connection("broker", LinkStatus(Phase.ONLINE), start + 630)
    world.history.log_connection("broker", STOPPED, start + 1_200)
    world.history.log_connection("broker", LinkStatus(Phase.ONLINE), start + 3_600)
    world.later(7_200)
    told = await asked(world, "count house/fan 2h")
    assert "Left out: 40 min 30 s in which I did not hear the broker" in told
    assert (await counted(world, "house/fan", "2h"))["seconds"] == 7_200.0 - 30 - 2_400
    told = await asked(world, "count house/fan 8:25..8:30")
    assert (
        told
        == "house/fan, 08:25 – 08:30: on the whole time. Left out: 5 min in which I did not hear the broker"
    )
    told = await asked(world, "count house/fan 30min")
    assert "Left out" not in told


async def test_what_the_broker_had_kept_and_what_is_let_go_is_no_event() -> None:
    world = World(Subscription("house/#"))
    for payload, retain in (("single", True), ("", False), ("single", False), ("", False), ("double", False)):
        world.receive("house/button", payload, retain=retain)
        world.later(60)
    assert "2 times, last" in await asked(world, "count house/button 1h")
    # A bell that never says anything rings all the same.
    world.receive("house/gong", "")
    assert "once, " in await asked(world, "count house/gong 1h")


async def test_each_field_is_counted_for_itself() -> None:
    world = World(Subscription("house/#"))
    for key in ("contact", "tamper"):
        announce(
            *(world, "binary_sensor", f"w_{key}"),
            name=key.capitalize(),
            state_topic="house/window",
            device_class="door",
            value_template=f"{{{{ value_json.{key} }}}}",
            payload_on="on",
            payload_off="off",
            device={"name": "Window", "identifiers": ["w"]},
        )
    for contact, tamper in (("off", "off"), ("on", "off"), ("off", "on"), ("on", "on")):
        world.receive("house/window", f'{{"contact": "{contact}", "tamper": "{tamper}"}}')
        world.later(600)
    told = await asking("house/window", "1h").run(world.bot, Caller(Surface.ACTION, "ha", Role.VIEWER))
    assert isinstance(told, Table)
    assert [each["count"] for each in told.facts] == [2, 1]
    assert "Window" in await asked(world, "count house/window 1h")


async def test_of_a_filter_the_only_topic_is_meant() -> None:
    world = World(Subscription("house/#"))
    world.receive("house/fan", "on")
    world.later(600)
    assert (await counted(world, "house/+", "1h"))["topic"] == "house/fan"
    with pytest.raises(BotError, match="count_nothing"):
        await counted(world, "house/pan")


# Messages are gone, their words are kept.


def run(
    world: World, topic: str, payload: str | None, hours: float, *, lasting: float = 0.0, count: int = 1
) -> Run:
    """Return a run that began so many hours ago."""
    at = world.clock.time - hours * HOUR
    field = "$.contact" if payload is not None and payload.startswith("{") else ""
    return Run(topic, payload, field, at, at + lasting, 1)


async def test_what_is_gone_is_counted_by_its_words() -> None:
    world = mill_house()
    world.history.kept_runs = [
        run(world, "house/pump", "OFF", 60),
        run(world, "house/pump", "ON", 50),
        run(world, "house/pump", "OFF", 49),
        # This one is stored as well.
        run(world, "house/pump", "ON", FIRST, lasting=5.0),
    ]
    told = await counted(world, "Pumpe", "on since 13 january 12:00")
    assert told["since"] == world.clock.time - 60 * HOUR
    assert (told["count"], told["so_before"]) == (1 + FIRST, False)
    assert told["seconds"] == HOUR + FIRST * 600


async def test_words_of_a_field_mean_what_its_device_says() -> None:
    world = mill_house()
    world.history.kept_runs = [
        run(world, "house/garage", '{"contact":false}', 50),
        run(world, "house/garage", None, 48),
        run(world, "house/garage", '{"contact":true}', 47),
    ]
    world.history.kept_runs[1] = Run("house/garage", None, "$.contact", world.clock.time - 48 * HOUR, 0.0, 1)
    told = await counted(world, "Garage", "open 3d")
    assert told["seconds"] == 2 * HOUR + FIRST // 2 * HOUR
    # Of two fields that tell of it nobody knows which.
    world.history.kept_runs.append(Run("house/garage", '{"contact":true}', "$.other", 0.0, 0.0, 1))
    assert (await counted(world, "Garage", "open 3d"))["since"] == world.clock.time - FIRST * HOUR


async def test_what_happened_is_counted_by_its_words_once() -> None:
    world = World(Subscription("house/#"))
    world.receive("house/bell", "ring")
    world.later(60)
    world.receive("house/bell", "ring")
    world.later(60)
    now = world.clock.time
    world.history.kept_runs = [
        Run("house/bell", "ring", "", now - 7_000, now - 7_000, 0),
        Run("house/bell", "ring", "", now - 5_000, now - 4_000, 3),
        # Two of these four are stored.
        Run("house/bell", "ring", "", now - 300, now - 60, 4),
    ]
    told = await counted(world, "house/bell", "2h")
    assert (told["count"], told["since"]) == (3 + 2 + 2, now - 7_200)
    world.history.appended.clear()
    assert (await counted(world, "house/bell", "1h"))["count"] == 4


async def test_what_tells_no_state_changes_none() -> None:
    world = World(Subscription("house/#"))
    for payload in ("on", "unknown", "off"):
        world.receive("house/fan", payload)
        world.later(600)
    assert (await counted(world, "house/fan", "1h"))["seconds"] == 1_200.0


async def test_what_tells_no_number_is_beyond_no_limit() -> None:
    world = World(Subscription("house/#"))
    for payload in ("5", "broken", "1", "2"):
        world.receive("house/level", payload)
        world.later(600)
    assert (await counted(world, "house/level", "above 3 1h"))["seconds"] == 1_200.0


async def test_of_very_many_messages_the_newest_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course, "MOST_MESSAGES", 3)
    monkeypatch.setattr(course, "_LONG_BEFORE", 1)
    world = World(Subscription("house/#"))
    for nth in range(8):
        world.receive("house/fan", "off" if nth % 2 else "on")
        world.later(600)
    told = await counted(world, "house/fan", "2h")
    assert told["since"] == world.clock.time - 4 * 600
