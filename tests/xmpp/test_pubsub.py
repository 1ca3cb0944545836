"""Nodes of a real PubSub service: subscribed to, read, published on."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
import xml.etree.ElementTree as ET

from people import ALICE, PASSWORDS, PATIENCE, QUICK, Person, Probed, World, until, world_of
import pytest
from slixmpp import ClientXMPP
from wire import Wire

from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.bot.pubsub.nodes import Item, ItemType, Node
from custom_components.dinox_mqtt_bot.xmpp.pubsub.items import item_of, payload_of
from lab.servers import Lab, Prosody, Server

SERVICE = "pubsub.home.test"
JSON, DATA = "urn:xmpp:json:0", "https://prosody.im/protocol/data"
ATOM = "http://www.w3.org/2005/Atom"


class ToldAs:
    """What a node told; others have subscribers left from other tests."""

    def __init__(self, probed: Probed, name: str = "lamp") -> None:
        self.name = name
        self.items: list[tuple[str, bytes, bool]] = []
        self.gone: list[str] = []
        self.sessions: list[bool] = []
        self.pubsub = probed.link.pubsub
        self.pubsub.serve(on_item=self._item, on_gone=self._gone, on_session=self.sessions.append)
        self.pubsub.follow([SERVICE])

    @property
    def payloads(self) -> list[bytes]:
        """What was published since; ejabberd repeats the last item to whom subscribes, with its time."""
        return [payload for _, payload, held_up in self.items if not held_up]

    def _item(self, node: Node, item: Item | None, at: float) -> None:
        if node.name == self.name:
            self.items.append((node.name, item.payload if item else b"(none)", bool(at)))

    def _gone(self, node: Node) -> None:
        self.gone.append(node.name)


async def publish(person: Person, name: str, payload: ET.Element, id: str | None = None) -> None:
    """Publish an item as somebody with a client does."""
    client: ClientXMPP = person.xmpp
    plugin: Any = client.plugin["xep_0060"]
    await plugin.publish(SERVICE, name, id=id, payload=payload, timeout=PATIENCE)


def node(name: str) -> Node:
    return Node(SERVICE, name)


@pytest.fixture(scope="session")
def module_2023(lab: Lab) -> Prosody:
    """A server whose PubSub is on MQTT too."""
    return lab.prosody(users=PASSWORDS, mqtt=True)


@pytest.fixture
async def bridged(lab: Lab, module_2023: Prosody) -> AsyncIterator[World]:
    async with world_of(lab, module_2023) as world:
        yield world


async def test_what_is_published_is_told_to_the_bot_alone(either: World) -> None:
    alice, bot = await either.person("alice"), await either.bot()
    told = ToldAs(bot)
    await publish(alice, "lamp", payload_of(ItemType.UTF8, "on"))
    await told.pubsub.subscribe(node("lamp"))
    other = await either.person("bot", "laptop")
    await publish(alice, "lamp", payload_of(ItemType.UTF8, "hällo <&>\n2"))
    await publish(alice, "lamp", payload_of(ItemType.JSON, '{"t": 21.5}'))
    await publish(alice, "lamp", payload_of(ItemType.ATOM_TITLE, "a title"))
    await until(lambda: len(told.payloads) == 3)
    assert told.payloads == ["hällo <&>\n2".encode(), b'{"t": 21.5}', b"a title"]
    assert {name for name, _, _ in told.items} == {"lamp"}
    await other.synchronise()
    assert [message for message in other.messages if message["from"] == SERVICE] == []
    assert bot.texts == []


async def test_nothing_more_comes_after_unsubscribing(either: World) -> None:
    alice, bot = await either.person("alice"), await either.bot()
    told = ToldAs(bot, "door")
    await publish(alice, "door", payload_of(ItemType.UTF8, "open"))
    await told.pubsub.subscribe(node("door"))
    await told.pubsub.unsubscribe(node("door"))
    await publish(alice, "door", payload_of(ItemType.UTF8, "closed"))
    await told.pubsub.subscribe(node("door"))
    await publish(alice, "door", payload_of(ItemType.UTF8, "locked"))
    await until(lambda: told.payloads)
    assert told.payloads == [b"locked"]


async def test_a_service_nobody_follows_is_a_stranger(world: World) -> None:
    alice, bot = await world.person("alice"), await world.bot()
    told = ToldAs(bot, "alien")
    await told.pubsub.subscribe(node("alien"))
    told.pubsub.follow([])
    await publish(alice, "alien", payload_of(ItemType.UTF8, "1"))
    await world.settled(bot)
    told.pubsub.follow([SERVICE])
    await publish(alice, "alien", payload_of(ItemType.UTF8, "2"))
    await until(lambda: told.items)
    assert told.payloads == [b"2"]


@pytest.mark.parametrize("deep", [True, False], ids=["deep", "wide"])
async def test_an_item_that_no_stanza_may_be_is_left_out_and_ends_nothing(
    either: World, *, deep: bool
) -> None:
    alice, bot = await either.person("alice"), await either.bot()
    told = ToldAs(bot, "maze")
    await publish(alice, "maze", payload_of(ItemType.UTF8, "before"))
    await told.pubsub.subscribe(node("maze"))
    sessions = len(told.sessions)
    maze = at = ET.Element("{urn:test:maze}a")
    for _ in range(100 if deep else 5_000):
        child = ET.SubElement(at, "{urn:test:maze}a")
        at = child if deep else at
    await publish(alice, "maze", maze)
    await publish(alice, "maze", payload_of(ItemType.UTF8, "after"))
    await until(lambda: b"after" in told.payloads)
    assert [payload for payload in told.payloads if payload != b"before"] == [b"after"]
    assert len(told.sessions) == sessions


async def test_a_contact_cannot_pretend_to_be_a_service(world: World) -> None:
    alice, bot = await world.person("alice"), await world.bot()
    told = ToldAs(bot)
    message = alice.xmpp.make_message(mto=bot.link._session.xmpp.boundjid, mtype="headline")
    event = ET.SubElement(message.xml, "{http://jabber.org/protocol/pubsub#event}event")
    items = ET.SubElement(event, "{http://jabber.org/protocol/pubsub#event}items", {"node": "lamp"})
    item = ET.SubElement(items, "{http://jabber.org/protocol/pubsub#event}item", {"id": "1"})
    item.append(payload_of(ItemType.UTF8, "forged"))
    message.send()
    await alice.synchronise()
    await world.settled(bot)
    assert told.items == []


async def test_items_are_read_oldest_first_the_newest_only(world: World) -> None:
    alice, bot = await world.person("alice"), await world.bot()
    for number in range(5):
        await publish(alice, "count", payload_of(ItemType.UTF8, str(number)), id=f"i{number}")
    items = await bot.link.pubsub.items(node("count"), 3)
    assert items == [Item(f"i{n}", ItemType.UTF8, str(n).encode()) for n in (2, 3, 4)]


async def test_an_item_replaced_is_the_newest(world: World) -> None:
    alice, bot = await world.person("alice"), await world.bot()
    for name, text in (("a", "1"), ("b", "2"), ("a", "3")):
        await publish(alice, "replaced", payload_of(ItemType.UTF8, text), id=name)
    items = await bot.link.pubsub.items(node("replaced"), 10)
    assert [(item.id, item.payload) for item in items] == [("b", b"2"), ("a", b"3")]


async def test_what_the_bot_publishes_is_read_back(either: World) -> None:
    bot = await either.bot()
    pubsub = bot.link.pubsub
    if either.server.name == "ejabberd":
        await bot.link._session.xmpp.plugin["xep_0060"].create_node(SERVICE, "mine")
    await pubsub.publish(node("mine"), ItemType.JSON, '{"a": "ä"}')
    (item,) = await pubsub.items(node("mine"), 1)
    assert (item.type, item.payload) == (ItemType.JSON, '{"a": "ä"}'.encode())
    assert item.id


async def test_mqtt_clients_publish_items_of_three_types(bridged: World) -> None:
    """With the module of 2023 that is all MQTT can do; nobody subscribes there."""
    bot = await bridged.bot()
    told = ToldAs(bot, "mq")
    await told.pubsub.subscribe(node("mq"))
    port = bridged.server.ports["mqtt"]
    for number, (kind, payload) in enumerate((("json", "[1]"), ("utf8", "text"), ("atom_title", "title"))):
        await mqtt_publish(port, f"{SERVICE}/{kind}/mq", payload)
        await until(lambda wanted=number + 1: len(told.payloads) == wanted)
    assert told.payloads == [b"[1]", b"text", b"title"]
    assert [item.type for item in await told.pubsub.items(node("mq"), 9)] == list(ItemType)


async def mqtt_publish(port: int, topic: str, payload: str) -> None:
    """Publish with QoS 0 and MQTT 3.1.1, written by hand: the module reads no client id."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00")
    assert await reader.readexactly(4) == b"\x20\x02\x00\x00"
    body = len(topic).to_bytes(2) + topic.encode() + payload.encode()
    writer.write(bytes([0x30, len(body)]) + body)
    await writer.drain()
    writer.write(b"\xc0\x00")
    assert await reader.readexactly(2) == b"\xd0\x00"
    writer.close()
    await writer.wait_closed()


