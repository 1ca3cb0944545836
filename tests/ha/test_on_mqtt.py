"""What the bot tells of itself on MQTT, and what it makes of other bots there."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
import json
from pathlib import Path
from typing import Any

from documented import documented, faults
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from running import (
    LOOPBACK,
    NO_ACCOUNT,
    account,
    alerts,
    bot_entry,
    mqtt_entry,
    next_on,
    publish,
    publish_lines,
    running,
    standalone,
    topics,
    until,
)

from custom_components.dinox_mqtt_bot.bot.model.alert import AlertState
from custom_components.dinox_mqtt_bot.bot.model.rules import (
    AlertRule,
    Condition,
    Operator,
    Priority,
    Subscription,
)
from custom_components.dinox_mqtt_bot.bot.model.status import BotState
from custom_components.dinox_mqtt_bot.bot.peers.beacon import MOST_BYTES, STATUS_FILTER, Beacon
from custom_components.dinox_mqtt_bot.bot.peers.neighbours import MOST
from custom_components.dinox_mqtt_bot.const import CONF_TELL_NOTIFICATIONS, CONF_TELL_STATUS, DOMAIN
from custom_components.dinox_mqtt_bot.entry.beacon import (
    rules_of,
    tells_notifications,
    tells_status,
    unfit,
)
from custom_components.dinox_mqtt_bot.hass.events import ALERT_STEPS
from custom_components.dinox_mqtt_bot.peers import others as other_bots
from custom_components.dinox_mqtt_bot.peers.status import TOLD_ON
from custom_components.dinox_mqtt_bot.runtime.removal import async_clear_status
from custom_components.dinox_mqtt_bot.runtime.runtime import BotRuntime
from lab.servers import Lab, Server

pytestmark = pytest.mark.usefixtures("own_mosquitto")

STATUS = "dinox/bots/status/dinox-mqtt-bot-test"
NOTIFICATIONS = "dinox/notifications/dinox-mqtt-bot-test"
STATUS_SCHEMA, STATUS_EXAMPLES = documented("dinox/bots/status/<bot>")
NOTIFICATION_SCHEMA, NOTIFICATION_EXAMPLES = documented("dinox/notifications/<bot>")
KITCHEN = "dinox/bots/status/kitchen"
WARM = AlertRule("home/+", Condition(Operator.ABOVE, ("30",)), name="Warm", number=1)
SAID = {
    "status": "online",
    "name": "Kitchen bot",
    "version": "9.1",
    "since": "2026-01-02T03:04:05Z",
    "messages": 12,
    "alerts_firing": 2,
    "undelivered": 1,
    "unread": 4,
}


@pytest.fixture
def data(port: int) -> dict[str, Any]:
    return {**standalone(port), **NO_ACCOUNT, "client_id": "dinox-mqtt-bot-test"}


class Listener:
    """Everything on a filter, as another client sees it."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str, bool]] = []

    def on(self, topic: str) -> list[dict[str, Any]]:
        return [json.loads(payload) for name, payload, _ in self.messages if name == topic and payload]


