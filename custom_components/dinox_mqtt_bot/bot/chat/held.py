"""Leaving people in peace, and telling them afterwards what they missed."""

from collections.abc import Callable, Coroutine, Iterable
import logging
from typing import TYPE_CHECKING, Any

from ..model.announcements import StatusChanged
from ..model.errors import BotError
from ..model.notice import Notice, Push, is_target
from ..model.rules import Priority
from ..model.timers import NEVER
from ..rendering.held import held_text

if TYPE_CHECKING:
    from ..bot import Bot

_LOGGER = logging.getLogger(__name__)

MOST_HELD = 40
LOOK_AGAIN = 60.0
SETTLE = 10.0
"""Seconds after the chat has come back in which the contacts' presences come in."""


class Peace:
    """Turns what is quiet and who is not to be disturbed, for one bot. What was held is told as one when it ends."""

    def __init__(self, bot: Bot, spawn: Callable[[Callable[[], Coroutine[Any, Any, None]]], object]) -> None:
        self._bot = bot
        self._spawn = spawn
        self._rest = bot.disturbance
        self._releasing = False
        self._again = False
        self._look_at = NEVER
        self._since: dict[str, float] = {}
        bot.conversation.spare(self._spares)

    def _spares(self, contact: str) -> bool:
        return self._rest.holds(contact, Priority.NORMAL, self._bot.ports.clock.now())

    @property
    def due_at(self) -> float:
        """When `tick` has something to do; infinity for never."""
        return min(self._look_at, self._rest.due_at(self._bot.ports.clock.now()))

    def set_quiet(self, until: float) -> None:
        """Let no notification ring until then (infinity: until told so), but critical ones; 0 ends it."""
        self._rest.set_quiet(until)
        self._changed()

    def set_undisturbed(self, until: float) -> None:
        """Hold back what is not critical until then (infinity: until told so); 0 ends it and tells what was held."""
        self._rest.set_undisturbed(until)
        self._changed()

    def set_source(self, undisturbed: bool) -> None:
        """Follow the entity of Home Assistant that says when nobody is to be disturbed."""
        self._rest.set_source(undisturbed)
        self._changed()

    def set_contact(self, jid: str, undisturbed: bool) -> None:
        """Follow what a contact's presence says of itself."""
        self._rest.set_contact(jid, undisturbed)
        self._changed()

    def _changed(self) -> None:
        """Tell what was held as soon as it may be told: not in this moment, in which more may change."""
        self._look_at = now = self._bot.ports.clock.now()
        for to in self._everybody():
            if self._spares(to):
                self._since.setdefault(to, now)
        self._bot.ports.clock.wake(self._look_at)
        self._bot.announce(StatusChanged(self._bot.status))

    def chat_came(self, now: float) -> None:
        """Look at what is held, soon, because the presences of the contacts are about to be known."""
        self._look_at = min(self._look_at, now + SETTLE)

    def tick(self, now: float) -> None:
        """Tell what was held if the time has come."""
        if not self._look_at <= now and not self._rest.ended(now):
            return
        self._look_at = NEVER
        self._spawn(self._release)
        self._bot.announce(StatusChanged(self._bot.status))

    def keep(self, now: float) -> None:
        """Hold in the outbox the digests that are in memory, because the bot is about to end."""
        ports = self._bot.ports
        for contact in self._bot.conversation.holding:
            text = self._bot.conversation.release(contact)
            ports.outbox.hold(Notice(ports.clock.new_id(), contact, text, now))

    async def _release(self) -> None:
        """Tell everybody who may be disturbed; whoever asks for it meanwhile has it done once more."""
        self._again = True
        if self._releasing:
            return
        self._releasing = True
        try:
            while self._again:
                self._again = False
                await self._tell_all()
        finally:
            self._releasing = False

    async def _tell_all(self) -> None:
        for to in self._everybody():
            if not self._spares(to):
                await self._tell(to)
        self._bot.ports.history.told(self._bot.conversation.told())

    async def _tell(self, to: str) -> None:
        """Tell one contact or target what was held for it, as one."""
        ports = self._bot.ports
        try:
            held = await ports.outbox.held(to)
        except BotError as err:
            _LOGGER.warning("What was held cannot be read: %s", err)
            self._look_at = ports.clock.now() + LOOK_AGAIN
            ports.clock.wake(self._look_at)
            return
        now = ports.clock.now()
        digest = "" if is_target(to) else self._bot.conversation.release(to)
        if not held and not digest:
            return
        since = self._bot.moment(min([self._since.pop(to, now), *(notice.at for notice in held)]))
        texts = [(self._bot.moment(notice.at), _in_full(notice)) for notice in held]
        text = held_text(texts, digest, (since, self._bot.moment(now)), MOST_HELD, ports.phrases)
        priority = max((notice.priority for notice in held), default=Priority.NORMAL)
        push = Push(self._bot.name, "dinox-held", url=self._bot.rules.click) if is_target(to) else None
        digest_id = ports.clock.new_id()
        ports.outbox.merge(held, Notice(digest_id, to, text, now, priority, push=push))
        self._bot.alarms.merged((notice.id for notice in held), digest_id)

    def _everybody(self) -> Iterable[str]:
        rules = self._bot.rules
        return dict.fromkeys(
            (
                *(contact.jid for contact in rules.contacts),
                *rules.targets,
                *(to for rule in rules.alerts for to in (*rule.targets, *rule.escalate_to) if is_target(to)),
            )
        )


def _in_full(notice: Notice) -> str:
    return f"{notice.push.title}\n{notice.text}" if notice.push else notice.text
