"""Setting a bot up, changing it, logging in again: every connection is really tried."""

from collections.abc import Callable
from typing import Any

from flows import (
    NO_XMPP,
    Answers,
    answer,
    asked,
    begin,
    broker_answers,
    open_sections,
    suggested,
    xmpp_answers,
)
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from running import (
    ALICE,
    BOT,
    LOOPBACK,
    NO_ACCOUNT,
    USERS,
    account,
    bot_entry,
    client_id,
    standalone,
    topics,
)

from custom_components.dinox_mqtt_bot.const import ATTR_LINK, CONF_MODE, DOMAIN, LinkName, Mode
from custom_components.dinox_mqtt_bot.flows.connections import (
    spread_account,
    spread_broker,
    spread_server,
    xmpp_data,
)
from lab.person import Person
from lab.servers import Lab, Prosody, Server, free_ports

pytestmark = pytest.mark.usefixtures("no_bot")


def closed_port() -> int:
    """Return a port of this machine where nobody answers."""
    return free_ports(["closed"])["closed"]


@pytest.fixture
def ha_mqtt(hass: HomeAssistant) -> MockConfigEntry:
    """Home Assistant's MQTT integration, as far as a flow looks at it."""
    entry = MockConfigEntry(domain="mqtt")
    entry.add_to_hass(hass)
    entry.mock_state(hass, ConfigEntryState.LOADED)
    return entry


async def at_xmpp(hass: HomeAssistant, server: Server) -> ConfigFlowResult:
    """Go to the account's form."""
    form = await answer(hass, await begin(hass, "standalone"), broker_answers(server))
    assert asked(form) == "xmpp"
    return form


# Setting up


async def test_a_standalone_bot_is_a_connection_an_account_and_the_first_rules(
    hass: HomeAssistant, servers: Lab, locked_mosquitto: Server, prosody: Prosody
) -> None:
    form = await begin(hass, "standalone")
    assert asked(form) == "standalone"
    form = await answer(
        hass, form, broker_answers(locked_mosquitto, host=" 127.0.0.1 ", username="ha", password="right")
    )
    form = await answer(hass, form, xmpp_answers(servers, prosody) | {"jid": "Bot@HOME.test/phone"})
    assert asked(form) == "rules"
    bot = await answer(hass, form, {"contact": "Alice@home.test", "topics": ["home/#", " lab/+ ", "home/#"]})

    assert bot["type"] is FlowResultType.CREATE_ENTRY
    entry = bot["result"]
    assert entry.title == "MQTT Bot"
    data = dict(entry.data)
    assert data.pop("client_id").startswith("dinox-mqtt-bot-")
    assert len(data.pop("xmpp_resource").removeprefix("ha-")) == 16
    assert data == {
        "mode": "standalone",
        "host": LOOPBACK,
        "port": locked_mosquitto.ports["mqtt"],
        "username": "ha",
        "password": "right",
        "tls": "off",
        "ca": "",
        "client_cert": "",
        "client_key": "",
        "protocol": "automatic",
        "transport": "tcp",
        "path": "/mqtt",
        "plain_password_ok": False,
        "jid": BOT,
        "xmpp_password": "botpw",
        "xmpp_host": LOOPBACK,
        "xmpp_port": prosody.ports["c2s"],
        "xmpp_security": "starttls",
        "xmpp_ca": servers.ca.read_text("ascii").strip(),
        "insecure_ok": False,
    }
    rules = [(rule.subentry_type, rule.unique_id, rule.title) for rule in entry.subentries.values()]
    assert rules == [("topic", "home/#", "home/#"), ("topic", "lab/+", "lab/+"), ("contact", ALICE, ALICE)]


async def test_a_bot_without_an_account_is_asked_for_topics_only(
    hass: HomeAssistant, mosquitto: Server
) -> None:
    form = await answer(hass, await at_xmpp(hass, mosquitto), NO_XMPP)
    assert [str(key) for key in form["data_schema"].schema] == ["topics"]
    bot = await answer(hass, form, {})
    assert (bot["result"].data["jid"], bot["result"].data["xmpp_password"]) == ("", "")
    assert not bot["result"].subentries


async def test_the_bots_own_account_may_be_its_contact(
    hass: HomeAssistant, servers: Lab, mosquitto: Server, prosody: Prosody
) -> None:
    form = await answer(hass, await at_xmpp(hass, mosquitto), xmpp_answers(servers, prosody))
    bot = await answer(hass, form, {"contact": BOT})
    assert [rule.unique_id for rule in bot["result"].subentries.values()] == [BOT]
    assert bot["description"] == "self_chat"


async def test_home_assistants_own_connection_needs_no_broker(
    hass: HomeAssistant, servers: Lab, prosody: Prosody, ha_mqtt: MockConfigEntry
) -> None:
    form = await begin(hass, "home_assistant")
    assert asked(form) == "xmpp"
    form = await answer(hass, form, xmpp_answers(servers, prosody))
    bot = await answer(hass, form, {"contact": ALICE, "topics": ["home/#"]})
    assert bot["result"].data[CONF_MODE] == Mode.HOME_ASSISTANT
    assert "host" not in bot["result"].data


async def test_home_assistants_own_connection_comes_first_and_only_where_there_is_one(
    hass: HomeAssistant, request: pytest.FixtureRequest
) -> None:
    async def ways() -> list[str]:
        menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
        return list(menu["menu_options"])

    assert await ways() == ["standalone", "xmpp_account"]
    request.getfixturevalue("ha_mqtt")
    assert await ways() == ["home_assistant", "standalone", "xmpp_account"]


