"""What people say in whole sentences: Home Assistant's own for devices, and the bot's for all else."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator
from functools import cache
from itertools import islice
import json
import logging
from pathlib import Path
from typing import Any

from hassil import Intents, RecognizeResult, TextSlotList, merge_dict, recognize_all
from hassil.errors import HassilError
from home_assistant_intents import get_intents

from ..bot.model.intents import Called, Intent

_LOGGER = logging.getLogger(__name__)

OWN = Path(__file__).parents[1] / "sentences"
"""A file for each language, in the syntax of Home Assistant's `custom_sentences`."""

LONGEST = 160
"""Characters of a sentence; what is longer is none."""
MOST_WORDS = 24
_MOST_NAMES = 40
_MOST_FOUND = 60
_ONLY_NAMES = frozenset({"name", "area", "floor", "domain", "device_class"})
_OURS = "Bot"
_ENGLISH = "en"
_USED = frozenset(
    (
        *("HassTurnOn", "HassTurnOff", "HassGetState", "HassLightSet", "HassSetPosition", "HassFanSetSpeed"),
        *("HassClimateSetTemperature", "HassClimateGetTemperature", "HassNevermind", "HassVacuumStart"),
        *("HassVacuumReturnToBase", "HassStartTimer", "HassCancelTimer", "HassCancelAllTimers"),
        *("HassTimerStatus", "HassPauseTimer", "HassUnpauseTimer", "HassIncreaseTimer", "HassDecreaseTimer"),
    )
)
"""Home Assistant's intents that a bot can do something about, or has to know it cannot."""

type RunBlocking = Callable[..., Awaitable[Any]]
"""Runs a function with arguments in a thread, as `hass.async_add_executor_job`."""


class KnownSentences:
    """`bot.ports.Sentences` over hassil, beside the loop: the language's sentences, then the English ones."""

    def __init__(self, language: str, run_blocking: RunBlocking) -> None:
        self._language = language
        self._run_blocking = run_blocking

    async def recognise(
        self, text: str, called: Collection[Called], *, foreign: bool = False
    ) -> Intent | None:
        if len(text) > LONGEST or len(text.split()) > MOST_WORDS:
            return None
        found: Intent | None = await self._run_blocking(
            _recognised_by, self._language, text, tuple(called), foreign
        )
        return found


def _recognised_by(language: str, text: str, called: Collection[Called], foreign: bool) -> Intent | None:
    """Return what a sentence means in a language or in English, or, if `foreign`, in any other."""
    likely = dict.fromkeys((_spoken(language), _ENGLISH))
    languages = [each for each in _languages() if each not in likely] if foreign else likely
    return recognised(languages, text, called)


def recognised(languages: Iterable[str], text: str, called: Collection[Called]) -> Intent | None:
    """Return what a sentence means in the first of some languages that has it; loads them the first time."""
    for each in languages:
        known = load(each)
        best = min(islice(_matches(known, text, called), _MOST_FOUND), key=_rank, default=None)
        if best is not None:
            return _intent(best)
    return None


@cache
def _languages() -> tuple[str, ...]:
    """Return the languages that the bot has sentences of."""
    return tuple(sorted(file.stem for file in OWN.glob("*.json")))


def _spoken(language: str) -> str:
    """Return the language whose sentences are known: `de` for `de-CH`."""
    return language if (OWN / f"{language}.json").exists() else language.partition("-")[0]


@cache
def load(language: str) -> Intents:
    """Load the sentences of a language; nothing but English ones are needed to be there."""
    texts: dict[str, Any] = {"language": language, "intents": {}}
    try:
        known = get_intents(language) or {}
        known["intents"] = {
            name: known["intents"][name] for name in known.get("intents", {}) if name in _USED
        }
        merge_dict(texts, known)
        if (own := OWN / f"{language}.json").exists():
            merge_dict(texts, json.loads(own.read_text("utf-8")))
        return Intents.from_dict(texts)
    except OSError, ValueError, KeyError, TypeError:
        _LOGGER.warning("The sentences of the language %s cannot be read", language, exc_info=True)
        return Intents.from_dict({"language": language, "intents": {}})


def _matches(known: Intents, text: str, called: Collection[Called]) -> Iterator[RecognizeResult]:
    names = [(each.said, each.said, {"domain": each.component}) for each in called if not each.place]
    places: list[tuple[str, str, dict[str, str]]] = [
        (each.said, each.said, {}) for each in called if each.place
    ]
    lists = {"name": names[:_MOST_NAMES], "area": places[:_MOST_NAMES], "floor": [], "zone": []}
    every = recognize_all(
        text,
        known,
        slot_lists={
            key: TextSlotList.from_tuples(values, allow_template=False, name=key)
            for key, values in lists.items()
        },
    )
    try:
        yield from (each for each in every if not _is_bare(each, known))
    except (HassilError, ValueError, RecursionError) as err:  # a list or rule that a language lacks
        _LOGGER.debug("A sentence could not be looked up: %r", err)


def _is_bare(found: RecognizeResult, known: Intents) -> bool:
    """Say whether nothing was said but a name: Home Assistant takes `the lamp` for `turn on the lamp`."""
    sentence = found.intent_sentence
    wanted = set(found.entities) - _ONLY_NAMES
    ours = found.intent.name.startswith(_OURS)
    return (
        not ours
        and not wanted
        and (sentence is None or not sentence.get_required_clauses(known.expansion_rules))
    )


def _rank(found: RecognizeResult) -> tuple[object, ...]:
    """Return the place of a match: no loose words, of the bot's own sentences, with the longest name."""
    loose = sum(len(each.text) for each in found.entities_list if each.is_wildcard)
    named = sum(len(each.text) for each in found.entities_list if each.name == "name")
    own = found.intent.name.startswith(_OURS)
    return loose, not own, -named, -found.text_chunks_matched


def _intent(found: RecognizeResult) -> Intent:
    said = {name: _text(each.value) for name, each in found.entities.items()}
    return Intent(found.intent.name, said, found.response or "")


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
