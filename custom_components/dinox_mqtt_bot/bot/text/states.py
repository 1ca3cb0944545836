"""Words for states, in English and German: what means the same of a door, a lock or a lamp."""

from functools import lru_cache

_SAME: tuple[frozenset[str], ...] = tuple(
    frozenset(words.split(", "))
    for words in (
        "on, an, ein, eingeschaltet",
        "off, aus, ausgeschaltet",
        "open, opened, offen, geöffnet, auf",
        "closed, shut, geschlossen, zu",
        "opening, öffnet, wird geöffnet",
        "closing, schließt, wird geschlossen",
        "stopped, angehalten, gestoppt",
        "locked, verriegelt, abgeschlossen, gesperrt",
        "unlocked, entriegelt, aufgeschlossen, entsperrt",
        "locking, wird verriegelt, verriegelt gerade",
        "unlocking, wird entriegelt, entriegelt gerade",
        "jammed, blockiert, klemmt",
        "wet, nass, feucht",
        "dry, trocken",
        "detected, erkannt",
        "clear, frei",
        "home, zuhause, zu hause, daheim",
        "away, not_home, not home, abwesend, fort",
        "connected, verbunden",
        "disconnected, getrennt",
        "online, available, verfügbar, erreichbar",
        "offline, unavailable, nicht verfügbar, nicht erreichbar",
        "low, niedrig, schwach, leer",
        "normal",
        "charging, lädt, wird geladen",
        "not charging, wird nicht geladen",
        "cold, kalt",
        "hot, heiß",
        "light detected, licht erkannt",
        "no light, kein licht",
        "glass break detected, glasbruch erkannt",
        "tampering detected, manipulation erkannt",
        "moving, bewegt sich",
        "not moving, bewegt sich nicht",
        "plugged in, eingesteckt",
        "unplugged, ausgesteckt",
        "running, in betrieb, läuft",
        "not running, außer betrieb, läuft nicht",
        "problem, störung",
        "ok, in ordnung",
        "safe, sicher",
        "unsafe, unsicher",
        "update available, update verfügbar",
        "up-to-date, up to date, aktuell",
        "heating, heizt, heizen",
        "cooling, kühlt, kühlen",
        "idle, leerlauf, untätig, bereit",
        "cleaning, reinigt, saugt",
        "docked, angedockt",
        "paused, pausiert, pause",
        "armed_home, armed home, aktiviert zuhause",
        "armed_away, armed away, aktiviert abwesend",
        "disarmed, deaktiviert, unscharf",
        "triggered, ausgelöst",
    )
)
_KINDS = {word: kind for kind, words in enumerate(_SAME) for word in words}


def is_state_word(text: str) -> bool:
    """Say whether a text is a word that people read for a state."""
    return _kind(text) is not None


def same_state(one: str, other: str) -> bool:
    """Say whether two words are for the same state, in any of the languages."""
    kind = _kind(one)
    return kind is not None and kind == _kind(other)


@lru_cache(1024)
def _kind(text: str) -> int | None:
    return _KINDS.get(" ".join(text.casefold().split()))
