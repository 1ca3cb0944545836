"""The bot as a device for others on its broker, and what they may ask of it over MQTT."""

import asyncio
from collections.abc import AsyncGenerator
import json
from pathlib import Path
import re
from typing import Any

from documented import DOCUMENT
from flows import asked, suggested
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from running import (
    LOOPBACK,
    NO_ACCOUNT,
    PATIENCE,
    alerts,
    bot_entry,
    mqtt_entry,
    next_on,
    publish,
    running,
    standalone,
    state_of,
    topics,
    until,
)
import yaml

from custom_components.dinox_mqtt_bot.bot.model.rules import AlertRule, Condition, Operator
from custom_components.dinox_mqtt_bot.runtime import removal
from custom_components.dinox_mqtt_bot.runtime.removal import leftovers
from custom_components.dinox_mqtt_bot.runtime.runtime import BotRuntime
from lab.servers import Lab, Server

pytestmark = pytest.mark.usefixtures("own_mosquitto")

ID = "dinox-mqtt-bot-test"
CONFIG = f"homeassistant/device/{ID}/config"
ALERT = f"dinox/bots/alert/{ID}"
PAUSE = f"dinox/bots/command/{ID}/pause"
RECONNECT = f"dinox/bots/command/{ID}/reconnect"
MARKER = "zz/marker"
SECRET = "open sesame, please"
WARM = AlertRule("home/+", Condition(Operator.ABOVE, ("30",)), name="Warm", number=1)
SHOWN = {"discoverable": True}
BY_ANYBODY = {"remote": "anybody"}
BY_SECRET = {"remote": "secret", "remote_secret": SECRET}


@pytest.fixture
def data(port: int) -> dict[str, Any]:
    return {**standalone(port), **NO_ACCOUNT, "client_id": ID}


