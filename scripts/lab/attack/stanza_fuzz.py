"""Random stanzas from a lying server to the real link: no stanza ends the stream or makes it deaf."""

import asyncio
import random

from custom_components.dinox_mqtt_bot.bot.model.rules import Contact
from custom_components.dinox_mqtt_bot.bot.model.utterance import Reaction, Utterance

from .linked import Linked, linked
from .lying_xmpp import ALICE, BOT, QUICK, LyingXmpp, settings, spoken
from .stanzas import Stanzas
from .trial import Trial, blocks
from .watch import Watch

_BLOCK = 2_000
_WARM_UP = 200
_TURN = 20
_ROOM, _SERVICE = "room@conf.home.test", "pubsub.home.test"


class _Attack:
    """One stream under fire."""

    def __init__(self, trial: Trial, watch: Watch, server: LyingXmpp, one: Linked) -> None:
        self._trial = trial
        self._watch = watch
        self._server = server
        self._linked = one
        self._marks = 0

    async def block(self, seed: str, number: int, *, counted: bool) -> None:
        chance = random.Random(f"stanzas {seed}")
        stanzas = Stanzas(chance)
        for _, size in blocks(0, number, _TURN):
            with self._watch.aside():
                batch = [stanzas.stanza() for _ in range(size)]
                self._trial.doing("\n".join(batch))
            await self._batch(batch, culprit=counted)
            if chance.random() < 0.3:
                stanzas.ids.append(self._linked.say("an alert", ALICE).id)
            self._trial.counts["stanzas"] += size if counted else 0
            if self._trial.is_broken:
                return
        if counted:
            self._watch.weigh()

    async def _batch(self, batch: list[str], *, culprit: bool) -> None:
        if await self._survives(batch) or not culprit:
            return
        ended = await self._back()
        # One of them did it: which?
        for stanza in batch:
            self._trial.doing(stanza)
            if not await self._survives([stanza]):
                ended = await self._back() or ended
                break
        what = "the stream ended" if ended else "a contact was not heard any more"
        self._trial.breach(
            "streams_ended" if ended else "sentinels_lost", f"{what} after a stanza", key=object()
        )

    async def _survives(self, batch: list[str]) -> bool:
        """Say whether a contact is still heard behind these stanzas, in the same stream."""
        before = self._server.connections
        for stanza in batch:
            self._server.send(stanza)
        self._marks += 1
        mark = f"sentinel {self._marks}"
        self._server.send(spoken(mark, f"s{self._marks}"))
        waiting = asyncio.ensure_future(self._linked.hears(mark))
        while not waiting.done() and self._server.connections == before:
            await asyncio.wait({waiting}, timeout=0.05)
        waiting.cancel()
        self._look_for_strangers()
        return self._linked.has_heard(mark) and self._server.connections == before

    async def _back(self) -> bool:
        """Wait for the next session, if this one has ended; say whether it has."""
        ended = self._linked.lost > 0
        await self._linked.online()
        self._linked.lost = 0
        return ended

    def _look_for_strangers(self) -> None:
        heard: tuple[Utterance | Reaction, ...] = (*self._linked.texts, *self._linked.reactions)
        for said in heard:
            if said.jid not in {ALICE, BOT}:
                self._trial.breach("escapes", f"a stranger was heard: {said!r}", key=("stranger", said.jid))


async def fuzz_stanzas(trial: Trial, watch: Watch) -> None:
    """Half of them to an account of the bot's own, half to the user's account."""
    options = trial.options
    half = options.stanzas // 2
    await _account(trial, watch, options.first, options.stanzas - half, Contact(ALICE))
    if half and not trial.is_broken:
        await _account(trial, watch, options.first, half, Contact(ALICE), Contact(BOT))


async def _account(trial: Trial, watch: Watch, first: int, number: int, *contacts: Contact) -> None:
    shared = "shared" if len(contacts) > 1 else "own"
    with LyingXmpp() as server:
        async with linked(settings(server.port), QUICK, *contacts) as one:
            one.link.join({_ROOM: "bot"})
            one.link.pubsub.follow([_SERVICE])
            await one.online()
            attack = _Attack(trial, watch, server, one)
            await attack.block(f"warm-up {shared}", _WARM_UP, counted=False)
            await one.online()
            watch.arm()
            one.lost = 0
            for begin, size in blocks(first, number, _BLOCK):
                trial.repeated_by("stanzas", begin, size * 2)
                await attack.block(f"{trial.options.seed}/{shared}/{begin}", size, counted=True)
                if trial.is_broken:
                    break
            watch.disarm()