async def test_the_menu_comes_again_where_home_assistants_connection_went_meanwhile(
    hass: HomeAssistant, ha_mqtt: MockConfigEntry
) -> None:
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    ha_mqtt.mock_state(hass, ConfigEntryState.NOT_LOADED)
    menu = await answer(hass, menu, {"next_step_id": "home_assistant"})
    assert (menu["type"], menu["menu_options"]) == (FlowResultType.MENU, ["standalone", "xmpp_account"])


async def test_where_home_assistants_own_connection_goes_is_suggested(
    hass: HomeAssistant, ha_mqtt: MockConfigEntry
) -> None:
    assert suggested(await begin(hass, "standalone")) == {}
    hass.config_entries.async_update_entry(ha_mqtt, data={"broker": "core-mosquitto", "port": 1884})
    assert suggested(await begin(hass, "standalone")) == {"host": "core-mosquitto", "port": 1884}


@pytest.mark.parametrize(
    ("advanced", "port"),
    [
        ({"protocol": "mqtt_5"}, "mqtt"),
        ({"protocol": "mqtt_311"}, "mqtt"),
        ({"transport": "websockets", "path": "any"}, "ws"),
    ],
)
async def test_version_and_transport_can_be_chosen(
    hass: HomeAssistant, web_mosquitto: Server, advanced: Answers, port: str
) -> None:
    answers = broker_answers(web_mosquitto, advanced=advanced, port=web_mosquitto.ports[port])
    assert asked(await answer(hass, await begin(hass, "standalone"), answers)) == "xmpp"


async def test_a_broker_with_a_certificate_of_an_own_authority(
    hass: HomeAssistant, servers: Lab, tls_mosquitto: Server
) -> None:
    answers = broker_answers(tls_mosquitto, tls="custom", certificates={"ca": servers.ca.read_text("ascii")})
    assert asked(await answer(hass, await begin(hass, "standalone"), answers)) == "xmpp"


async def test_a_broker_that_wants_a_client_certificate(
    hass: HomeAssistant, servers: Lab, mtls_mosquitto: Server
) -> None:
    files = servers.certificates
    certificates = {
        "ca": files.ca.read_text("ascii"),
        "client_cert": files.client.read_text("ascii"),
        "client_key": files.client_key.read_text("ascii"),
    }
    answers = broker_answers(mtls_mosquitto, tls="custom", certificates=certificates)
    assert asked(await answer(hass, await begin(hass, "standalone"), answers)) == "xmpp"


async def test_a_port_left_empty_is_the_usual_one(hass: HomeAssistant) -> None:
    answers: Answers = {"host": "127.0.0.1/mqtt", "tls": "system", "certificates": {}, "advanced": {}}
    assert (
        asked(await answer(hass, await begin(hass, "standalone"), answers)) == "standalone host: invalid_host"
    )


# What can be wrong with a broker, and that the same form then goes on


async def goes_on(hass: HomeAssistant, form: ConfigFlowResult, good: Answers) -> None:
    """Mend what was typed, in the same form."""
    assert asked(await answer(hass, form, good)) == "xmpp"


@pytest.mark.parametrize("host", ["http://127.0.0.1", "127.0.0.1:port", "my broker", "  ", "a@b", "[::1"])
async def test_an_address_that_is_none_is_refused(hass: HomeAssistant, mosquitto: Server, host: str) -> None:
    form = await answer(hass, await begin(hass, "standalone"), broker_answers(mosquitto, host=host))
    assert asked(form) == "standalone host: invalid_host"
    await goes_on(hass, form, broker_answers(mosquitto))


async def test_what_is_pasted_as_a_host_goes_to_the_fields_it_belongs_to(
    hass: HomeAssistant, locked_mosquitto: Server
) -> None:
    port = locked_mosquitto.ports["mqtt"]
    pasted = broker_answers(locked_mosquitto, host=f"mqtt://ha:wr%6Fng@127.0.0.1:{port}")
    form = await answer(hass, await begin(hass, "standalone"), {**pasted, "port": 1})
    assert asked(form) == "standalone password: invalid_auth"
    assert suggested(form) == {
        "host": LOOPBACK,
        "port": port,
        "username": "ha",
        "password": "wrong",
        "tls": "off",
        "protocol": "automatic",
        "transport": "tcp",
        "plain_password_ok": False,
    }
    await goes_on(hass, form, {**pasted, "host": f"127.0.0.1:{port}", "username": "ha", "password": "right"})


@pytest.mark.parametrize(
    ("host", "spread"),
    [
        ("broker.lan:1884", {"host": "broker.lan", "port": 1884}),
        ("[::1]:1884", {"host": "::1", "port": 1884}),
        ("fe80::1", {"host": "fe80::1"}),
        ("MQTT://Broker.lan", {"host": "broker.lan", "transport": "tcp"}),
        (
            "mqtts://broker.lan:8884",
            {"host": "broker.lan", "port": 8884, "tls": "system", "transport": "tcp"},
        ),
        ("ssl://broker.lan", {"host": "broker.lan", "tls": "system", "transport": "tcp"}),
        ("ws://broker.lan/any", {"host": "broker.lan", "transport": "websockets", "path": "/any"}),
        ("wss://broker.lan/", {"host": "broker.lan", "tls": "system", "transport": "websockets"}),
        ("http://broker.lan", {"host": "http://broker.lan"}),
    ],
)
def test_every_kind_of_address_is_spread_over_the_fields(host: str, spread: Answers) -> None:
    found = spread_broker({"host": host, "tls": "off", "certificates": {}, "advanced": {}})
    assert found.pop("certificates") == {}
    assert {"tls": "off", **spread} == found | found.pop("advanced")


