"""A broker's certificate that expires while the link is connected, and is renewed."""

from collections.abc import Iterator
import ssl

from broker_bench import Bench, Opener, run_blocking
import pytest

from custom_components.dinox_mqtt_bot.bot.model.message import QoS
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.broker.probe import probe
from lab.servers import Lab


@pytest.fixture
def own_lab(socket_enabled: None) -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


async def test_a_session_outlives_its_certificate_and_the_next_one_waits_for_a_new_one(
    own_lab: Lab, link: Opener
) -> None:
    own_lab.renew(seconds=6)
    broker = own_lab.mosquitto(tls=True)
    bench: Bench = link(broker, tls=own_lab.client_ssl())
    await bench.subscribed("a")
    await bench.until(own_lab.has_expired)
    await bench.link.publish("a", b"with an expired certificate", QoS.AT_LEAST_ONCE, False)
    await bench.received(1)
    assert len(bench.statuses) == 1
    bench.cut()
    await bench.offline("certificate_expired")
    assert bench.link.status.detail == "certificate has expired"
    own_lab.renew()
    broker.restart()
    await bench.online()
    await bench.link.publish("a", b"with a new one", QoS.AT_LEAST_ONCE, False)
    await bench.received(2)


async def test_the_dialog_says_that_it_has_expired(own_lab: Lab) -> None:
    own_lab.renew(seconds=-1)
    broker = own_lab.mosquitto(tls=True)
    bench = Bench(broker.ports["mqtt"], {})
    with pytest.raises(BotError, match="tls_expired"):
        await probe(bench.settings, own_lab.client_ssl(), run_blocking)


async def test_what_else_is_wrong_with_a_certificate_is_no_matter_of_time(
    lab: Lab, own_lab: Lab, link: Opener
) -> None:
    stranger: ssl.SSLContext = lab.client_ssl()
    bench: Bench = link(own_lab.mosquitto(tls=True), tls=stranger)
    await bench.offline("tls_failed")
