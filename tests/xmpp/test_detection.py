"""What kind of server an account is on, asked of real ones."""

from collections.abc import Iterator
import xml.etree.ElementTree as ET

from people import BOT, PASSWORDS, PATIENCE, QUICK
import pytest
import pytest_socket
from slixmpp import JID, ClientXMPP

from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.xmpp.detection import (
    Certainty,
    ServerFound,
    ServerKind,
    detect,
    examine,
    judge,
)
from custom_components.dinox_mqtt_bot.xmpp.probe import logged_in
from custom_components.dinox_mqtt_bot.xmpp.settings import XmppSettings
from lab.servers import LOOPBACK, Lab, Server

PUBSUB = "pubsub.home.test"


def settings(server: Server, password: str = PASSWORDS["bot"]) -> XmppSettings:
    return XmppSettings(BOT, password, host=LOOPBACK, port=server.ports["c2s"])


async def found(lab: Lab, server: Server) -> ServerFound:
    return await examine(settings(server), lab.client_ssl(), timing=QUICK)


@pytest.fixture
def silent_prosody(lab: Lab) -> Iterator[Server]:
    """A server that says neither its name nor its version."""
    pytest_socket.enable_socket()
    server = lab.prosody(users=PASSWORDS, extra_host='  name = "Our chat"; modules_disabled = { "version" }')
    yield server
    server.stop()


@pytest.mark.parametrize("kind", [ServerKind.EJABBERD, ServerKind.PROSODY])
async def test_a_server_says_what_it_is(lab: Lab, request: pytest.FixtureRequest, kind: ServerKind) -> None:
    server = await found(lab, request.getfixturevalue(kind.value))
    assert (server.kind, server.certainty) == (kind, Certainty.CERTAIN)
    assert server.version.lower().startswith(f"{kind.value} ")
    assert server.pubsub == (PUBSUB,)
    assert server.upload == "upload.home.test"
    assert server.hosts == ()


async def test_a_server_that_hides_is_known_by_its_services(lab: Lab, silent_prosody: Server) -> None:
    server = await found(lab, silent_prosody)
    assert (server.kind, server.certainty, server.version) == (ServerKind.PROSODY, Certainty.LIKELY, "")


async def test_the_nodes_that_mqtt_carries_are_named_as_topics(lab: Lab, own_prosody: Server) -> None:
    payloads = {
        "sensors": ET.Element("{urn:xmpp:json:0}json"),
        "words": ET.Element("{https://prosody.im/protocol/data}data"),
        "news": ET.Element("{http://www.w3.org/2005/Atom}entry"),
        "other": ET.Element("{urn:example}thing"),
    }
    async with logged_in(settings(own_prosody), lab.client_ssl(), QUICK) as session:
        for node, payload in payloads.items():
            await session.xmpp.plugin["xep_0060"].publish(
                JID(PUBSUB), node, payload=payload, timeout=PATIENCE
            )
    server = await found(lab, own_prosody)
    assert server.topics == (f"{PUBSUB}/atom_title/news", f"{PUBSUB}/json/sensors", f"{PUBSUB}/utf8/words")


async def test_a_server_that_hangs_is_not_waited_for(lab: Lab, own_prosody: Server) -> None:
    async with logged_in(settings(own_prosody), lab.client_ssl(), QUICK) as session:
        own_prosody.freeze()
        assert await detect(session.xmpp, 0.2) == ServerFound(ServerKind.OTHER, Certainty.UNKNOWN)
        own_prosody.thaw()


async def test_where_the_dns_says_that_the_server_is(
    lab: Lab, prosody: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def records(_xmpp: ClientXMPP, domain: str) -> list[tuple[str, str, str, int]]:
        hosts = (("xmpp-client", "chat"), ("xmpps-client", "chat"), ("xmpp-client", "spare"))
        return [(service, f"{host}.{domain}.", LOOPBACK, 5222) for service, host in hosts]

    monkeypatch.setattr(ClientXMPP, "get_dns_records", records)
    async with logged_in(settings(prosody), lab.client_ssl(), QUICK) as session:
        session.xmpp.custom_address = None
        assert (await detect(session.xmpp, 4)).hosts == ("chat.home.test", "spare.home.test")


async def test_a_wrong_password_is_told(lab: Lab, prosody: Server) -> None:
    with pytest.raises(BotError, match="xmpp_invalid_auth"):
        await examine(settings(prosody, "wrong"), lab.client_ssl(), timing=QUICK)


@pytest.mark.parametrize(
    ("names", "software", "services", "judged"),
    [
        (["Prosody"], "Prosody", [], (ServerKind.PROSODY, Certainty.CERTAIN)),
        (["ejabberd"], "", [], (ServerKind.EJABBERD, Certainty.LIKELY)),
        (["Our chat"], "ejabberd", ["Prosody PubSub Service"], (ServerKind.EJABBERD, Certainty.LIKELY)),
        ([], "", ["Prosody Chatrooms", "Files"], (ServerKind.PROSODY, Certainty.LIKELY)),
        (["Prosody"], "ejabberd", [], (ServerKind.OTHER, Certainty.UNKNOWN)),
        (["better than ejabberd and Prosody"], "", [], (ServerKind.OTHER, Certainty.UNKNOWN)),
        (
            ["Openfire Server"],
            "Openfire",
            ["Publish-Subscribe service"],
            (ServerKind.OTHER, Certainty.UNKNOWN),
        ),
    ],
)
def test_a_judgement_is_as_sure_as_what_is_told(
    names: list[str], software: str, services: list[str], judged: tuple[ServerKind, Certainty]
) -> None:
    assert judge(names, software, services) == judged
