"""The action `send_message`: title, files from everywhere they may come from, buttons, corrections, rooms."""

import base64
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, override

from aiohttp import web
from homeassistant.components.camera import Camera
from homeassistant.components.camera.const import DATA_COMPONENT
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events
from rooms import Occupant, new_room
from running import ALICE, BOT, ask, bot_entry, contacts, reachable, running, until
import voluptuous as vol

from custom_components.dinox_mqtt_bot.bot.model.rules import Contact, Role
from custom_components.dinox_mqtt_bot.hass.events import EVENT_ANSWER
from custom_components.dinox_mqtt_bot.runtime import attachments
from custom_components.dinox_mqtt_bot.services import SEND_MESSAGE_SCHEMA
from lab.person import Heard, Person
from lab.servers import Lab

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


class Garden(Camera):
    """A camera that sees something, or is broken."""

    _attr_name = "Garden"

    def __init__(self, picture: bytes | None) -> None:
        super().__init__()
        self.content_type = "image/png"
        self._picture = picture

    @override
    async def async_camera_image(self, width: int | None = None, height: int | None = None) -> bytes | None:
        return self._picture


async def camera(hass: HomeAssistant, picture: bytes | None) -> None:
    assert await async_setup_component(hass, "camera", {})
    await hass.data[DATA_COMPONENT].async_add_entities([Garden(picture)])


@pytest.fixture
async def site(hass: HomeAssistant) -> AsyncGenerator[str]:
    """A web server that Home Assistant may read from, but for one of its folders."""

    async def answer(request: web.Request) -> web.Response:
        if request.path.endswith("moved"):
            raise web.HTTPFound("/secret/plan")
        if request.path.endswith("missing"):
            raise web.HTTPNotFound
        body = bytes(3_000) if request.path.endswith("large") else PNG
        return web.Response(body=body, content_type="image/png")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    place = web.TCPSite(runner, "127.0.0.1", 0)
    await place.start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    hass.config.allowlist_external_urls = {f"{address}/open/"}
    yield address
    await runner.cleanup()


async def fetched(hass: HomeAssistant, servers: Lab, heard: Heard) -> bytes:
    """Return what a contact finds at an address that it was told."""
    async with async_get_clientsession(hass).get(heard.text, ssl=servers.client_ssl()) as answer:
        return await answer.read()


async def test_a_title_stands_above_and_the_ids_come_back(
    hass: HomeAssistant, both: dict[str, Any], alice: Person
) -> None:
    async with running(hass, bot_entry(both, contacts(ALICE))) as bot:
        await reachable(bot)
        answer = await ask(hass, "send_message", title="Kitchen", message="It is warm.")
        heard = await alice.next("It is warm.")
        assert heard.text == "Kitchen\nIt is warm."
        assert answer == {"sent": [{"id": heard.id, "contact": ALICE}]}


@pytest.mark.parametrize("way", ["file", "url", "content", "camera"])
async def test_a_file_comes_after_the_words(
    hass: HomeAssistant,
    both: dict[str, Any],
    alice: Person,
    servers: Lab,
    site: str,
    tmp_path: Path,
    way: str,
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "cam.png").write_bytes(PNG)
    hass.config.allowlist_external_dirs = {str(folder)}
    await camera(hass, PNG)
    ways: dict[str, dict[str, str]] = {
        "file": {"file": str(folder / "cam.png")},
        "url": {"url": f"{site}/open/cam.png"},
        "content": {"content": base64.b64encode(PNG).decode(), "file_name": "../cam.png"},
        "camera": {"camera": "camera.garden"},
    }
    name = "garden.png" if way == "camera" else "cam.png"
    async with running(hass, bot_entry(both, contacts(ALICE))) as bot:
        await reachable(bot)
        answer = await ask(hass, "send_message", message="Somebody is there.", **ways[way])
        words, file = await alice.next("Somebody"), await alice.next(f"/{name}")
        assert [each["id"] for each in answer["sent"]] == [words.id, file.id]
        assert await fetched(hass, servers, file) == PNG
        only = await ask(hass, "send_message", contact=ALICE, **ways[way])
        assert [each["id"] for each in only["sent"]] == [(await alice.next(f"/{name}")).id]


