"""Rules with more than one condition: what is known of each, and what that comes to."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..model.alert import Alert
from ..model.message import Reading
from ..model.rules import Value
from .lifecycle import idle
from .watches import Watch, is_old

type Truths = tuple[bool | None, ...]
"""Whether the further conditions of a rule hold; None where nothing is known yet."""


class Joints:
    """How the further conditions stand that rules have on other topics. `kept`: an earlier run's alerts."""

    def __init__(self, kept: Iterable[Alert]) -> None:
        self._kept = {alert.rule: alert.beside for alert in kept if alert.beside}
        self._truths: dict[str, tuple[tuple[object, ...], Truths]] = {}

    def hear(self, watch: Watch, reading: Reading) -> bool:
        """Take a message on another topic of a rule; say whether that changes anything."""
        return self._note(watch, reading.message.topic, reading)

    def recall(self, watch: Watch, said: Sequence[Reading]) -> bool:
        """Know from older messages, the newest first, what is not known yet; say whether there was any."""
        before = self._of(watch)
        truths = tuple(
            _recalled(other, said) if truth is None else truth
            for other, truth in zip(watch.others, before, strict=True)
        )
        self._truths[watch.rule.id] = watch.rule.asks, truths
        return truths != before

    def lose(self, watch: Watch, topic: str) -> bool:
        """Know nothing any more of a topic; say whether that changes anything."""
        return self._note(watch, topic, None)

    def forget(self, rule_id: str) -> None:
        """Know no more about a rule that is gone, off or another now: all may be otherwise since."""
        self._kept.pop(rule_id, None)
        self._truths.pop(rule_id, None)

    def _note(self, watch: Watch, topic: str, reading: Reading | None) -> bool:
        before = self._of(watch)
        truths = tuple(
            truth
            if other.rule.filter != topic
            else None
            if reading is None
            else _judged(other, reading, truth)
            for other, truth in zip(watch.others, before, strict=True)
        )
        self._truths[watch.rule.id] = watch.rule.asks, truths
        return truths != before

    def noted(self, alert: Alert, watch: Watch, reading: Reading | None = None) -> Alert:
        """Return an alert with how the further conditions stand, those on its own topic by a message."""
        before = _fitting(alert.beside, watch)
        beside = tuple(
            elsewhere if other.rule.filter else here if reading is None else _judged(other, reading, here)
            for other, elsewhere, here in zip(watch.others, self._of(watch), before, strict=True)
        )
        return alert if beside == before else replace(alert, beside=beside)

    def _of(self, watch: Watch) -> Truths:
        asked, known = self._truths.get(watch.rule.id, ((), ()))
        # Compared, not hashed: that is done with each message, and nearly always it is the same object.
        return known if asked == watch.rule.asks else _fitting(self._kept.get(watch.rule.id, ()), watch)


def _fitting(truths: Truths, watch: Watch) -> Truths:
    """Return what is known, if it is of as many conditions as the rule has now."""
    return truths if len(truths) == len(watch.others) else (None,) * len(watch.others)


def _recalled(other: Watch, said: Iterable[Reading]) -> bool | None:
    """Say whether a condition holds by the newest message that says something of it."""
    for reading in said:
        held = _judged(other, reading, None) if reading.message.topic == other.rule.filter else None
        if held is not None or (other.rule.filter == reading.message.topic and other.loses(reading)):
            return held
    return None


def _judged(other: Watch, reading: Reading, before: bool | None) -> bool | None:
    """Say whether a condition holds by a message; as before by one that has no such value.

    A retained value that is deleted says nothing any more.
    """
    if other.loses(reading):
        return None
    value = other.value(reading)
    held = other.judge.holds(value, None, (), 0.0) if value is not None else None
    return before if held is None else held


def admits(alert: Alert, watch: Watch) -> bool:
    """Say whether the further conditions let a rule fire whose own holds."""
    return watch.rule.either or all(_fitting(alert.beside, watch))


def all_hold(alert: Alert, watch: Watch) -> bool | None:
    """Say whether the conditions of a rule hold together; None if that depends on what is not known."""
    truths = (alert.own, *_fitting(alert.beside, watch))
    if watch.rule.either in truths:
        return watch.rule.either
    return None if None in truths else not watch.rule.either


def weighed(alert: Alert, watch: Watch, value: Value, *, held: bool, now: float) -> Alert:
    """Return an alert by its rule's own condition, which is not over before it is clear."""
    own = held or (bool(alert.own) and not watch.judge.clears(value))
    # As long as nothing changes, nothing has to be stored.
    seen = now if own is not alert.own or is_old(alert, now) else alert.seen
    return replace(alert, own=own, seen=seen, beside=_fitting(alert.beside, watch))


def remains(alert: Alert, watch: Watch, now: float) -> bool:
    """Say whether another value that is not wrong changes nothing: the rule needs a wrong one."""
    waits = alert.own is False and not watch.rule.either and not alert.blind
    return waits and idle(alert) and not is_old(alert, now)


def stands(alert: Alert, watch: Watch) -> bool | None:
    """Say whether an alert is wrong by what another topic says; None if that decides nothing by itself."""
    if watch.judge.timed:
        return None if admits(alert, watch) else False
    return None if watch.judge.edge else bool(all_hold(alert, watch))
