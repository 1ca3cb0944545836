"""The DinoX plugin's Node-RED flows work as they are: `dinox/chat` → `dinox/response`, plain text, no correlation.

The payloads are what those flows publish, to the letter; asserted is what a person reads in the chat.
"""

import json

from fakes import ME, World
import pytest

from bot.rules import Contact, Ear, FreeText, Subscription
from bot.utterance import Utterance

BOB = "bob@example.org"
FLOW = FreeText(Ear.TOPIC, "dinox/chat", "dinox/response")

# What is said, and the payload that comes back, as the flows write it.
ANSWERS = {
    "time": r'"🕐 Sunday, November 22, 2026 at 08:55:27 AM, Sunday, November 22, 2026 at 08:55:27 AM"',
    "help": (
        r'"📖 DinoX Node-RED Bot\n\nAvailable commands:\n• time — Current date & time\n• ping — Pong!\n'
        r"• joke — Random joke\n• help — This help\n• Anything else → Echo\n\n⛽ Fuel Prices (separate flow):\n"
        r"• sprit / tanken / preise — All prices\n• e5 / e10 / diesel — Specific fuel\n"
        r'• sprit reset — Reset price baseline"'
    ),
    "ping": r'"🏓 Pong! (Node-RED antwortet in 0ms)"',
    "joke 1": r'"😂 Why do ghosts make bad liars? Because you can see right through them."',
    "joke 2": r'''"😂 What does an IT guy say when he's cold? \"Hold on, let me open a few Windows.\""''',
    "joke 3": r'''"😂 What do you call a boomerang that doesn't come back? A stick."''',
    "joke 4": r'"😂 Why do programmers prefer dark mode? Because light attracts bugs."',
    "joke 5": r'"😂 Two magnets walk into a bar. One says: What should I wear today?"',
    "joke 6": r'''"😂 Why do programmers drink so much coffee? Because Java doesn't run without it."''',
    "joke 7": r'''"😂 What's on a mathematician's tombstone? He didn't count on that."''',
    "kitchen light on": r'"📨 You wrote: \"kitchen light on\"\n\nTip: Type \"help\" for available commands."',
    "sprit reset": r'"🗑 Stored fuel prices have been reset.\nNext auto-check will establish a new baseline."',
    "sprit": (
        r'"⛽ Fuel Prices\n22.11.2026, 08:55\n\n⛽ HEM:\n  🟢 Super E5: 1.769 €\n  🔵 Super E10: 1.709 €\n'
        r'  🟡 Diesel: 1.659 €\n❌ JET: Closed"'
    ),
    "e5": (
        r'"⛽ Fuel Prices (Super E5)\n22.11.2026, 08:55\n\n⛽ HEM:\n  🟢 Super E5: 1.759 € (-4.0¢) ▼\n⛽ JET:\n'
        r'  🟢 Super E5: 1.789 €"'
    ),
    "diesel": (
        r'"⛽ Fuel Prices (Diesel)\n22.11.2026, 08:55\n\n⛽ HEM:\n  🟡 Diesel: 1.639 €\n⛽ JET:\n'
        r'  🟡 Diesel: 1.669 € (+2.0¢) ▲"'
    ),
    "preise": r'"⚠️ Error fetching fuel prices: apikey nicht angegeben, falsch, oder im falschen Format"',
    "tanken": r'"⚠️ Error fetching fuel prices: No response from API"',
}
UNASKED = (
    r'"🔔 Fuel Price Alert\n22.11.2026, 08:55\n\n▲ HEM Super E5: 1.769 → 1.799 € (+3.0¢)\n'
    r'▲ HEM Super E10: 1.709 → 1.739 € (+3.0¢)\n▼ HEM Diesel: 1.659 → 1.639 € (-2.0¢)"'
)

M3U = "#EXTM3U\r\n#EXTINF:-1,x\r\nhttps://edge85.streamonkey.net/antthue-90er/stream/mp3\r\n"
STREAM = "Stream: https://edge85.streamonkey.net/antthue-90er/stream/mp3"


def told(world: World, who: str = ME) -> list[str]:
    return [notice.text for notice in world.outbox.notices if notice.to == who]


async def ask(world: World, text: str) -> None:
    await world.bot.hear(Utterance(ME, text, "m1", world.clock.time))


@pytest.mark.parametrize("asked", ANSWERS)
async def test_an_answer_is_read_as_the_flow_wrote_it_by_who_asked(asked: str) -> None:
    world = World(contacts=(Contact(ME), Contact(BOB)), free_text=FLOW)
    payload: str = json.loads(ANSWERS[asked])
    # `help` alone is the bot's own command, as long as commands need no `/mqtt`.
    said = asked if asked != "help" else "please help"
    await ask(world, said)
    assert world.broker.published[0][:2] == ("dinox/chat", said.encode())
    world.receive("dinox/response", payload, qos=1)
    world.later(60)
    assert told(world) == [payload]
    assert told(world, BOB) == []
    assert [reading.text for reading, _ in world.history.appended] == [payload]


