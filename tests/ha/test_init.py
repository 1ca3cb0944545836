"""A bot from set-up to removal, on a real broker and a real XMPP server."""

import asyncio
from contextlib import suppress
from dataclasses import replace
import math
from pathlib import Path
import threading
from typing import Any

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from running import (
    ALICE,
    BOT,
    LOOPBACK,
    NO_ACCOUNT,
    account,
    add_subentry,
    alerts,
    bot_entry,
    client_id,
    contacts,
    next_on,
    publish,
    reachable,
    running,
    standalone,
    subscribed,
    topics,
    until,
)

from custom_components.dinox_mqtt_bot.bot.bot import Bot
from custom_components.dinox_mqtt_bot.bot.model.message import Message
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.bot.model.rules import AlertRule, Condition, Contact, Operator
from custom_components.dinox_mqtt_bot.bot.model.status import BotState, LinkStatus, Phase
from custom_components.dinox_mqtt_bot.const import CONF_DIGEST_SECONDS, CONF_RETENTION_DAYS, DOMAIN
from custom_components.dinox_mqtt_bot.entry.connections import retention
from custom_components.dinox_mqtt_bot.entry.paths import database_path
from custom_components.dinox_mqtt_bot.flows.options import OPTIONS_FORM
from lab.person import Person
from lab.servers import Lab, Prosody, Server


@pytest.fixture
def data(both: dict[str, Any]) -> dict[str, Any]:
    return both


async def test_a_value_becomes_a_chat_message(
    hass: HomeAssistant, data: dict[str, Any], alice: Person, port: int
) -> None:
    async with running(hass, bot_entry(data, topics("init/temp") + contacts(ALICE))) as bot:
        await publish(port, "init/temp", "21.5")
        assert "init/temp" in (await alice.next("21.5")).text
        assert bot.bot.status.state is BotState.ONLINE


async def test_a_command_in_the_chat_acts_on_the_broker_and_is_answered(
    hass: HomeAssistant, data: dict[str, Any], alice: Person, port: int
) -> None:
    async with running(hass, bot_entry(data, contacts(ALICE))) as bot:
        await reachable(bot)
        alice.say(BOT, "/mqtt publish --retain init/light ON")
        assert "init/light" in (await alice.next("init/light")).text
        assert await next_on(port, "init/light") == "ON"


async def test_an_action_has_the_same_effect(hass: HomeAssistant, data: dict[str, Any], port: int) -> None:
    async with running(hass, bot_entry(data)):
        values = {"topic": "init/action", "payload": "ON", "retain": True}
        answer = await hass.services.async_call(
            DOMAIN, "publish", values, blocking=True, return_response=True
        )
        assert answer["topic"] == "init/action"
        assert await next_on(port, "init/action") == "ON"


async def test_a_subscription_made_in_the_chat_is_kept_and_works_at_once(
    hass: HomeAssistant, data: dict[str, Any], alice: Person, port: int
) -> None:
    entry = bot_entry(data, contacts(ALICE))
    async with running(hass, entry) as bot:
        await reachable(bot)
        links: list[object] = []
        bot.bot.listen(lambda announcement: links.append(getattr(announcement, "status", None)))
        alice.say(BOT, "/mqtt subscribe init/door")
        await alice.next("init/door")
        assert [each.unique_id for each in entry.get_subentries_of_type("topic")] == ["init/door"]
        await publish(port, "init/door", "open")
        await alice.next("open")
        assert {status.broker.phase for status in links if status} == {Phase.ONLINE}
        await until(lambda: hass.states.get("sensor.init_door_value").state == "open")


async def test_a_subscription_removed_in_the_settings_brings_nothing_more(
    hass: HomeAssistant, data: dict[str, Any], alice: Person, port: int
) -> None:
    entry = bot_entry(data, topics("init/gone", "init/stays") + contacts(ALICE))
    async with running(hass, entry):
        gone = next(each for each in entry.subentries.values() if each.unique_id == "init/gone")
        hass.config_entries.async_remove_subentry(entry, gone.subentry_id)
        await hass.async_block_till_done()
        await publish(port, "init/gone", "1")
        await publish(port, "init/stays", "2")
        await alice.next("init/stays")
        assert [heard.text for heard in alice.all if "init/gone" in heard.text] == []
        assert hass.states.get("sensor.init_gone_value") is None


