"""What is true but for a moment: what happens, and how it is put into words with what came before."""

from dataclasses import replace

from ..model.alert import Alert
from ..model.message import Reading
from ..model.rules import Value
from . import lifecycle
from .watches import Watch

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
    valued = replace(lifecycle.valued(alert, reading.name, value, None), seen=now)
    return on_the_way(valued, f"{alert.peak}, " if alert.untold and valued.value else "")


def on_the_way(alert: Alert, before: str) -> Alert:
    """Return an alert with its newest value behind those before that are not told yet."""
    return replace(alert, peak=f"{before}{alert.value}"[-MOST_WAY:])
