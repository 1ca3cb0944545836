"""A line that is no command as it stands: the steps in which it is understood, and what is said else."""

from collections.abc import Collection, Sequence
from difflib import get_close_matches
from functools import partial
from itertools import islice

from ..commands.command import Command, spelled
from ..discovery.setting.set_choice import ends_in_state, parted_by_and
from ..model.intents import Called, Intent
from ..model.replies import BotError, Cell, Text, Typed, Worded
from ..model.rules import Preset, RuleSet
from ..ports import Phrases, Ports
from ..reading.topic_lookup import behind_fillers, name_words, no_name
from ..text.happening import change_of, days_apart, times_apart, turned_round
from ..text.politeness import MARKS, bare, is_wish, spelt_out, without_polite, without_polite_words
from ..text.tongue import lead, parted_at, plainly, words
from .about_rules import COMPARED, AboutRules, Watching
from .asking import Asking
from .hearing import CommandReader, Understood
from .intents import meaning
from .timed_wishes import MOST_MISSPELT, MOST_WORDS, STILL, TimedWishes, Wishes, without_verb

_ALIKE, _VERY_ALIKE = 0.8, 0.85
_FEW = 3
"""Words behind a command with a fault from which on it rather is something else."""
UNSURE, NODDED = "BotUnknown", Text("talk_ok")
_ANYBODYS = frozenset({"talk_ok", "talk_test", "talk_time", "talk_version"})
"""What is said to whoever listens: where there is somebody else, it is for that one."""
_WATCHING = frozenset({"BotWatch", "BotOnce"})
_OF_RULES = frozenset({"alert", "alias", "rmalert"})
"""What a line about a rule that there is may begin as: `alarm vom gefrierschrank löschen`."""
_OF_ITSELF = frozenset({"BotHello", "BotWho", "BotTime", "BotAreas"})
_ASKING = frozenset({"who", "when", "which"})
_NO_QUESTION = frozenset({"aside", "least"})
"""What tells of no question: `min` is the lowest, and a minute too."""
_ARROWS = "-=>→,;: "
_LONG = 4
"""Letters of a word by which a line is about what is only alike."""
_LONGEST_PLACE = 4


