"""Alert rules that are worth having here: by what things are, and by how they have been."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import ceil, floor

from ...discovery.entities import Entity
from ...model.replies import BotError
from ...model.rules import AlertRule, Value
from ...model.topics import matches
from ...reading.topic_lookup import Lookups, Names, looks_like_topic, newest_readings, no_name
from ...text.durations import DAY
from ...text.kinds import seems
from ...text.numbers import number
from ...text.states import side_of
from ...text.tongue import words
from ..watches import Watch
from .contradictions import contradiction
from .rehearsal import Rehearsal, rehearse
from .subject import joined_rule

SPAN = 30 * DAY
MOST_LOOKED_AT = 2_000
MOST_OF_A_KIND = 2
MOST = 5
FEW = 1
"""As often as a rule may have fired in that time to be worth having: more, and nobody looks any more."""

_DANGERS = frozenset({"moisture", "smoke", "gas", "carbon_monoxide", "heat", "safety"})
_OPENINGS = frozenset({"door", "window", "garage_door", "opening"})
_COLD = {"freezer": -12, "fridge": 10}
"""Degrees Celsius that it never should be for long, where nothing is known yet."""

_LEAST_SILENT = 3
"""Devices on alike topics that are worth one rule for their silence."""

_HOLD_TEXT = "20m"
_LONGEST_LIMIT = "1000000"
_RHYTHM = 30
"""Messages from which it can be said how often something speaks."""

_LEAST_MINUTES, _MORE = 10, 1.25
"""What lasts is told of after as long, and after so many times as long as ever."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule, and what it would have done to what is stored."""

    rule: AlertRule
    tried: Rehearsal


class Proposals:
    """Makes rules and tries them on what is stored until `now` (Unix time)."""

    def __init__(self, lookups: Lookups, names: Names, now: float) -> None:
        self._lookups = lookups
        self._names = names
        self._now = now

    async def for_home(self, rules: Sequence[AlertRule]) -> list[Proposal]:
        """Return the rules that would be of most use here and are not there yet, the most useful first.

        Raises BotError where the history cannot be read.
        """
        found: list[Proposal] = []
        of_kind: Counter[str] = Counter()
        for kind, name, rest in _candidates(self._lookups, self._names):
            if len(found) >= MOST:
                break
            made = await self._made(name, rest) if of_kind[kind] < MOST_OF_A_KIND else None
            if made is None or _is_there(made, rules):
                continue
            if kind in _COLD:
                made = await self._cold(name, made, _COLD[kind])
            of_kind[kind] += 1
            found.append(await self._proposal(made))
        return found

    async def for_name(self, name: str) -> list[Proposal]:
        """Return rules for one thing, by how it has been: too high, too low, too long, silent.

        Raises Ambiguous, BotError `no_name`, and what `joined_rule` raises.
        """
        rule = await self._known(name, f"> {_LONGEST_LIMIT} for {_HOLD_TEXT}")
        readings = await newest_readings(self._lookups, rule.filter)
        values = [value for each in readings if (value := Watch.of(rule).value(each)) is not None]
        found: list[Proposal] = []
        if any(value.number is not None for value in values):
            found += [each async for each in self._limited(name)]
        elif word := _state_of(self._names, rule, values):
            found.append(await self._lasting(name, word))
        silent = await self._proposal(await self._known(name, "stale auto"))
        if silent.tried.judged >= _RHYTHM and silent.tried.fired <= FEW:
            found.append(silent)
        return found

    async def _known(self, name: str, rest: str) -> AlertRule:
        rule, unknown = await joined_rule(self._lookups, self._names, name, rest)
        if unknown and not looks_like_topic(unknown[0]):
            raise no_name(self._names, unknown[0])
        return rule

    async def _made(self, name: str, rest: str) -> AlertRule | None:
        """Return the rule that is typed so, if that can be one about one thing that is known."""
        try:
            rule = await self._known(name, rest)
        except BotError:
            return None
        return rule if contradiction(rule) is None else None

    async def _proposal(self, rule: AlertRule) -> Proposal:
        return Proposal(rule, await rehearse(self._lookups, rule, self._now - SPAN, self._now))

    async def _limited(self, name: str) -> AsyncIterator[Proposal]:
        for far, above in _beyond():
            tried = (await self._proposal(await self._known(name, far))).tried
            if limits := _limits(tried, above=above):
                yield await self._sparing(name, far[0], *limits)

    async def _cold(self, name: str, rule: AlertRule, usual: int) -> AlertRule:
        """Return a rule with the limit that its thing has kept to, else with the usual one."""
        limits = _limits((await self._proposal(rule)).tried, above=True)
        return (await self._sparing(name, ">", *(limits or (usual, usual)))).rule

    async def _sparing(self, name: str, sign: str, closer: int, wider: int) -> Proposal:
        """Return the rule with the closer of two limits, if it would hardly have fired."""
        found = await self._proposal(await self._known(name, f"{sign} {closer} for {_HOLD_TEXT}"))
        if found.tried.fired <= FEW:
            return found
        return await self._proposal(await self._known(name, f"{sign} {wider} for {_HOLD_TEXT}"))

    async def _lasting(self, name: str, word: str) -> Proposal:
        """Return the rule for a state that lasts longer than it ever has."""
        longest = (await self._proposal(await self._known(name, f"is {word}"))).tried.longest
        minutes = max(_LEAST_MINUTES, 5 * ceil(longest * _MORE / 300))
        return await self._proposal(await self._known(name, f"is {word} for {minutes}m"))


