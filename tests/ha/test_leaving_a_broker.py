"""A bot that moves or is removed leaves nothing at the broker where it was, also if that was away then."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from running import (
    LOOPBACK,
    NO_ACCOUNT,
    bot_entry,
    client_id,
    mqtt_entry,
    publish,
    running,
    standalone,
    topics,
    until,
)

from custom_components.dinox_mqtt_bot.const import CONF_TELL_STATUS, DOMAIN
from custom_components.dinox_mqtt_bot.runtime import removal
from custom_components.dinox_mqtt_bot.runtime.removal import Leftovers, leftovers
from lab.servers import Lab, Server


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "RETRY_SECONDS", (0.1, 0.5))
    monkeypatch.setattr(removal, "CLEAR_SECONDS", 2.0)


@pytest.fixture
def old(own_lab: Lab) -> Server:
    """The broker where the bot is at first."""
    return own_lab.mosquitto(extra="persistence true\n")


def status() -> str:
    return f"dinox/bots/status/{client_id()}"


async def retained(server: Server, topic: str) -> str:
    """Return what a broker retains on a topic, empty for nothing."""
    command = ("mosquitto_sub", "-h", LOOPBACK, "-p", str(server.ports["mqtt"]), "-t", topic, "-W", "1")
    process = await asyncio.create_subprocess_exec(
        *command, "--retained-only", stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return output.decode()


def _session(port: int, name: str) -> bool:
    found: list[bool] = []
    client = paho.Client(
        CallbackAPIVersion.VERSION2, name, clean_session=False, protocol=MQTTProtocolVersion.MQTTv311
    )
    client.on_connect = lambda _c, _u, flags, _r, _p: found.append(flags.session_present)
    client.connect(LOOPBACK, port)
    while not found:
        client.loop(0.1)
    client.disconnect()
    return found[0]


async def has_session(server: Server, name: str = "") -> bool:
    """Say whether a broker keeps a session of the bot; whoever asks takes it over."""
    return await asyncio.to_thread(_session, server.ports["mqtt"], name or client_id())


async def tidied(hass: HomeAssistant) -> None:
    places = leftovers(hass)
    await until(lambda: places._places is not None and not any(each.left for each in places._places))


async def nothing_at(server: Server) -> None:
    assert await retained(server, status()) == ""
    assert not await has_session(server)


def left_behind(hass: HomeAssistant) -> list[ir.IssueEntry]:
    return [
        issue
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN and issue.translation_key == "left_behind"
    ]


def move(hass: HomeAssistant, entry: MockConfigEntry, **data: Any) -> None:
    hass.config_entries.async_update_entry(entry, data={**entry.data, **data})


async def moved(entry: MockConfigEntry, port: int) -> None:
    await until(
        lambda: (
            entry.state is ConfigEntryState.LOADED
            and entry.data["port"] == port
            and entry.runtime_data.settled
        ),
        20,
    )


def at(server: Server, **data: Any) -> dict[str, Any]:
    return standalone(server.ports["mqtt"]) | NO_ACCOUNT | data


@pytest.mark.parametrize("protocol", ["automatic", "mqtt_311"])
async def test_a_removed_bot_leaves_neither_status_nor_session(
    hass: HomeAssistant, old: Server, protocol: str
) -> None:
    entry = bot_entry(at(old, protocol=protocol), topics("home/#"))
    async with running(hass, entry, forget=False):
        await until(lambda: entry.runtime_data.settled)
    assert '"offline"' in await retained(old, status())
    await hass.config_entries.async_remove(entry.entry_id)
    await nothing_at(old)
    assert leftovers(hass)._places == []


@pytest.mark.parametrize("protocol", ["automatic", "mqtt_311"])
@pytest.mark.parametrize("options", [{}, {CONF_TELL_STATUS: False}])
async def test_a_bot_that_moves_leaves_nothing_at_the_old_broker(
    hass: HomeAssistant, old: Server, mosquitto: Server, protocol: str, options: dict[str, Any]
) -> None:
    entry = bot_entry(at(old, protocol=protocol), topics("home/#"), options)
    async with running(hass, entry):
        await until(lambda: entry.runtime_data.settled)
        move(hass, entry, port=mosquitto.ports["mqtt"])
        await moved(entry, mosquitto.ports["mqtt"])
        await tidied(hass)
        await nothing_at(old)
        assert entry.runtime_data.online
        assert bool(await retained(mosquitto, status())) == (not options)


async def test_a_bot_with_a_new_client_id_leaves_nothing_of_the_old_one(
    hass: HomeAssistant, old: Server
) -> None:
    entry = bot_entry(at(old), topics("home/#"))
    async with running(hass, entry):
        await until(lambda: entry.runtime_data.settled)
        move(hass, entry, client_id="another")
        await moved(entry, old.ports["mqtt"])
        await tidied(hass)
        await nothing_at(old)
        assert await retained(old, "dinox/bots/status/another")


@pytest.mark.parametrize("options", [{}, {CONF_TELL_STATUS: False}])
async def test_the_same_broker_at_another_address_is_left_alone(
    hass: HomeAssistant, old: Server, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = bot_entry(at(old), topics("home/#"), options)
    async with running(hass, entry):
        await until(lambda: entry.runtime_data.settled)
        move(hass, entry, host="localhost")
        await until(lambda: len(leftovers(hass)._places or ()) == 2)
        await moved(entry, old.ports["mqtt"])
        await tidied(hass)
        await until(lambda: entry.runtime_data.settled)
        assert bool(await retained(old, status())) == (not options)
        await publish(old.ports["mqtt"], "home/x", "1")
        await until(lambda: entry.runtime_data.bot.status.messages)
    assert await has_session(old)


async def test_a_bot_that_moves_to_an_account_without_sessions_leaves_nothing(
    hass: HomeAssistant, old: Server
) -> None:
    entry = bot_entry(at(old), topics("home/#"))
    async with running(hass, entry, forget=False):
        await until(lambda: entry.runtime_data.settled)
    # What is set up next is no bot that leaves anything itself.
    gone = bot_entry({**entry.data, "mode": "xmpp_account", "server": "prosody", "jid": "bot@home.test"})
    object.__setattr__(gone, "entry_id", entry.entry_id)
    await leftovers(hass).async_settle(gone)
    hass.config_entries.async_update_entry(entry, data=dict(gone.data))
    await tidied(hass)
    await nothing_at(old)


@pytest.mark.usefixtures("mock_hass_config")
async def test_home_assistants_connection_is_left_without_a_status(
    hass: HomeAssistant, old: Server, mosquitto: Server
) -> None:
    mqtt = mqtt_entry(old.ports["mqtt"])
    mqtt.add_to_hass(hass)
    assert await hass.config_entries.async_setup(mqtt.entry_id)
    entry = bot_entry({"mode": "home_assistant"} | NO_ACCOUNT, topics("home/#"))
    topic = f"dinox/bots/status/{entry.entry_id}"
    async with running(hass, entry, forget=False):
        await until(lambda: entry.runtime_data.settled)
        assert await retained(old, topic)
        hass.config_entries.async_update_entry(entry, data=at(mosquitto))
        await moved(entry, mosquitto.ports["mqtt"])
        await tidied(hass)
        assert await retained(old, topic) == ""
    assert await hass.config_entries.async_unload(mqtt.entry_id)


async def test_where_nothing_is_retained_only_the_session_is_to_be_ended(
    hass: HomeAssistant, own_lab: Lab
) -> None:
    server = own_lab.mosquitto(extra="retain_available false\n")
    entry = bot_entry(at(server), topics("home/#"), {CONF_TELL_STATUS: False})
    async with running(hass, entry, forget=False):
        pass
    await hass.config_entries.async_remove(entry.entry_id)
    assert left_behind(hass) == []
    assert not await has_session(server)


# A broker that is away


async def test_a_broker_that_is_away_is_tidied_up_when_it_is_back(
    hass: HomeAssistant, old: Server, mosquitto: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removal, "CLEAR_SECONDS", 0.5)
    entry = bot_entry(at(old), topics("home/#"))
    async with running(hass, entry):
        await until(lambda: entry.runtime_data.settled)
        old.stop()
        move(hass, entry, port=mosquitto.ports["mqtt"])
        await moved(entry, mosquitto.ports["mqtt"])
        await until(lambda: left_behind(hass))
        (issue,) = left_behind(hass)
        told = issue.translation_placeholders
        assert told is not None
        assert (told["host"], told["port"]) == (LOOPBACK, str(old.ports["mqtt"]))
        assert (told["topic"], told["client_id"]) == (status(), client_id())
        old.start()
        monkeypatch.setattr(removal, "CLEAR_SECONDS", 5.0)
        await tidied(hass)
        assert left_behind(hass) == []
        await nothing_at(old)
        assert entry.runtime_data.online


@pytest.mark.parametrize("restart", [False, True])
async def test_what_a_removed_bot_left_is_remembered_over_a_restart(
    hass: HomeAssistant, old: Server, mosquitto: Server, monkeypatch: pytest.MonkeyPatch, restart: bool
) -> None:
    monkeypatch.setattr(removal, "CLEAR_SECONDS", 0.5)
    entry = bot_entry(at(old), topics("home/#"))
    async with running(hass, entry, forget=False):
        await until(lambda: entry.runtime_data.settled)
    old.stop()
    await hass.config_entries.async_remove(entry.entry_id)
    (issue,) = left_behind(hass)
    assert issue.is_persistent
    if restart:
        await forgotten(hass)
    old.start()
    monkeypatch.setattr(removal, "CLEAR_SECONDS", 5.0)
    async with another(hass, mosquitto):
        await tidied(hass)
    await nothing_at(old)
    assert left_behind(hass) == []


async def forgotten(hass: HomeAssistant) -> None:
    """Lose what is only in memory, as with a restart."""
    before = leftovers(hass)
    assert before._task is not None
    before._task.cancel()
    await asyncio.wait([before._task])
    hass.data[removal.LEFTOVERS] = Leftovers(hass)


@asynccontextmanager
async def another(hass: HomeAssistant, server: Server) -> AsyncIterator[None]:
    """Run another bot, as there is after a restart."""
    async with running(hass, bot_entry(at(server, client_id="another-bot"), topics("x"))):
        yield


async def test_in_the_end_it_is_given_up_and_said(
    hass: HomeAssistant, old: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removal, "CLEAR_SECONDS", 0.2)
    monkeypatch.setattr(removal, "GIVE_UP_SECONDS", 0.0)
    entry = bot_entry(at(old))
    entry.add_to_hass(hass)
    old.stop()
    await hass.config_entries.async_remove(entry.entry_id)
    await tidied(hass)
    assert len(left_behind(hass)) == 1


async def test_whoever_comes_back_finds_its_session(
    hass: HomeAssistant, old: Server, mosquitto: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removal, "CLEAR_SECONDS", 0.3)
    entry = bot_entry(at(old), topics("home/#"))
    async with running(hass, entry):
        await until(lambda: entry.runtime_data.settled)
        old.stop()
        move(hass, entry, port=mosquitto.ports["mqtt"])
        await moved(entry, mosquitto.ports["mqtt"])
        await until(lambda: left_behind(hass))
        move(hass, entry, port=old.ports["mqtt"])
        await until(
            lambda: (
                [each.port for each in leftovers(hass)._places or () if not each.left] == [old.ports["mqtt"]]
            )
        )
        assert left_behind(hass) == []
        monkeypatch.setattr(removal, "CLEAR_SECONDS", 5.0)
        old.start()
        await moved(entry, old.ports["mqtt"])
        await tidied(hass)
    assert await retained(mosquitto, status()) == ""
