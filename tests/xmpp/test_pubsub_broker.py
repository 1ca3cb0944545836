"""PubSub nodes as the topics of a bot, on a real Prosody."""

import asyncio
from typing import Any

from people import PATIENCE, Person, Probed, World, until, world_of
import pytest
from test_pubsub import SERVICE, publish
from wire import Wire

from custom_components.dinox_mqtt_bot.bot.model.message import Message, QoS
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.bot.model.status import LinkStatus, Phase
from custom_components.dinox_mqtt_bot.bot.pubsub.nodes import Item, ItemType, Node
from custom_components.dinox_mqtt_bot.xmpp.pubsub import following
from custom_components.dinox_mqtt_bot.xmpp.pubsub.items import payload_of
from custom_components.dinox_mqtt_bot.xmpp.pubsub.pubsub_broker import PubSubBroker
from custom_components.dinox_mqtt_bot.xmpp.settings import Timing
from lab.servers import Lab, Server


class Memory:
    """`bot.ports.Memory`, in a dict."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def get(self, key: str) -> str:
        return self.texts.get(key, "")

    def set(self, key: str, value: str) -> None:
        self.texts[key] = value


class Keys:
    """`bot.ports.Phrases` that says which text was asked for."""

    def phrase(self, key: str, **placeholders: object) -> str:
        return key


class House:
    """A bot's broker over its link."""

    def __init__(self, bot: Probed, memory: Memory, *topics: str) -> None:
        self.bot = bot
        self.messages: list[Message] = []
        self.statuses: list[LinkStatus] = []
        self.broker = PubSubBroker(
            bot.link.pubsub,
            service=SERVICE,
            memory=memory,
            phrases=Keys(),
            clock=bot.clock,
            create_task=lambda work, name: asyncio.get_running_loop().create_task(work, name=name),
        )
        self._follow()
        self.want(*topics)
        self.broker.start(on_message=self.messages.append, on_status=self.statuses.append)

    def _follow(self) -> None:
        """Have the broker follow the link."""
        tell = self.bot.link._on_status
        self.bot.link._on_status = lambda status: (tell(status), self.broker.chat_changed(status))[0]

    def start_again(self) -> None:
        """Start the link that was stopped."""
        self.bot.start()
        self._follow()

    def want(self, *topics: str) -> None:
        self.broker.want(dict.fromkeys(topics, QoS.AT_LEAST_ONCE))

    @property
    def told(self) -> list[tuple[str, str, str]]:
        """What came: topic, payload, and how."""
        return [
            (
                message.topic,
                message.payload.decode(),
                "retained" if message.retain else "late" if message.fetched else "",
            )
            for message in self.messages
        ]

    @property
    def payloads(self) -> list[str]:
        return [payload for _, payload, _ in self.told]

    async def online(self) -> None:
        await until(lambda: self.broker.status.phase is Phase.ONLINE, f"{self.broker.status}")

    async def close(self) -> None:
        await self.bot.link.stop()
        await self.broker.stop()


async def house_of(world: World, *topics: str, memory: Memory | None = None, **how: Any) -> House:
    bot = await world.bot(wait=False, **how)
    house = House(bot, memory or Memory(), *topics)
    world._leaving.push_async_callback(house.close)
    await house.online()
    return house


async def say(person: Person, name: str, *texts: str, kind: ItemType = ItemType.UTF8) -> None:
    for text in texts:
        await publish(person, name, payload_of(kind, text))


async def subscribed(house: House, name: str) -> bool:
    """Ask the service whether the bot is subscribed to a node."""
    plugin: Any = house.bot.link._session.xmpp.plugin["xep_0060"]
    answer = await plugin.get_subscriptions(SERVICE, name, timeout=PATIENCE)
    return any(each["node"] == name for each in answer["pubsub"]["subscriptions"])


async def gone(house: House, name: str) -> None:
    """Wait until the bot is not subscribed to a node."""
    async with asyncio.timeout(PATIENCE):
        while await subscribed(house, name):
            await asyncio.sleep(0.05)


async def test_a_node_is_a_topic(world: World) -> None:
    alice = await world.person("alice")
    house = await house_of(world, f"{SERVICE}/json/broker1", "broker1plain")
    await say(alice, "broker1", '{"t": 21.5}', kind=ItemType.JSON)
    await say(alice, "broker1plain", "on")
    await until(lambda: len(house.messages) == 2)
    assert house.told == [(f"{SERVICE}/json/broker1", '{"t": 21.5}', ""), ("broker1plain", "on", "")]
    assert {message.qos for message in house.messages} == {1}
    assert len({message.packet_id for message in house.messages}) == 2
    assert house.broker.refused == {}