async def test_refusals_name_their_reason(world: World) -> None:
    bot = await world.bot(user="mallory")
    pubsub = bot.link.pubsub
    for attempt, key, reason in (
        (pubsub.items(node("nowhere"), 1), "pubsub_refused", "item-not-found"),
        (pubsub.subscribe(Node("upload.home.test", "x")), "pubsub_refused", "service-unavailable"),
        (pubsub.subscribe(Node("a b.home.test", "x")), "pubsub_refused", "bad_address"),
        (pubsub.publish(node("forbidden"), ItemType.UTF8, "x"), "publish_refused", "forbidden"),
        (pubsub.publish(Node("a b.test", "x"), ItemType.UTF8, "x"), "publish_refused", "bad_address"),
    ):
        with pytest.raises(BotError) as refused:
            await attempt
        assert (refused.value.key, refused.value.placeholders["reason"]) == (key, reason)


async def test_what_is_too_large_is_not_sent(world: World) -> None:
    bot = await world.bot()
    with pytest.raises(BotError, match="payload_too_large"):
        await bot.link.pubsub.publish(node("large"), ItemType.UTF8, "x" * 1_000_000)
    await bot.link.pubsub.publish(node("large"), ItemType.UTF8, "control \x00\x0b character")
    (item,) = await bot.link.pubsub.items(node("large"), 1)
    assert item.payload.decode() == "control \ufffd\ufffd character"


