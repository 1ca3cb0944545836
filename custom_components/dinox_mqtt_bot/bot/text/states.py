"""Words for states, in English and German: what means the same of a door, a lock or a lamp."""

from functools import lru_cache

_FAMILIES: tuple[tuple[str, ...], ...] = (
    ("on, an, ein, eingeschaltet", "off, aus, ausgeschaltet"),
    (
        *("open, opened, offen, geöffnet, auf", "closed, shut, geschlossen, zu"),
        *("opening, öffnet, wird geöffnet", "closing, schließt, wird geschlossen"),
        *("stopped, angehalten, gestoppt", "locked, verriegelt, abgeschlossen, gesperrt"),
        *("unlocked, entriegelt, aufgeschlossen, entsperrt", "locking, wird verriegelt"),
        *("unlocking, wird entriegelt", "jammed, blockiert, klemmt"),
    ),
    ("wet, nass, feucht", "dry, trocken"),
    (
        *("detected, erkannt", "clear, frei", "light detected, licht erkannt", "no light, kein licht"),
        *("glass break detected, glasbruch erkannt", "tampering detected, manipulation erkannt"),
    ),
    ("home, zuhause, zu hause, daheim", "away, not_home, not home, abwesend, fort"),
    (
        *("connected, verbunden", "disconnected, getrennt"),
        *(
            "online, available, verfügbar, erreichbar",
            "offline, unavailable, nicht verfügbar, nicht erreichbar",
        ),
    ),
    ("low, niedrig, schwach", "normal", "cold, kalt", "hot, heiß"),
    ("charging, lädt, wird geladen", "not charging, lädt nicht, wird nicht geladen"),
    ("moving, bewegt sich", "not moving, bewegt sich nicht"),
    ("plugged in, eingesteckt", "unplugged, ausgesteckt"),
    ("running, in betrieb, läuft", "not running, außer betrieb, läuft nicht"),
    ("problem, störung", "ok, in ordnung", "safe, sicher", "unsafe, unsicher"),
    ("update available, update verfügbar", "up-to-date, up to date, aktuell"),
)
_KINDS = {word: kind for family in _FAMILIES for kind in family for word in kind.split(", ")}
_FAMILY_OF = {kind: family for family in _FAMILIES for kind in family}


def is_state_word(text: str) -> bool:
    """Say whether a text is a word that people read for a state."""
    return _kind(text) is not None


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
