"""Words for states, in every language: what means the same of a door, a lock or a lamp."""

from collections.abc import Mapping
from functools import lru_cache

from .tongue import plainly, senses, words

_FAMILIES: tuple[tuple[str, ...], ...] = (
    ("on", "off"),
    (
        *("open", "closed", "opening", "closing", "stopped"),
        *("locked", "unlocked", "locking", "unlocking", "jammed"),
    ),
    ("wet", "dry"),
    (
        *("detected", "clear", "light_detected", "no_light"),
        *("glass_break_detected", "tampering_detected"),
    ),
    ("home", "away"),
    ("connected", "disconnected", "online", "offline"),
    ("low", "normal", "cold", "hot"),
    ("charging", "not_charging"),
    ("moving", "not_moving"),
    ("plugged_in", "unplugged"),
    ("running", "not_running"),
    ("problem", "ok", "safe", "unsafe"),
    ("update_available", "up_to_date"),
)
"""What may become of one another, each a key of `words_state_<key>`."""
_CLASSES = {
    **dict.fromkeys(("door", "garage_door", "opening", "window"), ("open", "closed")),
    **dict.fromkeys(
        ("gas", "carbon_monoxide", "motion", "occupancy", "smoke", "sound"), ("detected", "clear")
    ),
    **dict.fromkeys(("vibration", "glass_break", "tamper"), ("detected", "clear")),
    "battery": ("low", "normal"),
    "battery_charging": ("charging", "not charging"),
    "cold": ("cold", "normal"),
    "connectivity": ("connected", "disconnected"),
    "heat": ("hot", "normal"),
    "light": ("light detected", "no light"),
    "lock": ("unlocked", "locked"),
    "moisture": ("wet", "dry"),
    "moving": ("moving", "not moving"),
    "plug": ("plugged in", "unplugged"),
    "presence": ("home", "away"),
    "problem": ("problem", "ok"),
    "running": ("running", "not running"),
    "safety": ("unsafe", "safe"),
    "update": ("update available", "up-to-date"),
}
"""What on and off are called for each device class of a binary sensor."""

_NOUNS = tuple(words("noun"))
"""What begins with a capital wherever it stands, in a language in which nouns do."""

_KINDS = senses("state")
_ORDERS = senses("order")
_ON = frozenset(_KINDS[said[0]] for said in (*_CLASSES.values(), ("on", "off")))
_OFF = frozenset(_KINDS[said[1]] for said in (*_CLASSES.values(), ("on", "off")))
_FAMILY_OF = {kind: family for family in _FAMILIES for kind in family}


def class_word(device_class: str, state: str) -> str:
    """Return the English word for `on` or `off` of a device class, itself without one; empty for others."""
    if state not in ("on", "off"):
        return ""
    said = _CLASSES.get(device_class, () if device_class else ("on", "off"))
    return said[state == "off"] if said else ""


def inside_a_line(word: str, *, capitals: bool) -> str:
    """Return the word of a state as it stands behind a name: `closed`, but `OK`.

    Where nouns have `capitals`, only what is known to be none: `geschlossen`, but `Leerlauf`.
    """
    if word[1:2].isupper() or (capitals and (not is_state_word(word) or word.casefold().startswith(_NOUNS))):
        return word
    return "/".join(part[:1].lower() + part[1:] for part in word.split("/"))


def other_words(ours: Mapping[str, str], theirs: Mapping[str, str]) -> dict[str, str]:
    """Return the words for states in one language, each with that in another, out of texts by what for.

    Where one word is several in the other language, that of a binary sensor counts.
    """
    first = sorted(ours, key=lambda key: "binary_sensor" not in key)
    found: dict[str, str] = {}
    for key in first:
        found.setdefault(ours[key], theirs.get(key, ours[key]))
    return {word: other for word, other in found.items() if word != other}


@lru_cache(1024)
def side_of(text: str) -> str:
    """Return of which state a word is for some device class: `on` for `open` and `wet`; empty for neither."""
    kind = _kind(text)
    return "on" if kind in _ON else "off" if kind in _OFF else ""


def is_state_word(text: str) -> bool:
    """Say whether a text is a word that people read for a state."""
    return _kind(text) is not None


def order_of(text: str) -> str:
    """Return what is to be done by a word: `open`, `lock`; empty for a word that is no order."""
    word = plainly(text)
    return _ORDERS.get(word) or (word if word in _ORDERS.values() else "")


def ends_in_state(said: str) -> bool:
    """Say whether a line ends in a state, an order or a number: `on`, `up`, `40`, `half brightness`."""
    *before, last = ["", *said.split()]
    known = {*words("level_100"), *senses("share")}
    if plainly(last) in words("degrees") | words("about_brightness"):
        return any(each[:1].isdigit() or plainly(each) in known for each in before[-2:])
    return bool(last) and (is_state_word(last) or bool(order_of(last)) or last[:1].isdigit())


def same_state(one: str, other: str) -> bool:
    """Say whether two words are for the same state, in any of the languages."""
    kind = _kind(one)
    return kind is not None and kind == _kind(other)


def may_become(shown: str, word: str) -> bool:
    """Say whether what is in one state may be in another, as far as is known: what is open is never wet."""
    now, then = _kind(shown), _kind(word)
    return now is None or then is None or then in _FAMILY_OF[now]


@lru_cache(1024)
def _kind(text: str) -> str | None:
    return _KINDS.get(" ".join(text.casefold().split()))
