"""What went wrong in the plugin whose idea this is, where no other test says that it goes right here.

The list of all of it: `docs/adr/0013-the-peers-defects.md`.
"""

from dataclasses import replace

from alert_rules import above, rule_of
from fakes import ME, World
import pytest

from bot.bridges.texts import link_in
from bot.model.message import Kind, Message, Properties, QoS
from bot.model.rules import Bridge, Contact, Format, Operator, Priority, Subscription
from bot.reading.readings import Readings

HOME = Subscription("home/#")
HOT = above("22", "home/a", hold=0.0)


def fires(world: World) -> bool:
    """Whether an alert is told a moment later."""
    world.later(5)
    return any(text[0] in "⚠🔴" for text in world.said)


@pytest.mark.parametrize("payload", ["22.1", '{"value": 22.1}', "22,1 °C", "22.1 °C", '{"value": "22,1"}'])
def test_a_value_is_compared_whatever_marks_its_decimals(payload: str) -> None:
    world = World(HOME, alerts=(HOT,))
    world.receive("home/a", payload)
    assert fires(world)


@pytest.mark.parametrize(
    ("operator", "limit", "payload", "told"),
    [
        (Operator.EQUAL, "0", "0.0004", False),
        (Operator.EQUAL, "0", "0", True),
        (Operator.EQUAL, "22.5", "22.5 °C", True),
        (Operator.EQUAL, "on", "ON", True),
        (Operator.CONTAINS, "leak", "LEAK in the cellar", True),
        (Operator.UNEQUAL, "22.5", "22,5 °C", False),
    ],
)
def test_equal_means_what_people_mean(operator: Operator, limit: str, payload: str, told: bool) -> None:
    world = World(HOME, alerts=(rule_of(operator, limit, topic="home/a"),))
    world.receive("home/a", payload)
    assert fires(world) is told


def test_what_has_no_such_field_is_not_unequal_to_it() -> None:
    door = rule_of(Operator.UNEQUAL, "OPEN", topic="home/a", field="door")
    world = World(HOME, alerts=(door,))
    for payload in ("plain words", '{"battery": 80}', "", b"\x89PNG\r\n\x1a\n" + bytes(40)):
        world.receive("home/a", payload)
    assert not fires(world)


def test_a_picture_raises_no_alert_about_text() -> None:
    world = World(HOME, alerts=(rule_of(Operator.CONTAINS, "png", topic="home/a"),))
    world.receive("home/a", b"\x89PNG\r\n\x1a\n" + bytes(40))
    assert not fires(world)


def test_a_pause_hides_messages_and_never_an_alert() -> None:
    world = World(HOME, alerts=(HOT,), paused=True)
    world.receive("home/a", "30")
    world.receive("home/b", "an ordinary value")
    assert fires(world)
    assert not any("ordinary" in text for text in world.said)


def test_a_retained_message_leaves_the_next_alert_alone() -> None:
    """No pause between alerts is begun by what was known before."""
    world = World(HOME, alerts=(HOT,))
    known = Message("home/a", b"21", retain=True, received=world.clock.time)
    world.history.unchanged_messages.add(known)
    world.bot.receive(known)
    world.receive("home/a", "30")
    assert fires(world)


def test_a_small_number_is_shown_as_it_is() -> None:
    world = World(HOME)
    world.receive("home/a", '{"leak": 0.0012}')
    world.later(1)
    assert "0.0012" in world.said[0]


def test_json_that_quotes_a_web_page_is_json() -> None:
    reading = Readings().read(Message("home/a", b'{"page": "<html><body>hello</body></html>"}'))
    assert reading.kind is Kind.JSON
    assert "hello" in reading.text


def test_json_of_many_kilobytes_is_shown_by_its_fields() -> None:
    world = World(HOME)
    world.receive("home/a", '{"state": "on", "log": "' + "x" * 9_000 + '"}')
    world.later(1)
    assert "state: on\n" in world.said[0]


