"""What a person takes from what was read: how much it was, and of which devices they know how they are."""

from collections.abc import Iterable, Sequence
import re
from typing import Any

from .house import Bubble

NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
NEAR = 0.03
"""By how much of itself a number may be off to be taken for another one."""

_SHOWN = ("main_state_shown", "not_shown")


def figures(bubbles: Sequence[Bubble], states: dict[str, list[str]]) -> dict[str, Any]:
    """Return how much a contact reads, and the share of devices of which it can be read how they are."""
    texts = [bubble.text for bubble in bubbles]
    lengths = [len(text.splitlines()) for text in texts]
    hidden = [name for name, words in states.items() if not is_shown(texts, name, words, states)]
    return {
        "messages": sum(not bubble.correction for bubble in bubbles),
        "corrections": sum(bubble.correction for bubble in bubbles),
        "lines": sum(lengths),
        "longest_message_lines": max(lengths, default=0),
        "main_state_shown": round(1 - len(hidden) / len(states), 3),
        "not_shown": hidden,
    }


def worst(several: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return of each figure the worst one: the most there is to read, the fewest devices known."""
    most = {key: max(each[key] for each in several) for key in several[0] if key not in _SHOWN}
    hidden = dict.fromkeys(name for each in several for name in each["not_shown"])
    shown = min(each["main_state_shown"] for each in several)
    return {**most, "main_state_shown": shown, "not_shown": [*hidden]}


def is_shown(texts: Iterable[str], name: str, words: Iterable[str], names: Iterable[str]) -> bool:
    """Say whether a device is told of with one of the words that say how it is."""
    others = [other for other in names if other != name]
    wanted = set(words)
    return any(_says(part, wanted) for text in texts for part in _about(text, name, others))


def _about(text: str, name: str, others: Sequence[str]) -> Iterable[str]:
    """Yield what stands behind a name, as far as the next line about something else."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if name.casefold() not in line.casefold():
            continue
        at = line.casefold().index(name.casefold())
        # `On: lamp, plug` says it in front.
        part = f"{line[: line.find(':', 0, at) + 1]} {line[at + len(name) :]}"
        for after in lines[number + 1 :]:
            if not after.strip() or any(other.casefold() in after.casefold() for other in others):
                break
            part += f"\n{after}"
        yield part


def _says(part: str, wanted: set[str]) -> bool:
    told = part.casefold()
    numbers = [float(each.replace(",", ".")) for each in NUMBER.findall(told)]
    for word in wanted:
        if NUMBER.fullmatch(word):
            value = float(word)
            if any(abs(each - value) <= max(0.06, abs(value) * NEAR) for each in numbers):
                return True
        elif re.search(rf"(?<!\w){re.escape(word.casefold())}", told):
            return True
    return False
