"""One account for chat and messages: from its address to the first message in the chat, on real servers."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
import datetime as dt
import re
from typing import Any
import xml.etree.ElementTree as ET

from flows import Answers, answer, asked, begin, suggested, xmpp_answers
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import pytest_socket
from running import (
    ALICE,
    BOT,
    LOOPBACK,
    PATIENCE,
    USERS,
    account,
    bot_entry,
    client_id,
    contacts,
    publish,
    running,
    standalone,
    topics,
    until,
)
from slixmpp import JID

from custom_components.dinox_mqtt_bot.bot.model.announcements import Announcement, MessageReceived
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.bot.model.status import BotState, Phase
from custom_components.dinox_mqtt_bot.broker.settings import Protocol
from custom_components.dinox_mqtt_bot.entry.account import fit_filter
from custom_components.dinox_mqtt_bot.entry.connections import broker_settings
from custom_components.dinox_mqtt_bot.probing import account as account_module
from custom_components.dinox_mqtt_bot.probing.account import server_data
from custom_components.dinox_mqtt_bot.xmpp.detection import Certainty, ServerFound, ServerKind
from lab.flows import broker_answer
from lab.person import Person
from lab.releases import NEWER_EJABBERDS, OWN
from lab.servers import Ejabberd, Lab, Prosody, Server, free_ports

NEWS = "pubsub.home.test/utf8/news"


@pytest.fixture(scope="module", params=[OWN, *NEWER_EJABBERDS])
def release(request: pytest.FixtureRequest) -> str:
    """Which ejabberd: the machine's own (empty), or that of a newer Debian."""
    return str(request.param)


@pytest.fixture(scope="module")
def ejabberd(servers: Lab, release: str) -> Iterator[Ejabberd]:
    pytest_socket.enable_socket()
    server = servers.ejabberd(users=USERS, release=release)
    yield server
    server.stop()


@pytest.fixture
def own_ejabberd(own_lab: Lab, release: str) -> Ejabberd:
    """A server to stop and start."""
    return own_lab.ejabberd(users=USERS, release=release)


