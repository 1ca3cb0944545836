"""Each repair issue comes with its cause, has a way out, and goes by itself."""

import asyncio
from contextlib import suppress
from pathlib import Path
import sqlite3
from typing import Any

from aiomqtt import Client, MqttError, ProtocolVersion
from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntryDisabler,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from running import (
    ALICE,
    BOT,
    LOOPBACK,
    NO_ACCOUNT,
    USERS,
    account,
    alerts,
    bot_entry,
    client_id,
    contacts,
    publish,
    running,
    standalone,
    subscribed,
    topics,
    until,
)

from custom_components.dinox_mqtt_bot.bot.alerts import index
from custom_components.dinox_mqtt_bot.bot.model.rules import AlertRule, Condition, Operator
from custom_components.dinox_mqtt_bot.bot.model.status import Phase
from custom_components.dinox_mqtt_bot.broker import backoff
from custom_components.dinox_mqtt_bot.const import DOMAIN
from custom_components.dinox_mqtt_bot.entry.paths import database_path
from custom_components.dinox_mqtt_bot.issues import exposure, server_hint, watch as issues
from custom_components.dinox_mqtt_bot.issues.exposure import exposures
from custom_components.dinox_mqtt_bot.probing import account as account_module
from custom_components.dinox_mqtt_bot.store import schema, trouble
from custom_components.dinox_mqtt_bot.xmpp.session import Session
from custom_components.dinox_mqtt_bot.xmpp.settings import DEFAULT_TIMING, XmppSettings
from lab.servers import Ejabberd, Lab, Prosody, Server, free_ports

DEEP = "a/b/c/d/e/f/g/h/#"


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issues, "LOOK_SECONDS", 0.2)


@pytest.fixture
def own_ejabberd(own_lab: Lab) -> Ejabberd:
    """A server to stop and start."""
    return own_lab.ejabberd(users=USERS)


def kinds(hass: HomeAssistant) -> dict[str, ir.IssueEntry]:
    """Return the issues of the integration that are shown or ignored, by the key of their texts."""
    return {
        str(issue.translation_key): issue
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN and issue.active
    }


async def comes(hass: HomeAssistant, kind: str, within: float = 60.0) -> ir.IssueEntry:
    await until(lambda: kind in kinds(hass), within)
    return kinds(hass)[kind]


async def goes(hass: HomeAssistant, kind: str, within: float = 60.0) -> None:
    await until(lambda: kind not in kinds(hass), within)


async def fix(hass: HomeAssistant, issue: ir.IssueEntry) -> Any:
    """Press the button of an issue."""
    assert issue.is_fixable
    assert await async_setup_component(hass, "repairs", {})
    manager = hass.data["repairs"]["flow_manager"]
    return await manager.async_init(DOMAIN, context={"issue_id": issue.issue_id})


async def go_on(hass: HomeAssistant, form: Any, answers: dict[str, Any]) -> Any:
    result = await hass.data["repairs"]["flow_manager"].async_configure(form["flow_id"], answers)
    await hass.async_block_till_done()
    return result


async def led_to(hass: HomeAssistant, issue: ir.IssueEntry) -> Any:
    """Press the button of an issue, read what it says, and return the dialog that opens then."""
    form = await fix(hass, issue)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "confirm")
    assert form["description_placeholders"] == issue.translation_placeholders
    end = await go_on(hass, form, {})
    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "go_on")
    kind, dialog = end["next_flow"]
    assert kind == "config_flow"
    return hass.config_entries.flow.async_get(dialog)


def at_ejabberd(server: Ejabberd, *filters: str, **data: Any) -> MockConfigEntry:
    """Return a bot without an account that logs in by MQTT."""
    login = {"username": BOT, "password": "botpw"}
    return bot_entry(standalone(server.ports["mqtt"]) | NO_ACCOUNT | login | data, topics(*filters))


