"""The broker over Home Assistant's own MQTT connection, with a real Mosquitto behind it."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from pathlib import Path

from homeassistant.components import mqtt
from homeassistant.components.mqtt.models import ReceiveMessage
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from running import LOOPBACK, next_on, publish, publish_file, until

from custom_components.dinox_mqtt_bot.bot.model.message import Message, Properties, QoS
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.bot.model.status import LinkStatus, Phase
from custom_components.dinox_mqtt_bot.hass import mqtt_broker
from custom_components.dinox_mqtt_bot.hass.mqtt_broker import HaBroker
from lab.servers import Server

pytestmark = pytest.mark.usefixtures("mock_hass_config", "own_mosquitto")


async def ha_mqtt(hass: HomeAssistant, port: int, protocol: str = "5") -> MockConfigEntry:
    """Set up Home Assistant's own MQTT integration."""
    entry = MockConfigEntry(
        domain=mqtt.DOMAIN,
        data={"broker": LOOPBACK, "port": port, "protocol": protocol},
        options={"discovery": False, "birth_message": {}, "will_message": {}},
        version=2,
        minor_version=1,
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    return entry


class Ear:
    """What the broker told."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.count = 0
        self.token = ""
        self.messages: list[Message] = []
        self.statuses: list[LinkStatus] = []
        self.broker = HaBroker(
            hass,
            create_task=lambda work, name: hass.async_create_background_task(work, name, eager_start=True),
        )

    def start(self) -> None:
        self.broker.start(on_message=self.messages.append, on_status=self.statuses.append)

    @property
    def topics(self) -> list[str]:
        return [message.topic for message in self.messages]


@pytest.fixture
async def mqtt_entry(hass: HomeAssistant, port: int) -> AsyncGenerator[MockConfigEntry]:
    entry = await ha_mqtt(hass, port)
    yield entry
    await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
async def ear(hass: HomeAssistant, mqtt_entry: MockConfigEntry) -> AsyncGenerator[Ear]:
    """A broker over a connected `mqtt` integration."""
    ear = Ear(hass)
    ear.start()
    await until(lambda: ear.broker.status.phase is Phase.ONLINE)
    yield ear
    await ear.broker.stop()


async def want(ear: Ear, port: int, wanted: dict[str, QoS]) -> None:
    """Want these filters, and wait until the broker serves them: `mqtt` subscribes a moment later."""
    ear.count += 1
    token = ear.token = f"settled{ear.count}"
    ear.broker.want({**wanted, token: QoS.AT_MOST_ONCE})
    while token not in ear.topics:
        await publish(port, token, "")
    ear.messages.clear()


async def last_word(ear: Ear, port: int) -> list[tuple[str, bytes]]:
    """Return what came, once everything published so far has come."""
    token = ear.token
    ear.count += 1
    # Of the tokens that `want` published some may still be on their way.
    last = str(ear.count).encode()
    await publish(port, token, last.decode())
    await until(lambda: any(message.payload == last for message in ear.messages if message.topic == token))
    return [(message.topic, message.payload) for message in ear.messages if message.topic != token]


async def test_a_message_arrives_whole(ear: Ear, port: int) -> None:
    await want(ear, port, {"home/#": QoS.AT_LEAST_ONCE})
    await publish(port, "home/temp", "21.5 °C")
    await last_word(ear, port)
    message = next(message for message in ear.messages if message.topic == "home/temp")
    assert (message.topic, message.payload.decode(), message.qos, message.retain) == (
        "home/temp",
        "21.5 °C",
        1,
        False,
    )
    assert message.received > 1_700_000_000


async def test_bytes_that_are_no_text_arrive(ear: Ear, port: int, tmp_path: Path) -> None:
    await want(ear, port, {"raw": QoS.AT_LEAST_ONCE})
    (tmp_path / "raw").write_bytes(b"\xff\x00\xfe")
    await publish_file(port, "raw", tmp_path / "raw")
    assert await last_word(ear, port) == [("raw", b"\xff\x00\xfe")]


async def test_a_retained_message_is_told_as_retained(ear: Ear, port: int) -> None:
    await publish(port, "kept", "1", "-r")
    ear.broker.want({"kept": QoS.AT_LEAST_ONCE})
    await until(lambda: ear.messages)
    assert ear.messages[0].retain


async def test_what_is_renewed_brings_its_retained_messages_again(ear: Ear, port: int) -> None:
    await publish(port, "again", "1", "-r")
    ear.broker.want({"again": QoS.AT_LEAST_ONCE})
    await until(lambda: ear.messages)
    ear.messages.clear()
    ear.broker.renew(["again", "unknown"])
    await until(lambda: ear.messages)
    assert [(message.topic, message.retain) for message in ear.messages] == [("again", True)]


async def test_overlapping_filters_bring_a_message_once(ear: Ear, port: int) -> None:
    filters = ("home/#", "home/+", "home/temp", "+/temp", "#")
    await want(ear, port, dict.fromkeys(filters, QoS.AT_LEAST_ONCE))
    await publish(port, "home/temp", "21")
    assert await last_word(ear, port) == [("home/temp", b"21")]


async def stream(port: int, topic: str, payloads: list[str]) -> None:
    """Publish as fast as one client does, in order."""
    told = await asyncio.create_subprocess_exec(
        *("mosquitto_pub", "-h", LOOPBACK, "-p", str(port), "-q", "1", "-t", topic, "-l"),
        stdin=asyncio.subprocess.PIPE,
    )
    assert told.stdin is not None
    for payload in payloads:
        told.stdin.write(f"{payload}\n".encode())
        await told.stdin.drain()
        await asyncio.sleep(0.005)
    told.stdin.close()
    assert await told.wait() == 0


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
@pytest.mark.parametrize(
    "sets",
    [
        [("a/#",), ("a/#", "a/b"), ("a/#",), ("a/#", "a/+"), ("a/+", "a/#", "a/b")],
        [("a/b",), ("a/+",), ("a/#",), ("a/b", "+/b"), ("+/+",)],
    ],
)
async def test_filters_that_change_while_messages_come_lose_and_double_nothing(
    hass: HomeAssistant, port: int, protocol: str, sets: list[tuple[str, ...]]
) -> None:
    entry = await ha_mqtt(hass, port, protocol)
    ear = Ear(hass)
    ear.start()
    await want(ear, port, dict.fromkeys(sets[0], QoS.AT_LEAST_ONCE))
    # Few looks, so that messages are alike; and some that are not.
    payloads = [f"{number}" if number % 3 else "same" for number in range(500)]
    said = asyncio.create_task(stream(port, "a/b", payloads))
    turn = 0
    while not said.done():
        await asyncio.wait({said}, timeout=0.4)
        turn += 1
        wanted = dict.fromkeys(sets[turn % len(sets)], QoS.AT_LEAST_ONCE)
        ear.broker.want({**wanted, ear.token: QoS.AT_MOST_ONCE})
    await said
    await last_word(ear, port)
    await until(lambda: ear.topics.count("a/b") >= len(payloads))
    await last_word(ear, port)
    got = Counter(message.payload.decode() for message in ear.messages if message.topic == "a/b")
    assert got == Counter(payloads)
    await ear.broker.stop()
    await hass.config_entries.async_unload(entry.entry_id)


async def test_a_filter_that_nobody_grants_takes_no_topic_from_a_wider_one(
    ear: Ear, own_mosquitto: Server, port: int
) -> None:
    """Home Assistant does not say that the broker refuses one; here the broker has it for nobody."""
    await want(ear, port, {"a/#": QoS.AT_LEAST_ONCE})
    ear.broker.want({"a/#": QoS.AT_LEAST_ONCE, "a/b": QoS.AT_LEAST_ONCE, ear.token: QoS.AT_MOST_ONCE})
    client = ear.broker._hass.data[mqtt.DATA_MQTT].client  # type: ignore[attr-defined]
    await until(lambda: ear.broker._active["a/b"].done)
    client._mqttc.unsubscribe("a/b")
    for number in range(5):
        await publish(port, "a/b", str(number))
    assert [payload for _, payload in await last_word(ear, port)] == [b"0", b"1", b"2", b"3", b"4"]


async def test_what_is_wanted_again_before_it_has_left_stays(
    ear: Ear, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    await want(ear, port, {"a": QoS.AT_LEAST_ONCE})
    before = ear.broker._active["a"]
    monkeypatch.setattr(mqtt_broker, "_LEAVING_SECONDS", 0.0)
    ear.broker.want({ear.token: QoS.AT_MOST_ONCE})
    ear.broker.want({"a": QoS.AT_LEAST_ONCE, ear.token: QoS.AT_MOST_ONCE})
    await publish(port, "a", "1")
    assert await last_word(ear, port) == [("a", b"1")]
    assert ear.broker._active["a"] is before
    ear.broker.want({ear.token: QoS.AT_MOST_ONCE})
    await until(lambda: "a" not in ear.broker._active)


async def test_what_is_no_longer_wanted_comes_no_more(ear: Ear, port: int) -> None:
    await want(ear, port, {"a": QoS.AT_LEAST_ONCE, "b": QoS.AT_LEAST_ONCE})
    await want(ear, port, {"b": QoS.AT_LEAST_ONCE})
    await publish(port, "a", "1")
    await publish(port, "b", "2")
    assert await last_word(ear, port) == [("b", b"2")]


async def test_a_filter_can_change_its_qos(ear: Ear, port: int) -> None:
    await want(ear, port, {"a": QoS.AT_LEAST_ONCE})
    await want(ear, port, {"a": QoS.AT_MOST_ONCE})
    await publish(port, "a", "1")
    await last_word(ear, port)
    assert [message.qos for message in ear.messages if message.topic == "a"] == [0]


async def test_reconnect_subscribes_anew(ear: Ear, port: int) -> None:
    await want(ear, port, {"a": QoS.AT_LEAST_ONCE})
    await publish(port, "a", "kept", "-r")
    await until(lambda: "a" in ear.topics)
    ear.messages.clear()
    ear.broker.reconnect()
    await until(lambda: "a" in ear.topics)
    assert next(message for message in ear.messages if message.topic == "a").retain


async def test_a_shared_subscription_is_refused(ear: Ear, port: int) -> None:
    await want(ear, port, {"$share/group/a": QoS.AT_LEAST_ONCE})
    assert list(ear.broker.refused) == ["$share/group/a"]


async def test_it_publishes_and_leaves_properties_out(ear: Ear, port: int) -> None:
    properties = Properties(response_topic="answers")
    await ear.broker.publish("out", b"1", QoS.AT_LEAST_ONCE, True, properties=properties)
    assert await next_on(port, "out") == "1"


async def test_a_lost_broker_is_told_and_comes_back_by_itself(
    ear: Ear, own_mosquitto: Server, port: int
) -> None:
    await want(ear, port, {"a": QoS.AT_LEAST_ONCE})
    await asyncio.to_thread(own_mosquitto.stop)
    await until(lambda: ear.broker.status.phase is Phase.OFFLINE)
    assert ear.broker.status.reason == "connection_lost"
    with pytest.raises(BotError, match="not_connected"):
        await ear.broker.publish("out", b"1", QoS.AT_LEAST_ONCE, False)
    await asyncio.to_thread(own_mosquitto.start)
    await until(lambda: ear.broker.status.phase is Phase.ONLINE)
    await want(ear, port, {"a": QoS.AT_LEAST_ONCE})
    await publish(port, "a", "1")
    assert await last_word(ear, port) == [("a", b"1")]


async def test_a_reload_of_mqtt_neither_loses_nor_doubles(
    hass: HomeAssistant, ear: Ear, mqtt_entry: MockConfigEntry, port: int
) -> None:
    await want(ear, port, {"a": QoS.AT_LEAST_ONCE})
    await hass.config_entries.async_reload(mqtt_entry.entry_id)
    await until(lambda: ear.broker.status.phase is Phase.ONLINE)
    await want(ear, port, {"b": QoS.AT_LEAST_ONCE})
    await want(ear, port, {"a": QoS.AT_LEAST_ONCE})
    await publish(port, "a", "1")
    assert await last_word(ear, port) == [("a", b"1")]


async def test_mqtt_may_be_disabled_and_enabled_again(
    hass: HomeAssistant, ear: Ear, mqtt_entry: MockConfigEntry, port: int
) -> None:
    await want(ear, port, {"a": QoS.AT_LEAST_ONCE})
    await hass.config_entries.async_set_disabled_by(mqtt_entry.entry_id, ConfigEntryDisabler.USER)
    assert ear.broker.status == LinkStatus(Phase.OFFLINE, reason="mqtt_missing")
    with pytest.raises(BotError, match="not_connected"):
        await ear.broker.publish("out", b"1", QoS.AT_LEAST_ONCE, False)
    ear.broker.want({"b": QoS.AT_LEAST_ONCE})
    await hass.config_entries.async_set_disabled_by(mqtt_entry.entry_id, None)
    await until(lambda: ear.broker.status.phase is Phase.ONLINE)
    await want(ear, port, {"b": QoS.AT_LEAST_ONCE})
    await publish(port, "a", "1")
    await publish(port, "b", "2")
    assert await last_word(ear, port) == [("b", b"2")]


async def test_a_filter_that_mqtt_refuses_is_told(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise HomeAssistantError("no")

    with monkeypatch.context() as patched:
        patched.setattr(mqtt, "async_subscribe", refuse)
        ear.broker.want({"a": QoS.AT_LEAST_ONCE})
    assert ear.broker.refused == {"a": "no"}
    ear.broker.reconnect()
    assert ear.broker.refused == {}


async def test_a_publish_that_mqtt_refuses_is_told(hass: HomeAssistant, ear: Ear, port: int) -> None:
    with pytest.raises(BotError, match="publish_refused"):
        await ear.broker.publish("a/#", b"1", QoS.AT_LEAST_ONCE, False)


async def test_it_waits_for_an_mqtt_integration_that_comes_later(hass: HomeAssistant, port: int) -> None:
    ear = Ear(hass)
    ear.broker.want({"a": QoS.AT_LEAST_ONCE})
    ear.start()
    assert ear.broker.status.reason == "mqtt_missing"
    entry = await ha_mqtt(hass, port)
    await until(lambda: ear.broker.status.phase is Phase.ONLINE)
    await want(ear, port, {"a": QoS.AT_LEAST_ONCE})
    await publish(port, "a", "1")
    assert await last_word(ear, port) == [("a", b"1")]
    await ear.broker.stop()
    await hass.config_entries.async_unload(entry.entry_id)


async def test_after_stop_nothing_comes(hass: HomeAssistant, ear: Ear, port: int) -> None:
    await want(ear, port, {"a": QoS.AT_LEAST_ONCE})
    await ear.broker.stop()
    came = asyncio.Event()
    forget = await mqtt.async_subscribe(hass, "a", lambda _: hass.loop.call_soon_threadsafe(came.set))
    while not came.is_set():
        await publish(port, "a", "1")
    forget()
    assert ear.messages == []


async def test_what_was_received_needs_no_acknowledgement(ear: Ear) -> None:
    ear.broker.acknowledge([Message("a", b"")])
    assert ear.broker.status.phase is Phase.ONLINE


async def test_a_refusal_and_its_end_are_told(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise HomeAssistantError("no")

    told = len(ear.statuses)
    with monkeypatch.context() as patched:
        patched.setattr(mqtt, "async_subscribe", refuse)
        ear.broker.want({"a": QoS.AT_LEAST_ONCE})
        ear.broker.want({"a": QoS.AT_LEAST_ONCE})
    assert ear.statuses[told:] == [LinkStatus(Phase.ONLINE)]
    ear.broker.want({"a": QoS.AT_LEAST_ONCE})
    assert ear.statuses[told:] == [LinkStatus(Phase.ONLINE)] * 2


async def test_it_is_connected_once_mqtt_has_subscribed(
    hass: HomeAssistant, mqtt_entry: MockConfigEntry, port: int
) -> None:
    await until(lambda: mqtt.is_connected(hass))
    ear = Ear(hass)
    ear.broker.want({"early": QoS.AT_LEAST_ONCE})
    ear.start()
    assert ear.broker.status.phase is Phase.CONNECTING
    await ear.broker.publish("out", b"1", QoS.AT_LEAST_ONCE, False)
    await until(lambda: ear.broker.status.phase is Phase.ONLINE)
    await publish(port, "early", "1")
    await until(lambda: ear.messages)
    assert ear.topics == ["early"]
    await ear.broker.stop()


async def test_a_subscription_that_mqtt_never_tells_of_is_not_waited_for(
    hass: HomeAssistant, mqtt_entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt_broker, "_SUBSCRIBING_SECONDS", 0.05)
    monkeypatch.setattr(mqtt, "async_on_subscribe_done", lambda *_: lambda: None)
    ear = Ear(hass)
    ear.broker.want({"early": QoS.AT_LEAST_ONCE})
    ear.start()
    await until(lambda: ear.broker.status.phase is Phase.ONLINE)
    await ear.broker.stop()


async def test_loss_and_return_are_logged_once(
    hass: HomeAssistant, ear: Ear, mqtt_entry: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    await hass.config_entries.async_set_disabled_by(mqtt_entry.entry_id, ConfigEntryDisabler.USER)
    await hass.config_entries.async_set_disabled_by(mqtt_entry.entry_id, None)
    await until(lambda: ear.broker.status.phase is Phase.ONLINE)
    ours = [record.getMessage() for record in caplog.records if record.name.endswith("mqtt_broker")]
    assert [text for text in ours if "through Home Assistant" in text][-2:] == [
        "No connection to the broker through Home Assistant: mqtt_missing",
        "Connected to the broker, through Home Assistant",
    ]
    assert len(ours) <= 3


async def test_after_pause_nothing_comes(ear: Ear, port: int) -> None:
    await want(ear, port, {"a": QoS.AT_LEAST_ONCE})
    active = ear.broker._active["a"]
    ear.broker.pause()
    ear.broker._receive(active, ReceiveMessage("a", b"1", 1, False, "a", 0.0))
    assert ear.messages == []
