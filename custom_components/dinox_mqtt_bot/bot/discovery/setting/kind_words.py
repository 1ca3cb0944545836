"""Words for kinds of entities: one of them (`lamp`), several (`all lamps`)."""

from ...text.tongue import senses, words

_WARMS = frozenset({"climate", "water_heater"})


def _components(kind: str) -> dict[str, frozenset[str]]:
    """Return the words for kinds of entities in all languages, each with the components it means."""
    return {word: _TOGETHER.get(each, frozenset({each})) for word, each in senses(kind).items()}


_TOGETHER = {"climate": _WARMS}
_ONE, _SEVERAL, _AMOUNT = map(_components, ("one", "several", "amount"))

ALL = words("all") | words("every")
BETWEEN = words("between_things")
"""What may stand between the words for several things."""


def one(word: str) -> frozenset[str]:
    """Return the components that a word means one of; nothing for a word that is no kind."""
    return _ONE.get(word, frozenset())


def several(word: str) -> frozenset[str]:
    """Return the components that a word means several of."""
    return _SEVERAL.get(word, frozenset())


def all_there(word: str) -> frozenset[str]:
    """Return the components that a word means all of in a room: the light that is there, of every lamp."""
    return _AMOUNT.get(word, frozenset())


def any_of(word: str) -> frozenset[str]:
    """Return the components that a word means, one or several."""
    return _ONE.get(word, frozenset()) | _SEVERAL.get(word, frozenset())
