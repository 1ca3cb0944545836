"""What a rule says in its own words."""

from collections.abc import Iterable

from alert_rules import above
from fakes import ME, World
from homes import announce

from bot.alerts.notices import GATHER
from bot.model.rules import AlertRule, Contact, Display, Subscription

PHONE = "notify.mobile_app_phone"


def house(*rules: AlertRule) -> World:
    return World(
        Subscription("s/#", display=Display.SILENT), alerts=rules, contacts=(Contact(ME),), targets=(PHONE,)
    )


def told(world: World, value: str, to: str = ME, topics: Iterable[str] = ("s/1",)) -> str:
    for topic in topics:
        world.receive(topic, value)
    world.later(GATHER)
    return [each.text for each in world.outbox.notices if each.to == to][-1]


async def test_a_rule_says_what_it_is_told_to_with_what_was_measured() -> None:
    world = house()
    world.receive("s/1", "20 °C")
    made = await world.ask(
        'alert s/1 > 30 say "{name} has {value}, more than {limit} ({topic}, {rule})" as Hot'
    )
    assert made.endswith("it says “{name} has {value}, more than {limit} ({topic}, {rule})”.")
    assert told(world, "31.5 °C").splitlines() == [
        "⚠ *Hot*: s/1 has 31.5 °C, more than 30 °C (s/1, Hot)",
        "#1 · 👍 = I see to it",
    ]
    assert told(world, "20 °C").startswith("✅ *Hot* is over: s/1 20 °C")
    assert 'say "{name} has' in await world.ask("rule Hot")
    await world.ask("rule Hot say never")
    assert told(world, "40 °C").startswith("⚠ *Hot*: s/1 40 °C ↗, limit 30 °C")


async def test_it_says_where_and_for_how_long() -> None:
    world = house()
    device = {"name": "Freezer", "identifiers": ["f"], "suggested_area": "Cellar"}
    announce(world, "sensor", "f", name="Temperature", state_topic="s/1", device=device)
    world.receive("s/1", "-20")
    made = await world.ask('alert s/1 > -15 for 10m every 30m say "{area}: {name} too warm for {duration}"')
    assert "it says" in made
    world.receive("s/1", "-10")
    world.later(600)
    world.later(GATHER)
    assert "Cellar: Freezer Temperature too warm for 10 min" in world.said[-1]
    world.later(1_800)
    world.later(GATHER)
    assert "Cellar: Freezer Temperature too warm for 40 min" in world.said[-1]


def test_where_nobody_knows_where_it_stands_nothing_is_said_of_it() -> None:
    world = house(above(topic="s/1", name="Hot", text="in {area} {name}"))
    assert told(world, "31").startswith("⚠ *Hot*: in s/1")


def test_a_phone_reads_it_as_the_message_below_its_title() -> None:
    world = house(above(topic="s/1", name="Hot", text="Open a window: {value}!"))
    assert told(world, "31 °C", PHONE) == "Open a window: 31 °C!"
    assert told(world, "20 °C", PHONE).startswith("“Hot” is over")


def test_told_with_others_each_keeps_its_own_words_until_it_is_over() -> None:
    long = "{name}: " + "close the window " * 20
    world = house(
        above(topic="s/1", name="Hot", text="Open a window: {value}!"),
        above(topic="s/2", id="r2", number=2, name="Wordy", text=long),
        above(topic="s/3", id="r3", number=3, name="Plain"),
    )
    every = ("s/1", "s/2", "s/3")
    _, own, cut, plain = told(world, "40", topics=every).splitlines()
    assert own.startswith("• ⚠ Open a window: 40! — “Hot”")
    assert cut.startswith("• ⚠ s/2: close the window close")
    assert len(cut) < 200
    assert plain.startswith("• ⚠ s/3 40 — “Plain”")
    assert "• ✅ s/1 20" in told(world, "20", topics=every)


async def test_a_placeholder_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    world = house()
    world.receive("s/1", "20 °C")
    answer = await world.ask('alert s/1 > 30 say "{room} is hot"')
    assert answer.startswith("In the text of a rule only name, area, value, limit, duration, rule and topic")
    assert world.bot.rules.alerts == ()


def test_what_a_device_writes_is_no_part_of_the_form_and_stays_one_line() -> None:
    world = house(above(topic="s/1", name="Hot", text="{value}"))
    world.receive("s/1", "31")
    world.later(GATHER)
    assert told(world, "99 {rule}\n🔴 *Fire*").count("\n") == 1
