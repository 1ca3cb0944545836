"""What contacts read of rules that cannot judge what comes in, once, and when they can again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..delivery.mutes import Mutes
from ..model.alert import Alert
from ..model.announcements import AlertBlind
from ..model.notice import Notice
from ..model.rules import AlertRule, Priority, RuleSet
from ..model.timers import NEVER, Key, is_due
from ..ports import Phrases, PhrasesFor, When
from ..rendering.readings import LONGEST_DIGEST_LINE, LONGEST_NAME
from ..text.foreign import inert, one_line, plain, short
from ..text.rate import MINUTE
from .texts import rule_name

GATHER = 1.5
"""Seconds from the first alert to its notice: what else breaks in that time is told with it."""

PATIENCE = 30.0
"""Seconds in which a single message without a value may be followed by one that has it."""

MOST_LINES = 20

type Recipients = Callable[[Alert, AlertRule, RuleSet], list[str]]
"""Who is told of an alert of a rule."""


@dataclass(frozen=True, slots=True)
class Composed:
    """Notices, and the alerts of which is known then that they are blind."""

    notices: tuple[Notice, ...] = ()
    told: tuple[Alert, ...] = ()


class BlindNotices:
    """Gathers what goes blind: a bridge that stops takes all its sensors along, and that is one message."""

    def __init__(
        self, phrases: PhrasesFor, new_id: Callable[[], str], when: When, recipients: Recipients
    ) -> None:
        self._recipients = recipients
        self._phrases = phrases
        self._new_id = new_id
        self._when = when
        self._waiting: dict[Key, tuple[float, AlertBlind]] = {}
        self._said = -MINUTE

    @property
    def due_at(self) -> float:
        """When `compose` has something to do; at most once a minute."""
        first = min((at for at, _ in self._waiting.values()), default=NEVER)
        return max(first, self._said + MINUTE) if self._waiting else NEVER

    def is_due(self, now: float) -> bool:
        return is_due(self.due_at, now, MINUTE)

    def note(self, change: AlertBlind, now: float) -> None:
        key = change.alert.rule, change.alert.topic
        if not change.alert.blind and not change.alert.blind_told:
            self._waiting.pop(key, None)  # it was over before anybody knew
            return
        self._said = min(self._said, now)  # the clock may have been set back
        self._waiting[key] = now + (GATHER if change.sure else PATIENCE), change

    def hurry(self, now: float) -> bool:
        """Have said now what would be said later; say whether there is anything."""
        self._waiting = {key: (now, change) for key, (_, change) in self._waiting.items()}
        self._said = now - MINUTE
        return bool(self._waiting)

    def compose(
        self, rules: RuleSet, mutes: Mutes, known: Callable[[str, str], Alert | None], now: float
    ) -> Composed:
        """Return what is to be said now, and forget it here; `known` finds an alert as it is now."""
        due = {key: change for key, (at, change) in self._waiting.items() if not now < at <= now + MINUTE}
        self._waiting = {key: waits for key, waits in self._waiting.items() if key not in due}
        self._said = now
        lines: dict[str, list[str]] = {}
        told: list[Alert] = []
        for change in due.values():
            alert = known(change.alert.rule, change.alert.topic)
            if change.alert.blind and alert is not None:
                told.append(alert)
            if mutes.covers(change.alert.topic, change.rule.id):
                continue
            for to in self._recipients(change.alert, change.rule, rules):
                lines.setdefault(to, []).append(self._line(change, self._phrases(to)))
        return Composed(tuple(self._notices(lines)), tuple(told))

    def _notices(self, lines: dict[str, list[str]]) -> Iterator[Notice]:
        for to, every in lines.items():
            if "@" not in to:
                continue
            shown = every[:MOST_LINES]
            if len(every) > MOST_LINES:
                shown.append(self._phrases(to).phrase("common.alert_more", count=len(every) - MOST_LINES))
            yield Notice(self._new_id(), to, inert("\n".join(shown)), self._said, Priority.NORMAL)

    def _line(self, change: AlertBlind, phrases: Phrases) -> str:
        alert = change.alert
        value = change.said if alert.blind else alert.value
        return phrases.phrase(
            "common.alert_blind" if alert.blind else "common.alert_sees",
            rule=rule_name(change.rule, phrases),
            name=short(plain(alert.name or alert.topic), LONGEST_NAME),
            time=self._when(alert.seen),
            value=one_line(plain(value), LONGEST_DIGEST_LINE),
        )
