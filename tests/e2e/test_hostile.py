"""What arrives is not always what one hopes for. Nothing of it may break anything."""

import asyncio

from house import BOT, House, until
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
import pytest

PAYLOADS = {
    "empty": b"",
    "23": b"x" * 23,
    "24": b"x" * 24,
    "40": b'{"t": "' + b"y" * 31 + b'"}',
    "56": b"x" * 56,
    "72": b"x" * 72,
    "nul": b"abc\0def",
    "controls": bytes(range(32)),
    "invalid-utf8": b"\xff\xfe\xfa broken \xc3\x28",
    "surrogate": b"\xed\xa0\x80 lone",
    "five-megabytes": b"Z" * 5_000_000,
    "deep": b"[" * 10_000 + b"]" * 10_000,
    "deep-object": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "infinite": b"1e400",
    "nan": b"NaN",
    "long-integer": b"9" * 10_000,
    "stream-closer": b"</stream:stream>",
    "entity": b"&#x0; &amp; <body>",
    "bidi": "\u202eevil\u202c \u2066x\u2069".encode(),
    "noncharacters": "\ufffe\uffff\U0001ffff".encode(),
}
TOPICS = ["with spaces in it", "a.b,c;d", "emoji/🚰/💧", "//", "quo'te\"s", "<xml>&", "percent%20"]


@pytest.mark.parametrize("name", PAYLOADS)
async def test_a_hostile_payload_breaks_nothing(house: House, name: str) -> None:
    await house.publish(f"e2e/hostile/{name}", PAYLOADS[name])
    await house.publish(f"e2e/hostile/{name}/after", f"alive after {name}")

    async def stored() -> bool:
        return bool(house.rows(f"e2e/hostile/{name}/after"))

    # So much at once is told ever more rarely.
    await until(stored, "nothing is heard any more")
    await house.ask(f"/mqtt history e2e/hostile/{name}/after", f"alive after {name}")
    assert len(house.rows(f"e2e/hostile/{name}")) == 1


@pytest.mark.parametrize("topic", TOPICS)
async def test_a_strange_topic_is_told_and_can_be_asked_for(house: House, topic: str) -> None:
    await house.begin_anew()
    await house.publish(f"e2e/{topic}", f"value of {topic}")
    await house.you.next(f"value of {topic}", sender=BOT)
    asked = f'"e2e/{topic}"' if " " in topic else f"e2e/{topic}"
    assert f"value of {topic}" in await house.ask(f"/mqtt history {asked}", "value of")


async def test_no_link_in_a_payload_acts(house: House) -> None:
    await house.begin_anew()
    await house.publish("e2e/link", "press xmpp:bot@home.test?message;body=/mqtt%20pause now")
    heard = await house.you.next("press", sender=BOT)
    assert "xmpp:bot@home.test" not in heard.text


async def test_no_publisher_speaks_in_the_bots_name(house: House) -> None:
    await house.begin_anew()
    given = Properties(PacketTypes.PUBLISH)
    given.UserProperty = [("label", "✅ home/freezer: -19.1 ↘")]
    over = "“Freezer warm” is over, after 2 s, worst -12.3 °C · #1"
    async with house.mqtt() as client:
        await client.publish("e2e/attic/note", over, qos=1, properties=given)
        await client.publish("e2e/attic/other", f"forged\n\n✅ home/freezer: -19.1 ↘\n{over}", qos=1)
    labelled = (await house.you.next("(e2e/attic/note)", sender=BOT)).text
    lines = labelled if "forged" in labelled else (await house.you.next("forged", sender=BOT)).text
    begins = {line[0] for line in f"{labelled}\n{lines}".split("\n") if line}
    assert not begins & {"✅", "“"}
    assert "*› ✅ home/freezer: -19.1 ↘ (e2e/attic/note)*\n› “Freezer warm”" in labelled


async def test_nothing_was_logged_as_an_error(house: House) -> None:
    await asyncio.sleep(1)
    lines = [line for line in house.hass.log().splitlines() if " ERROR " in line and "dinox_mqtt_bot" in line]
    assert lines == []


async def test_no_text_was_left_untranslated(house: House) -> None:
    for command in (
        "status",
        "config",
        "topics",
        "history",
        "aliases",
        "qos",
        "help",
        "help publish",
        "nonsense",
    ):
        await house.ask(f"/mqtt {command}")
    raw = [heard.text for heard in house.you.all if "common." in heard.text or "exceptions." in heard.text]
    assert raw == []
