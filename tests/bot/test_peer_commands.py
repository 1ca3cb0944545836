"""What users of the plugin have learned to type, its own examples among it, is understood."""

from dataclasses import replace

from alert_rules import above
from fakes import ME, World
import pytest

from bot.model.message import QoS
from bot.model.rules import Bridge, Display, Preset, Priority, Subscription

HOME = Subscription("home/#")


def house() -> World:
    """Return a bot that has heard of a few things, with one rule of each kind."""
    world = World(
        HOME,
        Subscription("home/x", alias="Lamp"),
        alerts=(above("30", "home/temperature"),),
        bridges=(Bridge("home/door", ME, id="b1", number=1),),
        presets=(Preset("night", "home/scene", "night", id="p1", number=1),),
    )
    for payload in ('{"temperature": 22.5}', '{"temperature": 23.5}'):
        world.receive("home/temperature", payload)
        world.clock.time += 60
    world.receive("home/door/front", "CLOSED")
    return world


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("", "help topics"),
        ("status", "Broker"),
        ("topics", "home/#"),
        ("list", "home/#"),
        ("subscribe garden/#", "garden/#"),
        ("sub garden/#", "garden/#"),
        ("unsubscribe home/#", "home/#"),
        ("unsub home/#", "home/#"),
        ("publish home/x  two  words", "Published to home/x: "),
        ("pub home/x ON", "Published to home/x: ON"),
        ("alert home/temperature.temperature > 30", "above 30"),
        ("alert home/temperature temperature > 30", "temperature of home/temperature is above 30"),
        ("alert home/door/front OPEN critical", "critical when home/door/front is OPEN"),
        ("alert home/door/front contains OPEN", "contains “OPEN”"),
        ("alert home/x == on", "Lamp is on"),
        ("alerts", "home/temperature"),
        ("rmalert 1", "removed"),
        ("delalert 1", "removed"),
        ("priority home/# alert", "alert"),
        ("prio home/# critical", "critical"),
        ("prio", "normal"),
        ("history", "home/door/front"),
        ("hist home/temperature 5", "23.5"),
        ("chart home/temperature", "23.5"),
        ("sparkline home/temperature 20", "23.5"),
        ("pause", "hidden"),
        ("resume", "not hidden"),
        ("qos home/# 2", "QoS 2"),
        ("qos", "QoS 1"),
        ("bridge home/# me@example.org", "home/# → me@example.org"),
        ("bridge home/# me@example.org payload_only", "payload"),
        ("bridges", "home/door"),
        ("rmbridge 1", "home/door"),
        ("delbridge 1", "home/door"),
        ("dbstats", "Size on disk"),
        ("db", "Size on disk"),
        ("purge", "yes"),
        ("presets", "night"),
        ("preset list", "night"),
        ("preset", "night"),
        ("preset add light home/light/set ON", "light"),
        ("preset NIGHT", "published to home/scene: night"),
        ("preset remove 1", "night"),
        ("preset rm 1", "night"),
        ("preset del 1", "night"),
        ("config", "127.0.0.1:1883"),
        ("reconnect", "Reconnecting"),
        ("discovery", "on"),
        ("discovery on", "on"),
        ("discovery off", "off"),
        ("discovery refresh", "anew"),
        ("discovery prefix", "homeassistant"),
        ("alias home/door/front Front door", "Front door"),
        ("aliases", "Lamp"),
        ("rmalias home/x", "home/x"),
        ("delalias home/x", "home/x"),
        ("clear", "yes"),
        ("help", "help topics"),
        ("?", "help topics"),
        ("help alerts", "• alerts [filter…]"),
        ("help tools", "• status"),
        ("help presets", "• preset "),
        ("manager", "home/#"),
        ("discovery prefix ha", "below homeassistant"),
        ("help discovery", "• discovery [what…]"),
    ],
)
async def test_what_is_typed_there_works_here(typed: str, part: str) -> None:
    answer = await house().ask(f"/mqtt {typed}".rstrip())
    assert part in answer
    assert "Usage" not in answer or typed.startswith(("help", "?"))


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("qos home/# abc", "0, 1, 2"),
        ("priority home/# loud", "critical"),
        ("subscribe home/#/x", "home/#/x"),
        ("publish home/# x", "home/#"),
        ("bridge home/# nobody", "nobody"),
        ("rmalert 9", "9"),
        ("unsubscribe nothing/here", "nothing/here"),
        ("preset nothing", "nothing"),
        ("/mqtt stauts", "status"),
    ],
)
async def test_what_was_quietly_accepted_there_is_an_error_here(typed: str, part: str) -> None:
    world = house()
    before = world.bot.rules
    answer = await world.ask(typed if typed.startswith("/") else f"/mqtt {typed}")
    assert part in answer
    assert world.bot.rules == before
    assert world.broker.published == []


async def test_rules_presets_and_bridges_are_called_by_the_number_that_is_shown() -> None:
    world = house()
    await world.ask("/mqtt alert home/x > 5")
    await world.ask("/mqtt rmalert 1")
    assert "2" in await world.ask("/mqtt alerts")
    assert [each.number for each in world.bot.rules.alerts] == [2]


async def test_a_priority_that_is_set_is_the_one_that_holds() -> None:
    world = house()
    await world.ask("/mqtt prio home/# silent")
    assert replace(HOME, priority=Priority.SILENT) in world.bot.rules.subscriptions
    world.later(5)
    said = len(world.said)
    world.receive("home/other", "not shown")
    world.later(5)
    assert world.said[said:] == []


async def test_a_single_topic_of_a_wildcard_can_be_made_to_matter_more() -> None:
    world = house()
    await world.ask("/mqtt prio home/door/front critical")
    await world.ask("/mqtt qos home/door/front 2")
    await world.ask("/mqtt display home/door/front changes")
    own = Subscription("home/door/front", QoS.EXACTLY_ONCE, "", Priority.CRITICAL, Display.CHANGES)
    assert own in world.bot.rules.subscriptions
    assert HOME in world.bot.rules.subscriptions
    assert "home/#" in await world.ask("/mqtt prio home/door/back")
    assert "+x" in await world.ask("/mqtt prio home/+x alert")
    assert len(world.bot.rules.subscriptions) == 3