async def test_without_a_session_nothing_can_be_asked(lab: Lab, own_prosody: Server) -> None:
    async with world_of(lab, own_prosody) as world:
        bot = await world.bot(timing=replace(QUICK, answer=2))
        pubsub = bot.link.pubsub
        own_prosody.freeze()
        asked = asyncio.ensure_future(pubsub.items(node("x"), 1))
        timed = [asyncio.ensure_future(pubsub.publish(node("x"), ItemType.UTF8, "1"))]
        with pytest.raises(BotError, match="publish_timeout"):
            await timed[0]
        with pytest.raises(BotError, match="pubsub_timeout"):
            await asked
        asked = asyncio.ensure_future(pubsub.items(node("x"), 1))
        await asyncio.sleep(0)
        own_prosody.kill()
        with pytest.raises(BotError, match="not_connected"):
            await asked
        await until(lambda: not pubsub.connected)
        with pytest.raises(BotError, match="not_connected"):
            await pubsub.subscribe(node("x"))


async def test_a_resumed_stream_brings_what_was_missed_with_its_time(lab: Lab, prosody: Server) -> None:
    async with Wire(prosody.ports["c2s"]) as wire, world_of(lab, prosody, wire.port) as world:
        alice, bot = await world.person("alice"), await world.bot()
        told = ToldAs(bot, "resumed")
        await told.pubsub.subscribe(node("resumed"))
        await publish(alice, "resumed", payload_of(ItemType.UTF8, "before"))
        await until(lambda: told.items)
        wire.freeze()
        await publish(alice, "resumed", payload_of(ItemType.UTF8, "meanwhile"))
        wire.cut()
        await until(lambda: len(told.items) == 2)
        await until(lambda: told.sessions)
        assert told.items == [("resumed", b"before", False), ("resumed", b"meanwhile", True)]
        assert told.sessions == [True]


async def test_a_node_that_is_deleted_is_told_of(world: World) -> None:
    alice, bot = await world.person("alice"), await world.bot()
    told = ToldAs(bot, "doomed")
    await told.pubsub.subscribe(node("doomed"))
    await alice.xmpp.plugin["xep_0060"].delete_node(SERVICE, "doomed")  # type: ignore[no-untyped-call]
    await until(lambda: told.gone)
    assert told.gone == ["doomed"]


async def test_nobody_listening_harms_nothing(world: World) -> None:
    alice, bot = await world.person("alice"), await world.bot(contacts=(ALICE,))
    bot.link.pubsub.follow([SERVICE])
    await bot.link.pubsub.subscribe(node("unheard"))
    await publish(alice, "unheard", payload_of(ItemType.UTF8, "1"))
    await world.settled(bot)
    assert bot.texts == []


@pytest.mark.parametrize(
    ("xml", "item"),
    [
        (f'<json xmlns="{JSON}">{{"t": 1}}</json>', Item("1", ItemType.JSON, b'{"t": 1}')),
        (f'<data xmlns="{DATA}"/>', Item("1", ItemType.UTF8, b"")),
        (f'<entry xmlns="{ATOM}"><title>a</title></entry>', Item("1", ItemType.ATOM_TITLE, b"a")),
        (
            f'<entry xmlns="{ATOM}"><title>a</title><updated>2027-01-15T08:00:00Z</updated></entry>',
            Item("1", ItemType.ATOM_TITLE, b"a", 1_800_000_000.0),
        ),
        (
            (
                f'<entry xmlns="{ATOM}"><title/><published>soon</published>'
                "<updated>2027-01-15T08:00</updated></entry>"
            ),
            Item("1", ItemType.ATOM_TITLE, b"", 1_800_000_000.0),
        ),
        ('<x xmlns="urn:x">y</x>', Item("1", ItemType.UTF8, b'<ns0:x xmlns:ns0="urn:x">y</ns0:x>')),
        ("", None),
    ],
)
def test_items_as_mqtt_would_deliver_them(xml: str, item: Item | None) -> None:
    assert item_of(ET.fromstring(f'<item id="1">{xml}</item>')) == item
