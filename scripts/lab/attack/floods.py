"""Much of what is harmless one by one: memory stays bounded, and the work grows with the number alone."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
import json
import time

from custom_components.dinox_mqtt_bot.bot.model.message import Message
from custom_components.dinox_mqtt_bot.bot.model.rules import Contact, RuleSet, Subscription

from .alone import Alone, alone
from .linked import Linked, linked
from .lying_xmpp import ALICE, DOMAIN, FULL, QUICK, LyingXmpp, settings, spoken
from .payload_fuzz import ME
from .trial import Trial
from .watch import Watch

_TURN = 100
# The second half may take so much more than the first: what is quadratic takes three times as much.
_MOST_RATIO = 2.0
_ENTITIES = 1_000


async def flood_discovery(trial: Trial, watch: Watch) -> None:
    """Announce devices with a thousand entities each, retained."""
    devices = 30 if trial.options.short else 150
    sent = 0
    async with alone(RuleSet((Subscription("home/#"),), (Contact(ME),))) as bot:
        bot.take(_config(0, 3))
        watch.arm()
        for device in range(1, devices + 1):
            with watch.aside():
                message = _config(device, _ENTITIES)
                trial.doing(message.payload)
            sent += len(message.payload)
            await _take(bot, message)
            watch.weigh()
        trial.figures["discovery"] = {"configurations": devices, "mb": round(sent / 1e6, 1)}


def _config(device: int, entities: int) -> Message:
    parts = {
        f"c{at}": {
            "platform": "sensor",
            "state_topic": f"home/{device}/{at}",
            "unique_id": f"u{device}_{at}",
            "name": f"n{device} {at}",
            "value_template": f"{{{{ value_json.a{device}_{at} | float(0) | round(1) }}}}",
            "command_topic": f"c/{device}/{at}",
            "unit_of_measurement": "°C",
        }
        for at in range(entities)
    }
    config = {"device": {"name": f"d{device}", "identifiers": [f"i{device}"]}, "components": parts}
    topic = f"homeassistant/device/d{device}/config"
    return Message(topic, json.dumps(config).encode(), retain=True, received=time.time())


async def flood_topics(trial: Trial, watch: Watch) -> None:
    """Say something on ever new topics."""
    topics = 5_000 if trial.options.short else 100_000
    async with alone(RuleSet((Subscription("#"),), (Contact(ME),))) as bot:
        for at in range(1_000):
            await _take(bot, Message(f"warm/{at}", b"1", received=bot.clock.now()))
        await bot.settled()
        watch.arm()
        for at in range(topics):
            await _take(bot, Message(f"new/{at}/{'x' * 50}", b"22.5", received=bot.clock.now()))
        await bot.settled()
        watch.weigh()
        trial.figures["topics"] = topics


async def _take(bot: Alone, message: Message) -> None:
    bot.take(message)
    await asyncio.sleep(0)
    await bot.has_room()


async def flood_chat(trial: Trial, watch: Watch) -> None:
    """Send what nobody asked for, from one stranger and from many, and from many clients of one contact."""
    number = 2_000 if trial.options.short else 20_000
    features = "".join(f"<feature var='f{at}'/>" for at in range(200))
    info = "<identity category='client' type='pc'/>" + features
    floods: dict[str, Callable[[int], str]] = {
        "disco results of one stranger": lambda at: (
            f"<iq type='result' id='q{at}' from='mallory@{DOMAIN}/x' to='{FULL}'>"
            f"<query xmlns='http://jabber.org/protocol/disco#info' node='n{at}'>{info}</query></iq>"
        ),
        "vCard results of many strangers": lambda at: (
            f"<iq type='result' id='v{at}' from='m{at}@evil.test/x' to='{FULL}'>"
            f"<vCard xmlns='vcard-temp'><DESC>{'x' * 5_000}</DESC></vCard></iq>"
        ),
        "errors of many strangers": lambda at: (
            f"<iq type='error' id='e{at}' from='m{at}@evil.test/x' to='{FULL}'><error type='cancel'/></iq>"
        ),
        "messages of many strangers": lambda at: (
            f"<message from='m{at}@evil.test/x' to='{FULL}' type='chat' id='m{at}'><body>hi</body></message>"
        ),
        "presences of many strangers": lambda at: (
            f"<presence from='m{at}@evil.test/x' to='{FULL}'>"
            f"<c xmlns='http://jabber.org/protocol/caps' node='n{at}' ver='v{at}' hash='sha-1'/></presence>"
        ),
        "dnd of many clients of a contact": lambda at: (
            f"<presence from='{ALICE}/r{at}' to='{FULL}'><show>dnd</show></presence>"
        ),
        "caps of many clients of a contact": lambda at: (
            f"<presence from='{ALICE}/r{at}' to='{FULL}'>"
            f"<c xmlns='http://jabber.org/protocol/caps' node='n{at}' ver='v{at}' hash='sha-1'/></presence>"
        ),
        "disco results of a contact": lambda at: (
            f"<iq type='result' id='c{at}' from='{ALICE}/r{at}' to='{FULL}'>"
            f"<query xmlns='http://jabber.org/protocol/disco#info' node='n{at}'>{info}</query></iq>"
        ),
        "gone clients of a contact": lambda at: (
            f"<presence type='unavailable' from='{ALICE}/r{at}' to='{FULL}'/>"
        ),
    }
    for name, stanza in floods.items():
        await _flood(trial, watch, name, [stanza(at) for at in range(number)])


async def _flood(trial: Trial, watch: Watch, name: str, stanzas: list[str]) -> None:
    trial.doing(f"{len(stanzas)} times: {stanzas[-1]}")
    with LyingXmpp() as server:
        async with linked(settings(server.port), QUICK, Contact(ALICE)) as one:
            await one.online()
            await _send(trial, server, one, name, stanzas[:_TURN])
            watch.arm()
            half = len(stanzas) // 2
            first = await _send(trial, server, one, name, stanzas[_TURN:half])
            second = await _send(trial, server, one, name, stanzas[half:])
            grown = watch.weigh(name)
            watch.disarm()
            if server.connections > 1:
                trial.breach("streams_ended", f"{name}: the stream ended")
    trial.counts["stanzas"] += len(stanzas)
    ratio = second / max(first, 0.01)
    if ratio > _MOST_RATIO:
        trial.breach("", f"{name}: the second half took {ratio:.1f} times the work of the first")
    trial.figures.setdefault("floods", {})[name] = {
        "stanzas": len(stanzas),
        "cpu_seconds": round(first + second, 2),
        "memory_mb": round(grown, 1),
    }


async def _send(trial: Trial, server: LyingXmpp, one: Linked, name: str, stanzas: list[str]) -> float:
    """Send them, see that a contact is heard behind them, and return the CPU time of this thread."""
    began = time.thread_time()
    for batch in _batches(stanzas, _TURN):
        server.send("".join(batch))
        mark = f"sentinel {time.monotonic()}"
        server.send(spoken(mark, mark))
        if not await one.hears(mark, 30):
            trial.breach("sentinels_lost", f"{name}: a contact was not heard any more")
            break
    return time.thread_time() - began


def _batches(stanzas: list[str], size: int) -> Iterator[Iterable[str]]:
    for at in range(0, len(stanzas), size):
        yield stanzas[at : at + size]
