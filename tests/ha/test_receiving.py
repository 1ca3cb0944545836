"""Pictures and voice messages that contacts send: files for automations, from the own server alone."""

import asyncio
from collections.abc import AsyncGenerator
import os
from pathlib import Path
import time
from typing import Any
import uuid
import xml.etree.ElementTree as ET

from aiohttp import web
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events
from rooms import Occupant, new_room
from running import ALICE, BOT, bot_entry, contacts, reachable, running, until

from custom_components.dinox_mqtt_bot.bot.model.announcements import ChatReceived
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.bot.model.rules import Contact, Role
from custom_components.dinox_mqtt_bot.entry.paths import received_path
from custom_components.dinox_mqtt_bot.hass import uploads
from custom_components.dinox_mqtt_bot.hass.events import EVENT_FILE
from custom_components.dinox_mqtt_bot.hass.uploads import http_get, may_ask, name_of
from custom_components.dinox_mqtt_bot.runtime import receiving
from lab.person import Person
from lab.servers import Lab

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
VOICE = b"OggS" + bytes(24) + b"OpusHead" + bytes(64)
OOB = "{jabber:x:oob}"
LOOPBACK = "127.0.0.1"


@pytest.fixture(autouse=True)
def _media(hass: HomeAssistant, tmp_path: Path) -> None:
    hass.config.media_dirs = {"local": str(tmp_path / "media")}


def show(alice: Person, address: str, to: str = BOT) -> str:
    """Send the address of a file, as clients do, and return the id of the message."""
    kind = "chat" if to == BOT else "groupchat"
    message = alice.client.make_message(mto=to, mbody=address, mtype=kind)
    message["id"] = uuid.uuid4().hex
    ET.SubElement(ET.SubElement(message.xml, f"{OOB}x"), f"{OOB}url").text = address
    message.send()
    return str(message["id"])


async def put(bot: Any, content: bytes, name: str = "cat.png") -> str:
    """Put a file on the server; who has put it there nobody can see."""
    return str(await bot.chat.upload(name, "application/octet-stream", content))


async def file_of(events: list[Event]) -> dict[str, Any]:
    await until(lambda: events)
    return dict(events[-1].data)


@pytest.mark.parametrize(
    ("content", "name", "ending", "kind"),
    [(PNG, "cat.png", "png", "image/png"), (VOICE, "memo.html", "opus", "audio/opus")],
)
@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMIN])
async def test_a_picture_or_a_voice_message_is_a_file_for_automations(
    hass: HomeAssistant,
    both: dict[str, Any],
    alice: Person,
    tmp_path: Path,
    content: bytes,
    name: str,
    ending: str,
    kind: str,
    role: Role,
) -> None:
    files, chats = async_capture_events(hass, EVENT_FILE), async_capture_events(hass, "dinox_mqtt_bot_chat")
    entry = bot_entry(both, contacts(Contact(ALICE, role=role)))
    async with running(hass, entry) as bot:
        await reachable(bot)
        address = await put(bot, content, name)
        key = show(alice, address)
        found = await file_of(files)
        path = Path(found.pop("path"))
        assert path.read_bytes() == content
        assert path.parent == tmp_path / "media" / "dinox_mqtt_bot" / entry.entry_id
        assert path.suffix == f".{ending}"
        assert "cat" not in path.name
        assert found.pop("media").endswith(f"media_source/local/dinox_mqtt_bot/{entry.entry_id}/{path.name}")
        assert found == {
            "entry_id": entry.entry_id,
            "jid": ALICE,
            "id": key,
            "room": "",
            "type": kind,
            "size": len(content),
        }
        assert chats[0].data["file"] == address
        assert chats[0].data["file_type"] == ("image/png" if name == "cat.png" else "text/html")
        assert (await alice.next("I can't look into files")).text
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert not path.parent.exists()


async def test_one_of_a_room_too(hass: HomeAssistant, both: dict[str, Any], alice: Person) -> None:
    files = async_capture_events(hass, EVENT_FILE)
    room = await Occupant(alice, new_room()).enter("Alice")
    await room.configure(whois="anyone", persistentroom="1")
    family = Contact(room.room, name="Family", room=True)
    async with running(hass, bot_entry(both, contacts(ALICE, family))) as bot:
        await until(lambda: room.room in bot.chat._gate.inside)
        # Nobody reads in a room why something was not fetched.
        show(alice, "https://files.example.org/a.png", room.room)
        show(alice, await put(bot, PNG), room.room)
        found = await file_of(files)
        assert (found["jid"], found["room"], len(files)) == (ALICE, room.room, 1)
        assert not room.heard("server")


