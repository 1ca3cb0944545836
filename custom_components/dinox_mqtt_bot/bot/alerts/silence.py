"""Since when a bot can hear, and which silence therefore counts."""

import re

from ..model.alert import Alert
from ..model.message import Reading
from ..model.rules import Value
from ..model.timers import NEVER
from ..model.topics import INNER

GRACE = 120.0
"""Seconds after the broker has come back in which nothing counts as silent: what was queued comes first."""

LEAST_GRACE = 30.0
"""Seconds in which what has to last is not due after the shortest absence; little can have been queued.

A connection that breaks again and again for a moment must not keep a rule from ever firing.
"""

BACK = 2.0
"""Seconds that the clock may go back without anybody caring."""

LEAP = 60.0
HEARTBEAT = 30.0
"""While a rule waits for messages the clock is looked at so often: a greater leap was sleep, not silence.

A broker drops whoever sleeps longer than one and a half times the usual keepalive of 60 s.
"""


_VOID = re.compile(
    r"""[\s"'<(\[]*(?:[+-]?(?:nan|inf(?:inity)?|1\.\#\w+)(?:\(\w*\))?(?:\s*[^\W\d]{1,3}|\s*[°%]\w?)?"""
    r"|unknown|un-?available|not[ _-]?available|n/?a|none|null|undefined|nil"
    r"""|unbekannt|nicht[ _-]?verf(?:ü|ue)gbar|-+)?[\s"'>)\]]*""",
    re.IGNORECASE,
)
"""What devices and bridges write where they have no value."""


class Silence:
    """What time it is, and since when the broker can be heard, or cannot. Times are Unix seconds.

    What is inside of Home Assistant is heard without a broker, from when the bot has come.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self.deaf_since: float | None = None
        self.since = 0.0
        self.grace = GRACE
        self._ended: float | None = None
        self._inside_since = 0.0
        self._inside_grace = GRACE

    def go_on(self, now: float) -> float:
        """Take over the time; return by how much the clock was moved, below zero if set back."""
        moved = now - self.now if self.now else 0.0
        self.now = now
        return moved

    def follow(self, ended: float, heard_until: float) -> None:
        """Take over when an earlier run was last there, and until when it heard the broker."""
        self.now, self.deaf_since = ended, heard_until
        self._ended = ended

    def wake(self) -> float | None:
        """Hear what is inside; return for how many seconds the bot was away, once after an earlier run."""
        if self._ended is None:
            return None
        away = self.now - self._ended
        self._ended, self._inside_since, self._inside_grace = None, self.now, _grace_after(away)
        return away

    def begin(self) -> float:
        """Hear the broker again; return for how many seconds nothing could be heard."""
        silence = 0.0 if self.deaf_since is None else self.now - self.deaf_since
        self.deaf_since, self.since = None, self.now
        self.grace = _grace_after(silence)
        return silence

    def end(self) -> None:
        self.deaf_since = self.now if self.deaf_since is None else self.deaf_since

    def leap(self) -> list[bool]:
        """Note that the machine has slept; return of what it could hear: inside, and not."""
        found: list[bool] = []
        if self._ended is None:
            self._inside_since = self.now
            found.append(True)
        if self.deaf_since is None:
            self.since = self.now
            found.append(False)
        return found

    @property
    def catching_up(self) -> bool:
        """Whether what comes in may be what was queued: it came at once, not when it happened."""
        return self.now < self.since + self.grace

    def shift(self, seconds: float) -> None:
        self.since += seconds
        self._inside_since += seconds
        if self.deaf_since is not None:
            self.deaf_since += seconds

    def silent_at(self, alert: Alert, borne: float) -> float:
        """Return when a topic counts as silent; never while nothing can be heard."""
        return self._at(alert.topic, alert.seen + alert.excused + borne, min(borne, GRACE))

    def lasted_at(self, alert: Alert, lasting: float) -> float:
        """Return when what is so has lasted long enough; never while nothing can be heard.

        Nor before what was queued or is retained had the time to say that it is not so any more.
        """
        grace = self._inside_grace if is_inside(alert.topic) else self.grace
        return self._at(alert.topic, alert.since + lasting, min(lasting, grace))

    def _at(self, topic: str, at: float, after: float) -> float:
        """Return a time, but not before a topic can be heard `after` so many seconds."""
        deaf_since, since = self.deaf_since, self.since
        if is_inside(topic):
            deaf_since, since = self._ended, self._inside_since
        return max(at, since + after) if deaf_since is None else NEVER


def is_inside(topic: str) -> bool:
    """Say whether nothing is needed to hear a topic but Home Assistant itself."""
    return topic.startswith(INNER)


def _grace_after(seconds: float) -> float:
    return min(max(seconds, LEAST_GRACE), GRACE)


def is_void(value: Value, reading: Reading, *, whole: bool) -> bool:
    """Say whether a value is none: `nan`, `unknown`, `unavailable`, or made of nothing else (`whole`)."""
    if whole and len(reading.fields) > 1:
        return all(_VOID.fullmatch(field.text) for field in reading.fields)
    return value.number is None and _VOID.fullmatch(value.text) is not None
