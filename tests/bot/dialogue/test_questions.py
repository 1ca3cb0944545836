"""Questions in words: about things, places, kinds and states, and about what happened."""

from fakes import World
from homes import announce, say
import pytest
from talk_home import english, german

from bot.model.rules import AlertRule, Condition, Operator


def sensors() -> World:
    """Return a home with batteries, presence, things that are away, and topics without a device."""
    world = english()
    for key, battery in (("a", "80"), ("b", "12")):
        announce(
            *(world, "sensor", f"bat_{key}"),
            name=f"Battery {key}",
            state_topic=f"home/bat/{key}",
            unit_of_measurement="%",
            device_class="battery",
        )
        world.receive(f"home/bat/{key}", battery)
    announce(
        *(world, "binary_sensor", "m"),
        name="Hall motion",
        state_topic="home/motion",
        device_class="occupancy",
    )
    announce(
        *(world, "switch", "plug"),
        name="Desk lamp",
        state_topic="home/plug",
        command_topic="home/plug/set",
        availability_topic="home/plug/there",
    )
    announce(*(world, "switch", "silent"), name="Silent plug", state_topic="home/silent")
    for topic, payload in (
        ("home/motion", "ON"),
        ("home/plug", "ON"),
        ("home/plug/there", "offline"),
        ("garden/shed temp", "4.5 °C"),
        ("home/door/camera", b"\x89PNG\r\n\x1a\n" + b"\0" * 90),
    ):
        world.receive(topic, payload)
    return world


@pytest.mark.parametrize(
    ("line", "answers"),
    [
        ("are the batteries low", ["1 of 2:", "Battery b 12 %"]),
        ("batteries", ["Battery a 80 %", "Battery b 12 %"]),
        ("which lights are on", ["2 of 2:", "Desk lamp on", "Kitchen lamp on"]),
        ("what is offline", ["1 of", "Desk lamp offline"]),
        ("is anybody home", ["nothing tells me here. Occupied:", "Hall motion detected"]),
        ("are the doors and windows closed", ["Yes:", "Freezer Door closed"]),
        ("is anything on in the kitchen", ["Yes:", "Kitchen lamp on"]),
        ("is the freezer temperature on", ["No:", "−17.7 °C"]),
        ("how warm is it", ["Freezer Temperature", "Kitchen climate Temperature"]),
        ("what is the temperature of the kitchen climate", ["Kitchen climate Temperature 21.5 °C"]),
        ("door camera", ["PNG"]),
        ("power", ["home/power/meter 250 W"]),
    ],
)
async def test_a_question_is_answered(line: str, answers: list[str]) -> None:
    said = await say(sensors(), line)
    assert [each for each in answers if each not in said] == []


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("how bright is it", "I know of nothing here"),
        ("how bright is it in the kitchen", "I know of nothing here"),
        ("is any window open", "I know of nothing here"),
        ("who is home", "Nothing here tells me who is there."),
        ("what happened last night", "Nothing worth telling happened: "),
    ],
)
async def test_what_nothing_here_tells_is_said(line: str, answer: str) -> None:
    assert answer in await say(english(), line)


async def test_nobody_is_there() -> None:
    world = german()
    world.receive("home/anna", "not_home")
    said = await say(world, "wer ist da")
    assert said.startswith("Niemand, soweit ich sehe:")
    assert "Anna abwesend" in said


async def test_what_happened_is_alerts_and_what_was_switched() -> None:
    rule = AlertRule(
        "home/freezer/temperature", Condition(Operator.ABOVE, ("-15",)), name="Warm", id="rule1", number=1
    )
    world = english(alerts=(rule,))
    world.receive("home/freezer/temperature", "-10")
    world.later(3)
    for state in ("OFF", "OFF", "ON") * 8:
        world.clock.time += 30
        world.receive("home/kitchen/lamp", state)
        world.receive("home/freezer/door", "open" if state == "ON" else "closed", retain=state == "OFF")
    said = await say(world, "what happened today")
    assert "⚠ Warm: −10 °C" in said
    assert "Kitchen lamp: on" in said
    assert "Freezer Door: open" in said
    many = english()
    for number in range(30):
        announce(*(many, "lock", f"l{number}"), name=f"Lock {number}", state_topic=f"home/lock/{number}")
        many.receive(f"home/lock/{number}", "LOCKED")
    assert "earlier ones are left out" in await say(many, "what happened today")