async def test_nothing_is_fetched_that_nobody_waits_for(
    hass: HomeAssistant, both: dict[str, Any], alice: Person, tmp_path: Path
) -> None:
    async with running(hass, bot_entry(both, contacts(ALICE))) as bot:
        await reachable(bot)
        show(alice, await put(bot, PNG))
        await alice.next("I can't look into files")
        show(alice, "https://files.example.org/a.png")
        await alice.next("I can't look into files")
        assert not (tmp_path / "media").exists()


@pytest.mark.parametrize(
    ("address", "content", "words"),
    [
        ("https://files.example.org/a.png", PNG, "my own server"),
        ("https://127.0.0.1:1/a.png", PNG, "my own server"),
        ("aesgcm://127.0.0.1/a.png#00", PNG, "my own server"),
        ("{base}/none/a.png", PNG, "a.png could not be read: HTTP 4"),
        ("{address}", b"<!DOCTYPE html><html>" + bytes(64), "neither a picture nor a sound"),
        ("{address}", b"", "neither a picture nor a sound"),
    ],
)
async def test_who_sent_what_is_not_kept_reads_why(
    hass: HomeAssistant,
    both: dict[str, Any],
    alice: Person,
    tmp_path: Path,
    address: str,
    content: bytes,
    words: str,
) -> None:
    files = async_capture_events(hass, EVENT_FILE)
    async with running(hass, bot_entry(both, contacts(ALICE))) as bot:
        await reachable(bot)
        there = await put(bot, content or PNG[:9])
        show(alice, address.format(address=there, base=there.rsplit("/", 2)[0]))
        await alice.next(words)
        assert files == []
        assert not list((tmp_path / "media").rglob("*.*"))


async def test_a_disk_that_takes_nothing_is_told_of(
    hass: HomeAssistant, both: dict[str, Any], alice: Person, tmp_path: Path
) -> None:
    async_capture_events(hass, EVENT_FILE)
    (tmp_path / "media").write_text("no folder")
    async with running(hass, bot_entry(both, contacts(ALICE))) as bot:
        await reachable(bot)
        show(alice, await put(bot, PNG))
        await alice.next("I could not keep that file")


async def test_what_another_bot_sends_and_a_flood_are_left_alone(hass: HomeAssistant, tmp_path: Path) -> None:
    files = async_capture_events(hass, EVENT_FILE)
    refused: list[str] = []
    begun: list[asyncio.Task[None]] = []
    opened = asyncio.Event()

    async def fetch(address: str) -> bytes:
        await opened.wait()
        return PNG

    received = receiving.Receiving(
        hass,
        "e",
        (tmp_path / "kept", ""),
        fetch=fetch,
        refuse=lambda jid, why: refused.append(why.key),
        create_task=lambda work, name: begun.append(hass.async_create_task(work, name)),
    )
    said = ChatReceived(ALICE, "x", False, file="https://127.0.0.1/a")
    received.hear(ChatReceived(ALICE, "x", False))
    received.hear(ChatReceived(ALICE, "x", False, file="https://127.0.0.1/a", automatic=True))
    for _ in range(receiving.MOST_WAITING + 2):
        received.hear(said)
    assert (len(begun), refused) == (receiving.MOST_WAITING, ["files_too_many"] * 2)
    opened.set()
    await asyncio.gather(*begun)
    await hass.async_block_till_done()
    assert len(files) == receiving.MOST_WAITING
    assert files[0].data["media"] == ""
    received.hear(said)
    assert len(begun) == receiving.MOST_WAITING + 1
    await asyncio.gather(*begun)


def kept(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def test_what_is_old_or_too_much_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "MOST_FILES", 3)
    now = time.time()
    for name, age in (("a.png", 5), ("b.png", 4), ("c.png.part", 3), ("d.png", 2), ("e.png", 1)):
        (tmp_path / name).write_bytes(PNG)
        os.utime(tmp_path / name, (now - age, now - age))
    (tmp_path / "folder").mkdir()
    new = receiving.keep(tmp_path, PNG, now).path.name
    assert kept(tmp_path) == {"folder", "d.png", "e.png", new}
    os.utime(tmp_path / "d.png", (now - receiving.LONGEST - 1,) * 2)
    receiving.clean_quietly(tmp_path, now)
    assert kept(tmp_path) == {"folder", "e.png", new}
    monkeypatch.setattr(receiving, "MOST_BYTES", len(PNG) * 2)
    last = receiving.keep(tmp_path, PNG, now).path.name
    assert len(kept(tmp_path) - {"folder", last}) == 1
    receiving.clean_quietly(tmp_path / "none", now)