@pytest.mark.parametrize("alias", ["🌡" * 20, "ä" * 49 + "🏡", "Küche — Süd 👩‍👩‍👧‍👦"])
async def test_an_alias_is_kept_whole_and_takes_no_other_along(alias: str) -> None:
    world = World(HOME, Subscription("garden/a", alias="Garden"))
    await world.ask(f"alias home/a {alias}")
    named = {each.filter: each.alias for each in world.bot.rules.subscriptions}
    assert (named["home/a"], named["garden/a"]) == (alias, "Garden")


def test_properties_are_part_of_their_message_and_no_message_of_their_own() -> None:
    world = World(HOME)
    properties = Properties(user=(("unit", "°C"), ("label", "Attic"), ("firmware", "7")))
    for _ in range(2):
        world.receive("home/a", "21.5", properties=properties)
    world.later(1)
    assert len(world.said) == 1
    assert world.said[0].startswith("*Attic")
    assert "21.5 °C" in world.said[0]
    assert "firmware" not in world.said[0]


def test_properties_of_what_is_hidden_are_hidden() -> None:
    world = World(HOME, paused=True)
    world.receive("home/a", "21.5", properties=Properties(user=(("label", "Attic"),)))
    world.later(5)
    assert world.said == []


async def test_a_removed_bridge_is_no_longer_subscribed() -> None:
    bridge = Bridge("plain/#", ME, id="b1", number=1)
    world = World(bridges=(bridge,))
    assert "plain/#" in world.bot.wanted
    await world.ask("rmbridge 1")
    assert "plain/#" not in world.bot.wanted


async def test_unsubscribing_does_not_take_a_bridges_topic_away() -> None:
    bridge = Bridge("home/#", ME, id="b1", number=1, format=Format.PAYLOAD)
    world = World(Subscription("home/#", QoS.EXACTLY_ONCE), bridges=(bridge,))
    await world.ask("unsubscribe home/#")
    assert "home/#" in world.bot.wanted
    world.receive("home/a", "still carried")
    assert world.said[-1] == "still carried"


@pytest.mark.parametrize(
    ("payload", "link"),
    [
        ("https://a.b/c", "https://a.b/c"),
        (" https://a.b/c.png ", "https://a.b/c.png"),
        ("see https://a.b/c, please", ""),
        ("(https://a.b/c)", ""),
        ("https://a.b/c\nsecond line", ""),
        ("file:///etc/passwd", ""),
        ("/tmp/a-file", ""),
    ],
)
def test_only_an_address_that_is_the_whole_payload_is_passed_on_as_a_file(payload: str, link: str) -> None:
    bridge = Bridge("home/#", ME, format=Format.FILE)
    assert link_in(bridge, Readings().read(Message("home/a", payload.encode()))) == link


def test_a_rule_for_twenty_sensors_has_no_rest_after_the_first() -> None:
    world = World(HOME, alerts=(replace(HOT, filter="home/+"),))
    for number in range(20):
        world.receive(f"home/{number}", "30")
    world.later(5)
    told = "\n".join(world.said)
    assert all(f"home/{number}" in told for number in range(20))


def test_of_overlapping_filters_the_most_specific_decides_whatever_their_order() -> None:
    loud = Subscription("home/+/smoke", priority=Priority.ALERT)
    quiet = Subscription("home/#", priority=Priority.SILENT)
    for order in ((loud, quiet), (quiet, loud)):
        world = World(*order)
        world.receive("home/attic/smoke", "yes")
        world.receive("home/attic/other", "no")
        world.later(5)
        assert "smoke" in "".join(world.said)
        assert "other" not in "".join(world.said)


def test_an_address_with_at_in_a_word_is_that_address() -> None:
    odd = "foo_at_bar@example.org"
    world = World(HOME, contacts=(Contact(odd),))
    world.receive("home/a", "hello")
    world.later(1)
    assert [notice.to for notice in world.outbox.notices] == [odd]


async def test_a_word_that_is_no_priority_changes_nothing() -> None:
    world = World(replace(HOME, priority=Priority.ALERT))
    answer = await world.ask("priority home/# urgent")
    assert "critical" in answer
    assert world.bot.rules.subscriptions[0].priority is Priority.ALERT


async def test_a_history_of_any_length_may_be_asked_for() -> None:
    world = World(HOME)
    for number in range(3):
        world.receive("home/a", str(number))
    assert "1" in await world.ask("history home/a 100000000")
