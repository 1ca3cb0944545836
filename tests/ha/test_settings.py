"""What a config entry says becomes the values that the parts are built from, and the way back."""

import ssl
from typing import Any

from cryptography.hazmat.primitives import serialization
from homeassistant.core import HomeAssistant
from hypothesis import given, strategies as st
import pytest
from running import NO_ACCOUNT, account, bot_entry, client_id, contacts, standalone, topics
from slixmpp import JID

from custom_components.dinox_mqtt_bot.bot.model.jid import bare_jid
from custom_components.dinox_mqtt_bot.bot.model.message import QoS
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.bot.model.rules import (
    AlertRule,
    Bridge,
    Condition,
    Contact,
    Display,
    Follow,
    Operator,
    Preset,
    Priority,
    Role,
    RuleSet,
    Scope,
    Subscription,
)
from custom_components.dinox_mqtt_bot.broker.settings import BrokerSettings, Protocol, Transport
from custom_components.dinox_mqtt_bot.entry.connections import (
    broker_settings,
    broker_tls,
    retention,
    xmpp_settings,
    xmpp_tls,
)
from custom_components.dinox_mqtt_bot.entry.hosts import is_local, is_loopback
from custom_components.dinox_mqtt_bot.entry.rules import ALERTS, BRIDGES, CONTACTS, PRESETS, TOPICS, rule_set
from custom_components.dinox_mqtt_bot.xmpp.settings import Security, XmppSettings
from lab.servers import Lab


@pytest.mark.parametrize(
    ("protocol", "version"),
    [("automatic", Protocol.AUTOMATIC), ("mqtt_5", Protocol.MQTT_5), ("mqtt_311", Protocol.MQTT_311)],
)
def test_the_brokers_settings_are_what_the_entry_says(protocol: str, version: Protocol) -> None:
    login = {
        "username": "ha",
        "password": "secret",
        "protocol": protocol,
        "transport": "websockets",
        "path": "/ws",
    }
    assert broker_settings(standalone(1883) | login) == BrokerSettings(
        host="127.0.0.1",
        port=1883,
        client_id=client_id(),
        username="ha",
        password="secret",
        protocol=version,
        transport=Transport.WEBSOCKETS,
        path="/ws",
    )


def test_the_accounts_settings_are_what_the_entry_says(servers: Lab) -> None:
    data = account(5222, servers.ca) | {"xmpp_security": "direct", "insecure_ok": True}
    assert xmpp_settings(data, name="Bot", avatar=b"png", language="de") == XmppSettings(
        jid="bot@home.test",
        password="botpw",
        host="127.0.0.1",
        port=5222,
        resource="ha",
        security=Security.DIRECT,
        insecure=True,
        name="Bot",
        avatar=b"png",
        language="de",
    )


@pytest.mark.parametrize(("jid", "host"), [("bot@localhost", "localhost"), ("bot@example.org", "")])
def test_this_machine_is_not_looked_up_in_the_dns(servers: Lab, jid: str, host: str) -> None:
    assert xmpp_settings(account(0, servers.ca) | {"jid": jid, "xmpp_host": ""}).host == host


def test_rules_are_the_subentries_and_two_options(hass: HomeAssistant) -> None:
    subscription, contact = Subscription("home/#"), Contact("you@home.test")
    entry = bot_entry(
        standalone(1) | NO_ACCOUNT,
        [*topics(subscription), *contacts(contact)],
        {"discovery_prefix": "ha", "digest_seconds": 60},
    )
    assert rule_set(entry.subentries.values(), entry.options) == RuleSet(
        (subscription,), (contact,), "ha", 60.0
    )


def test_without_options_the_defaults_hold() -> None:
    assert rule_set([], {}) == RuleSet()
    assert retention({}) == (30, 500_000)


def test_no_discovery_is_no_prefix() -> None:
    assert not rule_set([], {"discovery": False, "discovery_prefix": "ha"}).discovery_prefix


def test_the_history_is_kept_as_long_as_the_options_say() -> None:
    assert retention({"retention_days": 7, "retention_rows": 1000}) == (7, 1000)


@given(
    st.builds(
        Subscription,
        filter=st.text(),
        qos=st.sampled_from(QoS),
        alias=st.text(),
        priority=st.sampled_from(Priority),
        display=st.sampled_from(Display),
        icon=st.text(),
    )
)
def test_a_subscription_survives_its_subentry(wanted: Subscription) -> None:
    assert TOPICS.read(TOPICS.write(wanted)["data"]) == wanted


CHOSEN = st.lists(
    st.builds(Follow, scope=st.sampled_from(Scope), key=st.text(), name=st.text()), max_size=3
).map(tuple)


@given(
    st.builds(
        Contact,
        jid=st.text(),
        name=st.text(),
        role=st.sampled_from(Role),
        receives=st.booleans(),
        room=st.booleans(),
        nick=st.text(),
        about=CHOSEN,
        least=st.sampled_from(Priority),
        hours=st.text(),
        digest=st.booleans(),
        operates=CHOSEN,
    )
)
def test_a_contact_survives_its_subentry(known: Contact) -> None:
    assert CONTACTS.read(CONTACTS.write(known)["data"]) == known


