"""Words for colours and states in Home Assistant's language, from what its voice assistant understands."""

from collections.abc import Iterator, Mapping
from itertools import islice
import logging

from homeassistant.core import HomeAssistant

from ..bot.model.topics import fold
from ..bot.model.vocabulary import BUILT_IN, Vocabulary

_LOGGER = logging.getLogger(__name__)

_STATES = ("on_off_states", "cover_states", "lock_states")
_COMMANDS = {"on", "off", "open", "close", "lock", "unlock"}
_VERBS: Mapping[str, str] = {"closed": "close", "locked": "lock", "unlocked": "unlock"}
"""What is said to a thing to have it so."""
_MOST_VARIANTS, _DEEPEST = 200, 8


async def async_load_vocabulary(hass: HomeAssistant) -> Vocabulary:
    """Load the words of Home Assistant's language; nothing where it has none."""
    return await hass.async_add_executor_job(_load, hass.config.language)


def _load(language: str) -> Vocabulary:
    try:
        from home_assistant_intents import get_intents

        found = get_intents(language) or get_intents(language.partition("-")[0])
    except ImportError, OSError, ValueError:
        _LOGGER.debug("The words of Home Assistant's voice assistant cannot be read", exc_info=True)
        return BUILT_IN
    lists = (found or {}).get("lists", {})
    return vocabulary_of(lists)


def vocabulary_of(lists: Mapping[str, object]) -> Vocabulary:
    """Return the words of the lists of a language, each of which has values with `in` and `out`."""
    states: dict[str, frozenset[str]] = {}
    for name in _STATES:
        for word, meaning in _words(lists.get(name)):
            command = _VERBS.get(str(meaning), str(meaning))
            if command in _COMMANDS:
                states[word] = states.get(word, frozenset()) | {command}
    colors = {word: str(meaning) for word, meaning in _words(lists.get("color"))}
    named = _words(lists.get("color_temperature_names"))
    return Vocabulary(colors, {word: each for word, each in named if isinstance(each, int)}, states)


def _words(given: object) -> Iterator[tuple[str, object]]:
    """Yield every word of a list with what it stands for."""
    values = given.get("values") if isinstance(given, dict) else None
    for value in values if isinstance(values, list) else ():
        if isinstance(value, dict) and isinstance(value.get("in"), str):
            for word in variants(value["in"]):
                yield word, value.get("out")


def variants(template: str) -> list[str]:
    """Return what a template stands for: `wei(ß|ss)`, `day[ ]light`; nothing for what is no such thing."""
    try:
        every, rest = _choices(template, 0)
    except ValueError:
        return []
    found = dict.fromkeys(fold(each) for each in every)
    return [] if rest != len(template) else [each for each in islice(found, _MOST_VARIANTS) if each]


def _choices(text: str, at: int, depth: int = 0) -> tuple[list[str], int]:
    """Return the alternatives from a place on, and where they end: at a closing bracket or with the text."""
    if depth > _DEEPEST:
        raise ValueError
    every: list[str] = []
    current = [""]
    while at < len(text) and text[at] not in ")]":
        sign = text[at]
        if sign == "|":
            every, current = every + current, [""]
            at += 1
        elif sign in "([":
            inner, at = _choices(text, at + 1, depth + 1)
            if at >= len(text) or text[at] != {"(": ")", "[": "]"}[sign]:
                raise ValueError
            options = inner if sign == "(" else [*inner, ""]
            current = [start + end for start in current for end in options][:_MOST_VARIANTS]
            at += 1
        else:
            current = [each + sign for each in current]
            at += 1
    return every + current, at
