"""A reply or a reaction carries the message it answers as its context."""

from fakes import GUEST, ME, World
import pytest
from talk_home import english

from bot.model.rules import AlertRule, Condition, Operator
from bot.model.utterance import Reaction, Utterance


def told(world: World, text: str) -> str:
    """Have the bot say something to its contact; return the id."""
    world.bot.outgoing.answer(ME, text)
    return world.outbox.notices[-1].id


async def reply(world: World, text: str, to: str, who: str = ME) -> str:
    before = len(world.outbox.notices)
    await world.bot.hear(Utterance(who, text, "r", world.clock.time, reply_to=to))
    await world.settle()
    return "\n".join(notice.text for notice in world.outbox.notices[before:])


async def react(world: World, emoji: str, to: str) -> str:
    before = len(world.outbox.notices)
    await world.bot.react(Reaction(ME, to, (emoji,), world.clock.time))
    await world.settle()
    return "\n".join(notice.text for notice in world.outbox.notices[before:])


VALUE = "Freezer Temperature\n-17.7 °C"
LINES = "🧊 Freezer Temperature -17.7 °C\nKitchen lamp on"
TOPIC = "home/freezer/temperature"


@pytest.mark.parametrize(
    "text", [VALUE, "*Freezer Temperature*\n-17.7 °C", "how warm: Freezer Temperature -17.7 °C"]
)
@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("history", "−18.9 °C"),
        ("history 24h", "−18.9 °C"),
        ("/mqtt history", "−18.9 °C"),
        ("chart", "📊 Freezer Temperature"),
        ("value", "Freezer Temperature −17.7 °C"),
        ("mute 2h", "🔕 Muted until"),
        ("alias Icebox", "is called Icebox now"),
        ("alert > -15 for 5m", "Freezer Temperature is above −15 for 5 min"),
        ("history kitchen lamp", "History of kitchen lamp"),
        ("status", "Online"),
    ],
)
async def test_a_command_is_about_what_the_message_told_of(text: str, line: str, answer: str) -> None:
    world = english()
    assert answer in await reply(world, line, told(world, text))


@pytest.mark.parametrize("text", [LINES, "Freezer Temperature\n-17.7 °C\n\nKitchen lamp\non"])
async def test_of_several_things_the_bot_asks_which_one(text: str) -> None:
    world = english()
    asked = await reply(world, "history", told(world, text))
    assert "1 Freezer Temperature" in asked
    assert "2 Kitchen lamp" in asked
    assert "−18.9 °C" in await reply(world, "1", "")


@pytest.mark.parametrize("line", ["off", "set off", "/mqtt set off"])
async def test_a_bare_value_sets_the_device_that_spoke(line: str) -> None:
    world = english()
    await reply(world, line, told(world, "Kitchen lamp\non"))
    assert [(topic, payload) for topic, payload, *_ in world.broker.published] == [
        ("home/kitchen/lamp/set", b"OFF")
    ]


@pytest.mark.parametrize("line", ["off", "21.5", "set", "set blue", "hello"])
async def test_what_the_device_does_not_take_sets_nothing(line: str) -> None:
    world = english()
    assert await reply(world, line, told(world, VALUE))
    assert world.broker.published == []


async def test_a_reply_to_something_forgotten_is_an_ordinary_line() -> None:
    world = english()
    assert "“topic” is missing" in await reply(world, "chart", "unknown")
    assert "I did not understand" in await reply(world, "blue", "unknown")
    assert "“topic” is missing" in await reply(world, "chart", told(world, "Nothing of that kind"))


@pytest.mark.parametrize(
    ("emoji", "answer"),
    [("📈", "📊 Freezer Temperature"), ("👀", "History of"), ("🔕", "🔕 Muted"), ("👍", ""), ("❤", "")],
)
async def test_a_reaction_to_a_value(emoji: str, answer: str) -> None:
    world = english()
    said = await react(world, emoji, told(world, VALUE))
    assert answer in said
    assert bool(said) is bool(answer)


async def firing() -> tuple[World, str]:
    """Return a home with an alert that was told, and the id of its notice."""
    condition = Condition(Operator.ABOVE, ("-15",))
    world = english(alerts=(AlertRule(TOPIC, condition, name="Freezer warm", id="rule1", number=1),))
    world.receive(TOPIC, "-10")
    world.later(3)
    return world, next(notice.id for notice in world.outbox.notices if "Freezer warm" in notice.text)


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("on my way", "Acknowledged"),
        ("thanks", "Acknowledged"),
        ("ok I go and look", "Acknowledged"),
        ("chart", "📊 Freezer Temperature"),
        ("history", "−10 °C"),
        ("mute 2h", "🔕 Muted until"),
        ("snooze 1h", "Snoozed until"),
        ("how warm is the freezer", "−10 °C"),
        ("why", "fired"),
    ],
)
async def test_only_unknown_words_are_a_note_to_an_alert(line: str, answer: str) -> None:
    world, notice = await firing()
    assert answer in await reply(world, line, notice)


@pytest.mark.parametrize(
    ("emoji", "answer"),
    [
        ("👍", "Acknowledged"),
        ("✅", "Acknowledged"),
        ("🔕", "🔕 Muted"),
        ("📈", "📊"),
        ("👀", "History of"),
        ("😴", "Snoozed"),
    ],
)
async def test_a_reaction_to_an_alert(emoji: str, answer: str) -> None:
    world, notice = await firing()
    assert answer in await react(world, emoji, notice)


async def test_a_viewer_sets_nothing_by_a_reply() -> None:
    world = english()
    assert "operator" in await reply(world, "off", told(world, "Kitchen lamp\non"), GUEST)
    assert world.broker.published == []
