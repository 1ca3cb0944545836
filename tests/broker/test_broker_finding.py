"""Which ports speak MQTT: real brokers of every kind behind them."""

from collections.abc import Iterator
import ssl
from typing import Any

from broker_bench import HOST, run_blocking
import pytest
import pytest_socket
from scripted_broker import scripted

from custom_components.dinox_mqtt_bot.broker import probe
from custom_components.dinox_mqtt_bot.broker.finding import Door, DoorFound, try_doors
from custom_components.dinox_mqtt_bot.broker.settings import BrokerSettings, Limits, Protocol
from lab.mqtt_wire import Visit, packet
from lab.releases import NEWER_EJABBERDS, OWN
from lab.servers import Lab, Server, free_ports

pytestmark = pytest.mark.usefixtures("socket_enabled")

ANONYMOUS: dict[str, Any] = {
    "client_id": "",
    "protocol": Protocol.MQTT_311,
    "session_expiry": 0,
    "limits": Limits(0, retain=False, wildcards=False),
}


def door(port: int, tls: ssl.SSLContext | None = None, **settings: Any) -> Door:
    return Door(BrokerSettings(HOST, port, **{"client_id": "bot", **settings}), tls)


async def tried(*doors: Door, ask_for: str = "") -> list[DoorFound]:
    return await try_doors(doors, run_blocking, ask_for=ask_for)


@pytest.fixture(scope="module", params=[OWN, *NEWER_EJABBERDS])
def ejabberd(lab: Lab, request: pytest.FixtureRequest) -> Iterator[Server]:
    pytest_socket.enable_socket()
    server = lab.ejabberd(users={"bot": "botpw"}, release=str(request.param))
    yield server
    server.stop()


async def test_ejabberd_is_known_by_what_it_offers(lab: Lab, ejabberd: Server, mosquitto: Server) -> None:
    account = {"username": "bot@home.test", "password": "botpw"}
    secure, plain, other = await tried(
        door(ejabberd.ports["mqtts"], lab.client_ssl(), tls_name="home.test", **account),
        door(ejabberd.ports["mqtt"], **account),
        door(mosquitto.ports["mqtt"]),
    )
    assert [each.lets_in for each in (secure, plain, other)] == [True, True, True]
    assert [each.is_ejabberd for each in (secure, plain, other)] == [True, True, False]


async def test_a_broker_that_refuses_the_login_is_one_all_the_same(ejabberd: Server) -> None:
    (found,) = await tried(door(ejabberd.ports["mqtt"]))
    assert (found.lets_in, found.speaks_mqtt, found.fault) == (False, True, "invalid_auth")


async def test_a_certificate_is_checked_against_the_name_that_is_given(lab: Lab, ejabberd: Server) -> None:
    (found,) = await tried(door(ejabberd.ports["mqtts"], lab.client_ssl(), tls_name="elsewhere.test"))
    assert (found.fault, found.speaks_mqtt) == ("tls_other_name", False)


async def test_nobody_is_there() -> None:
    (found,) = await tried(door(free_ports(["none"])["none"]))
    assert (found.fault, found.speaks_mqtt) == ("refused", False)


@pytest.mark.parametrize("newer", [True, False])
async def test_prosody_of_2023_leaves_a_subscription_unanswered(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, newer: bool
) -> None:
    monkeypatch.setattr(probe, "_SUBACK_SECONDS", 3.0 if newer else 0.5)
    server = lab.prosody(mqtt=True, newer_mqtt=newer)
    (found,) = await tried(door(server.ports["mqtt"], **ANONYMOUS), ask_for="dinox-probe")
    assert (found.lets_in, found.answers) == (True, newer)
    assert found.connack is not None
    assert (found.connack.maximum_qos, found.connack.retain_available, found.connack.wildcards) == (
        0,
        False,
        False,
    )
    if newer:
        (secure,) = await tried(
            door(server.ports["mqtts"], lab.client_ssl(), **ANONYMOUS), ask_for="dinox-probe"
        )
        assert (secure.lets_in, secure.answers) == (True, True)
    server.stop()


async def test_an_answer_counts_even_if_it_is_a_refusal() -> None:
    async def act(visit: Visit) -> None:
        await visit.welcome()
        body = await visit.expect(8)
        visit.send(packet(0x90, body[:2] + b"\x80"))
        await visit.forever()

    async with scripted(act) as broker:
        (found,) = await tried(door(broker.port, **ANONYMOUS), ask_for="any")
    assert (found.lets_in, found.answers) == (True, True)
