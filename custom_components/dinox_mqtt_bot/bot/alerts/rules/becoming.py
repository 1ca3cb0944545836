"""What happens to a thing, as the condition that it is: `opens` is that it is open."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
import re

from ...model.replies import Amount, BotError, Text, Typed
from ...model.rules import AlertRule, Condition, Operator, Value
from ...reading.possible import are_positions
from ...reading.topic_lookup import Lookups, newest_readings
from ...text.happening import change_of
from ...text.states import is_state_word, may_become, same_state, side_of
from ..watches import Watch

_SMALL_UNIT = re.compile(r"(.*\d) ?([a-z])")
"""A number with a letter that may be a unit, typed small."""
_STATES: dict[str, tuple[str, ...]] = {
    "open": ("open",),
    "closed": ("closed",),
    "locked": ("locked",),
    "unlocked": ("unlocked",),
    "on": ("on",),
    "off": ("off",),
    "wet": ("wet", "detected"),
    "dry": ("dry", "clear"),
    "rain": ("wet", "detected"),
    "detected": ("detected", "moving"),
    "running": ("running", "on", "moving"),
    "stopped": ("not running", "off", "not moving", "stopped"),
    "home": ("home",),
    "away": ("away",),
    "offline": ("offline", "disconnected"),
    "online": ("online", "connected"),
    "pressed": ("on", "detected"),
}
"""What a thing is in of which something is said, the likeliest first."""
_OF_SIDES = frozenset({"pressed", "running", "stopped", "detected", "rain"})
"""What any on or off is taken for, whatever kind of thing it is."""
_PLACES = {"open": Condition(Operator.ABOVE, ("0",)), "closed": Condition(Operator.AT_MOST, ("0",))}
"""What is so of a blind that tells no more than how far it is open."""
_RUNS = frozenset({"running", "stopped"})
"""What a plug never tells of what is plugged in: it stays on when a washing machine is done."""
_RUNNING = {"running": "running", "not running": "stopped"}
_OPPOSITES = (("running", "not running"), ("not running", "running"))
_MOMENTS = frozenset({"pressed"})
"""What may be said of a thing without a state: each message tells that it was so."""
_MOST_STATES = 8
_SIDES = frozenset({"on", "off"})
_TRUTHS = frozenset({"true", "false", "yes", "no"})

type Possible = Mapping[str, frozenset[str]]
"""All words that can be shown of a thing, each with its spellings; nothing where that is not known."""


def is_change(text: str) -> bool:
    """Say whether a text tells what happens to something: `opens`, `aufgeht`."""
    return bool(change_of(text))


async def as_state(lookups: Lookups, rule: AlertRule) -> AlertRule:
    """Return a rule on what happens to a thing as one on what that thing says of itself then.

    Raises BotError `rule_no_such_state` where nothing that it says fits.
    """
    condition = _positive(rule.condition)
    rule = replace(rule, condition=condition)
    said = condition.values[0] if condition.operator is Operator.EQUAL else ""
    # `the pump is running` is said of what is on or off, too.
    change = change_of(said) or next((_RUNNING[each] for each in _RUNNING if same_state(said, each)), "")
    place = _PLACES.get(change) or next((_PLACES[each] for each in _PLACES if same_state(said, each)), None)
    if not change and place is None:
        return rule
    readings = await newest_readings(lookups, rule.filter)
    watch = Watch.of(rule)
    values = [value for each in readings if (value := watch.value(each)) is not None]
    counts = place is not None and all(value.number is not None for value in values)
    if place is not None and counts and are_positions(lookups.names.telling(rule.filter, rule.field)):
        return replace(rule, condition=place)
    if not change:
        return rule
    possible = lookups.names.states(rule.filter, rule.field)
    told = any(watch.judge.holds(value, None, (), 0.0) for value in values)
    if told or is_possible(said, possible):
        return rule
    if values and all(value.number is not None for value in values):
        above = change == "rain"
        return replace(rule, condition=Condition(Operator.ABOVE, ("0",))) if above else rule
    words = [*possible, *(each for value in values for each in _words(value))]
    # What does not tell its kind may be a door as well as a lamp.
    kindless = any(value.word in _SIDES or not value.exact for value in values)
    if state := _fitting(change, words, kindless=kindless, known=bool(words)):
        power = lookups.names.powered(rule.filter) if change in _RUNS else None
        if power is not None:
            sign = "<" if change == "stopped" else ">"
            example = Typed("alert", f"{power.name} {sign} 5 W")
            raise BotError("rule_by_power", name=lookups.names.name(rule.filter), example=example)
        shown = next((each.casefold() for each in possible if same_state(each, state)), state)
        return replace(rule, condition=replace(condition, values=(shown,)))
    if change in _MOMENTS and not any(map(is_state_word, words)):
        return replace(rule, condition=Condition(Operator.HAPPENS))
    never = no_such_state(said, values, possible)
    raise BotError(never.key, **never.placeholders)


def _positive(condition: Condition) -> Condition:
    """Return `is not running` as what it is then: `not running`."""
    said = condition.values[0] if condition.operator is Operator.UNEQUAL else ""
    opposite = next((each for each, other in _OPPOSITES if same_state(said, other)), "")
    return replace(condition, operator=Operator.EQUAL, values=(opposite,)) if opposite else condition


def _words(value: Value) -> Iterable[str]:
    # What is kept of a door is on or off, but nobody says that of it.
    return (value.text, value.word) if value.word else (value.text, value.exact)


def may_happen(change: str, possible: Possible) -> bool:
    """Say whether it can be told of a thing that something happens to it."""
    return bool(_fitting(change_of(change), [*possible], kindless=False, known=True))


def _fitting(change: str, words: Sequence[str], *, kindless: bool, known: bool) -> str:
    """Return the state that a thing comes to, among those it has; nothing if there is none."""
    states = _STATES[change]
    if not known:
        return "" if change in _MOMENTS else states[0]
    side = side_of(states[0]) if kindless or change in _OF_SIDES else ""
    said = [each for each in words if is_state_word(each)]
    fits = (state for state in (*states, side) if any(may_become(each, state) for each in said))
    return next(filter(None, fits), "")


def is_possible(said: str, possible: Possible) -> bool:
    """Say whether a thing may say a word: it is one of all those that it can say, in any spelling."""
    word = said.casefold()
    return any(
        word in spellings or (word in _TRUTHS and _SIDES & spellings) for spellings in possible.values()
    )


def no_such_state(said: str, values: Sequence[Value], possible: Possible) -> Text:
    """Return why a rule would wait for what is never said, with what is."""
    shown = list(dict.fromkeys([*possible, *(value.text for value in values)]))
    now = Amount(values[-1].text) if values else "–"
    states = ", ".join(shown[:_MOST_STATES])
    return Text("rule_no_such_state", {"limit": said, "value": now, "states": states})


async def in_its_case(lookups: Lookups, rule: AlertRule) -> AlertRule:
    """Return a rule whose limits have their unit as the thing has it: 2000 `w` of what reports watts."""
    small = [_SMALL_UNIT.fullmatch(limit) for limit in rule.condition.values]
    if not any(small):
        return rule
    watch = Watch.of(rule)
    values = [watch.value(reading) for reading in await newest_readings(lookups, rule.filter)]
    units = {value.unit for value in values if value is not None and value.number is not None}
    limits = (
        f"{found[1]} {found[2].upper()}" if found and units == {found[2].upper()} else limit
        for found, limit in zip(small, rule.condition.values, strict=True)
    )
    return replace(rule, condition=replace(rule.condition, values=tuple(limits)))
