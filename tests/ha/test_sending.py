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
from running import (
    ALICE,
    BOT,
    USERS,
    account,
    ask,
    bot_entry,
    contacts,
    reachable,
    running,
    standalone,
    until,
)
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
        more = {"room": "", "reply_to": heard.id, "file": "", "file_type": ""}
        assert events[0].data == {**told, "id": key, **more}


REPLY = "{urn:xmpp:reply:0}reply"
RETRACT = "{urn:xmpp:message-retract:1}retract"


class Stanzas:
    """The chat messages that a person gets, with all that is in them."""

    def __init__(self, person: Person) -> None:
        self._all: list[Any] = []
        for event in ("message", "groupchat_message"):
            person.client.add_event_handler(event, self._all.append)

    async def next(self, text: str) -> Any:
        def found() -> Any:
            return next((each for each in self._all if text in each["body"]), None)

        await until(found)
        return found()

    async def about(self, text: str, tag: str) -> str:
        """Return the id of the message that another one, which has this text, is about."""
        return str((await self.next(text)).xml.find(tag).get("id"))


async def test_a_contact_is_answered_by_the_id_of_its_message(
    hass: HomeAssistant, both: dict[str, Any], alice: Person
) -> None:
    events = async_capture_events(hass, "dinox_mqtt_bot_chat")
    stanzas = Stanzas(alice)
    async with running(hass, bot_entry(both, contacts(ALICE))) as bot:
        await reachable(bot)
        key = alice.say(BOT, "How long does the washer take?")
        await until(lambda: events)
        answer = await ask(
            hass, "send_message", message="Ten minutes.", reply_to=events[0].data["id"], contact=ALICE
        )
        assert await stanzas.about("Ten minutes.", REPLY) == key
        # What the bot said needs no contact: it is known who read it.
        (sent,) = answer["sent"]
        content = base64.b64encode(PNG).decode()
        await ask(hass, "send_message", content=content, file_name="a.png", reply_to=sent["id"])
        assert await stanzas.about("/a.png", REPLY) == sent["id"]
        await ask(hass, "send_message", message="Now?", buttons=["yes", "no"], reply_to=sent["id"])
        assert await stanzas.about("Now?", REPLY) == sent["id"]


async def test_messages_are_taken_back(hass: HomeAssistant, both: dict[str, Any], alice: Person) -> None:
    stanzas = Stanzas(alice)
    answers = async_capture_events(hass, EVENT_ANSWER)
    async with running(hass, bot_entry(both, contacts(Contact(ALICE, language="de")))) as bot:
        await reachable(bot)
        (door,) = (await ask(hass, "send_message", message="The door is open."))["sent"]
        (bell,) = (await ask(hass, "send_message", message="It rings.", buttons=["open"], tag="bell"))["sent"]
        await alice.next("It rings.")
        back = await ask(hass, "send_message", retracts=[door["id"], bell["id"], door["id"]])
        assert back["sent"] == [door, bell]
        told = [await alice.next("nehme ich zurück") for _ in back["sent"]]
        assert len({each.id for each in told}) == 2
        assert await stanzas.about("nehme ich zurück", RETRACT) == door["id"]
        await until(lambda: answers)
        assert answers[0].data["id"] is None
        for values in ({"retracts": door["id"]}, {"message": "shut", "corrects": door["id"]}):
            with pytest.raises(ServiceValidationError) as raised:
                await ask(hass, "send_message", **values)
            assert raised.value.translation_key == "unknown_message"


async def test_in_a_room_too(hass: HomeAssistant, both: dict[str, Any], alice: Person) -> None:
    room = await Occupant(alice, new_room()).enter("Alice")
    await room.configure(whois="anyone", persistentroom="1")
    stanzas = Stanzas(alice)
    events = async_capture_events(hass, "dinox_mqtt_bot_chat")
    family = Contact(room.room, name="Family", room=True, role=Role.OPERATOR)
    async with running(hass, bot_entry(both, contacts(ALICE, family))) as bot:
        await until(lambda: room.room in bot.chat._gate.inside)
        (sent,) = (await ask(hass, "send_message", message="Dinner!", contact=room.room))["sent"]
        await until(lambda: room.heard("Dinner!"))
        room.say("What is there?")
        await until(lambda: events)
        said = events[0].data
        await ask(hass, "send_message", message="Soup.", contact=said["room"], reply_to=said["id"])
        await ask(hass, "send_message", retracts=sent["id"])
        assert await stanzas.about("Soup.", REPLY) == room._names[said["id"]]
        assert await stanzas.about("take back", RETRACT) == room._names[sent["id"]]


async def test_what_is_held_is_taken_back_without_a_word(
    hass: HomeAssistant, both: dict[str, Any], alice: Person
) -> None:
    async with running(hass, bot_entry(both, contacts(ALICE))) as bot:
        await reachable(bot)
        alice.show("dnd")
        await until(lambda: bot.bot.do_not_disturb.contacts)
        (sent,) = (await ask(hass, "send_message", message="The door is open."))["sent"]
        assert (await ask(hass, "send_message", retracts=sent["id"]))["sent"] == [sent]
        alice.show(None)
        await until(lambda: not bot.bot.do_not_disturb.contacts)
        await ask(hass, "send_message", message="the end")
        await alice.next("the end")
        assert not [each for each in alice.all if "door" in each.text or "take back" in each.text]


async def test_what_is_taken_back_while_nobody_is_there_is_not_forgotten(
    hass: HomeAssistant, port: int, own_lab: Lab
) -> None:
    """The server is away, Home Assistant ends and begins: the contact reads that it was taken back."""
    server = own_lab.prosody(users=USERS)
    data = {**standalone(port), **account(server.ports["c2s"], own_lab.ca)}
    entry = bot_entry(data, contacts(ALICE))
    async with running(hass, entry) as bot:
        await reachable(bot)
        async with Person(ALICE, "alicepw", server.ports["c2s"], own_lab.client_ssl()) as alice:
            (sent,) = (await ask(hass, "send_message", message="The door is open."))["sent"]
            await alice.next("The door is open.")
        server.stop()
        await until(lambda: not bot.chat.status.online)
        (lost,) = (await ask(hass, "send_message", message="never read"))["sent"]
        await ask(hass, "send_message", retracts=[sent["id"], lost["id"]])
        assert await hass.config_entries.async_unload(entry.entry_id)
        server.start()
        assert await hass.config_entries.async_setup(entry.entry_id)
        async with Person(ALICE, "alicepw", server.ports["c2s"], own_lab.client_ssl()) as alice:
            told = [(await alice.next("take back")).retracts for _ in range(2)]
            assert sorted(told) == sorted((sent["id"], lost["id"]))
            assert not [each for each in alice.all if "never" in each.text]


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({}, "nothing_to_send"),
        ({"content": "QQ==", "buttons": ["yes"]}, "nothing_to_send"),
        ({"content": "QQ==", "corrects": "x"}, "nothing_to_send"),
        ({"message": "x", "corrects": "unknown"}, "unknown_message"),
        ({"content": "QQ==", "contact": "nobody@home.test"}, "unknown_contact"),
        ({"content": "QQ=="}, "no_contact"),
        ({"message": "x", "reply_to": "unknown"}, "reply_without_contact"),
        ({"message": "x", "reply_to": "unknown", "contact": "nobody@home.test"}, "unknown_contact"),
        ({"retracts": ["unknown"]}, "unknown_message"),
        ({"retracts": ["unknown"], "message": "x"}, "one_at_a_time"),
        ({"corrects": "a", "reply_to": "b", "message": "x"}, "one_at_a_time"),
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