class Understanding:
    """Knows what a contact means that types no command.

    In this order: a command but for a polite word; a preset's name; the name of something, with a command, a
    time or a state behind it, or alone; a sentence; a name alike, or a wish with one; a sentence in
    another language; a command with a fault.
    """

    def __init__(self, ports: Ports, hearing: CommandReader) -> None:
        self._sentences = ports.sentences
        self._phrases = ports.phrases
        self._clock = ports.clock
        self._vocabulary = ports.vocabulary
        self._names = hearing.names
        self._hearing = hearing
        self._wishes = Wishes(ports, hearing)
        self._timed = TimedWishes(ports, hearing, self._wishes)
        self._asking = Asking(hearing.names, ports.clock.now, ports.clock.local)
        self._watching = Watching(hearing.names, self._asking.subject_of)
        self._presets: tuple[Preset, ...] = ()
        self._about_rules = AboutRules(hearing)

    def apply(self, rules: RuleSet) -> None:
        """Know the presets and the alert rules there are."""
        self._presets = rules.presets
        self._about_rules.apply(rules.alerts)

    async def meant(self, text: str, *, free: bool = False) -> Understood | None:
        """Return what a line surely means, by the names that are known; None where that is not known.

        Where there is somebody else for `free` text, a command with a fault is one only if it has few words.
        """
        line = without_polite(text)
        if not line or _is_long(line):
            return None
        if not name_words(line) and line not in self._hearing.words:
            return None if free else NODDED
        found = self._typed(line) or self._preset(line)
        asked = None
        if found is None:
            line = self._names.spread(self._spelt(line))
            asked = self._asking.question(line)
            _, often, rest = days_apart(line)
            found = self._about_rules.meant(line) or self._timed.hushed(rest, often)
            found = found or self._reaction(line) or self._wishes.set_to(line)
            # Of what was until midnight nobody speaks without asking.
            later = None if found else self._timed.later(rest, often)
            found = found or (later if asked and asked.asks <= _NO_QUESTION else None)
            found = found or await self._asking.answered(line, asked, self.sentence)
            found = found or later or self._wishes.excepting(line) or self._wishes.half_known(line)
            found = found or self._wishes.surely_placed(line)
            found = found or self._exactly(line) or self._wishes.said_so(line)
        if found is None:
            found = self._asking.lately(asked) or await self.sentence(line)
            found = found or self._asking.over(asked or self._asking.read(line))
            if isinstance(found, Command) and found.node == "value" and not free:
                found = self._not_wholly(line) or found
        # A yes or no is for whoever has asked, and what nobody is called here may be called so there.
        if free and (isinstance(found, BotError) or (isinstance(found, Text) and found.key in _ANYBODYS)):
            return None
        found = found or await self._otherwise(line) or self._alike(line)
        if found is None and not free:
            found = self._wishes.doubted(line) or await self.sentence(line, foreign=True)
        return found or self._faulty(line, free=free)

    def rather(self, node: str, text: str) -> Understood | None:
        """Return what a line means that is typed as a command, if it is about a rule, a room or a time."""
        if node == "set":
            return self._wishes.rather(text)
        if node in STILL:
            return self._timed.hushed(text)
        return self._about_rules.meant(text) if node in _OF_RULES else None

    async def _otherwise(self, line: str) -> Understood | None:
        """Return what a sentence means with its short forms written out: `is`, a word in another language."""
        other = spelt_out(line, self._names.is_word, "spelt_else")
        if other == line:
            return None
        found = await self._asking.answered(other, self._asking.question(other), self.sentence)
        return found or self._wishes.surely_placed(other) or await self.sentence(other)

    async def deed(self, text: str) -> Command:
        """Return the command that sets something, runs a preset or publishes. Raises BotError `no_deed`."""
        await self._hearing.know_names()
        wanted = self._hearing.parse(text)
        found = wanted if isinstance(wanted, Command) else await self.meant(text)
        if not isinstance(found, Command) or found.node not in DEEDS:
            raise BotError("no_deed", deed=text[:_LONGEST_QUOTED])
        return found

    async def sentence(self, text: str, *, unsure: bool = False, foreign: bool = False) -> Understood | None:
        """Return what a whole sentence means, or with `unsure` one about something that nobody knows.

        A `foreign` one is in none of the languages that are likely.
        """
        if _is_long(text):
            return None
        if (later := self._timed.later(text)) is not None:
            return later
        text = _told_last(text)
        if text.startswith("alert "):
            return self._hearing.parse(self._watching.rule(self._watching.plainly_named(text)))
        intent = await self._sentences.recognise(text, self._called(text), foreign=foreign)
        if intent is None or (intent.name == UNSURE) is not unsure:
            return None
        if intent.name in _OF_ITSELF:
            return self._about_itself(intent)
        if intent.name == "BotRun":
            return self._preset(intent.slots.get("bot_rest", ""))
        found = meaning(intent)
        if isinstance(found, str) and found.startswith("set "):
            named, place = intent.slots.get("name", ""), intent.slots.get("area", "")
            if self._wishes.unknown(found):
                return self._wishes.doubted(text) or no_name(self._names, named or place)
            if (place or not named) and not self._wishes.does(found):
                # What a sentence was taken for is not told: nobody said those words.
                return self._wishes.doubted(text)
        if isinstance(found, str) and (rest := _condition_of(found)):
            found = f"alert {rest}"
        if isinstance(found, str) and (intent.name in _WATCHING or found.startswith("alert ")):
            # What happens may be a word that says nothing behind a number: `wenn Anna geht`.
            last = text.rstrip(MARKS).rpartition(" ")[2]
            happens = change_of(last) and not COMPARED.search(found) and not found.endswith(last)
            found = f"{found} {last}" if happens else found
            found = self._watching.rule(self._watching.plainly_named(found))
        return self._hearing.parse(found) if isinstance(found, str) else found

    def _reaction(self, line: str) -> Understood | None:
        """Return the rule that does something when it is so: `when the door opens, hall lamp on, once`."""
        condition, *said = [each.strip() for each in turned_round(line.rstrip(MARKS)).split(",")]
        before, until, end = parted_at(" ".join(said[1:]), words("time_until"))
        once = plainly(before) in words("rule_once")
        unclear = bool(before or until) and not once
        if not said or unclear or '"' in line:
            return None
        deed = said[0][_then(said[0]) :]
        clause = condition[max(behind_fillers(condition), default=0) :]
        before, _, last = clause.rpartition(" ")
        clause = before if plainly(last) in words("asks_is") else clause
        wish = without_verb(deed)
        done = self._wishes.does(f"set {wish}") or self._wishes.done_by(deed)
        if isinstance(done, BotError):
            # What cannot be done is said; what the condition says now would be no answer.
            wished = ends_in_state(wish) or is_wish(deed.partition(" ")[0])
            wished = wished and "," in line and bare(line.partition(" ")[0]) in words("condition")
            return done if wished and not line.endswith("?") else None
        if not self._names.mentions(clause):
            return None
        rule = self._watching.rule(self._watching.plainly_named(f"{'once' if once else 'alert'} {clause}"))
        return self._hearing.parse(f'{rule} then "{deed}" {until} {end}'.strip())

    async def guess(self, text: str) -> Understood:
        """Return what a line may mean, or how to say something."""
        line = without_polite(text)
        if _is_long(line):
            return self._lost()
        line = self._spelt(line)
        if (doubted := self._wishes.doubted(line)) is not None:
            return doubted
        if (wish := self._wishes.wished(line)) is not None:
            return wish
        if (press := self._wishes.pressing(line)) is not None:
            return press
        asked = self._asking.read(line)
        if asked.of_time_over:
            # What is so now would be a wrong answer.
            return Text(
                "past_unknown", {"example": Typed("history", str(self.examples()[0]), last="day_before_1")}
            )
        other = spelt_out(line, self._names.is_word, "spelt_else")
        mentioned = self._names.mentions(line) or self._names.mentions(other)
        unknown = self._asking.unexplained(asked)
        if asked.kind and unknown and all(each.said not in asked.said for each in mentioned):
            # One word for a kind is no answer to a line about something that nobody knows.
            return no_name(self._names, unknown)
        if typed := self._asking.since(asked, mentioned):
            return self._hearing.parse(typed)
        if sure := [each for each in mentioned if each.exact or len(each.said) >= _LONG]:
            first = bare(line.partition(" ")[0])
            # What somebody wishes to be done is no thing: `lock the car`.
            wished = is_wish(first) and bare(sure[0].said) == first
            named = next((each for each in mentioned if wished and bare(each.said) != first), sure[0])
            wish = self._wishes.impossible(line, named.said) or self._wishes.not_taken(line)
            wish = wish or self._wishes.unclear(line, sure[0].said, self.examples()[1])
            return wish or self._hearing.parse(f"value {sure[0].said}")
        unsure = await self.sentence(line, unsure=True) or self._faulty(line) or self._wishes.none_of(line)
        return unsure or self._misspelt(line)

    def _misspelt(self, line: str) -> Understood:
        """Return what a few words may name that are spelt otherwise, else two lines of this home."""
        few = len(line.split()) <= MOST_MISSPELT
        return no_name(self._names, line) if few and self._names.nearest(line) else self._lost()

    def _not_wholly(self, line: str) -> Understood | None:
        """Return that a wish is not understood, where what is called so would be told instead."""
        name = next((each.said for each in self._names.mentions(line)), "")
        verb, _, rest = line.partition(" ")
        wish = max(behind_fillers(rest), default=0) > 0 and bare(verb) in words("demand")
        return self._wishes.unclear(line, name, self.examples()[1]) if wish else None

    # The steps.

    def _typed(self, line: str) -> Understood | None:
        """Return the command that is left without the polite words."""
        asked = self._hearing.parse(line)
        return asked if isinstance(asked, Command) else None

    def _spelt(self, line: str) -> str:
        """Return a line with its words as names have them, and as they are written properly."""
        known = self._names.is_word
        line = without_polite(spelt_out(line, lambda word: all(map(known, name_words(word)))))
        if is_wish(line.partition(" ")[0]):
            line = without_polite_words(line, known)
        return self._names.spread(self._wishes.plain(line))

    def _preset(self, line: str) -> Understood | None:
        said = name_words(line)
        for preset in self._presets:
            name, takes = name_words(preset.name), "{value}" in preset.payload
            if name and (said == name or (takes and said[: len(name)] == name)):
                return self._hearing.parse(f"preset {line.strip(MARKS)}")
        return None

    def _exactly(self, line: str) -> Understood | None:
        """Return what is meant by a line that begins with what something is called just so."""
        said = line.rstrip(MARKS)
        begun = self._names.begin(said)
        rest = said[begun.end :].strip() if begun.meant and begun.exact else None
        if rest is None:
            parts = parted_by_and(said)[1:]
            every = [said, without_verb(said)] if parts else [without_verb(said)]
            verbs = parts and all(is_wish(each.partition(" ")[0]) for each in parts)
            wishes = (self._set(each, line) for each in every if verbs or ends_in_state(each))
            return next((each for each in wishes if each is not None), None) or self._wishes.little(line)
        if not rest:
            return self._hearing.parse(f"value {said}")
        first, _, more = rest.partition(" ")
        turned = self._hearing.parse(f"{first} {begun.said} {more}".strip())
        if isinstance(turned, Command) and turned.takes_name():
            return turned
        if self._timed.is_span(rest):
            return self._hearing.parse(f"history {begun.said} {rest}")
        return self._set(said, line) or self._wishes.little(line)

    def _set(self, said: str, line: str) -> Understood | None:
        """Return the wish that a name and a word of state are; none for `who is there`."""
        asks = lead("asks", plainly(line).split()[:1])[0]
        if asks in _ASKING or not self._wishes.takes(said):
            return None
        if line.endswith("?") or words("asks_is").intersection(map(plainly, said.split())):
            # It is asked or told about, not wished for: `the lamp is on`.
            return next(
                (self._hearing.parse(f"value {each.said}") for each in self._names.mentions(said)), None
            )
        return self._hearing.parse(f"set {said}")

    def _alike(self, line: str) -> Understood | None:
        """Return the value of what is called alike, where nothing else is said."""
        said = line.strip(MARKS)
        begun = self._names.begin(said)
        return self._hearing.parse(f"value {said}") if begun.meant and begun.end == len(said) else None

    def _faulty(self, line: str, *, free: bool = False) -> Understood | None:
        """Return what is wrong with a command, or with a word that is nearly one."""
        first, _, rest = line.partition(" ")
        known, said = self._hearing.words, spelled(bare(first))
        if (len(first) < _LONG or said in words("demand") | words("order_press")) and said not in known:
            return None
        if free and len(rest.split()) >= _FEW:
            return None
        # Nobody mistypes the first letter, nor leaves out a syllable.
        alike = [each for each in known if each[:1] == said[:1]]
        if not get_close_matches(said, alike, 1, _VERY_ALIKE if free or len(rest.split()) > _FEW else _ALIKE):
            return None
        asked = self._hearing.parse(line)
        lost = isinstance(asked, BotError) and asked.key in {"invalid_span", "invalid_end"}
        return no_name(self._names, rest) if lost and not self._names.begin(rest).meant else asked

    # What is in a line.

    def _called(self, text: str) -> Collection[Called]:
        """Return what in a text something is called by: things, each with its kinds, and places."""
        found: list[Called] = []
        for begun in self._names.mentions(text):
            if not begun.exact and self._hearing.node(begun.said):
                continue  # what is only like a name: `ruhe`, where there is a `Gefriertruhe`
            found += [Called(begun.said, each) for each in sorted(self._names.components(begun))]
            if len(begun.meant) > 1 and not begun.exact:
                found.append(Called(begun.said, place=True))
        spoken = (word.strip(MARKS) for word in text.split())
        found += [
            Called(word, each) for word in spoken for each in sorted(self._asking.kinds(word.casefold()))
        ]
        return [*found, *self._standing(text)]

    def _standing(self, text: str) -> Sequence[Called]:
        """Return the areas in a text, and the things that are only told what to do and say nothing."""
        spoken, places = [word.strip(MARKS) for word in text.split()[:MOST_WORDS]], self._names.places
        found: list[Called] = []
        for at in range(len(spoken)):
            for count in range(1, min(_LONGEST_PLACE, len(spoken) - at) + 1):
                said = " ".join(spoken[at : at + count])
                found += [Called(said, each) for each in self._names.silent(name_words(said))]
                found += [Called(said, place=True)] * (name_words(said) in places)
        return found

    # What it says of itself.

    def _about_itself(self, intent: Intent) -> Text:
        if intent.name == "BotTime":
            now = self._clock.local(self._clock.now())
            return Text("talk_time", {"time": f"{now:%H:%M}", "date": f"{now:%Y-%m-%d}"})
        if intent.name == "BotAreas":
            areas = sorted({each.area for each in self._names.devices if each.area})
            return Text("talk_areas", {"areas": ", ".join(areas)}) if areas else Text("talk_no_areas")
        one, two = self.examples()
        if intent.name == "BotHello":
            return Text("talk_hello", {"one": one, "two": two})
        devices = len({each.device_id or each.full_name for each in self._names.devices})
        return Text("talk_who", {"devices": str(devices), "one": one, "two": two})

    def _lost(self) -> Text:
        one, two = self.examples()
        return Text("not_understood", {"one": one, "two": two})

    def examples(self) -> tuple[Cell, Cell]:
        """Return two lines of this very home: what one may ask for, and what one may set."""
        main = [each for each in islice(self._names.devices, MOST_LOOKED_AT) if each.main]
        shown = [
            each.full_name for each in main if each.component in {"sensor", "binary_sensor"} and each.values
        ]
        settable = [
            Worded(_switched_on(each.full_name, self._phrases), partial(_switched_on, each.full_name))
            for each in main
            if any(word == "on" for control in each.controls for word, _ in control.words)
        ]
        topics = [] if shown else list(islice(self._names.called, 2))
        commands = (Typed("status"), Typed("topics"))
        every: list[Cell] = [*shown[:1], *settable[:1], *topics, *shown[1:2], *commands]
        return every[0], every[1]


