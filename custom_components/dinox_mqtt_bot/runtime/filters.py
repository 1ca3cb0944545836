"""What the broker's session may still hold when the next run begins."""

from collections.abc import Iterable

from ..bot.model.topics import INNER
from ..bot.ports import Memory

HELD = "held_filters"


def outside(wanted: Iterable[str]) -> list[str]:
    """Return those filters that a broker is asked for: not what is inside of Home Assistant."""
    return [each for each in wanted if not each.startswith(INNER)]


def held_filters(memory: Memory) -> list[str]:
    """Return what it may hold from an earlier run."""
    return [topic_filter for topic_filter in memory.get(HELD).split("\n") if topic_filter]


def remember_filters(memory: Memory, filters: Iterable[str]) -> None:
    """Write down what it may hold from now on."""
    memory.set(HELD, "\n".join(sorted(filters)))