def test_an_own_authority_stays_chosen_whatever_is_pasted() -> None:
    assert spread_broker({"host": "mqtts://b", "tls": "custom", "advanced": {}})["tls"] == "custom"


def test_the_accounts_form_takes_what_people_paste() -> None:
    typed = {"jid": " xmpp:bot@home.test ", "advanced": {"xmpp_host": "chat.lan:5223"}}
    assert spread_account(typed) == {
        "jid": "bot@home.test",
        "advanced": {"xmpp_host": "chat.lan", "xmpp_port": 5223},
    }
    link = "xmpp:home.test?register;preauth=x"
    assert spread_account({"jid": link, "advanced": {}}) == {"invitation": link, "advanced": {}}
    assert spread_account({"jid": "https://x/y", "invitation": link, "advanced": {}})["invitation"] == link
    assert spread_server({"host": "mqtts://chat.lan:8884"}) == {"host": "chat.lan", "port": 8884}
    assert spread_server({"host": "chat.lan"}) == {"host": "chat.lan"}
    assert spread_server({"host": "ws://chat.lan"}) == {"host": "ws://chat.lan"}


async def test_a_broker_that_wants_to_know_who_it_is(hass: HomeAssistant, locked_mosquitto: Server) -> None:
    form = await answer(hass, await begin(hass, "standalone"), broker_answers(locked_mosquitto))
    assert asked(form) == "standalone username: login_missing"


async def test_what_was_set_under_advanced_is_seen_again(hass: HomeAssistant, mosquitto: Server) -> None:
    form = await begin(hass, "standalone")
    assert open_sections(form) == []
    usual = {"protocol": "automatic", "transport": "tcp", "plain_password_ok": False}
    form = await answer(hass, form, broker_answers(mosquitto, port=closed_port(), advanced=usual))
    assert open_sections(form) == []
    chosen = usual | {"protocol": "mqtt_5"}
    form = await answer(hass, form, broker_answers(mosquitto, port=closed_port(), advanced=chosen))
    assert open_sections(form) == ["advanced"]


async def test_a_broker_that_is_not_there(hass: HomeAssistant, mosquitto: Server) -> None:
    form = await answer(hass, await begin(hass, "standalone"), broker_answers(mosquitto, port=closed_port()))
    assert asked(form) == "standalone host: refused"
    assert form["description_placeholders"]["host"] == LOOPBACK
    await goes_on(hass, form, broker_answers(mosquitto))


async def test_a_password_the_broker_refuses(hass: HomeAssistant, locked_mosquitto: Server) -> None:
    wrong = broker_answers(locked_mosquitto, username="ha", password="wrong")
    form = await answer(hass, await begin(hass, "standalone"), wrong)
    assert asked(form) == "standalone password: invalid_auth"
    await goes_on(hass, form, wrong | {"password": "right"})


async def test_a_certificate_nobody_here_trusts(
    hass: HomeAssistant, servers: Lab, tls_mosquitto: Server
) -> None:
    form = await answer(hass, await begin(hass, "standalone"), broker_answers(tls_mosquitto, tls="system"))
    assert asked(form) == "standalone base: tls_unknown_authority"
    assert open_sections(form) == ["certificates"]
    trusting = {"tls": "custom", "certificates": {"ca": servers.ca.read_text("ascii")}}
    await goes_on(hass, form, broker_answers(tls_mosquitto, **trusting))


async def test_tls_where_the_broker_speaks_none(hass: HomeAssistant, mosquitto: Server) -> None:
    form = await answer(hass, await begin(hass, "standalone"), broker_answers(mosquitto, tls="system"))
    assert asked(form) == "standalone base: tls_unexpected"
    await goes_on(hass, form, broker_answers(mosquitto))


async def test_no_tls_where_the_broker_wants_it(hass: HomeAssistant, tls_mosquitto: Server) -> None:
    form = await answer(hass, await begin(hass, "standalone"), broker_answers(tls_mosquitto))
    assert asked(form) == "standalone base: tls_expected"


@pytest.mark.parametrize(
    ("certificates", "error"),
    [
        ({}, "invalid_ca"),
        ({"ca": "no certificate"}, "invalid_ca"),
        ({"ca": "-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----"}, "invalid_ca"),
        ({"ca": "-----BEGIN CERTIFICATE-----\nnö\n-----END CERTIFICATE-----"}, "invalid_ca"),
        ({"ca": "good", "client_cert": "no certificate"}, "invalid_client_cert"),
        ({"ca": "good", "client_cert": "good"}, "invalid_client_cert"),
    ],
)
async def test_certificates_that_cannot_be_read(
    hass: HomeAssistant, servers: Lab, mosquitto: Server, certificates: Answers, error: str
) -> None:
    good = servers.ca.read_text("ascii")
    pasted = {name: good if text == "good" else text for name, text in certificates.items()}
    answers = broker_answers(mosquitto, tls="custom", certificates=pasted)
    form = await answer(hass, await begin(hass, "standalone"), answers)
    assert asked(form) == f"standalone base: {error}"
    await goes_on(hass, form, broker_answers(mosquitto))


@pytest.mark.parametrize(
    ("has", "gets", "again"),
    [
        (["home/#"], ["lab/#"], False),
        (["home/#"], [], False),
        (["home/#"], ["home/#", "lab/#"], False),
        (["home/#", "lab/#"], ["lab/#", " home/# "], True),
        ([], [], True),
    ],
)
async def test_a_login_at_a_broker_may_have_a_bot_for_other_topics(
    hass: HomeAssistant, mosquitto: Server, has: list[str], gets: list[str], again: bool
) -> None:
    first = bot_entry(standalone(mosquitto.ports["mqtt"]) | NO_ACCOUNT, topics(*has))
    first.add_to_hass(hass)
    form = await answer(hass, await at_xmpp(hass, mosquitto), NO_XMPP)
    end = await answer(hass, form, {"topics": gets})
    if again:
        assert asked(end) == "rules base: already_configured"
        assert end["description_placeholders"]["bot"] == first.title
        assert suggested(end)["topics"] == gets
        return
    assert end["result"].data["client_id"] != first.data["client_id"]


