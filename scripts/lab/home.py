"""A simulated home at a broker."""

import asyncio
from collections.abc import Callable, Mapping
import threading
from typing import Self

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from .devices import Value, announcements, values
from .ports import LOOPBACK
from .server import ServerStartError


class Home:
    """The devices at a broker. They publish when told to; the lamp obeys `home/kitchen/lamp/set`.

    with Home(port) as home:
        home.announce()
        home.publish(*values(1))
    """

    def __init__(self, port: int, *, username: str = "", password: str = "", mqtt5: bool = True) -> None:
        """Without `mqtt5` it speaks 3.1.1 and has no user properties."""
        self._port = port
        self._mqtt5 = mqtt5
        version = MQTTProtocolVersion.MQTTv5 if mqtt5 else MQTTProtocolVersion.MQTTv311
        self._client = Client(CallbackAPIVersion.VERSION2, "simulated-home", protocol=version)
        if username:
            self._client.username_pw_set(username, password)
        self._connected = threading.Event()
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message
        self.received: list[tuple[str, bytes]] = []
        self.on_received: Callable[[str, bytes], None] | None = None

    def __enter__(self) -> Self:
        self._client.connect(LOOPBACK, self._port)
        self._client.loop_start()
        if not self._connected.wait(10):
            self._client.loop_stop()
            raise ServerStartError("the broker did not let the simulated home in")
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def announce(self, words: Mapping[str, str] = {}) -> None:
        """Publish the discovery messages, and what the home keeps at the broker; `words` translate names."""
        lamp = Value("home/kitchen/lamp", b"OFF", 1, retain=True)
        self.publish(*announcements(words), lamp, Value("home/freezer/door", b"closed", 1, retain=True))

    def publish(self, *messages: Value) -> None:
        """Publish, and wait until the broker has them."""
        for value in messages:
            properties = None
            if self._mqtt5 and value.properties:
                properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
                properties.UserProperty = list(value.properties)
            sent = self._client.publish(value.topic, value.payload, value.qos, value.retain, properties)
            sent.wait_for_publish(10)

    async def live(self, seed: int, pause: float = 6) -> None:
        """Publish one value after the other, for ever."""
        while True:
            seed += 1
            for value in values(seed):
                await asyncio.sleep(pause)
                await asyncio.to_thread(self.publish, value)

    async def obtains(self, topic: str, payload: bytes, within: float = 10) -> bool:
        """Whether this message reached the home, or does so in time."""
        end = asyncio.get_running_loop().time() + within
        while (topic, payload) not in self.received:
            if asyncio.get_running_loop().time() > end:
                return False
            await asyncio.sleep(0.02)
        return True

    def _on_connect(self, client: Client, *_: object) -> None:
        client.subscribe("home/+/+/set", 1)
        self._connected.set()

    def _on_message(self, client: Client, _: object, message: MQTTMessage) -> None:
        self.received.append((message.topic, message.payload))
        if message.topic == "home/kitchen/lamp/set" and message.payload in {b"ON", b"OFF"}:
            client.publish("home/kitchen/lamp", message.payload, 1, retain=True)
        if self.on_received is not None:
            self.on_received(message.topic, message.payload)