def test_without_media_the_bots_own_folder_is_taken(hass: HomeAssistant) -> None:
    hass.config.media_dirs = {"films": "/media/films", "other": "/media/other"}
    assert received_path(hass, "e") == (
        Path("/media/films/dinox_mqtt_bot/e"),
        "media-source://media_source/films/dinox_mqtt_bot/e",
    )
    hass.config.media_dirs = {}
    path, media = received_path(hass, "e")
    assert path == Path(hass.config.path(".storage", "dinox_mqtt_bot", "e-files"))
    assert media == ""


# What is asked over HTTP, and how.


@pytest.fixture
async def site() -> AsyncGenerator[tuple[str, list[web.BaseRequest]]]:
    """A web server that does not mean well."""
    asked: list[web.BaseRequest] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request)
        if request.path == "/moved":
            raise web.HTTPFound("/cat.png")
        if request.path == "/announced":
            return web.Response(body=bytes(3_000))
        if request.path == "/endless":
            stream = web.StreamResponse()
            stream.enable_chunked_encoding()
            await stream.prepare(request)
            for _ in range(100):
                await stream.write(bytes(100))
            return stream
        if request.path == "/packed":
            return web.Response(body=b"not gzip", headers={"Content-Encoding": "gzip"})
        if request.path == "/broken":
            request.transport.close()  # type: ignore[union-attr]
        return web.Response(body=PNG)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, LOOPBACK, 0).start()
    yield f"http://{LOOPBACK}:{runner.addresses[0][1]}", asked
    await runner.cleanup()


async def test_a_file_is_read_as_it_is_and_without_cookies(
    hass: HomeAssistant, site: tuple[str, list[web.BaseRequest]]
) -> None:
    address, asked = site
    async_get_clientsession(hass).cookie_jar.update_cookies({"session": "secret"})
    get = http_get(None)
    assert await get(f"{address}/cat.png", LOOPBACK) == PNG
    assert await get(f"{address}/packed", LOOPBACK) == b"not gzip"
    assert await get(f"{address.replace(LOOPBACK, 'localhost')}/cat.png", LOOPBACK) == PNG
    assert [dict(each.cookies) for each in asked] == [{}] * 3


@pytest.mark.parametrize(
    ("path", "own", "key"),
    [
        ("/moved", LOOPBACK, "file_unreadable"),
        ("/announced", LOOPBACK, "file_too_large"),
        ("/endless", LOOPBACK, "file_too_large"),
        ("/broken", LOOPBACK, "file_unreadable"),
        ("/cat.png", "192.0.2.1", "file_foreign"),
        ("/cat.png", "", "file_foreign"),
    ],
)
@pytest.mark.parametrize("host", [LOOPBACK, "localhost"])
async def test_what_is_not_read(
    site: tuple[str, list[web.BaseRequest]],
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    own: str,
    key: str,
    host: str,
) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 2_000)
    address, asked = site
    with pytest.raises(BotError, match=key):
        await http_get(None)(f"{address.replace(LOOPBACK, host)}{path}", own)
    assert bool(asked) is (key != "file_foreign")


async def test_a_certificate_of_nobody_is_not_believed(servers: Lab, prosody: Any) -> None:
    address = f"https://{LOOPBACK}:{prosody.ports['https']}/a.png"
    with pytest.raises(BotError) as raised:
        await http_get(None)(address, LOOPBACK)
    assert raised.value.placeholders == {"file": "a.png", "reason": "certificate"}
    with pytest.raises(BotError, match="file_unreadable"):
        await http_get(servers.client_ssl())(address, LOOPBACK)


@pytest.mark.parametrize(
    ("address", "own", "may"),
    [
        ("1.1.1.1", "", True),
        ("2606:4700::1111", "127.0.0.1", True),
        ("127.0.0.1", "", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("::ffff:127.0.0.1", "127.0.0.1", True),
        ("::ffff:10.0.0.1", "", False),
        ("::1", "127.0.0.1", False),
        ("10.0.0.7", "10.0.0.7", True),
        ("10.0.0.8", "10.0.0.7", False),
        ("169.254.169.254", "10.0.0.7", False),
        ("100.64.0.1", "", False),
        ("224.0.1.1", "", False),
        ("0.0.0.0", "", False),
        ("fe80::1", "", False),
        ("fd00::1", "fd00::1", True),
    ],
)
def test_only_public_addresses_and_the_own_server_are_asked(address: str, own: str, may: bool) -> None:
    assert may_ask(address, own) is may


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://a/b/cat.png", "cat.png"),
        ("https://a/b/ca%20t.png?x=1", "ca_20t.png"),
        ("https://a/*evil*", "_evil_"),
        ("https://a/" + "x" * 100, "x" * 60),
        ("", "file"),
    ],
)
def test_a_file_is_named_without_marks(address: str, name: str) -> None:
    assert name_of(address) == name
