"""Receivers that drop what they get: stock paho, aiomqtt, Home Assistant's own client, our reader."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiomqtt
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from .load import FILTER, Load
from .meter import Measured, Meter, say

LOOPBACK = "127.0.0.1"


def paho_client(port: int, load: Load, protocol: MQTTProtocolVersion) -> Measured:
    """Receive in paho's own network thread, as its documentation shows."""
    meter = Meter(load)
    client = paho.Client(CallbackAPIVersion.VERSION2, "bench-receiver", protocol=protocol)

    def subscribe(*_: object) -> None:
        client.subscribe(FILTER, load.qos)

    client.on_connect = subscribe
    client.on_subscribe = lambda *_: say("ready")
    client.on_message = meter.one
    client.connect(LOOPBACK, port)
    client.loop_start()
    meter.in_thread.wait()
    client.disconnect()
    client.loop_stop()
    return _result(meter)


def paho_mqtt5(port: int, load: Load) -> Measured:
    return paho_client(port, load, MQTTProtocolVersion.MQTTv5)


def paho_mqtt311(port: int, load: Load) -> Measured:
    return paho_client(port, load, MQTTProtocolVersion.MQTTv311)


def aiomqtt_client(port: int, load: Load) -> Measured:
    async def main() -> Measured:
        meter = Meter(load, asyncio.get_running_loop())
        async with aiomqtt.Client(LOOPBACK, port, identifier="bench-receiver") as client:
            await client.subscribe(FILTER, load.qos)
            say("ready")
            async for message in client.messages:
                meter.one(message)
                if meter.measured:
                    break
        return _result(meter)

    return asyncio.run(main())


def ha_core(port: int, load: Load) -> Measured:
    """Run a real Home Assistant core with its `mqtt` integration and one subscriber."""
    from homeassistant.components import mqtt
    from homeassistant.core import callback
    from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped]
        MockConfigEntry,
        async_test_home_assistant,
    )

    async def main(directory: str) -> Measured:
        loop = asyncio.get_running_loop()
        meter = Meter(load, loop)
        async with async_test_home_assistant(config_dir=directory) as hass:
            broker = {"broker": LOOPBACK, "port": port, "protocol": "5", "discovery": False}
            entry = MockConfigEntry(domain="mqtt", data=broker, version=2, minor_version=1)
            entry.add_to_hass(hass)
            await hass.config_entries.async_setup(entry.entry_id)

            @callback
            def receive(message: Any) -> None:
                meter.one(message)

            await mqtt.async_subscribe(hass, FILTER, receive, load.qos)
            await _settled(hass)
            say("ready")
            await meter.in_loop.wait()
            await hass.config_entries.async_unload(entry.entry_id)
            await hass.async_stop(force=True)
        return _result(meter)

    with TemporaryDirectory() as directory:
        Path(directory, "configuration.yaml").touch()
        return asyncio.run(main(directory))


async def _settled(hass: Any) -> None:
    """Home Assistant's client gathers subscriptions for some seconds before it sends them."""
    await hass.async_block_till_done()
    await asyncio.sleep(4)


def reader(port: int, load: Load) -> Measured:
    """Read and acknowledge with our own link, and nothing more."""
    from custom_components.dinox_mqtt_bot.bot.model.message import Message, QoS
    from custom_components.dinox_mqtt_bot.broker.link import BrokerLink
    from custom_components.dinox_mqtt_bot.broker.settings import BrokerSettings

    async def main() -> Measured:
        loop = asyncio.get_running_loop()
        meter = Meter(load, loop)
        waiting: list[Message] = []

        def receive(message: Message) -> None:
            if message.qos:
                if not waiting:
                    loop.call_soon(acknowledge)
                waiting.append(message)
            meter.one()

        def acknowledge() -> None:
            link.acknowledge(waiting)
            waiting.clear()

        link = BrokerLink(
            BrokerSettings(LOOPBACK, port, "bench-receiver", session_expiry=0),
            loop=loop,
            tls=None,
            run_blocking=lambda function, *given: loop.run_in_executor(None, function, *given),
            create_task=lambda work, name: asyncio.create_task(work, name=name),
        )
        link.want({FILTER: QoS(load.qos)})
        link.start(on_message=receive, on_status=lambda status: None)
        await subscribed(link)
        say("ready")
        await meter.in_loop.wait()
        await link.stop()
        return _result(meter)

    return asyncio.run(main())


async def subscribed(link: Any) -> None:
    """Wait until the broker has granted every subscription."""
    wanted = link._wanted
    async with asyncio.timeout(60):
        while not wanted._wanted.keys() == wanted._granted.keys() != set():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def _result(meter: Meter) -> Measured:
    assert meter.measured
    return meter.measured
