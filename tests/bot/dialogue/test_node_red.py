"""The plugin's Node-RED flows work as they are: `dinox/chat` → `dinox/response`, text, no correlation.

The payloads are what those flows publish, to the letter; asserted is what a person reads in the chat: the
flow's words and lines, but for the signs with which the bot begins its own.
"""

import json

from fakes import ME, World
from node_red import ANSWERS, MEDIA, QUOTED, UNASKED, bubble
import pytest

from bot.model.rules import Contact, Ear, FreeText, Subscription
from bot.model.utterance import Utterance
from bot.text.foreign import NESTED

BOB = "bob@example.org"
FLOW = FreeText(Ear.TOPIC, "dinox/chat", "dinox/response")


def told(world: World, who: str = ME) -> list[str]:
    return [notice.text for notice in world.outbox.notices if notice.to == who]


def read(payload: str) -> str:
    """Return an answer of the flow as a person reads it."""
    return payload.replace("\n•", "\n◦").replace("⚠", "› ⚠")


async def ask(world: World, text: str) -> None:
    await world.bot.hear(Utterance(ME, text, "m1", world.clock.time))


@pytest.mark.parametrize("asked", ANSWERS)
async def test_an_answer_is_read_as_the_flow_wrote_it_by_who_asked(asked: str) -> None:
    world = World(contacts=(Contact(ME), Contact(BOB)), free_text=FLOW)
    payload: str = json.loads(ANSWERS[asked])
    # `help` alone is the bot's own command, as long as commands need no `/mqtt`.
    said = asked if asked != "help" else "the help"
    await ask(world, said)
    assert world.broker.published[0][:2] == ("dinox/chat", said.encode())
    world.receive("dinox/response", payload, qos=1)
    world.later(60)
    assert told(world) == [read(payload)]
    assert told(world, BOB) == []
    assert [reading.text for reading, _ in world.history.appended] == [payload]


async def test_the_bots_own_help_stays_its_own() -> None:
    world = World(free_text=FLOW)
    await ask(world, "help")
    assert world.broker.published == []
    assert "More: help all" in told(world)[0]


async def test_where_commands_need_their_prefix_every_word_of_the_flow_is_free() -> None:
    world = World(free_text=FLOW, bare_commands=False)
    await ask(world, "help")
    payload: str = json.loads(ANSWERS["help"])
    world.receive("dinox/response", payload, qos=1)
    assert told(world) == [read(payload)]


async def test_what_the_flow_says_of_itself_is_told_to_everybody() -> None:
    payload: str = json.loads(UNASKED)
    world = World(contacts=(Contact(ME), Contact(BOB)), free_text=FLOW)
    world.receive("dinox/response", payload, qos=1)
    world.receive("dinox/response", "Hello from terminal", qos=1)
    world.later(1)
    lines = "\n".join(f"{NESTED}{line}" if line else line for line in payload.split("\n"))
    first = bubble("dinox/response", lines.removeprefix(NESTED))
    expected = f"{first}\n\n*dinox/response* Hello from terminal"
    assert (told(world), told(world, BOB)) == ([expected], [expected])


async def test_two_flows_on_one_topic_answer_twice_and_neither_is_lost() -> None:
    world = World(free_text=FLOW)
    await ask(world, "sprit")
    world.receive("dinox/response", json.loads(ANSWERS["sprit"]), qos=1)
    world.receive("dinox/response", '📨 You wrote: "sprit"', qos=1)
    world.later(1)
    assert told(world) == [json.loads(ANSWERS["sprit"]), '*dinox/response* 📨 You wrote: "sprit"']


@pytest.mark.parametrize(
    ("payload", "text"),
    MEDIA.values(),
    ids=MEDIA,
)
async def test_pictures_sounds_and_streams_are_named(payload: bytes, text: str) -> None:
    flow = FreeText(Ear.TOPIC, "standalone/dinox", "standalone/response")
    world = World(Subscription("standalone/response", alias="Node-RED"), free_text=flow)
    await ask(world, "picture")
    world.receive("standalone/response", payload, qos=1)
    world.receive("standalone/response", payload, qos=1)
    world.later(1)
    # A picture that is told follows its caption, which needs no size.
    caption = text.partition(",")[0] if " image" in text else text
    assert told(world) == [text, bubble("Node-RED", caption)]


@pytest.mark.parametrize(
    ("topic", "payload", "shown"),
    QUOTED,
)
async def test_what_the_documentation_quotes_reads_like_this(topic: str, payload: str, shown: str) -> None:
    world = World(Subscription("home/#"))
    world.receive(topic, payload)
    world.later(1)
    assert told(world) == [bubble(topic, shown)]