async def test_a_login_at_a_broker_may_have_a_bot_with_another_account(
    hass: HomeAssistant, servers: Lab, locked_mosquitto: Server, prosody: Prosody
) -> None:
    login = {"username": "ha", "password": "right"}
    data = standalone(locked_mosquitto.ports["mqtt"]) | login
    bot_entry(data | account(prosody.ports["c2s"], servers.ca), topics("home/#")).add_to_hass(hass)
    form = await answer(hass, await begin(hass, "standalone"), broker_answers(locked_mosquitto, **login))
    assert asked(form) == "xmpp"
    form = await answer(hass, form, xmpp_answers(servers, prosody))
    assert asked(form) == "xmpp jid: jid_in_use"

    alice = xmpp_answers(servers, prosody, "alicepw") | {"jid": ALICE}
    form = await answer(hass, await answer(hass, form, alice), {"contact": ALICE, "topics": ["home/#"]})
    assert form["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("has", ["lab/#", "home/#"])
async def test_a_bot_may_move_to_the_login_of_another_with_other_topics(
    hass: HomeAssistant, mosquitto: Server, has: str
) -> None:
    bot_entry(standalone(mosquitto.ports["mqtt"]) | NO_ACCOUNT, topics(has)).add_to_hass(hass)
    moves = bot_entry(standalone(1) | NO_ACCOUNT, topics("home/#"))
    moves.add_to_hass(hass)
    form = await change(hass, moves, "broker")
    end = await answer(hass, form, broker_answers(mosquitto))
    if has == "lab/#":
        assert ended(end) == "reconfigure_successful"
    else:
        assert asked(end) == "reconfigure_broker base: already_configured"


# What can be wrong with an account


async def logs_in(hass: HomeAssistant, form: ConfigFlowResult, good: Answers) -> None:
    """Mend what was typed, in the same form."""
    assert asked(await answer(hass, form, good)) == "rules"


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"jid": "bot"}, "jid: invalid_jid"),
        ({"xmpp_password": ""}, "xmpp_password: password_missing"),
        ({"xmpp_password": "wrong"}, "xmpp_password: xmpp_invalid_auth"),
        ({"advanced": {"xmpp_host": "http://127.0.0.1"}}, "base: invalid_host"),
        ({"advanced": {"xmpp_host": LOOPBACK, "xmpp_ca": "none"}}, "base: invalid_ca"),
        ({"advanced": {"xmpp_host": "192.0.2.1", "xmpp_security": "plain"}}, "base: plain_needs_loopback"),
        ({"advanced": {"xmpp_security": "plain"}}, "base: plain_needs_loopback"),
    ],
)
async def test_an_account_that_does_not_work(
    hass: HomeAssistant, servers: Lab, mosquitto: Server, prosody: Prosody, wrong: Answers, complaint: str
) -> None:
    good = xmpp_answers(servers, prosody)
    form = await answer(hass, await at_xmpp(hass, mosquitto), good | wrong)
    assert asked(form) == f"xmpp {complaint}"
    await logs_in(hass, form, good)


async def test_an_xmpp_server_that_is_not_there(
    hass: HomeAssistant, servers: Lab, mosquitto: Server, prosody: Prosody
) -> None:
    form = await answer(
        hass, await at_xmpp(hass, mosquitto), xmpp_answers(servers, prosody, xmpp_port=closed_port())
    )
    assert asked(form) == "xmpp base: xmpp_cannot_connect"
    assert form["description_placeholders"]["host"] == LOOPBACK
    await logs_in(hass, form, xmpp_answers(servers, prosody))


async def test_an_xmpp_certificate_nobody_here_trusts(
    hass: HomeAssistant, servers: Lab, mosquitto: Server, prosody: Prosody
) -> None:
    form = await answer(hass, await at_xmpp(hass, mosquitto), xmpp_answers(servers, prosody, xmpp_ca=""))
    assert asked(form) == "xmpp base: xmpp_tls_unknown_authority"
    assert open_sections(form) == ["advanced"]
    await logs_in(hass, form, xmpp_answers(servers, prosody))


@pytest.mark.parametrize(("security", "port"), [("direct", "c2s_tls"), ("plain", "c2s")])
async def test_other_ways_to_the_server_on_this_machine(
    hass: HomeAssistant, servers: Lab, mosquitto: Server, prosody: Prosody, security: str, port: str
) -> None:
    answers = xmpp_answers(servers, prosody, xmpp_security=security, xmpp_port=prosody.ports[port])
    await logs_in(hass, await at_xmpp(hass, mosquitto), answers)


def test_a_plain_password_goes_to_another_machine_only_if_the_user_insists() -> None:
    advanced = {"xmpp_host": "192.0.2.1", "xmpp_security": "plain", "insecure_ok": True}
    data = xmpp_data({"jid": BOT, "xmpp_password": "botpw", "advanced": advanced}, {})
    assert (data["xmpp_security"], data["insecure_ok"]) == ("plain", True)


async def test_an_account_belongs_to_one_bot(
    hass: HomeAssistant, servers: Lab, mosquitto: Server, prosody: Prosody
) -> None:
    other = bot_entry(standalone(1) | account(prosody.ports["c2s"], servers.ca))
    other.add_to_hass(hass)
    form = await answer(hass, await at_xmpp(hass, mosquitto), xmpp_answers(servers, prosody))
    assert asked(form) == "xmpp jid: jid_in_use"
    assert (await answer(hass, form, NO_XMPP))["step_id"] == "rules"


