"""Bridges of a whole bot on real servers: in order, with files, into rooms, and not in circles."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any
import uuid

import aiohttp
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
import pytest
from running import (
    ALICE,
    PATIENCE,
    bot_entry,
    contacts,
    next_on,
    publish,
    publish_file,
    publish_lines,
    reachable,
    running,
    topics,
    until,
)

from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.bot.model.rules import Bridge, Contact, Direction, Format
from custom_components.dinox_mqtt_bot.entry.rules import BRIDGES
from custom_components.dinox_mqtt_bot.hass.uploads import http_put
from lab.person import Person
from lab.servers import Lab, Prosody

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
QUIET = contacts(Contact(ALICE, receives=False))


def texts(person: Person) -> list[str]:
    return [heard.text for heard in person.all]


async def test_fifty_answers_in_one_second_arrive_in_order(
    hass: HomeAssistant, both: dict[str, Any], alice: Person, port: int, base: str, tmp_path: Path
) -> None:
    """Request and response: each answer is a message of its own, in the order of the broker."""
    bridge = Bridge(f"{base}/answers", ALICE, format=Format.PAYLOAD, per_minute=0)
    wanted = [f"answer {number}" for number in range(50)]
    file = tmp_path / "answers"
    file.write_text("\n".join(wanted) + "\n", "utf-8")
    async with running(hass, bot_entry(both, [*QUIET, BRIDGES.write(bridge)])) as bot:
        await reachable(bot)
        await publish_lines(port, f"{base}/answers", file)
        await until(lambda: len([text for text in texts(alice) if text.startswith("answer ")]) >= 50)
    assert [text for text in texts(alice) if text.startswith("answer ")] == wanted


async def test_what_is_said_is_published_and_does_not_come_back(
    hass: HomeAssistant, both: dict[str, Any], alice: Person, port: int, base: str
) -> None:
    bridge = Bridge(f"{base}/#", ALICE, direction=Direction.BOTH, format=Format.PAYLOAD, topic=f"{base}/said")
    entry = bot_entry(both, [*QUIET, BRIDGES.write(replace(bridge, retain=True))])
    async with running(hass, entry) as bot:
        await reachable(bot)
        alice.say(both["jid"], "dinner is ready")
        assert await next_on(port, f"{base}/said") == "dinner is ready"
        await until(lambda: bot.bot.status.last_topic == f"{base}/said")
        ((name, mark),) = bot.bot._last.message.properties.user
        assert (name, mark.partition("/")[0]) == ("dinox-bridge", both["client_id"])
        await publish(port, f"{base}/other", "thank you")
        await alice.next("thank you")
    assert "dinner is ready" not in texts(alice)


async def test_a_picture_is_uploaded_and_its_address_told(
    hass: HomeAssistant,
    both: dict[str, Any],
    alice: Person,
    port: int,
    servers: Lab,
    base: str,
    tmp_path: Path,
) -> None:
    """A bridge of files and an ordinary subscription: each tells a place where the picture really is."""
    file = tmp_path / "cam.png"
    file.write_bytes(PNG)
    rules = [
        *contacts(ALICE),
        *topics(f"{base}/seen"),
        BRIDGES.write(Bridge(f"{base}/cam", ALICE, format=Format.FILE)),
    ]
    async with running(hass, bot_entry(both, rules)) as bot:
        await reachable(bot)
        for topic in ("cam", "seen"):
            await publish_file(port, f"{base}/{topic}", file)
            heard = await alice.next(f"/{topic}.png")
            session = async_get_clientsession(hass)
            async with session.get(heard.text, ssl=servers.client_ssl()) as answer:
                assert await answer.read() == PNG
        await alice.next("PNG image")


@pytest.fixture
async def room(alice: Person) -> AsyncGenerator[str]:
    """A room in which everybody sees who is who, with Alice in it."""
    name = f"r{uuid.uuid4().hex[:8]}@conference.home.test"
    muc = alice.client.plugin["xep_0045"]
    await muc.join_muc_wait(name, "Alice", maxstanzas=0, timeout=PATIENCE)
    form = alice.client.plugin["xep_0004"].make_form(ftype="submit")
    form.add_field(var="FORM_TYPE", ftype="hidden", value="http://jabber.org/protocol/muc#roomconfig")
    form.add_field(var="muc#roomconfig_whois", value="anyone")
    await muc.set_room_config(name, form)
    yield name
    muc.leave_muc(name, "Alice")


async def test_a_room_is_told_asks_and_is_answered(
    hass: HomeAssistant, both: dict[str, Any], alice: Person, room: str, port: int, base: str
) -> None:
    said: list[tuple[str, str]] = []
    alice.client.add_event_handler(
        "groupchat_message", lambda message: said.append((message["mucnick"], message["body"]))
    )
    bridge = Bridge(
        f"{base}/out", room, room=True, nick="Robo", direction=Direction.BOTH, topic=f"{base}/in", retain=True
    )
    async with running(hass, bot_entry(both, [*QUIET, BRIDGES.write(bridge)])) as bot:
        await until(lambda: room in bot.chat._gate.inside)
        await publish(port, f"{base}/out", "21 °C")
        await until(lambda: ("Robo", f"*{base}/out* 21 °C") in said)
        await until(lambda: bot.bot.status.undelivered == 0)
        alice.client.send_message(room, "too cold", mtype="groupchat")
        assert await next_on(port, f"{base}/in") == "too cold"
        alice.client.send_message(room, "/mqtt bridges", mtype="groupchat")
        await until(lambda: any(nick == "Robo" and "Bridges: 1" in text for nick, text in said))


async def test_a_certificate_that_nobody_vouches_for_is_not_accepted(
    hass: HomeAssistant, prosody: Prosody, servers: Lab, own_lab: Lab
) -> None:
    address = f"https://127.0.0.1:{prosody.ports['https']}/upload/x"
    for tls in (None, own_lab.client_ssl()):
        with pytest.raises(BotError) as refused:
            await http_put(hass, tls)(address, {}, PNG)
        assert refused.value.placeholders == {"reason": "certificate"}
    assert await http_put(hass, servers.client_ssl())(address, {}, PNG) >= 400
    with pytest.raises(BotError, match="upload_failed") as refused:
        await http_put(hass, None)("https://127.0.0.1:1/x", {}, PNG)
    assert refused.value.placeholders == {"reason": "cannot_connect"}
    assert issubclass(aiohttp.ClientConnectorCertificateError, aiohttp.ClientError)
