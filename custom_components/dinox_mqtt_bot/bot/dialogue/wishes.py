"""Wishes that are typed as people say them: what they set, or why nothing is set."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice, pairwise

from ..commands.devices import Set
from ..discovery.entities import Entity, name_words
from ..discovery.setting.kind_words import any_of
from ..discovery.setting.set_choice import (
    Setting,
    Wish,
    allowed,
    describe,
    ends_in_state,
    handle,
    is_state_word,
    is_unknown,
    parted_by_and,
    parted_by_except,
    stands_off,
    stepped,
    stepping,
    understood,
    wants,
    ways_back,
)
from ..model.replies import BotError, Cell, Typed, WhichOne, Worded
from ..ports import Ports
from ..reading.measured import place_of
from ..reading.topic_lookup import behind_fillers, no_name
from ..text.politeness import MARKS, bare, is_wish
from ..text.steps import is_step, step_in, without_way
from ..text.tongue import plainly, senses, words
from .hearing import CommandReader, Understood
from .wish_words import (
    MOST_WORDS,
    as_typed,
    cleaning,
    has_value,
    is_value,
    of_time,
    placed_as_typed,
    toggled,
    turns,
    wish_spoken,
    without_article,
    without_verb,
)

__all__ = ["MOST_MISSPELT", "MOST_WORDS", "Wishes", "is_step", "turns", "without_verb"]
MOST_MISSPELT = 3
"""Words of a line in which a name is looked for that is spelt otherwise."""
_LONGEST_PLACE = 6
"""Words of a place with what is said before it."""
_FEW = 3  # words that a value has at most
_MOST_LOOKED_AT, _MOST_STEPS = 500, 8
_ON, _PRESS, _DEGREES = "on", "press", "20"
_TO = words("before_value") - words("asks_is") - words("time_filler")
_ALL = words("all") | words("every")
_NAMELESS = frozenset({"no_entity", "no_name"})
_UNKNOWN = frozenset({"no_device", "no_device_similar"})
_EXCEPTED = frozenset({"except_all", "except_unknown"})


@dataclass(frozen=True, kw_only=True)
class Stepped(Set):
    """Sets things to somewhat more or less than they were, which may be wished for others: `by` how much."""

    by: str = ""


class Wishes:
    """Knows what a line without `set` wishes to be set."""

    def __init__(self, ports: Ports, hearing: CommandReader) -> None:
        self._phrases = ports.phrases
        self._clock = ports.clock
        self._templates = ports.templates
        self._vocabulary = ports.vocabulary
        self._names = hearing.names
        self._hearing = hearing

    def plain(self, line: str) -> str:
        """Return a wish without the way behind its value, `auf 21 hoch`, and the `back` of `back on`."""
        spoken = [] if is_step(line) or self._hearing.names.find(line.rpartition(" ")[0]) else line.split()
        if (
            spoken
            and not words("not").intersection(map(bare, spoken))
            and (is_state_word(bare(spoken[-1])) or turns(plainly(bare(spoken[-1]))))
        ):
            while len(spoken) > _FEW - 1 and bare(spoken[-2]) in words("follow_again") | words("wholly"):
                del spoken[-2]
        return without_way(" ".join(spoken)) or line

    def wished(self, line: str) -> Understood | None:
        """Return the wish whose value is no word of state: `open the hatch half way`, `close all hatches`."""
        said = line.rstrip(MARKS)
        first, _, rest = said.partition(" ")
        may_be = is_wish(first) and not line.endswith("?")
        every = (f"{without_article(rest)} {first}", *as_typed(said)) if may_be else ()
        # What is clear before what has to be asked about.
        taken = next(filter(self.wanted, every), "") or next(filter(self.takes, every), "")
        return self._hearing.parse(f"set {taken}") if taken else None

    def not_taken(self, line: str) -> Understood | None:
        """Return the wish with a value that its thing does not take, so that it is said why."""
        said = without_verb(line.rstrip(MARKS))
        if line.endswith("?") or self.does(f"set {said}"):
            return None
        if any(self.does(f"set {part}") for part in parted_by_and(said)):
            return self._hearing.parse(f"set {said}")
        begun = self._names.begin(said)
        named = self._names.devices.having(name_words(begun.said) or ("",))
        settable = any(each.controls for each in islice(named, _MOST_LOOKED_AT))
        value = begun.exact and settable and is_value(said[begun.end :])
        return self._hearing.parse(f"set {said}") if value else None

    def excepting(self, line: str) -> Understood | None:
        """Return the wish for all but some: `turn all lights off except the hall`; or that it is unclear.

        Of a line that leaves something out nobody may take a part for the whole.
        """
        said = line.rstrip(MARKS)
        whole = [*parted_by_except(said), ""][0]
        if not whole or line.endswith("?") or self._names.begin(said).end > len(whole):
            return None
        wished = is_wish(said.partition(" ")[0]) or not _ALL.isdisjoint(plainly(whole).split())
        error = BotError("except_unclear", example=Typed("set", last="example_except")) if wished else None
        for each in dict.fromkeys((*as_typed(said), without_verb(said))):
            if (err := self._refused(each)) is None:
                return self._hearing.parse(f"set {each}")
            error = err if err.key in _EXCEPTED else error
        return error

    def half_known(self, line: str) -> BotError | None:
        """Return which of several wishes nothing can be done about, where another can be done."""
        typed = line.endswith("?") or self._hearing.node(line.partition(" ")[0])
        parts = [] if typed else parted_by_and(line.rstrip(MARKS))
        done = [self.done_by(each) for each in parts] if parts[1:] and all(map(has_value, parts)) else []
        unknown = [each.key in _NAMELESS if isinstance(each, BotError) else False for each in done]
        if not any(unknown) or all(unknown):
            return None
        part, error = next((parts[at], each) for at, each in enumerate(done) if unknown[at])
        of_kind = any(any_of(plainly(word)) for word in part.split())
        return BotError("half_known", part=part) if of_kind or not isinstance(error, BotError) else error

    def rather(self, text: str) -> Understood | None:
        """Return what a typed `set` with a place or a step means: `set the heating in the bath to 21`."""
        first, _, rest = text.rstrip(MARKS).partition(" ")
        line = rest if self._hearing.node(first) == "set" and not is_wish(first) else text.rstrip(MARKS)
        some = is_step(line) or any(bare(word) in words("in_place") for word in line.split())
        return (self.set_to(line) or self.surely_placed(line)) if some else None

    def set_to(self, line: str) -> Understood | None:
        """Return the wish for a number that is said behind `to`, which is no time: `bath to 23 degrees`."""
        if is_step(line) and (found := self.little(line)) is not None:
            return found
        spoken = wish_spoken(line)
        ends = {plainly(" ".join(spoken[-count:])) for count in (1, 2)}
        if not ends.isdisjoint(senses("share")) and (found := self.wished(line)) is not None:
            return found
        for at in range(1, len(spoken) - 1):
            value = spoken[at + 1 :]
            if bare(spoken[at]) not in _TO or not value[0][:1].isdigit() or len(value) > _FEW:
                continue
            for named in (spoken[:at], [each for each in spoken[:at] if not is_wish(each)]):
                said = " ".join((*named, *value))
                if named and self.takes(said):
                    return self.surely_placed(said) or self._hearing.parse(f"set {said}")
        return None

    def does(self, line: str) -> bool:
        """Say whether something can be set as it is typed, perhaps after a question."""
        err = self._refused(line.removeprefix("set "))
        return err is None or isinstance(err, WhichOne)

    def takes(self, said: str) -> bool:
        return wants(self._names.devices, said, self._phrases, self._vocabulary)

    def doubted(self, line: str) -> Understood | None:
        """Return the wish that a misspelt name and a state are: it asks whether that name was meant."""
        for said in () if line.endswith("?") else as_typed(line.rstrip(MARKS)):
            name, _, state = said.rpartition(" ")
            known = self._names.find(name) or self._is_wished(said)
            if is_state_word(state) and not known and self._names.misspelt(name):
                return self._hearing.parse(f"set {said}")
        return self._misnamed(line)

    def _misnamed(self, line: str) -> Understood | None:
        """Return the wish for what is misspelt, whose value is behind it or in the verb: `open the dor`."""
        verb, _, rest = line.rstrip(MARKS).partition(" ")
        if line.endswith("?") or not is_wish(verb):
            return None
        spoken = without_article(rest).split()
        for count in range(min(len(spoken), MOST_MISSPELT), 0, -1):
            name, value = " ".join(spoken[:count]), " ".join(spoken[count:]) or verb
            near = "" if self._names.find(name) else self._names.misspelt(name)
            if near and self.takes(f"{near} {value}"):
                return self._hearing.parse(f"set {name} {value}")
            if near and count < len(spoken):
                return self._hearing.parse(f"set {near} {value}")
            if near:
                return self.impossible(f"{verb} {near}", near)
        return None

    def little(self, line: str) -> Understood | None:
        """Return the wish for a little more or less than now: `kitchen lamp brighter`, `bad etwas wärmer`."""
        step = None if line.endswith("?") else step_in(line.rstrip(MARKS))
        if step is None or not step.name:
            return None
        devices = self._names.devices
        several = stepping(self._wanted_so(step.name), step.what)
        every = [each for each in islice(devices.found(name_words(step.name)), _MOST_LOOKED_AT) if each.main]
        some = several or stepping(every, step.what)
        if len(some) > (_MOST_STEPS if several else 1):
            names = ", ".join(entity.full_name for entity, _, _ in some[:_MOST_STEPS])
            return BotError("part_missing", name=step.name, names=names)
        off = [each for each in some if stands_off(each[0], devices, self._templates)]
        told: list[str] = []
        # Of several those that are on are meant, if any is.
        for entity, control, scale in [each for each in some if each not in off] or some:
            try:
                value = stepped(entity, control, scale, devices, self._templates, by=step.by)
            except BotError as err:
                return err
            if not value:
                choice = Worded(describe(control, self._phrases), partial(describe, control))
                return BotError("step_unknown", name=entity.full_name, allowed=choice)
            told.append(value)
        joint = f" {min(words('joint'))} "
        made = self._hearing.parse(f"set {joint.join(told)}") if told else None
        return Stepped(name=made.name, value=made.value, by=step.said) if isinstance(made, Set) else made

    def _wanted_so(self, name: str) -> list[Entity]:
        """Return the things that are called so, by name, kind or room, in whatever order: `heating bath`."""
        said = name_words(without_article(name))
        every = [said]
        for place in self._names.places:
            ats = (at for at in range(len(said)) if said[at : at + len(place)] == place)
            every += [(*place, *said[:at], *said[at + len(place) :]) for at in ats]
            every += [(*place, min(words("one_climate")))] * (said == place)
        wanted = (self.wanted(" ".join((*each, value))) for each in every for value in (_ON, _DEGREES))
        return [each.entity for each in next(filter(None, wanted), ())]

    def pressed(self, line: str) -> Understood | None:
        """Return the wish to press what is called just so: `press doorbell reset`."""
        verb, _, rest = line.rstrip(MARKS).partition(" ")
        said = without_article(rest)
        presses = senses("order").get(plainly(verb), plainly(verb)) == _PRESS and said
        if line.endswith("?") or not presses:
            return None
        exactly = self.does(f"set {said} {_PRESS}")
        return self._hearing.parse(f"set {said} {_PRESS}") if exactly else self.pressing(line)

    def pressing(self, line: str) -> BotError | None:
        """Return how the one thing is pressed that is only called alike: nobody presses by half a name."""
        verb, _, rest = line.rstrip(MARKS).partition(" ")
        orders = words("demand") | words("order_press")
        said = name_words(without_article(rest) if rest and plainly(verb) in orders else line)
        found = islice(self._names.devices.found(said), _MOST_LOOKED_AT) if said else ()
        buttons = [each for each in found if each.component == "button" and each.controls]
        own = [each for each in buttons if set(said) <= set(name_words(each.full_name))]
        asked = line.endswith("?") or len(own) != 1
        return None if asked else BotError("press_how", name=own[0].full_name)

    def unclear(self, line: str, name: str, example: Cell) -> BotError | None:
        """Return that a wish is not understood wholly, and what is possible; None for what is none."""
        said = line.rstrip(MARKS)
        first, last = plainly(bare(said.partition(" ")[0])), plainly(bare(said.rpartition(" ")[2]))
        article = max(behind_fillers(said.partition(" ")[2]), default=0) > 0
        article = article or not _ALL.isdisjoint(plainly(said).split())
        begins = is_wish(first) or first in words("demand") | words("order_press") | {*senses("step")}
        begins = begins and (article or first not in name_words(name))
        if line.endswith("?") or not (begins or (turns(last) and not is_state_word(last))):
            return None
        every = self._names.devices.named(name_words(name))
        named = [each for each in every if each.controls]
        if begins and every and not named:
            return BotError("not_settable", name=every[0].full_name)
        if len(named) != 1:
            return BotError("wish_unclear_which", example=example) if begins else None
        choice = Worded(allowed(named[0], self._phrases), partial(allowed, named[0]))
        return BotError("wish_unclear", name=named[0].full_name, allowed=choice)

    def none_of(self, line: str) -> BotError | None:
        """Return that nothing can be set of a kind that a wish is about: `close all doors`."""
        said = line.rstrip(MARKS).split()
        kinds = words("opening_door") | words("opening_window") | {*senses("several")}
        kind = next((each for each in said if plainly(each) in kinds), "")
        wish = kind and (is_wish(said[0]) or turns(plainly(said[-1])) or is_state_word(said[-1]))
        return BotError("none_settable", name=kind) if wish and not line.endswith("?") else None

    def said_so(self, line: str) -> Understood | None:
        """Return the wish that is said in an order of its own."""
        found = self.toggled(line) or self.cleaned(line)
        return found or self.locked(line) or self.pressed(line)

    def cleaned(self, line: str) -> Understood | None:
        """Return the wish to clean or mow, which is for the whole home: `vacuum the living room`."""
        verb, where = cleaning(line)
        every = [each for each in self._names.devices if each.component == verb and each.controls]
        room = place_of(self._names, self._names.places, where) if verb else ""
        if not where or not (room or words("whole_home").issuperset(name_words(where))):
            return None
        if not every:
            return BotError(f"no_{verb}")
        names = ", ".join(each.full_name for each in every[:_MOST_STEPS])
        if room or every[1:]:
            return BotError("cleans_all", names=names, example=Typed("set", f"{every[0].full_name} start"))
        return self._hearing.parse(f"set {handle(every[0])} start")

    def toggled(self, line: str) -> Understood | None:
        """Return the wish for the other state than things are in: `toggle the fan`."""
        name = without_article(toggled(line))
        if not name:
            return None
        sides = ("on", "off") if self.takes(f"{name} off") else ("open", "close")
        try:
            ons, offs = (self._understood(f"{name} {side}") for side in sides)
        except BotError as err:
            return no_name(self._names, name) if err.key.startswith("no_device") else err
        changing = [
            {one.entity.id: f"{handle(one.entity)} {side}" for one, _ in self._changing(every)}
            for side, every in zip(sides, (ons, offs), strict=True)
        ]
        if unknown := next(
            (each.entity for each in ons if all(each.entity.id in one for one in changing)), None
        ):
            choice = Worded(allowed(unknown, self._phrases), partial(allowed, unknown))
            return BotError("step_unknown", name=unknown.full_name, allowed=choice)
        told = f" {min(words('joint'))} ".join((changing[0] | changing[1]).values())
        return self._hearing.parse(f"set {told}")

    def _changing(self, wishes: Sequence[Wish]) -> list[tuple[Wish, Setting]]:
        """Return those of some wishes that change something, with what takes them back."""
        return ways_back(wishes, self._names.devices, self._templates, self._vocabulary, changing=True)

    def locked(self, line: str) -> Understood | None:
        """Return the wish to lock or unlock, though a lock may be called as that: `lock the back door`."""
        verb, _, rest = line.rstrip(MARKS).partition(" ")
        order = senses("order").get(plainly(verb), plainly(verb))
        said = f"{without_article(rest)} {order}"
        locks = order in {"lock", "unlock"} and rest and not line.endswith("?")
        tried = (said, f"{said} {order}") if locks else ()
        return next((self._hearing.parse(f"set {each}") for each in tried if self.takes(each)), None)

    def surely_placed(self, line: str) -> Understood | None:
        """Return the wish that has one room or more anywhere: `im Bad Licht aus`, `im Bad und im Flur …`."""
        said = self._placed_in(line)
        return self._hearing.parse(f"set {said}") if said else self._none_there(line)

    def _none_there(self, line: str) -> BotError | None:
        """Return that a room has nothing of a kind that a wish is about, or that there is no such room."""
        spoken = wish_spoken(line)
        places = list(self._places_in(spoken)) or list(self._unknown_place(spoken))
        if len(places) != 1 or words("asks_is").intersection(map(plainly, spoken)):
            return None
        at, end, place = places[0]
        rest = spoken[:at] + spoken[end:]
        kinds = frozenset[str]().union(*(any_of(plainly(bare(word))) for word in rest if not is_wish(word)))
        if not kinds or not (is_wish(spoken[0]) or ends_in_state(" ".join(rest))):
            return None
        area = name_words(place)
        here = (each for each in self._names.devices.having(area) if name_words(each.area) == area)
        if there := [each for each in here if each.component in kinds and each.controls]:
            # Of the one thing there it is said what it takes, and nothing elsewhere is asked about.
            value = next(filter(is_state_word, map(bare, rest)), "") if len(there) == 1 else ""
            return self._refused(f"{handle(there[0])} {value}") if value else None
        areas = sorted({each.area for each in self._names.devices if each.area})
        key = "nothing_there" if area in map(name_words, areas) else "no_place"
        return BotError(key, place=place, areas=", ".join(areas)) if areas else None

    def _unknown_place(self, spoken: Sequence[str]) -> Iterator[tuple[int, int, str]]:
        """Yield where a line is about a room that nobody knows, as `_places_in`: `in the attic`."""
        at = next((at for at, word in enumerate(spoken) if bare(word) in words("within")), len(spoken))
        place = without_article(" ".join(spoken[at + 1 : at + _FEW])).split()[:1]
        if place and place[0].isalpha() and not self._names.is_word(bare(place[0])) and not of_time(place[0]):
            yield at, spoken.index(place[0]) + 1, place[0].strip(MARKS)

    def _placed_in(self, line: str) -> str:
        """Return what a wish with rooms in it sets, each before its thing; nothing where that is not sure.

        Of two things in one line nobody knows which of them is there.
        """
        spoken = wish_spoken(line)
        places = [] if parted_by_except(" ".join(spoken)) else list(self._places_in(spoken))[::-1]
        between = [spoken[one[1] : other[0]] for one, other in pairwise(places)]
        # That the light in the kitchen is off is no wish.
        if not places or words("asks_is").intersection(map(plainly, spoken)):
            return ""
        rest = spoken[: places[0][0]] + spoken[places[-1][1] :]
        apart = any(len(each) != 1 or bare(each[0]) not in words("joint") for each in between)
        if apart or parted_by_and(" ".join(rest))[1:]:
            return ""
        meant = [next(filter(self.wanted, placed_as_typed(rest, place)), "") for _, _, place in places]
        if not all(meant) and not places[1:]:
            # Which of them it is in that room is asked, and never of all there are.
            place = places[0][2]
            meant = [next((each for each in placed_as_typed(rest, place) if self._asks(each, place)), "")]
        return f" {min(words('joint'))} ".join(meant) if all(meant) else ""

    def _places_in(self, spoken: Sequence[str]) -> Iterator[tuple[int, int, str]]:
        """Yield where words stand for a room, and its words: `in the kitchen`; not those of a longer name."""
        begins = [at for at, word in enumerate(spoken) if bare(word) in words("in_place")]
        if not begins:
            return
        places, mentioned = self._names.places, self._names.mentions(" ".join(spoken))
        named = {each.said for each in mentioned if each.exact}
        for at in reversed(begins):
            ends = range(min(len(spoken), at + _LONGEST_PLACE), at + 1, -1)
            every = ((end, place_of(self._names, places, " ".join(spoken[at + 1 : end]))) for end in ends)
            end, place = next((each for each in every if each[1]), (at, ""))
            said = " ".join(spoken[at:end])
            if place and not any(said in each for each in named):
                yield at, end, place

    def done_by(self, wish: str) -> tuple[Wish, ...] | BotError:
        """Return what a wish sets, or why nothing is set by it: `light on`, `turn on the light`."""
        first, _, rest = wish.partition(" ")
        said = without_verb(wish)
        state, _, thing = said.partition(" ")
        plain = (
            f"{without_article(thing)} {state}" if thing and is_state_word(state) else without_article(said)
        )
        behind = [f"{without_article(rest)} {first}"] if is_wish(first) else []
        placed = self._placed_in(wish)
        if not placed and (none := self._none_there(wish)) is not None:
            return none
        for each in (placed,) if placed else (*behind, *as_typed(wish), said, plain):
            try:
                return self._understood(each)
            except BotError as err:
                error = err
        if error.key not in _UNKNOWN:
            return error
        name, _, last = plain.rpartition(" ")
        return no_name(self._names, name if name and is_state_word(last) else plain)

    def wanted(self, said: str) -> tuple[Wish, ...]:
        """Return what is set by what was said, nothing where that is not understood."""
        try:
            return self._understood(said)
        except BotError:
            return ()

    def _asks(self, said: str, place: str) -> bool:
        """Say whether only which of some things in a place is meant has to be asked, and not what there."""
        err = self._refused(said)
        if not isinstance(err, WhichOne) or not ends_in_state(said):
            return False
        return len(name_words(err.said)) > len(name_words(place))

    def _refused(self, said: str) -> BotError | None:
        """Return why nothing is set by what was said; None where something is."""
        try:
            self._understood(said)
        except BotError as err:
            return err
        return None

    def _understood(self, said: str) -> tuple[Wish, ...]:
        return understood(self._names.devices, said, self._phrases, self._vocabulary)

    def wish_in(self, spoken: Sequence[str]) -> str:
        """Return the words that are a wish, without `set`; nothing if they are none."""
        rest = spoken[1:] if spoken and self._hearing.node(spoken[0]) == "set" else spoken
        said = " ".join(rest)
        wished = (len(rest) > 1 and is_wish(rest[0])) or self._is_wished(said)
        excepts = parted_by_except(said) and self.does(f"set {said}")
        return said if wished or excepts or self.surely_placed(said) else ""

    def _is_wished(self, said: str) -> bool:
        return ends_in_state(said) and self.takes(said)

    def impossible(self, line: str, name: str) -> Understood | None:
        """Return the wish that a line begins as where it cannot be done, so that it is said why."""
        first = line.partition(" ")[0]
        wish = f"{name} {first}"
        orders = senses("order")
        if not is_wish(first) or self.takes(wish):
            return None
        if self.unknown(f"set {wish}"):
            return BotError("not_settable", name=name)
        return self._hearing.parse(f"set {wish}") if plainly(first) in {*orders, *orders.values()} else None

    def unknown(self, line: str) -> bool:
        """Say whether nothing is called as what is to be set."""
        said = line.removeprefix("set ")
        return is_unknown(self._names.devices, said, self._phrases, self._vocabulary)