async def test_how_things_stand_is_told_when_a_node_is_new(world: World) -> None:
    alice = await world.person("alice")
    await say(alice, "stand", "1", "2", "3")
    house = await house_of(world, "stand")
    await say(alice, "stand", "4")
    await until(lambda: len(house.messages) == 2)
    assert house.told == [("stand", "3", "retained"), ("stand", "4", "")]


async def test_what_is_published_on_a_new_node_while_it_is_read_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await world.person("alice")
    house = await house_of(world)
    pubsub = house.bot.link.pubsub
    read = pubsub.items

    async def later(node: Node, newest: int) -> list[Item]:
        await say(alice, "racing", "1")
        await world.settled(house.bot)
        return await read(node, newest)

    monkeypatch.setattr(pubsub, "items", later)
    house.want("racing")
    await until(lambda: house.messages)
    assert house.told == [("racing", "1", "")]


async def test_items_of_two_types_go_to_the_topics_of_their_types(world: World) -> None:
    alice = await world.person("alice")
    house = await house_of(world, f"{SERVICE}/json/two", f"{SERVICE}/utf8/two")
    await say(alice, "two", "text")
    await say(alice, "two", "[1]", kind=ItemType.JSON)
    await say(alice, "two", "title", kind=ItemType.ATOM_TITLE)
    await until(lambda: len(house.messages) == 3)
    assert [topic for topic, _, _ in house.told] == [
        f"{SERVICE}/utf8/two",
        f"{SERVICE}/json/two",
        f"{SERVICE}/json/two",
    ]


async def test_ten_items_missed_while_the_bot_was_away_are_told_once_late_and_in_order(
    lab: Lab, prosody: Server
) -> None:
    memory = Memory()
    async with world_of(lab, prosody) as world:
        alice = await world.person("alice")
        house = await house_of(world, "missed", memory=memory)
        await say(alice, "missed", "before")
        await until(lambda: house.messages)
        await house.close()
        await say(alice, "missed", *map(str, range(10)))
        house = await house_of(world, "missed", memory=memory)
        await say(alice, "missed", "after")
        await until(lambda: "after" in house.payloads)
        assert house.told == [*(("missed", str(n), "late") for n in range(10)), ("missed", "after", "")]
        assert all(message.repeated for message in house.messages[:10])
        await house.close()
        house = await house_of(world, "missed", memory=memory)
        await say(alice, "missed", "later")
        await until(lambda: house.messages)
        assert house.told == [("missed", "later", "")]


async def test_a_lost_session_and_a_resumed_one_lose_nothing_and_tell_nothing_twice(
    lab: Lab, prosody: Server
) -> None:
    async with Wire(prosody.ports["c2s"]) as wire, world_of(lab, prosody, wire.port) as world:
        alice = await world.person("alice")
        house = await house_of(world, "lossy")
        await say(alice, "lossy", "1")
        await until(lambda: house.messages)
        wire.freeze()
        await say(alice, "lossy", "2", "3")
        wire.cut()
        await until(lambda: len(house.messages) == 3)
        await house.online()
        assert house.told == [("lossy", "1", ""), ("lossy", "2", "late"), ("lossy", "3", "late")]
        stamps = [dict(message.properties.user).get("timestamp", "") for message in house.messages[1:]]
        assert all(stamps)
        house.bot.link.reconnect()
        await until(lambda: house.broker.status.phase is not Phase.ONLINE)
        await house.online()
        await say(alice, "lossy", "4")
        await until(lambda: "4" in house.payloads)
        assert house.payloads == ["1", "2", "3", "4"]


async def test_a_server_that_restarts_costs_nothing(lab: Lab, own_prosody: Server) -> None:
    async with world_of(lab, own_prosody) as world:
        alice = await world.person("alice")
        house = await house_of(world, "restart")
        await say(alice, "restart", "1")
        await until(lambda: house.messages)
        await house.bot.link.stop()
        await say(alice, "restart", "2", "3")
        await alice.session.close()
        own_prosody.stop()
        own_prosody.start()
        house.start_again()
        await house.online()
        alice = await world.person("alice", "laptop")
        await say(alice, "restart", "4")
        await until(lambda: "4" in house.payloads)
        assert house.told == [
            ("restart", "1", ""),
            ("restart", "2", "late"),
            ("restart", "3", "late"),
            ("restart", "4", ""),
        ]


