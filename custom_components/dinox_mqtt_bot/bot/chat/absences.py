"""Devices that went away and came back: told once they stay away, and many at once as one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..model.message import Presence, Reading
from ..model.rules import Subscription
from ..model.timers import NEVER
from ..ports import Phrases
from ..rendering.readings import LONGEST_NAME
from ..text.durations import duration
from ..text.foreign import inert, short

HOLD = 15.0
"""Seconds a device may be away unsaid: so long a gateway takes to start again."""
MOST = 5_000
MOST_NAMED = 5
MOST_GROUPS = 5


@dataclass(frozen=True, slots=True)
class Absence:
    reading: Reading
    subscription: Subscription
    devices: tuple[str, ...]
    since: float


class Absences:
    """Who is away, by the topic that says so. What was not said to be away is not said to be back."""

    delay = HOLD

    def __init__(self) -> None:
        self.due_at = NEVER
        self._leaving: dict[str, Absence] = {}
        self._away: dict[str, Absence] = {}
        self._back: dict[str, Absence] = {}

    def __contains__(self, topic: str) -> bool:
        """Say whether something of a topic waits to be said."""
        return topic in self._leaving or topic in self._back

    def take(self, reading: Reading, subscription: Subscription, presence: Presence, now: float) -> bool:
        """Take note of what a message says; True if it is told, now or later."""
        topic = reading.message.topic
        absence = Absence(reading, subscription, presence.devices, now)
        if presence.there:
            if self._leaving.pop(topic, None) is None and topic in self._away:
                self._back[topic] = absence
        elif topic in self._away:
            self._back.pop(topic, None)
        elif len(self._leaving) < MOST:
            self._leaving.setdefault(topic, absence)
        self._set_due()
        return topic in self

    def note(self, reading: Reading, subscription: Subscription, presence: Presence, now: float) -> None:
        """Take it as said that devices are away."""
        if len(self._away) < MOST:
            self._away[reading.message.topic] = Absence(reading, subscription, presence.devices, now)

    def _set_due(self) -> None:
        waiting = (each.since for held in (self._leaving, self._back) for each in held.values())
        self.due_at = min(waiting, default=NEVER) + HOLD

    def due(self, now: float, *, every: bool = False) -> tuple[list[Absence], list[Absence]]:
        """Take those who are away for long enough, and those who are back, `every` one if asked for."""
        ready = [topic for topic, each in self._leaving.items() if every or each.since <= now - HOLD / 2]
        gone = [self._leaving.pop(topic) for topic in ready]
        for each in gone[: MOST - len(self._away)]:
            self._away[each.reading.message.topic] = each
        back = list(self._back.values())
        for each in back:
            self._away.pop(each.reading.message.topic, None)
        self._back.clear()
        self._set_due()
        return gone, back

    def drop(self, topics: Iterable[str]) -> None:
        """Forget topics of which nobody is told any more."""
        for topic in topics:
            for held in (self._leaving, self._away, self._back):
                held.pop(topic, None)
        self._set_due()

    @property
    def waiting(self) -> list[Absence]:
        return [*self._leaving.values(), *self._back.values()]


def while_away(seconds: float, phrases: Phrases) -> str:
    """Return what is said above messages that waited for the chat server."""
    return phrases.phrase("common.while_away", duration=duration(seconds))


def render_absences(gone: Sequence[Absence], back: Sequence[Absence], phrases: Phrases) -> str:
    """Return who is away and who is back, a few lines however many they are."""
    lines = [*_lines("away", gone, phrases), *_lines("back", back, phrases)]
    return inert("\n".join(lines))


def _lines(word: str, absences: Sequence[Absence], phrases: Phrases) -> list[str]:
    groups = [each for each in absences if len(each.devices) > 1]
    covered = {device for each in groups for device in each.devices}
    lines = [
        phrases.phrase(f"common.{word}_group", name=_group(each), count=len(each.devices))
        for each in groups[:MOST_GROUPS]
    ]
    alone = dict.fromkeys(device for each in absences for device in each.devices if device not in covered)
    names = [short(name, LONGEST_NAME) for name in list(alone)[:MOST_NAMED]]
    if len(alone) == 1:
        lines.append(phrases.phrase(f"common.{word}_one", name=names[0]))
    elif len(alone) > MOST_NAMED:
        rest = len(alone) - MOST_NAMED
        lines.append(
            phrases.phrase(f"common.{word}_many", count=len(alone), names=", ".join(names), rest=rest)
        )
    elif alone:
        lines.append(phrases.phrase(f"common.{word}_few", names=", ".join(names)))
    return lines


def _group(absence: Absence) -> str:
    """Return what many devices have in common: the first name of the topic that speaks for them."""
    levels = absence.reading.message.topic.split("/")
    return short(next(filter(None, levels), "…"), LONGEST_NAME)
