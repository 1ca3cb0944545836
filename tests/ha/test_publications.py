"""What the bot publishes of its own accord: in order, bounded, and only while there is a connection."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from custom_components.dinox_mqtt_bot.bot.model.message import Properties, QoS
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.bot.model.status import LinkStatus, Phase
from custom_components.dinox_mqtt_bot.peers.publications import MOST_WAITING, Publication, Publications


class Broker:
    """Takes what is published, or raises what it is told to."""

    def __init__(self) -> None:
        self.status = LinkStatus(Phase.ONLINE)
        self.refused: dict[str, str] = {}
        self.taken: list[tuple[str, bytes, bool]] = []
        self.errors: list[BotError] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def publish(
        self, topic: str, payload: bytes, qos: QoS, retain: bool, *, properties: Properties | None = None
    ) -> None:
        await self.gate.wait()
        if self.errors:
            raise self.errors.pop(0)
        assert qos is QoS.AT_LEAST_ONCE
        self.taken.append((topic, payload, retain))

    def want(self, filters: object) -> None:
        raise AssertionError

    def reconnect(self) -> None:
        raise AssertionError


def begin(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    return asyncio.Task(work, loop=asyncio.get_running_loop(), name=name, eager_start=True)


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
async def publisher(broker: Broker) -> Publications:
    return Publications(broker, create_task=begin)


async def test_all_is_published_in_order(broker: Broker, publisher: Publications) -> None:
    broker.gate.clear()
    for payload in (b"1", b"2", b"1"):
        publisher.put(Publication("t", payload))
    broker.gate.set()
    await publisher._task
    assert broker.taken == [("t", b"1", False), ("t", b"2", False), ("t", b"1", False)]


async def test_of_what_is_retained_only_the_newest_is_published(
    broker: Broker, publisher: Publications
) -> None:
    broker.status = LinkStatus(Phase.OFFLINE)
    for payload in (b"1", b"2"):
        publisher.put(Publication("t", payload, retain=True))
    assert broker.taken == []
    broker.status = LinkStatus(Phase.ONLINE)
    publisher.begin()
    assert broker.taken == [("t", b"2", True)]


async def test_what_changes_while_it_is_published_is_published_again(
    broker: Broker, publisher: Publications
) -> None:
    broker.gate.clear()
    publisher.put(Publication("t", b"1", retain=True))
    publisher.put(Publication("t", b"2", retain=True))
    broker.gate.set()
    await publisher._task
    assert broker.taken == [("t", b"1", True), ("t", b"2", True)]


@pytest.mark.parametrize("key", ["not_connected", "publish_timeout"])
async def test_what_fails_for_now_is_tried_again(broker: Broker, publisher: Publications, key: str) -> None:
    broker.errors = [BotError(key)]
    publisher.put(Publication("t", b"1"))
    assert broker.taken == []
    publisher.put(Publication("t", b"2"))
    assert [payload for _, payload, _ in broker.taken] == [b"1", b"2"]
    assert publisher.dropped == 0


async def test_what_is_refused_does_not_keep_the_rest_from_being_published(
    broker: Broker, publisher: Publications, caplog: pytest.LogCaptureFixture
) -> None:
    broker.errors = [BotError("publish_refused", reason="no"), BotError("publish_refused", reason="no")]
    for payload in (b"1", b"2", b"3"):
        publisher.put(Publication("t", payload))
    assert broker.taken == [("t", b"3", False)]
    assert publisher.dropped == 2
    assert len([each for each in caplog.records if "cannot tell everything" in each.message]) == 1


async def test_what_finds_no_room_is_counted(broker: Broker, publisher: Publications) -> None:
    broker.status = LinkStatus(Phase.OFFLINE)
    publisher.put(Publication("status", b"1", retain=True))
    for number in range(MOST_WAITING):
        publisher.put(Publication("t", str(number).encode()))
    publisher.put(Publication("status", b"2", retain=True))
    assert publisher.dropped == 1
    broker.status = LinkStatus(Phase.ONLINE)
    publisher.begin()
    assert (len(broker.taken), broker.taken[0]) == (MOST_WAITING, ("status", b"2", True))


async def test_nothing_is_published_after_the_end(broker: Broker, publisher: Publications) -> None:
    await publisher.stop()
    publisher.put(Publication("t", b"1"))
    assert broker.taken == []


async def test_the_end_does_not_wait_for_the_broker(broker: Broker, publisher: Publications) -> None:
    broker.gate.clear()
    publisher.put(Publication("t", b"1"))
    await publisher.stop()
    assert broker.taken == []
