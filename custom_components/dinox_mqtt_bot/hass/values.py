"""Values made fit for Home Assistant's states, attributes and events."""

import math

from ..bot.model.topics import shared

ELLIPSIS = "…"
EXACT = 2**53


def excerpt(text: str, characters: int) -> str:
    """Return the text in at most `characters` code points, its end marked if it was cut."""
    return text if len(text) <= characters else text[: characters - 1].rstrip() + ELLIPSIS


def shown_number(value: float | None) -> float | None:
    """Return a number as Home Assistant shows it: `21`, not `21.0`; None for what JSON cannot hold."""
    if value is None or not math.isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) < EXACT else value


def plain_topic(topic_filter: str) -> str:
    """Return the one topic that a filter without wildcards names; empty if it has some."""
    topic = shared(topic_filter)[1]
    return "" if "+" in topic or "#" in topic else topic
