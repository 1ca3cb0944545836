"""What contacts want to be told or done later, kept over restarts."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
import json
import logging

from ..delivery.outgoing import Outgoing
from ..model.announcements import Announcement, ReminderDue
from ..model.notice import Notice
from ..model.reminder import Reminder
from ..model.replies import BotError, Typed
from ..model.rules import Priority, Role, RuleSet
from ..model.timers import NEVER
from ..ports import Phrases, Ports

_LOGGER = logging.getLogger(__name__)

KEPT = "reminders"
MOST = 100
_NEWER = frozenset({"days", "often", "first"})
LATE = 600.0
"""Seconds after which a deed is not done any more: nobody expects it then."""


class Reminders:
    """Tells what is due; a deed is announced, for whoever does it, and told as well.

    It is told at least once: its notice has its own id, by which it is known if a kill comes between.
    What was due while the bot was off is told when it is back, with when that was; a deed is not done
    then. What somebody wanted who is no contact any more is forgotten.
    """

    def __init__(
        self,
        ports: Ports,
        outgoing: Outgoing,
        hearers: Callable[[str, Priority], list[str]],
        announce: Callable[[Announcement], None],
    ) -> None:
        self._clock = ports.clock
        self._memory = ports.memory
        self._outgoing = outgoing
        self._hearers = hearers
        self._announce = announce
        self._roles: dict[str, Role] = {}
        self._waiting = {each.number: each for each in _read(ports.memory.get(KEPT))}

    def apply(self, rules: RuleSet) -> None:
        """Know who may what."""
        self._roles = {contact.jid: contact.role for contact in rules.contacts}

    @property
    def waiting(self) -> list[Reminder]:
        """What is still to come, the soonest first."""
        return sorted(self._waiting.values(), key=lambda each: (each.at, each.number))

    def add(
        self,
        who: str,
        to: str,
        text: str,
        at: float,
        *,
        deed: bool = False,
        back: bool = False,
        days: str = "",
        often: str = "",
    ) -> Reminder:
        """Keep something for later. Raises BotError `reminders_too_many`.

        What comes again and again on some `days` comes first on the first of them.
        """
        if len(self._waiting) >= MOST:
            raise BotError("reminders_too_many", most=MOST, command=Typed("waiting"))
        number = next(each for each in range(1, MOST + 1) if each not in self._waiting)
        made = Reminder(self._clock.new_id(), number, who, to, text, at, deed, back, days, often)
        if days and str(self._clock.local(at).weekday()) not in days:
            made = replace(made, at=made.after(at, self._clock.local))
        self._waiting[number] = made
        self._keep()
        self._clock.wake(made.at)
        return made

    def move(self, number: int, at: float) -> Reminder:
        """Keep something for another time."""
        self._waiting[number] = moved = replace(self._waiting[number], at=at, first=0.0)
        self._keep()
        self._clock.wake(at)
        return moved

    def remove(self, number: int) -> None:
        """Forget what was to come."""
        del self._waiting[number]
        self._keep()

    @property
    def due_at(self) -> float:
        return min((each.at for each in self._waiting.values()), default=NEVER)

    def tick(self, now: float) -> None:
        """Tell what is due."""
        due = [each for each in self.waiting if each.at <= now]
        wanted = [each for each in due if not each.to or each.who in self._roles]
        for each in wanted:
            self._outgoing.send(self._notices(each, now))
        for each in due:
            if each.days and each in wanted:
                at = each.after(now, self._clock.local)
                again = replace(each, id=self._clock.new_id(), at=at, first=each.first or each.at)
                self._waiting[each.number] = again
                self._clock.wake(at)
            else:
                del self._waiting[each.number]
        if due:
            # After it was said: what is said twice has the same id, what is not said is lost.
            self._keep()
        for each in wanted:
            if each.deed and now - each.at <= LATE:
                self._announce(ReminderDue(each, self._roles.get(each.who, Role.OPERATOR)))

    def _notices(self, due: Reminder, now: float) -> Iterable[Notice]:
        keys = ("reminder_deed_now", "reminder_deed_late") if due.deed else ("reminder_now", "reminder_late")
        key = keys[now - due.at > LATE]
        there = due.to if due.to in self._roles else due.who
        to = [there] if due.to else self._hearers("", Priority.ALERT)
        for at, each in enumerate(to):
            text = self._text(key, due, self._outgoing.speech(each))
            own_id = self._clock.new_id() if at else due.id
            yield Notice(own_id, each, text, now, Priority.ALERT)

    def _text(self, key: str, due: Reminder, speech: Phrases) -> str:
        time = f"{self._clock.local(due.at):%H:%M}"
        return speech.phrase(f"common.{key}", text=due.text, time=time)

    def _keep(self) -> None:
        # What an older version does not know is left out where it says nothing.
        rows = [
            {key: value for key, value in asdict(each).items() if value or key not in _NEWER}
            for each in self.waiting
        ]
        self._memory.set(KEPT, json.dumps(rows, ensure_ascii=False) if rows else "")


def _read(kept: str) -> list[Reminder]:
    """Return what an earlier run has left."""
    try:
        return [Reminder(**row) for row in json.loads(kept)] if kept else []
    except (ValueError, TypeError) as err:
        _LOGGER.warning("The reminders of an earlier run cannot be read: %s", err)
        return []
