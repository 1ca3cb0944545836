"""A whole bot on real servers, and the people and devices around it."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import asynccontextmanager
from hashlib import blake2b
import os
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

from homeassistant.config_entries import ConfigSubentry, ConfigSubentryData
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PATH, CONF_PORT, CONF_PROTOCOL, CONF_USERNAME
from homeassistant.core import Context, HomeAssistant, State
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.dinox_mqtt_bot.bot.model.rules import AlertRule, Contact, Subscription
from custom_components.dinox_mqtt_bot.bot.model.status import BotState, Phase
from custom_components.dinox_mqtt_bot.broker.link import BrokerLink
from custom_components.dinox_mqtt_bot.const import (
    CONF_CA,
    CONF_CLIENT_CERT,
    CONF_CLIENT_ID,
    CONF_CLIENT_KEY,
    CONF_INSECURE_OK,
    CONF_JID,
    CONF_MODE,
    CONF_TLS,
    CONF_TRANSPORT,
    CONF_XMPP_CA,
    CONF_XMPP_HOST,
    CONF_XMPP_PASSWORD,
    CONF_XMPP_PORT,
    CONF_XMPP_RESOURCE,
    CONF_XMPP_SECURITY,
    DOMAIN,
    Mode,
)
from custom_components.dinox_mqtt_bot.entry.rules import ALERTS, CONTACTS, TOPICS

LOOPBACK = "127.0.0.1"
BOT = "bot@home.test"
ALICE = "alice@home.test"
USERS = {"bot": "botpw", "alice": "alicepw"}


def client_id() -> str:
    """Return the client id of the test's bot: the broker keeps a session, with subscriptions, for each."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
    return f"dinox-mqtt-bot-{blake2b(test.encode(), digest_size=6).hexdigest()}"


def standalone(port: int) -> dict[str, Any]:
    """Return how to connect to a broker on this machine."""
    return {
        CONF_MODE: Mode.STANDALONE.value,
        CONF_HOST: LOOPBACK,
        CONF_PORT: port,
        CONF_CLIENT_ID: client_id(),
        CONF_USERNAME: "",
        CONF_PASSWORD: "",
        CONF_TLS: "off",
        CONF_CA: "",
        CONF_CLIENT_CERT: "",
        CONF_CLIENT_KEY: "",
        CONF_PROTOCOL: "automatic",
        CONF_TRANSPORT: "tcp",
        CONF_PATH: "/mqtt",
    }


def mqtt_entry(port: int) -> MockConfigEntry:
    """Return Home Assistant's own MQTT integration, connected to a broker on this machine."""
    return MockConfigEntry(
        domain="mqtt",
        data={"broker": LOOPBACK, "port": port, "protocol": "5"},
        options={"discovery": False, "birth_message": {}, "will_message": {}},
        version=2,
        minor_version=1,
    )


def account(port: int, ca: Path, password: str = "botpw") -> dict[str, Any]:
    """Return how to log in to an XMPP server on this machine."""
    return {
        CONF_JID: BOT,
        CONF_XMPP_PASSWORD: password,
        CONF_XMPP_HOST: LOOPBACK,
        CONF_XMPP_PORT: port,
        CONF_XMPP_RESOURCE: "ha",
        CONF_XMPP_SECURITY: "starttls",
        CONF_XMPP_CA: ca.read_text("ascii"),
        CONF_INSECURE_OK: False,
    }


NO_ACCOUNT = {CONF_JID: "", CONF_XMPP_PASSWORD: ""}


def topics(*filters: str | Subscription) -> list[ConfigSubentryData]:
    """Return topic subentries."""
    return [TOPICS.write(each if isinstance(each, Subscription) else Subscription(each)) for each in filters]


def contacts(*jids: str | Contact) -> list[ConfigSubentryData]:
    """Return contact subentries."""
    return [CONTACTS.write(each if isinstance(each, Contact) else Contact(each)) for each in jids]


def alerts(*rules: AlertRule) -> list[ConfigSubentryData]:
    """Return alert subentries."""
    return [ALERTS.write(each) for each in rules]


def bot_entry(
    data: dict[str, Any], subentries: Iterable[ConfigSubentryData] = (), options: dict[str, Any] | None = None
) -> MockConfigEntry:
    """Return a config entry, not yet added."""
    return MockConfigEntry(
        domain=DOMAIN, title="Bot", data=data, options=options or {}, subentries_data=list(subentries)
    )


def add_subentry(hass: HomeAssistant, entry: MockConfigEntry, subentry: ConfigSubentryData) -> ConfigSubentry:
    """Add a subentry as the settings do."""
    added = ConfigSubentry(
        data=MappingProxyType(dict(subentry["data"])),
        subentry_type=subentry["subentry_type"],
        title=subentry["title"],
        unique_id=subentry["unique_id"],
    )
    hass.config_entries.async_add_subentry(entry, added)
    return added