async def test_a_room_gets_a_file_too(
    hass: HomeAssistant, both: dict[str, Any], alice: Person, servers: Lab
) -> None:
    room = await Occupant(alice, new_room()).enter("Alice")
    await room.configure(whois="anyone", persistentroom="1")
    family = Contact(room.room, name="Family", room=True, role=Role.OPERATOR)
    async with running(hass, bot_entry(both, contacts(family))) as bot:
        await until(lambda: room.room in bot.chat._gate.inside)
        content = base64.b64encode(PNG).decode()
        await ask(hass, "send_message", message="Look", contact=room.room, content=content, file_name="a.png")
        await until(lambda: room.heard("/a.png"))
        assert room.heard("Look")
        assert await fetched(hass, servers, room.heard("/a.png")[0]) == PNG


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"file": "/etc/hostname"}, "file_not_allowed"),
        ({"file": "{folder}/none.png"}, "file_unreadable"),
        ({"file": "{folder}/large"}, "file_too_large"),
        ({"file": "{folder}/../large"}, "file_not_allowed"),
        ({"url": "{site}/secret/plan"}, "file_not_allowed"),
        ({"url": "{site}/open/moved"}, "file_unreadable"),
        ({"url": "{site}/open/missing"}, "file_unreadable"),
        ({"url": "{site}/open/large"}, "file_too_large"),
        ({"url": "file:///etc/hostname"}, "file_not_allowed"),
        ({"url": "http://[::"}, "file_not_allowed"),
        ({"url": "http://127.0.0.1:9/open/x"}, "file_unreadable"),
        ({"content": "no Base64!"}, "file_unreadable"),
        ({"content": base64.b64encode(bytes(3_000)).decode()}, "file_too_large"),
        ({"camera": "camera.none"}, "file_unreadable"),
    ],
)
async def test_a_file_that_may_not_or_cannot_be_sent_costs_no_words(
    hass: HomeAssistant,
    both: dict[str, Any],
    alice: Person,
    site: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    values: dict[str, str],
    key: str,
) -> None:
    monkeypatch.setattr(attachments, "MOST_BYTES", 2_000)
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "large").write_bytes(bytes(3_000))
    hass.config.allowlist_external_dirs = {str(folder)}
    hass.config.allowlist_external_urls |= {"http://127.0.0.1:9/"}
    told = {name: text.format(folder=folder, site=site) for name, text in values.items()}
    async with running(hass, bot_entry(both, contacts(ALICE))) as bot:
        await reachable(bot)
        with pytest.raises(ServiceValidationError) as raised:
            await ask(hass, "send_message", message="Somebody is there.", **told)
        assert raised.value.translation_key == key
        await alice.next("Somebody is there.")


@pytest.mark.parametrize("there", [True, False])
async def test_a_camera_that_shows_nothing_is_told_of(
    hass: HomeAssistant, both: dict[str, Any], *, there: bool
) -> None:
    if there:
        await camera(hass, None)
    async with running(hass, bot_entry(both, contacts(ALICE))):
        with pytest.raises(HomeAssistantError) as raised:
            await ask(hass, "send_message", camera="camera.garden")
        assert raised.value.translation_key == "file_unreadable"


async def test_a_message_is_corrected_by_its_id(
    hass: HomeAssistant, both: dict[str, Any], alice: Person
) -> None:
    async with running(hass, bot_entry(both, contacts(ALICE))) as bot:
        await reachable(bot)
        (sent,) = (await ask(hass, "send_message", message="5 min left"))["sent"]
        first = await alice.next("5 min left")
        for text in ("4 min left", "done"):
            again = await ask(hass, "send_message", message=text, corrects=sent["id"])
            assert again["sent"] == [sent]
            assert (await alice.next(text)).replaces == first.id == sent["id"]


async def test_buttons_come_back_as_an_event(
    hass: HomeAssistant, both: dict[str, Any], alice: Person
) -> None:
    events = async_capture_events(hass, EVENT_ANSWER)
    buttons = [{"id": "open", "label": "Open the door"}, {"id": "ignore", "label": "Ignore it"}, "call"]
    async with running(hass, bot_entry(both, contacts(ALICE))) as bot:
        await reachable(bot)
        answer = await ask(hass, "send_message", message="It rings.", buttons=buttons, tag="bell")
        heard = await alice.next("It rings.")
        assert heard.text == "It rings.\n1 Open the door\n2 Ignore it\n3 call"
        assert answer["sent"] == [{"id": heard.id, "contact": ALICE}]
        alice.reply(BOT, heard.id, "2")
        await until(lambda: events)
        assert (events[0].data["id"], events[0].data["tag"], events[0].data["by"]) == (
            "ignore",
            "bell",
            ALICE,
        )


async def test_what_the_chat_event_tells(hass: HomeAssistant, both: dict[str, Any], alice: Person) -> None:
    events = async_capture_events(hass, "dinox_mqtt_bot_chat")
    async with running(hass, bot_entry(both, contacts(ALICE))) as bot:
        await reachable(bot)
        await ask(hass, "send_message", message="Dinner?")
        heard = await alice.next("Dinner?")
        key = alice.reply(BOT, heard.id, "in a minute")
        await until(lambda: events)
        told = {"jid": ALICE, "text": "in a minute", "command": False, "entry_id": bot.entry.entry_id}
        assert events[0].data == {**told, "id": key, "room": "", "reply_to": heard.id}


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({}, "nothing_to_send"),
        ({"content": "QQ==", "buttons": ["yes"]}, "nothing_to_send"),
        ({"content": "QQ==", "corrects": "x"}, "nothing_to_send"),
        ({"message": "x", "corrects": "unknown"}, "unknown_message"),
        ({"content": "QQ==", "contact": "nobody@home.test"}, "unknown_contact"),
        ({"content": "QQ=="}, "no_contact"),
    ],
)
async def test_what_cannot_be_sent_is_said(
    hass: HomeAssistant, both: dict[str, Any], values: dict[str, str], key: str
) -> None:
    async with running(hass, bot_entry(both, contacts(Contact(ALICE, receives=False)))) as bot:
        await reachable(bot)
        with pytest.raises(ServiceValidationError) as raised:
            await ask(hass, "send_message", **values)
        assert raised.value.translation_key == key


def test_one_file_at_a_time() -> None:
    with pytest.raises(vol.Invalid):
        SEND_MESSAGE_SCHEMA({"url": "http://x", "file": "/x"})