async def test_a_contact_added_in_the_settings_is_told(
    hass: HomeAssistant, data: dict[str, Any], alice: Person, port: int
) -> None:
    entry = bot_entry(data, topics("init/new"))
    async with running(hass, entry) as bot:
        await reachable(bot)
        add_subentry(hass, entry, contacts(ALICE)[0])
        await hass.async_block_till_done()
        assert hass.states.get("notify.alice_home_test") is not None
        await publish(port, "init/new", "hello")
        await alice.next("hello")


async def test_a_wildcard_that_becomes_a_topic_gets_a_sensor_and_back(
    hass: HomeAssistant, data: dict[str, Any], entity_registry: er.EntityRegistry
) -> None:
    entry = bot_entry({**data, **NO_ACCOUNT}, topics("init/wild/#"))
    async with running(hass, entry):
        subentry = next(iter(entry.subentries.values()))
        unique_id = f"{subentry.subentry_id}_value"

        def edit(topic_filter: str) -> None:
            (new,) = topics(topic_filter)
            hass.config_entries.async_update_subentry(entry, subentry, data=new["data"], title=new["title"])

        assert entity_registry.async_get_entity_id("sensor", DOMAIN, unique_id) is None
        edit("init/plain")
        await hass.async_block_till_done()
        assert entity_registry.async_get_entity_id("sensor", DOMAIN, unique_id) == "sensor.init_plain_value"
        edit("init/other")
        await hass.async_block_till_done()
        assert hass.states.get(entity_registry.async_get_entity_id("sensor", DOMAIN, unique_id)) is not None
        edit("init/wild/#")
        await hass.async_block_till_done()
        assert entity_registry.async_get_entity_id("sensor", DOMAIN, unique_id) is None


async def test_the_digest_changes_without_a_reload_and_the_retention_with_one(
    hass: HomeAssistant, data: dict
) -> None:
    entry = bot_entry({**data, **NO_ACCOUNT})
    async with running(hass, entry) as bot:
        hass.config_entries.async_update_entry(entry, options={CONF_DIGEST_SECONDS: 60})
        await hass.async_block_till_done()
        assert entry.runtime_data is bot
        assert bot.bot.rules.digest_seconds == 60
        hass.config_entries.async_update_entry(
            entry, options={CONF_DIGEST_SECONDS: 60, CONF_RETENTION_DAYS: 3}
        )
        await hass.async_block_till_done()
        assert entry.runtime_data is not bot
        assert entry.state is ConfigEntryState.LOADED


async def test_options_saved_unchanged_change_nothing(hass: HomeAssistant, data: dict[str, Any]) -> None:
    """What the form begins with is what holds without any options, so that saving it is harmless."""
    entry = bot_entry({**data, **NO_ACCOUNT})

    def behaviour() -> list[object]:
        bot = entry.runtime_data.bot
        return [bot.rules, bot.paused, bot.dialogue._hearing._bare, retention(entry.options)]

    async with running(hass, entry):
        before = behaviour()
        form = await hass.config_entries.options.async_init(entry.entry_id)
        sections = {key for key, field in OPTIONS_FORM.schema.items() if isinstance(field, section)}
        await hass.config_entries.options.async_configure(
            form["flow_id"], {str(name): {} for name in sections}
        )
        await hass.async_block_till_done()
        forms = [OPTIONS_FORM, *(OPTIONS_FORM.schema[name].schema for name in sections)]
        # A secret that was never given is none.
        assert set(entry.options) == {
            str(key) for form in forms for key in form.schema if key not in {*sections, "remote_secret"}
        }
        assert behaviour() == before


