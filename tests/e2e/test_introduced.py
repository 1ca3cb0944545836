"""The bot as a device of another program on the broker, which has the discovery and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Callable
import contextlib
import json
from typing import Any

import aiomqtt
from house import House, until

from lab.flows import options_answer

SECRET = "open sesame, please"


class Onlooker:
    """Another client: what is retained on the topics it has seen, the newest."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self.client = client
        self.said: dict[str, str] = {}

    async def next(self, wanted: Callable[[], object], within: float = 60) -> None:
        """Listen until it is so."""
        async with asyncio.timeout(within):
            while not wanted():
                message = await anext(aiter(self.client.messages))
                assert isinstance(message.payload, bytes)
                self.said[str(message.topic)] = message.payload.decode()

    @property
    def topic(self) -> str:
        """Where the bot introduces itself, empty while it does not."""
        return next((each for each in self.said if each.startswith("homeassistant/device/dinox")), "")

    def entity(self, key: str) -> dict[str, Any]:
        """What the bot says of one entity, nothing but the platform if it does not have that."""
        config = json.loads(self.said.get(self.topic, "") or "{}")
        found: dict[str, Any] = config.get("components", {}).get(key, {})
        return found

    def state(self, key: str, field: str) -> Any:
        """The field of what was said last on the topic that an entity's state comes from."""
        return json.loads(self.said.get(self.entity(key).get("state_topic", ""), "") or "{}").get(field)


@contextlib.asynccontextmanager
async def introduced(house: House, **options: Any) -> AsyncIterator[Onlooker]:
    """Have the bot introduce itself for a while, to a client that listens to everything."""
    await choose(house, discoverable=True, **options)
    try:
        async with house.mqtt() as client:
            await client.subscribe("#", qos=1)
            onlooker = Onlooker(client)
            await onlooker.next(lambda: onlooker.state("online", "version"))
            left = (onlooker.topic, onlooker.entity("last_alert")["state_topic"])
            yield onlooker
            await choose(house)
            await onlooker.next(lambda: not any(map(onlooker.said.get, left)))
    finally:
        await choose(house)


async def choose(house: House, **on_mqtt: Any) -> None:
    answer = options_answer(storm=0)
    await house.hass.api.flow("options", {"handler": house.entry_id}, {**answer, "on_mqtt": on_mqtt})
    await until(house.settled, "the bot did not come back")


async def test_another_program_sees_alerts_and_pauses_the_bot(house: House) -> None:
    async with introduced(house, remote="anybody") as onlooker, house.rule("e2e/seen/oven", "> 30") as rule:
        assert onlooker.state("online", "status") == "online"
        await house.publish("e2e/seen/oven", "31")
        await onlooker.next(lambda: onlooker.state("alerts_firing", "alerts_firing"))
        await onlooker.next(lambda: onlooker.state("last_alert", "text"))
        assert onlooker.state("last_alert", "text").startswith("⚠")
        assert "31" in onlooker.state("last_alert", "text")
        assert len(await house.firing(rule)) == 1
        for payload, paused in (("ON", True), ("OFF", False)):
            await onlooker.client.publish(onlooker.entity("pause")["command_topic"], payload, qos=1)
            await onlooker.next(lambda paused=paused: onlooker.state("pause", "paused") is paused)
            assert await house.state("switch", "_paused") == ("on" if paused else "off")


async def test_with_a_secret_there_is_no_switch_and_only_who_knows_it_is_obeyed(house: House) -> None:
    async with introduced(house, remote="secret", remote_secret=SECRET) as onlooker:
        assert onlooker.entity("pause") == {"platform": "switch"}
        assert SECRET not in json.dumps(onlooker.said)
        status = onlooker.entity("paused")["state_topic"]
        topic = status.replace("/status/", "/command/") + "/pause"
        for payload in ("ON", f"ON {SECRET}!"):
            await onlooker.client.publish(topic, payload, qos=1)
        await house.publish("e2e/seen/marker", "after both")
        await until(lambda: _stored(house, "e2e/seen/marker"), "the marker did not come")
        assert await house.state("switch", "_paused") == "off"
        await onlooker.client.publish(topic, f"ON {SECRET}", qos=1)
        await onlooker.next(lambda: onlooker.state("paused", "paused"))
        await onlooker.client.publish(topic, f"OFF {SECRET}", qos=1)
        await onlooker.next(lambda: not onlooker.state("paused", "paused"))
        assert house.rows(topic) == []
        assert SECRET not in house.hass.log()


async def _stored(house: House, topic: str) -> bool:
    return bool(house.rows(topic))
