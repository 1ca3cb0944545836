"""A server's certificate that expires while the link is connected, and is renewed."""

from collections.abc import Iterator

from people import PASSWORDS, QUICK, until, world_of
import pytest

from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.xmpp.probe import probe
from custom_components.dinox_mqtt_bot.xmpp.settings import Security
from lab.servers import Lab


@pytest.fixture
def own_lab(socket_enabled: None) -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.mark.parametrize(("security", "port"), [(Security.STARTTLS, "c2s"), (Security.DIRECT, "c2s_tls")])
async def test_a_session_outlives_its_certificate_and_the_next_one_waits_for_a_new_one(
    own_lab: Lab, security: Security, port: str
) -> None:
    own_lab.renew(seconds=25)
    server = own_lab.prosody(users=PASSWORDS)
    async with world_of(own_lab, server) as world:
        bot = await world.bot(security=security, port=server.ports[port])
        alice = await world.person("alice")
        await until(own_lab.has_expired)
        bot.say("with an expired certificate")
        await until(lambda: alice.bodies == ["with an expired certificate"])
        assert bot.sessions == 1
        bot.link.reconnect()
        await bot.offline("certificate_expired")
        assert bot.link.status.detail == "certificate has expired"
        waiting = bot.say("waits for a new one")
        own_lab.renew()
        server.restart()
        await bot.online()
        await until(lambda: waiting.id not in bot.outbox)


async def test_the_dialog_says_that_it_has_expired(own_lab: Lab) -> None:
    own_lab.renew(seconds=-1)
    server = own_lab.prosody(users=PASSWORDS)
    async with world_of(own_lab, server) as world:
        with pytest.raises(BotError, match="xmpp_tls_expired"):
            await probe(world.settings(), own_lab.client_ssl(), timing=QUICK)
