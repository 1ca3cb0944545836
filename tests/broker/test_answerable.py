"""Questions over MQTT 5: where the answer is to go, and what tells it from others (§4.10)."""

from broker_bench import Bench, Opener
import pytest

from custom_components.dinox_mqtt_bot.bot.model.message import NO_PROPERTIES, Properties, QoS
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.broker.settings import Protocol
from lab.servers import Lab, Server

QUESTION = Properties(response_topic="answers", correlation_data=b"\x00id 7")


@pytest.mark.parametrize(
    "carried",
    [
        QUESTION,
        Properties(response_topic="answers"),
        Properties(correlation_data=b"7"),
        NO_PROPERTIES,
        None,
    ],
)
@pytest.mark.parametrize("qos", QoS)
async def test_a_question_says_where_its_answer_goes(
    link: Opener, mosquitto: Server, carried: Properties | None, qos: QoS
) -> None:
    bench: Bench = link(mosquitto)
    await bench.subscribed("questions")
    await bench.link.publish("questions", b"how warm", qos, False, properties=carried)
    await bench.received(1)
    heard = bench.messages[0].properties
    wanted = carried or NO_PROPERTIES
    assert (heard.response_topic, heard.correlation_data) == (wanted.response_topic, wanted.correlation_data)


async def test_with_mqtt_3_it_is_a_plain_message(link: Opener, mosquitto: Server) -> None:
    bench: Bench = link(mosquitto, protocol=Protocol.MQTT_311)
    await bench.subscribed("plain")
    await bench.link.publish("plain", b"how warm", QoS.AT_LEAST_ONCE, False, properties=QUESTION)
    await bench.received(1)
    assert (bench.payloads, bench.messages[0].properties) == ([b"how warm"], NO_PROPERTIES)


async def test_what_goes_along_counts_for_the_size_of_the_packet(lab: Lab, link: Opener) -> None:
    server = lab.mosquitto(extra="max_packet_size 1000")
    bench: Bench = link(server)
    await bench.subscribed("sizes")
    with pytest.raises(BotError) as large:
        await bench.link.publish("sizes", b"x" * 990, QoS.AT_LEAST_ONCE, False, properties=QUESTION)
    room = int(large.value.placeholders["limit"])
    with pytest.raises(BotError, match="payload_too_large"):
        await bench.link.publish("sizes", b"x" * (room + 1), QoS.AT_LEAST_ONCE, False, properties=QUESTION)
    await bench.link.publish("sizes", b"x" * room, QoS.AT_LEAST_ONCE, False, properties=QUESTION)
    await bench.received(1)
    await bench.link.stop()
    server.stop()