def _then(deed: str) -> int:
    """Return where a deed begins behind the word that joins it to its condition: `then lamp on`."""
    first, _, rest = deed.partition(" ")
    return len(deed) - len(rest) if rest and bare(first) in words("rule_then") else 0


def _told_last(text: str) -> str:
    """Return `tell me if …` of a line that has it at its end: `if the window is open tell me`.

    Times of the week before the `if` are put behind it: `sag mir nachts Bescheid, wenn …`.
    """
    said = text.rstrip(MARKS)
    before, begins, clause = parted_at(said, words("condition"))
    before, times = times_apart(before, ())
    if begins and times:
        return f"{before} {begins} {clause} only {times}"
    end = next((each for each in words("tell_me") if said.casefold().endswith(f" {each}")), "")
    rest = said[: len(said) - len(end)].rstrip(_ARROWS) if end else ""
    first, _, clause = rest.partition(" ")
    if bare(first) in words("condition"):
        last = clause.rpartition(" ")
        return f"{end} {first} {last[0] if bare(last[2]) in words('rule_then') else clause}"
    return f"alert {rest}" if rest and COMPARED.search(rest) else text


def _condition_of(line: str) -> str:
    """Return what is to be so of a reminder without a time: `remind me when the pump stops`."""
    node, _, rest = line.partition(" ")
    first, _, clause = rest.partition(" ")
    return clause if node == "remind" and bare(first) in words("condition") else ""


def _is_long(line: str) -> bool:
    return len(line) > LONGEST_LINE or len(line.split()) > _MOST_OF_A_LINE


def _switched_on(name: str, phrases: Phrases) -> str:
    return f"{name} {phrases.phrase('common.on')}"


MOST_LOOKED_AT = 500
_LONGEST_QUOTED = 60
DEEDS = frozenset({"set", "preset", "publish"}) | STILL
"""The commands that may be done later, or by a rule."""
LONGEST_LINE, _MOST_OF_A_LINE = 240, 32
"""Characters and words of a line that is looked at word by word: nobody speaks in longer sentences."""