@pytest.fixture
def usual_ports(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let a server of the lab have the usual MQTT ports."""

    def use(server: Server | None, **other: int) -> None:
        closed = free_ports(["mqtts", "mqtt"])
        ports = {**closed, **(server.ports if server else {}), **other}
        monkeypatch.setattr(account_module, "PORTS", {True: ports["mqtts"], False: ports["mqtt"]})

    return use


@asynccontextmanager
async def person(lab: Lab, server: Server) -> AsyncIterator[Person]:
    async with Person(ALICE, "alicepw", server.ports["c2s"], lab.client_ssl()) as alice:
        yield alice


async def at_server(
    hass: HomeAssistant, lab: Lab, server: Server, password: str = "botpw"
) -> ConfigFlowResult:
    """Go to the form that shows what was found."""
    form = await begin(hass, "xmpp_account")
    assert asked(form) == "xmpp_account"
    return await answer(hass, form, xmpp_answers(lab, server, password))


def as_filled(form: ConfigFlowResult, **changed: Any) -> Answers:
    """Take over what the form suggests."""
    return suggested(form) | changed


@pytest.fixture
async def bots(hass: HomeAssistant) -> AsyncGenerator[None]:
    """Unload what a test set up."""
    yield
    for entry in hass.config_entries.async_entries("dinox_mqtt_bot"):
        if entry.state is ConfigEntryState.LOADED:
            assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()


# ejabberd


@pytest.mark.usefixtures("bots")
async def test_from_an_address_to_the_first_message_on_ejabberd(
    hass: HomeAssistant, servers: Lab, ejabberd: Ejabberd, usual_ports: Any
) -> None:
    usual_ports(ejabberd)
    form = await at_server(hass, servers, ejabberd)
    assert asked(form) == "server"
    told = form["description_placeholders"]["found"]
    assert told.startswith("The server is ejabberd 2")
    assert told.endswith(
        f"It lets the bot in by MQTT at {LOOPBACK}, port {ejabberd.ports['mqtts']}, with encryption."
    )
    assert suggested(form) == {
        "server": "ejabberd",
        "pubsub_only": False,
        "host": LOOPBACK,
        "port": ejabberd.ports["mqtts"],
        "encrypted": True,
    }
    form = await answer(hass, form, as_filled(form))
    assert asked(form) == "rules"
    async with person(servers, ejabberd) as alice:
        bot = await answer(hass, form, {"contact": ALICE, "topics": ["home/#"]})
        entry = bot["result"]
        assert entry.data["mode"] == "xmpp_account"
        assert (entry.data["server"], entry.data["certainty"]) == ("ejabberd", "certain")
        assert entry.data["server_version"].startswith("ejabberd 2")
        assert dt.date.fromisoformat(entry.data["detected"])
        # One password, kept once; the certificate is for the domain.
        assert (entry.data["username"], entry.data["password"], entry.data["tls_name"]) == (
            "",
            "",
            "home.test",
        )
        runtime = entry.runtime_data
        await until(lambda: runtime.bot.status.state is BotState.WAITING)
        assert runtime.broker.status.detail == "MQTT 5"
        await until(lambda: runtime.broker._wanted._granted.keys() >= {"home/#"})
        await runtime.broker.publish("home/kitchen", b"21.5", 1, True)
        assert "21.5" in (await alice.next("21.5")).text


async def log_in_again(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Give a wrong password in the one dialog that asks for it, then the new one."""
    (flow,) = entry.async_get_active_flows(hass, {SOURCE_REAUTH})
    form = await hass.config_entries.flow.async_configure(flow["flow_id"])
    assert [str(key) for key in form["data_schema"].schema] == ["xmpp_password"]
    form = await answer(hass, form, {"xmpp_password": "wrong"})
    assert asked(form) == "reauth_confirm xmpp_password: xmpp_invalid_auth"
    done = await answer(hass, form, {"xmpp_password": "newpw"})
    assert (done["type"], done["reason"]) == (FlowResultType.ABORT, "reauth_successful")


@pytest.mark.usefixtures("bots")
async def test_a_changed_password_is_asked_for_once_and_serves_both(
    hass: HomeAssistant, own_lab: Lab, own_ejabberd: Ejabberd
) -> None:
    entry = on_ejabberd(own_lab, own_ejabberd)
    async with running(hass, entry) as runtime:
        own_ejabberd.account("bot", "newpw", "home.test")
        own_ejabberd.restart()
        await until(lambda: [*entry.async_get_active_flows(hass, {SOURCE_REAUTH})])
        await until(lambda: runtime.chat.status.fatal and runtime.broker.status.fatal)
        await log_in_again(hass, entry)
        assert entry.data["xmpp_password"] == "newpw"
        await until(lambda: entry.runtime_data.bot.status.state is BotState.WAITING)
        await until(lambda: entry.runtime_data.chat.status.phase is Phase.ONLINE)


async def test_a_restarted_server_gets_both_links_back(
    hass: HomeAssistant, own_lab: Lab, own_ejabberd: Ejabberd
) -> None:
    entry = on_ejabberd(own_lab, own_ejabberd)
    async with running(hass, entry) as runtime:
        await until(lambda: runtime.chat.status.phase is Phase.ONLINE)
        own_ejabberd.restart()
        async with person(own_lab, own_ejabberd) as alice:
            both = (runtime.chat, runtime.broker)
            await until(lambda: all(link.status.phase is Phase.ONLINE for link in both))
            await until(lambda: "home/#" in runtime.broker._wanted._granted)
            await runtime.broker.publish("home/attic", b"back again", 1, False)
            await alice.next("back again")


@pytest.mark.parametrize("newer", NEWER_EJABBERDS)
async def test_a_server_that_is_upgraded_gets_both_links_back_and_brings_what_waited(
    hass: HomeAssistant, own_lab: Lab, newer: str
) -> None:
    """Another ejabberd on the data of this one, under a running bot; its detection is then old."""
    server = own_lab.ejabberd(users=USERS)
    entry = on_ejabberd(own_lab, server)
    async with running(hass, entry) as runtime:
        both = (runtime.chat, runtime.broker)
        await until(lambda: all(link.status.phase is Phase.ONLINE for link in both))
        await until(lambda: "home/#" in runtime.broker._wanted._granted)
        before = version(server)
        async with person(own_lab, server) as alice:
            await runtime.broker.publish("home/cellar", b"said before", 1, True)
            await alice.next("said before")
        # Alice is away: this one waits in the server's own store over the upgrade.
        await runtime.broker.publish("home/attic", b"for later", 1, False)
        await until(lambda: waiting(server))
        await asyncio.to_thread(server.upgrade, newer)
        assert version(server) > before
        async with person(own_lab, server) as alice:
            await until(lambda: all(link.status.phase is Phase.ONLINE for link in both))
            await until(lambda: "home/#" in runtime.broker._wanted._granted)
            await alice.next("for later")
            await runtime.broker.publish("home/attic", b"newer than before", 1, False)
            await alice.next("newer than before")


def waiting(server: Ejabberd) -> int:
    """Return how many messages its own store has for Alice: 23.01 says it in an object, later ones bare."""
    answer = server.api("get_offline_count", user="alice", host="home.test")
    return int(answer["value"] if isinstance(answer, dict) else str(answer))


def version(server: Ejabberd) -> str:
    """Return what it says of itself, as "23.01"."""
    answer = str(server.api("status"))
    found = re.search(r"ejabberd (\d+\.\d+)", answer)
    assert found, answer
    return found[1]


async def test_the_unit_and_label_that_come_with_a_message_are_shown(
    hass: HomeAssistant, servers: Lab, ejabberd: Ejabberd
) -> None:
    async with (
        person(servers, ejabberd) as alice,
        running(hass, on_ejabberd(servers, ejabberd), None) as runtime,
    ):
        await until(lambda: "home/#" in runtime.broker._wanted._granted)
        told: list[Announcement] = []
        runtime.bot.listen(told.append)
        login = ("-V", "5", "-u", ALICE, "-P", "alicepw")
        unit = ("-D", "PUBLISH", "user-property", "unit", "°C")
        label = ("-D", "PUBLISH", "user-property", "label", "Cellar")
        await publish(ejabberd.ports["mqtt"], "home/cellar", "12.5", *login, *unit, *label)
        assert "12.5 °C" in (await alice.next("Cellar")).text
        readings = [each.reading for each in told if isinstance(each, MessageReceived)]
        (reading,) = [each for each in readings if each.message.topic == "home/cellar"]
        assert reading.name == "Cellar (home/cellar)"
        assert (reading.value, reading.unit) == (12.5, "°C")


async def test_each_topic_that_access_rules_deny_is_told(
    hass: HomeAssistant, own_lab: Lab, release: str
) -> None:
    rules = '{ access_subscribe: { "home/#": [{ allow: local }] } }'
    server = own_lab.ejabberd(users=USERS, mqtt_options=rules, release=release)
    entry = on_ejabberd(own_lab, server, filters=("home/#", "garden/#", "vault/door"))
    async with person(own_lab, server) as alice, running(hass, entry) as runtime:
        for denied in ("garden/#", "vault/door"):
            await alice.next(f"The broker refuses the subscription to {denied}: ")
        assert runtime.broker.refused.keys() >= {"garden/#", "vault/door"}
        assert "home/#" not in runtime.broker.refused
        await runtime.broker.publish("home/cellar", b"dry", 1, False)
        await alice.next("dry")
        alice.say(BOT, "/mqtt topics")
        listed = (await alice.next("vault/door")).text
        assert listed.count("refused by the broker") == 2


def on_ejabberd(
    lab: Lab, where: Server, /, filters: Iterable[str] = ("home/#",), **data: Any
) -> MockConfigEntry:
    """Return a bot as the flow makes it."""
    ca = lab.ca.read_text("ascii")
    return bot_entry(
        standalone(where.ports["mqtts"])
        | account(where.ports["c2s"], lab.ca)
        | {"mode": "xmpp_account", "server": "ejabberd", "tls": "custom", "ca": ca, "tls_name": "home.test"}
        | {"pubsub_only": False, "pubsub_service": "pubsub.home.test"}
        | data,
        [*topics(*filters), *contacts(ALICE)],
    )


@pytest.mark.usefixtures("no_bot")
async def test_a_wrong_password_is_told_at_once(
    hass: HomeAssistant, servers: Lab, ejabberd: Ejabberd
) -> None:
    form = await at_server(hass, servers, ejabberd, "wrong")
    assert asked(form) == "xmpp_account xmpp_password: xmpp_invalid_auth"


@pytest.mark.usefixtures("no_bot")
async def test_a_certificate_of_the_host_is_as_good_as_that_of_the_domain(
    hass: HomeAssistant, servers: Lab, ejabberd: Ejabberd, usual_ports: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual_ports(ejabberd)
    form = await at_server(hass, servers, ejabberd)
    real, names = account_module.async_try_broker, []

    async def stranger(hass: HomeAssistant, data: dict[str, Any], ask_for: str = "") -> Any:
        names.append(data["tls_name"])
        if data["tls_name"]:
            data = data | {"tls_name": "elsewhere.test"}
        return await real(hass, data, ask_for)

    monkeypatch.setattr(account_module, "async_try_broker", stranger)
    assert asked(await answer(hass, form, as_filled(form))) == "rules"
    assert names == ["home.test", ""]


@pytest.mark.usefixtures("no_bot")
async def test_a_port_that_is_closed_is_told_and_can_be_mended(
    hass: HomeAssistant, servers: Lab, ejabberd: Ejabberd, usual_ports: Any
) -> None:
    usual_ports(None)
    form = await at_server(hass, servers, ejabberd)
    assert "No MQTT was found at 127.0.0.1" in form["description_placeholders"]["found"]
    assert not suggested(form)["pubsub_only"]
    form = await answer(hass, form, as_filled(form))
    assert asked(form) == "server host: refused"
    mended = as_filled(form, port=ejabberd.ports["mqtts"])
    assert asked(await answer(hass, form, mended)) == "rules"


@pytest.mark.usefixtures("no_bot")
async def test_without_encryption_the_password_goes_no_further_than_this_machine(
    hass: HomeAssistant, servers: Lab, ejabberd: Ejabberd, usual_ports: Any
) -> None:
    usual_ports(None, mqtt=ejabberd.ports["mqtt"])
    form = await at_server(hass, servers, ejabberd)
    assert "without encryption" in form["description_placeholders"]["found"]
    assert not suggested(form)["encrypted"]
    form = await answer(hass, form, as_filled(form, host="192.168.1.5"))
    assert asked(form) == "server encrypted: account_plain"
    assert asked(await answer(hass, form, as_filled(form, host=LOOPBACK))) == "rules"


@pytest.mark.usefixtures("no_bot")
async def test_a_login_that_mqtt_refuses_is_told(
    hass: HomeAssistant, servers: Lab, ejabberd: Ejabberd, locked_mosquitto: Server, usual_ports: Any
) -> None:
    usual_ports(None, mqtt=locked_mosquitto.ports["mqtt"])
    form = await at_server(hass, servers, ejabberd)
    assert form["description_placeholders"]["found"].endswith("but did not let the account in.")
    plain = as_filled(form, port=locked_mosquitto.ports["mqtt"], encrypted=False)
    assert asked(await answer(hass, form, plain)) == "server base: invalid_auth"


# Prosody


@pytest.mark.usefixtures("bots")
async def test_from_an_address_to_the_first_message_on_prosody(
    hass: HomeAssistant, servers: Lab, mqtt_prosody: Prosody, usual_ports: Any
) -> None:
    usual_ports(mqtt_prosody)
    form = await at_server(hass, servers, mqtt_prosody)
    told = form["description_placeholders"]["found"]
    assert told.startswith("The server is Prosody 0.12")
    assert "at most once (QoS 0), keeps none for later (retain), and knows neither" in told
    assert suggested(form)["server"] == "prosody"
    form = await answer(hass, form, as_filled(form))
    assert asked(form) == "rules"
    form = await answer(hass, form, {"contact": ALICE, "topics": [NEWS, "pubsub.home.test/json/#"]})
    assert asked(form) == "rules topics: prosody_wildcard"
    assert form["description_placeholders"]["example"] == "pubsub.home.test/json/sensors"
    form = await answer(hass, form, {"contact": ALICE, "topics": ["news"]})
    assert asked(form) == "rules topics: prosody_topic"
    async with person(servers, mqtt_prosody) as alice:
        bot = await answer(hass, form, {"contact": ALICE, "topics": [NEWS]})
        entry = bot["result"]
        assert (entry.data["server"], entry.data["certainty"]) == ("prosody", "certain")
        assert entry.options == {"discovery": False}
        runtime = entry.runtime_data
        await until(lambda: runtime.bot.status.state is BotState.WAITING)
        assert runtime.broker.status.detail == "MQTT 3.1.1"
        await until(lambda: NEWS in runtime.broker._wanted._granted)
        await runtime.broker.publish(NEWS, "it is 21 °C".encode(), 1, False)
        await alice.next("it is 21 °C")
        assert runtime.broker.refused == {}


async def test_on_prosody_too_a_changed_password_is_asked_for(hass: HomeAssistant, own_lab: Lab) -> None:
    server = own_lab.prosody(users=USERS, mqtt=True, newer_mqtt=True)
    port = server.ports["mqtt"]
    entry = on_ejabberd(own_lab, server, filters=(NEWS,), server="prosody", tls="off", port=port)
    async with running(hass, entry, None) as runtime:
        await until(lambda: runtime.chat.status.phase is Phase.ONLINE)
        server.account("bot", "newpw")
        await asyncio.to_thread(server.restart)
        await until(lambda: [*entry.async_get_active_flows(hass, {SOURCE_REAUTH})])
        # The broker asks nobody for a password: it is back meanwhile.
        await until(lambda: runtime.broker.status.phase is Phase.ONLINE)
        await log_in_again(hass, entry)
        async with person(own_lab, server) as alice:
            await until(lambda: entry.runtime_data.chat.status.phase is Phase.ONLINE)
            await until(lambda: NEWS in entry.runtime_data.broker._wanted._granted)
            await entry.runtime_data.broker.publish(NEWS, b"let in again", 0, False)
            await alice.next("let in again")


async def test_a_prosody_whose_module_is_upgraded_gets_the_bot_back(
    hass: HomeAssistant, own_lab: Lab, usual_ports: Any
) -> None:
    """The bot stays with PubSub until told otherwise; asked again, the server is found to deliver by MQTT."""
    server = own_lab.prosody(users=USERS, mqtt=True)
    usual_ports(server)
    entry = on_ejabberd(
        own_lab, server, filters=("pubsub.home.test/utf8/news",), server="prosody", pubsub_only=True
    )
    async with running(hass, entry, None) as runtime:
        both = (runtime.chat, runtime.broker)
        await until(lambda: all(link.status.phase is Phase.ONLINE for link in both))
        await asyncio.to_thread(server.upgrade)
        async with person(own_lab, server) as alice:
            await until(lambda: all(link.status.phase is Phase.ONLINE for link in both))
            await runtime.broker.publish(NEWS, b"after the upgrade", 0, False)
            await alice.next("after the upgrade")
        menu = await entry.start_reconfigure_flow(hass)
        form = await answer(hass, menu, {"next_step_id": "xmpp_account"})
        form = await answer(hass, form, xmpp_answers(own_lab, server, ""))
        assert asked(form) == "server"
        assert not suggested(form)["pubsub_only"]


@pytest.mark.usefixtures("no_bot")
async def test_the_nodes_that_are_there_are_suggested_as_topics(
    hass: HomeAssistant, servers: Lab, mqtt_prosody: Prosody, usual_ports: Any
) -> None:
    usual_ports(mqtt_prosody)
    where = ("-h", LOOPBACK, "-p", str(mqtt_prosody.ports["mqtt"]))
    what = ("-t", "pubsub.home.test/json/sensors", "-m", '{"t": 21.5}')
    publisher = await asyncio.create_subprocess_exec("mosquitto_pub", *where, *what)
    assert await publisher.wait() == 0
    form = await at_server(hass, servers, mqtt_prosody)
    form = await answer(hass, form, as_filled(form))
    assert "pubsub.home.test/json/sensors" in suggested(form)["topics"]


@pytest.mark.usefixtures("no_bot")
async def test_a_module_that_delivers_nothing_leaves_pubsub(
    hass: HomeAssistant, own_lab: Lab, usual_ports: Any
) -> None:
    server = own_lab.prosody(users=USERS, mqtt=True)
    usual_ports(server)
    form = await at_server(hass, own_lab, server)
    told = form["description_placeholders"]["found"]
    assert "delivers nothing" in told
    assert told.endswith("through the chat connection (PubSub).")
    assert suggested(form)["pubsub_only"]
    deaf = as_filled(form, pubsub_only=False, encrypted=False, port=server.ports["mqtt"])
    form = await answer(hass, form, deaf)
    assert asked(form) == "server pubsub_only: no_suback"
    form = await answer(hass, form, as_filled(form, pubsub_only=True))
    assert asked(form) == "rules"
    form = await answer(hass, form, {"contact": ALICE, "topics": ["home/+"]})
    assert asked(form) == "rules topics: prosody_wildcard"
    # By PubSub alone the name of a node is enough.
    bot = await answer(hass, form, {"contact": ALICE, "topics": ["sensors"]})
    data = bot["result"].data
    assert (data["pubsub_only"], data["pubsub_service"]) == (True, "pubsub.home.test")


@pytest.mark.usefixtures("bots")
async def test_from_an_address_to_the_first_message_without_any_mqtt(
    hass: HomeAssistant, own_lab: Lab, usual_ports: Any
) -> None:
    server = own_lab.prosody(users=USERS, mqtt=True)
    usual_ports(server)
    form = await at_server(hass, own_lab, server)
    form = await answer(hass, form, as_filled(form))
    async with person(own_lab, server) as alice:
        bot = await answer(hass, form, {"contact": ALICE, "topics": [NEWS]})
        runtime = bot["result"].runtime_data
        await until(lambda: runtime.bot.status.state is BotState.WAITING)
        alice.client.register_plugin("xep_0060")
        payload = ET.Element("{https://prosody.im/protocol/data}data")
        payload.text = "by PubSub alone"
        pubsub = alice.client.plugin["xep_0060"]
        async with asyncio.timeout(PATIENCE):
            while not any(
                "by PubSub alone" in heard.text for heard in alice.all
            ):  # the first one makes the node
                await pubsub.publish(JID("pubsub.home.test"), "news", payload=payload, timeout=PATIENCE)
                await asyncio.sleep(0.5)


@pytest.mark.usefixtures("no_bot")
async def test_a_prosody_without_mqtt_leaves_pubsub(
    hass: HomeAssistant, servers: Lab, prosody: Prosody, usual_ports: Any
) -> None:
    usual_ports(None)
    form = await at_server(hass, servers, prosody)
    assert "No MQTT was found" in form["description_placeholders"]["found"]
    assert suggested(form)["pubsub_only"]
    form = await answer(hass, form, as_filled(form, server="ejabberd"))
    assert asked(form) == "server pubsub_only: no_pubsub"
    assert asked(await answer(hass, form, as_filled(form, server="prosody"))) == "rules"


@pytest.mark.usefixtures("no_bot")
async def test_a_server_that_hides_can_be_named_by_the_user(
    hass: HomeAssistant, own_lab: Lab, usual_ports: Any
) -> None:
    hidden = '  name = "Our chat"; modules_disabled = { "version" }'
    server = own_lab.prosody(users=USERS, extra_host=hidden, mqtt=True, newer_mqtt=True)
    usual_ports(server)
    form = await at_server(hass, own_lab, server)
    assert form["description_placeholders"]["found"].startswith("The server is most likely Prosody;")
    form = await answer(hass, form, as_filled(form))
    assert asked(form) == "rules"
    bot = await answer(hass, form, {"contact": ALICE})
    assert (bot["result"].data["server"], bot["result"].data["certainty"]) == ("prosody", "likely")
    assert bot["title"] == f"MQTT Bot ({BOT})"


# Changing


@pytest.mark.usefixtures("no_bot")
async def test_a_bot_is_moved_to_the_server_of_its_account(
    hass: HomeAssistant, servers: Lab, ejabberd: Ejabberd, mosquitto: Server, usual_ports: Any
) -> None:
    usual_ports(ejabberd)
    entry = bot_entry(standalone(mosquitto.ports["mqtt"]) | account(ejabberd.ports["c2s"], servers.ca))
    entry.add_to_hass(hass)
    menu = await entry.start_reconfigure_flow(hass)
    assert menu["menu_options"] == ["reconfigure_broker", "reconfigure_xmpp", "xmpp_account"]
    form = await answer(hass, menu, {"next_step_id": "xmpp_account"})
    assert suggested(form)["jid"] == BOT
    form = await answer(hass, form, xmpp_answers(servers, ejabberd, ""))
    form = await answer(hass, form, as_filled(form))
    assert (form["type"], form["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert (entry.data["mode"], entry.data["client_id"]) == ("xmpp_account", client_id())
    assert entry.data["port"] == ejabberd.ports["mqtts"]


@pytest.mark.usefixtures("no_bot")
async def test_reconfiguring_asks_the_server_again(
    hass: HomeAssistant, servers: Lab, ejabberd: Ejabberd, usual_ports: Any
) -> None:
    usual_ports(ejabberd)
    entry = on_ejabberd(servers, ejabberd, detected="2020-01-01", certainty="unknown", server="other")
    entry.add_to_hass(hass)
    menu = await entry.start_reconfigure_flow(hass)
    assert menu["menu_options"] == ["xmpp_account", "reconfigure_broker"]
    form = await answer(hass, menu, {"next_step_id": "xmpp_account"})
    assert asked(form) == "xmpp_account"
    form = await answer(hass, form, xmpp_answers(servers, ejabberd, ""))
    assert asked(form) == "server"
    await answer(hass, form, as_filled(form))
    assert (entry.data["server"], entry.data["certainty"]) == ("ejabberd", "certain")
    assert entry.data["detected"] > "2020-01-01"
    assert entry.data["xmpp_password"] == "botpw"


async def test_a_bot_leaves_the_server_of_its_account_for_another_broker(
    hass: HomeAssistant, servers: Lab, mqtt_prosody: Prosody, mosquitto: Server
) -> None:
    entry = on_ejabberd(
        servers, mqtt_prosody, filters=(NEWS,), server="prosody", tls="off", port=mqtt_prosody.ports["mqtt"]
    )
    async with person(servers, mqtt_prosody) as alice, running(hass, entry, None):
        await until(lambda: entry.runtime_data.bot.status.state is BotState.WAITING)
        hass.config_entries.async_update_entry(entry, options={"discovery": False, "retention_days": 7})
        menu = await entry.start_reconfigure_flow(hass)
        form = await answer(hass, menu, {"next_step_id": "reconfigure_broker"})
        assert asked(form) == "reconfigure_broker"
        assert suggested(form).get("host") is None
        end = await answer(hass, form, broker_answer(mosquitto.ports["mqtt"], tls="off"))
        assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
        assert (entry.data["mode"], entry.data["tls_name"], entry.data["jid"]) == ("standalone", "", BOT)
        assert dict(entry.options) == {"retention_days": 7}
        await hass.async_block_till_done()
        await until(lambda: entry.state is ConfigEntryState.LOADED)
        await until(lambda: NEWS in entry.runtime_data.broker._wanted._granted)
        await publish(mosquitto.ports["mqtt"], NEWS, "from the new broker")
        await alice.next("from the new broker")


@pytest.mark.usefixtures("no_bot")
async def test_a_bot_on_home_assistants_connection_may_move_too(
    hass: HomeAssistant, servers: Lab, ejabberd: Ejabberd
) -> None:
    entry = bot_entry({"mode": "home_assistant"} | account(ejabberd.ports["c2s"], servers.ca))
    entry.add_to_hass(hass)
    menu = await entry.start_reconfigure_flow(hass)
    assert menu["menu_options"] == ["reconfigure_xmpp", "xmpp_account"]


@pytest.mark.usefixtures("no_bot")
async def test_a_topic_that_prosody_cannot_deliver_is_not_added(
    hass: HomeAssistant, servers: Lab, mqtt_prosody: Prosody
) -> None:
    entry = on_ejabberd(servers, mqtt_prosody, server="prosody")
    entry.add_to_hass(hass)
    form = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "topic"), context={"source": "user"}
    )
    typed = {"filter": "home/#", "priority": "normal", "display": "each", "qos": "1", "sound": True}
    form = await hass.config_entries.subentries.async_configure(form["flow_id"], typed)
    assert form["errors"] == {"filter": "prosody_wildcard"}


# Values


def test_the_broker_is_told_as_little_as_prosody_can_take(servers: Lab, mqtt_prosody: Prosody) -> None:
    settings = broker_settings(on_ejabberd(servers, mqtt_prosody, server="prosody").data)
    assert (settings.client_id, settings.username, settings.password) == ("", "", "")
    assert (settings.protocol, settings.session_expiry) == (Protocol.MQTT_311, 0)
    assert (settings.limits.maximum_qos, settings.limits.retain, settings.limits.wildcards) == (
        0,
        False,
        False,
    )


def test_ejabberd_gets_the_accounts_login(servers: Lab, ejabberd: Ejabberd) -> None:
    settings = broker_settings(on_ejabberd(servers, ejabberd).data)
    assert (settings.username, settings.password, settings.tls_name) == (BOT, "botpw", "home.test")


def test_a_finding_that_the_user_overrides_is_none(servers: Lab) -> None:
    found = account_module.AccountFound(ServerFound(ServerKind.PROSODY, Certainty.CERTAIN), ())
    typed = {"server": "other", "host": "mqtt.home.test", "encrypted": True, "pubsub_only": False}
    data = server_data(typed, account(5222, servers.ca) | {"mode": "xmpp_account"}, found)
    assert (data["server"], data["certainty"], data["port"]) == ("other", "unknown", 8883)


@pytest.mark.parametrize("topic", ["pubsub.home.test/json/a/b", "pubsub.home.test/atom_title/x"])
def test_topics_that_prosody_knows(topic: str) -> None:
    fit_filter({"mode": "xmpp_account", "server": "prosody", "jid": BOT}, topic)


@pytest.mark.parametrize("topic", ["home/kitchen", "pubsub.home.test/xml/a", "pubsub.home.test/json/"])
def test_topics_that_prosody_does_not_know(topic: str) -> None:
    with pytest.raises(BotError, match="prosody_topic"):
        fit_filter({"mode": "xmpp_account", "server": "prosody", "jid": BOT}, topic)


def test_other_brokers_take_every_filter() -> None:
    fit_filter({"mode": "standalone", "jid": BOT}, "home/#")
    fit_filter({"mode": "xmpp_account", "server": "ejabberd", "jid": BOT}, "home/#")
