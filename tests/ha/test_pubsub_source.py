"""A bot on a Prosody account: PubSub in the place of MQTT, and beside it. Everything is real."""

from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
import pytest_socket
from running import (
    ALICE,
    BOT,
    USERS,
    account,
    bot_entry,
    contacts,
    reachable,
    running,
    standalone,
    topics,
    until,
)

from custom_components.dinox_mqtt_bot.bot.model.rules import Priority, Subscription
from custom_components.dinox_mqtt_bot.bot.model.status import BotState, Phase
from custom_components.dinox_mqtt_bot.bot.pubsub.nodes import ItemType
from custom_components.dinox_mqtt_bot.const import (
    CONF_DISCOVERY,
    CONF_MODE,
    CONF_PUBSUB_ONLY,
    CONF_PUBSUB_SERVICE,
    CONF_SERVER,
    Mode,
)
from custom_components.dinox_mqtt_bot.xmpp.pubsub.items import payload_of
from custom_components.dinox_mqtt_bot.xmpp.pubsub.progress import Progress
from custom_components.dinox_mqtt_bot.xmpp.pubsub.pubsub_broker import PubSubBroker
from lab.person import Person
from lab.prosody import Prosody
from lab.servers import Lab

SERVICE = "pubsub.home.test"
NEWER = Path(__file__).parents[2] / ".servers" / "prosody-modules"


@pytest.fixture
def own_prosody(own_lab: Lab) -> Generator[Prosody]:
    """A server to stop and start, with PubSub and without MQTT."""
    pytest_socket.enable_socket()
    return own_lab.prosody(users=USERS)


@pytest.fixture
def newer_prosody(own_lab: Lab) -> Generator[Prosody]:
    """A server whose nodes are on MQTT too."""
    if not NEWER.is_dir():
        pytest.fail("the newer mod_pubsub_mqtt is not here: scripts/setup --servers")
    pytest_socket.enable_socket()
    return own_lab.prosody(users=USERS, mqtt=True, newer_mqtt=True)


@pytest.fixture
async def you(own_lab: Lab, request: pytest.FixtureRequest) -> AsyncGenerator[Person]:
    name = "newer_prosody" if "newer_prosody" in request.fixturenames else "own_prosody"
    server = request.getfixturevalue(name)
    async with Person(ALICE, "alicepw", server.ports["c2s"], own_lab.client_ssl()) as person:
        person.client.register_plugin("xep_0060")
        yield person


def on_prosody(lab: Lab, server: Prosody, *, pubsub_only: bool) -> dict[str, Any]:
    """Return what the settings keep of a bot on a Prosody account."""
    return {
        **standalone(server.ports["mqtt"]),
        **account(server.ports["c2s"], lab.ca),
        CONF_MODE: Mode.XMPP_ACCOUNT.value,
        CONF_SERVER: "prosody",
        CONF_PUBSUB_ONLY: pubsub_only,
        CONF_PUBSUB_SERVICE: SERVICE,
    }


def on_pubsub(lab: Lab, server: Prosody, *filters: str | Subscription) -> Any:
    data = on_prosody(lab, server, pubsub_only=True)
    return bot_entry(data, [*topics(*filters), *contacts(ALICE)], {CONF_DISCOVERY: False})


async def publish(person: Person, node: str, *texts: str, kind: ItemType = ItemType.UTF8) -> None:
    for text in texts:
        await person.client.plugin["xep_0060"].publish(SERVICE, node, payload=payload_of(kind, text))


def everything(person: Person) -> str:
    return "\n".join(heard.text for heard in person.all)


def late_lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.startswith("⏰")]


async def test_items_become_chat_messages_by_their_types(
    hass: HomeAssistant, own_lab: Lab, own_prosody: Prosody, you: Person
) -> None:
    filters = [f"{SERVICE}/{kind}/{kind}s" for kind in ItemType]
    async with running(hass, on_pubsub(own_lab, own_prosody, *filters, "plain")) as bot:
        assert isinstance(bot.broker, PubSubBroker)
        await publish(you, "jsons", '{"temperature": 21.5, "unit": "°C"}', kind=ItemType.JSON)
        assert (await you.next("*jsons")).text == "*jsons (JSON)* temperature: 21.5 °C"
        await publish(you, "utf8s", "door open")
        assert (await you.next("*utf8s*")).text == "*utf8s* door open"
        await publish(you, "atom_titles", "Dinner is ready", kind=ItemType.ATOM_TITLE)
        assert (await you.next("*atom_titles*")).text == "*atom_titles* Dinner is ready"
        await publish(you, "plain", "21.5 °C")
        assert (await you.next("*plain*")).text == "*plain* 21.5 °C"


async def test_the_bot_publishes_items_and_answers_for_its_connection(
    hass: HomeAssistant, own_lab: Lab, own_prosody: Prosody, you: Person
) -> None:
    async with running(hass, on_pubsub(own_lab, own_prosody, "lamp")) as bot:
        await reachable(bot)
        you.say(BOT, f'/mqtt publish {SERVICE}/json/lamp/set {{"on": true}}')
        await you.next("lamp/set")
        items = await you.client.plugin["xep_0060"].get_items(SERVICE, "lamp/set")
        (item,) = items["pubsub"]["items"]
        assert item["payload"].text == '{"on": true}'
        you.say(BOT, "/mqtt config")
        assert f"Broker: PubSub ({SERVICE})" in (await you.next("configuration")).text
        you.say(BOT, "/mqtt subscribe home/#")
        you.say(BOT, "/mqtt subscribe other")
        await you.next("Nothing is known of “other”")
        you.say(BOT, "yes")
        await you.next("Subscribed to other")
        await publish(you, "other", "new")
        assert (await you.next("*other*")).text == "*other* new"


