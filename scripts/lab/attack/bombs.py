"""Single packets of a broker that are far larger than what they answer: they end at most their connection."""

import asyncio
from collections.abc import Mapping

from lab.mqtt_wire import Visit, connack, length, packet, text

from .alone import comes
from .lying_broker import LyingBroker
from .packet_fuzz import Taker, new_link
from .packets import number, publish
from .trial import Trial
from .watch import Watch

_CODES, _CODES_SHORT = 1_000_000, 200_000
_BACK_SECONDS = 60.0
_UNKNOWN = number(4242)


def bombs(codes: int) -> Mapping[str, bytes]:
    """Return the packets by name; `ID` in a name stands for the id of the client's own SUBSCRIBE."""
    many = b"\0" + b"\0" * codes
    properties = (b"\x26" + text("key") + text("value")) * (codes // 20)
    block = length(len(properties)) + properties
    return {
        "SUBACK of an unknown id": packet(0x90, _UNKNOWN + many),
        "UNSUBACK of an unknown id": packet(0xB0, _UNKNOWN + many),
        "SUBACK with too many codes": many,
        "SUBACK with properties": packet(0x90, _UNKNOWN + block + b"\0"),
        "PUBACK with properties": packet(0x40, _UNKNOWN + b"\0" + block),
        "PUBREC with properties": packet(0x50, _UNKNOWN + b"\0" + block),
        "PUBREL with properties": packet(0x62, _UNKNOWN + b"\0" + block),
        "DISCONNECT with properties": packet(0xE0, b"\0" + block),
        "AUTH with properties": packet(0xF0, b"\x18" + block),
        "CONNACK again": connack(v5=True, properties=properties),
        "PINGRESP with a body": packet(0xD0, many),
        "PUBLISH with properties": packet(0x30, text("a") + block + b"x"),
    }


async def drop_bombs(trial: Trial, watch: Watch) -> None:
    """Send each to a link that is online; afterwards it must take a message."""
    # What the first connection loads is no attack's doing.
    await _drop(trial, watch, "nothing", b"")
    watch.arm()
    for name, bomb in bombs(_CODES_SHORT if trial.options.short else _CODES).items():
        trial.doing(f"{name}: {len(bomb)} bytes")
        await _drop(trial, watch, name, bomb)
    watch.disarm()


async def _drop(trial: Trial, watch: Watch, name: str, bomb: bytes) -> None:
    with LyingBroker(lambda visit: _act(visit, name, bomb)) as broker:
        taker = Taker(new_link(broker.port))
        taker.start()
        if not await comes(lambda: taker.messages, _BACK_SECONDS):
            what = f"{name}: no message is taken any more, {taker.link.status}"
            trial.breach("sentinels_lost", what)
        watch.weigh(name, peak=True)
        trial.counts["packets"] += 1
        await taker.link.stop()


async def _act(visit: Visit, name: str, bomb: bytes) -> None:
    await visit.welcome()
    if visit.number == 1 and name == "SUBACK with too many codes":
        body = await visit.expect(8)
        visit.send(packet(0x90, body[:2] + bomb))
    else:
        await visit.grant_each(1)
        if visit.number == 1:
            visit.send(bomb)
    await asyncio.sleep(0)
    visit.send(publish("after", b"x", v5=visit.v5, flags=2, mid=9))
    await visit.expect(14)
