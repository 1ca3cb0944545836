"""What a value may be, as the configurations of its devices say: all of its words, or how far it reaches."""

from collections.abc import Mapping, Sequence
from math import inf

from ..discovery.bindings import Binding

_OPENED = frozenset({"cover", "valve"})
_PLACES = frozenset({"", "position"})


def states_of(bindings: Sequence[Binding]) -> dict[str, frozenset[str]]:
    """Return all words that can be shown, each with what is written for it.

    Nothing where something else may be said as well.
    """
    forms = [each.form for each in bindings]
    found: dict[str, frozenset[str]] = {}
    for form in forms if all(each.only for each in forms) else ():
        for written, state in form.payloads:
            word = form.shown(state)
            found[word] = found.get(word, frozenset()) | {written, state.casefold(), word.casefold()}
    return found


def bounds_of(bindings: Sequence[Binding]) -> Mapping[str, tuple[float, float]]:
    """Return from where to where values reach, by their unit; nothing where one has no such bounds."""
    found: dict[str, tuple[float, float]] = {}
    for each in bindings:
        if (bounds := each.bounds) is None:
            return {}
        low, high = found.get(each.unit, (inf, -inf))
        found[each.unit] = min(low, bounds[0]), max(high, bounds[1])
    return found


def are_positions(bindings: Sequence[Binding]) -> bool:
    """Say whether what is told is how far something is open, from nothing to a hundred."""
    places = (each.component in _OPENED and each.aspect in _PLACES and each.bounds for each in bindings)
    return bool(bindings) and all(places)
