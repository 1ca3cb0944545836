"""What is true but for a moment: what happens, and how it is put into words with what came before."""

from dataclasses import replace

from ..model.alert import Alert
from ..model.message import Reading
from ..model.rules import Value
from . import lifecycle
from .watches import Watch, is_old

MOST_WAY = 500
"""Characters of the way that a value took while it was not told yet."""


def happened(alert: Alert, watch: Watch, reading: Reading, value: Value, now: float) -> Alert | None:
    """Return the alert that a message makes fire; None for one that does not, or is retained: it is old.

    An empty text is something only where nothing else ever comes, as from a bell: Zigbee2MQTT 1 sends it
    after each press of a button.
    """
    if reading.message.retain or not watch.judge.holds(value, None, (), now):
        return None
    if not value.text and (watch.path or alert.value):
        return None
    # `fired` is when the first of those happened that are told together.
    if alert.seen and now - alert.seen < watch.rule.repeat:
        return None
    valued = replace(lifecycle.valued(alert, reading, value, None), seen=now)
    return on_the_way(valued, f"{alert.peak}, " if alert.untold and valued.value else "")


def compared(alert: Alert, watch: Watch, reading: Reading, value: Value, now: float) -> tuple[bool, Alert]:
    """Say whether a value that differs makes an alert fire, and return it as it is then.

    A retained one is a state, not a change.
    """
    before = alert.value if alert.seen else None
    valued = replace(lifecycle.valued(alert, reading, value, None), seen=now)
    held = before is not None and watch.judge.holds(replace(value, text=valued.value), before, (), now)
    if held and not reading.message.retain:
        return True, on_the_way(valued, f"{alert.peak if alert.untold else before} → ")
    news = before != valued.value or is_old(alert, now) or alert.blind
    return False, valued if news else alert


def on_the_way(alert: Alert, before: str) -> Alert:
    """Return an alert with its newest value behind those before that are not told yet."""
    return replace(alert, peak=f"{before}{alert.value}"[-MOST_WAY:])