async def test_neither_broker_nor_xmpp_server_has_to_be_there_at_set_up(
    hass: HomeAssistant, own_lab: Lab, own_mosquitto: Server
) -> None:
    prosody = own_lab.prosody(users={"bot": "botpw"})
    port, c2s = own_mosquitto.ports["mqtt"], prosody.ports["c2s"]
    await asyncio.to_thread(own_mosquitto.stop)
    await asyncio.to_thread(prosody.stop)
    own_data = {**standalone(port), **account(c2s, own_lab.ca)}
    async with running(
        hass, bot_entry(own_data, topics("home/late") + contacts(ALICE)), BotState.OFFLINE
    ) as bot:
        assert hass.states.get("sensor.bot_status").attributes["reason"] == "cannot_connect"
        assert hass.states.get("binary_sensor.bot_mqtt").state == "off"
        await asyncio.to_thread(own_mosquitto.start)
        await asyncio.to_thread(prosody.start)
        await until(lambda: bot.bot.status.state is BotState.WAITING)
        await reachable(bot)
        await subscribed(bot)
        await publish(port, "home/late", "1")
        await until(lambda: bot.bot.status.state is BotState.ONLINE)


async def test_a_refused_password_asks_for_a_new_one(
    hass: HomeAssistant, port: int, prosody: Prosody, servers: Lab
) -> None:
    data = {**standalone(port), **account(prosody.ports["c2s"], servers.ca, password="wrong")}
    entry = bot_entry(data)
    async with running(hass, entry):
        await until(lambda: list(entry.async_get_active_flows(hass, {SOURCE_REAUTH})))


@pytest.mark.no_fail_on_log_exception
async def test_a_database_that_is_none_fails_the_set_up_with_a_reason(
    hass: HomeAssistant, data: dict
) -> None:
    entry = bot_entry({**data, **NO_ACCOUNT})
    path = database_path(hass, entry.entry_id)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database at all" * 100)
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "database_unusable"
    assert path.read_bytes().startswith(b"no database")


async def test_a_certificate_that_is_none_fails_the_set_up_and_lets_go_of_the_database(
    hass: HomeAssistant, data: dict
) -> None:
    entry = bot_entry({**data, "xmpp_ca": "none"})
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.error_reason_translation_key == "invalid_ca"
    assert [thread.name for thread in threading.enumerate() if "dinox" in thread.name] == []


