"""How long a message takes from the publisher to the contact's XMPP client."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
import os
import re
import ssl
import sys
from tempfile import TemporaryDirectory
import time

from lab.person import Heard, Person
from lab.servers import Lab

from .meter import say
from .publisher import connected, publish
from .run import child, said

SAMPLES = 100
INTERVAL_SECONDS = 0.1
BOT, YOU, PASSWORD = "bot@home.test", "you@home.test", "bench"
_NUMBER = re.compile(r"sample (\d+)")


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds (`p50`, `p99`): normal messages, which are gathered, and alerts, which do not wait."""

    normal: dict[str, float]
    alert: dict[str, float]


def latency(lab: Lab, broker: int, tell: Callable[[str], None]) -> Latency:
    """Measure both, each with a bot of its own."""
    prosody = lab.prosody(users={"bot": PASSWORD, "you": PASSWORD}, log_level="warn")
    found = []
    for priority in ("normal", "alert"):
        tell(f"MQTT to chat, {priority}")
        with child("chat", broker, prosody.ports["c2s"], lab.ca, priority) as bot:
            found.append(asyncio.run(_measured(bot, lab, broker, prosody.ports["c2s"])))
    return Latency(*found)


async def _measured(bot: object, lab: Lab, broker: int, xmpp: int) -> dict[str, float]:
    sent: dict[int, float] = {}
    came: dict[int, float] = {}
    done = asyncio.Event()

    def hear(heard: Heard) -> None:
        for number in map(int, _NUMBER.findall(heard.text)):
            came.setdefault(number, heard.at)
        if len(came) >= SAMPLES:
            done.set()

    async with Person(YOU, PASSWORD, xmpp, lab.client_ssl()) as you:
        you.on_heard = hear
        await asyncio.to_thread(said, bot, "ready")
        with connected(broker, "bench-probe") as link:
            for number in range(SAMPLES):
                sent[number] = time.time()
                link.sendall(publish(f"probe/{number}", b"sample %d" % number, 0, 0))
                await asyncio.sleep(INTERVAL_SECONDS)
        async with asyncio.timeout(30):
            await done.wait()
    late = sorted((came[number] - sent[number]) * 1000 for number in sent)
    return {"p50": late[len(late) // 2], "p99": late[len(late) * 99 // 100]}


async def _bot(broker: int, xmpp: int, authority: str, priority: str) -> None:
    """Run a bot until its process is ended."""
    from dataclasses import replace

    from custom_components.dinox_mqtt_bot.bot.model.rules import Priority
    from custom_components.dinox_mqtt_bot.bot.model.status import Phase
    from custom_components.dinox_mqtt_bot.xmpp.link import XmppLink
    from custom_components.dinox_mqtt_bot.xmpp.settings import XmppSettings

    from .assembly import Assembly, rules
    from .receivers import subscribed

    assembly = Assembly(broker)
    tls = await asyncio.to_thread(ssl.create_default_context, cafile=authority)
    link = XmppLink(
        XmppSettings(BOT, PASSWORD, host="127.0.0.1", port=xmpp),
        tls=tls,
        create_task=assembly.create_task,
        clock=assembly.clock,
    )
    wanted = rules("probe/#", 1)
    shown = replace(wanted.subscriptions[0], priority=Priority[priority.upper()])
    with TemporaryDirectory(dir=os.environ.get("BENCH_DIRECTORY")) as directory:
        await assembly.open(directory, replace(wanted, subscriptions=(shown,), storm=0), link)
        assembly.start()
        link.start(
            on_status=assembly.bot.chat_changed,
            on_text=lambda utterance: None,
            on_reaction=lambda reaction: None,
            on_presence=lambda jid, busy: None,
            on_session=lambda: None,
            on_delivery=assembly.delivered,
            on_reach=lambda jid, reason: None,
            addressee=assembly.store.outbox.addressee,
        )
        await subscribed(assembly.link)
        while link.status.phase is not Phase.ONLINE:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        # What a new session does by itself (roster, bookmarks) is not to be measured.
        await asyncio.sleep(2)
        say("ready")
        await asyncio.sleep(120)


if __name__ == "__main__":
    asyncio.run(_bot(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]))