async def test_what_names_no_node_is_refused_with_its_reason(world: World) -> None:
    house = await house_of(world, "home/#", "$share/g/x", f"{SERVICE}/json/fine", "homeassistant/+/+/config")
    assert house.broker.refused == {
        "home/#": "common.pubsub_no_node",
        "$share/g/x": "common.pubsub_no_node",
    }
    assert house.statuses[-1].phase is Phase.ONLINE


async def test_what_the_service_refuses_is_told_and_asked_for_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "_AGAIN_SECONDS", 0.2)
    alice = await world.person("alice")
    pubsub: Any = alice.xmpp.plugin["xep_0060"]
    form = alice.xmpp.plugin["xep_0004"].make_form(ftype="submit")
    form.add_field(var="pubsub#access_model", value="whitelist")
    await pubsub.create_node(SERVICE, "secret", config=form)
    house = await house_of(
        world, f"{SERVICE}/utf8/secret", "upload.home.test/utf8/x", "a b.test/utf8/x", user="mallory"
    )
    assert house.broker.refused == {
        f"{SERVICE}/utf8/secret": "common.pubsub_forbidden",
        "upload.home.test/utf8/x": "common.pubsub_no_service",
        "a b.test/utf8/x": "common.pubsub_no_service",
    }
    await pubsub.delete_node(SERVICE, "secret")
    await say(alice, "secret", "no more")
    await until(lambda: house.messages)
    assert f"{SERVICE}/utf8/secret" not in house.broker.refused


async def test_a_topic_nobody_wants_any_more_is_quiet_and_forgotten(world: World) -> None:
    memory = Memory()
    alice = await world.person("alice")
    house = await house_of(world, "kept", "left", memory=memory)
    await say(alice, "left", "1")
    await until(lambda: house.messages)
    house.want("kept")
    await gone(house, "left")
    await say(alice, "left", "2")
    await say(alice, "kept", "3")
    await until(lambda: "3" in house.payloads)
    assert house.payloads == ["1", "3"]
    assert memory.get(f"pubsub {SERVICE} left") == ""
    house.want("kept", "left")
    await house.online()
    await until(lambda: len(house.messages) == 3)
    assert house.told[2] == ("left", "2", "retained")


async def test_a_subscription_left_from_an_earlier_run_is_given_up(world: World) -> None:
    alice = await world.person("alice")
    house = await house_of(world, "wanted", "stale")
    await house.close()
    house = await house_of(world, "wanted")
    assert await subscribed(house, "wanted")
    assert await subscribed(house, "stale")
    await say(alice, "stale", "1")
    await gone(house, "stale")
    await say(alice, "wanted", "2")
    await until(lambda: house.messages)
    assert house.payloads == ["2"]


async def test_publishing_makes_items_of_the_right_type(world: World) -> None:
    house = await house_of(world, "own")
    publish_as_bot = house.broker.publish
    for topic, payload in (
        (f"{SERVICE}/atom_title/own", "title"),
        ("own", "text"),
        ("own", '{"a": 1}'),
        ("own", "21.5"),
    ):
        await publish_as_bot(topic, payload.encode(), QoS.AT_LEAST_ONCE, False)
    await until(lambda: len(house.messages) == 4)
    items = await house.bot.link.pubsub.items(Node(SERVICE, "own"), 10)
    assert [item.type.value for item in items] == ["atom_title", "utf8", "json", "utf8"]
    for topic, payload, reason in (
        ("own", b"\xff\xfe", "common.pubsub_no_text"),
        ("own/#", b"1", "common.pubsub_no_node"),
    ):
        with pytest.raises(BotError) as refused:
            await publish_as_bot(topic, payload, QoS.AT_LEAST_ONCE, False)
        assert refused.value.placeholders == {"reason": reason}
    await house.bot.link.stop()
    with pytest.raises(BotError, match="not_connected"):
        await publish_as_bot("own", b"1", QoS.AT_LEAST_ONCE, False)


async def test_a_node_deleted_is_asked_for_again(world: World) -> None:
    alice = await world.person("alice")
    house = await house_of(world, "deleted")
    await say(alice, "deleted", "1")
    await until(lambda: house.messages)
    told = len(house.statuses)
    await alice.xmpp.plugin["xep_0060"].delete_node(SERVICE, "deleted")  # type: ignore[no-untyped-call]
    await until(
        lambda: [status.phase for status in house.statuses[told:]] == [Phase.CONNECTING, Phase.ONLINE]
    )
    await say(alice, "deleted", "2")
    await until(lambda: len(house.messages) == 2)
    assert house.payloads == ["1", "2"]


