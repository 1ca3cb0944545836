"""What MQTT has missed, fetched from a real Prosody's nodes. What came by MQTT is handed over by the test."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from people import Person, Probed, World, until, world_of
import pytest
from test_pubsub import SERVICE, publish
from test_pubsub_broker import Memory, say

from custom_components.dinox_mqtt_bot.bot.model.message import Message
from custom_components.dinox_mqtt_bot.bot.model.status import LinkStatus, Phase
from custom_components.dinox_mqtt_bot.bot.pubsub.nodes import ItemType, Node
from custom_components.dinox_mqtt_bot.xmpp.pubsub.catching_up import CatchUp
from custom_components.dinox_mqtt_bot.xmpp.pubsub.items import payload_of
from lab.servers import Lab, Server

UP, DOWN = LinkStatus(Phase.ONLINE), LinkStatus(Phase.OFFLINE, "connection_lost")


class Beside:
    """A bot's MQTT connection and what stands beside it."""

    def __init__(self, bot: Probed, memory: Memory, *topics: str, patience: float = 15.0) -> None:
        self.bot = bot
        self.messages: list[Message] = []
        self._fetching: list[asyncio.Task[None]] = []
        self.catch_up = CatchUp(
            bot.link.pubsub,
            memory=memory,
            clock=bot.clock,
            create_task=self._create_task,
            patience=patience,
        )
        self._receive = self.catch_up.start(then=self.messages.append)
        self.catch_up.follow(topics)

    def _create_task(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        self._fetching.append(asyncio.create_task(work, name=name))
        return self._fetching[-1]

    def deliver(self, topic: str, *payloads: str) -> None:
        """Let messages come by MQTT."""
        for payload in payloads:
            self._receive(Message(topic, payload.encode()))

    async def comes(self) -> None:
        """Let MQTT come (back), and wait until everything is fetched."""
        self.catch_up.broker_changed(UP)
        await self.fetched()

    async def fetched(self) -> None:
        """Wait until what was begun is done."""
        await until(lambda: all(task.done() for task in self._fetching))

    def goes(self) -> None:
        self.catch_up.broker_changed(DOWN)

    @property
    def told(self) -> list[tuple[str, str]]:
        return [
            (
                message.payload.decode(),
                "retained" if message.retain else "late" if message.fetched else "",
            )
            for message in self.messages
        ]


def topic(name: str, kind: str = "utf8") -> str:
    return f"{SERVICE}/{kind}/{name}"


async def beside(world: World, *names: str, memory: Memory | None = None, **how: Any) -> Beside:
    bot = await world.bot(**{key: how.pop(key) for key in list(how) if key == "user"})
    made = Beside(bot, memory or Memory(), *map(topic, names), **how)
    world._leaving.push_async_callback(made.catch_up.stop)
    return made


async def both(person: Person, house: Beside, name: str, *texts: str) -> None:
    """Publish what MQTT delivers as well."""
    for text in texts:
        await say(person, name, text)
        house.deliver(topic(name), text)


async def test_ten_items_missed_by_mqtt_are_told_once_late_and_in_order(world: World) -> None:
    alice, house = await world.person("alice"), await beside(world, "ten")
    await house.comes()
    await both(alice, house, "ten", "a", "b")
    house.goes()
    await say(alice, "ten", *map(str, range(10)))
    await house.comes()
    await both(alice, house, "ten", "c")
    house.goes()
    await house.comes()
    late = [(str(number), "late") for number in range(10)]
    assert house.told == [("a", ""), ("b", ""), *late, ("c", "")]


async def test_equal_payloads_are_counted(world: World) -> None:
    alice, house = await world.person("alice"), await beside(world, "equal")
    await house.comes()
    await both(alice, house, "equal", "open", "open")
    house.goes()
    await say(alice, "equal", "open", "open", "open")
    await house.comes()
    assert house.told == [("open", "")] * 2 + [("open", "late")] * 3


async def test_what_comes_by_mqtt_meanwhile_waits_for_what_was_before_it(world: World) -> None:
    alice, house = await world.person("alice"), await beside(world, "order")
    await house.comes()
    await both(alice, house, "order", "1")
    house.goes()
    await say(alice, "order", "2", "3")
    house.catch_up.broker_changed(UP)
    # One that is among the items when they are fetched, and one that is published only afterwards.
    house.deliver(topic("order"), "3", "4")
    assert house.told == [("1", "")]
    await house.fetched()
    assert house.told == [("1", ""), ("2", "late"), ("3", ""), ("4", "")]
    await say(alice, "order", "4")
    house.goes()
    await house.comes()
    assert house.told[4:] == []


async def test_a_node_looked_at_for_the_first_time_tells_how_things_stand(world: World) -> None:
    alice, house = await world.person("alice"), await beside(world, "first")
    await say(alice, "first", "1", "2")
    await house.comes()
    await both(alice, house, "first", "3")
    assert house.told == [("2", "retained"), ("3", "")]
    await say(alice, "second", "1", "2")
    house.catch_up.follow([topic("first"), topic("second")])
    house.deliver(topic("second"), "2")
    await house.fetched()
    assert house.told[2:] == [("2", "")]


async def test_over_a_restart_nothing_is_told_twice(world: World) -> None:
    memory = Memory()
    alice, house = await world.person("alice"), await beside(world, "again", memory=memory)
    await house.comes()
    await both(alice, house, "again", "1", "2")
    await house.catch_up.stop()
    await say(alice, "again", "3")
    house = Beside(house.bot, memory, topic("again"))
    await house.comes()
    assert house.told == [("3", "late")]
    await house.catch_up.stop()


async def test_an_item_of_another_type_is_empty_as_mqtt_has_it(world: World) -> None:
    alice, house = await world.person("alice"), await beside(world, "types")
    await house.comes()
    await publish(alice, "types", payload_of(ItemType.JSON, "[1]"))
    house.deliver(topic("types"), "")
    house.goes()
    await publish(alice, "types", payload_of(ItemType.JSON, "[2]"))
    await house.comes()
    assert house.told == [("", ""), ("", "late")]


async def test_without_a_session_messages_wait_for_a_moment_only(world: World) -> None:
    alice, house = await world.person("alice"), await beside(world, "alone", patience=0.2)
    await house.comes()
    await both(alice, house, "alone", "1")
    house.goes()
    await house.bot.link.stop()
    await say(alice, "alone", "2", "3")
    house.catch_up.broker_changed(UP)
    house.deliver(topic("alone"), "3")
    assert house.told == [("1", "")]
    await until(lambda: house.messages[1:])
    await both(alice, house, "alone", "4")
    assert house.told == [("1", ""), ("3", ""), ("4", "")]
    house.bot.start()
    await until(lambda: house.messages[3:])
    assert house.told == [("1", ""), ("3", ""), ("4", ""), ("2", "late")]


async def test_a_node_that_gives_nothing_away_holds_up_nothing(world: World) -> None:
    alice, house = await world.person("alice"), await beside(world, "hidden", user="mallory")
    form = alice.xmpp.plugin["xep_0004"].make_form(ftype="submit")
    form.add_field(var="pubsub#access_model", value="whitelist")
    await alice.xmpp.plugin["xep_0060"].create_node(SERVICE, "hidden", config=form)  # type: ignore[no-untyped-call]
    house.catch_up.broker_changed(UP)
    house.deliver(topic("hidden"), "1")
    await house.fetched()
    assert house.told == [("1", "")]


async def test_topics_that_are_no_nodes_pass(world: World) -> None:
    house = await beside(world)
    house.catch_up.follow(["home/#", "plain", topic("x")])
    await house.comes()
    house.deliver("home/temp", "1")
    assert house.told == [("1", "")]


async def test_a_topic_given_up_while_it_is_asked_about_is_forgotten(lab: Lab, own_prosody: Server) -> None:
    async with world_of(lab, own_prosody) as world:
        house = await beside(world, "gone", "stays")
        own_prosody.freeze()
        house.catch_up.broker_changed(UP)
        house.deliver(topic("gone"), "1")
        house.deliver(topic("stays"), "2")
        await asyncio.sleep(0.05)
        house.catch_up.follow([topic("stays")])
        own_prosody.thaw()
        await house.fetched()
        assert house.told == [("2", "")]


@pytest.mark.parametrize("lost", [False, True])
async def test_what_waits_when_the_bot_stops_is_handed_on(lab: Lab, own_prosody: Server, lost: bool) -> None:
    async with world_of(lab, own_prosody) as world:
        house = await beside(world, "stop")
        own_prosody.freeze()
        house.catch_up.broker_changed(UP)
        house.deliver(topic("stop"), "1")
        await asyncio.sleep(0.05)
        if lost:
            await house.bot.link.stop()
        house.catch_up.pause()
        await house.catch_up.stop()
        assert house.told == [("1", "")]


async def test_when_mqtt_comes_back_while_the_bot_stops_nothing_is_fetched_any_more(world: World) -> None:
    alice, house = await world.person("alice"), await beside(world, "stops")
    await house.comes()
    await both(alice, house, "stops", "1")
    house.goes()
    await say(alice, "stops", "2")
    house.catch_up.pause()
    house.catch_up.broker_changed(UP)
    for _ in range(2):  # The second is asked, and answered, after whatever else was.
        await house.bot.link.pubsub.items(Node(SERVICE, "stops"), 1)
    assert house.told == [("1", "")]