@asynccontextmanager
async def listening(port: int, *filters: str) -> AsyncGenerator[Listener]:
    """Listen beside the bot; begun when a message of our own has come."""
    listener = Listener()
    process = await asyncio.create_subprocess_exec(
        *("mosquitto_sub", "-h", LOOPBACK, "-p", str(port), "-q", "1", "-F", "%t %r %p"),
        *(word for each in (*filters, "listening") for word in ("-t", each)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None

    async def read() -> None:
        async for line in process.stdout:
            topic, retained, payload = line.decode().rstrip("\n").split(" ", 2)
            listener.messages.append((topic, payload, retained == "1"))

    reading = asyncio.create_task(read())
    while not any(topic == "listening" for topic, _, _ in listener.messages):
        await publish(port, "listening", "1")
    try:
        yield listener
    finally:
        process.terminate()
        await process.wait()
        await reading


def state(hass: HomeAssistant, entity_id: str) -> str:
    found = hass.states.get(entity_id)
    return found.state if isinstance(found, State) else ""


def devices(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str | None, dr.DeviceEntry]:
    return {each.name: each for each in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)}


async def kept(port: int) -> dict[str, Any]:
    """Return what the broker retains of the bot's status."""
    return json.loads(await next_on(port, STATUS))


async def told(port: int) -> dict[str, Any]:
    """Return the bot's status, once it is told with its counters."""
    while "version" not in (status := await kept(port)):
        await asyncio.sleep(0.02)
    return status


# What docs/mqtt.md says of it.


def test_the_examples_of_the_documentation_are_as_its_schemas_say() -> None:
    assert len(STATUS_EXAMPLES) == 1
    assert [each["kind"] for each in NOTIFICATION_EXAMPLES] == ["alert", "message"]
    assert [faults(each, STATUS_SCHEMA) for each in STATUS_EXAMPLES] == [[]]
    assert [faults(each, NOTIFICATION_SCHEMA) for each in NOTIFICATION_EXAMPLES] == [[], []]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"status": "away"}, "$.status: 'away'"),
        ({"messages": True}, "$.messages: True"),
        ({"messages": 1.5}, "$.messages: 1.5"),
        ({"unread": -1}, "$.unread: -1"),
        ({"since": "soon"}, "$.since: 'soon'"),
        ({"name": None}, "$.name: None"),
        ({"mood": "good"}, "$.mood: unknown"),
    ],
)
def test_what_is_not_documented_would_be_found(change: dict[str, Any], fault: str) -> None:
    assert faults(STATUS_EXAMPLES[0] | change, STATUS_SCHEMA) == [fault]
    assert faults({"status": "online"}, STATUS_SCHEMA) == ["$.name: missing"]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("state", BotState),
        ("priority", [each.word for each in Priority]),
        ("step", ALERT_STEPS),
        ("from_state", AlertState),
        ("to_state", AlertState),
    ],
)
def test_every_word_that_can_be_told_is_documented(name: str, values: Iterable[str]) -> None:
    properties = STATUS_SCHEMA["properties"] | NOTIFICATION_SCHEMA["properties"]
    assert set(values) == set(properties[name]["enum"])


# Its own status.