async def test_one_bot_without_an_account_uses_home_assistants_connection(
    hass: HomeAssistant, ha_mqtt: MockConfigEntry
) -> None:
    bot_entry({CONF_MODE: "home_assistant"} | NO_ACCOUNT).add_to_hass(hass)
    form = await answer(hass, await begin(hass, "home_assistant"), NO_XMPP)
    assert asked(form) == "xmpp jid: jid_missing"


# The first rules


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"contact": "alice"}, "contact: invalid_jid"),
        ({"contact": "den@conference.home.test"}, "contact: contact_is_room"),
        ({"contact": "nobody@nowhere.test"}, "contact: contact_unreachable"),
        ({"topics": ["home/#", "home/#/kitchen"]}, "topics: invalid_filter"),
        ({"contact": "nobody@home.test"}, "contact: contact_returned"),
    ],
)
async def test_first_rules_that_are_none(
    hass: HomeAssistant, servers: Lab, mosquitto: Server, prosody: Prosody, wrong: Answers, complaint: str
) -> None:
    form = await answer(hass, await at_xmpp(hass, mosquitto), xmpp_answers(servers, prosody))
    form = await answer(hass, form, {"contact": ALICE} | wrong)
    assert asked(form) == f"rules {complaint}"
    assert (await answer(hass, form, {"contact": ALICE}))["type"] is FlowResultType.CREATE_ENTRY


async def test_a_room_as_the_first_contact_is_offered_as_one(
    hass: HomeAssistant, servers: Lab, mosquitto: Server, prosody: Prosody
) -> None:
    form = await answer(hass, await at_xmpp(hass, mosquitto), xmpp_answers(servers, prosody))
    room = {"contact": "den@conference.home.test"}
    form = await answer(hass, form, room)
    assert asked(form) == "rules contact: contact_is_room"
    end = await answer(hass, form, room)
    (kept,) = [each for each in end["result"].subentries.values() if each.subentry_type == "contact"]
    assert (kept.data["jid"], kept.data["room"], kept.data["role"]) == (room["contact"], True, "operator")


async def test_rows_left_empty_are_no_topics_and_a_bot_without_any_is_asked_about_once(
    hass: HomeAssistant, mosquitto: Server
) -> None:
    form = await answer(hass, await at_xmpp(hass, mosquitto), NO_XMPP)
    flow = hass.config_entries.flow
    form = await flow.async_configure(form["flow_id"], {"topics": ["", " "]})
    assert asked(form) == "rules topics: nothing_to_tell"
    form = await flow.async_configure(form["flow_id"], {"topics": [""]})
    assert asked(form) == "tell"
    end = await flow.async_configure(form["flow_id"], {})
    assert not end["result"].subentries


@pytest.mark.parametrize(
    ("tell", "display"), [("alerts", "silent"), ("changes", "changes"), ("everything", "each")]
)
async def test_a_new_bot_is_asked_how_much_it_shall_say(
    hass: HomeAssistant, mosquitto: Server, tell: str, display: str
) -> None:
    form = await answer(hass, await at_xmpp(hass, mosquitto), NO_XMPP)
    flow = hass.config_entries.flow
    form = await flow.async_configure(form["flow_id"], {"topics": ["home/+", "", "lab"]})
    assert (asked(form), form["description_placeholders"]) == ("tell", {"found": ""})
    end = await flow.async_configure(form["flow_id"], {"tell": tell})
    assert [topic.data["display"] for topic in end["result"].subentries.values()] == [display] * 2
    assert end["description"] == "assist"


async def test_the_last_thing_is_how_a_phone_adds_the_bot(
    hass: HomeAssistant, servers: Lab, mosquitto: Server, prosody: Prosody, alice: Person
) -> None:
    form = await answer(hass, await at_xmpp(hass, mosquitto), xmpp_answers(servers, prosody))
    flow = hass.config_entries.flow
    form = await flow.async_configure(form["flow_id"], {"contact": f"xmpp:{ALICE}", "topics": ["home/#"]})
    assert asked(form) == "tell"
    await alice.next("test message")
    form = await flow.async_configure(form["flow_id"], {})
    assert (asked(form), form["description_placeholders"]) == ("scan", {"bot": BOT})
    (picture,) = form["data_schema"].schema.values()
    assert picture.config["data"] == f"xmpp:{BOT}?roster"
    end = await flow.async_configure(form["flow_id"], {})
    assert (end["description"], end["description_placeholders"]) == ("default", {"bot": BOT})
    assert [each.data["role"] for each in end["result"].get_subentries_of_type("contact")] == ["admin"]


async def test_a_first_contact_whom_nothing_reaches_now_is_kept_for_who_insists(
    hass: HomeAssistant, servers: Lab, mosquitto: Server, prosody: Prosody
) -> None:
    nobody = {"contact": "nobody@nowhere.test"}
    form = await answer(hass, await at_xmpp(hass, mosquitto), xmpp_answers(servers, prosody))
    form = await answer(hass, form, nobody)
    assert asked(form) == "rules contact: contact_unreachable"
    assert (await answer(hass, form, nobody))["type"] is FlowResultType.CREATE_ENTRY


async def test_a_first_contact_that_nobody_can_be_asked_about_is_taken(
    hass: HomeAssistant, mosquitto: Server, own_lab: Lab
) -> None:
    prosody = own_lab.prosody(users=USERS)
    form = await answer(hass, await at_xmpp(hass, mosquitto), xmpp_answers(own_lab, prosody))
    prosody.stop()
    end = await answer(hass, form, {"contact": "nobody@nowhere.test"})
    assert end["type"] is FlowResultType.CREATE_ENTRY


