"""Wishes with a time in them: what is to be done later, or for a time, or every day."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from ..commands.devices import SetFor
from ..discovery.setting.set_choice import MOST_UNASKED, is_state_word, ways_back, wishes_typed
from ..history.spans import parse_moment, parse_span
from ..model.replies import BotError, Text, Typed
from ..ports import Ports
from ..text.durations import DAY, parse_duration
from ..text.happening import days_apart
from ..text.politeness import MARKS, bare
from ..text.tongue import apart, lead, meant, pairs, plainly, words
from .hearing import CommandReader, Understood
from .wishes import MOST_MISSPELT, MOST_WORDS, Wishes, is_step, turns, without_verb

__all__ = ["MOST_MISSPELT", "MOST_WORDS", "STILL", "TimedWishes", "Wishes", "without_verb"]

_FEW = 3  # words that a time of day has at most
_NO_WISH = frozenset({"no_entity", "no_name", "no_name_near", "not_settable"})
_LASTING = words("time_between") | (words("time_until") - words("before_value"))
_SINCE = words("time_between") | words("time_since")
_ALL = words("all") | words("before_name")
_SUN = "sun.sun"
_WEEK = 7  # days
STILL = frozenset({"mute", "quiet", "dnd"})
"""The commands by which nothing is heard for a time."""


class TimedWishes:
    """Knows what a line wishes to be set at a time, or for a time."""

    def __init__(self, ports: Ports, hearing: CommandReader, wishes: Wishes) -> None:
        self._phrases = ports.phrases
        self._clock = ports.clock
        self._templates = ports.templates
        self._vocabulary = ports.vocabulary
        self._names = hearing.names
        self._hearing = hearing
        self._wishes = wishes

    def later(self, line: str, often: str = "") -> Understood | None:
        """Return what is to be done later, or so `often`, where a wish has a time in it: `pump on at 6pm`."""
        spoken = [] if line.endswith("?") else line.rstrip(MARKS).split()[:MOST_WORDS]
        # Beside a time they say nothing: `nachher um 10`.
        spoken = [word for word in spoken if bare(word) not in words("time_vague")]
        if is_step(" ".join(spoken)):  # `um 2 Grad wärmer` is no time.
            return None
        if (sun := self._at_sun(spoken, often)) is not None:
            return sun
        for since, rest, lasts in self._between(spoken):
            if wish := self._wishes.wish_in(rest):
                return self._hearing.parse(f"later {often} {since} {wish} {lasts}")
        if now := self._now_and_later(spoken):
            return None if often else self._lasting(*now)
        wish, moment, time = self._timed(spoken, often=bool(often))
        if moment:
            # Of `every evening at 10` the evening is told by the days.
            part, _, clock = moment.partition(" ")
            moment = clock if often.endswith(f" {part}") else moment
            return self._hearing.parse(f"later {often} {moment} {wish} {time}")
        return self._lasting(wish, time) if wish and not often else None

    def _at_sun(self, spoken: Sequence[str], often: str) -> Understood | None:
        """Return the rule for what is to be done when the sun sets or rises: `close the blind at sunset`."""
        rest, said = apart("at_sun", " ".join(spoken))
        wish = self._wishes.wish_in(rest.split()) if said else ""
        if not wish:
            return None
        if not self._names.find(_SUN):
            return BotError("sun_unknown", example=Typed("later", last="example_later"))
        state = "below_horizon" if meant("at_sun", said) == "down" else "above_horizon"
        spoken = often.split() if len(days_apart(often)[0]) < _WEEK else []
        days = " ".join(word for word in spoken if plainly(word) not in words("remind_each"))
        # Where the sun is already is no news: `happens` waits until it gets there.
        rule = f"{'alert' if often else 'once'} {_SUN} happens {state} {days and f'only {days}'}"
        return self._hearing.parse(f'{rule} then "{wish}"')

    def _timed(
        self, spoken: Sequence[str], *, inner: bool = False, often: bool = False
    ) -> tuple[str, str, str]:
        """Return the wish that has times in it, when it is done, and how long it lasts; else nothing."""
        takes: bool | None = None
        for at, end in sorted(combinations(range(len(spoken) + 1), 2), key=lambda span: span[0] - span[1]):
            said, rest = " ".join(spoken[at:end]), [*spoken[:at], *spoken[end:]]
            # In `lamp for 10 min on and the fan on` nobody knows what lasts.
            joined = inner or any(bare(word) in words("joint") for word in spoken[end:])
            lasts = not joined and end < len(spoken) and bool(parse_duration(said))
            if lasts:  # `lamp 10 min on`; but a siren is `on 30s`
                takes = self._wishes.takes(" ".join(spoken)) if takes is None else takes
                lasts = not takes
            lasting = lasts or bare(spoken[at]) in words("time_lasting")
            first = bare(spoken[at])
            begins = first in words("time_later") or (often and bool(lead("part", [plainly(first)])[0]))
            timed = begins and self._is_time(said)
            wish = self._wishes.wish_in(rest) if lasts or (timed and not (lasting and joined)) else ""
            if lasting and not joined and (lasts or timed):
                then, moment, _ = self._timed(rest, inner=True)
                if moment or wish:
                    return then or wish, moment, said
            elif wish:
                return wish, said, ""
        return "", "", ""

    def _now_and_later(self, spoken: Sequence[str]) -> tuple[str, str] | None:
        """Return the wish and the time behind it of two in one line: `on and in 10 minutes off`."""
        for at, word in enumerate(spoken[:-1]):
            lasts = bare(word) in _LASTING
            timed = bare(word) in words("joint") and bare(spoken[at + 1]) in words("time_later")
            ends = range(min(at + 5, len(spoken)), at + 1, -1) if lasts or timed else ()
            for end in (each for each in ends if self._is_time(" ".join(spoken[at + 1 : each]))):
                if wish := self._wishes.wish_in([*spoken[:at], *spoken[end:]] if lasts else spoken[:at]):
                    return wish, " ".join(spoken[at + timed : end])
        return None

    def _between(self, spoken: Sequence[str]) -> Iterator[tuple[str, list[str], str]]:
        """Yield when a window of time begins, what else is said, and how long it lasts: `until 23:00`."""
        begin = next((at for at, word in enumerate(spoken) if bare(word) in _SINCE), len(spoken))
        for at in range(begin + 2, len(spoken) - 1):
            until = bare(spoken[at])
            since = self._clock_of(spoken[begin + 1 : at]) if until in words("time_to") else ""
            for end in range(min(len(spoken), at + _FEW + 1), at + 1, -1):
                if since and (last := self._clock_of(spoken[at + 1 : end])):
                    ends = pairs("time_ends").get(until, until)
                    yield since, [*spoken[:begin], *spoken[end:]], f"{ends} {last}"

    def hushed(self, line: str, often: str = "") -> Understood | None:
        """Return what is to be still in a window, perhaps `often`: `mute from 9pm to 11pm`."""
        spoken = line.rstrip(MARKS).split()[:MOST_WORDS]
        # Of `every night` the night is left, which tells nothing beside a window.
        first, *rest = [each for each in spoken if not (often and lead("part", [plainly(each)])[0])] or [""]
        node = self._hearing.node(first)
        for since, what, lasts in self._between(rest) if node in STILL else ():
            thing = " ".join(each for each in what if plainly(each) not in _ALL)
            if thing and not self._names.find(thing):
                return BotError("no_name", name=thing)
            if node == "mute" and not thing:
                first = self._phrases.phrase("common.words_command_quiet").partition(",")[0]
            return self._hearing.parse(f"later {often} {since} {first} {thing} {lasts}")
        return None

    def _clock_of(self, spoken: Sequence[str]) -> str:
        """Return a time of day within a day from now: `23:00` of `23 Uhr`, of `11`; else nothing."""
        now, local, said = self._clock.now(), self._clock.local, " ".join(spoken)
        at = parse_moment(said, now, local) or parse_moment(f"{said}:00", now, local) or now
        return f"{local(at):%H:%M}" if now < at < now + DAY else ""

    def _lasting(self, wish: str, time: str) -> Understood | None:
        """Return the command that sets something for a time: `pump on for 10 minutes`; or why it cannot be.

        None for what is none: `leave me alone for an hour`.
        """
        done = self._wishes.done_by(wish)
        if isinstance(done, BotError):
            turned = any(is_state_word(each) or turns(plainly(each)) for each in wish.split())
            return done if turned or done.key not in _NO_WISH else None
        word, _, rest = time.partition(" ")
        when = f"{pairs('time_back').get(bare(word), word)} {rest}".strip()
        now, local = self._clock.now(), self._clock.local
        # Of `for 20` nobody knows of what.
        tried = () if bare(word) in words("time_lasting") and rest.isdecimal() else (when, f"{when}:00")
        until = next(filter(None, (parse_moment(each, now, local) for each in tried)), 0.0)
        said = wishes_typed([(each, each.setting) for each in done], self._phrases)
        if not until:
            return Text("talk_at_times", {"example": Typed("later", said, last="example_moment")})
        back = ways_back(done, self._names.devices, self._templates, self._vocabulary)
        if not all(to.value for _, to in back):
            return BotError("later_unknown", name=back[0][0].entity.full_name)
        undo = wishes_typed(back, self._phrases)
        if len(done) > MOST_UNASKED or any(each.asks_first for each in self._wishes.wanted(undo)):
            return BotError("later_asks", deed=undo)
        return SetFor(name=said, back=undo, until=until) if back else self._hearing.parse(f"set {said}")

    def _is_time(self, text: str) -> bool:
        now, local = self._clock.now(), self._clock.local
        tried = (text, f"{text}:00") if text[-1:].isdigit() else (text,)
        return any(self.is_span(each) or parse_moment(each, now, local) for each in tried)

    def is_span(self, text: str) -> bool:
        """Say whether a text is a time, or some of it."""
        return parse_span(text, self._clock.now(), self._clock.local) is not None