def with_chat(
    lab: Lab, mosquitto: Server, xmpp: Server, password: str = "botpw", **data: Any
) -> MockConfigEntry:
    return bot_entry(
        standalone(mosquitto.ports["mqtt"]) | account(xmpp.ports["c2s"], lab.ca, password) | data,
        contacts(ALICE),
    )


# What leaves the house

FAR = {"mode": "standalone", "host": "mqtt.example.org", "tls": "off", "jid": ""}
PROSODY = FAR | {"mode": "xmpp_account", "server": "prosody", "jid": "", "tls": "system"}
CHAT = {"mode": "home_assistant", "jid": "bot@example.org", "xmpp_host": "", "xmpp_security": "plain"}


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (FAR, {"broker_plain": "mqtt.example.org"}),
        (FAR | {"tls": "system"}, {}),
        (FAR | {"host": "192.168.1.2"}, {}),
        (FAR | {"host": "broker.local"}, {}),
        (FAR | {"host": "broker"}, {}),
        (FAR | {"host": "fd00::1"}, {}),
        (FAR | {"host": "192.168.evil.org"}, {"broker_plain": "192.168.evil.org"}),
        (FAR | {"host": "10.example.com"}, {"broker_plain": "10.example.com"}),
        (PROSODY, {"prosody_open": "mqtt.example.org"}),
        (PROSODY | {"tls": "off"}, dict.fromkeys(("broker_plain", "prosody_open"), "mqtt.example.org")),
        (PROSODY | {"host": "127.0.0.1"}, {}),
        (PROSODY | {"pubsub_only": True}, {}),
        (CHAT, {"xmpp_plain": "example.org"}),
        (CHAT | {"xmpp_host": "10.0.0.1"}, {}),
        (CHAT | {"xmpp_security": "starttls"}, {}),
    ],
)
def test_what_everybody_on_the_way_can_read(data: dict[str, Any], found: dict[str, str]) -> None:
    assert dict(exposures(data)) == found


async def test_an_unencrypted_broker_far_away_is_told_until_it_is_encrypted(
    hass: HomeAssistant,
    servers: Lab,
    mosquitto: Server,
    tls_mosquitto: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exposure, "is_local", lambda _host: False)
    entry = bot_entry(standalone(mosquitto.ports["mqtt"]) | NO_ACCOUNT)
    async with running(hass, entry):
        issue = await comes(hass, "broker_plain")
        assert issue.translation_placeholders == {"bot": "Bot", "host": LOOPBACK}
        dialog = await led_to(hass, issue)
        assert dialog["context"]["source"] == SOURCE_RECONFIGURE
        assert dialog["step_id"] == "reconfigure_broker"
        assert "broker_plain" in kinds(hass)
        secure = {"port": tls_mosquitto.ports["mqtt"], "tls": "custom", "ca": servers.ca.read_text("ascii")}
        hass.config_entries.async_update_entry(entry, data={**entry.data, **secure})
        await goes(hass, "broker_plain")
        await until(lambda: entry.state is ConfigEntryState.LOADED)


async def test_an_unencrypted_chat_far_away_is_told_until_it_is_encrypted(
    hass: HomeAssistant, servers: Lab, mosquitto: Server, prosody: Prosody, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exposure, "is_local", lambda _host: False)
    entry = with_chat(servers, mosquitto, prosody, xmpp_security="plain")
    async with running(hass, entry):
        issue = await comes(hass, "xmpp_plain")
        dialog = await led_to(hass, issue)
        assert (dialog["context"]["source"], dialog["step_id"]) == (SOURCE_RECONFIGURE, "reconfigure_xmpp")
        hass.config_entries.async_update_entry(entry, data={**entry.data, "xmpp_security": "starttls"})
        await goes(hass, "xmpp_plain")
        await until(lambda: entry.state is ConfigEntryState.LOADED)