async def test_a_second_bot_is_told_apart_by_where_its_messages_come_from(
    hass: HomeAssistant, mosquitto: Server, ha_mqtt: MockConfigEntry
) -> None:
    titles = []
    for server in (
        await answer(hass, await at_xmpp(hass, mosquitto), NO_XMPP),
        await begin(hass, "home_assistant"),
    ):
        form = await answer(hass, server, NO_XMPP) if server["step_id"] == "xmpp" else server
        titles.append((await answer(hass, form, {}))["title"])
    assert titles == ["MQTT Bot", "MQTT Bot (Home Assistant)"]


async def test_no_two_bots_have_the_same_title(hass: HomeAssistant, mosquitto: Server) -> None:
    titles = []
    for topic in ("a", "b", "c", "d"):
        form = await answer(hass, await at_xmpp(hass, mosquitto), NO_XMPP)
        titles.append((await answer(hass, form, {"topics": [topic]}))["title"])
    at = f"MQTT Bot ({LOOPBACK})"
    assert titles == ["MQTT Bot", at, f"{at} 2", f"{at} 3"]


# Changing a bot


async def change(hass: HomeAssistant, entry: MockConfigEntry, link: str = "") -> ConfigFlowResult:
    """Start to reconfigure; `link` is chosen in the menu, if there is one."""
    form = await entry.start_reconfigure_flow(hass)
    return await answer(hass, form, {"next_step_id": f"reconfigure_{link}"}) if link else form


@pytest.fixture
def bot(hass: HomeAssistant, servers: Lab, locked_mosquitto: Server, prosody: Prosody) -> MockConfigEntry:
    """A bot with a password at the broker and an account."""
    login = {"username": "ha", "password": "right", "client_cert": "", "client_key": ""}
    entry = bot_entry(
        standalone(locked_mosquitto.ports["mqtt"]) | login | account(prosody.ports["c2s"], servers.ca)
    )
    entry.add_to_hass(hass)
    return entry


def ended(result: ConfigFlowResult) -> str:
    """Return the reason why a flow ended without a new entry."""
    assert result["type"] is FlowResultType.ABORT, result
    return result["reason"]


async def test_a_broker_is_changed_and_an_empty_password_kept(
    hass: HomeAssistant, bot: MockConfigEntry, locked_mosquitto: Server
) -> None:
    form = await change(hass, bot, "broker")
    filled = suggested(form)
    assert (filled["host"], filled["username"]) == (LOOPBACK, "ha")
    assert not {"password", "client_key"} & set(filled)
    answers = broker_answers(locked_mosquitto, username="ha", advanced={"protocol": "mqtt_311"})
    assert ended(await answer(hass, form, answers)) == "reconfigure_successful"
    assert (bot.data["protocol"], bot.data["password"]) == ("mqtt_311", "right")
    assert bot.data["client_id"] == client_id()