def test_what_is_stored_stays_readable() -> None:
    """The keys are the names of the fields: who renames one must not rename what homes have stored."""
    stored = {
        TOPICS.subentry_type: TOPICS.data(Subscription("a")),
        CONTACTS.subentry_type: CONTACTS.data(Contact("b")),
        ALERTS.subentry_type: ALERTS.data(AlertRule("c", Condition(Operator.BETWEEN, ("1", "2")))),
        PRESETS.subentry_type: PRESETS.data(Preset("d", "e")),
        BRIDGES.subentry_type: BRIDGES.data(Bridge("f", "g")),
    }
    bridge = {
        "filter": "f",
        "to": "g",
        "number": 0,
        "name": "",
        "room": False,
        "nick": "",
        "direction": "out",
    }
    bridge |= {
        "format": "full",
        "template": "",
        "topic": "",
        "role": "operator",
        "per_minute": 30,
        "qos": "1",
    }
    alert = {"filter": "c", "field": "", "name": "", "number": 0, "priority": "alert", "enabled": True}
    alert |= {"operator": "between", "value": "1", "value_to": "2", "clear": "", "seconds": 0.0}
    alert |= {"hold": 0.0, "repeat": 0.0, "contacts": [], "targets": []}
    alert |= {
        "only": "",
        "once": False,
        "until": 0.0,
        "text": "",
        "after": "",
        "others": [],
        "either": False,
        "then": "",
        "afterwards": "",
        "picture": "",
    }
    assert stored == {
        "topic": {"filter": "a", "qos": "1", "alias": "", "priority": "normal"}
        | {"display": "each", "icon": "", "sound": True, "keep_days": 0},
        "contact": {"jid": "b", "name": "", "role": "admin", "receives": True, "user": "", "language": ""}
        | {"room": False, "nick": "", "about": [], "least": "normal", "hours": "", "digest": False}
        | {"operates": []},
        "alert": alert | {"escalate_after": 0.0, "escalate_to": []},
        "preset": {"name": "d", "topic": "e", "payload": "", "number": 0, "qos": "1"}
        | {"retain": False, "role": "operator"},
        "bridge": bridge | {"retain": False, "enabled": True, "trusted": False},
    }


def test_what_a_subentry_leaves_out_has_a_default() -> None:
    assert TOPICS.read({"filter": "home/#"}) == Subscription("home/#")
    assert CONTACTS.read({"jid": "you@home.test"}) == Contact("you@home.test")


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("prosody.localhost", True),
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("[::1]", True),
        ("192.0.2.1", False),
        ("home.test", False),
        ("localhost.example.org", False),
        ("", False),
    ],
)
def test_this_machine_is_known_by_its_name(host: str, here: bool) -> None:
    assert is_loopback(host) is here


# Certificates


@pytest.fixture
def pem(servers: Lab) -> dict[str, Any]:
    """The lab's certificates as a user pastes them."""
    files = servers.certificates
    return {
        "tls": "custom",
        "ca": files.ca.read_text("ascii"),
        "client_cert": files.client.read_text("ascii"),
        "client_key": files.client_key.read_text("ascii"),
    }


def test_without_tls_nothing_is_checked() -> None:
    assert broker_tls(standalone(1)) is None


def test_an_own_authority_is_the_only_one_trusted(pem: dict[str, Any]) -> None:
    context = broker_tls(standalone(1) | pem)
    assert context is not None
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    trusted = [name for ca in context.get_ca_certs() for ((_, name),) in ca["subject"]]
    assert trusted == ["lab authority"]


def test_a_key_may_stand_beside_its_certificate(pem: dict[str, Any]) -> None:
    pem["client_cert"] += pem.pop("client_key")
    assert broker_tls(standalone(1) | pem) is not None


def test_a_key_of_another_certificate_is_refused(servers: Lab, pem: dict[str, Any]) -> None:
    pem["client_key"] = servers.certificates.server_key.read_text("ascii")
    with pytest.raises(BotError, match="invalid_client_cert"):
        broker_tls(standalone(1) | pem)


def test_a_key_with_a_passphrase_is_refused(pem: dict[str, Any]) -> None:
    key = serialization.load_pem_private_key(pem["client_key"].encode(), None)
    locked = serialization.BestAvailableEncryption(b"passphrase")
    pem["client_key"] = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked
    ).decode()
    with pytest.raises(BotError, match="invalid_client_cert"):
        broker_tls(standalone(1) | pem)


def test_the_systems_authorities_are_many(servers: Lab) -> None:
    for context in (
        broker_tls(standalone(1) | {"tls": "system"}),
        xmpp_tls(account(1, servers.ca) | {"xmpp_ca": ""}),
    ):
        assert context is not None
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert len(context.get_ca_certs()) > 50


def test_a_plain_stream_has_no_certificate_to_check(servers: Lab) -> None:
    assert xmpp_tls(account(1, servers.ca) | {"xmpp_security": "plain"}) is None


@given(st.tuples(st.text(min_size=1), st.text(min_size=1)).map("@".join))
def test_a_jid_is_spelled_as_the_xmpp_library_spells_it(text: str) -> None:
    try:
        jid = bare_jid(text)
    except BotError:
        return
    assert JID(jid).bare == jid


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST.",
        "127.0.0.1",
        "127.8.8.8",
        "::1",
        "[::1]",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.2",
        "169.254.1.1",
        "fe80::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:192.168.1.2",
        "core-mosquitto",
        "nas",
        "broker.local",
        "broker.lan",
        "broker.home",
        "broker.internal",
        "broker.home.arpa",
        "Broker.Local.",
        "mqtt.localhost",
    ],
)
def test_a_host_in_the_house(host: str) -> None:
    assert is_local(host)


@pytest.mark.parametrize(
    "host",
    [
        "8.8.8.8",
        "11.0.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.169.0.1",
        "192.0.2.1",
        "100.64.0.1",
        "0.0.0.0",
        "2001:db8::1",
        "::ffff:8.8.8.8",
        "10.example.com",
        "192.168.1.2.example.com",
        "127.0.0.1.nip.io",
        "broker.example.org",
        "local.example.org",
        "broker.notlocal",
        "arpa.home.com",
        "134744072",
        "0x8080808",
        "evil\u3002com",
        "",
    ],
)
def test_a_host_elsewhere(host: str) -> None:
    assert not is_local(host)
