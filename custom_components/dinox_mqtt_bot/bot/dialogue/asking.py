"""Questions that are in no known sentence: what they are about is found word by word."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import dropwhile, takewhile

from ..discovery.setting.kind_words import any_of
from ..history.spans import is_over
from ..reading.measured import Begun, Names, called, outdoors, place_of
from ..text.politeness import MARKS, is_wish
from ..text.posed import Posed, posed
from ..text.tongue import plainly, senses, skip, words
from .looks import COUNTED, OUTSIDE, Both, Compared, Earlier, Events, Felt, Look, Question

_SHORT = 3
"""Letters of a word that is too short to be only like a name."""
_HOWS = ("often", "least", "most", "mean", "since", "when", "long")
"""What is asked about a time, the one that counts first."""
_FEW = 4
"""Words beside a name and a kind with which nothing else is asked."""

_AROUND_KIND = words("asks_aside") | words("before_name") | words("in_place") | words("idle")
_ALL = words("all") | words("every")
_BY_NAME = ("window", "door")
_STATEFUL = ("light", "cover", "lock", "fan", "switch", "valve")
"""Kinds of things of which it is asked how all of them are."""

type Sentence = Callable[[str], Awaitable[object]]
"""Returns what a whole sentence means."""


class Asking:
    """Finds what a question is about by the names and the kinds of words in it."""

    def __init__(self, names: Names, now: Callable[[], float], local: Callable[[float], datetime]) -> None:
        self._names = names
        self._now = now
        self._local = local

    @staticmethod
    def kinds(word: str) -> Collection[str]:
        """Return the components that a word means."""
        return any_of(word)

    def read(self, line: str) -> Posed:
        """Return what kinds of words a line has; a word of a whole name is none of a time: `night light`."""
        named = [each.said for each in self._names.mentions(line) if each.exact and " " in each.said]
        return posed(line, self._is_over, [plainly(said).split() for said in named])

    def _is_over(self, text: str) -> bool | None:
        return is_over(text, self._now(), self._local)

    def question(self, line: str) -> Posed | None:
        """Return what kinds of words a line has, unless it is a wish."""
        return None if is_wish(line.partition(" ")[0]) else self.read(line)

    async def answered(self, line: str, asked: Posed | None, sentence: Sentence) -> Question | None:
        """Return what a question asks about what was, what is compared, or two things at once."""
        if asked is None:
            return None
        beside = self.against(line) or self.apart(line, asked)
        # `Longer than` of what is counted compares nothing.
        if beside is not None and not asked.asks & {"often", "long"}:
            return beside
        if asked.of_past:
            return self.past(asked)
        lately = self.lately(asked) if asked.kind or asked.outside else None
        now = self.was(asked) or lately or self.felt(line, asked) or self.lit(asked)
        return now or self.compared(asked) or await self.both(line, sentence)

    def over(self, asked: Posed) -> Question | None:
        """Return what is asked about a time that is over, where only that tells of a question."""
        return self.past(asked) if asked.of_time_over else None

    def past(self, asked: Posed) -> Question | None:
        """Return the question about what was; None where it is about nothing that is known."""
        asks = asked.asks
        if "if" in asks or (asked.of_unknown_time and "when" not in asks):
            return None
        name, kind = self._named(asked)
        if not name and asked.state:
            # What rings is a bell.
            name = next(
                (each for each in sorted(words(f"thing_{asked.state}")) if self._names.find(each)), ""
            )
        if "events" in asks:
            # What else was said may be something that nobody knows.
            whole = bool(asked.span) and words("events_aside").issuperset(asked.spoken)
            return Events(span=asked.span, name=name) if name or whole else None
        how = next((each for each in _HOWS if each in asks), "")
        how = "when" if how in {"", "long"} and "last" in asks else how
        how = how or ("when" if "who" in asks else "at" if asked.point else "")
        if how in COUNTED and self._left(asked, name):
            # What is counted is nothing else than what was said.
            return None
        if not (how or asked.state) and (counted := self._counted(name, asked.span)):
            return Look(name=counted)
        if not (name or kind or asked.outside or asked.state in words("alone")):
            return None
        if asked.used and kind in {"", "power"} and self._counts_energy(name):
            # What was used is counted, and not what was drawn in a moment.
            kind = "energy"
        return Earlier(
            said=asked.said,
            name="" if asked.outside else name,
            kind=kind or ("temperature" if asked.outside else ""),
            outside=asked.outside,
            span=asked.span,
            how=how,
            state=asked.state,
            who="who" in asks,
            lasting="long" in asks,
            over=asked.above,
            under=asked.below,
        )

    def against(self, line: str) -> Question | None:
        """Return the question how something is, or was, beside another time: `now compared to yesterday`."""
        spoken = plainly(line.rstrip("?!. ")).split()
        for at in range(1, len(spoken)):
            end = skip("against", spoken, at)
            if end == at or self._is_over(" ".join(spoken[end:])) is None:
                continue
            first = self.read(" ".join(spoken[:at]))
            name, kind = self._named(first)
            if not (name or kind) or "if" in first.asks:
                return None
            said = Earlier(said=first.said, name=name, kind=kind)
            now = replace(said, span=first.span) if first.span else Look(name=name, kind=kind)
            return Both(one=now, other=replace(said, span=" ".join(spoken[end:])))
        return None

    def apart(self, line: str, asked: Posed) -> Question | None:
        """Return the question how far two things are apart, of what both measure: `difference between`."""
        spoken = plainly(line).split()
        about = any(skip("difference", spoken, at) > at for at in range(len(spoken)))
        found = names_in(self._names, asked.said) if about else []
        if len(found) != 2:
            return None
        kinds = [kinds_of(self._names, each) for each in found]
        common = [each for each in kinds[0] if each in kinds[1]]
        kind = asked.kind or (common[0] if common else "")
        if not asked.of_time_over:
            return Compared(names=tuple(found), kind=kind, apart=True)
        one, other = (Earlier(name=each, kind=kind, span=asked.span) for each in found)
        return Both(one=one, other=other)

    def _named(self, asked: Posed) -> tuple[str, str]:
        """Return the name and the kind that are said; a name with a word for a kind in it is that name."""
        whole = best_name(self._names, asked.whole)
        if asked.kind and whole.count(" ") and whole not in asked.said and self._names.begin(whole).exact:
            return whole, ""
        return best_name(self._names, asked.said), asked.kind

    @staticmethod
    def _left(asked: Posed, name: str) -> list[str]:
        """Return the words that are neither of a name nor idle."""
        idle = words("before_name") | words("asks_aside") | words("idle") | {*plainly(name).split()}
        return [word for word in asked.spoken if word not in idle]

    def lit(self, asked: Posed) -> Question | None:
        """Return the question how the things of a kind are, in a room or anywhere: `are any lights on`."""
        asks = asked.asks & {"is", "which"}
        if not asks or asked.first not in {"is", "which"} or asked.of_past:
            return None
        there = self._there(asked.spoken)
        place = place_of(self._names, self._names.places, there) or there
        said = {*plainly(there).split(), *plainly(place).split()}
        left = [word for word in asked.spoken if word not in _AROUND_KIND | said]
        every = _ALL.intersection(left)
        kind = next(filter(None, map(_kind, left)), "")
        # What is down is closed, if it is a blind.
        stands = [sense for word in left if (sense := senses("stands").get(word)) and kind == "cover"]
        state = asked.state or "".join(stands[:1])
        if not state or len(left) != 1 + len(every) + len(stands):
            return None
        exact = (plainly(each.said).split() for each in self._names.mentions(asked.said) if each.exact)
        if not kind or (not place and any(kind == _kind(word) for said in exact for word in said)):
            return None
        how = "which" if "which" in asks else "all" if every else "any"
        return Look(kind=kind, place=place, state=state.replace("_", " "), asks=how)

    def _there(self, spoken: Sequence[str]) -> str:
        """Return the words of a place among others: an area, or what is behind a word for being there."""
        for area in dict.fromkeys(each.area for each in self._names.devices if each.area):
            if _has_in_it(spoken, plainly(area).split()):
                return area
        at = min((at for at, word in enumerate(spoken) if word in words("in_place")), default=len(spoken))
        behind = dropwhile(_AROUND_KIND.__contains__, spoken[at:])
        return " ".join(takewhile(lambda word: not _kind(word), behind))

    def subject_of(self, clause: str) -> str:
        """Return a clause with what measures it: `it is below 0 outside`; without the verb of what it draws.

        `the washer uses less than 5 W` is about its power anyway.
        """
        asked, spoken = self.read(clause), clause.split()
        if any(map(str.isdigit, clause)):
            clause = " ".join(each for each in spoken if plainly(each) not in words("draws"))
        if not asked.outside or plainly(spoken[0]) not in words("pronoun"):
            return clause
        found = outdoors(self._names, asked.kind or "temperature")
        places = [word for word in spoken[1:] if skip("place_outside", [plainly(word)])]
        left = [word for word in spoken[1:] if word not in places]
        # Where nothing is out of doors, nothing else is meant by it.
        return " ".join((found[0].name if found else " ".join(places), *left))

    def unexplained(self, asked: Posed) -> str:
        """Return the words of a line that are long enough for a name and no name has."""
        return " ".join(each for each in asked.spoken if len(each) > _FEW and not self._names.find(each))

    def _counts_energy(self, name: str) -> bool:
        found = self._names.find(name) if name else ()
        return any(self._names.beside(each.topic, "energy") for each in found)

    def was(self, asked: Posed) -> Question | None:
        """Return what is asked about a time that is over, where only a kind is named: `smoke last night`."""
        return (
            self.past(asked) if asked.over and asked.kind and not best_name(self._names, asked.said) else None
        )

    def felt(self, line: str, asked: Posed) -> Question | None:
        """Return how warm it is where that is complained of, and what helps: `too cold in the bathroom`."""
        spoken = plainly(line.rstrip(MARKS)).split()
        toos = (at for at, word in enumerate(spoken[:-1]) if word in words("too"))
        at = next((at for at in toos if spoken[at + 1] in senses("felt")), -1)
        if at < 0 or asked.first not in {"", "aside"}:
            return None
        aside = words("asks_is") | words("pronoun") | words("felt_aside")
        rest = [word for word in (*spoken[:at], *spoken[at + 2 :]) if word not in aside]
        place = place_of(self._names, self._names.places, there := self._there(rest)) or there
        left = {*rest} - {*plainly(there).split()} - _AROUND_KIND
        return None if left else Felt(place=place, way=senses("felt")[spoken[at + 1]])

    def lately(self, asked: Posed | None) -> Question | None:
        """Return what is asked about the last hours or days: `temperature for the last 2 days`."""
        if asked is None:
            return None
        spoken = asked.span.split()
        begin = skip("time_for", spoken)
        named = "when" not in asked.asks and (asked.outside or best_name(self._names, asked.said))
        return self.past(asked) if named and skip("time_last", spoken, begin) > begin else None

    def _counted(self, name: str, span: str) -> str:
        """Return the name of what counts anew in the time that was said: `rain today`."""
        said = f"{name} {span}"
        return said if name and span and self._names.find(said) else ""

    @staticmethod
    def since(asked: Posed, mentioned: Sequence[Begun]) -> str:
        """Return the history that is meant by a name and a time, as it is typed: `tank since yesterday`."""
        begins = words("time_since") & set(asked.span.split()[:1])
        name = next((each.said for each in mentioned if each.exact), "")
        return f"history {name} {asked.span}" if begins and name else ""

    def compared(self, asked: Posed) -> Question | None:
        """Return the question what of two things has more, or what is beyond a limit."""
        found = names_in(self._names, asked.said)
        if asked.outside:
            found.insert(0 if asked.outside_first else len(found), OUTSIDE)
        limited = asked.above is not None or asked.below is not None
        if not asked.kind or "if" in asked.asks:
            return None
        if found == [OUTSIDE] and not limited:
            return Compared(names=(OUTSIDE,), kind=asked.kind)
        if len(found) == 1 and not (limited or asked.state or asked.more or asked.less):
            return self._current(asked, found[0])
        if not (asked.more or asked.less or limited):
            return None
        if not (limited or asked.asks) and words("than").isdisjoint(asked.spoken):
            # `lamp and ceiling brighter` is no question.
            return None
        if limited and not asked.asks & {"is", "which"}:
            return None
        if not (limited and len(found) < 2) and len(found) != 2:
            return None
        return Compared(
            names=tuple(found),
            kind=asked.kind,
            more=bool(asked.more),
            less=bool(asked.less),
            which="which" in asked.asks,
            above=asked.above,
            below=asked.below,
        )

    def _current(self, asked: Posed, name: str) -> Question | None:
        """Return the question for what a thermostat measures: what it is set to may be called the same."""
        told = (binding for each in called(self._names, name) for _, binding in each.told)
        few = len(asked.spoken) <= len(name.split()) + _FEW and not any(map(str.isdigit, asked.said))
        # Of `what does the heat pump draw` only the power is meant.
        draws = asked.kind == "power" and asked.first == "been"
        own = few and any(
            each.aspect == f"current_{asked.kind}" or (draws and each.device_class == "power")
            for each in told
        )
        return Compared(names=(name,), kind=asked.kind) if own and "when" not in asked.asks else None

    async def both(self, line: str, sentence: Sentence) -> Question | None:
        """Return two questions of which one line is made: each stands for itself, or has the same kind."""
        spoken = line.split()
        for at in range(1, len(spoken) - 1):
            if spoken[at].casefold() in words("joint"):
                one, other = " ".join(spoken[:at]), " ".join(spoken[at + 1 :])
                return await self._halves(one, other, sentence)
        return None

    async def _halves(self, one: str, other: str, sentence: Sentence) -> Question | None:
        first = await sentence(one)
        name = first.name if isinstance(first, Look) else ""
        second = await sentence(_with_name(other, name))
        if isinstance(first, Look) and isinstance(second, Look):
            return Both(one=first, other=second)
        return self._of_one_kind(self.read(one), self.read(other))

    def _of_one_kind(self, one: Posed, other: Posed) -> Question | None:
        """Return the question for the same of two things: `humidity bedroom and bathroom`."""
        names = [best_name(self._names, each.said) for each in (one, other)]
        if not all(names) or one.of_time_over or other.of_time_over or "if" in one.asks | other.asks:
            return None
        if other.more or other.less:
            # `lamp and ceiling brighter` is a wish.
            return None
        kind, state = one.kind or other.kind, other.state
        if state and "is" in one.asks:
            first, second = (
                Look(name=name, state=state.replace("_", " "), asks="one_yesno") for name in names
            )
            return Both(one=first, other=second)
        told = bool(kind) or bool(one.asks & {"compare"})
        return Compared(names=tuple(names), kind=kind) if told and not state and not one.state else None


def _kind(word: str) -> str:
    """Return what kind of thing a word means that can be in a state; nothing if it means none."""
    if opening := next((each for each in _BY_NAME if word in words(f"opening_{each}")), ""):
        return opening
    return next((each for each in _STATEFUL if each in any_of(word)), "")


def _has_in_it(spoken: Sequence[str], place: Sequence[str]) -> bool:
    """Say whether the words of a place stand among others."""
    return any(list(spoken[at : at + len(place)]) == place for at in range(len(spoken)))


def _with_name(half: str, name: str) -> str:
    """Return a half with the name of the other for the pronoun in it: `how much does it use`."""
    pronouns = words("pronoun")
    return " ".join(name if name and word.casefold() in pronouns else word for word in half.split())


def kinds_of(names: Names, said: str) -> list[str]:
    """Return the kinds that something measures, each once: of a thermostat what it measures itself."""
    told = (binding for each in called(names, said) if each.main for _, binding in each.told)
    every = (each.device_class or each.aspect.removeprefix("current_") for each in told)
    return list(dict.fromkeys(filter(None, every)))


def best_name(names: Names, said: str) -> str:
    """Return the name in some words: what is called just so, else the longest; empty if there is none."""
    ordered = sorted(_mentioned(names, said), key=lambda each: (each.exact, len(each.said)))
    return ordered[-1].said if ordered else ""


def names_in(names: Names, said: str) -> list[str]:
    """Return the names in some words in the order in which they are said, those that are not in another."""
    found = {each.said: said.find(each.said) for each in _mentioned(names, said)}
    ordered = sorted(found, key=lambda name: (found[name], -len(name)))
    return [name for at, name in enumerate(ordered) if not any(name in other for other in ordered[:at])]


def _mentioned(names: Names, said: str) -> list[Begun]:
    """Return the names in some words, without short words that are only like one."""
    places = names.places
    return [
        each
        for each in names.mentions(said)
        if each.exact or len(each.said) > _SHORT or tuple(each.said.split()) in places
    ]
