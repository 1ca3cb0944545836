"""Publishing waits for the acknowledgement; nothing is sent after the caller was told it failed."""

import asyncio
import contextlib

from ..bot.model.message import NO_PROPERTIES, Properties
from ..bot.model.replies import BotError
from ..bot.model.topics import valid_topic
from .client import LoopClient
from .connack import Connack
from .properties import write_length
from .settings import Protocol, Will

_TIMEOUT_SECONDS = 10.0


async def publish(
    client: LoopClient,
    topic: str,
    payload: bytes,
    qos: int,
    retain: bool,
    *,
    carried: Properties | None = None,
) -> None:
    """Publish, and wait until the broker has acknowledged it; QoS 0 until it is written.

    MQTT 5 takes along the properties `carried`. A QoS not offered becomes the highest. Raises BotError
    `invalid_topic`, `not_connected`, `retain_unavailable`, `payload_too_large`, `publish_refused` or
    `publish_timeout`.
    """
    valid_topic(topic)
    connack = client.connack
    if connack is None:
        raise BotError("not_connected")
    if retain and not connack.retain_available:
        raise BotError("retain_unavailable")
    qos = min(qos, connack.maximum_qos)
    properties = (carried if client.v5 else None) or NO_PROPERTIES
    room = connack.maximum_packet - _header_size(connack, topic, payload, properties)
    if len(payload) > room:
        raise BotError("payload_too_large", size=len(payload), limit=max(room, 0))
    await _answer(client, client.ask(topic, payload, qos, retain, properties))


def announce(client: LoopClient, will: Will) -> None:
    """Publish without waiting, as far as the broker allows it."""
    connack = client.connack
    if connack is not None:
        with contextlib.suppress(ValueError):
            client.publish(
                will.topic,
                will.payload,
                min(will.qos, connack.maximum_qos),
                will.retain and connack.retain_available,
            )


async def _answer(client: LoopClient, mid: int) -> None:
    answer = client.answers[mid] = asyncio.get_running_loop().create_future()
    client.flush()
    try:
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            reason = await answer
    except TimeoutError as err:
        raise BotError("publish_timeout") from err
    finally:
        client.answers.pop(mid, None)
        client.forget(mid)
    if reason:
        raise BotError("publish_refused", reason=reason)


def _header_size(connack: Connack, topic: str, payload: bytes, properties: Properties) -> int:
    """Return what a PUBLISH of QoS 1 has beside its payload (MQTT 5 §3.3)."""
    carried = (properties.response_topic.encode(), properties.correlation_data)
    block = sum(3 + len(each) for each in carried if each)
    block += sum(5 + len(name.encode()) + len(value.encode()) for name, value in properties.user)
    variable = 2 + len(topic.encode()) + 2
    if connack.protocol is Protocol.MQTT_5:
        variable += len(write_length(block)) + block
    return 1 + len(write_length(variable + len(payload))) + variable