async def test_of_very_many_things_some_are_told_and_the_others_counted() -> None:
    world = english()
    for number in range(20):
        announce(
            *(world, "sensor", f"s{number}"),
            name=f"Probe {number}",
            state_topic=f"home/probe/{number}",
            unit_of_measurement="°C",
            device_class="temperature",
        )
        world.receive(f"home/probe/{number}", str(number))
    said = await say(world, "probe")
    assert said.count("°C") == 12
    assert "8 more: devices" in said
    assert "10 more" in await say(world, "how warm is it")


async def test_a_thing_that_has_said_nothing_has_no_value() -> None:
    world = english()
    announce(*(world, "sensor", "new"), name="New probe", state_topic="home/new")
    assert await say(world, "new probe") == "Nothing has come in from New probe so far."
    world.receive("home/new", "5")
    assert (await say(world, "new probe")).endswith("New probe 5, just now")
    world.clock.time += 3_700
    assert (await say(world, "new probe")).endswith("New probe 5, 1 h ago")


async def test_the_trend_needs_a_number_some_time_ago() -> None:
    world = english()
    world.receive("home/freezer/temperature", "-17.6")
    assert "−17.6 °C ↗" in await say(world, "freezer temperature")
    world.receive("home/freezer/temperature", "-18.8")
    assert "−18.8 °C →" in await say(world, "freezer temperature")
    world.receive("home/text", "some words")
    assert (await say(world, "home/text")).endswith("home/text some words, just now")


async def test_a_field_that_the_newest_messages_lack_has_an_older_value() -> None:
    world = english()
    world.receive("home/kitchen/climate", '{"battery": 90}')
    assert "Kitchen climate Humidity 46 %" in await say(world, "kitchen climate humidity")
    assert "Nothing has come in" in await say(world, "value home/kitchen/climate.nonsense")


@pytest.mark.parametrize(
    ("line", "published"),
    [
        ("set the kitchen lamp to 40 %", 0),
        ("turn off everything in the kitchen", 1),
        ("turn on the lights in the kitchen", 1),
        ("turn off all the lights", 1),
        ("make the kitchen lamp red", 0),
        ("open the kitchen lamp", 0),
        ("set the temperature in the kitchen to 21", 0),
    ],
)
async def test_a_wish_in_words_sets_what_can_be_set(line: str, published: int) -> None:
    world = english()
    assert await say(world, line)
    assert len(world.broker.published) == published


async def test_covers_locks_and_thermostats_have_words_of_their_own() -> None:
    world = english()
    announce(*(world, "cover", "c"), name="Bedroom blinds", command_topic="home/blinds/set")
    announce(*(world, "lock", "l"), name="Front lock", command_topic="home/lock/set")
    announce(*(world, "climate", "t"), name="Hall heating", temperature_command_topic="home/heating/set")
    for line, topic, payload in (
        ("open the bedroom blinds", "home/blinds/set", b"OPEN"),
        ("close the bedroom blinds", "home/blinds/set", b"CLOSE"),
        ("lock the front lock", "home/lock/set", b"LOCK"),
        ("set hall heating to 21 degrees", "home/heating/set", b"21"),
    ):
        world.broker.published.clear()
        await say(world, line)
        assert [(at, said) for at, said, *_ in world.broker.published] == [(topic, payload)], line


async def test_a_preset_that_takes_a_value_and_one_that_nobody_has() -> None:
    world = english()
    await say(world, "preset add Scene home/scene {value}")
    assert "published to home/scene: blue" in await say(world, "scene blue")
    assert "What value" in await say(world, "scene") or "value" in await say(world, "scene")
    world.broker.published.clear()
    assert await say(world, "run nonsense")
    assert world.broker.published == []


async def test_without_a_device_the_examples_are_topics() -> None:
    world = World()
    world.bot.apply(english().bot.rules)
    world.receive("home/door/note", "x")
    assert "“home/door/note”" in await say(world, "hello")
