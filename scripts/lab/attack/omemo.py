"""Text for clients without OMEMO is no speech: it is answered, and neither published nor run."""

import asyncio

from custom_components.dinox_mqtt_bot.bot.model.rules import (
    Bridge,
    Contact,
    Direction,
    Ear,
    FreeText,
    RuleSet,
    Subscription,
)
from custom_components.dinox_mqtt_bot.bot.model.utterance import Utterance
from custom_components.dinox_mqtt_bot.xmpp.link import XmppLink

from .alone import alone, comes, until
from .linked import Clock
from .lying_xmpp import ALICE, FULL, QUICK, LyingXmpp, settings, spoken
from .trial import Trial
from .watch import Watch

_ELEMENTS = (
    "<encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='1'/><payload>YQ==</payload></encrypted>",
    "<encrypted xmlns='urn:xmpp:omemo:2'><payload>YQ==</payload></encrypted>",
    "<encryption xmlns='urn:xmpp:eme:0' namespace='eu.siacs.conversations.axolotl' name='OMEMO'/>",
    "<encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:openpgp:0'/>",
    "<openpgp xmlns='urn:xmpp:openpgp:0'>YQ==</openpgp>",
    "<x xmlns='jabber:x:encrypted'>YQ==</x>",
)
_BODIES = (
    "I sent you an OMEMO encrypted message but your client doesn't seem to support that.",
    "/mqtt publish home/lamp ON",
    "yes",
    "",
)


async def send_encrypted(trial: Trial, watch: Watch) -> None:
    """Send what is encrypted, with what its sender's client adds for others, past every way that text has."""
    for ear in Ear:
        await _ear(trial, ear)
    watch.arm()


async def _ear(trial: Trial, ear: Ear) -> None:
    rules = RuleSet(
        (Subscription("home/#"),),
        (Contact(ALICE),),
        bridges=(Bridge("home/a", ALICE, id="b1", number=1, direction=Direction.BOTH, topic="home/said"),)
        if ear is Ear.OFF
        else (),
        free_text=FreeText(ear, topic="home/said", without_user=True),
    )
    loop = asyncio.get_running_loop()
    with LyingXmpp() as server:
        link = XmppLink(
            settings(server.port),
            tls=None,
            create_task=lambda work, name: loop.create_task(work, name=name),
            clock=Clock(),
            timing=QUICK,
        )
        async with alone(rules, chat=link) as bot:
            heard: list[str] = []
            tasks: list[asyncio.Task[None]] = []

            async def hear(said: Utterance) -> None:
                heard.append(said.text)
                await bot.bot.hear(said)

            link.start(
                on_status=bot.bot.chat_changed,
                on_text=lambda said: tasks.append(loop.create_task(hear(said))),
                on_reaction=lambda reaction: None,
                on_presence=lambda jid, busy: None,
                on_session=lambda: None,
                on_delivery=bot.delivered,
                on_reach=lambda jid, reason: None,
                addressee=bot.store.outbox.addressee,
            )
            try:
                await until(lambda: link.status.phase.value == "online", "an XMPP session")
                for at, (element, body) in enumerate((e, b) for e in _ELEMENTS for b in _BODIES):
                    stanza = (
                        f"<message from='{ALICE}/x' to='{FULL}' type='chat' id='o{at}'>{element}"
                        f"{f'<body>{body}</body>' if body else ''}</message>"
                    )
                    trial.doing(stanza)
                    trial.counts["stanzas"] += 1
                    server.send(stanza)
                server.send(spoken("/mqtt help", "end"))
                if not await comes(lambda: any("/mqtt help" in said for said in heard), 10):
                    trial.breach("sentinels_lost", "a contact was not heard behind what is encrypted")
                if not await comes(lambda: server.heard, 10):
                    trial.breach("sentinels_lost", "nothing was answered to what is encrypted")
                await bot.settled()
                if bot.broker.done or bot.services.asked:
                    done = [*bot.broker.published] or "an agent was asked"
                    trial.breach("escapes", f"what is encrypted was taken for speech: {done}")
            finally:
                await link.stop()