async def test_the_status_is_told_with_its_counters(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    async with running(hass, bot_entry(data, topics("home/#")), forget=False):
        status = await told(port)
        assert status | {"since": "", "version": ""} == {
            "status": "online",
            "name": "Bot",
            "state": "waiting",
            "version": "",
            "since": "",
            "paused": False,
            "messages": 0,
            "alerts_firing": 0,
            "undelivered": 0,
            "unread": 0,
        }
        assert status["since"].endswith("Z")
        assert status["version"]
        assert faults(status, STATUS_SCHEMA) == []
    assert faults(await kept(port), STATUS_SCHEMA) == []
    assert await kept(port) == {"status": "offline", "name": "Bot"}


async def test_a_change_of_state_is_told_at_once_and_counters_when_the_minute_is_over(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    async with listening(port, STATUS) as heard, running(hass, bot_entry(data, topics("home/#"))) as bot:
        await until(lambda: len(heard.on(STATUS)) == 2)
        for number in range(5):
            await publish(port, "home/temp", str(number))
        await until(lambda: heard.on(STATUS)[-1].get("state") == "online")
        await until(lambda: bot.bot.status.messages == 5)
        assert len(heard.on(STATUS)) == 3
        bot.on_mqtt._pulse.notify()
        await until(lambda: heard.on(STATUS)[-1].get("messages") == 5)


async def test_a_lost_connection_is_told_by_the_will_and_its_return_with_the_counters(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    async with listening(port, STATUS) as heard, running(hass, bot_entry(data)) as bot:
        await until(lambda: len(heard.on(STATUS)) == 2)
        bot.broker.reconnect()
        await until(lambda: len(heard.on(STATUS)) >= 4 and "version" in heard.on(STATUS)[-1])


async def test_without_the_option_nothing_is_told_and_nothing_stays(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    entry = bot_entry(data)
    async with listening(port, "dinox/#") as heard, running(hass, entry) as bot:
        await told(port)
        await publish(port, KITCHEN, json.dumps(SAID), "-r")
        await until(lambda: state(hass, "binary_sensor.kitchen_bot_online") == "on")
        # Nothing changes for a bot whose status says nothing new.
        bot.on_mqtt.others.take("kitchen", json.dumps(SAID).encode())
        bot.on_mqtt.others.tidy()
        hass.config_entries.async_update_entry(entry, options={CONF_TELL_STATUS: False})
        await until(lambda: heard.messages[-1][:2] == (STATUS, ""))
        await hass.async_block_till_done()
        assert entry.runtime_data.on_mqtt.silent == "off"
        assert STATUS_FILTER not in entry.runtime_data.bot.wanted
        assert state(hass, "binary_sensor.kitchen_bot_online") == ""


async def test_a_removed_bot_leaves_no_status_behind(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    entry = bot_entry(data)
    async with listening(port, STATUS) as heard:
        async with running(hass, entry):
            await told(port)
        await hass.config_entries.async_remove(entry.entry_id)
        await until(lambda: heard.messages[-1][:2] == (STATUS, ""))
    async with listening(port, STATUS) as heard:
        assert heard.on(STATUS) == []


async def test_a_bot_whose_broker_is_away_can_be_removed(
    hass: HomeAssistant,
    data: dict[str, Any],
    own_mosquitto: Server,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("custom_components.dinox_mqtt_bot.runtime.removal.CLEAR_SECONDS", 0.1)
    entry = bot_entry(data)
    entry.add_to_hass(hass)
    own_mosquitto.stop()
    await hass.config_entries.async_remove(entry.entry_id)
    assert f"stays at the broker, on {STATUS}" in caplog.text


async def test_the_bot_is_not_online_for_ever_where_its_will_is_refused(
    hass: HomeAssistant, data: dict[str, Any], port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(hass, bot_entry(data)) as bot:
        await told(port)
        monkeypatch.setattr(bot.broker._login, "will_refused", "Not authorized")
        assert bot.on_mqtt.silent == "will_refused"
        bot.on_mqtt._online = False
        bot.on_mqtt._look()
        await until(lambda: not bot.on_mqtt.publisher._waiting and not bot.on_mqtt.publisher._busy)
        assert bot.store.get(TOLD_ON) == ""
    async with listening(port, STATUS) as heard:
        assert "version" not in str(heard.messages)


@pytest.mark.parametrize(
    ("server", "why"),
    [({"server": "prosody"}, "no_retain"), ({"server": "prosody", "pubsub_only": True}, "pubsub")],
)
def test_without_retained_messages_nothing_is_told(server: dict[str, Any], why: str) -> None:
    entry = bot_entry({"mode": "xmpp_account", "client_id": "x", **server})
    assert unfit(entry.data) == why
    assert (tells_status(entry), tells_notifications(entry)) == (False, False)
    assert rules_of(entry).beside == ()


async def test_a_removed_bot_on_prosody_has_nothing_to_clear(hass: HomeAssistant) -> None:
    await async_clear_status(hass, bot_entry({"mode": "xmpp_account", "server": "prosody"}))


async def test_on_ejabberd_the_status_is_told_and_taken_back(
    hass: HomeAssistant, own_lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another bot, on the same account, sees it as if it were at home elsewhere."""
    monkeypatch.setattr(other_bots, "own_id", lambda _entry: "")
    server = own_lab.ejabberd(users={"bot": "botpw", "alice": "alicepw"})
    data = (
        standalone(server.ports["mqtts"])
        | account(server.ports["c2s"], own_lab.ca)
        | {"mode": "xmpp_account", "server": "ejabberd", "tls": "custom"}
        | {"client_id": "dinox-mqtt-bot-test", "ca": own_lab.ca.read_text("ascii"), "tls_name": "home.test"}
    )
    seen, watching = bot_entry(data), bot_entry(data | {"client_id": "watching", "xmpp_resource": "other"})
    async with running(hass, watching, state=None) as bot:
        async with running(hass, seen, state=None):
            await until(lambda: there(bot) and there(bot).version)
            assert there(bot).online
        await until(lambda: not there(bot).online)
        await hass.config_entries.async_remove(seen.entry_id)
        await until(lambda: there(bot) is None)


def there(bot: BotRuntime) -> Beacon | None:
    return bot.on_mqtt.others.neighbours.get("dinox-mqtt-bot-test")


# Through Home Assistant's own connection.


@pytest.fixture
async def through_home_assistant(
    hass: HomeAssistant, mock_hass_config: None, port: int
) -> AsyncGenerator[MockConfigEntry]:
    """A bot without a connection of its own, and Home Assistant's MQTT integration."""
    mqtt = mqtt_entry(port)
    mqtt.add_to_hass(hass)
    assert await hass.config_entries.async_setup(mqtt.entry_id)
    yield bot_entry({"mode": "home_assistant", **NO_ACCOUNT}, topics("#"))
    await hass.config_entries.async_unload(mqtt.entry_id)


async def test_through_home_assistant_the_bot_says_itself_that_it_is_there_and_goes(
    hass: HomeAssistant, through_home_assistant: MockConfigEntry, port: int
) -> None:
    entry = through_home_assistant
    status, notifications = f"dinox/bots/status/{entry.entry_id}", f"dinox/notifications/{entry.entry_id}"
    await publish(port, KITCHEN, json.dumps(SAID), "-r")
    async with listening(port, status, notifications) as heard:
        async with running(hass, entry, state=None) as bot:
            await until(lambda: heard.on(status))
            assert "version" in heard.on(status)[-1]
            await until(lambda: state(hass, "binary_sensor.kitchen_bot_online") == "on")
            assert status.rpartition("/")[2] not in bot.on_mqtt.others.neighbours
            rows = await bot.store.history.page("#", 100)
            assert [row.topic for row in rows if row.topic.startswith("dinox/")] == []
        await until(lambda: heard.on(status)[-1] == {"status": "offline", "name": "Bot"})
        await hass.config_entries.async_remove(entry.entry_id)
        await until(lambda: heard.messages[-1][:2] == (status, ""))


# What needs attention.


async def test_every_step_of_an_alert_is_told(hass: HomeAssistant, data: dict[str, Any], port: int) -> None:
    entry = bot_entry(data, topics("home/#") + alerts(WARM))
    async with listening(port, NOTIFICATIONS) as heard, running(hass, entry) as bot:
        await publish(port, "home/oven", "31")
        await until(lambda: len(heard.on(NOTIFICATIONS)) == 1)
        await hass.services.async_call(DOMAIN, "ack", {}, blocking=True)
        await publish(port, "home/oven", "20")
        await until(lambda: len(heard.on(NOTIFICATIONS)) == 3)
        told = heard.on(NOTIFICATIONS)
        assert [each["step"] for each in told] == ["fired", "acknowledged", "resolved"]
        assert [faults(each, NOTIFICATION_SCHEMA) for each in told] == [[], [], []]
        assert told[0] | {"time": ""} == {
            "kind": "alert",
            "bot": "Bot",
            "time": "",
            "rule": "Warm",
            "rule_number": 1,
            "topic": "home/oven",
            "name": told[0]["name"],
            "from_state": "inactive",
            "to_state": "firing",
            "step": "fired",
            "value": 31,
            "text": "31",
            "number": 1,
            "priority": "alert",
            "who": None,
        }
        assert not any(retained for topic, _, retained in heard.messages if topic == NOTIFICATIONS)
        assert bot.on_mqtt.publisher.dropped == 0


async def test_urgent_messages_are_told_and_others_not(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    entry = bot_entry(data, topics("home/#", Subscription("door/+", priority=Priority.CRITICAL)))
    async with listening(port, NOTIFICATIONS) as heard, running(hass, entry):
        await publish(port, "home/temp", "1")
        await publish(port, "door/front", "open")
        await until(lambda: heard.on(NOTIFICATIONS))
        (told,) = heard.on(NOTIFICATIONS)
        assert faults(told, NOTIFICATION_SCHEMA) == []
        assert told | {"time": "", "name": ""} == {
            "kind": "message",
            "bot": "Bot",
            "time": "",
            "topic": "door/front",
            "name": "",
            "value": None,
            "unit": None,
            "text": "open",
            "priority": "critical",
            "retained": False,
        }


async def test_notifications_can_be_switched_off_while_the_bot_runs(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    entry = bot_entry(data, topics(Subscription("door/+", priority=Priority.ALERT)))
    async with listening(port, NOTIFICATIONS) as heard, running(hass, entry) as bot:
        hass.config_entries.async_update_entry(entry, options={CONF_TELL_NOTIFICATIONS: False})
        await hass.async_block_till_done()
        assert entry.runtime_data is bot
        await publish(port, "door/front", "open")
        await until(lambda: bot.bot.status.messages == 1)
        hass.config_entries.async_update_entry(entry, options={})
        await hass.async_block_till_done()
        await publish(port, "door/front", "closed")
        await until(lambda: heard.on(NOTIFICATIONS))
        assert [each["text"] for each in heard.on(NOTIFICATIONS)] == ["closed"]


# Loops.


async def test_what_the_bot_tells_itself_is_no_message_to_it(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    """Also not to a bot that listens to everything and finds all of it urgent."""
    entry = bot_entry(data, topics(Subscription("#", priority=Priority.ALERT)))
    async with listening(port, "#") as heard, running(hass, entry) as bot:
        await publish(port, "door/front", "open")
        await until(lambda: heard.on(NOTIFICATIONS))
        # By another bot: shown, and not notified of again.
        await publish(port, "dinox/notifications/other", "{}")
        await publish(port, KITCHEN, json.dumps(SAID), "-r")
        await publish(port, STATUS, "{}")
        await publish(port, "last", "1")
        await until(lambda: len(heard.on(NOTIFICATIONS)) == 2)
        rows = await bot.store.history.page("#", 100)
        assert [row.topic for row in rows if row.topic != "listening"] == [
            "door/front",
            "dinox/notifications/other",
            "last",
        ]
        assert [each["topic"] for each in heard.on(NOTIFICATIONS)] == ["door/front", "last"]


async def test_a_status_that_the_user_asks_for_is_a_message_too(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    offline = AlertRule(KITCHEN, Condition(Operator.EQUAL, ("offline",)), field="status", number=1)
    async with running(hass, bot_entry(data, topics("#") + alerts(offline))) as bot:
        await publish(port, KITCHEN, json.dumps(SAID), "-r")
        await until(lambda: state(hass, "binary_sensor.kitchen_bot_online") == "on")
        await publish(port, KITCHEN, '{"status": "offline"}', "-r")
        await until(lambda: bot.bot.status.firing == 1)


# Other bots.


async def test_another_bot_is_a_device_with_its_counters_until_its_status_is_cleared(
    hass: HomeAssistant, data: dict[str, Any], port: int, device_registry: dr.DeviceRegistry
) -> None:
    entry = bot_entry(data)
    await publish(port, KITCHEN, json.dumps(SAID), "-r")
    async with running(hass, entry) as bot:
        # Each entity is added by itself.
        await until(lambda: state(hass, "sensor.kitchen_bot_undelivered") == "1")
        await until(lambda: state(hass, "binary_sensor.kitchen_bot_online") == "on")
        await until(lambda: state(hass, "sensor.kitchen_bot_alerts_firing") == "2")
        await until(lambda: state(hass, "sensor.kitchen_bot_unread") == "4")
        own = devices(hass, entry)["Bot"]
        other = devices(hass, entry)["Kitchen bot"]
        assert (other.via_device_id, other.sw_version) == (own.id, "9.1")
        assert bot.bot.status.messages == 0

        await publish(port, KITCHEN, json.dumps(SAID | {"name": "Cook", "unread": 5}), "-r")
        await until(lambda: state(hass, "sensor.kitchen_bot_unread") == "5")
        await until(lambda: device_registry.async_get(other.id).name == "Cook")
        await publish(port, KITCHEN, '{"status": "offline"}', "-r")
        await until(lambda: state(hass, "binary_sensor.kitchen_bot_online") == "off")
        assert state(hass, "sensor.kitchen_bot_unread") == "unavailable"

        await publish(port, KITCHEN, "", "-r")
        await until(lambda: device_registry.async_get(other.id) is None)
        await hass.async_block_till_done()
        assert [each for each in hass.states.async_entity_ids() if "kitchen" in each] == []
        await publish(port, KITCHEN, json.dumps(SAID), "-r")
        await until(lambda: state(hass, "binary_sensor.kitchen_bot_online") == "on")


async def test_the_other_bots_of_this_home_assistant_are_no_devices_of_each_other(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    second = bot_entry({**standalone(port), **NO_ACCOUNT, "client_id": "dinox-mqtt-bot-second"})
    await publish(port, KITCHEN, json.dumps(SAID), "-r")
    async with running(hass, bot_entry(data)) as bot, running(hass, second, forget=True):
        await until(lambda: state(hass, "binary_sensor.kitchen_bot_online") == "on")
        await bot.broker.publish(
            "dinox/bots/status/dinox-mqtt-bot-second", json.dumps(SAID).encode(), 1, False
        )
        await publish(port, "dinox/bots/status/cellar", '{"status": "online"}')
        await until(lambda: "cellar" in bot.on_mqtt.others.neighbours)
        assert sorted(bot.on_mqtt.others.neighbours) == ["cellar", "kitchen"]
        assert {"Bot", "Kitchen bot"} <= {*devices(hass, second)} <= {"Bot", "Kitchen bot", "cellar"}


async def test_a_bot_that_goes_and_comes_again_at_once_is_there(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    await publish(port, KITCHEN, json.dumps(SAID), "-r")
    async with running(hass, bot_entry(data)) as bot:
        await until(lambda: state(hass, "binary_sensor.kitchen_bot_online") == "on")
        others = bot.on_mqtt.others
        for _ in range(3):
            others.take("kitchen", b"")
            others.take("kitchen", json.dumps(SAID).encode())
        await hass.async_block_till_done()
        assert state(hass, "binary_sensor.kitchen_bot_online") == "on"
        others.take("kitchen", b'{"status": "offline"}')
        await until(lambda: state(hass, "binary_sensor.kitchen_bot_online") == "off")
        others.take("kitchen", b"")
        await hass.async_block_till_done()
        assert state(hass, "binary_sensor.kitchen_bot_online") == ""


async def test_a_bot_that_went_while_home_assistant_was_down_goes_from_the_devices(
    hass: HomeAssistant,
    data: dict[str, Any],
    port: int,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    entry = bot_entry(data)
    await publish(port, KITCHEN, json.dumps(SAID), "-r")
    await publish(port, "dinox/bots/status/cellar", '{"status": "online"}', "-r")
    async with running(hass, entry):
        await until(lambda: state(hass, "binary_sensor.kitchen_bot_online") == "on")
        await until(lambda: state(hass, "binary_sensor.cellar_online") == "on")
    await publish(port, KITCHEN, "", "-r")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(lambda: state(hass, "binary_sensor.cellar_online") == "on")
    assert state(hass, "binary_sensor.kitchen_bot_online") == "unavailable"
    entry.runtime_data.on_mqtt.others.tidy()
    await hass.async_block_till_done()
    assert sorted(devices(hass, entry)) == ["Bot", "cellar"]
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_other_bots_are_unknown_while_the_broker_is_away(
    hass: HomeAssistant, data: dict[str, Any], port: int, own_mosquitto: Server
) -> None:
    await publish(port, KITCHEN, json.dumps(SAID), "-r")
    async with running(hass, bot_entry(data)):
        await until(lambda: state(hass, "binary_sensor.kitchen_bot_online") == "on")
        own_mosquitto.stop()
        await until(lambda: state(hass, "binary_sensor.kitchen_bot_online") == "unavailable")


async def test_hostile_statuses_do_no_harm(
    hass: HomeAssistant, data: dict[str, Any], port: int, tmp_path: Path
) -> None:
    hostile = [
        "online",
        "[" * 4_000,
        '{"status":"online","name":"' + "x" * MOST_BYTES + '"}',
        "{}",
        '{"status":1}',
    ]
    (tmp_path / "lines").write_text("\n".join(hostile), "utf-8")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00{" * 10)
    async with running(hass, bot_entry(data, topics("home/#"))) as bot:
        await publish_lines(port, "dinox/bots/status/evil", tmp_path / "lines")
        for number in range(3 * MOST):
            bot.on_mqtt.others.take(f"many{number}", b'{"status":"online"}')
        await publish(port, KITCHEN, json.dumps(SAID), "-r")
        await publish(port, "home/last", "1")
        await until(lambda: bot.bot.status.messages == 1)
        await hass.async_block_till_done()
        assert "evil" not in bot.on_mqtt.others.neighbours
        assert len(list(bot.on_mqtt.others.neighbours)) == MOST
        assert len([each for each in hass.states.async_entity_ids("binary_sensor") if "many" in each]) == MOST
        assert bot.broker.failed == 0