async def test_the_bots_own_help_stays_its_own() -> None:
    world = World(free_text=FLOW)
    await ask(world, "help")
    assert world.broker.published == []
    assert "/mqtt help all" in told(world)[0]


async def test_where_commands_need_their_prefix_every_word_of_the_flow_is_free() -> None:
    world = World(free_text=FLOW, bare_commands=False)
    await ask(world, "help")
    payload: str = json.loads(ANSWERS["help"])
    world.receive("dinox/response", payload, qos=1)
    assert told(world) == [payload]


async def test_what_the_flow_says_of_itself_is_told_to_everybody() -> None:
    payload: str = json.loads(UNASKED)
    world = World(contacts=(Contact(ME), Contact(BOB)), free_text=FLOW)
    world.receive("dinox/response", payload, qos=1)
    world.receive("dinox/response", "Hello from terminal", qos=1)
    world.later(1)
    expected = f"dinox/response\n{payload}\n\ndinox/response\nHello from terminal"
    assert (told(world), told(world, BOB)) == ([expected], [expected])


async def test_two_flows_on_one_topic_answer_twice_and_neither_is_lost() -> None:
    world = World(free_text=FLOW)
    await ask(world, "sprit")
    world.receive("dinox/response", json.loads(ANSWERS["sprit"]), qos=1)
    world.receive("dinox/response", '📨 You wrote: "sprit"', qos=1)
    world.later(1)
    assert told(world) == [json.loads(ANSWERS["sprit"]), 'dinox/response\n📨 You wrote: "sprit"']


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(1_000), "PNG image, 1 kB"),
        (b"\xff\xd8\xff\xe0" + bytes(996), "JPG image, 1 kB"),
        (b"OggS" + bytes(996), "OGG audio, 1 kB"),
        (M3U.encode(), STREAM),
    ],
    ids=["png", "jpg", "ogg", "m3u"],
)
async def test_pictures_sounds_and_streams_are_named(payload: bytes, text: str) -> None:
    flow = FreeText(Ear.TOPIC, "standalone/dinox", "standalone/response")
    world = World(Subscription("standalone/response", alias="Node-RED"), free_text=flow)
    await ask(world, "picture")
    world.receive("standalone/response", payload, qos=1)
    world.receive("standalone/response", payload, qos=1)
    world.later(1)
    assert told(world) == [text, f"Node-RED\n{text}"]


@pytest.mark.parametrize(
    ("topic", "payload", "shown"),
    [
        ("home/sensors/temperature/living_room", '{"value": 22.1, "unit": "C"}', "22.1 C"),
        ("home/sensors/humidity/bedroom", '{"value": 45, "unit": "%"}', "45 %"),
        ("home/actuators/light/living_room/set", "ON", "ON"),
        ("home/commands/response", "OK: Kitchen light turned on", "OK: Kitchen light turned on"),
        ("home/x", '{"temperature": 22.1, "unit": "°C"}', "temperature: 22.1 °C"),
        ("home/x", '{"count": 7}', "count: 7"),
        ("home/x", '{"status": "ok", "msg": "hello"}', "status: ok\nmsg: hello"),
        (
            "home/x",
            '{"name": "sensor-1", "value": 42.5, "alarm": 100}',
            "name: sensor-1\nvalue: 42.5\nalarm: 100",
        ),
        ("home/x", "BMS voltage: 12.6V", "BMS voltage: 12.6V"),
        ("home/x", "Benzin: 1,299 EUR/L", "Benzin: 1,299 EUR/L"),
        ("home/x", "[playlist]\nNumberOfEntries=1\nFile1=http://a.b/c\n", "Stream: http://a.b/c"),
        ("home/x", "https://x.y/live.m3u8?tok=1", "Stream: https://x.y/live.m3u8?tok=1"),
        ("home/x", "https://x.y/stream", "https://x.y/stream"),
        ("home/x", "http://x/a.pls\nfoo", "http://x/a.pls\nfoo"),
        ("home/x", "#extinf:1,x\nftp://x", "#extinf:1,x\nftp\u2060://x"),
        ("home/x", "<header>text text text", "<header>text text text"),
    ],
)
async def test_what_the_documentation_quotes_reads_like_this(topic: str, payload: str, shown: str) -> None:
    world = World(Subscription("home/#"))
    world.receive(topic, payload)
    world.later(1)
    assert told(world) == [f"{topic}\n{shown}"]