async def retained(port: int, *filters: str) -> dict[str, str]:
    """Return what a broker retains, by topic. What is published meanwhile is none of it."""
    await publish(port, MARKER, "last", "-r")
    process = await asyncio.create_subprocess_exec(
        *("mosquitto_sub", "-h", LOOPBACK, "-p", str(port), "-q", "1", "-F", "%r|%t|%p"),
        *(word for each in (*filters, MARKER) for word in ("-t", each)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    found: dict[str, str] = {}
    async for line in process.stdout:
        flag, topic, payload = line.decode().rstrip("\n").split("|", 2)
        if flag == "1":
            found[topic] = payload
        if topic == MARKER:
            break
    process.terminate()
    await process.communicate()
    del found[MARKER]
    return found


async def own_topics(port: int) -> set[str]:
    """Return where something of bots is retained, besides their status."""
    return set(await retained(port, "homeassistant/#", "other/#", "dinox/bots/alert/#"))


async def comes_to(port: int, wanted: set[str]) -> None:
    end = asyncio.get_running_loop().time() + PATIENCE
    while (found := await own_topics(port)) != wanted:
        assert asyncio.get_running_loop().time() < end, found
        await asyncio.sleep(0.05)


async def published(bot: BotRuntime) -> None:
    await until(lambda: not bot.on_mqtt.publisher._waiting and not bot.on_mqtt.publisher._busy)


async def components(port: int) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(await next_on(port, CONFIG))["components"]
    return {key: each for key, each in told.items() if "unique_id" in each}


# Whether others see it.


async def test_by_itself_the_bot_is_no_device_and_hears_no_command(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    async with running(hass, bot_entry(data, topics("home/#") + alerts(WARM))) as bot:
        await publish(port, "home/oven", "31")
        await until(lambda: bot.bot.status.firing == 1)
        await published(bot)
        assert await own_topics(port) == set()
        assert not [each for each in bot.bot.wanted if each.startswith("dinox/bots/command/")]


async def test_the_introduction_is_retained_and_the_last_alert_with_it(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    entry = bot_entry(data, topics("home/#") + alerts(WARM), SHOWN)
    async with running(hass, entry) as bot:
        await comes_to(port, {CONFIG})
        told = json.loads(await next_on(port, CONFIG))
        assert told["device"]["name"] == "Bot"
        assert told["device"]["sw_version"]
        assert list(await components(port)) == ["online", "alerts_firing", "last_alert", "paused"]
        await publish(port, "home/oven", "31")
        alert = json.loads(await next_on(port, ALERT))
        assert alert["text"].endswith("oven: 31")
        status = f"dinox/bots/status/{ID}"
        while json.loads(await next_on(port, status)).get("alerts_firing") != 1:
            await asyncio.sleep(0.05)
        # It is over: that is no news here, and no state is written again.
        await publish(port, "home/oven", "20")
        await until(lambda: bot.bot.status.firing == 0)
        await published(bot)
        assert json.loads(await next_on(port, ALERT)) == alert
        # A broker that has lost all that it retained gets it again.
        for topic in (CONFIG, ALERT):
            await publish(port, topic, "", "-r")
        bot.broker.reconnect()
        await comes_to(port, {CONFIG, ALERT})


async def test_bots_take_neither_themselves_nor_each_other_for_devices(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    second = {**data, "client_id": "dinox-mqtt-bot-second"}
    lamp = {"name": "Lamp", "state_topic": "home/lamp", "unique_id": "lamp"}
    async with (
        running(hass, bot_entry(data, topics("#") + alerts(WARM), SHOWN | BY_SECRET)) as bot,
        running(hass, bot_entry(second, topics("#"), SHOWN)) as other,
    ):
        await publish(port, "home/oven", "31")
        await comes_to(port, {CONFIG, CONFIG.replace(ID, "dinox-mqtt-bot-second"), ALERT})
        await publish(port, PAUSE, f"ON {SECRET}")
        await until(lambda: bot.bot.paused)
        await publish(port, "homeassistant/sensor/lamp/config", json.dumps(lamp), "-r")
        await publish(port, "home/last", "1")
        for each in (bot, other):
            await until(lambda each=each: each.bot.status.last_topic == "home/last")
            await until(lambda each=each: len(each.bot.readings.devices) == 1)
            kept = {row.topic for row in await each.store.history.page("#", 100)}
            assert kept - {MARKER, f"dinox/notifications/{ID}"} == {"home/oven", "home/last"}


async def test_alerts_about_alerts_of_other_bots_are_not_the_last_alert(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    """Two bots that watch each other's would never end."""
    heard = AlertRule("dinox/bots/alert/kitchen", Condition(Operator.CHANGES), field="text", number=1)
    async with running(hass, bot_entry(data, topics("home/#") + alerts(heard), SHOWN)) as bot:
        for text in ("a", "b"):
            await publish(port, "dinox/bots/alert/kitchen", json.dumps({"text": text}), "-r")
        await until(lambda: bot.bot.alerts.of(bot.bot.rules.alerts[0].id))
        await published(bot)
        assert ALERT not in await own_topics(port)


# What is taken back.


async def test_switched_off_nothing_stays(hass: HomeAssistant, data: dict[str, Any], port: int) -> None:
    entry = bot_entry(data, topics("home/#") + alerts(WARM), SHOWN)
    async with running(hass, entry):
        await publish(port, "home/oven", "31")
        await comes_to(port, {CONFIG, ALERT})
        hass.config_entries.async_update_entry(entry, options={})
        await comes_to(port, set())


async def test_below_another_prefix_it_is_there_alone(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    entry = bot_entry(data, topics("home/#"), SHOWN)
    async with running(hass, entry):
        await comes_to(port, {CONFIG})
        hass.config_entries.async_update_entry(entry, options={**SHOWN, "discovery_prefix": "other/of mine"})
        await comes_to(port, {f"other/of mine/device/{ID}/config"})


async def test_a_removed_bot_takes_all_back(hass: HomeAssistant, data: dict[str, Any], port: int) -> None:
    entry = bot_entry(data, topics("home/#") + alerts(WARM), SHOWN)
    async with running(hass, entry, forget=False):
        await publish(port, "home/oven", "31")
        await comes_to(port, {CONFIG, ALERT})
    await hass.config_entries.async_remove(entry.entry_id)
    assert await retained(port, "homeassistant/#", "dinox/#") == {}


async def test_what_was_told_before_the_option_was_switched_off_is_not_forgotten(
    hass: HomeAssistant,
    data: dict[str, Any],
    port: int,
    own_mosquitto: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The broker is away when the option is switched off, and when the bot is removed."""
    monkeypatch.setattr(removal, "CLEAR_SECONDS", 0.5)
    monkeypatch.setattr(removal, "RETRY_SECONDS", (0.1, 0.5))
    entry = bot_entry(data, topics("home/#"), SHOWN)
    async with running(hass, entry, forget=False):
        await comes_to(port, {CONFIG})
        own_mosquitto.stop()
        hass.config_entries.async_update_entry(entry, options={})
        await hass.async_block_till_done()
    await hass.config_entries.async_remove(entry.entry_id)
    assert [place.topics for place in leftovers(hass)._places or ()] == [
        [CONFIG, ALERT, f"dinox/bots/status/{ID}"]
    ]
    monkeypatch.setattr(removal, "CLEAR_SECONDS", 5.0)
    own_mosquitto.start()
    await until(lambda: leftovers(hass)._places == [])
    assert await retained(port, "homeassistant/#", "dinox/#") == {}


async def test_a_bot_that_moves_takes_all_along(
    hass: HomeAssistant, data: dict[str, Any], port: int, own_lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removal, "RETRY_SECONDS", (0.1, 0.5))
    there = own_lab.mosquitto().ports["mqtt"]
    entry = bot_entry(data, topics("home/#"), SHOWN)
    async with running(hass, entry):
        await comes_to(port, {CONFIG})
        hass.config_entries.async_update_entry(entry, data={**data, "port": there})
        await comes_to(there, {CONFIG})
        await comes_to(port, set())


# What may be asked of it.


async def test_without_a_secret_whoever_may_publish_pauses_it(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    async with running(hass, bot_entry(data, topics("home/#"), SHOWN | BY_ANYBODY)) as bot:
        assert list(await components(port)) == ["online", "alerts_firing", "last_alert", "pause", "reconnect"]
        for payload, paused in (("ON", True), ("OFF", False)):
            await publish(port, PAUSE, payload)
            await until(lambda paused=paused: bot.bot.paused is paused)
            while json.loads(await next_on(port, f"dinox/bots/status/{ID}")).get("paused") is not paused:
                await asyncio.sleep(0.05)
        before = bot.broker.connack
        await publish(port, RECONNECT, "PRESS")
        await until(lambda: bot.online and bot.broker.connack is not before)


async def test_with_a_secret_only_who_knows_it_pauses_it(
    hass: HomeAssistant, data: dict[str, Any], port: int, caplog: pytest.LogCaptureFixture
) -> None:
    await publish(port, PAUSE, f"ON {SECRET}", "-r")
    async with running(hass, bot_entry(data, topics("#", "home/#"), SHOWN | BY_SECRET)) as bot:
        assert list(await components(port)) == ["online", "alerts_firing", "last_alert", "paused"]
        assert SECRET not in await next_on(port, CONFIG)
        await publish(port, PAUSE, "ON")
        await publish(port, PAUSE, "ON open sesame")
        await publish(port, "home/last", "1")
        await until(lambda: bot.bot.status.last_topic == "home/last")
        assert not bot.bot.paused
        await publish(port, PAUSE, f"ON {SECRET}")
        await until(lambda: bot.bot.paused)
        rows = await bot.store.history.page("dinox/#", 100)
        assert rows == []
    assert "was not obeyed: it is from another time" in caplog.text
    assert SECRET not in caplog.text


async def test_a_command_that_ends_the_connection_is_not_obeyed_again_after_it(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    """The broker delivers it once more to who listens to everything, as nobody has acknowledged it."""
    async with running(hass, bot_entry(data, topics("#"), BY_ANYBODY)) as bot:
        before = bot.broker.connack
        await publish(port, RECONNECT, "PRESS")
        await until(lambda: bot.online and bot.broker.connack is not before)
        after = bot.broker.connack
        await publish(port, "home/last", "1")
        await until(lambda: bot.bot.status.last_topic == "home/last")
        assert bot.broker.connack is after


def written(language: str) -> str:
    """Return the one block of docs/mqtt.md in a language."""
    (block,) = re.findall(rf"```{language}\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    return str(block)


async def test_the_access_control_that_is_documented_lets_only_one_command_the_bot(
    hass: HomeAssistant, data: dict[str, Any], own_lab: Lab, tmp_path: Path
) -> None:
    acl = tmp_path / "acl"
    acl.write_text(written("text"), "utf-8")
    acl.chmod(0o644)
    users = {name: f"{name}-pw" for name in ("bot", "other-house", "sensor")}
    broker = own_lab.mosquitto(auth=users, extra=f"acl_file {acl}")
    there = broker.ports["mqtt"]
    login = {"port": there, "username": "bot", "password": users["bot"]}

    def by(name: str) -> tuple[str, ...]:
        return "-u", name, "-P", users[name]

    async with running(hass, bot_entry(data | login, topics("home/#"), SHOWN | BY_ANYBODY)) as bot:
        await publish(there, PAUSE, "ON", *by("sensor"))
        await publish(there, "home/sensor/1", "1", *by("sensor"))
        await until(lambda: bot.bot.status.last_topic == "home/sensor/1")
        assert not bot.bot.paused
        await publish(there, PAUSE, "ON", *by("other-house"))
        await until(lambda: bot.bot.paused)


@pytest.mark.parametrize(
    "hass_config", [yaml.safe_load(written("yaml").replace("dinox-mqtt-bot-1a2b3c4d", ID))]
)
async def test_the_switch_that_is_documented_pauses_the_bot_with_the_secret(
    hass: HomeAssistant, data: dict[str, Any], mqtt: MockConfigEntry
) -> None:
    secret = {"remote": "secret", "remote_secret": "a-long-secret"}
    async with running(hass, bot_entry(data, topics("home/#"), SHOWN | secret), state=None) as bot:
        switch = "switch.kitchen_bot_paused"
        await until(lambda: state_of(hass, switch) == "off")
        for turn, paused in (("turn_on", True), ("turn_off", False)):
            await hass.services.async_call("switch", turn, {"entity_id": switch}, blocking=True)
            await until(lambda paused=paused: bot.bot.paused is paused)
            await until(lambda paused=paused: state_of(hass, switch) == ("on" if paused else "off"))


# Through Home Assistant's MQTT integration.


@pytest.fixture
async def mqtt(hass: HomeAssistant, mock_hass_config: None, port: int) -> AsyncGenerator[MockConfigEntry]:
    """Home Assistant's MQTT integration, which reads the discovery on the same broker."""
    entry = mqtt_entry(port)
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options={**entry.options, "discovery": True})
    assert await hass.config_entries.async_setup(entry.entry_id)
    yield entry
    await hass.config_entries.async_unload(entry.entry_id)


def told_of(event: Event[EventStateChangedData], entity_id: str) -> str:
    """Return what a change of state tells of one entity, nothing if it is about another."""
    new = event.data["new_state"]
    return new.state if new is not None and new.entity_id == entity_id else ""


class Device:
    """The bot as that integration has it."""

    def __init__(self, hass: HomeAssistant, node: str) -> None:
        self._hass, self._node = hass, node

    def entity(self, platform: str, key: str) -> str:
        found = er.async_get(self._hass).async_get_entity_id(platform, "mqtt", f"{self._node}_{key}")
        return found or ""

    def state(self, platform: str, key: str) -> str:
        entity_id = self.entity(platform, key)
        return state_of(self._hass, entity_id) if entity_id and self._hass.states.get(entity_id) else ""


@pytest.mark.usefixtures("mqtt")
async def test_home_assistant_makes_a_device_of_it(
    hass: HomeAssistant, data: dict[str, Any], port: int, caplog: pytest.LogCaptureFixture
) -> None:
    seen = Device(hass, ID)
    entry = bot_entry(data, topics("home/#") + alerts(WARM), SHOWN | BY_ANYBODY)
    async with running(hass, entry, state=None) as bot:
        await until(lambda: seen.state("binary_sensor", "online") == "on")
        await until(lambda: seen.state("sensor", "alerts_firing") == "0")
        await until(lambda: seen.state("sensor", "last_alert") == "unknown")
        await until(lambda: seen.state("button", "reconnect") == "unknown")
        await until(lambda: seen.state("switch", "pause") == "off")
        await publish(port, "home/oven", "31")
        await until(lambda: seen.state("sensor", "alerts_firing") == "1")
        await until(lambda: seen.state("sensor", "last_alert").endswith("oven: 31"))
        switch = {"entity_id": seen.entity("switch", "pause")}
        await hass.services.async_call("switch", "turn_on", switch, blocking=True)
        await until(lambda: bot.bot.paused)
        await until(lambda: seen.state("switch", "pause") == "on")
        # What the connection begins with tells no counters: nothing is told to have changed by that.
        last = seen.entity("sensor", "last_alert")
        states: list[str] = []
        hass.bus.async_listen("state_changed", callback(lambda event: states.append(told_of(event, last))))
        before = bot.broker.connack
        bot.broker.reconnect()
        await until(lambda: bot.settled and bot.broker.connack is not before)
        await until(lambda: seen.state("sensor", "alerts_firing") == "1")
        assert set(filter(None, states)) <= {"unavailable", state_of(hass, last)}

        hass.config_entries.async_update_entry(entry, options=SHOWN | BY_SECRET)
        await until(lambda: not seen.entity("switch", "pause") and not seen.entity("button", "reconnect"))
        await until(lambda: seen.state("binary_sensor", "paused") in {"on", "off"})
    await until(lambda: seen.state("binary_sensor", "online") == "off")
    assert seen.state("sensor", "alerts_firing") == "unavailable"
    await hass.config_entries.async_remove(entry.entry_id)
    await until(lambda: not seen.entity("binary_sensor", "online"))
    complaints = [each for each in caplog.records if each.name.startswith("homeassistant.components.mqtt")]
    assert [each.getMessage() for each in complaints if each.levelname in {"WARNING", "ERROR"}] == []
    assert "Template variable" not in caplog.text


@pytest.mark.usefixtures("mqtt")
async def test_through_home_assistants_connection_it_is_the_same(hass: HomeAssistant, port: int) -> None:
    entry = bot_entry({"mode": "home_assistant", **NO_ACCOUNT}, topics("home/#"), SHOWN | BY_ANYBODY)
    seen = Device(hass, f"dinox-mqtt-bot-{entry.entry_id}")
    async with running(hass, entry, state=None) as bot:
        await until(lambda: seen.state("binary_sensor", "online") == "on")
        await until(lambda: seen.state("switch", "pause") == "off")
        switch = {"entity_id": seen.entity("switch", "pause")}
        await hass.services.async_call("switch", "turn_on", switch, blocking=True)
        await until(lambda: bot.bot.paused)
        await until(lambda: seen.state("switch", "pause") == "on")
        assert len(bot.bot.readings.devices) == 0
    await hass.config_entries.async_remove(entry.entry_id)
    await until(lambda: not seen.entity("binary_sensor", "online"))
    assert await retained(port, "homeassistant/#", "dinox/#") == {}


# The options.


async def _options(hass: HomeAssistant, entry: MockConfigEntry, **typed: object) -> Any:
    form = await hass.config_entries.options.async_init(entry.entry_id)
    sections = {"alerts": {}, "free_text_section": {}, "on_mqtt": typed}
    return await hass.config_entries.options.async_configure(form["flow_id"], sections)


async def test_a_device_without_a_status_is_refused(hass: HomeAssistant) -> None:
    entry = bot_entry(standalone(1) | NO_ACCOUNT)
    entry.add_to_hass(hass)
    form = await _options(hass, entry, tell_status=False, discoverable=True)
    assert asked(form) == "init on_mqtt: discoverable_needs_status"


@pytest.mark.parametrize("typed", [{}, {"remote_secret": " short "}])
async def test_a_secret_that_can_be_guessed_is_refused(hass: HomeAssistant, typed: dict[str, str]) -> None:
    entry = bot_entry(standalone(1) | NO_ACCOUNT)
    entry.add_to_hass(hass)
    form = await _options(hass, entry, remote="secret", **typed)
    assert asked(form) == "init on_mqtt: remote_secret_short"
    assert form["description_placeholders"] == {"least": "12"}


async def test_the_secret_is_kept_and_never_shown_again(hass: HomeAssistant) -> None:
    entry = bot_entry(standalone(1) | NO_ACCOUNT)
    entry.add_to_hass(hass)
    await _options(hass, entry, remote="secret", remote_secret=f" {SECRET} ")
    assert entry.options["remote_secret"] == SECRET
    form = await hass.config_entries.options.async_init(entry.entry_id)
    assert suggested(form)["remote"] == "secret"
    assert SECRET not in str(suggested(form))
    await _options(hass, entry, remote="secret", discoverable=True)
    assert entry.options["remote_secret"] == SECRET
    assert entry.options["discoverable"] is True


async def test_the_diagnostics_do_not_have_the_secret(
    hass: HomeAssistant, data: dict[str, Any], hass_client: ClientSessionGenerator
) -> None:
    entry = bot_entry(data, (), BY_SECRET)
    async with running(hass, entry):
        told = await get_diagnostics_for_config_entry(hass, hass_client, entry)
        assert told["options"]["remote"] == "secret"
        assert SECRET not in json.dumps(told)