def _candidates(lookups: Lookups, names: Names) -> Iterator[tuple[str, str, str]]:
    """Yield what may be worth a rule: its kind, its name, and what is typed behind that."""
    entities = list(islice(lookups.readings.devices, MOST_LOOKED_AT))
    label = lookups.readings.devices.label
    yield from (
        ("danger", label(each), f"is {_on(names, each)} critical") for each in entities if _is(each, _DANGERS)
    )
    for kind in _COLD:
        said = words(f"thing_{kind}")
        for each in entities:
            if _measures(each, "temperature") and any(word in each.full_name.casefold() for word in said):
                yield kind, label(each), f"> {_LONGEST_LIMIT} for {_HOLD_TEXT}"
    for each in entities:
        if _is(each, _OPENINGS):
            yield "opening", label(each), f"is {_on(names, each)} for 10m only 22:00-06:00"
    batteries = [each for each in entities if _measures(each, "battery")]
    yield from (("battery", label(each), "< 15") for each in batteries)
    yield from (("silence", f'"{topic_filter}"', "stale auto") for topic_filter in _alike(entities))


def _is(entity: Entity, classes: frozenset[str]) -> bool:
    return entity.component == "binary_sensor" and _class(entity) in classes


def _class(entity: Entity) -> str:
    return next((binding.device_class for _, binding in entity.values if not binding.aspect), "")


def _measures(entity: Entity, kind: str) -> bool:
    if entity.component != "sensor":
        return False
    unit = next((binding.unit for _, binding in entity.values if not binding.aspect), "")
    return _class(entity) == kind or (
        not _class(entity) and seems(kind, unit, entity.name.casefold().split())
    )


def _on(names: Names, entity: Entity) -> str:
    """Return the word for what a sensor that is on shows: `wet`, `open`."""
    topic, binding = next(each for each in entity.values if not each[1].aspect)
    shown = names.states(topic, binding.called)
    return next((word for word in shown if side_of(word) == "on"), "on")


def _alike(entities: Iterable[Entity]) -> Iterator[str]:
    """Yield filters under which several devices speak, each on one topic of two levels."""
    topics = {topic for each in entities for topic, _ in each.values if topic.count("/") == 1}
    counted = Counter(topic.partition("/")[0] for topic in topics)
    yield from (f"{first}/+" for first, count in counted.most_common() if count >= _LEAST_SILENT)


def _is_there(rule: AlertRule, rules: Iterable[AlertRule]) -> bool:
    """Say whether a rule looks at the same already, in whatever way."""
    return any(
        matches(each.filter, rule.filter) and each.field in {"", rule.field}
        if "+" not in rule.filter
        else each.filter == rule.filter
        for each in rules
    )


def _limits(tried: Rehearsal, *, above: bool) -> tuple[int, int] | None:
    """Return round limits around one that had hardly fired, the closer first; None for less than a day."""
    read = number(tried.rare or tried.quiet)
    if read is None or tried.until - tried.since < DAY:
        return None
    around = floor(read[0]), ceil(read[0])
    return around if above else around[::-1]


def _beyond() -> Iterator[tuple[str, bool]]:
    """Yield conditions that are never met, whose rehearsal tells how far a value goes, and which way."""
    yield f"> {_LONGEST_LIMIT} for {_HOLD_TEXT}", True
    yield f"< -{_LONGEST_LIMIT} for {_HOLD_TEXT}", False


def _state_of(names: Names, rule: AlertRule, values: Sequence[Value]) -> str:
    """Return the word for the state that somebody would wait for: `open`, `on`; nothing if there is none."""
    shown = [*(value.text for value in values), *names.states(rule.filter, rule.field)]
    return next((word for word in shown if side_of(word) == "on"), "on" if any(map(side_of, shown)) else "")
