"""What is held from those who are not to be disturbed, and said as one when it ends."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
import logging

from ..delivery.do_not_disturb import DoNotDisturb
from ..delivery.outgoing import Outgoing
from ..delivery.recipients import everybody, heirs_of
from ..model.notice import HELD, Notice, Push, is_target
from ..model.replies import BotError, Said
from ..model.rules import Priority, RuleSet
from ..model.timers import NEVER, is_due
from ..ports import Ports, Spawn, When
from ..rendering.held import held_text
from .conversation import Conversation

_LOGGER = logging.getLogger(__name__)
MOST_HELD = 40
MOST_MESSAGES = 10
LOOK_AGAIN = 60.0
SETTLE = 10.0
"""Seconds after the bot or the chat has come in which the contacts' presences come in."""


class Held:
    """Turns quiet and do-not-disturb on and off for one bot; tells what was held as one at its end."""

    def __init__(
        self,
        ports: Ports,
        do_not_disturb: DoNotDisturb,
        conversation: Conversation,
        outgoing: Outgoing,
        *,
        when: When,
        spawn: Spawn,
        name: str,
        changed: Callable[[], None],
        went: Callable[[str, Mapping[str, Sequence[Notice]]], None],
        settle: Callable[[], None],
    ) -> None:
        self._ports = ports
        self._do_not_disturb = do_not_disturb
        self._conversation = conversation
        self._outgoing = outgoing
        self._when = when
        self._spawn = spawn
        self._name = name
        self._report_change = changed
        self._report_went = went
        self._settle = settle
        self._rules = RuleSet()
        self._releasing = False
        self._again = False
        self._look_at = NEVER
        self._since: dict[str, float] = {}
        self._heirs: dict[str, list[str]] = {}
        do_not_disturb.behind |= set(ports.outbox.held_for)
        conversation.spare(self._holds)

    def apply(self, rules: RuleSet) -> None:
        """Take over other rules; what is held for who is gone is for who was put in its place."""
        heirs, self._rules = heirs_of(self._rules, rules), rules
        if self._do_not_disturb.apply(rules.contacts):
            self.look_soon(self._ports.clock.now())
        for gone, instead in heirs.items():
            self._conversation.pass_on(gone, instead)
            self._do_not_disturb.behind.update(instead)
        self._heirs = {to: one for to, one in (self._heirs | heirs).items() if to not in everybody(rules)}
        if heirs:
            self._look_at = self._ports.clock.now()

    def _holds(self, contact: str) -> bool:
        return self._do_not_disturb.holds(contact, Priority.NORMAL, self._ports.clock.now())

    def _spares(self, to: str) -> bool:
        return self._do_not_disturb.spares(to, self._ports.clock.now())

    @property
    def due_at(self) -> float:
        return min(self._look_at, self._do_not_disturb.due_at)

    def set_quiet(self, until: float) -> None:
        """Let no notification ring until then (infinity: until told so), but critical ones; 0 ends it."""
        self._do_not_disturb.set_quiet(until)
        self._changed()

    def set_undisturbed(self, until: float) -> None:
        """Hold what is not critical until then (∞: until told so); 0 ends it and tells what was held."""
        self._do_not_disturb.set_undisturbed(until)
        self._changed()

    def set_source(self, undisturbed: bool) -> None:
        """Follow the entity of Home Assistant that says when nobody is to be disturbed."""
        self._do_not_disturb.set_source(undisturbed)
        self._changed()

    def set_contact(self, jid: str, undisturbed: bool) -> None:
        self._do_not_disturb.set_contact(jid, undisturbed)
        self._changed()

    def _changed(self) -> None:
        """Tell what was held as soon as it may be told: not in this moment, in which more may change."""
        self._look_at = now = self._ports.clock.now()
        for to in everybody(self._rules):
            if self._spares(to):
                self._since.setdefault(to, now)
        self._ports.clock.wake(self._look_at)
        self._report_change()

    def look_soon(self, now: float) -> None:
        """Look at what is held once the presences of the contacts may be known."""
        self._look_at = min(self._look_at, now + SETTLE)

    def tick(self, now: float) -> None:
        if not (self._do_not_disturb.end(now) or is_due(self._look_at, now, LOOK_AGAIN)):
            return
        self._look_at = NEVER
        self._spawn(self._release)
        self._report_change()

    def keep(self) -> None:
        """Hold in the outbox the digests that are in memory, because the bot is about to end."""
        for contact in self._conversation.holding:
            self._outgoing.hold(contact, self._conversation.release(contact))

    async def _release(self) -> None:
        """Tell everybody who may be disturbed; whoever asks for it meanwhile has it done once more."""
        self._again = True
        if self._releasing:
            return
        self._releasing = True
        try:
            while self._again:
                self._again = False
                await self._release_all()
        finally:
            self._releasing = False

    async def _release_all(self) -> None:
        for gone in self._ports.outbox.held_for - everybody(self._rules).keys():
            await self._pass_on(gone)
        for to in everybody(self._rules):
            if not self._spares(to):
                await self._release_to(to)
        self._do_not_disturb.behind.intersection_update(everybody(self._rules))
        self._settle()

    async def _pass_on(self, gone: str) -> None:
        """Hold for others what was held for somebody in whose place they are, or call it failed."""
        held = await self._read(gone)
        heirs = self._heirs.get(gone, [])
        new_id = self._ports.clock.new_id
        addressed = self._outgoing.addressed
        instead = {
            one.id: [addressed(replace(one, id=new_id(), to=heir, room=False)) for heir in heirs]
            for one in held
        }
        if is_target(gone):
            # A phone shows until then what it was told before.
            for notice in _replacing(held, new_id):
                self._outgoing.put(notice)
        self._ports.outbox.pass_on(held, list(chain.from_iterable(instead.values())))
        # Who took the place may be gone by now as well.
        self._again |= not set(heirs) <= everybody(self._rules).keys()
        self._report_went(gone, instead)

    async def _release_to(self, to: str) -> None:
        """Tell one contact or target what was held for it, as one, and only then what is newer."""
        ports = self._ports
        held = await self._read(to)
        if self._spares(to):
            return
        now = ports.clock.now()
        digest = "" if is_target(to) else self._conversation.release(to)
        if held or digest:
            since = self._when(min([self._since.pop(to, now), *(notice.at for notice in held)]))
            for notice in _replacing(held, ports.clock.new_id):
                self._outgoing.put(notice)
            parts = [held] if is_target(to) else list(_parted(held))
            went: dict[str, Sequence[Notice]] = {}
            for part in parts:
                told = self._send_one(to, part, digest if part is parts[-1] else "", since, now)
                went.update((notice.id, [told]) for notice in part)
            self._report_went(to, went)
        if held and to in ports.outbox.held_for:
            # It came while this was read.
            self._again = True
        else:
            self._do_not_disturb.behind.discard(to)

    def _send_one(self, to: str, held: Sequence[Notice], digest: str, since: Said, now: float) -> Notice:
        """Tell as one what was held, and the digest of what was seen; return that."""
        ports = self._ports
        # Who took somebody's place may have got the same itself.
        every = {(int(notice.at), text): (self._when(notice.at), text) for notice, text in _in_full(held)}
        text = held_text(
            every.values(), digest, (since, self._when(now)), MOST_HELD, self._outgoing.speech(to)
        )
        priority = max((notice.priority for notice in held), default=Priority.NORMAL)
        push = Push(self._name, HELD, url=self._rules.click) if is_target(to) else None
        told = self._outgoing.addressed(Notice(ports.clock.new_id(), to, text, now, priority, push=push))
        ports.outbox.merge(held, told)
        return told

    async def _read(self, to: str) -> list[Notice]:
        """Return what is held; what cannot be read is looked at again, and holds up nothing till then."""
        try:
            held = await self._ports.outbox.held(to)
        except BotError as err:
            _LOGGER.warning("What was held cannot be read: %s", err)
            held = []
        if not held and to in self._ports.outbox.held_for:
            self._look_at = self._ports.clock.now() + LOOK_AGAIN
            self._ports.clock.wake(self._look_at)
        return held


def _parted(held: Sequence[Notice]) -> Iterator[Sequence[Notice]]:
    """Yield what one message tells each; of very much the oldest is counted in the first one."""
    first = max(0, len(held) - (MOST_MESSAGES - 1) * MOST_HELD)
    first = min(first, len(held)) or min(MOST_HELD, len(held))
    yield held[:first]
    for start in range(first, len(held), MOST_HELD):
        yield held[start : start + MOST_HELD]


def _replacing(held: Iterable[Notice], new_id: Callable[[], str]) -> Iterator[Notice]:
    """Yield, without a sound, the newest of what takes the place of notifications that are there already."""
    last = {notice.push.tag: (notice, notice.push) for notice in held if notice.push is not None}
    for tag, (notice, push) in last.items():
        if tag != HELD:
            yield replace(notice, id=new_id(), push=replace(push, sound=False))


def _in_full(held: Iterable[Notice]) -> Iterator[tuple[Notice, str]]:
    """Yield notices, each with all that it says."""
    return (
        (notice, f"{notice.push.title}\n{notice.text}" if notice.push else notice.text) for notice in held
    )
