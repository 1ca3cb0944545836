"""What alert rules have done when they fire and when they are over, and contacts at a time."""

from collections.abc import Awaitable, Callable
from functools import partial
import logging

from ..model.alert import ACTIVE
from ..model.announcements import AlertChanged, Announcement, ReminderDue
from ..model.replies import BotError, Caller, Surface, Text, Worded
from ..model.rules import AlertRule, Role
from ..ports import Spawn
from ..rendering.replies import render_error
from ..text.rate import Window

MOST_A_MINUTE = 10
_LOGGER = logging.getLogger(__name__)


class Deeds:
    """Does what rules ask for, as an operator does it, and contacts; `tell` hears of what cannot be done.

    It is done once the alert is stored, and at most once: a kill just then leaves it undone, as what toggles
    must not be done twice. A rule that comes and goes has it done so often a minute at most.
    """

    def __init__(
        self,
        do: Callable[[str, Caller], Awaitable[object]],
        tell: Callable[[Text], None],
        spawn: Spawn,
        now: Callable[[], float],
    ) -> None:
        self._do = do
        self._tell = tell
        self._spawn = spawn
        self._now = now
        self._done: dict[str, Window] = {}

    def hear(self, announcement: Announcement) -> None:
        """Do what the rule of an alert asks for that has just fired or is over, or what is due by now."""
        if isinstance(announcement, ReminderDue):
            due = announcement.reminder
            self._spawn(partial(self._try, due.text, due.who, announcement.role))
        if not isinstance(announcement, AlertChanged):
            return
        rule, is_so = announcement.rule, announcement.alert.state in ACTIVE
        if is_so is (announcement.before in ACTIVE):
            return
        deed = rule.then if is_so else rule.afterwards
        if deed and not self._too_often(rule):
            self._spawn(partial(self._try, deed, rule.name, Role.OPERATOR))

    def _too_often(self, rule: AlertRule) -> bool:
        done, now = self._done.setdefault(rule.id, Window()), self._now()
        if done.count(now) >= MOST_A_MINUTE:
            _LOGGER.warning("“%s” has come and gone too often to do more this minute", rule.name)
            return True
        done.add(now)
        return False

    async def _try(self, deed: str, who: str, role: Role) -> None:
        try:
            await self._do(deed, Caller(Surface.ACTION, who, role))
        except BotError as err:
            why = Worded(err.key, partial(render_error, err))
            self._tell(Text("deed_failed", {"rule": who, "deed": deed, "why": why}))