@pytest.mark.parametrize("step", ["standalone", "reconfigure_broker"])
async def test_a_password_crosses_no_plain_connection_out_of_the_house_unasked(
    hass: HomeAssistant, bot: MockConfigEntry, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    tried: list[str] = []

    async def connect(_hass: HomeAssistant, data: Answers) -> None:
        tried.append(data["host"])

    monkeypatch.setattr("custom_components.dinox_mqtt_bot.config_flow.async_try_broker", connect)
    form = await begin(hass, "standalone") if step == "standalone" else await change(hass, bot, "broker")
    away = {"host": "10.example.com", "tls": "off", "certificates": {}, "advanced": {}}
    login = {"username": "ha", "password": "right"}
    form = await answer(hass, form, away | login)
    assert asked(form) == f"{step} tls: plain_password"
    assert tried == []
    form = await answer(hass, form, away | login | {"advanced": {"plain_password_ok": True}})
    assert form["type"] is FlowResultType.ABORT or asked(form) == "xmpp"
    assert tried == ["10.example.com"]


@pytest.mark.parametrize("answers", [{"tls": "system", "username": "ha", "password": "right"}, {}])
async def test_with_tls_or_without_a_login_there_is_nothing_to_confirm(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, answers: Answers
) -> None:
    async def connect(_hass: HomeAssistant, _data: Answers) -> None: ...

    monkeypatch.setattr("custom_components.dinox_mqtt_bot.config_flow.async_try_broker", connect)
    away = {"host": "mqtt.example.org", "tls": "off", "certificates": {}, "advanced": {}}
    assert asked(await answer(hass, await begin(hass, "standalone"), away | answers)) == "xmpp"


async def test_a_changed_broker_must_work(
    hass: HomeAssistant, bot: MockConfigEntry, locked_mosquitto: Server
) -> None:
    wrong = broker_answers(locked_mosquitto, username="ha", password="wrong")
    form = await answer(hass, await change(hass, bot, "broker"), wrong)
    assert asked(form) == "reconfigure_broker password: invalid_auth"
    assert bot.data["password"] == "right"
    assert ended(await answer(hass, form, wrong | {"password": "right"})) == "reconfigure_successful"


async def test_a_client_key_left_empty_is_kept_and_goes_with_its_certificate(
    hass: HomeAssistant, servers: Lab, mtls_mosquitto: Server
) -> None:
    files = servers.certificates
    ca, certificate, key = (file.read_text("ascii") for file in (files.ca, files.client, files.client_key))
    shown = {"tls": "custom", "ca": ca, "client_cert": certificate, "client_key": key}
    entry = bot_entry(standalone(mtls_mosquitto.ports["mqtt"]) | shown | NO_ACCOUNT)
    entry.add_to_hass(hass)
    answers = broker_answers(
        mtls_mosquitto, tls="custom", certificates={"ca": ca, "client_cert": certificate}
    )
    assert ended(await answer(hass, await change(hass, entry, "broker"), answers)) == "reconfigure_successful"
    assert entry.data["client_key"] == key.strip()


async def test_an_account_is_changed_and_an_empty_password_kept(
    hass: HomeAssistant, servers: Lab, bot: MockConfigEntry, prosody: Prosody
) -> None:
    form = await change(hass, bot, "xmpp")
    assert suggested(form)["jid"] == BOT
    assert "xmpp_password" not in suggested(form)
    direct = xmpp_answers(servers, prosody, "", xmpp_security="direct", xmpp_port=prosody.ports["c2s_tls"])
    assert ended(await answer(hass, form, direct)) == "reconfigure_successful"
    assert (bot.data["xmpp_security"], bot.data["xmpp_password"]) == ("direct", "botpw")
    assert bot.data["xmpp_resource"] == "ha"


async def test_a_changed_account_must_work(
    hass: HomeAssistant, servers: Lab, bot: MockConfigEntry, prosody: Prosody
) -> None:
    form = await answer(hass, await change(hass, bot, "xmpp"), xmpp_answers(servers, prosody, "wrong"))
    assert asked(form) == "reconfigure_xmpp xmpp_password: xmpp_invalid_auth"
    assert ended(await answer(hass, form, xmpp_answers(servers, prosody))) == "reconfigure_successful"


async def test_an_account_can_be_taken_away(hass: HomeAssistant, bot: MockConfigEntry) -> None:
    assert ended(await answer(hass, await change(hass, bot, "xmpp"), NO_XMPP)) == "reconfigure_successful"
    assert (bot.data["jid"], bot.data["xmpp_password"]) == ("", "")


async def test_a_bot_on_home_assistants_connection_has_an_account_only_to_change(
    hass: HomeAssistant, servers: Lab, prosody: Prosody
) -> None:
    entry = bot_entry({CONF_MODE: "home_assistant"} | NO_ACCOUNT)
    entry.add_to_hass(hass)
    form = await change(hass, entry)
    assert asked(form) == "reconfigure_xmpp"
    assert ended(await answer(hass, form, xmpp_answers(servers, prosody))) == "reconfigure_successful"
    assert entry.data["jid"] == BOT


# Logging in again


type Again = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        ({}, ["username", "password", "xmpp_password"]),
        ({ATTR_LINK: LinkName.BROKER}, ["username", "password"]),
        ({ATTR_LINK: LinkName.XMPP}, ["xmpp_password"]),
    ],
)
async def test_the_refused_credentials_are_asked_for(
    hass: HomeAssistant, bot: MockConfigEntry, data: dict[str, Any], fields: list[str]
) -> None:
    bot.async_start_reauth(hass, data=data)
    await hass.async_block_till_done()
    (form,) = hass.config_entries.flow.async_progress()
    form = await hass.config_entries.flow.async_configure(form["flow_id"])
    assert asked(form) == "reauth_confirm"
    assert [str(key) for key in form["data_schema"].schema] == fields
    known = {"username": "ha", "password": "right", "xmpp_password": "botpw"}
    end = await answer(hass, form, {field: known[field] for field in fields})
    assert ended(end) == "reauth_successful"


async def test_new_credentials_must_work_before_they_are_kept(
    hass: HomeAssistant, bot: MockConfigEntry
) -> None:
    hass.config_entries.async_update_entry(bot, data={**bot.data, "password": "old", "xmpp_password": "old"})
    form = await bot.start_reauth_flow(hass)
    form = await answer(hass, form, {"username": "ha", "password": "wrong", "xmpp_password": "botpw"})
    assert asked(form) == "reauth_confirm password: invalid_auth"
    form = await answer(hass, form, {"username": "ha", "password": "right", "xmpp_password": "wrong"})
    assert asked(form) == "reauth_confirm xmpp_password: xmpp_invalid_auth"
    assert bot.data["password"] == "old"
    end = await answer(hass, form, {"username": "ha", "password": "right", "xmpp_password": "botpw"})
    assert ended(end) == "reauth_successful"
    assert (bot.data["password"], bot.data["xmpp_password"]) == ("right", "botpw")


async def test_the_same_credentials_start_the_bot_again(hass: HomeAssistant, bot: MockConfigEntry) -> None:
    bot.mock_state(hass, ConfigEntryState.SETUP_ERROR)
    form = await bot.start_reauth_flow(hass)
    assert ended(await answer(hass, form, {"username": "ha"})) == "reauth_successful"
    await hass.async_block_till_done()
    assert bot.state is ConfigEntryState.LOADED


async def test_a_broker_may_have_stopped_asking_for_a_login(hass: HomeAssistant, mosquitto: Server) -> None:
    entry = bot_entry(
        standalone(mosquitto.ports["mqtt"]) | {"username": "ha", "password": "old"} | NO_ACCOUNT
    )
    entry.add_to_hass(hass)
    assert ended(await answer(hass, await entry.start_reauth_flow(hass), {})) == "reauth_successful"
    assert (entry.data["username"], entry.data["password"]) == ("", "")


# Options

NOTHING: dict[str, Any] = {"alerts": {}, "free_text_section": {}}
"""The sections of the form as they are left alone."""


