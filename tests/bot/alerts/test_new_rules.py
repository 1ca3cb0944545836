"""A rule that waits for another value knows what was so before it was made."""

from fakes import World, failing
from homes import announce, say
import pytest

from bot.model.rules import Subscription

ALL = Subscription("#")


async def heard(world: World, topic: str, payload: str) -> list[str]:
    """Return what is told of a message, once what runs beside has run."""
    await world.settle()
    before = len(world.said)
    world.receive(topic, payload)
    world.later(5)
    return [text for text in world.said[before:] if "⚠" in text]


@pytest.mark.parametrize("rule", ["s/door changes", "s/+ changes", "s/door.open changes"])
async def test_the_first_change_is_noticed(rule: str) -> None:
    world = World(ALL)
    payload = '{{"open": "{}"}}' if ".open" in rule else "{}"
    world.receive("s/door", payload.format("yes"))
    world.receive("s/door", payload.format("no"))
    await say(world, f"alert {rule}")
    (told,) = await heard(world, "s/door", payload.format("yes"))
    assert "no → yes" in told


async def test_what_was_so_before_is_no_change() -> None:
    world = World(ALL)
    world.receive("s/door", "closed")
    await say(world, "alert s/door changes")
    assert await heard(world, "s/door", "closed") == []


async def test_what_the_topic_says_before_the_history_was_read_is_newer() -> None:
    world = World(ALL)
    world.receive("s/door", "closed")
    await say(world, "alert s/door changes")
    world.receive("s/door", "open")
    assert await heard(world, "s/door", "open") == []
    (told,) = await heard(world, "s/door", "closed")
    assert "open → closed" in told


async def test_what_only_a_device_has_said_is_known_too() -> None:
    world = World()
    announce(world, "sensor", "mode", name="Mode", state_topic="pump/mode", device="Pump")
    world.receive("pump/mode", "day")
    await say(world, "alert pump mode changes")
    (told,) = await heard(world, "pump/mode", "night")
    assert "day → night" in told


async def test_a_rule_that_was_off_knows_what_was_so_last() -> None:
    world = World(ALL)
    await say(world, "alert s/door changes")
    await heard(world, "s/door", "closed")
    await say(world, "rule 1 off")
    await heard(world, "s/door", "open")
    await say(world, "rule 1 on")
    (told,) = await heard(world, "s/door", "closed")
    assert "open → closed" in told


async def test_a_rule_that_is_gone_meanwhile_is_not_told() -> None:
    world = World(ALL)
    world.receive("s/door", "closed")
    await say(world, "alert s/door changes")
    spawned, world.spawned[:] = list(world.spawned), []
    await say(world, "rmalert 1")
    for each in spawned:
        await each()
    assert world.bot.alerts.get("1", "s/door") is None
    assert world.book.kept == []


async def test_an_unreadable_history_leaves_the_rule_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(ALL)
    world.receive("s/door", "closed")
    await say(world, "alert s/door changes")

    async def fails(*_: object) -> None:
        raise failing("history_failed")

    monkeypatch.setattr(world.history, "page", fails)
    assert await heard(world, "s/door", "open") == []
    assert len(await heard(world, "s/door", "closed")) == 1


HATCH = "alert s/hatch == open and s/lamp == off"


@pytest.mark.parametrize(
    ("payloads", "told"),
    [
        (["off"], True),
        (["on"], False),
        (["off", "on"], False),
        (["on", "off"], True),
        (["off", ""], False),
        (["off", "", "off"], True),
        ([], False),
    ],
)
async def test_what_else_has_to_be_so_is_known_of_what_was_said_before(
    payloads: list[str], told: bool
) -> None:
    world = World(ALL)
    for payload in payloads:
        world.receive("s/lamp", payload)
    await say(world, HATCH)
    assert bool(await heard(world, "s/hatch", "open")) is told


async def test_what_else_has_to_be_so_may_have_changed_before_the_history_was_read() -> None:
    world = World(ALL)
    world.receive("s/lamp", "on")
    await say(world, HATCH)
    world.receive("s/lamp", "off")
    world.receive("s/lamp", "on")
    assert await heard(world, "s/hatch", "open") == []


async def test_a_field_of_the_newest_message_that_has_it_says_what_else_is_so() -> None:
    world = World(ALL)
    world.receive("s/lamp", '{"state": "off", "level": 1}')
    world.receive("s/lamp", '{"battery": 90}')
    await say(world, "alert s/hatch == open and s/lamp.state == off")
    assert await heard(world, "s/hatch", "open")


async def test_what_only_a_device_has_said_says_what_else_is_so() -> None:
    world = World(Subscription("s/#"))
    announce(world, "switch", "lamp", name="Lamp", state_topic="l/lamp", command_topic="l/set", device="Lamp")
    world.receive("l/lamp", "OFF")
    await say(world, "alert s/hatch == open and lamp is off")
    assert await heard(world, "s/hatch", "open")


async def test_a_rule_for_which_one_condition_is_enough_waits_for_each() -> None:
    world = World(ALL)
    world.receive("s/lamp", "off")
    await say(world, HATCH.replace(" and ", " or "))
    assert await heard(world, "s/door", "open") == []
    assert await heard(world, "s/lamp", "off")


async def test_what_else_is_so_is_known_after_a_restart() -> None:
    world = World(ALL)
    world.receive("s/lamp", "off")
    await say(world, HATCH)
    await world.settle()
    world.restart()
    assert await heard(world, "s/hatch", "open")
