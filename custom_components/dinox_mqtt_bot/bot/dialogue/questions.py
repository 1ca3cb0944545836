"""Questions in words: what is how, where, who is there, what happened."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import dropwhile, islice, takewhile
from typing import ClassVar, override

from ..commands.command import Command, Parts, worded
from ..commands.value import value_table, values_reply
from ..discovery.entities import Entity, name_words
from ..discovery.entity_state import is_offline, state_text
from ..discovery.set_request import allowed
from ..history.spans import Span, parse_span
from ..model.replies import Amount, BotError, Caller, Cell, Reply, Table, Text, Worded
from ..model.topics import ENTITIES
from ..reading.latest import Latest, as_shown, latest
from ..reading.measured import Meant, called, find_all, in_rooms, known_names, place_of
from ..text.kinds import seems
from ..text.states import is_state_word, may_become, same_state, side_of
from ..text.tongue import plainly, words

__all__ = ["Command", "Events", "Felt", "Home", "Look", "Parts", "Question", "Settable"]

MOST_SHOWN = 12
_MOST_LOOKED_AT = 2_000
_SHARES = ("", "%")
"""Units of what is low as a share of all that it can hold: not volts, nor amperes."""
_LOW = 20.0
"""Percent up to which a battery is low."""
_CLIMATE = "climate"
_OFFLINE, _BATTERY = "offline", "battery"
_FILL = "fill"
"""How full something is: a battery, or what else is a share of all that it can hold."""
_OPENINGS = frozenset({"door", "window", "garage_door", "opening"})
_BY_NAME = ("window", "door")
_LAMPS = words("one_light")
_WHOLE = words("called_house")
_DONE, _RUNS = "done", 5.0
"""Watts from which on something runs."""
_STATES = frozenset(
    (
        *("binary_sensor", "cover", "device_tracker", "fan", "light", "lock", "switch", "valve"),
        *("alarm_control_panel", "vacuum", "lawn_mower"),
    )
)
"""Kinds of things whose changes are what happened."""
_SAFE = ("closed", "locked", "off")
_LOCKS = ("locked", "unlocked")
_PERSON, _TRACKER = f"{ENTITIES}person.", f"{ENTITIES}device_tracker."
_LATELY = "12h"
_MOST_TOPICS, _MOST_EACH, _MOST_EVENTS, _MOST_ALERTS = 40, 5, 15, 100


class Question(Command):
    """What is asked in words only: nobody types it."""

    @override
    @classmethod
    def takes_name(cls) -> bool:
        return False


_EXTREMES = frozenset({"most", "least"})
_FEW = 3
"""Things that are told of those that have most of something."""
_COMPONENTS = frozenset({"light", "lock"})
"""Kinds that are told by what a thing is, and not by what it measures."""


@dataclass(frozen=True, kw_only=True)
class Look(Question):
    """Tells values of things by name or place, of a kind, or in a state."""

    node: ClassVar[str] = "value"

    name: str = ""
    place: str = ""
    kind: str = ""
    state: str = ""
    asks: str = ""
    component: str = ""

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        if self.state:
            return self._answer(parts, await self._in_state(parts))
        if not (self.name or self.place):
            every = self.every(parts)
            of_component = self.kind in _COMPONENTS
            found = [each for each in every if of_component or self._is_of_kind(parts, each)]
            found = await self._of_rooms(parts) or found
            called = () if found else (await known_names(parts)).find(self.kind)
            return await values_reply(parts, self.kind, called) if called else self._found_reply(parts, found)
        meant = await self._meant(parts)
        of_kind = await self._of_kind(parts, meant)
        if self.kind and not of_kind and (self.place or len(meant) > 1):
            raise self.nothing(parts)
        return await values_reply(parts, self.name or self.place, of_kind or meant)

    async def _of_rooms(self, parts: Parts) -> list[Latest]:
        """Return what the rooms have, where it is asked which has most or least."""
        rooms = in_rooms(await known_names(parts), self.kind) if self.asks in _EXTREMES else []
        found = [await latest(parts, each) for each in rooms]
        return [each for each in found if each is not None]

    def _found_reply(self, parts: Parts, found: Sequence[Latest]) -> Reply:
        if not found:
            raise BotError("nothing_such")
        if self.asks in _EXTREMES:
            measured = [(each.number, each) for each in found if each.number is not None]
            ordered = sorted(measured, key=lambda pair: pair[0], reverse=self.asks == "most")
            found = [each for _, each in ordered][:_FEW]
        elif self.kind == "power":
            # What all of it comes to is what is asked for.
            found = sorted(found, key=lambda each: not _WHOLE & set(name_words(each.meant.name)))
        shown = found[:MOST_SHOWN]
        return value_table(parts, Text("values_here"), shown, left=len(found) - len(shown))

    # What is looked at.

    async def _meant(self, parts: Parts) -> Sequence[Meant]:
        """Return what is called so, or all that stands at a place. Raises BotError `no_name`."""
        if there := self._standing(parts):
            called = (await known_names(parts)).find(self.place)
            return list(dict.fromkeys((*there, *called)))
        return await find_all(parts, self.name or self.place)

    def _standing(self, parts: Parts) -> list[Meant]:
        words = name_words(self.place)
        every = (each for each in parts.readings.devices if each.main and words)
        there = (each for each in every if name_words(each.area) == words)
        return [meant for each in there for meant in parts.names.values(each)]

    async def _of_kind(self, parts: Parts, meant: Sequence[Meant]) -> list[Meant]:
        """Return those that are of the kind that was asked for, and the fields that are."""
        if not self.kind:
            return []
        every = [part for each in meant for part in (parts.names.fields(each.topic) or [each])]
        kind = _BATTERY if self.kind == _FILL else self.kind
        by_class = [each for each in every if kind in parts.names.classes(each)]
        if by_class:
            return list(dict.fromkeys(by_class))
        if beside := [one for each in meant for one in parts.names.beside(each.topic, kind)]:
            return list(dict.fromkeys(beside))
        found = [newest for each in every[:MOST_SHOWN] if (newest := await latest(parts, each)) is not None]
        return [each.meant for each in found if self._is_of_kind(parts, each)]

    def _is_of_kind(self, parts: Parts, each: Latest) -> bool:
        if self.kind == _FILL:
            return each.unit == "%" and not parts.names.classes(each.meant)
        if self.kind in (classes := parts.names.classes(each.meant)):
            return True
        words = name_words(f"{each.meant.name} {each.meant.topic}")
        return not classes and seems(self.kind, each.unit, words)

    def every(self, parts: Parts) -> Iterator[Latest]:
        """Yield what the devices say now, as long as there is time for it."""
        now, look = parts.ports.clock.now(), parts.readings.limited(parts.ports.templates)
        devices = parts.readings.devices
        words = name_words(self.place)
        for entity in takewhile(lambda _: not look.over, islice(devices, _MOST_LOOKED_AT)):
            here = not words or name_words(entity.area) == words or set(words) <= _named(parts, entity)
            if not (entity.main or self.kind == _BATTERY) or not here or not self._is_wanted(entity):
                continue
            text = _OFFLINE if self._is_away(parts, entity) else state_text(entity, devices, look, now)
            heard = [found for topic, _ in entity.values if (found := devices.newest(topic)) is not None]
            if text and heard:
                topic = entity.values[0][0]
                meant = Meant(topic, name=devices.label(entity), area=entity.area)
                yield as_shown(meant, text, max(at for at, _ in heard))

    def _is_away(self, parts: Parts, entity: Entity) -> bool:
        now = parts.ports.clock.now()
        return self.state == _OFFLINE and is_offline(
            entity, parts.readings.devices, parts.ports.templates, now
        )

    def _is_wanted(self, entity: Entity) -> bool:
        """Say whether an entity is of the kind that is asked about: a door, a lamp, a lock."""
        kind = self.kind or self.component
        if not kind:
            return True
        classes = {binding.device_class for _, binding in entity.values}
        if self.kind == "cover" and any(control.guarded for control in entity.controls):
            return False  # by `blinds` nobody means the garage door
        if kind == "opening":
            return bool(classes & _OPENINGS)
        if classes & _OPENINGS and (called := _called_opening(entity)):
            return kind == called or (kind in classes and kind not in _BY_NAME)
        lamp = kind == "light" and entity.component == "switch" and bool(_LAMPS & set(_words_of(entity)))
        return kind in classes or kind == entity.component or lamp or kind in _words_of(entity)

    def nothing(self, parts: Parts) -> BotError:
        """Return that there is nothing such, or no place that is called so."""
        said = " ".join(dropwhile(words("before_name").__contains__, self.place.split()))
        devices, place = parts.readings.devices, name_words(said)
        areas = sorted({each.area for each in devices if each.area})
        if not place or not areas:
            return BotError("nothing_such")
        known = place in map(name_words, areas) or any(devices.having(place))
        key = "nothing_there" if known else "no_place"
        return BotError(key, place=said, areas=", ".join(areas))

    # Whether it is so.

    async def _in_state(self, parts: Parts) -> Sequence[Latest]:
        """Return the things that can be in the state that is asked about."""
        if self.name:
            meant: Sequence[Meant] = await find_all(parts, self.name)
            if self.state == _DONE:
                meant = [power for each in meant if (power := parts.names.powered(each.topic))] or meant
            # Of a blind only its position may be told.
            covers = {each.meant.topic: each for each in Look(component="cover").every(parts)}
            found = [covers.get(each.topic) or await latest(parts, each) for each in meant]
            locks = [await latest(parts, each) for each in self._locks(parts)]
            heard = [each for each in (any(locks) and locks) or found if each is not None]
            return [each for each in heard if self._may_be(each)] or heard
        return [each for each in self.every(parts) if self._may_be(each)]

    def _locks(self, parts: Parts) -> list[Meant]:
        """Return the locks of what is asked about, where that is whether it is locked."""
        if not any(same_state(self.state, each) for each in _LOCKS):
            return []
        every = parts.readings.devices.found(name_words(self.name) or ("",))
        locks = (each for each in every if each.component == "lock")
        return [meant for each in locks for meant in parts.names.find(each.full_name)]

    def _may_be(self, each: Latest) -> bool:
        word = _word(each.text)
        if self.state == "low" and each.number is not None:
            return each.unit in _SHARES
        if self.state in {_OFFLINE, _DONE}:
            return True
        return is_state_word(word) and may_become(word, self.state)

    def _is(self, each: Latest) -> bool:
        if self.state == "low" and each.number is not None:
            return each.number <= _LOW
        if self.state == _DONE:
            return each.number < _RUNS if each.number is not None else side_of(_word(each.text)) != "on"
        # What is locked is closed as well.
        word = _word(each.text)
        return same_state(word, self.state) or (self.state == "closed" and same_state(word, "locked"))

    def _answer(self, parts: Parts, every: Sequence[Latest]) -> Reply:
        """Say yes or no, and which. Raises BotError as `nothing`."""
        if not every:
            raise self.nothing(parts)
        if any(same_state(self.state, each) for each in _LOCKS):
            # A contact tells of no lock.
            every = [
                each for each in every if any(same_state(_word(each.text), state) for state in _LOCKS)
            ] or every
        so = [each for each in every if self._is(each)]
        others = [each for each in every if not self._is(each)]
        safe = any(same_state(self.state, each) for each in _SAFE)
        if so and others and safe and self.asks not in {"all", "which", "how_many"}:
            # Who asks whether the doors are locked must hear of the one that is not.
            key, shown = "ask_mixed", [*others, *so]
        elif self.asks == "all":
            key, shown = ("ask_all", so) if not others else ("ask_not_all", others)
        elif so:
            key, shown = ("ask_which" if self.asks in {"which", "how_many"} else "ask_yes"), so
        else:
            if self.state == _OFFLINE:
                return Text("ask_none_offline", {"total": str(len(every))})
            key, shown = ("ask_none" if self.asks in {"which", "how_many"} else "ask_no"), others
        title = Text(key, {"count": str(len(so)), "total": str(len(every))})
        return value_table(parts, title, shown[:MOST_SHOWN], left=len(shown) - MOST_SHOWN)


def _named(parts: Parts, entity: Entity) -> set[str]:
    return {word for named in parts.readings.devices.words(entity)[:3] for word in named}


def _words_of(entity: Entity) -> tuple[str, ...]:
    return name_words(entity.full_name)


def _called_opening(entity: Entity) -> str:
    """Return what an opening is by its name: a gateway has the same contact for a door and a window."""
    for name in (entity.device, entity.name):
        for kind in _BY_NAME:
            ends = tuple(map(plainly, words(f"opening_{kind}")))
            if any(plainly(word).endswith(ends) for word in name.split()):
                return kind
    return ""


def _word(text: str) -> str:
    """Return the state of a value that has more behind it: `on, 40 %`."""
    return text.partition(",")[0].strip()


@dataclass(frozen=True, kw_only=True)
class Felt(Question):
    """Tells how warm it is in a place where it is too cold or too warm, and what makes it `up` or `down`."""

    node: ClassVar[str] = "value"

    place: str = ""
    way: str = ""

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        warm = [each for each in parts.readings.devices if each.component == _CLIMATE and each.controls]
        there = [each for each in warm if name_words(each.area) == name_words(self.place)]
        if not self.place and warm:
            raise BotError("felt_where", example=self._said(parts, warm[0]))
        if not there:
            return await Look(place=self.place, kind="temperature").run(parts, caller)
        told = state_text(there[0], parts.readings.devices, parts.ports.templates, parts.ports.clock.now())
        cells: dict[str, Cell] = {"name": there[0].full_name, "value": Amount(told)}
        return Text("felt", {**cells, "example": self._said(parts, there[0])}, {"name": there[0].full_name})

    def _said(self, parts: Parts, entity: Entity) -> Worded:
        """Return what makes it warmer or colder, as it is typed."""
        key = f"common.words_step_temperature_{self.way}"
        return worded(parts, lambda phrases: f"{entity.full_name} {phrases.phrase(key).partition(',')[0]}")


@dataclass(frozen=True, kw_only=True)
class Settable(Question):
    """Tells what can be set in a place, or everywhere, and to what."""

    node: ClassVar[str] = "devices"

    place: str = ""

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        names = await known_names(parts)
        place = place_of(names, names.places, self.place)
        if self.place and not place:
            raise Look(place=self.place).nothing(parts)
        found = [
            each
            for each in names.devices
            if each.controls and each.main and (not place or name_words(each.area) == name_words(place))
        ]
        if not found:
            raise Look(place=place).nothing(parts)
        found.sort(key=lambda each: each.full_name)
        return Table(
            title=Text("settable"),
            columns=("column_name", "column_settable"),
            rows=tuple((each.full_name, worded(parts, partial(allowed, each))) for each in found),
            facts=tuple({"name": each.full_name} for each in found),
        )


@dataclass(frozen=True, kw_only=True)
class Home(Question):
    """Tells who is there, or `away`."""

    node: ClassVar[str] = "value"

    away: bool = False

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        people = _people([*Look(component="device_tracker").every(parts)])
        if not (people := people or [*Look(kind="presence").every(parts)]):
            return self._occupied(parts)
        there = [each for each in people if same_state(_word(each.text), "home")]
        if self.away:
            gone = [each for each in people if each not in there]
            return value_table(parts, Text("ask_away" if gone else "ask_home"), (gone or there)[:MOST_SHOWN])
        title = Text("ask_home" if there else "ask_nobody")
        return value_table(parts, title, (there or people)[:MOST_SHOWN])

    def _occupied(self, parts: Parts) -> Reply:
        """Return what is occupied, which tells of no person: it may be a letter box."""
        seen = [each for each in Look(kind="occupancy").every(parts) if same_state(each.text, "detected")]
        if not seen or self.away:
            raise BotError("nobody_known")
        return value_table(parts, Text("ask_occupied"), seen[:MOST_SHOWN])


def _people(trackers: Sequence[Latest]) -> list[Latest]:
    """Return the persons where Home Assistant knows some, instead of the devices by which it knows them."""
    persons = any(each.meant.topic.startswith(_PERSON) for each in trackers)
    return [each for each in trackers if not (persons and each.meant.topic.startswith(_TRACKER))]


@dataclass(frozen=True, kw_only=True)
class Events(Question):
    """Tells what happened in a time: alerts, and what was opened, switched or locked."""

    node: ClassVar[str] = "history"

    span: str = ""
    name: str = ""

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        clock = parts.ports.clock
        span = parse_span(self.span or _LATELY, clock.now(), clock.local)
        assert span is not None  # none of those that sentences name
        fired = [
            event
            for event in await parts.ports.alerts.incidents(_MOST_ALERTS)
            if not self.name and span.since <= event.at < span.until
        ]
        names = {rule.id: rule.name for rule in parts.alerts.rules}
        lines = [
            (
                event.at,
                Text(
                    "event_alert",
                    {"name": names.get(event.rule) or event.topic, "value": Amount(event.value)},
                ),
            )
            for event in fired
        ]
        lines += await self._changes(parts, span)
        lines.sort(key=lambda line: line[0])
        shown = lines[-_MOST_EVENTS:]
        # What has no beginning begins with what is known first.
        since = parts.moment(span.since or min((at for at, _ in shown), default=span.until))
        title, none = Text("events", {"since": since}), Text("events_none", {"since": since})
        if span.until <= clock.now():
            cells: dict[str, Cell] = {"span": since.to(parts.moment(span.until))}
            title, none = Text("events_between", cells), Text("events_none_between", cells)
        return Table(
            title=title,
            columns=("column_time", "column_what"),
            rows=tuple((parts.moment(at), text) for at, text in shown),
            empty=none,
            facts=tuple({"time": at, "what": text.key, **text.placeholders} for at, text in shown),
            note=Text("events_more", {"count": str(len(lines) - len(shown))})
            if len(lines) > len(shown)
            else None,
        )

    async def _changes(self, parts: Parts, span: Span) -> list[tuple[float, Text]]:
        """Return when something of the things that have states became different."""
        history, names = parts.ports.history, await known_names(parts)
        seen = {row.topic: row for row in await history.topics("#", _MOST_LOOKED_AT)}
        topics = dict.fromkeys(
            topic
            for entity in called(names, self.name)
            if entity.main and entity.component in _STATES
            for topic, binding in entity.told
            if not binding.aside and topic in seen and seen[topic].last_seen >= span.since
        )
        found: list[tuple[float, Text]] = []
        for topic in islice(topics, _MOST_TOPICS):
            rows = await history.page(topic, _MOST_EACH + 1, span)
            whole = len(rows) <= _MOST_EACH
            earlier = rows[:1] if not whole else await history.page(topic, 1, Span(0.0, span.since))
            before = next((_state_of(row.text) for row in earlier), "")
            for row in rows[not whole :]:
                if (state := _state_of(row.text)) != before and not row.retain:
                    cells: dict[str, Cell] = {"name": names.name(topic), "value": Amount(state)}
                    found.append((row.time, Text("event_value", cells)))
                before = state
        return found


def _state_of(text: str) -> str:
    """Return the state in what came in, without what a plug measures besides."""
    return text.partition(" · ")[0]