async def test_a_prosody_that_everybody_can_write_to_is_told_until_pubsub_is_used(
    hass: HomeAssistant, servers: Lab, mqtt_prosody: Prosody, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exposure, "is_local", lambda _host: False)
    server = {"mode": "xmpp_account", "server": "prosody", "pubsub_only": False, "tls": "off"}
    data = standalone(mqtt_prosody.ports["mqtt"]) | account(mqtt_prosody.ports["c2s"], servers.ca) | server
    entry = bot_entry(data | {"pubsub_service": "pubsub.home.test"}, contacts(ALICE))
    async with running(hass, entry):
        issue = await comes(hass, "prosody_open")
        assert not issue.is_fixable
        assert issue.translation_placeholders == {"bot": "Bot", "host": LOOPBACK}
        plain = await comes(hass, "broker_plain")
        # Both connections are those of the account: one form changes them.
        assert (await led_to(hass, plain))["step_id"] == "xmpp_account"
        hass.config_entries.async_update_entry(entry, data={**entry.data, "pubsub_only": True})
        await goes(hass, "prosody_open")
        await goes(hass, "broker_plain")
        await until(lambda: entry.state is ConfigEntryState.LOADED)


@pytest.mark.parametrize("how", ["disabled", "removed"])
async def test_a_bot_that_is_no_more_has_no_issues(
    hass: HomeAssistant, mosquitto: Server, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(exposure, "is_local", lambda _host: False)
    entry = bot_entry(standalone(mosquitto.ports["mqtt"]) | NO_ACCOUNT)
    async with running(hass, entry):
        await comes(hass, "broker_plain")
        if how == "removed":
            await hass.config_entries.async_remove(entry.entry_id)
        else:
            await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
        assert kinds(hass) == {}


async def test_an_issue_that_is_ignored_stays_ignored_over_a_restart(
    hass: HomeAssistant, mosquitto: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exposure, "is_local", lambda _host: False)
    entry = bot_entry(standalone(mosquitto.ports["mqtt"]) | NO_ACCOUNT)
    async with running(hass, entry):
        issue = await comes(hass, "broker_plain")
        ir.async_ignore_issue(hass, DOMAIN, issue.issue_id, True)
        assert await hass.config_entries.async_reload(entry.entry_id)
        assert kinds(hass)["broker_plain"].dismissed_version is not None


# Topics


async def test_a_refused_topic_is_told_and_can_be_given_up(
    hass: HomeAssistant, own_ejabberd: Ejabberd
) -> None:
    entry = at_ejabberd(own_ejabberd, DEEP, "home/#")
    async with running(hass, entry):
        issue = await comes(hass, "topic_refused")
        placeholders = issue.translation_placeholders or {}
        assert (placeholders["filter"], placeholders["bot"]) == (DEEP, "Bot")
        menu = await fix(hass, issue)
        # What is behind it is a key or in the broker's words; a person reads words.
        assert menu["description_placeholders"] == {"filter": DEEP, "reason": placeholders["reason"]}
        assert "_" not in placeholders["reason"]
        assert (menu["type"], menu["menu_options"]) == (FlowResultType.MENU, ["again", "unsubscribe"])
        await go_on(hass, menu, {"next_step_id": "unsubscribe"})
        assert [rule.unique_id for rule in entry.subentries.values()] == ["home/#"]
        assert kinds(hass) == {}
        await asyncio.sleep(0.5)
        assert kinds(hass) == {}


async def test_a_topic_that_the_broker_takes_after_all_is_no_issue(
    hass: HomeAssistant, own_ejabberd: Ejabberd
) -> None:
    entry = at_ejabberd(own_ejabberd, DEEP)
    async with running(hass, entry) as runtime:
        menu = await fix(hass, await comes(hass, "topic_refused"))
        await go_on(hass, menu, {"next_step_id": "again"})
        await comes(hass, "topic_refused")
        own_ejabberd.stop()
        config = own_ejabberd.directory / "ejabberd.yml"
        config.write_text(config.read_text().replace("mod_mqtt: {}", "mod_mqtt: { max_topic_depth: 20 }"))
        await until(lambda: runtime.broker.status.phase is Phase.OFFLINE)
        assert "topic_refused" in kinds(hass)
        own_ejabberd.start()
        await goes(hass, "topic_refused")
        await until(lambda: DEEP in runtime.broker._wanted._granted)


# The account


async def test_a_refused_account_is_told_until_it_is_let_in(
    hass: HomeAssistant, own_lab: Lab, mosquitto: Server
) -> None:
    prosody = own_lab.prosody(users=USERS)
    entry = with_chat(own_lab, mosquitto, prosody, "wrong")
    async with running(hass, entry):
        issue = await comes(hass, "account_refused")
        assert issue.translation_placeholders == {"bot": "Bot", "reason": "not-authorized"}
        dialog = await led_to(hass, issue)
        assert (dialog["context"]["source"], dialog["step_id"]) == (SOURCE_REAUTH, "reauth_confirm")
        assert (await led_to(hass, issue))["flow_id"] == dialog["flow_id"]
        hass.config_entries.flow.async_abort(dialog["flow_id"])
        assert (await led_to(hass, issue))["flow_id"] != dialog["flow_id"]
        prosody.account("bot", "wrong")
        assert await hass.config_entries.async_reload(entry.entry_id)
        await goes(hass, "account_refused")


async def test_an_account_that_is_taken_away_cannot_be_refused(
    hass: HomeAssistant, servers: Lab, mosquitto: Server, prosody: Prosody
) -> None:
    entry = with_chat(servers, mosquitto, prosody, "wrong")
    async with running(hass, entry):
        await comes(hass, "account_refused")
        hass.config_entries.async_update_entry(entry, data={**entry.data, **NO_ACCOUNT})
        await goes(hass, "account_refused")
        await until(lambda: entry.state is ConfigEntryState.LOADED)


# Another client with the same name


async def test_a_client_that_takes_the_mqtt_session_again_and_again(
    hass: HomeAssistant, own_ejabberd: Ejabberd, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(hass, at_ejabberd(own_ejabberd)) as runtime:
        for times in range(3):
            await until(lambda: runtime.online)
            assert "broker_taken_over" not in kinds(hass), times
            await _take_over(own_ejabberd.ports["mqtt"])
            await until(lambda: runtime.broker.status.reason == "session_taken_over")
            await asyncio.sleep(0)
            runtime.broker.reconnect()
        await comes(hass, "broker_taken_over")
        await asyncio.sleep(0.5)
        assert "broker_taken_over" in kinds(hass)
        monkeypatch.setattr(issues, "TAKEN_OVER_SECONDS", 0.1)
        await goes(hass, "broker_taken_over")


async def test_a_client_that_takes_the_mqtt_session_where_the_broker_only_closes(
    hass: HomeAssistant, data: dict[str, Any], port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backoff, "_FIRST", 0.1)
    async with running(hass, bot_entry(data, topics("home/#"))) as runtime:
        other = asyncio.create_task(_come_back(port))
        try:
            await comes(hass, "broker_taken_over")
            assert runtime.broker.status.reason == "session_taken_over"
        finally:
            other.cancel()
        runtime.broker.reconnect()
        await until(lambda: runtime.online)
        assert "broker_taken_over" in kinds(hass)
        monkeypatch.setattr(issues, "TAKEN_OVER_SECONDS", 0.1)
        await goes(hass, "broker_taken_over")


async def _come_back(port: int) -> None:
    """Log in with the bot's client id again and again, half a second after each loss."""
    while True:
        with suppress(MqttError):
            async with Client(LOOPBACK, port, identifier=client_id()) as client:
                await client.subscribe("other")
                async for _ in client.messages:
                    pass
        await asyncio.sleep(0.5)


async def _take_over(port: int) -> None:
    try:
        async with Client(
            LOOPBACK,
            port,
            identifier=client_id(),
            username=BOT,
            password="botpw",
            protocol=ProtocolVersion.V5,
        ):
            pass
    except MqttError:
        pass  # the bot may have been quicker


async def test_a_client_that_takes_the_xmpp_session_again_and_again(
    hass: HomeAssistant, servers: Lab, mosquitto: Server, prosody: Prosody, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = XmppSettings(BOT, "botpw", host=LOOPBACK, port=prosody.ports["c2s"], resource="ha")
    async with running(hass, with_chat(servers, mosquitto, prosody)) as runtime:
        taken = 0
        while taken < 3:
            await until(lambda: runtime.chat.status.phase is Phase.ONLINE)
            other = Session(settings, servers.client_ssl(), DEFAULT_TIMING)
            await other.open()
            # If the bot is about to write, it may find its connection broken before it reads why: then it
            # takes its session back.
            await until(
                lambda over=other.over: over.done() or runtime.chat.status.reason == "session_taken_over"
            )
            taken += runtime.chat.status.reason == "session_taken_over"
            await other.close()
            runtime.chat.reconnect()
        await comes(hass, "xmpp_taken_over")
        monkeypatch.setattr(issues, "TAKEN_OVER_SECONDS", 0.1)
        await goes(hass, "xmpp_taken_over")


# The database


def prepared(hass: HomeAssistant, entry: MockConfigEntry) -> Path:
    path = database_path(hass, entry.entry_id)
    path.parent.mkdir(parents=True)
    return path


async def test_an_unusable_database_is_set_aside_on_demand(hass: HomeAssistant, mosquitto: Server) -> None:
    entry = bot_entry(standalone(mosquitto.ports["mqtt"]) | NO_ACCOUNT, topics("home/#"))
    path = prepared(hass, entry)
    path.write_bytes(b"no database at all" * 100)
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    form = await fix(hass, await comes(hass, "database_unusable"))
    assert (form["step_id"], form["description_placeholders"]) == ("confirm", {"path": str(path)})
    await go_on(hass, form, {})
    await until(lambda: entry.state is ConfigEntryState.LOADED)
    assert kinds(hass) == {}
    (kept,) = path.parent.glob("*.broken")
    assert kept.read_bytes().startswith(b"no database")
    assert [rule.unique_id for rule in entry.subentries.values()] == ["home/#"]
    await hass.config_entries.async_remove(entry.entry_id)
    assert [*path.parent.iterdir()] == []


async def test_a_database_that_works_again_is_no_issue(hass: HomeAssistant, mosquitto: Server) -> None:
    entry = bot_entry(standalone(mosquitto.ports["mqtt"]) | NO_ACCOUNT)
    path = prepared(hass, entry)
    path.write_bytes(b"no database at all" * 100)
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    await comes(hass, "database_unusable")
    path.unlink()
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert kinds(hass) == {}
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_a_database_of_a_newer_version_is_told_and_left_alone(
    hass: HomeAssistant, mosquitto: Server
) -> None:
    entry = bot_entry(standalone(mosquitto.ports["mqtt"]) | NO_ACCOUNT)
    path = prepared(hass, entry)
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 9999")
    database.close()
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    issue = await comes(hass, "database_newer")
    assert not issue.is_fixable
    assert (issue.translation_placeholders or {})["version"] == "9999"


async def test_a_database_that_cannot_be_written_is_told_until_it_can(
    hass: HomeAssistant, mosquitto: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(hass, bot_entry(standalone(mosquitto.ports["mqtt"]) | NO_ACCOUNT)) as runtime:
        trouble = runtime.store.trouble
        monkeypatch.setattr(type(runtime.store), "trouble", property(lambda _: "disk full"))
        issue = await comes(hass, "database_stuck")
        assert issue.translation_placeholders == {"bot": "Bot", "reason": "disk full"}
        monkeypatch.setattr(type(runtime.store), "trouble", property(lambda _: trouble))
        await goes(hass, "database_stuck")


async def test_while_another_program_holds_the_database_the_bot_goes_on_and_says_so(
    hass: HomeAssistant, servers: Lab, mosquitto: Server, prosody: Prosody, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "BUSY_SECONDS", 0.1)
    monkeypatch.setattr(trouble, "LASTS_SECONDS", 0.5)
    monkeypatch.setattr(trouble, "OVER_SECONDS", 0.5)
    login = standalone(mosquitto.ports["mqtt"]) | account(prosody.ports["c2s"], servers.ca)
    entry = bot_entry(login, [*contacts(ALICE), *topics("held/#")])
    async with running(hass, entry) as runtime:
        locked = sqlite3.connect(database_path(hass, entry.entry_id), isolation_level=None)
        locked.execute("BEGIN EXCLUSIVE")
        await publish(mosquitto.ports["mqtt"], "held/a", "1")
        issue = await comes(hass, "database_stuck")
        assert issue.translation_placeholders == {"bot": "Bot", "reason": "database is locked"}
        await until(lambda: runtime.bot.status.unwritten == "database is locked")
        # More than the broker's window of 20: it goes on although nothing can be stored.
        for number in range(30):
            await publish(mosquitto.ports["mqtt"], "held/b", str(number))
        await until(lambda: runtime.bot.status.messages == 31)
        locked.close()
        await goes(hass, "database_stuck", 30)
        await until(lambda: not runtime.bot.status.unwritten)
        assert len(await runtime.store.history.page("held/#", 99)) == 31


async def test_damage_found_while_the_bot_runs_is_told_and_mended(
    hass: HomeAssistant, mosquitto: Server
) -> None:
    entry = bot_entry(standalone(mosquitto.ports["mqtt"]) | NO_ACCOUNT, topics("damaged/#"))
    async with running(hass, entry) as runtime:
        await runtime.store.settle()
        path = database_path(hass, entry.entry_id)
        path.unlink()
        await publish(mosquitto.ports["mqtt"], "damaged/a", "1")
        await until(lambda: runtime.bot.status.messages == 1)
        issue = await comes(hass, "database_unusable")
        assert "database_stuck" not in kinds(hass)
        await go_on(hass, await fix(hass, issue), {})
        await until(lambda: entry.state is ConfigEntryState.LOADED and entry.runtime_data is not runtime)
        assert (entry.runtime_data.store.damage, kinds(hass)) == ("", {})
        assert path.exists()


# A server that could do more


@pytest.fixture
def asked_soon(monkeypatch: pytest.MonkeyPatch) -> Any:
    def use(server: Server | None) -> None:
        monkeypatch.setattr(server_hint, "PATIENCE_SECONDS", 0.0)
        ports = server.ports if server else free_ports(["mqtts", "mqtt"])
        monkeypatch.setattr(account_module, "PORTS", {True: ports["mqtts"], False: ports["mqtt"]})

    return use


@pytest.mark.parametrize("kind", ["prosody", "ejabberd"])
async def test_a_chat_server_that_speaks_mqtt_is_told_once(
    hass: HomeAssistant,
    request: pytest.FixtureRequest,
    servers: Lab,
    own_lab: Lab,
    mosquitto: Server,
    asked_soon: Any,
    kind: str,
) -> None:
    lab = servers if kind == "prosody" else own_lab
    server = request.getfixturevalue("mqtt_prosody" if kind == "prosody" else "own_ejabberd")
    asked_soon(server)
    entry = with_chat(lab, mosquitto, server)
    async with running(hass, entry) as runtime:
        issue = await comes(hass, "server_is_broker")
        assert (issue.severity, issue.is_fixable, issue.is_persistent) == ("warning", False, True)
        names = {"prosody": "Prosody", "ejabberd": "ejabberd"}
        placeholders = issue.translation_placeholders or {}
        assert (placeholders["server"], placeholders["host"]) == (names[kind], LOOPBACK)
        assert runtime.store.get("server_asked")
        ir.async_ignore_issue(hass, DOMAIN, issue.issue_id, True)
        assert await hass.config_entries.async_reload(entry.entry_id)
        await until(lambda: entry.runtime_data.chat.status.phase is Phase.ONLINE)
        assert kinds(hass)["server_is_broker"].dismissed_version is not None


async def test_a_bot_that_uses_its_server_needs_no_hint(
    hass: HomeAssistant, servers: Lab, mosquitto: Server, mqtt_prosody: Prosody, asked_soon: Any
) -> None:
    asked_soon(mqtt_prosody)
    entry = with_chat(servers, mosquitto, mqtt_prosody)
    async with running(hass, entry):
        await comes(hass, "server_is_broker")
        moved = {"mode": "xmpp_account", "server": "prosody", "port": mqtt_prosody.ports["mqtt"]}
        hass.config_entries.async_update_entry(entry, data={**entry.data, **moved})
        await goes(hass, "server_is_broker")
        await until(lambda: entry.state is ConfigEntryState.LOADED)


async def test_a_chat_server_without_mqtt_is_nothing_to_tell(
    hass: HomeAssistant, servers: Lab, mosquitto: Server, prosody: Prosody, asked_soon: Any
) -> None:
    asked_soon(None)
    async with running(hass, with_chat(servers, mosquitto, prosody)) as runtime:
        await until(lambda: runtime.store.get("server_asked"))
        assert kinds(hass) == {}


async def test_the_question_is_not_asked_by_a_bot_that_ends_first(
    hass: HomeAssistant, servers: Lab, mosquitto: Server, prosody: Prosody
) -> None:
    async with running(hass, with_chat(servers, mosquitto, prosody)) as runtime:
        await until(lambda: runtime.chat.status.phase is Phase.ONLINE)
        store = runtime.store
    assert not store.get("server_asked")


@pytest.mark.parametrize("which", ["broker", "xmpp"])
async def test_an_expired_certificate_is_named_and_a_new_one_is_all_it_takes(
    hass: HomeAssistant, own_lab: Lab, which: str
) -> None:
    own_lab.renew(seconds=-1)
    ca = own_lab.ca.read_text("ascii")
    xmpp = own_lab.prosody(users=USERS) if which == "xmpp" else None
    broker = own_lab.mosquitto(tls=xmpp is None)
    tls = {} if xmpp else {"tls": "custom", "ca": ca}
    data = standalone(broker.ports["mqtt"]) | tls
    data |= account(xmpp.ports["c2s"], own_lab.ca) if xmpp else NO_ACCOUNT
    async with running(hass, bot_entry(data, contacts(ALICE)), None) as bot:
        issue = await comes(hass, "certificate_expired")
        assert issue.translation_placeholders == {"bot": "Bot", "host": LOOPBACK}
        answer = await hass.services.async_call(DOMAIN, "status", {}, blocking=True, return_response=True)
        assert "the server's certificate has expired" in str(answer)
        own_lab.renew()
        (xmpp or broker).restart()
        (bot.chat if xmpp else bot.broker).reconnect()
        await goes(hass, "certificate_expired")


# Alert rules


async def test_an_alert_rule_that_meets_too_many_topics_is_told_until_it_has_room(
    hass: HomeAssistant, mosquitto: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "MOST_ALERTS", 2)
    rule = AlertRule("full/+", Condition(Operator.ABOVE, ("30",)), name="Too hot", number=1)
    port = mosquitto.ports["mqtt"]
    entry = bot_entry(standalone(port) | NO_ACCOUNT, alerts(rule))
    async with running(hass, entry) as runtime:
        await subscribed(runtime.bot)
        for number in range(3):
            await publish(port, f"full/{number}", "31")
        issue = await comes(hass, "alert_rule_full")
        assert issue.translation_placeholders == {"bot": "Bot", "rule": "Too hot", "filter": "full/+"}
        await publish(port, "full/0", "2")
        await goes(hass, "alert_rule_full")