async def test_ten_items_missed_over_a_restart_are_shown_once_late_and_in_order(
    hass: HomeAssistant, own_lab: Lab, own_prosody: Prosody, you: Person
) -> None:
    entry = on_pubsub(own_lab, own_prosody, f"{SERVICE}/json/sensors")
    async with running(hass, entry):
        await publish(you, "sensors", '{"t": 1}', kind=ItemType.JSON)
        await you.next("sensors (JSON)")
    await publish(you, "sensors", *(f'{{"t": {10 + number}}}' for number in range(10)), kind=ItemType.JSON)
    assert await hass.config_entries.async_setup(entry.entry_id)
    heard = await you.next("⏰")
    assert late_lines(heard.text) == [f"⏰ sensors (JSON): t: {10 + number}" for number in range(10)]
    await until(lambda: entry.runtime_data.bot.status.state is BotState.ONLINE)
    assert await hass.config_entries.async_unload(entry.entry_id)
    # The server restarts as well, and nothing comes twice.
    await you.leave()
    own_prosody.stop()
    own_prosody.start()
    await you.arrive()
    you.client.register_plugin("xep_0060")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(lambda: entry.runtime_data.broker.status.phase is Phase.ONLINE)
    await publish(you, "sensors", '{"t": 99}', kind=ItemType.JSON)
    assert (await you.next("t: 99")).text == "*sensors (JSON)* t: 99"
    assert [heard.text for heard in you.all if "⏰" in heard.text] == [heard.text]
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()


async def test_a_missed_item_of_an_urgent_topic_rings_late(
    hass: HomeAssistant, own_lab: Lab, own_prosody: Prosody, you: Person
) -> None:
    entry = on_pubsub(own_lab, own_prosody, Subscription("leak", priority=Priority.CRITICAL))
    async with running(hass, entry):
        await publish(you, "leak", "dry")
        await you.next("dry")
    await publish(you, "leak", "WET")
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert (await you.next("WET")).text == "🔴 ⏰ *leak* WET\ncame late"
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()


async def test_a_kill_before_it_was_written_down_what_was_told_tells_nothing_twice(
    hass: HomeAssistant, own_lab: Lab, own_prosody: Prosody, you: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = on_pubsub(own_lab, own_prosody, "killed")
    async with running(hass, entry) as bot:
        await until(lambda: bot.broker.status.phase is Phase.ONLINE)
        with monkeypatch.context() as patched:
            patched.setattr(Progress, "keep", lambda self: None)
            patched.setattr(Progress, "write", lambda self: None)
            await publish(you, "killed", "1", "2")
            await you.next("*killed* 2")
            assert await hass.config_entries.async_unload(entry.entry_id)
    await publish(you, "killed", "3")
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert (await you.next("⏰")).text == "⏰ *killed* 3\ncame late"
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()


async def test_a_server_that_restarts_under_the_bot_loses_nothing(
    hass: HomeAssistant, own_lab: Lab, own_prosody: Prosody, you: Person
) -> None:
    async with running(hass, on_pubsub(own_lab, own_prosody, "steady")) as bot:
        await publish(you, "steady", "1")
        await you.next("*steady* 1")
        await you.leave()
        own_prosody.stop()
        await until(lambda: bot.broker.status.phase is not Phase.ONLINE)
        own_prosody.start()
        await you.arrive()
        you.client.register_plugin("xep_0060")
        await publish(you, "steady", "2")
        await until(lambda: bot.broker.status.phase is Phase.ONLINE, 60)
        assert (await you.next("*steady* 2", 30)).text.startswith(("*steady* 2", "⏰ *steady* 2"))
        await publish(you, "steady", "3")
        assert (await you.next("*steady* 3")).text == "*steady* 3"


async def test_what_mqtt_misses_is_fetched_from_pubsub(
    hass: HomeAssistant, own_lab: Lab, newer_prosody: Prosody, you: Person
) -> None:
    data = on_prosody(own_lab, newer_prosody, pubsub_only=False)
    filters = topics(f"{SERVICE}/json/sensors", f"{SERVICE}/utf8/door")
    entry = bot_entry(data, [*filters, *contacts(ALICE)], {CONF_DISCOVERY: False})
    async with running(hass, entry) as bot:
        await until(lambda: bot.broker.status.phase is Phase.ONLINE)
        await publish(you, "sensors", '{"t": 1}', kind=ItemType.JSON)
        assert (await you.next("*sensors")).text == "*sensors (JSON)* t: 1"
        await publish(you, "door", "open", "open")
        await you.next("*door*")
        you.say(BOT, "/mqtt config")
        assert f"Also in PubSub: {SERVICE}" in (await you.next("configuration")).text
        await publish(you, "window", "shut")
        you.say(BOT, f"/mqtt subscribe {SERVICE}/utf8/window")
        assert (await you.next("📌")).text == "📌 *window* shut"
    await publish(you, "sensors", *(f'{{"t": {10 + number}}}' for number in range(10)), kind=ItemType.JSON)
    await publish(you, "door", "open")
    assert await hass.config_entries.async_setup(entry.entry_id)
    heard = await you.next("⏰")
    await until(lambda: len(late_lines(everything(you))) >= 11)
    assert late_lines(everything(you)) == [
        *(f"⏰ sensors (JSON): t: {10 + number}" for number in range(10)),
        "⏰ door: open",
    ], heard
    await publish(you, "door", "closed")
    assert (await you.next("closed")).text == "*door* closed"
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
