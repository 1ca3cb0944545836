"""Logging in: safely, and once."""

import asyncio
import re
import ssl
from typing import Any

from people import QUICK, World, until, world_of
import pytest
from wire import Wire

from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.bot.model.status import LinkStatus, Phase
from custom_components.dinox_mqtt_bot.xmpp.probe import probe
from custom_components.dinox_mqtt_bot.xmpp.session import new_client
from custom_components.dinox_mqtt_bot.xmpp.settings import Security, Timing
from lab.servers import LOOPBACK, Lab, Server

PORTS = {Security.STARTTLS: "c2s", Security.DIRECT: "c2s_tls", Security.PLAIN: "c2s"}


FAILURES = re.compile(r"Sending\[c2s_unauthed\]: <failure|Failed c2s [A-Z0-9-]+ authentication")


def failed_logins(server: Server) -> int:
    return len(FAILURES.findall(server.log()))


@pytest.mark.parametrize("security", Security)
async def test_logs_in(either: World, security: Security) -> None:
    bot = await either.bot(security=security, port=either.server.ports[PORTS[security]])
    assert bot.statuses == [LinkStatus(Phase.ONLINE)]  # connecting it was from the beginning
    await until(lambda: bot.sessions == 1)


async def test_an_unknown_certificate_is_no_connection(either: World) -> None:
    bot = await either.bot(wait=False, tls=ssl.create_default_context())
    await bot.offline("tls_failed")
    assert not bot.link.status.fatal


async def test_an_unknown_certificate_with_direct_tls(world: World) -> None:
    bot = await world.bot(
        wait=False,
        tls=ssl.create_default_context(),
        security=Security.DIRECT,
        port=world.server.ports["c2s_tls"],
    )
    await bot.offline("tls_failed")


async def test_a_wrong_password_is_one_failed_login(either: World) -> None:
    before = failed_logins(either.server)
    bot = await either.bot(wait=False, password="wrong")
    await bot.offline("invalid_auth")
    assert bot.link.status.fatal
    await until(lambda: failed_logins(either.server) > before)
    await asyncio.sleep(4 * QUICK.longest_pause)
    assert failed_logins(either.server) == before + 1


async def test_reconnect_tries_refused_credentials_again(world: World) -> None:
    bot = await world.bot(wait=False, password="wrong")
    await bot.offline("invalid_auth")
    bot.link.reconnect()
    await until(lambda: bot.reasons == ["invalid_auth"] * 2)


async def test_a_server_without_tls_gets_no_password(lab: Lab) -> None:
    server = lab.prosody(users={"bot": "botpw"}, extra_global='modules_disabled = { "s2s", "tls" }')
    async with world_of(lab, server) as world:
        bot = await world.bot(wait=False)
        await bot.offline("no_starttls")
    server.stop()
    assert "Received[c2s_unauthed]: <auth" not in server.log()


async def test_an_anonymous_login_is_none(lab: Lab) -> None:
    server = lab.prosody(extra_host='  authentication = "anonymous"')
    async with world_of(lab, server) as world:
        bot = await world.bot(wait=False)
        await bot.offline("server_closed")
        assert "mechanism" in bot.link.status.detail
    server.stop()


async def test_plaintext_meets_a_server_that_wants_tls(lab: Lab) -> None:
    server = lab.prosody(users={"bot": "botpw"}, tls_required=True)
    async with world_of(lab, server) as world:
        bot = await world.bot(wait=False, security=Security.PLAIN, timing=Timing(connect=1))
        await until(lambda: bot.reasons)
        assert bot.link.status.phase is Phase.OFFLINE
        assert not bot.link.status.fatal
    server.stop()


async def test_plaintext_to_another_machine_is_refused(world: World) -> None:
    settings = world.settings(security=Security.PLAIN, host="xmpp.example.org")
    with pytest.raises(BotError) as raised:
        new_client(settings, None)
    assert raised.value.key == "xmpp_plain_refused"


async def test_insisting_on_plaintext_still_hides_the_password(world: World) -> None:
    settings = world.settings(security=Security.PLAIN, host="xmpp.example.org", insecure=True)
    login = new_client(settings, None).plugin["feature_mechanisms"]
    assert login.unencrypted_scram
    assert not login.unencrypted_plain


async def test_a_protected_stream_needs_a_context(world: World) -> None:
    with pytest.raises(ValueError, match="SSL context"):
        new_client(world.settings(), None)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"password": "wrong"}, "xmpp_invalid_auth"),
        ({"host": "nowhere.invalid"}, "xmpp_unknown_host"),
        ({"port": 1}, "xmpp_cannot_connect"),
        ({"jid": "bot@elsewhere.test"}, "xmpp_unknown_host"),
    ],
)
async def test_a_probe_tells_what_is_wrong(world: World, changes: dict[str, Any], key: str) -> None:
    with pytest.raises(BotError) as raised:
        await probe(world.settings(**changes), world.lab.client_ssl(), timing=QUICK)
    assert raised.value.key == key
    assert raised.value.placeholders["host"]


async def test_a_probe_of_a_silent_server_times_out(world: World) -> None:
    async with Wire(world.server.ports["c2s"]) as wire:
        wire.freeze()
        with pytest.raises(BotError) as raised:
            await probe(world.settings(port=wire.port), world.lab.client_ssl(), timing=Timing(connect=0.3))
    assert raised.value.key == "xmpp_timeout"


async def test_a_probe_leaves_the_running_bot_alone(either: World) -> None:
    alice = await either.person("alice")
    alice.xmpp.send_presence(pto="bot@home.test", ptype="subscribe")
    bot = await either.bot()
    await until(lambda: ("available", "") in alice.statuses)
    await alice.synchronise()
    alice.presences.clear()
    await probe(either.settings(), either.lab.client_ssl())
    await alice.synchronise()
    assert bot.statuses[-1].phase is Phase.ONLINE
    assert {presence["from"].resource for presence in alice.presences} <= {"ha", ""}
    assert ("unavailable", "") not in alice.statuses


async def test_default_ports_are_those_of_xmpp(world: World) -> None:
    assert world.settings(port=0).address("home.test") == (LOOPBACK, 5222)
    assert world.settings(host="localhost").is_loopback
    assert world.settings(host="[::1]").is_loopback
    assert not world.settings(host="192.0.2.1").is_loopback
    assert world.settings(port=0, security=Security.DIRECT).address("home.test") == (LOOPBACK, 5223)
    assert world.settings(host="").address("home.test") == ("home.test", world.port)
    assert world.settings(host="", port=0).address("home.test") == (None, None)