@pytest.mark.usefixtures("own_mosquitto")
async def test_what_is_changed_while_the_bot_is_set_up_is_in_force(
    hass: HomeAssistant, data: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what needs a reload; nobody hears of a change before the bot is built."""
    entry = bot_entry({**data, **NO_ACCOUNT}, topics("here"))
    say_untold = Bot.say_untold
    rule = AlertRule("late", Condition(Operator.ABOVE, ("5",)), name="Late")
    changes = iter(
        [
            lambda: [add_subentry(hass, entry, each) for each in (*topics("late"), *alerts(rule))],
            lambda: hass.config_entries.async_update_entry(entry, options={CONF_RETENTION_DAYS: 3}),
        ]
    )

    built: list[bool] = []

    async def changed_meanwhile(bot: Bot) -> None:
        built.append("late" in bot.wanted)
        for change in changes:
            change()
            break
        await say_untold(bot)

    monkeypatch.setattr(Bot, "say_untold", changed_meanwhile)
    async with running(hass, entry) as runtime:
        assert {each.filter for each in runtime.bot.rules.subscriptions} == {"here", "late"}
        assert "late" in runtime.bot.wanted
        assert not runtime.outdated
        runtime.bot.receive(Message("late", b"9"))
        assert [alert.topic for alert in runtime.bot.alerts.active] == ["late"]
        await hass.config_entries.async_reload(entry.entry_id)

        def there() -> bool:
            """Say whether a bot is there that knows of every change; it may be reloaded once more."""
            loaded = entry.state is ConfigEntryState.LOADED and entry.runtime_data is not runtime
            return loaded and not entry.runtime_data.outdated and entry.runtime_data.online

        await until(there)
    assert built == [False, True, True]


async def test_whatever_fails_the_set_up_the_database_is_let_go(
    hass: HomeAssistant, data: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """The thread that writes it would else keep Home Assistant from ending."""
    entry = bot_entry({name: value for name, value in {**data, **NO_ACCOUNT}.items() if name != "transport"})
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert "KeyError: 'transport'" in caplog.text
    assert [thread.name for thread in threading.enumerate() if "dinox" in thread.name] == []
    caplog.clear()


def open_files() -> set[str]:
    """Return the files and sockets that this process has open, each socket by its number."""
    found = set()
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the folder itself, while it is read
            found.add(str(link.readlink()))
    return {each for each in found if each.startswith("socket:") or DOMAIN in each}


async def test_unloading_leaves_nothing_running(
    hass: HomeAssistant, data: dict[str, Any], alice: Person, port: int
) -> None:
    before = open_files()
    async with running(hass, bot_entry(data, topics("init/x") + contacts(ALICE))) as bot:
        await publish(port, "init/x", "1")
        await alice.next("init/x")
        assert len([file for file in open_files() - before if file.startswith("socket:")]) >= 2
        assert str(database_path(hass, bot.entry.entry_id)) in open_files()
    await until(lambda: open_files() <= before)
    assert [thread.name for thread in threading.enumerate() if "dinox" in thread.name] == []
    assert [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("Bot:")] == []


async def test_the_bot_says_goodbye_when_home_assistant_stops(
    hass: HomeAssistant, data: dict[str, Any], alice: Person, port: int
) -> None:
    async with running(hass, bot_entry(data, contacts(ALICE))) as bot:
        await reachable(bot)
        hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
        await hass.async_block_till_done()
        assert '"offline"' in await next_on(port, f"dinox/bots/status/{client_id()}")


async def test_removing_the_bot_removes_its_history(hass: HomeAssistant, data: dict[str, Any]) -> None:
    entry = bot_entry({**data, **NO_ACCOUNT})
    path = database_path(hass, entry.entry_id)
    async with running(hass, entry):
        assert path.exists()
    await hass.config_entries.async_remove(entry.entry_id)
    assert list(path.parent.glob(f"{entry.entry_id}*")) == []


@pytest.mark.usefixtures("own_mosquitto")
async def test_a_bot_without_an_account_has_no_chat_entities(
    hass: HomeAssistant, data: dict[str, Any]
) -> None:
    async with running(hass, bot_entry({**data, **NO_ACCOUNT}, topics("init/quiet") + contacts(ALICE))):
        assert hass.states.get("binary_sensor.bot_mqtt").state == "on"
        assert hass.states.get("binary_sensor.bot_xmpp") is None
        assert hass.states.get("sensor.bot_unread") is None
        assert hass.states.async_entity_ids("notify") == []


async def test_an_account_that_is_taken_away_leaves_no_entities(
    hass: HomeAssistant, data: dict[str, Any], entity_registry: er.EntityRegistry
) -> None:
    entry = bot_entry(data, contacts(ALICE) + topics("init/stays"))
    async with running(hass, entry):
        before = {
            each.entity_id for each in er.async_entries_for_config_entry(entity_registry, entry.entry_id)
        }
        hass.config_entries.async_update_entry(entry, data={**data, **NO_ACCOUNT})
        await hass.async_block_till_done()
        after = {
            each.entity_id for each in er.async_entries_for_config_entry(entity_registry, entry.entry_id)
        }
        assert entry.state is ConfigEntryState.LOADED
        assert before - after == {
            "button.bot_mark_as_read",
            "binary_sensor.bot_xmpp",
            "notify.alice_home_test",
            "sensor.bot_failed",
            "sensor.bot_undelivered",
            "sensor.bot_unread",
        }
        assert after <= before


async def test_what_was_held_for_a_time_comes_when_that_ends(
    hass: HomeAssistant, data: dict[str, Any], alice: Person
) -> None:
    """Though nothing happens meanwhile."""
    entry = bot_entry(data, contacts(ALICE))
    async with running(hass, entry) as runtime:
        await until(lambda: runtime.chat.status.phase is Phase.ONLINE)
        # Not to be looked at for another reason.
        await until(lambda: runtime.bot.held.due_at == math.inf, 15)
        await hass.services.async_call(DOMAIN, "dnd", {"duration": "6s"}, blocking=True, return_response=True)
        await until(lambda: runtime.bot.held._look_at == math.inf)
        await hass.services.async_call(DOMAIN, "send_message", {"message": "The washing"}, blocking=True)
        assert runtime.store.outbox.held_for == {ALICE}
        assert (await alice.next("The washing")).text.startswith("🌙")
        assert not runtime.bot.status.do_not_disturb


async def test_what_was_said_while_the_xmpp_server_was_down_arrives(
    hass: HomeAssistant, data: dict[str, Any], alice: Person, prosody: Prosody
) -> None:
    """A row written by an earlier run is said as soon as there is a session."""
    entry = bot_entry({**data, "xmpp_port": 1}, contacts(ALICE))
    async with running(hass, entry) as bot:
        bot.bot.send("from the earlier run", ALICE)
        await until(lambda: bot.bot.status.undelivered == 1)
    hass.config_entries.async_update_entry(entry, data=data)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await alice.next("from the earlier run")
    assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.usefixtures("own_mosquitto")
async def test_devices_hang_on_the_bot(
    hass: HomeAssistant, data: dict[str, Any], device_registry: dr.DeviceRegistry
) -> None:
    entry = bot_entry(data, topics("devices/one", "devices/#") + contacts(Contact(ALICE, name="Alice")))
    async with running(hass, entry):
        devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
        hub = next(device for device in devices if device.via_device_id is None)
        assert (hub.name, hub.entry_type) == ("Bot", dr.DeviceEntryType.SERVICE)
        assert {device.name for device in devices if device.via_device_id == hub.id} == {
            "devices/one",
            "Alice",
        }


async def test_a_new_alias_renames_the_device(
    hass: HomeAssistant, data: dict[str, Any], device_registry: dr.DeviceRegistry
) -> None:
    entry = bot_entry({**data, **NO_ACCOUNT}, topics("init/named"))
    async with running(hass, entry):
        values = {"topic": "init/named", "name": "Kitchen"}
        await hass.services.async_call(DOMAIN, "alias", values, blocking=True)
        await hass.async_block_till_done()
        names = {device.name for device in dr.async_entries_for_config_entry(device_registry, entry.entry_id)}
        assert names == {"Bot", "Kitchen"}


async def test_subscriptions_taken_away_while_the_broker_was_down_are_ended(
    hass: HomeAssistant, own_mosquitto: Server
) -> None:
    """The broker keeps the session, and with it what an earlier run had subscribed to."""
    port = own_mosquitto.ports["mqtt"]
    entry = bot_entry({**standalone(port), **NO_ACCOUNT}, topics("home/old", "home/new"))
    async with running(hass, entry):
        await asyncio.to_thread(own_mosquitto.stop)
        await hass.services.async_call(DOMAIN, "unsubscribe", {"filter": "home/old"}, blocking=True)
    await asyncio.to_thread(own_mosquitto.start)
    assert await hass.config_entries.async_setup(entry.entry_id)
    bot = entry.runtime_data
    await until(lambda: bot.bot.status.state is BotState.WAITING)
    await subscribed(bot)
    await publish(port, "home/old", "1")
    await publish(port, "home/new", "2")
    await until(lambda: bot.bot.status.messages)
    assert bot.bot.status.last_topic == "home/new"
    await until(lambda: not bot.broker._wanted._held)
    assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.usefixtures("mock_hass_config", "own_mosquitto")
async def test_home_assistants_own_mqtt_connection_is_enough(
    hass: HomeAssistant, data: dict[str, Any], alice: Person, port: int
) -> None:
    mqtt = MockConfigEntry(domain="mqtt", data={"broker": LOOPBACK, "port": port, "protocol": "5"}, version=2)
    mqtt.add_to_hass(hass)
    assert await hass.config_entries.async_setup(mqtt.entry_id)
    shared = {name: value for name, value in data.items() if name.startswith(("jid", "xmpp", "insecure"))}
    entry = bot_entry({"mode": "home_assistant", **shared}, topics("init/own") + contacts(ALICE))
    async with running(hass, entry):
        assert hass.states.get("binary_sensor.bot_mqtt").state == "on"
        await publish(port, "init/own", "21.5", "-r")
        await alice.next("21.5")
        answer = await hass.services.async_call(DOMAIN, "config", {}, blocking=True, return_response=True)
        assert answer["rows"][0]["connection"]["broker"] == "Home Assistant"
    await hass.config_entries.async_unload(mqtt.entry_id)


async def test_a_pulled_plug_while_a_session_is_being_made_leaves_nothing(
    hass: HomeAssistant, data: dict
) -> None:
    async with running(hass, bot_entry(data), None):
        pass
    assert [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("Bot:")] == []


async def test_a_platform_that_fails_takes_the_bot_down_with_it(
    hass: HomeAssistant,
    data: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail(*_: object) -> None:
        raise HomeAssistantError("no platforms today")

    monkeypatch.setattr(hass.config_entries, "async_forward_entry_setups", fail)
    entry = bot_entry({**data, **NO_ACCOUNT})
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert "no platforms today" in caplog.text
    assert [thread.name for thread in threading.enumerate() if "dinox" in thread.name] == []
    caplog.clear()


async def test_an_outbox_that_cannot_be_read_is_logged_and_nothing_else(
    hass: HomeAssistant,
    data: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail() -> list[object]:
        raise BotError("history_unreadable", reason="disk")

    async with running(hass, bot_entry(data, contacts(ALICE))) as bot:
        await reachable(bot)
        monkeypatch.setattr(bot.store.outbox, "waiting", fail)
        bot.delivery.begin()
        await until(lambda: "What waits to be said cannot be read" in caplog.text)
    assert [thread.name for thread in threading.enumerate() if "dinox" in thread.name] == []


async def test_a_message_that_comes_while_the_bot_closes_is_left_to_the_next_run(
    hass: HomeAssistant, data: dict[str, Any], alice: Person, port: int
) -> None:
    """What is stored but told to nobody would be lost: it is acknowledged, and never shown."""
    entry = bot_entry(data, topics("init/closing") + contacts(ALICE))
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    bot = entry.runtime_data
    await until(lambda: bot.bot.status.state is BotState.WAITING and not bot.broker._wanted._pending)
    waiting = bot.store.outbox.waiting

    async def busy() -> list[Any]:
        await publish(port, "init/closing", "door open")
        await until(lambda: bot.broker.unacknowledged)
        return await waiting()

    bot.store.outbox.waiting = busy
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert bot.bot.status.messages == 0
    assert await hass.config_entries.async_setup(entry.entry_id)
    await alice.next("door open")
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_a_closing_bot_takes_nothing_in(hass: HomeAssistant, data: dict[str, Any]) -> None:
    async with running(hass, bot_entry({**data, **NO_ACCOUNT}, topics("init/closed"))) as bot:
        pass
    bot.broker._receive(Message("init/closed", b"1"))
    assert bot.bot.status.messages == 0


async def test_credentials_refused_for_a_while_ask_once_and_no_longer_than_needed(
    hass: HomeAssistant, data: dict[str, Any], locked_mosquitto: Server
) -> None:
    """A broker whose accounts are Home Assistant's refuses everybody while Home Assistant starts."""
    credentials = {"username": "ha", "password": "wrong"}
    entry = bot_entry({**standalone(locked_mosquitto.ports["mqtt"]), **NO_ACCOUNT, **credentials})

    def asked() -> list[Any]:
        return list(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))

    async with running(hass, entry, BotState.OFFLINE) as bot:
        await until(asked)
        refused = bot.broker.status
        bot.links._broker_changed(LinkStatus(Phase.OFFLINE, "cannot_connect"))
        bot.links._broker_changed(refused)
        await hass.async_block_till_done()
        assert len(asked()) == 1
        login = bot.broker._login
        login._settings, login.client = replace(login._settings, password="right"), None
        bot.broker.reconnect()
        await until(lambda: bot.broker.status.phase is Phase.ONLINE)
        await hass.async_block_till_done()
        assert asked() == []