@asynccontextmanager
async def running(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    state: BotState | None = BotState.WAITING,
    *,
    forget: bool = True,
):
    """Set a bot up, wait for this state, unload it, and `forget` the status it left at the broker."""
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    try:
        if state is not None:
            await until(lambda: entry.runtime_data.bot.status.state is state)
        if state in {BotState.WAITING, BotState.ONLINE}:
            await subscribed(entry.runtime_data)
        yield entry.runtime_data
    finally:
        if entry.state.name == "LOADED":
            assert await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()
        if forget:
            await _forget_status(entry)


async def _forget_status(entry: MockConfigEntry) -> None:
    """Clear what a bot's status left at the broker, where the next test's bot would see another bot."""
    if entry.data.get(CONF_MODE) == Mode.STANDALONE and not entry.data[CONF_USERNAME]:
        topic = f"dinox/bots/status/{entry.data[CONF_CLIENT_ID]}"
        command = ("mosquitto_pub", "-h", LOOPBACK, "-p", str(entry.data[CONF_PORT]), "-t", topic, "-r", "-n")
        quiet = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
        await process.wait()


PATIENCE = 60.0
"""Seconds after which something never came, on a machine that does much else."""


async def until(condition: Callable[[], object], within: float = PATIENCE) -> None:
    """Wait for a condition that only the outside world makes true."""
    async with asyncio.timeout(within):
        while not condition():
            await asyncio.sleep(0.02)


async def subscribed(bot: Any) -> None:
    """Wait until the broker has answered for every topic: what is published before may be missed."""
    # Home Assistant's own connection subscribes when it finds the time; PubSub fetches what it has missed.
    if isinstance(bot.broker, BrokerLink):
        wanted = bot.broker._wanted
        await until(lambda: wanted._wanted.keys() <= wanted._granted.keys() | wanted.refused.keys())


async def reachable(bot: Any, within: float = PATIENCE) -> None:
    """Wait until the server has taken the bot's presence: what is written to the bot before comes late."""
    await until(lambda: bot.chat.status.phase is Phase.ONLINE, within)
    assert await bot.chat._session.alive()


async def ask(hass: HomeAssistant, action: str, context: Context | None = None, **values: object) -> Any:
    """Call an action of the bot and return what it answers."""
    return await hass.services.async_call(
        DOMAIN, action, values, blocking=True, return_response=True, context=context
    )


async def context_of(hass: HomeAssistant, group: str) -> Context:
    """Return the context of what Ann does, who is in this group."""
    user = MockUser(name="Ann", groups=[await hass.auth.async_get_group(group)]).add_to_hass(hass)
    return Context(user_id=user.id)


def shown(hass: HomeAssistant, entity_id: str) -> State:
    state = hass.states.get(entity_id)
    assert state is not None, f"{entity_id} is none of {sorted(hass.states.async_entity_ids())}"
    return state


def state_of(hass: HomeAssistant, entity_id: str) -> str:
    return shown(hass, entity_id).state


def is_in(hass: HomeAssistant, entity_id: str, wanted: str) -> Callable[[], bool]:
    return lambda: state_of(hass, entity_id) == wanted


async def publish(port: int, topic: str, payload: str, *options: str) -> None:
    """Publish as somebody else, with QoS 1."""
    await _run(
        "mosquitto_pub", "-h", LOOPBACK, "-p", str(port), "-q", "1", "-t", topic, "-m", payload, *options
    )


async def publish_file(port: int, topic: str, file: Path) -> None:
    """Publish the bytes of a file, with QoS 1."""
    await _run("mosquitto_pub", "-h", LOOPBACK, "-p", str(port), "-q", "1", "-t", topic, "-f", str(file))


async def publish_lines(port: int, topic: str, file: Path) -> None:
    """Publish every line of a file, one after the other, with QoS 1."""
    command = ("mosquitto_pub", "-h", LOOPBACK, "-p", str(port), "-q", "1", "-t", topic, "-l")
    with file.open("rb") as lines:
        await _run(*command, stdin=lines)


async def next_on(port: int, topic: str) -> str:
    """Return the next message on a topic, a retained one included."""
    return await _run(
        "mosquitto_sub", "-h", LOOPBACK, "-p", str(port), "-t", topic, "-C", "1", "-W", f"{PATIENCE:.0f}"
    )


async def _run(*command: str, stdin: IO[bytes] | None = None) -> str:
    process = await asyncio.create_subprocess_exec(*command, stdin=stdin, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    assert process.returncode == 0, command
    return output.decode().rstrip("\n")