async def test_items_told_of_without_their_payload_are_fetched(world: World) -> None:
    alice = await world.person("alice")
    form = alice.xmpp.plugin["xep_0004"].make_form(ftype="submit")
    form.add_field(var="pubsub#deliver_payloads", value=False)
    pubsub: Any = alice.xmpp.plugin["xep_0060"]
    await pubsub.create_node(SERVICE, "bare", config=form)
    house = await house_of(world, "bare")
    await say(alice, "bare", "1")
    await until(lambda: house.messages)
    await say(alice, "bare", "2", "3")
    await until(lambda: len(house.messages) == 3)
    assert house.told == [("bare", "1", ""), ("bare", "2", ""), ("bare", "3", "")]


async def test_a_node_that_keeps_no_items_is_followed_all_the_same(world: World) -> None:
    alice = await world.person("alice")
    form = alice.xmpp.plugin["xep_0004"].make_form(ftype="submit")
    form.add_field(var="pubsub#persist_items", value=False)
    pubsub: Any = alice.xmpp.plugin["xep_0060"]
    await pubsub.create_node(SERVICE, "fleeting", config=form)
    house = await house_of(world, "fleeting")
    await say(alice, "fleeting", "1")
    await until(lambda: house.messages)
    assert house.told == [("fleeting", "1", "")]


async def test_a_node_that_comes_later_tells_all_it_has(
    lab: Lab, ejabberd: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On ejabberd, where a subscription makes no node."""
    monkeypatch.setattr(following, "_AGAIN_SECONDS", 0.5)
    async with world_of(lab, ejabberd) as world:
        alice = await world.person("alice")
        house = await house_of(world, "coming")
        assert house.broker.refused == {"coming": "common.pubsub_item_not_found"}
        form = alice.xmpp.plugin["xep_0004"].make_form(ftype="submit")
        form.add_field(var="pubsub#max_items", value="10")
        await alice.xmpp.plugin["xep_0060"].create_node(SERVICE, "coming", config=form)  # type: ignore[no-untyped-call]
        await say(alice, "coming", "1", "2")
        await until(lambda: not house.broker.refused)
        await until(lambda: len(house.messages) >= 2)
        assert sorted(house.told) == [("coming", "1", "late"), ("coming", "2", "late")]


async def test_a_service_that_does_not_answer_is_asked_again(
    lab: Lab, own_prosody: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "_AGAIN_SECONDS", 0.5)
    async with world_of(lab, own_prosody) as world:
        house = await house_of(world, "slow", timing=Timing(answer=0.5, ping_interval=60))
        own_prosody.freeze()
        house.want()
        house.want("slow")
        await until(lambda: house.broker.refused)
        assert house.broker.refused == {"slow": "common.reason_timeout"}
        own_prosody.thaw()
        await until(lambda: not house.broker.refused)
        await house.online()


async def test_topics_that_change_while_the_service_is_asked(lab: Lab, own_prosody: Server) -> None:
    async with world_of(lab, own_prosody) as world:
        alice = await world.person("alice")
        await say(alice, "second", "2")
        house = await house_of(world)
        own_prosody.freeze()
        house.want("first", "second")
        await asyncio.sleep(0.05)
        house.want("second")
        own_prosody.thaw()
        await until(lambda: house.messages)
        await house.online()
        assert house.told == [("second", "2", "retained")]


async def test_anew_on_demand(world: World) -> None:
    alice = await world.person("alice")
    house = await house_of(world, "demand")
    await say(alice, "demand", "1")
    await until(lambda: house.messages)
    house.broker.reconnect()
    assert house.broker.status.phase is Phase.CONNECTING
    await house.online()
    house.broker.acknowledge(house.messages)
    assert house.payloads == ["1"]
    assert house.bot.sessions == 1


async def test_a_paused_bot_takes_nothing_and_finds_it_later(lab: Lab, prosody: Server) -> None:
    memory = Memory()
    async with world_of(lab, prosody) as world:
        alice = await world.person("alice")
        house = await house_of(world, "paused", memory=memory)
        await say(alice, "paused", "1")
        await until(lambda: house.messages)
        house.broker.pause()
        await say(alice, "paused", "2")
        await world.settled(house.bot)
        assert house.payloads == ["1"]
        await house.close()
        house = await house_of(world, "paused", memory=memory)
        await until(lambda: house.messages)
        assert house.told == [("paused", "2", "late")]


async def test_a_refused_login_is_not_the_brokers_to_ask_about(world: World) -> None:
    bot = await world.bot(wait=False, password="wrong")
    house = House(bot, Memory(), "x")
    world._leaving.push_async_callback(house.close)
    await until(lambda: house.broker.status.reason == "invalid_auth")
    assert (bot.link.status.fatal, house.broker.status.fatal) == (True, False)