async def test_options_begin_with_what_holds_and_keep_what_others_put_there(hass: HomeAssistant) -> None:
    entry = bot_entry(standalone(1) | NO_ACCOUNT, options={"paused": True, "retention_days": 7})
    entry.add_to_hass(hass)
    form = await hass.config_entries.options.async_init(entry.entry_id)
    assert suggested(form) == {"retention_days": 7}
    assert list(form["data_schema"].schema)[-3:] == ["alerts", "free_text_section", "on_mqtt"]
    answers = {
        "discovery": False,
        "discovery_prefix": " ha/ ",
        "digest_seconds": 60.0,
        "bare_commands": True,
        "entities": False,
        "alerts": {},
        "free_text_section": {},
    }
    await hass.config_entries.options.async_configure(form["flow_id"], answers)
    assert entry.options == {
        "paused": True,
        "discovery": False,
        "discovery_prefix": "ha",
        "follows": [],
        "digest_seconds": 60,
        "retention_days": 30,
        "retention_rows": 500_000,
        "bare_commands": True,
        "entities": False,
        "notify_targets": [],
        "sound": True,
        "storm": 10,
        "click": "",
        "dnd_entity": "",
        "free_text": "off",
        "free_text_topic": "",
        "free_text_response_topic": "",
        "free_text_timeout": 30,
        "free_text_agent": "",
        "free_text_without_user": False,
        "tell_status": True,
        "tell_notifications": True,
        "discoverable": False,
        "remote": "nobody",
    }


async def test_an_options_form_saved_unchanged_keeps_every_option(hass: HomeAssistant) -> None:
    options = {
        "discovery": False,
        "discovery_prefix": "ha",
        "digest_seconds": 60,
        "retention_days": 7,
        "retention_rows": 2_000,
        "bare_commands": False,
        "entities": False,
    }
    alerts = {
        "notify_targets": ["notify.phone"],
        "sound": False,
        "storm": 0,
        "click": "/lovelace/cold",
        "dnd_entity": "schedule.night",
    }
    free_text = {
        "free_text": "topic",
        "free_text_topic": "dinox/chat",
        "free_text_response_topic": "dinox/response",
        "free_text_timeout": 60,
        "free_text_agent": "conversation.home_assistant",
        "free_text_without_user": True,
    }
    on_mqtt = {
        "tell_status": False,
        "tell_notifications": False,
        "discoverable": False,
        "remote": "anybody",
    }
    options |= alerts | free_text | on_mqtt
    stored = options | {"follows": [{"scope": "area", "key": "kitchen", "name": "Kitchen"}]}
    entry = bot_entry(standalone(1) | NO_ACCOUNT, options=stored)
    entry.add_to_hass(hass)
    form = await hass.config_entries.options.async_init(entry.entry_id)
    options |= {"follows": ["area:kitchen"]}
    assert suggested(form) == options
    answers = {key: value for key, value in options.items() if key not in alerts | free_text | on_mqtt}
    answers |= {"alerts": alerts, "free_text_section": free_text, "on_mqtt": on_mqtt}
    await hass.config_entries.options.async_configure(form["flow_id"], answers)
    assert entry.options == stored


async def test_a_discovery_prefix_is_a_topic(hass: HomeAssistant) -> None:
    entry = bot_entry(standalone(1) | NO_ACCOUNT)
    entry.add_to_hass(hass)
    form = await hass.config_entries.options.async_init(entry.entry_id)
    answers = {"discovery_prefix": "home/#", **NOTHING}
    form = await hass.config_entries.options.async_configure(form["flow_id"], answers)
    assert asked(form) == "init discovery_prefix: invalid_topic"
    end = await hass.config_entries.options.async_configure(form["flow_id"], NOTHING)
    assert end["type"] is FlowResultType.CREATE_ENTRY


async def test_a_target_looks_like_a_notification(hass: HomeAssistant) -> None:
    entry = bot_entry(standalone(1) | NO_ACCOUNT)
    entry.add_to_hass(hass)
    form = await hass.config_entries.options.async_init(entry.entry_id)
    answers = {**NOTHING, "alerts": {"notify_targets": ["notify.phone", "light.kitchen"], "storm": 5}}
    form = await hass.config_entries.options.async_configure(form["flow_id"], answers)
    assert asked(form) == "init alerts: invalid_target"
    assert suggested(form)["notify_targets"] == ["notify.phone", "light.kitchen"]
    assert form["description_placeholders"] == {"target": "light.kitchen"}
    answers = {**NOTHING, "alerts": {"notify_targets": [" notify.Phone", "notify.phone"]}}
    await hass.config_entries.options.async_configure(form["flow_id"], answers)
    assert entry.options["notify_targets"] == ["notify.phone"]


async def test_what_is_cleared_in_the_options_is_gone(hass: HomeAssistant) -> None:
    options = {"notify_targets": ["notify.phone"], "click": "/x", "dnd_entity": "schedule.night"}
    entry = bot_entry(standalone(1) | NO_ACCOUNT, options=options)
    entry.add_to_hass(hass)
    form = await hass.config_entries.options.async_init(entry.entry_id)
    await hass.config_entries.options.async_configure(form["flow_id"], NOTHING)
    assert [entry.options[name] for name in options] == [[], "", ""]


async def test_the_options_offer_the_notifications_there_are(hass: HomeAssistant) -> None:
    hass.services.async_register("notify", "mobile_app_phone", lambda _call: None)
    entry = bot_entry(standalone(1) | NO_ACCOUNT)
    entry.add_to_hass(hass)
    form = await hass.config_entries.options.async_init(entry.entry_id)
    alerts = form["data_schema"].schema["alerts"].schema.schema
    offered = alerts["notify_targets"].config["options"]
    assert [choice["value"] for choice in offered] == ["notify.mobile_app_phone"]
